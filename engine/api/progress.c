/*
 * api/progress: a user's progress: the next level of each badge, and how much of it is done.
 *
 * Guarantees: no transaction is begun; no lock that judging needs is held while a badge computes its progress.
 */
#include "judging/progress.h"
#include "api/internal.h"
#include "base/list.h"
#include "base/memory.h"
#include "base/reentrancy.h"
#include "base/value.h"

/* One call in progress. */
typedef struct progress_work {
	brabeion_engine *engine;
	brb_judge judge;
	const char *user;
	brabeion_progress_list list;
	brb_store_quarantined *quarantined; /* by any engine on the database */
	size_t quarantined_count;
	brabeion_error *error;
} progress_work;

/* ---- connections ---- */

static brabeion_status acquire_snapshot(brabeion_engine *engine, brb_snapshot_reader **reader, brabeion_error *error)
{
	brb_snapshot_pool *pool = &engine->snapshots;
	pthread_mutex_lock(&pool->lock);
	*reader = pool->idle_count ? pool->idle[--pool->idle_count] : NULL;
	pthread_mutex_unlock(&pool->lock);
	return *reader ? BRABEION_OK : brb_snapshot_reader_open(engine->store, reader, error);
}

/* A reader that had an error is closed, so that the next one opens the file again. */
static void release_snapshot(brabeion_engine *engine, brb_snapshot_reader *reader, bool reusable)
{
	brb_snapshot_pool *pool = &engine->snapshots;
	pthread_mutex_lock(&pool->lock);
	bool kept = reusable && pool->idle_count < BRB_SNAPSHOT_POOL_MOST;
	if (kept)
		pool->idle[pool->idle_count++] = reader;
	pthread_mutex_unlock(&pool->lock);
	if (!kept)
		brb_snapshot_reader_close(reader);
}

void brb_snapshot_pool_finish(brb_snapshot_pool *pool)
{
	while (pool->idle_count)
		brb_snapshot_reader_close(pool->idle[--pool->idle_count]);
	pthread_mutex_destroy(&pool->lock);
}

/* ---- quarantined badges ---- */

/* Why the badge is quarantined, in the list's memory; NULL: it is not. */
static const char *quarantine_reason(const progress_work *work, const brb_badge *badge)
{
	const brb_trouble *trouble = &work->judge.generation->troubles[badge->index];
	const char *reason = NULL;
	int64_t since_us = 0;
	if (brb_trouble_is_quarantined(trouble)) /* perhaps not recorded yet */
		brb_quarantine_describe(&work->engine->quarantine, trouble, work->list.memory, &since_us, &reason);
	for (size_t i = 0; i < work->quarantined_count && !reason; i++)
		if (work->quarantined[i].badge == badge->number)
			reason = work->quarantined[i].reason;
	return reason;
}

/* ---- one badge ---- */

static const char *describe_failure(const progress_work *work, const char *quarantine, const char *why)
{
	brb_arena *memory = work->list.memory;
	if (quarantine)
		return brb_arena_printf(memory, "it is quarantined: %s", quarantine);
	return why ? brb_arena_copy(memory, why) : "";
}

static brabeion_status add_progress(progress_work *work, const brb_badge *badge, const brb_progress *found,
				    const char *quarantine)
{
	brb_arena *memory = work->list.memory;
	const badge_level *level = found->level ? &badge->levels[found->level - 1] : NULL;
	brabeion_progress *entry = &work->list.badges[work->list.count];
	*entry = (brabeion_progress){ .badge = brb_arena_copy(memory, badge->slug),
				      .multiple = badge->multiple,
				      .held = found->held,
				      .held_level = found->held_level,
				      .level_count = badge->level_count,
				      .level = found->level,
				      .name = level ? brb_arena_copy(memory, level->name) : "",
				      .description = level ? brb_arena_copy(memory, level->description) : "",
				      .has_progress = found->reported.is_reported,
				      .done = found->reported.done,
				      .goal = found->reported.goal,
				      .quarantined = quarantine != NULL,
				      .error = describe_failure(work, found->ended ? NULL : quarantine, found->why),
				      .hidden = badge->hidden,
				      .retired = badge->earnable.retired,
				      .ended = found->ended,
				      .earnable_from_us = badge->earnable.from_us,
				      .earnable_until_us = badge->earnable.until_us };
	if (!entry->badge || !entry->name || !entry->description || !entry->error)
		return brb_status_no_memory(work->error);
	work->list.count++;
	return BRABEION_OK;
}

