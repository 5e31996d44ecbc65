/*
 * store/verdict_codec: see verdict_codec.h.
 */
#include "store/verdict_codec.h"

#include <string.h>

enum { STORED = 1, HELD_ALREADY = 2, LAPSED = 4, HAS_LATER = 8 };
enum { KIND_BITS = 3, CUT = 4, NO_TEXT = 8 };

/* ---- writing ---- */

static void add_number(brb_verdict_codec *out, uint64_t number)
{
	char bytes[10];
	size_t count = 0;
	do {
		bytes[count] = (char)(number & 0x7f);
		number >>= 7;
		bytes[count] = (char)(bytes[count] | (number ? 0x80 : 0));
		count++;
	} while (number);
	brb_builder_add_length(out, bytes, count);
}

/* Numbers near 0, of either sign, are short. */
static void add_signed(brb_verdict_codec *out, int64_t number)
{
	add_number(out, (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0));
}

static void add_text(brb_verdict_codec *out, const char *text)
{
	size_t length = brb_text_cut_length(text, BRB_VERDICT_CODEC_TEXT_BYTES_MOST);
	add_number(out, length);
	brb_builder_add_length(out, text, length);
}

static void add_read(brb_verdict_codec *out, const brabeion_read *read)
{
	bool is_note = read->kind == BRABEION_READ_NOTE;
	bool is_cut = is_note && read->text &&
		      (read->cut || read->text[brb_text_cut_length(read->text, BRB_VERDICT_CODEC_TEXT_BYTES_MOST)]);
	add_number(out, (uint64_t)read->kind | (is_cut ? CUT : 0) | (is_note && !read->text ? NO_TEXT : 0));
	add_text(out, read->name);
	add_text(out, read->subject);
	if (!is_note)
		add_signed(out, read->number);
	else if (read->text)
		add_text(out, read->text);
}

void brb_verdict_codec_add(brb_verdict_codec *out, const brb_verdict_codec_verdict *verdict)
{
	const brabeion_verdict *is = &verdict->is;
	size_t count = is->read_count < BRB_VERDICT_CODEC_READS_MOST ? is->read_count : BRB_VERDICT_CODEC_READS_MOST;
	add_number(out, verdict->badge);
	add_number(out, (uint64_t)is->answer);
	add_number(out, is->level);
	add_number(out, is->held_level);
	add_number(out, (uint64_t)((is->stored ? STORED : 0) | (is->held_already ? HELD_ALREADY : 0) |
				   (is->lapsed ? LAPSED : 0) | (is->has_later ? HAS_LATER : 0)));
	if (is->has_later)
		add_signed(out, is->later_us);
	add_text(out, is->to ? is->to : "");
	add_text(out, is->message ? is->message : "");
	add_number(out, count);
	for (size_t i = 0; i < count; i++)
		add_read(out, &is->reads[i]);
	add_number(out, is->reads_left_out + (is->read_count - count));
}

/* ---- reading ---- */

typedef struct tape_reader {
	const unsigned char *at, *end;
	brb_arena *arena;
	bool damaged;
	bool memory_short;
} tape_reader;

static uint64_t take_number(tape_reader *reader, uint64_t most)
{
	uint64_t number = 0;
	for (unsigned shift = 0; shift < 64 && reader->at < reader->end; shift += 7) {
		unsigned char byte = *reader->at++;
		number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte & 0x80)
			continue;
		if (number > most)
			break;
		return number;
	}
	reader->damaged = true;
	return 0;
}

static int64_t take_signed(tape_reader *reader)
{
	uint64_t number = take_number(reader, UINT64_MAX);
	return (int64_t)(number >> 1 ^ (number & 1 ? UINT64_MAX : 0));
}

/* Never NULL. */
static const char *take_text(tape_reader *reader)
{
	size_t length = take_number(reader, BRB_VERDICT_CODEC_TEXT_BYTES_MOST);
	if (reader->damaged || (size_t)(reader->end - reader->at) < length ||
	    !brb_text_is_utf8((const char *)reader->at, length) || memchr(reader->at, '\0', length)) {
		reader->damaged = true;
		return "";
	}
	const char *text = brb_arena_copy_length(reader->arena, (const char *)reader->at, length);
	reader->at += length;
	reader->memory_short |= !text;
	return text ? text : "";
}

