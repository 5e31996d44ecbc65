/*
 * cli/scenario/observed: collects awards, lapses and failures until a step compares them.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/scenario/state.h"

/* Adds a copy. */
static void add(brb_cli_scenario_state *state, brb_cli_observed_list *list, const brb_cli_observed *one)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 16;
		brb_cli_observed *items = reallocarray(list->items, capacity, sizeof *items);
		if (!items) {
			brb_cli_scenario_no_memory(state);
			return;
		}
		list->items = items;
		list->capacity = capacity;
	}
	brb_cli_observed *added = &list->items[list->count++];
	*added = *one;
	added->user = brb_cli_scenario_copy(state, one->user);
	added->badge = brb_cli_scenario_copy(state, one->badge);
	added->reason = brb_cli_scenario_copy(state, one->reason);
	added->event = state->event;
}

/* Whether the scenario is about this badge. */
static bool counts(const brb_cli_scenario_state *state, const char *badge)
{
	const brb_scenario *scenario = state->task->scenario;
	bool counted = scenario->badge_count == 0;
	for (size_t i = 0; i < scenario->badge_count && !counted; i++)
		counted = strcmp(scenario->badges[i], badge) == 0;
	return counted;
}

static void take_award(brb_cli_scenario_state *state, brb_cli_observed_list *list, const brabeion_award_info *award,
		       int64_t at_us)
{
	brb_cli_observed one = { .user = award->user,
				 .badge = award->badge,
				 .level = award->level,
				 .reason = award->reason,
				 .at_us = at_us };
	if (counts(state, award->badge))
		add(state, list, &one);
}

static void take_failure(brb_cli_scenario_state *state, const brabeion_failure *failure)
{
	brb_cli_observed one = { .badge = failure->slug ? failure->slug : failure->plugin,
				 .reason = failure->message };
	if (counts(state, one.badge))
		add(state, &state->failed, &one);
}

void brb_cli_scenario_take_result(brb_cli_scenario_state *state, const brabeion_result *result)
{
	for (uint32_t i = 0; i < result->award_count; i++)
		take_award(state, &state->earned, &result->awards[i], result->awards[i].at_us);
	for (uint32_t i = 0; i < result->lapsed_count; i++)
		take_award(state, &state->lapsed, result->lapsed[i].award, result->lapsed[i].at_us);
	for (uint32_t i = 0; i < result->failure_count; i++)
		take_failure(state, &result->failures[i]);
}
