/*
 * config: the file as a whole and its top-level keys.
 *
 * Reading never stops at a fault: it is recorded with the YAML tree, the value stays at its default, and the verdict at
 * the end decides.
 */
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/reading.h"

enum { MEMORY_LEAST_MIB = 8, MEMORY_MOST_MIB = 1 << 20 };

#define RETENTION_MOST_US (36500 * BRB_DAY_US) /* longer than any engine runs, far from where microseconds end */

/* The public part is first: a cast leads from one to the other. */
typedef struct whole {
	brb_config config;
	brb_arena arena;
	brb_builder content; /* of the file; empty where the text is the caller's */
} whole;

/* ---- the top-level keys ---------------------------------------------------------------------------------------- */

static void read_synchronous(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			     void *target)
{
	(void)key;
	char buffer[BRB_YAML_SHORT_BYTES];
	brb_config *config = target;
	const char *word = brb_config_text(reading, "\"synchronous\"", value, "normal or full");
	if (!word)
		return;
	if (strcmp(word, "normal") == 0 || strcmp(word, "full") == 0)
		config->synchronous = *word == 'f' ? BRB_CONFIG_FULL : BRB_CONFIG_NORMAL;
	else
		BRB_YAML_FAULT(reading, value, "\"synchronous\" must be normal or full, not \"%s\"",
			       brb_yaml_shortened(word, buffer));
}

static void read_busy_timeout(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			      void *target)
{
	brb_config *config = target;
	int64_t timeout_us = brb_config_duration_us(reading, key, value, "a duration such as 5s", BRB_HOUR_US, "1h");
	if (timeout_us >= 0)
		config->busy_timeout_ms = timeout_us / 1000;
}

/* Nobody else may write but a group of servers. A number in YAML would be read as decimal: the text counts. */
static void read_mode(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	static const char *const words[] = { "0600", "0640", "0660" };
	char buffer[BRB_YAML_SHORT_BYTES];
	brb_config *config = target;
	const char *word = value->text ? value->text : "";
	(void)key;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(word, words[i]) == 0 || strcmp(word, words[i] + 1) == 0) {
			config->mode = (uint32_t)strtoul(word, NULL, 8);
			return;
		}
	BRB_YAML_FAULT(reading, value, "\"mode\" must be 0600, 0640 or 0660, not \"%s\"",
		       brb_yaml_shortened(word, buffer));
}

static void read_retention(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			   void *target)
{
	brb_config *config = target;
	int64_t retention_us =
		brb_config_is_word(value, "forever")
			? INT64_MAX
			: brb_config_duration_us(reading, key, value, "a duration such as 30d, or forever",
						 RETENTION_MOST_US, "36500d, or forever");
	if (retention_us >= 0)
		config->retention_us = retention_us;
}

static void read_future(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_config *config = target;
	int64_t future_us = brb_config_is_word(value, "off")
				    ? INT64_MAX
				    : brb_config_duration_us(reading, key, value, "a duration such as 1d, or off",
							     RETENTION_MOST_US, "36500d, or off");
	if (future_us >= 0)
		config->future_us = future_us;
}

static void read_memory(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_config *config = target;
	int64_t mib = brb_config_size_mib(reading, key, value, "a size such as 256MiB", MEMORY_LEAST_MIB,
					  MEMORY_MOST_MIB, "8MiB to 1TiB");
	if (mib >= 0)
		config->memory_bytes = mib << 20;
}

/* on and off are text in YAML 1.2; true and false are refused, so that a third word may come later. */
static void read_on_off(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, bool *on)
{
	char buffer[BRB_YAML_SHORT_BYTES], what[32];
	snprintf(what, sizeof what, "\"%s\"", key->name);
	if (value->kind == BRB_YAML_BOOL) {
		BRB_YAML_FAULT(reading, value, "%s must be on or off, not %s", what, value->text);
		return;
	}
	const char *word = brb_config_text(reading, what, value, "on or off");
	if (!word)
		return;
	if (strcmp(word, "on") == 0 || strcmp(word, "off") == 0)
		*on = strcmp(word, "on") == 0;
	else
		BRB_YAML_FAULT(reading, value, "%s must be on or off, not \"%s\"", what,
			       brb_yaml_shortened(word, buffer));
}

static void read_watch(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	read_on_off(reading, key, value, &((brb_config *)target)->watch);
}

static void read_last_good(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			   void *target)
{
	read_on_off(reading, key, value, &((brb_config *)target)->last_good);
}

#define PROBE_MOST_US (600 * BRB_SECOND_US)

