/*
 * cli/scenario/state: what the parts that play a scenario share: the engine, the clock, and what has happened that no step
 * has asked for yet.
 */
#ifndef BRB_CLI_SCENARIO_STATE_H
#define BRB_CLI_SCENARIO_STATE_H

#include <stdio.h>

#include "cli/scenario/run.h"
#include "cli/support/arena.h"

/* An award that was made or has lapsed, or a failure: then `badge` is who failed, and `reason` why. */
typedef struct brb_cli_happened {
	const char *user;
	const char *badge;
	uint32_t level;
	const char *reason;
	int64_t at_us;
	uint32_t event; /* by which; 0: before the first */
} brb_cli_happened;

typedef struct brb_cli_happenings {
	size_t count, capacity;
	brb_cli_happened *items;
} brb_cli_happenings;

typedef struct brb_cli_scenario_state {
	const brb_cli_scenario_task *task;
	brabeion_engine *engine;
	brb_cli_arena arena;
	int64_t clock_us;
	uint32_t event;   /* the last one's number, from 1 */
	char after[300];  /* "after event 3 (login of ada, 2024-01-03T00:00:00.000Z)" */
	uint32_t round;   /* of the innermost repeat; 0: in none */
	const char *only; /* the id of the one plugin that is loaded; NULL: there are several */
	brb_cli_happenings earned, lapsed, failed;
	brb_cli_happenings logged; /* failures that the log told of during the call under way */
	bool stopped;              /* what comes next would mean nothing */
} brb_cli_scenario_state;

/* Hands out a finding; `format` is its first line, or all of it. A fault stops the scenario. */
void brb_cli_scenario_find(brb_cli_scenario_state *state, brb_cli_finding_kind kind, uint32_t line,
			   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Out of memory: a fault. */
void brb_cli_scenario_short(brb_cli_scenario_state *state);

/* A copy that lives as long as the scenario; "" when memory is short, and a finding says so. NULL is "". */
const char *brb_cli_scenario_copy(brb_cli_scenario_state *state, const char *text);

/* Gathers what a call came to (cli/scenario_happened.c); the log, whose context is the state, tells which badges failed. */
void brb_cli_scenario_take_result(brb_cli_scenario_state *state, const brabeion_result *result);
void brb_cli_scenario_take_log(void *state, brabeion_log_level level, const char *message);

/* Adds a copy. */
void brb_cli_happenings_add(brb_cli_scenario_state *state, brb_cli_happenings *list, const brb_cli_happened *one);

/* What a time of the file means now. */
int64_t brb_cli_scenario_time(const brb_cli_scenario_state *state, const brb_scenario_time *time);

/* The plugin of a memory that names none; NULL: a finding says that it must. */
const char *brb_cli_scenario_plugin(brb_cli_scenario_state *state, const brb_scenario_memory *memory);

/* Compares with what is expected, and hands out what differs (cli/scenario_compare.c). */
void brb_cli_scenario_compare(brb_cli_scenario_state *state, const brb_scenario_expectation *expectation);

/* At the end: what nobody has asked for. */
void brb_cli_scenario_compare_rest(brb_cli_scenario_state *state);

/* Compares progress (cli/scenario_progress.c). */
void brb_cli_scenario_compare_progress(brb_cli_scenario_state *state, const brb_scenario_expectation *expectation);

#endif
