/*
 * store, seen ids: an event with an id is new once, by (id, event, user), within the retention; old ids leave the table as
 * new ones come in.
 */
#include "support/store_fixture.h"

#define SECOND INT64_C(1000000)
#define START (INT64_C(1700000000) * SECOND)

static int64_t now_us = START;

static int64_t read_now(void *context)
{
	return *(int64_t *)context;
}

TestSuite(store_seen, .init = make_store_folder, .fini = remove_store_folder);

static brb_store *open_remembering(int64_t retention_us)
{
	brb_store_options options = default_options();
	options.retention_us = retention_us;
	options.clock = (brb_clock){ read_now, &now_us };
	return open_with(&options);
}

static bool see(brb_store *store, const char *id, const char *event, const char *user)
{
	bool first = false;
	WELL(brb_store_see(store, id, event, user, &first, error));
	return first;
}

/* In a transaction of its own. */
static bool see_id(brb_store *store, const char *id)
{
	begin(store);
	bool first = see(store, id, "visit", "ada");
	commit(store);
	return first;
}

static int64_t rows(void)
{
	return own_number("SELECT COUNT(*) FROM seen");
}

Test(store_seen, the_second_time_is_a_duplicate)
{
	brb_store *store = open_remembering(INT64_MAX);
	begin(store);
	cr_expect(see(store, "e1", "visit", "ada"));
	cr_expect_not(see(store, "e1", "visit", "ada"), "in the same transaction");
	commit(store);
	cr_expect_not(see_id(store, "e1"), "in the next");
	brb_store_close(store);
	store = open_remembering(INT64_MAX);
	cr_expect_not(see_id(store, "e1"), "opened again");
	cr_expect(see_id(store, "e2"));
	brb_store_close(store);
	cr_expect_eq(rows(), 2);
}

Test(store_seen, the_key_is_id_event_and_user)
{
	brb_store *store = open_remembering(INT64_MAX);
	begin(store);
	cr_expect(see(store, "e1", "visit", "ada"));
	cr_expect(see(store, "e1", "visit", "bob"));
	cr_expect(see(store, "e1", "vote", "ada"));
	cr_expect(see(store, "E1", "visit", "ada"));
	cr_expect(see(store, "e1 ", "visit", "ada"));
	cr_expect_not(see(store, "e1", "vote", "ada"));
	cr_expect_not(see(store, "e1", "visit", "bob"));
	commit(store);
	brb_store_close(store);
	cr_expect_eq(rows(), 5);
}

Test(store_seen, rolled_back_it_was_never_seen)
{
	brb_store *store = open_remembering(INT64_MAX);
	begin(store);
	cr_expect(see(store, "e1", "visit", "ada"));
	brb_store_rollback(store);
	cr_expect(see_id(store, "e1"));
	brb_store_close(store);
}

Test(store_seen, an_undo_takes_no_id_back)
{
	brb_store *store = open_remembering(INT64_MAX);
	begin(store);
	cr_expect(see(store, "e1", "visit", "ada"));
	brb_store_undo(store);
	cr_expect_not(see(store, "e1", "visit", "ada"));
	commit(store);
	brb_store_close(store);
	cr_expect_eq(rows(), 1);
}

Test(store_seen, another_store_has_seen_it)
{
	brb_store *store = open_remembering(INT64_MAX), *other = open_remembering(INT64_MAX);
	cr_expect(see_id(store, "e1"));
	cr_expect_not(see_id(other, "e1"));
	cr_expect(see_id(other, "e2"));
	cr_expect_not(see_id(store, "e2"));
	brb_store_close(store);
	brb_store_close(other);
}

/* ---- retention --------------------------------------------------------------------------------------------------- */

Test(store_seen, an_id_is_remembered_for_the_retention_and_no_second_longer)
{
	brb_store *store = open_remembering(100 * SECOND);
	cr_expect(see_id(store, "e1"));
	now_us = START + 99 * SECOND;
	cr_expect_not(see_id(store, "e1"));
	now_us = START + 100 * SECOND;
	cr_expect_not(see_id(store, "e1"), "to the last second");
	now_us = START + 101 * SECOND;
	cr_expect(see_id(store, "e1"));
	brb_store_close(store);
}

Test(store_seen, a_duplicate_does_not_lengthen_the_retention)
{
	brb_store *store = open_remembering(100 * SECOND);
	cr_expect(see_id(store, "e1"));
	now_us = START + 60 * SECOND;
	cr_expect_not(see_id(store, "e1"));
	now_us = START + 101 * SECOND;
	cr_expect(see_id(store, "e1"));
	brb_store_close(store);
}

Test(store_seen, seen_anew_it_is_remembered_anew)
{
	brb_store *store = open_remembering(100 * SECOND);
	cr_expect(see_id(store, "e1"));
	now_us = START + 150 * SECOND;
	cr_expect(see_id(store, "e1"));
	now_us = START + 250 * SECOND;
	cr_expect_not(see_id(store, "e1"));
	now_us = START + 251 * SECOND;
	cr_expect(see_id(store, "e1"));
	brb_store_close(store);
}

