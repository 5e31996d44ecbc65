/*
 * cli/commands/worker: `brabeion worker`, processes that judge what is judged later.
 *
 * What they award is in the feed (`brabeion awards --follow`), whoever judges it: nothing of it is printed here.
 */
#include "cli/supervisor/supervisor.h"

int brb_cli_command_worker(int word_count, char **words)
{
	brb_cli_options options;
	brb_cli_report report;
	unsigned known = BRB_CLI_OPTION_CONFIG | BRB_CLI_OPTION_DATABASE | BRB_CLI_OPTION_PROCESSES |
			 BRB_CLI_OPTION_UNTIL_IDLE;
	if (!brb_cli_options_read(word_count, words, known, 0, &options))
		return BRB_CLI_USAGE;
	if (options.help)
		return brb_cli_help("worker");
	brb_cli_report_init(&report, false);
	int exit_code = brb_cli_supervisor_run(&options, &report);
	brb_cli_report_finish(&report);
	return exit_code;
}
