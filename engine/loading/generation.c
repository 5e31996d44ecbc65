/*
 * loading/generation: see generation.h.
 */
#include "loading/generation.h"

#include <stdlib.h>
#include <string.h>

#include "loading/probe.h"

typedef struct generation_builder {
	brb_config *config;
	brb_generation *generation;
	const brb_config_plugin **entries; /* of the generation's plugins, one each */
	brabeion_error *error;
	bool refused;
} generation_builder;

static void no_memory(generation_builder *builder)
{
	builder->refused = true;
	brb_status_no_memory(builder->error);
}

/* ---- what may not be repeated ---- */

static void check_id(generation_builder *builder, brb_table *ids, brb_plugin *plugin)
{
	const brb_plugin *earlier = brb_table_get(ids, plugin->id);
	if (earlier) {
		builder->refused = true;
		brb_config_fault(
			builder->config, plugin->at,
			"the plugin id \"%s\" is in use by the plugin of line %u already: their memory would be "
			"mixed",
			plugin->id, earlier->at.line);
	} else if (!brb_table_set(ids, plugin->id, plugin)) {
		no_memory(builder);
	}
}

static void check_slug(generation_builder *builder, brb_badge *badge)
{
	const brb_badge *earlier = brb_table_get(&builder->generation->slugs, badge->slug);
	if (earlier) {
		builder->refused = true;
		brb_config_fault(builder->config, badge->at,
				 "the slug \"%s\" is in use at line %u already: give one of them another `slug:`",
				 badge->slug, earlier->at.line);
	} else if (!brb_table_set(&builder->generation->slugs, badge->slug, badge)) {
		no_memory(builder);
	}
}

/* ---- routes ---- */

static brb_route *route_of(generation_builder *builder, const char *event)
{
	brb_generation *generation = builder->generation;
	brb_route *route = brb_table_get(&generation->routes, event);
	if (route)
		return route;
	route = brb_arena_take(&generation->arena, sizeof *route);
	void *hint = brb_arena_take(&generation->arena, 2 * sizeof(brb_route_hint)); /* room to align it */
	if (!route || !hint || !brb_table_set(&generation->routes, event, route))
		return NULL;
	route->event = event;
	route->hint = (brb_route_hint *)(((uintptr_t)hint + 63) & ~(uintptr_t)63);
	return route;
}

static void add_step(generation_builder *builder, const char *event, const brb_plugin *plugin, const brb_badge *badge)
{
	brb_route *route = route_of(builder, event);
	if (route && route->step_count == route->step_capacity) {
		uint32_t capacity = route->step_capacity ? route->step_capacity * 2 : 4;
		brb_route_step *steps = brb_arena_take(&builder->generation->arena, capacity * sizeof *steps);
		if (steps && route->step_count)
			memcpy(steps, route->steps, route->step_count * sizeof *steps);
		route->steps = steps;
		route->step_capacity = steps ? capacity : 0;
	}
	if (!route || !route->steps) {
		no_memory(builder);
		return;
	}
	/* one that names an event twice still hears it once */
	const brb_route_step *last = route->step_count ? &route->steps[route->step_count - 1] : NULL;
	if (!last || last->plugin != plugin || last->badge != badge)
		route->steps[route->step_count++] = (brb_route_step){ plugin, badge };
}

static void route_plugin(generation_builder *builder, brb_plugin *plugin)
{
	for (uint32_t i = 0; i < plugin->watch_count; i++)
		add_step(builder, plugin->watches[i], plugin, NULL);
	for (size_t i = 0; i < plugin->badge_count; i++) {
		brb_badge *badge = &plugin->badges[i];
		check_slug(builder, badge);
		for (uint32_t event = 0; event < badge->event_count; event++)
			add_step(builder, badge->events[event], plugin, badge);
		badge->index = (uint32_t)builder->generation->badge_count;
		builder->generation->badges[builder->generation->badge_count++] = badge;
	}
}

/* ---- building ---- */

/* First step: all files are read, checked and copied. Nothing of a plugin that is not at work already has run. */
static void prepare_plugins(generation_builder *builder, brb_image_home *home)
{
	brb_config *config = builder->config;
	brb_generation *generation = builder->generation;
	size_t room = config->plugin_count + 1;
	generation->plugins = brb_arena_take(&generation->arena, room * sizeof *generation->plugins);
	builder->entries = brb_arena_take(&generation->arena, room * sizeof *builder->entries);
	if (!generation->plugins || !builder->entries) {
		no_memory(builder);
		return;
	}
	for (size_t i = 0; i < config->plugin_count; i++) {
		const brb_config_plugin *entry = &config->plugins[i];
		brb_plugin *plugin = NULL;
		if (!entry->path || /* config has said why */
		    brb_plugin_prepare(config, entry, home, &plugin, builder->error) != BRABEION_OK) {
			builder->refused = true;
			continue;
		}
		builder->entries[generation->plugin_count] = entry;
		generation->plugins[generation->plugin_count++] = plugin;
	}
}

/* The plugins whose code has not run here yet, as the probe is asked for them. */
static size_t list_new(const generation_builder *builder, brb_probe_wanted *wanted, size_t *places)
{
	const brb_generation *generation = builder->generation;
	size_t count = 0;
	for (size_t i = 0; i < generation->plugin_count; i++) {
		const brb_plugin *plugin = generation->plugins[i];
		if (!brb_plugin_is_new(plugin))
			continue;
		wanted[count].entry = (uint32_t)(builder->entries[i] - builder->config->plugins);
		wanted[count].copy = brb_image_copy_path(plugin->image);
		places[count++] = i;
	}
	return count;
}

