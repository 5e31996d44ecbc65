/*
 * cli/commands/awards: `brabeion awards`, the feed of awards and revocations.
 *
 * The feed is read page by page. With --follow it is read again when the engine's descriptor is readable, and once a second
 * for file systems without notifications. A reader of stdout that goes away ends it at once, not at the next write.
 */
#include "cli/shell/commands.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "cli/output/awards.h"
#include "cli/output/json.h"
#include "cli/support/signals.h"

enum { PAGE_CHANGES = 1000, LOOK_MS = 1000 };

typedef struct awards_work {
	const brb_cli_options *options;
	brb_cli_report *report;
	brabeion_engine *engine;
	brb_cli_out out;
	brb_cli_terminal terminal;
	int64_t sequence; /* of the last printed */
	size_t left;      /* to print */
} awards_work;

/* ---- printing ---- */

static void print_change(awards_work *awards, const brabeion_change *change)
{
	if (awards->options->json)
		brb_cli_json_change_line(&awards->out, change);
	else
		brb_cli_awards_change_line(&awards->out, change, &awards->terminal);
	awards->sequence = change->sequence;
	awards->left--;
}

static bool is_over(const awards_work *awards)
{
	return awards->left == 0 || awards->out.error || brb_cli_signals_caught();
}

/* Prints all that is stored by now. Returns the exit code. */
static int print_new(awards_work *awards)
{
	size_t count, wanted;
	do {
		wanted = awards->left < PAGE_CHANGES ? awards->left : PAGE_CHANGES;
		brabeion_change_list page = { 0 };
		brabeion_error error = BRABEION_NO_ERROR;
		error.status = brabeion_changes_since(
			awards->engine, awards->sequence,
			&(brabeion_list_options)BRABEION_LIST_OPTIONS(.language = awards->options->language,
								      .limit = wanted),
			&page, &error);
		if (error.status != BRABEION_OK)
			return brb_cli_fail(awards->report, &error);
		count = page.count;
		for (size_t i = 0; i < count; i++)
			print_change(awards, &page.changes[i]);
		brabeion_change_list_finish(&page);
		brb_cli_out_flush(&awards->out);
	} while (count == wanted && !is_over(awards));
	return BRB_CLI_FINE;
}

/* ---- following ---- */

/* False: the reader of stdout has gone. poll(2) ignores a descriptor of -1. */
static bool wait_for_more(int wake, int changes)
{
	struct pollfd polls[] = { { .fd = STDOUT_FILENO },
				  { .fd = wake, .events = POLLIN },
				  { .fd = changes, .events = POLLIN } };
	if (poll(polls, sizeof polls / sizeof *polls, LOOK_MS) <= 0)
		return true;
	return (polls[0].revents & (POLLERR | POLLHUP)) == 0;
}

/* The descriptor is opened before the first read, so that it is readable after any later commit. */
static int follow(awards_work *awards, int wake)
{
	int changes = brabeion_changes_fd(awards->engine);
	int exit_code;
	do
		exit_code = print_new(awards);
	while (exit_code == BRB_CLI_FINE && !is_over(awards) && wait_for_more(wake, changes));
	return exit_code;
}

/* ---- the command ---- */

static int print_awards(awards_work *awards, int wake)
{
	brb_cli_out_init(&awards->out, STDOUT_FILENO);
	awards->terminal = brb_cli_terminal_look(STDOUT_FILENO);
	awards->sequence = (int64_t)awards->options->since;
	awards->left = awards->options->limit ? awards->options->limit : SIZE_MAX;
	int exit_code = awards->options->follow ? follow(awards, wake) : print_new(awards);
	int written = brb_cli_finish_output(&awards->out, awards->report);
	if (exit_code == BRB_CLI_FINE)
		exit_code = written;
	if (exit_code == BRB_CLI_FINE && brb_cli_signals_caught())
		exit_code = 128 + brb_cli_signals_caught();
	return exit_code;
}

int brb_cli_command_awards(const brb_cli_options *options, brb_cli_report *report)
{
	int exit_code = BRB_CLI_STORE;
	awards_work awards = { .options = options, .report = report };
	int wake = brb_cli_signals_open();
	if (wake < 0) {
		brb_cli_report_say(report, "brabeion awards: signals: %s", strerror(errno));
		return exit_code;
	}
	awards.engine = options->follow ? brb_cli_open_to_follow(options, report, &exit_code)
					: brb_cli_open(options, report, BRB_CLI_OPEN_TO_LOOK, &exit_code);
	if (awards.engine)
		exit_code = print_awards(&awards, wake);
	brabeion_close(awards.engine);
	return exit_code;
}
