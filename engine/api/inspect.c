/*
 * api/inspect: inspects one plugin file for its author: contents, problems, requirements.
 *
 * The file itself is parsed here. What only its code can report comes from brabeion-probe, through two files in the
 * probe's folder (probe/facts.h). The plugin is never loaded in this process.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/internal.h"
#include "base/list.h"
#include "base/memory.h"
#include "image/elf.h"
#include "probe/client.h"
#include "probe/facts.h"

#define STEP_MS 5000
#define FACTS_BYTES_MOST (16u * 1024 * 1024)

static const char stand_in[] = "plugins:\n  - file: " BRB_PROBE_FACTS_FILE "\n";

/* A growing list of texts. */
typedef struct texts {
	const char **items;
	size_t count, capacity;
} texts;

typedef struct inspector {
	brabeion_inspection found;
	brb_arena *arena; /* of the results */
	texts libraries, symbols, problems, notes;
	brabeion_error *error;
} inspector;

/* ---- lists ---- */

static void keep(inspector *self, texts *list, const char *text)
{
	const char *copy = text ? brb_arena_copy(self->arena, text) : NULL;
	const char **item = copy ? brb_list_add(&list->items, &list->count, &list->capacity, sizeof *item) : NULL;
	if (item)
		*item = copy;
	else
		brb_status_no_memory(self->error);
}

/* Everything in the public struct lies in the arena. */
static const char *const *settle(inspector *self, texts *list, uint32_t *count)
{
	const char **copy = brb_arena_take(self->arena, (list->count + 1) * sizeof *copy);
	if (!copy) {
		brb_status_no_memory(self->error);
		return NULL;
	}
	if (list->count > 0)
		memcpy(copy, list->items, list->count * sizeof *copy);
	*count = (uint32_t)list->count;
	return copy;
}

static void settle_all(inspector *self)
{
	brabeion_inspection *found = &self->found;
	found->libraries = settle(self, &self->libraries, &found->library_count);
	found->symbols = settle(self, &self->symbols, &found->symbol_count);
	found->problems = settle(self, &self->problems, &found->problem_count);
	found->notes = settle(self, &self->notes, &found->note_count);
}

/* ---- the file ---- */

static void take_import(void *context, const char *library, const char *symbol)
{
	inspector *self = context;
	if (!symbol)
		keep(self, &self->libraries, library);
	else if (!library)
		keep(self, &self->symbols, symbol);
	else
		keep(self, &self->symbols, brb_arena_printf(self->arena, "%s (%s)", symbol, library));
}

/* Reads a whole file of a folder (NULL: `name` is a path). False: it is missing or too large. */
static bool read_whole(const char *folder, const char *name, brb_builder *bytes)
{
	char path[4096], block[16 * 1024];
	size_t got = 0;
	snprintf(path, sizeof path, "%s%s%s", folder ? folder : "", folder ? "/" : "", name);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	while ((got = fread(block, 1, sizeof block, file)) > 0 && !bytes->failed &&
	       (!folder || bytes->length < FACTS_BYTES_MOST))
		brb_builder_add_length(bytes, block, got);
	bool whole = got == 0 && !ferror(file) && bytes->text && !bytes->failed;
	fclose(file);
	return whole;
}

static void inspect_file(inspector *self, const brb_image *image)
{
	brb_builder bytes = { 0 };
	const char *because = brb_image_resident_because(image);
	const char *changeable_by = brb_image_changeable_by(image);
	if (!read_whole(NULL, brb_image_copy_path(image), &bytes))
		brb_status_set(self->error, BRABEION_SYSTEM, "%s: cannot be read back: %s",
			       brb_image_copy_path(image), strerror(errno));
	else
		brb_elf_imports(bytes.text, bytes.length, take_import, self, self->error);
	self->found.size_bytes = bytes.length;
	self->found.sha256 = brb_arena_copy(self->arena, brb_image_sha256(image));
	self->found.resident_because = because ? brb_arena_copy(self->arena, because) : "";
	if (!self->found.sha256 || !self->found.resident_because)
		brb_status_no_memory(self->error);
	if (changeable_by)
		keep(self, &self->notes, changeable_by);
	if (because && strstr(because, "UNIQUE symbol"))
		keep(self, &self->notes, "stays in the process when it is replaced: compile it with -fno-gnu-unique");
	brb_builder_finish(&bytes);
}

