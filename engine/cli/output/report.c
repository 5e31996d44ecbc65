/*
 * cli/output/report: see report.h.
 */
#include "cli/output/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/output/terminal_text.h"

enum { SHOWN_OF_A_KIND = 20 };

void brb_cli_report_init(brb_cli_report *report, bool with_progress)
{
	pthread_mutex_init(&report->lock, NULL);
	brb_cli_out_init(&report->out, STDERR_FILENO);
	brb_cli_progress_bar_init(&report->progress, with_progress, brb_clock_monotonic_us());
	memset(report->kinds, 0, sizeof report->kinds);
	report->kind_count = 0;
	report->unshown = 0;
}

void brb_cli_report_finish(brb_cli_report *report)
{
	brb_cli_report_hide(report);
	pthread_mutex_destroy(&report->lock);
}

/* Line by line: newlines must not be escaped. */
static void write_lines(brb_cli_out *out, char *text)
{
	char *rest = text;
	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		brb_cli_terminal_text_write(out, line);
		brb_cli_out_text(out, "\n");
	}
}

__attribute__((format(printf, 2, 0))) static void say_locked(brb_cli_report *report, const char *format,
							     va_list arguments)
{
	char *text = NULL;
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	brb_cli_progress_bar_clear(&report->progress, &report->out);
	if (text)
		write_lines(&report->out, text);
	else
		brb_cli_out_text(&report->out, "out of memory\n");
	brb_cli_out_flush(&report->out);
	free(text);
}

void brb_cli_report_say(brb_cli_report *report, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	pthread_mutex_lock(&report->lock);
	say_locked(report, format, arguments);
	pthread_mutex_unlock(&report->lock);
	va_end(arguments);
}

__attribute__((format(printf, 2, 3))) static void print_locked(brb_cli_report *report, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	say_locked(report, format, arguments);
	va_end(arguments);
}

/*
 * Hashes what warnings of one kind have in common: the beginning up to the end of the first word in quotes or the first colon,
 * `badge "points"` or `badges.yaml:`. FNV-1a (draft-eastlake-fnv).
 */
static uint64_t hash_kind(const char *message)
{
	uint64_t hash = 14695981039346656037u;
	int quotes = 0;
	for (const char *at = message; *at && *at != ':' && quotes < 2; at++) {
		quotes += *at == '"';
		hash = (hash ^ (unsigned char)*at) * 1099511628211u;
	}
	return hash;
}

static brb_cli_kind *find_kind(brb_cli_report *report, const char *message)
{
	uint64_t hash = hash_kind(message);
	for (size_t i = 0; i < report->kind_count; i++)
		if (report->kinds[i].hash == hash)
			return &report->kinds[i];
	if (report->kind_count == BRB_CLI_REPORT_KINDS)
		return &report->kinds[BRB_CLI_REPORT_KINDS - 1];
	report->kinds[report->kind_count].hash = hash;
	return &report->kinds[report->kind_count++];
}

static void warn_locked(brb_cli_report *report, const char *message)
{
	brb_cli_kind *kind = find_kind(report, message);
	kind->count++;
	if (kind->count > SHOWN_OF_A_KIND)
		report->unshown++;
	else
		print_locked(report, "warning: %s", message);
	if (kind->count == SHOWN_OF_A_KIND)
		print_locked(report, "(further warnings of this kind are only counted)");
}

void brb_cli_report_warn(brb_cli_report *report, const char *format, ...)
{
	char message[2048];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	pthread_mutex_lock(&report->lock);
	warn_locked(report, message);
	pthread_mutex_unlock(&report->lock);
}

void brb_cli_report_log(void *context, brabeion_log_level level, const char *message)
{
	brb_cli_report *report = context;
	if (level > BRABEION_LOG_WARNING)
		return;
	pthread_mutex_lock(&report->lock);
	if (level == BRABEION_LOG_ERROR)
		print_locked(report, "error: %s", message);
	else
		warn_locked(report, message);
	pthread_mutex_unlock(&report->lock);
}

void brb_cli_report_progress(brb_cli_report *report, const brb_cli_counts *counts)
{
	int64_t now_us = brb_clock_monotonic_us();
	if (!brb_cli_progress_bar_is_due(&report->progress, now_us))
		return;
	brb_cli_terminal terminal = brb_cli_terminal_look(STDERR_FILENO);
	pthread_mutex_lock(&report->lock);
	brb_cli_progress_bar_draw(&report->progress, &report->out, &terminal, counts, now_us);
	brb_cli_out_flush(&report->out);
	pthread_mutex_unlock(&report->lock);
}

void brb_cli_report_hide(brb_cli_report *report)
{
	pthread_mutex_lock(&report->lock);
	brb_cli_progress_bar_clear(&report->progress, &report->out);
	brb_cli_out_flush(&report->out);
	pthread_mutex_unlock(&report->lock);
}
