/*
 * judging/judge: see judge.h.
 */
#include "judging/judge.h"

#include <string.h>

#include "base/list.h"
#include "judging/backend.h"
#include "judging/call.h"
#include "judging/deferred.h"
#include "judging/event_stats.h"
#include "judging/group_commit.h"
#include "judging/history.h"
#include "judging/lapse.h"
#include "judging/optimistic.h"
#include "judging/quarantine.h"
#include "judging/result.h"
#include "judging/verdict_recorder.h"

/* ---- the event itself ---- */

static bool is_engines_own(const char *name)
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

static brabeion_status check_event(const brabeion_event *event, brabeion_error *error)
{
	if (!event->user)
		return brb_status_set(error, BRABEION_INVALID, "the event has no user");
	brabeion_status status = check_text(event->user, 1, BRB_SUBJECT_BYTES_MOST, "user", error);
	if (status == BRABEION_OK && event->id)
		status = check_text(event->id, 0, BRB_SUBJECT_BYTES_MOST, "event's id", error);
	if (status == BRABEION_OK && event->field_count && !event->fields)
		status = brb_status_set(error, BRABEION_INVALID, "the event has fields at NULL");
	return status == BRABEION_OK ? brb_value_check(event->fields, event->field_count, error) : status;
}

static brabeion_status check_name(const brabeion_event *event, brabeion_error *error)
{
	if (!event->name || !event->name[0])
		return brb_status_set(error, BRABEION_INVALID, "the event has no name");
	if (is_engines_own(event->name))
		return brb_status_set(
			error, BRABEION_INVALID,
			"the event is called \"%.100s\": names beginning with \"brabeion.\" are the engine's own",
			event->name);
	return BRABEION_OK;
}

brabeion_status brb_judge_check(const brabeion_event *event, brabeion_error *error)
{
	brabeion_status status = check_name(event, error);
	return status == BRABEION_OK ? check_event(event, error) : status;
}

static void refuse_event(brabeion_result *result, brabeion_error *error)
{
	result->status = error->status;
	result->outcome = BRABEION_ABANDONED;
	brb_result_set_message(result, error->message);
	brabeion_error_finish(error);
}

/* ---- one judgement ---- */

static void begin_judgement(brb_call *call, const brb_route_step *step)
{
	call->plugin = step->plugin;
	call->badge = step->badge;
	call->failed = false;
	call->answer = BRB_UNANSWERED;
	call->has_to = false;
	call->has_reason = false;
	call->later_count = 0;
	call->took_us = -1;
	if (call->judge->in_transaction)
		call->judge->view->mark(call->judge);
}

/* Drops what the judgement did, counts it (for `count` badges) and tells the log. */
static void drop_judgement(brb_call *call, uint32_t award_count, uint32_t count)
{
	brb_judge *judge = call->judge;
	if (judge->in_transaction)
		judge->view->undo(judge);
	call->result->award_count = award_count;
	call->result->failed += count;
	const char *message = brb_arena_printf(&judge->scratch, "%s \"%s\" failed on event \"%s\" of user \"%s\": %s",
					       call->badge ? "badge" : "observe of plugin",
					       call->badge ? call->badge->slug : call->plugin->id, call->event->name,
					       call->event->user, call->message);
	brb_log_write(judge->log, BRABEION_LOG_WARNING, "%s", message ? message : "out of memory");
	brb_result_add_failure(call->result, call->plugin->id, call->badge ? call->badge->slug : NULL, call->message);
	const brb_badge *badge = call->badge ? call->badge : call->plugin->badges; /* an observe's: its first */
	if (judge->notices && badge)
		brb_event_stats_failed(judge->notices, badge->number, call->event->name, call->message);
	if (!call->result->message)
		brb_result_set_message(call->result, message ? message : "out of memory");
}

/* The level was earned: to whom and for what the badge has said, or else by default. */
static void pass(brb_call *call, int32_t level)
{
	brb_call_award(call, call->badge, level, call->has_to ? call->to : call->event->user,
		       call->has_reason ? call->reason : NULL);
}

