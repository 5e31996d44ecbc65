/*
 * cli/commands/user_change: see user_change.h.
 */
#include "cli/commands/user_change.h"

#include <unistd.h>

/* Returns the exit code. */
static int report_pending(brb_cli_report *report, const brb_cli_user_change *change, brabeion_pending pending)
{
	if (pending == BRABEION_PENDING_NOTHING)
		return BRB_CLI_FINE;
	if (pending == BRABEION_PENDING_SWEEP)
		brb_cli_report_say(
			report,
			"pending: the database was busy, and some rows of %s are left: an engine that has it "
			"open deletes them, or the same command again",
			change->user);
	else
		brb_cli_report_say(
			report,
			"pending: the WAL still holds the name, for another process reads from it or writes to "
			"it: the next checkpoint completes it (see \"brabeion doctor\")");
	return BRB_CLI_PENDING;
}

static int no_such_user(brb_cli_report *report, const brb_cli_user_change *change, const char *near)
{
	if (*near)
		brb_cli_report_say(report, "there is no user \"%s\" (did you mean \"%s\"?)", change->user, near);
	else
		brb_cli_report_say(report, "there is no user \"%s\"", change->user);
	return BRB_CLI_BAD_INPUT;
}

/* Returns the exit code. */
static int print(const brb_cli_options *options, brb_cli_report *report, const brb_cli_user_change *change,
		 const brabeion_user_report *changed)
{
	brb_cli_out out;
	brb_cli_out_init(&out, STDOUT_FILENO);
	if (options->json)
		brb_cli_user_report_json(&out, change, changed);
	else if (changed->found)
		brb_cli_user_report_print(&out, change, changed);
	int written = brb_cli_finish_output(&out, report);
	if (!changed->found)
		return no_such_user(report, change, changed->near);
	int pending = report_pending(report, change, changed->pending);
	return pending ? pending : written;
}

int brb_cli_change_user(const brb_cli_options *options, brb_cli_report *report, brb_cli_user_change change,
			brb_cli_user_call call)
{
	int exit_code = BRB_CLI_STORE;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_user_options how = BRABEION_USER_OPTIONS(.dry_run = options->dry_run, .existing = true);
	brabeion_user_report changed = BRABEION_USER_REPORT();
	brabeion_engine *engine = brb_cli_open(
		options, report, options->dry_run ? BRB_CLI_OPEN_TO_LOOK : BRB_CLI_OPEN_EXISTING, &exit_code);
	if (!engine)
		return exit_code;
	change.user = options->arguments[0];
	change.other = options->argument_count > 1 ? options->arguments[1] : NULL;
	change.dry_run = options->dry_run;
	error.status = call(engine, change.user, change.other, &how, &changed, &error);
	exit_code = error.status == BRABEION_OK ? print(options, report, &change, &changed)
						: brb_cli_fail(report, &error);
	brabeion_user_report_finish(&changed);
	brabeion_close(engine);
	return exit_code;
}
