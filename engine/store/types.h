/*
 * store/types: the data that the store and a database driver exchange: awards, revocations, jobs, lists, health. Functions
 * on it are declared in store.h, jobs.h and so on for the rooms above, in driver.h for a database.
 *
 * Owns: texts belong to the code that fills the struct in, unless a comment says otherwise. Times are microseconds since
 * 1970; numbers of users, badges and so on are the database's.
 */
#ifndef BRB_STORE_TYPES_H
#define BRB_STORE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <brabeion/badge.h>
#include <brabeion/engine.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "base/text.h"

typedef struct brb_store_options {
	const char *path;
	bool existing_only; /* BRABEION_ABSENT when the file is not there */
	bool synchronous_full;
	bool throwaway; /* need not outlive the process: the disk is never waited for */
	int64_t busy_timeout_ms;
	int64_t retention_us; /* of seen ids; INT64_MAX: forever */
	brb_clock clock;
	brb_log log;
} brb_store_options;

typedef struct brb_store_badge {
	const char *slug;
	const badge_level *levels;
	uint32_t level_count;
	uint32_t number; /* out */
} brb_store_badge;

typedef struct brb_store_award {
	const char *user;
	uint32_t badge; /* its number */
	uint32_t level;
	const char *reason; /* NULL: a fresh number, "#17" */
	const char *event;  /* that earned it */
	const char *event_id;
	int64_t at_us;
	const char *note; /* comment of the person who granted it; NULL: none */
	bool rearn;       /* may be earned again after a revocation */
} brb_store_award;

/* Which of a user's awards of a badge are to be revoked. */
typedef struct brb_store_revocation {
	const char *user;
	const char *slug;
	uint32_t level;     /* 0: every level */
	uint32_t above;     /* only levels above this one */
	const char *reason; /* NULL: every reason */
	const char *note;   /* the person's reason; NULL: none */
	int64_t at_us;
	bool lapsed; /* not by a person's decision: it may be earned again */
} brb_store_revocation;

/* ---- lists ---- */

typedef struct brb_store_quarantined {
	uint32_t badge;   /* its number */
	const char *slug; /* when read */
	int64_t since_us;
	const char *reason;
} brb_store_quarantined;

typedef enum brb_store_whose { BRB_STORE_OF_USER, BRB_STORE_OF_BADGE } brb_store_whose;

/* What is recorded under a user's and a badge's name. */
typedef struct brb_store_found {
	bool user;
	const char *near_user; /* the nearest name, in the arena; "" */
	uint32_t badge;        /* its number; 0: never loaded */
} brb_store_found;

/* What a user holds of one badge. */
typedef struct brb_store_trophy {
	const char *slug;
	uint32_t level;   /* the highest */
	const char *name; /* of that level, as last registered; "" when not known */
	const char *description;
	int64_t times; /* awards that have a reason, of any level */
	int64_t at_us; /* the latest */
} brb_store_trophy;

typedef struct brb_store_trophies {
	size_t count;
	brb_store_trophy *trophies; /* the latest award first */
	int64_t badge_count;        /* also beyond the limit */
	int64_t award_count;
} brb_store_trophies;

/* ---- jobs ---- */

#define BRB_STORE_NEVER_US INT64_MAX

typedef struct brb_store_job {
	uint32_t badge; /* its number */
	const char *user;
	const char *event;
	const char *event_id; /* "" when it has none */
	int64_t at_us;        /* the event's time, or the time the job is due */
	int64_t due_us;       /* not judged before; orders the queue. Of a job of an event: its arrival */
	int64_t history_id;   /* 0: by the live clock */
	const brabeion_field *fields;
	size_t field_count;
	int64_t journal; /* row of the event that caused it; 0: none */
} brb_store_job;

typedef struct brb_store_claim {
	int64_t number;
	int64_t history_id;
	int64_t now_us;
	int64_t lease_until_us;
	size_t most;            /* jobs, at least 1 */
	const uint32_t *badges; /* numbers of the loaded ones, ascending */
	size_t badge_count;
} brb_store_claim;

typedef struct brb_store_claimed {
	int64_t id;
	uint32_t badge;
	uint32_t attempts; /* failed before */
	const char *user;
	const char *event;
	const char *event_id;
	int64_t at_us;
	int64_t due_us;
	const brabeion_field *fields; /* as they were added */
	size_t field_count;
	int64_t journal; /* as it was added */
} brb_store_claimed;

/* Jobs that the claim has parked, to be logged. */
typedef struct brb_store_parked {
	const char *slug;
	int64_t count;
	const char *why; /* "unloaded", or why the state of a single job cannot be read */
	int64_t id;      /* of the single job; 0 with "unloaded" */
} brb_store_parked;

/* All zeroes is an empty list; claiming empties it first. */
typedef struct brb_store_claimed_list {
	size_t count, capacity;
	brb_store_claimed *jobs;
	size_t parked_count, parked_capacity;
	brb_store_parked *parked;
	brb_arena memory;
} brb_store_claimed_list;

typedef struct brb_store_failure {
	const char *error;
	int64_t at_us;
	int64_t retry_at_us;    /* not before; its queue waits meanwhile */
	uint32_t attempts_most; /* with so many it is parked, and its queue goes on; 0: parked at once */
} brb_store_failure;

typedef enum brb_store_job_state {
	BRB_STORE_JOB_ANY = 0,
	BRB_STORE_JOB_WAITING = 1, /* due, and not claimed, perhaps behind another one */
	BRB_STORE_JOB_RUNNING = 2, /* head, and claimed with a lease that has not ended */
	BRB_STORE_JOB_DELAYED = 3, /* due later, to be retried later, or of a history */
	BRB_STORE_JOB_PARKED = 4
} brb_store_job_state;

