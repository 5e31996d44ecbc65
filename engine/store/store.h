/*
 * store: awards, memory, seen ids and users in one database; store/jobs.h and store/journal.h declare the rest.
 *
 * Works in whole transactions: begin, read and change through the functions below, commit all or nothing. Values are
 * cached across transactions until another connection writes to the database; changes are written once, at the commit.
 * Each judgement begins with a mark, and can be undone up to it.
 *
 * Guarantees: no award twice (user, badge, level, reason); awards, memory and seen ids of a transaction are stored
 * together or not at all; a database that is newer, another program's, moved or replaced is never written.
 *
 * Not here: what is judged, in which order, and who is notified; how a database does its part (store/driver.h).
 *
 * Threads: a transaction belongs to the thread that began it; others wait in brb_store_begin. Lists need no transaction
 * and wait for none.
 */
#ifndef BRB_STORE_STORE_H
#define BRB_STORE_STORE_H

#include "store/types.h"

typedef struct brb_store brb_store;

/* Opens or creates the database, and migrates an older one. */
brabeion_status brb_store_open(const brb_store_options *options, brb_store **out, brabeion_error *error);
void brb_store_close(brb_store *store); /* no transaction may be open */
const char *brb_store_path(const brb_store *store);

/*
 * How a process learns that a commit has changed awards or made a job ready, by any process: *fd polls
 * readable then. Drain it before reading the database: what is committed after that makes it readable again.
 *
 * Threads: any, also beside transactions. Owns: *fd is the store's; brb_store_unwatch() closes it.
 * Errors: BRABEION_SYSTEM when it cannot be watched; then poll the database.
 */
brabeion_status brb_store_watch(brb_store *store, int *fd, brabeion_error *error);
void brb_store_drain(brb_store *store, int fd);
void brb_store_unwatch(brb_store *store, int fd);

/* ---- registration ---- */

/*
 * Gives badges their numbers, stable for the life of the database, and keeps their levels' names for awards to show under
 * when the badge is no longer loaded. Reads what is on record first; a transaction only where something is new.
 */
brabeion_status brb_store_register(brb_store *store, brb_store_badge *badges, size_t badge_count,
				   const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				   brabeion_error *error);

/* ---- transactions ---- */

/* Waits for other threads, then for other processes up to the busy timeout: BRABEION_BUSY. */
brabeion_status brb_store_begin(brb_store *store, brabeion_error *error);

/* Writes and commits. The transaction has ended, whatever is returned; after an error the caches are dropped. */
brabeion_status brb_store_commit(brb_store *store, brabeion_error *error);
void brb_store_rollback(brb_store *store);

/*
 * Begins a judgement: what it changes in memory, awards and jobs can be undone until the next mark; seen ids stay. Texts
 * of brb_store_note are valid until the next mark or the transaction's end. brb_store_begin sets the first mark.
 */
void brb_store_mark(brb_store *store);
void brb_store_undo(brb_store *store);

/* Writes what has changed so far, so that the driver's own work on the database sees it; it is not undone any more. */
brabeion_status brb_store_settle(brb_store *store, brabeion_error *error);

/* ---- inside a transaction ---- */

/* Records the id of an event; *first is false when it was there already, within the retention. */
brabeion_status brb_store_see(brb_store *store, const char *id, const char *event, const char *user, bool *first,
			      brabeion_error *error);

brabeion_status brb_store_tally(brb_store *store, uint32_t plugin, const char *name, const char *subject,
				int64_t *value, brabeion_error *error);
brabeion_status brb_store_tally_set(brb_store *store, uint32_t plugin, const char *name, const char *subject,
				    int64_t value, brabeion_error *error);

/* *text is NULL when there is none. Valid until the next mark, also when the note is replaced. */
brabeion_status brb_store_note(brb_store *store, uint32_t plugin, const char *name, const char *subject,
			       const char **text, brabeion_error *error);
brabeion_status brb_store_note_set(brb_store *store, uint32_t plugin, const char *name, const char *subject,
				   const char *text, brabeion_error *error);

/* The number of a plugin by its id; 0 when it was never registered. */
brabeion_status brb_store_plugin(brb_store *store, const char *id, uint32_t *number, brabeion_error *error);

/* How many awards of a badge a user holds, and the highest level; the badge need not be loaded. */
brabeion_status brb_store_held(brb_store *store, const char *user, const char *slug, int64_t *count,
			       int32_t *highest_level, brabeion_error *error);

