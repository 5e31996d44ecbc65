/*
 * cli/main: the `brabeion` command: which subcommand, which help.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/output/terminal.h"
#include "cli/output/terminal_text.h"
#include "cli/shell/commands.h"
#include "cli/support/nearest.h"
#include "cli/support/signals.h"

typedef struct command_entry {
	const char *name;
	int (*function)(int word_count, char **words);
} command_entry;

/* In the order of the help, README.md and brabeion(1). */
static const command_entry subcommands[] = {
	{ "run", brb_cli_command_run },         { "badges", brb_cli_command_badges },
	{ "show", brb_cli_command_show },       { "awards", brb_cli_command_awards },
	{ "award", brb_cli_command_award },     { "revoke", brb_cli_command_revoke },
	{ "explain", brb_cli_command_explain }, { "svg", brb_cli_command_svg },
	{ "release", brb_cli_command_release }, { "worker", brb_cli_command_worker },
	{ "jobs", brb_cli_command_jobs },       { "check", brb_cli_command_check },
	{ "doctor", brb_cli_command_doctor },   { "backfill", brb_cli_command_backfill },
	{ "diff", brb_cli_command_diff },       { "new", brb_cli_command_new },
	{ "try", brb_cli_command_try },
};

enum { SUBCOMMAND_COUNT = sizeof subcommands / sizeof *subcommands };

static const command_entry *find(const char *name)
{
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		if (strcmp(subcommands[i].name, name) == 0)
			return &subcommands[i];
	return NULL;
}

static int unknown(const char *word)
{
	const char *names[SUBCOMMAND_COUNT + 4] = { NULL };
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		names[i] = subcommands[i].name;
	names[SUBCOMMAND_COUNT] = "help";
	names[SUBCOMMAND_COUNT + 1] = "--help";
	names[SUBCOMMAND_COUNT + 2] = "--version";
	const char *nearest = brb_cli_nearest(word, names);
	brb_cli_out out;
	brb_cli_out_init(&out, STDERR_FILENO);
	brb_cli_out_format(&out, "brabeion: no %s \"", *word == '-' ? "option" : "subcommand");
	brb_cli_terminal_text_write(&out, word);
	brb_cli_out_text(&out, "\"");
	if (nearest)
		brb_cli_out_format(&out, " (did you mean \"%s\"?)", nearest);
	brb_cli_out_text(&out, "\nTry \"brabeion --help\".\n");
	brb_cli_out_flush(&out);
	return BRB_CLI_USAGE;
}

static int version(void)
{
	brb_cli_report report;
	brb_cli_out out;
	brb_cli_report_init(&report, false);
	brb_cli_out_init(&out, STDOUT_FILENO);
	brb_cli_out_format(&out, "brabeion %s\n", brabeion_version());
	int exit_code = brb_cli_finish_output(&out, &report);
	brb_cli_report_finish(&report);
	return exit_code;
}

static int help(int word_count, char **words)
{
	if (word_count < 2)
		return brb_cli_help(NULL);
	if (!find(words[1]))
		return unknown(words[1]);
	return brb_cli_help(words[1]);
}

/*
 * A closed descriptor 0, 1 or 2 would be given to the next file that is opened, the database perhaps. What stands in
 * for stdout can only be read, so that writing to it still fails.
 */
static void keep_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
			_exit(BRB_CLI_USAGE);
}

int main(int argc, char **argv)
{
	keep_standard_descriptors();
	brb_cli_signals_ignore_pipe();
	brb_cli_terminal_prepare();
	if (argc < 2) {
		fputs("brabeion: a subcommand is missing\nTry \"brabeion --help\".\n", stderr);
		return BRB_CLI_USAGE;
	}
	const char *word = argv[1];
	const command_entry *subcommand = find(word);
	if (subcommand)
		return subcommand->function(argc - 1, argv + 1);
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return brb_cli_help(NULL);
	if (strcmp(word, "help") == 0)
		return help(argc - 1, argv + 1);
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		return version();
	return unknown(word);
}
