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
 * zone, zone_field        whose midnight that is: Europe/Berlin, and the field of the event with a zone of its own
 * week_from: sunday       the first day of a week, where it is not Monday
 *
 * threshold-each is the same with `per` (a day, where it is missing), earned again in each, which is the reason.
 *
 * A level was earned at the latest time of the events that were counted for it, in whatever order they came.
 *
 * An event without the field is not counted, one with a field that cannot be counted is refused: for `sum` what is no whole
 * number, for `distinct` an array or object. An event that passes several numbers earns every level on the way. Each use has memory of its own, so any number of badges may share this
 * definition. Progress is the current count.
 */
#include <stdlib.h>

#include "calendar.h"
#include "latest.h"
#include "limits.h"
#include "window.h"

#define LATEST_MEMORY "latest" /* the latest time of what was counted, keyed by what is counted */

#define SECOND_US INT64_C(1000000)
#define WITHIN_MOST_S INT64_C(315360000) /* ten years of 365 days */

enum {
	WINDOW_AT_MOST = WINDOW_MOST / 2, /* see read_window */
	PERIODS_LATE = 31,                /* an event may come so many periods late */
	VALUE_MOST = 65536,               /* bytes of a value of `distinct` */
	KIND_SIZE = 64,
};

typedef enum what { COUNT_EVENTS, COUNT_SUM, COUNT_DISTINCT } what;

typedef struct threshold {
	what count;
	char kind[KIND_SIZE]; /* of a window or of periods: "sum-per-week". Another kind starts from zero */
	char field[NAME_SIZE];
	period_kind per;
	clock_zone zone;
	window_rules window;
	int32_t is_temporary;
	uint32_t level_count;
	int64_t at[];
} threshold;

/* ---- what is counted --------------------------------------------------------------------------------------------- */

/*
 * These return BADGE_OK, or the answer of `award` when the event is not counted: BADGE_UNCHANGED without the field,
 * BADGE_REFUSED with a field that is nothing to count.
 */

static int32_t read_number(const threshold *self, badge_call *call, int64_t *number)
{
	switch (badge_read_int(call, self->field, number)) {
	case BADGE_FIELD_FOUND:
		return BADGE_OK;
	case BADGE_FIELD_MISSING:
		return BADGE_UNCHANGED;
	}
	return badge_refuse_field(call, self->field, "a whole number");
}

static int32_t read_value(const threshold *self, badge_call *call, const char **value)
{
	switch (badge_read_text(call, self->field, value)) {
	case BADGE_FIELD_MISSING:
		return BADGE_UNCHANGED;
	case BADGE_FIELD_WRONG_KIND:
		return badge_refuse_field(call, self->field, "a text, a number, or true or false");
	}
	if (strlen(*value) > VALUE_MOST)
		return badge_refuse(call, "field \"%s\" has more than %d bytes", self->field, VALUE_MOST);
	return BADGE_OK;
}

/* As a number for a window: of a value, which may be anybody's name, its hash. */
static int32_t read_counted(const threshold *self, badge_call *call, int64_t *counted)
{
	const char *value;
	int32_t answer = BADGE_OK;
	*counted = 1;
	if (self->count == COUNT_DISTINCT) {
		answer = read_value(self, call, &value);
		if (answer == BADGE_OK)
			*counted = badge_hash(call, value);
	} else if (self->count == COUNT_SUM) {
		answer = read_number(self, call, counted);
	}
	return answer;
}

/* ---- counting for ever ------------------------------------------------------------------------------------------- */

static int64_t count_now(const threshold *self, badge_call *call)
{
	return self->count == COUNT_DISTINCT ? badge_key_count(call, "seen", NULL)
	       : self->count == COUNT_SUM    ? badge_tally(call, "sum")
					     : badge_tally(call, "events");
}

/* Each counts the event, and its time. BADGE_OK, or what `award` answers. */

static int32_t count_event(badge_call *call)
{
	badge_tally_add(call, "events", 1);
	latest_count(call, LATEST_MEMORY, "events");
	return BADGE_OK;
}

