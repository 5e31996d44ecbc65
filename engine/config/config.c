/*
 * config: see config.h. Here: the file as a whole and its top-level keys; plugins and badges are read in
 * config_plugins.c, plugin files are found in config_search.c.
 *
 * Reading never stops at a fault: it goes on record with the yaml tree, the value is left at its default, and the
 * verdict at the end decides. So a configuration that is handed out has no half-read part.
 */
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/reading.h"

#define RETENTION_MOST_DAYS 36500 /* longer than any engine runs, far from where microseconds end */

/* The public part first: the one is found by the other's address. */
typedef struct whole {
	brb_config config;
	brb_arena arena;
	brb_builder content; /* of the file; none where the text is the caller's */
} whole;

/* ---- what all parts of the room use ---------------------------------------------------------------------------- */

void brb_config_wrong_kind(brb_config_reading *reading, const char *what, const brb_yaml_node *node,
			   const char *wanted)
{
	bool quotable = node->kind == BRB_YAML_BOOL || node->kind == BRB_YAML_INT || node->kind == BRB_YAML_REAL;
	bool text = strncmp(wanted, "text", 4) == 0;
	BRB_CONFIG_FAULT(reading, node, "%s must be %s, not %s%s", what, wanted, brb_yaml_kind_name(node->kind),
			 quotable && text ? ": put it in quotes" : "");
}

const char *brb_config_text(brb_config_reading *reading, const char *what, const brb_yaml_node *node,
			    const char *wanted)
{
	if (node->broken)
		return NULL;
	if (node->kind != BRB_YAML_TEXT) {
		brb_config_wrong_kind(reading, what, node, wanted);
		return NULL;
	}
	if (!*node->text) {
		BRB_CONFIG_FAULT(reading, node, "%s must not be empty", what);
		return NULL;
	}
	return node->text;
}

void *brb_config_take(brb_config_reading *reading, size_t count, size_t size_bytes)
{
	void *taken = brb_arena_take(reading->arena, count * size_bytes);
	if (!taken)
		reading->memory_short = true;
	return taken;
}

brb_config_position brb_config_place(const brb_yaml_node *node)
{
	return (brb_config_position){ .line = node->line, .column = node->column };
}

const char *brb_config_resolve(brb_config_reading *reading, const char *path)
{
	const char *folder = *path == '/' ? "" : reading->folder;
	const char *resolved = brb_arena_printf(reading->arena, "%s%s", folder, path);
	if (!resolved)
		reading->memory_short = true;
	return resolved;
}

/* ---- mappings by their known keys ------------------------------------------------------------------------------ */

static size_t find_key(const char *name, const brb_config_key *keys, size_t count)
{
	size_t index = 0;
	while (index < count && strcmp(keys[index].name, name) != 0)
		index++;
	return index;
}

/* Says so, and answers which key was meant, or `count`. */
static size_t refuse_key(brb_config_reading *reading, const brb_yaml_entry *entry, const brb_config_key *keys,
			 size_t count)
{
	const char *names[BRB_YAML_KEYS_MOST];
	for (size_t i = 0; i < count; i++)
		names[i] = keys[i].name;
	return brb_yaml_refuse_key(reading->yaml, entry, names, count);
}

bool brb_config_read_mapping(brb_config_reading *reading, const char *what, const brb_yaml_node *node,
			     const brb_config_key *keys, size_t count, void *target)
{
	if (node->broken)
		return false;
	if (node->kind != BRB_YAML_MAPPING) {
		brb_config_wrong_kind(reading, what, node, "a mapping of keys to values");
		return false;
	}
	uint32_t there = 0;
	for (size_t i = 0; i < node->count; i++) {
		const brb_yaml_entry *entry = &node->entries[i];
		size_t index = find_key(entry->key, keys, count);
		if (index == count)
			index = refuse_key(reading, entry, keys, count);
		else if (!entry->value->broken)
			keys[index].read(reading, keys[index].name, entry->value, target);
		if (index < count)
			there |= UINT32_C(1) << index;
	}
	for (size_t i = 0; i < count; i++) {
		if (keys[i].required && !(there & UINT32_C(1) << i))
			BRB_CONFIG_FAULT(reading, node, "%s needs \"%s\"", what, keys[i].name);
	}
	return true;
}

/* ---- the top-level keys ---------------------------------------------------------------------------------------- */

static void read_database(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	const char *path = brb_config_text(reading, "\"database\"", value, "text");
	if (path)
		reading->config->database = brb_config_resolve(reading, path);
}

static void read_cache_dir(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	const char *path = brb_config_text(reading, "\"cache_dir\"", value, "text");
	if (path)
		reading->config->cache_dir = brb_config_resolve(reading, path);
}

static void read_synchronous(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	char buffer[BRB_YAML_SHORT_BYTES];
	const char *word = brb_config_text(reading, "\"synchronous\"", value, "normal or full");
	if (!word)
		return;
	if (strcmp(word, "normal") == 0)
		reading->config->synchronous = BRB_CONFIG_NORMAL;
	else if (strcmp(word, "full") == 0)
		reading->config->synchronous = BRB_CONFIG_FULL;
	else
		BRB_CONFIG_FAULT(reading, value, "\"synchronous\" must be normal or full, not \"%s\"",
				 brb_yaml_shortened(word, buffer));
}

