/*
 * config_reading: what the parts of the room config share while a file is read: the tables of known keys, and the
 * checks that put a fault on record and let the reading go on. Part of the room config.
 */
#ifndef BRB_CONFIG_READING_H
#define BRB_CONFIG_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"
#include "base/text.h"
#include "config/config.h"
#include "config/search.h"
#include "yaml/yaml.h"

#define BRB_CONFIG_BADGES_MOST 100000
#define BRB_CONFIG_LEVELS_MOST 1000
#define BRB_CONFIG_WORKERS_MOST 64
#define BRB_CONFIG_LANGUAGES_MOST 100 /* of one text */
#define BRB_CONFIG_PICTURES_BYTES_MOST (64 * 1024 * 1024)

#define BRB_CONFIG_SECOND_MS INT64_C(1000)
#define BRB_CONFIG_HOUR_MS (3600 * BRB_CONFIG_SECOND_MS)
#define BRB_CONFIG_DAY_MS (24 * BRB_CONFIG_HOUR_MS)

typedef struct brb_config_reading {
	brb_config *config;
	brb_arena *arena; /* lives as long as the configuration */
	brb_yaml *yaml;
	const char *folder; /* of the file, with its slash; "" for the working directory */
	const brb_yaml_node *plugin_path;
	const brb_yaml_node *plugins;
	brb_config_search search;
	brb_table slugs;    /* slug -> the place of its badge */
	brb_table files;    /* real path -> the place of its plugin */
	brb_table pictures; /* path -> the picture's place in the list, from 1 */
	size_t picture_capacity;
	size_t picture_bytes;
	size_t badge_count;
	bool without_files; /* plugin files are not looked for, nor are pictures */
	bool memory_short;
} brb_config_reading;

/* A key that a mapping may have. `read` is called with a value on which no fault is on record. */
typedef struct brb_config_key {
	const char *name;
	void (*read)(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target);
	bool required;
} brb_config_key;

/*
 * Reads a mapping by its known keys, of which there are at most BRB_YAML_KEYS_MOST. `what` is what messages call it: "the
 * badge". A node that is no mapping, an unknown key and a missing required one are faults. True when the node was a
 * mapping.
 */
bool brb_config_read_mapping(brb_config_reading *reading, const char *what, const brb_yaml_node *node,
			     const brb_config_key *keys, size_t count, void *target);

/* `fault` at a node. */
#define BRB_CONFIG_FAULT(reading, node, ...) \
	brb_yaml_fault((reading)->yaml, (node)->line, (node)->column, __VA_ARGS__)

/* "what" must be `wanted`, not what it is: for a value of the wrong kind. */
void brb_config_wrong_kind(brb_config_reading *reading, const char *what, const brb_yaml_node *node,
			   const char *wanted);

/* The node's text when it is one, and not empty; else NULL, with the fault on record. */
const char *brb_config_text(brb_config_reading *reading, const char *what, const brb_yaml_node *node,
			    const char *wanted);

/* The node's duration in milliseconds; -1 with the fault on record, which says `wanted` and names `most`. */
int64_t brb_config_duration_ms(brb_config_reading *reading, const brb_yaml_node *value, const char *what,
			       const char *wanted, int64_t most_ms, const char *most);

/* Reads a "quarantine"; what it does not name stays. */
void brb_config_read_quarantine(brb_config_reading *reading, const brb_yaml_node *value,
				brb_config_quarantine *quarantine);

/* Memory from the arena; when it is short that is remembered. */
void *brb_config_take(brb_config_reading *reading, size_t count, size_t size_bytes);

brb_config_position brb_config_place(const brb_yaml_node *node);

/* A path of the file: a relative one starts at the file's folder. NULL when memory is short. */
const char *brb_config_resolve(brb_config_reading *reading, const char *path);

/* `language`, a badge's `levels` and `color`. (config_levels.c) */
void brb_config_read_language(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target);
void brb_config_read_levels(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target);
void brb_config_read_color(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target);

/* The list's items when it is one, with at least one; else false, with the fault on record. */
bool brb_config_is_filled_list(brb_config_reading *reading, const char *what, const brb_yaml_node *node,
			       const char *wanted, const char *advice);

/* `workers` and `jobs`. (config_jobs.c) */
void brb_config_set_job_defaults(brb_config_jobs *jobs);
void brb_config_read_workers(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target);
void brb_config_read_jobs(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target);

/* `journal`. (config_journal.c) */
void brb_config_read_journal(brb_config_reading *reading, const char *key, const brb_yaml_node *value, void *target);

/* Reads reading->plugins into the configuration. */
void brb_config_read_plugins(brb_config_reading *reading);

#endif
