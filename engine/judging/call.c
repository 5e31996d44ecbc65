/*
 * judging/call: see call.h. A helper that is asked for nonsense (a name too long, a sum beyond 64 bits) fails the
 * judgement; one that the store refuses fails the whole transaction. After either, helpers answer their defaults.
 */
#include "judging/call.h"

#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "judging/backend.h"
#include "judging/deferred.h"

static brb_call *of(badge_call *call)
{
	return (brb_call *)(void *)call;
}

void brb_call_fail(brb_call *call, const char *format, ...)
{
	if (call->failed)
		return;
	call->failed = true;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(call->message, sizeof call->message, format, arguments);
	va_end(arguments);
	brb_text_clean_line(call->message); /* it may be the plugin's, or cut in the middle of a character */
}

const char *brb_call_function(const brb_call *call)
{
	if (call->told)
		return "progress";
	if (call->frozen)
		return "freeze";
	return call->badge ? "award" : "observe";
}

int64_t brb_call_at(brb_call *call)
{
	if (!call->has_at) {
		call->at_us = call->event->has_at ? call->event->at_us : brb_clock_now_us(call->judge->clock);
		call->has_at = true;
	}
	return call->at_us;
}

/* ---- the event ---- */

static const char *get_slug(badge_call *call)
{
	return of(call)->badge ? of(call)->badge->slug : of(call)->plugin->id;
}

static const char *get_event(badge_call *call)
{
	return of(call)->event->name;
}

static const char *get_user(badge_call *call)
{
	return of(call)->event->user;
}

static const char *get_event_id(badge_call *call)
{
	return of(call)->event->id ? of(call)->event->id : "";
}

static int64_t get_at(badge_call *call)
{
	return brb_call_at(of(call));
}

static const brabeion_field *find_field(badge_call *call, const char *name)
{
	const brabeion_event *event = of(call)->event;
	return brb_value_find(event->fields, event->field_count, name);
}

static uint32_t get_type(badge_call *call, const char *name)
{
	const brabeion_field *field = find_field(call, name);
	return field ? (uint32_t)field->type : BADGE_TYPE_NONE; /* the two headers number types alike */
}

static int32_t get_int(badge_call *call, const char *name, int64_t *value)
{
	const brabeion_field *field = find_field(call, name);
	return field && brb_value_int(field, value);
}

static int32_t get_real(badge_call *call, const char *name, double *value)
{
	const brabeion_field *field = find_field(call, name);
	return field && brb_value_real(field, value);
}

static int32_t get_bool(badge_call *call, const char *name, int32_t *value)
{
	bool truth = false;
	const brabeion_field *field = find_field(call, name);
	if (!field || !brb_value_bool(field, &truth))
		return 0;
	*value = truth;
	return 1;
}

static const char *get_text(badge_call *call, const char *name)
{
	char buffer[BRB_VALUE_TEXT_BYTES];
	const brabeion_field *field = find_field(call, name);
	const char *text = field ? brb_value_text(field, buffer) : NULL;
	if (text != buffer)
		return text;
	char *copy = brb_arena_copy(&of(call)->judge->scratch, buffer);
	if (!copy)
		of(call)->judge->fault = brb_status_no_memory(&of(call)->judge->error);
	return copy;
}

/* ---- memory ---- */

/* The store may be used by a helper. */
static bool enter_store(brb_call *call)
{
	if (call->failed || !call->judge->view->enter(call->judge))
		return false;
	call->judge->needed_store = true;
	return true;
}

/* Keeps the store's answer; true when it went well. */
static bool kept(brb_call *call, brabeion_status status)
{
	call->judge->fault = status;
	return status == BRABEION_OK;
}

static bool check_text(brb_call *call, const char *text, size_t least, size_t most, const char *what)
{
	size_t length = text ? brb_text_checked_length(text, most) : SIZE_MAX;
	if (length != SIZE_MAX && length >= least)
		return true;
	if (text && !text[0])
		brb_call_fail(call, "the %s is empty", what);
	else
		brb_call_fail(call, "the %s %s", what,
			      text ? "is longer than its bound or not UTF-8 (see brabeion/badge.h)" : "is NULL");
	return false;
}