static int32_t count_sum(const threshold *self, badge_call *call)
{
	int64_t number;
	int32_t answer = read_number(self, call, &number);
	if (answer != BADGE_OK)
		return answer;
	if (number != 0)
		badge_tally_add(call, "sum", number);
	latest_count(call, LATEST_MEMORY, "sum");
	return BADGE_OK;
}

/* The time of a value that comes again, too: so the date depends on the events, and not on which of them came first. */
static int32_t count_distinct(const threshold *self, badge_call *call)
{
	const char *value;
	int32_t answer = read_value(self, call, &value);
	if (answer != BADGE_OK)
		return answer;
	if (badge_tally_of(call, "seen", NULL, value) == 0)
		badge_tally_set_of(call, "seen", NULL, value, 1);
	latest_count(call, LATEST_MEMORY, "distinct");
	return BADGE_OK;
}

static int32_t award_ever(const threshold *self, badge_call *call)
{
	static const char *const kinds[] = { "events", "sum", "distinct" };
	int32_t answer = self->count == COUNT_EVENTS ? count_event(call)
			 : self->count == COUNT_SUM  ? count_sum(self, call)
						     : count_distinct(self, call);
	if (answer != BADGE_OK)
		return answer;
	int32_t level = limits_level(self->at, self->level_count, count_now(self, call));
	if (level > 0)
		badge_earned_at(call, time_counted(call, LATEST_MEMORY, kinds[self->count]));
	return limits_grant(call, level, NULL);
}

/* ---- counting in windows and periods ----------------------------------------------------------------------------- */

/* The time of the event in the window's unit. BADGE_OK, or what `award` answers. */
static int32_t time_of_event(const threshold *self, badge_call *call, int64_t *at)
{
	*at = badge_at(call);
	return self->per == PERIOD_NONE ? BADGE_OK : period_of_event(call, &self->zone, self->per, at);
}

/* What the event counts, when, and what came before it. BADGE_OK, or what `award` answers. */
static int32_t look(const threshold *self, badge_call *call, window_entry *counted, window *past)
{
	int32_t answer = time_of_event(self, call, &counted->at);
	counted->happened_at = badge_at(call);
	if (answer == BADGE_OK)
		answer = read_counted(self, call, &counted->value);
	return answer == BADGE_OK ? window_read(call, self->kind, past) : answer;
}

/* Grants the levels above `level` that a moment of the window has reached, as earned at that moment. */
static int32_t reach(const threshold *self, badge_call *call, const window *past, size_t moment, const char *reason,
		     int32_t *level)
{
	int64_t seen;
	if (window_seen(call, &self->window, past, moment, &seen) != BADGE_OK)
		return BADGE_FAILED;
	int32_t reached = limits_level(self->at, self->level_count, seen);
	if (reached > *level)
		badge_earned_at(call, window_happened_at(past, moment));
	while (*level < reached)
		if (badge_grant(call, badge_slug(call), ++*level, NULL, reason) != BADGE_OK)
			return BADGE_FAILED;
	return BADGE_OK;
}

/* All moments, the earliest first; those that see what happened at `at`. */
static int32_t reach_all(const threshold *self, badge_call *call, const window *past, int32_t *level)
{
	int32_t answer = BADGE_OK;
	for (size_t i = 0; answer == BADGE_OK && i < past->count; i++)
		if (window_is_moment(past, i))
			answer = reach(self, call, past, i, NULL, level);
	return answer;
}

static int32_t reach_from(const threshold *self, badge_call *call, const window *past, int64_t at, const char *reason,
			  int32_t *level)
{
	int32_t answer = BADGE_OK;
	for (size_t i = window_first_from(past, at); answer == BADGE_OK && i < past->count; i++)
		if (window_is_moment(past, i) && window_sees(&self->window, past, i, at))
			answer = reach(self, call, past, i, reason, level);
	return answer;
}

/*
 * Counts it, and grants what its moments reach above `level`; for a temporary badge: what the newest moment does. A window
 * that was merged, and has been looked at, is written in any case. BADGE_OK, or what `award` answers.
 */
