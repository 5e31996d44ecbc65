/*
 * judging/judgement: see judgement.h.
 */
#include "judging/judgement.h"

#include <string.h>

#include "judging/backend.h"
#include "judging/deferred.h"
#include "judging/event_stats.h"
#include "judging/group_commit.h"
#include "judging/lapse.h"
#include "judging/quarantine.h"
#include "judging/result.h"
#include "judging/subject.h"
#include "judging/verdict_recorder.h"

/* ---- one judgement ---- */

static void begin_judgement(brb_call *call, const brb_plugin *plugin, const brb_badge *badge)
{
	call->plugin = plugin;
	call->badge = badge;
	call->failed = false;
	call->refused = false;
	call->answer = BRB_UNANSWERED;
	call->has_recipient = false;
	call->has_reason = false;
	call->has_earned_at = false;
	call->later_count = 0;
	call->key_steps = 0;
	call->took_us = -1;
	if (call->judge->in_transaction)
		call->judge->backend->mark(call->judge);
}

static const char *describe_failure(const brb_call *call)
{
	const char *text = brb_arena_printf(
		&call->judge->scratch, "%s \"%s\" %s event \"%s\" of user \"%s\": %s",
		call->badge ? "badge" : "observe of plugin", call->badge ? call->badge->slug : call->plugin->id,
		call->refused ? "refused" : "failed on", call->event->name, call->event->user, call->texts->message);
	return text ? text : "out of memory";
}

/*
 * Undoes what the judgement changed that failed or refused the event, and reports it: to the log, in the result, a failure
 * to the statistics, too.
 */
static void drop_judgement(brb_call *call, uint32_t award_count, uint32_t badge_count)
{
	brb_judge *judge = call->judge;
	brabeion_result *result = call->result;
	const char *why = call->texts->message;
	if (judge->in_transaction)
		judge->backend->undo(judge);
	result->award_count = award_count;
	*(call->refused ? &result->refused : &result->failed) += badge_count;
	const char *message = describe_failure(call);
	brb_log_write(judge->shared->log, call->refused ? BRABEION_LOG_INFO : BRABEION_LOG_WARNING, "%s", message);
	brb_result_add_failure(result, call->plugin->id, call->badge ? call->badge->slug : NULL, why, call->refused);
	if (!result->message)
		brb_result_set_message(result, message);
	const brb_badge *counted = call->badge ? call->badge : call->plugin->badges; /* an observe's: its first */
	if (judge->shared->event_stats && counted && !call->refused)
		brb_event_stats_trouble(judge->shared->event_stats, counted->number, BRB_TROUBLE_FAILED,
					call->event->name, why);
}

/* NULL when nothing is counted by badge. */
static brb_badge_counters *counters_of(const brb_call *call, const brb_badge *badge)
{
	const brb_counters *counters = call->judge->counters;
	return counters && badge->counter < counters->badge_count ? &counters->badges[badge->counter] : NULL;
}

/*
 * Calls the plugin's function and measures it without what it waited for the store. Rare, and kept out of the code of
 * calls that are not timed.
 */
__attribute__((noinline, cold)) static int32_t
call_timed(brb_call *call, int32_t (*function)(void *self, badge_call *call), void *self)
{
	int64_t waited_us = 0;
	call->judge->waited_us = &waited_us;
	int64_t began_us = brb_clock_monotonic_us();
	int32_t answer = function(self, &call->head);
	int64_t took_us = brb_clock_monotonic_us() - began_us - waited_us;
	call->judge->waited_us = NULL;
	call->took_us = took_us > 0 ? took_us : 0;
	return answer;
}

/*
 * Reading the clock twice costs more than the rest of a judgement: timed are the first call, every 64th, those after a
 * call that was too slow, and those that nobody counts.
 */
static bool is_timed(uint64_t count, uint64_t trouble)
{
	return count % 64 == 0 || count == 1 || (trouble && brb_trouble_is_slow(trouble));
}

