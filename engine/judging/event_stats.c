/*
 * judging/event_stats: see notices.h.
 *
 * A slot is filled once, under the lock, and published by a release; who finds it filled may use it without. A name is
 * looked for from its hash's slot on until an empty one: at most half of them are ever filled.
 */
#include "judging/event_stats.h"

#include <string.h>

#include "base/memory.h"

enum { ALIGNMENT = _Alignof(brb_unhandled) };

brabeion_status brb_event_stats_init(brb_event_stats *notices, const brb_clock *clock, brabeion_error *error)
{
	memset(notices, 0, sizeof *notices);
	notices->clock = clock;
	notices->others = brb_memory_take_aligned(ALIGNMENT, sizeof *notices->others);
	notices->failing = brb_memory_take_zeroed(BRB_FAILING_BADGES_MOST, sizeof *notices->failing);
	if (notices->others && notices->failing && pthread_mutex_init(&notices->lock, NULL) == 0)
		return BRABEION_OK;
	brb_memory_release(notices->others);
	brb_memory_release(notices->failing);
	notices->failing = NULL;
	return brb_status_no_memory(error);
}

void brb_event_stats_finish(brb_event_stats *notices)
{
	if (!notices->failing)
		return;
	for (size_t i = 0; i < BRB_UNHANDLED_SLOTS; i++)
		brb_memory_release(atomic_load_explicit(&notices->slots[i], memory_order_relaxed));
	brb_memory_release(notices->others);
	brb_memory_release(notices->failing);
	pthread_mutex_destroy(&notices->lock);
}

void brb_event_stats_tell(brb_event_stats *notices)
{
	if (!atomic_exchange(&notices->has_news, true) && notices->wake)
		notices->wake(notices->context);
}

/* ---- events that nobody listens to ---- */

/* The slot of the name, or the empty one where it would be. */
static _Atomic(brb_unhandled *) *find_slot(brb_event_stats *notices, const char *name, uint32_t hash)
{
	for (uint32_t at = hash;; at++) {
		_Atomic(brb_unhandled *) *slot = &notices->slots[at % BRB_UNHANDLED_SLOTS];
		const brb_unhandled *there = atomic_load_explicit(slot, memory_order_acquire);
		if (!there || (there->hash == hash && strcmp(there->name, name) == 0))
			return slot;
	}
}

/* Where that is counted for which there is no place of its own. */
static brb_unhandled *others_of(brb_event_stats *notices)
{
	if (atomic_load_explicit(&notices->has_others, memory_order_relaxed))
		return notices->others;
	pthread_mutex_lock(&notices->lock);
	if (!notices->others->first_us)
		notices->others->first_us = brb_clock_now_us(notices->clock);
	atomic_store_explicit(&notices->has_others, true, memory_order_relaxed);
	pthread_mutex_unlock(&notices->lock);
	return notices->others;
}

static brb_unhandled *make_locked(brb_event_stats *notices, _Atomic(brb_unhandled *) *slot, const char *name,
				  uint32_t hash)
{
	uint32_t count = atomic_load_explicit(&notices->name_count, memory_order_relaxed);
	brb_unhandled *unheard =
		count < BRB_UNHANDLED_NAMES_MOST ? brb_memory_take_aligned(ALIGNMENT, sizeof *unheard) : NULL;
	if (!unheard)
		return NULL;
	unheard->hash = hash;
	unheard->first_us = brb_clock_now_us(notices->clock);
	strcpy(unheard->name, name);
	atomic_store_explicit(&notices->name_count, count + 1, memory_order_relaxed);
	atomic_store_explicit(slot, unheard, memory_order_release);
	return unheard;
}

/* First sight of a name. */
static brb_unhandled *make(brb_event_stats *notices, const char *name, uint32_t hash)
{
	pthread_mutex_lock(&notices->lock);
	_Atomic(brb_unhandled *) *slot = find_slot(notices, name, hash); /* perhaps another thread was here before */
	brb_unhandled *unheard = atomic_load_explicit(slot, memory_order_relaxed);
	if (!unheard)
		unheard = make_locked(notices, slot, name, hash);
	pthread_mutex_unlock(&notices->lock);
	return unheard ? unheard : others_of(notices);
}

/* A name that is too long or no text is not kept: nobody could do anything with it. */
brb_unhandled *brb_event_stats_unhandled(brb_event_stats *notices, const char *name)
{
	size_t length = brb_text_checked_length(name, BRB_NAME_BYTES_MOST);
	if (length == SIZE_MAX)
		return others_of(notices);
	uint32_t hash = brb_table_hash(name, length);
	brb_unhandled *unheard = atomic_load_explicit(find_slot(notices, name, hash), memory_order_acquire);
	if (unheard)
		return unheard;
	bool is_full = atomic_load_explicit(&notices->name_count, memory_order_relaxed) == BRB_UNHANDLED_NAMES_MOST;
	return is_full ? others_of(notices) : make(notices, name, hash);
}

/* ---- badges that fail ---- */

static brb_failing *find_failing_locked(brb_event_stats *notices, uint32_t badge)
{
	uint32_t i = 0;
	while (i < notices->failing_count && notices->failing[i].badge != badge)
		i++;
	return i < BRB_FAILING_BADGES_MOST ? &notices->failing[i] : NULL;
}

/* As much of a text as fits; never half a character. */
static void copy_cut(char *to, size_t capacity, const char *text)
{
	size_t length = brb_text_cut_length(text, capacity - 1);
	memcpy(to, text, length);
	to[length] = '\0';
	brb_text_clean_line(to);
}

