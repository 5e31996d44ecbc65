/*
 * brabeion/bulk.h: judging a long history fast: many batches, one commit.
 *
 * What costs in a history of many users is writing: each commit writes the pages of all users it has changed. A bulk leaves
 * the commit to the host, and says when it is due: when the memory budget is used (`memory:` in badges.yaml), or when
 * another process or thread waits for the database. Until then nothing of it is stored, and others do not see it.
 *
 *	brabeion_bulk *bulk = NULL;
 *	brabeion_status status = brabeion_bulk_open(engine, &bulk, &error);
 *	while (status == BRABEION_OK && read_batch(&batch)) {
 *		status = brabeion_bulk_judge(bulk, batch.events, batch.count, batch.results);
 *		keep_output(&batch);
 *		if (status == BRABEION_OK && brabeion_bulk_is_due(bulk)) {
 *			status = brabeion_bulk_commit(bulk, &error);
 *			print_kept_output(status);
 *		}
 *	}
 *	if (status == BRABEION_OK)
 *		status = brabeion_bulk_commit(bulk, &error);
 *	brabeion_bulk_close(bulk);
 *
 * Threads: all calls for one bulk come from one thread. From its first judged event to the commit it holds the engine's
 *          transaction: calls from other threads that need the store wait, so commit before a reload, and before waiting
 *          for another thread. Only one bulk of an engine is open at a time.
 */
#ifndef BRABEION_BULK_H
#define BRABEION_BULK_H

#include <brabeion/core.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct brabeion_bulk brabeion_bulk;

/*
 * Owns:    `*bulk` is yours: brabeion_bulk_close(), before the engine is closed.
 * Errors:  BRABEION_NO_MEMORY.
 *
 * While it is open, for a day at most, no process forgets ids of events on this database; brabeion_bulk_close() makes up for it.
 */
BRABEION_API brabeion_status brabeion_bulk_open(brabeion_engine *engine, brabeion_bulk **bulk, brabeion_error *error);

/*
 * Judges events as brabeion_possibly_award_batch does, without committing them. The results say what is earned if the
 * commit succeeds. An error undoes all that the bulk has judged since its last commit: send those events again.
 * On-award and on-revoke callbacks do not run for events of a bulk.
 */
BRABEION_API brabeion_status brabeion_bulk_judge(brabeion_bulk *bulk, const brabeion_event *events, size_t count,
						 brabeion_result *results);

/*
 * Whether it is time to commit. Alone on the database: when half of the memory budget is changed. While others have it
 * open: when writing what is changed would take longer than 200 ms, as measured, or when one of them waits. False where
 * nothing is uncommitted. Ask after each batch of up to some thousand events.
 */
BRABEION_API bool brabeion_bulk_is_due(brabeion_bulk *bulk);

/*
 * Commits all that was judged since the last commit. Then gives way to those who wait for the database.
 *
 * Errors:  as brabeion_possibly_award_batch, for all those events together.
 */
BRABEION_API brabeion_status brabeion_bulk_commit(brabeion_bulk *bulk, brabeion_error *error);

/* Drops what is not committed. NULL is allowed. */
BRABEION_API void brabeion_bulk_close(brabeion_bulk *bulk);

#ifdef __cplusplus
}
#endif

#endif
