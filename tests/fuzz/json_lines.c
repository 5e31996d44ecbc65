/*
 * Lines of JSON: the reader of lines finds the lines that a plain search finds; the command's reader and the library's take
 * and refuse the same ones, with the same events and the same words.
 */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/input/event_json.h"
#include "cli/input/lines.h"

static void expect_same_field(const brabeion_field *a, const brabeion_field *b)
{
	FUZZ_EXPECT(fuzz_same_text(a->name, b->name));
	FUZZ_EXPECT(a->type == b->type);
	switch (a->type) {
	case BRABEION_TYPE_NULL:
		return;
	case BRABEION_TYPE_INT:
		FUZZ_EXPECT(a->value.integer == b->value.integer);
		return;
	case BRABEION_TYPE_REAL:
		FUZZ_EXPECT(a->value.real == b->value.real && signbit(a->value.real) == signbit(b->value.real));
		return;
	case BRABEION_TYPE_BOOL:
		FUZZ_EXPECT(a->value.boolean == b->value.boolean);
		return;
	case BRABEION_TYPE_TEXT:
	case BRABEION_TYPE_JSON:
		FUZZ_EXPECT(fuzz_same_text(a->value.text, b->value.text));
	}
}

static void expect_same_event(const brabeion_event *a, const brabeion_event *b)
{
	FUZZ_EXPECT(fuzz_same_text(a->name, b->name));
	FUZZ_EXPECT(fuzz_same_text(a->user, b->user));
	FUZZ_EXPECT(fuzz_same_text(a->id, b->id));
	FUZZ_EXPECT(a->has_at == b->has_at && a->at_us == b->at_us && a->at_is_exact == b->at_is_exact);
	FUZZ_EXPECT(a->has_offset == b->has_offset && a->offset_minutes == b->offset_minutes);
	FUZZ_EXPECT(a->field_count == b->field_count);
	for (size_t i = 0; i < a->field_count; i++)
		expect_same_field(&a->fields[i], &b->fields[i]);
}

static void read_line(const char *line, size_t size, brb_cli_event_json *reader, brabeion_event_memory *memory)
{
	brb_arena arena = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_event fast = BRABEION_EVENT(), plain = BRABEION_EVENT();
	char message[BRB_CLI_EVENT_JSON_MESSAGE_BYTES] = "";
	char *padded = fuzz_copy(line, size, BRB_CLI_EVENT_JSON_PADDING);
	char *exact = fuzz_copy(line, size, 0);
	brb_cli_event_json_outcome outcome = brb_cli_event_json_read(reader, padded, size, &arena, &fast, message);
	brabeion_status status = brabeion_event_read_json(exact, size, memory, &plain, &error);
	free(padded);
	free(exact);
	FUZZ_EXPECT((outcome == BRB_CLI_EVENT_JSON_EVENT) == (status == BRABEION_OK));
	if (status == BRABEION_OK) {
		expect_same_event(&fast, &plain);
	} else {
		FUZZ_EXPECT(fuzz_same_text(message, error.message));
		FUZZ_EXPECT(fuzz_is_shown(message, false));
	}
	brabeion_error_finish(&error);
	brabeion_event_memory_reset(memory);
	brb_arena_finish(&arena);
}

/* The bytes as a file. */
static int file_of(const uint8_t *bytes, size_t size)
{
	int file = memfd_create("lines", MFD_CLOEXEC);
	FUZZ_EXPECT(file >= 0 && write(file, bytes, size) == (ssize_t)size && lseek(file, 0, SEEK_SET) == 0);
	return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	brb_cli_lines lines;
	brb_cli_line line;
	brb_cli_lines_outcome outcome;
	static brabeion_event_memory *memory; /* both are made to be used again, and cost more than a line */
	static brb_cli_event_json *reader;
	if (!reader)
		reader = brb_cli_event_json_open();
	if (!memory)
		brabeion_event_memory_open(NULL, &memory, NULL);
	FUZZ_EXPECT(reader && memory);
	int file = file_of(bytes, size);
	const char *at = (const char *)bytes, *end = at + size;
	if (size >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	brb_cli_lines_init(&lines, BRB_CLI_EVENT_JSON_LINE_BYTES, BRB_CLI_EVENT_JSON_PADDING, -1);
	brb_cli_lines_begin(&lines, file);
	while ((outcome = brb_cli_lines_next(&lines, &line)) == BRB_CLI_LINES_LINE || outcome == BRB_CLI_LINES_LONG) {
		FUZZ_EXPECT(at < end);
		const char *feed = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((feed ? feed : end) - at);
		if (outcome == BRB_CLI_LINES_LINE) {
			if (line.size < length)
				FUZZ_EXPECT(line.size + 1 == length && at[line.size] == '\r');
			FUZZ_EXPECT(line.size <= length && memcmp(line.text, at, line.size) == 0);
			read_line(line.text, line.size, reader, memory);
		}
		at += length + (feed ? 1 : 0);
	}
	FUZZ_EXPECT(outcome == BRB_CLI_LINES_END && at == end);
	brb_cli_lines_finish(&lines);
	close(file);
	return 0;
}
