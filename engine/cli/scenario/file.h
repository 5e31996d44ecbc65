/*
 * cli/scenario/file: reads a file of scenarios (brabeion-scenario(5)), or lists all its faults.
 *
 * Scenarios are written in the YAML dialect of badges.yaml and use its reader, engine/yaml. This header names no YAML type.
 *
 * Guarantees: an unknown key is a fault, since a misspelt expectation that is ignored always holds; every value has its
 * line, so that a failure can name it.
 *
 * Not here: whether plugins exist and settings are right: the engine says so when a scenario runs.
 */
#ifndef BRB_CLI_SCENARIO_FILE_H
#define BRB_CLI_SCENARIO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <brabeion/engine.h>

/* The user of events, awards and memory that name none, unless the file has `user`. */
#define BRB_SCENARIO_USER "ada"

/* 2024-01-01T00:00:00Z, a Monday in a leap year: the clock's first time, unless `now` gives another. */
#define BRB_SCENARIO_START_US INT64_C(1704067200000000)

/* A time as written; brb_cli_scenario_time() resolves it against the clock. */
typedef enum brb_scenario_time_kind {
	BRB_SCENARIO_AT_ONCE,  /* not given */
	BRB_SCENARIO_ABSOLUTE, /* us: microseconds since 1970 */
	BRB_SCENARIO_SHIFT,    /* us: from the clock, forward or back */
	BRB_SCENARIO_DAY /* us: from the scenario's first midnight; of_day: else at the time of day of its start */
} brb_scenario_time_kind;

typedef struct brb_scenario_time {
	brb_scenario_time_kind kind;
	int64_t us;
	bool of_day;
	bool has_offset; /* of the clock that an absolute time was given by */
	int32_t offset_minutes;
} brb_scenario_time;

/* An award that is held, expected, or expected to lapse. */
typedef struct brb_scenario_award {
	uint32_t line;
	const char *user;
	const char *badge;
	uint32_t level;
	const char *reason;   /* NULL: any */
	brb_scenario_time at; /* AT_ONCE: any */
} brb_scenario_award;

typedef struct brb_scenario_memory {
	uint32_t line;
	brabeion_memory_kind kind;
	const char *plugin; /* its id; NULL: the only plugin loaded */
	const char *badge; /* whose own it is, a slug; NULL: the plugin's, or of the one badge that has such a name */
	const char *name;
	brabeion_owner_kind owner_kind;
	const char *owner;
	const char *key;  /* "": none */
	int64_t value;    /* of a tally */
	const char *text; /* of a note; of a reference the user; NULL: none */
} brb_scenario_memory;

/* A badge (or the plugin of an observe) that is expected to fail. */
typedef struct brb_scenario_failure {
	uint32_t line;
	const char *badge;
	const char *why; /* part of its message; NULL: any */
} brb_scenario_failure;

typedef struct brb_scenario_progress {
	uint32_t line;
	const char *user;
	const char *badge;
	uint32_t level; /* 0: the next one */
	int64_t done, goal;
} brb_scenario_progress;

/* `earns`, `lapses` and `fails` cover all since the last step that named them. */
typedef struct brb_scenario_expectation {
	bool has_earns, has_lapses, has_fails, has_remembers, remembers_only, has_progress;
	size_t earn_count, lapse_count, failure_count, memory_count, progress_count;
	uint32_t earns_line, lapses_line, fails_line, remembers_line, progress_line;
	const brb_scenario_award *earns, *lapses;
	const brb_scenario_failure *fails;
	const brb_scenario_memory *remembers;
	const brb_scenario_progress *progress;
} brb_scenario_expectation;

/* In a repeat, "{n}" in a user, an id or a field's text is the number of the round. */
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
	const char *path;        /* of the file, as it was given */
	const char *faults;      /* NULL: none. "file:line:column: what", one a line; then there is nothing else */
	const char *config;      /* path of the badges.yaml, or of the file itself when it has the badges */
	const char *config_text; /* the file's content when it has the badges; NULL: `config` names a badges.yaml */
	size_t count;
	const brb_scenario *scenarios;
	void *memory; /* the room's */
} brb_scenario_set;

/* Reads a file. The set is the caller's: brb_scenario_file_close(). NULL: no memory. */
brb_scenario_set *brb_scenario_file_open(const char *path);
void brb_scenario_file_close(brb_scenario_set *set);

/* The same from bytes; `path` is for messages and relative paths. */
brb_scenario_set *brb_scenario_file_parse(const char *path, const char *bytes, size_t length);

#endif
