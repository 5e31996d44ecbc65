/*
 * cli/input/event_json and brabeion_event_read_json: one corpus, read by both. Both accept the same lines, with the
 * same values, and refuse the same lines, with the same message.
 */
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/input/event_json.h"

static brb_cli_event_json *reader;
static brb_arena arena;
static brabeion_event_memory *memory;
static brabeion_event event;
static char message[BRB_CLI_EVENT_JSON_MESSAGE_BYTES];

static void enter(void)
{
	reader = brb_cli_event_json_open();
	cr_assert_not_null(reader);
	cr_assert_eq(brabeion_event_memory_open(NULL, &memory, NULL), BRABEION_OK);
}

static void leave(void)
{
	brb_cli_event_json_close(reader);
	brb_arena_finish(&arena);
	brabeion_event_memory_close(memory);
}

TestSuite(event_json, .init = enter, .fini = leave);

static void expect_same_text(const char *a, const char *b)
{
	cr_assert_eq(!a, !b);
	cr_assert(!a || strcmp(a, b) == 0, "%s, and %s", a, b);
}

static void expect_same_field(const brabeion_field *a, const brabeion_field *b)
{
	expect_same_text(a->name, b->name);
	cr_assert_eq(a->type, b->type, "%s", a->name);
	switch (a->type) {
	case BRABEION_TYPE_NULL:
		return;
	case BRABEION_TYPE_INT:
		cr_assert_eq(a->value.integer, b->value.integer, "%s", a->name);
		return;
	case BRABEION_TYPE_REAL:
		cr_assert_eq(memcmp(&a->value.real, &b->value.real, sizeof(double)), 0, "%s: %a, and %a", a->name,
			     a->value.real, b->value.real);
		return;
	case BRABEION_TYPE_BOOL:
		cr_assert_eq(a->value.boolean, b->value.boolean, "%s", a->name);
		return;
	case BRABEION_TYPE_TEXT:
	case BRABEION_TYPE_JSON:
		expect_same_text(a->value.text, b->value.text);
	}
}

static void expect_same_event(const brabeion_event *a, const brabeion_event *b)
{
	expect_same_text(a->name, b->name);
	expect_same_text(a->user, b->user);
	expect_same_text(a->id, b->id);
	cr_assert_eq(a->has_at, b->has_at);
	cr_assert_eq(a->at_is_exact, b->at_is_exact);
	cr_assert_eq(a->at_us, b->at_us);
	cr_assert_eq(a->has_offset, b->has_offset);
	cr_assert_eq(a->offset_minutes, b->offset_minutes);
	cr_assert_eq(a->field_count, b->field_count);
	for (size_t i = 0; i < a->field_count; i++)
		expect_same_field(&a->fields[i], &b->fields[i]);
}

/* The library reads an exact-size copy, so that ASan detects an overrun. */
static void expect_library_to_agree(const char *line, size_t size, brb_cli_event_json_outcome outcome)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_event other = BRABEION_EVENT();
	char *exact = malloc(size ? size : 1);
	memcpy(exact, line, size);
	brabeion_status status = brabeion_event_read_json(exact, size, memory, &other, &error);
	free(exact);
	cr_assert_eq(status, outcome == BRB_CLI_EVENT_JSON_EVENT ? BRABEION_OK : BRABEION_INVALID,
		     "%.200s: %s, and %s", line, message, error.message);
	if (status == BRABEION_OK)
		expect_same_event(&event, &other);
	else
		cr_assert_str_eq(error.message, message, "%.200s", line);
	brabeion_error_finish(&error);
}

/* The line's block is exactly as long as the reader may read. */
static brb_cli_event_json_outcome read_bytes(const char *line, size_t size)
{
	char *padded = calloc(1, size + BRB_CLI_EVENT_JSON_PADDING);
	cr_assert_not_null(padded);
	memcpy(padded, line, size);
	memset(&event, 0, sizeof event);
	message[0] = '\0';
	brb_cli_event_json_outcome outcome = brb_cli_event_json_read(reader, padded, size, &arena, &event, message);
	expect_library_to_agree(line, size, outcome);
	free(padded);
	return outcome;
}

static void expect_event(const char *line)
{
	brb_cli_event_json_outcome outcome = read_bytes(line, strlen(line));
	cr_assert_eq(outcome, BRB_CLI_EVENT_JSON_EVENT, "%.200s: %s", line, message);
}

