/*
 * config/journal: `journal:`, whether judged events are recorded, and for how long. "keep 30d" is short for a mapping of
 * that key.
 */
#include <inttypes.h>
#include <string.h>

#include "config/reading.h"

#define KEEP_MOST_US (36500 * BRB_DAY_US)
#define MIB (INT64_C(1) << 20)
#define MAX_LEAST_MIB 1
#define MAX_MOST_MIB (INT64_C(1) << 30)
#define MAX_USUAL_MIB 1024

#define KEEP_WANTED "a duration such as 30d, or forever"
#define MAX_WANTED "a size such as 512MiB"

static void read_keep(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_config_journal *journal = target;
	int64_t keep_us = brb_config_is_word(value, "forever")
				  ? INT64_MAX
				  : brb_config_duration_us(reading, key, value, KEEP_WANTED, KEEP_MOST_US,
							   "36500d, or forever");
	if (keep_us == 0)
		BRB_YAML_FAULT(reading, value, "\"keep\" must be longer than 0: for no journal, write journal: off");
	else if (keep_us > 0)
		journal->keep_us = keep_us;
}

static void read_max(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	brb_config_journal *journal = target;
	int64_t mib =
		brb_config_size_mib(reading, key, value, MAX_WANTED, MAX_LEAST_MIB, MAX_MOST_MIB, "1MiB to 1024TiB");
	if (mib >= 0)
		journal->max_bytes = mib * MIB;
}

void brb_config_read_journal(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			     void *target)
{
	static const brb_yaml_key keys[] = {
		{ .name = "keep", .read = read_keep, .required = true },
		{ .name = "max", .read = read_max },
	};
	char buffer[BRB_YAML_SHORT_BYTES];
	brb_config_journal *journal = &((brb_config *)target)->journal;
	const char *text = value->kind == BRB_YAML_TEXT ? value->text : NULL;
	journal->max_bytes = MAX_USUAL_MIB * MIB;
	if (value->kind == BRB_YAML_MAPPING) {
		brb_yaml_read_mapping(reading, "\"journal\"", value, keys, sizeof keys / sizeof keys[0], NULL,
				      journal);
	} else if (text && strncmp(text, "keep ", 5) == 0) {
		brb_yaml_node keep = *value;
		keep.text = text + 5 + strspn(text + 5, " ");
		read_keep(reading, &keys[0], &keep, journal);
	} else if (!text) {
		brb_config_wrong_kind(reading, key, value, "off, keep 30d, or a mapping with \"keep\"");
	} else if (strcmp(text, "off") != 0) {
		BRB_YAML_FAULT(reading, value, "\"journal\" must be off or keep 30d (or another time), not \"%s\"",
			       brb_yaml_shortened(text, buffer));
	}
}
