/*
 * cli/commands/jobs: `brabeion jobs`: counts jobs, lists them, shows one, retries or drops them.
 *
 * Lists are read page by page, so that a million jobs take no more memory than a thousand.
 */
#include "cli/shell/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/output/awards.h"
#include "cli/output/jobs.h"
#include "cli/output/json.h"
#include "cli/output/terminal_text.h"

enum { PAGE_JOBS = 1000, NOTES_MAX = 8, NOTE_BYTES = 300 };

/* After so long without a running job a note asks for a worker. */
#define WAIT_NOTE_US INT64_C(10000000)

typedef struct jobs_work {
	const brb_cli_options *options;
	brb_cli_report *report;
	brabeion_engine *engine;
	brabeion_badge_list badges; /* the loaded ones */
	brb_cli_out out;
	brb_cli_terminal terminal;
} jobs_work;

/* ---- lists ------------------------------------------------------------------------------------------------------- */

/* Prints a page. False: out of memory. */
typedef bool (*page_function)(jobs_work *work, void *context, const brabeion_job_list *page);

/* Prints the jobs that the options choose, by id. Returns the exit code. */
static int each_page(jobs_work *work, page_function print, void *context)
{
	const brb_cli_options *options = work->options;
	brabeion_job_filter filter =
		BRABEION_JOB_FILTER(.state = options->job_state, .badge = options->badge, .user = options->user);
	size_t left = options->limit ? options->limit : SIZE_MAX;
	while (left > 0) {
		brabeion_job_list page = { 0 };
		brabeion_error error = BRABEION_NO_ERROR;
		filter.limit = left < PAGE_JOBS ? left : PAGE_JOBS;
		error.status = brabeion_jobs(work->engine, &filter, &page, &error);
		if (error.status != BRABEION_OK)
			return brb_cli_fail(work->report, &error);
		size_t count = page.count;
		bool printed = print(work, context, &page);
		if (count > 0)
			filter.after = page.jobs[count - 1].id;
		brabeion_job_list_finish(&page);
		if (!printed)
			return brb_cli_fail_memory(work->report);
		if (count < filter.limit || work->out.error)
			return BRB_CLI_FINE;
		left -= count;
	}
	return BRB_CLI_FINE;
}

static bool write_page(jobs_work *work, void *context, const brabeion_job_list *page)
{
	for (size_t i = 0; i < page->count; i++) {
		brb_json_before(context, NULL);
		brabeion_job_write_json(&page->jobs[i], &work->badges, brb_cli_json_write, &work->out);
	}
	return true;
}

static bool print_page(jobs_work *work, void *context, const brabeion_job_list *page)
{
	brb_cli_table *table = context;
	for (size_t i = 0; i < page->count; i++)
		if (!brb_cli_jobs_row(table, &page->jobs[i], brb_cli_jobs_is_loaded(&page->jobs[i], &work->badges)))
			return false;
	if (page->count > 0)
		brb_cli_table_print(table, &work->out, &work->terminal);
	return true;
}

static int list_jobs(jobs_work *work)
{
	brb_cli_table table;
	if (work->options->json) {
		brb_json json = brb_cli_json(&work->out);
		brb_json_object(&json, NULL);
		brb_json_array(&json, "jobs");
		int exit_code = each_page(work, write_page, &json);
		brb_json_end(&json);
		brb_json_end(&json);
		brb_cli_out_text(&work->out, "\n");
		return exit_code;
	}
	brb_cli_table_init(&table, brb_cli_jobs_columns, BRB_CLI_JOBS_COLUMNS);
	int exit_code = each_page(work, print_page, &table);
	if (exit_code == BRB_CLI_FINE && !table.titled)
		brb_cli_out_text(&work->out, "No such jobs.\n");
	brb_cli_table_finish(&table);
	return exit_code;
}

/* ---- the summary ------------------------------------------------------------------------------------------------- */

/* What an operator should know, a line each. */
typedef struct jobs_notes {
	size_t count;
	char lines[NOTES_MAX][NOTE_BYTES];
} jobs_notes;