static void expect_bad(const char *line, const char *why)
{
	cr_assert_eq(read_bytes(line, strlen(line)), BRB_CLI_EVENT_JSON_BAD, "%.200s: taken", line);
	cr_assert_str_eq(message, why, "%.200s: %s", line, message);
}

/* A line with `before` repeated `count` times, then `middle`, then `after` repeated. The caller frees it. */
static char *repeat(const char *start, const char *before, size_t count, const char *middle, const char *after,
		    const char *end)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	cr_assert_not_null(stream);
	fputs(start, stream);
	for (size_t i = 0; i < count; i++)
		fputs(before, stream);
	fputs(middle, stream);
	for (size_t i = 0; i < count; i++)
		fputs(after, stream);
	fputs(end, stream);
	cr_assert_eq(fclose(stream), 0);
	return text;
}

Test(event_json, reads_the_keys_that_have_a_meaning)
{
	expect_event("{\"event\":\"comment\",\"user\":\"ada\",\"id\":\"c17\",\"at\":\"2014-01-21T20:26:05.383Z\"}");
	cr_expect_str_eq(event.name, "comment");
	cr_expect_str_eq(event.user, "ada");
	cr_expect_str_eq(event.id, "c17");
	cr_expect(event.has_at);
	cr_expect_eq(event.at_us, 1390335965383000);
	cr_expect_eq(event.field_count, 0);
}

Test(event_json, needs_only_event_and_user)
{
	expect_event(" { \"user\" : \"ada\" , \"event\" : \"comment\" } ");
	cr_expect_str_eq(event.name, "comment");
	cr_expect_str_eq(event.user, "ada");
	cr_expect_null(event.id);
	cr_expect_not(event.has_at);
}

Test(event_json, keeps_every_other_key_as_state_with_its_type)
{
	expect_event("{\"event\":\"e\",\"user\":\"u\",\"i\":-42,\"r\":1.5,\"t\":true,\"f\":false,\"s\":\"h\\u00e9\","
		     "\"n\":null,\"a\":[1, 2],\"o\":{ \"k\" : \"v\" }}");
	const brabeion_field *fields = event.fields;
	cr_assert_eq(event.field_count, 8);
	cr_expect_str_eq(fields[0].name, "i");
	cr_expect_eq(fields[0].type, BRABEION_TYPE_INT);
	cr_expect_eq(fields[0].value.integer, -42);
	cr_expect_eq(fields[1].type, BRABEION_TYPE_REAL);
	cr_expect_eq(fields[1].value.real, 1.5);
	cr_expect_eq(fields[2].type, BRABEION_TYPE_BOOL);
	cr_expect_eq(fields[2].value.boolean, true);
	cr_expect_eq(fields[3].type, BRABEION_TYPE_BOOL);
	cr_expect_eq(fields[3].value.boolean, false);
	cr_expect_eq(fields[4].type, BRABEION_TYPE_TEXT);
	cr_expect_str_eq(fields[4].value.text, "h\xC3\xA9");
	cr_expect_eq(fields[5].type, BRABEION_TYPE_NULL);
	cr_expect_eq(fields[6].type, BRABEION_TYPE_JSON);
	cr_expect_str_eq(fields[6].value.text, "[1,2]");
	cr_expect_eq(fields[7].type, BRABEION_TYPE_JSON);
	cr_expect_str_eq(fields[7].value.text, "{\"k\":\"v\"}");
}

Test(event_json, takes_integers_to_their_limits)
{
	expect_event("{\"event\":\"e\",\"user\":\"u\",\"most\":9223372036854775807,\"least\":-9223372036854775808}");
	cr_expect_eq(event.fields[0].value.integer, INT64_MAX);
	cr_expect_eq(event.fields[1].value.integer, INT64_MIN);
}

Test(event_json, writes_nested_values_without_spaces_and_with_their_escapes)
{
	expect_event("{\"event\":\"e\",\"user\":\"u\",\"x\":[ 1.0, 1e2, -0.5, 1e300, {}, [], \"\\\"\\\\\\/\\b\\u001f"
		     "\\u00e9\\n\", {\"a\\nb\": [null, true, false]}]}");
	cr_expect_str_eq(event.fields[0].value.text, "[1.0,100.0,-0.5,1e+300,{},[],\"\\\"\\\\/\\b\\u001f"
						     "\xC3\xA9\\n\",{\"a\\nb\":[null,true,false]}]");
}

