/*
 * cli/commands/clock: `brabeion clock`, what the database knows of the clock; an operator says that it is right, or has what a clock
 * far ahead has left brought back.
 */
#include "cli/shell/commands.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/duration.h"

__attribute__((format(printf, 2, 3))) static void out_printf(brb_cli_out *out, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	brb_cli_out_text(out, text);
}

static int look(brabeion_engine *engine, brb_cli_out *out, brabeion_error *error)
{
	bool suspect = false;
	int64_t now_us = 0, newest_us = 0;
	char now[BRABEION_TIME_BYTES] = "", newest[BRABEION_TIME_BYTES] = "none yet";
	if (brabeion_clock_look(engine, &suspect, &now_us, &newest_us, error) != BRABEION_OK)
		return BRB_CLI_STORE;
	brabeion_time_format(now_us, now);
	if (newest_us)
		brabeion_time_format(newest_us, newest);
	out_printf(out, "clock   %s\nnewest  %s\n", now, newest);
	if (suspect)
		out_printf(
			out,
			"The clock is suspect: it is %" PRId64 " days ahead of the newest time in the database. "
			"Until it has run on\nfor an hour nothing is swept, and no job is given to a worker. If it "
			"is right, say so: brabeion clock --confirm\n",
			(now_us - newest_us) / BRB_DAY_US);
	else if (newest_us - now_us > BRB_DAY_US)
		out_printf(out,
			   "The newest time in the database is %" PRId64 " days ahead of the clock. If the clock is "
			   "right now, bring it back:\nbrabeion clock --mend\n",
			   (newest_us - now_us) / BRB_DAY_US);
	else
		brb_cli_out_text(out, "The clock is trusted.\n");
	return BRB_CLI_FINE;
}

static int mend(brabeion_engine *engine, brb_cli_out *out, brabeion_error *error)
{
	int64_t mended = 0;
	if (brabeion_clock_mend(engine, &mended, error) != BRABEION_OK)
		return BRB_CLI_STORE;
	brb_cli_out_count(out, (uint64_t)mended, "time", "times");
	brb_cli_out_text(out, mended == 1 ? " that lay ahead is set back\n" : " that lay ahead are set back\n");
	return BRB_CLI_FINE;
}

static int confirm(brabeion_engine *engine, brb_cli_out *out, brabeion_error *error)
{
	if (brabeion_clock_confirm(engine, error) != BRABEION_OK)
		return BRB_CLI_STORE;
	brb_cli_out_text(out, "the clock is confirmed\n");
	return BRB_CLI_FINE;
}

int brb_cli_command_clock(const brb_cli_options *options, brb_cli_report *report)
{
	int exit_code = BRB_CLI_STORE;
	brb_cli_out out;
	brabeion_error error = BRABEION_NO_ERROR;
	if (options->confirm && options->mend)
		return brb_cli_fail_usage(report, "clock",
					  "--confirm and --mend: a clock that is right now, or then");
	bool looks = !options->confirm && !options->mend;
	brabeion_engine *engine =
		brb_cli_open(options, report, looks ? BRB_CLI_OPEN_TO_LOOK : BRB_CLI_OPEN_EXISTING, &exit_code);
	if (!engine)
		return exit_code;
	brb_cli_out_init(&out, STDOUT_FILENO);
	exit_code = options->confirm ? confirm(engine, &out, &error)
		    : options->mend  ? mend(engine, &out, &error)
				     : look(engine, &out, &error);
	if (error.status != BRABEION_OK)
		exit_code = brb_cli_fail(report, &error);
	int written = brb_cli_finish_output(&out, report);
	brabeion_close(engine);
	return exit_code == BRB_CLI_FINE ? written : exit_code;
}
