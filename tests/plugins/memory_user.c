/*
 * Good: uses memory as its settings and the fields of the event "memory" say:
 *
 *	op: add | set | overflow | note | erase | long-note | long-owner | count | list
 *	name: (default: setting `name`, or "count"; of notes "text")
 *	owner: another user, or a thing (default: the user)   key: (default: the plain cell)
 *	value: a number, or a text for note
 *
 * Earns level 1 when the tally, the note's length, or the number of keys is at least the setting `at` (default 3).
 */
#include <brabeion/badge.h>

#include <stdlib.h>

typedef struct settings {
	int64_t at;
	char name[101];
} settings;

static int32_t open_badge(badge_setup *setup, void **self)
{
	settings *mine = calloc(1, sizeof *mine);
	if (!mine)
		return badge_setup_fail(setup, "", "out of memory");
	mine->at = badge_setting_int(setup, "at", 3);
	snprintf(mine->name, sizeof mine->name, "%s", badge_setting_text(setup, "name", "count"));
	if (mine->at < 1) {
		free(mine);
		return badge_setup_fail(setup, "at", "must be at least 1");
	}
	*self = mine;
	return BADGE_OK;
}

static void close_badge(void *self)
{
	free(self);
}

/* A text of x: as a note, or as the owner of a tally. */
static int32_t write_long(badge_call *call, const char *op, const char *name, size_t length)
{
	char *text = malloc(length + 1);
	if (!text)
		return BADGE_FAILED;
	memset(text, 'x', length);
	text[length] = '\0';
	int32_t status = strcmp(op, "long-note") == 0 ? badge_note_set(call, name, text)
						      : badge_tally_set_of(call, name, text, NULL, 1);
	free(text);
	return status;
}

static int64_t use_note(badge_call *call, const char *op, const char *owner, const char *key)
{
	const char *name = badge_text(call, "name", "text");
	if (strcmp(op, "note") == 0)
		badge_note_set_of(call, name, owner, key, badge_text(call, "value", ""));
	else if (strcmp(op, "erase") == 0)
		badge_note_set_of(call, name, owner, key, NULL);
	else
		write_long(call, op, name, (size_t)badge_int(call, "value", 65537));
	const char *note = badge_note_of(call, name, owner, key);
	return note ? (int64_t)strlen(note) : 0;
}

static int64_t list_keys(badge_call *call, const char *name, const char *owner)
{
	int64_t count = 0;
	for (const char *key = NULL; (key = badge_key_next(call, name, owner, key));)
		count++;
	return count;
}

static int32_t award(void *self, badge_call *call)
{
	const settings *mine = self;
	const char *op = badge_text(call, "op", "add");
	const char *name = badge_text(call, "name", mine->name);
	const char *owner = badge_text(call, "owner", NULL);
	const char *key = badge_text(call, "key", NULL);
	if (strcmp(op, "add") == 0)
		return badge_tally_add_of(call, name, owner, key, badge_int(call, "value", 1)) >= mine->at;
	if (strcmp(op, "count") == 0)
		return badge_key_count(call, name, owner) >= mine->at;
	if (strcmp(op, "list") == 0)
		return list_keys(call, name, owner) >= mine->at;
	if (strcmp(op, "set") == 0)
		badge_tally_set_of(call, name, owner, key, badge_int(call, "value", 0));
	else if (strcmp(op, "overflow") == 0)
		badge_tally_add_of(call, name, owner, key, INT64_MAX);
	else if (strcmp(op, "long-owner") == 0)
		write_long(call, op, name, (size_t)badge_int(call, "value", 256));
	else
		return use_note(call, op, owner, key) >= mine->at;
	return badge_tally_of(call, name, owner, key) >= mine->at;
}

static const badge_level levels[] = { BADGE_LEVEL("Elephant", "Remembered enough") };
static const char *const events[] = { "memory" };

/* 100 bytes: the longest name. */
#define TEN_X "xxxxxxxxxx"
#define LONGEST TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X

static const badge_memory memory[] = {
	BADGE_TALLY("count"), BADGE_TALLY("other"),
	BADGE_TALLY("a"),     BADGE_TALLY("b"),
	BADGE_TALLY("fives"), BADGE_TALLY(LONGEST),
	BADGE_NOTE("text"),   BADGE_MEMORY("votes", BADGE_OF_THING | BADGE_KEYS_USERS),
};

BADGE_DEFINE(elephant, .slug = "memory-user", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award,
	     .open = open_badge, .close = close_badge);
static const badge_definition *const badges[] = { &elephant };

BADGE_PACK("memory-user", BADGE_BADGES(badges), BADGE_REMEMBERS(memory));
