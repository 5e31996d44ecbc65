/*
 * cli/commands/new: `brabeion new`, writes a folder with a new badge.
 */
#include "cli/shell/commands.h"

#include <unistd.h>

#include "cli/commands/template.h"

int brb_cli_command_new(const brb_cli_options *options, brb_cli_report *report)
{
	brb_cli_out out;
	if (options->argument_count == 0)
		return brb_cli_fail_usage(report, "new", "NAME, the badge's slug, is missing");
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
