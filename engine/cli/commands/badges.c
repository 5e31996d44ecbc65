/*
 * cli/commands/badges: `brabeion badges`, the loaded badges and how many users hold them.
 */
#include "cli/shell/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/output/awards.h"
#include "cli/output/earnable.h"
#include "cli/output/json.h"
#include "cli/output/tables.h"
#include "cli/output/terminal_text.h"

enum { NAMED_LEVELS = 8 };

/* "Bronze, Silver, Gold" (at most eight levels) or "comment, vote". The caller frees it. */
static char *join(const brabeion_badge *badge, bool levels)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	uint32_t count = levels ? badge->level_count : badge->event_count;
	uint32_t shown = levels && count > NAMED_LEVELS ? NAMED_LEVELS : count;
	if (!stream)
		return NULL;
	for (uint32_t i = 0; i < shown; i++)
		fprintf(stream, "%s%s", i > 0 ? ", " : "", levels ? badge->levels[i].name : badge->events[i]);
	if (shown < count)
		fprintf(stream, " and %" PRIu32 " more", count - shown);
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}

static bool add_badge(brb_cli_table *table, const brabeion_badge *badge)
{
	char holders[24];
	char *levels = join(badge, true);
	char *events = join(badge, false);
	snprintf(holders, sizeof holders, "%" PRId64, badge->holders);
	const char *cells[] = { badge->slug, levels, events, badge->plugin, holders };
	bool added = levels && events && brb_cli_table_row(table, cells);
	free(levels);
	free(events);
	return added;
}

static bool print_table(brb_cli_out *out, const brabeion_badge_list *list)
{
	static const brb_cli_column columns[] = {
		{ .title = "badge", .bold = true },
		{ .title = "levels" },
		{ .title = "events" },
		{ .title = "plugin" },
		{ .title = "holders", .right = true },
	};
	brb_cli_table table;
	brb_cli_terminal terminal = brb_cli_terminal_look(STDOUT_FILENO);
	bool printed = true;
	brb_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < list->count && printed; i++)
		printed = add_badge(&table, &list->badges[i]);
	if (printed)
		brb_cli_table_print(&table, out, &terminal);
	brb_cli_table_finish(&table);
	return printed;
}

static void print_quarantined(brb_cli_out *out, const brabeion_badge_list *list)
{
	bool first = true;
	for (size_t i = 0; i < list->count; i++) {
		const brabeion_badge *badge = &list->badges[i];
		char when[BRABEION_TIME_BYTES];
		if (!badge->quarantined)
			continue;
		brb_cli_out_text(out, first ? "\nquarantined (\"brabeion release\" releases them):\n" : "");
		brb_cli_awards_when(badge->quarantined_since_us, when);
		brb_cli_out_format(out, "  %s since %s UTC: ", badge->slug, when);
		brb_cli_terminal_text_write(out, badge->quarantine_reason);
		brb_cli_out_text(out, "\n");
		first = false;
	}
}

static void print_passed_over(brb_cli_out *out, const brabeion_badge_list *list)
{
	bool first = true;
	for (size_t i = 0; i < list->count; i++) {
		const brabeion_badge *badge = &list->badges[i];
		char from[BRABEION_TIME_BYTES], to[BRABEION_TIME_BYTES];
		if (!badge->passed_over)
			continue;
		brb_cli_out_text(out,
				 first ? "\npassed over, and not judged since (\"brabeion backfill\" judges it from "
					 "the journal):\n"
				       : "");
		brb_cli_awards_when(badge->passed_over_first_us, from);
		brb_cli_awards_when(badge->passed_over_last_us, to);
		brb_cli_out_format(out, "  %s: ", badge->slug);
		brb_cli_out_count(out, (uint64_t)badge->passed_over, "event", "events");
		brb_cli_out_format(out, ", %s to %s UTC\n", from, to);
		first = false;
	}
}

static int print(const brb_cli_options *options, brb_cli_report *report, const brabeion_badge_list *list)
{
	brb_cli_out out;
	brb_cli_out_init(&out, STDOUT_FILENO);
	if (options->json) {
		brabeion_badge_list_write_json(list, brb_cli_json_write, &out);
		brb_cli_out_text(&out, "\n");
	} else if (list->count == 0)
		brb_cli_out_text(&out, "No badges are loaded.\n");
	else if (!print_table(&out, list))
		return brb_cli_fail_memory(report);
	if (!options->json) {
		brb_cli_earnable_list(&out, list, "\nretired, hidden, or earnable for a time:\n");
		print_quarantined(&out, list);
		print_passed_over(&out, list);
	}
	return brb_cli_finish_output(&out, report);
}

/* Creates no database: without one, nobody holds a badge. */
static brabeion_status read_list(const brb_cli_options *options, brb_cli_report *report, brabeion_badge_list *list,
				 brabeion_error *error)
{
	brabeion_engine *engine = NULL;
	brabeion_options wanted =
		BRABEION_OPTIONS(.config = options->config, .database = options->database, .read_only = true,
				 .log = brb_cli_report_log, .log_context = report, .no_workers = true);
	brabeion_status status = brabeion_open(&wanted, &engine, error);
	if (status == BRABEION_ABSENT) {
		brabeion_error_finish(error);
		return brabeion_config_check(&wanted, options->language, list, error);
	}
	if (status == BRABEION_OK)
		status = brabeion_badges(engine, options->language, list, error);
	brabeion_close(engine);
	return status;
}

int brb_cli_command_badges(const brb_cli_options *options, brb_cli_report *report)
{
	brabeion_badge_list list = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	error.status = read_list(options, report, &list, &error);
	int exit_code = error.status == BRABEION_OK ? print(options, report, &list) : brb_cli_fail(report, &error);
	brabeion_badge_list_finish(&list);
	return exit_code;
}
