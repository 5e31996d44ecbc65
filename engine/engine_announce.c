/*
 * engine: on-award callbacks. They run after the commit, outside every lock, once for each award that was stored. An
 * award earned by a call from inside a callback waits in a queue of this thread until the callbacks under way are
 * done, so that callbacks never nest.
 */
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "engine_internal.h"

/* An award that waits, with its texts in memory of its own. */
typedef struct waiting_award {
	struct waiting_award *next;
	brabeion_engine *engine;
	brabeion_award award;
	brb_arena memory;
} waiting_award;

typedef struct announcing {
	waiting_award *first;
	waiting_award **last;
} announcing;

static _Thread_local announcing *under_way;

static waiting_award *copy_of(brabeion_engine *engine, const brabeion_award *award)
{
	waiting_award *waiting = calloc(1, sizeof *waiting);
	if (!waiting)
		return NULL;
	waiting->engine = engine;
	waiting->award = *award;
	const char **texts[] = { &waiting->award.user,        &waiting->award.badge,  &waiting->award.name,
				 &waiting->award.description, &waiting->award.reason, &waiting->award.event,
				 &waiting->award.event_id };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		*texts[i] = brb_arena_copy(&waiting->memory, *texts[i]);
		if (!*texts[i]) {
			brb_arena_finish(&waiting->memory);
			free(waiting);
			return NULL;
		}
	}
	return waiting;
}

static void tell(brabeion_engine *engine, const brabeion_award *award)
{
	brb_callback callbacks[BRB_CALLBACKS_MOST];
	pthread_mutex_lock(&engine->callbacks_lock);
	size_t count = engine->callback_count;
	memcpy(callbacks, engine->callbacks, count * sizeof *callbacks);
	pthread_mutex_unlock(&engine->callbacks_lock);
	for (size_t i = 0; i < count; i++)
		callbacks[i].callback(callbacks[i].context, award);
}

static void tell_waiting(announcing *queue)
{
	while (queue->first) {
		waiting_award *waiting = queue->first;
		queue->first = waiting->next;
		if (!queue->first)
			queue->last = &queue->first;
		tell(waiting->engine, &waiting->award);
		brb_arena_finish(&waiting->memory);
		free(waiting);
	}
}

static void wait_for_turn(brabeion_engine *engine, const brabeion_award *award)
{
	waiting_award *waiting = copy_of(engine, award);
	if (!waiting) {
		brb_log_write(&engine->log, BRABEION_LOG_ERROR,
			      "out of memory: the award \"%s\" of user \"%s\" is stored but not told to callbacks",
			      award->badge, award->user);
		return;
	}
	*under_way->last = waiting;
	under_way->last = &waiting->next;
}

static void announce_result(brabeion_engine *engine, const brabeion_result *result, bool inside)
{
	for (uint32_t i = 0; i < result->award_count; i++) {
		if (inside)
			wait_for_turn(engine, &result->awards[i]);
		else
			tell(engine, &result->awards[i]);
	}
}

void brb_engine_announce(brabeion_engine *engine, const brabeion_result *results, size_t count)
{
	bool inside = under_way != NULL;
	announcing queue = { .first = NULL };
	queue.last = &queue.first;
	if (!inside)
		under_way = &queue;
	for (size_t i = 0; i < count; i++)
		announce_result(engine, &results[i], inside);
	if (inside)
		return;
	tell_waiting(&queue);
	under_way = NULL;
}

/* ---- adding and removing ---- */

static size_t find(const brabeion_engine *engine, brabeion_award_callback callback, const void *context)
{
	size_t i = 0;
	while (i < engine->callback_count &&
	       (engine->callbacks[i].callback != callback || engine->callbacks[i].context != context))
		i++;
	return i;
}

brabeion_status brabeion_on_award(brabeion_engine *engine, brabeion_award_callback callback, void *context)
{
	brabeion_status status = brb_engine_enter(engine);
	if (status != BRABEION_OK)
		return status;
	pthread_mutex_lock(&engine->callbacks_lock);
	bool fits = callback && engine->callback_count < BRB_CALLBACKS_MOST &&
		    find(engine, callback, context) == engine->callback_count;
	if (fits)
		engine->callbacks[engine->callback_count++] = (brb_callback){ callback, context };
	pthread_mutex_unlock(&engine->callbacks_lock);
	return fits ? BRABEION_OK : BRABEION_INVALID;
}

brabeion_status brabeion_off_award(brabeion_engine *engine, brabeion_award_callback callback, void *context)
{
	brabeion_status status = brb_engine_enter(engine);
	if (status != BRABEION_OK)
		return status;
	pthread_mutex_lock(&engine->callbacks_lock);
	size_t at = find(engine, callback, context);
	bool found = at < engine->callback_count;
	if (found) {
		engine->callback_count--;
		memmove(&engine->callbacks[at], &engine->callbacks[at + 1],
			(engine->callback_count - at) * sizeof engine->callbacks[0]);
	}
	pthread_mutex_unlock(&engine->callbacks_lock);
	return found ? BRABEION_OK : BRABEION_INVALID;
}
