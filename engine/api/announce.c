/*
 * api/announce: on-award, on-revoke and on-reload callbacks.
 *
 * Guarantees: on-award and on-revoke run after the commit, without locks, once for each award that was stored, was
 * revoked or has lapsed. Changes made inside a callback wait in a thread-local queue until the running ones return:
 * callbacks never nest.
 */
#include <string.h>

#include "api/internal.h"
#include "base/list.h"
#include "base/memory.h"

/* A queued change; owns its texts. */
typedef struct waiting_change {
	struct waiting_change *next;
	brabeion_engine *engine;
	brabeion_change change;
	brb_arena memory;
} waiting_change;

typedef struct announcing {
	waiting_change *first;
	waiting_change **last;
} announcing;

static _Thread_local announcing *under_way;

bool brb_engine_is_announcing(void)
{
	return under_way != NULL;
}

static waiting_change *copy_of(brabeion_engine *engine, const brabeion_change *change)
{
	waiting_change *waiting = brb_memory_take_zeroed(1, sizeof *waiting);
	if (!waiting)
		return NULL;
	waiting->engine = engine;
	waiting->change = *change;
	waiting->change.comment = brb_arena_copy(&waiting->memory, change->comment);
	waiting->change.award = brb_list_copy_award(&waiting->memory, change->award);
	if (waiting->change.comment && waiting->change.award)
		return waiting;
	brb_arena_finish(&waiting->memory);
	brb_memory_release(waiting);
	return NULL;
}

static bool is_same(const brb_callback *a, const brb_callback *b)
{
	return a->on_award == b->on_award && a->on_revoke == b->on_revoke && a->on_reload == b->on_reload &&
	       a->context == b->context;
}

static size_t find(const brabeion_engine *engine, const brb_callback *callback)
{
	size_t i = 0;
	while (i < engine->callback_count && !is_same(&engine->callbacks[i], callback))
		i++;
	return i;
}

static bool is_registered(brabeion_engine *engine, const brb_callback *callback)
{
	pthread_mutex_lock(&engine->callbacks_lock);
	bool registered = find(engine, callback) < engine->callback_count;
	pthread_mutex_unlock(&engine->callbacks_lock);
	return registered;
}

static void call_back(const brb_callback *callback, const brabeion_change *change)
{
	if (change->kind == BRABEION_CHANGE_AWARDED && callback->on_award)
		callback->on_award(callback->context, change->award);
	if (change->kind != BRABEION_CHANGE_AWARDED && callback->on_revoke)
		callback->on_revoke(callback->context, change);
}

static size_t copy_callbacks(brabeion_engine *engine, brb_callback callbacks[BRB_CALLBACKS_MOST])
{
	pthread_mutex_lock(&engine->callbacks_lock);
	size_t count = engine->callback_count;
	memcpy(callbacks, engine->callbacks, count * sizeof *callbacks);
	pthread_mutex_unlock(&engine->callbacks_lock);
	return count;
}

static void notify(brabeion_engine *engine, const brabeion_change *change)
{
	brb_callback callbacks[BRB_CALLBACKS_MOST];
	size_t count = copy_callbacks(engine, callbacks);
	for (size_t i = 0; i < count; i++) {
		/* an earlier one may have removed it and freed its context */
		if (is_registered(engine, &callbacks[i]))
			call_back(&callbacks[i], change);
	}
}

static void notify_waiting(announcing *queue)
{
	while (queue->first) {
		waiting_change *waiting = queue->first;
		queue->first = waiting->next;
		if (!queue->first)
			queue->last = &queue->first;
		notify(waiting->engine, &waiting->change);
		brb_arena_finish(&waiting->memory);
		brb_memory_release(waiting);
	}
}

static void enqueue(brabeion_engine *engine, const brabeion_change *change)
{
	waiting_change *waiting = copy_of(engine, change);
	if (!waiting) {
		brb_log_write(&engine->log, BRABEION_LOG_ERROR,
			      "out of memory: the award \"%s\" of user \"%s\" is %s but not passed to callbacks",
			      change->award->badge, change->award->user,
			      change->kind == BRABEION_CHANGE_AWARDED  ? "stored"
			      : change->kind == BRABEION_CHANGE_LAPSED ? "lapsed"
								       : "revoked");
		return;
	}
	*under_way->last = waiting;
	under_way->last = &waiting->next;
}

static void announce_change(brabeion_engine *engine, const brabeion_change *change)
{
	if (under_way) {
		enqueue(engine, change);
		return;
	}
	announcing queue = { .first = NULL };
	queue.last = &queue.first;
	under_way = &queue;
	notify(engine, change);
	notify_waiting(&queue);
	under_way = NULL;
}

void brb_engine_call_back(void (*work)(void *context), void *context)
{
	announcing queue = { .first = NULL };
	queue.last = &queue.first;
	under_way = &queue;
	work(context);
	notify_waiting(&queue);
	under_way = NULL;
}

/* In storing order: the same events may earn again what has lapsed. */
static void announce_result(brabeion_engine *engine, const brabeion_result *result)
{
	uint32_t lapsed = 0;
	for (uint32_t i = 0; i < result->award_count; i++) {
		while (lapsed < result->lapsed_count && result->lapsed[lapsed].sequence < result->awards[i].sequence)
			announce_change(engine, &result->lapsed[lapsed++]);
		brabeion_change change = { .sequence = result->awards[i].sequence,
					   .kind = BRABEION_CHANGE_AWARDED,
					   .at_us = result->awards[i].at_us,
					   .comment = "",
					   .award = &result->awards[i] };
		announce_change(engine, &change);
	}
	while (lapsed < result->lapsed_count)
		announce_change(engine, &result->lapsed[lapsed++]);
}

