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

/* Sees so many ids in one transaction: "NAME 0" and so on. Returns how many were new. */
static int see_run(brb_store *store, const char *name, int count)
{
	char id[64];
	int new = 0;
	begin(store);
	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof id, "%s %d", name, i);
		new += see(store, id, "visit", "ada");
	}
	commit(store);
	return new;
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

/* ---- the filter -------------------------------------------------------------------------------------------------- */

/* Enough look-ups for it, twice as many for a larger one; and what another store adds meanwhile is known. */
Test(store_seen, many_ids_are_told_apart_also_with_a_filter)
{
	brb_store *store = open_remembering(INT64_MAX), *other = open_remembering(INT64_MAX);
	char id[32];
	for (int round = 0; round < 2; round++) {
		begin(store);
		for (int i = 0; i < 40000; i++) {
			if (i % 10000 == 9999) {
				commit(store);
				begin(store);
			}
			snprintf(id, sizeof id, "id %d", i);
			cr_assert_eq(see(store, id, "visit", "ada"), round == 0, "%s", id);
		}
		commit(store);
		begin(other);
		snprintf(id, sizeof id, "other %d", round);
		cr_expect(see(other, id, "visit", "ada"));
		commit(other);
		cr_expect_not(see_id(store, id));
	}
	brb_store_close(store);
	brb_store_close(other);
	cr_expect_eq(rows(), 40002);
}

/* ---- retention --------------------------------------------------------------------------------------------------- */

/* Kept by periods of an eighth, so that they can go at once. */
#define RETENTION (INT64_C(80) * 3600 * SECOND)
#define PERIOD (RETENTION / 8)

Test(store_seen, an_id_is_remembered_for_the_retention_and_an_eighth_more_at_most)
{
	brb_store *store = open_remembering(RETENTION);
	cr_expect(see_id(store, "e1"));
	now_us = START + RETENTION;
	begin(store);
	cr_expect_not(see(store, "e1", "visit", "ada"), "to the last second");
	brb_store_rollback(store);
	now_us = START + RETENTION + PERIOD + SECOND;
	cr_expect(see_id(store, "e1"));
	brb_store_close(store);
}

Test(store_seen, a_duplicate_before_a_quarter_of_the_retention_is_only_a_read)
{
	brb_store *store = open_remembering(RETENTION);
	now_us = START / PERIOD * PERIOD;
	cr_expect(see_id(store, "e1"));
	now_us += 2 * PERIOD - SECOND;
	int64_t period = own_number("SELECT period FROM seen");
	cr_expect_not(see_id(store, "e1"));
	cr_expect_eq(own_number("SELECT period FROM seen"), period);
	now_us += RETENTION - PERIOD + 2 * SECOND;
	cr_expect(see_id(store, "e1"), "as if it had not come again");
	brb_store_close(store);
}

Test(store_seen, a_duplicate_after_a_quarter_of_the_retention_renews_the_id)
{
	brb_store *store = open_remembering(RETENTION);
	cr_expect(see_id(store, "e1"));
	now_us += RETENTION / 4;
	cr_expect_not(see_id(store, "e1"));
	cr_expect_eq(rows(), 1, "it is moved, not copied");
	now_us += RETENTION;
	cr_expect_not(see_id(store, "e1"), "remembered for the retention from there");
	brb_store_close(store);
}

Test(store_seen, what_comes_again_within_three_quarters_of_the_retention_is_never_new)
{
	static const int64_t steps[] = { 3600, 3 * 3600 + 17, 20 * 3600, 41 * 3600 + 59, 60 * 3600 };
	for (size_t step = 0; step < sizeof steps / sizeof steps[0]; step++) {
		char id[16];
		brb_store *store = open_remembering(RETENTION);
		snprintf(id, sizeof id, "step %d", (int)step);
		cr_expect(see_id(store, id));
		for (int i = 0; i < 200; i++) {
			now_us += steps[step] * SECOND;
			cr_assert_not(see_id(store, id), "%s, the %dth time", id, i);
		}
		brb_store_close(store);
	}
}

