/*
 * cli/show_progress: `brabeion show USER --progress`, how far a user is.
 */
#ifndef BRB_CLI_SHOW_PROGRESS_H
#define BRB_CLI_SHOW_PROGRESS_H

#include "cli/commands.h"
#include "cli/out.h"
#include "cli/terminal.h"

/* Writes it to `out`; answers the exit code. */
int brb_cli_show_progress(brabeion_engine *engine, const char *user, const brb_cli_options *options, brb_cli_out *out,
			  const brb_cli_terminal *terminal, brb_cli_report *report);

#endif