Test(event_json, takes_integers_as_user_and_id)
{
	expect_event("{\"event\":\"e\",\"user\":-7,\"id\":9223372036854775807}");
	cr_expect_str_eq(event.user, "-7");
	cr_expect_str_eq(event.id, "9223372036854775807");
}

Test(event_json, takes_an_empty_id_and_null_for_none)
{
	expect_event("{\"event\":\"e\",\"user\":\"u\",\"id\":\"\"}");
	cr_expect_null(event.id);
	expect_event("{\"event\":\"e\",\"user\":\"u\",\"id\":null,\"at\":null}");
	cr_expect_null(event.id);
	cr_expect_not(event.has_at);
}

Test(event_json, takes_at_in_microseconds)
{
	static const int64_t numbers[] = { 1390335965383000, 100000000000000, 100000000000000000, -631152000000000,
					   -62167219200000000 };
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		char line[128];
		snprintf(line, sizeof line, "{\"event\":\"e\",\"user\":\"u\",\"at\":%lld}", (long long)numbers[i]);
		expect_event(line);
		cr_expect(event.has_at);
		cr_expect_not(event.at_is_exact);
		cr_expect_eq(event.at_us, numbers[i]);
	}
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"at\":-62167219200000001}",
		   "at: outside the years 0000 to 9999");
}

Test(event_json, names_the_unit_of_a_number_that_is_no_microseconds)
{
	expect_bad(
		"{\"event\":\"e\",\"user\":\"u\",\"at\":1390335965}",
		"at: 1390335965 is in seconds; expected microseconds since 1970 (1390335965000000) or a time such as "
		"2014-01-21T20:26:05Z");
	expect_bad(
		"{\"event\":\"e\",\"user\":\"u\",\"at\":1390335965383}",
		"at: 1390335965383 is in milliseconds; expected microseconds since 1970 (1390335965383000) or a time "
		"such as 2014-01-21T20:26:05Z");
	expect_bad(
		"{\"event\":\"e\",\"user\":\"u\",\"at\":1390335965383000123}",
		"at: 1390335965383000123 is in nanoseconds; expected microseconds since 1970 (1390335965383000) or a "
		"time such as 2014-01-21T20:26:05Z");
	expect_bad(
		"{\"event\":\"e\",\"user\":\"u\",\"at\":0}",
		"at: 0 is in seconds; expected microseconds since 1970 (0) or a time such as 2014-01-21T20:26:05Z");
	static const char *const edges[] = { "99999999999999",      "99999999999",        "-1",
					     "-99999999999999",     "100000000000000001", "9223372036854775807",
					     "-9223372036854775808" };
	for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
		char line[128];
		snprintf(line, sizeof line, "{\"event\":\"e\",\"user\":\"u\",\"at\":%s}", edges[i]);
		cr_expect_eq(read_bytes(line, strlen(line)), BRB_CLI_EVENT_JSON_BAD, "%s", edges[i]);
	}
}

Test(event_json, takes_a_text_of_any_time)
{
	expect_event("{\"event\":\"e\",\"user\":\"u\",\"at\":\"1970-01-01T00:00:01Z\"}");
	cr_expect_eq(event.at_us, 1000000);
	cr_expect(event.at_is_exact);
}

Test(event_json, keeps_the_offset_of_a_time)
{
	static const struct {
		const char *at;
		bool known;
		int32_t minutes;
	} cases[] = { { "\"2026-07-01T09:00:00+02:00\"", true, 120 },
		      { "\"2026-07-01T09:00:00.5-03:30\"", true, -210 },
		      { "\"2026-07-01T09:00:00+00:00\"", true, 0 },
		      { "\"2026-07-01T09:00:00-00:00\"", false, 0 }, /* not known: RFC 3339, 4.3 */
		      { "\"2026-07-01T09:00:00Z\"", false, 0 },
		      { "1782896400000000", false, 0 } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char line[128];
		snprintf(line, sizeof line, "{\"event\":\"e\",\"user\":\"u\",\"at\":%s}", cases[i].at);
		expect_event(line);
		cr_expect_eq(event.has_offset, cases[i].known, "%s", cases[i].at);
		cr_expect_eq(event.offset_minutes, cases[i].minutes, "%s", cases[i].at);
	}
}

