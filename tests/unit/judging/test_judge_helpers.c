/*
 * judge, helpers: what badge.h gives to award, observe and freeze: the event, its state, memory with its bounds, held
 * awards, the log.
 */
#include "support/judge_fixture.h"

/* The badge "badge" of the plugin "p" runs the test's function. */
static int32_t (*script)(badge_call *call);

static int32_t play(void *self, badge_call *call)
{
	(void)self;
	return script(call);
}

static void open_helpers_room(void)
{
	open_judge_fixture();
	new_badge(new_plugin("p"), "badge", 3, "visit", play);
}

TestSuite(judge_helpers, .init = open_helpers_room, .fini = close_judge_fixture);

/* Judges an event with these fields. */
static void play_with(int32_t (*what)(badge_call *call), const brabeion_field *fields, size_t count)
{
	script = what;
	fire_event(&(brabeion_event){ .name = "visit", .user = "ada", .fields = fields, .field_count = count });
}

static void play_it(int32_t (*what)(badge_call *call))
{
	play_with(what, NULL, 0);
}

/* Expects a failure with this message. */
static void expect_failing(int32_t (*what)(badge_call *call), const char *message)
{
	char line[1024];
	snprintf(line, sizeof line, "badge \"badge\" failed on event \"visit\" of user \"ada\": %s", message);
	play_it(what);
	EXPECT_FAILED(1, line);
	cr_expect_eq(result.award_count, 0);
}

/* ---- the event --------------------------------------------------------------------------------------------------- */

static int32_t tell_event(badge_call *call)
{
	char text[256];
	snprintf(text, sizeof text, "slug=%s event=%s user=%s id='%s' is=%d,%d", badge_slug(call), badge_event(call),
		 badge_user(call), badge_event_id(call), badge_event_is(call, "visit"), badge_event_is(call, "vote"));
	note_trace(text);
	return 0;
}

static int32_t observe_event(void *self, badge_call *call)
{
	(void)self;
	return tell_event(call);
}

Test(judge_helpers, the_event)
{
	script = tell_event;
	fire_id("visit", "ada", "e1");
	cr_expect_str_eq(trace, "slug=badge event=visit user=ada id='e1' is=1,0 ");
	trace[0] = '\0';
	fire("visit", "bob");
	cr_expect_str_eq(trace, "slug=badge event=visit user=bob id='' is=1,0 ");
}

Test(judge_helpers, one_definition_under_many_slugs_knows_which_it_is)
{
	new_badge(&plugins[0], "other", 1, "visit", play);
	play_it(tell_event);
	cr_expect_str_eq(trace, "slug=badge event=visit user=ada id='' is=1,0 "
				"slug=other event=visit user=ada id='' is=1,0 ");
}

Test(judge_helpers, in_observe_the_slug_is_the_plugins_id)
{
	watch(new_plugin("watcher"), "watched", observe_event);
	fire("watched", "ada");
	cr_expect_str_eq(trace, "slug=watcher event=watched user=ada id='' is=0,0 ");
}

static int32_t tell_time(badge_call *call)
{
	char text[64];
	snprintf(text, sizeof text, "%lld %lld", (long long)badge_at(call), (long long)badge_at(call));
	note_trace(text);
	return 1;
}

Test(judge_helpers, the_time_is_the_events)
{
	script = tell_time;
	fire_event(&(brabeion_event){
		.name = "visit", .user = "ada", .has_at = true, .at_is_exact = true, .at_us = -77 });
	cr_expect_str_eq(trace, "-77 -77 ");
	cr_expect_eq(result.awards[0].at_us, -77);
	cr_expect_eq(result.awards[0].stored_us, NOW_US);
	cr_expect_eq(clock_reads, 1, "when it was stored");
	fire_event(&(brabeion_event){ .name = "visit", .user = "bob", .has_at = true, .at_us = 0 });
	cr_expect_eq(result.awards[0].at_us, 0, "also the first instant of 1970");
}

