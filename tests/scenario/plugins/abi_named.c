/* The form with named fields, all of them, as C11 and as C++20. test_abi compiles it. */
#include <brabeion/badge.h>

#include <stdlib.h>

static int32_t award(void *self, badge_call *call)
{
	const int64_t *least = (const int64_t *)self;
	badge_for(call, badge_text(call, "post", "none"));
	return badge_int(call, "points", 0) >= *least;
}

static int32_t open_badge(badge_setup *setup, void **self)
{
	int64_t *least = (int64_t *)malloc(sizeof *least);
	if (!least)
		return badge_setup_fail(setup, "", "out of memory");
	*least = badge_setting_int(setup, "least", 10);
	*self = least;
	return BADGE_OK;
}

static void close_badge(void *self)
{
	free(self);
}

static int32_t progress(void *self, badge_call *call, int32_t level)
{
	const int64_t *least = (const int64_t *)self;
	(void)level;
	return badge_progress(call, badge_tally(call, "points"), *least);
}

static int32_t merge(void *self, badge_call *call)
{
	(void)self;
	const char *theirs = badge_merged_note(call, "best", NULL);
	return theirs ? badge_note_set(call, "best", theirs) : BADGE_OK;
}

static const badge_level levels[] = { BADGE_LEVEL("Liked", "A post with enough points") };
static const char *const events[] = { "points_awarded", "vote" };
static const badge_memory memory[] = {
	BADGE_TALLY("points"),
	BADGE_MEMORY("best", BADGE_KIND_TEXT | BADGE_MERGE_OWN),
};

BADGE_PLUGIN("points", .slug = "liked", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(memory),
	     .flags = BADGE_MULTIPLE, .award = award, .open = open_badge, .close = close_badge, .progress = progress,
	     .merge = merge);