/* Does not read back what it has just written, which a processor waits for. */
static uint64_t count_call(_Atomic uint64_t *counter)
{
	uint64_t count = atomic_load_explicit(counter, memory_order_relaxed) + 1;
	atomic_store_explicit(counter, count, memory_order_relaxed);
	return count;
}

static int32_t call_award(brb_call *call, const brb_badge *badge, uint64_t trouble)
{
	brb_badge_counters *counters = counters_of(call, badge);
	uint64_t count = counters ? count_call(&counters->judged) : 0;
	int32_t level = is_timed(count, trouble) ? call_timed(call, badge->award, badge->self)
						 : badge->award(badge->self, &call->head);
	if (counters && count % 64 == 0)
		brb_count(&counters->time_us, (uint64_t)call->took_us);
	if (counters && level > 0)
		brb_count(&counters->earned, 1);
	return level;
}

/* The badge has failed or refused the event, unless the store failed. */
static void fail_badge(brb_call *call, const brb_badge *badge, uint32_t award_count)
{
	brb_badge_counters *counters = counters_of(call, badge);
	if (call->judge->fault != BRABEION_OK)
		return;
	if (counters && !call->refused)
		brb_count(&counters->failed, 1);
	drop_judgement(call, award_count, 1);
}

/* Awards the level, to the recipient and for the reason that the badge has set, or the default ones. */
static void award_level(brb_call *call, int32_t level)
{
	const brb_call_texts *texts = call->texts;
	brb_apply_award(call, call->badge, level, call->has_recipient ? texts->recipient : call->event->user,
			call->has_reason ? texts->reason : NULL, call->has_earned_at ? &texts->earned_at_us : NULL);
}

/* What is no level: a refusal, or a failure. */
static void take_answer(brb_call *call, const char *function, int32_t answer)
{
	if (answer == BADGE_REFUSED)
		brb_call_refuse(call, "%s refused the event without saying why", function);
	else
		brb_call_fail(call, "%s answered %d", function, answer);
}

static inline void judge_now(brb_call *call, const brb_badge *badge, uint64_t trouble)
{
	uint32_t award_count = call->result->award_count;
	int32_t level = call_award(call, badge, trouble);
	call->answer = level;
	if (level == BADGE_NOT_EARNED && !call->failed) {
		if (badge->temporary)
			brb_lapse_above(call, badge, 0);
		return;
	}
	if (level == BADGE_UNCHANGED && !call->failed)
		return;
	if (level < 0)
		take_answer(call, "award", level);
	else if ((uint32_t)level > badge->level_count)
		brb_call_fail(call, "award answered level %d, the badge has %u", level, badge->level_count);
	else if (!call->failed && call->judge->fault == BRABEION_OK)
		award_level(call, level);
	if (call->failed)
		fail_badge(call, badge, award_count);
	else if (badge->temporary)
		brb_lapse_above(call, badge, level);
}

/* An async badge is judged later: now it adds to the state what must be known as of now. */
static void freeze_badge(brb_call *call, const brb_badge *badge)
{
	call->answer = BRB_FROZEN;
	brb_deferred_freeze(call);
	if (call->failed)
		fail_badge(call, badge, call->result->award_count);
}

static inline void judge_or_freeze(brb_call *call, const brb_badge *badge, uint64_t trouble)
{
	if (badge->async)
		freeze_badge(call, badge);
	else
		judge_now(call, badge, trouble);
}

/* Judges it for the user whom a field names, as if the event were that user's. */
__attribute__((noinline)) static void judge_subject(brb_call *call, const brb_badge *badge, uint64_t trouble)
{
	const brabeion_event *sent = call->event;
	brabeion_event event = *sent;
	char user[BRB_SUBJECT_BYTES_MOST + 1];
	if (brb_subject_take(call, badge, user)) {
		event.user = user;
		call->event = &event;
		judge_or_freeze(call, badge, trouble);
		call->event = sent;
	} else {
		fail_badge(call, badge, call->result->award_count);
	}
}

