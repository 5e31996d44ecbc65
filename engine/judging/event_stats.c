/*
 * judging/event_stats: see event_stats.h.
 *
 * Names are in a hash table with linear probing, at most half full. A slot is filled once, under the lock, and
 * published by a release store; a filled slot is read without the lock.
 */
#include "judging/event_stats.h"

#include <string.h>

#include "base/list.h"
#include "base/memory.h"

enum { ALIGNMENT = _Alignof(brb_unhandled) };

brabeion_status brb_event_stats_init(brb_event_stats *stats, const brb_clock *clock, brabeion_error *error)
{
	memset(stats, 0, sizeof *stats);
	stats->clock = clock;
	stats->others = brb_memory_take_aligned(ALIGNMENT, sizeof *stats->others);
	if (stats->others && pthread_mutex_init(&stats->lock, NULL) == 0)
		return BRABEION_OK;
	brb_memory_release(stats->others);
	stats->others = NULL;
	return brb_status_no_memory(error);
}

void brb_event_stats_finish(brb_event_stats *stats)
{
	if (!stats->others)
		return;
	for (size_t i = 0; i < BRB_UNHANDLED_SLOTS; i++)
		brb_memory_release(atomic_load_explicit(&stats->slots[i], memory_order_relaxed));
	brb_memory_release(stats->others);
	brb_memory_release(stats->failing);
	pthread_mutex_destroy(&stats->lock);
}

void brb_event_stats_wake(brb_event_stats *stats)
{
	if (!atomic_exchange(&stats->has_new, true) && stats->wake)
		stats->wake(stats->context);
}

/* ---- events that nobody listens to ---- */

/* The slot of the name, or the empty one where it belongs. */
static _Atomic(brb_unhandled *) *find_slot(brb_event_stats *stats, const char *name, uint32_t hash)
{
	for (uint32_t at = hash;; at++) {
		_Atomic(brb_unhandled *) *slot = &stats->slots[at % BRB_UNHANDLED_SLOTS];
		const brb_unhandled *there = atomic_load_explicit(slot, memory_order_acquire);
		if (!there || (there->hash == hash && strcmp(there->name, name) == 0))
			return slot;
	}
}

/* Counts what has no slot of its own. */
static brb_unhandled *others_of(brb_event_stats *stats)
{
	if (atomic_load_explicit(&stats->has_others, memory_order_relaxed))
		return stats->others;
	pthread_mutex_lock(&stats->lock);
	if (!stats->others->first_us)
		stats->others->first_us = brb_clock_now_us(stats->clock);
	atomic_store_explicit(&stats->has_others, true, memory_order_relaxed);
	pthread_mutex_unlock(&stats->lock);
	return stats->others;
}

static brb_unhandled *make_locked(brb_event_stats *stats, _Atomic(brb_unhandled *) *slot, const char *name,
				  uint32_t hash)
{
	uint32_t count = atomic_load_explicit(&stats->name_count, memory_order_relaxed);
	brb_unhandled *unhandled =
		count < BRB_UNHANDLED_NAMES_MOST ? brb_memory_take_aligned(ALIGNMENT, sizeof *unhandled) : NULL;
	if (!unhandled)
		return NULL;
	unhandled->hash = hash;
	unhandled->first_us = brb_clock_now_us(stats->clock);
	strcpy(unhandled->name, name);
	atomic_store_explicit(&stats->name_count, count + 1, memory_order_relaxed);
	atomic_store_explicit(slot, unhandled, memory_order_release);
	return unhandled;
}

static brb_unhandled *make(brb_event_stats *stats, const char *name, uint32_t hash)
{
	pthread_mutex_lock(&stats->lock);
	_Atomic(brb_unhandled *) *slot = find_slot(stats, name, hash); /* another thread may have been faster */
	brb_unhandled *unhandled = atomic_load_explicit(slot, memory_order_relaxed);
	if (!unhandled)
		unhandled = make_locked(stats, slot, name, hash);
	pthread_mutex_unlock(&stats->lock);
	return unhandled ? unhandled : others_of(stats);
}

