/*
 * judging/quarantine: see quarantine.h.
 * Counting changes a word without a lock. Quarantining and releasing take the lock, so that each happens once, and see
 * there what happened a moment before (a release, a call that succeeded).
 */
#include "judging/quarantine.h"

#include <inttypes.h>
#include <stdio.h>
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

/* ---- counting ---- */

static uint64_t failures_of(uint64_t word)
{
	return word & BRB_TROUBLE_COUNT;
}

static uint64_t overruns_of(uint64_t word)
{
	return word >> BRB_TROUBLE_OVERRUNS_AT & BRB_TROUBLE_COUNT;
}

static const brb_config_quarantine *limits_of(const brb_route_step *step)
{
	return step->badge ? &step->badge->quarantine : &step->plugin->quarantine;
}

static bool too_often(uint64_t word, const brb_config_quarantine *limits)
{
	return (limits->failures && failures_of(word) >= limits->failures) ||
	       (limits->overruns && overruns_of(word) >= limits->overruns);
}

/* The word after one more call; a count that has no limit stays 0. */
static uint64_t counted(uint64_t word, const brb_call *call, const brb_config_quarantine *limits)
{
	uint64_t failures = limits->failures && call->failed ? failures_of(word) + 1 : 0;
	uint64_t overruns = overruns_of(word);
	if (call->took_us >= 0 && limits->budget_us && limits->overruns)
		overruns = call->took_us > limits->budget_us ? overruns + 1 : 0;
	return failures | overruns << BRB_TROUBLE_OVERRUNS_AT;
}

/* ---- quarantining ---- */

/* "it failed 100 times in a row, at last on event "visit": why". Without the user: users can be forgotten. */
static char *describe_trouble(const brb_call *call, const brb_route_step *step, uint64_t word)
{
	const brb_config_quarantine *limits = limits_of(step);
	const char *subject = step->badge ? "it" : "its plugin's observe";
	bool failed = limits->failures && failures_of(word) >= limits->failures;
	uint64_t count = failed ? failures_of(word) : overruns_of(word);
	const char *in_a_row = count == 1 ? "time" : "times in a row, at last";
	brb_builder text = { 0 };
	if (failed)
		brb_builder_printf(&text, "%s failed %" PRIu64 " %s on event \"%s\": %s", subject, count, in_a_row,
				   call->event->name, call->texts->message);
	else
		brb_builder_printf(&text,
				   "%s took longer than its budget of %" PRId64 " ms %" PRIu64 " %s %" PRId64
				   " ms on event \"%s\"",
				   subject, limits->budget_us / 1000, count, in_a_row, call->took_us / 1000,
				   call->event->name);
	return brb_builder_take(&text);
}

/* False: it is quarantined already, or memory is short. */
static bool mark_locked(brb_trouble *trouble, int64_t since_us, const char *reason)
{
	char *copy = brb_trouble_is_quarantined(trouble) ? NULL : brb_memory_copy(reason);
	if (!copy)
		return false;
	brb_memory_release(trouble->reason);
	trouble->reason = copy;
	trouble->since_us = since_us;
	atomic_fetch_or_explicit(&trouble->word, BRB_TROUBLE_QUARANTINED, memory_order_relaxed);
	return true;
}

static void mark_badges_locked(const brb_generation *generation, const brb_plugin *plugin, int64_t since_us,
			       const char *reason)
{
	for (size_t i = 0; i < generation->badge_count; i++)
		if (generation->badges[i]->plugin == plugin)
			mark_locked(&generation->troubles[i], since_us, reason);
}

static void log_quarantined(const brb_call *call, const brb_route_step *step, const char *reason)
{
	const brb_log *log = call->judge->shared->log;
	if (step->badge)
		brb_log_write(log, BRABEION_LOG_ERROR,
			      "badge \"%s\" is quarantined until a reload or \"brabeion release %s\": %s",
			      step->badge->slug, step->badge->slug, reason);
	else
		brb_log_write(log, BRABEION_LOG_ERROR,
			      "plugin \"%s\" is quarantined with all its badges until a reload or \"brabeion "
			      "release\" of them: %s",
			      step->plugin->id, reason);
}

static void quarantine_step(brb_call *call, const brb_route_step *step, uint64_t word)
{
	brb_judge *judge = call->judge;
	brb_quarantine *quarantine = judge->shared->quarantine;
	int64_t since_us = brb_clock_now_us(judge->clock);
	char *reason = describe_trouble(call, step, word);
	if (!reason)
		return; /* the next bad call tries again */
	pthread_mutex_lock(&quarantine->lock);
	bool done = too_often(brb_trouble_word(step->trouble), limits_of(step)) &&
		    mark_locked(step->trouble, since_us, reason);
	if (done && !step->badge)
		mark_badges_locked(judge->generation, step->plugin, since_us, reason);
	pthread_mutex_unlock(&quarantine->lock);
	if (done) {
		judge->filled_quarantine = true;
		log_quarantined(call, step, reason);
	}
	brb_memory_release(reason);
}

void brb_quarantine_note(brb_call *call, const brb_route_step *step)
{
	const brb_config_quarantine *limits = limits_of(step);
	uint64_t before = brb_trouble_word(step->trouble), after;
	if (call->judge->fault != BRABEION_OK) /* the store's, not the badge's */
		return;
	do {
		if (before & BRB_TROUBLE_QUARANTINED) /* during this call */
			return;
		after = counted(before, call, limits);
	} while (after != before &&
		 !atomic_compare_exchange_weak_explicit(&step->trouble->word, &before, after, memory_order_relaxed,
							memory_order_relaxed));
	if (too_often(after, limits))
		quarantine_step(call, step, after);
}

/* ---- releasing ---- */

/* Reasons are freed only here: who holds `tending` may read that of a quarantined badge without the lock. */
static bool release_trouble_tending(brb_quarantine *quarantine, brb_trouble *trouble)
{
	pthread_mutex_lock(&quarantine->lock);
	bool was_quarantined = brb_trouble_is_quarantined(trouble);
	if (was_quarantined) {
		atomic_store_explicit(&trouble->word, 0, memory_order_relaxed);
		brb_memory_release(trouble->reason);
		trouble->reason = NULL;
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
