/*
 * store, upkeep: users forgotten, merged and renamed, backups.
 */
#include "base/list.h"
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

TestSuite(store_upkeep, .init = open_room, .fini = close_room);

static bool see(const char *id, const char *user)
{
	bool first = false;
	WELL(brb_store_see(store, id, "visit", user, &first, error));
	return first;
}

static int64_t forget(const char *user)
{
	int64_t awards = -42;
	begin(store);
	WELL(brb_store_forget_user(store, user, &awards, error));
	commit(store);
	return awards;
}

static void merge(const char *from, const char *into)
{
	begin(store);
	WELL(brb_store_merge_users(store, from, into, NULL, error));
	commit(store);
}

static void take_back(const char *user, uint32_t level)
{
	brb_store_revocation revocation = { .user = user, .slug = "first", .level = level };
	brabeion_change_list list = { .memory = brb_list_memory() };
	WELL(brb_store_revoke(store, &revocation, &list, error));
	cr_expect_eq(list.count, 1);
	brabeion_change_list_finish(&list);
}

static void store_some(void)
{
	begin(store);
	award(store, "ada", 1, 1, "");  /* 1 */
	award(store, "ada", 1, 2, "r"); /* 2 */
	award(store, "bob", 1, 1, "");  /* 3 */
	award(store, "bob", 1, 3, "");  /* 4 */
	set_tally_of(store, 1, "visits", "a post", 1);
	see("e1", "ada");
	see("e1", "bob");
	see("e2", "ada");
	commit(store);
}

/* "holders of first; at levels 1, 2, 3; all awards". */
static const char *counts(void)
{
	static char text[100];
	int64_t holders = -42, at_level[3] = { 0, 0, 0 }, awards = -42;
	WELL(brb_store_holders(store, "first", &holders, at_level, 3, error));
	WELL(brb_store_count_awards(store, NULL, &awards, error));
	snprintf(text, sizeof text, "%d; %d %d %d; %d", (int)holders, (int)at_level[0], (int)at_level[1],
		 (int)at_level[2], (int)awards);
	return text;
}

/* ---- forgetting -------------------------------------------------------------------------------------------------- */

Test(store_upkeep, a_forgotten_user_is_nobody_at_once_and_leaves_nothing_in_the_end)
{
	store_some();
	cr_expect_str_eq(counts(), "2; 2 1 1; 4");
	cr_expect_eq(forget("ada"), 2);
	cr_expect_str_eq(counts(), "1; 1 0 1; 2");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users WHERE name = 'ada'"), 0);
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	cr_expect_eq(tally_of(store, 1, "visits", "a post"), 1);
	cr_expect(see("e1", "ada"), "another user of that name");
	cr_expect_eq(award(store, "ada", 1, 1, ""), 5, "the sequences go on");
	cr_expect_str_eq(held(store, "bob", "first"), "2, 3");
	commit(store);
	sweep_all(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 3);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users"), 2);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM chores"), 0);
	cr_expect_str_eq(counts(), "2; 2 0 1; 3");
}

Test(store_upkeep, awards_of_a_forgotten_user_are_in_no_list_before_they_are_removed)
{
	brabeion_award_list list = { 0 };
	brabeion_change_list changes = { 0 };
	store_some();
	forget("ada");
	WELL(brb_store_list_awards(store, BRB_STORE_OF_BADGE, "first", 0, 0, &list, error));
	cr_expect_eq(list.count, 2);
	brabeion_award_list_finish(&list);
	WELL(brb_store_list_changes(store, 0, 0, &changes, error));
	cr_expect_eq(changes.count, 2);
	brabeion_change_list_finish(&changes);
}

Test(store_upkeep, forgetting_takes_what_the_transaction_did_before)
{
	int64_t awards = 0;
	begin(store);
	award(store, "ada", 1, 1, "");
	WELL(brb_store_forget_user(store, "ada", &awards, error));
	cr_expect_eq(awards, 1);
	commit(store);
	sweep_all(store);
	cr_expect_eq(own_number("SELECT (SELECT COUNT(*) FROM awards) + (SELECT COUNT(*) FROM users)"), 0);
	cr_expect_str_eq(counts(), "0; 0 0 0; 0");
}

