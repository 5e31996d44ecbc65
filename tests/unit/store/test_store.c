/*
 * store: transactions. All or nothing is stored; a judgement can be undone; cached values are used until another
 * connection writes; the store goes on after a failure.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/reentrancy.h"
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

TestSuite(store, .init = open_room, .fini = close_room);

/* ---- tallies and notes ------------------------------------------------------------------------------------------- */

Test(store, what_was_never_set_is_nought)
{
	begin(store);
	cr_expect_eq(tally(store, "visits"), 0);
	cr_expect_str_eq(note(store, "last"), "(none)");
	brb_store_rollback(store);
}

Test(store, a_transaction_sees_what_it_set)
{
	begin(store);
	set_tally(store, "visits", INT64_MAX);
	set_tally(store, "debts", INT64_MIN);
	set_note(store, "last", "caf\xc3\xa9");
	set_note(store, "empty", "");
	cr_expect_eq(tally(store, "visits"), INT64_MAX);
	cr_expect_eq(tally(store, "debts"), INT64_MIN);
	cr_expect_str_eq(note(store, "last"), "caf\xc3\xa9");
	cr_expect_str_eq(note(store, "empty"), "");
	brb_store_rollback(store);
}

Test(store, nothing_is_in_the_database_before_the_commit)
{
	begin(store);
	set_tally(store, "visits", 7);
	set_note(store, "last", "today");
	award(store, "ada", 1, 1, "");
	cr_expect_eq(own_number("SELECT (SELECT COUNT(*) FROM things) + (SELECT COUNT(*) FROM awards)"), 0);
	commit(store);
	cr_expect_eq(kept_tally("visits"), 7);
	cr_expect_str_eq(kept_note("last"), "today");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 1);
}

