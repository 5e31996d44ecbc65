/*
 * plugin/plugin: an image and its entry in badges.yaml -> badges with instances.
 *
 * Reads the descriptor (plugin/descriptor), merges the entry of badges.yaml into it, and opens the instances. Two steps,
 * like the image's: a prepared plugin is a file that was checked; linking it runs its code.
 *
 * Not here: names that several plugins use, and routes (badgeset/generation).
 */
#ifndef BRB_PLUGIN_PLUGIN_H
#define BRB_PLUGIN_PLUGIN_H

#include <brabeion/badge.h>

#include "base/table.h"
#include "base/text.h"
#include "config/config.h"
#include "image/image.h"
#include "plugin/declared.h"
#include "plugin/descriptor.h"
#include "plugin/instance.h"
#include "plugin/levels.h"
#include "probe/protocol.h"

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
	bool temporary; /* lapses when `award` no longer returns it */
	bool async;     /* events are frozen, and judged later */
	bool hidden;    /* from users who have not earned it */
	bool selects;   /* not every event is for it: it has conditions, or is not always earnable */
	uint32_t level_count;
	const badge_level *levels;
	const brb_level_more *more; /* of each level; NULL: no level has any */
	const char *color;          /* "#rrggbb"; NULL: by its slug */
	const char *const *events;
	int32_t (*award)(void *self, badge_call *call); /* NULL: only badge_grant awards it */
	void (*freeze)(void *self, badge_call *call);   /* of an async badge; NULL: the state stays as it is */
	int32_t (*progress)(void *self, badge_call *call, int32_t level); /* NULL: it has none */
	int32_t (*merge)(void *self, badge_call *call);                   /* NULL: no name of BADGE_MERGE_OWN */
	const brb_conditions *conditions;                                 /* NULL: it wants every event */
	brb_config_earnable earnable;
	const char *subject;    /* the field of the event that names the user; NULL: the event's user */
	brb_declared memory;    /* its own names; the plugin's come after */
	const char *settings;   /* those it was opened with, as one text */
	brb_instance *instance; /* NULL: its definition has no `open` */
	void *self;             /* the instance's */
	brb_config_quarantine quarantine;
	uint32_t event_count;
	uint32_t number;      /* in the store; set before the generation is published */
	uint32_t index;       /* in the generation */
	uint32_t counter;     /* index in each thread's counters; UINT32_MAX: it is not counted */
	uint64_t fingerprint; /* of everything that a reload may change */
} brb_badge;

/* Whether an event of that time is for it. */
static inline bool brb_badge_is_earnable(const brb_badge *badge, int64_t at_us)
{
	const brb_config_earnable *earnable = &badge->earnable;
	return !earnable->retired && (!earnable->from_us || at_us >= earnable->from_us) &&
	       (!earnable->until_us || at_us < earnable->until_us);
}

/* Whether nothing that happens from that time on can earn it. */
static inline bool brb_badge_has_ended(const brb_badge *badge, int64_t at_us)
{
	return badge->earnable.retired || (badge->earnable.until_us && at_us >= badge->earnable.until_us);
}

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
	int32_t (*merge)(void *self, badge_call *call);   /* NULL: no name of BADGE_MERGE_OWN */
	brb_declared memory;                              /* that observe and all badges share */
	brb_config_quarantine quarantine;                 /* of observe */
	const char *settings;                             /* its own, as one text */
	brb_instance *instance;                           /* NULL: it has no `open` */
	void *self;                                       /* the instance's */
	brb_badge *badges;
	size_t badge_count;
	uint32_t number;                    /* of its id in the store; set before the generation is published */
	const brb_probe_listener *listener; /* notified before its code runs; set before linking; may be NULL */
	brb_arena arena;
};

/*
 * The plugin of the same path and content in the current generation; all NULL: there is none. Its instance is kept when its
 * settings are the same; then also those of badges with the same definition, slug, number of levels and settings.
 */
typedef struct brb_plugin_before {
	const brb_plugin *plugin;
	const brb_table *badges; /* slug -> brb_badge, of the whole generation */
} brb_plugin_before;

/*
 * Prepares one entry of the configuration: reads, checks and copies its file. None of its code runs.
 * Errors: BRABEION_CONFIG with the fault added to the configuration's; BRABEION_SYSTEM and BRABEION_NO_MEMORY in `error`.
 */
brabeion_status brb_plugin_prepare(brb_config *config, const brb_config_plugin *entry, brb_image_copies *copies,
				   brb_plugin **out, brabeion_error *error);

/* False when linking the prepared plugin will keep all its instances of the current generation. */
bool brb_plugin_is_new(const brb_plugin *plugin, const brb_config_plugin *entry, brb_plugin_before before);

/*
 * Links a prepared plugin, reads its descriptor and opens its instances, or keeps them. `config`, `entry` (the one it was
 * prepared for) and `before` are read during the call only.
 * Errors: BRABEION_CONFIG with all faults added to the configuration's; BRABEION_SYSTEM and BRABEION_NO_MEMORY in `error`.
 *         The caller closes the plugin in any case.
 */
brabeion_status brb_plugin_link(brb_config *config, const brb_config_plugin *entry, brb_plugin_before before,
				const brb_log *log, brb_plugin *plugin, brabeion_error *error);

/* Closes the instances that no other generation uses, then the image. NULL is fine. */
void brb_plugin_close(brb_plugin *plugin);

#endif
