/*
 * config/reading: helpers that the sections of badges.yaml share: values of a kind, durations, paths.
 */
#ifndef BRB_CONFIG_READING_H
#define BRB_CONFIG_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/duration.h"
#include "base/table.h"
#include "base/text.h"
#include "config/config.h"
#include "config/search.h"
#include "yaml/reading.h"

#define BRB_CONFIG_BADGES_MOST 100000
#define BRB_CONFIG_LEVELS_MOST 1000
#define BRB_CONFIG_WORKERS_MOST 64
#define BRB_CONFIG_LANGUAGES_MOST 100 /* of one text */
#define BRB_CONFIG_PICTURES_BYTES_MOST (64 * 1024 * 1024)
#define BRB_CONFIG_FILLED_BYTES_MOST (64 * 1024 * 1024)

/* The context of each brb_yaml_reading here; the target of top-level keys is the brb_config. */
typedef struct brb_config_reading {
	brb_config *config;
	const brb_config_source *source;
	const char *folder; /* of the file, with its slash; "" for the working directory */
	const brb_yaml_node *plugin_path;
	const brb_yaml_node *plugins;
	brb_config_search search;
	brb_table slugs;    /* slug -> the position of its badge */
	brb_table files;    /* real path -> the position of its plugin */
	brb_table pictures; /* path -> the picture's index in the list, plus one */
	size_t picture_capacity;
	size_t picture_bytes;
	size_t filled_bytes; /* of levels whose placeholders were filled in */
	bool filled_told;    /* that they are too many */
	size_t badge_count;
	bool without_files; /* neither plugin files nor pictures are looked for */
} brb_config_reading;

/* The node's text, which must not be empty; NULL after recording a fault. */
const char *brb_config_text(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node,
			    const char *wanted);
bool brb_config_is_word(const brb_yaml_node *node, const char *word);

/* Microseconds; -1 after recording a fault that says `wanted` and names `most`. */
int64_t brb_config_duration_us(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *node,
			       const char *wanted, int64_t most_us, const char *most);

/* MiB; -1 after recording a fault that says `wanted`, or `range` in words. */
int64_t brb_config_size_mib(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *node,
			    const char *wanted, int64_t least_mib, int64_t most_mib, const char *range);

/* The fault that the key's value must be `wanted`. */
void brb_config_wrong_kind(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *node,
			   const char *wanted);

/* The address of the key's member. */
static inline void *brb_config_member(const brb_yaml_key *key, void *target)
{
	return (char *)target + key->member;
}

/* Whether the node is a list with at least one item; false after recording a fault. */
bool brb_config_is_filled_list(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node,
			       const char *wanted, const char *advice);

brb_config_position brb_config_position_of(const brb_yaml_node *node);

/* A path of the file: a relative one starts at the file's folder. NULL when memory is short. */
const char *brb_config_resolve(brb_yaml_reading *reading, const char *path);

/* Readers that several keys share: of a bool, a uint32_t between `least` and `most`, a path to resolve. */
brb_yaml_reader brb_config_read_bool, brb_config_read_count, brb_config_read_path;

/* Readers of top-level keys. */
brb_yaml_reader brb_config_read_language, brb_config_read_quarantine, brb_config_read_jobs, brb_config_read_journal;

/* Readers of a badge's keys. */
brb_yaml_reader brb_config_read_levels, brb_config_read_color, brb_config_read_earnable;

/* Notes the placeholders of a level's text. False after recording the fault of one that is unknown. */
bool brb_config_check_placeholders(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node,
				   brb_config_words *words);

/*
 * Makes the levels of a pattern, and fills in the placeholders of all texts. For a badge (`node`) whose keys have been read.
 */
void brb_config_fill_levels(brb_yaml_reading *reading, const brb_yaml_node *node, brb_config_badge *badge);

/* Reads `plugins` of the context into the configuration. */
void brb_config_read_plugins(brb_yaml_reading *reading);

#endif
