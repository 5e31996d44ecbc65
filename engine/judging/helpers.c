/*
 * judging/helpers: the functions behind badge.h's helpers. One that is given invalid arguments (a name too long, a sum
 * beyond 64 bits) fails the judgement; one that the store refuses fails the whole transaction. After either, helpers
 * return their defaults. Those of memory are in memory_helpers.c.
 */
#include <string.h>

#include "base/clock.h"
#include "judging/apply.h"
#include "judging/backend.h"
#include "judging/deferred.h"
#include "judging/helper_checks.h"
#include "judging/memory_helpers.h"

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
	return brb_helper_present_name(brb_call_of(call), brb_call_of(call)->event->user);
}

static int32_t is_user(badge_call *head, const char *name)
{
	brb_call *call = brb_call_of(head);
	if (!name || !name[0] || call->failed)
		return 0;
	if (strcmp(name, call->event->user) == 0)
		return 1;
	if (!brb_store_has_aliases(call->judge->store) ||
	    brb_text_checked_length(name, BRB_SUBJECT_BYTES_MOST) == SIZE_MAX)
		return 0;
	const char *present = brb_helper_present_name(call, name);
	return strcmp(present, get_user(head)) == 0;
}

static int64_t hash_text(badge_call *head, const char *text)
{
	brb_call *call = brb_call_of(head);
	uint64_t hash = 0;
	if (brb_helper_check_text(call, text, 0, BRB_NOTE_BYTES_MOST, "text of badge_hash") &&
	    brb_helper_enter_store(call))
		brb_helper_kept(call, call->judge->backend->hash(call->judge, text, &hash));
	return (int64_t)hash;
}

static const char *get_event_id(badge_call *call)
{
	return brb_call_of(call)->event->id ? brb_call_of(call)->event->id : "";
}

static int64_t get_at(badge_call *call)
{
	return brb_call_at(brb_call_of(call));
}

static int32_t get_offset(badge_call *call, int32_t *minutes)
{
	const brabeion_event *event = brb_call_of(call)->event;
	if (event->has_offset)
		*minutes = event->offset_minutes;
	return event->has_offset;
}

static const brabeion_field *find_field(badge_call *call, const char *name)
{
	const brabeion_event *event = brb_call_of(call)->event;
	return brb_value_find(event->fields, event->field_count, name);
}

static uint32_t get_type(badge_call *call, const char *name)
{
	int64_t whole;
	const brabeion_field *field = find_field(call, name);
	if (field && field->type == BRABEION_TYPE_REAL && brb_value_int(field, &whole))
		return BADGE_TYPE_INT;
	return field ? (uint32_t)field->type : BADGE_TYPE_NONE; /* the two headers number types alike */
}

static int32_t get_int(badge_call *call, const char *name, int64_t *value)
{
	const brabeion_field *field = find_field(call, name);
	return !field                        ? BADGE_FIELD_MISSING
	       : brb_value_int(field, value) ? BADGE_FIELD_FOUND
					     : BADGE_FIELD_WRONG_KIND;
}

static int32_t get_real(badge_call *call, const char *name, double *value)
{
	const brabeion_field *field = find_field(call, name);
	return !field                         ? BADGE_FIELD_MISSING
	       : brb_value_real(field, value) ? BADGE_FIELD_FOUND
					      : BADGE_FIELD_WRONG_KIND;
}

