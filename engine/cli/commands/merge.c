/*
 * cli/commands/merge: `brabeion merge`, makes two users one.
 */
#include "cli/commands/user_change.h"

int brb_cli_command_merge(const brb_cli_options *options, brb_cli_report *report)
{
	if (options->argument_count < 2)
		return brb_cli_fail_usage(report, "merge",
					  options->argument_count ? "INTO is missing" : "FROM and INTO are missing");
	brb_cli_user_change change = { .done = "merged into", .other_key = "into", .moves = true };
	return brb_cli_change_user(options, report, change, brabeion_merge_users);
}