/* ---- what the probe reports ---- */

/* The part after "check:2:11: " and the plugin's stand-in name. */
static const char *bare_fault(const char *line)
{
	static const char place[] = BRB_PROBE_FACTS_CONFIG ":";
	static const char name[] = "plugin \"" BRB_PROBE_FACTS_FILE "\" ";
	if (strncmp(line, place, sizeof place - 1) == 0) {
		line += sizeof place - 1;
		line += strspn(line, "0123456789:");
		line += strspn(line, " ");
	}
	return strncmp(line, name, sizeof name - 1) == 0 ? line + sizeof name - 1 : line;
}

static const char *advice(const char *fault)
{
	if (strstr(fault, "undefined symbol: "))
		return " (define it, or link the plugin with the library that has it: -l...)";
	return "";
}

/* A need that no badges.yaml can meet is reported as a problem of the plugin. */
static bool is_without_levels(const brabeion_plugin_badge *badge)
{
	return badge->level_count == 0 && !badge->levels_from_config;
}

static bool is_reported_as_problem(const inspector *self, const char *fault)
{
	bool without_levels = false;
	for (uint32_t i = 0; i < self->found.badge_count; i++)
		without_levels = without_levels || is_without_levels(&self->found.badges[i]);
	return without_levels && strstr(fault, "has no levels: ");
}

static void keep_refusal(inspector *self, char *line)
{
	brb_text_clean_line(line);
	const char *fault = bare_fault(line);
	if (is_reported_as_problem(self, fault))
		return;
	const char *words = self->found.id ? brb_arena_printf(self->arena, "without settings: %s", fault)
					   : brb_arena_printf(self->arena, "%s%s", fault, advice(fault));
	keep(self, self->found.id ? &self->notes : &self->problems, words);
}

static void take_facts(inspector *self, const char *folder)
{
	brb_builder facts = { 0 }, refusal = { 0 };
	if (read_whole(folder, BRB_PROBE_FACTS, &facts) &&
	    !brb_probe_read_facts(facts.text, facts.length, self->arena, &self->found))
		keep(self, &self->problems, "says of itself what cannot be read");
	if (read_whole(folder, BRB_PROBE_REFUSAL, &refusal)) {
		char *rest = refusal.text;
		for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
			if (*line)
				keep_refusal(self, line);
	}
	if (facts.failed || refusal.failed)
		brb_status_no_memory(self->error);
	brb_builder_finish(&facts);
	brb_builder_finish(&refusal);
}

static void run_code(inspector *self, brb_image_copies *copies, const brb_image *image)
{
	char *folder = NULL;
	brb_probe_fault fault = "";
	brb_probe_wanted wanted = { .copy = brb_image_copy_inside(image) };
	if (brb_image_copies_add_folder(copies, &folder, self->error) != BRABEION_OK)
		return;
	brb_probe_request request = { .name = BRB_PROBE_FACTS_CONFIG,
				      .text = stand_in,
				      .text_bytes = sizeof stand_in - 1,
				      .folder = folder,
				      .step_ms = STEP_MS,
				      .wanted = &wanted,
				      .count = 1,
				      .inspects = true,
				      .copies = brb_image_copies_descriptor(copies) };
	if (brb_probe_run(brb_probe_program(), &request, &fault, self->error) == BRABEION_OK) {
		take_facts(self, folder);
		if (fault[0])
			keep(self, &self->problems, fault);
	}
	brb_image_copies_remove_folder(copies, folder);
}

