/*
 * judging/check: see check.h.
 */
#include "judging/check.h"

#include <string.h>

#include "base/value.h"
#include "store/store.h"

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

brabeion_status brb_check_event_content(const brabeion_event *event, brabeion_error *error)
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

brabeion_status brb_check_event_name(const brabeion_event *event, brabeion_error *error)
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

brabeion_status brb_check_event(const brabeion_event *event, brabeion_error *error)
{
	brabeion_status status = brb_check_event_name(event, error);
	return status == BRABEION_OK ? brb_check_event_content(event, error) : status;
}

brabeion_status brb_check_grant(const brabeion_grant *grant, const brb_generation *generation,
				const brb_badge **badge, brabeion_error *error)
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
	const brb_badge *found = brb_table_get(&generation->slugs, grant->badge);
	if (!found)
		return brb_status_set(error, BRABEION_INVALID, "no badge \"%.100s\" is loaded", grant->badge);
	if (grant->level > found->level_count)
		return brb_status_set(error, BRABEION_INVALID, "the badge \"%s\" has %u levels, not %u", grant->badge,
				      found->level_count, grant->level);
	if (grant->reason && grant->reason[0] && !found->multiple)
		return brb_status_set(error, BRABEION_INVALID,
				      "the badge \"%s\" is not multiple: it is held without a reason", grant->badge);
	*badge = found;
	return BRABEION_OK;
}
