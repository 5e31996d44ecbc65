/*
 * cli/scenario/file: see file.h. Here: the file as a whole, its scenarios and their `given`. Steps are read in file_steps.c,
 * expectations in file_expect.c, values in file_values.c.
 *
 * Reading goes on after a fault, so that all faults of a file are reported at once.
 */
#include "cli/scenario/file.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/scenario/file_reading.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* `set` is first: its address is that of the whole. */
typedef struct whole {
	brb_scenario_set set;
	brb_arena arena;
} whole;

/* ---- one scenario ---- */

static void read_name(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	((brb_scenario *)target)->name = brb_scenario_text(reading, "\"name\"", value, BRB_SCENARIO_SUBJECT_BYTES);
}

static void read_only(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	size_t count;
	brb_scenario *scenario = target;
	const brb_yaml_node *const *items = brb_scenario_items(&value, &count);
	const char **slugs = brb_yaml_take(reading, count, sizeof *slugs);
	for (size_t i = 0; slugs && i < count; i++)
		slugs[i] = brb_scenario_text(reading, "each of \"badges\"", items[i], BRB_SCENARIO_NAME_BYTES);
	if (!count)
		BRB_YAML_FAULT(reading, value, "\"badges\" must name at least one badge; leave it out for all");
	scenario->badges = slugs;
	scenario->badge_count = slugs ? count : 0;
}

static void read_now(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_scenario_time now = { 0 };
	brb_scenario_read_time(reading, "\"now\"", value, false, &now);
	if (now.kind == BRB_SCENARIO_ABSOLUTE)
		((brb_scenario *)target)->start_us = now.us;
	else if (now.kind != BRB_SCENARIO_AT_ONCE)
		BRB_YAML_FAULT(reading, value,
			       "\"now\" is where a scenario begins: it must be like 2024-01-31T08:00:00Z");
}

static void read_holds(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_scenario *scenario = target;
	brb_scenario_read_awards(reading, key, value, &scenario->held, &scenario->held_count);
}

static void read_remembers(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			   void *target)
{
	(void)key;
	brb_scenario *scenario = target;
	brb_scenario_read_memories(reading, value, &scenario->remembers, &scenario->memory_count);
}

static void read_given(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	static const brb_yaml_key keys[] = {
		{ .name = "now", .read = read_now },
		{ .name = "holds", .read = read_holds },
		{ .name = "remembers", .read = read_remembers },
	};
	(void)key;
	brb_yaml_read_mapping(reading, "\"given\"", value, keys, COUNT_OF(keys), NULL, target);
}

static void read_steps(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_scenario *scenario = target;
	brb_scenario_read_steps(reading, value, &scenario->steps, &scenario->step_count);
}

static void read_scenario(brb_yaml_reading *reading, const brb_yaml_node *node, brb_scenario *scenario)
{
	static const brb_yaml_key keys[] = {
		{ .name = "name", .read = read_name, .required = true },
		{ .name = "badges", .read = read_only },
		{ .name = "given", .read = read_given },
		{ .name = "steps", .read = read_steps, .required = true },
	};
	scenario->line = node->line;
	scenario->start_us = BRB_SCENARIO_START_US;
	brb_yaml_read_mapping(reading, "a scenario", node, keys, COUNT_OF(keys), NULL, scenario);
}

/* ---- the file ---- */

static void read_user(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key, (void)target;
	const char *user = brb_scenario_text(reading, "\"user\"", value, BRB_SCENARIO_SUBJECT_BYTES);
	if (user)
		*(const char **)reading->context = user;
}

/* Read after `user`, which may follow it. */
static void leave(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)reading, (void)key, (void)value, (void)target;
}

static void check_names(brb_yaml_reading *reading, const brb_yaml_node *list, const brb_scenario *scenarios)
{
	for (size_t i = 0; i < list->count; i++)
		for (size_t k = 0; k < i && scenarios[i].name; k++)
			if (scenarios[k].name && strcmp(scenarios[i].name, scenarios[k].name) == 0) {
				BRB_YAML_FAULT(reading, list->items[i],
					       "the scenario of line %u has the same name: \"%s\"", scenarios[k].line,
					       scenarios[i].name);
				break;
			}
}

static void read_scenarios(brb_yaml_reading *reading, const brb_yaml_node *list, brb_scenario_set *set)
{
	if (list->broken)
		return;
	if (list->kind != BRB_YAML_LIST || !list->count) {
		BRB_YAML_FAULT(reading, list, "\"scenarios\" must be a list of scenarios%s",
			       list->kind == BRB_YAML_LIST ? ", at least one" : "");
		return;
	}
	brb_scenario *scenarios = brb_yaml_take(reading, list->count, sizeof *scenarios);
	if (!scenarios)
		return;
	for (size_t i = 0; i < list->count; i++)
		read_scenario(reading, list->items[i], &scenarios[i]);
	check_names(reading, list, scenarios);
	set->scenarios = scenarios;
	set->count = list->count;
}

