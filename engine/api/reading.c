/*
 * api/reading: lists of awards, users and badges.
 */
#include <string.h>

#include "api/internal.h"
#include "base/list.h"
#include "base/memory.h"
#include "base/value.h"

/* What every reading begins with; `name` NULL where there is none to check. */
static brabeion_status enter(const brabeion_engine *engine, const char *name, size_t most, brabeion_error *fault)
{
	brabeion_status status = brb_engine_enter(engine);
	if (status != BRABEION_OK)
		return brb_status_refuse(fault, status);
	if (name && brb_text_checked_length(name, most) == SIZE_MAX)
		return brb_status_set(fault, BRABEION_INVALID, "the name is longer than %zu bytes or not UTF-8",
				      most);
	return BRABEION_OK;
}

static brabeion_status list_awards(brabeion_engine *engine, brb_store_whose whose, const char *name, int64_t before,
				   size_t limit, brabeion_award_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	size_t most = whose == BRB_STORE_OF_USER ? BRB_SUBJECT_BYTES_MOST : BRB_NAME_BYTES_MOST;
	if (enter(engine, name, most, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	if (!name)
		brb_status_set(&fault, BRABEION_INVALID, "no %s is given",
			       whose == BRB_STORE_OF_USER ? "user" : "slug");
	else
		brb_store_list_awards(engine->store, whose, name, before, limit, list, &fault);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_user_awards(brabeion_engine *engine, const char *user, int64_t before, size_t limit,
				     brabeion_award_list *list, brabeion_error *error)
{
	return list_awards(engine, BRB_STORE_OF_USER, user, before, limit, list, error);
}

brabeion_status brabeion_badge_awards(brabeion_engine *engine, const char *slug, int64_t before, size_t limit,
				      brabeion_award_list *list, brabeion_error *error)
{
	return list_awards(engine, BRB_STORE_OF_BADGE, slug, before, limit, list, error);
}

brabeion_status brabeion_user_changes(brabeion_engine *engine, const char *user, int64_t before, size_t limit,
				      brabeion_change_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (enter(engine, user, BRB_SUBJECT_BYTES_MOST, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	if (!user)
		brb_status_set(&fault, BRABEION_INVALID, "no user is given");
	else
		brb_store_list_user_changes(engine->store, user, before, limit, list, &fault);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_count_awards(brabeion_engine *engine, const char *user, int64_t *count,
				      brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (enter(engine, user, BRB_SUBJECT_BYTES_MOST, &fault) == BRABEION_OK)
		brb_store_count_awards(engine->store, user, count, &fault);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_users(brabeion_engine *engine, size_t limit, brabeion_user_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (enter(engine, NULL, 0, &fault) == BRABEION_OK)
		brb_store_list_users(engine->store, limit, list, &fault);
	return brb_status_hand_over(error, &fault);
}

/* ---- badges ---- */

static bool copy_levels(brb_arena *memory, const brb_badge *badge, const int64_t *at_level, brabeion_badge *out)
{
	brabeion_level *levels = brb_arena_take(memory, badge->level_count * sizeof *levels);
	if (!levels)
		return false;
	for (uint32_t i = 0; i < badge->level_count; i++) {
		levels[i].name = brb_arena_copy(memory, badge->levels[i].name);
		levels[i].description = brb_arena_copy(memory, badge->levels[i].description);
		levels[i].holders = at_level[i];
		if (!levels[i].name || !levels[i].description)
			return false;
	}
	out->levels = levels;
	out->level_count = badge->level_count;
	return true;
}

static bool copy_events(brb_arena *memory, const brb_badge *badge, brabeion_badge *out)
{
	const char **events = brb_arena_take(memory, (badge->event_count + (size_t)1) * sizeof *events);
	if (!events)
		return false;
	for (uint32_t i = 0; i < badge->event_count; i++) {
		events[i] = brb_arena_copy(memory, badge->events[i]);
		if (!events[i])
			return false;
	}
	out->events = events;
	out->event_count = badge->event_count;
	return true;
}

static brabeion_status copy_badge(brb_arena *memory, const brb_badge *badge, brb_store *store, brabeion_badge *out,
				  brabeion_error *error)
{
	int64_t *at_level = brb_arena_take(memory, (badge->level_count + (size_t)1) * sizeof *at_level);
	if (!at_level)
		return brb_status_no_memory(error);
	if (store) {
		brabeion_status status =
			brb_store_holders(store, badge->slug, &out->holders, at_level, badge->level_count, error);
		if (status != BRABEION_OK)
			return status;
	}
	out->slug = brb_arena_copy(memory, badge->slug);
	out->plugin = brb_arena_copy(memory, badge->plugin->id);
	out->plugin_file = brb_arena_copy(memory, badge->plugin->path);
	out->multiple = badge->multiple;
	out->quarantine_reason = "";
	out->async = badge->async;
	bool copied = out->slug && out->plugin && out->plugin_file && copy_levels(memory, badge, at_level, out) &&
		      copy_events(memory, badge, out);
	return copied ? BRABEION_OK : brb_status_no_memory(error);
}

brabeion_status brb_engine_list_badges(const brb_generation *generation, brb_store *store, brabeion_badge_list *list,
				       brabeion_error *error)
{
	brabeion_badge_list read = { .generation = generation->number, .memory = brb_list_memory() };
	brabeion_status status = BRABEION_OK;
	read.badges = brb_memory_take_zeroed(generation->badge_count + 1, sizeof *read.badges);
	if (!read.memory || !read.badges)
		status = brb_status_no_memory(error);
	for (size_t i = 0; i < generation->badge_count && status == BRABEION_OK; i++)
		status = copy_badge(read.memory, generation->badges[i], store, &read.badges[read.count++], error);
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_badge_list_finish(&read);
	return status;
}

brabeion_status brabeion_badges(brabeion_engine *engine, brabeion_badge_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (enter(engine, NULL, 0, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_reader *reader = brb_registry_reader(&engine->registry);
	if (!reader) {
		brb_status_no_memory(&fault);
		return brb_status_hand_over(error, &fault);
	}
	brb_generation *generation = brb_registry_acquire(&engine->registry, reader);
	brabeion_badge_list read = { 0 };
	brabeion_status status = brb_engine_list_badges(generation, engine->store, &read, &fault);
	if (status == BRABEION_OK)
		status = brb_engine_tell_quarantine(engine, generation, &read, &fault);
	brb_registry_release(reader);
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_badge_list_finish(&read);
	return brb_status_hand_over(error, &fault);
}
