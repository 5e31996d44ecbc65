/*
 * Good: badges with progress. All are earned by "deed", whose field "points" is added up; the levels of `steps` come at
 * 10, 20 and 30.
 *
 * steps: as expected. odd: as the tally "how" of the site says, see `tell_oddly`. again: multiple, with two levels. mute: its
 * function reports no progress. silent: has no function.
 */
#include <brabeion/badge.h>

static int32_t observe(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "points", badge_int(call, "points", 0));
	if (badge_type(call, "how") == BADGE_TYPE_INT)
		badge_tally_set_of(call, "how", "site", NULL, badge_int(call, "how", 0));
	return BADGE_OK;
}

static int64_t points_of(badge_call *call)
{
	return badge_tally(call, "points");
}

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	int64_t level = points_of(call) / 10;
	return level < 0 ? 0 : level > 3 ? 3 : (int32_t)level;
}

static int32_t never(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return BADGE_NOT_EARNED;
}

static int32_t award_again(void *self, badge_call *call)
{
	(void)self;
	return points_of(call) >= 10 && badge_for(call, badge_event_id(call)) == BADGE_OK;
}

static int32_t tell(void *self, badge_call *call, int32_t level)
{
	(void)self;
	return badge_progress(call, points_of(call), 10 * (int64_t)level);
}

/* Fails with what the call knows of an event. */
static int32_t tell_event(badge_call *call, int32_t level)
{
	return badge_fail(call, "%s %s %s \"%s\" %lld %u %d %s %d %lld", badge_slug(call), badge_event(call),
			  badge_user(call), badge_event_id(call), (long long)badge_at(call),
			  (unsigned)badge_type(call, "points"), (int)level, badge_text(call, "points", "none"),
			  (int)badge_held(call, NULL, "tells-steps"),
			  (long long)badge_held_count(call, "ben", "tells-steps"));
}

static int32_t tell_oddly(void *self, badge_call *call, int32_t level)
{
	(void)self;
	switch (badge_tally_of(call, "how", "site", NULL)) {
	case 0:
		return tell_event(call, level);
	case 1:
		return badge_progress(call, 5, 0);
	case 2:
		return badge_progress(call, 5, -3);
	case 3:
		return badge_progress(call, -7, 9);
	case 4:
		return badge_progress(call, 11, 9);
	case 5:
		return 37;
	case 6:
		return BADGE_FAILED;
	case 7:
		badge_progress(call, 1, 2);
		return badge_progress(call, INT64_MAX - 1, INT64_MAX);
	case 8:
		badge_tally_set(call, "points", 1000);
		return badge_progress(call, 1, 2);
	case 9:
		badge_tally_add(call, "points", 1000);
		return badge_progress(call, 1, 2);
	case 10:
		badge_note_set(call, "note", "x");
		return badge_progress(call, 1, 2);
	case 11:
		badge_grant(call, "tells-steps", 3, NULL, NULL);
		return badge_progress(call, 1, 2);
	case 12:
		badge_later(call, badge_at(call) + 1, NULL, 0);
		return badge_progress(call, 1, 2);
	case 13:
		badge_to(call, "ben");
		return badge_progress(call, 1, 2);
	case 14:
		badge_set_int(call, "points", 1);
		return badge_progress(call, 1, 2);
	case 15:
		badge_note(call, "");
		return badge_progress(call, 1, 2);
	default:
		badge_log(call, BADGE_LOG_INFO, "asked about level %d", (int)level);
		return badge_progress(call, badge_note(call, "note") != NULL, 2);
	}
}

static int32_t tell_nothing(void *self, badge_call *call, int32_t level)
{
	(void)self;
	(void)call;
	(void)level;
	return BADGE_OK;
}

/* In award, where it is refused. */
static int32_t award_telling(void *self, badge_call *call)
{
	(void)self;
	badge_progress(call, 1, 2);
	return 1;
}

static const badge_level three[] = { BADGE_LEVEL("One", "Ten"), BADGE_LEVEL("Two", "Twenty"),
				     BADGE_LEVEL("Three", "Thirty") };
static const badge_level two[] = { BADGE_LEVEL("Ten", "Each ten"), BADGE_LEVEL("Twenty", "Each twenty") };
static const badge_level one[] = { BADGE_LEVEL("Odd", "Who knows") };
static const char *const events[] = { "deed" };
static const char *const confusions[] = { "confusion" };

BADGE_DEFINE(steps, .slug = "tells-steps", BADGE_LEVELS(three), BADGE_EVENTS(events), .award = award,
	     .progress = tell);
BADGE_DEFINE(odd, .slug = "tells-oddly", BADGE_LEVELS(one), BADGE_EVENTS(events), .award = never,
	     .progress = tell_oddly);
BADGE_DEFINE(again, .slug = "tells-again", BADGE_LEVELS(two), BADGE_EVENTS(events), .flags = BADGE_MULTIPLE,
	     .award = award_again, .progress = tell);
BADGE_DEFINE(mute, .slug = "tells-nothing", BADGE_LEVELS(one), BADGE_EVENTS(events), .award = never,
	     .progress = tell_nothing);
BADGE_DEFINE(silent, .slug = "tells-never", BADGE_LEVELS(one), BADGE_EVENTS(events), .award = never);
BADGE_DEFINE(confused, .slug = "tells-in-award", BADGE_LEVELS(one), BADGE_EVENTS(confusions), .award = award_telling,
	     .progress = tell_nothing);

static const badge_definition *const badges[] = { &steps, &odd, &again, &mute, &silent, &confused };
static const badge_memory memory[] = { BADGE_TALLY("points"), BADGE_MEMORY("how", BADGE_OF_THING),
				       BADGE_NOTE("note") };
BADGE_PACK("tells", BADGE_BADGES(badges), BADGE_WATCHES(events), BADGE_REMEMBERS(memory), .observe = observe);