/* Faults go on record; the plugins that have one are closed, and their places are empty. */
static void take_faults(generation_builder *builder, brb_probe_fault *faults, const size_t *places, size_t count)
{
	brb_generation *generation = builder->generation;
	for (size_t i = 0; i < count; i++) {
		if (!faults[i][0])
			continue;
		const brb_config_plugin *entry = builder->entries[places[i]];
		builder->refused = true;
		brb_config_fault(builder->config, entry->file_at, "plugin \"%s\" %s", entry->file, faults[i]);
		brb_plugin_close(generation->plugins[places[i]]);
		generation->plugins[places[i]] = NULL;
	}
}

static void run_probe(generation_builder *builder, brb_image_home *home, const char *program,
		      const brb_probe_wanted *wanted, const size_t *places, size_t count)
{
	const brb_config *config = builder->config;
	char *folder = NULL;
	brb_probe_fault *faults = brb_arena_take(&builder->generation->arena, count * sizeof *faults);
	if (!faults) {
		no_memory(builder);
		return;
	}
	brb_probe_request request = { .name = config->name,
				      .text = config->text,
				      .text_bytes = config->text_bytes,
				      .step_ms = config->probe_ms,
				      .wanted = wanted,
				      .count = count };
	brabeion_status status = brb_image_home_lend(home, &folder, builder->error);
	request.folder = folder;
	if (status == BRABEION_OK)
		status = brb_probe_run(program, &request, faults, builder->error);
	brb_image_home_take_back(home, folder);
	builder->refused = builder->refused || status != BRABEION_OK;
	take_faults(builder, faults, places, count);
}

/* Between the steps: what has not run here yet runs somewhere else first. False: none of it may run here. */
static bool try_plugins(generation_builder *builder, brb_image_home *home, const brb_log *log)
{
	brb_generation *generation = builder->generation;
	size_t room = generation->plugin_count + 1;
	if (!builder->config->probe_ms)
		return true;
	const char *program = brb_probe_program();
	if (!brb_probe_is_there(program)) {
		brb_log_write(log, BRABEION_LOG_DEBUG, "new plugins are loaded untried: there is no %s", program);
		return true;
	}
	brb_probe_wanted *wanted = brb_arena_take(&generation->arena, room * sizeof *wanted);
	size_t *places = brb_arena_take(&generation->arena, room * sizeof *places);
	if (!wanted || !places) {
		no_memory(builder);
		return false;
	}
	size_t count = list_new(builder, wanted, places);
	if (count)
		run_probe(builder, home, program, wanted, places, count);
	return builder->error->status == BRABEION_OK;
}

/* Second step: their code runs, for the first time where brb_plugin_is_new. One that is refused is dropped. */
static void link_plugins(generation_builder *builder, const brb_log *log)
{
	brb_generation *generation = builder->generation;
	size_t linked = 0;
	for (size_t i = 0; i < generation->plugin_count; i++) {
		brb_plugin *plugin = generation->plugins[i];
		if (!plugin) /* refused when it was tried */
			continue;
		if (brb_plugin_link(builder->config, builder->entries[i], log, plugin, builder->error) ==
		    BRABEION_OK) {
			generation->plugins[linked++] = plugin;
		} else {
			builder->refused = true;
			brb_plugin_close(plugin);
		}
	}
	generation->plugin_count = linked;
}

static void join_plugins(generation_builder *builder)
{
	brb_generation *generation = builder->generation;
	brb_table ids = { 0 };
	size_t badge_count = 0;
	for (size_t i = 0; i < generation->plugin_count; i++)
		badge_count += generation->plugins[i]->badge_count;
	generation->badges = brb_arena_take(&generation->arena, (badge_count + 1) * sizeof(brb_badge *));
	if (!generation->badges) {
		no_memory(builder);
		return;
	}
	for (size_t i = 0; i < generation->plugin_count; i++) {
		check_id(builder, &ids, generation->plugins[i]);
		route_plugin(builder, generation->plugins[i]);
	}
	brb_table_finish(&ids);
	generation->on_awarded = brb_generation_route(generation, "brabeion.awarded");
}

brabeion_status brb_generation_open(brb_config *config, brb_image_home *home, const brb_log *log,
				    brb_generation **out, brabeion_error *error)
{
	brb_generation *generation = calloc(1, sizeof *generation);
	if (!generation)
		return brb_status_no_memory(error);
	generation_builder builder = { .config = config, .generation = generation, .error = error };
	prepare_plugins(&builder, home);
	if (try_plugins(&builder, home, log)) {
		link_plugins(&builder, log);
		join_plugins(&builder);
	}
	if (builder.refused) {
		brb_generation_close(generation);
		return error->status != BRABEION_OK ? error->status : BRABEION_CONFIG;
	}
	*out = generation;
	return BRABEION_OK;
}

void brb_generation_close(brb_generation *generation)
{
	if (!generation)
		return;
	for (size_t i = 0; i < generation->plugin_count; i++)
		brb_plugin_close(generation->plugins[i]);
	brb_table_finish(&generation->routes);
	brb_table_finish(&generation->slugs);
	brb_arena_finish(&generation->arena);
	free(generation);
}

/* ---- comparing ---- */

void brb_generation_compare(const brb_generation *before, const brb_generation *after, brabeion_receipt *receipt)
{
	receipt->added = receipt->changed = receipt->removed = receipt->kept = 0;
	for (size_t i = 0; i < after->badge_count; i++) {
		const brb_badge *badge = after->badges[i];
		const brb_badge *earlier = brb_table_get(&before->slugs, badge->slug);
		if (!earlier)
			receipt->added++;
		else if (earlier->fingerprint != badge->fingerprint)
			receipt->changed++;
		else
			receipt->kept++;
	}
	for (size_t i = 0; i < before->badge_count; i++)
		receipt->removed += !brb_table_get(&after->slugs, before->badges[i]->slug);
}
