/*
 * loading/plugin: see plugin.h. What a plugin is comes from descriptor.c, what its `open` sees from setup.c; here they
 * meet the entry of badges.yaml.
 */
#include "loading/plugin.h"

#include <stdlib.h>
#include <string.h>

#include "base/guard.h"
#include "loading/descriptor.h"
#include "loading/setup.h"

typedef struct plugin_loader {
	brb_config *config;
	const brb_config_plugin *entry;
	const brb_log *log;
	brb_plugin *plugin;
	brb_descriptor descriptor;
	brabeion_error *error;
	bool refused;
} plugin_loader;

#define REFUSE(loader, at, ...)                                      \
	do {                                                         \
		(loader)->refused = true;                            \
		brb_config_fault((loader)->config, at, __VA_ARGS__); \
	} while (0)

static void no_memory(plugin_loader *loader)
{
	loader->refused = true;
	brb_status_no_memory(loader->error);
}

/* ---- merging ---- */

static const badge_definition *find_definition(plugin_loader *loader, const brb_config_badge *use)
{
	const brb_descriptor *descriptor = &loader->descriptor;
	for (uint32_t i = 0; i < descriptor->plugin.badge_count; i++)
		if (strcmp(descriptor->definitions[i].slug, use->badge) == 0)
			return &descriptor->definitions[i];
	const char **slugs = brb_arena_take(&loader->plugin->arena, descriptor->plugin.badge_count * sizeof *slugs);
	for (uint32_t i = 0; slugs && i < descriptor->plugin.badge_count; i++)
		slugs[i] = descriptor->definitions[i].slug;
	const char *nearest = slugs ? brb_text_nearest(use->badge, slugs, descriptor->plugin.badge_count) : NULL;
	if (nearest)
		REFUSE(loader, use->badge_at, "plugin \"%s\" defines no badge \"%s\" (did you mean \"%s\"?)",
		       loader->entry->file, use->badge, nearest);
	else
		REFUSE(loader, use->badge_at, "plugin \"%s\" defines no badge \"%s\"; it defines %s%s",
		       loader->entry->file, use->badge, descriptor->definitions[0].slug,
		       descriptor->plugin.badge_count > 1 ? " and others" : "");
	return NULL;
}

static void merge_levels(plugin_loader *loader, const badge_definition *definition, const brb_config_badge *use,
			 brb_badge *badge)
{
	badge->levels = definition->levels;
	badge->level_count = definition->level_count;
	if (!use || !use->levels)
		return;
	if (use->level_count != definition->level_count && !(definition->flags & BADGE_LEVELS_FROM_CONFIG)) {
		REFUSE(loader, use->levels_at, "badge \"%s\" has %u level%s, %zu are given here: each needs its name",
		       badge->slug, definition->level_count, definition->level_count == 1 ? "" : "s",
		       use->level_count);
		return;
	}
	badge_level *levels = brb_arena_take(&loader->plugin->arena, use->level_count * sizeof *levels);
	if (!levels) {
		no_memory(loader);
		return;
	}
	for (size_t i = 0; i < use->level_count; i++) {
		if (!use->levels[i].name || !use->levels[i].description) { /* config has said why */
			loader->refused = true;
			return;
		}
		levels[i].name = brb_arena_copy(&loader->plugin->arena, use->levels[i].name);
		levels[i].description = brb_arena_copy(&loader->plugin->arena, use->levels[i].description);
		if (!levels[i].name || !levels[i].description)
			no_memory(loader);
	}
	badge->levels = levels;
	badge->level_count = (uint32_t)use->level_count;
}

static void merge_events(plugin_loader *loader, const badge_definition *definition, const brb_config_badge *use,
			 brb_badge *badge)
{
	badge->events = definition->events;
	badge->event_count = definition->event_count;
	if (!use || !use->events)
		return;
	const char **events = brb_arena_take(&loader->plugin->arena, use->event_count * sizeof *events);
	for (size_t i = 0; events && i < use->event_count; i++) {
		events[i] = brb_arena_copy(&loader->plugin->arena, use->events[i] ? use->events[i] : "");
		if (!events[i])
			events = NULL;
	}
	if (!events) {
		no_memory(loader);
		return;
	}
	badge->events = events;
	badge->event_count = (uint32_t)use->event_count;
}

/* ---- what a badge is, in one number: for the receipt of a reload ---- */

static void mix(uint64_t *fingerprint, const char *text)
{
	uint64_t hash = brb_table_hash(text, strlen(text) + 1);
	*fingerprint = (*fingerprint ^ hash) * 0x9e3779b97f4a7c15u;
	*fingerprint ^= *fingerprint >> 29;
}

