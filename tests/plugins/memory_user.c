/*
 * Good: uses memory as its settings and the fields of the event "memory" say:
 *
 *	op: add | set | overflow | note | erase | long-note | long-subject     name: (default: setting `name`, or "count")
 *	subject: (default: the user)   value: a number, or a text for note
 *
 * Earns level 1 when the tally (or the note's length) afterwards is at least the setting `at` (default 3).
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

/* A text of x: as a note, or, without a subject, as the subject of a tally. */
static int32_t write_long(badge_call *call, const char *name, const char *subject, size_t length)
{
	char *text = malloc(length + 1);
	if (!text)
		return BADGE_FAILED;
	memset(text, 'x', length);
	text[length] = '\0';
	int32_t status = subject ? badge_note_set(call, name, subject, text) : badge_tally_set(call, name, text, 1);
	free(text);
	return status;
}

static int32_t write_note(badge_call *call, const char *op, const char *name, const char *subject)
{
	if (strcmp(op, "note") == 0)
		return badge_note_set(call, name, subject, badge_text(call, "value", ""));
	if (strcmp(op, "erase") == 0)
		return badge_note_set(call, name, subject, NULL);
	if (strcmp(op, "long-note") == 0)
		return write_long(call, name, subject, (size_t)badge_int(call, "value", 65537));
	return write_long(call, name, NULL, (size_t)badge_int(call, "value", 256));
}

static int32_t award(void *self, badge_call *call)
{
	const settings *mine = self;
	const char *op = badge_text(call, "op", "add");
	const char *name = badge_text(call, "name", mine->name);
	const char *subject = badge_text(call, "subject", badge_user(call));
	if (strcmp(op, "add") == 0)
		return badge_tally_add(call, name, subject, badge_int(call, "value", 1)) >= mine->at;
	if (strcmp(op, "set") == 0)
		badge_tally_set(call, name, subject, badge_int(call, "value", 0));
	else if (strcmp(op, "overflow") == 0)
		badge_tally_add(call, name, subject, INT64_MAX);
	else
		write_note(call, op, name, subject);
	const char *note = badge_note(call, name, subject);
	return badge_tally(call, name, subject) >= mine->at || (note && (int64_t)strlen(note) >= mine->at);
}

static const badge_level levels[] = { BADGE_LEVEL("Elephant", "Remembered enough") };
static const char *const events[] = { "memory" };

BADGE_PLUGIN("memory-user", .slug = "memory-user", BADGE_LEVELS(levels), BADGE_EVENTS(events), .award = award,
	     .open = open_badge, .close = close_badge);
