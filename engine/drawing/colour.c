/*
 * drawing/colour: see colour.h.
 */
#include "drawing/colour.h"

static int part_of(brb_colour colour, int shift)
{
	return (int)(colour >> shift & 0xff);
}

brb_colour brb_colour_mix(brb_colour from, brb_colour to, int percent)
{
	brb_colour mixed = 0;
	for (int shift = 16; shift >= 0; shift -= 8) {
		int part = (part_of(from, shift) * (100 - percent) + part_of(to, shift) * percent + 50) / 100;
		mixed |= (brb_colour)part << shift;
	}
	return mixed;
}

int brb_colour_brightness(brb_colour colour)
{
	return (2126 * part_of(colour, 16) + 7152 * part_of(colour, 8) + 722 * part_of(colour, 0) + 5000) / 10000;
}
