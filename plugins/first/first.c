/*
 * first: badges without C, for the first user to do something, or a user's first time.
 *
 *	- badge: first                                  # the first of all users, ever
 *	  slug: pioneer
 *	  events: [post_written]
 *
 *	- badge: first-each                             # a user's first for each value of a field
 *	  slug: well-travelled
 *	  events: [check_in]
 *	  settings: { field: country }
 *
 * The order of judging counts: a late event with an earlier time changes nothing. `first` is earned by one user ever, even
 * if the award is revoked. `first-each` is earned once for each value, which is
 * the reason; an event without the field, or with an empty value or one longer than 255 bytes, is ignored.
 *
 * A user's own first is threshold without settings. The first ten, or the first for each value, is rank.
 */
#include <stdlib.h>

#include "limits.h"

enum { REASON_MOST = 255 };

typedef struct first {
	char name[NAME_SIZE]; /* first: of the tally that says whether there has been one; first-each: of the field */
} first;

/* ---- first ------------------------------------------------------------------------------------------------------- */

static int32_t award_first(void *self, badge_call *call)
{
	const first *rules = self;
	if (badge_tally(call, rules->name, "") > 0)
		return BADGE_NOT_EARNED;
	badge_tally_set(call, rules->name, "", 1);
	return 1;
}

/* 0 of 1 until somebody was first; then there is nothing to report. */
static int32_t progress_first(void *self, badge_call *call, int32_t level)
{
	const first *rules = self;
	(void)level;
	return badge_tally(call, rules->name, "") > 0 ? BADGE_OK : badge_progress(call, 0, 1);
}

static int32_t read_first(badge_setup *setup, first *rules)
{
	return memory_name(setup, "first", rules->name);
}

/* ---- first-each -------------------------------------------------------------------------------------------------- */

/* The award is the memory: the engine ignores an award already held. */
static int32_t award_each(void *self, badge_call *call)
{
	const first *rules = self;
	const char *value = badge_text(call, rules->name, "");
	if (*value == '\0' || strlen(value) > REASON_MOST)
		return BADGE_NOT_EARNED;
	badge_for(call, value);
	return 1;
}

static int32_t read_each(badge_setup *setup, first *rules)
{
	if (field_read(setup, "field", rules->name) != BADGE_OK)
		return BADGE_FAILED;
	return rules->name[0] != '\0' ? BADGE_OK : badge_setup_fail(setup, "field", "field must name a field");
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

static int32_t open_with(badge_setup *setup, int32_t (*read)(badge_setup *, first *), void **self)
{
	first *rules = calloc(1, sizeof *rules);
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	if (read(setup, rules) != BADGE_OK) {
		free(rules);
		return BADGE_FAILED;
	}
	*self = rules;
	return BADGE_OK;
}

static int32_t open_first(badge_setup *setup, void **self)
{
	return open_with(setup, read_first, self);
}

static int32_t open_each(badge_setup *setup, void **self)
{
	return open_with(setup, read_each, self);
}

static void close_badge(void *self)
{
	free(self);
}

/* A default that badges.yaml replaces. */
static const badge_level first_levels[] = { BADGE_LEVEL("Pioneer", "The first ever to do it") };
static const badge_level each_levels[] = { BADGE_LEVEL("First Time", "Did it for the first time") };
static const char *const events[] = { "event" };

BADGE_DEFINE(first_badge, .slug = "first", BADGE_LEVELS(first_levels), BADGE_EVENTS(events), .award = award_first,
	     .open = open_first, .close = close_badge, .progress = progress_first);
BADGE_DEFINE(each_badge, .slug = "first-each", BADGE_LEVELS(each_levels), BADGE_EVENTS(events),
	     .flags = BADGE_MULTIPLE, .award = award_each, .open = open_each, .close = close_badge);

static const badge_definition *const badges[] = { &first_badge, &each_badge };
BADGE_PACK("first", BADGE_BADGES(badges));
