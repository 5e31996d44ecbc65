/*
 * ratio: how large a part of something is, in percent, once there is enough of it.
 *
 *	- badge: ratio
 *	  slug: electorate
 *	  events: [vote]
 *	  levels: [Electorate]
 *	  settings: { part: { post: question }, least: 600, at: [25] }
 *
 * part: { ... }          conditions, as of `where`: which of the events are the part
 * part_events: [vote_up] or which of the badge's events are
 * least: 600             how many of the part there must be; 1
 * at: [25]               percent, one number for each level, ascending, up to 100
 */
#include "kinds.h"

typedef struct ratio {
	where part;
	named_events events;
	int64_t least;
	kind head;
} ratio;

__extension__ typedef __int128 wide;

/* A part of nothing is none. */
static int64_t percent_now(badge_call *call)
{
	int64_t part = badge_tally(call, "part"), total = badge_tally(call, "total");
	return part > 0 && total > 0 ? (int64_t)((wide)part * 100 / total) : 0;
}

static int is_part(const ratio *rules, badge_call *call)
{
	return (rules->events.count == 0 || named_events_has(&rules->events, call)) && where_fits(call, &rules->part);
}

int32_t ratio_award(void *self, badge_call *call)
{
	const ratio *rules = self;
	int64_t step = rule_is_minus(call, &rules->head.clauses) ? -1 : 1;
	int32_t answer = rule_fits(call, &rules->head.clauses);
	if (answer != BADGE_OK)
		return answer;
	badge_tally_add(call, "total", step);
	int64_t part = badge_tally_add(call, "part", is_part(rules, call) ? step : 0);
	if (step < 0 && !rules->head.is_temporary)
		return BADGE_UNCHANGED;
	if (part < rules->least)
		return BADGE_NOT_EARNED;
	return limits_grant(call, limits_level(rules->head.at, rules->head.level_count, percent_now(call)), NULL);
}

/* The least number first, then percent. */
int32_t ratio_progress(void *self, badge_call *call, int32_t level)
{
	const ratio *rules = self;
	int64_t part = badge_tally(call, "part");
	if (part < rules->least)
		return badge_progress(call, part, rules->least);
	return limits_progress(call, rules->head.at, level, percent_now(call));
}

void ratio_close(void *self)
{
	ratio *rules = self;
	where_free(&rules->part);
	kind_finish(&rules->head);
	free(rules);
}

static int32_t read_part(badge_setup *setup, ratio *rules)
{
	int32_t status = where_read(setup, "part", &rules->part);
	status |= named_events_read(setup, "part_events", &rules->events);
	rules->least = badge_setting_int(setup, "least", 1);
	if (status == BADGE_OK && rules->part.count == 0 && rules->events.count == 0)
		status = badge_setup_fail(setup, "", "a ratio needs \"part\" or \"part_events\": what is the part");
	if (rules->least < 1)
		status |= badge_setup_fail(setup, "least", "least must be from 1 up");
	return status;
}

int32_t ratio_open(badge_setup *setup, void **self)
{
	ratio *rules = calloc(1, sizeof *rules);
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	int32_t status = kind_begin(setup, RULE_MINUS, &rules->head);
	status |= read_part(setup, rules);
	if (rules->head.at)
		status |= limits_read(setup, "at", 0, 100, rules->head.level_count, rules->head.at);
	if (status != BADGE_OK) {
		ratio_close(rules);
		return BADGE_FAILED;
	}
	*self = rules;
	return BADGE_OK;
}