/* Twice in one transaction, which is undone; then for good. */
Test(store_seen, a_renewal_is_a_part_of_its_transaction)
{
	brb_store *store = open_remembering(RETENTION);
	cr_expect(see_id(store, "e1"));
	int64_t period = own_number("SELECT period FROM seen");
	now_us += RETENTION / 2;
	begin(store);
	cr_expect_not(see(store, "e1", "visit", "ada"));
	cr_expect_not(see(store, "e1", "visit", "ada"));
	brb_store_rollback(store);
	cr_expect_eq(own_number("SELECT period FROM seen"), period);
	begin(store);
	cr_expect_not(see(store, "e1", "visit", "ada"));
	cr_expect_not(see(store, "e1", "visit", "ada"));
	commit(store);
	cr_expect_eq(rows(), 1);
	cr_expect_gt(own_number("SELECT period FROM seen"), period + RETENTION / SECOND / 4);
	brb_store_close(store);
}

/* ---- runs --------------------------------------------------------------------------------------------------------- */

#define RUN 50000

/* The store named a period after its end in seconds: runs end at most three seconds later. */
Test(store_seen, many_ids_at_once_are_a_run_of_their_own_of_which_there_are_four)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
	brb_store *store = open_remembering(RETENTION);
	cr_expect(see_id(store, "e1"));
	for (int i = 0; i < 6; i++) {
		cr_expect_eq(see_run(store, names[i], RUN), RUN);
		cr_expect_eq(own_number("SELECT COUNT(DISTINCT period) FROM seen"), i < 3 ? i + 2 : 4);
	}
	cr_expect_eq(own_number("SELECT MAX(period) - MIN(period) FROM seen"), 3);
	int64_t first = own_number("SELECT MIN(period) FROM seen");
	cr_expect_eq(first, (START / SECOND / (PERIOD / SECOND) + 1) * (PERIOD / SECOND));
	int64_t in_first = own_number("SELECT COUNT(*) FROM seen WHERE period = (SELECT MIN(period) FROM seen)");
	cr_expect(see_id(store, "e2"));
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen WHERE period = (SELECT MIN(period) FROM seen)"),
		     in_first + 1, "few go to the first");
	brb_store_close(store);
	store = open_remembering(RETENTION);
	for (int i = 0; i < 6; i++)
		cr_expect_eq(see_run(store, names[i], 500), 0, "%s", names[i]);
	cr_expect_not(see_id(store, "e2"));
	cr_expect_eq(rows(), 6 * RUN + 2);
	brb_store_close(store);
}

Test(store_seen, a_run_is_remembered_and_swept_like_its_period)
{
	brb_store *store = open_remembering(RETENTION);
	cr_expect(see_id(store, "e1"));
	cr_expect_eq(see_run(store, "a", RUN), RUN);
	cr_expect_eq(see_run(store, "b", RUN), RUN);
	now_us = START + RETENTION;
	begin(store);
	cr_expect_not(see(store, "b 7", "visit", "ada"));
	brb_store_rollback(store);
	now_us = START + RETENTION + PERIOD + 4 * SECOND;
	cr_expect_eq(see_run(store, "b", RUN), RUN);
	cr_expect_eq(see_run(store, "c", RUN), RUN);
	cr_expect_eq(see_run(store, "d", RUN), RUN, "each sweeps one");
	cr_expect_eq(rows(), 3 * RUN, "the old ones are gone");
	brb_store_close(store);
}

/* ---- while a file is being fed ----------------------------------------------------------------------------------- */

