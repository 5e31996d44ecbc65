/*
 * cli/commands/rename: `brabeion rename`, gives a user another name.
 */
#include "cli/commands/user_change.h"

int brb_cli_command_rename(const brb_cli_options *options, brb_cli_report *report)
{
	if (options->argument_count < 2)
		return brb_cli_fail_usage(report, "rename",
					  options->argument_count ? "TO is missing" : "FROM and TO are missing");
	return brb_cli_change_user(options, report, (brb_cli_user_change){ .done = "renamed to", .other_key = "to" },
				   brabeion_rename_user);
}
