/*
 * cli/scenario/progress: the difference between expected and actual progress, as lines.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/scenario/state.h"

/* "regular of ada, level 2: 3 of 5" */
static void write_progress(FILE *out, const brb_scenario_progress *expected, uint32_t level, int64_t done,
			   int64_t goal)
{
	fprintf(out, "%s of %s", expected->badge, expected->user);
	if (expected->level)
		fprintf(out, ", level %" PRIu32, level);
	fprintf(out, ": %" PRId64 " of %" PRId64 "\n", done, goal);
}

static void write_got(FILE *out, const brb_scenario_progress *expected, const brabeion_progress *got)
{
	fputs("+ ", out);
	if (got->has_progress)
		write_progress(out, expected, got->level, got->done, got->goal);
	else
		fprintf(out, "%s of %s: %s\n", expected->badge, expected->user,
			*got->error   ? got->error
			: !got->level ? "no level is left to be earned"
				      : "the badge reports no progress");
}

static bool fits(const brb_scenario_progress *expected, const brabeion_progress *got)
{
	return got->has_progress && (!expected->level || expected->level == got->level) &&
	       expected->done == got->done && expected->goal == got->goal;
}

/* Returns whether it is as expected. */
static bool compare_one(brb_cli_scenario_state *state, FILE *out, const brb_scenario_progress *expected)
{
	brabeion_progress_list list = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	if (brabeion_user_progress(state->engine, expected->user, expected->badge, &list, &error) != BRABEION_OK) {
		brb_cli_scenario_find(state, BRB_CLI_FINDING_FAULT, expected->line, "%s", error.message);
		brabeion_error_finish(&error);
		return true;
	}
	bool fine = list.count == 1 && fits(expected, &list.badges[0]);
	fputs(fine ? "  " : "- ", out);
	write_progress(out, expected, expected->level, expected->done, expected->goal);
	if (!fine && list.count == 1)
		write_got(out, expected, &list.badges[0]);
	else if (!fine)
		fprintf(out, "+ %s of %s is not told: it is hidden until it is earned\n", expected->badge,
			expected->user);
	brabeion_progress_list_finish(&list);
	return fine;
}

void brb_cli_scenario_compare_progress(brb_cli_scenario_state *state, const brb_scenario_expectation *expectation)
{
	char *text = NULL;
	size_t size = 0;
	bool fine = true;
	FILE *out = open_memstream(&text, &size);
	for (size_t i = 0; out && i < expectation->progress_count && !state->stopped; i++)
		fine = compare_one(state, out, &expectation->progress[i]) && fine;
	if (!out || fclose(out) != 0)
		brb_cli_scenario_no_memory(state);
	else if (!fine && !state->stopped)
		brb_cli_scenario_find(state, BRB_CLI_FINDING_FAILED, expectation->progress_line,
				      "%s: progress is not as expected\n%s", state->after, text);
	free(text);
}
