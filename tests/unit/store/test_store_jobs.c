/*
 * store, jobs: stored with the rest of a transaction, claimed head by head in the order of their queue, ended, failed
 * and parked; and when the next one is due.
 */

#include <poll.h>

#include "support/jobs_fixture.h"

static brb_store *store;

static void open_room(void)
{
	make_store_folder();
	store = open_store();
	register_badges(store);
}

/* After every test the queues must be consistent. */
static void close_room(void)
{
	brb_store_close(store);
	cr_expect_eq(count_violations(), 0);
	remove_store_folder();
}

TestSuite(store_jobs, .init = open_room, .fini = close_room);

/* ---- adding ------------------------------------------------------------------------------------------------------ */

Test(store_jobs, a_job_is_stored_with_its_transaction)
{
	brabeion_field fields[] = { BRABEION_INT("points", 3), BRABEION_TEXT("by", "ada") };
	begin(store);
	add_job(store, &(brb_store_job){ .badge = 2,
					 .user = "bob",
					 .event = "vote",
					 .event_id = "e7",
					 .at_us = 5,
					 .due_us = 9,
					 .fields = fields,
					 .field_count = 2 });
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 0, "nobody sees it before the commit");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs JOIN users AS u ON u.id = user JOIN events AS e ON e.id = "
				"event WHERE badge = 2 AND u.name = 'bob' AND e.name = 'vote' AND event_id = 'e7'"
				" AND at_us = 5 AND due_us = 9 AND ready_us = 9 AND run = 0 AND claim = 0"
				" AND attempts = 0 AND parked_us = 0"
				" AND jobs.state = '{\"points\": 3, \"by\": \"ada\"}'"),
		     1);
}

Test(store_jobs, rolled_back_or_undone_it_is_not)
{
	begin(store);
	add(store, 1, "ada", 1);
	brb_store_rollback(store);
	begin(store);
	add(store, 1, "bob", 2);
	brb_store_mark(store);
	add(store, 1, "cy", 3);
	brb_store_undo(store);
	add(store, 1, "dot", 4);
	commit(store);
	begin(store);
	cr_expect_str_eq(claim(store, 7, 100, 10), "1:1:bob@2 2:1:dot@4 ");
	commit(store);
}

Test(store_jobs, a_state_that_is_no_json_is_refused_and_harms_nothing_else)
{
	brabeion_field wrong[] = { BRABEION_JSON("list", "[1,") };
	brb_store_job job = {
		.badge = 1, .user = "ada", .event = "visit", .event_id = "", .fields = wrong, .field_count = 1
	};
	brabeion_error error = BRABEION_NO_ERROR;
	begin(store);
	add(store, 1, "bob", 2);
	expect_error(brb_store_job_add(store, &job, &error), BRABEION_INVALID, &error,
		     "the field \"list\" is not a JSON array or object, though that is its type");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 1);
}

Test(store_jobs, much_state_is_written_before_the_commit_and_still_undone_with_its_stretch)
{
	static char text[900 * 1024];
	memset(text, 'x', sizeof text - 1);
	brabeion_field fields[] = { BRABEION_TEXT("much", text) };
	brb_store_job job = {
		.badge = 1, .user = "ada", .event = "visit", .event_id = "", .fields = fields, .field_count = 1
	};
	begin(store);
	for (int i = 0; i < 20; i++) {
		job.due_us = i;
		add_job(store, &job);
		if (i % 2)
			brb_store_mark(store);
		else
			brb_store_undo(store);
	}
	brb_store_undo(store);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 10);
	cr_expect_eq(own_number("SELECT SUM(due_us) FROM jobs"), 1 + 3 + 5 + 7 + 9 + 11 + 13 + 15 + 17 + 19);
}

/* ---- claiming ---------------------------------------------------------------------------------------------------- */

Test(store_jobs, what_is_due_is_claimed_in_the_order_of_its_time)
{
	begin(store);
	add(store, 1, "ada", 30);
	add(store, 1, "bob", 10);
	add(store, 1, "cy", 20);
	add(store, 1, "dot", 41);
	cr_expect_str_eq(claim(store, 7, 40, 10), "2:1:bob@10 3:1:cy@20 1:1:ada@30 ", "in the same transaction");
	commit(store);
	begin(store);
	cr_expect_str_eq(claim(store, 8, 40, 10), "", "they are claimed");
	cr_expect_str_eq(claim(store, 8, 41, 10), "4:1:dot@41 ");
	commit(store);
}

Test(store_jobs, no_more_than_asked_for)
{
	begin(store);
	for (int i = 1; i <= 5; i++)
		add(store, 1, "ada", i);
	add(store, 1, "bob", 3);
	cr_expect_str_eq(claim(store, 7, 10, 1), "1:1:ada@1 ");
	commit(store);
}

