/*
 * store/verdict_codec: see verdict_codec.h.
 */
#include "store/verdict_codec.h"

#include <string.h>

enum { STORED = 1, HELD_ALREADY = 2, LAPSED = 4, HAS_LATER = 8 };
enum { KIND_BITS = 7, CUT = 8, NO_TEXT = 16, OF_THING = 32, USER_KEYS = 64 };

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

/* Where verdicts go, and by what users are written there. */
typedef struct tape_writer {
	brb_verdict_codec *out;
	brb_verdict_codec_numbers numbers; /* NULL: by name */
	void *context;
	brabeion_error *error;
	brabeion_status status;
} tape_writer;

/* "" is nobody, the number 0. */
static void add_user(tape_writer *writer, const char *user)
{
	int64_t number = 0;
	if (!writer->numbers) {
		add_text(writer->out, user);
		return;
	}
	if (user[0] && writer->status == BRABEION_OK)
		writer->status = writer->numbers(writer->context, user, &number, writer->error);
	add_number(writer->out, (uint64_t)number);
}

static void add_name(tape_writer *writer, const char *text, bool is_user)
{
	if (is_user)
		add_user(writer, text);
	else
		add_text(writer->out, text);
}

static bool has_text(brabeion_read_kind kind)
{
	return kind == BRABEION_READ_NOTE || kind == BRABEION_READ_USER || kind == BRABEION_READ_KEY;
}

static bool is_user_text(const brabeion_read *read)
{
	return read->kind == BRABEION_READ_USER || (read->kind == BRABEION_READ_KEY && read->user_keys);
}

static void add_read(tape_writer *writer, const brabeion_read *read)
{
	bool is_number = !has_text(read->kind);
	bool is_cut = read->kind == BRABEION_READ_NOTE && read->text &&
		      (read->cut || read->text[brb_text_cut_length(read->text, BRB_VERDICT_CODEC_TEXT_BYTES_MOST)]);
	add_number(writer->out, (uint64_t)read->kind | (is_cut ? CUT : 0) |
					(!is_number && !read->text ? NO_TEXT : 0) | (read->of_thing ? OF_THING : 0) |
					(read->user_keys ? USER_KEYS : 0));
	add_text(writer->out, read->name);
	add_name(writer, read->owner, !read->of_thing);
	add_name(writer, read->key ? read->key : "", read->user_keys);
	if (is_number)
		add_signed(writer->out, read->number);
	else if (read->text)
		add_name(writer, read->text, is_user_text(read));
}

static void add_verdict(tape_writer *writer, uint32_t badge, const brabeion_verdict *is)
{
	brb_verdict_codec *out = writer->out;
	size_t count = is->read_count < BRB_VERDICT_CODEC_READS_MOST ? is->read_count : BRB_VERDICT_CODEC_READS_MOST;
	add_number(out, badge);
	add_number(out, (uint64_t)is->answer);
	add_number(out, is->level);
	add_number(out, is->held_level);
	add_number(out, (uint64_t)((is->stored ? STORED : 0) | (is->held_already ? HELD_ALREADY : 0) |
				   (is->lapsed ? LAPSED : 0) | (is->has_later ? HAS_LATER : 0)));
	if (is->has_later)
		add_signed(out, is->later_us);
	add_user(writer, is->to ? is->to : "");
	add_text(out, is->message ? is->message : "");
	add_number(out, count);
	for (size_t i = 0; i < count; i++)
		add_read(writer, &is->reads[i]);
	add_number(out, is->reads_left_out + (is->read_count - count));
}

void brb_verdict_codec_add(brb_verdict_codec *out, const brb_verdict_codec_verdict *verdict)
{
	tape_writer writer = { .out = out };
	add_verdict(&writer, verdict->badge, &verdict->is);
}

/* ---- reading ---- */

typedef struct tape_reader {
	const unsigned char *at, *end;
	brb_arena *arena;
	brb_verdict_codec_names names; /* NULL: users are names */
	void *context;
	bool damaged;
	brabeion_error *error; /* whose status ends the reading */
} tape_reader;

static bool goes_on(const tape_reader *reader)
{
	return !reader->damaged && reader->error->status == BRABEION_OK;
}

static void no_memory_unless(tape_reader *reader, bool enough)
{
	if (!enough)
		brb_status_no_memory(reader->error);
}

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
	no_memory_unless(reader, text != NULL);
	return text ? text : "";
}

static const char *take_user(tape_reader *reader)
{
	const char *name = "";
	if (!reader->names)
		return take_text(reader);
	int64_t number = (int64_t)take_number(reader, INT64_MAX);
	if (number && goes_on(reader))
		reader->names(reader->context, number, reader->arena, &name, reader->error);
	return name;
}

