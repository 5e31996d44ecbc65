/*
 * store/sqlite/internal: the open database, and what the files of the room share. Private to the room.
 *
 * Two connections: `writer` is the transaction's, and used by the thread that has begun it; `reader` reads what is
 * committed, so that a long list delays no commit, and is guarded by a lock.
 */
#ifndef BRB_STORE_SQLITE_INTERNAL_H
#define BRB_STORE_SQLITE_INTERNAL_H

#include <pthread.h>

#include "store/driver.h"
#include "store/sqlite/checks/intact.h"
#include "store/sqlite/database.h"

struct brb_store_db {
	const brb_store_options *options;
	char *wal_path;
	brb_neighbours neighbours;
	brb_database writer;
	brb_intact intact;      /* of its files */
	uint32_t known_version; /* the data version as of our last commit */
	bool has_news;          /* the transaction has changed awards, or left a job ready */
	bool jobs_ready;

	pthread_mutex_t reading; /* guards `reader` */
	brb_database reader;
};

/* ---- the reading connection (reading.c) ---- */

/* Opens it if need be, and checks that its file is in place. */
brabeion_status brb_sqlite_ready_reader_locked(brb_store_db *db, brabeion_error *error);

/* A snapshot on `reader`, which is this thread's until end_reading. After a failure it is not begun. */
brabeion_status brb_sqlite_begin_reading(brb_store_db *db, brabeion_error *error);
void brb_sqlite_end_reading(brb_store_db *db);

/* brb_database_each and brb_database_number in a snapshot of their own. */
brabeion_status brb_sqlite_read_each(brb_store_db *db, brb_statement which, const brb_sql_value *values, size_t count,
				     brb_row_reader read, void *context, brabeion_error *error);
brabeion_status brb_sqlite_read_number(brb_store_db *db, brb_statement which, const brb_sql_value *values,
				       size_t count, int64_t *number, brabeion_error *error);

/* ---- lists.c ---- */

/* The feed after a sequence, on either connection; `limit` as SQL has it. */
brabeion_status brb_sqlite_list_changes(brb_database *database, int64_t after, int64_t limit,
					brabeion_change_list *list, brabeion_error *error);

/* ---- jobs_add.c ---- */

brabeion_status brb_sqlite_write_jobs(brb_store_db *db, const brb_effect_job *jobs, size_t count,
				      brabeion_error *error);

/* ---- the parts of the driver ---- */

extern const brb_driver_transaction brb_sqlite_transaction;
extern const brb_driver_jobs brb_sqlite_jobs;
extern const brb_driver_journal brb_sqlite_journal;
extern const brb_driver_stats brb_sqlite_stats;
extern const brb_driver_upkeep brb_sqlite_upkeep;
extern const brb_driver_copy brb_sqlite_copy;
extern const brb_driver_read brb_sqlite_read;
extern const brb_driver_quarantine brb_sqlite_quarantine;
extern const brb_driver_reader brb_sqlite_reader;

brabeion_status brb_sqlite_remove_memory(brb_store_db *db, const brb_store_owner *owner, brabeion_error *error);
brabeion_status brb_sqlite_remove_jobs(brb_store_db *db, const char *slug, brabeion_error *error);
brabeion_status brb_sqlite_revoke(brb_store_db *db, int64_t badge, int64_t user,
				  const brb_store_revocation *revocation, int64_t *sequence,
				  brabeion_change_list *list, brabeion_error *error);
brabeion_status brb_sqlite_backup(brb_store_db *db, const char *path, bool replace, brabeion_error *error);
brabeion_status brb_sqlite_add_memory_change(brb_store_db *db, const brb_memory_change_row *row,
					     brabeion_error *error);
brabeion_status brb_sqlite_memory_changes(brb_store_db *db, const brabeion_memory_filter *filter,
					  brabeion_memory_record *record, brabeion_error *error);
brabeion_status brb_sqlite_find_user(brb_store_db *db, const char *name, brb_arena *arena, brb_found_user *found,
				     brabeion_error *error);
brabeion_status brb_sqlite_report_user(brb_store_db *db, const char *user, const char *into,
				       const brb_store_merge_own *own, int64_t budget_us,
				       brabeion_user_report *report, brabeion_error *error);
brabeion_status brb_sqlite_health(const brb_health_options *options, brb_health *health, brabeion_error *error);
brabeion_status brb_sqlite_read_file(const char *path, brb_health_file *file, brabeion_error *error);
brabeion_status brb_sqlite_watch(brb_store_db *db, int *fd, brabeion_error *error);
void brb_sqlite_drain(brb_store_db *db, int fd);
void brb_sqlite_unwatch(brb_store_db *db, int fd);

/* Sets the times of the WAL, which wakes all watches. */
void brb_sqlite_wake_watches(const brb_store_db *db);

#endif
