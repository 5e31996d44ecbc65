/*
 * text: arenas never move their blocks, builders remember a failed allocation, UTF-8 is as Unicode defines it, and the
 * nearest name to a misspelt one is found.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* ---- arena ------------------------------------------------------------------------------------------------------- */

Test(text, what_an_arena_gives_is_zeroed_and_aligned)
{
	brb_arena arena = { 0 };
	for (size_t size = 1; size < 3000; size += 37) {
		unsigned char *taken = brb_arena_take(&arena, size);
		cr_assert_not_null(taken);
		cr_assert_eq((uintptr_t)taken % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			cr_assert_eq(taken[i], 0);
		memset(taken, 0xff, size); /* later blocks must not overlap it */
	}
	brb_arena_finish(&arena);
}

Test(text, an_arena_never_moves_what_it_gave)
{
	brb_arena arena = { 0 };
	char *texts[2000];
	for (int i = 0; i < 2000; i++) {
		texts[i] = brb_arena_printf(&arena, "text number %d of many", i);
		cr_assert_not_null(texts[i]);
	}
	for (int i = 0; i < 2000; i++) {
		char expected[40];
		snprintf(expected, sizeof expected, "text number %d of many", i);
		cr_assert_str_eq(texts[i], expected);
	}
	brb_arena_finish(&arena);
}

Test(text, an_arena_copies)
{
	brb_arena arena = { 0 };
	char source[] = "copied";
	char *whole = brb_arena_copy(&arena, source);
	char *part = brb_arena_copy_length(&arena, source, 3);
	char *empty = brb_arena_copy(&arena, "");
	cr_assert_str_eq(brb_arena_copy_length(&arena, NULL, 0), "", "SQLite gives NULL for a blob without bytes");
	memset(source, 'x', 6);
	cr_assert_str_eq(whole, "copied");
	cr_assert_str_eq(part, "cop");
	cr_assert_str_eq(empty, "");
	cr_assert_neq(whole, part);
	brb_arena_finish(&arena);
}

Test(text, an_arena_takes_what_is_larger_than_a_block)
{
	brb_arena arena = { 0 };
	char *small = brb_arena_copy(&arena, "before");
	char *large = brb_arena_take(&arena, 3 * 1024 * 1024);
	char *after = brb_arena_copy(&arena, "after");
	cr_assert(small && large && after);
	memset(large, 'x', 3 * 1024 * 1024);
	cr_assert_str_eq(small, "before");
	cr_assert_str_eq(after, "after");
	brb_arena_finish(&arena);
}

Test(text, an_impossible_size_is_refused)
{
	brb_arena arena = { 0 };
	cr_assert_null(brb_arena_take(&arena, SIZE_MAX));
	cr_assert_null(brb_arena_take(&arena, SIZE_MAX / 2 + 1));
	cr_assert_not_null(brb_arena_take(&arena, 1));
	brb_arena_finish(&arena);
}

Test(text, an_arena_counts_what_it_gave_until_it_is_reset)
{
	brb_arena arena = { 0 };
	brb_arena_take(&arena, 100);
	cr_assert_geq(arena.used_bytes, 100);
	brb_arena_take(&arena, 5000);
	cr_assert_geq(arena.used_bytes, 5100);
	cr_assert_leq(arena.used_bytes, 5200);
	brb_arena_reset(&arena);
	cr_assert_eq(arena.used_bytes, 0);
	brb_arena_finish(&arena);
}

Test(text, a_reset_arena_uses_its_block_again)
{
	brb_arena arena = { 0 };
	void *first = brb_arena_take(&arena, 64);
	memset(first, 0xff, 64);
	brb_arena_reset(&arena);
	unsigned char *again = brb_arena_take(&arena, 64);
	cr_assert_eq((void *)again, first);
	for (int i = 0; i < 64; i++)
		cr_assert_eq(again[i], 0, "zeroed again");
	brb_arena_finish(&arena);
	cr_assert_null(arena.newest);
	brb_arena_reset(&arena);
	brb_arena_finish(&arena);
}

/* ---- builder ----------------------------------------------------------------------------------------------------- */

Test(text, a_builder_grows)
{
	brb_builder builder = { 0 };
	for (int i = 0; i < 1000; i++)
		brb_builder_printf(&builder, "%03d,", i);
	brb_builder_add(&builder, "end");
	brb_builder_add_length(&builder, "!??", 1);
	cr_assert_eq(builder.length, 4004);
	char *text = brb_builder_take(&builder);
	cr_assert_eq(strlen(text), 4004);
	cr_assert_eq(strncmp(text, "000,001,002,", 12), 0);
	cr_assert_str_eq(text + 3992, "998,999,end!");
	cr_assert_null(builder.text);
	cr_assert_eq(builder.length, 0);
	brb_memory_release(text);
}

Test(text, an_empty_builder_gives_an_empty_text)
{
	brb_builder builder = { 0 };
	char *text = brb_builder_take(&builder);
	cr_assert_str_eq(text, "");
	brb_memory_release(text);
}

Test(text, a_builder_fills_its_buffer_to_the_last_byte)
{
	for (size_t length = 0; length < 200; length++) {
		brb_builder builder = { 0 };
		for (size_t i = 0; i < length; i++)
			brb_builder_add_length(&builder, "x", 1);
		char *text = brb_builder_take(&builder);
		cr_assert_eq(strlen(text), length);
		brb_memory_release(text);
	}
}

Test(text, a_builder_that_failed_once_gives_nothing)
{
	brb_builder builder = { 0 };
	brb_builder_add(&builder, "so far");
	builder.failed = true;
	brb_builder_add(&builder, " and further");
	cr_assert_null(brb_builder_take(&builder));
	cr_assert_not(builder.failed);
}

Test(text, a_reset_builder_is_empty_and_well)
{
	brb_builder builder = { 0 };
	brb_builder_reset(&builder);
	brb_builder_add(&builder, "first");
	builder.failed = true;
	brb_builder_reset(&builder);
	cr_assert_str_eq(builder.text, "");
	brb_builder_add(&builder, "second");
	cr_assert_str_eq(builder.text, "second");
	brb_builder_finish(&builder);
	cr_assert_null(builder.text);
	brb_builder_finish(&builder);
}

/* ---- UTF-8 ------------------------------------------------------------------------------------------------------- */

Test(text, what_is_utf8)
{
	static const char *const good[] = {
		"",
		"ascii",
		"\x7f",
		"\xc2\x80",         /* U+0080, the first of two bytes */
		"\xdf\xbf",         /* U+07FF, the last */
		"\xe0\xa0\x80",     /* U+0800, the first of three */
		"\xed\x9f\xbf",     /* U+D7FF, before the surrogates */
		"\xee\x80\x80",     /* U+E000, after them */
		"\xef\xbf\xbf",     /* U+FFFF */
		"\xf0\x90\x80\x80", /* U+10000, the first of four */
		"\xf4\x8f\xbf\xbf", /* U+10FFFF, the last */
		"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8f\x85",
	};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		cr_expect(brb_text_is_utf8(good[i], strlen(good[i])), "good text %zu", i);
		cr_expect_eq(brb_text_checked_length(good[i], 100), strlen(good[i]), "good text %zu", i);
	}
}