Test(store, a_rollback_leaves_nothing)
{
	begin(store);
	set_tally(store, "visits", 1);
	set_note(store, "last", "today");
	award(store, "ada", 1, 1, "");
	commit(store);
	begin(store);
	set_tally(store, "visits", 2);
	set_tally(store, "new", 5);
	set_note(store, "last", NULL);
	award(store, "ada", 1, 2, "");
	award(store, "bob", 1, 1, "");
	brb_store_rollback(store);
	begin(store);
	cr_expect_eq(tally(store, "visits"), 1);
	cr_expect_eq(tally(store, "new"), 0);
	cr_expect_str_eq(note(store, "last"), "today");
	cr_expect_str_eq(held(store, "ada", "first"), "1, 1");
	cr_expect_str_eq(held(store, "bob", "first"), "0, 0");
	cr_expect_eq(award(store, "bob", 1, 1, ""), 2, "the sequence goes on after the last that was stored");
	brb_store_rollback(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users"), 1, "bob is not there either");
}

Test(store, an_empty_transaction_is_fine)
{
	begin(store);
	commit(store);
	begin(store);
	brb_store_rollback(store);
	begin(store);
	commit(store);
}

Test(store, a_note_can_be_removed)
{
	begin(store);
	set_note(store, "last", "today");
	commit(store);
	begin(store);
	set_note(store, "last", NULL);
	cr_expect_str_eq(note(store, "last"), "(none)");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM things"), 0, "without a cell there is no thing");
	begin(store);
	cr_expect_str_eq(note(store, "last"), "(none)");
	set_note(store, "last", NULL);
	commit(store);
}

Test(store, changed_often_the_last_value_is_stored)
{
	begin(store);
	for (int i = 0; i < 1000; i++) {
		char text[16];
		snprintf(text, sizeof text, "note %d", i);
		set_tally(store, "visits", i);
		set_note(store, "last", text);
		if (i % 10 == 0)
			brb_store_mark(store);
	}
	commit(store);
	cr_expect_eq(kept_tally("visits"), 999);
	cr_expect_str_eq(kept_note("last"), "note 999");
}

Test(store, memory_is_apart_by_plugin_name_subject_and_kind)
{
	begin(store);
	for (uint32_t plugin = 1; plugin <= 2; plugin++) {
		set_tally_of(store, plugin, "ab", "c", 1 + plugin * 100);
		set_tally_of(store, plugin, "a", "bc", 2 + plugin * 100);
		set_tally_of(store, plugin, "a", "", 3 + plugin * 100);
		set_note_of(store, plugin, "a", "", plugin == 1 ? "one" : "two");
	}
	commit(store);
	brb_store_close(store);
	store = open_store();
	begin(store);
	for (uint32_t plugin = 1; plugin <= 2; plugin++) {
		cr_expect_eq(tally_of(store, plugin, "ab", "c"), 1 + plugin * 100);
		cr_expect_eq(tally_of(store, plugin, "a", "bc"), 2 + plugin * 100);
		cr_expect_eq(tally_of(store, plugin, "a", ""), 3 + plugin * 100);
		cr_expect_eq(tally_of(store, plugin, "abc", ""), 0);
		cr_expect_str_eq(note_of(store, plugin, "a", ""), plugin == 1 ? "one" : "two");
	}
	brb_store_rollback(store);
}

Test(store, keys_as_long_as_they_may_be)
{
	char subject[256];
	memset(subject, 's', 255);
	subject[255] = '\0';
	begin(store);
	set_tally_of(store, 1, subject, subject, 5);
	set_note_of(store, 1, subject, subject, "long");
	cr_expect_eq(award(store, subject, 1, 100, subject), 1);
	commit(store);
	begin(store);
	cr_expect_eq(tally_of(store, 1, subject, subject), 5);
	cr_expect_str_eq(note_of(store, 1, subject, subject), "long");
	cr_expect_eq(award(store, subject, 1, 100, subject), 0);
	brb_store_rollback(store);
}

/* ---- mark and undo ----------------------------------------------------------------------------------------------- */

Test(store, undo_takes_back_what_came_after_the_mark)
{
	begin(store);
	set_tally(store, "visits", 1);
	set_note(store, "last", "first");
	award(store, "ada", 1, 1, "");
	brb_store_mark(store);
	set_tally(store, "visits", 2);
	set_tally(store, "visits", 3);
	set_tally(store, "new", 9);
	set_note(store, "last", "second");
	set_note(store, "last", "third");
	set_note(store, "last", NULL);
	set_note(store, "new", "text");
	cr_expect_eq(award(store, "ada", 1, 2, ""), 2);
	cr_expect_eq(award(store, "ada", 2, 1, "r"), 3);
	brb_store_undo(store);
	cr_expect_eq(tally(store, "visits"), 1);
	cr_expect_eq(tally(store, "new"), 0);
	cr_expect_str_eq(note(store, "last"), "first");
	cr_expect_str_eq(note(store, "new"), "(none)");
	cr_expect_str_eq(held(store, "ada", "first"), "1, 1");
	cr_expect_str_eq(held(store, "ada", "second"), "0, 0");
	commit(store);
	cr_expect_eq(kept_tally("visits"), 1);
	cr_expect_eq(kept_tally("new"), 0);
	cr_expect_str_eq(kept_note("last"), "first");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 1);
}

Test(store, beginning_sets_the_first_mark)
{
	begin(store);
	set_tally(store, "visits", 1);
	commit(store);
	begin(store);
	set_tally(store, "visits", 2);
	award(store, "ada", 1, 1, "");
	brb_store_undo(store);
	cr_expect_eq(tally(store, "visits"), 1);
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	commit(store);
	cr_expect_eq(kept_tally("visits"), 1);
}

Test(store, what_was_undone_can_be_done_again)
{
	begin(store);
	brb_store_mark(store);
	cr_expect_eq(award(store, "ada", 1, 70, "r"), 1);
	cr_expect_eq(award(store, "ada", 1, 4, ""), 2);
	set_tally(store, "visits", 5);
	set_note(store, "last", "text");
	brb_store_undo(store);
	brb_store_mark(store);
	cr_expect_eq(award(store, "ada", 1, 70, "r"), 1, "the sequence was given back");
	cr_expect_eq(award(store, "ada", 1, 70, "r"), 0);
	cr_expect_eq(award(store, "ada", 1, 4, ""), 2);
	cr_expect_eq(award(store, "ada", 1, 4, ""), 0);
	set_tally(store, "visits", tally(store, "visits") + 1);
	set_note(store, "last", "other");
	commit(store);
	cr_expect_eq(kept_tally("visits"), 1);
	cr_expect_str_eq(kept_note("last"), "other");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 2);
}

