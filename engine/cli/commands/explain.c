/*
 * cli/commands/explain: `brabeion explain`, why a user has a badge, or has not.
 */
#include "cli/shell/commands.h"

#include <unistd.h>

#include "base/clock.h"
#include "cli/output/explain.h"
#include "cli/output/terminal.h"

enum { DEFAULT_ENTRIES = 20 };

/* Fails for a badge that was never loaded, although that is explained, too. */
static int print(const brb_cli_options *options, brb_cli_report *report, const brabeion_explanation *why)
{
	brb_cli_out out;
	brb_cli_out_init(&out, STDOUT_FILENO);
	brb_cli_terminal terminal = brb_cli_terminal_look(STDOUT_FILENO);
	if (options->json) {
		brb_cli_explain_json(&out, why);
	} else if (!brb_cli_explain_print(&out, why, brb_clock_now_us(NULL), &terminal)) {
		return brb_cli_fail_memory(report);
	}
	int written = brb_cli_finish_output(&out, report);
	return why->on_record ? written : BRB_CLI_BAD_INPUT;
}

static brabeion_engine *open_engine(const brb_cli_options *options, brb_cli_report *report, int *exit_code)
{
	brabeion_engine *engine = brb_cli_open(options, report, BRB_CLI_OPEN_TO_LOOK, exit_code);
	if (!engine && *exit_code == BRB_CLI_USAGE)
		brb_cli_report_say(report,
				   "No badge is loaded until that is fixed; a running server keeps the badges that "
				   "it has loaded.");
	return engine;
}

static int run_explain(const brb_cli_options *options, brb_cli_report *report)
{
	int exit_code = BRB_CLI_STORE;
	brabeion_explanation why = BRABEION_EXPLANATION();
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_engine *engine = open_engine(options, report, &exit_code);
	if (!engine)
		return exit_code;
	brabeion_question question =
		BRABEION_QUESTION(.user = options->arguments[0], .badge = options->arguments[1],
				  .has_since = options->since_time.is_given, .since_us = options->since_time.us,
				  .limit = options->limit ? options->limit : DEFAULT_ENTRIES);
	error.status = brabeion_explain(engine, &question, &why, &error);
	if (error.status == BRABEION_OK)
		exit_code = print(options, report, &why);
	else
		exit_code = brb_cli_fail(report, &error);
	brabeion_explanation_finish(&why);
	brabeion_close(engine);
	return exit_code;
}

int brb_cli_command_explain(const brb_cli_options *options, brb_cli_report *report)
{
	if (options->argument_count < 2)
		return brb_cli_fail_usage(report, "explain",
					  options->argument_count ? "BADGE is missing"
								  : "USER and BADGE are missing");
	return run_explain(options, report);
}
