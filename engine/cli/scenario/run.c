/*
 * cli/scenario/run: see run.h.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/scenario/state.h"
#include "cli/shell/options.h"

/* ---- time ---- */

static int64_t read_clock(void *context)
{
	return ((brb_cli_scenario_state *)context)->clock_us;
}

static void go_to(brb_cli_scenario_state *state, int64_t at_us)
{
	if (at_us > state->clock_us)
		state->clock_us = at_us;
}

/* ---- events ---- */

/* Replaces each "{n}" by the number of the round. */
static const char *in_round(brb_cli_scenario_state *state, const char *text)
{
	static const char mark[] = "{n}";
	char *made = NULL;
	size_t size = 0;
	if (!state->round || !text || !strstr(text, mark))
		return text;
	FILE *out = open_memstream(&made, &size);
	if (!out) {
		brb_cli_scenario_no_memory(state);
		return text;
	}
	for (const char *found; (found = strstr(text, mark)); text = found + strlen(mark))
		fprintf(out, "%.*s%" PRIu32, (int)(found - text), text, state->round);
	fputs(text, out);
	const char *kept = fclose(out) == 0 ? brb_cli_scenario_copy(state, made) : text;
	free(made);
	return kept;
}

static const brabeion_field *fields_in_round(brb_cli_scenario_state *state, const brb_scenario_event *event)
{
	if (!state->round || !event->field_count)
		return event->fields;
	brabeion_field *fields = brb_arena_take(&state->arena, event->field_count * sizeof *fields);
	if (!fields) {
		brb_cli_scenario_no_memory(state);
		return event->fields;
	}
	for (size_t i = 0; i < event->field_count; i++) {
		fields[i] = event->fields[i];
		if (fields[i].type == BRABEION_TYPE_TEXT || fields[i].type == BRABEION_TYPE_JSON)
			fields[i].value.text = in_round(state, fields[i].value.text);
	}
	return fields;
}

/* No badge listens to the event: most likely its name is misspelt, and the scenario would test nothing. */
static void find_unhandled(brb_cli_scenario_state *state, uint32_t line, const char *name)
{
	const char *nearest = NULL;
	brabeion_badge_list list = { 0 };
	if (brabeion_badges(state->engine, NULL, &list, NULL) != BRABEION_OK)
		return;
	for (size_t i = 0; i < list.count && !nearest; i++)
		nearest = brb_text_nearest(name, list.badges[i].events, list.badges[i].event_count);
	brb_cli_scenario_find(state, BRB_CLI_FINDING_FAILED, line,
			      "event %" PRIu32 ": no badge listens to \"%s\"%s%s%s", state->event, name,
			      nearest ? " (did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?)" : "");
	state->stopped = true; /* later findings would only repeat this one */
	brabeion_badge_list_finish(&list);
}

