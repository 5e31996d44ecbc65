/*
 * drawing/colour: colours as 0xrrggbb, in whole numbers.
 */
#ifndef BRB_DRAWING_COLOUR_H
#define BRB_DRAWING_COLOUR_H

#include <stdint.h>

#include "base/text.h"

typedef uint32_t brb_colour;

/* "#1d4ed8". */
void brb_colour_add(brb_builder *svg, brb_colour colour);

/* `percent` of the way from one colour to another. */
brb_colour brb_colour_mix(brb_colour from, brb_colour to, int percent);

/* How bright it looks, 0 to 255: the luma of ITU-R BT.709. */
int brb_colour_brightness(brb_colour colour);

#endif
