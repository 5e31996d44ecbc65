/*
 * Good: badges for what 1.0 brought. All listen to "task", which has the fields "color" and "size"; each counts the events
 * that it was asked about in the tally "asked".
 *
 * wants: only events of the color that the setting `color` names (a text or a list of them), and of the setting `size`. refuses:
 * those whose field "size" is no integer, or negative. changes: its level is the field "level", nothing changes without one.
 * dated: earned at the time in the field "earned_us". offset: level 1 when the event's clock is at +02:00. merges: keeps
 * the word of both users, joined by "+".
 */
#include <brabeion/badge.h>

static int32_t open_wants(badge_setup *setup, void **self)
{
	(void)self;
	int64_t count = badge_setting_count(setup, "color");
	if (count < 0)
		badge_setup_expect(setup, "color", badge_setting_text(setup, "color", ""));
	for (int64_t i = 0; i < count; i++) {
		char path[32];
		snprintf(path, sizeof path, "color.%d", (int)i);
		badge_setup_expect(setup, "color", badge_setting_text(setup, path, ""));
	}
	if (badge_setting_type(setup, "size") != BADGE_TYPE_NONE)
		badge_setup_expect(setup, "size", badge_setting_text(setup, "size", ""));
	return BADGE_OK;
}

static int32_t award_wants(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "asked", 1);
	return (int32_t)badge_int(call, "level", 1);
}

static int32_t award_refuses(void *self, badge_call *call)
{
	(void)self;
	int64_t size = 0;
	badge_tally_add(call, "asked", 1);
	if (badge_read_int(call, "size", &size) == BADGE_FIELD_WRONG_KIND)
		return badge_refuse(call, "size is no integer");
	return size < 0 ? badge_refuse(call, "size %lld is negative", (long long)size) : 1;
}

static int32_t award_changes(void *self, badge_call *call)
{
	(void)self;
	return badge_type(call, "level") == BADGE_TYPE_NONE ? BADGE_UNCHANGED : (int32_t)badge_int(call, "level", 0);
}

static int32_t award_dated(void *self, badge_call *call)
{
	(void)self;
	int64_t earned_us = 0;
	if (badge_read_int(call, "earned_us", &earned_us) != BADGE_FIELD_FOUND)
		return BADGE_NOT_EARNED;
	badge_earned_at(call, earned_us);
	return 1;
}

static int32_t award_offset(void *self, badge_call *call)
{
	(void)self;
	int32_t minutes = 0;
	return badge_offset(call, &minutes) && minutes == 120;
}

static int32_t award_merges(void *self, badge_call *call)
{
	(void)self;
	const char *word = badge_text(call, "word", NULL);
	if (word)
		badge_note_set(call, "word", word);
	return BADGE_NOT_EARNED;
}

static int32_t merge_words(void *self, badge_call *call)
{
	(void)self;
	char both[256];
	const char *mine = badge_note(call, "word"), *theirs = badge_merged_note(call, "word", NULL);
	snprintf(both, sizeof both, "%s+%s", mine ? mine : "", theirs ? theirs : "");
	return badge_note_set(call, "word", both);
}

static const badge_level one[] = { BADGE_LEVEL("One", "First") };
static const badge_level two[] = { BADGE_LEVEL("One", "First"), BADGE_LEVEL("Two", "Second") };
static const char *const events[] = { "task" };
static const badge_memory asked[] = { BADGE_TALLY("asked") };
static const badge_memory words[] = { BADGE_MEMORY("word", BADGE_KIND_TEXT | BADGE_MERGE_OWN) };

BADGE_DEFINE(wants, .slug = "wants", BADGE_LEVELS(two), BADGE_EVENTS(events), BADGE_REMEMBERS(asked),
	     .award = award_wants, .open = open_wants);
BADGE_DEFINE(refuses, .slug = "refuses", BADGE_LEVELS(one), BADGE_EVENTS(events), BADGE_REMEMBERS(asked),
	     .award = award_refuses);
BADGE_DEFINE(changes, .slug = "changes", BADGE_LEVELS(two), BADGE_EVENTS(events), .award = award_changes);
BADGE_DEFINE(dated, .slug = "dated", BADGE_LEVELS(one), BADGE_EVENTS(events), .award = award_dated);
BADGE_DEFINE(offset, .slug = "offset", BADGE_LEVELS(one), BADGE_EVENTS(events), .award = award_offset);
BADGE_DEFINE(merges, .slug = "merges", BADGE_LEVELS(one), BADGE_EVENTS(events), BADGE_REMEMBERS(words),
	     .award = award_merges, .merge = merge_words);

static const badge_definition *const badges[] = { &wants, &refuses, &changes, &dated, &offset, &merges };

BADGE_PACK("chooser", BADGE_BADGES(badges));