static void set_where(brb_cli_scenario_state *state, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void set_where(brb_cli_scenario_state *state, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(state->task->where, BRB_CLI_WHERE_BYTES, format, arguments);
	va_end(arguments);
}

static void fire(brb_cli_scenario_state *state, const brb_scenario_step *step)
{
	const brb_scenario_event *given = &step->of.event;
	brabeion_result result = BRABEION_RESULT();
	char at[BRABEION_TIME_BYTES] = "";
	brabeion_event event =
		BRABEION_EVENT(.name = given->name, .user = in_round(state, given->user),
			       .id = in_round(state, given->id), .has_at = true, .at_is_exact = true,
			       .at_us = brb_cli_scenario_time(state, &given->at), .has_offset = given->at.has_offset,
			       .offset_minutes = given->at.offset_minutes, .fields = fields_in_round(state, given),
			       .field_count = given->field_count);
	if (state->stopped)
		return;
	state->event++;
	brabeion_time_format(event.at_us, at);
	snprintf(state->after, sizeof state->after, "after event %" PRIu32 " (%.100s of %.100s, %s)", state->event,
		 event.name, event.user, at);
	set_where(state, "in event %" PRIu32 " (line %" PRIu32 ": %.100s of %.100s)", state->event, step->line,
		  event.name, event.user);
	go_to(state, event.at_us);
	brabeion_status status = brabeion_possibly_award(state->engine, &event, &result);
	if (status != BRABEION_OK)
		brb_cli_scenario_find(state, BRB_CLI_FINDING_FAULT, step->line, "event %" PRIu32 ": %s", state->event,
				      result.message ? result.message : brabeion_status_name(status));
	else if (result.outcome == BRABEION_UNHANDLED)
		find_unhandled(state, step->line, event.name);
	brb_cli_scenario_take_result(state, &result);
	brabeion_result_finish(&result);
}

static void wait_for(brb_cli_scenario_state *state, const brb_scenario_step *step)
{
	brabeion_result result = BRABEION_RESULT();
	brabeion_error error = BRABEION_NO_ERROR;
	char at[BRABEION_TIME_BYTES] = "";
	int64_t at_us = brb_cli_scenario_time(state, &step->of.wait);
	brabeion_time_format(at_us, at);
	set_where(state, "in the wait of line %" PRIu32, step->line);
	snprintf(state->after, sizeof state->after, "after the wait until %s", at);
	go_to(state, at_us);
	if (brabeion_advance(state->engine, at_us, &result, &error) != BRABEION_OK)
		brb_cli_scenario_find(state, BRB_CLI_FINDING_FAULT, step->line, "wait: %s", error.message);
	brb_cli_scenario_take_result(state, &result);
	brabeion_result_finish(&result);
	brabeion_error_finish(&error);
}

/* ---- steps ---- */

static void take_steps(brb_cli_scenario_state *state, const brb_scenario_step *steps, size_t count);

static void take_repeat(brb_cli_scenario_state *state, const brb_scenario_repeat *repeat) // NOLINT(misc-no-recursion)
{
	uint32_t outer = state->round;
	for (uint32_t round = 1; round <= repeat->times && !state->stopped; round++) {
		state->round = round;
		take_steps(state, repeat->steps, repeat->count);
	}
	state->round = outer;
}

/* Recurses at most as deep as the YAML tree. */
static void take_steps(brb_cli_scenario_state *state, const brb_scenario_step *steps, // NOLINT(misc-no-recursion)
		       size_t count)
{
	for (size_t i = 0; i < count && !state->stopped; i++) {
		if (steps[i].kind == BRB_SCENARIO_EVENT)
			fire(state, &steps[i]);
		else if (steps[i].kind == BRB_SCENARIO_WAIT)
			wait_for(state, &steps[i]);
		else if (steps[i].kind == BRB_SCENARIO_REPEAT)
			take_repeat(state, &steps[i].of.repeat);
		else
			brb_cli_scenario_compare(state, &steps[i].of.expect);
	}
}

/* ---- given ---- */

static void learn_plugins(brb_cli_scenario_state *state)
{
	brabeion_badge_list list = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	bool several = false;
	if (brabeion_badges(state->engine, NULL, &list, &error) != BRABEION_OK)
		brb_cli_scenario_find(state, BRB_CLI_FINDING_FAULT, state->task->scenario->line, "%s", error.message);
	for (size_t i = 1; i < list.count && !several; i++)
		several = strcmp(list.badges[0].plugin, list.badges[i].plugin) != 0;
	if (list.count && !several)
		state->only = brb_cli_scenario_copy(state, list.badges[0].plugin);
	brabeion_badge_list_finish(&list);
	brabeion_error_finish(&error);
}

static void hold(brb_cli_scenario_state *state, const brb_scenario_award *award)
{
	brabeion_result result = BRABEION_RESULT();
	brabeion_grant grant = BRABEION_GRANT(.user = award->user, .badge = award->badge, .level = award->level,
					      .reason = award->reason, .has_at = true, .at_us = state->clock_us);
	brabeion_status status = brabeion_award(state->engine, &grant, &result);
	if (status != BRABEION_OK)
		brb_cli_scenario_find(state, BRB_CLI_FINDING_FAULT, award->line, "%s",
				      result.message ? result.message : brabeion_status_name(status));
	brabeion_result_finish(&result);
}

/* Sets or removes it; `badge` NULL: the plugin's. */
static brabeion_status set_memory(brb_cli_scenario_state *state, const brb_scenario_memory *memory,
				  const char *plugin, const char *badge, brabeion_error *error)
{
	bool removes = memory->kind != BRABEION_MEMORY_NUMBER && !memory->text;
	brabeion_memory_change change =
		BRABEION_MEMORY_CHANGE(.kind = memory->kind, .plugin = plugin, .badge = badge, .name = memory->name,
				       .owner_kind = memory->owner_kind, .owner = memory->owner, .key = memory->key,
				       .value = memory->value, .text = memory->text);
	return removes ? brabeion_memory_remove(state->engine, &change, NULL, error)
		       : brabeion_memory_set(state->engine, &change, error);
}

/* Without `badge` it is the plugin's, else of the one badge of the plugin that has such a name. */
static brabeion_status find_and_set(brb_cli_scenario_state *state, const brb_scenario_memory *memory,
				    const char *plugin, brabeion_error *error)
{
	size_t set = 0;
	brabeion_badge_list list = { 0 };
	brabeion_status status = set_memory(state, memory, plugin, memory->badge, error);
	if (status != BRABEION_INVALID || memory->badge ||
	    brabeion_badges(state->engine, NULL, &list, NULL) != BRABEION_OK)
		return status;
	for (size_t i = 0; i < list.count; i++)
		if (strcmp(list.badges[i].plugin, plugin) == 0)
			set += set_memory(state, memory, plugin, list.badges[i].slug, NULL) == BRABEION_OK;
	brabeion_badge_list_finish(&list);
	if (set == 1)
		brabeion_error_finish(error);
	else if (set > 1)
		brb_cli_scenario_find(state, BRB_CLI_FINDING_FAULT, memory->line,
				      "several badges remember \"%s\": say whose it is, with \"badge\"",
				      memory->name);
	return set ? BRABEION_OK : status;
}

static void remember(brb_cli_scenario_state *state, const brb_scenario_memory *memory)
{
	brabeion_error error = BRABEION_NO_ERROR;
	const char *plugin = brb_cli_scenario_plugin(state, memory);
	if (plugin && find_and_set(state, memory, plugin, &error) != BRABEION_OK)
		brb_cli_scenario_find(state, BRB_CLI_FINDING_FAULT, memory->line, "%s", error.message);
	brabeion_error_finish(&error);
}

static void take_given(brb_cli_scenario_state *state)
{
	const brb_scenario *scenario = state->task->scenario;
	learn_plugins(state);
	for (size_t i = 0; i < scenario->held_count && !state->stopped; i++)
		hold(state, &scenario->held[i]);
	for (size_t i = 0; i < scenario->memory_count && !state->stopped; i++)
		remember(state, &scenario->remembers[i]);
}

/* ---- the whole ---- */

static void play(brb_cli_scenario_state *state)
{
	const brb_scenario *scenario = state->task->scenario;
	set_where(state, "while what is given was made so");
	take_given(state);
	if (!state->stopped)
		take_steps(state, scenario->steps, scenario->step_count);
	if (!state->stopped)
		brb_cli_scenario_compare_rest(state);
	set_where(state, "while its badges were closed");
	brabeion_close(state->engine);
}

void brb_cli_scenario_run(const brb_cli_scenario_task *task)
{
	brb_cli_scenario_state state = { .task = task,
					 .clock_us = task->scenario->start_us,
					 .after = "before the first event" };
	brabeion_error error = BRABEION_NO_ERROR;
	static const char *const own_keys[] = { "user", "scenarios", NULL };
	brabeion_options options =
		BRABEION_OPTIONS(.config = task->set->config, .config_text = task->set->config_text,
				 .config_other_keys = task->set->config_text ? own_keys : NULL,
				 .plugin_path = task->plugin_path, .database = task->database, .clock = read_clock,
				 .clock_context = &state, .time = BRABEION_TIME_HISTORY, .no_watch = true,
				 .no_workers = true);
	set_where(&state, "while its plugins were loaded");
	if (brabeion_open(&options, &state.engine, &error) == BRABEION_OK)
		play(&state);
	else
		brb_cli_scenario_find(&state, BRB_CLI_FINDING_FAULT, 0, "%s", error.message);
	brabeion_error_finish(&error);
	brb_arena_finish(&state.arena);
	free(state.earned.items);
	free(state.lapsed.items);
	free(state.failed.items);
}
