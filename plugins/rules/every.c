/*
 * every-event: an award for each event that fits.
 *
 *	- badge: every-event
 *	  slug: finisher
 *	  events: [race_finished]
 *	  settings: { for: race }
 *
 * for: race              the value is the award's reason: once for each; else for each event, by its id
 * per: day               at most one in a day, week or month, which is (behind the value of `for`) the reason
 */
#include "kinds.h"

typedef struct every {
	period_kind per;
	rule clauses;
} every;

static int32_t name_period(const every *rules, badge_call *call, const char *value)
{
	char reason[RULE_REASON_SIZE];
	int64_t period;
	int32_t answer = period_of_event(call, &rules->clauses.zone, rules->per, &period);
	if (answer == BADGE_OK)
		answer = rule_name_period(call, &rules->clauses, value, rules->per, period, reason);
	return answer == BADGE_OK ? badge_for(call, reason) : answer;
}

int32_t every_award(void *self, badge_call *call)
{
	const every *rules = self;
	const char *value = NULL;
	int32_t answer = rule_fits(call, &rules->clauses);
	if (answer == BADGE_OK)
		answer = rule_value(call, &rules->clauses, &value);
	if (answer == BADGE_OK && rules->per != PERIOD_NONE)
		answer = name_period(rules, call, value);
	else if (answer == BADGE_OK && value)
		badge_for(call, value);
	return answer == BADGE_OK ? 1 : answer;
}

void every_close(void *self)
{
	every *rules = self;
	rule_free(&rules->clauses);
	free(rules);
}

int32_t every_open(badge_setup *setup, void **self)
{
	every *rules = calloc(1, sizeof *rules);
	int32_t status = BADGE_OK;
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	if (badge_setting_type(setup, "per") != BADGE_TYPE_NONE)
		status = period_read(setup, "per", "day", &rules->per);
	status |= rule_read(setup, RULE_FOR | (rules->per != PERIOD_NONE ? RULE_ZONE : 0), &rules->clauses);
	if (status != BADGE_OK) {
		every_close(rules);
		return BADGE_FAILED;
	}
	*self = rules;
	return BADGE_OK;
}
