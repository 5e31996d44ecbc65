/*
 * cli/scenario/file: a file of scenarios (brabeion-scenario(5)) -> what is to happen in each and what is expected, or all
 * that is wrong with the file.
 *
 * Scenarios are YAML of the same dialect as badges.yaml, with faults told in the same words. So this is the one room of
 * the command that uses rooms of the library: config/yaml and what is below it, linked as an archive of these alone. This
 * header names none of them.
 *
 * Keeps true: keys that are not known are faults, since an expectation that is misspelt and passed over always holds; every
 * value has its line, so that a failure can name it.
 *
 * Leaves to others: whether plugins are there and settings right, which the engine says when a scenario runs.
 */
#ifndef BRB_CLI_SCENARIO_FILE_H
#define BRB_CLI_SCENARIO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <brabeion/engine.h>

/* Whose an event, an award or a memory is that names nobody, unless the file says otherwise. */
#define BRB_SCENARIO_USER "ada"

/* 2024-01-01T00:00:00Z, a Monday, in a leap year: the clock at the beginning, unless `now` says otherwise. */
#define BRB_SCENARIO_START_US INT64_C(1704067200000000)

/* A time as it is written: what it means depends on the clock. */
typedef enum brb_scenario_time_kind {
	BRB_SCENARIO_AT_ONCE,  /* not said */
	BRB_SCENARIO_ABSOLUTE, /* us: microseconds since 1970 */
	BRB_SCENARIO_SHIFT,    /* us: from the clock, forward or back */
	BRB_SCENARIO_DAY /* us: from the scenario's first midnight; of_day: else at the time of day of its start */
} brb_scenario_time_kind;

typedef struct brb_scenario_time {
	brb_scenario_time_kind kind;
	int64_t us;
	bool of_day;
} brb_scenario_time;

/* An award that is held, expected, or expected to lapse. */
typedef struct brb_scenario_award {
	uint32_t line;
	const char *user;
	const char *badge;
	uint32_t level;
	const char *reason;   /* NULL: whichever */
	brb_scenario_time at; /* AT_ONCE: whenever */
} brb_scenario_award;

typedef struct brb_scenario_memory {
	uint32_t line;
	brabeion_memory_kind kind;
	const char *plugin; /* its id; NULL: the only one that is loaded */
	const char *name;
	const char *subject;
	int64_t value;    /* of a tally */
	const char *text; /* of a note; NULL: none */
} brb_scenario_memory;

/* A badge (or the plugin of an observe) that is expected to fail. */
typedef struct brb_scenario_failure {
	uint32_t line;
	const char *badge;
	const char *why; /* part of its message; NULL: whatever */
} brb_scenario_failure;

typedef struct brb_scenario_progress {
	uint32_t line;
	const char *user;
	const char *badge;
	uint32_t level; /* 0: whichever comes next */
	int64_t done, goal;
} brb_scenario_progress;

/* What must be so. `earns`, `lapses` and `fails` are of all since the last time that they were asked for. */
typedef struct brb_scenario_expectation {
	bool has_earns, has_lapses, has_fails, has_remembers, remembers_only, has_progress;
	size_t earn_count, lapse_count, failure_count, memory_count, progress_count;
	uint32_t earns_line, lapses_line, fails_line, remembers_line, progress_line;
	const brb_scenario_award *earns, *lapses;
	const brb_scenario_failure *fails;
	const brb_scenario_memory *remembers;
	const brb_scenario_progress *progress;
} brb_scenario_expectation;

/* In a repeat "{n}" in a user, an id or a field's text stands for the number of the round. */
typedef struct brb_scenario_event {
	const char *name;
	const char *user;
	const char *id; /* NULL: none */
	brb_scenario_time at;
	const brabeion_field *fields;
	size_t field_count;
} brb_scenario_event;

typedef enum brb_scenario_step_kind {
	BRB_SCENARIO_EVENT,
	BRB_SCENARIO_WAIT,
	BRB_SCENARIO_EXPECT,
	BRB_SCENARIO_REPEAT
} brb_scenario_step_kind;

typedef struct brb_scenario_step brb_scenario_step;

typedef struct brb_scenario_repeat {
	uint32_t times;
	size_t count;
	const brb_scenario_step *steps;
} brb_scenario_repeat;

struct brb_scenario_step {
	brb_scenario_step_kind kind;
	uint32_t line;
	union {
		brb_scenario_event event;
		brb_scenario_time wait;
		brb_scenario_expectation expect;
		brb_scenario_repeat repeat;
	} of;
};

typedef struct brb_scenario {
	const char *name;
	uint32_t line;
	size_t badge_count; /* 0: all count */
	const char *const *badges;
	int64_t start_us;
	size_t held_count, memory_count;
	const brb_scenario_award *held;
	const brb_scenario_memory *remembers;
	size_t step_count;
	const brb_scenario_step *steps;
} brb_scenario;

typedef struct brb_scenario_set {
	const char *path;   /* of the file, as it was given */
	const char *faults; /* NULL: none. "file:line:column: what", one a line; then there is nothing else */
	const char *badges; /* the text of a badges.yaml, each line where it was in the file that it comes from */
	const char *badges_from; /* that file's path, for messages */
	const char *plugin_path; /* folders with colons between them, absolute; "" */
	size_t count;
	const brb_scenario *scenarios;
	void *memory; /* the room's */
} brb_scenario_set;

/* Reads a file. Owns: the set is yours: brb_scenario_file_close(). NULL: out of memory. */
brb_scenario_set *brb_scenario_file_open(const char *path);
void brb_scenario_file_close(brb_scenario_set *set);

/* Likewise from bytes, whose file has that path. */
brb_scenario_set *brb_scenario_file_parse(const char *path, const char *bytes, size_t length);

#endif
