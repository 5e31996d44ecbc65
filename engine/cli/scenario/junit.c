/*
 * cli/scenario/junit: the report as JUnit XML, which CI systems read: a suite for each file, a case for each scenario, a
 * failure where something is not as expected, an error where the scenario could not be played.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/scenario/report.h"

/* `path` is the case's suite. */
typedef struct brb_cli_junit_case {
	char *path;
	char *name;
	char *text; /* all findings; NULL: none */
	size_t first_line;
	bool fault;
} brb_cli_junit_case;

/* ---- collecting ---- */

/* All findings, each as "streak.try.yaml:23: text". NULL: no memory. */
static char *join(const char *path, const brb_cli_outcome *outcome)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	for (size_t i = 0; out && i < outcome->count; i++) {
		if (outcome->findings[i].line)
			fprintf(out, "%s:%" PRIu32 ": ", path, outcome->findings[i].line);
		fprintf(out, "%s\n", outcome->findings[i].text);
	}
	if (out && fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static void release(brb_cli_junit_case *one)
{
	free(one->path);
	free(one->name);
	free(one->text);
}

void brb_cli_junit_add(brb_cli_scenario_report *report, const char *path, const char *name,
		       const brb_cli_outcome *outcome)
{
	brb_cli_junit_case *grown = reallocarray(report->cases, report->case_count + 1, sizeof *grown);
	brb_cli_junit_case one = { .path = strdup(path),
				   .name = strdup(name),
				   .text = outcome->count ? join(path, outcome) : NULL,
				   .fault = brb_cli_outcome_is_fault(outcome) };
	if (grown)
		report->cases = grown;
	if (!grown || !one.path || !one.name || (outcome->count && !one.text)) {
		release(&one);
		report->out_of_memory = true;
		return;
	}
	one.first_line = one.text ? brb_cli_finding_first_line(one.text) : 0;
	grown[report->case_count++] = one;
}

/* ---- writing ---- */

/* As on a terminal; so no character is left that XML 1.0 excludes (section 2.2) but U+FFFE and U+FFFF, which become U+FFFD. */
static void write_character(brb_cli_out *out, const char *text, const brb_utf8_shown *shown)
{
	if (*text == '\n' || *text == '\t' || strchr("&<>\"", *text))
		brb_cli_out_format(out, "&#%d;", *text);
	else if (shown->code == 0xfffe || shown->code == 0xffff)
		brb_cli_out_text(out, "\xef\xbf\xbd");
	else
		brb_cli_out_bytes(out, shown->text, shown->size);
}

/* Of `text`, which ends with NUL, the first `length` bytes: whole characters. */
static void write_xml(brb_cli_out *out, const char *text, size_t length)
{
	uint32_t before = 0;
	for (size_t at = 0; at < length;) {
		brb_utf8_shown shown = brb_utf8_show(text + at, before);
		write_character(out, text + at, &shown);
		before = shown.code;
		at += shown.taken;
	}
}

static void write_attribute(brb_cli_out *out, const char *name, const char *text, size_t length)
{
	brb_cli_out_format(out, " %s=\"", name);
	write_xml(out, text, length);
	brb_cli_out_text(out, "\"");
}

static void write_case(brb_cli_out *out, const brb_cli_junit_case *one)
{
	const char *element = one->fault ? "error" : "failure";
	brb_cli_out_text(out, "    <testcase");
	write_attribute(out, "classname", one->path, strlen(one->path));
	write_attribute(out, "name", one->name, strlen(one->name));
	if (!one->text) {
		brb_cli_out_text(out, "/>\n");
		return;
	}
	brb_cli_out_format(out, ">\n      <%s", element);
	write_attribute(out, "message", one->text, one->first_line);
	brb_cli_out_text(out, ">");
	for (const char *line = one->text; *line;) {
		size_t length = brb_cli_finding_first_line(line);
		write_xml(out, line, length);
		brb_cli_out_text(out, "\n");
		line += length + (line[length] ? 1 : 0);
	}
	brb_cli_out_format(out, "</%s>\n    </testcase>\n", element);
}

static void write_sums(brb_cli_out *out, const brb_cli_junit_case *first, size_t count)
{
	size_t failed = 0, faults = 0;
	for (size_t i = 0; i < count; i++) {
		faults += first[i].fault;
		failed += first[i].text && !first[i].fault;
	}
	brb_cli_out_format(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n", count, failed, faults);
}

void brb_cli_junit_write(brb_cli_scenario_report *report)
{
	brb_cli_out *out = report->out;
	brb_cli_out_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"brabeion try\"");
	write_sums(out, report->cases, report->case_count);
	for (size_t from = 0, to; from < report->case_count; from = to) {
		const char *path = report->cases[from].path;
		for (to = from + 1; to < report->case_count && strcmp(report->cases[to].path, path) == 0;)
			to++;
		brb_cli_out_text(out, "  <testsuite");
		write_attribute(out, "name", path, strlen(path));
		write_sums(out, report->cases + from, to - from);
		for (size_t i = from; i < to; i++)
			write_case(out, &report->cases[i]);
		brb_cli_out_text(out, "  </testsuite>\n");
	}
	brb_cli_out_text(out, "</testsuites>\n");
	for (size_t i = 0; i < report->case_count; i++)
		release(&report->cases[i]);
	free(report->cases);
	report->cases = NULL;
	report->case_count = 0;
}
