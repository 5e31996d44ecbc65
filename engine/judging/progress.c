/*
 * judging/progress: see progress.h.
 */
#include "judging/progress.h"

#include "judging/history.h"

#define PROGRESS_EVENT "brabeion.progress"

/* ---- what is committed ---- */

static bool enter(brb_judge *judge)
{
	return judge->fault == BRABEION_OK;
}

static brabeion_status read_cell(brb_judge *judge, const brb_cell *cell, brb_cell_value *value)
{
	return brb_snapshot_reader_cell(judge->backend_context, cell, &judge->scratch, value, &judge->error);
}

static brabeion_status count_keys(brb_judge *judge, const brb_store_memory *memory, const char *owner, int64_t *count)
{
	return brb_snapshot_reader_key_count(judge->backend_context, memory, owner, count, &judge->error);
}

static brabeion_status next_key(brb_judge *judge, const brb_store_memory *memory, const char *owner,
				const char *after, const char **key)
{
	return brb_snapshot_reader_key_next(judge->backend_context, memory, owner, after, &judge->scratch, key,
					    &judge->error);
}

static brabeion_status find_present_name(brb_judge *judge, const char *user, const char **name)
{
	return brb_snapshot_reader_present_name(judge->backend_context, user, &judge->scratch, name, &judge->error);
}

static brabeion_status hash_text(brb_judge *judge, const char *text, uint64_t *hash)
{
	return brb_snapshot_reader_hash(judge->backend_context, text, hash, &judge->error);
}

static brabeion_status read_held(brb_judge *judge, const char *user, const char *slug, int64_t *count, int32_t *level)
{
	return brb_snapshot_reader_held(judge->backend_context, user, slug, count, level, &judge->error);
}

static brabeion_status is_held(brb_judge *judge, const brb_store_award *award, bool *held)
{
	return brb_snapshot_reader_is_held(judge->backend_context, award, held, &judge->error);
}

const brb_backend brb_backend_snapshot = {
	.enter = enter,
	.cell = read_cell,
	.key_count = count_keys,
	.key_next = next_key,
	.present_name = find_present_name,
	.hash = hash_text,
	.held = read_held,
	.is_held = is_held,
};

/* ---- asking ---- */

/* A history's own time, once it has one. */
static int64_t present_us(const brb_judge *judge)
{
	int64_t at_us = judge->shared->history ? brb_history_now_us(judge->shared->history) : INT64_MIN;
	return at_us != INT64_MIN ? at_us : brb_clock_now_us(judge->clock);
}

brabeion_status brb_progress_ask(brb_judge *judge, const brb_badge *badge, const char *user, uint32_t level,
				 brb_reported_progress *progress, const char **why)
{
	const brabeion_event event = {
		.name = PROGRESS_EVENT, .user = user, .has_at = true, .at_us = present_us(judge)
	};
	brb_reported_progress reported = { .is_reported = false };
	brb_call_texts texts;
	brb_call call;
	brb_call_init(&call, judge, &event, NULL, &texts);
	call.plugin = badge->plugin;
	call.badge = badge;
	call.mode = BRB_CALL_PROGRESS;
	call.progress = &reported;
	++*judge->reentrancy;
	int32_t answer = badge->progress(badge->self, &call.head, (int32_t)level);
	--*judge->reentrancy;
	if (judge->fault != BRABEION_OK)
		return judge->fault;
	if (answer != BADGE_OK)
		brb_call_fail(&call, "progress answered %d: what badge_progress answers is expected", answer);
	const char *message = call.failed ? brb_arena_copy(&judge->scratch, texts.message) : NULL;
	if (call.failed && !message)
		return judge->fault = brb_status_no_memory(&judge->error);
	*progress = call.failed ? (brb_reported_progress){ .is_reported = false } : reported;
	*why = message;
	return BRABEION_OK;
}

/* ---- the next level ---- */

/* Of levels that are held once: the first above `level` that can be earned. 0: none. */
static brabeion_status next_above(brb_judge *judge, const brb_badge *badge, const char *user, uint32_t level,
				  uint32_t *next)
{
	bool held = true;
	brb_store_award award = {
		.user = user, .badge = badge->number, .level = level, .reason = "", .rearn = badge->rearn
	};
	while (held && award.level < badge->level_count) {
		award.level++;
		brabeion_status status = is_held(judge, &award, &held);
		if (status != BRABEION_OK)
			return status;
	}
	*next = held ? 0 : award.level;
	return BRABEION_OK;
}

static bool is_complete(const brb_progress *progress)
{
	return progress->reported.is_reported && progress->reported.done == progress->reported.goal;
}

brabeion_status brb_progress_find(brb_judge *judge, const brb_badge *badge, const char *user, bool ask,
				  brb_progress *progress)
{
	brb_progress found = { .level = 1, .ended = brb_badge_has_ended(badge, present_us(judge)) };
	int32_t highest = 0;
	brabeion_status status = read_held(judge, user, badge->slug, &found.held, &highest);
	found.held_level = (uint32_t)highest;
	if (found.ended)
		found.level = 0;
	else if (status == BRABEION_OK && !badge->multiple)
		status = next_above(judge, badge, user, found.held_level, &found.level);
	bool asks = ask && badge->progress && found.level && (found.held || !badge->hidden);
	if (status == BRABEION_OK && asks)
		status = brb_progress_ask(judge, badge, user, found.level, &found.reported, &found.why);
	while (status == BRABEION_OK && asks && badge->multiple && is_complete(&found) &&
	       found.level < badge->level_count)
		status = brb_progress_ask(judge, badge, user, ++found.level, &found.reported, &found.why);
	if (status == BRABEION_OK)
		*progress = found;
	return status;
}
