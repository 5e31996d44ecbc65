/*
 * Good: badges that follow what others lose, by "brabeion.lapsed" and "brabeion.revoked".
 *
 * told: multiple, for the reason "EVENT SLUG LEVEL REASON TIME" of each loss; fails when it is of "last". whole: earned
 * while "one" is held, when it is temporary. seesaw: when it is temporary, it ends when it is earned, and is earned when it
 * ends, as long as the engine raises these events; earned on "push" at first.
 */
#include <brabeion/badge.h>

static int32_t award_told(void *self, badge_call *call)
{
	(void)self;
	char reason[200];
	const char *slug = badge_text(call, "slug", "");
	if (strcmp(slug, "last") == 0)
		return badge_fail(call, "told of the last on purpose");
	snprintf(reason, sizeof reason, "%s %s %d '%s' %lld", badge_event(call), slug,
		 (int)badge_int(call, "level", 0), badge_text(call, "reason", "none"), (long long)badge_at(call));
	badge_for(call, reason);
	return 1;
}

static int32_t award_whole(void *self, badge_call *call)
{
	(void)self;
	return badge_held(call, NULL, "one") > 0;
}

static int32_t award_seesaw(void *self, badge_call *call)
{
	(void)self;
	if (strcmp(badge_event(call), "push") != 0 && strcmp(badge_text(call, "slug", ""), "seesaw") != 0)
		return BADGE_UNCHANGED;
	return strcmp(badge_event(call), "brabeion.awarded") != 0;
}

static const badge_level levels[] = { BADGE_LEVEL("Follower", "Follows what happens to others") };
static const char *const losses[] = { "brabeion.lapsed", "brabeion.revoked" };
static const char *const changes[] = { "brabeion.awarded", "brabeion.lapsed", "brabeion.revoked" };
static const char *const pushes[] = { "push", "brabeion.awarded", "brabeion.lapsed" };

BADGE_DEFINE(told, .slug = "told", BADGE_LEVELS(levels), BADGE_EVENTS(losses), .flags = BADGE_MULTIPLE,
	     .award = award_told);
BADGE_DEFINE(whole, .slug = "whole", BADGE_LEVELS(levels), BADGE_EVENTS(changes), .award = award_whole);
BADGE_DEFINE(seesaw, .slug = "seesaw", BADGE_LEVELS(levels), BADGE_EVENTS(pushes), .award = award_seesaw);

static const badge_definition *const badges[] = { &told, &whole, &seesaw };

BADGE_PACK("follower", BADGE_BADGES(badges));