Test(store_upkeep, nobody_is_forgotten_without_harm)
{
	store_some();
	cr_expect_eq(forget("nobody"), 0);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 4);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users"), 2);
}

Test(store_upkeep, rolled_back_nothing_is_forgotten)
{
	int64_t awards = 0;
	store_some();
	begin(store);
	WELL(brb_store_forget_user(store, "ada", &awards, error));
	brb_store_rollback(store);
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "2, 2");
	brb_store_rollback(store);
}

Test(store_upkeep, a_forgotten_award_is_known_no_more)
{
	brb_store_award asked = { .user = "ada", .badge = 1, .level = 1, .reason = "" };
	bool is_held = false;
	store_some();
	begin(store);
	WELL(brb_store_is_held(store, &asked, true, &is_held, error));
	commit(store);
	cr_expect(brb_store_knows_held(store, &asked));
	forget("ada");
	cr_expect_not(brb_store_knows_held(store, &asked));
}

/* Whether any file of the folder has these bytes. */
static bool is_on_disk(const char *word)
{
	char command[2 * PATH_BYTES];
	snprintf(command, sizeof command, "grep -aqr '%s' '%s'", word, folder);
	return system(command) == 0;
}

Test(store_upkeep, no_byte_of_the_name_is_left)
{
	static const char name[] = "q7Zk3vTg0XwLbR5mYc9HsJd2NfUe8PaB";
	bool complete = false;
	for (int i = 0; i < 3; i++) {
		begin(store);
		award(store, name, 1, (uint32_t)i + 1, "");
		set_tally_of(store, 1, "visits", "a post", i);
		commit(store);
	}
	cr_expect(is_on_disk(name));
	cr_expect_eq(forget(name), 3);
	sweep_all(store);
	WELL(brb_store_checkpoint(store, &complete, error));
	cr_expect(complete);
	cr_expect_not(is_on_disk(name));
}

/* ---- merging ----------------------------------------------------------------------------------------------------- */

Test(store_upkeep, all_that_one_has_becomes_the_others_whose_other_name_he_is)
{
	store_some();
	merge("ada", "bob");
	cr_expect_str_eq(counts(), "1; 1 1 1; 3");
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "3, 3", "by either name");
	cr_expect_str_eq(held(store, "bob", "first"), "3, 3", "1, 3, and 2 for r");
	cr_expect_eq(award(store, "ada", 1, 2, "r"), 0);
	cr_expect_eq(award(store, "bob", 1, 1, ""), 0);
	cr_expect_not(see("e1", "bob"));
	cr_expect_not(see("e1", "ada"));
	cr_expect_not(see("e2", "ada"), "an event that comes again under its name");
	cr_expect_eq(award(store, "ada", 1, 9, ""), 5);
	cr_expect_eq(award(store, "bob", 1, 9, ""), 0);
	commit(store);
	cr_expect_eq(own_number("SELECT sequence FROM awards WHERE level = 1"), 1, "held by both: the older one");
	brabeion_user_list list = { 0 };
	WELL(brb_store_list_users(store, NULL, 0, &list, error));
	cr_assert_eq(list.count, 1);
	cr_expect_str_eq(list.users[0].user, "bob");
	cr_expect_eq(list.users[0].awards, 4);
	brabeion_user_list_finish(&list);
	sweep_all(store);
	forget("bob");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users WHERE name IS NOT NULL"), 0, "both names are cut");
}

Test(store_upkeep, a_user_who_was_merged_goes_along_when_the_other_is)
{
	store_some();
	merge("ada", "bob");
	merge("bob", "cy");
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "3, 3");
	cr_expect_str_eq(held(store, "cy", "first"), "3, 3");
	brb_store_rollback(store);
	merge("cy", "ada");
	cr_expect_str_eq(counts(), "1; 1 1 1; 3");
}

