/*
 * streak: badges without C, for coming by day after day, week after week or month after month.
 *
 *	- badge: streak                                 # once for each length
 *	  slug: regular
 *	  events: [login]
 *	  levels: [A Week, A Month]
 *	  settings: { at: [7, 30], grace: 1 }
 *
 *	- badge: streak-cycle                           # again and again: on every 7th day of a streak
 *	  slug: full-week
 *	  events: [login]
 *	  settings: { length: 7 }
 *
 * every: day              or week (from Monday, as ISO 8601 has it; week_from: sunday) or month
 * grace: 1                so many missed periods in a row don't end a streak; they don't count for its length. 0
 * zone: Europe/Berlin     whose midnight it is (shared/zone.h); UTC
 * zone_field: tz          the field of the event with its user's own zone
 * at: [7, 30]             streak: one length per level, ascending
 * length: 7               streak-cycle: how many periods make a cycle
 *
 * A streak was earned at the first time in the last period that it needed.
 *
 * Of each user one note is kept (history.h) for each badge and kind of period, and with `zone_field` the zone of the newest
 * event, by whose clock progress counts. Nothing depends on the order in which the
 * events come, as long as they are not 400 periods late. Nor does it matter to a streak whether it was one user's or is that
 * of two who became one: what they make together is earned at the next event.
 */
#include <stdlib.h>

#include "calendar.h"
#include "history.h"
#include "limits.h"
#include "rule.h"

#define LENGTH_MOST INT64_C(100000) /* 273 years of days */
#define CYCLE_MOST INT64_C(366)
#define GRACE_MOST INT64_C(100)

typedef struct streak {
	period_kind every;
	rule clauses; /* with the zone */
	int64_t grace;
	int32_t is_temporary;
	uint32_t level_count;
	int64_t at[]; /* of streak-cycle one: how many make a cycle */
} streak;

/* ---- judging ----------------------------------------------------------------------------------------------------- */

/* The period of the event, and what came before it. BADGE_OK, or what `award` answers. */
static int32_t look(const streak *rules, badge_call *call, int64_t *period, history *past)
{
	int32_t answer = rule_fits(call, &rules->clauses);
	if (answer == BADGE_OK)
		answer = period_of_event(call, &rules->clauses.zone, rules->every, period);
	*past = (history){ .every = rules->every, .grace = rules->grace };
	return answer == BADGE_OK ? history_read(call, past) : answer;
}

/* What came before is written when it is another now, also where the answer is BADGE_UNCHANGED. */
static int32_t keep(badge_call *call, const history *past, int32_t place, int was_merged, int32_t answer)
{
	if (place < 0 && !was_merged && !past->is_earlier)
		return BADGE_UNCHANGED;
	if (history_write(call, past) != BADGE_OK)
		return BADGE_FAILED;
	return place < 0 && !was_merged ? BADGE_UNCHANGED : answer;
}

/* Grants the level above `level`, as earned when the streak around the place had got so long. */
static void climb(const streak *rules, badge_call *call, const history *past, int32_t place, int32_t *level)
{
	badge_earned_at(call, history_reached_at(past, place, rules->at[*level]));
	badge_grant(call, badge_slug(call), ++*level, NULL, NULL);
}

/* All levels that any streak has reached. */
static void climb_merged(const streak *rules, badge_call *call, const history *past, int32_t *level)
{
	int32_t place;
	while ((uint32_t)*level < rules->level_count && (place = history_find(past, rules->at[*level])) >= 0)
		climb(rules, call, past, place, level);
}

/* Those that the streak around the place has reached. */
static void climb_to(const streak *rules, badge_call *call, const history *past, int32_t place, int32_t *level)
{
	int32_t reached = limits_level(rules->at, rules->level_count, history_streak(past, place));
	while (*level < reached)
		climb(rules, call, past, place, level);
}

/* A temporary badge looks at the newest streak alone. */
static int32_t award_streak(void *self, badge_call *call)
{
	const streak *rules = self;
	history past;
	int64_t period;
	int32_t level = 0;
	int32_t answer = look(rules, call, &period, &past);
	if (answer != BADGE_OK)
		return answer;
	int was_merged = past.is_merged;
	if (was_merged && !rules->is_temporary)
		climb_merged(rules, call, &past, &level);
	past.is_merged = 0;
	int32_t place = history_enter(&past, period, badge_at(call));
	if (period == past.last)
		zone_remember(call, &rules->clauses.zone);
	if (place >= 0 || was_merged) {
		if (rules->is_temporary)
			climb_to(rules, call, &past, (int32_t)past.length - 1, &level);
		else if (place >= 0)
			climb_to(rules, call, &past, place, &level);
	}
	return keep(call, &past, place, was_merged, level);
}

/* Uses up a cycle of the streak around the place, which was earned at the last period of it; that is the reason. */
static void use_cycle(const streak *rules, badge_call *call, history *past, int32_t place,
		      char reason[PERIOD_TEXT_SIZE])
{
	int64_t at;
	period_format(rules->every, history_use(past, place, rules->at[0], &at), reason);
	badge_earned_at(call, at);
}

/* The cycles that a merge has made. */
static void grant_cycles(const streak *rules, badge_call *call, history *past)
{
	char reason[PERIOD_TEXT_SIZE];
	for (int32_t place; (place = history_find(past, rules->at[0])) >= 0;) {
		use_cycle(rules, call, past, place, reason);
		badge_grant(call, badge_slug(call), 1, NULL, reason);
	}
}

