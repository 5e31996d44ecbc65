/*
 * store, users by name: each name has one number, also where a filter answers for the names that are not there: what is
 * rolled back, renamed, forgotten or made by another store is known all the same.
 */
#include "support/store_fixture.h"

/* More than the 4,096 names that were not there after which the filter is built. */
#define MANY 10000

TestSuite(store_users, .init = make_store_folder, .fini = remove_store_folder);

/* An event with an id makes the user of a name. */
static bool see(brb_store *store, const char *id, const char *user)
{
	bool first = false;
	WELL(brb_store_see(store, id, "visit", user, &first, error));
	return first;
}

/* In a transaction: new events of "NAME 0" and so on. */
static void meet(brb_store *store, const char *id, const char *name, int count)
{
	char user[64];
	for (int i = 0; i < count; i++) {
		snprintf(user, sizeof user, "%s %d", name, i);
		cr_assert(see(store, id, user), "%s of %s", id, user);
	}
}

/* With a filter: the first store's names have cost enough. */
static brb_store *open_with_filter(void)
{
	brb_store *store = open_store();
	begin(store);
	see(store, "e", "first");
	commit(store);
	begin(store);
	meet(store, "e", "early", MANY);
	commit(store);
	begin(store);
	meet(store, "e", "late", MANY);
	commit(store);
	cr_assert_eq(own_number("SELECT COUNT(*) FROM users"), 2 * MANY + 1);
	return store;
}

Test(store_users, many_new_names_are_met_again)
{
	brb_store *store = open_with_filter();
	for (int round = 0; round < 3; round++) {
		char id[16];
		snprintf(id, sizeof id, "round %d", round);
		begin(store);
		meet(store, id, "early", MANY);
		meet(store, id, "late", MANY);
		meet(store, id, id, MANY);
		commit(store);
	}
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users"), 5 * MANY + 1);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen"), 2 * MANY + 1 + 9 * MANY);
	brb_store_close(store);
}

Test(store_users, names_that_another_store_makes_are_known)
{
	brb_store *store = open_with_filter(), *other = open_store();
	for (int round = 0; round < 3; round++) {
		char id[16];
		snprintf(id, sizeof id, "round %d", round);
		begin(other);
		meet(other, "theirs", id, 10);
		commit(other);
		begin(store);
		meet(store, "ours", id, 10);
		meet(store, id, "new", MANY);
		commit(store);
	}
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users"), 3 * MANY + 31);
	brb_store_close(store);
	brb_store_close(other);
}

Test(store_users, names_that_were_rolled_back_are_new)
{
	brb_store *store = open_with_filter();
	begin(store);
	meet(store, "e", "undone", 10);
	brb_store_rollback(store);
	begin(store);
	meet(store, "e", "undone", 10);
	meet(store, "e", "new", MANY);
	meet(store, "f", "undone", 10);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users"), 3 * MANY + 11);
	brb_store_close(store);
}

/* Within one transaction, so that no other one begins with nothing known. */
Test(store_users, a_name_that_is_given_anew_is_known)
{
	brb_store *store = open_with_filter();
	begin(store);
	meet(store, "e", "new", MANY);
	WELL(brb_store_rename_user(store, "early 7", "lovelace", error));
	cr_expect_not(see(store, "e", "lovelace"), "by his number");
	cr_expect(see(store, "e", "early 7"), "another one");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users"), 3 * MANY + 2);
	brb_store_close(store);
}

Test(store_users, a_name_that_was_forgotten_is_another_user)
{
	int64_t awards = 0;
	brb_store *store = open_with_filter();
	begin(store);
	WELL(brb_store_forget_user(store, "early 7", &awards, error));
	commit(store);
	begin(store);
	cr_expect(see(store, "e", "early 7"));
	meet(store, "f", "late", MANY);
	cr_expect_not(see(store, "e", "early 7"));
	commit(store);
	sweep_all(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users WHERE name = 'early 7'"), 1);
	brb_store_close(store);
}
