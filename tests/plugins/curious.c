/*
 * Aborts when a first event is not as in an engine, where a tally counts, a note is kept, a stored award is held, and the
 * engine's own event has its fields.
 */
#include <brabeion/badge.h>

#include <stdlib.h>

static void demand(int truth)
{
	if (!truth)
		abort();
}

static int32_t award_first(void *self, badge_call *call)
{
	(void)self;
	demand(badge_tally_add(call, "seen", 2) == 2 && badge_tally(call, "seen") == 2);
	demand(badge_note_set(call, "last", badge_event_id(call)) == BADGE_OK);
	demand(strcmp(badge_note(call, "last"), badge_event_id(call)) == 0);
	demand(badge_event_id(call)[0] != 0 && badge_type(call, "points") == BADGE_TYPE_NONE);
	demand(badge_held(call, NULL, "gift") == 0);
	demand(badge_grant(call, "gift", 1, NULL, NULL) == BADGE_OK && badge_held(call, NULL, "gift") == 1);
	return 1;
}

static int32_t award_later(void *self, badge_call *call)
{
	(void)self;
	demand(badge_int(call, "level", 0) == 1 && badge_text(call, "slug", NULL) != NULL);
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };
static const char *const own_events[] = { "brabeion.awarded" };

BADGE_DEFINE(first, .slug = "first", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award_first);
BADGE_DEFINE(later, .slug = "later", BADGE_LEVELS(levels), BADGE_EVENTS(own_events), .award = award_later);
BADGE_DEFINE(gift, .slug = "gift", BADGE_LEVELS(levels));

static const badge_definition *const badges[] = { &first, &later, &gift };

static const badge_memory memory[] = { BADGE_TALLY("seen"), BADGE_NOTE("last") };

BADGE_PACK("curious", BADGE_BADGES(badges), BADGE_REMEMBERS(memory));
