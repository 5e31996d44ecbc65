/*
 * Good: badges that do what the fields of the event "say" say:
 *
 *	badge: which of them acts (default: all)     level: what it returns (default 1)
 *	to: calls badge_to     for: calls badge_for     fail: calls badge_fail, and returns the level nevertheless
 *	grant, grant_level, grant_to, grant_for: calls badge_grant
 *	held, held_user: returns the held level of that badge plus 1
 *
 * one: three levels. many: three levels, BADGE_MULTIPLE. gift: has no events, only badge_grant can award it. last: earned
 * by each "say" for it that comes after the others.
 */
#include <brabeion/badge.h>

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	int32_t level = (int32_t)badge_int(call, "level", 1);
	const char *to = badge_text(call, "to", NULL);
	const char *reason = badge_text(call, "for", NULL);
	const char *grant = badge_text(call, "grant", NULL);
	const char *held = badge_text(call, "held", NULL);
	if (strcmp(badge_text(call, "badge", badge_slug(call)), badge_slug(call)) != 0)
		return BADGE_NOT_EARNED;
	if (to)
		badge_to(call, to);
	if (reason)
		badge_for(call, reason);
	if (grant)
		badge_grant(call, grant, (int32_t)badge_int(call, "grant_level", 1),
			    badge_text(call, "grant_to", NULL), badge_text(call, "grant_for", NULL));
	if (held)
		return badge_held(call, badge_text(call, "held_user", NULL), held) + 1;
	if (badge_type(call, "fail") != BADGE_TYPE_NONE)
		badge_fail(call, "%s", badge_text(call, "fail", ""));
	return level;
}

static const badge_level levels[] = {
	BADGE_LEVEL("Low", "Level 1"),
	BADGE_LEVEL("Middle", "Level 2"),
	BADGE_LEVEL("High", "Level 3"),
};
static const badge_level gift_levels[] = { BADGE_LEVEL("Gift", "Granted by another badge") };
static const char *const events[] = { "say" };

BADGE_DEFINE(one, .slug = "one", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);
BADGE_DEFINE(many, .slug = "many", BADGE_LEVELS(levels), BADGE_EVENTS(events), .flags = BADGE_MULTIPLE,
	     .award = award);
BADGE_DEFINE(gift, .slug = "gift", BADGE_LEVELS(gift_levels));
BADGE_DEFINE(last, .slug = "last", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award);

static const badge_definition *const badges[] = { &one, &many, &gift, &last };

BADGE_PACK("obedient", BADGE_BADGES(badges));