void brb_event_stats_failed(brb_event_stats *notices, uint32_t badge, const char *event, const char *error)
{
	int64_t now_us = brb_clock_now_us(notices->clock);
	pthread_mutex_lock(&notices->lock);
	brb_failing *failing = find_failing_locked(notices, badge);
	if (failing) {
		bool is_new = failing == &notices->failing[notices->failing_count];
		notices->failing_count += is_new;
		failing->badge = badge;
		if (failing->count++ == failing->stored)
			failing->first_us = now_us;
		failing->last_us = now_us;
		copy_cut(failing->event, sizeof failing->event, event);
		copy_cut(failing->error, sizeof failing->error, error);
	}
	pthread_mutex_unlock(&notices->lock);
	if (failing && !atomic_load_explicit(&notices->has_news, memory_order_relaxed))
		brb_event_stats_tell(notices);
}

/* ---- bringing it to the store ---- */

void brb_event_stats_begin(brb_event_stats *notices)
{
	atomic_store(&notices->has_news, false);
}

static uint64_t count_of(const brb_unhandled *unheard)
{
	return atomic_load_explicit(&unheard->count, memory_order_relaxed);
}

bool brb_event_stats_has_more(brb_event_stats *notices)
{
	bool more = count_of(notices->others) > notices->others->stored;
	for (size_t i = 0; i < BRB_UNHANDLED_SLOTS && !more; i++) {
		const brb_unhandled *unheard = atomic_load_explicit(&notices->slots[i], memory_order_acquire);
		more = unheard && count_of(unheard) > unheard->stored;
	}
	pthread_mutex_lock(&notices->lock);
	for (uint32_t i = 0; i < notices->failing_count && !more; i++)
		more = notices->failing[i].count > notices->failing[i].stored;
	pthread_mutex_unlock(&notices->lock);
	return more;
}

static brabeion_status store_unheard(brb_unhandled *unheard, int64_t first_us, int64_t now_us, brb_store *store,
				     brabeion_error *error)
{
	unheard->storing = count_of(unheard);
	if (unheard->storing == unheard->stored)
		return BRABEION_OK;
	brb_store_unhandled more = { .name = unheard->name,
				     .count = (int64_t)(unheard->storing - unheard->stored),
				     .first_us = unheard->stored ? now_us : first_us,
				     .last_us = now_us };
	return brb_store_add_unhandled(store, &more, error);
}

static brabeion_status store_all_unheard(brb_event_stats *notices, const brb_generation *generation, int64_t now_us,
					 brb_store *store, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < BRB_UNHANDLED_SLOTS && status == BRABEION_OK; i++) {
		brb_unhandled *unheard = atomic_load_explicit(&notices->slots[i], memory_order_acquire);
		if (unheard && brb_generation_route(generation, unheard->name))
			unheard->storing = count_of(unheard);
		else if (unheard)
			status = store_unheard(unheard, unheard->first_us, now_us, store, error);
	}
	pthread_mutex_lock(&notices->lock);
	int64_t first_us = notices->others->first_us;
	pthread_mutex_unlock(&notices->lock);
	return status == BRABEION_OK ? store_unheard(notices->others, first_us, now_us, store, error) : status;
}

/* Names on record, by whomever, that a badge has begun to listen to. */
static brabeion_status remove_heard(const brb_generation *generation, brb_store *store, brabeion_error *error)
{
	char name[BRB_NAME_BYTES_MOST + 1] = "";
	brabeion_status status;
	while ((status = brb_store_next_unhandled(store, name, name, error)) == BRABEION_OK && name[0])
		if (brb_generation_route(generation, name) &&
		    (status = brb_store_remove_unhandled(store, name, error)) != BRABEION_OK)
			break;
	return status;
}

static brabeion_status store_failing(brb_event_stats *notices, brb_failing *failing, brb_store *store,
				     brabeion_error *error)
{
	pthread_mutex_lock(&notices->lock);
	brb_failing now = *failing;
	failing->storing = failing->count;
	pthread_mutex_unlock(&notices->lock);
	if (now.count == now.stored)
		return BRABEION_OK;
	brb_store_failing more = { .badge = now.badge,
				   .count = (int64_t)(now.count - now.stored),
				   .first_us = now.first_us,
				   .last_us = now.last_us,
				   .event = now.event,
				   .error = now.error };
	return brb_store_add_failing(store, &more, error);
}

static uint32_t failing_count(brb_event_stats *notices)
{
	pthread_mutex_lock(&notices->lock);
	uint32_t count = notices->failing_count;
	pthread_mutex_unlock(&notices->lock);
	return count;
}

brabeion_status brb_event_stats_store(brb_event_stats *notices, const brb_generation *generation, brb_store *store,
				      brabeion_error *error)
{
	int64_t now_us = brb_clock_now_us(notices->clock);
	uint32_t count = failing_count(notices);
	brabeion_status status = brb_store_forget_event_stats(store, now_us - BRB_EVENT_STATS_KEPT_US, error);
	if (status == BRABEION_OK)
		status = remove_heard(generation, store, error);
	if (status == BRABEION_OK)
		status = store_all_unheard(notices, generation, now_us, store, error);
	for (uint32_t i = 0; i < count && status == BRABEION_OK; i++)
		status = store_failing(notices, &notices->failing[i], store, error);
	return status;
}

void brb_event_stats_stored(brb_event_stats *notices)
{
	for (size_t i = 0; i < BRB_UNHANDLED_SLOTS; i++) {
		brb_unhandled *unheard = atomic_load_explicit(&notices->slots[i], memory_order_acquire);
		if (unheard)
			unheard->stored = unheard->storing;
	}
	notices->others->stored = notices->others->storing;
	pthread_mutex_lock(&notices->lock);
	for (uint32_t i = 0; i < notices->failing_count; i++)
		if (notices->failing[i].storing > notices->failing[i].stored)
			notices->failing[i].stored = notices->failing[i].storing;
	pthread_mutex_unlock(&notices->lock);
}