Test(store, undo_goes_back_to_the_last_mark_only)
{
	begin(store);
	set_tally(store, "visits", 1);
	brb_store_mark(store);
	set_tally(store, "visits", 2);
	set_note(store, "last", "kept");
	brb_store_mark(store);
	set_tally(store, "visits", 3);
	brb_store_undo(store);
	brb_store_undo(store);
	cr_expect_eq(tally(store, "visits"), 2);
	cr_expect_str_eq(note(store, "last"), "kept");
	commit(store);
	cr_expect_eq(kept_tally("visits"), 2);
}

Test(store, undo_leaves_what_an_earlier_transaction_stored)
{
	begin(store);
	set_tally(store, "visits", 1);
	set_note(store, "last", "stored");
	commit(store);
	begin(store);
	brb_store_mark(store);
	set_tally(store, "visits", 2);
	set_note(store, "last", "undone");
	brb_store_undo(store);
	commit(store);
	cr_expect_eq(kept_tally("visits"), 1);
	cr_expect_str_eq(kept_note("last"), "stored");
}

/* A note's text stays valid until the plugin returns, even if the note is changed meanwhile. */
Test(store, the_text_of_a_note_is_valid_until_the_next_mark)
{
	const char *texts[3];
	begin(store);
	set_note(store, "last", "first");
	texts[0] = note(store, "last");
	set_note(store, "last", "second");
	texts[1] = note(store, "last");
	set_note(store, "last", NULL);
	for (int i = 0; i < 5000; i++) {
		char name[16];
		snprintf(name, sizeof name, "n%d", i);
		set_note(store, name, "more");
	}
	cr_expect_str_eq(texts[0], "first");
	cr_expect_str_eq(texts[1], "second");
	brb_store_rollback(store);
}

/* ---- two stores on one file -------------------------------------------------------------------------------------- */

Test(store, what_another_store_committed_is_seen_at_once)
{
	brb_store *other = open_store();
	begin(store);
	cr_expect_eq(tally(store, "visits"), 0);
	cr_expect_str_eq(note(store, "last"), "(none)");
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	commit(store);
	begin(other);
	set_tally(other, "visits", 7);
	set_note(other, "last", "of the other");
	cr_expect_eq(award(other, "ada", 1, 3, ""), 1);
	commit(other);
	begin(store);
	cr_expect_eq(tally(store, "visits"), 7);
	cr_expect_str_eq(note(store, "last"), "of the other");
	cr_expect_str_eq(held(store, "ada", "first"), "1, 3");
	cr_expect_eq(award(store, "ada", 1, 3, ""), 0);
	cr_expect_eq(award(store, "ada", 1, 4, ""), 2);
	commit(store);
	brb_store_close(other);
}

Test(store, two_stores_by_turns_count_right_and_award_once)
{
	brb_store *other = open_store();
	int64_t awards = 0;
	for (int i = 0; i < 200; i++) {
		/* twice in a row the same store, the second time with a valid cache */
		brb_store *writer = i % 3 ? store : other;
		begin(writer);
		set_tally(writer, "visits", tally(writer, "visits") + 1);
		awards += award(writer, "ada", 1, (uint32_t)(i / 4 + 1), "") > 0;
		awards += award(writer, "bob", 1, 80, i % 2 ? "odd" : "even") > 0;
		commit(writer);
	}
	brb_store_close(other);
	cr_expect_eq(awards, 52);
	cr_expect_eq(kept_tally("visits"), 200);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 52);
	cr_expect_eq(own_number("SELECT COUNT(*) = COUNT(DISTINCT sequence) AND MAX(sequence) = 52 FROM awards"), 1);
}

