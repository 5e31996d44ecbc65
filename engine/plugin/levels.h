/*
 * plugin/levels: the levels that a plugin defines and those in badges.yaml -> the levels of a badge.
 */
#ifndef BRB_PLUGIN_LEVELS_H
#define BRB_PLUGIN_LEVELS_H

#include <brabeion/badge.h>

#include "base/text.h"
#include "config/config.h"

/* What a level may have besides a name and a description in the usual language. */
typedef struct brb_level_more {
	brb_translations names, descriptions;
	const brb_picture *picture; /* the generation's; NULL: it is drawn */
} brb_level_more;

typedef struct brb_levels {
	uint32_t count;
	const badge_level *texts;   /* in the usual language */
	const brb_level_more *more; /* NULL: no level has any */
} brb_levels;

/*
 * Merges them into `arena`. `slug` names the badge in messages. `use` NULL: as the plugin defines.
 * Errors: BRABEION_CONFIG with the fault added to the configuration's, or there already; BRABEION_NO_MEMORY.
 */
brabeion_status brb_levels_merge(brb_config *config, const badge_definition *definition, const brb_config_badge *use,
				 const char *slug, brb_arena *arena, brb_levels *out);

#endif