Test(store_jobs, what_waits_behind_a_head_comes_along_while_there_is_room)
{
	begin(store);
	for (int i = 1; i <= 5; i++)
		add(store, 1, "ada", i);
	add(store, 1, "bob", 6);
	add(store, 1, "ada", 60);
	cr_expect_str_eq(claim(store, 7, 10, 4), "1:1:ada@1 6:1:bob@6 2:1:ada@2 3:1:ada@3 ");
	commit(store);
	begin(store);
	cr_expect_str_eq(claim(store, 8, 11, 10), "", "4 and 5 wait for 3");
	for (int id = 1; id <= 3; id++) {
		cr_expect(is_claimed(store, id, 7), "%d", id);
		end_job(store, id);
	}
	cr_expect_str_eq(claim(store, 8, 11, 10), "4:1:ada@4 5:1:ada@5 ", "7 is not due yet");
	commit(store);
}

/* ---- queues ------------------------------------------------------------------------------------------------------ */

Test(store_jobs, a_queue_is_of_one_user_badge_and_run)
{
	begin(store);
	add(store, 1, "ada", 1);
	add(store, 2, "ada", 2);
	add(store, 1, "bob", 3);
	add_in_run(store, 5, 1, "ada", 0);
	cr_expect_str_eq(claim(store, 7, 10, 10), "1:1:ada@1 2:2:ada@2 3:1:bob@3 ");
	brb_store_claim asked = claim_of(8, 10, 10);
	asked.history_id = 5;
	cr_expect_str_eq(claim_with(store, &asked), "4:1:ada@0 ");
	commit(store);
}

Test(store_jobs, of_two_that_are_due_at_once_the_older_is_first)
{
	begin(store);
	add(store, 1, "ada", 5);
	add(store, 1, "ada", 5);
	commit(store);
	begin(store);
	cr_expect_str_eq(claim(store, 7, 5, 1), "1:1:ada@5 ");
	end_job(store, 1);
	cr_expect_str_eq(claim(store, 7, 5, 1), "2:1:ada@5 ");
	commit(store);
}

Test(store_jobs, one_that_is_due_before_the_head_takes_its_place)
{
	begin(store);
	add(store, 1, "ada", 50);
	add(store, 1, "ada", 60);
	commit(store);
	begin(store);
	add(store, 1, "ada", 20);
	cr_expect_str_eq(claim(store, 7, 30, 10), "3:1:ada@20 ");
	end_job(store, 3);
	cr_expect_str_eq(claim(store, 7, 55, 10), "1:1:ada@50 ");
	commit(store);
}

Test(store_jobs, a_claimed_head_stays_where_it_is)
{
	begin(store);
	add(store, 1, "ada", 50);
	add(store, 1, "ada", 60);
	cr_expect_str_eq(claim(store, 7, 70, 10), "1:1:ada@50 2:1:ada@60 ");
	commit(store);
	begin(store);
	add(store, 1, "ada", 20);
	cr_expect_str_eq(claim(store, 8, 71, 10), "", "3 waits for 1");
	cr_expect(is_claimed(store, 1, 7));
	end_job(store, 1);
	cr_expect_not(is_claimed(store, 2, 7), "3 comes before it now");
	cr_expect_str_eq(claim(store, 8, 71, 10), "3:1:ada@20 2:1:ada@60 ");
	end_job(store, 3);
	cr_expect(is_claimed(store, 2, 8));
	cr_expect_not(is_claimed(store, 2, 7));
	commit(store);
}

Test(store_jobs, the_next_is_head_when_the_one_in_the_middle_has_gone)
{
	begin(store);
	for (int i = 1; i <= 4; i++)
		add(store, 1, "ada", i);
	commit(store);
	begin(store);
	end_job(store, 2);
	end_job(store, 4);
	end_job(store, 99);
	cr_expect_str_eq(claim(store, 7, 10, 10), "1:1:ada@1 3:1:ada@3 ");
	end_job(store, 3);
	end_job(store, 1);
	end_job(store, 1);
	cr_expect_str_eq(claim(store, 8, 10, 10), "");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 0);
}

Test(store_jobs, an_id_is_never_given_twice)
{
	begin(store);
	add(store, 1, "ada", 1);
	commit(store);
	begin(store);
	end_job(store, 1);
	commit(store);
	begin(store);
	add(store, 1, "ada", 1);
	cr_expect_str_eq(claim(store, 7, 10, 10), "2:1:ada@1 ");
	commit(store);
}

/* ---- contents of a claim ----------------------------------------------------------------------------------------- */

