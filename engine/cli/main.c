/*
 * cli/main: the `brabeion` command: finds the subcommand, parses its options and runs it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/output/terminal.h"
#include "cli/output/terminal_text.h"
#include "cli/shell/commands.h"
#include "cli/support/signals.h"

typedef int (*subcommand_function)(const brb_cli_options *options, brb_cli_report *report);

/* As brb_cli_subcommands() has them. */
static const subcommand_function functions[] = {
#define SUBCOMMAND(name, ...) brb_cli_command_##name,
#include "cli/shell/subcommands.def"
#undef SUBCOMMAND
};

enum { SUBCOMMAND_COUNT = sizeof functions / sizeof *functions };

static int unknown(const char *word)
{
	const char *names[SUBCOMMAND_COUNT + 3] = { "help", "--help", "--version" };
	size_t count = 0;
	const brb_cli_subcommand *subcommands = brb_cli_subcommands(&count);
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		names[3 + i] = subcommands[i].name;
	const char *nearest = brb_text_nearest(word, names, SUBCOMMAND_COUNT + 3);
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

static bool wants_progress_bar(const brb_cli_options *options)
{
	if (options->progress == BRB_CLI_AUTO)
		return brb_cli_terminal_look(STDERR_FILENO).is_terminal;
	return options->progress == BRB_CLI_ALWAYS;
}

static int run(const brb_cli_subcommand *subcommand, int word_count, char **words)
{
	size_t count = 0;
	brb_cli_options options;
	brb_cli_report report;
	if (!brb_cli_options_read(word_count, words, subcommand->most_arguments, &options))
		return BRB_CLI_USAGE;
	if (options.help)
		return brb_cli_help(subcommand);
	brb_cli_report_init(&report, wants_progress_bar(&options));
	int exit_code = functions[subcommand - brb_cli_subcommands(&count)](&options, &report);
	brb_cli_report_finish(&report);
	return exit_code;
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
	const brb_cli_subcommand *subcommand = word_count < 2 ? NULL : brb_cli_subcommand_find(words[1]);
	return word_count < 2 || subcommand ? brb_cli_help(subcommand) : unknown(words[1]);
}

/*
 * A closed descriptor 0, 1 or 2 would be given to the next file that is opened, perhaps the database. The substitute for
 * stdout is read-only, so that writing to it still fails.
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
	const brb_cli_subcommand *subcommand = brb_cli_subcommand_find(word);
	if (subcommand)
		return run(subcommand, argc - 1, argv + 1);
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return brb_cli_help(NULL);
	if (strcmp(word, "help") == 0)
		return help(argc - 1, argv + 1);
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		return version();
	return unknown(word);
}
