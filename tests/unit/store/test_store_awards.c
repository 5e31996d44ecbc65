/*
 * store, awards: what is held, by user, badge, level and reason; no award is stored twice; sequences grow; badges keep
 * their numbers.
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

TestSuite(store_awards, .init = open_room, .fini = close_room);

/* ---- awards ------------------------------------------------------------------------------------------------------ */

Test(store_awards, an_award_is_stored_as_given)
{
	begin(store);
	brb_store_award added = { .user = "ada",
				  .badge = 2,
				  .level = 3,
				  .reason = "post 7",
				  .event = "vote",
				  .event_id = "e77",
				  .at_us = -5 };
	int64_t sequence = 0;
	WELL(brb_store_award_add(store, &added, &sequence, error));
	cr_expect_eq(sequence, 1);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards AS a JOIN users AS u ON u.id = a.user JOIN events AS e "
				"ON e.id = a.event WHERE sequence = 1 AND u.name = 'ada' AND badge = 2 AND level = 3 "
				"AND reason = 'post 7' AND e.name = 'vote' AND event_id = 'e77' AND at_us = -5"),
		     1);
}

Test(store_awards, no_award_twice)
{
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 1);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 0, "in the same judgement");
	brb_store_mark(store);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 0, "in the same transaction");
	commit(store);
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 0, "in the next");
	commit(store);
	brb_store_close(store);
	store = open_store();
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 0, "opened again");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 1);
}

Test(store_awards, awards_differ_by_user_badge_level_and_reason)
{
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 1);
	cr_expect_eq(award(store, "bob", 1, 1, ""), 2);
	cr_expect_eq(award(store, "ada", 2, 1, ""), 3);
	cr_expect_eq(award(store, "ada", 1, 2, ""), 4);
	cr_expect_eq(award(store, "ada", 1, 1, "r"), 5);
	cr_expect_eq(award(store, "ada", 1, 1, "s"), 6);
	cr_expect_eq(award(store, "ada", 1, 1, "s"), 0);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 6);
}

Test(store_awards, levels_have_no_order)
{
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 3, ""), 1);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 2);
	cr_expect_eq(award(store, "ada", 1, 3, ""), 0);
	cr_expect_str_eq(held(store, "ada", "first"), "2, 3");
	commit(store);
}

/* The cache represents levels up to 64 and those above differently. */
Test(store_awards, every_level_is_held_once)
{
	for (int round = 0; round < 3; round++) {
		begin(store);
		for (uint32_t level = 1; level <= 100; level++)
			cr_expect_eq(award(store, "ada", 1, level, "") > 0, round == 0, "level %u in round %d", level,
				     round);
		cr_expect_str_eq(held(store, "ada", "first"), "100, 100");
		commit(store);
		if (round == 1) {
			brb_store_close(store);
			store = open_store();
		}
	}
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 100);
}

Test(store_awards, an_award_for_a_reason_does_not_hold_the_level_without_one)
{
	begin(store);
	cr_expect_gt(award(store, "ada", 1, 5, "r"), 0);
	cr_expect_gt(award(store, "ada", 1, 5, ""), 0);
	commit(store);
	brb_store_close(store);
	store = open_store();
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 5, "r"), 0);
	cr_expect_eq(award(store, "ada", 1, 5, ""), 0);
	cr_expect_gt(award(store, "ada", 1, 65, "r"), 0);
	cr_expect_gt(award(store, "ada", 1, 65, ""), 0);
	cr_expect_str_eq(held(store, "ada", "first"), "4, 65");
	commit(store);
}

Test(store_awards, is_held_stores_nothing)
{
	brb_store_award asked = { .user = "ada", .badge = 1, .level = 2, .reason = "" };
	bool is_held = true;
	begin(store);
	WELL(brb_store_is_held(store, &asked, false, &is_held, error));
	cr_expect_not(is_held);
	award(store, "ada", 1, 2, "");
	WELL(brb_store_is_held(store, &asked, false, &is_held, error));
	cr_expect(is_held);
	asked.level = 70;
	WELL(brb_store_is_held(store, &asked, false, &is_held, error));
	cr_expect_not(is_held);
	award(store, "ada", 1, 70, "");
	WELL(brb_store_is_held(store, &asked, false, &is_held, error));
	cr_expect(is_held);
	asked.reason = NULL;
	WELL(brb_store_is_held(store, &asked, false, &is_held, error));
	cr_expect_not(is_held, "a fresh reason never is");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 2);
}

Test(store_awards, without_a_reason_the_award_is_for_a_fresh_number)
{
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 1, NULL), 1);
	cr_expect_eq(award(store, "ada", 1, 1, NULL), 2);
	commit(store);
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 1, NULL), 3);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE reason = '#' || sequence"), 3);
}

