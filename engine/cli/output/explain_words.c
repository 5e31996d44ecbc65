/*
 * cli/output/explain_words: see explain_words.h.
 */
#include "cli/output/explain_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/output/awards.h"

enum { LONGEST_VALUE = 60, MOST_FIELDS = 8, SHOWN_ID = 40 };

typedef struct words {
	char *text;
	size_t size;
	FILE *stream;
} words;

static FILE *begin(words *made)
{
	*made = (words){ 0 };
	made->stream = open_memstream(&made->text, &made->size);
	return made->stream;
}

static char *end(words *made)
{
	bool failed = ferror(made->stream);
	if (fclose(made->stream) == 0 && !failed)
		return made->text;
	free(made->text);
	return NULL;
}

/* At most `most` bytes, cut between characters, with "…" at the end if it was cut. */
static void put_cut(FILE *stream, const char *text, size_t most)
{
	size_t kept = brb_text_cut_length(text, most);
	fwrite(text, 1, kept, stream);
	if (text[kept])
		fputs("…", stream);
}

char *brb_cli_explain_event(const brabeion_entry *entry)
{
	words made;
	FILE *stream = begin(&made);
	if (!stream)
		return NULL;
	fputs(entry->event->name, stream);
	if (entry->event->id && entry->event->id[0]) {
		fputs(" ", stream);
		put_cut(stream, entry->event->id, SHOWN_ID);
	}
	if (entry->kind == BRABEION_ENTRY_JOB)
		fputs(" (judged later)", stream);
	else if (entry->kind == BRABEION_ENTRY_GIVEN)
		fputs(" (of another user)", stream);
	return end(&made);
}

/* ---- state ---- */

static void put_value(FILE *stream, const brabeion_field *field)
{
	switch (field->type) {
	case BRABEION_TYPE_NULL:
		fputs("null", stream);
		break;
	case BRABEION_TYPE_INT:
		fprintf(stream, "%" PRId64, field->value.integer);
		break;
	case BRABEION_TYPE_REAL:
		fprintf(stream, "%.12g", field->value.real);
		break;
	case BRABEION_TYPE_BOOL:
		fputs(field->value.boolean ? "true" : "false", stream);
		break;
	case BRABEION_TYPE_TEXT:
		fputs("\"", stream);
		put_cut(stream, field->value.text, LONGEST_VALUE);
		fputs("\"", stream);
		break;
	case BRABEION_TYPE_JSON:
		put_cut(stream, field->value.text, LONGEST_VALUE);
		break;
	}
}

char *brb_cli_explain_state(const brabeion_event *event)
{
	words made;
	FILE *stream = begin(&made);
	if (!stream)
		return NULL;
	for (size_t i = 0; i < event->field_count && i < MOST_FIELDS; i++) {
		fputs(i > 0 ? " " : "", stream);
		put_cut(stream, event->fields[i].name, LONGEST_VALUE);
		fputs("=", stream);
		put_value(stream, &event->fields[i]);
	}
	if (event->field_count > MOST_FIELDS)
		fprintf(stream, " and %zu more", event->field_count - MOST_FIELDS);
	return end(&made);
}

/* ---- answers ---- */

static void put_level(FILE *stream, const brabeion_verdict *verdict)
{
	fprintf(stream, "level %" PRIu32, verdict->level);
	if (verdict->to[0])
		fprintf(stream, " for %s", verdict->to);
	if (verdict->stored)
		fputs(", stored", stream);
	else if (verdict->held_already && verdict->held_level >= verdict->level && !verdict->to[0])
		fputs(", held already", stream);
	else if (verdict->held_already) /* by another badge, or by this one before */
		fputs(verdict->to[0] ? ", held or revoked before" : ", revoked before", stream);
}