/* NULL when nothing is counted by badge. */
static brb_badge_counters *counters_of(const brb_call *call, const brb_badge *badge)
{
	const brb_counters *counters = call->judge->counters;
	return counters && badge->counter < counters->badge_count ? &counters->badges[badge->counter] : NULL;
}

/*
 * Calls the plugin's function; what it waited for the store is not its own time. Rare, and out of the way of the calls
 * that are not timed.
 */
__attribute__((noinline, cold)) static int32_t
ask_timed(brb_call *call, int32_t (*function)(void *self, badge_call *call), void *self)
{
	brb_judge *judge = call->judge;
	judge->waited_us = 0;
	judge->timing = true;
	int64_t began_us = brb_clock_monotonic_us();
	int32_t answer = function(self, &call->head);
	int64_t took_us = brb_clock_monotonic_us() - began_us - judge->waited_us;
	judge->timing = false;
	call->took_us = took_us > 0 ? took_us : 0;
	return answer;
}

/*
 * Two looks at the clock cost more than the rest of a judgement: the first call and then one in 64 are timed, besides
 * those of what was too slow at last. One that nobody counts is.
 */
static bool is_timed(uint64_t count, uint64_t trouble)
{
	return count % 64 == 0 || count == 1 || (trouble && brb_trouble_is_slow(trouble));
}

/* Not read back from where it has just been written, which a processor waits for. */
static uint64_t count_call(_Atomic uint64_t *counter)
{
	uint64_t count = atomic_load_explicit(counter, memory_order_relaxed) + 1;
	atomic_store_explicit(counter, count, memory_order_relaxed);
	return count;
}

static int32_t ask_badge(brb_call *call, const brb_badge *badge, uint64_t trouble)
{
	brb_badge_counters *counters = counters_of(call, badge);
	uint64_t count = counters ? count_call(&counters->judged) : 0;
	int32_t level = is_timed(count, trouble) ? ask_timed(call, badge->award, badge->self)
						 : badge->award(badge->self, &call->head);
	if (counters && count % 64 == 0)
		brb_count(&counters->time_us, (uint64_t)call->took_us);
	if (counters && level > 0)
		brb_count(&counters->earned, 1);
	return level;
}

/* The badge has failed, unless the store did. */
static void fail_badge(brb_call *call, const brb_badge *badge, uint32_t award_count)
{
	brb_badge_counters *counters = counters_of(call, badge);
	if (call->judge->fault != BRABEION_OK)
		return;
	if (counters)
		brb_count(&counters->failed, 1);
	drop_judgement(call, award_count, 1);
}

static inline void judge_now(brb_call *call, const brb_badge *badge, uint64_t trouble)
{
	uint32_t award_count = call->result->award_count;
	int32_t level = ask_badge(call, badge, trouble);
	call->answer = level;
	if (level == BADGE_NOT_EARNED && !call->failed) {
		if (badge->temporary)
			brb_lapse_above(call, badge, 0);
		return;
	}
	if (level < 0)
		brb_call_fail(call, "award answered %d", level);
	else if ((uint32_t)level > badge->level_count)
		brb_call_fail(call, "award answered level %d, the badge has %u", level, badge->level_count);
	else if (!call->failed && call->judge->fault == BRABEION_OK)
		pass(call, level);
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

/* What goes well, and did, writes nothing that other threads share. */
static bool is_notable(const brb_call *call, uint64_t trouble, const brb_config_quarantine *limits)
{
	return trouble || call->failed || call->took_us > limits->budget_us;
}

static void judge_badge(brb_call *call, const brb_route_step *step)
{
	const brb_badge *badge = step->badge;
	uint64_t trouble = brb_trouble_word(step->trouble);
	if (trouble && brb_quarantine_holds(call->judge, trouble))
		return;
	begin_judgement(call, step);
	if (badge->async)
		freeze_badge(call, badge);
	else
		judge_now(call, badge, trouble);
	if (is_notable(call, trouble, &badge->quarantine))
		brb_quarantine_note(call, step);
}

static int32_t ask_observe(brb_call *call, const brb_plugin *plugin, uint64_t trouble)
{
	brb_badge_counters *counters = plugin->badges ? counters_of(call, &plugin->badges[0]) : NULL;
	uint64_t count = counters ? count_call(&counters->observed) : 0;
	return is_timed(count, trouble) ? ask_timed(call, plugin->observe, plugin->self)
					: plugin->observe(plugin->self, &call->head);
}

static uint32_t count_at_work(const brb_route_step *steps, uint32_t step_count)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < step_count; i++)
		count += !brb_trouble_is_quarantined(steps[i].trouble);
	return count;
}

