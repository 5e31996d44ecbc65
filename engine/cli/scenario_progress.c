/*
 * cli/scenario_progress: the progress that a scenario expects.
 */
#include "cli/scenario_state.h"

void brb_cli_scenario_compare_progress(brb_cli_scenario_state *state, const brb_scenario_expectation *expectation)
{
	/* brabeion_user_progress is not in this library yet: to expect what cannot be asked for is a fault of the file */
	brb_cli_scenario_find(state, BRB_CLI_FINDING_FAULT, expectation->progress_line,
			      "\"progress\" cannot be asked for: this brabeion knows no progress");
}
