/*
 * drawing/trophies: a user's badges as one card with a medal each, in SVG, for a README or a profile. Light or dark by
 * the reader's system.
 *
 * Guarantees: the same content gives the same bytes; nothing outside is referred to but a font of the reader's system.
 */
#ifndef BRB_DRAWING_TROPHIES_H
#define BRB_DRAWING_TROPHIES_H

#include "drawing/medal.h"

enum { BRB_TROPHIES_DRAWN_MOST = 24 };

typedef struct brb_trophy {
	brb_medal medal;
	int64_t times;     /* how often a multiple badge was earned; else 0 */
	const char *since; /* the day, "2014-01-21" */
} brb_trophy;

typedef struct brb_trophy_case {
	const char *user;
	int64_t award_count;
	size_t badge_count; /* of all; those not drawn are counted in a line */
	size_t count;       /* of trophies, at most BRB_TROPHIES_DRAWN_MOST */
	const brb_trophy *trophies;
} brb_trophy_case;

void brb_trophies_draw(brb_builder *svg, const brb_trophy_case *trophies);

#endif
