/*
 * config/plugins: the list `plugins:` -> plugins and their badges; their levels are read in config/levels.c.
 *
 * Guarantees: each plugin file and each slug of the file is there once. Slugs that plugins define are checked when they
 * are loaded.
 */
#include "config/reading.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define EVENT_BYTES_MOST 100
#define SHA256_DIGITS 64
#define RESERVED "brabeion."

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* Where the key was seen first; NULL: here. Key and position must outlive the table. */
static const brb_config_position *seen_before(brb_yaml_reading *reading, brb_table *table, const char *key,
					      const brb_config_position *here)
{
	const brb_config_position *first = brb_table_get(table, key);
	if (!first && !brb_table_set(table, key, (void *)(uintptr_t)here))
		reading->memory_short = true;
	return first;
}

static void read_settings(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			  void *target)
{
	if (value->kind == BRB_YAML_MAPPING)
		*(const brb_yaml_node **)brb_config_member(key, target) = value;
	else
		brb_config_wrong_kind(reading, key, value, "a mapping of keys to values");
}

bool brb_config_is_raised(const char *event)
{
	static const char *const raised[] = { "brabeion.awarded", "brabeion.lapsed", "brabeion.revoked" };
	for (size_t i = 0; i < COUNT_OF(raised); i++)
		if (strcmp(event, raised[i]) == 0)
			return true;
	return false;
}

/* ---- events ---------------------------------------------------------------------------------------------------- */

static const char *read_event(brb_yaml_reading *reading, const brb_config_badge *badge, const brb_yaml_node *node,
			      brb_table *seen)
{
	const char *event = brb_config_text(reading, "an event's name", node, "text");
	if (!event)
		return NULL;
	size_t length = strlen(event);
	if (length > EVENT_BYTES_MOST) {
		BRB_YAML_FAULT(reading, node, "an event's name has at most %d bytes, not %zu", EVENT_BYTES_MOST,
			       length);
		return NULL;
	}
	if (strncmp(event, RESERVED, strlen(RESERVED)) == 0 && !brb_config_is_raised(event)) {
		BRB_YAML_FAULT(reading, node,
			       "event \"%s\": names that begin with \"" RESERVED
			       "\" are the engine's; there are " BRB_RAISED_EVENTS,
			       event);
		return NULL;
	}
	if (seen_before(reading, seen, event, &badge->events_at))
		BRB_YAML_FAULT(reading, node, "event \"%s\" is listed twice", event);
	return event;
}

static void read_events(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_config_badge *badge = target;
	badge->events_at = brb_config_position_of(value);
	bool single = value->kind == BRB_YAML_TEXT;
	if (!single && !brb_config_is_filled_list(reading, "\"events\"", value, "text or a list of texts",
						  "leave it out, or list at least one event"))
		return;
	size_t count = single ? 1 : value->count;
	const char **events = brb_yaml_take(reading, count, sizeof *events);
	if (!events)
		return;
	brb_table seen = { 0 };
	for (size_t i = 0; i < count; i++)
		events[i] = read_event(reading, badge, single ? value : value->items[i], &seen);
	brb_table_finish(&seen);
	badge->events = events;
	badge->event_count = count;
}

/* ---- badges ---------------------------------------------------------------------------------------------------- */

static const char *read_slug(brb_yaml_reading *reading, const char *what, const brb_yaml_node *value)
{
	char buffer[BRB_YAML_SHORT_BYTES];
	const char *slug = brb_config_text(reading, what, value, "text");
	if (!slug || brb_text_is_slug(slug))
		return slug;
	BRB_YAML_FAULT(reading, value, "%s must be 1 to 100 of a-z, 0-9, \".\", \"_\" and \"-\", not \"%s\"", what,
		       brb_yaml_shortened(slug, buffer));
	return NULL;
}

static void read_badge_name(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			    void *target)
{
	(void)key;
	brb_config_badge *badge = target;
	badge->badge_at = brb_config_position_of(value);
	badge->badge = read_slug(reading, "\"badge\"", value);
}

