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
#include "counter.h"
#include "limits.h"
#include "rule.h"
#include "settings.h"
#include "window.h"

#define WITHIN_DAYS_MOST INT64_C(3650)

enum {
	WINDOW_AT_MOST = WINDOW_MOST / 2, /* see read_window */
	PERIODS_LATE = 31,                /* an event may come so many periods late */
	KIND_SIZE = 64,
};

typedef struct threshold {
	counter counts;
	rule clauses;
	char kind[KIND_SIZE]; /* of a window or of periods: "sum-per-week". Another kind starts from zero */
	period_kind per;
	window_rules
		window; /* of all time where different values are counted apart (`for`), which span is 0 elsewhere */
	int32_t is_window;
	int32_t is_temporary;
	uint32_t level_count;
	int64_t at[];
} threshold;

/* One event, as the badge looks at it. */
typedef struct look {
	const char *value; /* of `for`; NULL without it */
	int is_minus;
	char key[KIND_SIZE + 20]; /* of the note with the window */
	window_entry counted;
	window past;
} look;

/* ---- counting for ever ------------------------------------------------------------------------------------------- */

#define TOP_MEMORY "top" /* with `for`: the highest count of a value so far, for progress */

static void keep_top(badge_call *call, int64_t count)
{
	if (count > badge_tally(call, TOP_MEMORY))
		badge_tally_set(call, TOP_MEMORY, count);
}

/* Grants the levels below, and answers this one, with the value of `for` as the reason. */
static int32_t grant_levels(badge_call *call, int32_t level, const char *value)
{
	if (level > 0 && value)
		badge_for(call, value);
	return limits_grant(call, level, value);
}

static int32_t award_ever(const threshold *self, badge_call *call, const look *seen)
{
	int64_t count = 0, latest = 0;
	int32_t answer = counter_take(&self->counts, call, seen->value, seen->is_minus, &count, &latest);
	if (answer != BADGE_OK)
		return answer;
	if (seen->is_minus && !self->is_temporary)
		return BADGE_UNCHANGED;
	if (seen->value)
		keep_top(call, count);
	int32_t level = limits_level(self->at, self->level_count, count);
	if (level > 0)
		badge_earned_at(call, latest);
	return grant_levels(call, level, seen->value);
}

/* ---- counting in windows and periods ----------------------------------------------------------------------------- */

/* The time of the event in the window's unit. BADGE_OK, or what `award` answers. */
static int32_t time_of_event(const threshold *self, badge_call *call, int64_t *at)
{
	*at = badge_at(call);
	return self->per == PERIOD_NONE ? BADGE_OK : period_of_event(call, &self->clauses.zone, self->per, at);
}

/* The note of a value of `for` is found by a hash: the value may be anybody's name. */
static void set_key(const threshold *self, badge_call *call, look *seen)
{
	if (seen->value)
		snprintf(seen->key, sizeof seen->key, "%s-%016" PRIx64, self->kind,
			 (uint64_t)badge_hash(call, seen->value));
	else
		snprintf(seen->key, sizeof seen->key, "%s", self->kind);
}

