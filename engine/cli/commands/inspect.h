/*
 * cli/commands/inspect: `brabeion check PLUGIN.so`, what is in plugin files and what is wrong with them.
 */
#ifndef BRB_CLI_COMMANDS_INSPECT_H
#define BRB_CLI_COMMANDS_INSPECT_H

#include "cli/output/report.h"
#include "cli/shell/options.h"

/* Inspects each of the options' arguments. Returns the exit code: 0 if an engine would load them all. */
int brb_cli_inspect(const brb_cli_options *options, brb_cli_report *report);

#endif