static brabeion_read take_read(tape_reader *reader)
{
	uint64_t head = take_number(reader, KIND_BITS | CUT | NO_TEXT | OF_THING | USER_KEYS);
	brabeion_read read = { .kind = (brabeion_read_kind)(head & KIND_BITS),
			       .cut = head & CUT,
			       .of_thing = head & OF_THING,
			       .user_keys = head & USER_KEYS };
	if (!read.kind || read.kind > BRABEION_READ_KEY)
		reader->damaged = true;
	read.name = take_text(reader);
	read.owner = read.of_thing ? take_text(reader) : take_user(reader);
	read.key = read.user_keys ? take_user(reader) : take_text(reader);
	if (!has_text(read.kind))
		read.number = take_signed(reader);
	else if (!(head & NO_TEXT))
		read.text = is_user_text(&read) ? take_user(reader) : take_text(reader);
	return read;
}

static void take_reads(tape_reader *reader, brabeion_verdict *verdict)
{
	verdict->read_count = take_number(reader, BRB_VERDICT_CODEC_READS_MOST);
	brabeion_read *reads = brb_arena_take(reader->arena, (verdict->read_count + 1) * sizeof *reads);
	no_memory_unless(reader, reads != NULL);
	for (size_t i = 0; i < verdict->read_count && reads && goes_on(reader); i++)
		reads[i] = take_read(reader);
	verdict->reads = reads;
	verdict->read_stride = sizeof *verdict->reads;
	verdict->reads_left_out = take_number(reader, SIZE_MAX);
}

static brabeion_verdict take_verdict(tape_reader *reader, uint32_t *badge)
{
	brabeion_verdict verdict = { 0 };
	*badge = (uint32_t)take_number(reader, UINT32_MAX);
	verdict.answer = (brabeion_answer)take_number(reader, BRABEION_ANSWER_UNCHANGED);
	verdict.level = (uint32_t)take_number(reader, UINT32_MAX);
	verdict.held_level = (uint32_t)take_number(reader, UINT32_MAX);
	uint64_t flags = take_number(reader, STORED | HELD_ALREADY | LAPSED | HAS_LATER);
	verdict.stored = flags & STORED;
	verdict.held_already = flags & HELD_ALREADY;
	verdict.lapsed = flags & LAPSED;
	verdict.has_later = flags & HAS_LATER;
	if (verdict.has_later)
		verdict.later_us = take_signed(reader);
	verdict.to = take_user(reader);
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
	no_memory_unless(reader, all && numbers);
	if (!all || !numbers)
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

brabeion_status brb_verdict_codec_read(const char *bytes, size_t length, brb_arena *arena,
				       brb_verdict_codec_names names, void *context, brabeion_verdict **verdicts,
				       uint32_t **badges, size_t *count, bool *damaged, brabeion_error *error)
{
	tape_reader reader = { .at = (const unsigned char *)bytes,
			       .end = length ? (const unsigned char *)bytes + length : (const unsigned char *)bytes,
			       .arena = arena,
			       .names = names,
			       .context = context,
			       .error = error };
	brabeion_verdict *all = NULL;
	uint32_t *numbers = NULL;
	size_t found = 0, capacity = 0;
	while (reader.at < reader.end && goes_on(&reader) && grow(&reader, &all, &numbers, found, &capacity)) {
		all[found] = take_verdict(&reader, &numbers[found]);
		found++;
	}
	*damaged = reader.damaged;
	if (!goes_on(&reader))
		return error->status;
	*verdicts = all;
	*badges = numbers;
	*count = found;
	return BRABEION_OK;
}

/* ---- users by number ---- */

brabeion_status brb_verdict_codec_number(const char *bytes, size_t length, brb_verdict_codec_numbers numbers,
					 void *context, brb_verdict_codec *out, brabeion_error *error)
{
	bool damaged;
	size_t count = 0;
	brb_arena arena = { 0 };
	uint32_t *badges = NULL;
	brabeion_verdict *verdicts = NULL;
	tape_writer writer = { .out = out, .numbers = numbers, .context = context, .error = error };
	if (!length)
		return BRABEION_OK;
	writer.status = brb_verdict_codec_read(bytes, length, &arena, NULL, NULL, &verdicts, &badges, &count,
					       &damaged, error);
	for (size_t i = 0; i < count && writer.status == BRABEION_OK; i++)
		add_verdict(&writer, badges[i], &verdicts[i]);
	brb_arena_finish(&arena);
	return writer.status;
}