Test(event_json, lets_the_last_of_a_key_count)
{
	expect_event("{\"event\":5,\"user\":1.5,\"id\":\"x\",\"event\":\"e\",\"user\":\"u\",\"id\":\"y\"}");
	cr_expect_str_eq(event.name, "e");
	cr_expect_str_eq(event.user, "u");
	cr_expect_str_eq(event.id, "y");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"user\":\"\"}", "user: empty");
	expect_event("{\"event\":\"\\u0000\",\"event\":\"e\",\"user\":\"u\",\"at\":true,\"at\":1390335965383000}");
	cr_expect_eq(event.at_us, 1390335965383000);
	expect_bad("{\"event\":\"e\",\"user\":[],\"user\":\"u\"}",
		   "user: expected a text or an integer, not an array");
	expect_bad("{\"event\":{},\"event\":\"e\",\"user\":\"u\"}", "event: expected a text, not an object");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"id\":9223372036854775808,\"id\":1}", "id: number out of range");
}

Test(event_json, keeps_fields_in_order_so_that_the_last_counts)
{
	expect_event("{\"event\":\"e\",\"user\":\"u\",\"p\":1,\"p\":2}");
	cr_assert_eq(event.field_count, 2);
	cr_expect_eq(event.fields[0].value.integer, 1);
	cr_expect_eq(event.fields[1].value.integer, 2);
}

Test(event_json, does_not_take_an_escaped_key_for_another)
{
	expect_event("{\"\\u0065vent\":\"e\",\"us\\u0065r\":\"u\"}");
	cr_expect_str_eq(event.name, "e");
	expect_bad("{\"Event\":\"e\",\"user\":\"u\"}", "no \"event\"");
}

Test(event_json, refuses_what_is_no_event)
{
	expect_bad("{}", "no \"event\"");
	expect_bad("{\"event\":\"e\"}", "no \"user\"");
	expect_bad("{\"event\":\"\",\"user\":\"u\"}", "event: empty");
	expect_bad("{\"event\":\"e\",\"user\":\"\"}", "user: empty");
	expect_bad("{\"event\":7,\"user\":\"u\"}", "event: expected a text, not an integer");
	expect_bad("{\"event\":\"e\",\"user\":1.0}",
		   "user: expected a text or an integer, not a number with a fraction or exponent");
	expect_bad("{\"event\":\"e\",\"user\":false}", "user: expected a text or an integer, not true or false");
	expect_bad("{\"event\":\"e\",\"user\":null}", "user: expected a text or an integer, not null");
	expect_bad("{\"event\":\"e\",\"user\":[]}", "user: expected a text or an integer, not an array");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"id\":{}}", "id: expected a text or an integer, not an object");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"at\":\"yesterday\"}",
		   "at: expected a time such as 2014-01-21T20:26:05Z, not \"yesterday\"");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"at\":1.5}",
		   "at: expected RFC 3339 text or integer microseconds, not a number with a fraction or exponent");
	expect_bad("[]", "expected a JSON object at byte 1");
	expect_bad("\"e\"", "expected a JSON object at byte 1");
}

Test(event_json, refuses_what_is_not_json)
{
	expect_bad("nonsense", "expected a JSON object at byte 1");
	expect_bad("{\"event\":\"e\",\"user\":\"u\"} x", "something behind the JSON object at byte 26");
	expect_bad("{\"event\":\"e\",\"user\":\"u\"}{}", "something behind the JSON object at byte 25");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",}", "expected a key in quotes at byte 25");
	expect_bad("{\"event\":\"e\" \"user\":\"u\"}", "expected , or } at byte 14");
	expect_bad("{\"event\" \"e\"}", "expected : after a key at byte 10");
	expect_bad("{\"event\":}", "expected a value at byte 10");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":[1 2]}", "expected , or ] at byte 32");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":[1,]}", "expected a value at byte 32");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":{\"a\":1,}}", "expected a key in quotes at byte 36");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":{\"a\":1]}", "expected , or } at byte 35");
	expect_bad("{\"event\":\"e\",\"user\":tru}", "a word that is none of true, false and null at byte 21");
	expect_bad("{\"event\":\"e\",\"user\":True}", "a word that is none of true, false and null at byte 21");
	expect_bad("{\"event\":\"e\",\"user\":\"u", "a text is not closed with \" at byte 21");
	expect_bad("{\"event\":\"e\",\"user\":\"a\tb\"}",
		   "a control character in a text must be written as an escape at byte 23");
	expect_bad("{\"event\":\"e\",\"user\":\"\\x\"}",
		   "a malformed escape in a text, or a surrogate without its other half at byte 22");
	expect_bad("{\"event\":\"e\",\"user\":\"\\u12\"}",
		   "a malformed escape in a text, or a surrogate without its other half at byte 22");
	expect_bad("", "no JSON object");
	expect_bad(" \r\t ", "no JSON object");
	expect_bad("{", "expected a key in quotes at byte 2");
	expect_bad("{'event':1}", "expected a key in quotes at byte 2");
	expect_bad("\xEF\xBB\xBF{\"event\":\"e\",\"user\":\"u\"}", "expected a JSON object at byte 1");
}