static void read_busy_timeout(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	int64_t timeout_ms = brb_config_duration_ms(reading, value, "\"busy_timeout\"", "a duration such as 5s",
						    BRB_CONFIG_HOUR_MS, "1h");
	if (timeout_ms >= 0)
		reading->config->busy_timeout_ms = timeout_ms;
}

static void read_retention(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	if (value->kind == BRB_YAML_TEXT && strcmp(value->text, "forever") == 0) {
		reading->config->retention_us = INT64_MAX;
		return;
	}
	int64_t retention_ms =
		brb_config_duration_ms(reading, value, "\"retention\"", "a duration such as 30d, or forever",
				       RETENTION_MOST_DAYS * BRB_CONFIG_DAY_MS, "36500d, or forever");
	if (retention_ms >= 0)
		reading->config->retention_us = retention_ms * 1000;
}

/* on and off are text in YAML 1.2; true is refused, since what may be a third word later is no boolean. */
static void read_watch(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	char buffer[BRB_YAML_SHORT_BYTES];
	if (value->kind == BRB_YAML_BOOL) {
		BRB_CONFIG_FAULT(reading, value, "\"watch\" must be on or off, not %s", value->text);
		return;
	}
	const char *word = brb_config_text(reading, "\"watch\"", value, "on or off");
	if (!word)
		return;
	if (strcmp(word, "on") == 0 || strcmp(word, "off") == 0)
		reading->config->watch = strcmp(word, "on") == 0;
	else
		BRB_CONFIG_FAULT(reading, value, "\"watch\" must be on or off, not \"%s\"",
				 brb_yaml_shortened(word, buffer));
}

static void read_quarantine(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	brb_config_read_quarantine(reading, value, &reading->config->quarantine);
}

/* Nobody would wait for a plugin longer than that. */
#define PROBE_MOST_MS (10 * 60 * BRB_CONFIG_SECOND_MS)

static void read_probe(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	if (value->kind == BRB_YAML_TEXT && strcmp(value->text, "off") == 0) {
		reading->config->probe_ms = 0;
		return;
	}
	if (value->kind == BRB_YAML_TEXT && strcmp(value->text, "on") == 0)
		return;
	int64_t probe_ms = brb_config_duration_ms(reading, value, "\"probe\"", "on, off or a duration such as 5s",
						  PROBE_MOST_MS, "10m");
	if (probe_ms == 0)
		BRB_CONFIG_FAULT(reading, value, "\"probe\" must be longer than 0: to try no plugin, write off");
	else if (probe_ms > 0)
		reading->config->probe_ms = probe_ms;
}

/* Both are read after the other keys: plugins need the path, which may stand behind them. */
static void keep_plugin_path(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	reading->plugin_path = value;
}

static void keep_plugins(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	reading->plugins = value;
}

static void add_folder(brb_config_reading *reading, const char *what, const brb_yaml_node *node, const char *wanted)
{
	const char *path = brb_config_text(reading, what, node, wanted);
	const char *folder = path ? brb_config_resolve(reading, path) : NULL;
	if (folder)
		brb_config_search_add(&reading->search, folder);
}

static void read_plugin_path(brb_config_reading *reading)
{
	const brb_yaml_node *node = reading->plugin_path;
	if (!node)
		return;
	if (node->kind != BRB_YAML_LIST) {
		add_folder(reading, "\"plugin_path\"", node, "text or a list of texts");
		return;
	}
	for (size_t i = 0; i < node->count; i++)
		add_folder(reading, "each of \"plugin_path\"", node->items[i], "text");
}

/* secure_getenv: the environment of a set-user-id program is not its owner's, and code is loaded from there. */
static void add_other_folders(brb_config_reading *reading, const char *installed_plugin_dir)
{
	read_plugin_path(reading);
	brb_config_search_add_list(&reading->search, secure_getenv("BRABEION_PLUGIN_PATH"));
	if (installed_plugin_dir)
		brb_config_search_add(&reading->search, installed_plugin_dir);
}

