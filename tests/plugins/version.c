/*
 * Good: built as version_1 and version_2, which differ in VERSION only. Earned at each event, at the level VERSION, for the
 * event's number: a tally of all events that both versions share.
 */
#include <brabeion/badge.h>

#include <stdlib.h>

typedef struct instance {
	int32_t version;
} instance;

static int32_t open_badge(badge_setup *setup, void **self)
{
	instance *mine = malloc(sizeof *mine);
	if (!mine)
		return badge_setup_fail(setup, "", "out of memory");
	mine->version = VERSION;
	*self = mine;
	return BADGE_OK;
}

static void close_badge(void *self)
{
	((instance *)self)->version = 0;
	free(self);
}

static int32_t award(void *self, badge_call *call)
{
	char number[24];
	snprintf(number, sizeof number, "%lld", (long long)badge_tally_add_of(call, "events", "all", NULL, 1));
	badge_for(call, number);
	return ((instance *)self)->version;
}

static const badge_level levels[] = {
	BADGE_LEVEL("One", "Judged by version 1"),
	BADGE_LEVEL("Two", "Judged by version 2"),
};
static const char *const events[] = { "visit" };

static const badge_memory memory[] = { BADGE_MEMORY("events", BADGE_OF_THING) };

BADGE_PLUGIN("version", .slug = "version", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(memory),
	     .flags = BADGE_MULTIPLE, .award = award, .open = open_badge, .close = close_badge);