/*
 * A period counts for one cycle. So a cycle is earned once, whatever comes late, and none is earned for less than its
 * length.
 */
static int32_t award_cycle(void *self, badge_call *call)
{
	const streak *rules = self;
	history past;
	int64_t period;
	char reason[PERIOD_TEXT_SIZE];
	int32_t answer = look(rules, call, &period, &past);
	if (answer != BADGE_OK)
		return answer;
	int was_merged = past.is_merged;
	if (was_merged)
		grant_cycles(rules, call, &past);
	past.is_merged = 0;
	int32_t place = history_enter(&past, period, badge_at(call));
	if (period == past.last)
		zone_remember(call, &rules->clauses.zone);
	int32_t is_full = place >= 0 && history_streak(&past, place) >= rules->at[0];
	if (is_full) {
		use_cycle(rules, call, &past, place, reason);
		badge_for(call, reason);
	}
	return keep(call, &past, place, was_merged, is_full);
}

/* ---- telling how far a user is ----------------------------------------------------------------------------------- */

/* The streak that is under way now, on the user's clock as last known; of cycles what is not used up of it. */
static int32_t progress(void *self, badge_call *call, int32_t level)
{
	const streak *rules = self;
	history past = { .every = rules->every, .grace = rules->grace };
	if (history_read(call, &past) != BADGE_OK)
		return BADGE_FAILED;
	int64_t period = period_now(call, &rules->clauses.zone, rules->every);
	return limits_progress(call, rules->at, level, history_streak_now(&past, period));
}

/* ---- two users become one ---------------------------------------------------------------------------------------- */

static int32_t merge(void *self, badge_call *call)
{
	const streak *rules = self;
	for (period_kind every = PERIOD_DAY; every <= PERIOD_MONTH; every++) {
		if (history_merge(call, every, rules->grace) != BADGE_OK)
			return BADGE_FAILED;
	}
	return BADGE_OK;
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

static int32_t read_rules(badge_setup *setup, streak *rules)
{
	int32_t faults = rule_read(setup, RULE_ZONE, &rules->clauses);
	rules->grace = badge_setting_int(setup, "grace", 0);
	if (rules->grace < 0 || rules->grace > GRACE_MOST)
		faults |= badge_setup_fail(setup, "grace", "grace must be from 0 to %" PRId64, GRACE_MOST);
	/* The kind of period is the key of what is remembered: who changes it in badges.yaml starts afresh. */
	return faults | period_read(setup, "every", "day", &rules->every);
}

static int32_t read_at(badge_setup *setup, streak *rules)
{
	return limits_read(setup, "at", 0, LENGTH_MOST, rules->level_count, rules->at);
}

static int32_t read_length(badge_setup *setup, streak *rules)
{
	rules->at[0] = badge_setting_int(setup, "length", 0);
	if (rules->at[0] < 2 || rules->at[0] > CYCLE_MOST)
		return badge_setup_fail(setup, "length", "length must say how many make a cycle, from 2 to %" PRId64,
					CYCLE_MOST);
	return BADGE_OK;
}

static void close_badge(void *self)
{
	streak *rules = self;
	rule_free(&rules->clauses);
	free(rules);
}

static int32_t open_with(badge_setup *setup, int32_t (*read_lengths)(badge_setup *, streak *), void **self)
{
	uint32_t level_count = badge_setup_level_count(setup);
	streak *rules = calloc(1, sizeof *rules + level_count * sizeof rules->at[0]);
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	rules->level_count = level_count;
	rules->is_temporary = badge_setup_is_temporary(setup);

	/* On after a fault, so that the operator sees all of them at once. */
	int32_t faults = read_lengths(setup, rules);
	faults |= read_rules(setup, rules);
	if (faults != BADGE_OK) {
		close_badge(rules);
		return BADGE_FAILED;
	}
	*self = rules;
	return BADGE_OK;
}

static int32_t open_streak(badge_setup *setup, void **self)
{
	return open_with(setup, read_at, self);
}

static int32_t open_cycle(badge_setup *setup, void **self)
{
	return open_with(setup, read_length, self);
}

/* What badges.yaml is expected to replace. */
static const badge_level streak_levels[] = { BADGE_LEVEL("Streak", "Came by again and again") };
static const badge_level cycle_levels[] = { BADGE_LEVEL("Cycle", "Came by again and again, once more") };
static const char *const events[] = { "event" };
static const badge_memory memory[] = { BADGE_MEMORY(HISTORY_MEMORY, BADGE_KIND_TEXT | BADGE_MERGE_OWN),
				       ZONE_REMEMBERED };

BADGE_DEFINE(streak_badge, .slug = "streak", BADGE_LEVELS(streak_levels), BADGE_EVENTS(events),
	     BADGE_REMEMBERS(memory), .flags = BADGE_LEVELS_FROM_CONFIG, .award = award_streak, .open = open_streak,
	     .close = close_badge, .progress = progress, .merge = merge);
BADGE_DEFINE(cycle_badge, .slug = "streak-cycle", BADGE_LEVELS(cycle_levels), BADGE_EVENTS(events),
	     BADGE_REMEMBERS(memory), .flags = BADGE_MULTIPLE, .award = award_cycle, .open = open_cycle,
	     .close = close_badge, .progress = progress, .merge = merge);

static const badge_definition *const badges[] = { &streak_badge, &cycle_badge };
BADGE_PACK("streak", BADGE_BADGES(badges));
