/*
 * judging/subject: the user that an event is judged for by a badge, where a field of the event names it (badge_setup_subject):
 * the author of a post that another user likes.
 */
#ifndef BRB_JUDGING_SUBJECT_H
#define BRB_JUDGING_SUBJECT_H

#include "judging/call.h"

/* The field that names the user, for a badge that has one; NULL: the event has no such field. */
const brabeion_field *brb_subject_find(const brb_badge *badge, const brabeion_event *event);

/*
 * Copies the name of the user, and makes the user the recipient of the award. False: the event is refused, as the field names
 * none.
 */
bool brb_subject_take(brb_call *call, const brb_badge *badge, char user[BRB_SUBJECT_BYTES_MOST + 1]);

/* The user that the badge judges the event for; the event's where the field names none. `buffer` may hold the name. */
const char *brb_subject_of(const brb_badge *badge, const brabeion_event *event, char buffer[BRB_VALUE_TEXT_BYTES]);

#endif