typedef struct brb_store_job_counts {
	int64_t waiting, running, delayed, parked;
	int64_t oldest_us; /* due_us of the first that waits; 0 when none does */
} brb_store_job_counts;

/* Zero means any, but for now_us. */
typedef struct brb_store_job_filter {
	brb_store_job_state state;
	const char *slug; /* NULL: any */
	const char *user; /* NULL: any */
	int64_t after;    /* only greater ids */
	size_t limit;     /* 0: all */
	int64_t now_us;
} brb_store_job_filter;

typedef struct brb_store_job_info {
	int64_t id;
	const char *slug;
	const char *user;
	const char *event;
	const char *event_id;
	int64_t at_us;
	int64_t due_us;
	int64_t retry_us; /* not before; 0 when it has not failed */
	int64_t history_id;
	brb_store_job_state state;
	uint32_t attempts;      /* since it was stored or last retried by hand */
	int64_t lease_us;       /* of RUNNING: when the lease ends; else 0 */
	int64_t parked_us;      /* of PARKED: since when; else 0 */
	const char *parked_why; /* "", "failed" or "unloaded" */
	const char *error;      /* of the last attempt, "" */
	const char *fields;     /* the frozen state as a JSON object; only of brb_store_show_job, else NULL */
} brb_store_job_info;

typedef struct brb_store_job_list {
	size_t count, capacity;
	brb_store_job_info *jobs;
	brb_arena memory;
} brb_store_job_list;

typedef struct brb_store_attempt {
	int64_t number; /* from 1; it goes on after a retry by hand */
	int64_t at_us;
	const char *error;
} brb_store_attempt;

typedef struct brb_store_job_page {
	bool found;
	brb_store_job_info job;
	size_t attempt_count, attempt_capacity;
	brb_store_attempt *attempts;
	brb_arena memory;
} brb_store_job_page;

/* One job, or all that match. */
typedef struct brb_store_job_choice {
	int64_t id;       /* 0: all that match the rest */
	const char *slug; /* NULL: of any badge */
	bool parked;      /* only parked ones */
} brb_store_job_choice;

/* ---- the journal of events ---- */

typedef struct brb_store_journal_range {
	int64_t after, until; /* until 0: to the end */
	bool events_only;
	size_t limit; /* 0: all */
	/* or, newest first, a user's rows with verdicts on one badge, and those verdicts alone: */
	const char *user; /* NULL: the range above */
	uint32_t badge;   /* its number */
	int64_t since_us; /* by the events' times; INT64_MIN: all */
	size_t *left_out; /* out: rows beyond the limit */
} brb_store_journal_range;

/* ---- statistics ---- */

enum { BRB_UNHANDLED_NAMES_MOST = 256 };

typedef struct brb_store_unhandled {
	const char *name; /* "": all further names */
	int64_t count;
	int64_t first_us;
	int64_t last_us;
} brb_store_unhandled;

typedef struct brb_store_failing {
	uint32_t badge; /* its number */
	int64_t count;
	int64_t first_us;
	int64_t last_us;
	const char *event; /* of the last */
	const char *error;
} brb_store_failing;

/* ---- plugins ---- */

typedef struct brb_store_owner {
	const char *id;
	const char *const *slugs; /* of its badges */
	size_t slug_count;
} brb_store_owner;

/* The note of revocations by `brabeion backfill`, which are no person's decision. */
#define BRB_BACKFILL_NOTE "backfill: the rules of today would not have given it"

/* ---- health ---- */

enum { BRB_HEALTH_COUNTED_MOST = 1000000 };

typedef struct brb_health_file {
	int64_t bytes;
	int64_t wal_bytes; /* of the WAL */
	mode_t mode;       /* st_mode */
	uid_t owner;
	mode_t folder_mode;
	int64_t disk_free_bytes; /* for users other than root; -1: not known */
	size_t user_count;       /* other processes that have it open, as far as /proc/locks shows */
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
	const char *error; /* the most frequent among the last thousand parked jobs; NULL: none */
	int64_t error_times;
	int64_t ready; /* that a worker could take now */
	int64_t ready_since_us;
	int64_t leased;     /* that a worker is running */
	size_t crowd_count; /* users with too many */
	struct {
		const char *user;
		int64_t jobs;
	} crowd[4];
} brb_health_jobs;

typedef struct brb_health {
	brb_health_file file;
	const char *fault;      /* why reading stopped; NULL: it is complete */
	bool refused;           /* the system refused to read or write it: the database is not at fault */
	int64_t version, knows; /* of the schema: the database's, this program's */
	const char *damage;     /* what the thorough check found; NULL: nothing, or not asked for */
	int64_t pages, free_pages, page_bytes;
	int64_t wal_pages;  /* in the WAL, -1: not known */
	int64_t wal_behind; /* of those, not yet checkpointed */
	int64_t seen;       /* ids */
	int64_t seen_since_us;
	size_t badge_count, badge_capacity;
	brb_health_badge *badges;
	size_t quarantined_count, quarantined_capacity;
	brb_health_quarantined *quarantined;
	size_t failing_count, failing_capacity;
	brb_health_failing *failing;
	size_t unhandled_count, unhandled_capacity;
	brb_store_unhandled *unhandled; /* the most frequent first */
	brb_health_jobs jobs;
	brb_arena arena;
} brb_health;

typedef struct brb_health_options {
	const char *path;
	int64_t now_us;
	int64_t crowd; /* jobs of one user that are too many */
	bool thorough; /* check each page */
} brb_health_options;

#endif
