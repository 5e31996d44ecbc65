/*
 * cli/commands/release: `brabeion release`, ends the quarantine of badges.
 */
#include "cli/shell/commands.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "cli/output/terminal_text.h"

typedef struct release_work {
	brb_cli_report *report;
	brabeion_engine *engine;
	brb_cli_out out;
} release_work;

/* Releases one badge, or all (NULL), and counts them. Returns the exit code. */
static int release(release_work *work, const char *slug, size_t *count)
{
	brabeion_error error = BRABEION_NO_ERROR;
	error.status = brabeion_release(work->engine, slug, count, &error);
	return error.status == BRABEION_OK ? BRB_CLI_FINE : brb_cli_fail(work->report, &error);
}

static bool is_named(const char *slug, char *const *slugs, size_t slug_count)
{
	for (size_t i = 0; i < slug_count; i++)
		if (strcmp(slug, slugs[i]) == 0)
			return true;
	return false;
}

/* What badges were passed over, of those named (none: all), and how it is judged. */
static int tell_passed_over(release_work *work, char *const *slugs, size_t slug_count)
{
	brabeion_badge_list list = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	error.status = brabeion_badges(work->engine, NULL, &list, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(work->report, &error);
	for (size_t i = 0; i < list.count; i++) {
		const brabeion_badge *badge = brabeion_badge_list_at(&list, i);
		if (!badge->passed_over || (slug_count && !is_named(badge->slug, slugs, slug_count)))
			continue;
		brb_cli_out_format(&work->out, "%s: was passed over in ", badge->slug);
		brb_cli_out_count(&work->out, (uint64_t)badge->passed_over, "event", "events");
		brb_cli_out_format(&work->out, "; where there is a journal: brabeion backfill --badge %s\n",
				   badge->slug);
	}
	brabeion_badge_list_finish(&list);
	return BRB_CLI_FINE;
}

static int release_all(release_work *work)
{
	size_t count = 0;
	int exit_code = release(work, NULL, &count);
	if (exit_code != BRB_CLI_FINE)
		return exit_code;
	brb_cli_out_count(&work->out, count, "badge", "badges");
	brb_cli_out_text(&work->out, " released\n");
	return tell_passed_over(work, NULL, 0);
}

/* Tries each; the first failure is the exit code. */
static int release_each(release_work *work, char *const *slugs, size_t slug_count)
{
	int first_failure = BRB_CLI_FINE;
	for (size_t i = 0; i < slug_count; i++) {
		size_t count = 0;
		int exit_code = release(work, slugs[i], &count);
		if (first_failure == BRB_CLI_FINE)
			first_failure = exit_code;
		if (exit_code != BRB_CLI_FINE)
			continue;
		brb_cli_terminal_text_write(&work->out, slugs[i]);
		brb_cli_out_text(&work->out, count > 0 ? ": released\n" : ": was not quarantined\n");
	}
	int told = tell_passed_over(work, slugs, slug_count);
	return first_failure == BRB_CLI_FINE ? told : first_failure;
}

static int run_release(const brb_cli_options *options, brb_cli_report *report)
{
	int exit_code = BRB_CLI_STORE;
	release_work work = { .report = report };
	work.engine = brb_cli_open(options, report, BRB_CLI_OPEN_EXISTING, &exit_code);
	if (!work.engine)
		return exit_code;
	brb_cli_out_init(&work.out, STDOUT_FILENO);
	exit_code =
		options->all ? release_all(&work) : release_each(&work, options->arguments, options->argument_count);
	int written = brb_cli_finish_output(&work.out, report);
	brabeion_close(work.engine);
	return exit_code == BRB_CLI_FINE ? written : exit_code;
}

int brb_cli_command_release(const brb_cli_options *options, brb_cli_report *report)
{
	if (options->all == (options->argument_count > 0))
		return brb_cli_fail_usage(report, "release", "expected either slugs or --all");
	return run_release(options, report);
}
