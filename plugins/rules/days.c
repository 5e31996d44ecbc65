/*
 * days: on how many different days something happened, or enough of it.
 *
 *	- badge: days
 *	  slug: regular
 *	  events: [post]
 *	  levels: [Regular, Veteran]
 *	  settings: { at: [10, 100] }
 *
 * count, field, scale, reach     only days with so much count: { count: sum, field: reputation, reach: 200 }
 *
 * Remembered are the days, and where `reach` or `minus` asks for it what came together on each.
 */
#include "kinds.h"

typedef struct days {
	counter counts;
	int64_t reach;
	int32_t has_amounts;
	kind head;
} days;

/* 1 when the day counts now. Adds to what came together on it, where that matters. */
static int32_t add_to_day(const days *self, badge_call *call, const char *day, int is_minus, int *counts)
{
	int64_t amount = 1;
	*counts = 1;
	if (!self->has_amounts)
		return BADGE_OK;
	int32_t answer = counter_amount(&self->counts, call, &amount);
	if (answer != BADGE_OK)
		return answer;
	if (amount == INT64_MIN)
		return badge_refuse(call, "field \"%s\" is too large", self->counts.field);
	*counts = badge_tally_add_of(call, "amount", NULL, day, is_minus ? -amount : amount) >= self->reach;
	return BADGE_OK;
}

int32_t days_award(void *self, badge_call *call)
{
	const days *rules = self;
	char day[PERIOD_TEXT_SIZE];
	int64_t period = 0;
	int counts = 0, is_minus = rule_is_minus(call, &rules->head.clauses);
	int32_t answer = rule_fits(call, &rules->head.clauses);
	if (answer == BADGE_OK)
		answer = period_of_event(call, &rules->head.clauses.zone, PERIOD_DAY, &period);
	if (answer != BADGE_OK)
		return answer;
	period_format(PERIOD_DAY, period, day);
	answer = add_to_day(rules, call, day, is_minus, &counts);
	if (answer != BADGE_OK || counts == (badge_tally_of(call, "day", NULL, day) > 0))
		return answer == BADGE_OK ? BADGE_UNCHANGED : answer;
	badge_tally_set_of(call, "day", NULL, day, counts);
	if (is_minus && !rules->head.is_temporary)
		return BADGE_UNCHANGED;
	if (counts)
		badge_earned_at(call, latest_count(call, COUNTER_LATEST, NULL));
	int64_t number = badge_key_count(call, "day", NULL);
	return limits_grant(call, limits_level(rules->head.at, rules->head.level_count, number), NULL);
}

int32_t days_progress(void *self, badge_call *call, int32_t level)
{
	const days *rules = self;
	return limits_progress(call, rules->head.at, level, badge_key_count(call, "day", NULL));
}

/* What both did on one day comes together. */
int32_t days_merge(void *self, badge_call *call)
{
	const days *rules = self;
	for (const char *day = NULL; (day = badge_merged_key_next(call, "day", day));)
		badge_tally_set_of(call, "day", NULL, day, 1);
	for (const char *day = NULL; (day = badge_merged_key_next(call, "amount", day));) {
		int64_t amount =
			badge_tally_add_of(call, "amount", NULL, day, badge_merged_tally(call, "amount", day));
		if (rules->has_amounts)
			badge_tally_set_of(call, "day", NULL, day, amount >= rules->reach);
	}
	return BADGE_OK;
}

void days_close(void *self)
{
	days *rules = self;
	kind_finish(&rules->head);
	free(rules);
}

static int32_t read_reach(badge_setup *setup, days *rules)
{
	int32_t status = counter_read(setup, &rules->counts);
	rules->reach = 1;
	if (rules->counts.count == COUNT_DISTINCT)
		status |= badge_setup_fail(setup, "count", "days have events or a sum that they reach");
	if (badge_setting_type(setup, "reach") != BADGE_TYPE_NONE)
		status |= decimal_setting(setup, "reach", rules->counts.scale, &rules->reach);
	else if (rules->counts.count == COUNT_SUM)
		status |= badge_setup_fail(setup, "count", "a sum needs \"reach\": how much makes the day count");
	if (rules->reach < 1)
		status |= badge_setup_fail(setup, "reach", "reach must be above 0");
	rules->has_amounts =
		rules->reach > 1 || rules->counts.count == COUNT_SUM || rules->head.clauses.minus.count > 0;
	return status;
}

int32_t days_open(badge_setup *setup, void **self)
{
	days *rules = calloc(1, sizeof *rules);
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	int32_t status = kind_begin(setup, RULE_MINUS | RULE_ZONE, &rules->head);
	status |= read_reach(setup, rules);
	if (rules->head.at)
		status |= limits_read(setup, "at", 1, INT64_MAX, rules->head.level_count, rules->head.at);
	if (status != BADGE_OK) {
		days_close(rules);
		return BADGE_FAILED;
	}
	*self = rules;
	return BADGE_OK;
}
