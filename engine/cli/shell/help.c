/*
 * cli/shell/help: what --help prints, made of the rows of subcommands.def and options.def.
 */
#include "cli/shell/commands.h"

#include <string.h>
#include <unistd.h>

enum { LINE_WIDTH = 98, NAME_WIDTH = 11, OPTION_WIDTH = 17 };

#define SUBCOMMAND(name, most_arguments, usage, summary, before, after) \
	{ #name, most_arguments, usage, summary, before, after },

static const brb_cli_subcommand rows[] = {
#include "cli/shell/subcommands.def"
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

const brb_cli_subcommand *brb_cli_subcommands(size_t *count)
{
	*count = ROW_COUNT;
	return rows;
}

const brb_cli_subcommand *brb_cli_subcommand_find(const char *name)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* Breaks the text into lines that begin at the column. */
static void write_wrapped(brb_cli_out *out, const char *text, int column)
{
	int at = column;
	while (*text) {
		int size = (int)strcspn(text, " ");
		if (at > column && at + 1 + size > LINE_WIDTH) {
			brb_cli_out_format(out, "\n%*s", column, "");
			at = column;
		} else if (at > column) {
			brb_cli_out_text(out, " ");
			at++;
		}
		brb_cli_out_format(out, "%.*s", size, text);
		at += size;
		text += size + (text[size] == ' ');
	}
	brb_cli_out_text(out, "\n");
}

static void write_option(brb_cli_out *out, const brb_cli_option *option)
{
	const char *space = *option->argument && *option->argument != '[' ? " " : "";
	int width = (int)(2 + strlen(option->name) + strlen(space) + strlen(option->argument));
	brb_cli_out_format(out, "  --%s%s%s", option->name, space, option->argument);
	if (width <= OPTION_WIDTH)
		brb_cli_out_format(out, "%*s", OPTION_WIDTH - width + 2, "");
	else
		brb_cli_out_format(out, "\n%*s", OPTION_WIDTH + 4, "");
	write_wrapped(out, option->help, OPTION_WIDTH + 4);
}

static void write_usage(brb_cli_out *out, const brb_cli_subcommand *subcommand)
{
	const char *start = "Usage:";
	for (const char *line = subcommand->usage; *line; start = "      ") {
		size_t size = strcspn(line, "\n");
		brb_cli_out_format(out, "%s brabeion %s %.*s\n", start, subcommand->name, (int)size, line);
		line += size + (line[size] == '\n');
	}
}

static void write_subcommand(brb_cli_out *out, const brb_cli_subcommand *subcommand)
{
	write_usage(out, subcommand);
	brb_cli_out_text(out, "\n");
	brb_cli_out_text(out, subcommand->before);
	brb_cli_out_text(out, "\n");
	for (const brb_cli_option *option = NULL; (option = brb_cli_options_next(subcommand->name, option));)
		write_option(out, option);
	brb_cli_out_text(out, "  --help\n");
	brb_cli_out_text(out, *subcommand->after ? "\n" : "");
	brb_cli_out_text(out, subcommand->after);
}

static void write_general(brb_cli_out *out)
{
	brb_cli_out_text(out, "brabeion turns events into badges.\n"
			      "\n"
			      "Usage: brabeion SUBCOMMAND [OPTION]... [ARGUMENT]...\n"
			      "\n");
	for (size_t i = 0; i < ROW_COUNT; i++)
		brb_cli_out_format(out, "  %-*s%s\n", NAME_WIDTH - 1, rows[i].name, rows[i].summary);
	brb_cli_out_text(
		out,
		"  help      describe a subcommand: brabeion help run\n"
		"\n"
		"  --help, --version\n"
		"\n"
		"Plugins are searched for in badges.yaml's plugin_path, then in the folders of the environment\n"
		"variable BRABEION_PLUGIN_PATH (colons between them), then in the system's.\n"
		"\n"
		"Exit codes: 0 fine, 1 some input was bad, 2 usage or configuration, 3 the database, 4 pending.\n");
}

int brb_cli_help(const brb_cli_subcommand *subcommand)
{
	brb_cli_report report;
	brb_cli_out out;
	brb_cli_report_init(&report, false);
	brb_cli_out_init(&out, STDOUT_FILENO);
	if (subcommand)
		write_subcommand(&out, subcommand);
	else
		write_general(&out);
	int exit_code = brb_cli_finish_output(&out, &report);
	brb_cli_report_finish(&report);
	return exit_code;
}