Test(store_jobs, a_claim_gives_all_that_was_frozen)
{
	brabeion_field fields[] = { BRABEION_REAL("share", 1.0), BRABEION_JSON("tags", "[ 1 ]") };
	brb_store_claimed_list list = { 0 };
	brb_store_claim asked = claim_of(7, 100, 10);
	begin(store);
	add_job(store, &(brb_store_job){ .badge = 2,
					 .user = "bob",
					 .event = "vote",
					 .event_id = "e7",
					 .at_us = -5,
					 .due_us = 9,
					 .fields = fields,
					 .field_count = 2 });
	commit(store);
	begin(store);
	cr_expect_not(fail_job(store, 1, 10, 20, 5));
	WELL(brb_store_jobs_claim(store, &asked, &list, error));
	commit(store);
	cr_assert_eq(list.count, 1);
	const brb_store_claimed *job = &list.jobs[0];
	cr_expect(job->id == 1 && job->badge == 2 && job->attempts == 1 && job->at_us == -5 && job->due_us == 9);
	cr_expect_str_eq(job->user, "bob");
	cr_expect_str_eq(job->event, "vote");
	cr_expect_str_eq(job->event_id, "e7");
	cr_assert_eq(job->field_count, 2);
	cr_expect(job->fields[0].type == BRABEION_TYPE_REAL && job->fields[0].value.real == 1.0);
	cr_expect_str_eq(job->fields[1].value.text, "[ 1 ]");
	begin(store);
	WELL(brb_store_jobs_claim(store, &asked, &list, error));
	cr_expect_eq(list.count, 0, "the list is emptied first");
	commit(store);
	brb_store_claimed_list_finish(&list);
	brb_store_claimed_list_finish(NULL);
}

Test(store_jobs, a_state_that_cannot_be_read_is_parked_with_the_reason)
{
	begin(store);
	for (int i = 1; i <= 4; i++)
		add(store, 1, "ada", i);
	commit(store);
	sqlite3 *own = open_own();
	own_run(own, "UPDATE jobs SET state = '{\"points\": seven}' WHERE id IN (1, 3)");
	sqlite3_close(own);
	begin(store);
	cr_expect_str_eq(
		claim(store, 7, 10, 10),
		"first*1:its frozen state cannot be read: a word that is none of true, false and null at byte 12 ",
		"alone in front");
	cr_expect_str_eq(claim(store, 7, 10, 10), "2:1:ada@2 ", "as far as it goes");
	end_job(store, 2);
	cr_expect_str_eq(
		claim(store, 7, 10, 10),
		"first*1:its frozen state cannot be read: a word that is none of true, false and null at byte 12 ");
	cr_expect_str_eq(claim(store, 7, 10, 10), "4:1:ada@4 ");
	commit(store);
	cr_expect_eq(
		own_number(
			"SELECT COUNT(*) FROM jobs WHERE parked_us = 10 AND parked_why = 'failed' AND error = "
			"'its frozen state cannot be read: a word that is none of true, false and null at byte 12'"),
		2);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM job_attempts"), 2);
}

/* ---- damaged rows ---- */

static brb_store_claim claim_with_badge(int64_t number, int64_t now_us, size_t most, const uint32_t *badge)
{
	brb_store_claim asked = claim_of(number, now_us, most);
	asked.badges = badge;
	asked.badge_count = badge ? 1 : 0;
	return asked;
}

static void expect_claim_refused(const char *sql, const char *undo, const char *words)
{
	char whole[PATH_BYTES + 200];
	const uint32_t second = 2;
	brb_store_claim without = claim_with_badge(7, 10, 10, &second);
	brb_store_claimed_list list = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	begin(store);
	add(store, 1, "ada", 1);
	commit(store);
	sqlite3 *own = open_own();
	own_run(own, sql);
	sqlite3_close(own);
	begin(store);
	snprintf(whole, sizeof whole, "%s: the database is damaged, or another program has changed it: %s", path,
		 words);
	expect_error(brb_store_jobs_claim(store, &without, &list, &error), BRABEION_STORE, &error, whole);
	brb_store_rollback(store);
	brb_store_claimed_list_finish(&list);
	own = open_own();
	own_run(own, undo); /* for what is checked after each test */
	sqlite3_close(own);
}

/* It would be found ready again and again. */
Test(store_jobs, a_parked_job_with_a_place_in_its_queue_is_refused)
{
	expect_claim_refused("UPDATE jobs SET parked_us = 5, parked_why = 'unloaded', badge = 77",
			     "UPDATE jobs SET parked_us = 0, parked_why = '', badge = 1",
			     "a job that is parked has a time at which it is ready");
}

Test(store_jobs, a_job_of_a_name_that_is_longer_than_names_are_is_refused)
{
	expect_claim_refused("UPDATE users SET name = hex(zeroblob(128))", "UPDATE users SET name = 'ada'",
			     "column \"name\" of table \"users\", row 1 holds 256 bytes, which it cannot");
}

