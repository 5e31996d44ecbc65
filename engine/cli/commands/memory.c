/*
 * cli/commands/memory: `brabeion memory`: lists what plugins remember, changes it, lists the changes.
 *
 * Guarantees: no change without a note.
 */
#include "cli/shell/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/output/awards.h"
#include "cli/output/json.h"
#include "cli/output/tables.h"
#include "cli/output/terminal_text.h"

enum { VALUE_BYTES = 24 };

typedef struct memory_work {
	const brb_cli_options *options;
	brb_cli_report *report;
	brabeion_engine *engine;
	brb_cli_out out;
	brb_cli_terminal terminal;
} memory_work;

static brabeion_memory_filter filter_of(const brb_cli_options *options)
{
	return (brabeion_memory_filter)BRABEION_MEMORY_FILTER(.plugin = options->plugin, .badge = options->badge,
							      .user = options->user, .thing = options->thing,
							      .key = options->key, .limit = options->limit);
}

static int out_of_memory(memory_work *work)
{
	brb_cli_report_say(work->report, "out of memory");
	return BRB_CLI_STORE;
}

static const char *owner_word(brabeion_owner_kind kind)
{
	return kind == BRABEION_OWNER_USER ? "user" : "thing";
}

/* ---- what is remembered ---- */

static const brb_cli_column memory_columns[] = { { .title = "PLUGIN" }, { .title = "BADGE" },
						 { .title = "OF" },     { .title = "WHOM", .bold = true },
						 { .title = "NAME" },   { .title = "KEY" },
						 { .title = "VALUE" } };

enum { MEMORY_COLUMNS = sizeof memory_columns / sizeof *memory_columns };

static bool add_row(brb_cli_table *table, const brabeion_remembered *one)
{
	char number[VALUE_BYTES];
	snprintf(number, sizeof number, "%" PRId64, one->value);
	const char *const cells[MEMORY_COLUMNS] = { one->plugin,
						    one->badge,
						    owner_word(one->owner_kind),
						    one->owner,
						    one->name,
						    one->key,
						    one->kind == BRABEION_MEMORY_NUMBER ? number : one->text };
	return brb_cli_table_row(table, cells);
}

static int print_list(memory_work *work, const brabeion_memory_list *list)
{
	brb_cli_table table;
	bool fine = true;
	if (list->count == 0) {
		brb_cli_out_text(&work->out, "Nothing is remembered.\n");
		return BRB_CLI_FINE;
	}
	brb_cli_table_init(&table, memory_columns, MEMORY_COLUMNS);
	for (size_t i = 0; i < list->count && fine; i++)
		fine = add_row(&table, brabeion_memory_list_at(list, i));
	if (fine)
		brb_cli_table_print(&table, &work->out, &work->terminal);
	brb_cli_table_finish(&table);
	return fine ? BRB_CLI_FINE : out_of_memory(work);
}

static void write_place(brb_json *json, brabeion_owner_kind kind, const char *owner, const char *plugin,
			const char *badge)
{
	brb_json_text(json, "plugin", plugin);
	brb_json_text(json, "badge", badge);
	brb_json_text(json, owner_word(kind), owner);
}

static void write_remembered(brb_json *json, const brabeion_remembered *one)
{
	brb_json_object(json, NULL);
	write_place(json, one->owner_kind, one->owner, one->plugin, one->badge);
	brb_json_text(json, "name", one->name);
	brb_json_text(json, "key", one->key);
	if (one->kind == BRABEION_MEMORY_NUMBER)
		brb_json_integer(json, "number", one->value);
	else
		brb_json_text(json, one->kind == BRABEION_MEMORY_TEXT ? "text" : "refers_to", one->text);
	brb_json_end(json);
}

static void write_list(memory_work *work, const brabeion_memory_list *list)
{
	brb_json json = brb_cli_json(&work->out);
	brb_json_object(&json, NULL);
	brb_json_array(&json, "memory");
	for (size_t i = 0; i < list->count; i++)
		write_remembered(&json, brabeion_memory_list_at(list, i));
	brb_json_end(&json);
	brb_json_end(&json);
	brb_cli_out_text(&work->out, "\n");
}

