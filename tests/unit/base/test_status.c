/*
 * status: codes with messages. A message is replaced, appended to line by line, or prefixed; the first code stays;
 * reporting out of memory allocates nothing.
 */
#include <criterion/criterion.h>

#include "base/status.h"

Test(status, a_new_error_is_empty)
{
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(error.status, BRABEION_OK);
	cr_assert_null(error.message);
}

Test(status, setting_gives_code_and_message)
{
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_status_set(&error, BRABEION_STORE, "%s: disk %d is full", "a.db", 7), BRABEION_STORE);
	cr_assert_eq(error.status, BRABEION_STORE);
	cr_assert_str_eq(error.message, "a.db: disk 7 is full");
	brabeion_error_finish(&error);
}

Test(status, setting_again_replaces_both)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_status_set(&error, BRABEION_STORE, "first");
	brb_status_set(&error, BRABEION_BUSY, "second");
	cr_assert_eq(error.status, BRABEION_BUSY);
	cr_assert_str_eq(error.message, "second");
	brabeion_error_finish(&error);
}

Test(status, a_message_may_quote_the_one_it_replaces)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_status_set(&error, BRABEION_CONFIG, "no such file");
	brb_status_set(&error, BRABEION_CONFIG, "plugin \"a.so\": %s", error.message);
	cr_assert_str_eq(error.message, "plugin \"a.so\": no such file");
	brb_status_add(&error, BRABEION_CONFIG, "again: %s", error.message);
	cr_assert_str_eq(error.message, "plugin \"a.so\": no such file\nagain: plugin \"a.so\": no such file");
	brabeion_error_finish(&error);
}

Test(status, adding_to_nothing_sets)
{
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_status_add(&error, BRABEION_CONFIG, "line %d", 1), BRABEION_CONFIG);
	cr_assert_eq(error.status, BRABEION_CONFIG);
	cr_assert_str_eq(error.message, "line 1");
	brabeion_error_finish(&error);
}

Test(status, adding_gathers_lines_and_the_first_code_stays)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_status_add(&error, BRABEION_CONFIG, "line 1");
	cr_assert_eq(brb_status_add(&error, BRABEION_NO_MEMORY, "line 2"), BRABEION_CONFIG);
	brb_status_add(&error, BRABEION_STORE, "line 3");
	cr_assert_eq(error.status, BRABEION_CONFIG);
	cr_assert_str_eq(error.message, "line 1\nline 2\nline 3");
	brabeion_error_finish(&error);
}

Test(status, a_prefix_goes_in_front)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_status_set(&error, BRABEION_STORE, "is read-only");
	cr_assert_eq(brb_status_prefix(&error, "%s: ", "a.db"), BRABEION_STORE);
	cr_assert_eq(error.status, BRABEION_STORE);
	cr_assert_str_eq(error.message, "a.db: is read-only");
	brabeion_error_finish(&error);
}

Test(status, a_prefix_to_nothing_is_the_message)
{
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_status_prefix(&error, "a.db"), BRABEION_OK);
	cr_assert_str_eq(error.message, "a.db");
	brabeion_error_finish(&error);
}

Test(status, percent_signs_in_arguments_stay)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_status_set(&error, BRABEION_STORE, "%s", "100%s%n");
	brb_status_add(&error, BRABEION_STORE, "%s", "%d");
	brb_status_prefix(&error, "%s: ", "50%");
	cr_assert_str_eq(error.message, "50%: 100%s%n\n%d");
	brabeion_error_finish(&error);
}

Test(status, messages_show_what_cannot_be_seen)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_status_set(&error, BRABEION_CONFIG, "user \"%s\"", "a\x1b[2J\xc2\x9b\xe2\x80\xae\xe2\x80\x8b");
	brb_status_add(&error, BRABEION_CONFIG, "%s", "b\xff\r");
	brb_status_prefix(&error, "%s: ", "\xc2\x80");
	cr_assert_str_eq(error.message, "\\u{80}: user \"a\\x1b[2J\\u{9b}\\u{202e}\\u{200b}\"\nb\\xff\\x0d");
	brabeion_error_finish(&error);
}

