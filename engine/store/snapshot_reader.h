/*
 * store/snapshot_reader: single looks at memory and awards as they are committed, through a connection of one's own: for a
 * judgement that does not work inside the store's transaction.
 *
 * Each look is by itself, and two looks may see two moments, but for those between a begin and an end. Who acts on what
 * was seen compares it again in a transaction.
 *
 * Threads: a peek belongs to one thread at a time. It waits for no transaction.
 */
#ifndef BRB_STORE_SNAPSHOT_READER_H
#define BRB_STORE_SNAPSHOT_READER_H

#include "base/text.h"
#include "store/store.h"

typedef struct brb_snapshot_reader brb_snapshot_reader;

/* Opens nothing yet: the database's file is opened at the first look. */
brabeion_status brb_snapshot_reader_open(brb_store *store, brb_snapshot_reader **out, brabeion_error *error);
void brb_snapshot_reader_close(brb_snapshot_reader *peek); /* before the store; NULL is fine */

/*
 * All looks from the begin on see one moment, that of the first of them, until the end. Short: what is read is kept by
 * the database meanwhile. After a failure it is not begun.
 */
brabeion_status brb_snapshot_reader_begin(brb_snapshot_reader *peek, brabeion_error *error);
void brb_snapshot_reader_end(brb_snapshot_reader *peek);

brabeion_status brb_snapshot_reader_tally(brb_snapshot_reader *peek, uint32_t plugin, const char *name,
					  const char *subject, int64_t *value, brabeion_error *error);

/* *text is a copy in the arena, NULL when there is none. */
brabeion_status brb_snapshot_reader_note(brb_snapshot_reader *peek, uint32_t plugin, const char *name,
					 const char *subject, brb_arena *arena, const char **text,
					 brabeion_error *error);

/* As brb_store_held. */
brabeion_status brb_snapshot_reader_held(brb_snapshot_reader *peek, const char *user, const char *slug,
					 int64_t *count, int32_t *highest_level, brabeion_error *error);

/* As brb_store_is_held. */
brabeion_status brb_snapshot_reader_is_held(brb_snapshot_reader *peek, const brb_store_award *award, bool *held,
					    brabeion_error *error);

#endif