static void read_badge_slug(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			    void *target)
{
	(void)key;
	brb_config_badge *badge = target;
	badge->slug_at = brb_config_position_of(value);
	badge->slug = read_slug(reading, "\"slug\"", value);
}

static void read_temporary(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			   void *target)
{
	((brb_config_badge *)target)->temporary_at = brb_config_position_of(value);
	brb_config_read_bool(reading, key, value, target);
}

static void read_async(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_config_badge *badge = target;
	badge->async_at = brb_config_position_of(value);
	badge->has_async = value->kind == BRB_YAML_BOOL;
	brb_config_read_bool(reading, key, value, target);
}

static void check_slug(brb_yaml_reading *reading, brb_config_badge *badge)
{
	brb_config_reading *self = reading->context;
	bool given = badge->slug_at.line;
	if (!given) {
		badge->slug = badge->badge;
		badge->slug_at = badge->badge_at;
	}
	if (!badge->slug)
		return;
	const brb_config_position *first = seen_before(reading, &self->slugs, badge->slug, &badge->slug_at);
	if (!first)
		return;
	brb_yaml_fault(reading->yaml, badge->slug_at.line, badge->slug_at.column,
		       "slug \"%s\" is in use already, at %s:%u:%u%s", badge->slug, self->config->name, first->line,
		       first->column, given ? "" : ": give this badge a \"slug\" of its own");
	badge->slug = NULL; /* reported: loading must not repeat it */
}

static void read_badge(brb_yaml_reading *reading, const brb_yaml_node *node, brb_config_badge *badge)
{
	brb_config_reading *self = reading->context;
	static const brb_yaml_key keys[] = {
		{ .name = "badge", .read = read_badge_name, .required = true },
		{ .name = "slug", .read = read_badge_slug },
		{ .name = "events", .read = read_events },
		{ .name = "levels", .read = brb_config_read_levels },
		{ .name = "color", .read = brb_config_read_color },
		{ .name = "settings", .read = read_settings, .member = offsetof(brb_config_badge, settings) },
		{ .name = "rearn", .read = brb_config_read_bool, .member = offsetof(brb_config_badge, rearn) },
		{ .name = "temporary", .read = read_temporary, .member = offsetof(brb_config_badge, temporary) },
		{ .name = "earnable", .read = brb_config_read_earnable },
		{ .name = "retired",
		  .read = brb_config_read_bool,
		  .member = offsetof(brb_config_badge, earnable.retired) },
		{ .name = "hidden", .read = brb_config_read_bool, .member = offsetof(brb_config_badge, hidden) },
		{ .name = "quarantine",
		  .read = brb_config_read_quarantine,
		  .member = offsetof(brb_config_badge, quarantine) },
		{ .name = "async", .read = read_async, .member = offsetof(brb_config_badge, async) },
	};
	badge->at = brb_config_position_of(node);
	badge->quarantine = self->config->quarantine;
	if (!brb_yaml_read_mapping(reading, "a badge", node, keys, COUNT_OF(keys), NULL, badge))
		return;
	check_slug(reading, badge);
	brb_config_fill_levels(reading, node, badge);
}

/* ---- plugins --------------------------------------------------------------------------------------------------- */

static void read_badges(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_config_reading *self = reading->context;
	(void)key;
	brb_config_plugin *plugin = target;
	if (!brb_config_is_filled_list(reading, "\"badges\"", value, "a list of badges",
				       "leave it out to have all of the plugin's badges, or list at least one"))
		return;
	size_t before = self->badge_count;
	self->badge_count += value->count;
	if (self->badge_count > BRB_CONFIG_BADGES_MOST) {
		if (before <= BRB_CONFIG_BADGES_MOST)
			BRB_YAML_FAULT(reading, value, "more than 100,000 badges in one file");
		return;
	}
	brb_config_badge *badges = brb_yaml_take(reading, value->count, sizeof *badges);
	if (!badges)
		return;
	for (size_t i = 0; i < value->count; i++)
		read_badge(reading, value->items[i], &badges[i]);
	plugin->has_badges = true;
	plugin->badges = badges;
	plugin->badge_count = value->count;
}

