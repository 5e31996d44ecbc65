/*
 * cli/commands/show_progress: `brabeion show USER --progress`, what a user can earn next.
 */
#ifndef BRB_CLI_COMMANDS_SHOW_PROGRESS_H
#define BRB_CLI_COMMANDS_SHOW_PROGRESS_H

#include "cli/output/out.h"
#include "cli/output/terminal.h"
#include "cli/shell/commands.h"

/* Returns the exit code. */
int brb_cli_show_progress(brabeion_engine *engine, const char *user, const brb_cli_options *options, brb_cli_out *out,
			  const brb_cli_terminal *terminal, brb_cli_report *report);

#endif
