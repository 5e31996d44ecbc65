/*
 * judging/quarantine: see quarantine.h. Here: releasing, the records in the store, reading. Counting and quarantining are in
 * quarantine_note.c.
 */
#include "judging/quarantine.h"

#include <string.h>

#include "base/memory.h"

#define TEND_EVERY_US INT64_C(1000000)

brabeion_status brb_quarantine_init(brb_quarantine *quarantine, const brb_registry *registry, brabeion_error *error)
{
	*quarantine = (brb_quarantine){ .registry = registry };
	if (pthread_mutex_init(&quarantine->lock, NULL) != 0)
		return brb_status_no_memory(error);
	if (pthread_mutex_init(&quarantine->tending, NULL) == 0)
		return BRABEION_OK;
	pthread_mutex_destroy(&quarantine->lock);
	return brb_status_no_memory(error);
}

void brb_quarantine_finish(brb_quarantine *quarantine)
{
	pthread_mutex_destroy(&quarantine->tending);
	pthread_mutex_destroy(&quarantine->lock);
}

/* ---- releasing ---- */

/* Reasons are freed only here: who holds `tending` may read that of a quarantined badge without the lock. */
static bool release_trouble_tending(brb_quarantine *quarantine, brb_trouble *trouble)
{
	pthread_mutex_lock(&quarantine->lock);
	bool was_quarantined = brb_trouble_is_quarantined(trouble);
	if (was_quarantined) {
		atomic_store_explicit(&trouble->word, 0, memory_order_relaxed);
		brb_trouble_finish(trouble);
	}
	pthread_mutex_unlock(&quarantine->lock);
	return was_quarantined;
}

/* Releases a badge, and with it its plugin's observe, without which it is not judged. */
static bool release_badge_tending(brb_quarantine *quarantine, const brb_generation *generation, size_t place)
{
	bool was_quarantined = release_trouble_tending(quarantine, &generation->troubles[place]);
	for (size_t i = 0; was_quarantined && i < generation->plugin_count; i++)
		if (generation->plugins[i] == generation->badges[place]->plugin)
			release_trouble_tending(quarantine, &generation->observe_troubles[i]);
	return was_quarantined;
}

static brabeion_status release_all_records_tending(brb_store *store, const brb_generation *of, size_t *released,
						   brabeion_error *error)
{
	brb_arena arena = { 0 };
	brb_store_quarantined *list = NULL;
	size_t count = 0;
	brabeion_status status = brb_store_list_quarantined(store, &arena, &list, &count, error);
	for (size_t i = 0; i < count && status == BRABEION_OK; i++) {
		bool done = false;
		if (!of || brb_table_get(&of->slugs, list[i].slug))
			status = brb_store_release(store, list[i].slug, &done, error);
		*released += done;
	}
	brb_memory_release(list);
	brb_arena_finish(&arena);
	return status;
}

static brabeion_status release_tending(brb_quarantine *quarantine, const brb_generation *generation, brb_store *store,
				       const char *slug, size_t *released, brabeion_error *error)
{
	bool recorded = false;
	brabeion_status status = slug ? brb_store_release(store, slug, &recorded, error)
				      : release_all_records_tending(store, NULL, released, error);
	if (status != BRABEION_OK)
		return status;
	*released += recorded;
	for (size_t i = 0; i < generation->badge_count; i++) {
		if (slug && strcmp(generation->badges[i]->slug, slug) != 0)
			continue;
		bool was_recorded = brb_trouble_word(&generation->troubles[i]) & BRB_TROUBLE_RECORDED;
		bool was_quarantined = release_badge_tending(quarantine, generation, i);
		*released += was_quarantined && !recorded && !was_recorded;
	}
	return BRABEION_OK;
}

brabeion_status brb_quarantine_release(brb_quarantine *quarantine, const brb_generation *generation, brb_store *store,
				       const char *slug, size_t *released, brabeion_error *error)
{
	size_t count = 0;
	pthread_mutex_lock(&quarantine->tending);
	brabeion_status status = release_tending(quarantine, generation, store, slug, &count, error);
	pthread_mutex_unlock(&quarantine->tending);
	if (status == BRABEION_OK)
		*released = count;
	return status;
}

void brb_quarantine_begin(brb_quarantine *quarantine, const brb_generation *generation, brb_store *store,
			  const brb_log *log)
{
	size_t ignored = 0;
	brabeion_error fault = BRABEION_NO_ERROR;
	pthread_mutex_lock(&quarantine->tending);
	release_all_records_tending(store, generation, &ignored, &fault);
	pthread_mutex_unlock(&quarantine->tending);
	if (fault.status != BRABEION_OK)
		brb_log_write(log, BRABEION_LOG_WARNING,
			      "badges that were quarantined are released, but still shown as quarantined: %s",
			      fault.message);
	brabeion_error_finish(&fault);
}

