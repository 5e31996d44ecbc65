/*
 * cli/scenario/child: plays each scenario in a child process with a temporary folder and a deadline.
 *
 * Guarantees: a plugin that crashes, exits or hangs ends one scenario only, and becomes one of its findings; what it
 * prints goes to standard error; the folder is removed.
 */
#ifndef BRB_CLI_SCENARIO_CHILD_H
#define BRB_CLI_SCENARIO_CHILD_H

#include "cli/scenario/run.h"

typedef struct brb_cli_finding {
	brb_cli_finding_kind kind;
	uint32_t line; /* of the file; 0: of none */
	const char *text;
} brb_cli_finding;

/* The findings of one scenario; none: it passed. */
typedef struct brb_cli_outcome {
	size_t count;
	brb_cli_finding *findings;
	bool interrupted; /* by a signal to this process; `findings` are incomplete */
	char *memory;     /* of the texts */
} brb_cli_outcome;

typedef struct brb_cli_scenario_limits {
	const char *plugin_path; /* folders searched first for plugins; NULL: none */
	int64_t deadline_ms;
	int signals; /* readable when a signal asks to stop */
} brb_cli_scenario_limits;

/* Owns: `outcome` is the caller's: brb_cli_outcome_finish(). */
void brb_cli_scenario_play(const brb_scenario_set *set, const brb_scenario *scenario,
			   const brb_cli_scenario_limits *limits, brb_cli_outcome *outcome);
void brb_cli_outcome_finish(brb_cli_outcome *outcome);

/* Whether a finding is a fault. */
bool brb_cli_outcome_is_fault(const brb_cli_outcome *outcome);

/* The length of the first line of a finding's text. */
size_t brb_cli_finding_first_line(const char *text);

#endif
