/*
 * threshold: badges without C. Counts something for each user, and gives a level at each number that badges.yaml names.
 *
 *	- badge: threshold
 *	  slug: commentator
 *	  events: [comment]
 *	  levels:
 *	    - { name: Talker, description: Left ten comments }
 *	    - { name: Commentator, description: Left a hundred comments }
 *	  settings: { count: events, at: [10, 100] }
 *
 * count: events           how many of the events the user had; the default
 * count: sum              the sum of a field with whole numbers, which `field` names
 * count: distinct         how many different values, compared as text, a field had, which `field` names
 * at: [10, 100]           one number per level, ascending; the default is [1]
 * within: { days: 7 }     counts what happened at most so long before the event, also in hours, minutes, seconds
 * per: week               counts what happened in the same day, week (from Monday) or month
 * zone, zone_field        whose midnight that is: "+02:00", and the field of the event with an offset of its own
 *
 * threshold-each is the same with `per` (a day, where it is missing), earned again in each, which is the reason.
 *
 * An event without the field is not counted. An event that passes several numbers earns every level on the way.
 * Each use counts under its own slug, so any number of badges may share this definition. Progress is the current count.
 */
#include <stdlib.h>

#include "calendar.h"
#include "limits.h"
#include "subject.h"
#include "window.h"

#define SECOND_US INT64_C(1000000)
#define WITHIN_MOST_S INT64_C(315360000) /* ten years of 365 days */

enum {
	WINDOW_AT_MOST = WINDOW_MOST / 2, /* see read_window */
	PERIODS_LATE = 31,                /* an event may come so many periods late */
};

typedef struct threshold {
	int64_t (*count)(const struct threshold *self, badge_call *call);
	char memory[NAME_SIZE]; /* where the count is kept: sum:SLUG; a tally, of windows and periods a note */
	char seen[NAME_SIZE];   /* where the values that were counted are kept: seen:SLUG */
	char field[NAME_SIZE];
	period_kind per;
	clock_zone zone;
	window_rules window;
	uint32_t level_count;
	int64_t at[];
} threshold;

/* ---- counting: each returns the new count, 0 when the event doesn't count ---------------------------------------- */

static int64_t count_events(const threshold *self, badge_call *call)
{
	return badge_tally_add(call, self->memory, badge_user(call), 1);
}

static int64_t count_sum(const threshold *self, badge_call *call)
{
	int64_t value = badge_int(call, self->field, 0);
	return value == 0 ? 0 : badge_tally_add(call, self->memory, badge_user(call), value);
}

static int64_t count_distinct(const threshold *self, badge_call *call)
{
	char subject[SUBJECT_SIZE];
	const char *value = badge_text(call, self->field, NULL);
	if (!value)
		return 0;
	subject_make(badge_user(call), value, subject);
	if (badge_tally(call, self->seen, subject) > 0)
		return 0;
	badge_tally_set(call, self->seen, subject, 1);
	return badge_tally_add(call, self->memory, badge_user(call), 1);
}

/* ---- counting in windows and periods ----------------------------------------------------------------------------- */

static int64_t count_lately(const threshold *self, badge_call *call, int64_t at)
{
	int64_t value = 1;
	if (self->window.distinct) {
		const char *text = badge_text(call, self->field, NULL);
		if (!text)
			return 0;
		value = (int64_t)subject_hash(text, strlen(text), 0);
	} else if (self->field[0] != '\0') {
		value = badge_int(call, self->field, 0);
		if (value == 0)
			return 0;
	}
	return window_count(call, self->memory, &self->window, at, value);
}

/* ---- judging ----------------------------------------------------------------------------------------------------- */

static int32_t award(void *self, badge_call *call)
{
	const threshold *limits = self;
	int64_t count, period;
	if (limits->per != PERIOD_NONE) {
		if (period_of_event(call, &limits->zone, limits->per, &period) != BADGE_OK)
			return BADGE_FAILED;
		count = count_lately(limits, call, period);
	} else if (limits->window.span > 0) {
		count = count_lately(limits, call, badge_at(call));
	} else {
		count = limits->count(limits, call);
	}
	return limits_grant(call, limits_level(limits->at, limits->level_count, count), NULL);
}

