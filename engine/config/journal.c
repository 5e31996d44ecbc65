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

/* "512MiB", with or without a space, in MiB. -1: malformed. More than MAX_MOST_MIB: too large. */
static int64_t parse_mib(const char *text)
{
	static const struct {
		const char *unit;
		int64_t mib;
	} units[] = { { "MiB", 1 }, { "GiB", 1024 }, { "TiB", 1024 * 1024 } };
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits + strspn(text + digits, " ");
	for (size_t i = 0; digits && i < sizeof units / sizeof units[0]; i++) {
		int64_t sum = 0;
		if (strcmp(unit, units[i].unit) != 0)
			continue;
		for (size_t k = 0; k < digits && sum <= MAX_MOST_MIB; k++)
			sum = sum * 10 + (text[k] - '0');
		return sum > MAX_MOST_MIB ? sum : sum * units[i].mib;
	}
	return -1;
}

static void read_max(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	char buffer[BRB_YAML_SHORT_BYTES];
	brb_config_journal *journal = target;
	const char *text = brb_config_text(reading, "\"max\"", value, MAX_WANTED);
	if (!text)
		return;
	int64_t mib = parse_mib(text);
	if (mib < 0)
		BRB_YAML_FAULT(reading, value, "\"max\" must be " MAX_WANTED ", not \"%s\" (units: MiB, GiB, TiB)",
			       brb_yaml_shortened(text, buffer));
	else if (mib < MAX_LEAST_MIB || mib > MAX_MOST_MIB)
		BRB_YAML_FAULT(reading, value, "\"max\" must be 1MiB to 1024TiB, not %s",
			       brb_yaml_shortened(text, buffer));
	else
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
