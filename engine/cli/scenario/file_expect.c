/*
 * cli/scenario/file_expect: reads awards, memory, failures and progress, as given or as expected.
 */
#include <string.h>

#include "cli/scenario/file_reading.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

enum { LEVELS_MOST = 1000000, NOTE_BYTES_MOST = 64 * 1024 };

/* ---- shared ---- */

static const char *read_user(brb_yaml_reading *reading, const brb_yaml_node *value)
{
	return brb_scenario_text(reading, "\"user\"", value, BRB_SCENARIO_SUBJECT_BYTES);
}

static const char *read_slug(brb_yaml_reading *reading, const char *what, const brb_yaml_node *value)
{
	char buffer[BRB_YAML_SHORT_BYTES];
	const char *slug = brb_scenario_text(reading, what, value, BRB_SCENARIO_NAME_BYTES);
	if (!slug || brb_text_is_slug(slug))
		return slug;
	BRB_YAML_FAULT(reading, value, "%s must be a badge's slug, of a-z, 0-9, \".\", \"_\" and \"-\", not \"%s\"",
		       what, brb_yaml_shortened(slug, buffer));
	return NULL;
}

/* ---- awards ---- */

static void read_award_user(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			    void *target)
{
	(void)key;
	((brb_scenario_award *)target)->user = read_user(reading, value);
}

static void read_award_badge(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			     void *target)
{
	(void)key;
	((brb_scenario_award *)target)->badge = read_slug(reading, "\"badge\"", value);
}

static void read_award_level(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			     void *target)
{
	(void)key;
	((brb_scenario_award *)target)->level =
		(uint32_t)brb_scenario_number(reading, "\"level\"", value, 1, LEVELS_MOST);
}

static void read_award_reason(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			      void *target)
{
	(void)key;
	brb_scenario_award *award = target;
	if (value->kind == BRB_YAML_TEXT && !*value->text)
		award->reason = "";
	else
		award->reason = brb_scenario_text(reading, "\"reason\"", value, BRB_SCENARIO_SUBJECT_BYTES);
}

static void read_award_at(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			  void *target)
{
	(void)key;
	brb_scenario_award *award = target;
	brb_scenario_read_time(reading, "\"at\"", value, false, &award->at);
	if (award->at.kind == BRB_SCENARIO_SHIFT)
		BRB_YAML_FAULT(reading, value,
			       "the \"at\" of an award must be like 2024-01-31T08:00:00Z or \"day 3 08:00\"");
}

/* "regular" or "regular 2". */
static void read_short_award(brb_yaml_reading *reading, const brb_yaml_node *node, brb_scenario_award *award)
{
	char buffer[BRB_YAML_SHORT_BYTES];
	const char *text = brb_scenario_text(reading, "an award", node, BRB_SCENARIO_NAME_BYTES + 8);
	size_t length = text ? strcspn(text, " ") : 0;
	const char *slug = text ? brb_arena_copy_length(reading->arena, text, length) : NULL;
	if (!slug) {
		reading->memory_short = reading->memory_short || text;
		return;
	}
	const char *number = text + length + strspn(text + length, " ");
	size_t digits = strspn(number, "0123456789");
	bool sound = brb_text_is_slug(slug) && digits <= 6 && !number[digits] && *number != '0';
	for (size_t i = 0; i < digits; i++)
		award->level = (i ? award->level * 10 : 0) + (uint32_t)(number[i] - '0');
	if (sound)
		award->badge = slug;
	else
		BRB_YAML_FAULT(reading, node,
			       "an award must be a badge's slug, perhaps with a level behind it, not \"%s\"",
			       brb_yaml_shortened(text, buffer));
}

static void read_award(brb_yaml_reading *reading, const brb_yaml_node *node, const brb_yaml_key *key,
		       brb_scenario_award *award)
{
	static const brb_yaml_key keys[] = {
		{ .name = "user", .read = read_award_user },
		{ .name = "badge", .read = read_award_badge, .required = true },
		{ .name = "level", .read = read_award_level },
		{ .name = "reason", .read = read_award_reason },
		{ .name = "at", .read = read_award_at },
	};
	bool held = strcmp(key->name, "holds") == 0;
	*award = (brb_scenario_award){ .line = node->line, .user = brb_scenario_user(reading), .level = 1 };
	if (node->broken)
		return;
	if (node->kind == BRB_YAML_MAPPING)
		brb_yaml_read_mapping(reading, "an award", node, keys, COUNT_OF(keys), NULL, award);
	else if (node->kind == BRB_YAML_LIST)
		brb_yaml_wrong_kind(reading, "an award", node, "a badge's slug or a mapping with \"badge\"");
	else
		read_short_award(reading, node, award);
	if (held && award->at.kind != BRB_SCENARIO_AT_ONCE)
		BRB_YAML_FAULT(reading, node, "what is held from the beginning has no \"at\"");
}