/* The memory of (name, subject) may be used. */
static bool enter_memory(brb_call *call, const char *name, const char *subject)
{
	return !call->failed && check_text(call, name, 1, BRB_NAME_BYTES_MOST, "name of a tally or note") &&
	       check_text(call, subject, 0, BRB_SUBJECT_BYTES_MOST, "subject of a tally or note") &&
	       enter_store(call);
}

/* In progress nothing may be changed. */
static bool check_may_change(brb_call *call, const char *helper)
{
	if (call->told)
		brb_call_fail(call, "%s is for judging, not for progress: nothing can be changed there", helper);
	return !call->failed;
}

static int64_t get_tally(badge_call *head, const char *name, const char *subject)
{
	brb_call *call = of(head);
	brb_judge *judge = call->judge;
	int64_t value = 0;
	if (enter_memory(call, name, subject))
		kept(call, judge->view->tally(judge, call->plugin->number, name, subject, &value));
	return value;
}

static int32_t set_tally(badge_call *head, const char *name, const char *subject, int64_t value)
{
	brb_call *call = of(head);
	brb_judge *judge = call->judge;
	bool set = check_may_change(call, "badge_tally_set") && enter_memory(call, name, subject) &&
		   kept(call, judge->view->tally_set(judge, call->plugin->number, name, subject, value));
	return set ? BADGE_OK : BADGE_FAILED;
}

static int64_t add_tally(badge_call *head, const char *name, const char *subject, int64_t delta)
{
	int64_t value = get_tally(head, name, subject), sum = 0;
	if (!check_may_change(of(head), "badge_tally_add"))
		return value;
	if (__builtin_add_overflow(value, delta, &sum)) {
		brb_call_fail(of(head), "the tally \"%s\" of \"%s\" would grow beyond 64 bits", name, subject);
		return value;
	}
	return set_tally(head, name, subject, sum) == BADGE_OK ? sum : value;
}

static const char *get_note(badge_call *head, const char *name, const char *subject)
{
	brb_call *call = of(head);
	brb_judge *judge = call->judge;
	const char *text = NULL;
	if (enter_memory(call, name, subject))
		kept(call, judge->view->note(judge, call->plugin->number, name, subject, &text));
	return text;
}

static int32_t set_note(badge_call *head, const char *name, const char *subject, const char *text)
{
	brb_call *call = of(head);
	brb_judge *judge = call->judge;
	if (text && !check_text(call, text, 0, BRB_NOTE_BYTES_MOST, "text of a note"))
		return BADGE_FAILED;
	bool set = check_may_change(call, "badge_note_set") && enter_memory(call, name, subject) &&
		   kept(call, judge->view->note_set(judge, call->plugin->number, name, subject, text));
	return set ? BADGE_OK : BADGE_FAILED;
}

/* ---- awards ---- */

static bool read_held(brb_call *call, const char *user, const char *slug, int64_t *count, int32_t *level)
{
	brb_judge *judge = call->judge;
	if (!user)
		user = call->event->user;
	return !call->failed && check_text(call, user, 1, BRB_SUBJECT_BYTES_MOST, "user") &&
	       check_text(call, slug, 1, BRB_NAME_BYTES_MOST, "slug") && enter_store(call) &&
	       kept(call, judge->view->held(judge, user, slug, count, level));
}

static int32_t get_held(badge_call *call, const char *user, const char *slug)
{
	int64_t count = 0;
	int32_t level = 0;
	return read_held(of(call), user, slug, &count, &level) ? level : 0;
}

static int64_t get_held_count(badge_call *call, const char *user, const char *slug)
{
	int64_t count = 0;
	int32_t level = 0;
	return read_held(of(call), user, slug, &count, &level) ? count : 0;
}

static bool check_in_award(brb_call *call, const char *helper)
{
	if (!call->badge || call->frozen || call->told)
		brb_call_fail(call, "%s is for award, not for %s", helper, brb_call_function(call));
	return !call->failed;
}

static int32_t set_to(badge_call *head, const char *user)
{
	brb_call *call = of(head);
	check_in_award(call, "badge_to");
	if (call->failed || !check_text(call, user, 1, BRB_SUBJECT_BYTES_MOST, "user of badge_to"))
		return BADGE_FAILED;
	memcpy(call->to, user, strlen(user) + 1);
	call->has_to = true;
	return BADGE_OK;
}

