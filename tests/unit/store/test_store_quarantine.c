/*
 * store, quarantined badges: rows that outlive the process, are visible to all processes, and delay no event.
 */

#include "base/memory.h"
#include "base/text.h"
#include "support/store_fixture.h"

TestSuite(store_quarantine, .init = make_store_folder, .fini = remove_store_folder);

static brb_store *open_with_badges(void)
{
	brb_store *store = open_store();
	register_badges(store);
	return store;
}

static void quarantine(brb_store *store, uint32_t badge, int64_t since_us, const char *reason)
{
	brb_store_quarantined quarantined = { .badge = badge, .since_us = since_us, .reason = reason };
	WELL(brb_store_quarantine(store, &quarantined, error));
}

static bool is_quarantined(brb_store *store, uint32_t badge)
{
	bool quarantined = false;
	WELL(brb_store_is_quarantined(store, badge, &quarantined, error));
	return quarantined;
}

static bool release(brb_store *store, const char *slug)
{
	bool released = false;
	WELL(brb_store_release(store, slug, &released, error));
	return released;
}

/* "number slug since reason;" of each. */
static const char *list(brb_store *store)
{
	static char text[1024];
	brb_arena arena = { 0 };
	brb_store_quarantined *read = NULL;
	size_t count = 0;
	WELL(brb_store_list_quarantined(store, &arena, &read, &count, error));
	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%u %s %lld %s;", read[i].badge,
			 read[i].slug, (long long)read[i].since_us, read[i].reason);
	brb_memory_release(read);
	brb_arena_finish(&arena);
	return text;
}

Test(store_quarantine, quarantined_badges_are_listed_oldest_first_and_outlive_the_process)
{
	brb_store *store = open_with_badges();
	cr_expect_str_eq(list(store), "");
	quarantine(store, 1, 2000, "it failed");
	quarantine(store, 2, 1000, "it was slow");
	brb_store_close(store);
	store = open_store();
	cr_expect_str_eq(list(store), "2 second 1000 it was slow;1 first 2000 it failed;");
	brb_store_close(store);
}

Test(store_quarantine, the_first_record_stays)
{
	brb_store *store = open_with_badges();
	quarantine(store, 1, 1000, "first");
	quarantine(store, 1, 2000, "second");
	cr_expect_str_eq(list(store), "1 first 1000 first;");
	brb_store_close(store);
}

Test(store_quarantine, a_release_takes_one_record_away)
{
	brb_store *store = open_with_badges();
	quarantine(store, 1, 1000, "one");
	quarantine(store, 2, 1000, "two");
	cr_expect(is_quarantined(store, 1));
	cr_expect(release(store, "first"));
	cr_expect_not(is_quarantined(store, 1));
	cr_expect(is_quarantined(store, 2));
	cr_expect_not(release(store, "first"));
	cr_expect_not(release(store, "never-heard-of"));
	brb_store_close(store);
}

Test(store_quarantine, another_process_sees_and_releases)
{
	brb_store *mine = open_with_badges(), *theirs = open_store();
	quarantine(mine, 1, 1000, "one");
	cr_expect(is_quarantined(theirs, 1));
	cr_expect(release(theirs, "first"));
	cr_expect_not(is_quarantined(mine, 1));
	brb_store_close(theirs);
	brb_store_close(mine);
}

Test(store_quarantine, a_transaction_under_way_makes_recording_busy_and_looking_not)
{
	brb_store *store = open_with_badges();
	brb_store_quarantined quarantined = { .badge = 2, .since_us = 1, .reason = "two" };
	brabeion_error error = BRABEION_NO_ERROR;
	quarantine(store, 1, 1000, "one");
	begin(store);
	cr_expect_eq(brb_store_quarantine(store, &quarantined, &error), BRABEION_BUSY);
	brabeion_error_finish(&error);
	cr_expect(is_quarantined(store, 1));
	commit(store);
	cr_expect_eq(brb_store_quarantine(store, &quarantined, &error), BRABEION_OK);
	cr_expect_str_eq(list(store), "2 second 1 two;1 first 1000 one;");
	brb_store_close(store);
}

Test(store_quarantine, what_the_store_has_cached_survives_a_record)
{
	brb_store *store = open_with_badges();
	begin(store);
	set_tally(store, "visits", 5);
	cr_expect_neq(award(store, "ada", 1, 1, ""), 0);
	commit(store);
	quarantine(store, 1, 1000, "one");
	begin(store);
	cr_expect_eq(tally(store, "visits"), 5);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 0);
	cr_expect_eq(award(store, "ada", 1, 2, ""), 2);
	commit(store);
	brb_store_close(store);
}

Test(store_quarantine, a_file_that_was_replaced_is_not_written)
{
	brb_store *store = open_with_badges();
	brb_store_quarantined quarantined = { .badge = 1, .since_us = 1, .reason = "one" };
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(remove(path), 0);
	cr_expect_eq(brb_store_quarantine(store, &quarantined, &error), BRABEION_STORE);
	brabeion_error_finish(&error);
	brb_store_close(store);
}
