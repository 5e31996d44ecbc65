/*
 * run: so many in a row, broken by a miss or by another event.
 *
 *	- badge: run
 *	  slug: hot-hand
 *	  events: [shot]
 *	  levels: [Hot Hand, On Fire]
 *	  settings: { hit: { result: in }, broken_by: [substituted], at: [3, 10] }
 *
 * hit: { ... }           conditions, as of `where`: which events continue the run; every one, where it is missing. One that does
 *                        not fit breaks it
 * broken_by: [died]      events that break it, of the same user
 * at: [3, 10]            how many in a row, up to 450
 *
 * `where` and `when` choose which of the events are looked at at all. A run was earned at the last event that it needed. What is
 * remembered are the newest events, a hundred more than twice the highest number: an event that comes late takes its place among
 * them.
 */
#include "kinds.h"

#include "window.h"

enum { RUN_MOST = 450, KEPT_LEAST = 100 /* so many events at least may come late */ };

#define KIND "run"

typedef struct run {
	where hit;
	named_events breaks;
	window_rules window;
	kind head;
} run;

/* ---- judging ----------------------------------------------------------------------------------------------------- */

/* How many hits end at the entry, it included. */
static int64_t length_at(const window *past, size_t index)
{
	int64_t length = 0;
	while (past->entries[index].value > 0) {
		length++;
		if (index-- == 0)
			break;
	}
	return length;
}

/* The levels that the run has reached at the entries from this one on, as of each. */
static int32_t climb(const run *rules, badge_call *call, const window *past, size_t from, int32_t level)
{
	for (size_t i = from; i < past->count; i++) {
		int32_t reached = limits_level(rules->head.at, rules->head.level_count, length_at(past, i));
		if (reached > level)
			badge_earned_at(call, past->entries[i].at);
		while (level < reached)
			badge_grant(call, badge_slug(call), ++level, NULL, NULL);
	}
	return level;
}

static int32_t newest(const run *rules, badge_call *call, const window *past)
{
	int32_t level = limits_level(rules->head.at, rules->head.level_count, length_at(past, past->count - 1));
	return limits_grant(call, level, NULL);
}

static int32_t enter(const run *rules, badge_call *call, int64_t value)
{
	window past;
	int32_t answer = window_read(call, KIND, &past);
	window_entry entered = { .at = badge_at(call), .value = value, .happened_at = badge_at(call) };
	if (answer != BADGE_OK)
		return answer;
	size_t from = past.is_merged ? 0 : window_first_from(&past, entered.at);
	past.is_merged = 0;
	answer = window_enter(&rules->window, &past, entered);
	if (answer != BADGE_OK || window_write(call, KIND, &past) != BADGE_OK)
		return answer == BADGE_OK ? BADGE_FAILED : answer;
	if (rules->head.is_temporary)
		return newest(rules, call, &past);
	return climb(rules, call, &past, from > 0 ? from - 1 : 0, 0);
}

int32_t run_award(void *self, badge_call *call)
{
	const run *rules = self;
	if (named_events_has(&rules->breaks, call))
		return enter(rules, call, 0);
	int32_t answer = rule_fits(call, &rules->head.clauses);
	return answer == BADGE_OK ? enter(rules, call, where_fits(call, &rules->hit)) : answer;
}

int32_t run_progress(void *self, badge_call *call, int32_t level)
{
	const run *rules = self;
	window past;
	if (window_read(call, KIND, &past) != BADGE_OK)
		return BADGE_FAILED;
	return limits_progress(call, rules->head.at, level, past.count > 0 ? length_at(&past, past.count - 1) : 0);
}

int32_t run_merge(void *self, badge_call *call)
{
	const run *rules = self;
	return badge_merged_note(call, WINDOW_MEMORY, KIND) ? window_merge(call, KIND, &rules->window) : BADGE_OK;
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

void run_close(void *self)
{
	run *rules = self;
	where_free(&rules->hit);
	kind_finish(&rules->head);
	free(rules);
}

int32_t run_open(badge_setup *setup, void **self)
{
	run *rules = calloc(1, sizeof *rules);
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	int32_t status = kind_begin(setup, 0, &rules->head);
	status |= where_read(setup, "hit", &rules->hit);
	status |= named_events_read(setup, "broken_by", &rules->breaks);
	if (rules->head.at)
		status |= limits_read(setup, "at", 0, RUN_MOST, rules->head.level_count, rules->head.at);
	if (status != BADGE_OK) {
		run_close(rules);
		return BADGE_FAILED;
	}
	rules->window = (window_rules){ .span = INT64_MAX,
					.late = INT64_MAX,
					.kept = INT64_MAX,
					.most = 2 * (size_t)rules->head.at[rules->head.level_count - 1] + KEPT_LEAST,
					.each = 1 };
	*self = rules;
	return BADGE_OK;
}
