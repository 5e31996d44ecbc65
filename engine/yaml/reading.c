/*
 * yaml/reading: see reading.h.
 */
#include "yaml/reading.h"

#include <string.h>

void *brb_yaml_take(brb_yaml_reading *reading, size_t count, size_t size_bytes)
{
	void *taken = brb_arena_take(reading->arena, count * size_bytes);
	reading->memory_short |= !taken;
	return taken;
}

const char *brb_yaml_keep(brb_yaml_reading *reading, const char *text)
{
	const char *kept = brb_arena_copy(reading->arena, text);
	reading->memory_short |= !kept;
	return kept;
}

void brb_yaml_wrong_kind(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node, const char *wanted)
{
	bool quotable = node->kind == BRB_YAML_BOOL || node->kind == BRB_YAML_INT || node->kind == BRB_YAML_REAL;
	bool text = strncmp(wanted, "text", 4) == 0;
	BRB_YAML_FAULT(reading, node, "%s must be %s, not %s%s", what, wanted, brb_yaml_kind_name(node->kind),
		       quotable && text ? ": put it in quotes" : "");
}

static size_t find_key(const char *name, const brb_yaml_key *keys, size_t count)
{
	size_t index = 0;
	while (index < count && strcmp(keys[index].name, name) != 0)
		index++;
	return index;
}

/* Returns which key was meant, or `count`. */
static size_t refuse_key(brb_yaml_reading *reading, const brb_yaml_entry *entry, const brb_yaml_key *keys,
			 size_t count)
{
	const char *names[BRB_YAML_KEYS_MOST];
	for (size_t i = 0; i < count; i++)
		names[i] = keys[i].name;
	return brb_yaml_refuse_key(reading->yaml, entry, names, count);
}

bool brb_yaml_read_mapping(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node,
			   const brb_yaml_key *keys, size_t count, brb_yaml_other others, void *target)
{
	uint32_t present = 0;
	if (node->broken)
		return false;
	if (node->kind != BRB_YAML_MAPPING) {
		brb_yaml_wrong_kind(reading, what, node, "a mapping of keys to values");
		return false;
	}
	for (size_t i = 0; i < node->count; i++) {
		const brb_yaml_entry *entry = &node->entries[i];
		size_t index = find_key(entry->key, keys, count);
		if (index == count && others && others(reading, entry, target))
			continue;
		if (index == count)
			index = refuse_key(reading, entry, keys, count);
		else if (!entry->value->broken)
			keys[index].read(reading, &keys[index], entry->value, target);
		if (index < count)
			present |= UINT32_C(1) << index;
	}
	for (size_t i = 0; i < count; i++)
		if (keys[i].required && !(present & UINT32_C(1) << i))
			BRB_YAML_FAULT(reading, node, "%s needs \"%s\"", what, keys[i].name);
	return true;
}
