/*
 * cli/scenario/run: plays one scenario on an engine with a fresh database, and finds what is not as expected.
 *
 * Time is the events': the engine is a history, its clock stands still but for what the steps say. What the scenario
 * earns, loses and fails at is gathered until a step asks for it; what no step has asked for at the end is not as expected
 * either.
 *
 * Leaves to others: the process it runs in, which a plugin may take down (cli/scenario_child), and how findings are told.
 */
#ifndef BRB_CLI_SCENARIO_RUN_H
#define BRB_CLI_SCENARIO_RUN_H

#include "cli/scenario/file.h"

typedef enum brb_cli_finding_kind {
	BRB_CLI_FINDING_FAULT =
		'F', /* it could not be played: badges.yaml, a plugin, the file or the machine is wrong */
	BRB_CLI_FINDING_FAILED = 'P' /* something is not as expected */
} brb_cli_finding_kind;

/* Hears of one finding. The text's first line says what; those behind it are a diff, "- expected" and "+ got". */
typedef void (*brb_cli_finding_callback)(void *context, brb_cli_finding_kind kind, uint32_t line, const char *text);

enum { BRB_CLI_WHERE_BYTES = 400 };

typedef struct brb_cli_scenario_task {
	const brb_scenario_set *set;
	const brb_scenario *scenario;
	const char *config; /* the badges.yaml, in the folder where the database is to be */
	char *where;        /* BRB_CLI_WHERE_BYTES: what is under way, for who finds us dead: "in event 3 (...)" */
	brb_cli_finding_callback find;
	void *context;
} brb_cli_scenario_task;

void brb_cli_scenario_run(const brb_cli_scenario_task *task);

#endif
