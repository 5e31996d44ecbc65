/*
 * cli/scenario/report: see report.h. Here: text for people, and TAP 13 (testanything.org; `prove` of Perl 5.36 reports a
 * version 14 stream as failed).
 */
#include "cli/scenario/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output/terminal_text.h"

/* ---- lines ---- */

/* A line or a part of one, safe for a terminal. */
static void write_line(brb_cli_out *out, const char *line, size_t length)
{
	char *copy = strndup(line, length);
	brb_cli_terminal_text_write(out, copy ? copy : "(out of memory)");
	free(copy);
}

/* All lines of a text, indented. */
static void write_lines(brb_cli_out *out, const char *text, const char *indent)
{
	while (*text) {
		size_t length = brb_cli_finding_first_line(text);
		brb_cli_out_text(out, indent);
		write_line(out, text, length);
		brb_cli_out_text(out, "\n");
		text += length + (text[length] ? 1 : 0);
	}
}

/* "plugins/streak/streak.try.yaml:23: " */
static void write_place(brb_cli_out *out, const char *path, uint32_t line)
{
	if (!line)
		return;
	brb_cli_terminal_text_write(out, path);
	brb_cli_out_format(out, ":%" PRIu32 ": ", line);
}

/* ---- for people ---- */

static void write_text(brb_cli_out *out, const char *path, const char *name, const brb_cli_outcome *outcome)
{
	brb_cli_out_text(out, outcome->count ? "  FAILED  " : "  ok      ");
	brb_cli_terminal_text_write(out, name);
	brb_cli_out_text(out, "\n");
	for (size_t i = 0; i < outcome->count; i++) {
		const brb_cli_finding *finding = &outcome->findings[i];
		size_t length = brb_cli_finding_first_line(finding->text);
		bool more = finding->text[length] != '\0';
		brb_cli_out_text(out, "    ");
		write_place(out, path, finding->line);
		write_line(out, finding->text, length);
		brb_cli_out_text(out, "\n");
		write_lines(out, finding->text + length + more,
			    finding->kind == BRB_CLI_FINDING_FAULT ? "    " : "      ");
	}
}

static void write_sums(const brb_cli_scenario_report *report)
{
	brb_cli_out_format(report->out, "%zu passed, %zu failed", report->passed, report->failed);
	if (report->faults)
		brb_cli_out_format(report->out, ", %zu could not be played", report->faults);
	brb_cli_out_text(report->out, "\n");
}

/* ---- TAP ---- */

/* Escapes "#", which begins a directive. */
static void write_tap_text(brb_cli_out *out, const char *text)
{
	for (size_t length; *text; text += length) {
		length = strcspn(text, "#\\");
		write_line(out, text, length);
		if (!text[length])
			break;
		brb_cli_out_format(out, "\\%c", text[length]);
		length++;
	}
}

/*
 * The diagnosis is YAML with literal blocks, which need no escapes. The indentation indicator, which `prove` does not know,
 * is written only where YAML requires it: for a text that begins with a space.
 */
static void write_tap(const brb_cli_scenario_report *report, const char *path, const char *name,
		      const brb_cli_outcome *outcome)
{
	brb_cli_out *out = report->out;
	brb_cli_out_format(out, "%s %zu - ", outcome->count ? "not ok" : "ok", report->count);
	write_tap_text(out, path);
	brb_cli_out_text(out, ": ");
	write_tap_text(out, name);
	brb_cli_out_text(out, "\n");
	if (!outcome->count)
		return;
	brb_cli_out_text(out, "  ---\n  findings:\n");
	for (size_t i = 0; i < outcome->count; i++) {
		const brb_cli_finding *finding = &outcome->findings[i];
		brb_cli_out_format(out, "    - line: %" PRIu32 "\n      severity: %s\n      message: |%s\n",
				   finding->line, finding->kind == BRB_CLI_FINDING_FAULT ? "fault" : "fail",
				   *finding->text == ' ' ? "2" : "");
		write_lines(out, finding->text, "        ");
	}
	brb_cli_out_text(out, "  ...\n");
}

/* ---- one test ---- */

static void report_test(brb_cli_scenario_report *report, const char *path, const char *name,
			const brb_cli_outcome *outcome)
{
	report->count++;
	if (!outcome->count)
		report->passed++;
	else if (brb_cli_outcome_is_fault(outcome))
		report->faults++;
	else
		report->failed++;
	if (report->format == BRB_CLI_TRY_TAP)
		write_tap(report, path, name, outcome);
	else if (report->format == BRB_CLI_TRY_JUNIT)
		brb_cli_junit_add(report, path, name, outcome);
	else
		write_text(report->out, path, name, outcome);
	if (report->format != BRB_CLI_TRY_JUNIT)
		brb_cli_out_flush(report->out);
}

void brb_cli_scenario_report_begin(brb_cli_scenario_report *report, brb_cli_out *out, brb_cli_try_format format,
				   size_t count)
{
	*report = (brb_cli_scenario_report){ .out = out, .format = format };
	if (format == BRB_CLI_TRY_TAP)
		brb_cli_out_format(out, "TAP version 13\n1..%zu\n", count);
}

void brb_cli_scenario_report_file(brb_cli_scenario_report *report, const brb_scenario_set *set)
{
	if (report->format != BRB_CLI_TRY_TEXT)
		return;
	brb_cli_terminal_text_write(report->out, set->path);
	brb_cli_out_text(report->out, "\n");
}

void brb_cli_scenario_report_faults(brb_cli_scenario_report *report, const brb_scenario_set *set)
{
	brb_cli_finding fault = { BRB_CLI_FINDING_FAULT, 0, set->faults };
	brb_cli_outcome outcome = { .count = 1, .findings = &fault };
	report_test(report, set->path, "the file can be read", &outcome);
}

void brb_cli_scenario_report_one(brb_cli_scenario_report *report, const brb_scenario_set *set,
				 const brb_scenario *scenario, const brb_cli_outcome *outcome)
{
	report_test(report, set->path, scenario->name, outcome);
}

void brb_cli_scenario_report_end(brb_cli_scenario_report *report)
{
	if (report->format == BRB_CLI_TRY_TEXT)
		write_sums(report);
	else if (report->format == BRB_CLI_TRY_JUNIT)
		brb_cli_junit_write(report);
}
