/*
 * cli/output/jobs: see jobs.h. The note beside a job depends on its state: when it is due or tried again, or why it is parked.
 */
#include "cli/output/jobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/output/awards.h"
#include "cli/output/terminal_text.h"

enum { NOTE_BYTES = 512 };

const brb_cli_column brb_cli_jobs_columns[BRB_CLI_JOBS_COLUMNS] = {
	{ .title = "job", .right = true },
	{ .title = "state" },
	{ .title = "badge", .bold = true },
	{ .title = "user" },
	{ .title = "event" },
	{ .title = "attempts", .right = true },
	{ .title = "note" },
};

const char *brb_cli_jobs_state(brabeion_job_state state)
{
	switch (state) {
	case BRABEION_JOB_WAITING:
		return "waiting";
	case BRABEION_JOB_RUNNING:
		return "running";
	case BRABEION_JOB_DELAYED:
		return "delayed";
	case BRABEION_JOB_PARKED:
		return "parked";
	default:
		return "unknown";
	}
}

bool brb_cli_jobs_is_loaded(const brabeion_job_info *job, const brabeion_badge_list *badges)
{
	size_t i = 0;
	while (i < badges->count && strcmp(badges->badges[i].slug, job->badge) != 0)
		i++;
	return i < badges->count;
}

static bool is_due_job(const brabeion_job_info *job)
{
	return strcmp(job->event, "brabeion.due") == 0;
}

static void write_delay(const brabeion_job_info *job, char *note)
{
	char when[BRABEION_TIME_BYTES];
	if (job->history_id) {
		snprintf(note, NOTE_BYTES, "of a run over a history, which judges it, or the next \"brabeion run\"");
	} else if (job->retry_us) {
		brb_cli_awards_second(job->retry_us, when);
		snprintf(note, NOTE_BYTES, "again at %s: %s", when, job->error);
	} else {
		brb_cli_awards_second(job->due_us, when);
		snprintf(note, NOTE_BYTES, "due at %s", when);
	}
}

/* What the state alone does not say. */
static void write_note(const brabeion_job_info *job, bool loaded, char note[NOTE_BYTES])
{
	char when[BRABEION_TIME_BYTES];
	note[0] = '\0';
	if (job->state == BRABEION_JOB_DELAYED) {
		write_delay(job, note);
	} else if (job->state == BRABEION_JOB_RUNNING) {
		brb_cli_awards_second(job->lease_us, when);
		snprintf(note, NOTE_BYTES, "its lease ends at %s unless it is renewed", when);
	} else if (strcmp(job->parked_why, "unloaded") == 0) {
		snprintf(note, NOTE_BYTES,
			 loaded ? "its badge is back: the next worker takes it" : "its badge is not loaded");
	} else if (job->state == BRABEION_JOB_WAITING && !loaded) {
		snprintf(note, NOTE_BYTES, "its badge is not loaded");
	} else {
		snprintf(note, NOTE_BYTES, "%s", job->error);
	}
}

bool brb_cli_jobs_row(brb_cli_table *table, const brabeion_job_info *job, bool loaded)
{
	char id[24];
	char attempts[16];
	char event[512];
	char note[NOTE_BYTES];
	bool has_id = *job->event_id;
	snprintf(id, sizeof id, "%" PRId64, job->id);
	snprintf(attempts, sizeof attempts, "%" PRIu32, job->attempts);
	snprintf(event, sizeof event, "%s%s%s", job->event, has_id ? " " : "", job->event_id);
	write_note(job, loaded, note);
	const char *cells[] = { id, brb_cli_jobs_state(job->state), job->badge, job->user, event, attempts, note };
	return brb_cli_table_row(table, cells);
}

static void print_label(brb_cli_out *out, const char *label)
{
	brb_cli_out_format(out, "  %-10s", label);
}

static void print_text(brb_cli_out *out, const char *label, const char *text)
{
	print_label(out, label);
	brb_cli_terminal_text_write(out, text);
	brb_cli_out_text(out, "\n");
}

