/*
 * plugin/descriptor: reads the descriptor that a plugin exports, as data: no pointer is followed before it is known to lie
 * in the image, and none of its code runs.
 */
#ifndef BRB_PLUGIN_DESCRIPTOR_H
#define BRB_PLUGIN_DESCRIPTOR_H

#include <brabeion/badge.h>

#include "base/text.h"
#include "image/image.h"

/* A copy in our sizes; members that an older plugin lacks are zero. Texts and arrays are copies in the arena. */
typedef struct brb_descriptor {
	badge_plugin plugin;
	badge_definition *definitions; /* plugin.badge_count of them */
} brb_descriptor;

/*
 * Errors: BRABEION_CONFIG with what is wrong, as the end of a sentence that begins with the plugin:
 *         "has the wrong magic number: is it a brabeion plugin?"; BRABEION_NO_MEMORY.
 */
brabeion_status brb_descriptor_read(const brb_image *image, brb_arena *arena, brb_descriptor *out,
				    brabeion_error *error);

#endif
