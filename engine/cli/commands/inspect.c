/*
 * cli/commands/inspect: see inspect.h. What is in a plugin goes to standard output, its faults to standard error; with --json
 * both go into the document.
 */
#include "cli/commands/inspect.h"

#include <string.h>
#include <unistd.h>

#include "cli/output/json.h"
#include "cli/output/terminal_text.h"
#include "cli/shell/commands.h"

/* ---- text ---- */

static void print_texts(brb_cli_out *out, const char *const *texts, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		brb_cli_out_text(out, i > 0 ? ", " : "");
		brb_cli_terminal_text_write(out, texts[i]);
	}
}

/* "night-owl.so: night-owl 1.0, 1 badge, fine" */
static void print_headline(brb_cli_out *out, const brabeion_inspection *found)
{
	brb_cli_terminal_text_write(out, found->path);
	brb_cli_out_text(out, ": ");
	if (found->id) {
		brb_cli_terminal_text_write(out, found->id);
		brb_cli_out_text(out, *found->version ? " " : "");
		brb_cli_terminal_text_write(out, found->version);
		brb_cli_out_text(out, ", ");
		brb_cli_out_count(out, found->badge_count, "badge", "badges");
		brb_cli_out_text(out, ", ");
	}
	if (found->problem_count > 0)
		brb_cli_out_count(out, found->problem_count, "problem", "problems");
	else
		brb_cli_out_text(out, "fine");
	brb_cli_out_text(out, "\n");
}

static void print_file(brb_cli_out *out, const brabeion_inspection *found)
{
	brb_cli_out_text(out, "  file      ");
	brb_cli_out_number(out, found->size_bytes);
	brb_cli_out_format(out, " bytes, sha256 %s\n", found->sha256);
	brb_cli_out_text(out, "  unloads   ");
	if (*found->resident_because) {
		brb_cli_out_text(out, "no, it stays in the process when replaced: it ");
		brb_cli_terminal_text_write(out, found->resident_because);
	} else {
		brb_cli_out_text(out, "yes, when replaced");
	}
	brb_cli_out_text(out, "\n  needs     ");
	if (found->library_count == 0 && found->symbol_count == 0)
		brb_cli_out_text(out, "nothing beside the C and C++ libraries");
	print_texts(out, found->libraries, found->library_count);
	if (found->symbol_count > 0) {
		brb_cli_out_text(out, found->library_count > 0 ? "; symbols " : "symbols ");
		print_texts(out, found->symbols, found->symbol_count);
	}
	brb_cli_out_text(out, "\n");
}

/* "night-owl: levels Night Owl, Night Owl for Life; on visit; multiple, async" */
static void print_badge(brb_cli_out *out, const brabeion_plugin_badge *badge)
{
	brb_cli_out_text(out, "  badge     ");
	brb_cli_terminal_text_write(out, badge->slug);
	brb_cli_out_text(out, badge->level_count == 0   ? ": no levels of its own"
			      : badge->level_count == 1 ? ": level "
							: ": levels ");
	for (uint32_t i = 0; i < badge->level_count; i++) {
		brb_cli_out_text(out, i > 0 ? ", " : "");
		brb_cli_terminal_text_write(out, badge->levels[i].name);
	}
	brb_cli_out_text(out, badge->event_count > 0 ? "; on " : "; on no event");
	print_texts(out, badge->events, badge->event_count);
	brb_cli_out_text(out, badge->multiple ? "; multiple" : "");
	brb_cli_out_text(out, badge->async ? "; async" : "");
	brb_cli_out_text(out, badge->progress ? "; progress" : "");
	brb_cli_out_text(out, badge->levels_from_config ? "; levels from badges.yaml" : "");
	brb_cli_out_text(out, "\n");
}