/* A judgement that succeeds after others that did writes nothing that other threads share. */
static bool is_notable(const brb_call *call, uint64_t trouble, const brb_config_quarantine *limits)
{
	return trouble || call->failed || call->took_us > limits->budget_us;
}

/* For a badge that selects. Out of line, so that the way of those that do not stays short. No clock is read without bounds. */
__attribute__((noinline)) static bool is_selected(brb_call *call, const brb_badge *badge)
{
	bool always = !badge->earnable.from_us && !badge->earnable.until_us;
	return (!badge->conditions || brb_conditions_hold(badge->conditions, call->event)) &&
	       (!badge->subject || brb_subject_find(badge, call->event)) &&
	       (always || brb_badge_is_earnable(badge, brb_call_at(call)));
}

/* Whether the event is for the badge: see plugin/conditions.h, and `earnable` of badges.yaml. One without its user is nobody's. */
static inline bool is_wanted(brb_call *call, const brb_badge *badge)
{
	return !badge->selects || is_selected(call, badge);
}

/* The badge is quarantined, or its plugin's observe is. */
static void pass_over(const brb_call *call, const brb_badge *badge)
{
	brb_badge_counters *counters = counters_of(call, badge);
	brb_event_stats *stats = call->judge->shared->event_stats;
	if (counters)
		brb_count(&counters->passed, 1);
	if (stats)
		brb_event_stats_trouble(stats, badge->number, BRB_TROUBLE_PASSED, call->event->name, "");
}

static void judge_badge(brb_call *call, const brb_route_step *step)
{
	const brb_badge *badge = step->badge;
	uint64_t trouble = brb_trouble_word(step->trouble);
	if (trouble && brb_quarantine_holds(call->judge, trouble)) {
		pass_over(call, badge);
		return;
	}
	begin_judgement(call, step->plugin, badge);
	if (badge->subject)
		judge_subject(call, badge, trouble);
	else
		judge_or_freeze(call, badge, trouble);
	if (is_notable(call, trouble, &badge->quarantine))
		brb_quarantine_note(call, step);
}

/* ---- observe ---- */

static int32_t call_observe(brb_call *call, const brb_plugin *plugin, uint64_t trouble)
{
	brb_badge_counters *counters = plugin->badges ? counters_of(call, &plugin->badges[0]) : NULL;
	uint64_t count = counters ? count_call(&counters->observed) : 0;
	return is_timed(count, trouble) ? call_timed(call, plugin->observe, plugin->self)
					: plugin->observe(plugin->self, &call->head);
}

/* The badges of the steps that would have been judged. */
static uint32_t count_active(brb_call *call, const brb_route_step *steps, uint32_t step_count)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < step_count; i++)
		count += is_wanted(call, steps[i].badge) && !brb_trouble_is_quarantined(steps[i].trouble);
	return count;
}

/* False: it failed or is quarantined, and its plugin's badges are not judged. */
static bool judge_observe(brb_call *call, const brb_route_step *step, uint32_t badge_count)
{
	uint64_t trouble = brb_trouble_word(step->trouble);
	if (trouble && brb_quarantine_holds(call->judge, trouble)) {
		for (uint32_t i = 1; i <= badge_count; i++)
			if (is_wanted(call, step[i].badge))
				pass_over(call, step[i].badge);
		return false;
	}
	begin_judgement(call, step->plugin, NULL);
	uint32_t award_count = call->result->award_count;
	int32_t answer = call_observe(call, step->plugin, trouble);
	if (answer != BADGE_OK)
		take_answer(call, "observe", answer);
	if (call->failed && call->judge->fault == BRABEION_OK)
		drop_judgement(call, award_count, count_active(call, step + 1, badge_count));
	if (is_notable(call, trouble, &step->plugin->quarantine))
		brb_quarantine_note(call, step);
	return !call->failed;
}

/* ---- a route ---- */

/* How many steps from this one on belong to its plugin, itself included. */
static uint32_t steps_of_plugin(const brb_route *route, uint32_t from)
{
	uint32_t to = from + 1;
	while (to < route->step_count && route->steps[to].plugin == route->steps[from].plugin)
		to++;
	return to - from;
}