/* An event's id or a plugin's reason may look like a future sequence number: the award is not lost. */
Test(store_awards, a_fresh_number_that_is_taken_as_a_reason_is_passed_over)
{
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 1, "#2"), 1);
	cr_expect_eq(award(store, "ada", 1, 1, "#3"), 2);
	cr_expect_eq(award(store, "ada", 1, 1, NULL), 4);
	commit(store);
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 1, "#6"), 5);
	commit(store);
	brb_store_close(store);
	store = open_store();
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 1, NULL), 7);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 5);
	cr_expect_eq(own_number("SELECT reason = '#4' FROM awards WHERE sequence = 4"), 1);
	cr_expect_eq(own_number("SELECT reason = '#7' FROM awards WHERE sequence = 7"), 1);
}

Test(store_awards, held_counts_and_the_highest_level)
{
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	cr_expect_str_eq(held(store, "ada", "no-such-badge"), "0, 0");
	award(store, "ada", 1, 2, "a");
	award(store, "ada", 1, 2, "b");
	award(store, "ada", 1, 1, "c");
	cr_expect_str_eq(held(store, "ada", "first"), "3, 2");
	cr_expect_str_eq(held(store, "ada", "second"), "0, 0");
	cr_expect_str_eq(held(store, "bob", "first"), "0, 0");
	commit(store);
	brb_store_close(store);
	store = open_store();
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "3, 2");
	brb_store_rollback(store);
}

/* A plugin may query a slug before a badge with it is registered. */
Test(store_awards, a_slug_that_was_asked_for_too_early_is_found_once_it_is_there)
{
	begin(store);
	cr_expect_str_eq(held(store, "ada", "third"), "0, 0");
	commit(store);
	const badge_level level = { "A", "a" };
	brb_store_badge badge = { .slug = "third", .levels = &level, .level_count = 1 };
	WELL(brb_store_register(store, &badge, 1, NULL, NULL, 0, error));
	cr_expect_eq(badge.number, 3);
	begin(store);
	award(store, "ada", 3, 1, "");
	cr_expect_str_eq(held(store, "ada", "third"), "1, 1");
	commit(store);
}

Test(store_awards, sequences_grow_and_outlive_the_store)
{
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 1, ""), 1);
	cr_expect_eq(award(store, "ada", 1, 2, ""), 2);
	commit(store);
	brb_store_close(store);
	sqlite3 *own = open_own();
	own_run(own, "DELETE FROM awards WHERE sequence = 2");
	sqlite3_close(own);
	store = open_store();
	begin(store);
	cr_expect_eq(award(store, "ada", 1, 3, ""), 3, "never one that was given out before");
	commit(store);
}

/* ---- registering ------------------------------------------------------------------------------------------------- */

Test(store_awards, a_badges_number_stays_when_others_come_and_go)
{
	const badge_level levels[] = { { "A", "a" }, { "B", "b" } };
	brb_store_badge badges[] = { { .slug = "new", .levels = levels, .level_count = 2 },
				     { .slug = "second", .levels = levels, .level_count = 2 } };
	const char *const ids[] = { "plugin-c", "plugin-b" };
	uint32_t numbers[2];
	WELL(brb_store_register(store, badges, 2, ids, numbers, 2, error));
	cr_expect_eq(badges[0].number, 3);
	cr_expect_eq(badges[1].number, 2);
	cr_expect_eq(numbers[0], 3);
	cr_expect_eq(numbers[1], 2);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM badges"), 3);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM levels WHERE badge = 2 AND name = 'B'"), 1, "renamed");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM levels WHERE badge = 1"), 100, "kept for the awards there are");
}

Test(store_awards, registering_the_same_again_changes_no_row)
{
	sqlite3 *own = open_own();
	sqlite3_stmt *statement = NULL;
	sqlite3_prepare_v2(own, "PRAGMA data_version", -1, &statement, NULL);
	sqlite3_step(statement);
	int before = sqlite3_column_int(statement, 0);
	sqlite3_reset(statement);
	register_badges(store);
	sqlite3_step(statement);
	cr_expect_eq(sqlite3_column_int(statement, 0), before);
	sqlite3_finalize(statement);
	sqlite3_close(own);
}

/* A reload without new badges delays no event: here a transaction is open the whole time. */
Test(store_awards, registering_the_same_again_needs_no_transaction)
{
	uint64_t commits = brb_store_commit_count(store);
	begin(store);
	register_badges(store);
	commit(store);
	cr_expect_eq(brb_store_commit_count(store), commits + 1, "the test's own");
}

Test(store_awards, of_what_is_registered_only_the_new_is_written)
{
	const badge_level levels[] = { { "Bronze", "The first" }, { "Other", "Its description" } };
	brb_store_badge badges[] = { { .slug = "first", .levels = levels, .level_count = 1 },
				     { .slug = "second", .levels = levels, .level_count = 2 },
				     { .slug = "third", .levels = levels, .level_count = 1 } };
	const char *const ids[] = { "plugin-b", "plugin-new" };
	uint32_t numbers[2] = { 0, 0 };
	WELL(brb_store_register(store, badges, 3, ids, numbers, 2, error));
	cr_expect(badges[0].number == 1 && badges[1].number == 2 && badges[2].number == 3);
	cr_expect(numbers[0] == 2 && numbers[1] == 3);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM levels WHERE badge = 2 AND name = 'Other'"), 1);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM levels WHERE badge = 3"), 1);
}
