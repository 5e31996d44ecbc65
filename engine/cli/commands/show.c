/*
 * cli/commands/show: `brabeion show`, a user's trophies or history, or the users who hold most.
 *
 * Awards are read page by page: a user with a million of them takes no more memory than one with a thousand.
 *
 * Not here: --progress (cli/commands/show_progress).
 */
#include "cli/shell/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/commands/show_progress.h"
#include "cli/output/awards.h"
#include "cli/output/json.h"
#include "cli/output/rarity.h"
#include "cli/output/tables.h"
#include "cli/output/terminal_text.h"

enum { PAGE_AWARDS = 1000, DEFAULT_USERS = 20 };

typedef struct show_work {
	const brb_cli_options *options;
	brb_cli_report *report;
	brabeion_engine *engine;
	brb_cli_out out;
	brb_cli_terminal terminal;
} show_work;

/* ---- one user ---- */

/* Prints a page of a user's awards. False: out of memory. */
typedef bool (*page_function)(show_work *show, void *context, const brabeion_award_list *page);

/* Newest first, up to --limit. Returns the exit code. */
static int each_page(show_work *show, const char *user, page_function print, void *context)
{
	size_t left = show->options->limit ? show->options->limit : SIZE_MAX;
	int64_t before = 0;
	while (left > 0) {
		size_t wanted = left < PAGE_AWARDS ? left : PAGE_AWARDS;
		brabeion_award_list page = { 0 };
		brabeion_error error = BRABEION_NO_ERROR;
		brabeion_list_options part =
			BRABEION_LIST_OPTIONS(.language = show->options->language, .before = before, .limit = wanted);
		error.status = brabeion_user_awards(show->engine, user, &part, &page, &error);
		if (error.status != BRABEION_OK)
			return brb_cli_fail(show->report, &error);
		size_t count = page.count;
		bool printed = print(show, context, &page);
		if (count > 0)
			before = page.awards[count - 1].id;
		brabeion_award_list_finish(&page);
		if (!printed)
			return brb_cli_fail_memory(show->report);
		if (count < wanted || show->out.error)
			return BRB_CLI_FINE;
		left -= count;
	}
	return BRB_CLI_FINE;
}

static void write_trophy(brb_json *json, const brabeion_award_info *award)
{
	brb_json_object(json, NULL);
	brb_json_integer(json, "sequence", award->sequence);
	brb_json_text(json, "badge", award->badge);
	brb_json_integer(json, "level", award->level);
	brb_json_text(json, "name", award->name);
	brb_json_text(json, "description", award->description);
	brb_json_text(json, "reason", award->reason);
	brb_cli_json_time(json, "at", award->at_us);
	brb_json_text(json, "event", award->event);
	brb_json_text(json, "event_id", award->event_id);
	brb_cli_json_time(json, "stored_at", award->stored_us);
	brb_json_end(json);
}

static bool write_page(show_work *show, void *context, const brabeion_award_list *page)
{
	(void)show;
	for (size_t i = 0; i < page->count; i++)
		write_trophy(context, &page->awards[i]);
	return true;
}

static int write_user(show_work *show, const char *user, int64_t count)
{
	brb_json json = brb_cli_json(&show->out);
	brb_json_object(&json, NULL);
	brb_json_text(&json, "user", user);
	brb_json_integer(&json, "count", count);
	brb_json_array(&json, "awards");
	int exit_code = each_page(show, user, write_page, &json);
	brb_json_end(&json);
	brb_json_end(&json);
	brb_cli_out_text(&show->out, "\n");
	return exit_code;
}

/* "Asked a question (for 4711)" */
static void write_purpose(const brabeion_award_info *award, char *text, size_t capacity)
{
	bool has_reason = award->reason && *award->reason;
	snprintf(text, capacity, has_reason ? "%s (for %s)" : "%s%s", award->description,
		 has_reason ? award->reason : "");
}

static bool print_page(show_work *show, void *context, const brabeion_award_list *page)
{
	brb_cli_table *table = context;
	for (size_t i = 0; i < page->count; i++) {
		const brabeion_award_info *award = &page->awards[i];
		char when[BRABEION_TIME_BYTES];
		char level[16];
		char purpose[1024];
		brb_cli_awards_when(award->at_us, when);
		snprintf(level, sizeof level, "%" PRIu32, award->level);
		write_purpose(award, purpose, sizeof purpose);
		const char *cells[] = { when, award->name, award->badge, level, purpose };
		if (!brb_cli_table_row(table, cells))
			return false;
	}
	if (page->count > 0)
		brb_cli_table_print(table, &show->out, &show->terminal);
	return true;
}