/* ---- leases ------------------------------------------------------------------------------------------------------ */

Test(store_jobs, a_lease_that_has_ended_is_free_for_another)
{
	begin(store);
	add(store, 1, "ada", 1);
	add(store, 1, "ada", 2);
	claim(store, 7, 100, 10);
	cr_expect_str_eq(claim(store, 8, 100 + LEASE_US - 1, 10), "");
	cr_expect(is_claimed(store, 1, 7));
	cr_expect_str_eq(claim(store, 8, 100 + LEASE_US, 1), "1:1:ada@1 ");
	cr_expect_not(is_claimed(store, 1, 7));
	cr_expect(is_claimed(store, 1, 8));
	end_job(store, 1);
	cr_expect_not(is_claimed(store, 2, 7), "not in the hand of the first any more");
	cr_expect_not(is_claimed(store, 2, 8), "nor taken by the second");
	cr_expect_str_eq(claim(store, 9, 100 + LEASE_US, 10), "2:1:ada@2 ", "ready at once");
	commit(store);
}

Test(store_jobs, until_another_takes_it_a_late_job_may_still_be_ended)
{
	begin(store);
	add(store, 1, "ada", 1);
	claim(store, 7, 100, 10);
	commit(store);
	begin(store);
	cr_expect(is_claimed(store, 1, 7), "the clock is not asked");
	end_job(store, 1);
	commit(store);
}

Test(store_jobs, a_lease_is_renewed_for_all_that_the_claim_holds)
{
	int64_t jobs = -42;
	begin(store);
	add(store, 1, "ada", 1);
	add(store, 1, "ada", 2);
	add(store, 1, "bob", 3);
	claim(store, 7, 100, 10);
	add(store, 1, "cy", 4);
	claim(store, 8, 100, 10);
	WELL(brb_store_jobs_renew(store, 7, 5000, &jobs, error));
	cr_expect_eq(jobs, 2, "two heads");
	cr_expect_str_eq(claim(store, 9, 4999, 10), "4:1:cy@4 ", "8 has not renewed");
	end_job(store, 1);
	cr_expect_str_eq(claim(store, 9, 4999, 10), "", "what comes after has the new lease, too");
	cr_expect_str_eq(claim(store, 9, 5000, 10), "2:1:ada@2 3:1:bob@3 ");
	WELL(brb_store_jobs_renew(store, 7, 9000, &jobs, error));
	cr_expect_eq(jobs, 0);
	WELL(brb_store_jobs_renew(store, 0, 9000, &jobs, error));
	cr_expect_eq(jobs, 0, "0 is nobody");
	commit(store);
}

Test(store_jobs, what_is_given_back_is_ready_at_once)
{
	begin(store);
	for (int i = 1; i <= 3; i++)
		add(store, 1, "ada", i);
	add(store, 2, "bob", 4);
	claim(store, 7, 100, 10);
	end_job(store, 1);
	WELL(brb_store_jobs_give_back(store, 7, error));
	cr_expect_not(is_claimed(store, 2, 7));
	cr_expect_eq(next_due(store, 0), 2);
	cr_expect_str_eq(claim(store, 8, 101, 10), "2:1:ada@2 4:2:bob@4 3:1:ada@3 ");
	WELL(brb_store_jobs_give_back(store, 7, error));
	cr_expect(is_claimed(store, 2, 8), "no longer 7's to give");
	commit(store);
}

Test(store_jobs, given_back_it_lets_those_before_it_go_first)
{
	begin(store);
	add(store, 1, "ada", 50);
	add(store, 1, "ada", 60);
	claim(store, 7, 100, 10);
	add(store, 1, "ada", 20);
	commit(store);
	begin(store);
	WELL(brb_store_jobs_give_back(store, 7, error));
	cr_expect_str_eq(claim(store, 8, 101, 10), "3:1:ada@20 1:1:ada@50 2:1:ada@60 ");
	commit(store);
}

Test(store_jobs, whose_a_job_is)
{
	int64_t number = -42;
	uint32_t attempts = 42;
	begin(store);
	add(store, 1, "ada", 1);
	add(store, 1, "bob", 2);
	claim(store, 7, 10, 1);
	fail_job(store, 1, 10, 10, 5);
	cr_expect_str_eq(claim(store, 8, 9, 10), "2:1:bob@2 ");
	WELL(brb_store_job_claim(store, 1, &number, &attempts, error));
	cr_expect(number == 0 && attempts == 1);
	WELL(brb_store_job_claim(store, 2, &number, &attempts, error));
	cr_expect(number == 8 && attempts == 0);
	WELL(brb_store_job_claim(store, 99, &number, &attempts, error));
	cr_expect(number == 0 && attempts == 0);
	commit(store);
}