static int32_t set_reason(badge_call *head, const char *reason)
{
	brb_call *call = of(head);
	if (check_in_award(call, "badge_for") && !call->badge->multiple)
		brb_call_fail(call, "badge_for on a badge that is not BADGE_MULTIPLE");
	if (call->failed || !check_text(call, reason, 0, BRB_SUBJECT_BYTES_MOST, "reason"))
		return BADGE_FAILED;
	memcpy(call->reason, reason, strlen(reason) + 1);
	call->has_reason = true;
	return BADGE_OK;
}

/* Grows the result's array, in the result's own memory. */
static brabeion_award_info *add_to_result(brb_call *call, brb_arena **memory)
{
	brabeion_result *result = call->result;
	if (!result->memory)
		result->memory = brb_list_memory();
	*memory = result->memory;
	if (!*memory)
		return NULL;
	if (result->award_count == call->judge->award_capacity) {
		uint32_t capacity = call->judge->award_capacity ? call->judge->award_capacity * 2 : 4;
		brabeion_award_info *awards = brb_arena_take(*memory, capacity * sizeof *awards);
		if (!awards)
			return NULL;
		if (result->award_count)
			memcpy(awards, result->awards, result->award_count * sizeof *awards);
		result->awards = awards;
		call->judge->award_capacity = capacity;
	}
	return &result->awards[result->award_count];
}

static bool tell_award(brb_call *call, const brb_badge *badge, const brb_store_award *stored, int64_t sequence)
{
	brb_arena *memory;
	brabeion_award_info *award = add_to_result(call, &memory);
	if (!award)
		return false;
	const badge_level *level = &badge->levels[stored->level - 1];
	*award = (brabeion_award_info){ .sequence = sequence, .level = stored->level, .at_us = stored->at_us };
	award->user = brb_arena_copy(memory, stored->user);
	award->badge = brb_arena_copy(memory, badge->slug);
	award->name = brb_arena_copy(memory, level->name);
	award->description = brb_arena_copy(memory, level->description);
	award->reason = stored->reason ? brb_arena_copy(memory, stored->reason)
				       : brb_arena_printf(memory, "#%lld", (long long)sequence);
	award->event = brb_arena_copy(memory, stored->event);
	award->event_id = brb_arena_copy(memory, stored->event_id);
	if (!award->user || !award->badge || !award->name || !award->description || !award->reason || !award->event ||
	    !award->event_id)
		return false;
	call->result->award_count++;
	return true;
}

bool brb_call_add_award(brb_call *call, const brb_badge *badge, const brb_store_award *award)
{
	brb_judge *judge = call->judge;
	int64_t sequence = 0;
	judge->needed_store = true;
	if (!kept(call, judge->view->award_add(judge, award, &sequence)))
		return false;
	if (!sequence || tell_award(call, badge, award, sequence))
		return true;
	judge->fault = brb_status_no_memory(&judge->error);
	return false;
}

bool brb_call_award(brb_call *call, const brb_badge *badge, int32_t level, const char *user, const char *reason)
{
	brb_judge *judge = call->judge;
	const char *event_id = call->event->id ? call->event->id : "";
	if (!badge->multiple)
		reason = "";
	else if (!reason || !reason[0])
		reason = event_id[0] ? event_id : NULL;
	brb_store_award award = { .user = user,
				  .badge = badge->number,
				  .level = (uint32_t)level,
				  .reason = reason,
				  .event = call->event->name,
				  .event_id = event_id,
				  .note = call->note,
				  .rearn = badge->rearn || call->granted };
	bool held = false;
	/* of a temporary badge what was held a second ago says too little: another process may have seen it lapse */
	if (!call->granted && !badge->temporary && judge->view->knows_held(judge, &award))
		return true;
	if (call->failed || !judge->view->enter(judge))
		return false;
	if (!kept(call, judge->view->is_held(judge, &award, &held)))
		return false;
	if (held)
		return true;
	award.at_us = brb_call_at(call); /* only now: what is held already, the common case, needs no clock */
	return brb_call_add_award(call, badge, &award);
}

static const brb_badge *find_granted(brb_call *call, const char *slug)
{
	const brb_badge *badge = slug ? brb_table_get(&call->judge->generation->slugs, slug) : NULL;
	if (badge && badge->plugin == call->plugin)
		return badge;
	brb_call_fail(call, "badge_grant of \"%.100s\", which is no badge of the plugin \"%s\" in badges.yaml",
		      slug ? slug : "(null)", call->plugin->id);
	return NULL;
}

