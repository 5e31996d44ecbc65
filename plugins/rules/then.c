/*
 * then: one event, then another, for the same value; or the first, and nothing after it.
 *
 *	- badge: then
 *	  slug: quick-fix
 *	  levels: [Quick Fix, Fire Brigade]
 *	  settings: { first: opened, next: closed, same: issue, within: { minutes: 5 }, at: [1, 10] }
 *
 *	- badge: then
 *	  slug: tumbleweed
 *	  levels: [Tumbleweed]
 *	  settings: { first: asked, unless: [answered, commented], same: question, within: { days: 7 } }
 *
 * first, next            the events in their order; next: [reviewed, merged] one after the other. They need not be in `events`
 * same: issue            the field whose value they share; without it the user is what they share
 * within: { minutes: 5 } from the first to the last; without it however long. `unless` needs it
 * unless: [answered]     anybody's events with that value: none of them may come within the time. Judged when it is over
 * at: [1, 10]            how many times, one number per level. A value counts once
 *
 * Of each value the latest time of each step is remembered: it counts when they are in order within the time, in whatever order
 * the events came.
 */
#include "kinds.h"

#include <stdlib.h>

enum { STEPS_MOST = 4, VALUE_MOST = 255 };

typedef struct then {
	uint32_t step_count;
	char steps[STEPS_MOST][NAME_SIZE];
	named_events unless;
	char same[NAME_SIZE];
	int64_t within; /* microseconds; 0: however long */
	kind head;
} then;

static const char *const step_names[STEPS_MOST] = { "step1", "step2", "step3", "step4" };

#define EVERYTHING "-" /* the value where there is no `same` */

/* ---- judging ----------------------------------------------------------------------------------------------------- */

static int32_t count_one(const then *rules, badge_call *call, const char *value, int64_t at)
{
	if (badge_tally_of(call, "done", NULL, value) > 0)
		return BADGE_UNCHANGED;
	badge_tally_set_of(call, "done", NULL, value, 1);
	int64_t count = badge_tally_add(call, "times", 1);
	badge_earned_at(call, at);
	return limits_grant(call, limits_level(rules->head.at, rules->head.level_count, count), NULL);
}

/* Whether all steps are there, in order and within the time; then *last is the time of the last one. */
static int is_complete(const then *rules, badge_call *call, const char *value, int64_t *last)
{
	int64_t first = badge_tally_of(call, step_names[0], NULL, value);
	*last = first;
	for (uint32_t i = 1; i < rules->step_count; i++) {
		int64_t at = badge_tally_of(call, step_names[i], NULL, value);
		if (at == 0 || first == 0 || at < *last)
			return 0;
		*last = at;
	}
	return rules->within == 0 || *last - first <= rules->within;
}

static int32_t take_step(const then *rules, badge_call *call, uint32_t step, const char *value)
{
	int64_t at = time_as_tally(badge_at(call)), last;
	int64_t kept = badge_tally_of(call, step_names[step], NULL, value);
	if (kept != 0 && kept >= at)
		return BADGE_UNCHANGED;
	badge_tally_set_of(call, step_names[step], NULL, value, at);
	if (is_complete(rules, call, value, &last))
		return count_one(rules, call, value, last);
	badge_explain(call, "the other event has not come, or not within the time");
	return BADGE_UNCHANGED;
}

/* What is asked now is judged when the time is over. */
static int32_t ask_later(const then *rules, badge_call *call, const char *value)
{
	const badge_field state[] = { badge_field_text("value", value), badge_field_int("since", badge_at(call)) };
	badge_later(call, badge_at(call) + rules->within, state, 2);
	return BADGE_UNCHANGED;
}

static int32_t award_due(const then *rules, badge_call *call)
{
	const char *value = badge_text(call, "value", "");
	int64_t since = badge_int(call, "since", 0), met = badge_tally_of(call, "met", value, NULL);
	if (met >= since && met <= badge_at(call) && met != 0) {
		badge_explain(call, "it was met by another event within the time");
		return BADGE_UNCHANGED;
	}
	return count_one(rules, call, value, badge_at(call));
}

