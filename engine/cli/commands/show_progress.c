/*
 * cli/commands/show_progress: see show_progress.h. As text what is left to be earned, a row for each badge, and errors of badges
 * on standard error; as JSON every badge.
 */
#include "cli/commands/show_progress.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/output/bar.h"
#include "cli/output/earnable.h"
#include "cli/output/json.h"
#include "cli/output/tables.h"
#include "cli/output/terminal_text.h"

enum { LONG_BAR = 20, SHORT_BAR = 10, COLUMNS_FOR_LONG = 100 };

/* ---- JSON ---- */

static void write_all(brb_cli_out *out, const char *user, const brabeion_progress_list *list)
{
	brb_json json = brb_cli_json(out);
	brb_json_object(&json, NULL);
	brb_json_text(&json, "user", user);
	brb_json_before(&json, "progress");
	brabeion_progress_list_write_json(list, brb_cli_json_write, out);
	brb_json_end(&json);
	brb_cli_out_text(out, "\n");
}

/* ---- text ---- */

/* "7,600 / 10,001" */
static void write_figures(const brabeion_progress *badge, char *text, size_t capacity)
{
	char done[BRB_TEXT_NUMBER_BYTES], goal[BRB_TEXT_NUMBER_BYTES];
	brb_text_number((uint64_t)badge->done, done);
	brb_text_number((uint64_t)badge->goal, goal);
	snprintf(text, capacity, "%s / %s", done, goal);
}

static bool add_badge(brb_cli_table *table, const brabeion_progress *badge, const brb_cli_terminal *terminal)
{
	char bar[BRB_CLI_BAR_BYTES] = "", percent[8] = "", figures[80] = "";
	size_t width = terminal->columns && terminal->columns < COLUMNS_FOR_LONG ? SHORT_BAR : LONG_BAR;
	if (badge->has_progress) {
		brb_cli_bar_write((uint64_t)badge->done, (uint64_t)badge->goal, width, terminal->blocks, bar);
		brb_cli_bar_percent((uint64_t)badge->done, (uint64_t)badge->goal, percent);
		write_figures(badge, figures, sizeof figures);
	}
	char words[BRB_CLI_EARNABLE_BYTES], what_for[4096];
	brb_cli_earnable_words(badge->earnable_from_us, badge->earnable_until_us, words);
	snprintf(what_for, sizeof what_for, "%s%s%s%s", badge->description, words[0] ? " (" : "", words,
		 words[0] ? ")" : "");
	const char *cells[] = { badge->name, badge->badge, bar,
				percent,     figures,      words[0] ? what_for : badge->description };
	return brb_cli_table_row(table, cells);
}

/* False: out of memory. Counts the complete badges; one that has ended and is not held in full is neither. */
static bool fill(brb_cli_table *table, const brabeion_progress_list *list, const brb_cli_terminal *terminal,
		 size_t *complete)
{
	for (size_t i = 0; i < list->count; i++) {
		const brabeion_progress *badge = &list->badges[i];
		*complete += badge->level == 0 && (!badge->ended || badge->held_level == badge->level_count);
		if (badge->level > 0 && !add_badge(table, badge, terminal))
			return false;
	}
	return true;
}

static void print_headline(brb_cli_out *out, const char *user, size_t left, size_t complete)
{
	brb_cli_terminal_text_write(out, user);
	brb_cli_out_text(out, left > 0 ? " has " : " has nothing left to earn");
	if (left > 0) {
		brb_cli_out_count(out, left, "badge", "badges");
		brb_cli_out_text(out, " to go for");
	}
	if (complete > 0) {
		brb_cli_out_text(out, ", and ");
		brb_cli_out_count(out, complete, "badge", "badges");
		brb_cli_out_text(out, " complete");
	}
	brb_cli_out_text(out, left > 0 ? "\n\n" : "\n");
}

static void report_faults(brb_cli_report *report, const brabeion_progress_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (*list->badges[i].error)
			brb_cli_report_say(report, "badge \"%s\" failed: %s", list->badges[i].badge,
					   list->badges[i].error);
}

static int print_all(brb_cli_out *out, const char *user, const brabeion_progress_list *list,
		     const brb_cli_terminal *terminal, brb_cli_report *report)
{
	static const brb_cli_column columns[] = {
		{ .title = "next", .bold = true }, { .title = "badge" },           { .title = "how far" },
		{ .title = "", .right = true },    { .title = "", .right = true }, { .title = "what for" },
	};
	brb_cli_table table;
	size_t complete = 0;
	brb_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
	bool filled = fill(&table, list, terminal, &complete);
	if (filled) {
		print_headline(out, user, table.row_count, complete);
		if (table.row_count > 0)
			brb_cli_table_print(&table, out, terminal);
		brb_cli_out_flush(out); /* before the errors */
		report_faults(report, list);
	} else {
		brb_cli_report_say(report, "out of memory");
	}
	brb_cli_table_finish(&table);
	return filled ? BRB_CLI_FINE : BRB_CLI_STORE;
}

/* ---- in a language ---- */

/* The words of each badge's next level; a badge whose words cannot be had keeps those that it has. */
static brabeion_level_words *translate(brabeion_engine *engine, const char *language, brabeion_progress_list *list)
{
	brabeion_level_words *words =
		language && list->count ? brb_memory_take_zeroed(list->count, sizeof *words) : NULL;
	for (size_t i = 0; words && i < list->count; i++) {
		brabeion_progress *badge = &list->badges[i];
		words[i].struct_size = sizeof words[i];
		if (!badge->level || brabeion_translate_level(engine, badge->badge, badge->level, language, &words[i],
							      NULL) != BRABEION_OK)
			continue;
		badge->name = words[i].name;
		badge->description = words[i].description;
	}
	return words;
}

static void finish_words(brabeion_level_words *words, size_t count)
{
	for (size_t i = 0; words && i < count; i++)
		brabeion_level_words_finish(&words[i]);
	brb_memory_release(words);
}

int brb_cli_show_progress(brabeion_engine *engine, const char *user, const brb_cli_options *options, brb_cli_out *out,
			  const brb_cli_terminal *terminal, brb_cli_report *report)
{
	int exit_code = BRB_CLI_FINE;
	brabeion_progress_list list = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	error.status = brabeion_user_progress(engine, user, NULL, &list, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(report, &error);
	brabeion_level_words *words = translate(engine, options->language, &list);
	if (options->json)
		write_all(out, user, &list);
	else
		exit_code = print_all(out, user, &list, terminal, report);
	finish_words(words, list.count);
	brabeion_progress_list_finish(&list);
	return exit_code;
}