void brb_scenario_read_awards(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			      const brb_scenario_award **awards, size_t *count)
{
	size_t items_count;
	const brb_yaml_node *const *items = brb_scenario_items(&value, &items_count);
	brb_scenario_award *read = brb_yaml_take(reading, items_count, sizeof *read);
	for (size_t i = 0; read && i < items_count; i++)
		read_award(reading, items[i], key, &read[i]);
	*awards = read;
	*count = read ? items_count : 0;
}

/* ---- memory ---- */

typedef struct memory_item {
	brb_scenario_memory memory;
	const brb_yaml_node *is;
} memory_item;

static void read_tally(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_scenario_memory *memory = target;
	if (memory->kind)
		BRB_YAML_FAULT(reading, value, "it is either a \"tally\" or a \"note\"");
	memory->kind = strcmp(key->name, "tally") == 0  ? BRABEION_MEMORY_NUMBER
		       : strcmp(key->name, "note") == 0 ? BRABEION_MEMORY_TEXT
							: BRABEION_MEMORY_USER;
	memory->name = brb_scenario_text(reading, "the name of a memory", value, BRB_SCENARIO_NAME_BYTES);
}

static void read_plugin(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	((brb_scenario_memory *)target)->plugin =
		brb_scenario_text(reading, "\"plugin\"", value, BRB_SCENARIO_NAME_BYTES);
}

static void read_memory_badge(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			      void *target)
{
	(void)key;
	((brb_scenario_memory *)target)->badge =
		brb_scenario_text(reading, "\"badge\"", value, BRB_SCENARIO_NAME_BYTES);
}

/* "of" is a user, "thing" a thing, which may have no name. */
static void read_owner(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_scenario_memory *memory = target;
	bool is_thing = strcmp(key->name, "thing") == 0;
	memory->owner_kind = is_thing ? BRABEION_OWNER_THING : BRABEION_OWNER_USER;
	if (is_thing && value->kind == BRB_YAML_TEXT && !*value->text)
		memory->owner = "";
	else
		memory->owner = brb_scenario_text(reading, is_thing ? "\"thing\"" : "\"of\"", value,
						  BRB_SCENARIO_SUBJECT_BYTES);
}

static void read_memory_key(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			    void *target)
{
	(void)key;
	((brb_scenario_memory *)target)->key =
		brb_scenario_text(reading, "\"key\"", value, BRB_SCENARIO_SUBJECT_BYTES);
}

static void read_is(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)reading, (void)key;
	((memory_item *)target)->is = value; /* its kind is known when all keys are read */
}

static void read_value(brb_yaml_reading *reading, const brb_yaml_node *is, brb_scenario_memory *memory)
{
	if (memory->kind == BRABEION_MEMORY_NUMBER)
		memory->value = brb_scenario_number(reading, "\"is\" of a tally", is, INT64_MIN, INT64_MAX);
	else if (is->kind == BRB_YAML_TEXT && !*is->text)
		memory->text = "";
	else if (is->kind != BRB_YAML_NULL)
		memory->text = brb_scenario_text(
			reading, memory->kind == BRABEION_MEMORY_TEXT ? "\"is\" of a note" : "\"is\" of a reference",
			is, NOTE_BYTES_MOST);
}

static void read_memory(brb_yaml_reading *reading, const brb_yaml_node *node, brb_scenario_memory *memory)
{
	static const brb_yaml_key keys[] = {
		{ .name = "tally", .read = read_tally },
		{ .name = "note", .read = read_tally },
		{ .name = "reference", .read = read_tally },
		{ .name = "plugin", .read = read_plugin },
		{ .name = "badge", .read = read_memory_badge },
		{ .name = "of", .read = read_owner },
		{ .name = "thing", .read = read_owner },
		{ .name = "key", .read = read_memory_key },
		{ .name = "is", .read = read_is, .required = true },
	};
	memory_item item = { .memory = { .line = node->line, .owner = brb_scenario_user(reading), .key = "" } };
	if (!brb_yaml_read_mapping(reading, "a memory", node, keys, COUNT_OF(keys), NULL, &item))
		return;
	if (!item.memory.kind)
		BRB_YAML_FAULT(reading, node, "a memory needs \"tally\", \"note\" or \"reference\"");
	else if (item.is)
		read_value(reading, item.is, &item.memory);
	*memory = item.memory;
}

void brb_scenario_read_memories(brb_yaml_reading *reading, const brb_yaml_node *value,
				const brb_scenario_memory **memories, size_t *count)
{
	size_t items_count;
	const brb_yaml_node *const *items = brb_scenario_items(&value, &items_count);
	brb_scenario_memory *read = brb_yaml_take(reading, items_count, sizeof *read);
	for (size_t i = 0; read && i < items_count; i++)
		read_memory(reading, items[i], &read[i]);
	*memories = read;
	*count = read ? items_count : 0;
}

/* ---- failures ---- */

static void read_failing(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	((brb_scenario_failure *)target)->badge = read_slug(reading, "\"badge\"", value);
}

static void read_why(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	((brb_scenario_failure *)target)->why = brb_scenario_text(reading, "\"why\"", value, NOTE_BYTES_MOST);
}

