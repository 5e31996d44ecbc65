/*
 * judging/judge: see judge.h. Here: what an event meets before and after its badges are judged.
 */
#include "judging/judge.h"

#include <string.h>

#include "base/clock.h"
#include "base/duration.h"
#include "base/value.h"
#include "judging/backend.h"
#include "judging/due.h"
#include "judging/event_stats.h"
#include "judging/judgement.h"
#include "judging/result.h"

/* ---- what may be judged ---- */

static bool is_reserved(const char *name)
{
	return name[0] == 'b' && strncmp(name, "brabeion.", 9) == 0;
}

static brabeion_status check_text(const char *text, size_t least, size_t most, const char *what,
				  brabeion_error *error)
{
	size_t length = brb_text_checked_length(text, most);
	if (length != SIZE_MAX && length >= least)
		return BRABEION_OK;
	if (length == 0)
		return brb_status_set(error, BRABEION_INVALID, "the %s is empty", what);
	if (strnlen(text, most + 1) > most)
		return brb_status_set(error, BRABEION_INVALID, "the %s is longer than %zu bytes", what, most);
	return brb_status_set(error, BRABEION_INVALID, "the %s is not UTF-8", what);
}

static brabeion_status check_content(const brabeion_event *event, brabeion_error *error)
{
	if (!event->user)
		return brb_status_set(error, BRABEION_INVALID, "the event has no user");
	brabeion_status status = check_text(event->user, 1, BRB_SUBJECT_BYTES_MOST, "user", error);
	if (status == BRABEION_OK && event->id)
		status = check_text(event->id, 0, BRB_SUBJECT_BYTES_MOST, "event's id", error);
	if (status == BRABEION_OK && event->field_count && !event->fields)
		status = brb_status_set(error, BRABEION_INVALID, "the event has fields at NULL");
	if (status == BRABEION_OK && event->has_offset &&
	    (event->offset_minutes < -BRB_TIME_OFFSET_MOST || event->offset_minutes > BRB_TIME_OFFSET_MOST))
		status = brb_status_set(error, BRABEION_INVALID,
					"the event's offset is %d minutes, not from -%d to %d", event->offset_minutes,
					BRB_TIME_OFFSET_MOST, BRB_TIME_OFFSET_MOST);
	return status == BRABEION_OK ? brb_value_check(event->fields, event->field_count, error) : status;
}

static brabeion_status check_name(const brabeion_event *event, brabeion_error *error)
{
	if (!event->name || !event->name[0])
		return brb_status_set(error, BRABEION_INVALID, "the event has no name");
	if (is_reserved(event->name))
		return brb_status_set(
			error, BRABEION_INVALID,
			"the event is called \"%.100s\": names beginning with \"brabeion.\" are the engine's own",
			event->name);
	return BRABEION_OK;
}

brabeion_status brb_judge_check(const brabeion_event *event, brabeion_error *error)
{
	brabeion_status status = check_name(event, error);
	return status == BRABEION_OK ? check_content(event, error) : status;
}

static void refuse_event(brabeion_result *result, brabeion_error *error)
{
	result->status = error->status;
	result->outcome = BRABEION_ABANDONED;
	brb_result_set_message(result, error->message);
	brabeion_error_finish(error);
}

void brb_judge_abandon(brabeion_result *results, size_t judged, size_t count, brabeion_status status,
		       const char *message)
{
	for (size_t i = 0; i < count; i++) {
		if (i < judged && results[i].status != BRABEION_OK)
			continue;
		if (i < judged)
			brabeion_result_finish(&results[i]);
		results[i] = (brabeion_result){ .status = status, .outcome = BRABEION_ABANDONED };
		brb_result_set_message(&results[i], message);
	}
}

/* ---- times ---- */

/* A clock that is itself at such numbers is a simulation's, and so are its events. */
static bool has_wrong_unit(const brb_judge *judge, int64_t at_us)
{
	return brb_time_wrong_unit(at_us, NULL) && !brb_time_wrong_unit(brb_clock_now_us(judge->clock), NULL);
}

static brabeion_status refuse_unit(int64_t at_us, brabeion_error *error)
{
	int64_t us = 0;
	const char *unit = brb_time_wrong_unit(at_us, &us);
	return brb_status_set(error, BRABEION_INVALID,
			      "at_us is %lld, which is in %s; expected microseconds since 1970 (%lld)",
			      (long long)at_us, unit, (long long)us);
}