Test(store_upkeep, into_a_user_who_was_not_there)
{
	store_some();
	merge("ada", "cy");
	begin(store);
	cr_expect_str_eq(held(store, "cy", "first"), "2, 2");
	brb_store_rollback(store);
}

Test(store_upkeep, from_nobody)
{
	store_some();
	merge("nobody", "bob");
	begin(store);
	cr_expect_str_eq(held(store, "bob", "first"), "2, 3");
	brb_store_rollback(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users"), 3, "who comes under that name is bob");
}

/* Merging a user into itself changes nothing. */
Test(store_upkeep, into_oneself)
{
	store_some();
	merge("ada", "ada");
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "2, 2");
	cr_expect_not(see("e1", "ada"));
	brb_store_rollback(store);
}

Test(store_upkeep, a_persons_revocation_of_either_wins)
{
	begin(store);
	award(store, "ada", 1, 1, "");
	award(store, "bob", 1, 1, "");
	award(store, "ada", 1, 2, "");
	award(store, "bob", 1, 2, "");
	award(store, "ada", 1, 3, "");
	award(store, "bob", 1, 3, "");
	take_back("ada", 1);
	take_back("bob", 2);
	take_back("ada", 3);
	take_back("bob", 3);
	commit(store);
	merge("ada", "bob");
	begin(store);
	cr_expect_str_eq(held(store, "bob", "first"), "0, 0");
	cr_expect_eq(award(store, "bob", 1, 1, ""), 0);
	cr_expect_eq(award(store, "bob", 1, 2, ""), 0);
	cr_expect_eq(award(store, "bob", 1, 3, ""), 0);
	commit(store);
	cr_expect_str_eq(counts(), "0; 0 0 0; 0");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 4, "the revoked ones are on record");
}

Test(store_upkeep, of_an_award_of_both_the_earlier_date_stays)
{
	int64_t sequence;
	brb_store_award later = {
		.user = "ada", .badge = 1, .level = 1, .reason = "", .event = "visit", .event_id = "", .at_us = 500
	};
	begin(store);
	award(store, "bob", 1, 1, ""); /* at 1000 */
	WELL(brb_store_award_add(store, &later, &sequence, error));
	commit(store);
	merge("ada", "bob");
	cr_expect_eq(own_number("SELECT at_us FROM awards"), 500);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 1);
}

/* ---- renaming ---------------------------------------------------------------------------------------------------- */

Test(store_upkeep, a_renamed_user_is_the_same)
{
	brabeion_error wrong = BRABEION_NO_ERROR;
	store_some();
	begin(store);
	WELL(brb_store_rename_user(store, "ada", "lovelace", error));
	cr_expect_str_eq(held(store, "lovelace", "first"), "2, 2");
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	cr_expect_not(see("e1", "lovelace"));
	commit(store);
	begin(store);
	expect_error(brb_store_rename_user(store, "lovelace", "bob", &wrong), BRABEION_INVALID, &wrong,
		     "there is a user \"bob\" already");
	brb_store_rollback(store);
	begin(store);
	expect_error(brb_store_rename_user(store, "ada", "eve", &wrong), BRABEION_INVALID, &wrong,
		     "nothing is recorded under the name \"ada\"");
	brb_store_rollback(store);
}

/* ---- copying ----------------------------------------------------------------------------------------------------- */

Test(store_upkeep, a_copy_is_a_database_of_its_own)
{
	char copy[PATH_BYTES];
	join(copy, folder, "copy.db");
	store_some();
	WELL(brb_store_backup(store, copy, false, error));
	begin(store);
	award(store, "cy", 1, 1, "");
	commit(store);
	brb_store_options options = default_options();
	options.path = copy;
	brb_store *other = open_with(&options);
	begin(other);
	cr_expect_str_eq(held(other, "ada", "first"), "2, 2");
	cr_expect_str_eq(held(other, "cy", "first"), "0, 0");
	cr_expect_eq(tally_of(other, 1, "visits", "a post"), 1);
	commit(other);
	brb_store_close(other);
}

