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
 * every: day              or week (from Monday, as ISO 8601 has it) or month
 * grace: 1                so many missed periods in a row don't end a streak; they don't count for its length. 0
 * zone: "+02:00"          whose midnight it is; UTC
 * zone_field: offset      the field of the event with its user's own offset
 * at: [7, 30]             streak: one length per level, ascending
 * length: 7               streak-cycle: how many periods make a cycle
 *
 * Of each user one note is kept (history.h), under the badge's slug and its kind of period. Nothing depends on the order
 * in which the events come, as long as they are not 400 periods late.
 */
#include <stdlib.h>

#include "calendar.h"
#include "history.h"
#include "limits.h"

#define LENGTH_MOST INT64_C(100000) /* 273 years of days */
#define CYCLE_MOST INT64_C(366)
#define GRACE_MOST INT64_C(100)

typedef struct streak {
	period_kind every;
	clock_zone zone;
	int64_t grace;
	char note[NAME_SIZE];
	uint32_t level_count;
	int64_t at[]; /* of streak-cycle one: how many make a cycle */
} streak;

/* ---- judging ----------------------------------------------------------------------------------------------------- */

/* Enters the event's period. 1 when it is a new one, at `place`; 0 when nothing changes; BADGE_FAILED. */
static int32_t enter(const streak *rules, badge_call *call, history *past, int32_t *place)
{
	int64_t period;
	past->grace = rules->grace;
	if (period_of_event(call, &rules->zone, rules->every, &period) != BADGE_OK ||
	    history_read(call, rules->note, past) != BADGE_OK)
		return BADGE_FAILED;
	*place = history_enter(past, period);
	return *place >= 0;
}

static int32_t award_streak(void *self, badge_call *call)
{
	const streak *rules = self;
	history past;
	int32_t place;
	int32_t is_new = enter(rules, call, &past, &place);
	if (is_new != 1)
		return is_new;
	history_write(call, rules->note, &past);
	return limits_grant(call, limits_level(rules->at, rules->level_count, history_streak(&past, place)), NULL);
}

/*
 * A period counts for one cycle. So a cycle is earned once, whatever comes late, and none is earned for less than its
 * length. The reason is the last period of it.
 */
static int32_t award_cycle(void *self, badge_call *call)
{
	const streak *rules = self;
	history past;
	int32_t place;
	int32_t is_new = enter(rules, call, &past, &place);
	if (is_new != 1)
		return is_new;
	int32_t is_full = history_streak(&past, place) >= rules->at[0];
	if (is_full) {
		char reason[PERIOD_TEXT_SIZE];
		period_format(rules->every, history_use(&past, place, rules->at[0]), reason);
		badge_for(call, reason);
	}
	history_write(call, rules->note, &past);
	return is_full;
}

/* ---- telling how far a user is ----------------------------------------------------------------------------------- */

/* The streak that is under way now, on the clock of `zone`; of cycles what is not used up of it. */
static int32_t progress(void *self, badge_call *call, int32_t level)
{
	const streak *rules = self;
	history past = { .grace = rules->grace };
	int64_t period;
	if (period_of_event(call, &rules->zone, rules->every, &period) != BADGE_OK ||
	    history_read(call, rules->note, &past) != BADGE_OK)
		return BADGE_FAILED;
	return limits_progress(call, rules->at, level, history_streak_now(&past, period));
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

static int32_t read_rules(badge_setup *setup, streak *rules)
{
	int32_t faults = zone_read(setup, &rules->zone);
	rules->grace = badge_setting_int(setup, "grace", 0);
	if (rules->grace < 0 || rules->grace > GRACE_MOST)
		faults |= badge_setup_fail(setup, "grace", "grace must be from 0 to %" PRId64, GRACE_MOST);
	if (period_read(setup, "every", "day", &rules->every) != BADGE_OK)
		return BADGE_FAILED;
	/* Of the kind of period, too: who changes it in badges.yaml starts afresh. */
	return faults | memory_name(setup, period_word(rules->every), rules->note);
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

static int32_t open_with(badge_setup *setup, int32_t (*read_lengths)(badge_setup *, streak *), void **self)
{
	uint32_t level_count = badge_setup_level_count(setup);
	streak *rules = calloc(1, sizeof *rules + level_count * sizeof rules->at[0]);
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	rules->level_count = level_count;

	/* On after a fault, so that the operator sees all of them at once. */
	int32_t faults = read_lengths(setup, rules);
	faults |= read_rules(setup, rules);
	if (faults != BADGE_OK) {
		free(rules);
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

static void close_badge(void *self)
{
	free(self);
}

/* What badges.yaml is expected to replace. */
static const badge_level streak_levels[] = { BADGE_LEVEL("Streak", "Came by again and again") };
static const badge_level cycle_levels[] = { BADGE_LEVEL("Cycle", "Came by again and again, once more") };
static const char *const events[] = { "event" };

BADGE_DEFINE(streak_badge, .slug = "streak", BADGE_LEVELS(streak_levels), BADGE_EVENTS(events),
	     .flags = BADGE_LEVELS_FROM_CONFIG, .award = award_streak, .open = open_streak, .close = close_badge,
	     .progress = progress);
BADGE_DEFINE(cycle_badge, .slug = "streak-cycle", BADGE_LEVELS(cycle_levels), BADGE_EVENTS(events),
	     .flags = BADGE_MULTIPLE, .award = award_cycle, .open = open_cycle, .close = close_badge,
	     .progress = progress);

static const badge_definition *const badges[] = { &streak_badge, &cycle_badge };
BADGE_PACK("streak", BADGE_BADGES(badges));