/* ---- failing ----------------------------------------------------------------------------------------------------- */

Test(store_jobs, a_failed_job_is_retried_later_and_holds_back_its_queue)
{
	begin(store);
	add(store, 1, "ada", 1);
	add(store, 1, "ada", 2);
	add(store, 1, "bob", 3);
	claim(store, 7, 100, 10);
	cr_expect_not(fail_job(store, 1, 110, 200, 3));
	cr_expect_not(is_claimed(store, 1, 7));
	cr_expect_not(is_claimed(store, 2, 7), "it waits for the retry");
	cr_expect(is_claimed(store, 3, 7), "others do not");
	cr_expect_str_eq(claim(store, 8, 199, 10), "");
	cr_expect_eq(next_due(store, 0), 200);
	cr_expect_str_eq(claim(store, 8, 200, 10), "1:1:ada@1 2:1:ada@2 ");
	commit(store);
	cr_expect_eq(own_number("SELECT attempts FROM jobs WHERE id = 1 AND error = 'no luck'"), 1);
	cr_expect_eq(own_number("SELECT at_us FROM job_attempts WHERE job = 1 AND number = 1 AND error = 'no luck'"),
		     110);
}

Test(store_jobs, one_that_is_due_before_does_not_wait_for_the_retry)
{
	begin(store);
	add(store, 1, "ada", 50);
	claim(store, 7, 100, 10);
	add(store, 1, "ada", 20);
	fail_job(store, 1, 100, 300, 3);
	cr_expect_str_eq(claim(store, 8, 150, 10), "2:1:ada@20 ", "1 behind it is not due");
	end_job(store, 2);
	cr_expect_str_eq(claim(store, 8, 299, 10), "", "its time is kept while another was head");
	cr_expect_str_eq(claim(store, 8, 300, 10), "1:1:ada@50 ");
	commit(store);
}

Test(store_jobs, with_its_last_attempt_it_is_parked_and_holds_back_nobody)
{
	begin(store);
	for (int i = 1; i <= 3; i++)
		add(store, 1, "ada", i);
	for (int attempt = 1; attempt <= 3; attempt++) {
		claim(store, attempt, 1000 * attempt, 10);
		cr_expect_eq(fail_job(store, 1, 1000 * attempt, 1000 * attempt, 3), attempt == 3);
	}
	cr_expect(is_claimed(store, 2, 3), "the same claim goes on with the next");
	end_job(store, 2);
	cr_expect(is_claimed(store, 3, 3));
	cr_expect_not(fail_job(store, 1, 4000, 4000, 3), "parked already: nothing to fail");
	cr_expect_not(fail_job(store, 99, 4000, 4000, 3));
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE id = 1 AND parked_us = 3000 AND parked_why = "
				"'failed' AND attempts = 3"),
		     1);
	cr_expect_eq(own_number("SELECT MAX(number) * 10 + COUNT(*) FROM job_attempts"), 33);
}

Test(store_jobs, parked_in_the_middle_or_at_the_end)
{
	begin(store);
	for (int i = 1; i <= 3; i++)
		add(store, 1, "ada", i);
	claim(store, 7, 10, 1);
	cr_expect(fail_job(store, 2, 10, 0, 0));
	cr_expect(fail_job(store, 3, 10, 0, 1));
	cr_expect(is_claimed(store, 1, 7), "the head is as it was");
	end_job(store, 1);
	cr_expect_str_eq(claim(store, 8, 10, 10), "");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE parked_us = 10"), 2);
}

/* ---- badges that are not loaded ---------------------------------------------------------------------------------- */

Test(store_jobs, jobs_of_a_badge_that_is_not_loaded_are_parked_until_it_is_back)
{
	const uint32_t second = 2;
	brb_store_claim without = claim_with_badge(7, 10, 10, &second), with = claim_of(8, 20, 10);
	begin(store);
	add(store, 1, "ada", 1);
	add(store, 1, "ada", 2);
	add(store, 2, "ada", 3);
	add(store, 1, "bob", 4);
	add(store, 1, "ada", 90);
	cr_expect_str_eq(claim_with(store, &without), "3:2:ada@3 first*4:unloaded ");
	cr_expect_str_eq(claim_with(store, &without), "", "reported once");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE parked_why = 'unloaded' AND parked_us = 10"), 4);
	begin(store);
	add(store, 1, "ada", 5);
	cr_expect_str_eq(claim_with(store, &with), "1:1:ada@1 4:1:bob@4 2:1:ada@2 6:1:ada@5 ", "in their order");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE parked_us <> 0"), 0);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM job_attempts"), 0, "it was nobody's failure");
}

