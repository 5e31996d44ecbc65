/*
 * store/snapshot_reader: single values of memory and awards as they are committed, through a connection of its own: for
 * judging outside of the store's transaction.
 *
 * Each read is a snapshot of its own, except between begin and end, which share one. A caller that acts on what it has
 * read compares it again in a transaction.
 *
 * Threads: a reader belongs to one thread at a time. It waits for no transaction.
 */
#ifndef BRB_STORE_SNAPSHOT_READER_H
#define BRB_STORE_SNAPSHOT_READER_H

#include "base/text.h"
#include "store/store.h"

typedef struct brb_snapshot_reader brb_snapshot_reader;

/* The database's file is opened at the first read. */
brabeion_status brb_snapshot_reader_open(brb_store *store, brb_snapshot_reader **out, brabeion_error *error);
void brb_snapshot_reader_close(brb_snapshot_reader *reader); /* before the store; NULL is fine */

/*
 * From here to the end all reads share one snapshot, taken at the first. Keep it short: the database cannot checkpoint
 * the WAL meanwhile. After a failure it is not begun.
 */
brabeion_status brb_snapshot_reader_begin(brb_snapshot_reader *reader, brabeion_error *error);
void brb_snapshot_reader_end(brb_snapshot_reader *reader);

brabeion_status brb_snapshot_reader_tally(brb_snapshot_reader *reader, uint32_t plugin, const char *name,
					  const char *subject, int64_t *value, brabeion_error *error);

/* *text is a copy in the arena, NULL when there is none. */
brabeion_status brb_snapshot_reader_note(brb_snapshot_reader *reader, uint32_t plugin, const char *name,
					 const char *subject, brb_arena *arena, const char **text,
					 brabeion_error *error);

/* As brb_store_held. */
brabeion_status brb_snapshot_reader_held(brb_snapshot_reader *reader, const char *user, const char *slug,
					 int64_t *count, int32_t *highest_level, brabeion_error *error);

/* As brb_store_is_held. */
brabeion_status brb_snapshot_reader_is_held(brb_snapshot_reader *reader, const brb_store_award *award, bool *held,
					    brabeion_error *error);

#endif
