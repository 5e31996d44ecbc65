/*
 * plugin/plugin: an image and its entry in badges.yaml -> badges with instances.
 *
 * Reads the descriptor as data: every pointer is checked to lie inside the image before it is followed, every text is
 * copied, sizes and flags are compared by the ABI's rules. Then merges what badges.yaml says, and opens the instances.
 *
 * Two steps, like the image's: a prepared plugin is a file that was checked; linking it runs its code.
 *
 * Leaves to others: what is repeated over several plugins, and routes (loading/generation).
 */
#ifndef BRB_PLUGIN_PLUGIN_H
#define BRB_PLUGIN_PLUGIN_H

#include <brabeion/badge.h>

#include "base/table.h"
#include "base/text.h"
#include "config/config.h"
#include "image/image.h"
#include "plugin/descriptor.h"
#include "plugin/instance.h"
#include "plugin/levels.h"
#include "probe/wire.h"

typedef struct brb_plugin brb_plugin;

/*
 * Adds a text and its NUL to a fingerprint (64-bit FNV-1a). Databases store fingerprints: the same texts give the same
 * number in every build.
 */
#define BRB_FINGERPRINT_EMPTY UINT64_C(0xcbf29ce484222325)
uint64_t brb_fingerprint_add(uint64_t fingerprint, const char *text);

/* One badge in use. Immutable once its generation is published. */
typedef struct brb_badge {
	const brb_plugin *plugin;
	const char *slug;
	const char *definition; /* its slug in the plugin */
	brb_config_position at;
	bool multiple;
	bool rearn;     /* may be earned again after a revocation */
	bool temporary; /* lapses when `award` no longer answers it */
	bool async;     /* events are frozen, and judged later */
	uint32_t level_count;
	const badge_level *levels;
	const brb_level_more *more; /* of each level; NULL: nothing of any */
	const char *color;          /* "#rrggbb"; NULL: by its slug */
	uint32_t event_count;
	const char *const *events;
	int32_t (*award)(void *self, badge_call *call); /* NULL: only badge_grant awards it */
	void (*freeze)(void *self, badge_call *call);   /* of an async badge; NULL: the state stays as it is */
	int32_t (*progress)(void *self, badge_call *call, int32_t level); /* NULL: it cannot tell */
	const char *settings;                                             /* what it was opened with, as one text */
	brb_instance *instance;                                           /* NULL: its definition has no `open` */
	void *self;                                                       /* the instance's */
	brb_config_quarantine quarantine;
	uint32_t number;      /* in the store; set before the generation is published */
	uint32_t index;       /* in the generation */
	uint32_t counter;     /* in each thread's counters; UINT32_MAX: it is not counted */
	uint64_t fingerprint; /* of all of it that a reload may change */
} brb_badge;

struct brb_plugin {
	const char *id;
	const char *version; /* "" when it has none */
	const char *path;
	brb_config_position at;
	brb_image *image;
	brb_descriptor descriptor;
	uint32_t watch_count;
	const char *const *watches;
	int32_t (*observe)(void *self, badge_call *call); /* NULL: it has none */
	brb_config_quarantine quarantine;                 /* of observe */
	const char *settings;                             /* its own, as one text */
	brb_instance *instance;                           /* NULL: it has no `open` */
	void *self;                                       /* the instance's */
	brb_badge *badges;
	size_t badge_count;
	uint32_t number;                    /* of its id in the store; set before the generation is published */
	const brb_probe_listener *listener; /* who is told before its code runs; set before linking; NULL: nobody */
	brb_arena arena;
};

/*
 * The same plugin, by path and content, in the generation at work. What is unchanged of it keeps its instance: the
 * plugin itself when its settings are the same; then each badge of the same definition, slug, number of levels and
 * settings. All NULL: there is none.
 */
typedef struct brb_plugin_before {
	const brb_plugin *plugin;
	const brb_table *badges; /* slug -> brb_badge: all of the generation */
} brb_plugin_before;

/*
 * Prepares one entry of the configuration: its file is read, checked and copied, nothing of it has run.
 * Errors: BRABEION_CONFIG with the fault added to the configuration's; BRABEION_SYSTEM and BRABEION_MEMORY in `error`.
 */
brabeion_status brb_plugin_prepare(brb_config *config, const brb_config_plugin *entry, brb_image_copies *home,
				   brb_plugin **out, brabeion_error *error);

/* True when linking the prepared plugin will open something anew; false when all of it is at work already. */
bool brb_plugin_is_new(const brb_plugin *plugin, const brb_config_plugin *entry, brb_plugin_before before);

/*
 * Links a prepared plugin, reads its descriptor and opens its instances, or takes them over. `config`, `entry` (the
 * one it was prepared for) and `before` are read during the call only.
 * Errors: BRABEION_CONFIG with all faults added to the configuration's; BRABEION_SYSTEM and BRABEION_MEMORY in `error`.
 *         The plugin is yours to close in any case.
 */
brabeion_status brb_plugin_link(brb_config *config, const brb_config_plugin *entry, brb_plugin_before before,
				const brb_log *log, brb_plugin *plugin, brabeion_error *error);

/* Closes the instances that no other generation uses, then its image. NULL is fine. */
void brb_plugin_close(brb_plugin *plugin);

#endif