Test(store_upkeep, a_copy_is_made_while_a_transaction_is_under_way)
{
	char copy[PATH_BYTES];
	join(copy, folder, "copy.db");
	store_some();
	begin(store);
	award(store, "cy", 1, 1, "");
	WELL(brb_store_backup(store, copy, false, error));
	commit(store);
}

Test(store_upkeep, nothing_is_written_over)
{
	char copy[PATH_BYTES], words[PATH_BYTES + 64];
	size_t length;
	brabeion_error error = BRABEION_NO_ERROR;
	join(copy, folder, "copy.db");
	write_bytes(copy, "precious", 8);
	snprintf(words, sizeof words, "%s: File exists", copy);
	expect_error(brb_store_backup(store, copy, false, &error), BRABEION_STORE, &error, words);
	char *bytes = read_whole(copy, &length);
	cr_expect_str_eq(bytes, "precious");
	free(bytes);
	join(copy, folder, "nowhere/copy.db");
	snprintf(words, sizeof words, "%s: No such file or directory", copy);
	expect_error(brb_store_backup(store, copy, false, &error), BRABEION_STORE, &error, words);
}

Test(store_upkeep, a_database_that_is_gone_is_not_copied)
{
	char copy[PATH_BYTES];
	brabeion_error error = BRABEION_NO_ERROR;
	join(copy, folder, "copy.db");
	cr_assert_eq(unlink(path), 0);
	cr_expect_eq(brb_store_backup(store, copy, false, &error), BRABEION_STORE);
	cr_expect_not_null(strstr(error.message, "was moved, deleted or replaced while in use"), "%s", error.message);
	brabeion_error_finish(&error);
	cr_expect_neq(access(copy, F_OK), 0, "no half of a copy is left");
}

/* ---- the report ---- */

Test(store_upkeep, what_is_anybodys_is_counted_for_so_long)
{
	char user[32];
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_user_report report = { .found = false };
	begin(store);
	for (int i = 0; i < 2000; i++) {
		snprintf(user, sizeof user, "user %d", i);
		award(store, user, 1, 1, "for ada");
	}
	award(store, "ada", 1, 1, "");
	commit(store);
	cr_assert_eq(brb_store_report_user(store, "ada", NULL, NULL, 1, &report, &error), BRABEION_OK, "%s",
		     error.message);
	cr_expect(report.partial);
	cr_expect_eq(report.awards, 1, "what is the user's is counted whole");
	brabeion_user_report_finish(&report);
	report = (brabeion_user_report){ .found = false };
	cr_assert_eq(brb_store_report_user(store, "ada", NULL, NULL, 0, &report, &error), BRABEION_OK);
	cr_expect_not(report.partial);
	cr_expect_eq(report.in_reasons, 2000);
	brabeion_user_report_finish(&report);
	cr_expect_str_eq(held(store, "ada", "first"), "1, 1");
}

/* ---- a merge that fails ---- */

static brabeion_status change_and_fail(void *context, const char *from, const char *into, brabeion_error *error)
{
	(void)from, (void)into;
	set_tally(context, "wins", 7);
	return brb_status_set(error, BRABEION_SYSTEM, "no");
}

Test(store_upkeep, what_a_merge_has_changed_before_it_fails_is_dropped)
{
	begin(store);
	set_tally(store, "wins", 1);
	commit(store);
	brb_store_merge_own own = { .merge = change_and_fail, .context = store };
	brabeion_error error = BRABEION_NO_ERROR;
	begin(store);
	expect_error(brb_store_merge_users(store, "ben", "ada", &own, &error), BRABEION_SYSTEM, &error, "no");
	brb_store_rollback(store);
	cr_expect_eq(kept_tally("wins"), 1);
	begin(store);
	cr_expect_eq(tally(store, "wins"), 1);
	brb_store_rollback(store);
}
