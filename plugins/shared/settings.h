/*
 * Settings that several plugins without C have: names of events, and times.
 */
#ifndef SHARED_SETTINGS_H
#define SHARED_SETTINGS_H

#include <brabeion/badge.h>

#include "limits.h"

/* Events that a setting names, one or a list. */
enum { NAMED_EVENTS_MOST = 8 };
typedef struct named_events {
	uint32_t count;
	char names[NAMED_EVENTS_MOST][NAME_SIZE];
} named_events;

/* Reads it; the badge listens to them, too. BADGE_OK, also where the setting is missing, or BADGE_FAILED. */
int32_t named_events_read(badge_setup *setup, const char *path, named_events *events);
int32_t named_events_has(const named_events *events, badge_call *call);

/*
 * { days: 7, hours: 12 } at `path`, up to so many days, in microseconds; 0 where it is missing. BADGE_OK or BADGE_FAILED, with every
 * mistake reported.
 */
int32_t time_span_read(badge_setup *setup, const char *path, int64_t days_most, int64_t *span_us);

#endif
