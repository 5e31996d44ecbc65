/*
 * cli/commands/worker: `brabeion worker`, processes that judge jobs.
 *
 * Prints no awards: they are in the feed (`brabeion awards --follow`), whichever process judges.
 */
#include "cli/supervisor/supervisor.h"

int brb_cli_command_worker(const brb_cli_options *options, brb_cli_report *report)
{
	return brb_cli_supervisor_run(options, report);
}