Test(text, what_is_not_utf8)
{
	static const char *const bad[] = {
		"\x80", /* a continuation alone */
		"\xbf",
		"\xc0\xaf",         /* overlong */
		"\xc1\xbf",         /* overlong */
		"\xe0\x80\x80",     /* overlong */
		"\xe0\x9f\xbf",     /* overlong */
		"\xf0\x80\x80\x80", /* overlong */
		"\xf0\x8f\xbf\xbf", /* overlong */
		"\xed\xa0\x80",     /* U+D800, a surrogate */
		"\xed\xbf\xbf",     /* U+DFFF, a surrogate */
		"\xf4\x90\x80\x80", /* U+110000 */
		"\xf5\x80\x80\x80",
		"\xff",
		"\xfe",
		"\xc3", /* cut short */
		"\xe2\x82",
		"\xf0\x9f\x8f",
		"\xc3(", /* no continuation */
		"\xe2(\xac",
		"\xe2\x82(",
		"\xf0(\x8f\x85",
		"\xf0\x9f(\x85",
		"\xf0\x9f\x8f(",
		"fine until \xff here",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		cr_expect_not(brb_text_is_utf8(bad[i], strlen(bad[i])), "bad text %zu", i);
		cr_expect_eq(brb_text_checked_length(bad[i], 100), SIZE_MAX, "bad text %zu", i);
	}
}

Test(text, a_length_cuts_a_sequence)
{
	cr_assert(brb_text_is_utf8("\xe2\x82\xac", 3));
	cr_assert_not(brb_text_is_utf8("\xe2\x82\xac", 2));
	cr_assert_not(brb_text_is_utf8("\xe2\x82\xac", 1));
	cr_assert(brb_text_is_utf8("\xe2\x82\xac", 0));
}

Test(text, one_bad_byte_is_found_wherever_it_is)
{
	char text[64];
	for (size_t length = 1; length < 40; length++) {
		memset(text, 'a', length);
		text[length] = '\0';
		cr_assert_eq(brb_text_checked_length(text, 63), length);
		for (size_t bad = 0; bad < length; bad++) {
			text[bad] = (char)0x80;
			cr_assert_eq(brb_text_checked_length(text, 63), SIZE_MAX, "byte %zu of %zu", bad, length);
			text[bad] = 'a';
		}
	}
}

