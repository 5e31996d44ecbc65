/*
 * judging/helpers: the functions behind badge.h's helpers. One that is given invalid arguments (a name too long, a sum
 * beyond 64 bits) fails the judgement; one that the store refuses fails the whole transaction. After either, helpers
 * return their defaults.
 */
#include <string.h>

#include "judging/apply.h"
#include "judging/backend.h"
#include "judging/deferred.h"

/* ---- the event ---- */

static const char *get_slug(badge_call *call)
{
	return brb_call_of(call)->badge ? brb_call_of(call)->badge->slug : brb_call_of(call)->plugin->id;
}

static const char *get_event(badge_call *call)
{
	return brb_call_of(call)->event->name;
}

static const char *get_user(badge_call *call)
{
	return brb_call_of(call)->event->user;
}

static const char *get_event_id(badge_call *call)
{
	return brb_call_of(call)->event->id ? brb_call_of(call)->event->id : "";
}

static int64_t get_at(badge_call *call)
{
	return brb_call_at(brb_call_of(call));
}

static const brabeion_field *find_field(badge_call *call, const char *name)
{
	const brabeion_event *event = brb_call_of(call)->event;
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
	char *copy = brb_arena_copy(&brb_call_of(call)->judge->scratch, buffer);
	if (!copy)
		brb_call_of(call)->judge->fault = brb_status_no_memory(&brb_call_of(call)->judge->error);
	return copy;
}

/* ---- memory ---- */

/* True: the helper may use the store. */
static bool enter_store(brb_call *call)
{
	if (call->failed || !call->judge->backend->enter(call->judge))
		return false;
	call->judge->needed_store = true;
	return true;
}

/* Keeps the store's status; true when it is well. */
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

/* True: the helper may use the memory of (name, subject). */
static bool enter_memory(brb_call *call, const char *name, const char *subject)
{
	return !call->failed && check_text(call, name, 1, BRB_NAME_BYTES_MOST, "name of a tally or note") &&
	       check_text(call, subject, 0, BRB_SUBJECT_BYTES_MOST, "subject of a tally or note") &&
	       enter_store(call);
}

/* `progress` may not change anything. */
static bool check_may_change(brb_call *call, const char *helper)
{
	if (call->progress)
		brb_call_fail(call, "%s is for judging, not for progress: nothing can be changed there", helper);
	return !call->failed;
}

static int64_t get_tally(badge_call *head, const char *name, const char *subject)
{
	brb_call *call = brb_call_of(head);
	brb_judge *judge = call->judge;
	int64_t value = 0;
	if (enter_memory(call, name, subject))
		kept(call, judge->backend->tally(judge, call->plugin->number, name, subject, &value));
	return value;
}

static int32_t set_tally(badge_call *head, const char *name, const char *subject, int64_t value)
{
	brb_call *call = brb_call_of(head);
	brb_judge *judge = call->judge;
	bool set = check_may_change(call, "badge_tally_set") && enter_memory(call, name, subject) &&
		   kept(call, judge->backend->tally_set(judge, call->plugin->number, name, subject, value));
	return set ? BADGE_OK : BADGE_FAILED;
}

static int64_t add_tally(badge_call *head, const char *name, const char *subject, int64_t delta)
{
	int64_t value = get_tally(head, name, subject), sum = 0;
	if (!check_may_change(brb_call_of(head), "badge_tally_add"))
		return value;
	if (__builtin_add_overflow(value, delta, &sum)) {
		brb_call_fail(brb_call_of(head), "the tally \"%s\" of \"%s\" would grow beyond 64 bits", name,
			      subject);
		return value;
	}
	return set_tally(head, name, subject, sum) == BADGE_OK ? sum : value;
}

static const char *get_note(badge_call *head, const char *name, const char *subject)
{
	brb_call *call = brb_call_of(head);
	brb_judge *judge = call->judge;
	const char *text = NULL;
	if (enter_memory(call, name, subject))
		kept(call, judge->backend->note(judge, call->plugin->number, name, subject, &text));
	return text;
}

static int32_t set_note(badge_call *head, const char *name, const char *subject, const char *text)
{
	brb_call *call = brb_call_of(head);
	brb_judge *judge = call->judge;
	if (text && !check_text(call, text, 0, BRB_NOTE_BYTES_MOST, "text of a note"))
		return BADGE_FAILED;
	bool set = check_may_change(call, "badge_note_set") && enter_memory(call, name, subject) &&
		   kept(call, judge->backend->note_set(judge, call->plugin->number, name, subject, text));
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
	       kept(call, judge->backend->held(judge, user, slug, count, level));
}

