/*
 * cli/commands/forget: `brabeion forget`, deletes all that is stored of a user.
 */
#include "cli/commands/user_change.h"

static brabeion_status forget(brabeion_engine *engine, const char *user, const char *other,
			      const brabeion_user_options *options, brabeion_user_report *report,
			      brabeion_error *error)
{
	(void)other;
	return brabeion_forget_user(engine, user, options, report, error);
}

int brb_cli_command_forget(const brb_cli_options *options, brb_cli_report *report)
{
	if (options->argument_count < 1)
		return brb_cli_fail_usage(report, "forget", "USER is missing");
	return brb_cli_change_user(options, report, (brb_cli_user_change){ .done = "forgotten", .moves = true },
				   forget);
}
