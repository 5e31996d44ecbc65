/*
 * cli/scenario/run: plays one scenario on an engine with a fresh database and reports what is not as expected.
 *
 * The engine judges a history: only the steps move its clock. Awards, lapses and failures are collected until a step
 * compares them; those that no step has compared by the end are findings, too.
 *
 * Not here: the process, which a plugin may crash (child.h), and the form of the report (report.h).
 */
#ifndef BRB_CLI_SCENARIO_RUN_H
#define BRB_CLI_SCENARIO_RUN_H

#include "cli/scenario/file.h"

typedef enum brb_cli_finding_kind {
	BRB_CLI_FINDING_FAULT =
		'F', /* it could not be played: badges.yaml, a plugin, the file or the machine is at fault */
	BRB_CLI_FINDING_FAILED = 'P' /* something is not as expected */
} brb_cli_finding_kind;

/* Receives a finding. The first line of the text says what; further lines are a diff, "- expected" and "+ got". */
typedef void (*brb_cli_finding_callback)(void *context, brb_cli_finding_kind kind, uint32_t line, const char *text);

enum { BRB_CLI_WHERE_BYTES = 400 };

typedef struct brb_cli_scenario_task {
	const brb_scenario_set *set;
	const brb_scenario *scenario;
	const char *database;
	const char *plugin_path; /* folders searched first for plugins; NULL: none */
	char *where; /* BRB_CLI_WHERE_BYTES: the current step, for the report of a crash: "in event 3 (...)" */
	brb_cli_finding_callback find;
	void *context;
} brb_cli_scenario_task;

void brb_cli_scenario_run(const brb_cli_scenario_task *task);

#endif