static void read_probe(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_config *config = target;
	if (brb_config_is_word(value, "off"))
		config->probe_ms = 0;
	if (brb_config_is_word(value, "off") || brb_config_is_word(value, "on"))
		return;
	int64_t probe_us =
		brb_config_duration_us(reading, key, value, "on, off or a duration such as 5s", PROBE_MOST_US, "10m");
	if (probe_us == 0)
		BRB_YAML_FAULT(reading, value, "\"probe\" must be longer than 0: to try no plugin, write off");
	else if (probe_us > 0)
		config->probe_ms = probe_us / 1000;
}

/* Plugins are found in the path and badges begin with the file's quarantine: both may stand behind them. */
static void keep_plugin_path(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			     void *target)
{
	(void)key, (void)target;
	((brb_config_reading *)reading->context)->plugin_path = value;
}

static void keep_plugins(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	((brb_config_reading *)reading->context)->plugins = value;
}

static void add_folder(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node, const char *wanted)
{
	brb_config_reading *self = reading->context;
	const char *path = brb_config_text(reading, what, node, wanted);
	const char *folder = path ? brb_config_resolve(reading, path) : NULL;
	if (folder)
		brb_config_search_add(&self->search, folder);
}

static void read_plugin_path(brb_yaml_reading *reading, const brb_yaml_node *node)
{
	if (node->kind != BRB_YAML_LIST) {
		add_folder(reading, "\"plugin_path\"", node, "text or a list of texts");
		return;
	}
	for (size_t i = 0; i < node->count; i++)
		add_folder(reading, "each of \"plugin_path\"", node->items[i], "text");
}

/* secure_getenv: the environment of a set-user-id program is not its owner's, and code is loaded from there. */
static void add_folders(brb_yaml_reading *reading)
{
	brb_config_reading *self = reading->context;
	brb_config_search_add_list(&self->search, self->source->plugin_path);
	if (self->plugin_path)
		read_plugin_path(reading, self->plugin_path);
	brb_config_search_add_list(&self->search, secure_getenv("BRABEION_PLUGIN_PATH"));
	if (self->source->installed_plugin_dir)
		brb_config_search_add(&self->search, self->source->installed_plugin_dir);
}

/* True for a key that belongs to the host. */
static bool take_other_key(brb_yaml_reading *reading, const brb_yaml_entry *entry, void *target)
{
	(void)target;
	const brb_config_reading *self = reading->context;
	const char *const *key = self->source->other_keys;
	while (key && *key && strcmp(*key, entry->key) != 0)
		key++;
	return key && *key;
}