/* Judges a step, and returns the position from which on to continue: after an observe that failed, behind its plugin. */
static inline uint32_t judge_step(brb_call *call, const brb_route *route, uint32_t position)
{
	const brb_route_step *step = &route->steps[position];
	if (step->badge) {
		if (is_wanted(call, step->badge))
			judge_badge(call, step);
		return position + 1;
	}
	uint32_t count = steps_of_plugin(route, position);
	return judge_observe(call, step, count - 1) ? position + 1 : position + count;
}

/* Of a route with an index: the steps that the event may be for. */
__attribute__((noinline)) static void judge_found_steps(brb_call *call, const brb_route *route)
{
	brb_route_walk walk;
	brb_route_walk_begin(&walk, route->index, call->event);
	uint32_t i = brb_route_walk_from(&walk, 0);
	while (i < route->step_count && call->judge->fault == BRABEION_OK)
		i = brb_route_walk_from(&walk, judge_step(call, route, i));
}

static inline void judge_steps(brb_call *call, const brb_route *route)
{
	++*call->judge->reentrancy;
	if (route->index)
		judge_found_steps(call, route);
	else
		for (uint32_t i = 0; i < route->step_count && call->judge->fault == BRABEION_OK;)
			i = judge_step(call, route, i);
	--*call->judge->reentrancy;
}

/* As judge_steps, and each badge's answer is recorded. */
static void judge_steps_recorded(brb_call *call, const brb_route *route, brb_verdict_recorder *recorder)
{
	++*call->judge->reentrancy;
	for (uint32_t i = 0; i < route->step_count && call->judge->fault == BRABEION_OK; i++) {
		const brb_route_step *step = &route->steps[i];
		if (step->badge && !is_wanted(call, step->badge))
			continue;
		if (step->badge) {
			brb_verdict_recorder_ask(recorder, step->badge);
			judge_badge(call, step);
			brb_verdict_recorder_answer(recorder, step->badge);
			continue;
		}
		uint32_t count = steps_of_plugin(route, i);
		brb_verdict_recorder_observe(recorder);
		if (!judge_observe(call, step, count - 1)) {
			brb_verdict_recorder_unobserved(recorder, step + 1, count - 1);
			i += count - 1;
		}
	}
	--*call->judge->reentrancy;
}

/* Every event has a row in the journal, also one that earns nothing: so it needs the store. */
__attribute__((noinline, cold)) static void judge_and_record(brb_call *call, const brb_route *route,
							     brabeion_entry_kind kind)
{
	brb_judge *judge = call->judge;
	const brabeion_event *event = call->event;
	if (!brb_judge_enter_store(judge))
		return;
	brb_verdict_recorder *recorder = &judge->shared->group->recorder;
	if (!brb_verdict_recorder_begin(recorder, call))
		return;
	if (kind == BRABEION_ENTRY_EVENT)
		call->cause = recorder->sequence;
	judge_steps_recorded(call, route, recorder);
	brb_verdict_recorder_end(recorder);
	brb_verdict_recorder_write(recorder, judge, event, event->has_at ? event->at_us : brb_call_at(call), kind);
}

/* ---- brabeion.awarded, brabeion.lapsed, brabeion.revoked ---- */

/* One of them, of a change that has been stored. */
typedef struct raised_event {
	const char *name;
	const brb_route *route;
	const brabeion_award_info *award;
	int64_t at_us; /* of the change */
} raised_event;

static void raise_event(brb_call *outer, const raised_event *raised)
{
	const brabeion_award_info *award = raised->award;
	brabeion_field fields[] = { BRABEION_TEXT("slug", award->badge), BRABEION_INT("level", award->level),
				    BRABEION_TEXT("reason", award->reason) };
	brabeion_event event = { .name = raised->name,
				 .user = award->user,
				 .has_at = true,
				 .at_us = raised->at_us,
				 .fields = fields,
				 .field_count = sizeof fields / sizeof fields[0] };
	event.has_offset = outer->event->has_offset;
	event.offset_minutes = outer->event->offset_minutes;
	const brabeion_event *raised_by = outer->event;
	outer->event = &event;
	if (outer->judge->generation->journal.keep_us)
		judge_and_record(outer, raised->route, BRABEION_ENTRY_RAISED);
	else
		judge_steps(outer, raised->route);
	outer->event = raised_by;
}

