/*
 * cli/commands/doctor: `brabeion doctor`, problems and what to do about them.
 *
 * Not here: the examination itself, which the library does.
 */
#include "cli/shell/commands.h"

#include <unistd.h>

#include "cli/output/json.h"
#include "cli/output/terminal.h"
#include "cli/output/terminal_text.h"

static const char *severity_name(brabeion_severity severity)
{
	return severity == BRABEION_ALARM ? "alarm" : severity == BRABEION_WARNING ? "warning" : "note";
}

static uint64_t count_of(const brabeion_examination *examination, brabeion_severity severity)
{
	uint64_t count = 0;
	for (size_t i = 0; i < examination->count; i++)
		count += examination->findings[i].severity == severity;
	return count;
}

/* ---- text ---- */

static void print_severity(brb_cli_out *out, brabeion_severity severity, bool colour)
{
	if (colour)
		brb_cli_out_text(out, severity == BRABEION_ALARM ? "\033[1;31m" : "\033[1m");
	brb_cli_out_format(out, "%-8s", severity_name(severity));
	if (colour)
		brb_cli_out_text(out, "\033[m");
}

static void print_finding(brb_cli_out *out, const brabeion_finding *finding, bool colour)
{
	print_severity(out, finding->severity, colour);
	brb_cli_out_text(out, " ");
	brb_cli_terminal_text_write(out, finding->text);
	brb_cli_out_text(out, "\n");
	if (*finding->advice) {
		brb_cli_out_spaces(out, 9);
		brb_cli_terminal_text_write(out, finding->advice);
		brb_cli_out_text(out, "\n");
	}
}

/* "1 alarm, 2 warnings, 3 notes" */
static void print_sum(brb_cli_out *out, const brb_cli_options *options, const brabeion_examination *examination)
{
	if (examination->count == 0) {
		brb_cli_terminal_text_write(out, *examination->database ? examination->database : options->config);
		brb_cli_out_text(out, ": no problems found\n");
		return;
	}
	brb_cli_out_count(out, count_of(examination, BRABEION_ALARM), "alarm", "alarms");
	brb_cli_out_text(out, ", ");
	brb_cli_out_count(out, count_of(examination, BRABEION_WARNING), "warning", "warnings");
	brb_cli_out_text(out, ", ");
	brb_cli_out_count(out, count_of(examination, BRABEION_NOTE), "note", "notes");
	brb_cli_out_text(out, "\n");
}

static void print(brb_cli_out *out, const brb_cli_options *options, const brabeion_examination *examination)
{
	bool colour = brb_cli_terminal_look(STDOUT_FILENO).colour;
	for (size_t i = 0; i < examination->count; i++)
		print_finding(out, &examination->findings[i], colour);
	print_sum(out, options, examination);
}

/* ---- for programs ---- */

static void write_time(brb_json *json, const char *key, int64_t at_us)
{
	if (at_us)
		brb_cli_json_time(json, key, at_us);
}

static void write_finding(brb_json *json, const brabeion_finding *finding)
{
	brb_json_new_line(json);
	brb_json_object(json, NULL);
	brb_json_text(json, "kind", finding->kind);
	brb_json_text(json, "severity", severity_name(finding->severity));
	brb_json_text(json, "subject", finding->subject);
	if (finding->count)
		brb_json_integer(json, "count", finding->count);
	write_time(json, "since", finding->since_us);
	write_time(json, "last", finding->last_us);
	brb_json_text(json, "text", finding->text);
	brb_json_text(json, "advice", finding->advice);
	brb_json_end(json);
}

static void write_bytes(brb_json *json, const char *key, int64_t bytes)
{
	if (bytes >= 0)
		brb_json_integer(json, key, bytes);
}

static void print_json(brb_cli_out *out, const brb_cli_options *options, const brabeion_examination *examination)
{
	brb_json json = brb_cli_json(out);
	brb_json_object(&json, NULL);
	brb_json_text(&json, "config", options->config);
	brb_json_text(&json, "database", examination->database);
	write_bytes(&json, "database_bytes", examination->database_bytes);
	write_bytes(&json, "wal_bytes", examination->wal_bytes);
	write_bytes(&json, "disk_free_bytes", examination->disk_free_bytes);
	brb_json_integer(&json, "alarms", (int64_t)count_of(examination, BRABEION_ALARM));
	brb_json_integer(&json, "warnings", (int64_t)count_of(examination, BRABEION_WARNING));
	brb_json_integer(&json, "notes", (int64_t)count_of(examination, BRABEION_NOTE));
	brb_json_array(&json, "findings");
	for (size_t i = 0; i < examination->count; i++)
		write_finding(&json, &examination->findings[i]);
	brb_json_end(&json);
	brb_json_end(&json);
	brb_cli_out_text(out, "\n");
}

/* ---- the command ---- */

int brb_cli_command_doctor(const brb_cli_options *options, brb_cli_report *report)
{
	brb_cli_out out;
	brabeion_examination examination = BRABEION_EXAMINATION();
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options wanted = BRABEION_OPTIONS(.config = options->config, .database = options->database);
	brabeion_examine_options how = BRABEION_EXAMINE_OPTIONS(.thorough = options->thorough);
	error.status = brabeion_config_examine(&wanted, &how, &examination, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(report, &error);
	brb_cli_out_init(&out, STDOUT_FILENO);
	if (options->json)
		print_json(&out, options, &examination);
	else
		print(&out, options, &examination);
	bool is_fine = count_of(&examination, BRABEION_ALARM) + count_of(&examination, BRABEION_WARNING) == 0;
	brabeion_examination_finish(&examination);
	int written = brb_cli_finish_output(&out, report);
	return is_fine ? written : BRB_CLI_BAD_INPUT;
}
