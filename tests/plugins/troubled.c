/*
 * Badges, and an observe, that fail or are slow as the event says.
 *
 * troubled: fails when "fail" is true, keeps busy for "busy_us". slow: keeps busy for "slow_us". steady: earned at once.
 * The observe of "look" fails when "fail" is true; glad is earned by "look", thankful by "thanks".
 */
#include <time.h>

#include <brabeion/badge.h>

static int64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void keep_busy(int64_t wanted_us)
{
	int64_t began_us = wanted_us ? now_us() : 0;
	while (wanted_us && now_us() - began_us < wanted_us)
		;
}

static int32_t award_troubled(void *self, badge_call *call)
{
	(void)self;
	keep_busy(badge_int(call, "busy_us", 0));
	return badge_bool(call, "fail", 0) ? badge_fail(call, "in trouble") : BADGE_NOT_EARNED;
}

static int32_t award_slow(void *self, badge_call *call)
{
	(void)self;
	keep_busy(badge_int(call, "slow_us", 0));
	return BADGE_NOT_EARNED;
}

static int32_t award_at_once(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static int32_t observe(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "looks", 1);
	return badge_bool(call, "fail", 0) ? badge_fail(call, "blind") : BADGE_OK;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const work[] = { "work" };
static const char *const look[] = { "look" };
static const char *const thanks[] = { "thanks" };

BADGE_DEFINE(troubled, .slug = "troubled", BADGE_LEVELS(levels), BADGE_EVENTS(work), .award = award_troubled);
BADGE_DEFINE(slow, .slug = "slow", BADGE_LEVELS(levels), BADGE_EVENTS(work), .award = award_slow);
BADGE_DEFINE(steady, .slug = "steady", BADGE_LEVELS(levels), BADGE_EVENTS(work), .award = award_at_once);
BADGE_DEFINE(glad, .slug = "glad", BADGE_LEVELS(levels), BADGE_EVENTS(look), .award = award_at_once);
BADGE_DEFINE(thankful, .slug = "thankful", BADGE_LEVELS(levels), BADGE_EVENTS(thanks), .award = award_at_once);

static const badge_definition *const badges[] = { &troubled, &slow, &steady, &glad, &thankful };

static const badge_memory memory[] = { BADGE_TALLY("looks") };

BADGE_PACK("troubled", BADGE_BADGES(badges), BADGE_WATCHES(look), BADGE_REMEMBERS(memory), .observe = observe);