static void print_moment(brb_cli_out *out, const char *label, int64_t at_us)
{
	char when[BRABEION_TIME_BYTES];
	brb_cli_awards_second(at_us, when);
	print_label(out, label);
	brb_cli_out_format(out, "%s UTC\n", when);
}

/* The end of the JSON value that begins at `at`, in a text that is known to be JSON. */
static const char *skip_value(const char *at)
{
	int depth = 0;
	bool quoted = false;
	for (; *at; at++) {
		if (quoted && *at == '\\' && at[1])
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (!quoted && (*at == '{' || *at == '['))
			depth++;
		else if (!quoted && depth == 0 && (*at == ',' || *at == ':' || *at == '}' || *at == ']'))
			break;
		else if (!quoted && (*at == '}' || *at == ']'))
			depth--;
	}
	return at;
}

static void print_piece(brb_cli_out *out, const char *begin, const char *end)
{
	char piece[1024];
	size_t size = (size_t)(end - begin);
	bool is_cut = size >= sizeof piece;
	if (is_cut)
		size = brb_text_cut_length(begin, sizeof piece - 1);
	memcpy(piece, begin, size);
	piece[size] = '\0';
	brb_cli_terminal_text_write(out, piece);
	brb_cli_out_text(out, is_cut ? "..." : "");
}

static const char *skip_spaces(const char *at)
{
	return at + strspn(at, " ");
}

/* Prints the name without quotes; returns the position behind the field. */
static const char *print_field(brb_cli_out *out, const char *at)
{
	const char *name_end = skip_value(at);
	const char *value = skip_spaces(*name_end ? name_end + 1 : name_end);
	const char *value_end = skip_value(value);
	bool quoted = name_end - at >= 2;
	brb_cli_out_text(out, "  ");
	print_piece(out, at + quoted, name_end - quoted);
	brb_cli_out_text(out, ": ");
	print_piece(out, value, value_end);
	brb_cli_out_text(out, "\n");
	return *value_end == ',' ? skip_spaces(value_end + 1) : value_end;
}

/* One field a line, cut if it is long; --json has it whole. */
static void print_frozen(brb_cli_out *out, const char *frozen)
{
	const char *at = frozen && *frozen == '{' ? skip_spaces(frozen + 1) : "";
	brb_cli_out_text(out, "\nFrozen state:\n");
	if (!*at || *at == '}')
		brb_cli_out_text(out, "  nothing\n");
	while (*at == '"')
		at = print_field(out, at);
}

static void print_failures(brb_cli_out *out, const brabeion_job_page *page)
{
	if (page->attempt_count == 0)
		return;
	brb_cli_out_text(out, "\nAttempts that failed:\n");
	for (size_t i = 0; i < page->attempt_count; i++) {
		char when[BRABEION_TIME_BYTES];
		brb_cli_awards_second(page->attempts[i].at_us, when);
		brb_cli_out_format(out, "  %" PRId64 "  %s UTC  ", page->attempts[i].number, when);
		brb_cli_terminal_text_write(out, page->attempts[i].error);
		brb_cli_out_text(out, "\n");
	}
}

void brb_cli_jobs_page(brb_cli_out *out, const brabeion_job_page *page, bool loaded)
{
	const brabeion_job_info *job = page->job;
	char note[NOTE_BYTES];
	write_note(job, loaded, note);
	brb_cli_out_format(out, "Job %" PRId64 "\n", job->id);
	print_text(out, "badge", job->badge);
	print_text(out, "user", job->user);
	print_text(out, "state", brb_cli_jobs_state(job->state));
	if (*note)
		print_text(out, "note", note);
	print_text(out, "event", job->event);
	if (*job->event_id)
		print_text(out, "event id", job->event_id);
	print_moment(out, is_due_job(job) ? "due" : "at", job->at_us);
	if (!is_due_job(job))
		print_moment(out, "stored", job->due_us);
	if (job->parked_us)
		print_moment(out, "parked", job->parked_us);
	print_frozen(out, page->frozen);
	print_failures(out, page);
}