/* What the event counts, when, and what came before it. BADGE_OK, or what `award` answers. */
static int32_t look_lately(const threshold *self, badge_call *call, look *seen)
{
	int32_t answer = time_of_event(self, call, &seen->counted.at);
	seen->counted.happened_at = badge_at(call);
	if (answer == BADGE_OK)
		answer = counter_amount(&self->counts, call, &seen->counted.value);
	set_key(self, call, seen);
	return answer == BADGE_OK ? window_read(call, seen->key, &seen->past) : answer;
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
static int32_t reach_all(const threshold *self, badge_call *call, const window *past, const char *reason,
			 int32_t *level)
{
	int32_t answer = BADGE_OK;
	for (size_t i = 0; answer == BADGE_OK && i < past->count; i++)
		if (window_is_moment(past, i))
			answer = reach(self, call, past, i, reason, level);
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

/* Keeps the clock of the newest event, for progress. */
static void remember_zone(const threshold *self, badge_call *call, const look *seen)
{
	if (self->per != PERIOD_NONE && seen->past.count > 0 &&
	    seen->counted.at >= seen->past.entries[seen->past.count - 1].at)
		zone_remember(call, &self->clauses.zone);
}

/*
 * Counts it, and grants what its moments reach above `level`; for a temporary badge: what the newest moment does. A window
 * that was merged, and has been looked at, is written in any case. BADGE_OK, or what `award` answers.
 */
static int32_t count_lately(const threshold *self, badge_call *call, look *seen, const char *reason, int32_t *level)
{
	window *past = &seen->past;
	int was_merged = past->is_merged;
	past->is_merged = 0;
	int32_t answer = window_enter(&self->window, past, seen->counted);
	int is_unchanged = answer == BADGE_UNCHANGED && !was_merged;
	if (is_unchanged && !past->is_earlier)
		return answer;
	if (!is_unchanged)
		answer = self->is_temporary ? reach(self, call, past, past->count - 1, reason, level)
					    : reach_from(self, call, past, seen->counted.at, reason, level);
	if (answer == BADGE_OK && !is_unchanged)
		remember_zone(self, call, seen);
	int32_t written = window_write(call, seen->key, past);
	return written == BADGE_OK ? answer : written;
}

/* Takes one back. Only a temporary badge can lose a level by it: what the newest moment has no more. */
static int32_t uncount_lately(const threshold *self, badge_call *call, look *seen, const char *reason, int32_t *level)
{
	int32_t answer = window_cancel(&self->window, &seen->past, seen->counted);
	if (answer != BADGE_OK || window_write(call, seen->key, &seen->past) != BADGE_OK)
		return answer == BADGE_OK ? BADGE_FAILED : answer;
	if (!self->is_temporary)
		return BADGE_UNCHANGED;
	return seen->past.count > 0 ? reach(self, call, &seen->past, seen->past.count - 1, reason, level) : BADGE_OK;
}

static int32_t change_lately(const threshold *self, badge_call *call, look *seen, const char *reason, int32_t *level)
{
	return seen->is_minus ? uncount_lately(self, call, seen, reason, level)
			      : count_lately(self, call, seen, reason, level);
}

static int32_t award_lately(const threshold *self, badge_call *call, look *seen)
{
	int32_t level = 0;
	int32_t answer = look_lately(self, call, seen);
	if (answer == BADGE_OK && seen->past.is_merged && !self->is_temporary)
		answer = reach_all(self, call, &seen->past, seen->value, &level);
	if (answer == BADGE_OK)
		answer = change_lately(self, call, seen, seen->value, &level);
	if (answer != BADGE_OK)
		return answer;
	if (level > 0 && seen->value)
		badge_for(call, seen->value);
	return level;
}

/* What a merge has made of the periods. */
static int32_t grant_periods(const threshold *self, badge_call *call, const look *seen)
{
	char reason[RULE_REASON_SIZE];
	const window *past = &seen->past;
	int32_t answer = BADGE_OK;
	for (size_t i = 0; answer == BADGE_OK && i < past->count; i++) {
		int32_t level = 0;
		answer = rule_name_period(call, &self->clauses, seen->value, self->per, past->entries[i].at, reason);
		if (answer == BADGE_OK && window_is_moment(past, i))
			answer = reach(self, call, past, i, reason, &level);
	}
	return answer;
}

/* ---- judging ----------------------------------------------------------------------------------------------------- */

/* What the clauses say of the event. BADGE_OK, or what `award` answers. */
static int32_t begin(const threshold *self, badge_call *call, look *seen)
{
	int32_t answer = rule_fits(call, &self->clauses);
	seen->is_minus = rule_is_minus(call, &self->clauses);
	seen->past.is_merged = seen->past.is_earlier = 0;
	return answer == BADGE_OK ? rule_value(call, &self->clauses, &seen->value) : answer;
}

static int32_t award(void *self, badge_call *call)
{
	const threshold *limits = self;
	look seen;
	int32_t answer = begin(limits, call, &seen);
	if (answer != BADGE_OK)
		return answer;
	return limits->is_window ? award_lately(limits, call, &seen) : award_ever(limits, call, &seen);
}

static int32_t award_each(void *self, badge_call *call)
{
	const threshold *limits = self;
	char reason[RULE_REASON_SIZE];
	look seen;
	int32_t level = 0;
	int32_t answer = begin(limits, call, &seen);
	if (answer == BADGE_OK)
		answer = look_lately(limits, call, &seen);
	if (answer == BADGE_OK && seen.past.is_merged)
		answer = grant_periods(limits, call, &seen);
	if (answer == BADGE_OK)
		answer = rule_name_period(call, &limits->clauses, seen.value, limits->per, seen.counted.at, reason);
	if (answer == BADGE_OK)
		answer = change_lately(limits, call, &seen, reason, &level);
	if (answer == BADGE_OK && level > 0)
		badge_for(call, reason);
	return answer == BADGE_OK ? level : answer;
}

/* ---- telling how far a user is ----------------------------------------------------------------------------------- */

/*
 * The count of the current window, or of the current period on the user's clock as last known; with `for` the highest of any
 * value, where it is not of a time.
 */
static int32_t progress(void *self, badge_call *call, int32_t level)
{
	const threshold *limits = self;
	int64_t count, at;
	if (limits->clauses.value[0] != '\0')
		return limits->is_window && limits->window.span != INT64_MAX
			       ? BADGE_OK
			       : limits_progress(call, limits->at, level, badge_tally(call, TOP_MEMORY));
	if (!limits->is_window)
		return limits_progress(call, limits->at, level, counter_now(&limits->counts, call));
	at = limits->per == PERIOD_NONE ? badge_at(call) : period_now(call, &limits->clauses.zone, limits->per);
	if (window_look(call, limits->kind, &limits->window, at, &count) != BADGE_OK)
		return BADGE_FAILED;
	return limits_progress(call, limits->at, level, count);
}

/* ---- two users become one ---------------------------------------------------------------------------------------- */

/* The key is the kind's, with or without a value of `for`. */
static int is_of_kind(const threshold *limits, const char *key)
{
	size_t length = strlen(limits->kind);
	return strncmp(key, limits->kind, length) == 0 && (key[length] == '\0' || key[length] == '-');
}

/* A window of another kind is of a time when the settings were others: it is kept as it is. */
static int32_t merge(void *self, badge_call *call)
{
	const threshold *limits = self;
	for (const char *kind = NULL; (kind = badge_merged_key_next(call, WINDOW_MEMORY, kind));) {
		int32_t status = BADGE_OK;
		if (is_of_kind(limits, kind))
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
	int32_t faults = counter_read(setup, &limits->counts);
	int is_apart = limits->clauses.value[0] != '\0';
	limits->counts.has_minus = limits->clauses.minus.count > 0;
	limits->window.distinct = limits->counts.count == COUNT_DISTINCT;
	limits->is_window = limits->per != PERIOD_NONE || limits->window.span > 0;
	if (!limits->is_window && is_apart &&
	    limits->window.distinct) { /* all of the time, in one note for each value */
		limits->is_window = 1;
		limits->window.span = limits->window.late = limits->window.kept = INT64_MAX;
	}
	snprintf(limits->kind, sizeof limits->kind, "%s-%s%s", counter_word(&limits->counts),
		 limits->per != PERIOD_NONE         ? "per-"
		 : limits->window.span == INT64_MAX ? "ever"
						    : "within",
		 limits->per != PERIOD_NONE ? period_word(limits->per) : "");
	return faults;
}

static int32_t read_within(badge_setup *setup, threshold *limits)
{
	int64_t span = 0;
	int32_t status = time_span_read(setup, "within", WITHIN_DAYS_MOST, &span);
	limits->window.span = limits->window.late = span;
	limits->window.kept = 2 * span; /* what the moments see that a late event may change */
	return status;
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
	return faults;
}

/*
 * What a window remembers is bounded: twice the highest number, so that what is dropped was seen by a moment that had
 * reached it. Without a span the newest moment sees all, so as many as there is room for are enough. Sums may need more, and count
 * the newest.
 */
static int32_t read_at(badge_setup *setup, threshold *limits)
{
	int is_bounded = limits->is_window && (limits->window.distinct ||
					       (limits->per == PERIOD_NONE && limits->counts.count == COUNT_EVENTS));
	int32_t faults = limits_read_scaled(setup, "at", limits->counts.scale, 1,
					    !is_bounded                        ? INT64_MAX
					    : limits->window.span == INT64_MAX ? WINDOW_MOST
									       : WINDOW_AT_MOST,
					    limits->level_count, limits->at);
	limits->window.most = WINDOW_MOST;
	if (faults == BADGE_OK && is_bounded && limits->per == PERIOD_NONE &&
	    limits->at[limits->level_count - 1] <= WINDOW_AT_MOST)
		limits->window.most = 2 * (size_t)limits->at[limits->level_count - 1];
	return faults;
}

static void close_badge(void *self)
{
	threshold *limits = self;
	rule_free(&limits->clauses);
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
	faults |= rule_read(setup, RULE_FOR | RULE_MINUS | (limits->per != PERIOD_NONE ? RULE_ZONE : 0),
			    &limits->clauses);
	faults |= read_count(setup, limits);
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
	COUNTER_REMEMBERED,
	BADGE_MEMORY(TOP_MEMORY, BADGE_MERGE_MAX),
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