static brabeion_status refuse_future(const brb_judge *judge, int64_t at_us, brabeion_error *error)
{
	char at[BRABEION_TIME_BYTES] = "a time after the year 9999", now[BRABEION_TIME_BYTES] = "",
	     bound[BRB_DURATION_BYTES];
	brabeion_time_format(at_us, at);
	brabeion_time_format(brb_clock_now_us(judge->clock), now);
	brb_duration_write(judge->generation->future_us, bound);
	return brb_status_set(error, BRABEION_INVALID,
			      "the time has not come: %s is more than %s after the clock, which shows %s "
			      "(\"future\" in badges.yaml)",
			      at, bound, now);
}

/* The clock is read once in a call: what is later than that by the bound is looked at again. */
static bool is_future(brb_judge *judge, int64_t at_us)
{
	int64_t future_us = judge->generation->future_us;
	if (at_us <= judge->latest_us || future_us == INT64_MAX)
		return false;
	int64_t now_us = brb_clock_now_us(judge->clock);
	judge->latest_us = now_us > INT64_MAX - future_us ? INT64_MAX : now_us + future_us;
	return at_us > judge->latest_us;
}

static brabeion_status check_time(brb_judge *judge, int64_t at_us, bool is_exact, brabeion_error *error)
{
	if (!is_exact && has_wrong_unit(judge, at_us))
		return refuse_unit(at_us, error);
	return is_future(judge, at_us) ? refuse_future(judge, at_us, error) : BRABEION_OK;
}

/* ---- routes ---- */

/* The thread's last route, else a look-up in the table, which costs more than all the rest of the way to a badge. */
static const brb_route *find_route(const brb_judge *judge, const char *event)
{
	brb_counters *counters = judge->counters;
	if (counters && counters->last_route && strcmp(counters->last_route->event, event) == 0)
		return counters->last_route;
	const brb_route *route = brb_generation_route(judge->generation, event);
	if (counters && route)
		counters->last_route = route;
	return route;
}

/* The thread's last unhandled event is likely to come again: found without a look-up in either table. */
static bool is_last_unhandled(const brb_judge *judge, const char *event)
{
	const brb_counters *counters = judge->counters;
	return counters && counters->last_unhandled && strcmp(counters->last_unhandled->name, event) == 0;
}

static void count_unhandled(brb_judge *judge, const char *event)
{
	brb_counters *counters = judge->counters;
	brb_event_stats *stats = judge->shared->event_stats;
	if (!stats)
		return;
	brb_unhandled *unhandled =
		is_last_unhandled(judge, event) ? counters->last_unhandled : brb_event_stats_unhandled(stats, event);
	if (counters)
		counters->last_unhandled = unhandled;
	brb_event_stats_count(stats, unhandled);
}

static bool is_warm(const brb_route *route)
{
	return atomic_load_explicit(&route->hint->warmth, memory_order_relaxed) >= BRB_ROUTE_WARM;
}

/*
 * Estimates how often events of this name need the store, so that the next one can be left to the group at once.
 * Written only when it changes: an event that never needs the store writes nothing that others read.
 */
static void update_warmth(const brb_route *route, bool needed)
{
	unsigned warmth = atomic_load_explicit(&route->hint->warmth, memory_order_relaxed);
	unsigned next = needed ? warmth + BRB_ROUTE_WARMING : warmth ? warmth - 1 : 0;
	if (next != warmth && next <= BRB_ROUTE_WARMEST)
		atomic_store_explicit(&route->hint->warmth, next, memory_order_relaxed);
}

/* ---- events ---- */

/* In a history every event advances the time, whatever becomes of it. False: a fault. */
static bool advance_time(brb_judge *judge, bool has_at, int64_t at_us, brabeion_result *result)
{
	return !judge->shared->history ||
	       brb_due_advance(judge, has_at ? at_us : brb_clock_now_us(judge->clock), result);
}

static bool is_duplicate(brb_judge *judge, const brabeion_event *event)
{
	bool first = true;
	if (brb_judge_enter_store(judge))
		judge->fault =
			brb_store_see(judge->store, event->id, event->name, event->user, &first, &judge->error);
	return !first;
}

