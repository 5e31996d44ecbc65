/*
 * api/stats: sums up the counters of all threads.
 */
#include "api/internal.h"
#include "base/list.h"
#include "base/memory.h"

static brabeion_status fill_report(brabeion_engine *engine, const brb_generation *generation,
				   brabeion_stats_report *report, brabeion_error *error)
{
	report->generation = generation->number;
	report->resident = (uint32_t)brb_image_copies_resident(engine->copies);
	report->retiring = (uint32_t)brb_registry_retiring(&engine->registry);
	report->last_good = atomic_load(&engine->is_last_good);
	report->commits = brb_store_commit_count(engine->store);
	brb_store_memory_use(engine->store, &report->memory_bytes, &report->memory_used_bytes);
	brb_store_job_counts jobs;
	brabeion_status status = brb_store_count_jobs(engine->store, brb_clock_now_us(&engine->clock), &jobs, error);
	if (status != BRABEION_OK)
		return status;
	report->jobs_waiting = jobs.waiting;
	report->jobs_running = jobs.running;
	report->jobs_delayed = jobs.delayed;
	report->jobs_parked = jobs.parked;
	report->jobs_oldest_us = jobs.oldest_us;
	report->memory = brb_list_memory();
	report->badges = brb_memory_take_zeroed(generation->badge_count + 1, sizeof *report->badges);
	if (!report->memory || !report->badges)
		return brb_status_no_memory(error);
	for (size_t i = 0; i < generation->badge_count; i++) {
		report->badges[i].slug = brb_arena_copy(report->memory, generation->badges[i]->slug);
		if (!report->badges[i].slug)
			return brb_status_no_memory(error);
		report->badges[i].quarantined = brb_trouble_is_quarantined(&generation->troubles[i]);
	}
	report->badge_count = generation->badge_count;
	report->badge_stride = sizeof *report->badges;
	brb_registry_sum(&engine->registry, generation, report);
	return BRABEION_OK;
}

brabeion_status brabeion_stats(brabeion_engine *engine, brabeion_stats_report *report, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_stats_report filled = { 0 };
	if (brb_engine_enter_or_say(engine, &fault) != BRABEION_OK ||
	    brb_size_check(BRB_SIZE_STATS_REPORT, report, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_reader *reader;
	const brb_generation *generation = brb_engine_acquire(engine, &reader, &fault);
	if (!generation)
		return brb_status_hand_over(error, &fault);
	brabeion_status status = fill_report(engine, generation, &filled, &fault);
	brb_registry_release(reader);
	if (status == BRABEION_OK)
		brb_size_give(BRB_SIZE_STATS_REPORT, &filled, report);
	else
		brabeion_stats_finish(&filled);
	return brb_status_hand_over(error, &fault);
}