/* ---- what follows from both ---- */

/* What an engine refuses with any badges.yaml, and what is only odd. */
static void judge_badge(inspector *self, const brabeion_plugin_badge *badge)
{
	if (is_without_levels(badge))
		keep(self, &self->problems,
		     brb_arena_printf(self->arena,
				      "its badge \"%s\" has no levels, it could never be awarded: give it "
				      "BADGE_LEVELS, or the flag BADGE_LEVELS_FROM_CONFIG",
				      badge->slug));
	if (badge->event_count == 0)
		keep(self, &self->notes,
		     brb_arena_printf(self->arena,
				      "its badge \"%s\" listens to no event: only badge_grant can award it, unless "
				      "badges.yaml gives it events",
				      badge->slug));
}

static brabeion_status open_copies(brb_image_copies **copies, brabeion_error *error)
{
	static const brb_log silence;
	const char *temporary = secure_getenv("TMPDIR");
	const char *places[] = { secure_getenv("XDG_RUNTIME_DIR"), temporary ? temporary : "/tmp" };
	return brb_image_copies_open(places, sizeof places / sizeof places[0], &silence, copies, error);
}

static void inspect(inspector *self, const char *path)
{
	brb_image_copies *copies = NULL;
	brb_image *image = NULL;
	brabeion_error refusal = BRABEION_NO_ERROR;
	if (open_copies(&copies, self->error) != BRABEION_OK)
		return;
	if (brb_image_prepare(copies, path, NULL, &image, &refusal) == BRABEION_CONFIG)
		keep(self, &self->problems, refusal.message);
	else if (!image)
		brb_status_hand_over(self->error, &refusal);
	if (image) {
		inspect_file(self, image);
		if (self->error->status == BRABEION_OK)
			run_code(self, copies, image);
	}
	for (uint32_t i = 0; i < self->found.badge_count; i++)
		judge_badge(self, &self->found.badges[i]);
	brabeion_error_finish(&refusal);
	brb_image_close(image);
	brb_image_copies_close(copies, false);
}

static brabeion_status inspect_into(const char *path, brabeion_inspection *out, brabeion_error *error)
{
	const char *program = brb_probe_program();
	if (!path || !*path)
		return brb_status_set(error, BRABEION_INVALID, "brabeion_inspect: the path is empty");
	if (!brb_probe_is_there(program))
		return brb_status_set(error, BRABEION_SYSTEM,
				      "%s: cannot be tried: there is no %s (the environment variable BRABEION_PROBE "
				      "names another)",
				      path, program);
	inspector self = { .arena = brb_list_memory(), .error = error };
	self.found = (brabeion_inspection){ .sha256 = "", .resident_because = "", .version = "" };
	self.found.memory = self.arena;
	self.found.path = self.arena ? brb_arena_copy(self.arena, path) : NULL;
	if (self.found.path)
		inspect(&self, path);
	else
		brb_status_no_memory(error);
	if (error->status == BRABEION_OK)
		settle_all(&self);
	brb_memory_release(self.libraries.items);
	brb_memory_release(self.symbols.items);
	brb_memory_release(self.problems.items);
	brb_memory_release(self.notes.items);
	if (error->status == BRABEION_OK)
		*out = self.found;
	else
		brabeion_inspection_finish(&self.found);
	return error->status;
}

brabeion_status brabeion_inspect(const char *path, const brabeion_options *theirs, brabeion_inspection *inspection,
				 brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_options options;
	brabeion_inspection found;
	if (brb_engine_enter_with(theirs, &options, &fault) == BRABEION_OK &&
	    brb_size_check(BRB_SIZE_INSPECTION, inspection, &fault) == BRABEION_OK &&
	    inspect_into(path, &found, &fault) == BRABEION_OK)
		brb_size_give(BRB_SIZE_INSPECTION, &found, inspection);
	return brb_status_hand_over(error, &fault);
}