__attribute__((format(printf, 2, 3))) static void add_note(jobs_notes *notes, const char *format, ...)
{
	va_list arguments;
	if (notes->count == NOTES_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(notes->lines[notes->count], NOTE_BYTES, format, arguments);
	va_end(arguments);
	for (size_t i = 0; i < notes->count; i++)
		if (strcmp(notes->lines[i], notes->lines[notes->count]) == 0)
			return;
	notes->count++;
}

/* Notes why the job may wait for long. */
static void note_job(jobs_work *work, const brabeion_job_info *job, jobs_notes *notes)
{
	bool loaded = brb_cli_jobs_is_loaded(job, &work->badges);
	if (job->history_id)
		add_note(notes, "delayed jobs belong to a history: its run judges them, or the next \"brabeion "
				"run\"; no worker takes them");
	else if (strcmp(job->parked_why, "failed") == 0)
		add_note(notes, "some have failed for good: see \"brabeion jobs --parked\", then \"brabeion jobs "
				"retry\" or \"drop\"");
	else if (!loaded && job->state != BRABEION_JOB_RUNNING)
		add_note(notes, "badge \"%s\" is not loaded: its jobs wait until it is", job->badge);
	else if (job->state == BRABEION_JOB_PARKED)
		add_note(notes, "badge \"%s\" is loaded again: a worker takes its parked jobs", job->badge);
}

/* Looks at the first thousand only. */
static brabeion_status note_state(jobs_work *work, brabeion_job_state state, jobs_notes *notes, brabeion_error *error)
{
	brabeion_job_filter filter = BRABEION_JOB_FILTER(.state = state, .limit = PAGE_JOBS);
	brabeion_job_list list = { 0 };
	error->status = brabeion_jobs(work->engine, &filter, &list, error);
	for (size_t i = 0; error->status == BRABEION_OK && i < list.count; i++)
		note_job(work, &list.jobs[i], notes);
	brabeion_job_list_finish(&list);
	return error->status;
}

/* Other processes are unknown: that no job is running, and for how long, is the sign of a missing worker. */
static void note_workers(jobs_work *work, const brabeion_stats_report *stats, jobs_notes *notes)
{
	brabeion_work_settings settings = BRABEION_WORK_SETTINGS();
	brabeion_options options = BRABEION_OPTIONS(.config = work->options->config);
	if (stats->jobs_waiting == 0 || stats->jobs_running > 0)
		return;
	brabeion_config_work_settings(&options, &settings, NULL);
	if (settings.workers == 0)
		add_note(notes, "none is being judged, and a server judges none (\"workers: 0\"): start \"brabeion "
				"worker\"");
	else if (brb_clock_now_us(NULL) - stats->jobs_oldest_us > WAIT_NOTE_US)
		add_note(notes, "none is being judged: is a server with workers running, or \"brabeion worker\"?");
}

static brabeion_status gather_notes(jobs_work *work, const brabeion_stats_report *stats, jobs_notes *notes,
				    brabeion_error *error)
{
	note_workers(work, stats, notes);
	if (stats->jobs_waiting && note_state(work, BRABEION_JOB_WAITING, notes, error) != BRABEION_OK)
		return error->status;
	if (stats->jobs_delayed && note_state(work, BRABEION_JOB_DELAYED, notes, error) != BRABEION_OK)
		return error->status;
	if (stats->jobs_parked)
		note_state(work, BRABEION_JOB_PARKED, notes, error);
	return error->status;
}

static void write_summary(jobs_work *work, const brabeion_stats_report *stats, const jobs_notes *notes)
{
	brb_json json = brb_cli_json(&work->out);
	brb_json_object(&json, NULL);
	brb_json_integer(&json, "waiting", stats->jobs_waiting);
	brb_json_integer(&json, "running", stats->jobs_running);
	brb_json_integer(&json, "delayed", stats->jobs_delayed);
	brb_json_integer(&json, "parked", stats->jobs_parked);
	if (stats->jobs_waiting)
		brb_cli_json_time(&json, "oldest", stats->jobs_oldest_us);
	else
		brb_json_null(&json, "oldest");
	brb_json_array(&json, "notes");
	for (size_t i = 0; i < notes->count; i++)
		brb_json_text(&json, NULL, notes->lines[i]);
	brb_json_end(&json);
	brb_json_end(&json);
	brb_cli_out_text(&work->out, "\n");
}

/* "3 waiting (the oldest since 2014-01-21 20:26 UTC), 1 running, 0 delayed, 2 parked" */
static void print_summary(jobs_work *work, const brabeion_stats_report *stats, const jobs_notes *notes)
{
	char when[BRABEION_TIME_BYTES];
	brb_cli_out *out = &work->out;
	brb_cli_out_number(out, (uint64_t)stats->jobs_waiting);
	brb_cli_out_text(out, " waiting");
	if (stats->jobs_waiting) {
		brb_cli_awards_when(stats->jobs_oldest_us, when);
		brb_cli_out_format(out, " (the oldest since %s UTC)", when);
	}
	brb_cli_out_text(out, ", ");
	brb_cli_out_number(out, (uint64_t)stats->jobs_running);
	brb_cli_out_text(out, " running, ");
	brb_cli_out_number(out, (uint64_t)stats->jobs_delayed);
	brb_cli_out_text(out, " delayed, ");
	brb_cli_out_number(out, (uint64_t)stats->jobs_parked);
	brb_cli_out_text(out, " parked\n");
	for (size_t i = 0; i < notes->count; i++) {
		brb_cli_out_text(out, i > 0 ? "" : "\n");
		brb_cli_terminal_text_write(out, notes->lines[i]);
		brb_cli_out_text(out, "\n");
	}
}

static int show_summary(jobs_work *work)
{
	brabeion_stats_report stats = BRABEION_STATS_REPORT();
	brabeion_error error = BRABEION_NO_ERROR;
	jobs_notes notes = { 0 };
	error.status = brabeion_stats(work->engine, &stats, &error);
	if (error.status == BRABEION_OK)
		gather_notes(work, &stats, &notes, &error);
	int exit_code = BRB_CLI_FINE;
	if (error.status != BRABEION_OK)
		exit_code = brb_cli_fail(work->report, &error);
	else if (work->options->json)
		write_summary(work, &stats, &notes);
	else
		print_summary(work, &stats, &notes);
	brabeion_stats_finish(&stats);
	return exit_code;
}

/* ---- one --------------------------------------------------------------------------------------------------------- */

/* 0: not the number of a job; reported. */
static int64_t read_id(jobs_work *work, const char *text)
{
	char *end = NULL;
	errno = 0;
	long long id = strtoll(text, &end, 10);
	if (*text >= '1' && *text <= '9' && !*end && !errno)
		return id;
	brb_cli_report_say(work->report, "brabeion jobs: \"%s\" is not the number of a job", text);
	return 0;
}

static int report_absence(jobs_work *work, int64_t id)
{
	brb_cli_report_say(work->report, "job %" PRId64 " does not exist: it has ended, or never was", id);
	return BRB_CLI_BAD_INPUT;
}

static int show_job(jobs_work *work, const char *text)
{
	brabeion_job_page page = BRABEION_JOB_PAGE();
	brabeion_error error = BRABEION_NO_ERROR;
	int64_t id = read_id(work, text);
	if (!id)
		return BRB_CLI_USAGE;
	error.status = brabeion_job(work->engine, id, &page, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(work->report, &error);
	int exit_code = BRB_CLI_FINE;
	if (!page.found)
		exit_code = report_absence(work, id);
	else if (!work->options->json)
		brb_cli_jobs_page(&work->out, &page, brb_cli_jobs_is_loaded(page.job, &work->badges));
	else {
		brabeion_job_page_write_json(&page, &work->badges, brb_cli_json_write, &work->out);
		brb_cli_out_text(&work->out, "\n");
	}
	brabeion_job_page_finish(&page);
	return exit_code;
}

/* ---- retry and drop ---------------------------------------------------------------------------------------------- */

typedef brabeion_status (*change_function)(brabeion_engine *engine, const brabeion_job_choice *choice, int64_t *jobs,
					   brabeion_error *error);

static int report_unchanged(jobs_work *work, int64_t id)
{
	brabeion_job_page page = BRABEION_JOB_PAGE();
	brabeion_error error = BRABEION_NO_ERROR;
	error.status = brabeion_job(work->engine, id, &page, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(work->report, &error);
	int exit_code = BRB_CLI_FINE;
	if (!page.found)
		exit_code = report_absence(work, id);
	else
		brb_cli_report_say(work->report, "job %" PRId64 " is %s: unchanged", id,
				   brb_cli_jobs_state(page.job->state));
	brabeion_job_page_finish(&page);
	return exit_code;
}

static int change_one(jobs_work *work, change_function change, const char *text, int64_t *changed)
{
	int64_t jobs = 0;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_job_choice choice = BRABEION_JOB_CHOICE(.id = read_id(work, text));
	if (!choice.id)
		return BRB_CLI_USAGE;
	error.status = change(work->engine, &choice, &jobs, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(work->report, &error);
	*changed += jobs;
	return jobs > 0 ? BRB_CLI_FINE : report_unchanged(work, choice.id);
}

static int change_chosen(jobs_work *work, change_function change, int64_t *changed)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_job_choice choice = BRABEION_JOB_CHOICE(.badge = work->options->badge,
							 .parked = work->options->job_state == BRABEION_JOB_PARKED);
	error.status = change(work->engine, &choice, changed, &error);
	return error.status == BRABEION_OK ? BRB_CLI_FINE : brb_cli_fail(work->report, &error);
}

static void print_changed(jobs_work *work, int64_t changed, const char *what)
{
	if (work->options->json) {
		brb_json json = brb_cli_json(&work->out);
		brb_json_object(&json, NULL);
		brb_json_integer(&json, "jobs", changed);
		brb_json_end(&json);
		brb_cli_out_text(&work->out, "\n");
		return;
	}
	brb_cli_out_count(&work->out, (uint64_t)changed, "job", "jobs");
	brb_cli_out_text(&work->out, what);
}

/* Tries each; the first failure is the exit code. */
static int change_jobs(jobs_work *work, change_function change, const char *what)
{
	const brb_cli_options *options = work->options;
	int64_t changed = 0;
	int first_failure = BRB_CLI_FINE;
	if (options->argument_count == 1)
		first_failure = change_chosen(work, change, &changed);
	for (size_t i = 1; i < options->argument_count; i++) {
		int exit_code = change_one(work, change, options->arguments[i], &changed);
		if (first_failure == BRB_CLI_FINE)
			first_failure = exit_code;
	}
	if (first_failure <= BRB_CLI_BAD_INPUT || changed > 0)
		print_changed(work, changed, what);
	return first_failure;
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

static int misuse(brb_cli_report *report, const char *why)
{
	return brb_cli_fail_usage(report, "jobs", why);
}

static bool is_change(const char *word)
{
	return strcmp(word, "retry") == 0 || strcmp(word, "drop") == 0;
}

static int check_change(const brb_cli_options *options, brb_cli_report *report)
{
	bool chosen = options->all || options->badge;
	if (options->user || options->limit ||
	    (options->job_state != BRABEION_JOB_ANY && options->job_state != BRABEION_JOB_PARKED))
		return misuse(report, "retry and drop take numbers of jobs, --badge, --all and --parked");
	if (options->all && options->badge)
		return misuse(report, "either --badge or --all");
	if (chosen == (options->argument_count > 1))
		return misuse(report, "expected numbers of jobs, --badge SLUG or --all");
	if (!chosen && options->job_state == BRABEION_JOB_PARKED)
		return misuse(report, "--parked needs --badge or --all, not numbers of jobs");
	return BRB_CLI_FINE;
}

/* BRB_CLI_FINE, or reported. */
static int check_words(const brb_cli_options *options, brb_cli_report *report)
{
	const char *word = options->argument_count > 0 ? options->arguments[0] : NULL;
	bool chooses = options->job_state != BRABEION_JOB_ANY || options->badge || options->user || options->limit;
	if (word && is_change(word))
		return check_change(options, report);
	if (options->all)
		return misuse(report, "--all needs retry or drop");
	if (!word)
		return BRB_CLI_FINE;
	if (strcmp(word, "show") != 0) {
		brb_cli_report_say(report,
				   "brabeion jobs: expected show, retry or drop, not \"%s\"\nTry \"brabeion jobs "
				   "--help\".",
				   word);
		return BRB_CLI_USAGE;
	}
	return options->argument_count == 2 && !chooses ? BRB_CLI_FINE
							: misuse(report, "show takes the number of one job");
}

static int dispatch(jobs_work *work)
{
	const brb_cli_options *options = work->options;
	const char *word = options->argument_count > 0 ? options->arguments[0] : "";
	bool chooses = options->job_state != BRABEION_JOB_ANY || options->badge || options->user || options->limit;
	if (strcmp(word, "show") == 0)
		return show_job(work, options->arguments[1]);
	if (strcmp(word, "retry") == 0)
		return change_jobs(work, brabeion_jobs_retry, " to retry\n");
	if (strcmp(word, "drop") == 0)
		return change_jobs(work, brabeion_jobs_drop, " dropped\n");
	return chooses ? list_jobs(work) : show_summary(work);
}

int brb_cli_command_jobs(const brb_cli_options *options, brb_cli_report *report)
{
	brabeion_error error = BRABEION_NO_ERROR;
	jobs_work work = { .options = options, .report = report };
	int exit_code = check_words(options, report);
	if (exit_code != BRB_CLI_FINE)
		return exit_code;
	const char *word = options->argument_count > 0 ? options->arguments[0] : "show";
	work.engine =
		brb_cli_open(options, report,
			     strcmp(word, "show") == 0 ? BRB_CLI_OPEN_TO_LOOK : BRB_CLI_OPEN_EXISTING, &exit_code);
	if (!work.engine)
		return exit_code;
	brb_cli_out_init(&work.out, STDOUT_FILENO);
	work.terminal = brb_cli_terminal_look(STDOUT_FILENO);
	error.status = brabeion_badges(work.engine, NULL, &work.badges, &error);
	exit_code = error.status == BRABEION_OK ? dispatch(&work) : brb_cli_fail(report, &error);
	brabeion_badge_list_finish(&work.badges);
	brabeion_close(work.engine);
	int written = brb_cli_finish_output(&work.out, report);
	return exit_code ? exit_code : written;
}
