/*
 * cli/scenario/state: findings, texts, times and plugin names for the files that play a scenario.
 */
#include "cli/scenario/state.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)

/* ---- findings ---- */

void brb_cli_scenario_find(brb_cli_scenario_state *state, brb_cli_finding_kind kind, uint32_t line,
			   const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	for (size_t length = text ? strlen(text) : 0; length && text[length - 1] == '\n'; length--)
		text[length - 1] = '\0';
	state->task->find(state->task->context, text ? kind : BRB_CLI_FINDING_FAULT, line,
			  text ? text : "out of memory");
	state->stopped = state->stopped || kind == BRB_CLI_FINDING_FAULT || !text;
	free(text);
}

void brb_cli_scenario_no_memory(brb_cli_scenario_state *state)
{
	brb_cli_scenario_find(state, BRB_CLI_FINDING_FAULT, state->task->scenario->line, "out of memory");
}

const char *brb_cli_scenario_copy(brb_cli_scenario_state *state, const char *text)
{
	const char *made = brb_arena_copy_length(&state->arena, text ? text : "", text ? strlen(text) : 0);
	if (!made)
		brb_cli_scenario_no_memory(state);
	return made ? made : "";
}

int64_t brb_cli_scenario_time(const brb_cli_scenario_state *state, const brb_scenario_time *time)
{
	int64_t start_us = state->task->scenario->start_us;
	int64_t of_day_us = (start_us % DAY_US + DAY_US) % DAY_US;
	switch (time->kind) {
	case BRB_SCENARIO_ABSOLUTE:
		return time->us;
	case BRB_SCENARIO_SHIFT:
		return state->clock_us + time->us;
	case BRB_SCENARIO_DAY:
		return start_us + time->us - (time->of_day ? of_day_us : 0);
	default:
		return state->clock_us;
	}
}

const char *brb_cli_scenario_plugin(brb_cli_scenario_state *state, const brb_scenario_memory *memory)
{
	if (memory->plugin)
		return memory->plugin;
	if (!state->only)
		brb_cli_scenario_find(state, BRB_CLI_FINDING_FAULT, memory->line,
				      "there are several plugins: say whose memory it is, with \"plugin\"");
	return state->only;
}
