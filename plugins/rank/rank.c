/*
 * rank: badges without C, for the first users who do something.
 *
 *	- badge: rank                                   # the first 1,000 users, ever
 *	  slug: early-adopter
 *	  events: [signed_up]
 *	  levels: [Early Adopter, Founder, The First]
 *	  settings: { first: [1000, 100, 1] }
 *
 *	- badge: rank-each                              # the first users for each value of a field
 *	  slug: podium
 *	  events: [race_finished]
 *	  levels: [Bronze, Silver, Gold]
 *	  settings: { first: [3, 2, 1], field: race }
 *
 * first: [1000, 100, 1]   how many users get each level, descending
 *
 * A user's place is counted at the first event that is judged, and stays, whatever comes later. Places are given in the
 * event's own transaction: however many threads and processes judge at once, no place is given twice, and none is left
 * out. A level comes with those below it.
 *
 * Remembered are how many places are taken, for each value, and of a user who has one, for which: no more users than get a
 * badge. So a place stays taken when its user is forgotten, or becomes one with another: nobody's place changes.
 */
#include <stdlib.h>

#include "rule.h"

enum { VALUE_MOST = 255 }; /* bytes of a reason, of a thing's name and of a key */

#define EVERYBODY "everybody" /* what the places of rank are counted under */

#define FIRST_MOST INT64_C(1000000000)

typedef struct rank {
	rule clauses;
	char field[NAME_SIZE];
	uint32_t level_count;
	int64_t first[]; /* descending */
} rank;

/* ---- judging ----------------------------------------------------------------------------------------------------- */

/*
 * The level that comes with the user's place, BADGE_UNCHANGED for a user who has got it before or comes too late. `key` is
 * the value, NULL where there is only one.
 */
static int32_t take_place(const rank *rules, badge_call *call, const char *value, const char *key)
{
	int32_t level = 0;
	if (badge_tally_of(call, "places", value, NULL) >= rules->first[0] ||
	    badge_tally_of(call, "placed", NULL, key) > 0)
		return BADGE_UNCHANGED;
	badge_tally_set_of(call, "placed", NULL, key, 1);
	int64_t place = badge_tally_add_of(call, "places", value, NULL, 1);
	while ((uint32_t)level < rules->level_count && place <= rules->first[level])
		level++;
	return level;
}

static int32_t award_rank(void *self, badge_call *call)
{
	const rank *rules = self;
	int32_t answer = rule_fits(call, &rules->clauses);
	return answer == BADGE_OK ? limits_grant(call, take_place(rules, call, EVERYBODY, NULL), NULL) : answer;
}

static int32_t award_each(void *self, badge_call *call)
{
	const rank *rules = self;
	const char *value;
	int32_t answer = rule_fits(call, &rules->clauses);
	if (answer == BADGE_OK)
		answer = field_value(call, rules->field, VALUE_MOST, &value);
	if (answer != BADGE_OK)
		return answer;
	int32_t level = take_place(rules, call, value, value);
	if (level > 0)
		badge_for(call, value);
	return limits_grant(call, level, value);
}

/* 0 of 1; nothing when the level's places are taken or the user has one. */
static int32_t progress_rank(void *self, badge_call *call, int32_t level)
{
	const rank *rules = self;
	int is_open = badge_tally_of(call, "places", EVERYBODY, NULL) < rules->first[level - 1] &&
		      badge_tally(call, "placed") == 0;
	return is_open ? badge_progress(call, 0, 1) : BADGE_OK;
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

static int32_t read_first(badge_setup *setup, rank *rules)
{
	if (badge_setting_count(setup, "first") != rules->level_count)
		return badge_setup_fail(setup, "first", "first must be a list of %" PRIu32 " %s, one for each level",
					rules->level_count, rules->level_count == 1 ? "number" : "numbers");
	for (uint32_t i = 0; i < rules->level_count; i++) {
		char path[32];
		snprintf(path, sizeof path, "first.%" PRIu32, i);
		if (badge_setting_type(setup, path) != BADGE_TYPE_INT)
			return badge_setup_fail(setup, path, "first must have whole numbers");
		rules->first[i] = badge_setting_int(setup, path, 0);
		if (rules->first[i] < 1 || rules->first[i] > FIRST_MOST)
			return badge_setup_fail(setup, path, "first must have numbers from 1 to %" PRId64,
						FIRST_MOST);
		if (i > 0 && rules->first[i] >= rules->first[i - 1])
			return badge_setup_fail(setup, path, "first must descend: this is not less than %" PRId64,
						rules->first[i - 1]);
	}
	return BADGE_OK;
}

static int32_t read_field(badge_setup *setup, rank *rules)
{
	if (field_read(setup, "field", rules->field) != BADGE_OK)
		return BADGE_FAILED;
	return rules->field[0] != '\0' ? BADGE_OK : badge_setup_fail(setup, "field", "field must name a field");
}

static void close_badge(void *self)
{
	rank *rules = self;
	rule_free(&rules->clauses);
	free(rules);
}

static int32_t open_with(badge_setup *setup, int32_t (*read_more)(badge_setup *, rank *), void **self)
{
	uint32_t level_count = badge_setup_level_count(setup);
	rank *rules = calloc(1, sizeof *rules + level_count * sizeof rules->first[0]);
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	rules->level_count = level_count;

	/* On after a fault, so that the operator sees all of them at once. */
	int32_t faults = read_first(setup, rules);
	faults |= rule_read(setup, 0, &rules->clauses);
	faults |= read_more ? read_more(setup, rules) : BADGE_OK;
	if (faults != BADGE_OK) {
		close_badge(rules);
		return BADGE_FAILED;
	}
	*self = rules;
	return BADGE_OK;
}

static int32_t open_rank(badge_setup *setup, void **self)
{
	return open_with(setup, NULL, self);
}

static int32_t open_each(badge_setup *setup, void **self)
{
	return open_with(setup, read_field, self);
}

/* What badges.yaml is expected to replace. */
static const badge_level levels[] = { BADGE_LEVEL("Early", "Among the first to do it") };
static const char *const events[] = { "event" };
static const badge_memory memory[] = {
	BADGE_MEMORY("places", BADGE_OF_THING), /* of a value: how many are taken */
	BADGE_MEMORY("placed", BADGE_MERGE_OR), /* of a user, for each value: 1, has a place */
};

BADGE_DEFINE(rank_badge, .slug = "rank", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(memory),
	     .flags = BADGE_LEVELS_FROM_CONFIG | BADGE_PERMANENT, .award = award_rank, .open = open_rank,
	     .close = close_badge, .progress = progress_rank);
BADGE_DEFINE(each_badge, .slug = "rank-each", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(memory),
	     .flags = BADGE_LEVELS_FROM_CONFIG | BADGE_MULTIPLE, .award = award_each, .open = open_each,
	     .close = close_badge);

static const badge_definition *const badges[] = { &rank_badge, &each_badge };
BADGE_PACK("rank", BADGE_BADGES(badges));