static int32_t get_held(badge_call *call, const char *user, const char *slug)
{
	int64_t count = 0;
	int32_t level = 0;
	return read_held(brb_call_of(call), user, slug, &count, &level) ? level : 0;
}

static int64_t get_held_count(badge_call *call, const char *user, const char *slug)
{
	int64_t count = 0;
	int32_t level = 0;
	return read_held(brb_call_of(call), user, slug, &count, &level) ? count : 0;
}

static bool check_in_award(brb_call *call, const char *helper)
{
	if (!call->badge || call->frozen || call->progress)
		brb_call_fail(call, "%s is for award, not for %s", helper, brb_call_function(call));
	return !call->failed;
}

static int32_t set_to(badge_call *head, const char *user)
{
	brb_call *call = brb_call_of(head);
	check_in_award(call, "badge_to");
	if (call->failed || !check_text(call, user, 1, BRB_SUBJECT_BYTES_MOST, "user of badge_to"))
		return BADGE_FAILED;
	memcpy(call->texts->recipient, user, strlen(user) + 1);
	call->has_recipient = true;
	return BADGE_OK;
}

static int32_t set_reason(badge_call *head, const char *reason)
{
	brb_call *call = brb_call_of(head);
	if (check_in_award(call, "badge_for") && !call->badge->multiple)
		brb_call_fail(call, "badge_for on a badge that is not BADGE_MULTIPLE");
	if (call->failed || !check_text(call, reason, 0, BRB_SUBJECT_BYTES_MOST, "reason"))
		return BADGE_FAILED;
	memcpy(call->texts->reason, reason, strlen(reason) + 1);
	call->has_reason = true;
	return BADGE_OK;
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
	brb_call *call = brb_call_of(head);
	if (call->frozen || call->progress)
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
	return brb_apply_award(call, badge, level, user, reason) ? BADGE_OK : BADGE_FAILED;
}

/* ---- freeze, and later ---- */

static int32_t set_int(badge_call *call, const char *name, int64_t value)
{
	brabeion_field field = BRABEION_INT(name, value);
	return brb_deferred_set(brb_call_of(call), &field);
}

static int32_t set_real(badge_call *call, const char *name, double value)
{
	brabeion_field field = BRABEION_REAL(name, value);
	return brb_deferred_set(brb_call_of(call), &field);
}

static int32_t set_bool(badge_call *call, const char *name, int32_t value)
{
	brabeion_field field = BRABEION_BOOL(name, value != 0);
	return brb_deferred_set(brb_call_of(call), &field);
}

static int32_t set_text(badge_call *call, const char *name, const char *value)
{
	brabeion_field field = BRABEION_TEXT(name, value);
	return brb_deferred_set(brb_call_of(call), &field);
}

static int32_t ask_later(badge_call *call, int64_t at, const badge_field *state, uint32_t field_size, uint32_t count)
{
	return brb_deferred_later(brb_call_of(call), at, state, field_size, count);
}

/* ---- progress ---- */

static int32_t report_progress(badge_call *head, int64_t done, int64_t goal)
{
	brb_call *call = brb_call_of(head);
	if (!call->progress)
		brb_call_fail(call, "badge_progress is for progress, not for %s", brb_call_function(call));
	else if (goal < 1)
		brb_call_fail(call, "badge_progress with the goal %lld: a goal is from 1 up", (long long)goal);
	if (call->failed)
		return BADGE_FAILED;
	done = done < 0 ? 0 : done;
	*call->progress =
		(brb_reported_progress){ .is_reported = true, .done = done < goal ? done : goal, .goal = goal };
	return BADGE_OK;
}

/* ---- failing, and the log ---- */

static void fail(badge_call *call, const char *message)
{
	brb_call_fail(brb_call_of(call), "%s", message && message[0] ? message : "no reason given");
}

static void write_log(badge_call *call, int32_t level, const char *message)
{
	brabeion_log_level known =
		level >= BADGE_LOG_ERROR && level <= BADGE_LOG_DEBUG ? (brabeion_log_level)level : BRABEION_LOG_INFO;
	brb_log_write(brb_call_of(call)->judge->shared->log, known, "%s: %s", get_slug(call),
		      message ? message : "(null)");
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
	.progress = report_progress,
};