/* "seen: number of a user, hashed keys, merged by sum (night-owl)"; `slug` NULL: all badges share it. */
static void print_memory(brb_cli_out *out, const brabeion_plugin_memory *memory, const char *slug)
{
	brb_cli_out_text(out, "  memory    ");
	brb_cli_terminal_text_write(out, memory->name);
	brb_cli_out_format(out, ": %s of a %s",
			   strcmp(memory->kind, "user") == 0 ? "reference to a user" : memory->kind, memory->owner);
	if (strcmp(memory->keys, "text") != 0)
		brb_cli_out_format(out, ", %s",
				   strcmp(memory->keys, "users") == 0 ? "keys are users" : "hashed keys");
	if (*memory->merge)
		brb_cli_out_format(out, ", merge: %s", memory->merge);
	brb_cli_out_text(out, slug ? " (" : " (shared by all badges");
	if (slug)
		brb_cli_terminal_text_write(out, slug);
	brb_cli_out_text(out, ")\n");
}

static void print_all_memory(brb_cli_out *out, const brabeion_inspection *found)
{
	for (uint32_t i = 0; i < found->remembered_count; i++)
		print_memory(out, &found->remembered[i], NULL);
	for (uint32_t i = 0; i < found->badge_count; i++)
		for (uint32_t j = 0; j < found->badges[i].remembered_count; j++)
			print_memory(out, &found->badges[i].remembered[j], found->badges[i].slug);
}

static void print_plugin(brb_cli_out *out, const brabeion_inspection *found)
{
	brb_cli_out_format(out, "  ABI       %u.%u", found->abi_major, found->abi_minor);
	brb_cli_out_format(out, ", needs an engine of %u.%u or newer\n", found->abi_major, found->needs_minor);
	if (found->observes) {
		brb_cli_out_text(out, "  observes  ");
		print_texts(out, found->watches, found->watch_count);
		brb_cli_out_text(out, found->watch_count > 0 ? "\n" : "no event\n");
	}
	for (uint32_t i = 0; i < found->badge_count; i++)
		print_badge(out, &found->badges[i]);
	print_all_memory(out, found);
}

static void print(brb_cli_out *out, const brabeion_inspection *found)
{
	print_headline(out, found);
	if (found->size_bytes > 0)
		print_file(out, found);
	if (found->id)
		print_plugin(out, found);
}

static bool is_yaml(const char *path)
{
	const char *ending = strrchr(path, '.');
	return ending && (strcmp(ending, ".yaml") == 0 || strcmp(ending, ".yml") == 0);
}

static void report_faults(brb_cli_report *report, const brabeion_inspection *found)
{
	for (uint32_t i = 0; i < found->problem_count; i++)
		brb_cli_report_say(report, "%s: %s", found->path, found->problems[i]);
	if (found->problem_count > 0 && is_yaml(found->path))
		brb_cli_report_say(report, "\"brabeion check --config FILE\" checks a badges.yaml.");
	for (uint32_t i = 0; i < found->note_count; i++)
		brb_cli_report_say(report, "note: %s: %s", found->path, found->notes[i]);
}

/* ---- JSON ---- */

static void write_memory(brb_json *json, const brabeion_plugin_memory *memory, uint32_t count)
{
	brb_json_array(json, "remembered");
	for (uint32_t i = 0; i < count; i++) {
		brb_json_object(json, NULL);
		brb_json_text(json, "name", memory[i].name);
		brb_json_text(json, "owner", memory[i].owner);
		brb_json_text(json, "kind", memory[i].kind);
		brb_json_text(json, "keys", memory[i].keys);
		if (*memory[i].merge)
			brb_json_text(json, "merge", memory[i].merge);
		else
			brb_json_null(json, "merge");
		brb_json_end(json);
	}
	brb_json_end(json);
}

