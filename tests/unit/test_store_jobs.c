/*
 * store, jobs: stored with the rest of a transaction, claimed head by head in the order of their queue, ended, failed
 * and parked; and when the next one is due.
 */
#include "jobs_room.h"

static brb_store *store;

static void open_room(void)
{
	make_room();
	store = open_store();
	register_badges(store);
}

/* Whatever a test did, the queues are in order afterwards. */
static void close_room(void)
{
	brb_store_close(store);
	cr_expect_eq(count_violations(), 0);
	remove_room();
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
				" AND state = '{\"points\": 3, \"by\": \"ada\"}'"),
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
	asked.run = 5;
	cr_expect_str_eq(claim_with(store, &asked), "4:1:ada@0 ");
	commit(store);
}
