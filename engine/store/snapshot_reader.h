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

/* As brb_store_cell and so on; texts and keys are copies in the arena. */
brabeion_status brb_snapshot_reader_cell(brb_snapshot_reader *reader, const brb_cell *cell, brb_arena *arena,
					 brb_cell_value *value, brabeion_error *error);
brabeion_status brb_snapshot_reader_key_count(brb_snapshot_reader *reader, const brb_store_memory *memory,
					      const char *owner, int64_t *count, brabeion_error *error);
brabeion_status brb_snapshot_reader_key_next(brb_snapshot_reader *reader, const brb_store_memory *memory,
					     const char *owner, const char *after, brb_arena *arena, const char **key,
					     brabeion_error *error);

/* As brb_store_present_name; a copy in the arena where it is another name. */
brabeion_status brb_snapshot_reader_present_name(brb_snapshot_reader *reader, const char *user, brb_arena *arena,
						 const char **name, brabeion_error *error);

/* As brb_store_hash. */
brabeion_status brb_snapshot_reader_hash(brb_snapshot_reader *reader, const char *text, uint64_t *hash,
					 brabeion_error *error);

/* As brb_store_held. */
brabeion_status brb_snapshot_reader_held(brb_snapshot_reader *reader, const char *user, const char *slug,
					 int64_t *count, int32_t *highest_level, brabeion_error *error);

/* As brb_store_is_held. */
brabeion_status brb_snapshot_reader_is_held(brb_snapshot_reader *reader, const brb_store_award *award, bool *held,
					    brabeion_error *error);

#endif
