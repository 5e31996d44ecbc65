/*
 * cli/scenario/observed: collects awards, lapses and failures until a step compares them.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/scenario/state.h"

void brb_cli_observed_add(brb_cli_scenario_state *state, brb_cli_observed_list *list, const brb_cli_observed *one)
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
		brb_cli_observed_add(state, list, &one);
}

/* ---- failures: the log tells which badge, and why ---- */

/* `badge "SLUG" failed on event "...": why`, or `observe of plugin "ID" failed ...`: the name, where it begins. */
static const char *failed_name(const char *message)
{
	static const char *const begins[] = { "badge \"", "observe of plugin \"" };
	for (size_t i = 0; i < 2; i++)
		if (strncmp(message, begins[i], strlen(begins[i])) == 0)
			return message + strlen(begins[i]);
	return NULL;
}

/* A job's attempts each tell the same: once is enough. */
static bool is_logged(const brb_cli_observed_list *logged, const brb_cli_observed *one)
{
	for (size_t i = 0; i < logged->count; i++)
		if (strcmp(logged->items[i].badge, one->badge) == 0 &&
		    strcmp(logged->items[i].reason, one->reason) == 0)
			return true;
	return false;
}

void brb_cli_scenario_take_log(void *context, brabeion_log_level level, const char *message)
{
	brb_cli_scenario_state *state = context;
	const char *name = level == BRABEION_LOG_WARNING ? failed_name(message) : NULL;
	const char *quote = name ? strchr(name, '"') : NULL;
	char slug[128];
	if (!quote || strncmp(quote, "\" failed on event ", strlen("\" failed on event ")) != 0)
		return;
	snprintf(slug, sizeof slug, "%.*s", (int)(quote - name), name);
	const char *user = strstr(quote, "\" of user \""), *why = user ? strstr(user + 1, "\": ") : NULL;
	brb_cli_observed one = { .badge = slug, .reason = why ? why + strlen("\": ") : message };
	if (!is_logged(&state->logged, &one))
		brb_cli_observed_add(state, &state->logged, &one);
}

static void take_failures(brb_cli_scenario_state *state, const brabeion_result *result)
{
	for (size_t i = 0; i < state->logged.count && result->failed; i++)
		if (counts(state, state->logged.items[i].badge))
			brb_cli_observed_add(state, &state->failed, &state->logged.items[i]);
	if (result->failed && !state->logged.count)
		brb_cli_observed_add(state, &state->failed,
				     &(brb_cli_observed){ .badge = "a badge", .reason = result->message });
	state->logged.count = 0;
}

void brb_cli_scenario_take_result(brb_cli_scenario_state *state, const brabeion_result *result)
{
	for (uint32_t i = 0; i < result->award_count; i++)
		take_award(state, &state->earned, &result->awards[i], result->awards[i].at_us);
	for (uint32_t i = 0; i < result->lapsed_count; i++)
		take_award(state, &state->lapsed, &result->lapsed[i].award, result->lapsed[i].at_us);
	take_failures(state, result);
}