Test(store_jobs, they_are_parked_some_at_a_time)
{
	brb_store_claim without = claim_with_badge(7, 100, 3, NULL);
	begin(store);
	for (int i = 1; i <= 5; i++)
		add(store, 1, "ada", i);
	add(store, 2, "bob", 6);
	cr_expect_str_eq(claim_with(store, &without), "first*3:unloaded ");
	commit(store);
	begin(store);
	cr_expect_str_eq(claim_with(store, &without), "first*2:unloaded second*1:unloaded ");
	cr_expect_str_eq(claim_with(store, &without), "");
	commit(store);
}

/* All jobs of a user are unparked at once, so that no later one is judged first. */
Test(store_jobs, they_come_back_some_users_at_a_time_and_in_order)
{
	static const char *const users[] = { "ada", "bob", "cy", "dot" };
	brb_store_claim without = claim_with_badge(7, 100, 100, NULL);
	begin(store);
	for (int i = 0; i < 8; i++)
		add(store, 1, users[i % 4], i);
	cr_expect_str_eq(claim_with(store, &without), "first*8:unloaded ");
	add(store, 1, "dot", 8);
	add(store, 1, "cy", 9);
	cr_expect_str_eq(claim(store, 8, 200, 2), "1:1:ada@0 4:1:dot@3 ", "dot's older ones first");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE parked_us <> 0"), 4,
		     "ada came as the first, dot with the new job; not yet bob and cy");
	begin(store);
	cr_expect_str_eq(claim(store, 9, 200, 10), "2:1:bob@1 3:1:cy@2 6:1:bob@5 7:1:cy@6 10:1:cy@9 ");
	commit(store);
}

Test(store_jobs, a_badge_of_another_run_stays_where_it_is)
{
	brb_store_claim without = claim_with_badge(7, 100, 10, NULL), with = claim_of(8, 100, 10);
	begin(store);
	add_in_run(store, 5, 1, "ada", 1);
	cr_expect_str_eq(claim_with(store, &without), "");
	without.history_id = 5;
	cr_expect_str_eq(claim_with(store, &without), "first*1:unloaded ");
	cr_expect_str_eq(claim_with(store, &with), "");
	with.history_id = 5;
	cr_expect_str_eq(claim_with(store, &with), "1:1:ada@1 ");
	commit(store);
}

/* Job 1 is parked; job 2 is claimed until 150 by a process that loaded the badge and then died. */
static void leave_one_behind(void)
{
	brb_store_claim without = claim_with_badge(7, 100, 10, NULL);
	begin(store);
	add(store, 1, "ada", 1);
	claim_with(store, &without);
	add(store, 1, "ada", 2);
	commit(store);
	sqlite3 *own = open_own();
	own_run(own, "UPDATE jobs SET claim = 9, ready_us = 150 WHERE id = 2");
	sqlite3_close(own);
}

Test(store_jobs, one_that_comes_back_does_not_take_away_what_is_being_judged)
{
	leave_one_behind();
	begin(store);
	cr_expect_str_eq(claim(store, 8, 149, 10), "");
	cr_expect(is_claimed(store, 2, 9));
	end_job(store, 2);
	cr_expect_str_eq(claim(store, 8, 149, 10), "1:1:ada@1 ");
	commit(store);
}

Test(store_jobs, one_that_comes_back_does_not_wait_for_a_lease_that_has_ended)
{
	leave_one_behind();
	begin(store);
	cr_expect_str_eq(claim(store, 8, 150, 10), "1:1:ada@1 2:1:ada@2 ");
	cr_expect_not(is_claimed(store, 2, 9));
	commit(store);
}

/* ---- the next due time ------------------------------------------------------------------------------------------- */

Test(store_jobs, the_next_due_time_follows_all_that_happens)
{
	begin(store);
	cr_expect_eq(next_due(store, 0), BRB_STORE_NEVER_US);
	add(store, 1, "ada", 50);
	cr_expect_eq(next_due(store, 0), 50, "not written yet");
	add(store, 1, "bob", 40);
	cr_expect_eq(next_due(store, 0), 40);
	brb_store_mark(store);
	add(store, 1, "cy", 30);
	cr_expect_eq(next_due(store, 0), 30);
	brb_store_undo(store);
	cr_expect_eq(next_due(store, 0), 40);
	add_in_run(store, 5, 1, "ada", 10);
	cr_expect_eq(next_due(store, 5), 10);
	cr_expect_eq(next_due(store, 6), BRB_STORE_NEVER_US);
	cr_expect_eq(next_due(store, 0), 40);
	cr_expect_str_eq(claim(store, 7, 45, 10), "2:1:bob@40 ");
	cr_expect_eq(next_due(store, 0), 50);
	end_job(store, 1);
	cr_expect_eq(next_due(store, 0), 45 + LEASE_US, "the end of a lease");
	commit(store);
	begin(store);
	cr_expect_eq(next_due(store, 0), 45 + LEASE_US);
	add(store, 1, "ada", 5);
	brb_store_rollback(store);
	begin(store);
	cr_expect_eq(next_due(store, 0), 45 + LEASE_US);
	commit(store);
}