static void mix_node(uint64_t *fingerprint, const brb_yaml_node *node)
{
	if (!node)
		return;
	mix(fingerprint, brb_yaml_kind_name(node->kind));
	if (node->text)
		mix(fingerprint, node->text);
	for (size_t i = 0; i < node->count; i++) {
		bool mapping = node->kind == BRB_YAML_MAPPING;
		if (mapping)
			mix(fingerprint, node->entries[i].key);
		mix_node(fingerprint, mapping ? node->entries[i].value : node->items[i]);
	}
}

static void take_fingerprint(plugin_loader *loader, const brb_config_badge *use, brb_badge *badge)
{
	uint64_t *fingerprint = &badge->fingerprint;
	mix(fingerprint, brb_image_sha256(loader->plugin->image));
	mix(fingerprint, badge->definition);
	mix(fingerprint, badge->rearn ? "rearn" : "");
	mix(fingerprint, badge->async ? "async" : "");
	for (uint32_t i = 0; i < badge->level_count; i++) {
		mix(fingerprint, badge->levels[i].name);
		mix(fingerprint, badge->levels[i].description);
	}
	for (uint32_t i = 0; i < badge->event_count; i++)
		mix(fingerprint, badge->events[i]);
	mix_node(fingerprint, loader->entry->settings);
	if (use)
		mix_node(fingerprint, use->settings);
}

/* ---- one badge ---- */

static void refuse_unusable(plugin_loader *loader, const brb_badge *badge)
{
	if (!badge->level_count)
		REFUSE(loader, badge->at, "badge \"%s\" has no levels: it could never be awarded", badge->slug);
	if (badge->event_count && !badge->award)
		REFUSE(loader, badge->at, "badge \"%s\" listens to events but its plugin has no function `award`",
		       badge->slug);
	if (!badge->event_count && !loader->refused)
		brb_log_write(loader->log, BRABEION_LOG_WARNING,
			      "%s:%u:%u: badge \"%s\" listens to no event: only badge_grant can award it",
			      loader->config->name, badge->at.line, badge->at.column, badge->slug);
}

/* badges.yaml decides, but what `freeze` adds to the state a badge that has it cannot do without. */
static void merge_async(plugin_loader *loader, const badge_definition *definition, const brb_config_badge *use,
			brb_badge *badge)
{
	badge->async = use && use->has_async ? use->async : (definition->flags & BADGE_ASYNC) != 0;
	badge->freeze = badge->async ? definition->freeze : NULL;
	if (definition->freeze && definition->flags & BADGE_ASYNC && !badge->async)
		REFUSE(loader, use->async_at,
		       "badge \"%s\" adds to an event's state for its later judgement (it has a function `freeze`): "
		       "it "
		       "cannot be judged at once",
		       badge->slug);
}

static void open_instance(plugin_loader *loader, const badge_definition *definition, const brb_config_badge *use,
			  brb_badge *badge)
{
	const brb_yaml_node *settings = use ? use->settings : NULL;
	const char *what = brb_arena_printf(&loader->plugin->arena, "badge \"%s\"", badge->slug);
	if (!what) {
		no_memory(loader);
		return;
	}
	if (settings && settings->count && !definition->open) {
		REFUSE(loader, ((brb_config_position){ settings->line, settings->column }), "%s takes no settings",
		       what);
		return;
	}
	brb_setup setup = { .config = loader->config,
			    .settings = settings,
			    .at = badge->at,
			    .what = what,
			    .slug = badge->slug,
			    .level_count = badge->level_count,
			    .error = loader->error };
	brb_setup_init(&setup);
	if (brb_setup_open(&setup, definition->open, definition->close, &badge->self))
		badge->close = definition->open ? definition->close : NULL;
	else
		loader->refused = true;
	brb_setup_finish(&setup);
}

static void load_badge(plugin_loader *loader, const badge_definition *definition, const brb_config_badge *use)
{
	bool refused_before = loader->refused;
	loader->refused = false;
	brb_badge *badge = &loader->plugin->badges[loader->plugin->badge_count];
	*badge = (brb_badge){ .plugin = loader->plugin,
			      .definition = definition->slug,
			      .at = use ? use->slug_at : loader->entry->file_at,
			      .multiple = (definition->flags & BADGE_MULTIPLE) != 0,
			      .rearn = use && use->rearn,
			      .award = definition->award };
	badge->slug = use ? brb_arena_copy(&loader->plugin->arena, use->slug) : definition->slug;
	if (!badge->slug) {
		no_memory(loader);
		return;
	}
	merge_levels(loader, definition, use, badge);
	merge_events(loader, definition, use, badge);
	merge_async(loader, definition, use, badge);
	refuse_unusable(loader, badge);
	if (!loader->refused) {
		take_fingerprint(loader, use, badge);
		open_instance(loader, definition, use, badge);
	}
	if (!loader->refused)
		loader->plugin->badge_count++;
	loader->refused = loader->refused || refused_before;
}

