/*
 * probe/protocol: written records are read back; truncated or garbled ones are refused; descriptions of plugin faults.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "probe/protocol.h"

static const brb_probe_wanted two_wanted[] = { { 0, "/run/b/1/points.so" }, { 7, "/run/b/2/qa.so" } };

static const brb_probe_request request = { .name = "etc/badges.yaml",
					   .text = "a\0b",
					   .text_bytes = 3,
					   .folder = "/run/b/probe-3",
					   .step_ms = 5000,
					   .wanted = two_wanted,
					   .count = 2,
					   .inspects = true };

Test(probe_protocol, a_request_is_read_as_it_was_written)
{
	brb_builder bytes = { 0 };
	brb_arena arena = { 0 };
	brb_probe_request read = { 0 };
	cr_assert(brb_probe_write_request(&request, &bytes));
	cr_assert(brb_probe_read_request(bytes.text, bytes.length, &arena, &read));
	cr_expect_str_eq(read.name, "etc/badges.yaml");
	cr_expect_eq(read.text_bytes, 3);
	cr_expect_arr_eq(read.text, "a\0b", 4);
	cr_expect_str_eq(read.folder, "/run/b/probe-3");
	cr_expect_eq(read.step_ms, 5000);
	cr_assert_eq(read.count, 2);
	cr_expect_eq(read.wanted[1].entry, 7);
	cr_expect_str_eq(read.wanted[1].copy, "/run/b/2/qa.so");
	cr_expect(read.inspects);
	brb_arena_finish(&arena);
	brb_builder_finish(&bytes);
}

Test(probe_protocol, a_request_that_is_cut_or_longer_is_none)
{
	brb_builder bytes = { 0 };
	brb_arena arena = { 0 };
	brb_probe_request read = { .count = 77 };
	cr_assert(brb_probe_write_request(&request, &bytes));
	for (size_t length = 0; length < bytes.length; length++) {
		char *cut = malloc(length + 1); /* exact size, so that a sanitizer detects an overrun */
		cr_assert_not_null(cut);
		memcpy(cut, bytes.text, length);
		cr_expect_not(brb_probe_read_request(cut, length, &arena, &read), "cut to %zu", length);
		free(cut);
	}
	brb_builder_add_length(&bytes, "x", 1);
	cr_expect_not(brb_probe_read_request(bytes.text, bytes.length, &arena, &read));
	cr_expect_eq(read.count, 77);
	brb_arena_finish(&arena);
	brb_builder_finish(&bytes);
}

Test(probe_protocol, a_request_with_any_byte_changed_reads_within_its_bounds)
{
	brb_builder bytes = { 0 };
	brb_arena arena = { 0 };
	brb_probe_request read;
	cr_assert(brb_probe_write_request(&request, &bytes));
	char *copy = malloc(bytes.length);
	cr_assert_not_null(copy);
	for (size_t i = 0; i < bytes.length; i++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(copy, bytes.text, bytes.length);
			copy[i] = (char)(copy[i] ^ 1 << bit);
			if (brb_probe_read_request(copy, bytes.length, &arena, &read))
				for (size_t k = 0; k < read.count; k++)
					cr_expect_leq(strlen(read.wanted[k].copy), bytes.length);
		}
	memcpy(copy, bytes.text, bytes.length);
	copy[0] = 'X';
	cr_expect_not(brb_probe_read_request(copy, bytes.length, &arena, &read), "another version");
	free(copy);
	brb_arena_finish(&arena);
	brb_builder_finish(&bytes);
}

/* ---- records ---- */

static brb_probe_record record_of(brb_probe_kind kind, brb_probe_step step, int32_t number, const char *slug)
{
	brb_probe_record record = {
		.magic = BRB_PROBE_MAGIC, .kind = kind, .subject = 1, .step = step, .number = number
	};
	strcpy(record.text, slug);
	return record;
}

Test(probe_protocol, a_record_of_another_kind_plugin_or_step_is_none)
{
	brb_probe_record record = record_of(BRB_PROBE_HUNG, BRB_PROBE_OPENING, 0, "x");
	cr_expect(brb_probe_check_record(&record, 2));
	cr_expect_not(brb_probe_check_record(&record, 1), "of a plugin that was not asked for");
	record.step = BRB_PROBE_STEPS;
	cr_expect_not(brb_probe_check_record(&record, 2));
	record = record_of(BRB_PROBE_DONE + 1, BRB_PROBE_OPENING, 0, "");
	cr_expect_not(brb_probe_check_record(&record, 2));
	record = record_of(0, BRB_PROBE_OPENING, 0, "");
	cr_expect_not(brb_probe_check_record(&record, 2));
	record = record_of(BRB_PROBE_ALIVE, BRB_PROBE_OPENING, 0, "");
	record.magic++;
	cr_expect_not(brb_probe_check_record(&record, 2));
}

Test(probe_protocol, a_records_text_ends_and_is_one_clean_line)
{
	brb_probe_record record = record_of(BRB_PROBE_TROUBLE, 0, 0, "a\nb\xff");
	cr_expect(brb_probe_check_record(&record, 0));
	cr_expect_str_eq(record.text, "a?b?");
	memset(record.text, 'x', sizeof record.text);
	cr_expect(brb_probe_check_record(&record, 0));
	cr_expect_eq(strlen(record.text), BRB_PROBE_TEXT_BYTES - 1);
}

static const char *words_of(brb_probe_record record, int64_t step_ms)
{
	static char text[BRB_PROBE_TEXT_BYTES];
	brb_probe_describe(&record, step_ms, text, sizeof text);
	return text;
}

Test(probe_protocol, faults_are_described)
{
	cr_expect_str_eq(words_of(record_of(BRB_PROBE_CRASHED, BRB_PROBE_JUDGING, SIGSEGV, "x"), 5000),
			 "crashed (SIGSEGV) while its badge \"x\" judged a trial event");
	cr_expect_str_eq(words_of(record_of(BRB_PROBE_CRASHED, BRB_PROBE_CLOSING, SIGRTMIN, ""), 5000),
			 "crashed (signal 34) while it was closed (its own close)");
	cr_expect_str_eq(words_of(record_of(BRB_PROBE_EXITED, BRB_PROBE_OPENING, 3, ""), 5000),
			 "called exit(3) while it was opened (its own open)");
	cr_expect_str_eq(words_of(record_of(BRB_PROBE_HUNG, BRB_PROBE_LINKING, 0, ""), 5000),
			 "hung for 5 s while it was loaded (its constructors)");
	cr_expect_str_eq(words_of(record_of(BRB_PROBE_HUNG, BRB_PROBE_UNLOADING, 0, ""), 1500),
			 "hung for 1500 ms while it was unloaded (its destructors)");
	cr_expect_str_eq(words_of(record_of(BRB_PROBE_CRASHED, BRB_PROBE_NOTHING, SIGABRT, ""), 5000),
			 "crashed (SIGABRT) while it was tried");
}
