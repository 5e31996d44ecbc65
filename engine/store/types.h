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
#include <string.h>
#include <sys/types.h>

#include <brabeion/badge.h>
#include <brabeion/engine.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "base/text.h"

/* Of the memory budget: for the database's page cache, and what may be cached and changed; the rest is for sorting it. */
enum { BRB_PAGE_CACHE_SIXTEENTHS = 2, BRB_STORE_SIXTEENTHS = 10 };

typedef struct brb_store_options {
	const char *path;
	bool existing_only; /* BRABEION_ABSENT when the file is not there */
	bool read_only;     /* nothing is ever written, and no writer is waited for; implies existing_only */
	mode_t mode;        /* of the files that are made; 0: 0600 */
	int64_t compare_us; /* the files are compared at a commit (store/sqlite/checks/intact.h), at most so often; 0: at each */
	bool synchronous_full;
	bool throwaway; /* need not outlive the process: the disk is never waited for */
	int64_t busy_timeout_ms;
	int64_t retention_us; /* of seen ids; INT64_MAX: forever */
	int64_t memory_bytes; /* the budget of all caches and of what is changed and not committed; 0: 64 MiB */
	brb_clock clock;
	brb_log log;
	/* While an older database is migrated: rows done, of how many. NULL: none. */
	void (*migrating)(void *context, int64_t done, int64_t total);
	void *migrating_context;
} brb_store_options;

/* A time of the clock's that lies further ahead than this was given by another clock. */
#define BRB_STORE_AHEAD_US INT64_C(86400000000)

/* What is known of the system's clock: see brb_store_look_at_clock. */
typedef struct brb_store_clock {
	int64_t now_us;
	int64_t newest_us; /* the newest time by a clock that was trusted; 0: none yet */
	bool is_suspect;
} brb_store_clock;

/* Counters: the newest time, and since when the clock is suspect, by itself, by the monotonic clock, and of which boot. */
#define BRB_COUNTER_NEWEST "clock_newest_us"
#define BRB_COUNTER_SUSPECT "clock_suspect_us"
#define BRB_COUNTER_SUSPECT_MONOTONIC "clock_suspect_monotonic_us"
#define BRB_COUNTER_SUSPECT_BOOT "clock_suspect_boot"

/* Of what grows with each event; 0: no bound. */
typedef struct brb_store_bounds {
	int64_t jobs, jobs_of_user;
	int64_t notes_of_user; /* under one name */
} brb_store_bounds;

typedef struct brb_store_badge {
	const char *slug;
	const badge_level *levels;
	uint32_t level_count;
	uint32_t number; /* out */

	/* Out: of a level that is held, its number, and the one that its name has now. 0: none has moved. */
	uint32_t moved_from, moved_to;
} brb_store_badge;

/* The number of the level that has the name now, which level `was` had; 0: none, or that one still has it. */
static inline uint32_t brb_level_moved_to(const badge_level *levels, uint32_t count, uint32_t was, const char *name)
{
	if (was && was <= count && strcmp(levels[was - 1].name, name) == 0)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		if (strcmp(levels[i].name, name) == 0)
			return i + 1;
	return 0;
}

/* ---- what plugins remember ---- */

typedef enum brb_owner_kind { BRB_OWNER_USER, BRB_OWNER_THING } brb_owner_kind;
typedef enum brb_key_kind { BRB_KEY_TEXT, BRB_KEY_USER, BRB_KEY_HASHED } brb_key_kind;
typedef enum brb_cell_kind { BRB_CELL_NONE, BRB_CELL_NUMBER, BRB_CELL_TEXT, BRB_CELL_USER } brb_cell_kind;

/* What is done with two cells when two users become one; a cell that only one has is kept. */
typedef enum brb_merge_rule {
	BRB_MERGE_SUM, /* cut to 64 bits */
	BRB_MERGE_MAX,
	BRB_MERGE_MIN,
	BRB_MERGE_OR,
	BRB_MERGE_EARLIEST,
	BRB_MERGE_KEEP, /* that of the user who stays */
	BRB_MERGE_OWN   /* the plugin's `merge` decides (judging/merge.h) */
} brb_merge_rule;

/* A name under which a plugin, or one of its badges, remembers. It stays where it is as long as cells refer to it. */
typedef struct brb_store_memory {
	const char *name;
	uint32_t number; /* out: of the database */
	uint32_t plugin; /* its number */
	uint32_t badge;  /* its number; 0: of the plugin */
	brb_owner_kind owner;
	brb_cell_kind kind; /* not NONE */
	brb_key_kind keys;
	brb_merge_rule merge;
} brb_store_memory;