brb_unhandled *brb_event_stats_unhandled(brb_event_stats *stats, const char *name)
{
	size_t length = brb_text_checked_length(name, BRB_NAME_BYTES_MOST);
	if (length == SIZE_MAX)
		return others_of(stats);
	uint32_t hash = brb_table_hash(name, length);
	brb_unhandled *unhandled = atomic_load_explicit(find_slot(stats, name, hash), memory_order_acquire);
	if (unhandled)
		return unhandled;
	bool is_full = atomic_load_explicit(&stats->name_count, memory_order_relaxed) == BRB_UNHANDLED_NAMES_MOST;
	return is_full ? others_of(stats) : make(stats, name, hash);
}

/* ---- badges that fail ---- */

/* The entry, a new one if need be; NULL: there are too many, or no memory. Mostly it is the next after the last. */
static brb_failing *find_failing_locked(brb_event_stats *stats, uint32_t badge, brb_trouble_kind kind)
{
	size_t count = stats->failing_count;
	for (size_t i = 0; i < count; i++) {
		size_t at = (stats->place + 1 + i) % count;
		if (stats->failing[at].badge == badge && stats->failing[at].kind == kind) {
			stats->place = (uint32_t)at;
			return &stats->failing[at];
		}
	}
	if (kind != BRB_TROUBLE_PASSED && count >= BRB_FAILING_BADGES_MOST)
		return NULL;
	brb_failing *made =
		brb_list_add(&stats->failing, &stats->failing_count, &stats->failing_capacity, sizeof *made);
	if (made)
		*made = (brb_failing){ .badge = badge, .kind = kind };
	return made;
}

/* Copies what fits of a text, up to the end of a character, as one line. */
static void copy_cut(char *to, size_t capacity, const char *text)
{
	size_t length = brb_text_cut_length(text, capacity - 1);
	memcpy(to, text, length);
	to[length] = '\0';
	brb_text_clean_line(to);
}

void brb_event_stats_trouble(brb_event_stats *stats, uint32_t badge, brb_trouble_kind kind, const char *event,
			     const char *error)
{
	int64_t now_us = brb_clock_now_us(stats->clock);
	pthread_mutex_lock(&stats->lock);
	brb_failing *failing = find_failing_locked(stats, badge, kind);
	if (failing) {
		if (failing->count++ == failing->stored)
			failing->first_us = now_us;
		failing->last_us = now_us;
		copy_cut(failing->event, sizeof failing->event, event);
		copy_cut(failing->error, sizeof failing->error, error);
	}
	pthread_mutex_unlock(&stats->lock);
	if (failing && !atomic_load_explicit(&stats->has_new, memory_order_relaxed))
		brb_event_stats_wake(stats);
}

void brb_event_stats_add_passed(brb_event_stats *stats, brb_store_passed *passed)
{
	pthread_mutex_lock(&stats->lock);
	for (size_t i = 0; i < stats->failing_count; i++) {
		const brb_failing *more = &stats->failing[i];
		if (more->badge != passed->badge || more->kind != BRB_TROUBLE_PASSED || more->count == more->stored)
			continue;
		if (!passed->count)
			passed->first_us = more->first_us;
		passed->count += (int64_t)(more->count - more->stored);
		passed->last_us = more->last_us;
	}
	pthread_mutex_unlock(&stats->lock);
}

/* ---- storing ---- */

void brb_event_stats_begin(brb_event_stats *stats)
{
	atomic_store(&stats->has_new, false);
}

static uint64_t count_of(const brb_unhandled *unhandled)
{
	return atomic_load_explicit(&unhandled->count, memory_order_relaxed);
}

bool brb_event_stats_has_more(brb_event_stats *stats)
{
	bool more = count_of(stats->others) > stats->others->stored;
	for (size_t i = 0; i < BRB_UNHANDLED_SLOTS && !more; i++) {
		const brb_unhandled *unhandled = atomic_load_explicit(&stats->slots[i], memory_order_acquire);
		more = unhandled && count_of(unhandled) > unhandled->stored;
	}
	pthread_mutex_lock(&stats->lock);
	for (size_t i = 0; i < stats->failing_count && !more; i++)
		more = stats->failing[i].count > stats->failing[i].stored;
	pthread_mutex_unlock(&stats->lock);
	return more;
}

