/*
 * cli/commands/inspect: see inspect.h. What is in a plugin goes to standard output; what is wrong with it goes to standard error,
 * or with --json into the document.
 */
#include "cli/commands/inspect.h"

#include <string.h>
#include <unistd.h>

#include "cli/output/json.h"
#include "cli/output/terminal_text.h"
#include "cli/shell/commands.h"

/* ---- for people ---- */

static void tell_texts(brb_cli_out *out, const char *const *texts, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		brb_cli_out_text(out, i > 0 ? ", " : "");
		brb_cli_terminal_text_write(out, texts[i]);
	}
}

/* "night-owl.so: night-owl 1.0, 1 badge, fine" */
static void tell_headline(brb_cli_out *out, const brabeion_inspection *found)
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

static void tell_file(brb_cli_out *out, const brabeion_inspection *found)
{
	brb_cli_out_text(out, "  file      ");
	brb_cli_out_number(out, found->size_bytes);
	brb_cli_out_format(out, " bytes, sha256 %s\n", found->sha256);
	brb_cli_out_text(out, "  unloads   ");
	if (*found->resident_because) {
		brb_cli_out_text(out, "no, it stays in the process when it is replaced: it ");
		brb_cli_terminal_text_write(out, found->resident_because);
	} else {
		brb_cli_out_text(out, "yes, when it is replaced");
	}
	brb_cli_out_text(out, "\n  needs     ");
	if (found->library_count == 0 && found->symbol_count == 0)
		brb_cli_out_text(out, "nothing beside the C and C++ libraries");
	tell_texts(out, found->libraries, found->library_count);
	if (found->symbol_count > 0) {
		brb_cli_out_text(out, found->library_count > 0 ? "; symbols " : "symbols ");
		tell_texts(out, found->symbols, found->symbol_count);
	}
	brb_cli_out_text(out, "\n");
}

/* "night-owl: levels Night Owl, Night Owl for Life; on visit; multiple, async" */
static void tell_badge(brb_cli_out *out, const brabeion_plugin_badge *badge)
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
	tell_texts(out, badge->events, badge->event_count);
	brb_cli_out_text(out, badge->multiple ? "; multiple" : "");
	brb_cli_out_text(out, badge->async ? "; async" : "");
	brb_cli_out_text(out, badge->progress ? "; tells progress" : "");
	brb_cli_out_text(out, badge->levels_from_config ? "; badges.yaml decides how many levels" : "");
	brb_cli_out_text(out, "\n");
}

static void tell_plugin(brb_cli_out *out, const brabeion_inspection *found)
{
	brb_cli_out_format(out, "  ABI       %u.%u", found->abi_major, found->abi_minor);
	brb_cli_out_format(out, ", needs an engine of %u.%u or newer\n", found->abi_major, found->needs_minor);
	if (found->observes) {
		brb_cli_out_text(out, "  observes  ");
		tell_texts(out, found->watches, found->watch_count);
		brb_cli_out_text(out, found->watch_count > 0 ? "\n" : "no event\n");
	}
	for (uint32_t i = 0; i < found->badge_count; i++)
		tell_badge(out, &found->badges[i]);
}

static void tell(brb_cli_out *out, const brabeion_inspection *found)
{
	tell_headline(out, found);
	if (found->size_bytes > 0)
		tell_file(out, found);
	if (found->id)
		tell_plugin(out, found);
}

/* Somebody who names a badges.yaml as they would a plugin. */
static bool is_yaml(const char *path)
{
	const char *ending = strrchr(path, '.');
	return ending && (strcmp(ending, ".yaml") == 0 || strcmp(ending, ".yml") == 0);
}

static void say_faults(brb_cli_report *report, const brabeion_inspection *found)
{
	for (uint32_t i = 0; i < found->problem_count; i++)
		brb_cli_report_say(report, "%s: %s", found->path, found->problems[i]);
	if (found->problem_count > 0 && is_yaml(found->path))
		brb_cli_report_say(report, "A badges.yaml is checked by \"brabeion check --config FILE\".");
	for (uint32_t i = 0; i < found->note_count; i++)
		brb_cli_report_say(report, "note: %s: %s", found->path, found->notes[i]);
}

/* ---- for machines ---- */

static void write_texts(brb_cli_out *out, const char *key, const char *const *texts, uint32_t count)
{
	brb_cli_json_key(out, key, false);
	brb_cli_out_text(out, "[");
	for (uint32_t i = 0; i < count; i++) {
		brb_cli_out_text(out, i > 0 ? "," : "");
		brb_cli_json_text(out, texts[i]);
	}
	brb_cli_out_text(out, "]");
}

static void write_truth(brb_cli_out *out, const char *key, bool truth)
{
	brb_cli_json_key(out, key, false);
	brb_cli_out_text(out, truth ? "true" : "false");
}