static void read_root(brb_config_reading *reading, const char *installed_plugin_dir)
{
	static const brb_config_key keys[] = {
		{ "database", read_database, false },
		{ "plugin_path", keep_plugin_path, false },
		{ "plugins", keep_plugins, true },
		{ "synchronous", read_synchronous, false },
		{ "busy_timeout", read_busy_timeout, false },
		{ "retention", read_retention, false },
		{ "language", brb_config_read_language, false },
		{ "cache_dir", read_cache_dir, false },
		{ "watch", read_watch, false },
		{ "quarantine", read_quarantine, false },
		{ "probe", read_probe, false },
		{ "workers", brb_config_read_workers, false },
		{ "jobs", brb_config_read_jobs, false },
		{ "journal", brb_config_read_journal, false },
	};
	const brb_yaml_node *root = brb_yaml_root(reading->yaml);
	if (root->kind == BRB_YAML_NULL && !root->broken) {
		BRB_CONFIG_FAULT(reading, root, "the file is empty: it needs at least \"plugins\"");
		return;
	}
	brb_config_read_mapping(reading, "the file", root, keys, sizeof keys / sizeof keys[0], NULL);
	add_other_folders(reading, installed_plugin_dir);
	brb_config_read_plugins(reading);
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

/* Everything but the file's name; false when memory is short. */
static bool set_defaults(brb_config_reading *reading)
{
	const char *name = reading->config->name, *slash = strrchr(name, '/');
	size_t length = slash ? (size_t)(slash + 1 - name) : 0;
	reading->folder = brb_arena_copy_length(reading->arena, name, length);
	if (!reading->folder)
		return false;
	reading->config->database = brb_config_resolve(reading, "badges.db");
	reading->config->language = "en";
	reading->config->busy_timeout_ms = 5 * BRB_CONFIG_SECOND_MS;
	reading->config->retention_us = 30 * BRB_CONFIG_DAY_MS * 1000;
	reading->config->quarantine =
		(brb_config_quarantine){ .failures = 100, .overruns = 10, .budget_us = BRB_CONFIG_SECOND_MS * 1000 };
	reading->config->probe_ms = 5 * BRB_CONFIG_SECOND_MS;
	brb_config_set_job_defaults(&reading->config->jobs);
	return reading->config->database != NULL;
}

static brabeion_status read_whole(whole *made, const char *installed_plugin_dir, bool without_files,
				  brabeion_error *error)
{
	brb_config_reading reading = { .config = &made->config,
				       .arena = &made->arena,
				       .yaml = made->config.yaml,
				       .without_files = without_files };
	reading.search.arena = &made->arena;
	reading.memory_short = !set_defaults(&reading);
	if (!reading.memory_short)
		read_root(&reading, installed_plugin_dir);
	bool memory_short = reading.memory_short || reading.search.memory_short;
	brb_config_search_finish(&reading.search);
	brb_table_finish(&reading.slugs);
	brb_table_finish(&reading.files);
	brb_table_finish(&reading.pictures);
	return memory_short ? brb_status_no_memory(error) : BRABEION_OK;
}

static whole *make_whole(const char *name)
{
	whole *made = brb_memory_take_zeroed(1, sizeof *made);
	if (made && !(made->config.name = brb_arena_copy(&made->arena, name))) {
		brb_memory_release(made);
		made = NULL;
	}
	return made;
}

/* Makes the configuration of its text, or frees what there is of it. */
static brabeion_status read_text(whole *made, const char *installed_plugin_dir, bool without_files, brb_config **out,
				 brabeion_error *error)
{
	brb_config *config = &made->config;
	brabeion_status status =
		brb_yaml_parse_tolerant(config->text, config->text_bytes, config->name, &config->yaml, error);
	if (status == BRABEION_OK)
		status = read_whole(made, installed_plugin_dir, without_files, error);
	if (status == BRABEION_OK)
		*out = config;
	else
		brb_config_close(config);
	return status;
}

brabeion_status brb_config_read(const char *path, const char *installed_plugin_dir, brb_config **out,
				brabeion_error *error)
{
	whole *made = make_whole(path);
	if (!made)
		return brb_status_no_memory(error);
	brabeion_status status = brb_yaml_read_file(path, path, &made->content, error);
	if (status != BRABEION_OK) {
		brb_config_close(&made->config);
		return status;
	}
	made->config.text = made->content.text ? made->content.text : "";
	made->config.text_bytes = made->content.length;
	return read_text(made, installed_plugin_dir, false, out, error);
}

brabeion_status brb_config_read_text(const char *name, const char *text, size_t text_bytes, brb_config **out,
				     brabeion_error *error)
{
	whole *made = make_whole(name);
	if (!made)
		return brb_status_no_memory(error);
	made->config.text = text;
	made->config.text_bytes = text_bytes;
	return read_text(made, NULL, true, out, error);
}

brabeion_status brb_config_verdict(brb_config *config, brabeion_error *error)
{
	return brb_yaml_verdict(config->yaml, error);
}

brabeion_status brb_config_open(const char *path, const char *installed_plugin_dir, brb_config **out,
				brabeion_error *error)
{
	brb_config *config = NULL;
	brabeion_status status = brb_config_read(path, installed_plugin_dir, &config, error);
	if (config)
		status = brb_config_verdict(config, error);
	if (status == BRABEION_OK)
		*out = config;
	else
		brb_config_close(config);
	return status;
}

void brb_config_close(brb_config *config)
{
	if (!config)
		return;
	whole *made = (whole *)config;
	for (size_t i = 0; i < config->picture_count; i++)
		brb_picture_release(config->pictures[i].picture);
	brb_memory_release(config->pictures);
	brb_yaml_close(made->config.yaml);
	brb_builder_finish(&made->content);
	brb_arena_finish(&made->arena);
	brb_memory_release(made);
}

void brb_config_fault(brb_config *config, brb_config_position at, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	brb_yaml_fault_va(config->yaml, at.line, at.column, format, arguments);
	va_end(arguments);
}