static int32_t award_each(void *self, badge_call *call)
{
	const threshold *limits = self;
	char reason[PERIOD_TEXT_SIZE];
	int64_t period;
	if (period_of_event(call, &limits->zone, limits->per, &period) != BADGE_OK)
		return BADGE_FAILED;
	int32_t level = limits_level(limits->at, limits->level_count, count_lately(limits, call, period));
	if (level == 0)
		return BADGE_NOT_EARNED;
	period_format(limits->per, period, reason);
	badge_for(call, reason);
	return limits_grant(call, level, reason);
}

/* ---- telling how far a user is ----------------------------------------------------------------------------------- */

/* The count of the current window, or of the current period on the clock of `zone`. */
static int32_t progress(void *self, badge_call *call, int32_t level)
{
	const threshold *limits = self;
	int64_t count, at = badge_at(call);
	if (limits->per == PERIOD_NONE && limits->window.span == 0)
		return limits_progress(call, limits->at, level, badge_tally(call, limits->memory, badge_user(call)));
	if (limits->per != PERIOD_NONE && period_of_event(call, &limits->zone, limits->per, &at) != BADGE_OK)
		return BADGE_FAILED;
	if (window_look(call, limits->memory, &limits->window, at, &count) != BADGE_OK)
		return BADGE_FAILED;
	return limits_progress(call, limits->at, level, count);
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

static int32_t read_count(badge_setup *setup, threshold *limits)
{
	const char *count = badge_setting_text(setup, "count", "events");
	if (strcmp(count, "events") == 0)
		limits->count = count_events;
	else if (strcmp(count, "sum") == 0)
		limits->count = count_sum;
	else if (strcmp(count, "distinct") == 0)
		limits->count = count_distinct;
	else
		return badge_setup_fail(setup, "count", "count must be events, sum or distinct, not \"%.100s\"",
					count);
	limits->window.distinct = limits->count == count_distinct;

	/* The kind of count is part of the name: a change in badges.yaml starts from zero. */
	char kind[64];
	snprintf(kind, sizeof kind, "%.20s%s%s", count,
		 limits->per != PERIOD_NONE ? "-per-"
		 : limits->window.span != 0 ? "-within"
					    : "",
		 limits->per != PERIOD_NONE ? period_word(limits->per) : "");
	int32_t faults = memory_name(setup, kind, limits->memory);
	return faults != BADGE_OK ? faults : memory_name(setup, "seen", limits->seen);
}

static int32_t read_field(badge_setup *setup, threshold *limits)
{
	int wanted = limits->count != count_events;
	if (field_read(setup, "field", limits->field) != BADGE_OK)
		return BADGE_FAILED;
	if (wanted && limits->field[0] == '\0')
		return badge_setup_fail(setup, "field", "field must name what is counted");
	if (!wanted && badge_setting_type(setup, "field") != BADGE_TYPE_NONE)
		return badge_setup_fail(setup, "field", "field is for count: sum and count: distinct");
	return BADGE_OK;
}

/* `within`: days, hours, minutes and seconds, added up. */
static int32_t read_within(badge_setup *setup, threshold *limits)
{
	static const struct {
		const char *path;
		int64_t seconds;
	} units[] = {
		{ "within.days", 86400 }, { "within.hours", 3600 }, { "within.minutes", 60 }, { "within.seconds", 1 }
	};
	int64_t total_s = 0;
	if (badge_setting_type(setup, "within") == BADGE_TYPE_NONE)
		return BADGE_OK;
	if (badge_setting_type(setup, "within") != BADGE_TYPE_JSON)
		return badge_setup_fail(setup, "within", "within must be a time like { days: 7 }");
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		int64_t number = badge_setting_int(setup, units[i].path, 0);
		if (number < 0 || number > WITHIN_MOST_S / units[i].seconds)
			return badge_setup_fail(setup, units[i].path, "%s must be from 0 to %" PRId64, units[i].path,
						WITHIN_MOST_S / units[i].seconds);
		total_s += number * units[i].seconds;
	}
	if (total_s < 1 || total_s > WITHIN_MOST_S)
		return badge_setup_fail(setup, "within", "within must be from 1 second to 3650 days");
	limits->window.span = limits->window.late = total_s * SECOND_US;
	limits->window.kept = 2 * limits->window.span; /* what the moments see that a late event may change */
	return BADGE_OK;
}