void brb_engine_announce(brabeion_engine *engine, const brabeion_result *results, size_t count)
{
	for (size_t i = 0; i < count; i++)
		announce_result(engine, &results[i]);
}

void brb_engine_announce_revoked(brabeion_engine *engine, const brabeion_change_list *revoked)
{
	for (size_t i = 0; i < revoked->count; i++)
		announce_change(engine, &revoked->changes[i]);
}

/* ---- reloads ---- */

/* The engines whose on-reload callbacks this thread is inside, innermost first. */
typedef struct reload_telling {
	const brabeion_engine *engine;
	const struct reload_telling *outer;
} reload_telling;

static _Thread_local const reload_telling *reloads_under_way;

bool brb_engine_is_announcing_reload(const brabeion_engine *engine)
{
	const reload_telling *inside = reloads_under_way;
	while (inside && inside->engine != engine)
		inside = inside->outer;
	return inside != NULL;
}

static void call_on_reload(brabeion_engine *engine, const brabeion_receipt *receipt, const brabeion_error *error)
{
	brb_callback callbacks[BRB_CALLBACKS_MOST];
	size_t count = copy_callbacks(engine, callbacks);
	for (size_t i = 0; i < count; i++)
		if (callbacks[i].on_reload && is_registered(engine, &callbacks[i]))
			callbacks[i].on_reload(callbacks[i].context, receipt, error);
}

static void log_reload(const brabeion_engine *engine, const brb_reload_outcome *outcome)
{
	const brabeion_receipt *receipt = &outcome->receipt;
	if (outcome->error.status == BRABEION_OK) {
		brb_log_write(&engine->log, BRABEION_LOG_INFO,
			      "reloaded %s: generation %llu, %u added, %u changed, %u removed, %u kept, %u resident",
			      engine->source.name, (unsigned long long)receipt->generation, receipt->added,
			      receipt->changed, receipt->removed, receipt->kept, receipt->resident);
		return;
	}
	brb_log_lines(&engine->log, BRABEION_LOG_ERROR, outcome->error.message);
	brb_log_write(&engine->log, BRABEION_LOG_ERROR, "%s is not reloaded: generation %llu stays in use",
		      engine->source.name, (unsigned long long)outcome->generation);
}

void brb_engine_announce_reload(brabeion_engine *engine, const brb_reload_outcome *outcome)
{
	bool fine = outcome->error.status == BRABEION_OK;
	reload_telling inside = { .engine = engine, .outer = reloads_under_way };
	log_reload(engine, outcome);
	reloads_under_way = &inside;
	call_on_reload(engine, fine ? &outcome->receipt : NULL, fine ? NULL : &outcome->error);
	reloads_under_way = inside.outer;
}

/* ---- adding and removing ---- */

static brabeion_status add(brabeion_engine *engine, brb_callback callback)
{
	BRB_CALL;
	brabeion_status status = brb_engine_enter(engine);
	if (status != BRABEION_OK)
		return status;
	pthread_mutex_lock(&engine->callbacks_lock);
	bool fits = (callback.on_award || callback.on_revoke || callback.on_reload) &&
		    engine->callback_count < BRB_CALLBACKS_MOST && find(engine, &callback) == engine->callback_count;
	if (fits)
		engine->callbacks[engine->callback_count++] = callback;
	pthread_mutex_unlock(&engine->callbacks_lock);
	return fits ? BRABEION_OK : BRABEION_INVALID;
}

static brabeion_status remove_callback(brabeion_engine *engine, brb_callback callback)
{
	BRB_CALL;
	brabeion_status status = brb_engine_enter(engine);
	if (status != BRABEION_OK)
		return status;
	pthread_mutex_lock(&engine->callbacks_lock);
	size_t at = find(engine, &callback);
	bool found = at < engine->callback_count;
	if (found) {
		engine->callback_count--;
		memmove(&engine->callbacks[at], &engine->callbacks[at + 1],
			(engine->callback_count - at) * sizeof engine->callbacks[0]);
	}
	pthread_mutex_unlock(&engine->callbacks_lock);
	return found ? BRABEION_OK : BRABEION_INVALID;
}

brabeion_status brabeion_on_award(brabeion_engine *engine, brabeion_award_callback callback, void *context)
{
	return add(engine, (brb_callback){ .on_award = callback, .context = context });
}

brabeion_status brabeion_off_award(brabeion_engine *engine, brabeion_award_callback callback, void *context)
{
	return remove_callback(engine, (brb_callback){ .on_award = callback, .context = context });
}

brabeion_status brabeion_on_revoke(brabeion_engine *engine, brabeion_revoke_callback callback, void *context)
{
	return add(engine, (brb_callback){ .on_revoke = callback, .context = context });
}

brabeion_status brabeion_off_revoke(brabeion_engine *engine, brabeion_revoke_callback callback, void *context)
{
	return remove_callback(engine, (brb_callback){ .on_revoke = callback, .context = context });
}

brabeion_status brabeion_on_reload(brabeion_engine *engine, brabeion_reload_callback callback, void *context)
{
	return add(engine, (brb_callback){ .on_reload = callback, .context = context });
}

brabeion_status brabeion_off_reload(brabeion_engine *engine, brabeion_reload_callback callback, void *context)
{
	return remove_callback(engine, (brb_callback){ .on_reload = callback, .context = context });
}