/* By the real path, since a file may have several names. */
static void check_listed_once(brb_yaml_reading *reading, brb_config_plugin *plugin, const brb_yaml_node *value)
{
	brb_config_reading *self = reading->context;
	char real[PATH_MAX];
	if (!realpath(plugin->path, real))
		return; /* removed since it was found: loading will report it */
	const char *kept = brb_arena_copy(reading->arena, real);
	if (!kept) {
		reading->memory_short = true;
		return;
	}
	char buffer[BRB_YAML_SHORT_BYTES];
	const brb_config_position *first = seen_before(reading, &self->files, kept, &plugin->file_at);
	if (!first)
		return;
	plugin->path = NULL; /* reported: loading must not repeat it */
	BRB_YAML_FAULT(reading, value,
		       "plugin \"%s\" is listed already, at %s:%u:%u: its memory would be kept twice; "
		       "list its badges under one entry",
		       brb_yaml_shortened(plugin->file, buffer), self->config->name, first->line, first->column);
}

static void read_file(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_config_reading *self = reading->context;
	(void)key;
	brb_config_plugin *plugin = target;
	plugin->file_at = brb_config_position_of(value);
	plugin->file = brb_config_text(reading, "\"file\"", value, "text");
	if (!plugin->file || self->without_files)
		return;
	const char *why = NULL;
	const char *path = plugin->file;
	if (strchr(path, '/'))
		path = brb_config_resolve(reading, path);
	if (!path)
		return;
	plugin->places = brb_config_search_places(&self->search, path, &plugin->place_count);
	plugin->path = brb_config_search_find(&self->search, path, &why);
	char buffer[BRB_YAML_SHORT_BYTES];
	if (plugin->path)
		check_listed_once(reading, plugin, value);
	else if (why)
		BRB_YAML_FAULT(reading, value, "plugin \"%s\": %s", brb_yaml_shortened(plugin->file, buffer), why);
	else
		reading->memory_short = true;
}

/* Digits alone are a number in YAML, whose text is as written. */
static void read_sha256(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_config_plugin *plugin = target;
	char buffer[BRB_YAML_SHORT_BYTES];
	bool number = value->kind == BRB_YAML_INT || value->kind == BRB_YAML_REAL;
	const char *text =
		number ? value->text : brb_config_text(reading, "\"sha256\"", value, "text of 64 hexadecimal digits");
	if (!text)
		return;
	size_t digits = strspn(text, "0123456789abcdefABCDEF");
	if (digits != SHA256_DIGITS || text[digits]) {
		BRB_YAML_FAULT(reading, value, "\"sha256\" must be 64 hexadecimal digits, not \"%s\"",
			       brb_yaml_shortened(text, buffer));
		return;
	}
	char *lower = brb_arena_copy(reading->arena, text);
	if (!lower) {
		reading->memory_short = true;
		return;
	}
	for (char *digit = lower; *digit; digit++)
		*digit = (char)tolower((unsigned char)*digit);
	plugin->sha256 = lower;
	plugin->sha256_at = brb_config_position_of(value);
}

void brb_config_read_plugins(brb_yaml_reading *reading)
{
	brb_config_reading *self = reading->context;
	static const brb_yaml_key keys[] = {
		{ .name = "file", .read = read_file, .required = true },
		{ .name = "sha256", .read = read_sha256 },
		{ .name = "settings", .read = read_settings, .member = offsetof(brb_config_plugin, settings) },
		{ .name = "badges", .read = read_badges },
	};
	const brb_yaml_node *list = self->plugins;
	if (!list ||
	    !brb_config_is_filled_list(reading, "\"plugins\"", list, "a list of plugins", "list at least one plugin"))
		return;
	brb_config_plugin *plugins = brb_yaml_take(reading, list->count, sizeof *plugins);
	if (!plugins)
		return;
	for (size_t i = 0; i < list->count; i++) {
		plugins[i].at = brb_config_position_of(list->items[i]);
		brb_yaml_read_mapping(reading, "a plugin", list->items[i], keys, COUNT_OF(keys), NULL, &plugins[i]);
	}
	self->config->plugins = plugins;
	self->config->plugin_count = list->count;
}