/* The entries of the result from which on nothing has been raised. */
typedef struct raised_place {
	uint32_t award, lapsed;
} raised_place;

static raised_place place_of(const brabeion_result *result)
{
	return (raised_place){ result->award_count, result->lapsed_count };
}

/* The list may grow and move meanwhile. */
static void raise_award(brb_call *call, uint32_t index)
{
	const brabeion_award_info award = call->result->awards[index];
	const raised_event raised = { "brabeion.awarded", call->judge->generation->on_awarded, &award, award.at_us };
	if (raised.route)
		raise_event(call, &raised);
}

static void raise_lapse(brb_call *call, uint32_t index)
{
	const brabeion_change *lapsed = &call->result->lapsed[index];
	const raised_event raised = { "brabeion.lapsed", call->judge->generation->on_lapsed, lapsed->award,
				      lapsed->at_us };
	if (raised.route)
		raise_event(call, &raised);
}

static bool is_left(const brb_call *call, raised_place from)
{
	return (from.award < call->result->award_count || from.lapsed < call->result->lapsed_count) &&
	       call->judge->fault == BRABEION_OK;
}

/* The changes of the result from that place on, then those that come of them, level by level. */
static void raise_by_level(brb_call *call, raised_place from)
{
	for (int depth = 0; depth < BRB_AWARDED_DEPTH_MOST && is_left(call, from); depth++) {
		raised_place to = place_of(call->result);
		for (; from.award < to.award && call->judge->fault == BRABEION_OK; from.award++)
			raise_award(call, from.award);
		for (; from.lapsed < to.lapsed && call->judge->fault == BRABEION_OK; from.lapsed++)
			raise_lapse(call, from.lapsed);
	}
	if (is_left(call, from))
		brb_log_write(call->judge->shared->log, BRABEION_LOG_WARNING,
			      "brabeion.awarded: badges award each other, or let each other lapse, %d deep on event "
			      "\"%s\" of user \"%s\"; not raised further",
			      BRB_AWARDED_DEPTH_MOST, call->event->name, call->event->user);
}

static inline void raise_all(brb_call *call, raised_place from)
{
	const brb_generation *generation = call->judge->generation;
	if (is_left(call, from) && (generation->on_awarded || generation->on_lapsed))
		raise_by_level(call, from);
}

/* ---- events and grants ---- */

void brb_judge_route(brb_judge *judge, const brb_route *route, const brabeion_event *event, brabeion_result *result)
{
	brb_call_texts texts;
	brb_call call;
	raised_place from = place_of(result);
	brb_call_init(&call, judge, event, result, &texts);
	if (judge->generation->journal.keep_us)
		judge_and_record(&call, route, BRABEION_ENTRY_EVENT);
	else
		judge_steps(&call, route);
	raise_all(&call, from);
}

void brb_judge_granted(brb_judge *judge, const brb_badge *badge, const brabeion_grant *grant, brabeion_result *result)
{
	const brabeion_event event = {
		.name = "brabeion.granted", .user = grant->user, .has_at = grant->has_at, .at_us = grant->at_us
	};
	brb_call_texts texts;
	brb_call call;
	brb_call_init(&call, judge, &event, result, &texts);
	raised_place from = place_of(result);
	begin_judgement(&call, badge->plugin, badge);
	call.is_grant = true;
	call.comment = grant->comment;
	brb_apply_award(&call, badge, grant->level ? (int32_t)grant->level : 1, grant->user, grant->reason, NULL);
	call.is_grant = false;
	call.comment = NULL;
	raise_all(&call, from);
}

