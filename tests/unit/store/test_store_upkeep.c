/*
 * store, upkeep: users forgotten and merged, backups.
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

static void set_tally_of(const char *name, const char *subject, int64_t value)
{
	WELL(brb_store_tally_set(store, 1, name, subject, value, error));
}

static void set_note_of(const char *name, const char *subject, const char *text)
{
	WELL(brb_store_note_set(store, 1, name, subject, text, error));
}

static const char *note_of(const char *name, const char *subject)
{
	const char *text = NULL;
	WELL(brb_store_note(store, 1, name, subject, &text, error));
	return text ? text : "(none)";
}

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
	WELL(brb_store_merge_users(store, from, into, error));
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
	set_tally_of("visits", "ada", 5);
	set_tally_of("visits", "bob", 7);
	set_tally_of("visits", "a post", 1);
	set_tally_of("only-ada", "ada", 2);
	set_note_of("last", "ada", "of ada");
	set_note_of("last", "bob", "of bob");
	set_note_of("only-ada", "ada", "ada's own");
	see("e1", "ada");
	see("e1", "bob");
	see("e2", "ada");
	commit(store);
}

/* ---- forgetting -------------------------------------------------------------------------------------------------- */

Test(store_upkeep, a_forgotten_user_leaves_nothing)
{
	store_some();
	cr_expect_eq(forget("ada"), 2);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users WHERE name = 'ada'"), 0);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 2);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM tallies"), 2);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM notes"), 1);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen"), 1);
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	cr_expect_eq(tally_of(store, 1, "visits", "ada"), 0);
	cr_expect_str_eq(note_of("last", "ada"), "(none)");
	cr_expect(see("e1", "ada"));
	cr_expect_eq(award(store, "ada", 1, 1, ""), 5, "the sequences go on");
	cr_expect_str_eq(held(store, "bob", "first"), "2, 3");
	commit(store);
}

Test(store_upkeep, forgetting_takes_what_the_transaction_did_before)
{
	int64_t awards = 0;
	begin(store);
	award(store, "ada", 1, 1, "");
	set_tally_of("visits", "ada", 5);
	WELL(brb_store_forget_user(store, "ada", &awards, error));
	cr_expect_eq(awards, 1);
	commit(store);
	cr_expect_eq(own_number("SELECT (SELECT COUNT(*) FROM awards) + (SELECT COUNT(*) FROM tallies) + "
				"(SELECT COUNT(*) FROM users)"),
		     0);
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
	cr_expect_eq(tally_of(store, 1, "visits", "ada"), 5);
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

/* ---- merging ----------------------------------------------------------------------------------------------------- */

Test(store_upkeep, all_that_one_has_becomes_the_others)
{
	store_some();
	merge("ada", "bob");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users WHERE name = 'ada'"), 0);
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	cr_expect_str_eq(held(store, "bob", "first"), "3, 3", "1, 3, and 2 for r");
	cr_expect_eq(award(store, "bob", 1, 2, "r"), 0);
	cr_expect_eq(award(store, "bob", 1, 1, ""), 0);
	cr_expect_eq(tally_of(store, 1, "visits", "bob"), 12, "tallies are added up");
	cr_expect_eq(tally_of(store, 1, "only-ada", "bob"), 2);
	cr_expect_eq(tally_of(store, 1, "visits", "ada"), 0);
	cr_expect_eq(tally_of(store, 1, "visits", "a post"), 1);
	cr_expect_str_eq(note_of("last", "bob"), "of bob", "of two notes the other's stays");
	cr_expect_str_eq(note_of("only-ada", "bob"), "ada's own");
	cr_expect_str_eq(note_of("last", "ada"), "(none)");
	cr_expect_not(see("e1", "bob"));
	cr_expect_not(see("e2", "bob"));
	brb_store_rollback(store);
	cr_expect_eq(own_number("SELECT sequence FROM awards WHERE level = 1"), 1, "held by both: the older one");
}

Test(store_upkeep, into_a_user_who_was_not_there)
{
	store_some();
	merge("ada", "cy");
	begin(store);
	cr_expect_str_eq(held(store, "cy", "first"), "2, 2");
	cr_expect_eq(tally_of(store, 1, "visits", "cy"), 5);
	brb_store_rollback(store);
}

Test(store_upkeep, from_nobody)
{
	store_some();
	merge("nobody", "bob");
	begin(store);
	cr_expect_str_eq(held(store, "bob", "first"), "2, 3");
	cr_expect_eq(tally_of(store, 1, "visits", "bob"), 7);
	brb_store_rollback(store);
}

/* Merging a user into itself changes nothing. */
Test(store_upkeep, into_oneself)
{
	store_some();
	merge("ada", "ada");
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "2, 2");
	cr_expect_eq(tally_of(store, 1, "visits", "ada"), 5);
	cr_expect_str_eq(note_of("last", "ada"), "of ada");
	cr_expect_not(see("e1", "ada"));
	brb_store_rollback(store);
}

Test(store_upkeep, what_either_has_had_revoked)
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
	cr_expect_str_eq(held(store, "bob", "first"), "2, 2", "one of them still holds 1 and 2");
	cr_expect_eq(award(store, "bob", 1, 1, ""), 0);
	cr_expect_eq(award(store, "bob", 1, 3, ""), 0, "revoked for both");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 6, "all on record");
}

/* ---- copying ----------------------------------------------------------------------------------------------------- */

Test(store_upkeep, a_copy_is_a_database_of_its_own)
{
	char copy[PATH_BYTES];
	join(copy, folder, "copy.db");
	store_some();
	WELL(brb_store_backup(store, copy, error));
	begin(store);
	award(store, "cy", 1, 1, "");
	commit(store);
	brb_store_options options = default_options();
	options.path = copy;
	brb_store *other = open_with(&options);
	begin(other);
	cr_expect_str_eq(held(other, "ada", "first"), "2, 2");
	cr_expect_str_eq(held(other, "cy", "first"), "0, 0");
	cr_expect_eq(tally_of(other, 1, "visits", "bob"), 7);
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
	WELL(brb_store_backup(store, copy, error));
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
	expect_error(brb_store_backup(store, copy, &error), BRABEION_STORE, &error, words);
	char *bytes = read_whole(copy, &length);
	cr_expect_str_eq(bytes, "precious");
	free(bytes);
	join(copy, folder, "nowhere/copy.db");
	snprintf(words, sizeof words, "%s: No such file or directory", copy);
	expect_error(brb_store_backup(store, copy, &error), BRABEION_STORE, &error, words);
}

Test(store_upkeep, a_database_that_is_gone_is_not_copied)
{
	char copy[PATH_BYTES];
	brabeion_error error = BRABEION_NO_ERROR;
	join(copy, folder, "copy.db");
	cr_assert_eq(unlink(path), 0);
	cr_expect_eq(brb_store_backup(store, copy, &error), BRABEION_STORE);
	cr_expect_not_null(strstr(error.message, "was moved, deleted or replaced while in use"), "%s", error.message);
	brabeion_error_finish(&error);
	cr_expect_neq(access(copy, F_OK), 0, "no half of a copy is left");
}