static void write_badge(brb_json *json, const brabeion_plugin_badge *badge)
{
	brb_json_object(json, NULL);
	brb_json_text(json, "slug", badge->slug);
	brb_json_bool(json, "multiple", badge->multiple);
	brb_json_bool(json, "async", badge->async);
	brb_json_bool(json, "levels_from_config", badge->levels_from_config);
	brb_json_bool(json, "progress", badge->progress);
	brb_cli_json_texts(json, "events", badge->events, badge->event_count);
	brb_json_array(json, "levels");
	for (uint32_t i = 0; i < badge->level_count; i++) {
		brb_json_object(json, NULL);
		brb_json_integer(json, "level", (int64_t)i + 1);
		brb_json_text(json, "name", badge->levels[i].name);
		brb_json_text(json, "description", badge->levels[i].description);
		brb_json_end(json);
	}
	brb_json_end(json);
	write_memory(json, badge->remembered, badge->remembered_count);
	brb_json_end(json);
}

static void write_plugin(brb_json *json, const brabeion_inspection *found)
{
	brb_json_text(json, "id", found->id);
	brb_json_text(json, "version", found->version);
	brb_json_integer(json, "abi_major", found->abi_major);
	brb_json_integer(json, "abi_minor", found->abi_minor);
	brb_json_integer(json, "needs_minor", found->needs_minor);
	brb_json_bool(json, "observes", found->observes);
	brb_cli_json_texts(json, "watches", found->watches, found->watch_count);
	brb_json_array(json, "badges");
	for (uint32_t i = 0; i < found->badge_count; i++)
		write_badge(json, &found->badges[i]);
	brb_json_end(json);
	write_memory(json, found->remembered, found->remembered_count);
}

/* Leaves out what is unknown. */
static void write_json(brb_json *json, const brabeion_inspection *found)
{
	brb_json_object(json, NULL);
	brb_json_text(json, "path", found->path);
	brb_json_bool(json, "fine", found->problem_count == 0);
	if (found->size_bytes > 0) {
		brb_json_integer(json, "size_bytes", (int64_t)found->size_bytes);
		brb_json_text(json, "sha256", found->sha256);
		brb_json_bool(json, "unloads", !*found->resident_because);
		brb_json_text(json, "resident_because", found->resident_because);
		brb_cli_json_texts(json, "libraries", found->libraries, found->library_count);
		brb_cli_json_texts(json, "symbols", found->symbols, found->symbol_count);
	}
	if (found->id)
		write_plugin(json, found);
	brb_cli_json_texts(json, "problems", found->problems, found->problem_count);
	brb_cli_json_texts(json, "notes", found->notes, found->note_count);
	brb_json_end(json);
}

/* ---- the files ---- */

/* Returns the exit code. `json` may be NULL: print text. */
static int inspect_one(const char *path, brb_json *json, brb_cli_out *out, brb_cli_report *report)
{
	brabeion_inspection found = BRABEION_INSPECTION();
	brabeion_error error = BRABEION_NO_ERROR;
	if (!*path) {
		brb_cli_report_say(report, "brabeion check: the path of a plugin is empty");
		return BRB_CLI_USAGE;
	}
	error.status = brabeion_inspect(path, NULL, &found, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(report, &error);
	int exit_code = found.problem_count > 0 ? BRB_CLI_USAGE : BRB_CLI_FINE;
	if (json) {
		write_json(json, &found);
	} else {
		print(out, &found);
		brb_cli_out_flush(out); /* before the faults */
		report_faults(report, &found);
	}
	brabeion_inspection_finish(&found);
	return exit_code;
}

int brb_cli_inspect(const brb_cli_options *options, brb_cli_report *report)
{
	brb_cli_out out;
	int worst = BRB_CLI_FINE;
	brb_json json = brb_cli_json(&out);
	brb_cli_out_init(&out, STDOUT_FILENO);
	if (options->json) {
		brb_json_object(&json, NULL);
		brb_json_array(&json, "plugins");
	}
	for (size_t i = 0; i < options->argument_count; i++) {
		int exit_code = inspect_one(options->arguments[i], options->json ? &json : NULL, &out, report);
		worst = exit_code > worst ? exit_code : worst;
	}
	if (options->json) {
		brb_json_end(&json);
		brb_json_end(&json);
		brb_cli_out_text(&out, "\n");
	}
	int written = brb_cli_finish_output(&out, report);
	return worst ? worst : written;
}