static int32_t grant(badge_call *head, const char *slug, int32_t level, const char *user, const char *reason)
{
	brb_call *call = of(head);
	if (call->frozen || call->told)
		brb_call_fail(call, "badge_grant is for award and observe, not for %s", brb_call_function(call));
	const brb_badge *badge = call->failed ? NULL : find_granted(call, slug);
	if (!badge)
		return BADGE_FAILED;
	if (level < 1 || (uint32_t)level > badge->level_count)
		brb_call_fail(call, "badge_grant of level %d of \"%s\", which has %u", level, slug,
			      badge->level_count);
	else if (reason && reason[0] && !badge->multiple)
		brb_call_fail(call, "badge_grant of \"%s\" with a reason, but it is not BADGE_MULTIPLE", slug);
	if (!user)
		user = call->event->user;
	if (call->failed || !check_text(call, user, 1, BRB_SUBJECT_BYTES_MOST, "user of badge_grant") ||
	    (reason && !check_text(call, reason, 0, BRB_SUBJECT_BYTES_MOST, "reason of badge_grant")))
		return BADGE_FAILED;
	return brb_call_award(call, badge, level, user, reason) ? BADGE_OK : BADGE_FAILED;
}

/* ---- freeze, and later ---- */

static int32_t set_int(badge_call *call, const char *name, int64_t value)
{
	brabeion_field field = BRABEION_INT(name, value);
	return brb_deferred_set(of(call), &field);
}

static int32_t set_real(badge_call *call, const char *name, double value)
{
	brabeion_field field = BRABEION_REAL(name, value);
	return brb_deferred_set(of(call), &field);
}

static int32_t set_bool(badge_call *call, const char *name, int32_t value)
{
	brabeion_field field = BRABEION_BOOL(name, value != 0);
	return brb_deferred_set(of(call), &field);
}

static int32_t set_text(badge_call *call, const char *name, const char *value)
{
	brabeion_field field = BRABEION_TEXT(name, value);
	return brb_deferred_set(of(call), &field);
}

static int32_t ask_later(badge_call *call, int64_t at, const badge_field *state, uint32_t field_size, uint32_t count)
{
	return brb_deferred_later(of(call), at, state, field_size, count);
}

/* ---- progress ---- */

static int32_t tell_progress(badge_call *head, int64_t done, int64_t goal)
{
	brb_call *call = of(head);
	if (!call->told)
		brb_call_fail(call, "badge_progress is for progress, not for %s", brb_call_function(call));
	else if (goal < 1)
		brb_call_fail(call, "badge_progress with the goal %lld: a goal is from 1 up", (long long)goal);
	if (call->failed)
		return BADGE_FAILED;
	done = done < 0 ? 0 : done;
	*call->told = (brb_told){ .is_told = true, .done = done < goal ? done : goal, .goal = goal };
	return BADGE_OK;
}

/* ---- telling ---- */

static void fail(badge_call *call, const char *message)
{
	brb_call_fail(of(call), "%s", message && message[0] ? message : "no reason given");
}

static void write_log(badge_call *call, int32_t level, const char *message)
{
	brabeion_log_level known =
		level >= BADGE_LOG_ERROR && level <= BADGE_LOG_DEBUG ? (brabeion_log_level)level : BRABEION_LOG_INFO;
	brb_log_write(of(call)->judge->log, known, "%s: %s", get_slug(call), message ? message : "(null)");
}

const badge_host brb_call_host = {
	.struct_size = sizeof(badge_host),
	.abi_major = BADGE_ABI_MAJOR,
	.abi_minor = BADGE_ABI_MINOR,
	.slug = get_slug,
	.event = get_event,
	.user = get_user,
	.event_id = get_event_id,
	.at = get_at,
	.type = get_type,
	.get_int = get_int,
	.get_real = get_real,
	.get_bool = get_bool,
	.get_text = get_text,
	.tally = get_tally,
	.tally_add = add_tally,
	.tally_set = set_tally,
	.note = get_note,
	.note_set = set_note,
	.held = get_held,
	.held_count = get_held_count,
	.to = set_to,
	.for_reason = set_reason,
	.grant = grant,
	.set_int = set_int,
	.set_real = set_real,
	.set_bool = set_bool,
	.set_text = set_text,
	.fail = fail,
	.log = write_log,
	.later = ask_later,
	.progress = tell_progress,
};