/* The first that came after all that was asked is what matters: one before a question cannot be an answer to it. */
static int32_t take_unless(badge_call *call, const char *value)
{
	int64_t at = time_as_tally(badge_at(call)), met = badge_tally_of(call, "met", value, NULL);
	if (met == 0 || at < met)
		badge_tally_set_of(call, "met", value, NULL, at);
	return BADGE_UNCHANGED;
}

static int32_t read_value(const then *rules, badge_call *call, const char **value)
{
	*value = EVERYTHING;
	return rules->same[0] == '\0' ? BADGE_OK : field_value(call, rules->same, VALUE_MOST, value);
}

int32_t then_award(void *self, badge_call *call)
{
	const then *rules = self;
	const char *value;
	uint32_t step = 0;
	if (badge_is_due(call))
		return award_due(rules, call);
	while (step < rules->step_count && !badge_event_is(call, rules->steps[step]))
		step++;
	int is_unless = step == rules->step_count && named_events_has(&rules->unless, call);
	if (step == rules->step_count && !is_unless)
		return BADGE_UNCHANGED;
	int32_t answer = step == 0 ? rule_fits(call, &rules->head.clauses) : BADGE_OK;
	if (answer == BADGE_OK)
		answer = read_value(rules, call, &value);
	if (answer != BADGE_OK)
		return answer;
	if (is_unless)
		return take_unless(call, value);
	return rules->unless.count > 0 ? ask_later(rules, call, value) : take_step(rules, call, step, value);
}

int32_t then_progress(void *self, badge_call *call, int32_t level)
{
	const then *rules = self;
	return limits_progress(call, rules->head.at, level, badge_tally(call, "times"));
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

void then_close(void *self)
{
	then *rules = self;
	kind_finish(&rules->head);
	free(rules);
}

static int32_t add_steps(badge_setup *setup, const char *path, then *rules)
{
	named_events named = { 0 };
	int32_t status = named_events_read(setup, path, &named);
	if (rules->step_count + named.count > STEPS_MOST)
		return badge_setup_fail(setup, path, "at most %d events one after the other", STEPS_MOST);
	for (uint32_t i = 0; i < named.count; i++)
		memcpy(rules->steps[rules->step_count++], named.names[i], NAME_SIZE);
	return status;
}

static int32_t check_steps(badge_setup *setup, const then *rules)
{
	if (badge_setting_type(setup, "first") != BADGE_TYPE_TEXT)
		return badge_setup_fail(setup, "first", "first must name the event that begins it");
	if (rules->step_count < 2 && rules->unless.count == 0)
		return badge_setup_fail(setup, "", "\"next\" must name what follows, or \"unless\" what must not");
	if (rules->step_count > 1 && rules->unless.count > 0)
		return badge_setup_fail(setup, "unless", "unless is for a badge without \"next\"");
	if (rules->unless.count > 0 && rules->within == 0)
		return badge_setup_fail(setup, "unless", "unless needs \"within\": for how long nothing may come");
	if (rules->unless.count > 0 && rules->same[0] == '\0')
		return badge_setup_fail(setup, "unless", "unless needs \"same\": the field that the events share");
	for (uint32_t i = 0; i < rules->step_count; i++)
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(rules->steps[i], rules->steps[k]) == 0)
				return badge_setup_fail(setup, "next",
							"an event cannot follow itself: see run, or "
							"threshold with \"within\"");
	return BADGE_OK;
}

int32_t then_open(badge_setup *setup, void **self)
{
	then *rules = calloc(1, sizeof *rules);
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	int32_t status = kind_begin(setup, 0, &rules->head);
	status |= add_steps(setup, "first", rules);
	status |= add_steps(setup, "next", rules);
	status |= named_events_read(setup, "unless", &rules->unless);
	status |= field_read(setup, "same", rules->same);
	status |= time_span_read(setup, "within", 36500, &rules->within);
	if (rules->head.at)
		status |= limits_read(setup, "at", 1, INT64_MAX, rules->head.level_count, rules->head.at);
	if (status == BADGE_OK)
		status = check_steps(setup, rules);
	if (status != BADGE_OK) {
		then_close(rules);
		return BADGE_FAILED;
	}
	*self = rules;
	return BADGE_OK;
}
