/* YAML: any bytes become a tree whose nodes are what they say, or faults that can be shown. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "yaml/yaml.h"

static size_t walk(const brb_yaml_node *node, size_t depth)
{
	size_t nodes = 1;
	FUZZ_EXPECT(depth <= BRB_YAML_DEPTH_MOST && node->line > 0 && node->column > 0);
	bool nested = node->kind == BRB_YAML_LIST || node->kind == BRB_YAML_MAPPING;
	FUZZ_EXPECT(nested == !node->text || node->kind == BRB_YAML_NULL);
	for (size_t i = 0; node->kind == BRB_YAML_LIST && i < node->count; i++)
		nodes += walk(node->items[i], depth + 1);
	for (size_t i = 0; node->kind == BRB_YAML_MAPPING && i < node->count; i++) {
		const brb_yaml_entry *entry = &node->entries[i];
		FUZZ_EXPECT(entry->key_line > 0 && entry->key_column > 0);
		FUZZ_EXPECT(node->broken || brb_yaml_get(node, entry->key) == entry->value);
		nodes += 1 + walk(entry->value, depth + 1);
	}
	return nodes;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	brb_yaml *yaml = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = brb_yaml_parse((const char *)bytes, size, "fuzz.yaml", &yaml, &error);
	if (status == BRABEION_OK) {
		FUZZ_EXPECT(walk(brb_yaml_root(yaml), 1) <= BRB_YAML_NODES_MOST);
		FUZZ_EXPECT(strlen(brb_yaml_sha256(yaml)) == 64);
		status = brb_yaml_verdict(yaml, &error);
	}
	FUZZ_EXPECT((status == BRABEION_OK) == !error.message);
	FUZZ_EXPECT(status == BRABEION_OK || status == BRABEION_CONFIG);
	if (error.message)
		FUZZ_EXPECT(strncmp(error.message, "fuzz.yaml:", 10) == 0 && fuzz_is_shown(error.message, true));
	brabeion_error_finish(&error);
	brb_yaml_close(yaml);
	return 0;
}