/* A path in the file is relative to the file's folder. */
static void read_config(brb_yaml_reading *reading, const brb_yaml_node *node, brb_scenario_set *set)
{
	const char *name = brb_scenario_text(reading, "\"config\"", node, PATH_MAX);
	if (!name)
		return;
	const char *slash = strrchr(set->path, '/');
	int length = slash && *name != '/' ? (int)(slash + 1 - set->path) : 0;
	set->config = brb_arena_printf(reading->arena, "%.*s%s", length, set->path, name);
	if (!set->config)
		reading->memory_short = true;
	else if (access(set->config, R_OK) != 0)
		BRB_YAML_FAULT(reading, node, "\"config\": %s: %s", set->config, strerror(errno));
}

/* Where the badges come from: `plugins` of the file, or the badges.yaml that `config` names. */
static void read_badges(brb_yaml_reading *reading, brb_scenario_set *set, const char *bytes, size_t length)
{
	const brb_yaml_node *root = brb_yaml_root(reading->yaml);
	const brb_yaml_node *config = brb_yaml_get(root, "config"), *plugins = brb_yaml_get(root, "plugins");
	if (config && (plugins || brb_yaml_get(root, "plugin_path"))) {
		BRB_YAML_FAULT(reading, config,
			       "\"config\" names a file that has \"plugins\" and \"plugin_path\" itself");
	} else if (config) {
		read_config(reading, config, set);
	} else if (!plugins) {
		BRB_YAML_FAULT(reading, root,
			       "the file needs \"plugins\", or \"config\" with the name of a badges.yaml");
	} else {
		set->config = set->path;
		set->config_text = brb_arena_copy_length(reading->arena, bytes, length);
		reading->memory_short = reading->memory_short || !set->config_text;
	}
}

static void read_root(brb_yaml_reading *reading, brb_scenario_set *set, const char *bytes, size_t length)
{
	static const brb_yaml_key keys[] = {
		{ .name = "config", .read = leave },
		{ .name = "plugins", .read = leave },
		{ .name = "plugin_path", .read = leave },
		{ .name = "user", .read = read_user },
		{ .name = "scenarios", .read = leave, .required = true },
	};
	const brb_yaml_node *root = brb_yaml_root(reading->yaml);
	if (root->kind == BRB_YAML_NULL && !root->broken) {
		BRB_YAML_FAULT(reading, root,
			       "the file is empty: it needs \"scenarios\", and \"plugins\" or \"config\"");
		return;
	}
	if (!brb_yaml_read_mapping(reading, "the file", root, keys, COUNT_OF(keys), NULL, NULL))
		return;
	const brb_yaml_node *scenarios = brb_yaml_get(root, "scenarios");
	if (scenarios)
		read_scenarios(reading, scenarios, set);
	read_badges(reading, set, bytes, length);
}

/* Copies the faults, if any, into the set. Returns false without memory. */
static bool keep_faults(whole *made, brabeion_error *error)
{
	bool kept = true;
	if (error->status != BRABEION_OK) {
		made->set.faults = brb_arena_copy(&made->arena, error->message);
		made->set.count = 0;
		kept = error->status != BRABEION_NO_MEMORY && made->set.faults;
	}
	brb_status_clear(error);
	return kept;
}

static bool read_whole(whole *made, const char *bytes, size_t length)
{
	brabeion_error error = BRABEION_NO_ERROR;
	const char *user = BRB_SCENARIO_USER;
	brb_yaml_reading reading = { .arena = &made->arena, .context = &user };
	if (brb_yaml_parse(bytes, length, made->set.path, &reading.yaml, &error) != BRABEION_OK)
		return keep_faults(made, &error);
	read_root(&reading, &made->set, bytes, length);
	brb_yaml_verdict(reading.yaml, &error);
	brb_yaml_close(reading.yaml);
	return keep_faults(made, &error) && !reading.memory_short;
}

static whole *make_whole(const char *path)
{
	whole *made = brb_memory_take_zeroed(1, sizeof *made);
	if (made && !(made->set.path = brb_arena_copy(&made->arena, path))) {
		brb_memory_release(made);
		made = NULL;
	}
	return made;
}

brb_scenario_set *brb_scenario_file_parse(const char *path, const char *bytes, size_t length)
{
	whole *made = make_whole(path);
	if (made && read_whole(made, bytes, length))
		return &made->set;
	if (made)
		brb_scenario_file_close(&made->set);
	return NULL;
}

brb_scenario_set *brb_scenario_file_open(const char *path)
{
	brb_builder content = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	brb_scenario_set *set = NULL;
	if (brb_yaml_read_file(path, path, &content, &error) == BRABEION_OK) {
		set = brb_scenario_file_parse(path, content.text ? content.text : "", content.length);
	} else {
		whole *made = make_whole(path);
		set = made && keep_faults(made, &error) ? &made->set : NULL;
		if (made && !set)
			brb_scenario_file_close(&made->set);
	}
	brb_status_clear(&error);
	brb_builder_finish(&content);
	return set;
}

void brb_scenario_file_close(brb_scenario_set *set)
{
	if (!set)
		return;
	whole *made = (whole *)(void *)set;
	brb_arena_finish(&made->arena);
	brb_memory_release(made);
}
