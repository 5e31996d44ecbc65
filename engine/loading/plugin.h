/*
 * loading/plugin: an image and its entry in badges.yaml -> badges with instances.
 *
 * Reads the descriptor as data: every pointer is checked to lie inside the image before it is followed, every text is
 * copied, sizes and flags are compared by the ABI's rules. Then merges what badges.yaml says, and opens the instances.
 *
 * Leaves to others: what is repeated over several plugins, and routes (loading/generation).
 */
#ifndef BRB_LOADING_PLUGIN_H
#define BRB_LOADING_PLUGIN_H

#include <brabeion/badge.h>

#include "base/text.h"
#include "config/config.h"
#include "loading/image.h"

typedef struct brb_plugin brb_plugin;

/* One badge in use. Immutable once its generation is published. */
typedef struct brb_badge {
	const brb_plugin *plugin;
	const char *slug;
	const char *definition; /* its slug in the plugin */
	brb_config_position at;
	bool multiple;
	bool rearn; /* may be earned again after a revocation */
	bool async; /* events are frozen, and judged later */
	uint32_t level_count;
	const badge_level *levels;
	uint32_t event_count;
	const char *const *events;
	int32_t (*award)(void *self, badge_call *call); /* NULL: only badge_grant awards it */
	void (*freeze)(void *self, badge_call *call);   /* of an async badge; NULL: the state stays as it is */
	void (*close)(void *self);
	void *self;
	uint32_t number;      /* in the store; set before the generation is published */
	uint32_t index;       /* in the generation */
	uint64_t fingerprint; /* of all of it that a reload may change */
} brb_badge;

struct brb_plugin {
	const char *id;
	const char *version; /* "" when it has none */
	const char *path;
	brb_config_position at;
	brb_image *image;
	uint32_t watch_count;
	const char *const *watches;
	int32_t (*observe)(void *self, badge_call *call); /* NULL: it has none */
	void (*close)(void *self);
	void *self;
	brb_badge *badges;
	size_t badge_count;
	uint32_t number; /* of its id in the store; set before the generation is published */
	brb_arena arena;
};

/*
 * Loads one entry of the configuration. `config` and `entry` are read during the call only.
 * Errors: BRABEION_CONFIG with all faults added to the configuration's; BRABEION_SYSTEM and BRABEION_MEMORY in `error`.
 */
brabeion_status brb_plugin_open(brb_config *config, const brb_config_plugin *entry, brb_image_home *home,
				const brb_log *log, brb_plugin **out, brabeion_error *error);

/* Closes its instances, then its image. NULL is fine. */
void brb_plugin_close(brb_plugin *plugin);

#endif
