/*
 * drawing/trophies: what a user holds, as one card with a medal for each badge, in SVG, to stand in a README or a
 * profile: light or dark as the reader's system is.
 *
 * Like a medal it is the same bytes for the same content, and needs nothing from outside but a font of the reader's.
 *
 * Leaves to others: which trophies, in which order, under which names.
 */
#ifndef BRB_DRAWING_TROPHIES_H
#define BRB_DRAWING_TROPHIES_H

#include "drawing/medal.h"

enum { BRB_TROPHIES_DRAWN_MOST = 24 };

typedef struct brb_trophy {
	brb_medal medal;
	int64_t times;     /* how often it was earned, of a badge that is multiple; else 0 */
	const char *since; /* the day, "2014-01-21" */
} brb_trophy;

typedef struct brb_trophy_case {
	const char *user;
	int64_t award_count;
	size_t badge_count; /* more than are drawn: the rest are told as a number */
	size_t count;       /* of trophies, at most BRB_TROPHIES_DRAWN_MOST */
	const brb_trophy *trophies;
} brb_trophy_case;

void brb_trophies_draw(brb_builder *svg, const brb_trophy_case *trophies);

#endif