Test(event_json, refuses_broken_utf8_and_lone_surrogates)
{
	const char *surrogate = "a malformed escape in a text, or a surrogate without its other half at byte 22";
	expect_bad("{\"event\":\"e\",\"user\":\"\xFF\"}", "not valid UTF-8 at byte 22");
	expect_bad("{\"event\":\"e\",\"user\":\"\xC0\x80\"}", "not valid UTF-8 at byte 22");
	expect_bad("{\"event\":\"e\",\"user\":\"\xED\xA0\x80\"}", "not valid UTF-8 at byte 22");
	expect_bad("{\"event\":\"e\",\"user\":\"\xE2\x82\"}", "not valid UTF-8 at byte 22");
	expect_bad("{\"event\":\"e\",\"user\":\"\xF4\x90\x80\x80\"}", "not valid UTF-8 at byte 22");
	expect_bad("{\"event\":\"e\",\"user\":\"u\"} \x80", "not valid UTF-8 at byte 26");
	expect_bad("{\"event\":\"e\",\"user\":\"\\ud800\"}", surrogate);
	expect_bad("{\"event\":\"e\",\"user\":\"\\udc00\\ud800\"}", surrogate);
	expect_bad("{\"event\":\"e\",\"user\":\"\\ud800\\u0041\"}", surrogate);
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":[\"\\ud800\"]}",
		   "x: a malformed escape in a text, or a surrogate without its other half");
	expect_event("{\"event\":\"e\",\"user\":\"\\ud83d\\ude00\"}");
	cr_expect_str_eq(event.user, "\xF0\x9F\x98\x80");
}

Test(event_json, quotes_on_one_line)
{
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"at\":\"x\\nlog:7: y\"}",
		   "at: expected a time such as 2014-01-21T20:26:05Z, not \"x\\x0alog:7: y\"");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"a\\nb\":1e999}", "a\\x0ab: number out of range");
}

Test(event_json, refuses_nul_everywhere)
{
	expect_bad("{\"event\":\"e\\u0000\",\"user\":\"u\"}", "event: NUL (\\u0000) in a text");
	expect_bad("{\"event\":\"e\",\"user\":\"\\u0000\"}", "user: NUL (\\u0000) in a text");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"id\":\"a\\u0000b\"}", "id: NUL (\\u0000) in a text");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"s\":\"\\u0000\"}", "s: NUL (\\u0000) in a text");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"s\\u0000\":1}", "NUL (\\u0000) in a key");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"s\":[{\"k\\u0000\":1}]}", "s: NUL (\\u0000) in a text");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"s\":[\"\\u0000\"]}", "s: NUL (\\u0000) in a text");
	const char raw[] = "{\"event\":\"e\",\"user\":\"u\0\"}";
	cr_expect_eq(read_bytes(raw, sizeof raw - 1), BRB_CLI_EVENT_JSON_BAD);
	cr_expect_str_eq(message, "a control character in a text must be written as an escape at byte 23");
	const char behind[] = "{\"event\":\"e\",\"user\":\"u\"}\0";
	cr_expect_eq(read_bytes(behind, sizeof behind - 1), BRB_CLI_EVENT_JSON_BAD);
	cr_expect_str_eq(message, "something behind the JSON object at byte 25");
	const char between[] = "{\"event\":\"e\",\0\"user\":\"u\"}";
	cr_expect_eq(read_bytes(between, sizeof between - 1), BRB_CLI_EVENT_JSON_BAD);
	cr_expect_str_eq(message, "expected a key in quotes at byte 14");
}

