/*
 * cli/scenario/child: each scenario in a process of its own, with a folder of its own, and a deadline.
 *
 * Keeps true: whatever a plugin does (a crash, an exit, an endless loop) ends one scenario, and is one of its findings;
 * what it prints goes to standard error; the folder is gone afterwards.
 */
#ifndef BRB_CLI_SCENARIO_CHILD_H
#define BRB_CLI_SCENARIO_CHILD_H

#include "cli/scenario/run.h"

typedef struct brb_cli_finding {
	brb_cli_finding_kind kind;
	uint32_t line; /* of the file; 0: of none */
	const char *text;
} brb_cli_finding;

/* What came of one scenario: all is as expected when nothing was found. */
typedef struct brb_cli_outcome {
	size_t count;
	brb_cli_finding *findings;
	bool interrupted; /* by a signal to us; `findings` are of no use then */
	char *memory;     /* of the texts */
} brb_cli_outcome;

typedef struct brb_cli_scenario_limits {
	const char *plugin_path; /* folders where plugins are looked for first; NULL: none */
	int64_t deadline_ms;
	int signals; /* readable once we are to stop */
} brb_cli_scenario_limits;

/* `outcome` is yours: brb_cli_outcome_finish(). */
void brb_cli_scenario_play(const brb_scenario_set *set, const brb_scenario *scenario,
			   const brb_cli_scenario_limits *limits, brb_cli_outcome *outcome);
void brb_cli_outcome_finish(brb_cli_outcome *outcome);

/* Whether a finding is a fault. */
bool brb_cli_outcome_is_fault(const brb_cli_outcome *outcome);

/* The length of the first line of a finding's text. */
size_t brb_cli_finding_first_line(const char *text);

#endif