static void read_root(brb_yaml_reading *reading, brb_config *config)
{
	static const brb_yaml_key keys[] = {
		{ .name = "database", .read = brb_config_read_path, .member = offsetof(brb_config, database) },
		{ .name = "plugin_path", .read = keep_plugin_path },
		{ .name = "plugins", .read = keep_plugins, .required = true },
		{ .name = "synchronous", .read = read_synchronous },
		{ .name = "busy_timeout", .read = read_busy_timeout },
		{ .name = "mode", .read = read_mode },
		{ .name = "retention", .read = read_retention },
		{ .name = "future", .read = read_future },
		{ .name = "memory", .read = read_memory },
		{ .name = "language", .read = brb_config_read_language },
		{ .name = "cache_dir", .read = brb_config_read_path, .member = offsetof(brb_config, cache_dir) },
		{ .name = "watch", .read = read_watch },
		{ .name = "last_good", .read = read_last_good },
		{ .name = "quarantine",
		  .read = brb_config_read_quarantine,
		  .member = offsetof(brb_config, quarantine) },
		{ .name = "probe", .read = read_probe },
		{ .name = "workers",
		  .read = brb_config_read_count,
		  .member = offsetof(brb_config, jobs.workers),
		  .most = BRB_CONFIG_WORKERS_MOST },
		{ .name = "jobs", .read = brb_config_read_jobs },
		{ .name = "max_notes",
		  .read = brb_config_read_count,
		  .member = offsetof(brb_config, notes_most),
		  .least = 1,
		  .most = 1000000000 },
		{ .name = "journal", .read = brb_config_read_journal },
	};
	const brb_yaml_node *root = brb_yaml_root(reading->yaml);
	if (root->kind == BRB_YAML_NULL && !root->broken) {
		BRB_YAML_FAULT(reading, root, "the file is empty: it needs at least \"plugins\"");
		return;
	}
	brb_yaml_read_mapping(reading, "the file", root, keys, sizeof keys / sizeof keys[0], take_other_key, config);
	add_folders(reading);
	brb_config_read_plugins(reading);
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

static void set_defaults(brb_yaml_reading *reading, brb_config *config)
{
	config->database = brb_config_resolve(reading, "badges.db");
	config->language = "en";
	config->busy_timeout_ms = 5000;
	config->mode = 0600;
	config->notes_most = 100000;
	config->retention_us = 30 * BRB_DAY_US;
	config->future_us = BRB_DAY_US;
	config->quarantine = (brb_config_quarantine){ .failures = 100, .overruns = 10, .budget_us = BRB_SECOND_US };
	config->probe_ms = 5000;
	config->jobs = (brb_config_jobs){ .workers = 1,
					  .attempts_most = 5,
					  .lease_us = 30 * BRB_SECOND_US,
					  .time_limit_us = 60 * BRB_SECOND_US,
					  .backoff_us = BRB_SECOND_US,
					  .grace_us = 10 * BRB_SECOND_US,
					  .most = 10000000,
					  .most_of_user = 10000 };
}

static brabeion_status read_whole(whole *made, const brb_config_source *source, bool without_files,
				  brabeion_error *error)
{
	brb_config *config = &made->config;
	const char *slash = strrchr(config->name, '/');
	size_t length = slash ? (size_t)(slash + 1 - config->name) : 0;
	brb_config_reading self = { .config = config,
				    .source = source,
				    .folder = brb_arena_copy_length(&made->arena, config->name, length),
				    .search.arena = &made->arena,
				    .without_files = without_files };
	if (!self.folder)
		return brb_status_no_memory(error);
	brb_yaml_reading reading = { .yaml = config->yaml, .arena = &made->arena, .context = &self };
	set_defaults(&reading, config);
	read_root(&reading, config);
	bool memory_short = reading.memory_short || self.search.memory_short;
	brb_config_search_finish(&self.search);
	brb_table_finish(&self.slugs);
	brb_table_finish(&self.files);
	brb_table_finish(&self.pictures);
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

/* Reads made->config.text, or closes the configuration. */
static brabeion_status read_text(whole *made, const brb_config_source *source, bool without_files, brb_config **out,
				 brabeion_error *error)
{
	brb_config *config = &made->config;
	brabeion_status status = brb_yaml_parse(config->text, config->text_bytes, config->name, &config->yaml, error);
	if (status == BRABEION_OK)
		status = read_whole(made, source, without_files, error);
	if (status == BRABEION_OK)
		*out = config;
	else
		brb_config_close(config);
	return status;
}

brabeion_status brb_config_read(const brb_config_source *source, brb_config **out, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	whole *made = make_whole(source->name);
	if (!made)
		return brb_status_no_memory(error);
	if (!source->text)
		status = brb_yaml_read_file(source->name, source->name, &made->content, error);
	if (status != BRABEION_OK) {
		brb_config_close(&made->config);
		return status;
	}
	made->config.text = source->text ? source->text : made->content.text ? made->content.text : "";
	made->config.text_bytes = source->text ? strlen(source->text) : made->content.length;
	return read_text(made, source, false, out, error);
}

/* False: out of memory. */
static bool set_paths(whole *made, const char *folder)
{
	brb_config_plugin *plugins = (brb_config_plugin *)(uintptr_t)made->config.plugins;
	for (size_t i = 0; i < made->config.plugin_count; i++) {
		plugins[i].path = brb_arena_printf(&made->arena, "%s/%zu.so", folder, i);
		if (!plugins[i].path)
			return false;
	}
	return true;
}

brabeion_status brb_config_read_kept(const brb_config_source *source, brb_builder *content, const char *folder,
				     brb_config **out, brabeion_error *error)
{
	brb_config *config = NULL;
	whole *made = make_whole(source->name);
	if (!made)
		return brb_status_no_memory(error);
	made->content = *content;
	*content = (brb_builder){ 0 };
	made->config.text = made->content.text ? made->content.text : "";
	made->config.text_bytes = made->content.length;
	brabeion_status status = read_text(made, source, true, &config, error);
	if (status != BRABEION_OK)
		return status;
	if (!set_paths(made, folder)) {
		brb_config_close(config);
		return brb_status_no_memory(error);
	}
	*out = config;
	return BRABEION_OK;
}

brabeion_status brb_config_read_text(const char *name, const char *text, size_t text_bytes, brb_config **out,
				     brabeion_error *error)
{
	whole *made = make_whole(name);
	if (!made)
		return brb_status_no_memory(error);
	made->config.text = text;
	made->config.text_bytes = text_bytes;
	return read_text(made, &(brb_config_source){ .name = name }, true, out, error);
}

brabeion_status brb_config_verdict(brb_config *config, brabeion_error *error)
{
	return brb_yaml_verdict(config->yaml, error);
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
