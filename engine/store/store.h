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
 * Gives badges their numbers, stable for the life of the database, and keeps their levels' names for awards to show under: a
 * name that moves to another level stays with the awards that were earned under it. Reads what is on record first; a
 * transaction only where something is new.
 */
brabeion_status brb_store_register(brb_store *store, brb_store_badge *badges, size_t badge_count,
				   const char *const *plugin_ids, uint32_t *plugin_numbers, size_t plugin_count,
				   brabeion_error *error);

/*
 * Gives declared names their numbers, once plugins and badges have theirs; likewise. A changed merge rule is recorded.
 *
 * Errors: BRABEION_CONFIG, with both declarations, when a name that has data is declared as something else than before.
 */
brabeion_status brb_store_register_memories(brb_store *store, brb_store_memory *const *memories, size_t count,
					    brabeion_error *error);

/*
 * Between these two, what is registered is stored in one transaction, which the first new name begins. The second ends it: it
 * is committed when `status` is OK, else dropped with all numbers that were given, and the status returned. One thread at a
 * time; others wait as for any transaction.
 */
void brb_store_register_begin(brb_store *store);
brabeion_status brb_store_register_end(brb_store *store, brabeion_status status, brabeion_error *error);

/* ---- transactions ---- */

/* Waits for other threads, then for other processes up to the busy timeout: BRABEION_BUSY. */
brabeion_status brb_store_begin(brb_store *store, brabeion_error *error);

/* Writes and commits. The transaction has ended, whatever is returned; after an error the caches are dropped. */
brabeion_status brb_store_commit(brb_store *store, brabeion_error *error);
void brb_store_rollback(brb_store *store);

/*
 * Begins a judgement: what it changes in memory, awards and jobs can be undone until the next mark; seen ids stay. Texts
 * of cells are valid until the next mark or the transaction's end. brb_store_begin sets the first mark.
 */
void brb_store_mark(brb_store *store);
void brb_store_undo(brb_store *store);

/* Writes what has changed so far, so that the driver's own work on the database sees it; it is not undone any more. */
brabeion_status brb_store_settle(brb_store *store, brabeion_error *error);

/* Whether the open transaction should be committed, since half of the memory budget is used. */
bool brb_store_is_full(const brb_store *store);

/* What the open transaction has changed so far, about as many bytes as its commit will write. */
size_t brb_store_changed_bytes(const brb_store *store);

/*
 * Between these two a file is being fed, perhaps not for the first time: no process sweeps seen ids, and those that are there
 * are known also beyond the retention. For a day at most, so that a feed without an end does not fill the disk.
 *
 * Threads: any, also beside transactions.
 */
void brb_store_feed_begin(brb_store *store);
void brb_store_feed_end(brb_store *store);

/* After it: sweeps what was kept back, in transactions of its own, some milliseconds each. Not inside a transaction. */
brabeion_status brb_store_sweep_seen(brb_store *store, brabeion_error *error);

/*
 * The system's clock is suspect when it is more than 30 days ahead of the newest time that the database has stored, and
 * neither an hour of monotonic time of one boot nor brb_store_confirm_clock has confirmed it. Meanwhile nothing is swept by it and
 * no lease is given. A host's own clock (options.clock) never is.
 *
 * The first three inside a transaction. Mending brings times that lie ahead of the clock back to it; *mended counts them.
 */
brabeion_status brb_store_look_at_clock(brb_store *store, brb_store_clock *clock, brabeion_error *error);
brabeion_status brb_store_confirm_clock(brb_store *store, brabeion_error *error);
brabeion_status brb_store_mend_times(brb_store *store, int64_t *mended, brabeion_error *error);
brabeion_status brb_store_read_clock(brb_store *store, brb_store_clock *clock,
				     brabeion_error *error); /* of what is committed; any thread */
bool brb_store_clock_was_suspect(const brb_store *store);    /* at the last look; any thread */

/* Whether other connections have the database open, of any process, and whether they or a thread wait for this transaction. */
void brb_store_company(brb_store *store, bool *there, bool *waiting);

/* ---- inside a transaction ---- */

/*
 * Records the id of an event; *first is false when it was there already, within the retention. Then it is remembered from now
 * on, as if it were new, once a quarter of the retention has passed.
 */
brabeion_status brb_store_see(brb_store *store, const char *id, const char *event, const char *user, bool *first,
			      brabeion_error *error);

/*
 * An event of this user follows, in some events, or `soon`: what is known of him is fetched into the processor's caches. In a
 * transaction, and of a name that is in its bounds.
 */
void brb_store_expect_user(brb_store *store, const char *user, bool soon);

/*
 * Cells: see brb_cell. A value of kind NONE means that there is none; setting it, or the number 0, removes the cell. A value's
 * kind is that of its memory. Texts and keys are valid until the next mark, also when the cell is changed.
 */
brabeion_status brb_store_cell(brb_store *store, const brb_cell *cell, brb_cell_value *value, brabeion_error *error);
brabeion_status brb_store_cell_set(brb_store *store, const brb_cell *cell, const brb_cell_value *value,
				   brabeion_error *error);

