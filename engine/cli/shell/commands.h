/*
 * cli/shell/commands: the subcommands, and what they share: help, opening an engine, exit codes.
 */
#ifndef BRB_CLI_SHELL_COMMANDS_H
#define BRB_CLI_SHELL_COMMANDS_H

#include <brabeion/engine.h>

#include "cli/output/report.h"
#include "cli/shell/options.h"

/* Exit codes. */
enum { BRB_CLI_FINE = 0, BRB_CLI_BAD_INPUT = 1, BRB_CLI_USAGE = 2, BRB_CLI_STORE = 3, BRB_CLI_PENDING = 4 };

/* int brb_cli_command_NAME(options, report): each returns the exit code. */
#define SUBCOMMAND(name, ...) int brb_cli_command_##name(const brb_cli_options *options, brb_cli_report *report);
#include "cli/shell/subcommands.def"
#undef SUBCOMMAND

/* A row of subcommands.def. */
typedef struct brb_cli_subcommand {
	const char *name;
	size_t most_arguments;
	const char *usage;   /* a line for each way to call it */
	const char *summary; /* as the list of subcommands shows it */
	const char *before;  /* help before the options */
	const char *after;
} brb_cli_subcommand;

const brb_cli_subcommand *brb_cli_subcommands(size_t *count);
const brb_cli_subcommand *brb_cli_subcommand_find(const char *name); /* NULL: there is none */

/* Prints a subcommand's help, or that of the whole command (NULL), to stdout; returns the exit code. */
int brb_cli_help(const brb_cli_subcommand *subcommand);

/* Reports that the subcommand was called wrongly; returns the exit code. */
int brb_cli_fail_usage(brb_cli_report *report, const char *subcommand, const char *fault);

/* The exit code for a status. */
int brb_cli_exit_code(brabeion_status status);

typedef enum brb_cli_open_mode {
	BRB_CLI_OPEN,          /* creates a database that does not exist */
	BRB_CLI_OPEN_EXISTING, /* fails without one, and releases no badge from quarantine */
	BRB_CLI_OPEN_REJUDGE,  /* as BRB_CLI_OPEN_EXISTING, with the memory budget of many events */
	BRB_CLI_OPEN_TO_LOOK,  /* fails without one, and stores nothing (options.read_only) */
	BRB_CLI_OPEN_HISTORY   /* as BRB_CLI_OPEN, in the time of the events */
} brb_cli_open_mode;

/* Opens the engine that the options name. On failure the error is reported and `exit_code` set. */
brabeion_engine *brb_cli_open(const brb_cli_options *options, brb_cli_report *report, brb_cli_open_mode mode,
			      int *exit_code);

/* Opens as BRB_CLI_OPEN_TO_LOOK does, but creates a database that does not exist: for readers that wait for awards. */
brabeion_engine *brb_cli_open_to_follow(const brb_cli_options *options, brb_cli_report *report, int *exit_code);

/* Reports an error and frees it; returns its exit code. */
int brb_cli_fail(brb_cli_report *report, brabeion_error *error);

/* Reports that memory is short; returns the exit code. */
int brb_cli_fail_memory(brb_cli_report *report);

/* Flushes a command's output; returns 0, also when the reader of a pipe has gone, or reports why it failed. */
int brb_cli_finish_output(brb_cli_out *out, brb_cli_report *report);

#endif
