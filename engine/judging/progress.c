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

static brabeion_status read_tally(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				  int64_t *value)
{
	return brb_snapshot_reader_tally(judge->peek, plugin, name, subject, value, &judge->error);
}

static brabeion_status read_note(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				 const char **text)
{
	return brb_snapshot_reader_note(judge->peek, plugin, name, subject, &judge->scratch, text, &judge->error);
}

static brabeion_status read_held(brb_judge *judge, const char *user, const char *slug, int64_t *count, int32_t *level)
{
	return brb_snapshot_reader_held(judge->peek, user, slug, count, level, &judge->error);
}

static brabeion_status is_held(brb_judge *judge, const brb_store_award *award, bool *held)
{
	return brb_snapshot_reader_is_held(judge->peek, award, held, &judge->error);
}

const brb_backend brb_backend_snapshot = {
	.enter = enter,
	.tally = read_tally,
	.note = read_note,
	.held = read_held,
	.is_held = is_held,
};

/* ---- asking ---- */

/* A history's own time, once it has one. */
static int64_t present_us(const brb_judge *judge)
{
	int64_t at_us = judge->history ? brb_history_now_us(judge->history) : INT64_MIN;
	return at_us != INT64_MIN ? at_us : brb_clock_now_us(judge->clock);
}

brabeion_status brb_progress_ask(brb_judge *judge, const brb_badge *badge, const char *user, uint32_t level,
				 brb_told *told, const char **why)
{
	const brabeion_event event = {
		.name = PROGRESS_EVENT, .user = user, .has_at = true, .at_us = present_us(judge)
	};
	brb_told heard = { .is_told = false };
	brb_call call = { .head = { .host = &brb_call_host },
			  .judge = judge,
			  .event = &event,
			  .plugin = badge->plugin,
			  .badge = badge,
			  .told = &heard };
	++*judge->guard;
	int32_t answer = badge->progress(badge->self, &call.head, (int32_t)level);
	--*judge->guard;
	if (judge->fault != BRABEION_OK)
		return judge->fault;
	if (answer != BADGE_OK)
		brb_call_fail(&call, "progress answered %d: what badge_progress answers is expected", answer);
	const char *message = call.failed ? brb_arena_copy(&judge->scratch, call.message) : NULL;
	if (call.failed && !message)
		return judge->fault = brb_status_no_memory(&judge->error);
	*told = call.failed ? (brb_told){ .is_told = false } : heard;
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
	return progress->told.is_told && progress->told.done == progress->told.goal;
}

brabeion_status brb_progress_find(brb_judge *judge, const brb_badge *badge, const char *user, bool ask,
				  brb_progress *progress)
{
	brb_progress found = { .level = 1 };
	int32_t highest = 0;
	brabeion_status status = read_held(judge, user, badge->slug, &found.held, &highest);
	found.held_level = (uint32_t)highest;
	if (status == BRABEION_OK && !badge->multiple)
		status = next_above(judge, badge, user, found.held_level, &found.level);
	bool asks = ask && badge->progress && found.level;
	if (status == BRABEION_OK && asks)
		status = brb_progress_ask(judge, badge, user, found.level, &found.told, &found.why);
	while (status == BRABEION_OK && asks && badge->multiple && is_complete(&found) &&
	       found.level < badge->level_count)
		status = brb_progress_ask(judge, badge, user, ++found.level, &found.told, &found.why);
	if (status == BRABEION_OK)
		*progress = found;
	return status;
}