Test(status, out_of_memory_has_a_message_that_is_not_freed)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_status_set(&error, BRABEION_STORE, "first");
	cr_assert_eq(brb_status_no_memory(&error), BRABEION_NO_MEMORY);
	cr_assert_eq(error.status, BRABEION_NO_MEMORY);
	cr_assert_str_eq(error.message, "out of memory");
	brabeion_error_finish(&error);
	cr_assert_null(error.message);
	brb_status_no_memory(&error);
	brb_status_set(&error, BRABEION_STORE, "after it");
	cr_assert_str_eq(error.message, "after it");
	brb_status_no_memory(&error);
	brb_status_add(&error, BRABEION_STORE, "added");
	cr_assert_str_eq(error.message, "out of memory\nadded");
	cr_assert_eq(error.status, BRABEION_NO_MEMORY);
	brabeion_error_finish(&error);
}

Test(status, finishing_makes_it_usable_again)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_status_set(&error, BRABEION_STORE, "first");
	brabeion_error_finish(&error);
	cr_assert_eq(error.status, BRABEION_OK);
	cr_assert_null(error.message);
	brabeion_error_finish(&error);
	brb_status_set(&error, BRABEION_BUSY, "second");
	cr_assert_str_eq(error.message, "second");
	brabeion_error_finish(&error);
	brabeion_error_finish(NULL);
}

Test(status, handing_over_moves)
{
	brabeion_error from = BRABEION_NO_ERROR, to = BRABEION_NO_ERROR;
	brb_status_set(&to, BRABEION_BUSY, "an older one");
	brb_status_set(&from, BRABEION_STORE, "the new one");
	cr_assert_eq(brb_status_hand_over(&to, &from), BRABEION_STORE);
	cr_assert_eq(to.status, BRABEION_STORE);
	cr_assert_str_eq(to.message, "the new one");
	cr_assert_eq(from.status, BRABEION_OK);
	cr_assert_null(from.message);
	brabeion_error_finish(&to);
}

Test(status, handing_over_to_nobody_frees)
{
	brabeion_error from = BRABEION_NO_ERROR;
	brb_status_set(&from, BRABEION_STORE, "for nobody");
	cr_assert_eq(brb_status_hand_over(NULL, &from), BRABEION_STORE);
	cr_assert_null(from.message);
	cr_assert_eq(from.status, BRABEION_OK);
}

Test(status, each_has_a_name)
{
	cr_assert_str_eq(brabeion_status_name(BRABEION_OK), "ok");
	cr_assert_str_eq(brabeion_status_name(BRABEION_INVALID), "invalid");
	cr_assert_str_eq(brabeion_status_name(BRABEION_CONFIG), "configuration");
	cr_assert_str_eq(brabeion_status_name(BRABEION_STORE), "store");
	cr_assert_str_eq(brabeion_status_name(BRABEION_BUSY), "busy");
	cr_assert_str_eq(brabeion_status_name(BRABEION_NO_MEMORY), "out of memory");
	cr_assert_str_eq(brabeion_status_name(BRABEION_REENTRANT), "reentrant");
	cr_assert_str_eq(brabeion_status_name(BRABEION_FORKED), "forked");
	cr_assert_str_eq(brabeion_status_name(BRABEION_SYSTEM), "system");
	cr_assert_str_eq(brabeion_status_name(BRABEION_FULL), "full");
	cr_assert_str_eq(brabeion_status_name(BRABEION_ABSENT), "absent");
	cr_assert_str_eq(brabeion_status_name(BRABEION_READ_ONLY), "read-only");
	cr_assert_str_eq(brabeion_status_name((brabeion_status)12), "unknown");
	cr_assert_str_eq(brabeion_status_name((brabeion_status)-1), "unknown");
}