/* The time zone matters to periods only. */
static int32_t read_zone(badge_setup *setup, threshold *limits)
{
	static const char *const names[] = { "zone", "zone_field" };
	int32_t faults = zone_read(setup, &limits->zone);
	for (int i = 0; i < 2; i++) {
		if (limits->per == PERIOD_NONE && badge_setting_type(setup, names[i]) != BADGE_TYPE_NONE)
			faults |= badge_setup_fail(setup, names[i], "%s is for per", names[i]);
	}
	return faults;
}

static int32_t read_per(badge_setup *setup, threshold *limits, const char *otherwise)
{
	int32_t faults = BADGE_OK;
	int is_given = badge_setting_type(setup, "per") != BADGE_TYPE_NONE;
	if (is_given || otherwise) {
		faults = period_read(setup, "per", otherwise ? otherwise : "", &limits->per);
		limits->window.late = limits->window.kept = PERIODS_LATE;
	}
	if (limits->per != PERIOD_NONE && limits->window.span > 0)
		faults |= badge_setup_fail(setup, "within", "within is for a threshold without per");
	return faults == BADGE_OK ? read_zone(setup, limits) : faults;
}

/*
 * What a window remembers is bounded: twice the highest number, so that what is dropped was seen by a moment that had
 * reached it. Sums may need more, and count the newest.
 */
static int32_t read_at(badge_setup *setup, threshold *limits)
{
	int is_window = limits->per != PERIOD_NONE || limits->window.span > 0;
	int is_bounded = is_window &&
			 (limits->window.distinct || (limits->per == PERIOD_NONE && limits->count == count_events));
	int32_t faults =
		limits_read(setup, "at", 1, is_bounded ? WINDOW_AT_MOST : INT64_MAX, limits->level_count, limits->at);
	limits->window.most = WINDOW_MOST;
	if (faults == BADGE_OK && is_bounded && limits->per == PERIOD_NONE)
		limits->window.most = 2 * (size_t)limits->at[limits->level_count - 1];
	return faults;
}

/* `per`: what it is where badges.yaml doesn't say; NULL: no periods. */
static int32_t open_with(badge_setup *setup, const char *per, void **self)
{
	uint32_t level_count = badge_setup_level_count(setup);
	threshold *limits = calloc(1, sizeof *limits + level_count * sizeof limits->at[0]);
	if (!limits)
		return badge_setup_fail(setup, "", "out of memory");
	limits->level_count = level_count;

	/* Goes on after a fault, so that all faults are reported at once. */
	int32_t faults = read_within(setup, limits);
	faults |= read_per(setup, limits, per);
	faults |= read_count(setup, limits);
	if (limits->count)
		faults |= read_field(setup, limits);
	faults |= read_at(setup, limits);
	if (faults != BADGE_OK) {
		free(limits);
		return BADGE_FAILED;
	}
	*self = limits;
	return BADGE_OK;
}

static int32_t open_badge(badge_setup *setup, void **self)
{
	return open_with(setup, NULL, self);
}

static int32_t open_each(badge_setup *setup, void **self)
{
	return open_with(setup, "day", self);
}

static void close_badge(void *self)
{
	free(self);
}

/* A default that badges.yaml replaces. */
static const badge_level levels[] = { BADGE_LEVEL("Reached", "Reached the threshold") };
static const char *const events[] = { "event" };

BADGE_DEFINE(threshold_badge, .slug = "threshold", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     .flags = BADGE_LEVELS_FROM_CONFIG, .award = award, .open = open_badge, .close = close_badge,
	     .progress = progress);
BADGE_DEFINE(each_badge, .slug = "threshold-each", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     .flags = BADGE_LEVELS_FROM_CONFIG | BADGE_MULTIPLE, .award = award_each, .open = open_each,
	     .close = close_badge, .progress = progress);

static const badge_definition *const badges[] = { &threshold_badge, &each_badge };
BADGE_PACK("threshold", BADGE_BADGES(badges));