void brb_judge_revoked(brb_judge *judge, const brabeion_change *revoked, size_t count, brabeion_result *result)
{
	const brb_route *route = judge->generation->on_revoked;
	raised_place from = place_of(result);
	for (size_t i = 0; route && i < count && judge->fault == BRABEION_OK; i++) {
		const raised_event raised = { "brabeion.revoked", route, revoked[i].award, revoked[i].at_us };
		const brabeion_event decision = { .name = raised.name, .user = revoked[i].award->user };
		brb_call_texts texts;
		brb_call call;
		brb_call_init(&call, judge, &decision, result, &texts);
		raise_event(&call, &raised);
		raise_all(&call, from);
		from = place_of(result);
	}
}

/* ---- jobs ---- */

/* A failure or refusal is removed from the result again: the caller knows whether it counts. */
static brabeion_status end_job(brb_call *call, const brabeion_result *before, brb_job_failure *failure)
{
	brb_judge *judge = call->judge;
	*failure = (brb_job_failure){ .why = NULL };
	if (call->failed && judge->fault == BRABEION_OK) {
		call->result->failed = before->failed;
		call->result->refused = before->refused;
		call->result->failure_count = before->failure_count;
		failure->refused = call->refused;
		failure->why = brb_arena_copy(&judge->scratch, call->texts->message);
		if (!failure->why)
			judge->fault = brb_status_no_memory(&judge->error);
	}
	raise_all(call, place_of(before));
	return judge->fault;
}

/*
 * Whether the job's badge is still to be asked: a badge may have been retired since, or have got another time. What it asked
 * for itself, by badge_later, has no such time.
 */
static bool is_still_wanted(brb_call *call, const brb_badge *badge)
{
	if (strcmp(call->event->name, BRB_DUE_EVENT) == 0)
		return !badge->earnable.retired;
	return brb_badge_is_earnable(badge, call->event->at_us);
}

/* The row is written in the transaction; a recorder of the caller's keeps it until then. */
static void end_recording(brb_call *call, const brb_judged_job *job, brb_verdict_recorder *recorder)
{
	brb_verdict_recorder_answer(recorder, job->badge);
	brb_verdict_recorder_end(recorder);
	if (!job->recorder)
		brb_verdict_recorder_write(recorder, call->judge, job->event, job->event->at_us, BRABEION_ENTRY_JOB);
}

brabeion_status brb_judge_job(brb_judge *judge, const brb_judged_job *job, brabeion_result *result,
			      brb_job_failure *failure)
{
	const brabeion_result before = *result;
	brb_call_texts texts;
	brb_call call;
	brb_call_init(&call, judge, job->event, result, &texts);
	brb_verdict_recorder *recorder = NULL;
	call.cause = job->cause;
	if (judge->generation->journal.keep_us) {
		recorder = job->recorder ? job->recorder : &judge->shared->group->recorder;
		if (!brb_verdict_recorder_begin(recorder, &call))
			return judge->fault;
		brb_verdict_recorder_ask(recorder, job->badge);
	}
	begin_judgement(&call, job->badge->plugin, job->badge);
	++*judge->reentrancy;
	if (is_still_wanted(&call, job->badge))
		judge_now(&call, job->badge, 0);
	else
		call.answer = BADGE_UNCHANGED;
	--*judge->reentrancy;
	if (recorder)
		end_recording(&call, job, recorder);
	return end_job(&call, &before, failure);
}

brabeion_status brb_judge_apply_job(brb_judge *judge, const brb_judged_job *job, const brb_planned_change *changes,
				    size_t change_count, brabeion_result *result, brb_job_failure *failure)
{
	const brabeion_result before = *result;
	brb_call_texts texts;
	brb_call call;
	brb_call_init(&call, judge, job->event, result, &texts);
	call.cause = job->cause;
	begin_judgement(&call, job->badge->plugin, job->badge);
	brb_apply_changes(&call, changes, change_count);
	if (call.failed)
		fail_badge(&call, job->badge, before.award_count);
	return end_job(&call, &before, failure);
}
