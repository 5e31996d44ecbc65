/*
 * Good: appends to the file $BRB_TEST_DIARY when an instance is opened ("+slug ") or closed ("-slug "); the plugin's own is
 * "*". Two definitions: `diary`, whose levels come from badges.yaml, and `plain`, which has no open. Both kinds of
 * settings have `mood`, any text; "bad" is refused.
 *
 * `diary` is earned at each event, for the serial number of its instance.
 */
#include <brabeion/badge.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct instance {
	int serial;
	char slug[101];
} instance;

static int serials;

static void write_entry(char sign, const char *slug)
{
	const char *path = getenv("BRB_TEST_DIARY");
	int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	if (file < 0)
		return;
	dprintf(file, "%c%s ", sign, slug);
	close(file);
}

static int32_t open_as(badge_setup *setup, const char *slug, void **self)
{
	if (strcmp(badge_setting_text(setup, "mood", ""), "bad") == 0)
		return badge_setup_fail(setup, "mood", "must not be bad");
	instance *mine = calloc(1, sizeof *mine);
	if (!mine)
		return badge_setup_fail(setup, "", "out of memory");
	mine->serial = ++serials;
	snprintf(mine->slug, sizeof mine->slug, "%s", slug);
	write_entry('+', slug);
	*self = mine;
	return BADGE_OK;
}

static int32_t open_plugin(badge_setup *setup, void **self)
{
	return open_as(setup, "*", self);
}

static int32_t open_badge(badge_setup *setup, void **self)
{
	return open_as(setup, badge_setup_slug(setup), self);
}

static void close_any(void *self)
{
	instance *mine = self;
	write_entry('-', mine->slug);
	free(mine);
}

static int32_t award(void *self, badge_call *call)
{
	char reason[16];
	snprintf(reason, sizeof reason, "%d", ((instance *)self)->serial);
	badge_for(call, reason);
	return 1;
}

static int32_t award_plain(void *self, badge_call *call)
{
	(void)call;
	return self ? BADGE_FAILED : BADGE_NOT_EARNED;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with each event") };
static const char *const events[] = { "visit" };

BADGE_DEFINE(diary, .slug = "diary", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     .flags = BADGE_MULTIPLE | BADGE_LEVELS_FROM_CONFIG, .award = award, .open = open_badge,
	     .close = close_any);
BADGE_DEFINE(plain, .slug = "plain", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award_plain);
static const badge_definition *const badges[] = { &diary, &plain };

BADGE_PACK("diary", BADGE_BADGES(badges), .open = open_plugin, .close = close_any);