Test(store_seen, forever_is_forever)
{
	brb_store *store = open_remembering(INT64_MAX);
	cr_expect(see_id(store, "e1"));
	now_us = START + SECOND * 86400 * 365 * 200;
	for (int i = 0; i < 200; i++) {
		char id[16];
		snprintf(id, sizeof id, "f%d", i);
		cr_expect(see_id(store, id));
	}
	cr_expect_not(see_id(store, "e1"));
	brb_store_close(store);
	cr_expect_eq(rows(), 201);
}

Test(store_seen, no_retention_remembers_within_the_second)
{
	brb_store *store = open_remembering(0);
	cr_expect(see_id(store, "e1"));
	cr_expect_not(see_id(store, "e1"));
	now_us = START + SECOND;
	cr_expect(see_id(store, "e1"));
	brb_store_close(store);
}

Test(store_seen, a_clock_that_goes_back_forgets_nothing)
{
	brb_store *store = open_remembering(100 * SECOND);
	cr_expect(see_id(store, "e1"));
	now_us = START - 1000 * SECOND;
	cr_expect_not(see_id(store, "e1"));
	cr_expect(see_id(store, "e2"));
	brb_store_close(store);
	cr_expect_eq(rows(), 2);
}

/* ---- the sweep --------------------------------------------------------------------------------------------------- */

/* `count` new ids, ten to a transaction, one second apart. */
static void see_many(brb_store *store, char letter, int count)
{
	for (int i = 0; i < count; i++) {
		char id[16];
		if (i % 10 == 0)
			begin(store);
		snprintf(id, sizeof id, "%c%d", letter, i);
		cr_assert(see(store, id, "visit", "ada"));
		now_us += SECOND;
		if (i % 10 == 9)
			commit(store);
	}
}

Test(store_seen, old_ids_leave_the_table)
{
	brb_store *store = open_remembering(100 * SECOND);
	see_many(store, 'a', 500);
	cr_expect_leq(rows(), 220, "of 500 ids, 100 are to be remembered: %d", (int)rows());
	cr_expect_geq(rows(), 100);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen WHERE id IN ('a400', 'a450', 'a499')"), 3);
	now_us += 1000 * SECOND;
	see_many(store, 'b', 100);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen WHERE id LIKE 'a%'"), 0, "none of the old is left");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen WHERE id LIKE 'b%'"), 100, "none of the new is gone");
	brb_store_close(store);
}

Test(store_seen, the_table_stays_bounded_however_long_it_runs)
{
	brb_store *store = open_remembering(100 * SECOND);
	int64_t most = 0;
	for (char letter = 'a'; letter <= 'z'; letter++) {
		see_many(store, letter, 100);
		int64_t now = rows();
		most = now > most ? now : most;
	}
	cr_expect_leq(most, 200, "%d rows at most", (int)most);
	brb_store_close(store);
}

/* A commit checks two rows for each id that it adds, and 64 more; here all of these are old. */
Test(store_seen, a_commit_sweeps_two_rows_for_each_new_id_and_64)
{
	brb_store *store = open_remembering(100 * SECOND);
	char id[16];
	begin(store);
	for (int i = 0; i < 1000; i++) {
		snprintf(id, sizeof id, "a%d", i);
		cr_assert(see(store, id, "visit", "ada"));
	}
	commit(store);
	now_us += 10000 * SECOND;
	begin(store);
	cr_expect(see(store, "b", "visit", "ada"));
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen WHERE id LIKE 'a%'"), 1000 - 66);
	begin(store);
	for (int i = 0; i < 100; i++) {
		snprintf(id, sizeof id, "b%d", i);
		cr_assert(see(store, id, "visit", "ada"));
	}
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen WHERE id LIKE 'a%'"), 1000 - 66 - 264);
	brb_store_close(store);
}

/* Ids that were old when the engine stopped are swept by the next engine. */
Test(store_seen, the_sweep_goes_on_after_opening_again)
{
	brb_store *store = open_remembering(100 * SECOND);
	see_many(store, 'a', 1000);
	brb_store_close(store);
	now_us += 10000 * SECOND;
	store = open_remembering(100 * SECOND);
	see_many(store, 'b', 50);
	brb_store_close(store);
	store = open_remembering(100 * SECOND);
	see_many(store, 'c', 50);
	brb_store_close(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen WHERE id LIKE 'a%'"), 0);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen WHERE id LIKE 'c%'"), 50);
}

Test(store_seen, a_sweep_that_is_rolled_back_begins_again)
{
	brb_store *store = open_remembering(100 * SECOND);
	see_many(store, 'a', 300);
	now_us += 1000 * SECOND;
	for (int i = 0; i < 40; i++) {
		char id[16];
		snprintf(id, sizeof id, "b%d", i);
		begin(store);
		cr_expect(see(store, id, "visit", "ada"));
		if (i % 2)
			commit(store);
		else
			brb_store_rollback(store);
	}
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen WHERE id LIKE 'a%'"), 0);
	cr_expect_eq(rows(), 20);
	brb_store_close(store);
}

Test(store_seen, a_longer_retention_than_before_holds_for_what_is_left)
{
	brb_store *store = open_remembering(10 * SECOND);
	cr_expect(see_id(store, "e1"));
	brb_store_close(store);
	now_us = START + 11 * SECOND;
	store = open_remembering(1000 * SECOND);
	cr_expect_not(see_id(store, "e1"));
	brb_store_close(store);
}
