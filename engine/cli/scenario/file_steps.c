/*
 * cli/scenario/file_steps: reads the steps of a scenario.
 *
 * The keys of a step decide what it is: an event, a wait, a repeat or an expectation. An event's state lies beside
 * `event`, as in a line that `brabeion run` reads.
 */
#include <string.h>

#include "cli/scenario/file_reading.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { FIELDS_MOST = 256 };

/* ---- events ---- */

typedef struct event_item {
	brb_scenario_event *event;
	brabeion_field *fields; /* room for as many as the mapping has keys */
} event_item;

static void read_event_name(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			    void *target)
{
	(void)key;
	((event_item *)target)->event->name = brb_scenario_text(reading, "\"event\"", value, BRB_SCENARIO_NAME_BYTES);
}

static void read_event_user(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			    void *target)
{
	(void)key;
	((event_item *)target)->event->user =
		brb_scenario_text(reading, "\"user\"", value, BRB_SCENARIO_SUBJECT_BYTES);
}

static void read_event_id(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			  void *target)
{
	(void)key;
	((event_item *)target)->event->id = brb_scenario_text(reading, "\"id\"", value, BRB_SCENARIO_SUBJECT_BYTES);
}

static void read_event_at(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			  void *target)
{
	(void)key;
	brb_scenario_read_time(reading, "\"at\"", value, false, &((event_item *)target)->event->at);
}

static bool read_field(brb_yaml_reading *reading, const brb_yaml_entry *entry, void *target)
{
	event_item *item = target;
	if (entry->value->broken)
		return true;
	if (item->event->field_count == FIELDS_MOST)
		brb_yaml_fault(reading->yaml, entry->key_line, entry->key_column, "an event has at most %d fields",
			       FIELDS_MOST);
	if (!*entry->key || strlen(entry->key) > BRB_SCENARIO_NAME_BYTES)
		brb_yaml_fault(reading->yaml, entry->key_line, entry->key_column,
			       "the name of a field has 1 to %d bytes", BRB_SCENARIO_NAME_BYTES);
	brb_scenario_read_field(reading, entry, &item->fields[item->event->field_count++]);
	return true;
}

static void read_event(brb_yaml_reading *reading, const brb_yaml_node *node, brb_scenario_event *event)
{
	static const brb_yaml_key keys[] = {
		{ .name = "event", .read = read_event_name, .required = true },
		{ .name = "user", .read = read_event_user },
		{ .name = "id", .read = read_event_id },
		{ .name = "at", .read = read_event_at },
	};
	event_item item = { .event = event, .fields = brb_yaml_take(reading, node->count, sizeof *item.fields) };
	event->user = brb_scenario_user(reading);
	event->fields = item.fields;
	if (item.fields)
		brb_yaml_read_mapping(reading, "an event", node, keys, COUNT_OF(keys), read_field, &item);
}

/* ---- waits and repeats ---- */

static void read_wait(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_scenario_read_time(reading, "\"wait\"", value, true, target);
}

static void read_times(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	((brb_scenario_repeat *)target)->times =
		(uint32_t)brb_scenario_number(reading, "\"repeat\"", value, 1, BRB_SCENARIO_ROUNDS_MOST);
}

static void read_repeated(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			  void *target)
{
	(void)key;
	brb_scenario_repeat *repeat = target;
	brb_scenario_read_steps(reading, value, &repeat->steps, &repeat->count);
}

/* ---- one step ---- */

/* A step that is none of the four: names the key that was likely meant. */
static void refuse_step(brb_yaml_reading *reading, const brb_yaml_node *node)
{
	static const char *const words[] = { "event", "wait",      "repeat",         "earns",   "lapses",
					     "fails", "remembers", "remembers_only", "progress" };
	for (size_t i = 0; i < node->count; i++) {
		const brb_yaml_entry *entry = &node->entries[i];
		const char *meant = brb_text_nearest(entry->key, words, COUNT_OF(words));
		char buffer[BRB_YAML_SHORT_BYTES];
		if (!meant)
			continue;
		brb_yaml_fault(reading->yaml, entry->key_line, entry->key_column,
			       "unknown key \"%s\" (did you mean \"%s\"?)", brb_yaml_shortened(entry->key, buffer),
			       meant);
		return;
	}
	BRB_YAML_FAULT(reading, node,
		       "a step must be an \"event\", a \"wait\", a \"repeat\", or say what is expected: \"earns\", "
		       "\"lapses\", \"fails\", \"remembers\", \"remembers_only\" or \"progress\"");
}

static void read_step(brb_yaml_reading *reading, const brb_yaml_node *node, brb_scenario_step *step)
{
	static const brb_yaml_key waiting[] = { { .name = "wait", .read = read_wait, .required = true } };
	static const brb_yaml_key repeating[] = { { .name = "repeat", .read = read_times, .required = true },
						  { .name = "steps", .read = read_repeated, .required = true } };
	step->line = node->line;
	if (node->broken)
		return;
	if (node->kind != BRB_YAML_MAPPING) {
		brb_yaml_wrong_kind(reading, "a step", node, "a mapping such as \"event: login\"");
	} else if (brb_yaml_get(node, "event")) {
		step->kind = BRB_SCENARIO_EVENT;
		read_event(reading, node, &step->of.event);
	} else if (brb_yaml_get(node, "wait")) {
		step->kind = BRB_SCENARIO_WAIT;
		brb_yaml_read_mapping(reading, "a step", node, waiting, COUNT_OF(waiting), NULL, &step->of.wait);
	} else if (brb_yaml_get(node, "repeat")) {
		step->kind = BRB_SCENARIO_REPEAT;
		brb_yaml_read_mapping(reading, "a step", node, repeating, COUNT_OF(repeating), NULL,
				      &step->of.repeat);
	} else if (brb_scenario_expects(node)) {
		step->kind = BRB_SCENARIO_EXPECT;
		brb_scenario_read_expectation(reading, node, &step->of.expect);
	} else {
		refuse_step(reading, node);
	}
}

/* Recurses into repeats, at most as deep as the YAML tree. */
void brb_scenario_read_steps(brb_yaml_reading *reading, const brb_yaml_node *value, // NOLINT(misc-no-recursion)
			     const brb_scenario_step **steps, size_t *count)
{
	if (value->kind != BRB_YAML_LIST || !value->count) {
		BRB_YAML_FAULT(reading, value, "\"steps\" must be a list of steps%s",
			       value->kind == BRB_YAML_LIST ? ", at least one" : "");
		return;
	}
	brb_scenario_step *read = brb_yaml_take(reading, value->count, sizeof *read);
	for (size_t i = 0; read && i < value->count; i++)
		read_step(reading, value->items[i], &read[i]);
	*steps = read;
	*count = read ? value->count : 0;
}
