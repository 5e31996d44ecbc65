/*
 * cli/shell/commands: the subcommands, as main() knows them.
 *
 * Each answers the exit code: 0 fine, 1 some input was bad, 2 usage or configuration, 3 store.
 */
#ifndef BRB_CLI_SHELL_COMMANDS_H
#define BRB_CLI_SHELL_COMMANDS_H

#include <brabeion/engine.h>

#include "cli/output/report.h"
#include "cli/shell/options.h"

enum { BRB_CLI_FINE = 0, BRB_CLI_BAD_INPUT = 1, BRB_CLI_USAGE = 2, BRB_CLI_STORE = 3 };

/* words[0] is the subcommand's name. */
int brb_cli_command_run(int word_count, char **words);
int brb_cli_command_badges(int word_count, char **words);
int brb_cli_command_show(int word_count, char **words);
int brb_cli_command_awards(int word_count, char **words);
int brb_cli_command_award(int word_count, char **words);
int brb_cli_command_revoke(int word_count, char **words);
int brb_cli_command_release(int word_count, char **words);
int brb_cli_command_jobs(int word_count, char **words);
int brb_cli_command_worker(int word_count, char **words);
int brb_cli_command_check(int word_count, char **words);
int brb_cli_command_doctor(int word_count, char **words);
int brb_cli_command_new(int word_count, char **words);
int brb_cli_command_backfill(int word_count, char **words);
int brb_cli_command_diff(int word_count, char **words);
int brb_cli_command_explain(int word_count, char **words);
int brb_cli_command_svg(int word_count, char **words);
int brb_cli_command_try(int word_count, char **words);

/* Prints a subcommand's help, or that of the whole command (NULL), to stdout; answers the exit code. */
int brb_cli_help(const char *command);

/* The exit code that belongs to a status. */
int brb_cli_exit_code(brabeion_status status);

/* Opens the engine that the options name. On failure the fault is told and `exit_code` set. */
brabeion_engine *brb_cli_open(const brb_cli_options *options, brb_cli_report *report, bool existing_only,
			      int *exit_code);

/*
 * Likewise, for who looks at what others store, and may come before them: makes a database that is not there, and
 * opens one that is there only to look, so that no badge that is set aside is released.
 */
brabeion_engine *brb_cli_open_to_follow(const brb_cli_options *options, brb_cli_report *report, int *exit_code);

/* Tells an error and frees it; answers the exit code that belongs to it. */
int brb_cli_fail(brb_cli_report *report, brabeion_error *error);

/* Flushes what a command printed; answers 0, also when the reader of a pipe has gone, or tells why it failed. */
int brb_cli_finish_output(brb_cli_out *out, brb_cli_report *report);

#endif