Test(text, a_length_is_at_most_what_is_allowed)
{
	cr_assert_eq(brb_text_checked_length("12345", 5), 5);
	cr_assert_eq(brb_text_checked_length("123456", 5), SIZE_MAX);
	cr_assert_eq(brb_text_checked_length("", 0), 0);
	cr_assert_eq(brb_text_checked_length("1", 0), SIZE_MAX);
	cr_assert_eq(brb_text_checked_length("12345678", 8), 8);
	cr_assert_eq(brb_text_checked_length("123456789", 8), SIZE_MAX);
}

Test(text, a_line_is_cleaned)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "two\nlines\t\x1b[31m\x7f", "two?lines??[31m?" },
		{ "caf\xc3\xa9 \xf0\x9f\x8f\x85", "caf\xc3\xa9 \xf0\x9f\x8f\x85" },
		{ "caf\xe9 \xff", "caf? ?" },
		{ "cut \xe2\x82", "cut ??" },
		{ "\xed\xa0\x80", "???" },
		{ "\xe2(\xac)", "?(?)" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[64];
		strcpy(text, cases[i][0]);
		brb_text_clean_line(text);
		cr_expect_str_eq(text, cases[i][1], "case %zu", i);
		cr_expect(brb_text_is_utf8(text, strlen(text)));
	}
}

/* ---- slugs and names --------------------------------------------------------------------------------------------- */

Test(text, what_a_slug_is)
{
	char longest[102];
	memset(longest, 'a', 101);
	longest[100] = '\0';
	cr_assert(brb_text_is_slug("points"));
	cr_assert(brb_text_is_slug("a"));
	cr_assert(brb_text_is_slug("a-b_c.d9"));
	cr_assert(brb_text_is_slug("0"));
	cr_assert(brb_text_is_slug(longest));
	longest[100] = 'a';
	longest[101] = '\0';
	cr_assert_not(brb_text_is_slug(longest));
	cr_assert_not(brb_text_is_slug(""));
	cr_assert_not(brb_text_is_slug("Points"));
	cr_assert_not(brb_text_is_slug("two words"));
	cr_assert_not(brb_text_is_slug("a/b"));
	cr_assert_not(brb_text_is_slug("caf\xc3\xa9"));
	cr_assert_not(brb_text_is_slug("a\n"));
}

Test(text, slips)
{
	cr_expect(brb_text_is_slip("comment", "comment"));
	cr_expect(brb_text_is_slip("coment", "comment"));
	cr_expect(brb_text_is_slip("comments", "comment"));
	cr_expect(brb_text_is_slip("commemt", "comment"));
	cr_expect(brb_text_is_slip("commnet", "comment"));
	cr_expect(brb_text_is_slip("PostLiked", "post_liked"));
	cr_expect(brb_text_is_slip("post liked", "post-liked"));
	cr_expect_not(brb_text_is_slip("posted", "post"));
	cr_expect_not(brb_text_is_slip("signin", "signup"));
	cr_expect_not(brb_text_is_slip("ab", "cd"));
	cr_expect_not(brb_text_is_slip("comment", ""));
}

Test(text, the_nearest_name)
{
	static const char *const names[] = { "streak", "points", "level", "levels", "a" };
	size_t count = sizeof names / sizeof names[0];
	cr_assert_str_eq(brb_text_nearest("streek", names, count), "streak", "a letter replaced");
	cr_assert_str_eq(brb_text_nearest("steak", names, count), "streak", "a letter missing");
	cr_assert_str_eq(brb_text_nearest("pooints", names, count), "points", "a letter too many");
	cr_assert_null(brb_text_nearest("piont", names, count), "two faults in five letters are too many");
	cr_assert_str_eq(brb_text_nearest("opints", names, count), "points", "neighbours swapped");
	cr_assert_str_eq(brb_text_nearest("levels", names, count), "levels", "exact beats near");
	cr_assert_str_eq(brb_text_nearest("b", names, count), "a", "one fault is always forgiven");
	cr_assert_null(brb_text_nearest("commits", names, count));
	cr_assert_null(brb_text_nearest("points", names, 0));
}

