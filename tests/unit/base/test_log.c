/*
 * log: records for the host's callback, each one line of characters that can be seen; the thread is marked during the call.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/reentrancy.h"

typedef struct record {
	brabeion_log_level level;
	char text[5000];
	unsigned depth;
} record;

static record records[16];
static size_t record_count;

static void keep(void *context, brabeion_log_level level, const char *message)
{
	cr_assert_eq(context, records);
	record *kept = &records[record_count++];
	kept->level = level;
	kept->depth = *brb_reentrancy_depth();
	snprintf(kept->text, sizeof kept->text, "%s", message);
}

static const brb_log log_kept = { keep, records };

Test(log, nobody_may_listen)
{
	brb_log silent = { 0 };
	brb_log_write(&silent, BRABEION_LOG_ERROR, "into %s", "the void");
	brb_log_lines(&silent, BRABEION_LOG_ERROR, "a\nb");
}

Test(log, a_record_reaches_the_callback)
{
	brb_log_write(&log_kept, BRABEION_LOG_WARNING, "badge \"%s\" failed %d times", "a", 3);
	cr_assert_eq(record_count, 1);
	cr_assert_eq(records[0].level, BRABEION_LOG_WARNING);
	cr_assert_str_eq(records[0].text, "badge \"a\" failed 3 times");
}

Test(log, the_thread_is_marked_while_the_callback_runs)
{
	brb_log_write(&log_kept, BRABEION_LOG_INFO, "x");
	cr_assert_eq(records[0].depth, 1);
	cr_assert_eq(*brb_reentrancy_depth(), 0);
}

Test(log, what_cannot_be_seen_is_escaped)
{
	brb_log_write(&log_kept, BRABEION_LOG_INFO, "%s",
		      "a\nb\x1b[31mc\td\x7f"
		      "caf\xc3\xa9 \xc2\x85 \xe2\x80\xae \xe2\x80\x8b \xff");
	cr_assert_str_eq(records[0].text,
			 "a\\x0ab\\x1b[31mc\\x09d\\x7fcaf\xc3\xa9 \\u{85} \\u{202e} \\u{200b} \\xff");
}

Test(log, a_record_is_cut_at_4095_bytes)
{
	char large[6001];
	memset(large, 'x', 6000);
	large[6000] = '\0';
	brb_log_write(&log_kept, BRABEION_LOG_INFO, "%s", large);
	cr_assert_eq(strlen(records[0].text), 4095);
	large[4095] = '\0';
	brb_log_write(&log_kept, BRABEION_LOG_INFO, "%s", large);
	cr_assert_eq(strlen(records[1].text), 4095);
	brb_log_write(&log_kept, BRABEION_LOG_INFO, "%.4094s\xc3\xa9", large);
	cr_assert_eq(strlen(records[2].text), 4094, "not inside of a character");
}

Test(log, lines_are_records_of_their_own)
{
	brb_log_lines(&log_kept, BRABEION_LOG_ERROR, "first\nsecond\nthird 100%s\n");
	cr_assert_eq(record_count, 3);
	cr_assert_str_eq(records[0].text, "first");
	cr_assert_str_eq(records[1].text, "second");
	cr_assert_str_eq(records[2].text, "third 100%s");
	cr_assert_eq(records[2].level, BRABEION_LOG_ERROR);
}

Test(log, no_text_gives_no_record)
{
	brb_log_lines(&log_kept, BRABEION_LOG_ERROR, NULL);
	brb_log_lines(&log_kept, BRABEION_LOG_ERROR, "");
	cr_assert_eq(record_count, 0);
}