static void read_failure(brb_yaml_reading *reading, const brb_yaml_node *node, brb_scenario_failure *failure)
{
	static const brb_yaml_key keys[] = { { .name = "badge", .read = read_failing, .required = true },
					     { .name = "why", .read = read_why } };
	*failure = (brb_scenario_failure){ .line = node->line };
	if (node->kind == BRB_YAML_MAPPING)
		brb_yaml_read_mapping(reading, "a failure", node, keys, COUNT_OF(keys), NULL, failure);
	else
		failure->badge = read_slug(reading, "a failure", node);
}

/* ---- progress ---- */

static void read_progress_user(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			       void *target)
{
	(void)key;
	((brb_scenario_progress *)target)->user = read_user(reading, value);
}

static void read_progress_badge(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
				void *target)
{
	(void)key;
	((brb_scenario_progress *)target)->badge = read_slug(reading, "\"badge\"", value);
}

static void read_progress_level(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
				void *target)
{
	(void)key;
	((brb_scenario_progress *)target)->level =
		(uint32_t)brb_scenario_number(reading, "\"level\"", value, 1, LEVELS_MOST);
}

static void read_done(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_scenario_progress *progress = target;
	int64_t number = brb_scenario_number(reading, strcmp(key->name, "done") == 0 ? "\"done\"" : "\"goal\"", value,
					     INT64_MIN, INT64_MAX);
	*(strcmp(key->name, "done") == 0 ? &progress->done : &progress->goal) = number;
}

static void read_one_progress(brb_yaml_reading *reading, const brb_yaml_node *node, brb_scenario_progress *progress)
{
	static const brb_yaml_key keys[] = {
		{ .name = "user", .read = read_progress_user },
		{ .name = "badge", .read = read_progress_badge, .required = true },
		{ .name = "level", .read = read_progress_level },
		{ .name = "done", .read = read_done, .required = true },
		{ .name = "goal", .read = read_done, .required = true },
	};
	*progress = (brb_scenario_progress){ .line = node->line, .user = brb_scenario_user(reading) };
	brb_yaml_read_mapping(reading, "a progress", node, keys, COUNT_OF(keys), NULL, progress);
}

/* ---- the step ---- */

static void read_earns(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_scenario_expectation *expectation = target;
	expectation->has_earns = true;
	expectation->earns_line = value->line;
	brb_scenario_read_awards(reading, key, value, &expectation->earns, &expectation->earn_count);
}

static void read_lapses(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_scenario_expectation *expectation = target;
	expectation->has_lapses = true;
	expectation->lapses_line = value->line;
	brb_scenario_read_awards(reading, key, value, &expectation->lapses, &expectation->lapse_count);
}

static void read_fails(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	size_t count;
	brb_scenario_expectation *expectation = target;
	const brb_yaml_node *const *items = brb_scenario_items(&value, &count);
	brb_scenario_failure *read = brb_yaml_take(reading, count, sizeof *read);
	for (size_t i = 0; read && i < count; i++)
		read_failure(reading, items[i], &read[i]);
	expectation->has_fails = true;
	expectation->fails_line = value->line;
	expectation->fails = read;
	expectation->failure_count = read ? count : 0;
}

static void read_remembers(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			   void *target)
{
	brb_scenario_expectation *expectation = target;
	if (expectation->has_remembers)
		BRB_YAML_FAULT(reading, value, "it is either \"remembers\" or \"remembers_only\"");
	expectation->has_remembers = true;
	expectation->remembers_only = strcmp(key->name, "remembers_only") == 0;
	expectation->remembers_line = value->line;
	brb_scenario_read_memories(reading, value, &expectation->remembers, &expectation->memory_count);
}

static void read_progress(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			  void *target)
{
	(void)key;
	size_t count;
	brb_scenario_expectation *expectation = target;
	const brb_yaml_node *const *items = brb_scenario_items(&value, &count);
	brb_scenario_progress *read = brb_yaml_take(reading, count, sizeof *read);
	for (size_t i = 0; read && i < count; i++)
		read_one_progress(reading, items[i], &read[i]);
	expectation->has_progress = true;
	expectation->progress_line = value->line;
	expectation->progress = read;
	expectation->progress_count = read ? count : 0;
}

static const brb_yaml_key expecting[] = {
	{ .name = "earns", .read = read_earns },
	{ .name = "lapses", .read = read_lapses },
	{ .name = "fails", .read = read_fails },
	{ .name = "remembers", .read = read_remembers },
	{ .name = "remembers_only", .read = read_remembers },
	{ .name = "progress", .read = read_progress },
};

bool brb_scenario_expects(const brb_yaml_node *node)
{
	for (size_t i = 0; i < COUNT_OF(expecting); i++)
		if (brb_yaml_get(node, expecting[i].name))
			return true;
	return false;
}

void brb_scenario_read_expectation(brb_yaml_reading *reading, const brb_yaml_node *node,
				   brb_scenario_expectation *expectation)
{
	brb_yaml_read_mapping(reading, "a step", node, expecting, COUNT_OF(expecting), NULL, expectation);
}