static int print_user(show_work *show, const char *user, int64_t count)
{
	static const brb_cli_column columns[] = {
		{ .title = "earned (UTC)" }, { .title = "award", .bold = true },
		{ .title = "badge" },        { .title = "level", .right = true },
		{ .title = "what for" },
	};
	brb_cli_terminal_text_write(&show->out, user);
	brb_cli_out_text(&show->out, count > 0 ? " holds " : " holds no award yet.\n");
	if (count == 0)
		return BRB_CLI_FINE;
	brb_cli_out_count(&show->out, (uint64_t)count, "award", "awards");
	brb_cli_out_text(&show->out, "\n\n");
	brb_cli_table table;
	brb_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
	int exit_code = each_page(show, user, print_page, &table);
	brb_cli_table_finish(&table);
	return exit_code;
}

static int show_user(show_work *show, const char *user)
{
	int64_t count = 0;
	brabeion_error error = BRABEION_NO_ERROR;
	error.status = brabeion_count_awards(show->engine, user, &count, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(show->report, &error);
	return show->options->json ? write_user(show, user, count) : print_user(show, user, count);
}

/* ---- one user's history ---- */

static bool print_changes(show_work *show, brb_cli_table *table, brb_json *json, const brabeion_change_list *page)
{
	for (size_t i = 0; i < page->count; i++) {
		const brabeion_change *change = &page->changes[i];
		if (show->options->json) {
			brb_json_before(json, NULL);
			brabeion_change_write_json(change, brb_cli_json_write, &show->out);
			continue;
		}
		char when[BRABEION_TIME_BYTES];
		char level[16];
		brb_cli_awards_when(change->at_us, when);
		snprintf(level, sizeof level, "%" PRIu32, change->award->level);
		const char *cells[] = { when,  brb_cli_awards_word(change), change->award->name, change->award->badge,
					level, change->award->reason,       change->comment };
		if (!brb_cli_table_row(table, cells))
			return false;
	}
	if (!show->options->json && page->count > 0)
		brb_cli_table_print(table, &show->out, &show->terminal);
	return true;
}

/* Newest first, up to --limit. Returns the exit code. */
static int each_change(show_work *show, const char *user, brb_cli_table *table, brb_json *json, size_t *count)
{
	size_t left = show->options->limit ? show->options->limit : SIZE_MAX;
	int64_t before = 0;
	size_t wanted = PAGE_AWARDS, got = PAGE_AWARDS;
	while (left > 0 && got == wanted && !show->out.error) {
		wanted = left < PAGE_AWARDS ? left : PAGE_AWARDS;
		brabeion_change_list page = { 0 };
		brabeion_error error = BRABEION_NO_ERROR;
		brabeion_list_options part =
			BRABEION_LIST_OPTIONS(.language = show->options->language, .before = before, .limit = wanted);
		error.status = brabeion_user_changes(show->engine, user, &part, &page, &error);
		if (error.status != BRABEION_OK)
			return brb_cli_fail(show->report, &error);
		got = page.count;
		bool printed = print_changes(show, table, json, &page);
		if (got > 0)
			before = page.changes[got - 1].sequence;
		brabeion_change_list_finish(&page);
		if (!printed)
			return brb_cli_fail_memory(show->report);
		*count += got;
		left -= got;
	}
	return BRB_CLI_FINE;
}

static int show_history(show_work *show, const char *user)
{
	static const brb_cli_column columns[] = {
		{ .title = "when (UTC)" },
		{ .title = "what" },
		{ .title = "award", .bold = true },
		{ .title = "badge" },
		{ .title = "level", .right = true },
		{ .title = "for" },
		{ .title = "note" },
	};
	brb_cli_table table;
	size_t count = 0;
	brb_json json = brb_cli_json(&show->out);
	brb_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
	if (show->options->json) {
		brb_json_object(&json, NULL);
		brb_json_text(&json, "user", user);
		brb_json_array(&json, "history");
	}
	int exit_code = each_change(show, user, &table, &json, &count);
	brb_cli_table_finish(&table);
	if (show->options->json) {
		brb_json_end(&json);
		brb_json_end(&json);
		brb_cli_out_text(&show->out, "\n");
	} else if (count == 0 && exit_code == BRB_CLI_FINE) {
		brb_cli_terminal_text_write(&show->out, user);
		brb_cli_out_text(&show->out, " was never awarded anything.\n");
	}
	return exit_code;
}

/* ---- all users ---- */

static void write_users(brb_cli_out *out, const brabeion_user_list *list, int64_t count)
{
	brb_json json = brb_cli_json(out);
	brb_json_object(&json, NULL);
	brb_json_integer(&json, "count", count);
	brb_json_before(&json, "users");
	brabeion_user_list_write_json(list, brb_cli_json_write, out);
	brb_json_end(&json);
	brb_cli_out_text(out, "\n");
}

/* With the names of the rarest levels that they hold. */
static bool add_user(show_work *show, brb_cli_table *table, const brb_cli_rarity *rarity, const brabeion_user *user)
{
	char awards[24];
	char latest[BRABEION_TIME_BYTES];
	char names[1024] = "";
	brabeion_award_list list = { 0 };
	snprintf(awards, sizeof awards, "%" PRId64, user->awards);
	brb_cli_awards_when(user->latest_at_us, latest);
	if (brabeion_user_awards(show->engine, user->user,
				 &(brabeion_list_options)BRABEION_LIST_OPTIONS(.language = show->options->language,
									       .limit = PAGE_AWARDS),
				 &list, NULL) == BRABEION_OK)
		brb_cli_rarity_names(rarity, &list, names, sizeof names);
	brabeion_award_list_finish(&list);
	const char *cells[] = { user->user, awards, latest, names };
	return brb_cli_table_row(table, cells);
}

static int print_users(show_work *show, const brabeion_user_list *list)
{
	static const brb_cli_column columns[] = {
		{ .title = "user", .bold = true },
		{ .title = "awards", .right = true },
		{ .title = "latest (UTC)" },
		{ .title = "rarest" },
	};
	brabeion_badge_list badges = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	brb_cli_rarity rarity = { 0 };
	brb_cli_table table;
	if (list->count == 0) {
		brb_cli_out_text(&show->out, "No user holds an award yet.\n");
		return BRB_CLI_FINE;
	}
	error.status = brabeion_badges(show->engine, show->options->language, &badges, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(show->report, &error);
	brb_cli_table_init(&table, columns, sizeof columns / sizeof *columns);
	bool printed = brb_cli_rarity_init(&rarity, &badges);
	for (size_t i = 0; i < list->count && printed; i++)
		printed = add_user(show, &table, &rarity, &list->users[i]);
	if (printed)
		brb_cli_table_print(&table, &show->out, &show->terminal);
	brb_cli_table_finish(&table);
	brb_cli_rarity_finish(&rarity);
	brabeion_badge_list_finish(&badges);
	return printed ? BRB_CLI_FINE : brb_cli_fail_memory(show->report);
}

static int show_users(show_work *show)
{
	int exit_code = BRB_CLI_FINE;
	int64_t count = 0;
	brabeion_user_list list = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	size_t limit = show->options->limit ? show->options->limit : DEFAULT_USERS;
	error.status = brabeion_users(show->engine, show->options->after_user, limit, &list, &error);
	if (error.status == BRABEION_OK)
		error.status = brabeion_count_awards(show->engine, NULL, &count, &error);
	if (error.status != BRABEION_OK)
		exit_code = brb_cli_fail(show->report, &error);
	else if (show->options->json)
		write_users(&show->out, &list, count);
	else
		exit_code = print_users(show, &list);
	brabeion_user_list_finish(&list);
	return exit_code;
}

/* ---- the command ---- */

static int run_show(const brb_cli_options *options, brb_cli_report *report)
{
	int exit_code = BRB_CLI_STORE;
	show_work show = { .options = options, .report = report };
	show.engine = brb_cli_open(options, report, BRB_CLI_OPEN_TO_LOOK, &exit_code);
	if (!show.engine)
		return exit_code;
	brb_cli_out_init(&show.out, STDOUT_FILENO);
	show.terminal = brb_cli_terminal_look(STDOUT_FILENO);
	if (options->argument_count == 0)
		exit_code = show_users(&show);
	else if (options->show_progress)
		exit_code = brb_cli_show_progress(show.engine, options->arguments[0], options, &show.out,
						  &show.terminal, report);
	else
		exit_code = (options->show_history ? show_history : show_user)(&show, options->arguments[0]);
	brabeion_close(show.engine);
	int written = brb_cli_finish_output(&show.out, report);
	return exit_code ? exit_code : written;
}

/* NULL: the options go together. */
static const char *fault_in(const brb_cli_options *options)
{
	if (options->show_history && options->show_progress)
		return "--history and --progress do not go together";
	if (options->argument_count == 0 && options->show_history)
		return "--history needs USER";
	if (options->argument_count == 0 && options->show_progress)
		return "--progress needs USER";
	if (options->show_progress && options->limit)
		return "--progress does not go with --limit";
	return NULL;
}

int brb_cli_command_show(const brb_cli_options *options, brb_cli_report *report)
{
	const char *fault = fault_in(options);
	return fault ? brb_cli_fail_usage(report, "show", fault) : run_show(options, report);
}