/* False: it failed or is set aside, and its plugin's badges are not judged. */
static bool judge_observe(brb_call *call, const brb_route_step *step, uint32_t badge_count)
{
	uint64_t trouble = brb_trouble_word(step->trouble);
	if (trouble && brb_quarantine_holds(call->judge, trouble))
		return false;
	begin_judgement(call, step);
	uint32_t award_count = call->result->award_count;
	int32_t answer = ask_observe(call, step->plugin, trouble);
	if (answer != BADGE_OK)
		brb_call_fail(call, "observe answered %d", answer);
	if (call->failed && call->judge->fault == BRABEION_OK)
		drop_judgement(call, award_count, count_at_work(step + 1, badge_count));
	if (is_notable(call, trouble, &step->plugin->quarantine))
		brb_quarantine_note(call, step);
	return !call->failed;
}

/* How many steps from here on belong to the same plugin as this one, itself included. */
static uint32_t steps_of_plugin(const brb_route *route, uint32_t from)
{
	uint32_t to = from + 1;
	while (to < route->step_count && route->steps[to].plugin == route->steps[from].plugin)
		to++;
	return to - from;
}

static inline void judge_route(brb_call *call, const brb_route *route)
{
	++*call->judge->guard;
	for (uint32_t i = 0; i < route->step_count && call->judge->fault == BRABEION_OK; i++) {
		const brb_route_step *step = &route->steps[i];
		if (step->badge) {
			judge_badge(call, step);
			continue;
		}
		uint32_t count = steps_of_plugin(route, i);
		if (!judge_observe(call, step, count - 1))
			i += count - 1;
	}
	--*call->judge->guard;
}

/* ---- what is written down ---- */

/* As judge_route, and what each badge answers is taken down. */
static void judge_route_recorded(brb_call *call, const brb_route *route, brb_verdict_recorder *record)
{
	++*call->judge->guard;
	for (uint32_t i = 0; i < route->step_count && call->judge->fault == BRABEION_OK; i++) {
		const brb_route_step *step = &route->steps[i];
		if (step->badge) {
			brb_verdict_recorder_ask(record, step->badge);
			judge_badge(call, step);
			brb_verdict_recorder_answer(record, step->badge);
			continue;
		}
		uint32_t count = steps_of_plugin(route, i);
		brb_verdict_recorder_observe(record);
		if (!judge_observe(call, step, count - 1)) {
			brb_verdict_recorder_unobserved(record, step + 1, count - 1);
			i += count - 1;
		}
	}
	--*call->judge->guard;
}

/* An event that the journal gets to know, also when nothing comes of it: so it needs the store. */
__attribute__((noinline, cold)) static void judge_and_record(brb_call *call, const brb_route *route, int64_t cause,
							     brabeion_entry_kind kind)
{
	brb_judge *judge = call->judge;
	const brabeion_event *event = call->event;
	if (!brb_judge_enter_store(judge))
		return;
	brb_verdict_recorder *record = &judge->group->record;
	if (!brb_verdict_recorder_begin(record, call, cause))
		return;
	if (kind == BRABEION_ENTRY_EVENT)
		judge->cause = record->sequence;
	judge_route_recorded(call, route, record);
	brb_verdict_recorder_end(record);
	brb_verdict_recorder_write(record, judge, event, event->has_at ? event->at_us : brb_call_at(call), kind);
}

/* ---- brabeion.awarded ---- */

static void raise_awarded(brb_call *outer, uint32_t index)
{
	const brabeion_award_info award = outer->result->awards[index];
	brabeion_field fields[] = { BRABEION_TEXT("slug", award.badge), BRABEION_INT("level", award.level),
				    BRABEION_TEXT("reason", award.reason) };
	brabeion_event event = { .name = "brabeion.awarded",
				 .user = award.user,
				 .has_at = true,
				 .at_us = award.at_us,
				 .fields = fields,
				 .field_count = sizeof fields / sizeof fields[0] };
	const brabeion_event *raised_by = outer->event;
	outer->event = &event;
	const brb_generation *generation = outer->judge->generation;
	if (generation->journal.keep_us)
		judge_and_record(outer, generation->on_awarded, outer->judge->cause, BRABEION_ENTRY_RAISED);
	else
		judge_route(outer, generation->on_awarded);
	outer->event = raised_by;
}

