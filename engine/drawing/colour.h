/*
 * drawing/colour: colours as 0xrrggbb, in whole numbers.
 */
#ifndef BRB_DRAWING_COLOUR_H
#define BRB_DRAWING_COLOUR_H

#include <inttypes.h>
#include <stdint.h>

typedef uint32_t brb_colour;

/* For printf: "#1d4ed8". */
#define BRB_COLOUR "#%06" PRIx32

/* `percent` of the way from one colour to another. */
brb_colour brb_colour_mix(brb_colour from, brb_colour to, int percent);

/* The luma of ITU-R BT.709, 0 to 255. */
int brb_colour_brightness(brb_colour colour);

#endif
