/*
 * cli/commands/check: `brabeion check`, the faults of badges.yaml and its plugins, and held levels that moved. A
 * database is only read.
 *
 * Not here: plugin files (cli/commands/inspect).
 */
#include "cli/shell/commands.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands/inspect.h"
#include "cli/output/earnable.h"
#include "cli/output/json.h"
#include "cli/output/terminal_text.h"

typedef struct check_lines {
	char *text;
	uint64_t count;
} check_lines;

typedef struct check_findings {
	brb_cli_report *report;
	check_lines warnings;
	check_lines notes; /* on what was not checked */
	bool out_of_memory;
} check_findings;

static void keep_line(void *context, brabeion_log_level level, const char *message)
{
	check_findings *findings = context;
	if (level > BRABEION_LOG_INFO)
		return;
	check_lines *lines = level > BRABEION_LOG_WARNING ? &findings->notes : &findings->warnings;
	lines->count++;
	size_t used = lines->text ? strlen(lines->text) : 0;
	size_t size = strlen(message);
	char *grown = realloc(lines->text, used + size + 2);
	if (!grown) {
		findings->out_of_memory = true;
		return;
	}
	memcpy(grown + used, message, size);
	memcpy(grown + used + size, "\n", 2);
	lines->text = grown;
}

/* The next line that is not empty; NULL: there is none. */
static char *next_line(char **rest)
{
	char *line;
	do
		line = strsep(rest, "\n");
	while (line && !*line);
	return line;
}

/* "key":["line","line"] */
static void write_lines(brb_json *json, const char *key, char *lines)
{
	brb_json_array(json, key);
	for (char *line = next_line(&lines); line; line = next_line(&lines))
		brb_json_text(json, NULL, line);
	brb_json_end(json);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How many different plugin files the badges come from. */
static uint64_t count_plugins(const brabeion_badge_list *list)
{
	if (list->count == 0)
		return 0;
	const char **files = reallocarray(NULL, list->count, sizeof *files);
	if (!files)
		return 0;
	for (size_t i = 0; i < list->count; i++)
		files[i] = list->badges[i].plugin_file;
	qsort(files, list->count, sizeof *files, compare_texts);
	uint64_t count = 1;
	for (size_t i = 1; i < list->count; i++)
		count += strcmp(files[i - 1], files[i]) != 0;
	free(files);
	return count;
}

static bool is_retired(const brabeion_badge *badge)
{
	return badge->retired;
}

static bool is_hidden(const brabeion_badge *badge)
{
	return badge->hidden;
}

/* The slugs of such badges. */
static void print_marked(brb_json *json, const char *key, const brabeion_badge_list *list,
			 bool (*is_marked)(const brabeion_badge *badge))
{
	brb_json_array(json, key);
	for (size_t i = 0; i < list->count; i++)
		if (is_marked(&list->badges[i]))
			brb_json_text(json, NULL, list->badges[i].slug);
	brb_json_end(json);
}

static void print_json(brb_cli_out *out, const char *config, const brabeion_badge_list *list, char *errors,
		       check_findings *findings)
{
	brb_json json = brb_cli_json(out);
	brb_json_object(&json, NULL);
	brb_json_text(&json, "config", config);
	brb_json_bool(&json, "fine", !errors);
	brb_json_integer(&json, "badges", (int64_t)list->count);
	brb_json_integer(&json, "plugins", (int64_t)count_plugins(list));
	print_marked(&json, "retired", list, is_retired);
	print_marked(&json, "hidden", list, is_hidden);
	write_lines(&json, "errors", errors);
	write_lines(&json, "warnings", findings->warnings.text);
	write_lines(&json, "notes", findings->notes.text);
	brb_json_end(&json);
	brb_cli_out_text(out, "\n");
}

/* "badges.yaml: 12 badges in 3 plugins, fine" */
static void print_fine(brb_cli_out *out, const char *config, const brabeion_badge_list *list, uint64_t warnings)
{
	brb_cli_terminal_text_write(out, config);
	brb_cli_out_text(out, ": ");
	brb_cli_out_count(out, list->count, "badge", "badges");
	brb_cli_out_text(out, " in ");
	brb_cli_out_count(out, count_plugins(list), "plugin", "plugins");
	if (warnings > 0) {
		brb_cli_out_text(out, ", ");
		brb_cli_out_count(out, warnings, "warning", "warnings");
		brb_cli_out_text(out, "\n");
	} else {
		brb_cli_out_text(out, ", fine\n");
	}
}

static void print_json_result(brb_cli_out *out, const char *config, const brabeion_badge_list *list,
			      const brabeion_error *error, check_findings *findings)
{
	char unnamed[] = "failed";
	char *errors = error->status == BRABEION_OK ? NULL : error->message ? error->message : unnamed;
	print_json(out, config, list, errors, findings);
}

static void report_lines(brb_cli_report *report, const char *what, char *lines)
{
	for (char *line = next_line(&lines); line; line = next_line(&lines))
		brb_cli_report_say(report, "%s: %s", what, line);
}

static void print_result(brb_cli_out *out, const char *config, const brabeion_badge_list *list, brabeion_error *error,
			 check_findings *findings)
{
	report_lines(findings->report, "warning", findings->warnings.text);
	report_lines(findings->report, "note", findings->notes.text);
	if (error->status != BRABEION_OK) {
		brb_cli_fail(findings->report, error);
		return;
	}
	print_fine(out, config, list, findings->warnings.count);
	brb_cli_earnable_list(out, list, "");
}

static int check(const brb_cli_options *options, brb_cli_report *report)
{
	brb_cli_out out;
	check_findings findings = { .report = report };
	brabeion_badge_list list = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options wanted =
		BRABEION_OPTIONS(.config = options->config, .log = keep_line, .log_context = &findings);
	brb_cli_out_init(&out, STDOUT_FILENO);
	error.status = brabeion_config_check(&wanted, NULL, &list, &error);
	int exit_code = brb_cli_exit_code(error.status);
	if (findings.out_of_memory)
		brb_cli_report_say(report, "out of memory: not all warnings are shown");
	if (options->json)
		print_json_result(&out, options->config, &list, &error, &findings);
	else
		print_result(&out, options->config, &list, &error, &findings);
	brabeion_error_finish(&error);
	brabeion_badge_list_finish(&list);
	free(findings.warnings.text);
	free(findings.notes.text);
	int written = brb_cli_finish_output(&out, report);
	return exit_code ? exit_code : written;
}

int brb_cli_command_check(const brb_cli_options *options, brb_cli_report *report)
{
	return options->argument_count > 0 ? brb_cli_inspect(options, report) : check(options, report);
}
