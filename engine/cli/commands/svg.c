/*
 * cli/commands/svg: `brabeion svg`, a badge as a medal, or a user's trophy case.
 */
#include "cli/shell/commands.h"

#include <unistd.h>

/* Needs no database. */
static brabeion_status draw_badge(const brb_cli_options *options, brb_cli_report *report, brabeion_picture *picture,
				  brabeion_error *error)
{
	brabeion_options wanted = BRABEION_OPTIONS(.config = options->config, .database = options->database,
						   .log = brb_cli_report_log, .log_context = report);
	return brabeion_config_draw_badge(&wanted, options->arguments[0], (uint32_t)options->level, options->language,
					  picture, error);
}

/* Returns the exit code. */
static int draw(const brb_cli_options *options, brb_cli_report *report, brabeion_picture *picture)
{
	brabeion_error error = BRABEION_NO_ERROR;
	if (!options->user) {
		error.status = draw_badge(options, report, picture, &error);
		return error.status == BRABEION_OK ? BRB_CLI_FINE : brb_cli_fail(report, &error);
	}
	int exit_code = BRB_CLI_FINE;
	brabeion_engine *engine = brb_cli_open(options, report, BRB_CLI_OPEN_TO_LOOK, &exit_code);
	if (!engine)
		return exit_code;
	error.status = brabeion_draw_user(engine, options->user, options->language, picture, &error);
	if (error.status != BRABEION_OK)
		exit_code = brb_cli_fail(report, &error);
	brabeion_close(engine);
	return exit_code;
}

static int run_svg(const brb_cli_options *options, brb_cli_report *report)
{
	brabeion_picture picture = BRABEION_PICTURE();
	brb_cli_out out;
	int exit_code = draw(options, report, &picture);
	if (exit_code != BRB_CLI_FINE)
		return exit_code;
	brb_cli_out_init(&out, STDOUT_FILENO);
	brb_cli_out_bytes(&out, picture.bytes, picture.size_bytes);
	brabeion_picture_finish(&picture);
	return brb_cli_finish_output(&out, report);
}

/* NULL: the options go together. */
static const char *fault_in(const brb_cli_options *options)
{
	if (options->user && options->argument_count)
		return "BADGE does not go with --user";
	if (options->user && options->level)
		return "--level does not go with --user";
	if (!options->user && !options->argument_count)
		return "BADGE or --user USER is missing";
	return NULL;
}

int brb_cli_command_svg(const brb_cli_options *options, brb_cli_report *report)
{
	const char *fault = fault_in(options);
	return fault ? brb_cli_fail_usage(report, "svg", fault) : run_svg(options, report);
}
