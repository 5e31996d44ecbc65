/*
 * first: badges without C, for the first user to do something, or a user's first time.
 *
 *	- badge: first                                  # the first of all users, ever
 *	  slug: pioneer
 *	  events: [post_written]
 *
 *	- badge: first-each                             # a user's first for each value of a field
 *	  slug: well-travelled
 *	  events: [check_in]
 *	  settings: { field: country }
 *
 * The order of judging counts: a late event with an earlier time changes nothing. `first` is earned by one user ever, even
 * if the award is revoked. `first-each` is earned once for each value, which is
 * the reason; an event without the field, or with an empty value, is ignored, one with a value that is no text or number, or is
 * longer than 255 bytes, is refused.
 *
 * A user's own first is threshold without settings. The first ten, or the first for each value, is rank.
 */
#include <stdlib.h>

#include "rule.h"

enum { REASON_MOST = 255 };

typedef struct first {
	rule clauses;
	char field[NAME_SIZE]; /* of first-each */
} first;

/* ---- first ------------------------------------------------------------------------------------------------------- */

/* Of everybody together, so that forgetting or merging whoever was first makes nobody else the first. */
#define EVERYBODY "everybody"

static int has_been(badge_call *call)
{
	return badge_tally_of(call, "taken", EVERYBODY, NULL) > 0;
}

static int32_t award_first(void *self, badge_call *call)
{
	const first *rules = self;
	if (has_been(call))
		return BADGE_UNCHANGED;
	int32_t answer = rule_fits(call, &rules->clauses);
	if (answer != BADGE_OK)
		return answer;
	badge_tally_set_of(call, "taken", EVERYBODY, NULL, 1);
	return 1;
}

/* 0 of 1 until somebody was first; then there is nothing to report. */
static int32_t progress_first(void *self, badge_call *call, int32_t level)
{
	(void)self, (void)level;
	return has_been(call) ? BADGE_OK : badge_progress(call, 0, 1);
}

/* ---- first-each -------------------------------------------------------------------------------------------------- */

/* The award is the memory: the engine ignores an award already held. */
static int32_t award_each(void *self, badge_call *call)
{
	const first *rules = self;
	const char *value;
	int32_t answer = rule_fits(call, &rules->clauses);
	if (answer == BADGE_OK)
		answer = field_value(call, rules->field, REASON_MOST, &value);
	if (answer != BADGE_OK)
		return answer;
	badge_for(call, value);
	return 1;
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

static void close_badge(void *self)
{
	first *rules = self;
	rule_free(&rules->clauses);
	free(rules);
}

static int32_t read_field(badge_setup *setup, first *rules)
{
	if (field_read(setup, "field", rules->field) != BADGE_OK)
		return BADGE_FAILED;
	return rules->field[0] != '\0' ? BADGE_OK : badge_setup_fail(setup, "field", "field must name a field");
}

static int32_t open_with(badge_setup *setup, int has_field, void **self)
{
	first *rules = calloc(1, sizeof *rules);
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	int32_t faults = rule_read(setup, 0, &rules->clauses);
	faults |= has_field ? read_field(setup, rules) : BADGE_OK;
	if (faults != BADGE_OK) {
		close_badge(rules);
		return BADGE_FAILED;
	}
	*self = rules;
	return BADGE_OK;
}

static int32_t open_first(badge_setup *setup, void **self)
{
	return open_with(setup, 0, self);
}

static int32_t open_each(badge_setup *setup, void **self)
{
	return open_with(setup, 1, self);
}

/* ---- the plugin -------------------------------------------------------------------------------------------------- */

/* A default that badges.yaml replaces. */
static const badge_level first_levels[] = { BADGE_LEVEL("Pioneer", "The first ever to do it") };
static const badge_level each_levels[] = { BADGE_LEVEL("First Time", "Did it for the first time") };
static const char *const events[] = { "event" };

static const badge_memory first_memory[] = { BADGE_MEMORY("taken", BADGE_OF_THING) };

BADGE_DEFINE(first_badge, .slug = "first", BADGE_LEVELS(first_levels), BADGE_EVENTS(events),
	     BADGE_REMEMBERS(first_memory), .flags = BADGE_PERMANENT, .award = award_first, .open = open_first,
	     .close = close_badge, .progress = progress_first);
BADGE_DEFINE(each_badge, .slug = "first-each", BADGE_LEVELS(each_levels), BADGE_EVENTS(events),
	     .flags = BADGE_MULTIPLE, .award = award_each, .open = open_each, .close = close_badge);

static const badge_definition *const badges[] = { &first_badge, &each_badge };
BADGE_PACK("first", BADGE_BADGES(badges));