static int32_t count_lately(const threshold *self, badge_call *call, window_entry counted, window *past,
			    const char *reason, int32_t *level)
{
	int was_merged = past->is_merged;
	past->is_merged = 0;
	int32_t answer = window_enter(&self->window, past, counted);
	int is_unchanged = answer == BADGE_UNCHANGED && !was_merged;
	if (is_unchanged && !past->is_earlier)
		return answer;
	if (!is_unchanged)
		answer = self->is_temporary ? reach(self, call, past, past->count - 1, reason, level)
					    : reach_from(self, call, past, counted.at, reason, level);
	if (answer == BADGE_OK && !is_unchanged && self->per != PERIOD_NONE &&
	    counted.at >= past->entries[past->count - 1].at)
		zone_remember(call, &self->zone);
	int32_t written = window_write(call, self->kind, past);
	return written == BADGE_OK ? answer : written;
}

static int32_t award_lately(const threshold *self, badge_call *call)
{
	window past;
	window_entry counted;
	int32_t level = 0;
	int32_t answer = look(self, call, &counted, &past);
	if (answer == BADGE_OK && past.is_merged && !self->is_temporary)
		answer = reach_all(self, call, &past, &level);
	if (answer == BADGE_OK)
		answer = count_lately(self, call, counted, &past, NULL, &level);
	return answer == BADGE_OK ? level : answer;
}

/* What a merge has made of the periods. */
static int32_t grant_periods(const threshold *self, badge_call *call, const window *past)
{
	char reason[PERIOD_TEXT_SIZE];
	int32_t answer = BADGE_OK;
	for (size_t i = 0; answer == BADGE_OK && i < past->count; i++) {
		int32_t level = 0;
		period_format(self->per, past->entries[i].at, reason);
		if (window_is_moment(past, i))
			answer = reach(self, call, past, i, reason, &level);
	}
	return answer;
}

/* ---- judging ----------------------------------------------------------------------------------------------------- */

static int32_t award(void *self, badge_call *call)
{
	const threshold *limits = self;
	int is_window = limits->per != PERIOD_NONE || limits->window.span > 0;
	return is_window ? award_lately(limits, call) : award_ever(limits, call);
}

static int32_t award_each(void *self, badge_call *call)
{
	const threshold *limits = self;
	char reason[PERIOD_TEXT_SIZE];
	window past;
	window_entry counted;
	int32_t level = 0;
	int32_t answer = look(limits, call, &counted, &past);
	if (answer == BADGE_OK && past.is_merged)
		answer = grant_periods(limits, call, &past);
	if (answer != BADGE_OK)
		return answer;
	period_format(limits->per, counted.at, reason);
	answer = count_lately(limits, call, counted, &past, reason, &level);
	if (answer == BADGE_OK && level > 0)
		badge_for(call, reason);
	return answer == BADGE_OK ? level : answer;
}

/* ---- telling how far a user is ----------------------------------------------------------------------------------- */

/* The count of the current window, or of the current period on the user's clock as last known. */
static int32_t progress(void *self, badge_call *call, int32_t level)
{
	const threshold *limits = self;
	int64_t count, at;
	if (limits->per == PERIOD_NONE && limits->window.span == 0)
		return limits_progress(call, limits->at, level, count_now(limits, call));
	at = limits->per == PERIOD_NONE ? badge_at(call) : period_now(call, &limits->zone, limits->per);
	if (window_look(call, limits->kind, &limits->window, at, &count) != BADGE_OK)
		return BADGE_FAILED;
	return limits_progress(call, limits->at, level, count);
}

/* ---- two users become one ---------------------------------------------------------------------------------------- */

