/*
 * drawing/medal: a badge's level as a medal, in SVG.
 *
 * Slug and level decide what it looks like: the slug its colour, outline and figure, the level its metal. The same are
 * the same bytes, always and everywhere, so that a medal may be cached, and people know it again. It needs nothing from
 * outside: no script, no font, no address.
 *
 * Leaves to others: who has earned it.
 */
#ifndef BRB_DRAWING_MEDAL_H
#define BRB_DRAWING_MEDAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "drawing/colour.h"

typedef struct brb_medal {
	const char *slug;
	uint32_t level;       /* from 1 */
	uint32_t level_count; /* 0: not known */
	const char *name;     /* of the level: for those who do not see it */
	const char *description;
	bool has_colour; /* else by the slug */
	brb_colour colour;
	const char *media_type; /* of a picture that is shown in place of the medal; NULL: none */
	const unsigned char *picture;
	size_t picture_bytes;
} brb_medal;

/* A document of its own, 256 by 256 units. */
void brb_medal_draw(brb_builder *svg, const brb_medal *medal);

/* A part of another document, at x,y and `size` units wide and high. */
void brb_medal_draw_inside(brb_builder *svg, const brb_medal *medal, int x, int y, int size);

/* The colour that stands for the badge. */
brb_colour brb_medal_colour(const brb_medal *medal);

#endif
