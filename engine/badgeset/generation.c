/*
 * badgeset/generation: see generation.h.
 */
#include "badgeset/generation.h"

#include <string.h>

#include "base/memory.h"
#include "probe/client.h"

/* A plugin that is prepared, and then linked. */
typedef struct prepared_plugin {
	const brb_config_plugin *entry;
	brb_plugin_before before;
	brb_plugin *plugin;
	bool barred; /* by the probe */
} prepared_plugin;

typedef struct generation_builder {
	brb_config *config;
	const brb_generation *before;
	brb_generation *generation;
	prepared_plugin *prepared;
	size_t prepared_count;
	brb_arena scratch;
	brabeion_error *error;
	bool refused;
} generation_builder;

static void no_memory(generation_builder *builder)
{
	builder->refused = true;
	brb_status_no_memory(builder->error);
}

/* ---- unique names ---- */

static void check_id(generation_builder *builder, brb_table *ids, brb_plugin *plugin)
{
	const brb_plugin *earlier = brb_table_get(ids, plugin->id);
	if (earlier) {
		builder->refused = true;
		brb_config_fault(builder->config, plugin->at,
				 "the plugin id \"%s\" is in use by the plugin of line %u already: their memory "
				 "would be mixed",
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
	void *hint = brb_arena_take(&generation->arena, 2 * sizeof(brb_route_hint)); /* twice its size, to align it */
	if (!route || !hint || !brb_table_set(&generation->routes, event, route))
		return NULL;
	route->event = event;
	route->hint = (brb_route_hint *)(((uintptr_t)hint + 63) & ~(uintptr_t)63);
	if (generation->journal.keep_us) /* each event needs the store, for its journal row */
		atomic_init(&route->hint->warmth, BRB_ROUTE_WARMEST);
	return route;
}

static void add_step(generation_builder *builder, const char *event, const brb_plugin *plugin, const brb_badge *badge,
		     brb_trouble *trouble)
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
	/* a badge that names an event twice gets it once */
	const brb_route_step *last = route->step_count ? &route->steps[route->step_count - 1] : NULL;
	if (!last || last->plugin != plugin || last->badge != badge)
		route->steps[route->step_count++] = (brb_route_step){ plugin, badge, trouble };
}

/* Events of a retired badge are handled, and their ids remembered, as if it could come back; nobody is asked. */
static void route_badge(generation_builder *builder, const char *event, const brb_badge *badge, brb_trouble *trouble)
{
	if (!badge->earnable.retired)
		add_step(builder, event, badge->plugin, badge, trouble);
	else if (!route_of(builder, event))
		no_memory(builder);
}

static void route_plugin(generation_builder *builder, brb_plugin *plugin, brb_trouble *of_observe)
{
	brb_trouble *troubles = builder->generation->troubles;
	for (uint32_t i = 0; i < plugin->watch_count; i++)
		add_step(builder, plugin->watches[i], plugin, NULL, of_observe);
	for (size_t i = 0; i < plugin->badge_count; i++) {
		brb_badge *badge = &plugin->badges[i];
		check_slug(builder, badge);
		badge->index = (uint32_t)builder->generation->badge_count;
		for (uint32_t event = 0; event < badge->event_count; event++)
			route_badge(builder, badge->events[event], badge, &troubles[badge->index]);
		builder->generation->badges[builder->generation->badge_count++] = badge;
	}
}

/* ---- building ---- */

/* The plugin of the same image in the current generation. The search starts at its index, where it mostly is. */
static brb_plugin_before find_before(const brb_generation *before, const brb_image *image, size_t place)
{
	size_t count = before ? before->plugin_count : 0;
	for (size_t i = 0; i < count; i++) {
		const brb_plugin *plugin = before->plugins[(place + i) % count];
		if (plugin->image == image)
			return (brb_plugin_before){ plugin, &before->slugs };
	}
	return (brb_plugin_before){ NULL, NULL };
}

/* First step: all files are read, checked and copied. No code of a new plugin runs. */
static void prepare_plugins(generation_builder *builder, brb_image_copies *copies)
{
	brb_config *config = builder->config;
	builder->prepared = brb_arena_take(&builder->scratch, (config->plugin_count + 1) * sizeof *builder->prepared);
	if (!builder->prepared) {
		no_memory(builder);
		return;
	}
	for (size_t i = 0; i < config->plugin_count; i++) {
		const brb_config_plugin *entry = &config->plugins[i];
		brb_plugin *plugin = NULL;
		if (!entry->path || /* config has said why */
		    brb_plugin_prepare(config, entry, copies, &plugin, builder->error) != BRABEION_OK) {
			builder->refused = true;
			continue;
		}
		builder->prepared[builder->prepared_count++] = (prepared_plugin){
			.entry = entry, .before = find_before(builder->before, plugin->image, i), .plugin = plugin
		};
	}
}

/* Lists the new ones for the probe. */
static size_t list_new(const generation_builder *builder, brb_probe_wanted *wanted, prepared_plugin **tried)
{
	size_t count = 0;
	for (size_t i = 0; i < builder->prepared_count; i++) {
		prepared_plugin *prepared = &builder->prepared[i];
		if (!brb_plugin_is_new(prepared->plugin, prepared->entry, prepared->before))
			continue;
		wanted[count].entry = (uint32_t)(prepared->entry - builder->config->plugins);
		wanted[count].copy = brb_image_copy_inside(prepared->plugin->image);
		tried[count++] = prepared;
	}
	return count;
}

static brabeion_status run_probe(const generation_builder *builder, brb_image_copies *copies,
				 const brb_probe_wanted *wanted, size_t count, brb_probe_fault *faults)
{
	const brb_config *config = builder->config;
	char *folder = NULL;
	brabeion_status status = brb_image_copies_add_folder(copies, &folder, builder->error);
	if (status != BRABEION_OK)
		return status;
	brb_probe_request request = { .name = config->name,
				      .text = config->text,
				      .text_bytes = config->text_bytes,
				      .folder = folder,
				      .step_ms = config->probe_ms,
				      .wanted = wanted,
				      .count = count,
				      .copies = brb_image_copies_descriptor(copies) };
	status = brb_probe_run(brb_probe_program(), &request, faults, builder->error);
	brb_image_copies_remove_folder(copies, folder);
	return status;
}

/* Between the steps: new plugins run in the probe first. When the probe itself fails or is missing, none is let in. */
static void try_new(generation_builder *builder, brb_image_copies *copies)
{
	size_t room = builder->prepared_count + 1;
	brb_probe_wanted *wanted = brb_arena_take(&builder->scratch, room * sizeof *wanted);
	prepared_plugin **tried = brb_arena_take(&builder->scratch, room * sizeof *tried);
	size_t count = wanted && tried ? list_new(builder, wanted, tried) : 0;
	brb_probe_fault *faults = brb_arena_take(&builder->scratch, (count + 1) * sizeof *faults);
	if (!wanted || !tried || !faults)
		no_memory(builder);
	else if (count && run_probe(builder, copies, wanted, count, faults) != BRABEION_OK)
		builder->refused = true;
	for (size_t i = 0; i < builder->prepared_count && builder->error->status != BRABEION_OK; i++)
		builder->prepared[i].barred = true;
	for (size_t i = 0; i < count && faults; i++) {
		if (!faults[i][0])
			continue;
		tried[i]->barred = true;
		brb_config_fault(builder->config, tried[i]->entry->file_at, "plugin \"%s\" %s", tried[i]->entry->file,
				 faults[i]);
	}
}

/* Second step: linking, which runs their code. */
static void link_plugins(generation_builder *builder, const brb_log *log)
{
	brb_generation *generation = builder->generation;
	generation->plugins =
		brb_arena_take(&generation->arena, (builder->prepared_count + 1) * sizeof *generation->plugins);
	if (!generation->plugins)
		no_memory(builder);
	for (size_t i = 0; i < builder->prepared_count; i++) {
		const prepared_plugin *prepared = &builder->prepared[i];
		if (generation->plugins && !prepared->barred &&
		    brb_plugin_link(builder->config, prepared->entry, prepared->before, log, prepared->plugin,
				    builder->error) == BRABEION_OK) {
			generation->plugins[generation->plugin_count++] = prepared->plugin;
		} else {
			builder->refused = true;
			brb_plugin_close(prepared->plugin);
		}
	}
}

static brb_trouble *take_troubles(brb_generation *generation, size_t count)
{
	void *taken =
		brb_arena_take(&generation->arena, (count + 1) * sizeof(brb_trouble)); /* one more, to align them */
	return taken ? (brb_trouble *)(((uintptr_t)taken + 63) & ~(uintptr_t)63) : NULL;
}

static void index_routes(generation_builder *builder)
{
	size_t position = 0;
	const brb_table_entry *entry;
	brb_generation *generation = builder->generation;
	while ((entry = brb_table_next(&generation->routes, &position)))
		if (!brb_route_index_make(entry->value, &generation->arena))
			no_memory(builder);
}

static void finish_routes(brb_generation *generation)
{
	size_t position = 0;
	const brb_table_entry *entry;
	while ((entry = brb_table_next(&generation->routes, &position)))
		brb_route_index_finish(((brb_route *)entry->value)->index);
	brb_table_finish(&generation->routes);
}

/* NULL: there is no route, or one of retired badges alone. */
static const brb_route *listened(const brb_generation *generation, const char *event)
{
	const brb_route *route = brb_generation_route(generation, event);
	return route && route->step_count ? route : NULL;
}

static void join_plugins(generation_builder *builder)
{
	brb_generation *generation = builder->generation;
	brb_table ids = { 0 };
	size_t badge_count = 0;
	for (size_t i = 0; i < generation->plugin_count; i++)
		badge_count += generation->plugins[i]->badge_count;
	generation->badges = brb_arena_take(&generation->arena, (badge_count + 1) * sizeof(brb_badge *));
	generation->troubles = take_troubles(generation, badge_count);
	generation->observe_troubles = take_troubles(generation, generation->plugin_count);
	if (!generation->badges || !generation->troubles || !generation->observe_troubles) {
		no_memory(builder);
		return;
	}
	for (size_t i = 0; i < generation->plugin_count; i++) {
		check_id(builder, &ids, generation->plugins[i]);
		route_plugin(builder, generation->plugins[i], &generation->observe_troubles[i]);
	}
	brb_table_finish(&ids);
	index_routes(builder);
	generation->on_awarded = listened(generation, "brabeion.awarded");
	generation->on_lapsed = listened(generation, "brabeion.lapsed");
	generation->on_revoked = listened(generation, "brabeion.revoked");
}

/* They outlive the configuration, and the files. */
static void keep_words_and_pictures(generation_builder *builder)
{
	brb_generation *generation = builder->generation;
	const brb_config *config = builder->config;
	generation->language = brb_arena_copy(&generation->arena, config->language);
	generation->pictures =
		brb_arena_take(&generation->arena, (config->picture_count + 1) * sizeof *generation->pictures);
	for (size_t i = 0; generation->pictures && i < config->picture_count; i++) {
		brb_config_picture *kept = &generation->pictures[generation->picture_count++];
		kept->path = brb_arena_copy(&generation->arena, config->pictures[i].path);
		kept->picture = brb_picture_acquire(config->pictures[i].picture);
		if (!kept->path)
			no_memory(builder);
	}
	if (!generation->language || !generation->pictures)
		no_memory(builder);
}

brabeion_status brb_generation_open(brb_config *config, brb_image_copies *copies, const brb_generation *before,
				    const brb_log *log, brb_generation **out, brabeion_error *error)
{
	brb_generation *generation = brb_memory_take_zeroed(1, sizeof *generation);
	if (!generation)
		return brb_status_no_memory(error);
	generation->journal = config->journal;
	generation->future_us = config->future_us;
	generation_builder builder = { .config = config, .before = before, .generation = generation, .error = error };
	keep_words_and_pictures(&builder);
	prepare_plugins(&builder, copies);
	if (config->probe_ms)
		try_new(&builder, copies);
	link_plugins(&builder, log);
	join_plugins(&builder);
	brb_arena_finish(&builder.scratch);
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
	for (size_t i = 0; i < generation->badge_count; i++)
		brb_trouble_finish(&generation->troubles[i]);
	for (size_t i = 0; i < generation->plugin_count; i++) {
		if (generation->observe_troubles)
			brb_trouble_finish(&generation->observe_troubles[i]);
		brb_plugin_close(generation->plugins[i]);
	}
	for (size_t i = 0; i < generation->picture_count; i++)
		brb_picture_release(generation->pictures[i].picture);
	finish_routes(generation);
	brb_table_finish(&generation->slugs);
	brb_arena_finish(&generation->arena);
	brb_memory_release(generation);
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