static int32_t get_bool(badge_call *call, const char *name, int32_t *value)
{
	bool truth = false;
	const brabeion_field *field = find_field(call, name);
	if (!field)
		return BADGE_FIELD_MISSING;
	if (!brb_value_bool(field, &truth))
		return BADGE_FIELD_WRONG_KIND;
	*value = truth;
	return BADGE_FIELD_FOUND;
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

/* ---- awards ---- */

static bool read_held(brb_call *call, const char *user, const char *slug, int64_t *count, int32_t *level)
{
	brb_judge *judge = call->judge;
	if (!user)
		user = call->event->user;
	return !call->failed && brb_helper_check_text(call, user, 1, BRB_SUBJECT_BYTES_MOST, "user") &&
	       brb_helper_check_text(call, slug, 1, BRB_NAME_BYTES_MOST, "slug") && brb_helper_enter_store(call) &&
	       brb_helper_kept(call, judge->backend->held(judge, user, slug, count, level));
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
	if (!call->badge || call->mode != BRB_CALL_JUDGING)
		brb_call_fail(call, "%s is for award, not for %s", helper, brb_call_function(call));
	return !call->failed;
}

static int32_t set_to(badge_call *head, const char *user)
{
	brb_call *call = brb_call_of(head);
	check_in_award(call, "badge_to");
	if (call->failed || !brb_helper_check_text(call, user, 1, BRB_SUBJECT_BYTES_MOST, "user of badge_to"))
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
	if (call->failed || !brb_helper_check_text(call, reason, 0, BRB_SUBJECT_BYTES_MOST, "reason"))
		return BADGE_FAILED;
	memcpy(call->texts->reason, reason, strlen(reason) + 1);
	call->has_reason = true;
	return BADGE_OK;
}

static int32_t set_earned_at(badge_call *head, int64_t at)
{
	brb_call *call = brb_call_of(head);
	if (check_in_award(call, "badge_earned_at") && (at < BRB_TIME_FIRST_US || at > BRB_TIME_LAST_US))
		brb_call_fail(call, "badge_earned_at of a time outside the years 0000 to 9999");
	if (call->failed)
		return BADGE_FAILED;
	call->texts->earned_at_us = at;
	call->has_earned_at = true;
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

/* Of another badge than the one that is asked: that event may not be for it. */
static bool may_be_granted(brb_call *call, const brb_badge *badge)
{
	return badge == call->badge || brb_badge_is_earnable(badge, brb_call_at(call));
}

static int32_t grant(badge_call *head, const char *slug, int32_t level, const char *user, const char *reason)
{
	brb_call *call = brb_call_of(head);
	if (call->mode != BRB_CALL_JUDGING)
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
	if (call->failed || !brb_helper_check_text(call, user, 1, BRB_SUBJECT_BYTES_MOST, "user of badge_grant") ||
	    (reason && !brb_helper_check_text(call, reason, 0, BRB_SUBJECT_BYTES_MOST, "reason of badge_grant")))
		return BADGE_FAILED;
	if (!may_be_granted(call, badge))
		return BADGE_OK;
	const int64_t *earned_at_us = call->has_earned_at ? &call->texts->earned_at_us : NULL;
	return brb_apply_award(call, badge, level, user, reason, earned_at_us) ? BADGE_OK : BADGE_FAILED;
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
	if (call->mode != BRB_CALL_PROGRESS)
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

/* Where there is no event whose data could be wrong, it is a failure. */
static void refuse(badge_call *head, const char *message)
{
	brb_call *call = brb_call_of(head);
	const char *why = message && message[0] ? message : "no reason given";
	if (call->mode == BRB_CALL_JUDGING || call->mode == BRB_CALL_FREEZING)
		brb_call_refuse(call, "%s", why);
	else
		brb_call_fail(call, "%s", why);
}

/* Kept while the badge's answer is recorded; without a message: whether it is. */
static int32_t explain(badge_call *head, const char *message)
{
	brb_call *call = brb_call_of(head);
	if (!call->judge->recorder || !call->badge || call->mode != BRB_CALL_JUDGING)
		return 0;
	const char *copy = message ? brb_arena_copy(&call->judge->scratch, message) : NULL;
	if (copy)
		call->explanation = copy;
	return 1;
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
	.offset = get_offset,
	.type = get_type,
	.get_int = get_int,
	.get_real = get_real,
	.get_bool = get_bool,
	.get_text = get_text,
	.cell_number = brb_helper_cell_number,
	.cell_add = brb_helper_cell_add,
	.cell_set_number = brb_helper_cell_set_number,
	.cell_text = brb_helper_cell_text,
	.cell_set_text = brb_helper_cell_set_text,
	.cell_user = brb_helper_cell_user,
	.cell_set_user = brb_helper_cell_set_user,
	.key_count = brb_helper_key_count,
	.key_next = brb_helper_key_next,
	.merged_number = brb_helper_merged_number,
	.merged_text = brb_helper_merged_text,
	.merged_user = brb_helper_merged_user,
	.merged_key_count = brb_helper_merged_key_count,
	.merged_key_next = brb_helper_merged_key_next,
	.held = get_held,
	.held_count = get_held_count,
	.to = set_to,
	.for_reason = set_reason,
	.earned_at = set_earned_at,
	.grant = grant,
	.set_int = set_int,
	.set_real = set_real,
	.set_bool = set_bool,
	.set_text = set_text,
	.later = ask_later,
	.progress = report_progress,
	.fail = fail,
	.refuse = refuse,
	.log = write_log,
	.is_user = is_user,
	.hash = hash_text,
	.explain = explain,
};