static void write_badge(brb_cli_out *out, const brabeion_plugin_badge *badge)
{
	brb_cli_out_text(out, "{");
	brb_cli_json_text_pair(out, "slug", badge->slug, true);
	write_truth(out, "multiple", badge->multiple);
	write_truth(out, "async", badge->async);
	write_truth(out, "levels_from_config", badge->levels_from_config);
	write_truth(out, "progress", badge->progress);
	write_texts(out, "events", badge->events, badge->event_count);
	brb_cli_json_key(out, "levels", false);
	brb_cli_out_text(out, "[");
	for (uint32_t i = 0; i < badge->level_count; i++) {
		brb_cli_out_text(out, i > 0 ? ",{" : "{");
		brb_cli_json_integer_pair(out, "level", (int64_t)i + 1, true);
		brb_cli_json_text_pair(out, "name", badge->levels[i].name, false);
		brb_cli_json_text_pair(out, "description", badge->levels[i].description, false);
		brb_cli_out_text(out, "}");
	}
	brb_cli_out_text(out, "]}");
}

static void write_plugin(brb_cli_out *out, const brabeion_inspection *found)
{
	brb_cli_json_text_pair(out, "id", found->id, false);
	brb_cli_json_text_pair(out, "version", found->version, false);
	brb_cli_json_integer_pair(out, "abi_major", found->abi_major, false);
	brb_cli_json_integer_pair(out, "abi_minor", found->abi_minor, false);
	brb_cli_json_integer_pair(out, "needs_minor", found->needs_minor, false);
	write_truth(out, "observes", found->observes);
	write_texts(out, "watches", found->watches, found->watch_count);
	brb_cli_json_key(out, "badges", false);
	brb_cli_out_text(out, "[");
	for (uint32_t i = 0; i < found->badge_count; i++) {
		brb_cli_out_text(out, i > 0 ? "," : "");
		write_badge(out, &found->badges[i]);
	}
	brb_cli_out_text(out, "]");
}

/* Keys of what is not known are left out. */
static void write_json(brb_cli_out *out, const brabeion_inspection *found)
{
	brb_cli_out_text(out, "{");
	brb_cli_json_text_pair(out, "path", found->path, true);
	write_truth(out, "fine", found->problem_count == 0);
	if (found->size_bytes > 0) {
		brb_cli_json_integer_pair(out, "size_bytes", (int64_t)found->size_bytes, false);
		brb_cli_json_text_pair(out, "sha256", found->sha256, false);
		write_truth(out, "unloads", !*found->resident_because);
		brb_cli_json_text_pair(out, "resident_because", found->resident_because, false);
		write_texts(out, "libraries", found->libraries, found->library_count);
		write_texts(out, "symbols", found->symbols, found->symbol_count);
	}
	if (found->id)
		write_plugin(out, found);
	write_texts(out, "problems", found->problems, found->problem_count);
	write_texts(out, "notes", found->notes, found->note_count);
	brb_cli_out_text(out, "}");
}

/* ---- each in turn ---- */

/* Answers the exit code. `told`: how many there are in the document already. */
static int inspect_one(const brb_cli_options *options, const char *path, size_t *told, brb_cli_out *out,
		       brb_cli_report *report)
{
	brabeion_inspection found = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	if (!*path) {
		brb_cli_report_say(report, "brabeion check: the path of a plugin is empty");
		return BRB_CLI_USAGE;
	}
	error.status = brabeion_inspect(path, NULL, &found, &error);
	if (error.status != BRABEION_OK)
		return brb_cli_fail(report, &error);
	int exit_code = found.problem_count > 0 ? BRB_CLI_USAGE : BRB_CLI_FINE;
	if (options->json) {
		brb_cli_out_text(out, *told > 0 ? "," : "");
		write_json(out, &found);
	} else {
		tell(out, &found);
		brb_cli_out_flush(out); /* before what is wrong with it */
		say_faults(report, &found);
	}
	++*told;
	brabeion_inspection_finish(&found);
	return exit_code;
}

int brb_cli_inspect(const brb_cli_options *options, brb_cli_report *report)
{
	brb_cli_out out;
	int worst = BRB_CLI_FINE;
	size_t told = 0;
	brb_cli_out_init(&out, STDOUT_FILENO);
	brb_cli_out_text(&out, options->json ? "{\"plugins\":[" : "");
	for (size_t i = 0; i < options->argument_count; i++) {
		int exit_code = inspect_one(options, options->arguments[i], &told, &out, report);
		worst = exit_code > worst ? exit_code : worst;
	}
	brb_cli_out_text(&out, options->json ? "]}\n" : "");
	int written = brb_cli_finish_output(&out, report);
	return worst ? worst : written;
}
