/*
 * plugin/plugin: see plugin.h. Merges the descriptor with the entry of badges.yaml, and takes over the instances of the
 * current generation that do not change.
 */
#include "plugin/plugin.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

typedef struct plugin_loader {
	brb_config *config;
	const brb_config_plugin *entry;
	brb_plugin_before before;
	const brb_log *log;
	brb_plugin *plugin;
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

static void notify(const brb_plugin *plugin, brb_probe_step step, const char *slug)
{
	if (plugin->listener)
		plugin->listener->step(plugin->listener->context, step, slug);
}

/* ---- merging ---- */

/* NULL: the plugin has none of that slug. */
static const badge_definition *definition_of(const brb_descriptor *descriptor, const char *slug)
{
	for (uint32_t i = 0; i < descriptor->plugin.badge_count; i++)
		if (strcmp(descriptor->definitions[i].slug, slug) == 0)
			return &descriptor->definitions[i];
	return NULL;
}

static void refuse_undefined(plugin_loader *loader, const brb_config_badge *use)
{
	const brb_descriptor *descriptor = &loader->plugin->descriptor;
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
}

static void merge_levels(plugin_loader *loader, const badge_definition *definition, const brb_config_badge *use,
			 brb_badge *badge)
{
	/* with faults: the number that was meant, so that no second fault says that there are none */
	brb_levels levels = { .count = use && use->levels ? (uint32_t)use->level_count : definition->level_count,
			      .texts = definition->levels };
	brabeion_status status =
		brb_levels_merge(loader->config, definition, use, badge->slug, &loader->plugin->arena, &levels);
	if (status == BRABEION_NO_MEMORY)
		no_memory(loader);
	loader->refused = loader->refused || status != BRABEION_OK;
	badge->levels = levels.texts;
	badge->level_count = levels.count;
	badge->more = levels.more;
	if (!use || !use->color)
		return;
	badge->color = brb_arena_copy(&loader->plugin->arena, use->color);
	if (!badge->color)
		no_memory(loader);
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

/* ---- a badge's fingerprint: for the receipt of a reload, and to go on with a backfill ---- */

uint64_t brb_fingerprint_add(uint64_t fingerprint, const char *text)
{
	do
		fingerprint = (fingerprint ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	while (*text++);
	return fingerprint;
}

static void mix(uint64_t *fingerprint, const char *text)
{
	*fingerprint = brb_fingerprint_add(*fingerprint, text);
}

static void mix_quarantine(uint64_t *fingerprint, const brb_config_quarantine *quarantine)
{
	char text[64];
	snprintf(text, sizeof text, "%u %u %lld", quarantine->failures, quarantine->overruns,
		 (long long)quarantine->budget_us);
	mix(fingerprint, text);
}

/* Adds nothing for a badge without these keys. */
static void mix_earnable(uint64_t *fingerprint, const brb_badge *badge)
{
	char text[64];
	const brb_config_earnable *earnable = &badge->earnable;
	if (earnable->retired)
		mix(fingerprint, "retired");
	if (badge->hidden)
		mix(fingerprint, "hidden");
	if (!earnable->from_us && !earnable->until_us)
		return;
	snprintf(text, sizeof text, "%lld %lld", (long long)earnable->from_us, (long long)earnable->until_us);
	mix(fingerprint, text);
}

static void mix_translations(uint64_t *fingerprint, const brb_translations *translations)
{
	for (size_t i = 0; i < translations->count; i++) {
		mix(fingerprint, translations->texts[i].language);
		mix(fingerprint, translations->texts[i].text);
	}
}

static void mix_more(uint64_t *fingerprint, const brb_badge *badge)
{
	for (uint32_t i = 0; badge->more && i < badge->level_count; i++) {
		const brb_level_more *more = &badge->more[i];
		mix_translations(fingerprint, &more->names);
		mix(fingerprint, "");
		mix_translations(fingerprint, &more->descriptions);
		mix(fingerprint, more->picture ? more->picture->sha256 : "");
	}
	mix(fingerprint, badge->color ? badge->color : "");
}

static void take_fingerprint(const plugin_loader *loader, brb_badge *badge)
{
	uint64_t *fingerprint = &badge->fingerprint;
	*fingerprint = BRB_FINGERPRINT_EMPTY;
	mix(fingerprint, brb_image_sha256(loader->plugin->image));
	mix(fingerprint, badge->definition);
	mix(fingerprint, badge->rearn ? "rearn" : "");
	mix(fingerprint, badge->temporary ? "temporary" : "");
	mix_earnable(fingerprint, badge);
	mix_quarantine(fingerprint, &badge->quarantine);
	mix(fingerprint, badge->async ? "async" : "");
	for (uint32_t i = 0; i < badge->level_count; i++) {
		mix(fingerprint, badge->levels[i].name);
		mix(fingerprint, badge->levels[i].description);
	}
	mix_more(fingerprint, badge);
	for (uint32_t i = 0; i < badge->event_count; i++)
		mix(fingerprint, badge->events[i]);
	mix(fingerprint, loader->plugin->settings);
	mix(fingerprint, badge->settings);
}

/* ---- instances of the current generation ---- */

static bool keeps_plugin(const brb_plugin *before, const char *settings)
{
	return before && strcmp(before->settings, settings) == 0;
}

/* The badge in the current generation whose instance this one takes over; NULL: it opens its own. */
static const brb_badge *badge_before(brb_plugin_before before, const char *definition, const char *slug,
				     uint32_t level_count, bool temporary, const char *settings)
{
	const brb_badge *badge = before.plugin ? brb_table_get(before.badges, slug) : NULL;
	bool same = badge && badge->plugin == before.plugin && badge->level_count == level_count &&
		    badge->temporary == temporary && strcmp(badge->definition, definition) == 0 &&
		    strcmp(badge->settings, settings) == 0;
	return same ? badge : NULL;
}

static bool keeps_use(brb_plugin_before before, const brb_config_badge *use, brb_arena *scratch)
{
	const badge_definition *definition =
		use->badge && use->slug ? definition_of(&before.plugin->descriptor, use->badge) : NULL;
	const char *settings = brb_setup_text(scratch, use->settings);
	uint32_t level_count = use->levels ? (uint32_t)use->level_count : definition ? definition->level_count : 0;
	return definition && settings &&
	       badge_before(before, definition->slug, use->slug, level_count, use->temporary, settings) != NULL;
}

static bool keeps_badges(brb_plugin_before before, const brb_config_plugin *entry, brb_arena *scratch)
{
	const brb_descriptor *descriptor = &before.plugin->descriptor;
	bool kept = true;
	for (size_t i = 0; entry->has_badges && kept && i < entry->badge_count; i++)
		kept = keeps_use(before, &entry->badges[i], scratch);
	for (uint32_t i = 0; !entry->has_badges && kept && i < descriptor->plugin.badge_count; i++) {
		const badge_definition *definition = &descriptor->definitions[i];
		kept = badge_before(before, definition->slug, definition->slug, definition->level_count, false, "") !=
		       NULL;
	}
	return kept;
}

bool brb_plugin_is_new(const brb_plugin *plugin, const brb_config_plugin *entry, brb_plugin_before before)
{
	brb_arena scratch = { 0 };
	const char *settings = brb_setup_text(&scratch, entry->settings);
	bool kept = before.plugin && before.plugin->image == plugin->image && settings &&
		    keeps_plugin(before.plugin, settings) && keeps_badges(before, entry, &scratch);
	brb_arena_finish(&scratch);
	return !kept;
}

/* ---- one badge ---- */

static void refuse_unusable(plugin_loader *loader, const brb_badge *badge)
{
	if (!badge->level_count)
		REFUSE(loader, badge->at, "badge \"%s\" has no levels: it could never be awarded", badge->slug);
	if (badge->event_count && !badge->award)
		REFUSE(loader, badge->at, "badge \"%s\" listens to events but its plugin has no function `award`",
		       badge->slug);
}

/* Once its `open` has said what it listens to, too. */
static void warn_of_silence(plugin_loader *loader, const brb_badge *badge)
{
	if (!badge->event_count && !loader->refused)
		brb_log_write(loader->log, BRABEION_LOG_WARNING,
			      "%s:%u:%u: badge \"%s\" listens to no event: only badge_grant can award it",
			      loader->config->name, badge->at.line, badge->at.column, badge->slug);
}

/* Settings without an `open` that could read them. */
static bool refuse_settings(plugin_loader *loader, const brb_yaml_node *settings, brb_instance_opener open,
			    const char *what, const char *advice)
{
	if (!settings || !settings->count || open)
		return false;
	REFUSE(loader, ((brb_config_position){ settings->line, settings->column }), "%s takes no settings%s", what,
	       advice);
	return true;
}

static brb_instance *open_instance(plugin_loader *loader, brb_setup *setup, brb_instance_opener open,
				   void (*close)(void *self))
{
	setup->config = loader->config;
	setup->error = loader->error;
	brb_instance *instance = brb_instance_open(setup, open, close);
	loader->refused = loader->refused || !instance;
	return instance;
}

/* badges.yaml decides, except for a badge with `freeze`, which needs what it adds to the state. */
static void merge_async(plugin_loader *loader, const badge_definition *definition, const brb_config_badge *use,
			brb_badge *badge)
{
	badge->async = use && use->has_async ? use->async : (definition->flags & BADGE_ASYNC) != 0;
	badge->freeze = badge->async ? definition->freeze : NULL;
	if (definition->freeze && definition->flags & BADGE_ASYNC && !badge->async)
		REFUSE(loader, use->async_at,
		       "badge \"%s\" adds to an event's state for its later judgement (it has a function `freeze`): "
		       "it cannot be judged at once",
		       badge->slug);
}

/* A lapse ends the user's one award of a level, by what the function `award` returns. */
static void merge_temporary(plugin_loader *loader, const badge_definition *definition, const brb_config_badge *use,
			    brb_badge *badge)
{
	badge->temporary = use && use->temporary;
	if (badge->temporary && badge->multiple)
		REFUSE(loader, use->temporary_at,
		       "badge \"%s\" is multiple: each of its awards is for something that has happened, and stays. "
		       "Only badges that a user holds once can be temporary",
		       badge->slug);
	else if (badge->temporary && !badge->award)
		REFUSE(loader, use->temporary_at,
		       "badge \"%s\" judges no events (it has no function `award`), so it would never lapse: it "
		       "cannot be temporary",
		       badge->slug);
	else if (badge->temporary && definition->flags & BADGE_PERMANENT)
		REFUSE(loader, use->temporary_at,
		       "badge \"%s\" cannot be temporary: the plugin's \"%s\" is for something that has happened, "
		       "and cannot say whether it still holds",
		       badge->slug, definition->slug);
}

static bool listens(const brb_badge *badge, const char *event)
{
	for (uint32_t i = 0; i < badge->event_count; i++)
		if (strcmp(badge->events[i], event) == 0)
			return true;
	return false;
}

/* The events that `open` named behind those that it had. */
static void add_events(plugin_loader *loader, const brb_opened *opened, brb_badge *badge)
{
	size_t most = badge->event_count + opened->event_count;
	const char **events = brb_arena_take(&loader->plugin->arena, most * sizeof *events);
	if (!events) {
		no_memory(loader);
		return;
	}
	if (badge->event_count)
		memcpy(events, badge->events, badge->event_count * sizeof *events);
	badge->events = events;
	for (uint32_t i = 0; i < opened->event_count; i++)
		if (!listens(badge, opened->events[i]))
			events[badge->event_count++] = opened->events[i];
}

static void take_opened(plugin_loader *loader, const brb_opened *opened, brb_badge *badge)
{
	badge->conditions = opened->conditions.field_count ? &opened->conditions : NULL;
	badge->subject = opened->subject;
	badge->multiple |= opened->is_multiple;
	if (opened->event_count)
		add_events(loader, opened, badge);
}

static void open_badge(plugin_loader *loader, const badge_definition *definition, const brb_config_badge *use,
		       brb_badge *badge)
{
	const brb_yaml_node *settings = use ? use->settings : NULL;
	const char *what = brb_arena_printf(&loader->plugin->arena, "badge \"%s\"", badge->slug);
	if (!what) {
		no_memory(loader);
		return;
	}
	if (refuse_settings(loader, settings, definition->open, what, "") || !definition->open)
		return;
	const brb_badge *before = badge_before(loader->before, badge->definition, badge->slug, badge->level_count,
					       badge->temporary, badge->settings);
	brb_setup setup = { .settings = settings,
			    .at = badge->at,
			    .what = what,
			    .slug = badge->slug,
			    .level_count = badge->level_count,
			    .is_temporary = badge->temporary };
	notify(loader->plugin, BRB_PROBE_OPENING, badge->slug);
	badge->instance = before ? brb_instance_acquire(before->instance)
				 : open_instance(loader, &setup, definition->open, definition->close);
	if (!badge->instance)
		return;
	badge->self = badge->instance->self;
	take_opened(loader, &badge->instance->opened, badge);
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
			      .hidden = use && use->hidden,
			      .earnable = use ? use->earnable : (brb_config_earnable){ 0 },
			      .quarantine = use ? use->quarantine : loader->config->quarantine,
			      .award = definition->award,
			      .progress = definition->progress,
			      .merge = definition->merge };
	badge->slug = use ? brb_arena_copy(&loader->plugin->arena, use->slug) : definition->slug;
	badge->settings = brb_setup_text(&loader->plugin->arena, use ? use->settings : NULL);
	bool declared = brb_declared_take(definition->memory, definition->memory_count, &loader->plugin->arena,
					  &badge->memory);
	if (!badge->slug || !badge->settings || !declared) {
		no_memory(loader);
		return;
	}
	merge_levels(loader, definition, use, badge);
	merge_events(loader, definition, use, badge);
	merge_async(loader, definition, use, badge);
	merge_temporary(loader, definition, use, badge);
	refuse_unusable(loader, badge);
	if (!loader->refused) {
		take_fingerprint(loader, badge);
		open_badge(loader, definition, use, badge);
		badge->selects =
			badge->conditions || badge->subject || badge->earnable.from_us || badge->earnable.until_us;
		warn_of_silence(loader, badge);
	}
	if (!loader->refused)
		loader->plugin->badge_count++;
	loader->refused = loader->refused || refused_before;
}

static void load_badges(plugin_loader *loader)
{
	const brb_config_plugin *entry = loader->entry;
	const brb_descriptor *descriptor = &loader->plugin->descriptor;
	size_t count = entry->has_badges ? entry->badge_count : descriptor->plugin.badge_count;
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
			use ? definition_of(descriptor, use->badge) : &descriptor->definitions[i];
		if (definition)
			load_badge(loader, definition, use);
		else if (use)
			refuse_undefined(loader, use);
	}
}

/* ---- the plugin itself ---- */

static void open_plugin(plugin_loader *loader)
{
	brb_plugin *plugin = loader->plugin;
	const badge_plugin *descriptor = &plugin->descriptor.plugin;
	const brb_yaml_node *settings = loader->entry->settings;
	const char *what = brb_arena_printf(&plugin->arena, "plugin \"%s\"", loader->entry->file);
	plugin->settings = brb_setup_text(&plugin->arena, settings);
	if (!what || !plugin->settings) {
		no_memory(loader);
		return;
	}
	if (!keeps_plugin(loader->before.plugin, plugin->settings))
		loader->before = (brb_plugin_before){ NULL, NULL }; /* then its badges are opened again, too */
	if (refuse_settings(loader, settings, descriptor->open, what,
			    " of its own (those of a badge belong under `badges:`)") ||
	    !descriptor->open)
		return;
	brb_setup setup = { .settings = settings,
			    .at = loader->entry->file_at,
			    .what = what,
			    .slug = plugin->id,
			    .is_plugin = true };
	notify(plugin, BRB_PROBE_OPENING, NULL);
	plugin->instance = loader->before.plugin ? brb_instance_acquire(loader->before.plugin->instance)
						 : open_instance(loader, &setup, descriptor->open, descriptor->close);
	plugin->self = plugin->instance ? plugin->instance->self : NULL;
}

/* A fault of the file is reported at its place in badges.yaml; other errors are the system's. */
static void refuse_file(plugin_loader *loader, brabeion_error *fault)
{
	const brb_config_plugin *entry = loader->entry;
	if (fault->status == BRABEION_CONFIG)
		REFUSE(loader, entry->file_at, "plugin \"%s\" %s", entry->file, fault->message);
	else
		brb_status_set(loader->error, fault->status, "plugin \"%s\" %s", entry->path, fault->message);
	loader->refused = true;
	brabeion_error_finish(fault);
}

static void link_image(plugin_loader *loader)
{
	brb_plugin *plugin = loader->plugin;
	brabeion_error fault = BRABEION_NO_ERROR;
	notify(plugin, BRB_PROBE_LINKING, NULL);
	brabeion_status status = brb_image_link(plugin->image, &fault);
	if (status == BRABEION_OK)
		status = brb_descriptor_read(plugin->image, &plugin->arena, &plugin->descriptor, &fault);
	if (status != BRABEION_OK)
		refuse_file(loader, &fault);
}

static void describe(plugin_loader *loader)
{
	brb_plugin *plugin = loader->plugin;
	const badge_plugin *descriptor = &loader->plugin->descriptor.plugin;
	plugin->id = descriptor->id;
	plugin->version = descriptor->version;
	plugin->at = loader->entry->file_at;
	plugin->watches = descriptor->watches;
	plugin->watch_count = descriptor->watch_count;
	plugin->observe = descriptor->observe;
	plugin->merge = descriptor->merge;
	plugin->quarantine = loader->config->quarantine;
	plugin->path = brb_arena_copy(&plugin->arena, loader->entry->path);
	if (!plugin->path ||
	    !brb_declared_take(descriptor->memory, descriptor->memory_count, &plugin->arena, &plugin->memory))
		no_memory(loader);
}

static brabeion_status verdict(const plugin_loader *loader)
{
	if (!loader->refused)
		return BRABEION_OK;
	return loader->error->status != BRABEION_OK ? loader->error->status : BRABEION_CONFIG;
}

brabeion_status brb_plugin_prepare(brb_config *config, const brb_config_plugin *entry, brb_image_copies *copies,
				   brb_plugin **out, brabeion_error *error)
{
	brb_plugin *plugin = brb_memory_take_zeroed(1, sizeof *plugin);
	if (!plugin)
		return brb_status_no_memory(error);
	plugin_loader loader = { .config = config, .entry = entry, .plugin = plugin, .error = error };
	brabeion_error fault = BRABEION_NO_ERROR;
	if (brb_image_prepare(copies, entry->path, entry->sha256, &plugin->image, &fault) == BRABEION_OK) {
		*out = plugin;
		return BRABEION_OK;
	}
	refuse_file(&loader, &fault);
	brb_plugin_close(plugin);
	return verdict(&loader);
}

/* Once, when the content is new. */
static void warn_changeable(const plugin_loader *loader)
{
	const brb_config_plugin *entry = loader->entry;
	const brb_image *image = loader->plugin->image;
	const char *changeable_by = brb_image_is_linked(image) ? NULL : brb_image_changeable_by(image);
	if (changeable_by)
		brb_log_write(loader->log, BRABEION_LOG_WARNING, "%s:%u:%u: plugin \"%s\" %s", loader->config->name,
			      entry->file_at.line, entry->file_at.column, entry->file, changeable_by);
}

brabeion_status brb_plugin_link(brb_config *config, const brb_config_plugin *entry, brb_plugin_before before,
				const brb_log *log, brb_plugin *plugin, brabeion_error *error)
{
	plugin_loader loader = {
		.config = config, .entry = entry, .before = before, .log = log, .plugin = plugin, .error = error
	};
	warn_changeable(&loader);
	link_image(&loader);
	if (!loader.refused) {
		describe(&loader);
		open_plugin(&loader);
	}
	if (!loader.refused)
		load_badges(&loader);
	return verdict(&loader);
}

static void close_instances(brb_plugin *plugin)
{
	for (size_t i = 0; i < plugin->badge_count; i++) {
		notify(plugin, BRB_PROBE_CLOSING, plugin->badges[i].slug);
		brb_instance_release(plugin->badges[i].instance);
	}
	notify(plugin, BRB_PROBE_CLOSING, NULL);
	brb_instance_release(plugin->instance);
}

void brb_plugin_close(brb_plugin *plugin)
{
	if (!plugin)
		return;
	close_instances(plugin);
	notify(plugin, BRB_PROBE_UNLOADING, NULL);
	if (plugin->image)
		brb_image_close(plugin->image);
	brb_arena_finish(&plugin->arena);
	brb_memory_release(plugin);
}