/* Awards of the result, from that one on, and what is earned by them in turn, level by level. */
static void raise_by_level(brb_call *call, uint32_t from)
{
	for (int depth = 0; depth < BRB_AWARDED_DEPTH_MOST && from < call->result->award_count; depth++) {
		uint32_t to = call->result->award_count;
		for (; from < to && call->judge->fault == BRABEION_OK; from++)
			raise_awarded(call, from);
	}
	if (from < call->result->award_count && call->judge->fault == BRABEION_OK)
		brb_log_write(call->judge->log, BRABEION_LOG_WARNING,
			      "brabeion.awarded: badges award each other %d deep on event \"%s\" of user \"%s\"; not "
			      "raised further",
			      BRB_AWARDED_DEPTH_MOST, call->event->name, call->event->user);
}

/* What was earned, from that award of the result on, is told to badges that listen. */
static inline void raise_all_awarded(brb_call *call, uint32_t from)
{
	if (from < call->result->award_count && call->judge->generation->on_awarded)
		raise_by_level(call, from);
}

/* ---- the whole ---- */

static void init_call(brb_call *call, brb_judge *judge, const brabeion_event *event, brabeion_result *result)
{
	call->head.host = &brb_call_host;
	call->judge = judge;
	call->event = event;
	call->result = result;
	call->has_at = false;
	call->granted = false;
	call->note = NULL;
	call->frozen = NULL;
	call->told = NULL;
	call->later_count = 0;
}

