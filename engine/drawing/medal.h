/*
 * drawing/medal: a badge's level as a medal, in SVG.
 *
 * The slug decides colour, outline and figure, the level the metal. The same input gives the same bytes everywhere, so
 * that a medal can be cached and recognised. The document refers to nothing outside: no script, no font, no URL.
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
	const char *name;     /* of the level: the title, for screen readers */
	const char *description;
	bool has_colour; /* false: the slug decides */
	brb_colour colour;
	const char *media_type; /* of a picture in place of the medal; NULL: none */
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