Test(judge_helpers, without_one_it_is_now_and_stays_so_for_the_event)
{
	play_it(tell_time);
	cr_expect_str_eq(trace, "1700000000 1700000000 ");
	cr_expect_eq(result.awards[0].at_us, NOW_US);
	cr_expect_eq(clock_reads, 1);
}

/* ---- state ------------------------------------------------------------------------------------------------------- */

static int32_t tell_state(badge_call *call)
{
	static const char *const names[] = { "i", "w", "r", "b", "t", "j", "n", "none" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char text[256];
		snprintf(text, sizeof text, "%s:%u,%lld,%g,%d,%s", names[i], badge_type(call, names[i]),
			 (long long)badge_int(call, names[i], -1), badge_real(call, names[i], -1.0),
			 badge_bool(call, names[i], -1), badge_text(call, names[i], "-1"));
		note_trace(text);
	}
	return 0;
}

Test(judge_helpers, state_by_name_and_type_each_with_a_default)
{
	brabeion_field fields[] = { BRABEION_INT("i", 7),
				    BRABEION_REAL("w", 8.0),
				    BRABEION_REAL("r", 2.5),
				    BRABEION_BOOL("b", true),
				    BRABEION_TEXT("t", "12"),
				    BRABEION_JSON("j", "[1,2]"),
				    { .name = "n", .type = BRABEION_TYPE_NULL } };
	play_with(tell_state, fields, sizeof fields / sizeof fields[0]);
	cr_expect_str_eq(trace, "i:1,7,7,-1,7 w:1,8,8,-1,8 r:2,-1,2.5,-1,2.5 b:3,-1,-1,1,true t:4,-1,-1,-1,12 "
				"j:5,-1,-1,-1,[1,2] n:0,-1,-1,-1,-1 none:0,-1,-1,-1,-1 ");
	cr_expect_eq(result.failed, 0);
}

static int32_t read_number(badge_call *call)
{
	return (int32_t)badge_int(call, "a", 1);
}

static int32_t read_real(badge_call *call)
{
	return (int32_t)badge_real(call, "a", 1.0);
}

static int32_t read_truth(badge_call *call)
{
	return badge_bool(call, "a", 1);
}

static void expect_refused(int32_t (*read)(badge_call *call), brabeion_field field, const char *why)
{
	play_with(read, &field, 1);
	cr_expect_eq(result.refused, 1, "%s", why);
	cr_expect_eq(result.failed, 0, "%s", why);
	cr_expect_eq(result.award_count, 0, "%s", why);
	cr_assert_eq(result.failure_count, 1, "%s", why);
	cr_expect_str_eq(result.failures[0].message, why);
}

Test(judge_helpers, a_field_of_another_kind_refuses_the_event)
{
	expect_refused(read_number, BRABEION_REAL("a", 9.99), "field \"a\" must be a whole number, not 9.99");
	expect_refused(read_number, BRABEION_TEXT("a", "75"),
		       "field \"a\" must be a whole number, not the text \"75\"");
	expect_refused(read_number, BRABEION_REAL("a", 1e19), "field \"a\" must be a whole number, not 1e+19");
	expect_refused(read_number, BRABEION_BOOL("a", true), "field \"a\" must be a whole number, not true");
	expect_refused(read_real, BRABEION_JSON("a", "[1]"), "field \"a\" must be a number, not an array");
	expect_refused(read_real, BRABEION_JSON("a", "{}"), "field \"a\" must be a number, not an object");
	expect_refused(read_truth, BRABEION_INT("a", 1), "field \"a\" must be true or false, not 1");
}

Test(judge_helpers, a_field_that_is_missing_refuses_nothing)
{
	static int32_t (*const reads[])(badge_call * call) = { read_number, read_real, read_truth };
	for (size_t i = 0; i < 3; i++) {
		play_with(reads[i], &(brabeion_field){ .name = "a", .type = BRABEION_TYPE_NULL }, 1);
		cr_expect_eq(result.refused, 0);
		cr_expect_eq(result.failure_count, 0);
	}
}

