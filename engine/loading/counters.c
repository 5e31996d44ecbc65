/*
 * loading/registry: counters. Each thread counts for itself, badge by badge of the generation it uses; when it meets
 * another generation, what it has counted is added to the totals by slug. So counting costs no shared write, and a
 * badge's numbers outlive reloads.
 */
#include <string.h>

#include "base/memory.h"
#include "loading/registry.h"

enum { TIMED_ONE_IN = 64 };

static uint64_t read_counter(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static void add_counters(brb_badge_counters *to, const brb_badge_counters *from)
{
	brb_count(&to->judged, read_counter(&from->judged));
	brb_count(&to->earned, read_counter(&from->earned));
	brb_count(&to->failed, read_counter(&from->failed));
	brb_count(&to->time_us, read_counter(&from->time_us));
}

/* The totals of a slug, made if need be; NULL when memory is short. */
static brb_badge_counters *totals_of_locked(brb_registry *registry, const char *slug)
{
	brb_badge_counters *totals = brb_table_get(&registry->counted, slug);
	if (totals)
		return totals;
	char *key = brb_arena_copy(&registry->counted_arena, slug);
	totals = brb_arena_take(&registry->counted_arena, sizeof *totals);
	return key && totals && brb_table_set(&registry->counted, key, totals) ? totals : NULL;
}

static void fold_locked(brb_registry *registry, brb_counters *counters)
{
	for (size_t i = 0; i < counters->badge_count; i++) {
		brb_badge_counters *totals = totals_of_locked(registry, counters->slugs[i]);
		if (totals)
			add_counters(totals, &counters->badges[i]);
	}
	brb_memory_release(counters->badges);
	brb_arena_finish(&counters->arena);
	counters->badges = NULL;
	counters->slugs = NULL;
	counters->badge_count = 0;
}

/* The slugs are copied: the generation may be gone when they are folded. */
static bool copy_slugs(brb_counters *counters, const brb_generation *generation)
{
	counters->slugs = brb_arena_take(&counters->arena, (generation->badge_count + 1) * sizeof *counters->slugs);
	for (size_t i = 0; counters->slugs && i < generation->badge_count; i++) {
		counters->slugs[i] = brb_arena_copy(&counters->arena, generation->badges[i]->slug);
		if (!counters->slugs[i])
			return false;
	}
	return counters->slugs != NULL;
}

/* All zeroes, and on lines that no other thread's counters share. */
static brb_badge_counters *take_counters(size_t count)
{
	size_t size = (count + 1) * sizeof(brb_badge_counters);
	size = (size + BRB_READER_ALIGNMENT - 1) / BRB_READER_ALIGNMENT * BRB_READER_ALIGNMENT;
	return brb_memory_take_aligned(BRB_READER_ALIGNMENT, size);
}

void brb_registry_count_slow(brb_registry *registry, brb_reader *reader, const brb_generation *generation)
{
	brb_counters *counters = &reader->counters;
	pthread_mutex_lock(&registry->lock);
	fold_locked(registry, counters);
	counters->generation = generation->number;
	counters->last_route = NULL; /* of the generation before */
	counters->badges = take_counters(generation->badge_count);
	if (counters->badges && copy_slugs(counters, generation)) {
		counters->badge_count = generation->badge_count;
	} else { /* nothing is counted by badge until the next generation */
		brb_memory_release(counters->badges);
		counters->badges = NULL;
		brb_arena_finish(&counters->arena);
	}
	pthread_mutex_unlock(&registry->lock);
}

void brb_counters_finish(brb_counters *counters)
{
	brb_memory_release(counters->badges);
	brb_arena_finish(&counters->arena);
}

static void report_badge(brabeion_badge_stats *stats, const brb_badge_counters *counters)
{
	stats->judged += read_counter(&counters->judged);
	stats->earned += read_counter(&counters->earned);
	stats->failed += read_counter(&counters->failed);
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
	for (size_t i = 0; i < counters->badge_count; i++) {
		const brb_badge *badge = brb_table_get(&generation->slugs, counters->slugs[i]);
		if (badge)
			report_badge(&report->badges[badge->index], &counters->badges[i]);
	}
}

void brb_registry_sum(brb_registry *registry, const brb_generation *generation, brabeion_stats_report *report)
{
	pthread_mutex_lock(&registry->lock);
	for (const brb_reader *reader = atomic_load(&registry->readers); reader; reader = reader->next)
		sum_reader_locked(reader, generation, report);
	for (size_t i = 0; i < generation->badge_count; i++) {
		const brb_badge_counters *totals = brb_table_get(&registry->counted, generation->badges[i]->slug);
		if (totals)
			report_badge(&report->badges[i], totals);
	}
	pthread_mutex_unlock(&registry->lock);
}
