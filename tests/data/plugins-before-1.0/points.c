/*
 * A plugin as it was compiled before version 1.0 of the plugin ABI, kept as a binary in x86_64/points.so: every engine has to
 * refuse it, by its magic number, and to say why. This source is that of the binary, and compiles with the header of then
 * only: it called every function that the engine had but those of freeze.
 */
#include <brabeion/badge.h>

static int64_t least;

static int32_t open_badge(badge_setup *setup, void **self)
{
	(void)self;
	least = badge_setting_int(setup, "least", 1);
	if (badge_setting_type(setup, "share") == BADGE_TYPE_REAL && badge_setting_real(setup, "share", 0) != 0.5)
		return badge_setup_fail(setup, "share", "must be 0.5");
	if (badge_setting_bool(setup, "strict", 0) && badge_setup_level_count(setup) != 3)
		return badge_setup_fail(setup, "strict", "%s has %u levels", badge_setup_slug(setup),
					(unsigned)badge_setup_level_count(setup));
	if (strcmp(badge_setting_text(setup, "word", "good"), "good") != 0)
		return badge_setup_fail(setup, "word", "must be good");
	for (uint32_t i = 0; i < badge_setting_count(setup, "more"); i++)
		badge_setting_key(setup, "more", i);
	return BADGE_OK;
}

static void close_badge(void *self)
{
	(void)self;
}

static int32_t observe(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "seen", badge_user(call), 1);
	return BADGE_OK;
}

static int32_t award_points(void *self, badge_call *call)
{
	(void)self;
	int64_t points = badge_int(call, "points", 0);
	if (points < 0)
		return badge_fail(call, "%lld points", (long long)points);
	return points > 100 * least ? 3 : points > 10 * least ? 2 : points > least ? 1 : BADGE_NOT_EARNED;
}

static int32_t award_deed(void *self, badge_call *call)
{
	(void)self;
	const char *before = badge_note(call, "last", badge_user(call));
	if (!badge_event_is(call, "deed") || !badge_bool(call, "good", 0) || badge_real(call, "weight", 0) < 0.5)
		return BADGE_NOT_EARNED;
	badge_log(call, BADGE_LOG_INFO, "%s did %s at %lld, after %s, seen %lld times, id \"%s\", holds %d of %lld",
		  badge_user(call), badge_event(call), (long long)badge_at(call), before ? before : "nothing",
		  (long long)badge_tally(call, "seen", badge_user(call)), badge_event_id(call),
		  (int)badge_held(call, NULL, badge_slug(call)), (long long)badge_held_count(call, NULL, "points"));
	if (badge_type(call, "to") == BADGE_TYPE_TEXT)
		badge_to(call, badge_text(call, "to", ""));
	badge_for(call, badge_text(call, "for", ""));
	badge_note_set(call, "last", badge_user(call), badge_text(call, "for", ""));
	badge_tally_set(call, "seen", badge_user(call), 0);
	badge_grant(call, "witness", 1, NULL, NULL);
	return 1;
}

static const badge_level points_levels[] = {
	BADGE_LEVEL("Bronze", "Some points"),
	BADGE_LEVEL("Silver", "More points"),
	BADGE_LEVEL("Gold", "Many points"),
};
static const badge_level one_level[] = { BADGE_LEVEL("One", "Level 1") };
static const char *const events[] = { "deed", "points_awarded" };

BADGE_DEFINE(points, .slug = "points", BADGE_LEVELS(points_levels), BADGE_EVENTS(events), .award = award_points,
	     .open = open_badge, .close = close_badge);
BADGE_DEFINE(deed, .slug = "deed", BADGE_LEVELS(one_level), BADGE_EVENTS(events), .flags = BADGE_MULTIPLE,
	     .award = award_deed);
BADGE_DEFINE(witness, .slug = "witness", BADGE_LEVELS(one_level));

static const badge_definition *const badges[] = { &points, &deed, &witness };

BADGE_PACK("points-1.0", .version = "1.0", BADGE_BADGES(badges), BADGE_WATCHES(events), .observe = observe);