Test(store, a_name_that_another_store_made_keeps_its_number)
{
	brb_store *other = open_store();
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	cr_expect_eq(tally_of(store, 1, "visits", "ada"), 0);
	commit(store);
	begin(other);
	award(other, "bob", 1, 1, "");
	award(other, "ada", 1, 1, "");
	set_tally_of(other, 1, "first", "ada", 1);
	set_tally_of(other, 1, "visits", "ada", 2);
	commit(other);
	begin(store);
	award(store, "ada", 2, 1, "");
	set_tally_of(store, 1, "visits", "ada", 3);
	commit(store);
	brb_store_close(other);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM users"), 2);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM things"), 1);
	begin(store);
	cr_expect_eq(tally_of(store, 1, "first", "ada") + tally_of(store, 1, "visits", "ada"), 4);
	brb_store_rollback(store);
}

Test(store, an_award_removed_by_another_program_can_be_earned_again)
{
	begin(store);
	award(store, "ada", 1, 1, "");
	commit(store);
	sqlite3 *own = open_own();
	own_run(own, "DELETE FROM awards");
	sqlite3_close(own);
	begin(store);
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	cr_expect_eq(award(store, "ada", 1, 1, ""), 2);
	commit(store);
}

/* ---- busy -------------------------------------------------------------------------------------------------------- */

Test(store, a_database_that_another_holds_is_busy_and_works_afterwards)
{
	char words[PATH_BYTES + 128];
	snprintf(words, sizeof words, "%s: another process has held the database for longer than 50 ms", path);
	sqlite3 *own = open_own();
	begin(store);
	set_tally(store, "visits", 1);
	commit(store);
	own_run(own, "BEGIN IMMEDIATE; UPDATE things SET version = version + 1");
	for (int i = 0; i < 2; i++) {
		brabeion_error error = BRABEION_NO_ERROR;
		int64_t before_us = brb_clock_monotonic_us();
		brb_reentrancy_begin_call();
		expect_error(brb_store_begin(store, &error), BRABEION_BUSY, &error, words);
		cr_expect_geq(brb_clock_monotonic_us() - before_us, 50000, "not before its time");
	}
	own_run(own, "COMMIT");
	begin(store);
	cr_expect_eq(tally(store, "visits"), 1);
	set_tally(store, "visits", 11);
	commit(store);
	sqlite3_close(own);
	cr_expect_eq(kept_tally("visits"), 11);
}

Test(store, a_reader_keeps_nobody_from_committing)
{
	sqlite3 *own = open_own();
	own_run(own, "BEGIN; SELECT COUNT(*) FROM things");
	begin(store);
	set_tally(store, "visits", 1);
	commit(store);
	own_run(own, "ROLLBACK");
	sqlite3_close(own);
}

/* ---- write failures ---------------------------------------------------------------------------------------------- */

/* A refused row stands for any write failure: a full disk, a corrupt page. */
Test(store, a_commit_that_fails_stores_nothing_and_the_store_works_on)
{
	begin(store);
	set_tally(store, "visits", 1);
	commit(store);
	sqlite3 *own = open_own();
	own_run(own, "INSERT INTO awards(sequence, user, badge, level, reason, event, event_id, at_us, note,"
		     " stored_us) VALUES(1, 99, 99, 1, '', 1, '', 0, '', 0)");
	for (int i = 0; i < 2; i++) {
		brabeion_error error = BRABEION_NO_ERROR;
		char words[PATH_BYTES + 128];
		begin(store);
		set_tally(store, "visits", 2);
		award(store, "ada", 1, 1, "");
		set_note(store, "last", "refused");
		set_tally(store, "other", 2);
		snprintf(words, sizeof words, "%s: UNIQUE constraint failed: awards.sequence (SQLite code 1555)",
			 path);
		expect_error(brb_store_commit(store, &error), BRABEION_STORE, &error, words);
	}
	own_run(own, "DELETE FROM awards");
	sqlite3_close(own);
	begin(store);
	cr_expect_eq(tally(store, "visits"), 1);
	cr_expect_str_eq(held(store, "ada", "first"), "0, 0");
	cr_expect_str_eq(note(store, "last"), "(none)");
	cr_expect_eq(award(store, "ada", 1, 1, ""), 1);
	set_note(store, "last", "stored");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 1);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM things"), 1);
}

