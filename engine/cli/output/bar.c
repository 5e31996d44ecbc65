/*
 * cli/output/bar: see bar.h. In floating point, since the product of two 64-bit numbers would overflow; a part that rounds up to
 * all, with goals beyond 2^53, is corrected.
 */
#include "cli/output/bar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How many of `places` are done, rounded down. */
static size_t part_of(uint64_t done, uint64_t goal, size_t places)
{
	if (goal == 0)
		return 0;
	if (done >= goal)
		return places;
	size_t part = (size_t)((double)done / (double)goal * (double)places);
	return part < places ? part : places - 1;
}

void brb_cli_bar_write(uint64_t done, uint64_t goal, size_t width, bool blocks, char text[BRB_CLI_BAR_BYTES])
{
	char *end = text;
	width = width < BRB_CLI_BAR_MOST ? width : BRB_CLI_BAR_MOST;
	size_t full = part_of(done, goal, width);
	for (size_t i = 0; i < width; i++) {
		const char *place = i < full ? (blocks ? "█" : "#") : (blocks ? "░" : ".");
		size_t size = strlen(place);
		memcpy(end, place, size);
		end += size;
	}
	*end = '\0';
}

void brb_cli_bar_percent(uint64_t done, uint64_t goal, char text[8])
{
	snprintf(text, 8, "%zu%%", part_of(done, goal, 100));
}
