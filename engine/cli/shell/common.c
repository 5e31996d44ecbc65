/*
 * cli/shell/common: what the subcommands share: errors, opening an engine, the end of the output.
 */
#include "cli/shell/commands.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int brb_cli_exit_code(brabeion_status status)
{
	switch (status) {
	case BRABEION_OK:
		return BRB_CLI_FINE;
	case BRABEION_INVALID:
	case BRABEION_CONFIG:
	case BRABEION_SYSTEM: /* such as the folder of the plugins' copies: not the database */
		return BRB_CLI_USAGE;
	default:
		return BRB_CLI_STORE;
	}
}

static const char *hint_for(const brabeion_error *error)
{
	static const char start[] = "badges.yaml: ";
	if (error->status == BRABEION_ABSENT)
		return " (\"brabeion run\" creates a database)";
	/* the user may be in another folder than they think */
	return strncmp(error->message, start, sizeof start - 1) == 0 && access("badges.yaml", F_OK) != 0 &&
			       errno == ENOENT
		       ? " (--config FILE names another)"
		       : "";
}

int brb_cli_fail(brb_cli_report *report, brabeion_error *error)
{
	int exit_code = brb_cli_exit_code(error->status);
	if (error->message)
		brb_cli_report_say(report, "%s%s", error->message, hint_for(error));
	else
		brb_cli_report_say(report, "brabeion: failed: %s", brabeion_status_name(error->status));
	brabeion_error_finish(error);
	return exit_code;
}

int brb_cli_fail_memory(brb_cli_report *report)
{
	brb_cli_report_say(report, "out of memory");
	return BRB_CLI_STORE;
}

int brb_cli_fail_usage(brb_cli_report *report, const char *subcommand, const char *fault)
{
	brb_cli_report_say(report, "brabeion %s: %s\nTry \"brabeion %s --help\".", subcommand, fault, subcommand);
	return BRB_CLI_USAGE;
}

static void show_migration(void *report, int64_t done, int64_t total)
{
	brb_cli_counts counts = { .lines = (uint64_t)done, .bytes = (uint64_t)done, .total_bytes = (uint64_t)total };
	brb_cli_report_progress(report, &counts);
}

/* The memory budget of commands that judge many events, unless badges.yaml has its own. */
enum { MANY_EVENTS_BYTES = 256 * 1024 * 1024 };

static bool judges_many(brb_cli_open_mode mode)
{
	return mode == BRB_CLI_OPEN || mode == BRB_CLI_OPEN_HISTORY || mode == BRB_CLI_OPEN_REJUDGE;
}

static brabeion_status open_engine(const brb_cli_options *options, brb_cli_report *report, brb_cli_open_mode mode,
				   brabeion_engine **engine, brabeion_error *error)
{
	brabeion_options wanted =
		BRABEION_OPTIONS(.config = options->config, .database = options->database,
				 .no_create = mode == BRB_CLI_OPEN_EXISTING || mode == BRB_CLI_OPEN_REJUDGE,
				 .read_only = mode == BRB_CLI_OPEN_TO_LOOK,
				 .no_watch = options->watch == BRB_CLI_NEVER, .log = brb_cli_report_log,
				 .log_context = report,
				 .time = mode == BRB_CLI_OPEN_HISTORY ? BRABEION_TIME_HISTORY : BRABEION_TIME_LIVE,
				 .memory_bytes = judges_many(mode) ? MANY_EVENTS_BYTES : 0, .no_workers = true,
				 .migrating = show_migration, .migrating_context = report);
	return error->status = brabeion_open(&wanted, engine, error);
}

brabeion_engine *brb_cli_open(const brb_cli_options *options, brb_cli_report *report, brb_cli_open_mode mode,
			      int *exit_code)
{
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	if (open_engine(options, report, mode, &engine, &error) != BRABEION_OK)
		*exit_code = brb_cli_fail(report, &error);
	return engine;
}

brabeion_engine *brb_cli_open_to_follow(const brb_cli_options *options, brb_cli_report *report, int *exit_code)
{
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	if (open_engine(options, report, BRB_CLI_OPEN_TO_LOOK, &engine, &error) == BRABEION_ABSENT) {
		brabeion_error_finish(&error);
		open_engine(options, report, BRB_CLI_OPEN, &engine, &error);
		brabeion_close(engine);
		engine = NULL;
		if (error.status == BRABEION_OK)
			open_engine(options, report, BRB_CLI_OPEN_TO_LOOK, &engine, &error);
	}
	if (!engine)
		*exit_code = brb_cli_fail(report, &error);
	return engine;
}

int brb_cli_finish_output(brb_cli_out *out, brb_cli_report *report)
{
	int error = brb_cli_out_flush(out);
	if (error == 0 || error == EPIPE || error == ECANCELED)
		return BRB_CLI_FINE;
	brb_cli_report_say(report, "standard output: %s", strerror(error));
	return BRB_CLI_BAD_INPUT;
}