static void judge_handled(brb_judge *judge, const brb_route *route, const brabeion_event *event,
			  brabeion_result *result)
{
	judge->needed_store = false;
	brb_judge_route(judge, route, event, result);
	update_warmth(route, judge->needed_store);
	if (judge->shared->history && judge->fault == BRABEION_OK)
		brb_due_settle(judge, result);
}

brabeion_status brb_judge_event(brb_judge *judge, const brabeion_event *event, brabeion_result *result)
{
	brabeion_error error = BRABEION_NO_ERROR;
	*result = (brabeion_result){ .outcome = BRABEION_JUDGED };
	check_name(event, &error);
	bool may_be_handled = error.status == BRABEION_OK && !is_last_unhandled(judge, event->name);
	const brb_route *route = may_be_handled ? find_route(judge, event->name) : NULL;
	if (route)
		check_content(event, &error);
	if (error.status == BRABEION_OK && event->has_at)
		check_time(judge, event->at_us, event->at_is_exact, &error);
	if (error.status != BRABEION_OK) {
		refuse_event(result, &error);
		return BRABEION_OK;
	}
	bool has_id = event->id && event->id[0];
	if (judge->single && !judge->leads && (judge->shared->history || (route && (has_id || is_warm(route))))) {
		judge->left_to_group = true;
		return BRABEION_OK;
	}
	if (!advance_time(judge, event->has_at, event->at_us, result))
		return judge->fault;
	if (!route) {
		count_unhandled(judge, event->name);
		result->outcome = BRABEION_UNHANDLED;
		return BRABEION_OK;
	}
	if (has_id && is_duplicate(judge, event)) {
		result->outcome = BRABEION_DUPLICATE;
		return judge->fault;
	}
	if (judge->fault == BRABEION_OK)
		judge_handled(judge, route, event, result);
	if (judge->scratch.used_bytes)
		brb_arena_reset(&judge->scratch);
	return judge->fault;
}

/* ---- grants ---- */

static brabeion_status check_grant(const brabeion_grant *grant, const brb_generation *generation,
				   const brb_badge **badge, brabeion_error *error)
{
	if (!grant->user || !grant->badge)
		return brb_status_set(error, BRABEION_INVALID, "the grant has no %s", grant->user ? "badge" : "user");
	brabeion_status status = check_text(grant->user, 1, BRB_SUBJECT_BYTES_MOST, "user", error);
	if (status == BRABEION_OK && grant->reason)
		status = check_text(grant->reason, 0, BRB_SUBJECT_BYTES_MOST, "reason", error);
	if (status == BRABEION_OK && grant->comment)
		status = check_text(grant->comment, 0, BRB_REMARK_BYTES_MOST, "comment", error);
	if (status != BRABEION_OK)
		return status;
	const brb_badge *found = brb_table_get(&generation->slugs, grant->badge);
	if (!found)
		return brb_status_set(error, BRABEION_INVALID, "no badge \"%.100s\" is loaded", grant->badge);
	if (found->earnable.retired)
		return brb_status_set(
			error, BRABEION_INVALID,
			"the badge \"%s\" is retired (retired: true in badges.yaml): nobody gets it any "
			"more",
			grant->badge);
	if (grant->level > found->level_count)
		return brb_status_set(error, BRABEION_INVALID, "the badge \"%s\" has %u levels, not %u", grant->badge,
				      found->level_count, grant->level);
	if (grant->reason && grant->reason[0] && !found->multiple)
		return brb_status_set(error, BRABEION_INVALID,
				      "the badge \"%s\" is not multiple: it is held without a reason", grant->badge);
	*badge = found;
	return BRABEION_OK;
}

brabeion_status brb_judge_grant(brb_judge *judge, const brabeion_grant *grant, brabeion_result *result)
{
	brabeion_error error = BRABEION_NO_ERROR;
	const brb_badge *badge = NULL;
	*result = (brabeion_result){ .outcome = BRABEION_JUDGED };
	check_grant(grant, judge->generation, &badge, &error);
	if (error.status == BRABEION_OK && grant->has_at)
		check_time(judge, grant->at_us, false, &error);
	if (error.status != BRABEION_OK) {
		refuse_event(result, &error);
		return BRABEION_OK;
	}
	if (!advance_time(judge, grant->has_at, grant->at_us, result))
		return judge->fault;
	brb_judge_granted(judge, badge, grant, result);
	if (judge->shared->history && judge->fault == BRABEION_OK)
		brb_due_settle(judge, result);
	return judge->fault;
}
