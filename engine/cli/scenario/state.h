/*
 * cli/scenario/state: shared by the files that play a scenario: the engine, the clock, and what was observed since the last
 * comparison.
 */
#ifndef BRB_CLI_SCENARIO_STATE_H
#define BRB_CLI_SCENARIO_STATE_H

#include <stdio.h>

#include "base/arena.h"
#include "cli/scenario/run.h"

/* An award, a lapsed award, or the failure of `badge` (or of a plugin) with its message in `reason`. */
typedef struct brb_cli_observed {
	const char *user;
	const char *badge;
	uint32_t level;
	const char *reason;
	int64_t at_us;
	uint32_t event; /* number of the event that caused it; 0: none yet */
} brb_cli_observed;

typedef struct brb_cli_observed_list {
	size_t count, capacity;
	brb_cli_observed *items;
} brb_cli_observed_list;

typedef struct brb_cli_scenario_state {
	const brb_cli_scenario_task *task;
	brabeion_engine *engine;
	brb_arena arena;
	int64_t clock_us;
	uint32_t event;   /* number of the last one, from 1 */
	char after[300];  /* "after event 3 (login of ada, 2024-01-03T00:00:00.000Z)" */
	uint32_t round;   /* of the innermost repeat; 0: in none */
	const char *only; /* the id of the only plugin loaded; NULL: there are several */
	brb_cli_observed_list earned, lapsed, failed;
	bool stopped; /* later steps would mean nothing */
} brb_cli_scenario_state;

/* Reports a finding. A fault stops the scenario. */
void brb_cli_scenario_find(brb_cli_scenario_state *state, brb_cli_finding_kind kind, uint32_t line,
			   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Reports the fault "out of memory". */
void brb_cli_scenario_no_memory(brb_cli_scenario_state *state);

/* A copy that lives as long as the scenario; NULL becomes "". Without memory: reports the fault and returns "". */
const char *brb_cli_scenario_copy(brb_cli_scenario_state *state, const char *text);

/* Collects what a call earned, lost and failed at (observed.c). */
void brb_cli_scenario_take_result(brb_cli_scenario_state *state, const brabeion_result *result);

/* Resolves a time of the file against the clock. */
int64_t brb_cli_scenario_time(const brb_cli_scenario_state *state, const brb_scenario_time *time);

/* The plugin of a memory; NULL after reporting that it must be named. */
const char *brb_cli_scenario_plugin(brb_cli_scenario_state *state, const brb_scenario_memory *memory);

/* Compares and reports the difference (compare.c). */
void brb_cli_scenario_compare(brb_cli_scenario_state *state, const brb_scenario_expectation *expectation);

/* At the end: reports what no step has compared. */
void brb_cli_scenario_compare_rest(brb_cli_scenario_state *state);

/* progress.c */
void brb_cli_scenario_compare_progress(brb_cli_scenario_state *state, const brb_scenario_expectation *expectation);

#endif