/* A window of another kind is of a time when the settings were others: it is kept as it is. */
static int32_t merge(void *self, badge_call *call)
{
	const threshold *limits = self;
	for (const char *kind = NULL; (kind = badge_merged_key_next(call, WINDOW_MEMORY, kind));) {
		int32_t status = BADGE_OK;
		if (strcmp(kind, limits->kind) == 0)
			status = window_merge(call, kind, &limits->window);
		else if (!badge_note_of(call, WINDOW_MEMORY, NULL, kind))
			status = badge_note_set_of(call, WINDOW_MEMORY, NULL, kind,
						   badge_merged_note(call, WINDOW_MEMORY, kind));
		if (status != BADGE_OK)
			return status;
	}
	return BADGE_OK;
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

static int32_t read_count(badge_setup *setup, threshold *limits)
{
	const char *count = badge_setting_text(setup, "count", "events");
	if (strcmp(count, "events") == 0)
		limits->count = COUNT_EVENTS;
	else if (strcmp(count, "sum") == 0)
		limits->count = COUNT_SUM;
	else if (strcmp(count, "distinct") == 0)
		limits->count = COUNT_DISTINCT;
	else
		return badge_setup_fail(setup, "count", "count must be events, sum or distinct, not \"%.100s\"",
					count);
	limits->window.distinct = limits->count == COUNT_DISTINCT;
	snprintf(limits->kind, sizeof limits->kind, "%.20s-%s%s", count,
		 limits->per != PERIOD_NONE ? "per-" : "within",
		 limits->per != PERIOD_NONE ? period_word(limits->per) : "");
	return BADGE_OK;
}

static int32_t read_field(badge_setup *setup, threshold *limits)
{
	int wanted = limits->count != COUNT_EVENTS;
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
			 (limits->window.distinct || (limits->per == PERIOD_NONE && limits->count == COUNT_EVENTS));
	int32_t faults =
		limits_read(setup, "at", 1, is_bounded ? WINDOW_AT_MOST : INT64_MAX, limits->level_count, limits->at);
	limits->window.most = WINDOW_MOST;
	if (faults == BADGE_OK && is_bounded && limits->per == PERIOD_NONE)
		limits->window.most = 2 * (size_t)limits->at[limits->level_count - 1];
	return faults;
}

static void close_badge(void *self)
{
	threshold *limits = self;
	zone_finish(&limits->zone);
	free(limits);
}

/* `per`: what it is where badges.yaml doesn't say; NULL: no periods. */
static int32_t open_with(badge_setup *setup, const char *per, void **self)
{
	uint32_t level_count = badge_setup_level_count(setup);
	threshold *limits = calloc(1, sizeof *limits + level_count * sizeof limits->at[0]);
	if (!limits)
		return badge_setup_fail(setup, "", "out of memory");
	limits->level_count = level_count;
	limits->is_temporary = badge_setup_is_temporary(setup);

	/* Goes on after a fault, so that all faults are reported at once. */
	int32_t faults = read_within(setup, limits);
	faults |= read_per(setup, limits, per);
	int32_t is_count = read_count(setup, limits);
	faults |= is_count == BADGE_OK ? read_field(setup, limits) : is_count;
	faults |= read_at(setup, limits);
	if (faults != BADGE_OK) {
		close_badge(limits);
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

/* A default that badges.yaml replaces. */
static const badge_level levels[] = { BADGE_LEVEL("Reached", "Reached the threshold") };
static const char *const events[] = { "event" };
static const badge_memory memory[] = {
	BADGE_TALLY("events"),
	BADGE_TALLY("sum"),
	BADGE_MEMORY(LATEST_MEMORY, BADGE_MERGE_MAX),
	BADGE_MEMORY("seen", BADGE_KEYS_HASHED | BADGE_MERGE_OR), /* by value: 1 */
	BADGE_MEMORY(WINDOW_MEMORY, BADGE_KIND_TEXT | BADGE_MERGE_OWN),
	ZONE_REMEMBERED,
};

BADGE_DEFINE(threshold_badge, .slug = "threshold", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     BADGE_REMEMBERS(memory), .flags = BADGE_LEVELS_FROM_CONFIG, .award = award, .open = open_badge,
	     .close = close_badge, .progress = progress, .merge = merge);
BADGE_DEFINE(each_badge, .slug = "threshold-each", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     BADGE_REMEMBERS(memory), .flags = BADGE_LEVELS_FROM_CONFIG | BADGE_MULTIPLE, .award = award_each,
	     .open = open_each, .close = close_badge, .progress = progress, .merge = merge);

static const badge_definition *const badges[] = { &threshold_badge, &each_badge };
BADGE_PACK("threshold", BADGE_BADGES(badges));
