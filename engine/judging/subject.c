/*
 * judging/subject: see subject.h.
 */
#include "judging/subject.h"

#include <string.h>

#include "base/text.h"

const brabeion_field *brb_subject_find(const brb_badge *badge, const brabeion_event *event)
{
	const brabeion_field *field = brb_value_find(event->fields, event->field_count, badge->subject);
	return field && field->type != BRABEION_TYPE_NULL ? field : NULL;
}

/* NULL: no name of a user. */
static const char *name_in(const brabeion_field *field, char buffer[BRB_VALUE_TEXT_BYTES])
{
	const char *name = field && field->type != BRABEION_TYPE_JSON ? brb_value_text(field, buffer) : NULL;
	size_t length = name ? brb_text_checked_length(name, BRB_SUBJECT_BYTES_MOST) : SIZE_MAX;
	return length != SIZE_MAX && length > 0 ? name : NULL;
}

bool brb_subject_take(brb_call *call, const brb_badge *badge, char user[BRB_SUBJECT_BYTES_MOST + 1])
{
	char buffer[BRB_VALUE_TEXT_BYTES];
	const char *name = name_in(brb_subject_find(badge, call->event), buffer);
	if (!name) {
		brb_call_refuse(call, "field \"%s\" must name a user, in 1 to %d bytes", badge->subject,
				BRB_SUBJECT_BYTES_MOST);
		return false;
	}
	memcpy(user, name, strlen(name) + 1);
	memcpy(call->texts->recipient, name, strlen(name) + 1);
	call->has_recipient = true;
	return true;
}

const char *brb_subject_of(const brb_badge *badge, const brabeion_event *event, char buffer[BRB_VALUE_TEXT_BYTES])
{
	const char *name = badge->subject ? name_in(brb_subject_find(badge, event), buffer) : NULL;
	return name ? name : event->user;
}
