/*
 * api/names: names in badges.yaml that nothing answers to: a badge that another waits for and that is not loaded, an event
 * that looks like another one's, misspelt; a level that is held, and whose name another one has now. Nothing here is a fault,
 * since a host may raise any event.
 */
#include <string.h>

#include "api/internal.h"
#include "store/health.h"

enum { SHORTEST = 4 }; /* shorter names differ by a letter on purpose */

typedef struct name_check {
	const brb_generation *generation;
	const brb_engine_visited *visited;
	const char **slugs; /* of all badges */
} name_check;

static void warn(const name_check *self, const brb_badge *badge, const char *what, const char *name, const char *near)
{
	brb_log_write(self->visited->log, BRABEION_LOG_WARNING, "%s:%u: badge \"%s\" waits for %s \"%s\"%s%s%s",
		      self->visited->file, badge->at.line, badge->slug, what, name, near ? ": did you mean \"" : "",
		      near ? near : "", near ? "\"?" : "");
}

/* ---- badges ---- */

static bool hears_raised_alone(const brb_badge *badge)
{
	bool alone = badge->event_count > 0;
	for (uint32_t i = 0; i < badge->event_count && alone; i++)
		alone = brb_config_is_raised(badge->events[i]);
	return alone;
}

static void check_slugs(const name_check *self, const brb_badge *badge, const brb_condition *condition)
{
	bool is_of_slugs = strcmp(condition->field, "slug") == 0 &&
			   (condition->event ? brb_config_is_raised(condition->event) : hears_raised_alone(badge));
	for (uint32_t i = 0; is_of_slugs && i < condition->value_count; i++) {
		const char *slug = condition->values[i].text;
		if (!brb_table_get(&self->generation->slugs, slug))
			warn(self, badge, "the badge, which is not loaded:", slug,
			     brb_text_nearest_name(slug, self->slugs, self->generation->badge_count));
	}
}

/* ---- events ---- */

static bool listens(const brb_badge *badge, const char *event)
{
	for (uint32_t i = 0; i < badge->event_count; i++)
		if (strcmp(badge->events[i], event) == 0)
			return true;
	return false;
}

static bool other_listens(const name_check *self, const brb_badge *badge, const char *event)
{
	for (size_t i = 0; i < self->generation->badge_count; i++)
		if (self->generation->badges[i] != badge && listens(self->generation->badges[i], event))
			return true;
	return false;
}

static bool is_near(const brb_badge *badge, const char *event, const char *other)
{
	return brb_text_is_slip(event, other) && !listens(badge, other);
}

/* One that its definition listens to when badges.yaml names none. */
static const char *near_default(const brb_badge *badge, const char *event)
{
	const brb_descriptor *descriptor = &badge->plugin->descriptor;
	for (uint32_t i = 0; i < descriptor->plugin.badge_count; i++) {
		const badge_definition *definition = &descriptor->definitions[i];
		for (uint32_t j = 0; j < definition->event_count && strcmp(definition->slug, badge->definition) == 0;
		     j++)
			if (is_near(badge, event, definition->events[j]))
				return definition->events[j];
	}
	return NULL;
}

/* One that any badge listens to: of several always the same. */
static const char *near_route(const name_check *self, const brb_badge *badge, const char *event)
{
	size_t at = 0;
	const char *near = NULL;
	for (const brb_table_entry *entry; (entry = brb_table_next(&self->generation->routes, &at));) {
		const char *other = ((const brb_route *)entry->value)->event;
		if (is_near(badge, event, other) && (!near || strcmp(other, near) < 0))
			near = other;
	}
	return near;
}

static void check_event(const name_check *self, const brb_badge *badge, const char *event)
{
	if (strlen(event) < SHORTEST || other_listens(self, badge, event))
		return;
	const char *near = near_default(badge, event);
	if (!near)
		near = near_route(self, badge, event);
	if (near)
		warn(self, badge, "the event, as no other badge does:", event, near);
}

/* ---- levels ---- */

void brb_engine_warn_moved(const brb_log *log, const char *file, const brb_badge *badge, uint32_t was, uint32_t now)
{
	const char *name = badge->levels[now - 1].name;
	brb_log_write(
		log, BRABEION_LOG_WARNING,
		"%s:%u: \"%s\" was level %u of badge \"%s\" and is level %u now: who holds level %u can earn \"%s\" "
		"anew. " BRB_MOVED_ADVICE,
		file, badge->at.line, name, was, badge->slug, now, was, name);
}

/* Of each badge the first. */
static void check_levels(const name_check *self, const brb_health *health)
{
	const brb_badge *last = NULL;
	for (size_t i = 0; i < health->level_count; i++) {
		const brb_health_level *level = &health->levels[i];
		const brb_badge *badge = brb_table_get(&self->generation->slugs, level->slug);
		uint32_t now =
			badge ? brb_level_moved_to(badge->levels, badge->level_count, level->level, level->name) : 0;
		if (!now || badge == last)
			continue;
		last = badge;
		brb_engine_warn_moved(self->visited->log, self->visited->file, badge, level->level, now);
	}
}

/* What is held, where there is a database. */
static brabeion_status check_held(const name_check *self, brabeion_error *error)
{
	brb_health_options options = { .path = self->visited->database, .only_levels = true };
	brb_health health = { 0 };
	brabeion_status status = options.path ? brb_health_read(&options, &health, error) : BRABEION_OK;
	if (status == BRABEION_ABSENT)
		brabeion_error_finish(error);
	else if (status == BRABEION_OK && health.fault)
		brb_log_write(self->visited->log, BRABEION_LOG_INFO,
			      "%s: whether held levels have moved was not looked at: %s", options.path, health.fault);
	else if (status == BRABEION_OK)
		check_levels(self, &health);
	brb_health_finish(&health);
	return error->status;
}

/* ---- all ---- */

brabeion_status brb_engine_check_names(const brb_engine_visited *visited, brabeion_error *error)
{
	const brb_generation *generation = visited->generation;
	brb_arena arena = { 0 };
	name_check self = { .generation = generation, .visited = visited };
	self.slugs = brb_arena_take(&arena, (generation->badge_count + 1) * sizeof *self.slugs);
	if (!self.slugs) {
		brb_arena_finish(&arena);
		return brb_status_no_memory(error);
	}
	for (size_t i = 0; i < generation->badge_count; i++)
		self.slugs[i] = generation->badges[i]->slug;
	for (size_t i = 0; i < generation->badge_count; i++) {
		const brb_badge *badge = generation->badges[i];
		for (uint32_t j = 0; j < badge->event_count; j++)
			check_event(&self, badge, badge->events[j]);
		for (uint32_t j = 0; badge->conditions && j < badge->conditions->field_count; j++)
			check_slugs(&self, badge, &badge->conditions->fields[j]);
	}
	brb_arena_finish(&arena);
	return check_held(&self, error);
}