/* A history asks this before each event. */
Test(store_jobs, asking_again_asks_no_database)
{
	begin(store);
	add_in_run(store, 5, 1, "ada", 50);
	cr_expect_eq(next_due(store, 5), 50);
	commit(store);
	begin(store);
	cr_expect_eq(next_due(store, 5), 50);
	/* bypasses the store, which does not query while its cached value is valid */
	sqlite3 *own = open_own();
	cr_expect_eq(sqlite3_exec(own, "UPDATE jobs SET ready_us = 9", NULL, NULL, NULL), SQLITE_BUSY);
	add_in_run(store, 5, 1, "bob", 60);
	add_in_run(store, 5, 1, "cy", 40);
	cr_expect_eq(next_due(store, 5), 40);
	commit(store);
	own_run(own, "UPDATE jobs SET ready_us = 39 WHERE ready_us = 40");
	sqlite3_close(own);
	begin(store);
	cr_expect_eq(next_due(store, 5), 39, "another has written");
	commit(store);
}

Test(store_jobs, a_look_needs_no_transaction)
{
	int64_t at_us = -42;
	begin(store);
	add(store, 1, "ada", 50);
	WELL(brb_store_jobs_look(store, 0, &at_us, error));
	cr_expect_eq(at_us, BRB_STORE_NEVER_US, "of what is committed");
	commit(store);
	begin(store);
	WELL(brb_store_jobs_look(store, 0, &at_us, error));
	cr_expect_eq(at_us, 50);
	WELL(brb_store_jobs_look(store, 1, &at_us, error));
	cr_expect_eq(at_us, BRB_STORE_NEVER_US);
	commit(store);
}

/* ---- a history in one transaction -------------------------------------------------------------------------------- */

/* Each event first judges what is due; each job asks for the next, until its user has ten. */
Test(store_jobs, thousands_of_events_and_their_due_times_in_one_transaction)
{
	enum { EVENTS = 5000, STEP = 10 };
	static const char *const users[] = { "ada", "bob", "cy" };
	brb_store_claimed_list list = { 0 };
	int judged = 0;
	begin(store);
	for (int now = 1; now <= EVENTS; now++) {
		while (next_due(store, 5) <= now) {
			brb_store_claim asked = claim_of(now, now, 1);
			asked.history_id = 5;
			WELL(brb_store_jobs_claim(store, &asked, &list, error));
			cr_assert_eq(list.count, 1);
			cr_assert_eq(list.jobs[0].due_us, now, "in its time");
			if (++judged % 10)
				add_in_run(store, 5, 1, list.jobs[0].user, list.jobs[0].due_us + STEP);
			end_job(store, list.jobs[0].id);
		}
		brb_store_mark(store);
		set_tally(store, "visits", now);
		if (now % 50 == 0)
			add_in_run(store, 5, 1, users[now / 50 % 3], now + STEP);
	}
	cr_expect_eq(tally(store, "visits"), EVENTS);
	commit(store);
	brb_store_claimed_list_finish(&list);
	cr_expect_eq(judged, 981);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 2, "due beyond the last event");
}

/* ---- waking ------------------------------------------------------------------------------------------------------ */

/* True if committing the open transaction wakes watchers of the store; draining resets that. */
static bool commit_wakes(void)
{
	struct pollfd watch = { .events = POLLIN };
	WELL(brb_store_watch(store, &watch.fd, error));
	commit(store);
	bool woken = poll(&watch, 1, 0) == 1;
	brb_store_drain(store, watch.fd);
	cr_expect_eq(poll(&watch, 1, 0), 0, "drained");
	brb_store_unwatch(store, watch.fd);
	return woken;
}

