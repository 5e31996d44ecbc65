/*
 * Good: badges that build on awards, by "brabeion.awarded".
 *
 * chained: when "one" was earned. endless: multiple, when "many" or itself was earned, as long as the engine raises its
 * event. spoilt: fails whenever "last" was earned.
 */
#include <brabeion/badge.h>

static int32_t slug_is(badge_call *call, const char *slug)
{
	return strcmp(badge_text(call, "slug", ""), slug) == 0;
}

static int32_t award_chained(void *self, badge_call *call)
{
	(void)self;
	return slug_is(call, "one") && badge_int(call, "level", 0) >= 1 && strcmp(badge_event_id(call), "") == 0;
}

static int32_t award_endless(void *self, badge_call *call)
{
	(void)self;
	return slug_is(call, "many") || slug_is(call, "endless");
}

static int32_t award_spoilt(void *self, badge_call *call)
{
	(void)self;
	return slug_is(call, "last") ? badge_fail(call, "spoilt on purpose") : BADGE_NOT_EARNED;
}

static const badge_level levels[] = { BADGE_LEVEL("Chained", "Earned for an award") };
static const char *const events[] = { "brabeion.awarded" };

BADGE_DEFINE(chained, .slug = "chained", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award_chained);
BADGE_DEFINE(endless, .slug = "endless", BADGE_LEVELS(levels), BADGE_EVENTS(events), .flags = BADGE_MULTIPLE,
	     .award = award_endless);
BADGE_DEFINE(spoilt, .slug = "spoilt", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award_spoilt);

static const badge_definition *const badges[] = { &chained, &endless, &spoilt };

BADGE_PACK("listener", BADGE_BADGES(badges));
