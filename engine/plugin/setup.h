/*
 * plugin/setup: what a plugin's `open` sees: its settings from badges.yaml, typed and nested, by path. Part of the
 * room plugin/plugin.
 *
 * Every path that is asked for is noted, so that a setting which nobody asked for can be told from a misspelt one.
 */
#ifndef BRB_PLUGIN_SETUP_H
#define BRB_PLUGIN_SETUP_H

#include <brabeion/badge.h>

#include "base/table.h"
#include "base/text.h"
#include "config/config.h"

typedef struct brb_setup {
	badge_setup head;              /* first: the plugin's pointer to it is a pointer to this */
	brb_config *config;            /* collects the faults */
	const brb_yaml_node *settings; /* NULL: none */
	brb_config_position at;        /* for faults that no setting is to blame for */
	const char *what;              /* `badge "commentator"`, for messages */
	const char *slug;
	uint32_t level_count;
	brb_arena arena;
	brb_table asked;       /* paths */
	brabeion_error *error; /* for want of memory */
	bool failed;
} brb_setup;

/*
 * Settings as one text: the same for nodes of the same content wherever they stand in the file, and for no others.
 * NULL: no memory.
 */
char *brb_setup_text(brb_arena *arena, const brb_yaml_node *settings);

/* Makes the setup's head; the caller has filled in the rest. */
void brb_setup_init(brb_setup *setup);
void brb_setup_finish(brb_setup *setup);

/* Calls `open` with it, then reports settings of a wrong type and those nobody asked for. False: refused. */
bool brb_setup_open(brb_setup *setup, int32_t (*open)(badge_setup *, void **), void (*close)(void *), void **self);

#endif