/* Keys under a name, the plain cell not counted. */
brabeion_status brb_store_key_count(brb_store *store, const brb_store_memory *memory, const char *owner,
				    int64_t *count, brabeion_error *error);

/*
 * The key after another in the store's own order; `after` NULL: the first. *key is NULL at the end. Of users' keys the
 * names, without those who were forgotten. Not for hashed keys.
 */
brabeion_status brb_store_key_next(brb_store *store, const brb_store_memory *memory, const char *owner,
				   const char *after, const char **key, brabeion_error *error);

/*
 * The present name of who is meant by a name: of an alias the other user's, else the name itself, also of who is new. Valid
 * until the transaction's end, or as long as `user`.
 */
brabeion_status brb_store_present_name(brb_store *store, const char *user, const char **name, brabeion_error *error);

/* A hash under the database's own key. */
uint64_t brb_store_hash(const brb_store *store, const char *text);

/*
 * A recorded memory name, also of what is not loaded, by the plugin's id and the badge's slug ("": the plugin's own); its
 * number is 0 when there is none. Its texts are in the arena.
 */
brabeion_status brb_store_find_memory(brb_store *store, const char *plugin, const char *badge, const char *name,
				      brb_arena *arena, brb_store_memory *memory, brabeion_error *error);

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

/*
 * Cuts a user's names from his number: who comes under one of them is another user. What the user holds is counted no more,
 * and is in no list; the rest is left to brb_store_sweep_chores. *awards counts the rows of awards.
 */
brabeion_status brb_store_forget_user(brb_store *store, const char *user, int64_t *awards, brabeion_error *error);

/*
 * Makes one user of two: `from` becomes another name of `into`, who has what both had. An award that both hold is that of
 * the earlier time; one that a person has revoked of either is revoked. Claims of jobs of both are given up. The journal's
 * rows are left to brb_store_sweep_chores. `own` may be NULL: nothing is merged by plugins. Either may be new. Nothing is
 * done when `from` is `into`.
 *
 * Errors: those of `own`.
 */
brabeion_status brb_store_merge_users(brb_store *store, const char *from, const char *into,
				      const brb_store_merge_own *own, brabeion_error *error);

/* Errors: BRABEION_INVALID when `from` is nobody, or `to` somebody. */
brabeion_status brb_store_rename_user(brb_store *store, const char *from, const char *to, brabeion_error *error);

/* False: no name is an alias, as of the last transaction begun. Any thread, also outside of a transaction. */
bool brb_store_has_aliases(const brb_store *store);

/* What forgetting and merging have left, for about so long; *done: nothing is left. */
brabeion_status brb_store_sweep_chores(brb_store *store, int64_t budget_us, bool *done, brabeion_error *error);

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

/* What badges were passed over, as stored; *list is the caller's to brb_memory_release(). */
brabeion_status brb_store_list_passed(brb_store *store, brb_store_passed **list, size_t *count,
				      brabeion_error *error);

/* Copies the database, as of one moment, to a file that must not exist, unless `replace` is set. */
brabeion_status brb_store_backup(brb_store *store, const char *path, bool replace, brabeion_error *error);

/* The memory budget, and what was used of it before the last commit. */
void brb_store_memory_use(const brb_store *store, int64_t *budget_bytes, int64_t *used_bytes);

/* Whether forgetting or merging has left anything to sweep, as committed. */
brabeion_status brb_store_has_chores(brb_store *store, bool *has, brabeion_error *error);

/*
 * Empties the WAL into the database, so that what was deleted is nowhere any more: tried for two seconds, in which writers
 * are held up for some milliseconds at a time. Not complete: somebody reads from it, or writes.
 */
brabeion_status brb_store_checkpoint(brb_store *store, bool *complete, brabeion_error *error);

/* Transactions committed since the store was opened. */
uint64_t brb_store_commit_count(const brb_store *store);

/* From the next event on. Any thread. (bounds.c) */
void brb_store_set_bounds(brb_store *store, const brb_store_bounds *bounds);
brb_store_bounds brb_store_bounds_of(const brb_store *store);

/* ---- lists: of what is committed, each in a snapshot of its own ---- */

brabeion_status brb_store_list_awards(brb_store *store, brb_store_whose whose, const char *name, int64_t before,
				      size_t limit, brabeion_award_list *list, brabeion_error *error);
brabeion_status brb_store_count_awards(brb_store *store, const char *user, int64_t *count, brabeion_error *error);
/* Those who hold awards, by how many; those who follow `after`, who may be NULL. */
brabeion_status brb_store_list_users(brb_store *store, const char *after, size_t limit, brabeion_user_list *list,
				     brabeion_error *error);

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

/* What plugins remember, by owner. Without a user or thing all owners are read. */
brabeion_status brb_store_list_memory(brb_store *store, const brabeion_memory_filter *filter,
				      brabeion_memory_list *list, brabeion_error *error);

/* Users who hold the badge; at_level[i] of level i + 1, for `level_count` levels. */
brabeion_status brb_store_holders(brb_store *store, const char *slug, int64_t *holders, int64_t *at_level,
				  uint32_t level_count, brabeion_error *error);

#endif
