/*
 * config/search: see search.h.
 *
 * A file that exists but cannot be read ends the search: going on would load another plugin than the operator sees.
 */
#include "config/search.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/list.h"
#include "base/memory.h"
#include "yaml/yaml.h"

#define NAMES_MOST 4096 /* compared with a misspelt one */

/* ---- folders --------------------------------------------------------------------------------------------------- */

void brb_config_search_add(brb_config_search *search, const char *folder)
{
	const char **added = brb_list_add(&search->folders, &search->count, &search->capacity, sizeof *added);
	if (added)
		*added = folder;
	else
		search->memory_short = true;
}

void brb_config_search_add_list(brb_config_search *search, const char *list)
{
	while (list && *list) {
		size_t length = strcspn(list, ":");
		if (length) {
			const char *folder = brb_arena_copy_length(search->arena, list, length);
			if (folder)
				brb_config_search_add(search, folder);
			else
				search->memory_short = true;
		}
		list += length + (list[length] == ':');
	}
}

void brb_config_search_finish(brb_config_search *search)
{
	brb_memory_release(search->folders);
	*search = (brb_config_search){ 0 };
}

/* ---- suggestions ----------------------------------------------------------------------- */

typedef struct names {
	brb_arena arena;
	const char **list;
	size_t count;
} names;

static bool ends_in_so(const char *name)
{
	size_t length = strlen(name);
	return length > 3 && strcmp(name + length - 3, ".so") == 0;
}

static void list_folder(names *found, const char *folder)
{
	DIR *handle = opendir(folder);
	if (!handle)
		return;
	const struct dirent *entry;
	while (found->count < NAMES_MOST && (entry = readdir(handle))) {
		if (!ends_in_so(entry->d_name) || !brb_text_is_utf8(entry->d_name, strlen(entry->d_name)))
			continue;
		const char *name = brb_arena_copy(&found->arena, entry->d_name);
		if (name)
			found->list[found->count++] = name;
	}
	closedir(handle);
}

static int by_text(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;
	return strcmp(*a, *b);
}

/* The name with ".so" when only that is missing, else the nearest, else NULL; part of `found`. */
static const char *meant_by(names *found, const char *name)
{
	/* Sorted, so that the choice among equally near names does not depend on the directory. */
	qsort(found->list, found->count, sizeof *found->list, by_text);
	size_t length = strlen(name);
	for (size_t i = 0; i < found->count; i++) {
		const char *other = found->list[i];
		if (strncmp(other, name, length) == 0 && strcmp(other + length, ".so") == 0)
			return other;
	}
	return brb_text_nearest(name, found->list, found->count);
}

/* ` (did you mean "streak.so"?)` or "", also when memory is short. */
static const char *suggestion(brb_config_search *search, const char *const *folders, size_t count, const char *file)
{
	const char *name = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	const char *text = NULL;
	names found = { .list = brb_memory_take_zeroed(NAMES_MOST, sizeof *found.list) };
	if (!found.list)
		return "";
	for (size_t i = 0; i < count; i++)
		list_folder(&found, folders[i]);
	const char *meant = meant_by(&found, name);
	if (meant)
		text = brb_arena_printf(search->arena, " (did you mean \"%s\"?)", meant);
	brb_arena_finish(&found.arena);
	brb_memory_release(found.list);
	return text ? text : "";
}

/* ---- finding --------------------------------------------------------------------------------------------------- */

/* 0 when it is a readable file, else errno. O_NONBLOCK: a pipe of that name must not block. */
static int try_file(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file < 0)
		return errno;
	struct stat facts;
	int problem = fstat(file, &facts) < 0 ? errno : 0;
	if (!problem && S_ISDIR(facts.st_mode))
		problem = EISDIR;
	else if (!problem && !S_ISREG(facts.st_mode))
		problem = ENOEXEC;
	close(file);
	return problem;
}

static bool is_missing(int problem)
{
	return problem == ENOENT || problem == ENOTDIR;
}

static const char *explain(brb_config_search *search, const char *path, int problem)
{
	char buffer[128];
	const char *reason = problem == ENOEXEC ? "Not a regular file" : strerror_r(problem, buffer, sizeof buffer);
	return brb_arena_printf(search->arena, "%s: %s", path, reason);
}

static const char *join(brb_config_search *search, const char *folder, const char *file)
{
	size_t length = strlen(folder);
	bool slash = length && folder[length - 1] == '/';
	return brb_arena_printf(search->arena, "%s%s%s", folder, slash ? "" : "/", file);
}

/* "no such file in a, b or c" and the suggestion. */
static const char *explain_missing(brb_config_search *search, const char *file)
{
	if (!search->count)
		return "no folder to look in: set \"plugin_path\"";
	brb_builder text = { 0 };
	brb_builder_add(&text, "no such file in ");
	for (size_t i = 0; i < search->count; i++) {
		const char *between = !i ? "" : i + 1 == search->count ? " or " : ", ";
		brb_builder_printf(&text, "%s%s", between, search->folders[i]);
	}
	brb_builder_add(&text, suggestion(search, search->folders, search->count, file));
	const char *why = text.failed ? NULL : brb_arena_copy(search->arena, text.text);
	brb_builder_finish(&text);
	return why;
}

static const char *look_at(brb_config_search *search, const char *path, const char **why)
{
	int problem = try_file(path);
	if (!problem)
		return path;
	if (!is_missing(problem)) {
		*why = explain(search, path, problem);
		return NULL;
	}
	const char *folder = brb_arena_copy_length(search->arena, path, (size_t)(strrchr(path, '/') + 1 - path));
	const char *help = folder ? suggestion(search, &folder, 1, path) : "";
	*why = folder ? brb_arena_printf(search->arena, "no such file in %s%s", folder, help) : NULL;
	return NULL;
}

const char *brb_config_search_find(brb_config_search *search, const char *file, const char **why)
{
	*why = NULL;
	if (strchr(file, '/'))
		return look_at(search, file, why);
	for (size_t i = 0; i < search->count; i++) {
		const char *path = join(search, search->folders[i], file);
		if (!path)
			return NULL;
		int problem = try_file(path);
		if (!problem)
			return path;
		if (!is_missing(problem)) {
			*why = explain(search, path, problem);
			return NULL;
		}
	}
	*why = explain_missing(search, file);
	return NULL;
}

const char *const *brb_config_search_places(brb_config_search *search, const char *file, size_t *count)
{
	size_t wanted = strchr(file, '/') ? 1 : search->count;
	const char **places = wanted ? brb_arena_take(search->arena, wanted * sizeof *places) : NULL;
	*count = 0;
	for (size_t i = 0; places && i < wanted; i++) {
		places[i] = strchr(file, '/') ? file : join(search, search->folders[i], file);
		if (!places[i])
			places = NULL;
	}
	if (places)
		*count = wanted;
	else
		search->memory_short |= wanted > 0;
	return places;
}