Test(store_jobs, workers_are_woken_by_what_they_could_do)
{
	begin(store);
	commit(store);
	begin(store);
	add(store, 1, "ada", 1);
	cr_expect(commit_wakes(), "a job");
	begin(store);
	add(store, 1, "ada", 2);
	cr_expect_not(commit_wakes(), "one that waits behind it");
	begin(store);
	add_in_run(store, 5, 1, "ada", 1);
	cr_expect_not(commit_wakes(), "one of a history run");
	begin(store);
	claim(store, 7, 10, 1);
	cr_expect_not(commit_wakes(), "a claim");
	begin(store);
	fail_job(store, 1, 10, 10, 5);
	cr_expect(commit_wakes(), "one to be retried");
	begin(store);
	claim(store, 8, 10, 1);
	commit(store);
	begin(store);
	WELL(brb_store_jobs_give_back(store, 8, error));
	cr_expect(commit_wakes(), "one that was given back");
	begin(store);
	claim(store, 9, 10, 1);
	end_job(store, 1);
	cr_expect(commit_wakes(), "the next, which the claim has not taken");
	begin(store);
	claim(store, 10, 10, 10);
	end_job(store, 2);
	cr_expect_not(commit_wakes(), "the last one's end");
	begin(store);
	add(store, 1, "ada", 1);
	brb_store_rollback(store);
	begin(store);
	set_tally(store, "visits", 1);
	cr_expect_not(commit_wakes(), "what was rolled back");
}

/* ---- bounds ------------------------------------------------------------------------------------------------------ */

static brabeion_status try_to_add(const char *user, brabeion_error *error)
{
	brb_store_job job = { .badge = 1, .user = user, .event = "e", .event_id = "", .due_us = 5 };
	return brb_store_job_add(store, &job, error);
}

Test(store_jobs, a_user_may_have_so_many_that_wait)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store_set_bounds(store, &(brb_store_bounds){ .jobs_of_user = 3 });
	for (int i = 0; i < 3; i++) {
		begin(store);
		cr_expect_eq(try_to_add("ada", &error), BRABEION_OK);
		commit(store);
	}
	begin(store);
	expect_error(try_to_add("ada", &error), BRABEION_INVALID, &error,
		     "3 jobs of the user wait, and no more may (\"jobs: max_per_user\" in badges.yaml)");
	cr_expect_eq(try_to_add("ben", &error), BRABEION_OK);
	commit(store);
	begin(store);
	cr_expect_str_eq(claim(store, 7, 10, 1), "1:1:ada@5 ");
	end_job(store, 1);
	commit(store);
	begin(store);
	cr_expect_eq(try_to_add("ada", &error), BRABEION_OK);
	commit(store);
}

Test(store_jobs, a_database_may_hold_so_many)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store_set_bounds(store, &(brb_store_bounds){ .jobs = 2 });
	begin(store);
	cr_expect_eq(try_to_add("ada", &error), BRABEION_OK);
	commit(store);
	begin(store);
	cr_expect_eq(try_to_add("ben", &error), BRABEION_OK);
	commit(store);
	begin(store);
	expect_error(try_to_add("cyn", &error), BRABEION_INVALID, &error,
		     "the database has 2 jobs, and may have no more (\"jobs: max_total\" in badges.yaml)");
	brb_store_rollback(store);
}

/* Those that are not written yet count, too. */
Test(store_jobs, bounds_hold_within_a_transaction)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store_set_bounds(store, &(brb_store_bounds){ .jobs = 6, .jobs_of_user = 4 });
	begin(store);
	for (int i = 0; i < 4; i++)
		cr_expect_eq(try_to_add("ada", &error), BRABEION_OK);
	cr_expect_eq(try_to_add("ada", &error), BRABEION_INVALID);
	cr_expect_eq(try_to_add("ben", &error), BRABEION_OK);
	cr_expect_eq(try_to_add("ben", &error), BRABEION_OK);
	cr_expect_eq(try_to_add("ben", &error), BRABEION_INVALID);
	commit(store);
	brabeion_error_finish(&error);
}

Test(store_jobs, a_bound_that_is_raised_holds_at_once)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store_set_bounds(store, &(brb_store_bounds){ .jobs_of_user = 1 });
	begin(store);
	cr_expect_eq(try_to_add("ada", &error), BRABEION_OK);
	cr_expect_eq(try_to_add("ada", &error), BRABEION_INVALID);
	brabeion_error_finish(&error);
	brb_store_set_bounds(store, &(brb_store_bounds){ .jobs_of_user = 2 });
	commit(store);
	begin(store);
	cr_expect_eq(try_to_add("ada", &error), BRABEION_OK);
	commit(store);
}

Test(store_jobs, a_bound_counts_no_job_that_was_dropped)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store_set_bounds(store, &(brb_store_bounds){ .jobs_of_user = 2 });
	begin(store);
	brb_store_mark(store);
	cr_expect_eq(try_to_add("ada", &error), BRABEION_OK);
	cr_expect_eq(try_to_add("ada", &error), BRABEION_OK);
	brb_store_undo(store);
	for (int i = 0; i < 2; i++)
		cr_expect_eq(try_to_add("ada", &error), BRABEION_OK);
	commit(store);
	begin(store);
	cr_expect_eq(try_to_add("ada", &error), BRABEION_INVALID);
	brb_store_rollback(store);
	brabeion_error_finish(&error);
}
