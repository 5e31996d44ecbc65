/*
 * badgeset/counters: each thread counts in an array of its own, in which each slug that was ever loaded has an index. So
 * counting writes nothing shared, counters outlive reloads, and a new generation costs a thread nothing unless it has new
 * slugs.
 */
#include "badgeset/counters.h"

#include <string.h>

#include "base/memory.h"

enum { TIMED_ONE_IN = 64 };

static uint64_t read_counter(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

/* ---- indexes of counters ---- */

/* The index of a slug's counters, a new one if need be; UINT32_MAX: no memory. */
static uint32_t counter_of(brb_registry *registry, const char *slug)
{
	const uint32_t *known = brb_table_get(&registry->counter_of, slug);
	if (known)
		return *known;
	char *key = brb_arena_copy(&registry->counters_arena, slug);
	uint32_t *number = brb_arena_take(&registry->counters_arena, sizeof *number);
	if (!key || !number)
		return UINT32_MAX;
	*number = (uint32_t)registry->counter_of.count;
	return brb_table_set(&registry->counter_of, key, number) ? *number : UINT32_MAX;
}

void brb_registry_number_counters(brb_registry *registry, brb_generation *generation)
{
	for (size_t i = 0; i < generation->badge_count; i++)
		generation->badges[i]->counter = counter_of(registry, generation->badges[i]->slug);
	generation->counter_count = registry->counter_of.count;
}

/* ---- counting ---- */

static void copy_counters(brb_badge_counters *to, const brb_badge_counters *from)
{
	brb_count(&to->judged, read_counter(&from->judged));
	brb_count(&to->earned, read_counter(&from->earned));
	brb_count(&to->failed, read_counter(&from->failed));
	brb_count(&to->time_us, read_counter(&from->time_us));
	brb_count(&to->passed, read_counter(&from->passed));
}

/* Zeroes, on cache lines of their own. */
static brb_badge_counters *take_counters(size_t count)
{
	size_t size = (count + 1) * sizeof(brb_badge_counters);
	size = (size + BRB_READER_ALIGNMENT - 1) / BRB_READER_ALIGNMENT * BRB_READER_ALIGNMENT;
	return brb_memory_take_aligned(BRB_READER_ALIGNMENT, size);
}

/* Other threads read these counters under the lock, so they are replaced under it. */
static void grow_counters(brb_registry *registry, brb_counters *counters, size_t count)
{
	brb_badge_counters *old = counters->badges, *grown = take_counters(count);
	if (!grown)
		return; /* new badges are not counted until the next generation */
	for (size_t i = 0; i < counters->badge_count; i++)
		copy_counters(&grown[i], &old[i]);
	pthread_mutex_lock(&registry->lock);
	counters->badges = grown;
	counters->badge_count = count;
	pthread_mutex_unlock(&registry->lock);
	brb_memory_release(old);
}

void brb_registry_count_slow(brb_registry *registry, brb_reader *reader, const brb_generation *generation)
{
	brb_counters *counters = &reader->counters;
	counters->generation = generation->number;
	counters->last_route = NULL; /* of the generation before */
	counters->last_unhandled = NULL;
	if (generation->counter_count > counters->badge_count)
		grow_counters(registry, counters, generation->counter_count + generation->counter_count / 4);
}

void brb_counters_finish(brb_counters *counters)
{
	brb_memory_release(counters->badges);
}

static void report_badge(brabeion_badge_stats *stats, const brb_badge_counters *counters)
{
	stats->judged += read_counter(&counters->judged);
	stats->earned += read_counter(&counters->earned);
	stats->failed += read_counter(&counters->failed);
	stats->passed_over += read_counter(&counters->passed);
	stats->time_us += read_counter(&counters->time_us) * TIMED_ONE_IN;
}

static void sum_reader_locked(const brb_reader *reader, const brb_generation *generation,
			      brabeion_stats_report *report)
{
	const brb_counters *counters = &reader->counters;
	report->events += read_counter(&counters->events);
	report->awards += read_counter(&counters->awards);
	report->duplicates += read_counter(&counters->duplicates);
	report->errors += read_counter(&counters->errors);
	for (size_t i = 0; i < generation->badge_count; i++) {
		uint32_t counter = generation->badges[i]->counter;
		if (counter < counters->badge_count)
			report_badge(&report->badges[i], &counters->badges[counter]);
	}
}

void brb_registry_sum(brb_registry *registry, const brb_generation *generation, brabeion_stats_report *report)
{
	pthread_mutex_lock(&registry->lock);
	for (const brb_reader *reader = atomic_load(&registry->readers); reader; reader = reader->next)
		sum_reader_locked(reader, generation, report);
	pthread_mutex_unlock(&registry->lock);
}