Test(event_json, reports_numbers_out_of_range_and_malformed_ones)
{
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":9223372036854775808}", "x: number out of range");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":[18446744073709551615]}", "x: number out of range");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":18446744073709551616}", "x: number out of range");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":-9223372036854775809}", "x: number out of range");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":1e999}", "x: number out of range");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":[{\"y\":-1e309}]}", "x: number out of range");
	expect_bad("{\"event\":9223372036854775808,\"user\":\"u\"}",
		   "event: expected a text, not a number out of range");
	expect_bad("{\"event\":\"e\",\"user\":9223372036854775808}", "user: number out of range");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"id\":18446744073709551615}", "id: number out of range");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"at\":9223372036854775808}", "at: number out of range");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"at\":1e999}", "at: number out of range");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":01}", "a malformed number at byte 29");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":-01}", "a malformed number at byte 29");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":1.}", "a malformed number at byte 29");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":1.e5}", "a malformed number at byte 29");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":1e}", "a malformed number at byte 29");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":1e+}", "a malformed number at byte 29");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":0x10}", "a malformed number at byte 29");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":[1,2-3]}", "a malformed number at byte 32");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":.5}", "expected a value at byte 29");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":+5}", "expected a value at byte 29");
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"x\":NaN}",
		   "a word that is none of true, false and null at byte 29");
	expect_bad("{\"event\":\"e\",\"user\":\"u 1.\",\"x\":-}", "a malformed number at byte 32");
	expect_bad("{\"event\":\"e\",\"user\":\"u 1.\",\"x\":1e999}", "x: number out of range");
}

/* Values at every edge, each compared bit for bit between the two readers. */
Test(event_json, takes_numbers_at_every_edge)
{
	static const char *const numbers[] = { "0",
					       "-0",
					       "-0.0",
					       "1E2",
					       "0.1",
					       "0.5e+1",
					       "1e-400",
					       "4.9e-324",
					       "2.4703282292062327e-324",
					       "2.4703282292062328e-324",
					       "2.2250738585072011e-308",
					       "2.2250738585072014e-308",
					       "1.7976931348623157e308",
					       "1.7976931348623158e308",
					       "9007199254740993.0",
					       "9007199254740992.99999999999999999999",
					       "123456789012345678901234567890.5",
					       "0.000000000000000000000000000000000000000001",
					       "8.41e21",
					       "9223372036854775807.0" };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		char line[200];
		snprintf(line, sizeof line, "{\"event\":\"e\",\"user\":\"u\",\"x\":%s,\"y\":[%s, %s]}", numbers[i],
			 numbers[i], numbers[i]);
		expect_event(line);
	}
	uint64_t bits = 88172645463325252u;
	for (int i = 0; i < 2000; i++) {
		char line[200];
		double real;
		bits ^= bits << 13; /* Marsaglia's xorshift */
		bits ^= bits >> 7;
		bits ^= bits << 17;
		memcpy(&real, &bits, sizeof real);
		if (!isfinite(real))
			continue;
		snprintf(line, sizeof line, "{\"event\":\"e\",\"user\":\"u\",\"x\":%.17e,\"y\":[%.15g]}", real, real);
		expect_event(line);
	}
}

static void expect_depth(size_t arrays, const char *middle, const char *why)
{
	char *deep = repeat("{\"event\":\"e\",\"user\":\"u\",\"x\":", "[", arrays, middle, "]", "}");
	if (why)
		expect_bad(deep, why);
	else
		expect_event(deep);
	free(deep);
}

Test(event_json, bounds_the_nesting)
{
	expect_depth(63, "", NULL);
	cr_expect_eq(strlen(event.fields[0].value.text), 126);
	expect_depth(63, "1", NULL);
	expect_depth(64, "", "nested deeper than 64 levels at byte 92");
	expect_depth(64, "1", "nested deeper than 64 levels at byte 92");
	expect_depth(65, "", "nested deeper than 64 levels at byte 92");
	expect_depth(500000, "", "nested deeper than 64 levels at byte 92");
	expect_depth(500000, "1", "nested deeper than 64 levels at byte 92");
}

Test(event_json, bounds_the_number_of_keys)
{
	char *many = repeat("{\"event\":\"e\",\"user\":\"u\"", ",\"k\":1", 256, "", "", "}");
	expect_event(many);
	cr_expect_eq(event.field_count, 256);
	free(many);
	many = repeat("{\"event\":\"e\",\"user\":\"u\"", ",\"k\":1", 257, "", "", "}");
	expect_bad(many, "more than 256 keys of state");
	free(many);
}

