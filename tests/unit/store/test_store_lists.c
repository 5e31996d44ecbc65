/*
 * store, lists: awards of a user or a badge, newest first, in pages; counts, users, holders; all show the committed
 * state while a transaction is open.
 */
#include "support/store_fixture.h"

static brb_store *store;

static void open_room(void)
{
	make_store_folder();
	store = open_store();
	register_badges(store);
}

static void close_room(void)
{
	brb_store_close(store);
	remove_store_folder();
}

TestSuite(store_lists, .init = open_room, .fini = close_room);

/* The sequences of a list, each followed by a space. */
static const char *sequences(brb_store_whose whose, const char *name, int64_t before, size_t limit)
{
	static char text[1024];
	brabeion_award_list list = { 0 };
	WELL(brb_store_list_awards(store, whose, name, before, limit, &list, error));
	text[0] = '\0';
	for (size_t i = 0; i < list.count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%d ", (int)list.awards[i].sequence);
	brabeion_award_list_finish(&list);
	return text;
}

static void store_some(void)
{
	begin(store);
	award(store, "ada", 1, 3, "");  /* 1 */
	award(store, "bob", 1, 1, "");  /* 2 */
	award(store, "ada", 2, 1, "a"); /* 3 */
	award(store, "ada", 2, 1, "b"); /* 4 */
	award(store, "ada", 1, 1, "");  /* 5 */
	award(store, "cy", 2, 2, "");   /* 6 */
	commit(store);
}

Test(store_lists, of_nothing)
{
	cr_expect_str_eq(sequences(BRB_STORE_OF_USER, "ada", 0, 0), "");
	cr_expect_str_eq(sequences(BRB_STORE_OF_BADGE, "first", 0, 0), "");
	brabeion_user_list users = { 0 };
	WELL(brb_store_list_users(store, NULL, 0, &users, error));
	cr_expect_eq(users.count, 0);
	brabeion_user_list_finish(&users);
}

Test(store_lists, a_users_awards_newest_first)
{
	store_some();
	cr_expect_str_eq(sequences(BRB_STORE_OF_USER, "ada", 0, 0), "5 4 3 1 ");
	cr_expect_str_eq(sequences(BRB_STORE_OF_USER, "bob", 0, 0), "2 ");
	cr_expect_str_eq(sequences(BRB_STORE_OF_USER, "nobody", 0, 0), "");
	cr_expect_str_eq(sequences(BRB_STORE_OF_USER, "ADA", 0, 0), "");
}

Test(store_lists, a_badges_awards_newest_first)
{
	store_some();
	cr_expect_str_eq(sequences(BRB_STORE_OF_BADGE, "first", 0, 0), "5 2 1 ");
	cr_expect_str_eq(sequences(BRB_STORE_OF_BADGE, "second", 0, 0), "6 4 3 ");
	cr_expect_str_eq(sequences(BRB_STORE_OF_BADGE, "no-such-badge", 0, 0), "");
}

Test(store_lists, page_by_page)
{
	store_some();
	cr_expect_str_eq(sequences(BRB_STORE_OF_USER, "ada", 0, 2), "5 4 ");
	cr_expect_str_eq(sequences(BRB_STORE_OF_USER, "ada", 4, 2), "3 1 ");
	cr_expect_str_eq(sequences(BRB_STORE_OF_USER, "ada", 1, 2), "");
	cr_expect_str_eq(sequences(BRB_STORE_OF_USER, "ada", 5, 0), "4 3 1 ");
	cr_expect_str_eq(sequences(BRB_STORE_OF_USER, "ada", INT64_MAX, SIZE_MAX), "5 4 3 1 ");
	cr_expect_str_eq(sequences(BRB_STORE_OF_USER, "ada", -1, 0), "");
	cr_expect_str_eq(sequences(BRB_STORE_OF_BADGE, "first", 5, 1), "2 ");
}

Test(store_lists, an_award_with_all_that_is_known_of_it)
{
	begin(store);
	brb_store_award added = { .user = "caf\xc3\xa9",
				  .badge = 1,
				  .level = 1,
				  .reason = "post 7",
				  .event = "vote",
				  .event_id = "e77",
				  .at_us = -5,
				  .stored_us = 77 };
	int64_t sequence;
	WELL(brb_store_award_add(store, &added, &sequence, error));
	commit(store);
	brabeion_award_list list = { 0 };
	WELL(brb_store_list_awards(store, BRB_STORE_OF_USER, "caf\xc3\xa9", 0, 0, &list, error));
	cr_assert_eq(list.count, 1);
	const brabeion_award_info *award = &list.awards[0];
	cr_expect_eq(award->sequence, 1);
	cr_expect_str_eq(award->user, "caf\xc3\xa9");
	cr_expect_str_eq(award->badge, "first");
	cr_expect_eq(award->level, 1);
	cr_expect_str_eq(award->name, "Bronze");
	cr_expect_str_eq(award->description, "The first");
	cr_expect_str_eq(award->reason, "post 7");
	cr_expect_str_eq(award->event, "vote");
	cr_expect_str_eq(award->event_id, "e77");
	cr_expect_eq(award->at_us, -5);
	cr_expect_eq(award->stored_us, 77);
	brabeion_award_list_finish(&list);
}

Test(store_lists, an_award_shows_under_the_names_last_registered)
{
	store_some();
	const badge_level levels[] = { { "Iron", "Renamed" } };
	brb_store_badge badge = { .slug = "first", .levels = levels, .level_count = 1 };
	WELL(brb_store_register(store, &badge, 1, NULL, NULL, 0, error));
	brb_store_close(store);
	store = open_store(); /* without registered badges */
	brabeion_award_list list = { 0 };
	WELL(brb_store_list_awards(store, BRB_STORE_OF_BADGE, "first", 0, 0, &list, error));
	cr_assert_eq(list.count, 3);
	cr_expect_str_eq(list.awards[0].name, "Iron", "level 1");
	cr_expect_str_eq(list.awards[0].description, "Renamed");
	cr_expect_str_eq(list.awards[2].name, "A level", "level 3, which is no more");
	brabeion_award_list_finish(&list);
}

/* A level that is inserted, or taken out, renames nothing that is held. */
Test(store_lists, an_award_shows_under_the_name_it_was_earned_under)
{
	store_some();
	const badge_level levels[] = { { "Iron", "Is new" }, { "Bronze", "The first" } };
	brb_store_badge badge = { .slug = "first", .levels = levels, .level_count = 2 };
	WELL(brb_store_register(store, &badge, 1, NULL, NULL, 0, error));
	brb_store_close(store);
	store = open_store(); /* without registered badges */
	brabeion_award_list list = { 0 };
	WELL(brb_store_list_awards(store, BRB_STORE_OF_BADGE, "first", 0, 0, &list, error));
	cr_assert_eq(list.count, 3);
	cr_expect_str_eq(list.awards[0].name, "Bronze", "level 1");
	cr_expect_str_eq(list.awards[0].description, "The first");
	cr_expect_str_eq(list.awards[2].name, "A level", "level 3, which is no more");
	brabeion_award_list_finish(&list);
	begin(store);
	award(store, "eve", 1, 1, "");
	commit(store);
	WELL(brb_store_list_awards(store, BRB_STORE_OF_USER, "eve", 0, 0, &list, error));
	cr_expect_str_eq(list.awards[0].name, "Iron", "earned since");
	brabeion_award_list_finish(&list);
}

Test(store_lists, a_description_is_that_of_now)
{
	store_some();
	const badge_level levels[] = { { "Bronze", "Mended" } };
	brb_store_badge badge = { .slug = "first", .levels = levels, .level_count = 1 };
	WELL(brb_store_register(store, &badge, 1, NULL, NULL, 0, error));
	cr_expect_eq(badge.moved_from, 0);
	brabeion_award_list list = { 0 };
	WELL(brb_store_list_awards(store, BRB_STORE_OF_BADGE, "first", 0, 0, &list, error));
	cr_expect_str_eq(list.awards[0].name, "Bronze");
	cr_expect_str_eq(list.awards[0].description, "Mended");
	brabeion_award_list_finish(&list);
}

Test(store_lists, a_name_of_a_held_level_that_another_has_is_told)
{
	store_some();
	const badge_level levels[] = { { "New", "" }, { "Bronze", "The first" } };
	brb_store_badge badge = { .slug = "first", .levels = levels, .level_count = 2 };
	WELL(brb_store_register(store, &badge, 1, NULL, NULL, 0, error));
	cr_expect_eq(badge.moved_from, 1);
	cr_expect_eq(badge.moved_to, 2);
	WELL(brb_store_register(store, &badge, 1, NULL, NULL, 0, error));
	brabeion_award_list list = { 0 };
	WELL(brb_store_list_awards(store, BRB_STORE_OF_BADGE, "first", 0, 0, &list, error));
	cr_expect_str_eq(list.awards[0].name, "Bronze");
	brabeion_award_list_finish(&list);
}

Test(store_lists, a_level_without_a_name_shows_empty)
{
	begin(store);
	award(store, "ada", 1, 500, "");
	commit(store);
	brabeion_award_list list = { 0 };
	WELL(brb_store_list_awards(store, BRB_STORE_OF_USER, "ada", 0, 0, &list, error));
	cr_assert_eq(list.count, 1);
	cr_expect_str_eq(list.awards[0].name, "");
	cr_expect_str_eq(list.awards[0].description, "");
	brabeion_award_list_finish(&list);
}

Test(store_lists, counts)
{
	int64_t count = 42;
	WELL(brb_store_count_awards(store, NULL, &count, error));
	cr_expect_eq(count, 0);
	store_some();
	WELL(brb_store_count_awards(store, NULL, &count, error));
	cr_expect_eq(count, 6);
	WELL(brb_store_count_awards(store, "ada", &count, error));
	cr_expect_eq(count, 4);
	WELL(brb_store_count_awards(store, "nobody", &count, error));
	cr_expect_eq(count, 0);
}

Test(store_lists, users_with_most_awards_first)
{
	store_some();
	begin(store);
	brb_store_award added = {
		.user = "bob", .badge = 1, .level = 2, .reason = "", .event = "visit", .event_id = "", .at_us = 777
	};
	int64_t sequence;
	WELL(brb_store_award_add(store, &added, &sequence, error));
	added = (brb_store_award){
		.user = "abe", .badge = 1, .level = 2, .reason = "", .event = "visit", .event_id = "", .at_us = 5
	};
	WELL(brb_store_award_add(store, &added, &sequence, error));
	commit(store);
	brabeion_user_list list = { 0 };
	WELL(brb_store_list_users(store, NULL, 0, &list, error));
	cr_assert_eq(list.count, 4);
	cr_expect_str_eq(list.users[0].user, "ada");
	cr_expect_eq(list.users[0].awards, 4);
	cr_expect_eq(list.users[0].badges, 2);
	cr_expect_eq(list.users[0].latest_at_us, 1000);
	cr_expect_str_eq(list.users[1].user, "bob");
	cr_expect_eq(list.users[1].awards, 2);
	cr_expect_eq(list.users[1].badges, 1);
	cr_expect_str_eq(list.users[2].user, "cy", "of two with as many the one who was there first");
	cr_expect_str_eq(list.users[3].user, "abe");
	brabeion_user_list_finish(&list);
	WELL(brb_store_list_users(store, "bob", 1, &list, error));
	cr_assert_eq(list.count, 1);
	cr_expect_str_eq(list.users[0].user, "cy", "the next page");
	brabeion_user_list_finish(&list);
	WELL(brb_store_list_users(store, "cy", 0, &list, error));
	cr_assert_eq(list.count, 1);
	cr_expect_str_eq(list.users[0].user, "abe");
	brabeion_user_list_finish(&list);
	WELL(brb_store_list_users(store, NULL, 1, &list, error));
	cr_assert_eq(list.count, 1);
	cr_expect_str_eq(list.users[0].user, "ada");
	brabeion_user_list_finish(&list);
}

/* Awards need not be stored in the order of their times. */
Test(store_lists, a_users_latest_time_is_the_latest_of_all_awards)
{
	begin(store);
	int64_t sequence;
	brb_store_award added = { "ada", 1, 1, "", "visit", "", 5000, 0, NULL, false };
	WELL(brb_store_award_add(store, &added, &sequence, error));
	added = (brb_store_award){ "ada", 1, 2, "", "visit", "", 30, 0, NULL, false };
	WELL(brb_store_award_add(store, &added, &sequence, error));
	commit(store);
	brabeion_user_list list = { 0 };
	WELL(brb_store_list_users(store, NULL, 0, &list, error));
	cr_assert_eq(list.count, 1);
	cr_expect_eq(list.users[0].latest_at_us, 5000);
	brabeion_user_list_finish(&list);
}

Test(store_lists, holders_are_users_not_awards)
{
	store_some();
	int64_t holders = 42, at_level[3] = { 0 };
	WELL(brb_store_holders(store, "first", &holders, at_level, 3, error));
	cr_expect_eq(holders, 2);
	cr_expect_eq(at_level[0], 2);
	cr_expect_eq(at_level[1], 0);
	cr_expect_eq(at_level[2], 1);
	at_level[0] = at_level[1] = 0;
	WELL(brb_store_holders(store, "second", &holders, at_level, 1, error));
	cr_expect_eq(holders, 2);
	cr_expect_eq(at_level[0], 1, "ada, twice");
	cr_expect_eq(at_level[1], 0, "beyond what was asked for");
	WELL(brb_store_holders(store, "no-such-badge", &holders, at_level, 3, error));
	cr_expect_eq(holders, 0);
}

Test(store_lists, only_what_is_committed_shows)
{
	int64_t count = 42;
	store_some();
	begin(store);
	award(store, "ada", 1, 50, "");
	WELL(brb_store_count_awards(store, "ada", &count, error));
	cr_expect_eq(count, 4, "while the transaction is under way, on its own thread");
	commit(store);
	WELL(brb_store_count_awards(store, "ada", &count, error));
	cr_expect_eq(count, 5);
}

Test(store_lists, what_another_store_committed_shows)
{
	int64_t count = 42;
	WELL(brb_store_count_awards(store, NULL, &count, error));
	brb_store *other = open_store();
	begin(other);
	award(other, "ada", 1, 1, "");
	commit(other);
	brb_store_close(other);
	WELL(brb_store_count_awards(store, NULL, &count, error));
	cr_expect_eq(count, 1);
}

Test(store_lists, reading_does_not_wait_for_a_writer)
{
	int64_t count = 42;
	store_some();
	sqlite3 *own = open_own();
	own_run(own, "BEGIN IMMEDIATE; DELETE FROM awards");
	WELL(brb_store_count_awards(store, NULL, &count, error));
	cr_expect_eq(count, 6);
	own_run(own, "ROLLBACK");
	sqlite3_close(own);
}

Test(store_lists, a_long_list)
{
	for (int i = 0; i < 2000; i++) {
		char reason[16];
		if (i % 500 == 0)
			begin(store);
		snprintf(reason, sizeof reason, "r%d", i);
		award(store, "ada", 1, 1, reason);
		if (i % 500 == 499)
			commit(store);
	}
	brabeion_award_list list = { 0 };
	WELL(brb_store_list_awards(store, BRB_STORE_OF_USER, "ada", 0, 0, &list, error));
	cr_assert_eq(list.count, 2000);
	for (int i = 0; i < 2000; i++) {
		char reason[16];
		snprintf(reason, sizeof reason, "r%d", 1999 - i);
		cr_assert_eq(list.awards[i].sequence, 2000 - i);
		cr_assert_str_eq(list.awards[i].reason, reason);
	}
	brabeion_award_list_finish(&list);
}

Test(store_lists, on_failure_the_list_is_left_as_it_was)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_award_list list = { .count = 7 };
	brabeion_user_list users = { .count = 8 };
	sqlite3 *own = open_own();
	own_run(own, "ALTER TABLE awards RENAME TO awards_no_more; ALTER TABLE users RENAME TO users_no_more");
	sqlite3_close(own);
	cr_expect_eq(brb_store_list_awards(store, BRB_STORE_OF_USER, "ada", 0, 0, &list, &error), BRABEION_STORE);
	brabeion_error_finish(&error);
	cr_expect_eq(brb_store_list_users(store, NULL, 0, &users, &error), BRABEION_STORE);
	brabeion_error_finish(&error);
	cr_expect(list.count == 7 && !list.awards && !list.memory);
	cr_expect(users.count == 8 && !users.users && !users.memory);
}