/* One value, by names as the plugin says them. */
typedef struct brb_cell {
	const brb_store_memory *memory;
	const char *owner;
	const char *key; /* "": the plain one; with BRB_KEY_USER a user's name */
} brb_cell;

typedef struct brb_cell_value {
	brb_cell_kind kind;
	int64_t number;
	const char *text; /* of a USER the name; NULL: forgotten */
} brb_cell_value;

/* ---- users ---- */

typedef struct brb_found_user {
	bool found;
	const char *alias_of; /* the user that a name stands for; "": itself */
	const char *near;     /* a similar name, where there is no such user; "": none */
} brb_found_user;

/* What plugins merge themselves: BRB_MERGE_OWN. */
typedef struct brb_store_merge_own {
	/* Merges it: `from` is still a user of his own, whose cells can be read. */
	brabeion_status (*merge)(void *context, const char *from, const char *into, brabeion_error *error);

	/* Whether `merge` does so for a memory, whose plugin may not be loaded; NULL: for all. Of others KEEP is the rule. */
	bool (*merges)(void *context, const brb_store_memory *memory);
	void *context;
} brb_store_merge_own;

/* ---- awards ---- */

typedef struct brb_store_award {
	const char *user;
	uint32_t badge; /* its number */
	uint32_t level;
	const char *reason; /* NULL: a fresh number, "#17" */
	const char *event;  /* that earned it */
	const char *event_id;
	int64_t at_us;
	int64_t stored_us; /* 0: now */
	const char *note;  /* comment of the person who granted it; NULL: none */
	bool rearn;        /* may be earned again after a revocation */
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
	bool has_offset; /* of the event's clock from UTC */
	int32_t offset_minutes;
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
	bool has_offset;
	int32_t offset_minutes;
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

/* What the operator is told of badges. The database has the numbers. */
typedef enum brb_trouble_kind {
	BRB_TROUBLE_FAILED = 0,
	BRB_TROUBLE_SLOW = 1,  /* took longer than its budget */
	BRB_TROUBLE_PASSED = 2 /* was quarantined, and not asked about an event */
} brb_trouble_kind;

typedef struct brb_store_failing {
	uint32_t badge; /* its number */
	brb_trouble_kind kind;
	int64_t count;
	int64_t first_us;
	int64_t last_us;
	const char *event; /* of the last */
	const char *error; /* "" of one that was passed over */
} brb_store_failing;

/* Events that a badge was not asked about while it was quarantined. */
typedef struct brb_store_passed {
	uint32_t badge; /* its number */
	int64_t count;
	int64_t first_us;
	int64_t last_us;
} brb_store_passed;

/* ---- plugins ---- */

/* What remembers: a plugin, or one of its badges, which may have jobs, too. */
typedef struct brb_store_owner {
	const char *plugin; /* its id */
	const char *badge;  /* its slug; "": the plugin itself, whose memory its badges share */
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

/* A name that a level has or had, and under which somebody holds it. */
typedef struct brb_health_level {
	const char *slug; /* the badge's */
	const char *name;
	uint32_t level;
} brb_health_level;

typedef struct brb_health_quarantined {
	const char *slug;
	int64_t since_us;
	const char *reason;
} brb_health_quarantined;

typedef struct brb_health_failing {
	const char *slug;
	brb_trouble_kind kind;
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
	int64_t waiting;    /* all that are not parked */
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
	int64_t wal_pages;    /* in the WAL, -1: not known */
	int64_t wal_behind;   /* of those, not yet checkpointed */
	int64_t chores;       /* users forgotten or merged, of whom something is left to be swept */
	int64_t forgotten_us; /* when something was forgotten that the WAL may still hold; 0: nothing */
	int64_t seen;         /* ids */
	int64_t seen_since_us, seen_until_us; /* of the first and the last period: its end; 0: there is none */
	int64_t newest_us;                    /* by a clock that was trusted; 0: none yet */
	int64_t awards_ahead, events_ahead; /* of a time that has not come, among the latest; events of the journal */
	int64_t jobs_ahead;                 /* leased, or stored, by a clock far ahead */
	size_t badge_count, badge_capacity;
	brb_health_badge *badges;
	size_t level_count, level_capacity;
	brb_health_level *levels;
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
	int64_t crowd;    /* jobs of one user that are too many */
	bool thorough;    /* check each page */
	bool only_levels; /* nothing but the levels' names */
} brb_health_options;

#endif