static void load_badges(plugin_loader *loader)
{
	const brb_config_plugin *entry = loader->entry;
	size_t count = entry->has_badges ? entry->badge_count : loader->descriptor.plugin.badge_count;
	loader->plugin->badges = brb_arena_take(&loader->plugin->arena, count * sizeof *loader->plugin->badges);
	if (!loader->plugin->badges) {
		no_memory(loader);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const brb_config_badge *use = entry->has_badges ? &entry->badges[i] : NULL;
		if (use && (!use->badge || !use->slug)) { /* config has said why */
			loader->refused = true;
			continue;
		}
		const badge_definition *definition =
			use ? find_definition(loader, use) : &loader->descriptor.definitions[i];
		if (definition)
			load_badge(loader, definition, use);
	}
}

/* ---- the plugin itself ---- */

static void open_plugin(plugin_loader *loader)
{
	brb_plugin *plugin = loader->plugin;
	const badge_plugin *descriptor = &loader->descriptor.plugin;
	const brb_yaml_node *settings = loader->entry->settings;
	const char *what = brb_arena_printf(&plugin->arena, "plugin \"%s\"", loader->entry->file);
	if (!what) {
		no_memory(loader);
		return;
	}
	if (settings && settings->count && !descriptor->open) {
		REFUSE(loader, ((brb_config_position){ settings->line, settings->column }),
		       "%s takes no settings of its own (those of a badge belong under `badges:`)", what);
		return;
	}
	brb_setup setup = { .config = loader->config,
			    .settings = settings,
			    .at = loader->entry->file_at,
			    .what = what,
			    .slug = plugin->id,
			    .error = loader->error };
	brb_setup_init(&setup);
	if (brb_setup_open(&setup, descriptor->open, descriptor->close, &plugin->self))
		plugin->close = descriptor->open ? descriptor->close : NULL;
	else
		loader->refused = true;
	brb_setup_finish(&setup);
}

static brabeion_status load_image(plugin_loader *loader, brb_image_home *home)
{
	brb_plugin *plugin = loader->plugin;
	const brb_config_plugin *entry = loader->entry;
	brabeion_error fault = BRABEION_NO_ERROR;
	brabeion_status status = brb_image_open(home, entry->path, &plugin->image, &fault);
	if (status == BRABEION_OK)
		status = brb_descriptor_read(plugin->image, &plugin->arena, &loader->descriptor, &fault);
	if (status == BRABEION_CONFIG)
		REFUSE(loader, entry->file_at, "plugin \"%s\" %s", entry->file, fault.message);
	else if (status != BRABEION_OK) /* the machine is in the way, not the file */
		brb_status_set(loader->error, status, "plugin \"%s\" %s", entry->path, fault.message);
	loader->refused = status != BRABEION_OK;
	brabeion_error_finish(&fault);
	return status;
}

static void describe(plugin_loader *loader)
{
	brb_plugin *plugin = loader->plugin;
	const badge_plugin *descriptor = &loader->descriptor.plugin;
	plugin->id = descriptor->id;
	plugin->version = descriptor->version;
	plugin->at = loader->entry->file_at;
	plugin->watches = descriptor->watches;
	plugin->watch_count = descriptor->watch_count;
	plugin->observe = descriptor->observe;
	plugin->path = brb_arena_copy(&plugin->arena, loader->entry->path);
	if (!plugin->path)
		no_memory(loader);
}

brabeion_status brb_plugin_open(brb_config *config, const brb_config_plugin *entry, brb_image_home *home,
				const brb_log *log, brb_plugin **out, brabeion_error *error)
{
	brb_plugin *plugin = calloc(1, sizeof *plugin);
	if (!plugin)
		return brb_status_no_memory(error);
	plugin_loader loader = { .config = config, .entry = entry, .log = log, .plugin = plugin, .error = error };
	brabeion_status status = load_image(&loader, home);
	if (status == BRABEION_OK) {
		describe(&loader);
		open_plugin(&loader);
		if (!loader.refused)
			load_badges(&loader);
	}
	if (loader.refused) {
		brb_plugin_close(plugin);
		return error->status != BRABEION_OK ? error->status : BRABEION_CONFIG;
	}
	*out = plugin;
	return BRABEION_OK;
}

void brb_plugin_close(brb_plugin *plugin)
{
	if (!plugin)
		return;
	brb_guard_enter();
	for (size_t i = 0; i < plugin->badge_count; i++)
		if (plugin->badges[i].close)
			plugin->badges[i].close(plugin->badges[i].self);
	if (plugin->close)
		plugin->close(plugin->self);
	brb_guard_leave();
	if (plugin->image)
		brb_image_close(plugin->image);
	brb_arena_finish(&plugin->arena);
	free(plugin);
}
