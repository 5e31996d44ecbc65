/*
 * A plugin of ABI 1.2 as it was compiled in 2026, kept as a binary in x86_64/telling.so: every engine of major 1 that is
 * as new has to load it, forever. It uses what 1.2 brought. Never build it anew because the header has changed; a later
 * minor gets a folder of its own.
 *
 *	gcc -std=c11 -Os -s -fPIC -fvisibility=hidden -shared -Wl,-Bsymbolic -Wl,-z,noseparate-code \
 *		-Isdk/include -o tests/data/plugins-1.2/x86_64/telling.so tests/data/plugins-1.2/telling.c
 *
 * basket: earned at 2 and at 4 times of "pick", and tells how many there were. thief: is never earned, and says so.
 */
#include <brabeion/badge.h>

static int32_t award_basket(void *self, badge_call *call)
{
	(void)self;
	int64_t picked = badge_tally_add(call, "picked", badge_user(call), 1);
	return picked >= 4 ? 2 : picked >= 2 ? 1 : BADGE_NOT_EARNED;
}

static int32_t tell_basket(void *self, badge_call *call, int32_t level)
{
	(void)self;
	return badge_progress(call, badge_tally(call, "picked", badge_user(call)), 2 * (int64_t)level);
}

static int32_t award_thief(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return BADGE_NOT_EARNED;
}

static int32_t tell_thief(void *self, badge_call *call, int32_t level)
{
	(void)self;
	(void)level;
	return badge_fail(call, "never");
}

static const badge_level basket_levels[] = { BADGE_LEVEL("Two", "Picked two"), BADGE_LEVEL("Four", "Picked four") };
static const badge_level thief_levels[] = { BADGE_LEVEL("Thief", "Picked what is not there") };
static const char *const events[] = { "pick" };

BADGE_DEFINE(basket, .slug = "basket", BADGE_LEVELS(basket_levels), BADGE_EVENTS(events), .award = award_basket,
	     .progress = tell_basket);
BADGE_DEFINE(thief, .slug = "thief", BADGE_LEVELS(thief_levels), BADGE_EVENTS(events), .award = award_thief,
	     .progress = tell_thief);

static const badge_definition *const badges[] = { &basket, &thief };

BADGE_PACK("telling-1.2", .version = "1.2", .needs_minor = 2, BADGE_BADGES(badges));