Test(text, one_fault_in_three_letters_is_near)
{
	static const struct {
		const char *misspelt, *name;
		bool near;
	} cases[] = {
		{ "ab", "xb", true },                /* 1 of 2: one edit is near in any name */
		{ "ab", "xy", false },               /* 2 of 2 */
		{ "abcde", "xbcde", true },          /* 1 of 5 */
		{ "abcde", "xycde", false },         /* 2 of 5 */
		{ "abcdef", "xycdef", true },        /* 2 of 6 */
		{ "abcdef", "xyzdef", false },       /* 3 of 6 */
		{ "abcdefgh", "xyzdefgh", false },   /* 3 of 8 */
		{ "abcdefghi", "xyzdefghi", true },  /* 3 of 9 */
		{ "abcdefghi", "xyzwefghi", false }, /* 4 of 9 */
		{ "abc", "abcd", true },
		{ "abc", "abcde", false },
		{ "abcdef", "abcdefgh", true },
		{ "abcdef", "abcdefghi", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_eq(brb_text_nearest(cases[i].misspelt, &cases[i].name, 1) != NULL, cases[i].near, "%s, %s",
			     cases[i].misspelt, cases[i].name);
}

Test(text, the_nearest_subcommand)
{
	static const char *const names[] = { "run", "badges", "show", "check" };
	cr_expect_str_eq(brb_text_nearest("rnu", names, 4), "run");
	cr_expect_str_eq(brb_text_nearest("badge", names, 4), "badges");
	cr_expect_str_eq(brb_text_nearest("chekc", names, 4), "check");
	cr_expect_str_eq(brb_text_nearest("shwo", names, 4), "show");
	cr_expect_null(brb_text_nearest("elephant", names, 4));
	cr_expect_null(brb_text_nearest("an-absurdly-long-word-that-no-one-would-ever-type-here", names, 4));
}

Test(text, the_nearest_name_by_its_words)
{
	static const char *const heard[] = { "comment", "post", "question_asked", "vote" };
	cr_expect_str_eq(brb_text_nearest_name("Question.Asked", heard, 4), "question_asked");
	cr_expect_str_eq(brb_text_nearest_name("questionAsked", heard, 4), "question_asked");
	cr_expect_str_eq(brb_text_nearest_name("question_askt", heard, 4), "question_asked");
	cr_expect_str_eq(brb_text_nearest_name("question", heard, 4), "question_asked");
	cr_expect_str_eq(brb_text_nearest_name("comment_posted", heard, 4), "comment");
	cr_expect_str_eq(brb_text_nearest_name("site:comment:new", heard, 4), "comment");
	cr_expect_str_eq(brb_text_nearest_name("blog-post", heard, 4), "post");
	cr_expect_null(brb_text_nearest_name("outpost_seen", heard, 4));
	cr_expect_null(brb_text_nearest_name("login", heard, 4));
	cr_expect_null(brb_text_nearest_name("", heard, 4));
	cr_expect_null(brb_text_nearest_name("_", heard, 4));
	cr_expect_null(brb_text_nearest_name("comment", heard, 0));
}

Test(text, is_cut_between_characters)
{
	cr_expect_eq(brb_text_cut_length("caf\xc3\xa9s", 9), 6, "all of it fits");
	cr_expect_eq(brb_text_cut_length("caf\xc3\xa9s", 6), 6, "just so");
	cr_expect_eq(brb_text_cut_length("caf\xc3\xa9s", 5), 5);
	cr_expect_eq(brb_text_cut_length("caf\xc3\xa9s", 4), 3, "not half of an e with an accent");
	cr_expect_eq(brb_text_cut_length("\xf0\x9f\x8f\x86!", 3), 0);
	cr_expect_eq(brb_text_cut_length("cafes", 0), 0);
	cr_expect_eq(brb_text_cut_length("", 4), 0);
}

Test(text, of_two_names_as_near_the_first_wins)
{
	static const char *const names[] = { "cat", "bat", "hat" };
	cr_assert_str_eq(brb_text_nearest("xat", names, 3), "cat");
}

Test(text, names_too_long_to_measure_are_passed_over)
{
	char large[300];
	memset(large, 'x', 299);
	large[299] = '\0';
	const char *const names[] = { large, "x" };
	cr_assert_null(brb_text_nearest(large, names, 2));
	cr_assert_str_eq(brb_text_nearest("y", names, 2), "x");
	large[100] = '\0';
	cr_assert_str_eq(brb_text_nearest(large, names, 2), large);
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static void expect_number(uint64_t number, const char *wanted)
{
	char text[BRB_TEXT_NUMBER_BYTES];
	brb_text_number(number, text);
	cr_expect_str_eq(text, wanted);
}

Test(text, a_number_has_its_thousands_grouped)
{
	expect_number(0, "0");
	expect_number(999, "999");
	expect_number(1000, "1,000");
	expect_number(UINT64_MAX, "18,446,744,073,709,551,615");
}