Test(store_seen, while_a_file_is_fed_what_is_there_is_known_and_nothing_is_swept)
{
	brb_store *store = open_remembering(RETENTION);
	cr_expect(see_id(store, "e1"));
	cr_expect(see_id(store, "e2"));
	now_us += 10 * RETENTION;
	brb_store_feed_begin(store);
	cr_expect(see_id(store, "n1"));
	cr_expect_eq(rows(), 3);
	cr_expect_not(see_id(store, "e1"));
	brb_store_feed_end(store);
	WELL(brb_store_sweep_seen(store, error));
	cr_expect_eq(rows(), 2, "e2 was not in the file");
	cr_expect(see_id(store, "e2"));
	brb_store_close(store);
}

Test(store_seen, another_store_does_not_sweep_meanwhile)
{
	brb_store *store = open_remembering(RETENTION), *other = open_remembering(RETENTION);
	cr_expect(see_id(store, "e1"));
	now_us += 10 * RETENTION;
	brb_store_feed_begin(store);
	cr_expect(see_id(other, "n1"));
	cr_expect_eq(rows(), 2);
	cr_expect_not(see_id(store, "e1"));
	brb_store_feed_begin(store);
	brb_store_feed_end(store);
	now_us += 10 * RETENTION;
	cr_expect(see_id(other, "n2"));
	cr_expect_eq(rows(), 3, "one of two feeds has ended");
	brb_store_feed_end(store);
	cr_expect(see_id(other, "n3"));
	cr_expect_eq(rows(), 2, "e1 and n1 are gone");
	brb_store_close(store);
	brb_store_close(other);
}

/* Only ever fed, as by a timer: what each feed adds, it sweeps of the old in the end. */
Test(store_seen, a_database_that_is_only_fed_does_not_grow)
{
	brb_store *store = open_remembering(RETENTION);
	for (int feed = 0; feed < 30; feed++) {
		brb_store_feed_begin(store);
		for (int i = 0; i < 100; i++) {
			char id[32];
			snprintf(id, sizeof id, "feed %d, %d", feed, i);
			cr_assert(see_id(store, id));
		}
		brb_store_feed_end(store);
		WELL(brb_store_sweep_seen(store, error));
		now_us += RETENTION / 2;
	}
	cr_expect_leq(rows(), 400, "%d rows", (int)rows());
	brb_store_close(store);
}

/* ---- retention, again -------------------------------------------------------------------------------------------- */

