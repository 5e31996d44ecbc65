/*
 * cli/commands/user_change: what `brabeion forget`, `merge` and `rename` share: the engine, the report, exit codes.
 */
#ifndef BRB_CLI_COMMANDS_USER_CHANGE_H
#define BRB_CLI_COMMANDS_USER_CHANGE_H

#include "cli/output/user_report.h"
#include "cli/shell/commands.h"

/* Calls the engine's function; `other` is NULL where the subcommand takes one user. */
typedef brabeion_status (*brb_cli_user_call)(brabeion_engine *engine, const char *user, const char *other,
					     const brabeion_user_options *options, brabeion_user_report *report,
					     brabeion_error *error);

/* `change` without the users. Returns the exit code. */
int brb_cli_change_user(const brb_cli_options *options, brb_cli_report *report, brb_cli_user_change change,
			brb_cli_user_call call);

#endif