/*
 * Whether the award is held; its event, event_id and at_us are not read. With a reason of NULL it never is. With `remember`,
 * brb_store_knows_held may return true for it from now on.
 */
brabeion_status brb_store_is_held(brb_store *store, const brb_store_award *award, bool remember, bool *held,
				  brabeion_error *error);

/* Stores the award unless it is held: *sequence is its sequence, or 0 when it was held. */
brabeion_status brb_store_award_add(brb_store *store, const brb_store_award *award, int64_t *sequence,
				    brabeion_error *error);

/* Revokes awards, and adds a change for each to the list, whose memory the caller has set: brb_list_memory(). */
brabeion_status brb_store_revoke(brb_store *store, const brb_store_revocation *revocation, brabeion_change_list *list,
				 brabeion_error *error);

/* Removes all that is stored under a user's name, jobs too; *awards counts the awards. */
brabeion_status brb_store_forget_user(brb_store *store, const char *user, int64_t *awards, brabeion_error *error);

/* Gives all that `from` has to `into`. Claims of jobs of both are given up. */
brabeion_status brb_store_merge_users(brb_store *store, const char *from, const char *into, brabeion_error *error);

/*
 * Outside of a transaction: true when the award is surely held, as of at most a second ago; false means nothing. Takes one
 * of 64 locks, shared by a few users.
 */
bool brb_store_knows_held(brb_store *store, const brb_store_award *award);

/* ---- outside of transactions ---- */

/*
 * Records that a badge is quarantined; one that is there stays as it was. This and the next return BRABEION_BUSY rather
 * than wait for a list or, longer than 20 ms, for a writer. Not while this thread has a transaction open.
 */
brabeion_status brb_store_quarantine(brb_store *store, const brb_store_quarantined *badge, brabeion_error *error);

/* Whether the badge is recorded as quarantined. */
brabeion_status brb_store_is_quarantined(brb_store *store, uint32_t badge, bool *quarantined, brabeion_error *error);

/* Removes the record; *released: there was one. */
brabeion_status brb_store_release(brb_store *store, const char *slug, bool *released, brabeion_error *error);

/* All records, oldest first; *list is the caller's to brb_memory_release(), its texts are in the arena. */
brabeion_status brb_store_list_quarantined(brb_store *store, brb_arena *arena, brb_store_quarantined **list,
					   size_t *count, brabeion_error *error);

/* Copies the database, as of one moment, to a new file. */
brabeion_status brb_store_backup(brb_store *store, const char *path, brabeion_error *error);

/* Transactions committed since the store was opened. */
uint64_t brb_store_commit_count(const brb_store *store);

/* ---- lists: of what is committed, each in a snapshot of its own ---- */

brabeion_status brb_store_list_awards(brb_store *store, brb_store_whose whose, const char *name, int64_t before,
				      size_t limit, brabeion_award_list *list, brabeion_error *error);
brabeion_status brb_store_count_awards(brb_store *store, const char *user, int64_t *count, brabeion_error *error);
brabeion_status brb_store_list_users(brb_store *store, size_t limit, brabeion_user_list *list, brabeion_error *error);

/* The feed: awards and revocations after a sequence, oldest first. */
brabeion_status brb_store_list_changes(brb_store *store, int64_t after, size_t limit, brabeion_change_list *list,
				       brabeion_error *error);

/* A user's awards and revocations, newest first; `before` 0: from the newest. */
brabeion_status brb_store_list_user_changes(brb_store *store, const char *user, int64_t before, size_t limit,
					    brabeion_change_list *list, brabeion_error *error);

brabeion_status brb_store_look_up(brb_store *store, const char *user, const char *slug, brb_arena *arena,
				  brb_store_found *found, brabeion_error *error);

/* At most `limit` of a user's trophies, all in the arena. */
brabeion_status brb_store_list_trophies(brb_store *store, const char *user, size_t limit, brb_arena *arena,
					brb_store_trophies *out, brabeion_error *error);

/* What plugins remember, ordered by plugin, name, kind and subject. A tally of 0 counts as none. */
brabeion_status brb_store_list_memory(brb_store *store, const brabeion_memory_filter *filter,
				      brabeion_memory_list *list, brabeion_error *error);

/* Users who hold the badge; at_level[i] of level i + 1, for `level_count` levels. */
brabeion_status brb_store_holders(brb_store *store, const char *slug, int64_t *holders, int64_t *at_level,
				  uint32_t level_count, brabeion_error *error);

#endif
