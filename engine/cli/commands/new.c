/*
 * cli/commands/new: `brabeion new`, writes a folder with a new badge.
 */
#include "cli/shell/commands.h"

#include <unistd.h>

#include "cli/commands/template.h"

static void say_made(const char *name, brb_cli_template_language language, brb_cli_out *out)
{
	if (language == BRB_CLI_TEMPLATE_YAML) {
		brb_cli_out_format(out, "%s/ has a badge in badges.yaml, and its scenarios. Try it:\n\n", name);
		brb_cli_out_format(out, "  brabeion try %s/%s.try.yaml\n", name, name);
		return;
	}
	brb_cli_out_format(out, "%s/ has a badge in %s.%s, and a README.md. Try it:\n\n", name, name,
			   language == BRB_CLI_TEMPLATE_CXX ? "cc" : "c");
	brb_cli_out_format(out, "  cd %s && make check\n", name);
}

int brb_cli_command_new(const brb_cli_options *options, brb_cli_report *report)
{
	brb_cli_out out;
	if (options->argument_count == 0)
		return brb_cli_fail_usage(report, "new", "NAME, the badge's slug, is missing");
	if (options->cxx && options->yaml)
		return brb_cli_fail_usage(report, "new",
					  "a badge is written in C++ or without code: --cxx or --yaml");
	const char *name = options->arguments[0];
	const char *why = brb_cli_template_slug_fault(name);
	if (why) {
		brb_cli_report_say(report, "brabeion new: the name \"%s\" %s", name, why);
		return BRB_CLI_USAGE;
	}
	if (options->yaml && !brb_cli_template_has_kind(options->yaml, report))
		return BRB_CLI_USAGE;
	brb_cli_template_language language = options->yaml  ? BRB_CLI_TEMPLATE_YAML
					     : options->cxx ? BRB_CLI_TEMPLATE_CXX
							    : BRB_CLI_TEMPLATE_C;
	if (!brb_cli_template_make(name, language, options->yaml, report))
		return BRB_CLI_USAGE;
	brb_cli_out_init(&out, STDOUT_FILENO);
	say_made(name, language, &out);
	return brb_cli_finish_output(&out, report);
}