Test(store_seen, seen_anew_it_is_remembered_anew)
{
	brb_store *store = open_remembering(RETENTION);
	cr_expect(see_id(store, "e1"));
	now_us = START + 2 * RETENTION;
	cr_expect(see_id(store, "e1"));
	now_us = START + 3 * RETENTION;
	begin(store);
	cr_expect_not(see(store, "e1", "visit", "ada"));
	brb_store_rollback(store);
	now_us = START + 3 * RETENTION + PERIOD + SECOND;
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

Test(store_seen, no_retention_remembers_for_two_hours_at_most)
{
	brb_store *store = open_remembering(0);
	cr_expect(see_id(store, "e1"));
	cr_expect_not(see_id(store, "e1"));
	now_us = START + 2 * 3600 * SECOND;
	cr_expect(see_id(store, "e1"));
	brb_store_close(store);
}

Test(store_seen, a_clock_that_goes_back_forgets_nothing)
{
	brb_store *store = open_remembering(RETENTION);
	cr_expect(see_id(store, "e1"));
	now_us = START - 10 * RETENTION;
	cr_expect_not(see_id(store, "e1"));
	cr_expect(see_id(store, "e2"));
	cr_expect_not(see_id(store, "e2"));
	brb_store_close(store);
	cr_expect_eq(rows(), 2);
}

Test(store_seen, a_shorter_retention_than_before_forgets_nothing_of_it)
{
	brb_store *store = open_remembering(100 * RETENTION);
	cr_expect(see_id(store, "e1"));
	brb_store_close(store);
	now_us = START + RETENTION - SECOND;
	store = open_remembering(RETENTION);
	cr_expect_not(see_id(store, "e1"));
	brb_store_close(store);
}

Test(store_seen, a_longer_retention_than_before_holds_for_what_is_left)
{
	brb_store *store = open_remembering(RETENTION);
	cr_expect(see_id(store, "e1"));
	brb_store_close(store);
	now_us = START + RETENTION + PERIOD / 2;
	store = open_remembering(10 * RETENTION);
	cr_expect_not(see_id(store, "e1"));
	brb_store_close(store);
}

/* ---- the sweep --------------------------------------------------------------------------------------------------- */

/* `count` new ids, ten to a transaction, at even times within so long. */
static void see_many(brb_store *store, char letter, int count, int64_t within_us)
{
	for (int i = 0; i < count; i++) {
		char id[16];
		if (i % 10 == 0)
			begin(store);
		snprintf(id, sizeof id, "%c%d", letter, i);
		cr_assert(see(store, id, "visit", "ada"));
		now_us += within_us / count;
		if (i % 10 == 9)
			commit(store);
	}
}

Test(store_seen, old_ids_leave_the_table)
{
	brb_store *store = open_remembering(RETENTION);
	see_many(store, 'a', 500, 5 * RETENTION);
	cr_expect_leq(rows(), 160, "of 500 ids, 100 are to be remembered: %d", (int)rows());
	cr_expect_geq(rows(), 100);
	now_us += 10 * RETENTION;
	see_many(store, 'b', 100, PERIOD / 2);
	cr_expect_eq(rows(), 100, "none of the old is left, none of the new is gone");
	brb_store_close(store);
}

Test(store_seen, the_table_stays_bounded_however_long_it_runs)
{
	brb_store *store = open_remembering(RETENTION);
	int64_t most = 0;
	for (char letter = 'a'; letter <= 'z'; letter++) {
		see_many(store, letter, 100, RETENTION);
		int64_t now = rows();
		most = now > most ? now : most;
	}
	cr_expect_leq(most, 140, "%d rows at most", (int)most);
	brb_store_close(store);
}

/* A commit removes two rows for each id that it adds, and 64 more; here all of these are old. */
Test(store_seen, a_commit_sweeps_two_rows_for_each_new_id_and_64)
{
	brb_store *store = open_remembering(RETENTION);
	char id[16];
	begin(store);
	for (int i = 0; i < 1000; i++) {
		snprintf(id, sizeof id, "a%d", i);
		cr_assert(see(store, id, "visit", "ada"));
	}
	commit(store);
	now_us += 10 * RETENTION;
	begin(store);
	cr_expect(see(store, "b", "visit", "ada"));
	commit(store);
	cr_expect_eq(rows(), 1000 - 66 + 1);
	begin(store);
	for (int i = 0; i < 100; i++) {
		snprintf(id, sizeof id, "b%d", i);
		cr_assert(see(store, id, "visit", "ada"));
	}
	commit(store);
	cr_expect_eq(rows(), 1000 - 66 - 264 + 101);
	brb_store_close(store);
}

/* Ids that were old when the engine stopped are swept by the next engine. */
Test(store_seen, the_sweep_goes_on_after_opening_again)
{
	brb_store *store = open_remembering(RETENTION);
	see_many(store, 'a', 300, 0);
	brb_store_close(store);
	now_us += 10 * RETENTION;
	store = open_remembering(RETENTION);
	see_many(store, 'b', 20, 0);
	brb_store_close(store);
	store = open_remembering(RETENTION);
	see_many(store, 'c', 50, 0);
	brb_store_close(store);
	cr_expect_eq(rows(), 70);
}

Test(store_seen, a_sweep_that_is_rolled_back_begins_again)
{
	brb_store *store = open_remembering(RETENTION);
	see_many(store, 'a', 300, 0);
	now_us += 10 * RETENTION;
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
	cr_expect_eq(rows(), 20);
	brb_store_close(store);
}