/* SQLITE_FULL by the file size limit: as for a full disk. */
Test(store, a_full_disk_stores_nothing_and_the_store_works_on)
{
	struct rlimit before, small;
	brabeion_error error = BRABEION_NO_ERROR;
	char *text = malloc(60001);
	memset(text, 'x', 60000);
	text[60000] = '\0';
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = 200000;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	begin(store);
	for (int i = 0; i < 20; i++) {
		char name[16];
		snprintf(name, sizeof name, "n%d", i);
		set_note(store, name, text);
	}
	cr_expect_eq(brb_store_commit(store, &error), BRABEION_STORE);
	cr_expect_eq(strncmp(error.message, path, strlen(path)), 0);
	brabeion_error_finish(&error);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	begin(store);
	cr_expect_str_eq(note(store, "n0"), "(none)");
	set_note(store, "n0", text);
	commit(store);
	free(text);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM things"), 1);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

/* ---- many users, and threads ------------------------------------------------------------------------------------- */

/* The cache is bounded at 16 MiB; with twice as much in three rounds, evicted values are read again correctly. */
Test(store, more_than_the_cache_holds_stays_right)
{
	enum { NOTES = 1200, NOTE_BYTES = 30000 };
	char *text = malloc(NOTE_BYTES + 1), name[16], user[16];
	memset(text, 'x', NOTE_BYTES);
	text[NOTE_BYTES] = '\0';
	for (int i = 0; i < NOTES; i++) {
		if (i % 100 == 0)
			begin(store);
		snprintf(name, sizeof name, "n%d", i);
		snprintf(user, sizeof user, "u%d", i);
		memcpy(text, name, strlen(name));
		set_note(store, name, text);
		set_tally_of(store, 1, "visits", user, i);
		cr_expect_gt(award(store, user, 1, 1, i % 2 ? "r" : ""), 0);
		if (i % 100 == 99)
			commit(store);
	}
	for (int i = 0; i < NOTES; i++) {
		if (i % 100 == 0)
			begin(store);
		snprintf(name, sizeof name, "n%d", i);
		snprintf(user, sizeof user, "u%d", i);
		cr_assert_eq(strncmp(note(store, name), name, strlen(name)), 0);
		cr_assert_eq(tally_of(store, 1, "visits", user), i);
		cr_assert_eq(award(store, user, 1, 1, i % 2 ? "r" : ""), 0);
		cr_assert_str_eq(held(store, user, "first"), "1, 1");
		if (i % 100 == 99)
			commit(store);
	}
	free(text);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 1200);
}

static void *count_up(void *mine)
{
	for (int i = 0; i < 100; i++) {
		brabeion_error error = BRABEION_NO_ERROR;
		int64_t sequence;
		brb_cell cell = { &numbers_of_things[0], "the site", "visits" };
		brb_cell_value value = { .kind = BRB_CELL_NONE };
		brb_store_award added = { .user = "ada",
					  .badge = 1,
					  .level = (uint32_t)i + 1,
					  .reason = "",
					  .event = "visit",
					  .event_id = "" };
		bool well = brb_store_begin(store, &error) == BRABEION_OK &&
			    brb_store_cell(store, &cell, &value, &error) == BRABEION_OK &&
			    (value.kind = BRB_CELL_NUMBER, value.number++, true) &&
			    brb_store_cell_set(store, &cell, &value, &error) == BRABEION_OK &&
			    brb_store_award_add(store, &added, &sequence, &error) == BRABEION_OK &&
			    brb_store_commit(store, &error) == BRABEION_OK;
		if (!well) {
			brabeion_error_finish(&error);
			return NULL;
		}
	}
	return mine;
}

Test(store, threads_take_turns)
{
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, count_up, store), 0);
	for (int i = 0; i < 4; i++) {
		void *well = NULL;
		pthread_join(threads[i], &well);
		cr_expect_not_null(well);
	}
	cr_expect_eq(kept_tally("visits"), 400);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 100);
}
