/*
 * cli/commands/try: `brabeion try`, tests of badges by files of scenarios.
 *
 * Not here: reading files, playing and reporting scenarios (cli/scenario).
 */
#include "cli/shell/commands.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/scenario/report.h"
#include "cli/support/signals.h"

/* Read before the first scenario is played: TAP begins with the number of tests. */
typedef struct try_files {
	brb_scenario_set **sets;
	size_t count;
	size_t tests;
} try_files;

static bool read_files(const brb_cli_options *options, try_files *files)
{
	files->sets = calloc(options->argument_count, sizeof *files->sets);
	if (!files->sets)
		return false;
	for (; files->count < options->argument_count; files->count++) {
		brb_scenario_set *set = brb_scenario_file_open(options->arguments[files->count]);
		if (!set)
			return false;
		files->sets[files->count] = set;
		files->tests += set->faults ? 1 : set->count;
	}
	return true;
}

static void finish_files(try_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		brb_scenario_file_close(files->sets[i]);
	free(files->sets);
}

/* False: interrupted. */
static bool play_file(const brb_scenario_set *set, const brb_cli_scenario_limits *limits,
		      brb_cli_scenario_report *results)
{
	bool interrupted = false;
	brb_cli_scenario_report_file(results, set);
	if (set->faults)
		brb_cli_scenario_report_faults(results, set);
	for (size_t i = 0; i < set->count && !interrupted; i++) {
		brb_cli_outcome outcome;
		brb_cli_scenario_play(set, &set->scenarios[i], limits, &outcome);
		interrupted = outcome.interrupted;
		if (!interrupted)
			brb_cli_scenario_report_one(results, set, &set->scenarios[i], &outcome);
		brb_cli_outcome_finish(&outcome);
	}
	return !interrupted;
}

/* Ends the process as the signal would have, after cleaning up. */
static int end_by_signal(void)
{
	raise(brb_cli_signals_caught());
	return BRB_CLI_USAGE;
}

static int play_all(const brb_cli_options *options, const try_files *files, brb_cli_report *report)
{
	brb_cli_out out;
	brb_cli_scenario_report results;
	brb_cli_scenario_limits limits = { .plugin_path = options->plugin_path,
					   .deadline_ms = (int64_t)options->deadline_s * 1000,
					   .signals = brb_cli_signals_open() };
	bool going = limits.signals >= 0;
	if (!going) {
		brb_cli_report_say(report, "brabeion try: signals: %s", strerror(errno));
		return BRB_CLI_USAGE;
	}
	brb_cli_out_init(&out, STDOUT_FILENO);
	brb_cli_scenario_report_begin(&results, &out, options->try_format, files->tests);
	for (size_t i = 0; i < files->count && going; i++)
		going = play_file(files->sets[i], &limits, &results);
	brb_cli_scenario_report_end(&results);
	int written = brb_cli_finish_output(&out, report);
	if (!going) {
		brb_cli_report_say(report, "brabeion try: interrupted; not all scenarios were played");
		return end_by_signal();
	}
	if (results.out_of_memory)
		brb_cli_report_say(report, "brabeion try: out of memory: the report is incomplete");
	if (results.faults || results.out_of_memory)
		return BRB_CLI_USAGE;
	return results.failed ? BRB_CLI_BAD_INPUT : written;
}

int brb_cli_command_try(const brb_cli_options *options, brb_cli_report *report)
{
	try_files files = { 0 };
	int exit_code = BRB_CLI_USAGE;
	if (options->argument_count == 0)
		return brb_cli_fail_usage(report, "try", "FILE is missing");
	if (read_files(options, &files))
		exit_code = play_all(options, &files, report);
	else
		brb_cli_report_say(report, "brabeion try: out of memory");
	finish_files(&files);
	return exit_code;
}