/* ---- records ---- */

static brabeion_status record_tending(brb_judge *judge, const brb_badge *badge, brb_trouble *trouble,
				      brabeion_error *error)
{
	pthread_mutex_lock(&judge->shared->quarantine->lock);
	brb_store_quarantined record = { .badge = badge->number,
					 .since_us = trouble->since_us,
					 .reason = trouble->reason };
	pthread_mutex_unlock(&judge->shared->quarantine->lock);
	brabeion_status status = brb_store_quarantine(judge->store, &record, error);
	if (status == BRABEION_OK)
		atomic_fetch_or_explicit(&trouble->word, BRB_TROUBLE_RECORDED, memory_order_relaxed);
	return status;
}

static brabeion_status check_record_tending(brb_judge *judge, size_t place, brabeion_error *error)
{
	const brb_badge *badge = judge->generation->badges[place];
	bool quarantined = true;
	brabeion_status status = brb_store_is_quarantined(judge->store, badge->number, &quarantined, error);
	if (status == BRABEION_OK && !quarantined &&
	    release_badge_tending(judge->shared->quarantine, judge->generation, place))
		brb_log_write(judge->shared->log, BRABEION_LOG_INFO, "badge \"%s\" was released", badge->slug);
	return status;
}

static brabeion_status tend_all_tending(brb_judge *judge, brabeion_error *error)
{
	const brb_generation *generation = judge->generation;
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < generation->badge_count && status == BRABEION_OK; i++) {
		brb_trouble *trouble = &generation->troubles[i];
		uint64_t word = brb_trouble_word(trouble);
		if (word & BRB_TROUBLE_RECORDED)
			status = check_record_tending(judge, i, error);
		else if (word & BRB_TROUBLE_QUARANTINED)
			status = record_tending(judge, generation->badges[i], trouble, error);
	}
	return status;
}

/* Other writers may be in the way again and again: two of them are logged, once each. */
static bool was_logged_tending(brb_quarantine *quarantine, const char *message)
{
	uint32_t hash = brb_table_hash(message, strlen(message)) | 1;
	size_t i = 0;
	while (i < 2 && quarantine->logged[i] && quarantine->logged[i] != hash)
		i++;
	if (i == 2 || quarantine->logged[i] == hash)
		return true;
	quarantine->logged[i] = hash;
	return false;
}

/* Logged once until it succeeds again; a busy database only if it still is a second later. */
static void log_fault_tending(brb_judge *judge, const brabeion_error *fault)
{
	brb_quarantine *quarantine = judge->shared->quarantine;
	bool is_busy = fault->status == BRABEION_BUSY;
	quarantine->refusals = fault->status == BRABEION_OK ? 0 : quarantine->refusals + 1;
	if (quarantine->refusals != (is_busy ? 2 : 1) || (is_busy && was_logged_tending(quarantine, fault->message)))
		return;
	brb_log_write(judge->shared->log, BRABEION_LOG_WARNING,
		      "which badges are quarantined cannot be recorded or looked up now: %s", fault->message);
}

/* A clock that went back counts as late. */
static bool is_due(const brb_quarantine *quarantine, int64_t now_us)
{
	int64_t tended_us = atomic_load_explicit(&quarantine->tended_us, memory_order_relaxed);
	return now_us - tended_us >= TEND_EVERY_US || now_us < tended_us;
}

void brb_quarantine_tend(brb_judge *judge)
{
	brb_quarantine *quarantine = judge->shared->quarantine;
	int64_t now_us = brb_clock_now_us(judge->clock);
	brabeion_error fault = BRABEION_NO_ERROR;
	if (!judge->filled_quarantine && !is_due(quarantine, now_us))
		return;
	if (pthread_mutex_trylock(&quarantine->tending) != 0) {
		if (judge->filled_quarantine) /* the other thread may have passed this badge: the next event tries again */
			atomic_store_explicit(&quarantine->tended_us, 0, memory_order_relaxed);
		return;
	}
	atomic_store_explicit(&quarantine->tended_us, now_us, memory_order_relaxed);
	/* badges that an old generation quarantined are not recorded */
	if (judge->generation == atomic_load(&quarantine->registry->current)) {
		tend_all_tending(judge, &fault);
		log_fault_tending(judge, &fault);
	}
	pthread_mutex_unlock(&quarantine->tending);
	brabeion_error_finish(&fault);
}

/* ---- reading ---- */

void brb_quarantine_describe(brb_quarantine *quarantine, const brb_trouble *trouble, brb_arena *arena,
			     int64_t *since_us, const char **reason)
{
	pthread_mutex_lock(&quarantine->lock);
	*since_us = trouble->since_us;
	*reason = brb_trouble_is_quarantined(trouble) ? brb_arena_copy(arena, trouble->reason) : NULL;
	pthread_mutex_unlock(&quarantine->lock);
}