static int list_memory(memory_work *work)
{
	int exit_code = BRB_CLI_FINE;
	brabeion_memory_list list = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_memory_filter filter = filter_of(work->options);
	error.status = brabeion_memory(work->engine, &filter, &list, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(work->report, &error);
	if (work->options->json)
		write_list(work, &list);
	else
		exit_code = print_list(work, &list);
	brabeion_memory_list_finish(&list);
	return exit_code;
}

/* ---- changes on record ---- */

static void print_text(brb_cli_out *out, const char *before, const char *text)
{
	if (!*text)
		return;
	brb_cli_out_text(out, before);
	brb_cli_terminal_text_write(out, text);
}

/* "2026-03-01 09:10  qa  votes (key) of user ada: 3 -> 5: lost in May" */
static void print_entry(brb_cli_out *out, const brabeion_memory_entry *entry)
{
	char when[BRABEION_TIME_BYTES];
	brb_cli_awards_when(entry->at_us, when);
	print_text(out, "", when);
	print_text(out, "  ", entry->plugin);
	print_text(out, " ", entry->badge);
	print_text(out, "  ", entry->name);
	print_text(out, " ", entry->key);
	brb_cli_out_format(out, " of %s ", owner_word(entry->owner_kind));
	brb_cli_terminal_text_write(out, entry->owner);
	print_text(out, ": ", *entry->before ? entry->before : "none");
	print_text(out, " -> ", *entry->after ? entry->after : "none");
	print_text(out, ": ", entry->comment);
	brb_cli_out_text(out, "\n");
}

static void write_entry(brb_json *json, const brabeion_memory_entry *entry)
{
	brb_json_object(json, NULL);
	brb_cli_json_time(json, "at", entry->at_us);
	write_place(json, entry->owner_kind, entry->owner, entry->plugin, entry->badge);
	brb_json_text(json, "name", entry->name);
	brb_json_text(json, "key", entry->key);
	brb_json_text(json, "before", entry->before);
	brb_json_text(json, "after", entry->after);
	brb_json_text(json, "note", entry->comment);
	brb_json_end(json);
}

static void write_record(memory_work *work, const brabeion_memory_record *record)
{
	brb_json json = brb_cli_json(&work->out);
	brb_json_object(&json, NULL);
	brb_json_array(&json, "changes");
	for (size_t i = 0; i < record->count; i++)
		write_entry(&json, brabeion_memory_record_at(record, i));
	brb_json_end(&json);
	brb_json_end(&json);
	brb_cli_out_text(&work->out, "\n");
}

static int list_changes(memory_work *work)
{
	brabeion_memory_record record = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_memory_filter filter = filter_of(work->options);
	error.status = brabeion_memory_changes(work->engine, &filter, &record, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(work->report, &error);
	if (work->options->json)
		write_record(work, &record);
	else if (record.count == 0)
		brb_cli_out_text(&work->out, "Nothing was changed by hand.\n");
	else
		for (size_t i = 0; i < record.count; i++)
			print_entry(&work->out, brabeion_memory_record_at(&record, i));
	brabeion_memory_record_finish(&record);
	return BRB_CLI_FINE;
}

/* ---- set and remove ---- */

static brabeion_memory_change change_of(const brb_cli_options *options)
{
	bool of_user = options->user != NULL;
	return (brabeion_memory_change)
		BRABEION_MEMORY_CHANGE(.owner_kind = of_user ? BRABEION_OWNER_USER : BRABEION_OWNER_THING,
				       .plugin = options->plugin, .badge = options->badge,
				       .name = options->arguments[1],
				       .owner = of_user ? options->user : options->thing, .key = options->key,
				       .text = options->argument_count > 2 ? options->arguments[2] : NULL,
				       .comment = options->note, .existing_user = true);
}

static int finish_change(memory_work *work, bool changed, const char *what)
{
	if (work->options->json) {
		brb_json json = brb_cli_json(&work->out);
		brb_json_object(&json, NULL);
		brb_json_bool(&json, "changed", changed);
		brb_json_end(&json);
		brb_cli_out_text(&work->out, "\n");
	} else if (changed) {
		brb_cli_terminal_text_write(&work->out, work->options->arguments[1]);
		brb_cli_out_text(&work->out, what);
	}
	if (!changed)
		brb_cli_report_say(work->report, "nothing to remove: there is no \"%s\"",
				   work->options->arguments[1]);
	return changed ? BRB_CLI_FINE : BRB_CLI_BAD_INPUT;
}

static int set_memory(memory_work *work)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_memory_change change = change_of(work->options);
	error.status = brabeion_memory_set(work->engine, &change, &error);
	return error.status == BRABEION_OK ? finish_change(work, true, " is set\n")
					   : brb_cli_fail(work->report, &error);
}

static int remove_memory(memory_work *work)
{
	bool removed = false;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_memory_change change = change_of(work->options);
	error.status = brabeion_memory_remove(work->engine, &change, &removed, &error);
	return error.status == BRABEION_OK ? finish_change(work, removed, " is removed\n")
					   : brb_cli_fail(work->report, &error);
}

/* ---- the command ---- */

static bool is_word(const brb_cli_options *options, const char *word)
{
	return options->argument_count > 0 && strcmp(options->arguments[0], word) == 0;
}

/* NULL: set and remove have all that they need. */
static const char *fault_in_change(const brb_cli_options *options, bool set)
{
	if (options->argument_count < 2)
		return set ? "NAME and VALUE are missing" : "NAME is missing";
	if (set && options->argument_count < 3)
		return "VALUE is missing";
	if (!set && options->argument_count > 2)
		return "remove takes one NAME";
	if (options->show_history || options->limit)
		return "--history and --limit do not go with set and remove";
	if (!options->plugin)
		return "--plugin PLUGIN is missing: whose memory it is";
	if (!options->user && !options->thing)
		return "--user USER or --thing THING is missing";
	return options->note && *options->note ? NULL : "--note TEXT is missing: why, for the record";
}

/* BRB_CLI_FINE, or reported. */
static int check_words(const brb_cli_options *options, brb_cli_report *report)
{
	const char *fault = NULL;
	if (options->user && options->thing)
		fault = "either --user or --thing";
	else if (is_word(options, "set") || is_word(options, "remove"))
		fault = fault_in_change(options, is_word(options, "set"));
	else if (options->argument_count > 0)
		fault = "expected set or remove";
	else if (options->note)
		fault = "--note needs set or remove";
	return fault ? brb_cli_fail_usage(report, "memory", fault) : BRB_CLI_FINE;
}

static int dispatch(memory_work *work)
{
	if (is_word(work->options, "set"))
		return set_memory(work);
	if (is_word(work->options, "remove"))
		return remove_memory(work);
	return work->options->show_history ? list_changes(work) : list_memory(work);
}

int brb_cli_command_memory(const brb_cli_options *options, brb_cli_report *report)
{
	memory_work work = { .options = options, .report = report };
	int exit_code = check_words(options, report);
	if (exit_code != BRB_CLI_FINE)
		return exit_code;
	bool changes = is_word(options, "set") || is_word(options, "remove");
	work.engine =
		brb_cli_open(options, report, changes ? BRB_CLI_OPEN_EXISTING : BRB_CLI_OPEN_TO_LOOK, &exit_code);
	if (!work.engine)
		return exit_code;
	brb_cli_out_init(&work.out, STDOUT_FILENO);
	work.terminal = brb_cli_terminal_look(STDOUT_FILENO);
	exit_code = dispatch(&work);
	int written = brb_cli_finish_output(&work.out, report);
	brabeion_close(work.engine);
	return exit_code ? exit_code : written;
}
