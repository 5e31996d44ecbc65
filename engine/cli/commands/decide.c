/*
 * cli/commands/decide: `brabeion award` and `brabeion revoke`, a person's decisions about a user's badges.
 *
 * Guarantees: no decision without a note; what is stored is printed as `brabeion awards` prints it.
 */
#include "cli/shell/commands.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/output/awards.h"
#include "cli/output/json.h"

typedef struct decide_work {
	const brb_cli_options *options;
	const char *user;
	const char *badge;
	brb_cli_report *report;
	brabeion_engine *engine;
	brb_cli_out out;
	brb_cli_terminal terminal;
} decide_work;

static void print_change(decide_work *work, const brabeion_change *change)
{
	if (work->options->json)
		brb_cli_json_change_line(&work->out, change);
	else
		brb_cli_awards_change_line(&work->out, change, &work->terminal);
}

/* " (did you mean "points"?)" if the badge is not loaded and a similar name is; else "". */
static void find_hint(decide_work *work, char *hint, size_t capacity)
{
	brabeion_badge_list list = { 0 };
	hint[0] = '\0';
	if (brabeion_badges(work->engine, NULL, &list, NULL) != BRABEION_OK)
		return;
	const char **slugs = calloc(list.count + 1, sizeof *slugs);
	for (size_t i = 0; i < list.count && slugs; i++)
		slugs[i] = list.badges[i].slug;
	const char *nearest = slugs ? brb_text_nearest(work->badge, slugs, list.count) : NULL;
	if (nearest && strcmp(nearest, work->badge) != 0)
		snprintf(hint, capacity, " (did you mean \"%s\"?)", nearest);
	free(slugs);
	brabeion_badge_list_finish(&list);
}

/* ---- award ---- */

/* The first award is the granted one; badges that listen to awards gave the others. */
static void print_granted(decide_work *work, const brabeion_result *result)
{
	for (uint32_t i = 0; i < result->award_count; i++) {
		brabeion_change change = { .sequence = result->awards[i].sequence,
					   .kind = BRABEION_CHANGE_AWARDED,
					   .at_us = result->awards[i].at_us,
					   .comment = i == 0 ? work->options->note : "",
					   .award = &result->awards[i] };
		print_change(work, &change);
	}
	for (uint32_t i = 0; i < result->lapsed_count; i++)
		print_change(work, &result->lapsed[i]);
	if (result->award_count == 0)
		brb_cli_report_say(work->report, "%s already holds the badge \"%s\": nothing is granted", work->user,
				   work->badge);
}

static int decide_award(decide_work *work)
{
	const brb_cli_options *options = work->options;
	char hint[160];
	brabeion_result result = BRABEION_RESULT();
	brabeion_grant grant =
		BRABEION_GRANT(.user = work->user, .badge = work->badge, .level = (uint32_t)options->level,
			       .reason = options->reason, .comment = options->note, .has_at = options->at.is_given,
			       .at_us = options->at.us);
	brabeion_status status = brabeion_award(work->engine, &grant, &result);
	if (status == BRABEION_OK) {
		print_granted(work, &result);
	} else {
		find_hint(work, hint, sizeof hint);
		brb_cli_report_say(work->report, "%s%s",
				   result.message ? result.message : brabeion_status_name(status),
				   status == BRABEION_INVALID ? hint : "");
	}
	brabeion_result_finish(&result);
	return brb_cli_exit_code(status);
}

/* ---- revoke ---- */

static int nothing_to_revoke(decide_work *work)
{
	const brb_cli_options *options = work->options;
	char level[32] = "";
	char hint[160];
	if (options->level > 0)
		snprintf(level, sizeof level, ", level %zu", options->level);
	find_hint(work, hint, sizeof hint);
	brb_cli_report_say(work->report, "nothing to revoke: %s holds no award of the badge \"%s\"%s%s%s%s%s",
			   work->user, work->badge, level, options->reason ? ", for the reason \"" : "",
			   options->reason ? options->reason : "", options->reason ? "\"" : "", hint);
	return BRB_CLI_BAD_INPUT;
}

static int decide_revocation(decide_work *work)
{
	const brb_cli_options *options = work->options;
	brabeion_change_list revoked = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_revocation revocation =
		BRABEION_REVOCATION(.user = work->user, .badge = work->badge, .level = (uint32_t)options->level,
				    .reason = options->reason, .comment = options->note);
	error.status = brabeion_revoke(work->engine, &revocation, &revoked, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(work->report, &error);
	for (size_t i = 0; i < revoked.count; i++)
		print_change(work, &revoked.changes[i]);
	int exit_code = revoked.count > 0 ? BRB_CLI_FINE : nothing_to_revoke(work);
	brabeion_change_list_finish(&revoked);
	return exit_code;
}

/* ---- the commands ---- */

/* NULL: nothing is missing. */
static const char *fault_in(const brb_cli_options *options)
{
	if (options->argument_count < 2)
		return options->argument_count < 1 ? "USER and BADGE are missing" : "BADGE is missing";
	return options->note && *options->note ? NULL : "--note TEXT is missing: why, for the record";
}

static int run_decision(const brb_cli_options *options, brb_cli_report *report, const char *subcommand,
			int (*decide)(decide_work *work))
{
	int exit_code = BRB_CLI_STORE;
	const char *fault = fault_in(options);
	if (fault)
		return brb_cli_fail_usage(report, subcommand, fault);
	decide_work work = {
		.options = options, .user = options->arguments[0], .badge = options->arguments[1], .report = report
	};
	work.engine = brb_cli_open(options, report, BRB_CLI_OPEN_EXISTING, &exit_code);
	if (!work.engine)
		return exit_code;
	brb_cli_out_init(&work.out, STDOUT_FILENO);
	work.terminal = brb_cli_terminal_look(STDOUT_FILENO);
	exit_code = decide(&work);
	int written = brb_cli_finish_output(&work.out, report);
	brabeion_close(work.engine);
	return exit_code == BRB_CLI_FINE ? written : exit_code;
}

int brb_cli_command_award(const brb_cli_options *options, brb_cli_report *report)
{
	return run_decision(options, report, "award", decide_award);
}

int brb_cli_command_revoke(const brb_cli_options *options, brb_cli_report *report)
{
	return run_decision(options, report, "revoke", decide_revocation);
}
