/*
 * drawing/colour: see colour.h.
 */
#include "drawing/colour.h"

#include <string.h>

static int digit_of(char character)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *found = character ? strchr(digits, character) : NULL;
	return found ? (int)(found - digits) % 16 : -1;
}

bool brb_colour_read(const char *text, brb_colour *colour)
{
	brb_colour read = 0;
	if (text[0] != '#' || strlen(text) != 7)
		return false;
	for (int i = 1; i < 7; i++) {
		int digit = digit_of(text[i]);
		if (digit < 0)
			return false;
		read = read << 4 | (brb_colour)digit;
	}
	*colour = read;
	return true;
}

void brb_colour_add(brb_builder *svg, brb_colour colour)
{
	brb_builder_printf(svg, "#%06x", colour);
}

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