bool brb_judge_enter_store(brb_judge *judge)
{
	if (judge->fault != BRABEION_OK || judge->in_transaction)
		return judge->fault == BRABEION_OK;
	int64_t began_us = judge->timing ? brb_clock_monotonic_us() : 0;
	if (!judge->leads) {
		brb_group_commit_lead(judge->group);
		judge->leads = true;
	}
	judge->fault = brb_store_begin(judge->store, &judge->error);
	judge->in_transaction = judge->fault == BRABEION_OK;
	if (judge->timing)
		judge->waited_us += brb_clock_monotonic_us() - began_us;
	return judge->in_transaction;
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

static bool is_duplicate(brb_judge *judge, const brabeion_event *event)
{
	bool first = true;
	if (brb_judge_enter_store(judge))
		judge->fault =
			brb_store_see(judge->store, event->id, event->name, event->user, &first, &judge->error);
	return !first;
}

/* The thread's last route, else by a look into the table, which costs more than all the rest of the way to a badge. */
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

/* The thread's last event that nobody listened to is likely to come again: found without a look into either table. */
static bool is_last_unheard(const brb_judge *judge, const char *event)
{
	const brb_counters *counters = judge->counters;
	return counters && counters->last_unhandled && strcmp(counters->last_unhandled->name, event) == 0;
}

static void note_unheard(brb_judge *judge, const char *event)
{
	brb_counters *counters = judge->counters;
	if (!judge->notices)
		return;
	brb_unhandled *unheard = is_last_unheard(judge, event) ? counters->last_unhandled
							       : brb_event_stats_unhandled(judge->notices, event);
	if (counters)
		counters->last_unhandled = unheard;
	brb_event_stats_count(judge->notices, unheard);
}

static bool is_warm(const brb_route *route)
{
	return atomic_load_explicit(&route->hint->warmth, memory_order_relaxed) >= BRB_ROUTE_WARM;
}

/*
 * Remembers, roughly, how often events of this name need the store, so that the engine can leave the next one to the
 * group at once. Written only when it changes: an event that never needs it writes nothing that others read.
 */
static void note_warmth(const brb_route *route, bool needed)
{
	unsigned warmth = atomic_load_explicit(&route->hint->warmth, memory_order_relaxed);
	unsigned next = needed ? warmth + BRB_ROUTE_WARMING : warmth ? warmth - 1 : 0;
	if (next != warmth && next <= BRB_ROUTE_WARMEST)
		atomic_store_explicit(&route->hint->warmth, next, memory_order_relaxed);
}

/* In a history: an event that comes, whatever becomes of it, takes the time on. False: a fault. */
static bool pass_time(brb_judge *judge, bool has_at, int64_t at_us, brabeion_result *result)
{
	return !judge->history || brb_history_go_to(judge, has_at ? at_us : brb_clock_now_us(judge->clock), result);
}

/* Ends a job's judgement. The caller knows whether a failure is the last, so that it counts: here it does not. */
static brabeion_status end_job(brb_call *call, const brabeion_result *before, const char **why)
{
	brb_judge *judge = call->judge;
	*why = NULL;
	if (call->failed && judge->fault == BRABEION_OK) {
		call->result->failed = before->failed;
		call->result->failure_count = before->failure_count;
		*why = brb_arena_copy(&judge->scratch, call->message);
		if (!*why)
			judge->fault = brb_status_no_memory(&judge->error);
	}
	raise_all_awarded(call, before->award_count);
	return judge->fault;
}

static bool begin_recording_job(brb_call *call, const brb_badge *badge)
{
	brb_judge *judge = call->judge;
	brb_verdict_recorder *record = judge->detached ? judge->record : &judge->group->record;
	if (!brb_verdict_recorder_begin(record, call, judge->cause))
		return false;
	brb_verdict_recorder_ask(record, badge);
	return true;
}

/* A row is written in the transaction; a detached judge's record is kept until then by who has it. */
static void end_recording_job(brb_call *call, const brb_badge *badge)
{
	brb_judge *judge = call->judge;
	brb_verdict_recorder *record = judge->record;
	brb_verdict_recorder_answer(record, badge);
	brb_verdict_recorder_end(record);
	if (!judge->detached)
		brb_verdict_recorder_write(record, judge, call->event, call->event->at_us, BRABEION_ENTRY_JOB);
}

brabeion_status brb_judge_job(brb_judge *judge, const brb_badge *badge, const brabeion_event *event,
			      brabeion_result *result, const char **why)
{
	const brb_route_step step = { .plugin = badge->plugin, .badge = badge };
	const brabeion_result before = *result;
	brb_call call;
	init_call(&call, judge, event, result);
	bool recorded = judge->generation->journal.keep_us != 0;
	if (recorded && !begin_recording_job(&call, badge))
		return judge->fault;
	begin_judgement(&call, &step);
	++*judge->guard;
	judge_now(&call, badge, 0);
	--*judge->guard;
	if (recorded)
		end_recording_job(&call, badge);
	return end_job(&call, &before, why);
}

brabeion_status brb_judge_apply_job(brb_judge *judge, const brb_badge *badge, const brabeion_event *event,
				    const brb_optimistic *detached, const brb_optimistic_part *part,
				    brabeion_result *result, const char **why)
{
	const brb_route_step step = { .plugin = badge->plugin, .badge = badge };
	const brabeion_result before = *result;
	brb_call call;
	init_call(&call, judge, event, result);
	begin_judgement(&call, &step);
	brb_optimistic_apply(&call, detached, part);
	if (call.failed)
		fail_badge(&call, badge, before.award_count);
	return end_job(&call, &before, why);
}

/* One that is heard, and whose turn it is. */
static void judge_heard(brb_judge *judge, const brb_route *route, const brabeion_event *event,
			brabeion_result *result)
{
	brb_call call; /* its texts are left as they are */
	uint32_t award_count = result->award_count;
	init_call(&call, judge, event, result);
	judge->needed_store = false;
	if (judge->generation->journal.keep_us)
		judge_and_record(&call, route, 0, BRABEION_ENTRY_EVENT);
	else
		judge_route(&call, route);
	raise_all_awarded(&call, award_count);
	note_warmth(route, judge->needed_store);
	if (judge->history && judge->fault == BRABEION_OK)
		brb_history_settle(judge, result);
}

brabeion_status brb_judge_event(brb_judge *judge, const brabeion_event *event, brabeion_result *result)
{
	brabeion_error error = BRABEION_NO_ERROR;
	*result = (brabeion_result){ .outcome = BRABEION_JUDGED };
	judge->award_capacity = 0;
	check_name(event, &error);
	bool is_heard = error.status == BRABEION_OK && !is_last_unheard(judge, event->name);
	const brb_route *route = is_heard ? find_route(judge, event->name) : NULL;
	if (route)
		check_event(event, &error);
	if (error.status != BRABEION_OK) {
		refuse_event(result, &error);
		return BRABEION_OK;
	}
	bool has_id = event->id && event->id[0];
	if (judge->single && !judge->leads && (judge->history || (route && (has_id || is_warm(route))))) {
		judge->left_to_group = true;
		return BRABEION_OK;
	}
	if (!pass_time(judge, event->has_at, event->at_us, result))
		return judge->fault;
	if (!route) {
		note_unheard(judge, event->name);
		result->outcome = BRABEION_UNHEARD;
		return BRABEION_OK;
	}
	if (has_id && is_duplicate(judge, event)) {
		result->outcome = BRABEION_DUPLICATE;
		return judge->fault;
	}
	if (judge->fault == BRABEION_OK)
		judge_heard(judge, route, event, result);
	if (judge->scratch.used_bytes)
		brb_arena_reset(&judge->scratch);
	return judge->fault;
}

/* ---- grants ---- */

static brabeion_status check_grant(const brb_judge *judge, const brabeion_grant *grant, const brb_badge **badge,
				   brabeion_error *error)
{
	if (!grant->user || !grant->badge)
		return brb_status_set(error, BRABEION_INVALID, "the grant has no %s", grant->user ? "badge" : "user");
	brabeion_status status = check_text(grant->user, 1, BRB_SUBJECT_BYTES_MOST, "user", error);
	if (status == BRABEION_OK && grant->reason)
		status = check_text(grant->reason, 0, BRB_SUBJECT_BYTES_MOST, "reason", error);
	if (status == BRABEION_OK && grant->note)
		status = check_text(grant->note, 0, BRB_REMARK_BYTES_MOST, "note", error);
	if (status != BRABEION_OK)
		return status;
	*badge = brb_table_get(&judge->generation->slugs, grant->badge);
	if (!*badge)
		return brb_status_set(error, BRABEION_INVALID, "no badge \"%.100s\" is loaded", grant->badge);
	if (grant->level > (*badge)->level_count)
		return brb_status_set(error, BRABEION_INVALID, "the badge \"%s\" has %u levels, not %u", grant->badge,
				      (*badge)->level_count, grant->level);
	if (grant->reason && grant->reason[0] && !(*badge)->multiple)
		return brb_status_set(error, BRABEION_INVALID,
				      "the badge \"%s\" is not multiple: it is held without a reason", grant->badge);
	return BRABEION_OK;
}

brabeion_status brb_judge_grant(brb_judge *judge, const brabeion_grant *grant, brabeion_result *result)
{
	brabeion_error error = BRABEION_NO_ERROR;
	const brb_badge *badge = NULL;
	*result = (brabeion_result){ .outcome = BRABEION_JUDGED };
	if (check_grant(judge, grant, &badge, &error) != BRABEION_OK) {
		refuse_event(result, &error);
		return BRABEION_OK;
	}
	brabeion_event event = {
		.name = "brabeion.granted", .user = grant->user, .has_at = grant->has_at, .at_us = grant->at_us
	};
	const brb_route_step step = { .plugin = badge->plugin, .badge = badge };
	brb_call call;
	judge->award_capacity = 0;
	if (!pass_time(judge, grant->has_at, grant->at_us, result))
		return judge->fault;
	uint32_t award_count = result->award_count;
	judge->cause = 0;
	init_call(&call, judge, &event, result);
	begin_judgement(&call, &step);
	call.granted = true;
	call.note = grant->note;
	brb_call_award(&call, badge, grant->level ? (int32_t)grant->level : 1, grant->user, grant->reason);
	call.granted = false;
	call.note = NULL;
	raise_all_awarded(&call, award_count);
	if (judge->history && judge->fault == BRABEION_OK)
		brb_history_settle(judge, result);
	return judge->fault;
}
