/*
 * plugin/setup: the badge_setup of a plugin's `open`: its settings in badges.yaml, typed and nested, by path.
 *
 * Each path that is read is kept: settings that `open` has not read are unknown, and refused.
 */
#ifndef BRB_PLUGIN_SETUP_H
#define BRB_PLUGIN_SETUP_H

#include <brabeion/badge.h>

#include "base/table.h"
#include "base/text.h"
#include "config/config.h"
#include "plugin/conditions.h"

enum { BRB_OPENED_EVENTS_MOST = 16 };

/* What an `open` has declared. All zeroes: nothing. Texts are in the arena of `conditions`. */
typedef struct brb_opened {
	brb_conditions conditions; /* of badge_setup_expect */
	const char *subject;       /* the field that names the user; NULL: the event's user */
	bool is_multiple;          /* may be earned many times */
	uint32_t event_count;
	const char *events[BRB_OPENED_EVENTS_MOST]; /* that it listens to, too */
} brb_opened;

typedef struct brb_setup {
	badge_setup head;              /* first: the plugin's pointer is a pointer to this */
	brb_config *config;            /* collects the faults */
	const brb_yaml_node *settings; /* NULL: none */
	brb_config_position at;        /* for faults of no setting */
	const char *what;              /* `badge "commentator"`, for messages */
	const char *slug;
	uint32_t level_count;
	bool is_temporary;
	bool is_plugin;     /* a plugin's own `open`, which declares nothing */
	brb_opened *opened; /* set by brb_instance_open */
	brb_arena arena;
	brb_table read;        /* paths */
	brabeion_error *error; /* set when there is no memory */
	bool failed;
} brb_setup;

/*
 * Settings as one text: the same for nodes of the same content wherever they stand in the file, and for no others.
 * NULL: no memory.
 */
char *brb_setup_text(brb_arena *arena, const brb_yaml_node *settings);

/* Fills in the head; the caller has filled in the rest. */
void brb_setup_init(brb_setup *setup);
void brb_setup_finish(brb_setup *setup);

/* Calls `open` with it, then reports settings that were not read. False: `open` failed, or a setting is wrong. */
bool brb_setup_open(brb_setup *setup, int32_t (*open)(badge_setup *, void **), void (*close)(void *), void **self);

#endif
