/*
 * cli/commands/inspect: what is in plugin files and what is wrong with them, for people and for machines.
 */
#ifndef BRB_CLI_COMMANDS_INSPECT_H
#define BRB_CLI_COMMANDS_INSPECT_H

#include "cli/output/report.h"
#include "cli/shell/options.h"

/* Tells of each of the options' arguments. Answers the exit code: an engine would take them all, or not. */
int brb_cli_inspect(const brb_cli_options *options, brb_cli_report *report);

#endif
