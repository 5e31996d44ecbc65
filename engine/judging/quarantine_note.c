/*
 * judging/quarantine_note: counts failures and overruns by users, and quarantines. See quarantine.h.
 *
 * The lock is taken for a call that failed or was too slow, and for the first after it that was not: each badge is
 * quarantined once, and what happened a moment before (a release, a call that succeeded) is seen.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/memory.h"
#include "judging/event_stats.h"
#include "judging/quarantine.h"

/* ---- counting ---- */

static uint64_t failures_of(uint64_t word)
{
	return word & BRB_TROUBLE_COUNT;
}

static uint64_t overruns_of(uint64_t word)
{
	return word >> BRB_TROUBLE_OVERRUNS_AT & BRB_TROUBLE_COUNT;
}

static const brb_config_quarantine *limits_of(const brb_route_step *step)
{
	return step->badge ? &step->badge->quarantine : &step->plugin->quarantine;
}

static bool too_many(uint64_t word, const brb_config_quarantine *limits)
{
	return (limits->failures && failures_of(word) >= limits->failures) ||
	       (limits->overruns && overruns_of(word) >= limits->overruns);
}

/* How many users the set has now. Where memory is short, the user may be counted at another failure. */
static uint64_t count_user(brb_user_set *users, const char *user, bool has_met)
{
	if (has_met)
		brb_user_set_add(users, user);
	else
		brb_user_set_finish(users);
	return users->count;
}

/* The word after one more call. A count without a limit stays 0; overruns of a call that was not timed are not known. */
static uint64_t counted_locked(brb_trouble *trouble, const brb_call *call, const brb_config_quarantine *limits)
{
	const char *user = call->event->user;
	uint64_t failures = 0, overruns = trouble->slow.count;
	if (limits->failures)
		failures = count_user(&trouble->failed, user, call->failed);
	if (call->took_us >= 0 && limits->budget_us && limits->overruns)
		overruns = count_user(&trouble->slow, user, call->took_us > limits->budget_us);
	return failures | overruns << BRB_TROUBLE_OVERRUNS_AT;
}

/* ---- quarantining ---- */

/* "it failed for 100 users in a row, at last on event "visit": why". Without their names: users can be forgotten. */
static char *describe_trouble(const brb_call *call, const brb_route_step *step, uint64_t word)
{
	const brb_config_quarantine *limits = limits_of(step);
	const char *subject = step->badge ? "it" : "its plugin's observe";
	bool failed = limits->failures && failures_of(word) >= limits->failures;
	uint64_t count = failed ? failures_of(word) : overruns_of(word);
	const char *in_a_row = count == 1 ? "user" : "users in a row, at last";
	brb_builder text = { 0 };
	if (failed)
		brb_builder_printf(&text, "%s failed for %" PRIu64 " %s on event \"%s\": %s", subject, count,
				   in_a_row, call->event->name, call->texts->message);
	else
		brb_builder_printf(&text,
				   "%s took longer than its budget of %" PRId64 " ms for %" PRIu64 " %s %" PRId64
				   " ms on event \"%s\"",
				   subject, limits->budget_us / 1000, count, in_a_row, call->took_us / 1000,
				   call->event->name);
	return brb_builder_take(&text);
}

/* False: it is quarantined already, or memory is short. */
static bool mark_locked(brb_trouble *trouble, int64_t since_us, const char *reason)
{
	char *copy = brb_trouble_is_quarantined(trouble) ? NULL : brb_memory_copy(reason);
	if (!copy)
		return false;
	brb_trouble_finish(trouble);
	trouble->reason = copy;
	trouble->since_us = since_us;
	atomic_fetch_or_explicit(&trouble->word, BRB_TROUBLE_QUARANTINED, memory_order_relaxed);
	return true;
}

static void mark_badges_locked(const brb_generation *generation, const brb_plugin *plugin, int64_t since_us,
			       const char *reason)
{
	for (size_t i = 0; i < generation->badge_count; i++)
		if (generation->badges[i]->plugin == plugin)
			mark_locked(&generation->troubles[i], since_us, reason);
}

static void log_quarantined(const brb_call *call, const brb_route_step *step, const char *reason)
{
	const brb_log *log = call->judge->shared->log;
	if (step->badge)
		brb_log_write(log, BRABEION_LOG_ERROR,
			      "badge \"%s\" is quarantined until a reload or \"brabeion release %s\": %s",
			      step->badge->slug, step->badge->slug, reason);
	else
		brb_log_write(log, BRABEION_LOG_ERROR,
			      "plugin \"%s\" is quarantined with all its badges until a reload or \"brabeion "
			      "release\" of them: %s",
			      step->plugin->id, reason);
}

/* Why it was quarantined now, for the caller to free; NULL: it was not. */
static char *count_locked(const brb_call *call, const brb_route_step *step)
{
	brb_judge *judge = call->judge;
	const brb_config_quarantine *limits = limits_of(step);
	if (brb_trouble_is_quarantined(step->trouble)) /* during this call */
		return NULL;
	uint64_t word = counted_locked(step->trouble, call, limits);
	atomic_store_explicit(&step->trouble->word, word, memory_order_relaxed);
	if (!too_many(word, limits))
		return NULL;
	int64_t since_us = brb_clock_now_us(judge->clock);
	char *reason = describe_trouble(call, step, word);
	if (!reason || !mark_locked(step->trouble, since_us, reason)) { /* the next bad call tries again */
		brb_memory_release(reason);
		return NULL;
	}
	if (!step->badge)
		mark_badges_locked(judge->generation, step->plugin, since_us, reason);
	return reason;
}

static void report_slow(const brb_call *call, const brb_route_step *step, int64_t budget_us)
{
	const brb_badge *badge = step->badge ? step->badge : step->plugin->badges; /* an observe's: its first */
	brb_event_stats *stats = call->judge->shared->event_stats;
	char text[100];
	snprintf(text, sizeof text, "%s took %" PRId64 " ms, its budget is %" PRId64 " ms",
		 step->badge ? "it" : "its plugin's observe", call->took_us / 1000, budget_us / 1000);
	if (stats && badge)
		brb_event_stats_trouble(stats, badge->number, BRB_TROUBLE_SLOW, call->event->name, text);
}

void brb_quarantine_note(brb_call *call, const brb_route_step *step)
{
	const brb_config_quarantine *limits = limits_of(step);
	brb_judge *judge = call->judge;
	if (judge->fault != BRABEION_OK) /* the store's, not the badge's */
		return;
	if (limits->budget_us && call->took_us > limits->budget_us)
		report_slow(call, step, limits->budget_us);
	if (call->refused || (!limits->failures && !limits->overruns)) /* the event's; or nothing is counted */
		return;
	pthread_mutex_lock(&judge->shared->quarantine->lock);
	char *reason = count_locked(call, step);
	pthread_mutex_unlock(&judge->shared->quarantine->lock);
	if (!reason)
		return;
	judge->filled_quarantine = true;
	log_quarantined(call, step, reason);
	brb_memory_release(reason);
}
