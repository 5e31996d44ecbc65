/*
 * cli/scenario/file_badges: where the badges of a file come from: `plugins` in it, or the badges.yaml that `config` names.
 *
 * The engine reads a badges.yaml of its own in a folder of its own, so that each scenario has a fresh database. What of
 * the file's text belongs to it is kept, each line in its place, and all else left empty: so what the engine finds wrong
 * is wrong in that line of the file. Paths start at the file's folder: those of plugins are made whole, and plugin_path
 * goes along apart.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/scenario/file_reading.h"

/* A file that has badges: the scenarios' own, or a badges.yaml. */
typedef struct badge_source {
	brb_yaml_reading *reading; /* whose yaml takes the faults */
	const brb_yaml_node *root;
	const char *bytes;
	size_t length;
	const char *folder; /* absolute, with its slash */
} badge_source;

/* ---- folders ---- */

/* The folder of a file, absolute, with its slash. NULL with the fault at the node. */
static const char *folder_of(brb_yaml_reading *reading, const char *path, const brb_yaml_node *node)
{
	char real[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const char *name = slash ? brb_arena_copy_length(reading->arena, path, (size_t)(slash + 1 - path)) : ".";
	const char *folder = NULL;
	if (name && realpath(name, real))
		folder = brb_arena_printf(reading->arena, "%s%s", real, real[1] ? "/" : "");
	else if (name)
		BRB_YAML_FAULT(reading, node, "the folder of %s is not there", path);
	if (!name)
		reading->memory_short = true;
	return folder;
}

static void add_folder(badge_source *source, const brb_yaml_node *node, brb_builder *path)
{
	brb_yaml_reading *reading = source->reading;
	const char *folder = brb_scenario_text(reading, "\"plugin_path\"", node, PATH_MAX);
	if (!folder)
		return;
	if (strchr(folder, ':'))
		BRB_YAML_FAULT(reading, node, "a folder of \"plugin_path\" must have no colon in its name");
	brb_builder_printf(path, "%s%s%s", path->length ? ":" : "", *folder == '/' ? "" : source->folder, folder);
}

static void read_plugin_path(badge_source *source, bool with_own, brb_scenario_set *set)
{
	brb_builder path = { 0 };
	const brb_yaml_node *node = brb_yaml_get(source->root, "plugin_path");
	size_t count = 0;
	const brb_yaml_node *const *items = node ? brb_scenario_items(&node, &count) : NULL;
	for (size_t i = 0; i < count; i++)
		add_folder(source, items[i], &path);
	if (with_own && !strchr(source->folder, ':'))
		brb_builder_printf(&path, "%s%s", path.length ? ":" : "", source->folder);
	set->plugin_path = path.failed ? NULL : brb_yaml_keep(source->reading, path.text ? path.text : "");
	if (path.failed)
		source->reading->memory_short = true;
	brb_builder_finish(&path);
}

/* ---- lines ---- */

/* The plugin whose file is named in this line by a path that starts at the folder; NULL: none. */
static const brb_yaml_node *relative_file(const badge_source *source, uint32_t line)
{
	const brb_yaml_node *plugins = brb_yaml_get(source->root, "plugins");
	for (size_t i = 0; plugins && plugins->kind == BRB_YAML_LIST && i < plugins->count; i++) {
		const brb_yaml_node *file = brb_yaml_get(plugins->items[i], "file");
		if (file && file->line == line && file->kind == BRB_YAML_TEXT && strchr(file->text, '/') &&
		    *file->text != '/')
			return file;
	}
	return NULL;
}

/* One line, with the path in it made whole: the folder goes in front of it, where it is written as it is. */
static void keep_line(const badge_source *source, const char *line, size_t length, uint32_t number, brb_builder *text)
{
	const brb_yaml_node *file = relative_file(source, number);
	size_t before = file ? file->column - 1 : length;
	size_t size = file ? strlen(file->text) : 0;
	while (file && before + size <= length && memcmp(line + before, file->text, size) != 0)
		before++;
	if (file && before + size > length) {
		BRB_YAML_FAULT(source->reading, file, "write the path without escapes");
		before = length;
	}
	brb_builder_add_length(text, line, before);
	if (before < length)
		brb_builder_add(text, source->folder);
	brb_builder_add_length(text, line + before, length - before);
}

/* Which of the file's keys a line belongs to; NULL: to none. */
static const char *key_of_line(const brb_yaml_node *root, uint32_t line)
{
	const char *key = NULL;
	for (size_t i = 0; i < root->count && root->entries[i].key_line <= line; i++)
		key = root->entries[i].key;
	return key;
}

static bool is_one_of(const char *key, const char *const *names)
{
	while (key && *names && strcmp(key, *names) != 0)
		names++;
	return key && *names;
}

/* Keeps the lines of the keys that are `of_interest`, or of all but those. */
static const char *keep_lines(const badge_source *source, const char *const *names, bool of_interest)
{
	brb_builder text = { 0 };
	const char *at = source->bytes, *end = at + source->length;
	if (source->length >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	for (uint32_t number = 1; at < end; number++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);
		const char *key = key_of_line(source->root, number);
		if (key && is_one_of(key, names) == of_interest)
			keep_line(source, at, length, number, &text);
		brb_builder_add(&text, "\n");
		at += length + (newline ? 1 : 0);
	}
	const char *kept = text.failed || !text.text ? NULL : brb_arena_copy(source->reading->arena, text.text);
	if (!kept)
		source->reading->memory_short = true;
	brb_builder_finish(&text);
	return kept;
}

/* Lines can be told apart when each key has its own, at its beginning. */
static bool has_lines(const badge_source *source)
{
	for (size_t i = 0; i < source->root->count; i++) {
		const brb_yaml_entry *entry = &source->root->entries[i];
		if (entry->key_column == 1 && (!i || entry->key_line > source->root->entries[i - 1].key_line))
			continue;
		brb_yaml_fault(source->reading->yaml, entry->key_line, entry->key_column,
			       "the keys of the file must each begin a line");
		return false;
	}
	return true;
}

/* ---- badges.yaml ---- */

/* What a scenario has of its own, or could do nothing with. */
static const char *const not_kept[] = { "database", "cache_dir", "plugin_path", "watch", "workers", NULL };

static void read_config_tree(brb_yaml_reading *reading, const brb_builder *content, brb_yaml *yaml,
			     const brb_yaml_node *node, brb_scenario_set *set)
{
	brb_yaml_reading inner = { .yaml = yaml, .arena = reading->arena, .context = reading->context };
	badge_source source = { .reading = &inner,
				.root = brb_yaml_root(yaml),
				.bytes = content->text ? content->text : "",
				.length = content->length,
				.folder = folder_of(reading, set->badges_from, node) };
	if (source.folder && source.root->kind == BRB_YAML_MAPPING && has_lines(&source)) {
		set->badges = keep_lines(&source, not_kept, false);
		read_plugin_path(&source, false, set);
	} else if (source.root->kind != BRB_YAML_MAPPING) {
		brb_yaml_wrong_kind(&inner, "the file", source.root, "a mapping of keys to values");
	}
	reading->memory_short = reading->memory_short || inner.memory_short;
}

static void read_config(brb_yaml_reading *reading, const brb_yaml_node *node, brb_scenario_set *set)
{
	brb_builder content = { 0 };
	brb_yaml *yaml = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	const char *name = brb_scenario_text(reading, "\"config\"", node, PATH_MAX);
	if (!name)
		return;
	const char *slash = strrchr(set->path, '/');
	int length = slash && *name != '/' ? (int)(slash + 1 - set->path) : 0;
	set->badges_from = brb_arena_printf(reading->arena, "%.*s%s", length, set->path, name);
	if (!set->badges_from) {
		reading->memory_short = true;
		return;
	}
	brabeion_status status = brb_yaml_read_file(set->badges_from, set->badges_from, &content, &error);
	if (status == BRABEION_OK)
		status = brb_yaml_parse_tolerant(content.text ? content.text : "", content.length, set->badges_from,
						 &yaml, &error);
	if (status == BRABEION_OK) {
		read_config_tree(reading, &content, yaml, node, set);
		status = brb_yaml_verdict(yaml, &error);
	}
	if (status != BRABEION_OK) /* one line: the engine would not say more, since it is not asked */
		BRB_YAML_FAULT(reading, node, "\"config\": %s", error.message);
	brb_yaml_close(yaml);
	brb_builder_finish(&content);
	brb_status_clear(&error);
}

/* ---- both ---- */

void brb_scenario_read_badges(brb_yaml_reading *reading, brb_scenario_set *set, const char *bytes, size_t length)
{
	static const char *const kept[] = { "plugins", NULL };
	const brb_yaml_node *root = brb_yaml_root(reading->yaml);
	const brb_yaml_node *config = brb_yaml_get(root, "config"), *plugins = brb_yaml_get(root, "plugins");
	const brb_yaml_node *path = brb_yaml_get(root, "plugin_path");
	badge_source source = { .reading = reading, .root = root, .bytes = bytes, .length = length };
	if (config && (plugins || path))
		BRB_YAML_FAULT(reading, config,
			       "\"config\" names a file that has \"plugins\" and \"plugin_path\" itself");
	else if (config)
		read_config(reading, config, set);
	else if (!plugins)
		BRB_YAML_FAULT(reading, root,
			       "the file needs \"plugins\", or \"config\" with the name of a badges.yaml");
	else if (has_lines(&source) && (source.folder = folder_of(reading, set->path, root))) {
		set->badges_from = set->path;
		set->badges = keep_lines(&source, kept, true);
		read_plugin_path(&source, true, set);
	}
}