static void put_answer(FILE *stream, const brabeion_verdict *verdict)
{
	switch (verdict->answer) {
	case BRABEION_ANSWER_NOT_EARNED:
		fprintf(stream, "not earned%s%s", verdict->message[0] ? ": " : "", verdict->message);
		break;
	case BRABEION_ANSWER_LEVEL:
		put_level(stream, verdict);
		break;
	case BRABEION_ANSWER_FAILED:
		fprintf(stream, "failed: %s", verdict->message);
		break;
	case BRABEION_ANSWER_QUARANTINED:
		fputs("not asked: it was quarantined", stream);
		break;
	case BRABEION_ANSWER_LATER:
		fputs("to be judged later", stream);
		break;
	case BRABEION_ANSWER_GRANTED:
		fputs("granted by its plugin: ", stream);
		put_level(stream, verdict);
		break;
	case BRABEION_ANSWER_NOT_OBSERVED:
		fprintf(stream, "not asked: its plugin's observe failed: %s", verdict->message);
		break;
	case BRABEION_ANSWER_REFUSED:
		fprintf(stream, "refused the event: %s", verdict->message);
		break;
	case BRABEION_ANSWER_UNCHANGED:
		fprintf(stream, "unchanged%s%s", verdict->message[0] ? ": " : "", verdict->message);
		break;
	}
}

char *brb_cli_explain_answer(const brabeion_verdict *verdict)
{
	words made;
	FILE *stream = begin(&made);
	if (!stream)
		return NULL;
	put_answer(stream, verdict);
	if (verdict->lapsed)
		fputs(", lapsed", stream);
	if (verdict->has_later) {
		char when[BRABEION_TIME_BYTES];
		brb_cli_awards_when(verdict->later_us, when);
		fprintf(stream, ", again at %s", when);
	}
	return end(&made);
}

/* ---- memory ---- */

/* "votes[ada] of post 7". */
static void put_memory(FILE *stream, const brabeion_read *read)
{
	if (read->kind == BRABEION_READ_KEY_COUNT)
		fputs("keys of ", stream);
	else if (read->kind == BRABEION_READ_KEY)
		fputs(read->key[0] ? "next key of " : "first key of ", stream);
	fputs(read->name, stream);
	if (read->key[0])
		fprintf(stream, "[%s]", read->key);
	fprintf(stream, " of %s", read->owner);
}

static void put_read(FILE *stream, const brabeion_read *read)
{
	if (read->kind == BRABEION_READ_HELD) {
		fprintf(stream, "%s held by %s: ", read->name, read->owner);
		fprintf(stream, read->number ? "level %" PRId64 : "no", read->number);
		return;
	}
	put_memory(stream, read);
	if (read->kind == BRABEION_READ_TALLY || read->kind == BRABEION_READ_KEY_COUNT) {
		fprintf(stream, " = %" PRId64, read->number);
	} else if (!read->text) {
		fputs(": none", stream);
	} else {
		fputs(" = \"", stream);
		put_cut(stream, read->text, LONGEST_VALUE);
		fputs(read->cut && strlen(read->text) <= LONGEST_VALUE ? "…\"" : "\"", stream);
	}
}

char *brb_cli_explain_memory(const brabeion_verdict *verdict)
{
	words made;
	FILE *stream = begin(&made);
	if (!stream)
		return NULL;
	for (size_t i = 0; i < verdict->read_count; i++) {
		fputs(i > 0 ? "; " : "", stream);
		put_read(stream, &verdict->reads[i]);
	}
	if (verdict->reads_left_out)
		fprintf(stream, "; and %zu more", verdict->reads_left_out);
	return end(&made);
}

/* ---- time ---- */

void brb_cli_explain_span(int64_t span_us, char text[32])
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = { { "day", 86400 }, { "hour", 3600 }, { "minute", 60 }, { "second", 1 } };
	int64_t seconds = span_us > 0 ? span_us / 1000000 : 0;
	size_t unit = 0;
	while (unit < 3 && seconds < units[unit].seconds)
		unit++;
	int64_t count = seconds / units[unit].seconds;
	snprintf(text, 32, "%" PRId64 " %s%s", count, units[unit].name, count == 1 ? "" : "s");
}
