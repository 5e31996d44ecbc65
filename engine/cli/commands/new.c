/*
 * cli/commands/new: `brabeion new`, a folder with a badge that compiles, and passes, at once.
 */
#include "cli/shell/commands.h"

#include <unistd.h>

#include "cli/commands/template.h"

static int fault(brb_cli_report *report, const char *what)
{
	brb_cli_report_say(report, "brabeion new: %s\nTry \"brabeion new --help\".", what);
	return BRB_CLI_USAGE;
}

static int make(const brb_cli_options *options, brb_cli_report *report)
{
	brb_cli_out out;
	if (options->argument_count == 0)
		return fault(report, "how is the badge to be called?");
	const char *name = options->arguments[0];
	const char *why = brb_cli_template_slug_fault(name);
	if (why) {
		brb_cli_report_say(report, "brabeion new: the name \"%s\" %s", name, why);
		return BRB_CLI_USAGE;
	}
	if (!brb_cli_template_make(name, options->cxx, report))
		return BRB_CLI_USAGE;
	brb_cli_out_init(&out, STDOUT_FILENO);
	brb_cli_out_format(&out, "%s/ has a badge in %s.%s, and a README.md. Try it:\n\n", name, name,
			   options->cxx ? "cc" : "c");
	brb_cli_out_format(&out, "  cd %s && make check\n", name);
	return brb_cli_finish_output(&out, report);
}

int brb_cli_command_new(int word_count, char **words)
{
	brb_cli_options options;
	brb_cli_report report;
	if (!brb_cli_options_read(word_count, words, BRB_CLI_OPTION_CXX, 1, &options))
		return BRB_CLI_USAGE;
	if (options.help)
		return brb_cli_help("new");
	brb_cli_report_init(&report, false);
	int exit_code = make(&options, &report);
	brb_cli_report_finish(&report);
	return exit_code;
}
