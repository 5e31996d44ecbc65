/*
 * store/journal: the journal of events: what was judged, and how. A row is written in the transaction of the event.
 *
 * A row is an event (or what stands for one: see brabeion_entry_kind) and verdicts (store/verdict_codec.h). It is not undone
 * with a judgement: a badge that fails has its changes undone, and its verdict stays.
 *
 * Rows that arrived before the keep time, or exceed the size, are swept from the oldest on, two for each new one, so that
 * no commit is long. A journal that is written no more is swept by other transactions, by its last bounds.
 *
 * Guarantees: sequences grow in the order of commits, and are never used twice.
 */
#ifndef BRB_STORE_JOURNAL_H
#define BRB_STORE_JOURNAL_H

#include <brabeion/engine.h>

#include "store/store.h"
#include "store/verdict_codec.h"

typedef struct brb_store_journal_bounds {
	int64_t keep_us;   /* INT64_MAX: forever */
	int64_t max_bytes; /* of all rows */
} brb_store_journal_bounds;

typedef struct brb_store_entry {
	int64_t sequence; /* of brb_store_journal_next */
	int64_t cause;    /* 0: none */
	brabeion_entry_kind kind;
	int64_t arrived_us;
	int64_t at_us;
	const char *user;
	const char *event;
	const char *event_id; /* "" when it has none */
	bool has_offset;      /* of the event's clock from UTC */
	int32_t offset_minutes;
	const brabeion_field *fields;
	size_t field_count;
	const brb_verdict_codec *verdicts;
} brb_store_entry;

/* ---- inside a transaction ---- */

/* Takes the sequence of the next row. */
brabeion_status brb_store_journal_next(brb_store *store, int64_t *sequence, brabeion_error *error);

/* Writes a row. A field that JSON cannot hold (a number that is not finite) is left out. */
brabeion_status brb_store_journal_add(brb_store *store, const brb_store_entry *entry,
				      const brb_store_journal_bounds *bounds, brabeion_error *error);

/* ---- of what is committed ---- */

/* Called for each row; the entry's texts are in the arena. False ends the reading. */
typedef bool (*brb_store_entry_reader)(void *context, const brabeion_entry *entry);

brabeion_status brb_store_journal_read(brb_store *store, const brb_store_journal_range *range, brb_arena *arena,
				       brb_store_entry_reader read, void *context, brabeion_error *error);

/* Fills in all but what the configuration says. */
brabeion_status brb_store_journal_info(brb_store *store, brabeion_journal_info *info, brabeion_error *error);

/* When an event of that name last came, from the user and from anybody: see brabeion_heard. */
brabeion_status brb_store_journal_heard(brb_store *store, const char *user, brabeion_heard *heard,
					brabeion_error *error);

#endif
