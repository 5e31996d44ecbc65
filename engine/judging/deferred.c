/*
 * judging/deferred: see deferred.h.
 */
#include "judging/deferred.h"

#include <string.h>

#include "judging/apply.h"
#include "judging/backend.h"
#include "judging/history.h"

/* The id of the history that judges, 0 for the live clock. False: there is a fault. */
static bool find_history(brb_judge *judge, int64_t *history_id)
{
	*history_id = 0;
	return !judge->shared->history || (judge->backend->enter(judge) && brb_history_begin(judge, history_id));
}

/* Adds the job, of the history that judges. False: a failure or a fault. */
static bool add_job(brb_call *call, brb_store_job *job)
{
	brb_judge *judge = call->judge;
	if (!find_history(judge, &job->history_id) || !brb_apply_job(call, job))
		return false;
	brb_history_note_job(judge, job->due_us);
	return true;
}

static int64_t arrival_us(const brb_judge *judge)
{
	return judge->shared->history ? judge->shared->history->now_us : brb_clock_now_us(judge->clock);
}

/* ---- freeze ---- */

static void store_frozen(brb_call *call)
{
	const brabeion_event *event = call->event;
	brb_store_job job = { .badge = call->badge->number,
			      .user = event->user,
			      .event = event->name,
			      .event_id = event->id ? event->id : "",
			      .at_us = brb_call_at(call),
			      .due_us = arrival_us(call->judge),
			      .fields = event->fields,
			      .field_count = event->field_count,
			      .has_offset = event->has_offset,
			      .offset_minutes = event->offset_minutes };
	add_job(call, &job);
}

void brb_deferred_freeze(brb_call *call)
{
	const brb_badge *badge = call->badge;
	const brabeion_event *event = call->event;
	if (!badge->freeze) {
		store_frozen(call);
		return;
	}
	brb_frozen frozen;
	frozen.event = *event;
	frozen.event.fields = frozen.fields;
	if (event->field_count)
		memcpy(frozen.fields, event->fields, event->field_count * sizeof *event->fields);
	call->event = &frozen.event;
	call->mode = BRB_CALL_FREEZING;
	call->frozen = &frozen;
	badge->freeze(badge->self, &call->head);
	if (!call->failed && call->judge->fault == BRABEION_OK)
		store_frozen(call);
	call->mode = BRB_CALL_JUDGING;
	call->frozen = NULL;
	call->event = event;
}

/* The last field of that name, else a new one; NULL when there is no room. */
static brabeion_field *find_field(brb_frozen *frozen, const char *name)
{
	for (size_t i = frozen->event.field_count; i > 0; i--)
		if (strcmp(frozen->fields[i - 1].name, name) == 0)
			return &frozen->fields[i - 1];
	return frozen->event.field_count < BRB_FIELDS_MOST ? &frozen->fields[frozen->event.field_count++] : NULL;
}

static bool copy_text(brb_call *call, const char **text)
{
	*text = brb_arena_copy(&call->judge->scratch, *text);
	if (!*text)
		call->judge->fault = brb_status_no_memory(&call->judge->error);
	return *text != NULL;
}

/* Within the bounds of an event's. */
static bool check_field(brb_call *call, const char *helper, const brabeion_field *field)
{
	brabeion_error error = BRABEION_NO_ERROR;
	if (brb_value_check(field, 1, &error) == BRABEION_OK)
		return true;
	brb_call_fail(call, "%s: %s", helper, error.message);
	brabeion_error_finish(&error);
	return false;
}

int32_t brb_deferred_set(brb_call *call, const brabeion_field *field)
{
	if (call->mode != BRB_CALL_FREEZING)
		brb_call_fail(call, "badge_set of \"%.100s\" outside of freeze",
			      field->name ? field->name : "(null)");
	if (call->failed || call->judge->fault != BRABEION_OK || !check_field(call, "badge_set", field))
		return BADGE_FAILED;
	brabeion_field copy = *field;
	if (!copy_text(call, &copy.name) || (copy.type == BRABEION_TYPE_TEXT && !copy_text(call, &copy.value.text)))
		return BADGE_FAILED;
	brabeion_field *kept = find_field(call->frozen, copy.name);
	if (kept)
		*kept = copy;
	else
		brb_call_fail(call, "badge_set of \"%s\": the state has %d fields, no more fit", field->name,
			      BRB_FIELDS_MOST);
	return kept ? BADGE_OK : BADGE_FAILED;
}

/* ---- later ---- */

/* Converts a field of the plugin's. */
static bool take_field(brb_call *call, const badge_field *given, brabeion_field *field)
{
	field->name = given->name;
	field->type = (brabeion_type)given->type; /* the two headers number types alike */
	switch (given->type) {
	case BADGE_TYPE_NONE:
	case BADGE_TYPE_INT:
		field->value.integer = given->value.integer;
		break;
	case BADGE_TYPE_BOOL:
		field->value.boolean = given->value.integer != 0;
		break;
	case BADGE_TYPE_REAL:
		field->value.real = given->value.real;
		break;
	case BADGE_TYPE_TEXT:
	case BADGE_TYPE_JSON:
		field->value.text = given->value.text;
		break;
	default:
		brb_call_fail(call, "badge_later: a field is of type %u, which is none", given->type);
		return false;
	}
	return check_field(call, "badge_later", field);
}

static bool take_state(brb_call *call, const badge_field *state, uint32_t field_size, uint32_t count,
		       brabeion_field *fields)
{
	if (count && (!state || field_size < sizeof(badge_field))) {
		brb_call_fail(call, "badge_later: %u fields %s", count,
			      state ? "that are smaller than ABI 1.0's" : "at NULL");
		return false;
	}
	for (uint32_t i = 0; i < count; i++) {
		badge_field given;
		memcpy(&given, (const char *)state + (size_t)i * field_size, sizeof given);
		if (!take_field(call, &given, &fields[i]))
			return false;
	}
	return true;
}

/* A due judgement may only ask for a later time: one that asked for its own again would come back for ever. */
static bool may_ask(brb_call *call, int64_t at_us, uint32_t count)
{
	bool is_due = strcmp(call->event->name, BRB_DUE_EVENT) == 0;
	if (!call->badge || (call->mode != BRB_CALL_JUDGING && call->mode != BRB_CALL_MERGING))
		brb_call_fail(call, "badge_later is for award and a badge's merge, not for %s",
			      brb_call_function(call));
	else if (call->later_count >= BRB_LATER_MOST)
		brb_call_fail(call, "badge_later more than %d times in one judgement", BRB_LATER_MOST);
	else if (count > BRB_FIELDS_MOST)
		brb_call_fail(call, "badge_later: %u fields, more than %d", count, BRB_FIELDS_MOST);
	else if (is_due && at_us <= call->event->at_us)
		brb_call_fail(call, "badge_later for a time that is not later than the one that is due");
	return !call->failed && call->judge->fault == BRABEION_OK;
}

int32_t brb_deferred_later(brb_call *call, int64_t at_us, const badge_field *state, uint32_t field_size,
			   uint32_t count)
{
	brabeion_field fields[BRB_FIELDS_MOST];
	if (call->failed || !may_ask(call, at_us, count) || !take_state(call, state, field_size, count, fields))
		return BADGE_FAILED;
	brb_store_job job = { .badge = call->badge->number,
			      .user = call->event->user,
			      .event = BRB_DUE_EVENT,
			      .event_id = "",
			      .at_us = at_us,
			      .due_us = at_us,
			      .fields = fields,
			      .field_count = count };
	if (!add_job(call, &job))
		return BADGE_FAILED;
	call->later_count++;
	return BADGE_OK;
}
