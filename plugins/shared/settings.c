/*
 * Names of events, and times. See settings.h.
 */
#include "settings.h"

enum { PATH_SIZE = 200 };

static int32_t add_event(badge_setup *setup, const char *path, named_events *events)
{
	const char *name = badge_setting_text(setup, path, "");
	if (name[0] == '\0' || strlen(name) >= NAME_SIZE)
		return badge_setup_fail(setup, path, "the name of an event has 1 to 100 bytes");
	if (events->count == NAMED_EVENTS_MOST)
		return badge_setup_fail(setup, path, "at most %d events", NAMED_EVENTS_MOST);
	snprintf(events->names[events->count++], NAME_SIZE, "%s", name);
	return badge_setup_listen(setup, name);
}

int32_t named_events_read(badge_setup *setup, const char *path, named_events *events)
{
	int32_t status = BADGE_OK;
	if (badge_setting_type(setup, path) == BADGE_TYPE_NONE)
		return BADGE_OK;
	if (badge_setting_type(setup, path) != BADGE_TYPE_JSON)
		return add_event(setup, path, events);
	int64_t count = badge_setting_count(setup, path);
	if (count < 1 || badge_setting_key(setup, path, 0))
		return badge_setup_fail(setup, path, "%s must be an event's name, or a list of them", path);
	for (int64_t i = 0; i < count; i++) {
		char item[PATH_SIZE];
		snprintf(item, sizeof item, "%s.%" PRId64, path, i);
		status |= add_event(setup, item, events);
	}
	return status;
}

int32_t named_events_has(const named_events *events, badge_call *call)
{
	for (uint32_t i = 0; i < events->count; i++)
		if (badge_event_is(call, events->names[i]))
			return 1;
	return 0;
}

int32_t time_span_read(badge_setup *setup, const char *path, int64_t days_most, int64_t *span_us)
{
	static const struct {
		const char *word;
		int64_t seconds;
	} units[] = { { "days", 86400 }, { "hours", 3600 }, { "minutes", 60 }, { "seconds", 1 } };
	int64_t total_s = 0, most_s = days_most * 86400;
	*span_us = 0;
	if (badge_setting_type(setup, path) == BADGE_TYPE_NONE)
		return BADGE_OK;
	if (badge_setting_type(setup, path) != BADGE_TYPE_JSON)
		return badge_setup_fail(setup, path, "%s must be a time like { days: 7 }", path);
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		char unit[PATH_SIZE];
		snprintf(unit, sizeof unit, "%.100s.%s", path, units[i].word);
		int64_t number = badge_setting_int(setup, unit, 0);
		if (number < 0 || number > most_s / units[i].seconds)
			return badge_setup_fail(setup, unit, "%s must be from 0 to %" PRId64, unit,
						most_s / units[i].seconds);
		total_s += number * units[i].seconds;
	}
	if (total_s < 1 || total_s > most_s)
		return badge_setup_fail(setup, path, "%s must be from 1 second to %" PRId64 " days", path, days_most);
	*span_us = total_s * 1000000;
	return BADGE_OK;
}