static brabeion_status answer_badge(progress_work *work, const brb_badge *badge)
{
	brb_progress found;
	const char *quarantine = quarantine_reason(work, badge);
	brabeion_status status = brb_progress_find(&work->judge, badge, work->user, !quarantine, &found);
	if (status != BRABEION_OK)
		return brb_status_hand_over(work->error, &work->judge.error);
	if (found.held || !badge->hidden)
		status = add_progress(work, badge, &found, quarantine);
	brb_arena_reset(&work->judge.scratch);
	return status;
}

/* ---- all badges of a call ---- */

static brabeion_status answer(progress_work *work, brb_badge *const *badges, size_t count)
{
	work->list.stride = sizeof *work->list.badges;
	work->list.memory = brb_list_memory();
	work->list.badges = brb_memory_take_zeroed(count + 1, sizeof *work->list.badges);
	if (!work->list.memory || !work->list.badges)
		return brb_status_no_memory(work->error);
	brabeion_status status = brb_store_list_quarantined(
		work->engine->store, work->list.memory, &work->quarantined, &work->quarantined_count, work->error);
	if (status == BRABEION_OK)
		status = brb_snapshot_reader_begin(work->judge.backend_context, work->error);
	if (status != BRABEION_OK)
		return status;
	for (size_t i = 0; i < count && status == BRABEION_OK; i++)
		status = answer_badge(work, badges[i]);
	brb_snapshot_reader_end(work->judge.backend_context);
	return status;
}

static brabeion_status answer_all(progress_work *work, const char *slug)
{
	const brb_generation *generation = work->judge.generation;
	brb_badge *one = slug ? brb_table_get(&generation->slugs, slug) : NULL;
	if (slug && !one)
		return brb_status_set(work->error, BRABEION_INVALID, "no badge \"%.100s\" is loaded", slug);
	work->list.generation = generation->number;
	return answer(work, slug ? &one : generation->badges, slug ? 1 : generation->badge_count);
}

static brabeion_status check(const brabeion_engine *engine, const char *user, brabeion_error *fault)
{
	if (brb_engine_enter_or_say(engine, fault) != BRABEION_OK)
		return fault->status;
	if (!user || !user[0])
		return brb_status_set(fault, BRABEION_INVALID, "no user is given");
	if (brb_text_checked_length(user, BRB_SUBJECT_BYTES_MOST) == SIZE_MAX)
		return brb_status_set(fault, BRABEION_INVALID, "the user is longer than %d bytes or not UTF-8",
				      BRB_SUBJECT_BYTES_MOST);
	return BRABEION_OK;
}

static brabeion_status ask_all(progress_work *work, const char *slug)
{
	brb_reader *reader = brb_registry_reader(&work->engine->registry);
	if (!reader)
		return brb_status_no_memory(work->error);
	brb_snapshot_reader *snapshot = NULL;
	brabeion_status status = acquire_snapshot(work->engine, &snapshot, work->error);
	if (status != BRABEION_OK)
		return status;
	brb_judge_init(&work->judge, &work->engine->judging, brb_registry_acquire(&work->engine->registry, reader),
		       &brb_backend_snapshot, snapshot, brb_reentrancy_depth(), NULL);
	status = answer_all(work, slug);
	brb_registry_release(reader);
	release_snapshot(work->engine, snapshot, status == BRABEION_OK);
	return status;
}

brabeion_status brabeion_user_progress(brabeion_engine *engine, const char *user, const char *slug,
				       brabeion_progress_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (check(engine, user, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	progress_work work = { .engine = engine, .user = user, .error = &fault };
	if (ask_all(&work, slug) == BRABEION_OK)
		*list = work.list;
	else
		brabeion_progress_list_finish(&work.list);
	brb_memory_release(work.quarantined);
	brb_judge_finish(&work.judge);
	return brb_status_hand_over(error, &fault);
}
