/*
 * api/quarantine: lists quarantined badges and releases them.
 */
#include <string.h>

#include "api/internal.h"
#include "base/memory.h"
#include "base/value.h"
#include "judging/event_stats.h"
#include "judging/quarantine.h"

/* ---- listing ---- */

static brabeion_badge *find_badge(const brabeion_badge_list *list, const brb_generation *generation, const char *slug)
{
	const brb_badge *badge = brb_table_get(&generation->slugs, slug);
	return badge ? &list->badges[badge->index] : NULL;
}

/* Fills in what this or another engine has recorded. */
static brabeion_status fill_recorded(brabeion_engine *engine, const brb_generation *generation,
				     brabeion_badge_list *list, brabeion_error *error)
{
	brb_store_quarantined *recorded = NULL;
	size_t count = 0;
	brabeion_status status = brb_store_list_quarantined(engine->store, list->memory, &recorded, &count, error);
	for (size_t i = 0; i < count; i++) {
		brabeion_badge *badge = find_badge(list, generation, recorded[i].slug);
		if (!badge)
			continue;
		badge->quarantined = true;
		badge->quarantined_since_us = recorded[i].since_us;
		badge->quarantine_reason = recorded[i].reason;
	}
	brb_memory_release(recorded);
	return status;
}

/* What was passed over: what is stored, and what this engine has counted since. */
static brabeion_status fill_passed(brabeion_engine *engine, const brb_generation *generation,
				   brabeion_badge_list *list, brabeion_error *error)
{
	brb_store_passed *stored = NULL;
	size_t count = 0;
	brabeion_status status = brb_store_list_passed(engine->store, &stored, &count, error);
	for (size_t i = 0; i < list->count && status == BRABEION_OK; i++) {
		brb_store_passed passed = { .badge = generation->badges[i]->number };
		for (size_t j = 0; j < count; j++)
			if (stored[j].badge == passed.badge)
				passed = stored[j];
		if (engine->stats_writer.is_open)
			brb_event_stats_add_passed(&engine->stats_writer.stats, &passed);
		list->badges[i].passed_over = passed.count;
		list->badges[i].passed_over_first_us = passed.first_us;
		list->badges[i].passed_over_last_us = passed.last_us;
	}
	brb_memory_release(stored);
	return status;
}

brabeion_status brb_engine_fill_quarantine(brabeion_engine *engine, const brb_generation *generation,
					   brabeion_badge_list *list, brabeion_error *error)
{
	brabeion_status status = fill_recorded(engine, generation, list, error);
	if (status == BRABEION_OK)
		status = fill_passed(engine, generation, list, error);
	for (size_t i = 0; i < list->count; i++) {
		brabeion_badge *badge = &list->badges[i];
		const char *reason = NULL;
		int64_t since_us = 0;
		if (brb_trouble_is_quarantined(&generation->troubles[i])) /* perhaps not recorded yet */
			brb_quarantine_describe(&engine->quarantine, &generation->troubles[i], list->memory,
						&since_us, &reason);
		if (!reason)
			continue;
		badge->quarantined = true;
		badge->quarantined_since_us = since_us;
		badge->quarantine_reason = reason;
	}
	return status;
}

/* ---- releasing ---- */

static brabeion_status check_slug(const char *slug, const brb_generation *generation, size_t released,
				  brabeion_error *error)
{
	if (!slug || released || brb_table_get(&generation->slugs, slug))
		return BRABEION_OK;
	return brb_status_set(error, BRABEION_INVALID, "no badge \"%.100s\" is loaded or quarantined", slug);
}

static brabeion_status release(brabeion_engine *engine, const char *slug, size_t *released, brabeion_error *error)
{
	brb_reader *reader;
	const brb_generation *generation = brb_engine_acquire(engine, &reader, error);
	if (!generation)
		return error->status;
	brabeion_status status =
		brb_quarantine_release(&engine->quarantine, generation, engine->store, slug, released, error);
	if (status == BRABEION_OK)
		status = check_slug(slug, generation, *released, error);
	brb_registry_release(reader);
	return status;
}

brabeion_status brabeion_release(brabeion_engine *engine, const char *slug, size_t *released, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	size_t count = 0;
	if (brb_engine_enter_to_write(engine, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	if (slug && !brb_text_is_slug(slug))
		brb_status_set(&fault, BRABEION_INVALID, "a slug is 1 to 100 of a-z, 0-9, \".\", \"_\" and \"-\"");
	else
		release(engine, slug, &count, &fault);
	if (fault.status == BRABEION_OK && released)
		*released = count;
	return brb_status_hand_over(error, &fault);
}