Test(event_json, bounds_names)
{
	char *line = repeat("{\"event\":\"e\",\"user\":\"", "u", 255, "", "", "\"}");
	expect_event(line);
	free(line);
	line = repeat("{\"event\":\"e\",\"user\":\"", "u", 256, "", "", "\"}");
	expect_bad(line, "user: longer than 255 bytes");
	free(line);
	line = repeat("{\"user\":\"u\",\"event\":\"", "e", 101, "", "", "\"}");
	expect_bad(line, "event: longer than 100 bytes");
	free(line);
	line = repeat("{\"user\":\"u\",\"event\":\"e\",\"", "k", 100, "\":1", "", "}");
	expect_event(line);
	free(line);
	line = repeat("{\"user\":\"u\",\"event\":\"e\",\"", "k", 101, "\":1", "", "}");
	expect_bad(line, "a key longer than 100 bytes: "
			 "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...");
	free(line);
	expect_bad("{\"event\":\"e\",\"user\":\"u\",\"\":1}", "an empty key");
}

Test(event_json, a_whole_number_is_an_integer_however_it_is_written)
{
	expect_event(
		"{\"event\":\"e\",\"user\":\"u\",\"a\":60.0,\"b\":6e1,\"c\":-0.0,\"d\":1e15,\"e\":1e19,\"f\":60.5}");
	static const int64_t whole[] = { 60, 60, 0, 1000000000000000 };
	cr_assert_eq(event.field_count, 6);
	for (size_t i = 0; i < 4; i++) {
		cr_expect_eq(event.fields[i].type, BRABEION_TYPE_INT, "%s", event.fields[i].name);
		cr_expect_eq(event.fields[i].value.integer, whole[i], "%s", event.fields[i].name);
	}
	cr_expect_eq(event.fields[4].type, BRABEION_TYPE_REAL);
	cr_expect_eq(event.fields[4].value.real, 1e19);
	cr_expect_eq(event.fields[5].type, BRABEION_TYPE_REAL);
}

Test(event_json, takes_a_line_of_the_largest_size_and_small_ones_after_it)
{
	size_t around = strlen("{\"event\":\"e\",\"user\":\"u\",\"x\":\"\"}");
	char *line = repeat("{\"event\":\"e\",\"user\":\"u\",\"x\":\"", "x", 1024 * 1024 - around, "\"", "", "}");
	cr_assert_eq(strlen(line), 1024 * 1024);
	expect_event(line);
	cr_expect_eq(strlen(event.fields[0].value.text), 1024 * 1024 - around);
	free(line);
	expect_event("{\"event\":\"e\",\"user\":\"u\",\"x\":[[]]}");
	cr_expect_str_eq(event.fields[0].value.text, "[[]]");
}

Test(event_json, writes_a_line_full_of_reals)
{
	char *line = repeat("{\"event\":\"e\",\"user\":\"u\",\"x\":[", "9e4,1e9,", 100000, "1e0", "", "]}");
	expect_event(line);
	const char *text = event.fields[0].value.text;
	cr_expect_eq(strncmp(text, "[90000.0,1000000000.0,90000.0,", 30), 0, "%.30s", text);
	cr_expect_eq(strlen(text), 1 + 100000 * strlen("90000.0,1000000000.0,") + strlen("1.0]"));
	free(line);
}

/* Each byte, in turn, of a line with all features: left out, doubled and replaced. */
Test(event_json, readers_agree_on_damaged_lines)
{
	static const char line[] =
		"{\"event\":\"e\",\"user\":12,\"id\":\"\\u00e9\\n\",\"at\":\"2014-01-21T20:26:05Z\","
		"\"x\":[1.5e2,{\"\\ud83d\\ude00\":-0,\"k\":[]},true,null],\"t\":\"\xC3\xA9\"}";
	static const char bytes[] = "\0\t\n \"\\,:[]{}+-.0159eEux/tn\x7f\x80\xC3\xED\xF0\xFF";
	char damaged[sizeof line + 1];
	size_t length = sizeof line - 1;
	expect_event(line);
	for (size_t at = 0; at < length; at++) {
		memcpy(damaged, line, at);
		memcpy(damaged + at, line + at + 1, length - at - 1);
		read_bytes(damaged, length - 1);
		memcpy(damaged + at + 1, line + at, length - at);
		damaged[at] = line[at];
		read_bytes(damaged, length + 1);
		memcpy(damaged, line, length);
		for (size_t i = 0; i < sizeof bytes - 1; i++) {
			damaged[at] = bytes[i];
			read_bytes(damaged, length);
		}
	}
}