static brabeion_read take_read(tape_reader *reader)
{
	uint64_t head = take_number(reader, KIND_BITS | CUT | NO_TEXT);
	brabeion_read read = { .kind = (brabeion_read_kind)(head & KIND_BITS), .cut = head & CUT };
	if (!read.kind)
		reader->damaged = true;
	read.name = take_text(reader);
	read.subject = take_text(reader);
	if (read.kind != BRABEION_READ_NOTE)
		read.number = take_signed(reader);
	else if (!(head & NO_TEXT))
		read.text = take_text(reader);
	return read;
}

static void take_reads(tape_reader *reader, brabeion_verdict *verdict)
{
	verdict->read_count = take_number(reader, BRB_VERDICT_CODEC_READS_MOST);
	brabeion_read *reads = brb_arena_take(reader->arena, (verdict->read_count + 1) * sizeof *reads);
	reader->memory_short |= !reads;
	for (size_t i = 0; i < verdict->read_count && reads && !reader->damaged; i++)
		reads[i] = take_read(reader);
	verdict->reads = reads;
	verdict->read_stride = sizeof *verdict->reads;
	verdict->reads_left_out = take_number(reader, SIZE_MAX);
}

static brabeion_verdict take_verdict(tape_reader *reader, uint32_t *badge)
{
	brabeion_verdict verdict = { 0 };
	*badge = (uint32_t)take_number(reader, UINT32_MAX);
	verdict.answer = (brabeion_answer)take_number(reader, BRABEION_ANSWER_NOT_OBSERVED);
	verdict.level = (uint32_t)take_number(reader, UINT32_MAX);
	verdict.held_level = (uint32_t)take_number(reader, UINT32_MAX);
	uint64_t flags = take_number(reader, STORED | HELD_ALREADY | LAPSED | HAS_LATER);
	verdict.stored = flags & STORED;
	verdict.held_already = flags & HELD_ALREADY;
	verdict.lapsed = flags & LAPSED;
	verdict.has_later = flags & HAS_LATER;
	if (verdict.has_later)
		verdict.later_us = take_signed(reader);
	verdict.to = take_text(reader);
	verdict.message = take_text(reader);
	take_reads(reader, &verdict);
	return verdict;
}

static bool grow(tape_reader *reader, brabeion_verdict **verdicts, uint32_t **badges, size_t count, size_t *capacity)
{
	if (count < *capacity)
		return true;
	size_t more = *capacity ? *capacity * 2 : 4;
	brabeion_verdict *all = brb_arena_take(reader->arena, more * sizeof *all);
	uint32_t *numbers = brb_arena_take(reader->arena, more * sizeof *numbers);
	reader->memory_short |= !all || !numbers;
	if (reader->memory_short)
		return false;
	if (count) {
		memcpy(all, *verdicts, count * sizeof *all);
		memcpy(numbers, *badges, count * sizeof *numbers);
	}
	*verdicts = all;
	*badges = numbers;
	*capacity = more;
	return true;
}

bool brb_verdict_codec_read(const char *bytes, size_t length, brb_arena *arena, brabeion_verdict **verdicts,
			    uint32_t **badges, size_t *count, bool *short_of_memory)
{
	tape_reader reader = { .at = (const unsigned char *)bytes, .arena = arena };
	reader.end = reader.at + length;
	brabeion_verdict *all = NULL;
	uint32_t *numbers = NULL;
	size_t found = 0, capacity = 0;
	while (reader.at < reader.end && !reader.damaged && grow(&reader, &all, &numbers, found, &capacity)) {
		all[found] = take_verdict(&reader, &numbers[found]);
		found++;
	}
	*short_of_memory = reader.memory_short;
	if (reader.damaged || reader.memory_short)
		return false;
	*verdicts = all;
	*badges = numbers;
	*count = found;
	return true;
}
