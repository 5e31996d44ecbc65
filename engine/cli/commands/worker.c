/*
 * cli/commands/worker: `brabeion worker`, processes that judge what is judged later.
 *
 * What they award is in the feed (`brabeion awards --follow`), whoever judges it: nothing of it is printed here.
 */
#include "cli/supervisor/supervisor.h"

int brb_cli_command_worker(const brb_cli_options *options, brb_cli_report *report)
{
	return brb_cli_supervisor_run(options, report);
}