static brabeion_status store_unhandled(brb_unhandled *unhandled, int64_t first_us, int64_t now_us, brb_store *store,
				       brabeion_error *error)
{
	unhandled->storing = count_of(unhandled);
	if (unhandled->storing == unhandled->stored)
		return BRABEION_OK;
	brb_store_unhandled more = { .name = unhandled->name,
				     .count = (int64_t)(unhandled->storing - unhandled->stored),
				     .first_us = unhandled->stored ? now_us : first_us,
				     .last_us = now_us };
	return brb_store_add_unhandled(store, &more, error);
}

static brabeion_status store_all_unhandled(brb_event_stats *stats, const brb_generation *generation, int64_t now_us,
					   brb_store *store, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < BRB_UNHANDLED_SLOTS && status == BRABEION_OK; i++) {
		brb_unhandled *unhandled = atomic_load_explicit(&stats->slots[i], memory_order_acquire);
		if (unhandled && brb_generation_route(generation, unhandled->name))
			unhandled->storing = count_of(unhandled);
		else if (unhandled)
			status = store_unhandled(unhandled, unhandled->first_us, now_us, store, error);
	}
	pthread_mutex_lock(&stats->lock);
	int64_t first_us = stats->others->first_us;
	pthread_mutex_unlock(&stats->lock);
	return status == BRABEION_OK ? store_unhandled(stats->others, first_us, now_us, store, error) : status;
}

/* Removes stored names, of this or another process, that a badge now listens to. */
static brabeion_status remove_handled(const brb_generation *generation, brb_store *store, brabeion_error *error)
{
	char name[BRB_NAME_BYTES_MOST + 1] = "";
	brabeion_status status;
	while ((status = brb_store_next_unhandled(store, name, name, error)) == BRABEION_OK && name[0])
		if (brb_generation_route(generation, name) &&
		    (status = brb_store_remove_unhandled(store, name, error)) != BRABEION_OK)
			break;
	return status;
}

/* By its place: meanwhile the list may grow. */
static brabeion_status store_failing(brb_event_stats *stats, size_t place, brb_store *store, brabeion_error *error)
{
	pthread_mutex_lock(&stats->lock);
	brb_failing now = stats->failing[place];
	stats->failing[place].storing = now.count;
	pthread_mutex_unlock(&stats->lock);
	if (now.count == now.stored)
		return BRABEION_OK;
	brb_store_failing more = { .badge = now.badge,
				   .kind = now.kind,
				   .count = (int64_t)(now.count - now.stored),
				   .first_us = now.first_us,
				   .last_us = now.last_us,
				   .event = now.event,
				   .error = now.error };
	return brb_store_add_failing(store, &more, error);
}

static size_t failing_count(brb_event_stats *stats)
{
	pthread_mutex_lock(&stats->lock);
	size_t count = stats->failing_count;
	pthread_mutex_unlock(&stats->lock);
	return count;
}

brabeion_status brb_event_stats_store(brb_event_stats *stats, const brb_generation *generation, brb_store *store,
				      brabeion_error *error)
{
	int64_t now_us = brb_clock_now_us(stats->clock);
	size_t count = failing_count(stats);
	brabeion_status status = brb_store_forget_event_stats(store, now_us - BRB_EVENT_STATS_KEPT_US, error);
	if (status == BRABEION_OK)
		status = remove_handled(generation, store, error);
	if (status == BRABEION_OK)
		status = store_all_unhandled(stats, generation, now_us, store, error);
	for (size_t i = 0; i < count && status == BRABEION_OK; i++)
		status = store_failing(stats, i, store, error);
	return status;
}

void brb_event_stats_stored(brb_event_stats *stats)
{
	for (size_t i = 0; i < BRB_UNHANDLED_SLOTS; i++) {
		brb_unhandled *unhandled = atomic_load_explicit(&stats->slots[i], memory_order_acquire);
		if (unhandled)
			unhandled->stored = unhandled->storing;
	}
	stats->others->stored = stats->others->storing;
	pthread_mutex_lock(&stats->lock);
	for (size_t i = 0; i < stats->failing_count; i++)
		if (stats->failing[i].storing > stats->failing[i].stored)
			stats->failing[i].stored = stats->failing[i].storing;
	pthread_mutex_unlock(&stats->lock);
}
