/*
 * store/health: what a database looks like to who may have to mend it: the file and what stands beside it, and the few
 * numbers of what is in it that tell whether all is well.
 *
 * Keeps true: the database is not created, changed or migrated, also one that is older; it may be in use meanwhile, by
 * this process or another. No question walks through a table that may have millions of rows (health_sql.h).
 *
 * Leaves to others: what is good or bad.
 */
#ifndef BRB_STORE_HEALTH_H
#define BRB_STORE_HEALTH_H

#include <sys/types.h>

#include "store/event_stats.h"

/* As the counts of health_sql.h have it. */
enum { BRB_HEALTH_COUNTED_MOST = 1000000 };

/* What files are like that stand on a disk. */
typedef struct brb_health_file {
	int64_t bytes;
	int64_t wal_bytes; /* of the journal beside it */
	mode_t mode;       /* st_mode */
	uid_t owner;
	mode_t folder_mode;
	int64_t disk_free_bytes; /* for who is not root; -1: not known */
	size_t user_count;       /* other processes that have it open, as far as the kernel tells */
	pid_t user;              /* the first of them */
} brb_health_file;

typedef struct brb_health_badge {
	const char *slug;
	const char *name; /* of its first level, "" when it has none */
	int64_t known_us; /* 0: not known */
	bool has_awards;  /* revoked ones, too */
} brb_health_badge;

typedef struct brb_health_quarantined {
	const char *slug;
	int64_t since_us;
	const char *reason;
} brb_health_quarantined;

typedef struct brb_health_failing {
	const char *slug;
	int64_t count, first_us, last_us;
	const char *event, *error; /* the last */
} brb_health_failing;

/* Counts end at BRB_HEALTH_COUNTED_MOST. */
typedef struct brb_health_jobs {
	int64_t parked, parked_since_us;
	int64_t unloaded;  /* of those, because their badge is not loaded */
	const char *error; /* the most frequent of the last thousand that were parked; NULL: none */
	int64_t error_times;
	int64_t ready; /* that a worker could take now */
	int64_t ready_since_us;
	int64_t leased;     /* that a worker has at hand */
	size_t crowd_count; /* users with too many */
	struct {
		const char *user;
		int64_t jobs;
	} crowd[4];
} brb_health_jobs;

typedef struct brb_health {
	brb_health_file file;
	const char *fault;      /* why nothing more could be read; NULL: it could */
	bool refused;           /* it was the system that would not let it be read or written, not the database */
	int64_t version, knows; /* the database's, and this program's */
	const char *damage;     /* what a thorough look has found; NULL: nothing, or it was not asked for */
	int64_t pages, free_pages, page_bytes;
	int64_t wal_pages;  /* in the journal, -1: not known */
	int64_t wal_behind; /* of those, not yet taken into the database */
	int64_t seen;       /* ids */
	int64_t seen_since_us;
	size_t badge_count, badge_capacity;
	brb_health_badge *badges;
	size_t aside_count, aside_capacity;
	brb_health_quarantined *aside;
	size_t failing_count, failing_capacity;
	brb_health_failing *failing;
	size_t unheard_count, unheard_capacity;
	brb_store_unhandled *unheard; /* the most frequent first */
	brb_health_jobs jobs;
	brb_arena arena;
} brb_health;

typedef struct brb_health_options {
	const char *path;
	int64_t now_us;
	int64_t crowd; /* so many jobs of one user are too many */
	bool thorough; /* have SQLite look at each page */
} brb_health_options;

/*
 * `health` is yours: brb_health_finish(). A database that cannot be read is no error: see `fault`.
 * Errors: BRABEION_ABSENT when there is none; BRABEION_MEMORY.
 */
brabeion_status brb_health_read(const brb_health_options *options, brb_health *health, brabeion_error *error);
void brb_health_finish(brb_health *health);

/* Of the file alone. (health_file.c) */
brabeion_status brb_health_read_file(const char *path, brb_health_file *file, brabeion_error *error);

#endif
