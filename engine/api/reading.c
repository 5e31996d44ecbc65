/*
 * api/reading: lists of awards, changes, users and badges.
 */
#include <string.h>

#include "api/internal.h"
#include "base/list.h"
#include "base/memory.h"
#include "base/value.h"

/* ---- awards and changes ---- */

static brabeion_status check_name(const char *name, size_t most, brabeion_error *error)
{
	if (!name || brb_text_checked_length(name, most) != SIZE_MAX)
		return BRABEION_OK;
	return brb_status_set(error, BRABEION_INVALID, "the name is longer than %zu bytes or not UTF-8", most);
}

/* Common start of these calls. `what` is the kind of name. */
static brabeion_status enter(const brabeion_engine *engine, const char *name, const char *what, size_t most,
			     const brabeion_list_options *theirs, brabeion_list_options *options,
			     brabeion_error *error)
{
	brabeion_status status = brb_engine_enter_or_say(engine, error);
	if (status == BRABEION_OK)
		status = brb_size_take(BRB_SIZE_LIST_OPTIONS, theirs, options, error);
	if (status == BRABEION_OK)
		status = brb_engine_check_language(options->language, error);
	if (status == BRABEION_OK && !name)
		return brb_status_set(error, BRABEION_INVALID, "no %s is given", what);
	return status == BRABEION_OK ? check_name(name, most, error) : status;
}

static brabeion_status list_awards(brabeion_engine *engine, brb_store_whose whose, const char *name,
				   const brabeion_list_options *theirs, brabeion_award_list *list,
				   brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_list_options options;
	brabeion_award_list read = { 0 };
	bool of_user = whose == BRB_STORE_OF_USER;
	if (enter(engine, name, of_user ? "user" : "slug", of_user ? BRB_SUBJECT_BYTES_MOST : BRB_NAME_BYTES_MOST,
		  theirs, &options, &fault) == BRABEION_OK &&
	    brb_store_list_awards(engine->store, whose, name, options.before, options.limit, &read, &fault) ==
		    BRABEION_OK)
		brb_engine_translate_awards(engine, options.language, &read, &fault);
	read.stride = sizeof *read.awards;
	if (fault.status == BRABEION_OK)
		*list = read;
	else
		brabeion_award_list_finish(&read);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_user_awards(brabeion_engine *engine, const char *user, const brabeion_list_options *options,
				     brabeion_award_list *list, brabeion_error *error)
{
	return list_awards(engine, BRB_STORE_OF_USER, user, options, list, error);
}

brabeion_status brabeion_badge_awards(brabeion_engine *engine, const char *slug, const brabeion_list_options *options,
				      brabeion_award_list *list, brabeion_error *error)
{
	return list_awards(engine, BRB_STORE_OF_BADGE, slug, options, list, error);
}

brabeion_status brabeion_user_changes(brabeion_engine *engine, const char *user, const brabeion_list_options *theirs,
				      brabeion_change_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_list_options options;
	brabeion_change_list read = { 0 };
	if (enter(engine, user, "user", BRB_SUBJECT_BYTES_MOST, theirs, &options, &fault) == BRABEION_OK &&
	    brb_store_list_user_changes(engine->store, user, options.before, options.limit, &read, &fault) ==
		    BRABEION_OK)
		brb_engine_translate_changes(engine, options.language, &read, &fault);
	read.stride = sizeof *read.changes;
	if (fault.status == BRABEION_OK)
		*list = read;
	else
		brabeion_change_list_finish(&read);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_count_awards(brabeion_engine *engine, const char *user, int64_t *count,
				      brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (brb_engine_enter_or_say(engine, &fault) == BRABEION_OK &&
	    check_name(user, BRB_SUBJECT_BYTES_MOST, &fault) == BRABEION_OK)
		brb_store_count_awards(engine->store, user, count, &fault);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_users(brabeion_engine *engine, const char *after, size_t limit, brabeion_user_list *list,
			       brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (brb_engine_enter_or_say(engine, &fault) == BRABEION_OK &&
	    brb_store_list_users(engine->store, after, limit, list, &fault) == BRABEION_OK)
		list->stride = sizeof *list->users;
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
	out->level_stride = sizeof *levels;
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
	out->hidden = badge->hidden;
	out->retired = badge->earnable.retired;
	out->earnable_from_us = badge->earnable.from_us;
	out->earnable_until_us = badge->earnable.until_us;
	bool copied = out->slug && out->plugin && out->plugin_file && copy_levels(memory, badge, at_level, out) &&
		      copy_events(memory, badge, out);
	return copied ? BRABEION_OK : brb_status_no_memory(error);
}

brabeion_status brb_engine_list_badges(const brb_generation *generation, brb_store *store, brabeion_badge_list *list,
				       brabeion_error *error)
{
	brabeion_badge_list read = { .stride = sizeof *read.badges,
				     .memory = brb_list_memory(),
				     .generation = generation->number };
	brabeion_status status = BRABEION_OK;
	read.badges = brb_memory_take_zeroed(generation->badge_count + 1, sizeof *read.badges);
	if (!read.memory || !read.badges) {
		brabeion_badge_list_finish(&read);
		return brb_status_no_memory(error);
	}
	for (size_t i = 0; i < generation->badge_count && status == BRABEION_OK; i++)
		status = copy_badge(read.memory, generation->badges[i], store, &read.badges[read.count++], error);
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_badge_list_finish(&read);
	return status;
}

brabeion_status brabeion_badges(brabeion_engine *engine, const char *language, brabeion_badge_list *list,
				brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (brb_engine_enter_or_say(engine, &fault) != BRABEION_OK ||
	    brb_engine_check_language(language, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_reader *reader;
	const brb_generation *generation = brb_engine_acquire(engine, &reader, &fault);
	if (!generation)
		return brb_status_hand_over(error, &fault);
	brabeion_badge_list read = { 0 };
	brabeion_status status = brb_engine_list_badges(generation, engine->store, &read, &fault);
	if (status == BRABEION_OK)
		status = brb_engine_fill_quarantine(engine, generation, &read, &fault);
	if (status == BRABEION_OK)
		status = brb_engine_translate_badges(generation, language, &read, &fault);
	brb_registry_release(reader);
	if (status == BRABEION_OK)
		*list = read;
	else
		brabeion_badge_list_finish(&read);
	return brb_status_hand_over(error, &fault);
}