Test(judge_helpers, of_two_fields_of_one_name_the_last_counts)
{
	brabeion_field fields[] = { BRABEION_INT("i", 7), BRABEION_INT("i", 8) };
	play_with(tell_state, fields, 2);
	cr_expect_eq(strncmp(trace, "i:1,8,8,-1,8 ", 13), 0, "%s", trace);
}

static int32_t keep_texts(badge_call *call)
{
	const char *first = badge_text(call, "a", ""), *second = badge_text(call, "b", "");
	for (int i = 0; i < 1000; i++)
		badge_text(call, "a", "");
	note_trace(first);
	note_trace(second);
	return 0;
}

Test(judge_helpers, a_number_as_text_is_valid_until_the_call_returns)
{
	brabeion_field fields[] = { BRABEION_INT("a", 123456789), BRABEION_REAL("b", 0.5) };
	play_with(keep_texts, fields, 2);
	cr_expect_str_eq(trace, "123456789 0.5 ");
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static int32_t use_tallies(badge_call *call)
{
	cr_expect_eq(thing_tally(call, "t", "s"), 0);
	cr_expect_eq(thing_add(call, "t", "s", 5), 5);
	cr_expect_eq(thing_add(call, "t", "s", -7), -2);
	cr_expect_eq(thing_tally(call, "t", "s"), -2);
	cr_expect_eq(thing_tally(call, "t", ""), 0);
	cr_expect_eq(thing_set(call, "t", "", INT64_MAX), BADGE_OK);
	cr_expect_eq(thing_add(call, "t", "", 0), INT64_MAX);
	cr_expect_eq(thing_set(call, "t", "", INT64_MIN), BADGE_OK);
	cr_expect_eq(thing_tally(call, "t", ""), INT64_MIN);
	cr_expect_eq(thing_add(call, "t", "", INT64_MAX), -1);
	return 1;
}

Test(judge_helpers, tallies)
{
	play_it(use_tallies);
	EXPECT_AWARDED("badge:1:ada: ");
	cr_expect_eq(stored_tally("t", "s"), -2);
	cr_expect_eq(stored_tally("t", ""), -1);
}

static int32_t use_notes(badge_call *call)
{
	cr_expect_null(thing_note(call, "word", "s"));
	cr_expect_eq(thing_note_set(call, "word", "s", "first"), BADGE_OK);
	const char *first = thing_note(call, "word", "s");
	cr_expect_eq(thing_note_set(call, "word", "s", "second"), BADGE_OK);
	cr_expect_eq(thing_note_set(call, "word", "s", NULL), BADGE_OK);
	cr_expect_str_eq(first, "first");
	cr_expect_null(thing_note(call, "word", "s"));
	cr_expect_eq(thing_note_set(call, "word", "s", ""), BADGE_OK);
	cr_expect_str_eq(thing_note(call, "word", "s"), "");
	cr_expect_null(thing_note(call, "word", "other"));
	return 1;
}

Test(judge_helpers, notes)
{
	play_it(use_notes);
	EXPECT_AWARDED("badge:1:ada: ");
	cr_expect_str_eq(stored_note("word", "s"), "");
}

static int32_t overflow(badge_call *call)
{
	thing_set(call, "t", "s", INT64_MAX - 1);
	cr_expect_eq(thing_add(call, "t", "s", 1), INT64_MAX);
	cr_expect_eq(thing_add(call, "t", "s", 1), INT64_MAX, "changes nothing");
	return 1;
}

static int32_t underflow(badge_call *call)
{
	thing_set(call, "t", "s", INT64_MIN);
	thing_add(call, "t", "s", -1);
	return 1;
}

static void expect_refusing(int32_t (*what)(badge_call *call), const char *message)
{
	char line[1024];
	snprintf(line, sizeof line, "badge \"badge\" refused event \"visit\" of user \"ada\": %s", message);
	play_it(what);
	cr_expect_eq(result.refused, 1);
	cr_expect_eq(result.failed, 0);
	cr_expect_str_eq(result.message ? result.message : "(none)", line);
	cr_expect_eq(result.award_count, 0);
}

Test(judge_helpers, a_tally_beyond_64_bits_refuses_the_event)
{
	expect_refusing(overflow, "the tally \"t\" of \"s\" would grow beyond 64 bits");
	expect_refusing(underflow, "the tally \"t\" of \"s\" would grow beyond 64 bits");
	cr_expect_eq(stored_tally("t", "s"), 0);
}

/* Names and texts of a length, from one buffer. */
static char buffer[70000];

static const char *of_length(size_t length)
{
	memset(buffer, 'x', length);
	buffer[length] = '\0';
	return buffer;
}

static int32_t use_the_longest(badge_call *call)
{
	cr_expect_eq(thing_set(call, of_length(100), "", 1), BADGE_OK);
	cr_expect_eq(thing_set(call, "t", of_length(255), 2), BADGE_OK);
	cr_expect_eq(thing_note_set(call, "word", "", of_length(65536)), BADGE_OK);
	cr_expect_eq(strlen(thing_note(call, "word", "")), 65536);
	cr_expect_eq(thing_set(call, "caf\xc3\xa9", "\xf0\x9f\x8f\x85", 3), BADGE_OK);
	return 1;
}

Test(judge_helpers, names_owners_and_notes_as_long_as_they_may_be)
{
	play_it(use_the_longest);
	EXPECT_AWARDED("badge:1:ada: ");
	cr_expect_eq(strlen(stored_note("word", "")), 65536);
	cr_expect_eq(stored_tally(of_length(100), ""), 1);
	cr_expect_eq(stored_tally("t", of_length(255)), 2);
	cr_expect_eq(stored_tally("caf\xc3\xa9", "\xf0\x9f\x8f\x85"), 3);
}

#define TOO_LONG " is longer than its bound or not UTF-8 (see brabeion/badge.h)"

/* Each makes an invalid call, which returns the default; the badge would return 1. */
#define WRONG(name, call_, default_)                   \
	static int32_t name(badge_call *call)          \
	{                                              \
		cr_expect_eq(call_, default_, #call_); \
		return 1;                              \
	}

WRONG(name_too_long, thing_tally(call, of_length(101), ""), 0)
WRONG(name_empty, thing_add(call, "", "", 1), 0)
WRONG(name_null, thing_set(call, NULL, "", 1), BADGE_FAILED)
WRONG(name_not_utf8, thing_note(call, "n\xff", ""), NULL)
WRONG(owner_too_long, thing_add(call, "t", of_length(256), 1), 0)
WRONG(owner_null, thing_note(call, "word", NULL), NULL)
WRONG(owner_not_utf8, thing_note_set(call, "word", "\x80", "x"), BADGE_FAILED)
WRONG(note_too_long, thing_note_set(call, "word", "", of_length(65537)), BADGE_FAILED)
WRONG(note_not_utf8, thing_note_set(call, "word", "", "\xed\xa0\x80"), BADGE_FAILED)
WRONG(held_of_nobody, badge_held(call, "", "badge"), 0)
WRONG(held_of_nothing, badge_held(call, NULL, NULL), 0)
WRONG(held_count_too_long, badge_held_count(call, NULL, of_length(101)), 0)
WRONG(held_user_too_long, badge_held_count(call, of_length(256), "badge"), 0)

Test(judge_helpers, names_owners_and_notes_out_of_bounds_fail_the_badge)
{
	expect_failing(name_too_long, "the name of memory" TOO_LONG);
	expect_failing(name_empty, "the name of memory is empty");
	expect_failing(name_null, "the name of memory is NULL");
	expect_failing(name_not_utf8, "the name of memory" TOO_LONG);
	expect_failing(owner_too_long, "the owner of memory" TOO_LONG);
	expect_failing(owner_null, "memory \"word\" is of things: name the thing that is its owner");
	expect_failing(owner_not_utf8, "the owner of memory" TOO_LONG);
	expect_failing(note_too_long, "the text of a note" TOO_LONG);
	expect_failing(note_not_utf8, "the text of a note" TOO_LONG);
	expect_failing(held_of_nobody, "the user is empty");
	expect_failing(held_of_nothing, "the slug is NULL");
	expect_failing(held_count_too_long, "the slug" TOO_LONG);
	expect_failing(held_user_too_long, "the user" TOO_LONG);
	cr_expect_str_eq(stored_note("word", ""), "(none)");
	cr_expect_eq(stored_awards(), 0);
}

static int32_t go_on_after_failing(badge_call *call)
{
	thing_set(call, "t", "", 5);
	badge_fail(call, "enough");
	cr_expect_eq(thing_tally(call, "t", ""), 0);
	cr_expect_eq(thing_add(call, "t", "", 1), 0);
	cr_expect_eq(thing_set(call, "t", "", 1), BADGE_FAILED);
	cr_expect_null(thing_note(call, "word", ""));
	cr_expect_eq(thing_note_set(call, "word", "", "x"), BADGE_FAILED);
	cr_expect_eq(badge_held(call, NULL, "badge"), 0);
	cr_expect_eq(badge_to(call, "bob"), BADGE_FAILED);
	cr_expect_eq(badge_grant(call, "badge", 1, NULL, NULL), BADGE_FAILED);
	cr_expect_str_eq(badge_user(call), "ada", "the event is still there");
	return 1;
}

Test(judge_helpers, after_failing_helpers_answer_defaults)
{
	expect_failing(go_on_after_failing, "enough");
	cr_expect_str_eq(stored_note("word", ""), "(none)");
	cr_expect_eq(stored_tally("t", ""), 0);
}

/* ---- held -------------------------------------------------------------------------------------------------------- */

static int32_t tell_held(badge_call *call)
{
	char text[128];
	snprintf(text, sizeof text, "%d/%d %d/%d %d/%d", badge_held(call, NULL, "badge"),
		 (int)badge_held_count(call, NULL, "badge"), badge_held(call, "bob", "badge"),
		 (int)badge_held_count(call, "bob", "badge"), badge_held(call, NULL, "unknown"),
		 (int)badge_held_count(call, NULL, "unknown"));
	note_trace(text);
	return (int32_t)badge_int(call, "level", 0);
}

Test(judge_helpers, held_awards_of_any_user_and_badge)
{
	for (int level = 2; level >= 0; level--) {
		brabeion_field field = BRABEION_INT("level", level);
		play_with(tell_held, &field, 1);
	}
	script = tell_held;
	fire("visit", "bob");
	cr_expect_str_eq(trace, "0/0 0/0 0/0 2/1 0/0 0/0 2/2 0/0 0/0 0/0 0/0 0/0 ");
}

/* ---- the log ----------------------------------------------------------------------------------------------------- */

static int32_t write_log(badge_call *call)
{
	badge_log(call, BADGE_LOG_ERROR, "%d bottles", 99);
	badge_log(call, BADGE_LOG_WARNING, "two\nlines");
	badge_log(call, BADGE_LOG_INFO, "%s", "info");
	badge_log(call, BADGE_LOG_DEBUG, "%s", "debug");
	badge_log(call, 0, "%s", "no level");
	badge_log(call, 77, "%s", "nor this");
	return 0;
}

Test(judge_helpers, the_log_says_which_badge_speaks)
{
	play_it(write_log);
	cr_expect_str_eq(logged, "1: badge: 99 bottles\n2: badge: two\\x0alines\n3: badge: info\n4: badge: debug\n"
				 "3: badge: no level\n3: badge: nor this\n");
	cr_expect_eq(result.failed, 0);
}

static int32_t fail_without_words(badge_call *call)
{
	call->host->fail(call, NULL);
	return 1;
}

static int32_t fail_with_empty_words(badge_call *call)
{
	badge_fail(call, "%s", "");
	return 1;
}

static int32_t fail_at_length(badge_call *call)
{
	return badge_fail(call, "%s", of_length(2000));
}

static int32_t fail_with_percent(badge_call *call)
{
	return badge_fail(call, "%s", "100%s %n");
}

Test(judge_helpers, failing_with_odd_words)
{
	expect_failing(fail_without_words, "no reason given");
	expect_failing(fail_with_empty_words, "no reason given");
	expect_failing(fail_with_percent, "100%s %n");
	char cut[512];
	memset(cut, 'x', 511);
	cut[511] = '\0';
	expect_failing(fail_at_length, cut);
}

/* A message cut within a character is still valid UTF-8. */
static int32_t fail_in_mid_character(badge_call *call)
{
	memset(buffer, 'x', 510);
	memcpy(buffer + 510, "\xe2\x82\xac", 4);
	return badge_fail(call, "%s", buffer);
}

Test(judge_helpers, a_message_that_is_cut_in_mid_character_is_still_utf8)
{
	play_it(fail_in_mid_character);
	cr_expect_eq(result.failed, 1);
	cr_expect(brb_text_is_utf8(result.message, strlen(result.message)));
	cr_expect(brb_text_is_utf8(logged, strlen(logged)));
}

static int32_t fail_with_bytes(badge_call *call)
{
	return badge_fail(call, "%s", "caf\xe9 is Latin-1");
}

Test(judge_helpers, a_message_that_is_not_utf8_is_made_so)
{
	play_it(fail_with_bytes);
	cr_expect_str_eq(result.message,
			 "badge \"badge\" failed on event \"visit\" of user \"ada\": caf? is Latin-1");
}

static int32_t read_guard(badge_call *call)
{
	(void)call;
	char text[16];
	snprintf(text, sizeof text, "depth=%u", *brb_reentrancy_depth());
	note_trace(text);
	return 0;
}

Test(judge_helpers, the_thread_is_marked_while_a_badge_is_judged)
{
	play_it(read_guard);
	cr_expect_str_eq(trace, "depth=1 ");
	cr_expect_eq(*brb_reentrancy_depth(), 0);
}

/* ---- freeze ------------------------------------------------------------------------------------------------------ */

static int32_t set_int_now(badge_call *call)
{
	cr_expect_eq(badge_set_int(call, "points", 1), BADGE_FAILED);
	return 1;
}

static int32_t set_real_now(badge_call *call)
{
	cr_expect_eq(badge_set_real(call, "points", 1), BADGE_FAILED);
	return 1;
}

static int32_t set_bool_now(badge_call *call)
{
	cr_expect_eq(badge_set_bool(call, "points", 1), BADGE_FAILED);
	return 1;
}

static int32_t set_text_now(badge_call *call)
{
	cr_expect_eq(badge_set_text(call, NULL, "x"), BADGE_FAILED);
	return 1;
}

Test(judge_helpers, state_can_be_set_in_freeze_alone)
{
	expect_failing(set_int_now, "badge_set of \"points\" outside of freeze");
	expect_failing(set_real_now, "badge_set of \"points\" outside of freeze");
	expect_failing(set_bool_now, "badge_set of \"points\" outside of freeze");
	expect_failing(set_text_now, "badge_set of \"(null)\" outside of freeze");
}

static int32_t read_host(badge_call *call)
{
	cr_expect_eq(call->host->struct_size, sizeof(badge_host));
	cr_expect_eq(call->host->abi_major, 1);
	cr_expect_eq(call->host->abi_minor, 0);
	return 0;
}

Test(judge_helpers, the_host_says_its_size_and_version)
{
	play_it(read_host);
	cr_expect_eq(result.failed, 0);
}
