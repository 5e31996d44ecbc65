/*
 * store, jobs, by hand and in bulk: retried and dropped, counted and listed; histories whose jobs another takes over;
 * users forgotten and merged; backups; and databases older than jobs.
 */
#include "base/memory.h"
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

TestSuite(store_jobs_manual, .init = open_room, .fini = close_room);

static int64_t retry(const brb_store_job_choice *choice)
{
	int64_t jobs = -42;
	WELL(brb_store_jobs_retry(store, choice, &jobs, error));
	return jobs;
}

static int64_t drop(const brb_store_job_choice *choice)
{
	int64_t jobs = -42;
	WELL(brb_store_jobs_drop(store, choice, &jobs, error));
	return jobs;
}

static int64_t adopt(int64_t from, int64_t into)
{
	int64_t jobs = -42;
	WELL(brb_store_jobs_adopt(store, from, into, &jobs, error));
	return jobs;
}

/*
 * The jobs at time 100: 1 of ada, parked; 2 of ada, waiting; 3 of bob, retried at 500; 4 of cy, running until 1100; 5 of
 * cy, queued behind 4; 6 of dot, due at 900; 7 of ada, parked since the badge "second" is not loaded; 8 of history 5.
 */
static void store_some(void)
{
	brb_store_claim without = claim_of(1, 50, 10);
	begin(store);
	add(store, 1, "ada", 1);
	add(store, 1, "ada", 2);
	add(store, 1, "bob", 3);
	add(store, 1, "cy", 4);
	add(store, 1, "cy", 5);
	add(store, 1, "dot", 900);
	add(store, 2, "ada", 7);
	add_in_run(store, 5, 1, "ada", 8);
	without.badge_count = 1;
	without.lease_until_us = 60;
	claim_with(store, &without);
	fail_job(store, 1, 60, 0, 1);
	fail_job(store, 3, 60, 500, 5);
	claim(store, 7, 100, 10);
	WELL(brb_store_jobs_give_back(store, 7, error));
	commit(store);
	sqlite3 *own = open_own();
	own_run(own, "UPDATE jobs SET claim = 8, ready_us = 1100 WHERE id = 4");
	own_run(own, "UPDATE jobs SET parked_us = 50, parked_why = 'unloaded', ready_us = NULL WHERE id = 7");
	sqlite3_close(own);
}

/* Claims while "second" is not loaded. */
static const char *claim_first(int64_t number, int64_t now_us)
{
	brb_store_claim asked = claim_of(number, now_us, 10);
	asked.badge_count = 1;
	return claim_with(store, &asked);
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static const char letters[] = "?wrdp";

/* Each job as "id state". */
static const char *listed(const brb_store_job_filter *filter)
{
	static char text[1024];
	brb_store_job_list list = { 0 };
	WELL(brb_store_list_jobs(store, filter, &list, error));
	text[0] = '\0';
	for (size_t i = 0; i < list.count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%d%c ", (int)list.jobs[i].id,
			 letters[list.jobs[i].state]);
	brb_store_job_list_finish(&list);
	return text;
}

static const char *counted(int64_t now_us)
{
	static char text[128];
	brb_store_job_counts counts;
	WELL(brb_store_count_jobs(store, now_us, &counts, error));
	snprintf(text, sizeof text, "w%d r%d d%d p%d from %d", (int)counts.waiting, (int)counts.running,
		 (int)counts.delayed, (int)counts.parked, (int)counts.oldest_us);
	return text;
}

Test(store_jobs_manual, jobs_are_counted_by_what_they_do)
{
	cr_expect_str_eq(counted(100), "w0 r0 d0 p0 from 0");
	store_some();
	cr_expect_str_eq(counted(100), "w2 r1 d3 p2 from 2");
	cr_expect_str_eq(counted(1100), "w5 r0 d1 p2 from 2", "later");
}

Test(store_jobs_manual, jobs_are_listed_by_id)
{
	store_some();
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100 }), "1p 2w 3d 4r 5w 6d 7p 8d ");
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100, .limit = 3 }), "1p 2w 3d ");
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100, .limit = 3, .after = 3 }), "4r 5w 6d ");
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100, .after = 8 }), "");
}

Test(store_jobs_manual, jobs_are_listed_by_state_badge_and_user)
{
	store_some();
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100, .state = BRB_STORE_JOB_WAITING }), "2w 5w ");
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100, .state = BRB_STORE_JOB_RUNNING }), "4r ");
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100, .state = BRB_STORE_JOB_DELAYED }),
			 "3d 6d 8d ");
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100, .state = BRB_STORE_JOB_PARKED }), "1p 7p ");
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100, .slug = "second" }), "7p ");
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100, .user = "cy" }), "4r 5w ");
	cr_expect_str_eq(listed(&(brb_store_job_filter){
				 .now_us = 100, .user = "ada", .slug = "first", .state = BRB_STORE_JOB_PARKED }),
			 "1p ");
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100, .user = "nobody" }), "");
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100 }), "1p 2w 3d 4r 5w 6d 7p 8d ",
			 "no filter is left over");
}

Test(store_jobs_manual, a_list_has_all_of_a_job)
{
	brb_store_job_list list = { 0 };
	store_some();
	WELL(brb_store_list_jobs(store, &(brb_store_job_filter){ .now_us = 100 }, &list, error));
	cr_assert_eq(list.count, 8);
	const brb_store_job_info *job = list.jobs;
	cr_expect_str_eq(job[0].slug, "first");
	cr_expect_str_eq(job[0].user, "ada");
	cr_expect_str_eq(job[0].event, "visit");
	cr_expect_str_eq(job[0].event_id, "");
	cr_expect(job[0].at_us == 1 && job[0].due_us == 1 && job[0].history_id == 0 && job[0].lease_us == 0);
	cr_expect(job[0].attempts == 1 && job[0].parked_us == 60);
	cr_expect_str_eq(job[0].parked_why, "failed");
	cr_expect_str_eq(job[0].error, "no luck");
	cr_expect_null(job[0].fields, "lists stay short");
	cr_expect(job[2].attempts == 1 && job[2].retry_us == 500 && job[2].parked_us == 0);
	cr_expect_str_eq(job[2].parked_why, "");
	cr_expect_str_eq(job[2].error, "no luck");
	cr_expect_eq(job[3].lease_us, 1100);
	cr_expect_str_eq(job[6].parked_why, "unloaded");
	cr_expect_str_eq(job[6].error, "");
	cr_expect_eq(job[7].history_id, 5);
	brb_store_job_list_finish(&list);
	brb_store_job_list_finish(NULL);
}

Test(store_jobs_manual, one_job_with_its_state_and_attempts)
{
	brabeion_field fields[] = { BRABEION_INT("points", 3) };
	brb_store_job_page page = { 0 };
	begin(store);
	add_job(store, &(brb_store_job){ .badge = 2,
					 .user = "bob",
					 .event = "vote",
					 .event_id = "e7",
					 .fields = fields,
					 .field_count = 1 });
	claim(store, 7, 10, 1);
	fail_job(store, 1, 10, 20, 5);
	fail_job(store, 1, 20, 30, 5);
	commit(store);
	WELL(brb_store_show_job(store, 1, 25, &page, error));
	cr_assert(page.found);
	cr_expect(page.job.id == 1 && page.job.state == BRB_STORE_JOB_DELAYED && page.job.retry_us == 30);
	cr_expect_str_eq(page.job.event_id, "e7");
	cr_expect_str_eq(page.job.fields, "{\"points\": 3}");
	cr_assert_eq(page.attempt_count, 2);
	cr_expect(page.attempts[0].number == 1 && page.attempts[0].at_us == 10);
	cr_expect(page.attempts[1].number == 2 && page.attempts[1].at_us == 20);
	cr_expect_str_eq(page.attempts[1].error, "no luck");
	brb_store_job_page_finish(&page);
	WELL(brb_store_show_job(store, 2, 25, &page, error));
	cr_expect_not(page.found);
	brb_store_job_page_finish(&page);
	brb_store_job_page_finish(NULL);
}

/* ---- retrying ---------------------------------------------------------------------------------------------------- */

Test(store_jobs_manual, a_parked_job_goes_back_to_its_place)
{
	store_some();
	begin(store);
	cr_expect_eq(retry(&(brb_store_job_choice){ .id = 1 }), 1);
	cr_expect_str_eq(claim_first(9, 100), "1:1:ada@1 2:1:ada@2 ", "before 2, which was head");
	cr_expect_not(fail_job(store, 1, 100, 200, 2), "attempts count anew");
	commit(store);
	cr_expect_eq(own_number("SELECT MAX(number) FROM job_attempts WHERE job = 1"), 2, "all are on record");
}

Test(store_jobs_manual, behind_one_that_is_being_judged_it_waits)
{
	store_some();
	begin(store);
	claim_first(9, 100);
	cr_expect_eq(retry(&(brb_store_job_choice){ .id = 1 }), 1);
	cr_expect(is_claimed(store, 2, 9));
	cr_expect_str_eq(claim_first(10, 100), "");
	end_job(store, 2);
	cr_expect_str_eq(claim_first(10, 100), "1:1:ada@1 ");
	commit(store);
}

Test(store_jobs_manual, one_that_waits_for_its_retry_is_ready)
{
	store_some();
	begin(store);
	cr_expect_eq(retry(&(brb_store_job_choice){ .id = 3 }), 1);
	cr_expect_eq(retry(&(brb_store_job_choice){ .id = 3 }), 0, "once is enough");
	cr_expect_eq(retry(&(brb_store_job_choice){ .id = 4 }), 0, "it runs");
	cr_expect_eq(retry(&(brb_store_job_choice){ .id = 2 }), 0, "it waits already");
	cr_expect_eq(retry(&(brb_store_job_choice){ .id = 6 }), 0, "its time has not come");
	cr_expect_eq(retry(&(brb_store_job_choice){ .id = 99 }), 0);
	cr_expect_str_eq(claim_first(9, 100), "2:1:ada@2 3:1:bob@3 ");
	commit(store);
}

Test(store_jobs_manual, all_that_are_parked_or_of_one_badge)
{
	store_some();
	begin(store);
	cr_expect_eq(retry(&(brb_store_job_choice){ .slug = "second" }), 1);
	cr_expect_eq(retry(&(brb_store_job_choice){ .parked = true }), 1);
	cr_expect_eq(retry(&(brb_store_job_choice){ .slug = "none" }), 0);
	cr_expect_eq(retry(&(brb_store_job_choice){ 0 }), 1, "bob's");
	commit(store);
	cr_expect_str_eq(counted(100), "w5 r1 d2 p0 from 1");
}

/* ---- dropping ---------------------------------------------------------------------------------------------------- */

Test(store_jobs_manual, dropped_jobs_leave_their_place_to_the_next)
{
	store_some();
	begin(store);
	cr_expect_eq(drop(&(brb_store_job_choice){ .id = 4 }), 1);
	cr_expect_not(is_claimed(store, 4, 8), "what is being judged does not count");
	cr_expect_str_eq(claim_first(9, 100), "2:1:ada@2 5:1:cy@5 ");
	cr_expect_eq(drop(&(brb_store_job_choice){ .id = 4 }), 0);
	cr_expect_eq(drop(&(brb_store_job_choice){ .parked = true, .slug = "first" }), 1);
	cr_expect_eq(drop(&(brb_store_job_choice){ .parked = true }), 1);
	commit(store);
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100 }), "2r 3d 5r 6d 8d ");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM job_attempts"), 1, "bob's");
	begin(store);
	cr_expect_eq(drop(&(brb_store_job_choice){ 0 }), 5);
	commit(store);
	cr_expect_eq(own_number("SELECT (SELECT COUNT(*) FROM jobs) + (SELECT COUNT(*) FROM job_attempts)"), 0);
}

Test(store_jobs_manual, what_the_transaction_added_is_there_to_be_dropped)
{
	begin(store);
	add(store, 1, "ada", 1);
	cr_expect_eq(drop(&(brb_store_job_choice){ 0 }), 1);
	brb_store_undo(store);
	add(store, 1, "ada", 2);
	commit(store);
	cr_expect_eq(own_number("SELECT due_us FROM jobs"), 2);
}

/* ---- histories --------------------------------------------------------------------------------------------------- */

static const char *runs(void)
{
	static char text[128];
	int64_t *numbers = NULL;
	size_t count = 42;
	WELL(brb_store_histories(store, &numbers, &count, error));
	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%d ", (int)numbers[i]);
	brb_memory_release(numbers);
	return text;
}

Test(store_jobs_manual, every_run_has_a_number_of_its_own)
{
	int64_t run = -42;
	begin(store);
	WELL(brb_store_history_new(store, &run, error));
	cr_expect_eq(run, 1);
	commit(store);
	begin(store);
	WELL(brb_store_history_new(store, &run, error));
	cr_expect_eq(run, 2);
	brb_store_rollback(store);
	brb_store_close(store);
	store = open_store();
	begin(store);
	WELL(brb_store_history_new(store, &run, error));
	cr_expect_eq(run, 2);
	commit(store);
}

Test(store_jobs_manual, the_runs_that_left_jobs)
{
	cr_expect_str_eq(runs(), "");
	begin(store);
	add(store, 1, "ada", 1);
	add_in_run(store, 7, 1, "ada", 1);
	add_in_run(store, 3, 1, "ada", 1);
	add_in_run(store, 7, 1, "bob", 1);
	commit(store);
	cr_expect_str_eq(runs(), "3 7 ");
}

Test(store_jobs_manual, a_run_takes_over_what_dead_ones_left)
{
	begin(store);
	add_in_run(store, 3, 1, "ada", 30);
	add_in_run(store, 3, 1, "ada", 50);
	add_in_run(store, 4, 1, "ada", 20);
	add_in_run(store, 4, 1, "bob", 10);
	add_in_run(store, 9, 1, "ada", 40);
	add_in_run(store, 8, 1, "ada", 1);
	cr_expect_eq(adopt(3, 9), 2);
	cr_expect_eq(next_due(store, 9), 30);
	cr_expect_eq(adopt(4, 9), 2);
	cr_expect_eq(adopt(4, 9), 0);
	cr_expect_eq(next_due(store, 9), 10);
	brb_store_claim asked = claim_of(7, 100, 10);
	asked.history_id = 9;
	cr_expect_str_eq(claim_with(store, &asked), "4:1:bob@10 3:1:ada@20 1:1:ada@30 5:1:ada@40 2:1:ada@50 ");
	commit(store);
	cr_expect_str_eq(runs(), "8 9 ");
}

Test(store_jobs_manual, a_history_may_lie_before_1970)
{
	begin(store);
	add_in_run(store, 3, 1, "ada", -300);
	add_in_run(store, 3, 1, "ada", -200);
	add_in_run(store, 3, 1, "bob", -100);
	brb_store_claim asked = claim_of(7, -150, 1);
	asked.history_id = 3;
	cr_expect_str_eq(claim_with(store, &asked), "1:1:ada@-300 ");
	end_job(store, 1);
	cr_expect_eq(next_due(store, 3), -200);
	cr_expect_str_eq(claim_with(store, &asked), "2:1:ada@-200 ");
	end_job(store, 2);
	cr_expect_eq(adopt(3, 9), 1);
	cr_expect_eq(next_due(store, 9), -100);
	commit(store);
}

Test(store_jobs_manual, claims_of_the_dead_are_given_up_and_parked_jobs_go_along)
{
	begin(store);
	add_in_run(store, 3, 1, "ada", 30);
	add_in_run(store, 3, 1, "ada", 40);
	add_in_run(store, 3, 1, "bob", 50);
	brb_store_claim asked = claim_of(7, 100, 10);
	asked.history_id = 3;
	asked.lease_until_us = BRB_STORE_NEVER_US;
	claim_with(store, &asked);
	fail_job(store, 3, 100, 0, 1);
	cr_expect_eq(adopt(3, 9), 3);
	cr_expect_not(is_claimed(store, 1, 7));
	asked.number = 8;
	asked.history_id = 9;
	cr_expect_str_eq(claim_with(store, &asked), "1:1:ada@30 2:1:ada@40 ");
	commit(store);
	cr_expect_eq(own_number("SELECT run FROM jobs WHERE id = 3 AND parked_us = 100"), 9);
}

Test(store_jobs_manual, a_history_that_ends_passes_on_what_is_not_due_yet)
{
	int64_t jobs = -42;
	begin(store);
	add(store, 1, "ada", 50); /* is being judged when the history ends */
	add(store, 1, "bob", 60);
	claim(store, 7, 55, 10);
	add_in_run(store, 3, 1, "ada", 40);
	add_in_run(store, 3, 1, "bob", 50);
	add_in_run(store, 3, 1, "bob", 70);
	add_in_run(store, 3, 1, "cy", 80);
	WELL(brb_store_jobs_pass_on(store, 3, &jobs, error));
	cr_expect_eq(jobs, 4);
	cr_expect(is_claimed(store, 1, 7));
	cr_expect_str_eq(claim(store, 8, 100, 10), "4:1:bob@50 6:1:cy@80 2:1:bob@60 5:1:bob@70 ");
	end_job(store, 1);
	cr_expect_str_eq(claim(store, 9, 100, 10), "3:1:ada@40 ");
	commit(store);
	cr_expect_str_eq(runs(), "");
}

/* ---- users and copies -------------------------------------------------------------------------------------------- */

Test(store_jobs_manual, a_forgotten_user_leaves_no_jobs)
{
	int64_t awards = -42;
	store_some();
	begin(store);
	add(store, 1, "ada", 70);
	WELL(brb_store_forget_user(store, "ada", &awards, error));
	commit(store);
	cr_expect_str_eq(listed(&(brb_store_job_filter){ .now_us = 100 }), "3d 4r 5w 6d ");
	sweep_all(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 4, "parked ones, too");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM job_attempts"), 1, "bob's");
}

Test(store_jobs_manual, two_users_queues_become_one)
{
	begin(store);
	add(store, 1, "ada", 10);
	add(store, 1, "bob", 20);
	add(store, 1, "ada", 30);
	add(store, 2, "ada", 40);
	add(store, 1, "cy", 50);
	claim(store, 7, 100, 10);
	WELL(brb_store_merge_users(store, "ada", "bob", NULL, error));
	cr_expect_not(is_claimed(store, 1, 7), "what is being judged for either does not count");
	cr_expect_not(is_claimed(store, 2, 7));
	cr_expect(is_claimed(store, 5, 7));
	cr_expect_eq(next_due(store, 0), 10);
	cr_expect_str_eq(claim(store, 8, 100, 10), "1:1:bob@10 4:2:bob@40 2:1:bob@20 3:1:bob@30 ");
	commit(store);
}

Test(store_jobs_manual, merged_into_a_new_user_parked_jobs_and_retries_stay_so)
{
	store_some();
	begin(store);
	WELL(brb_store_merge_users(store, "bob", "eve", NULL, error));
	WELL(brb_store_merge_users(store, "ada", "eve", NULL, error));
	cr_expect_str_eq(claim_first(9, 499), "2:1:eve@2 ", "3 waits for its retry");
	end_job(store, 2);
	cr_expect_str_eq(claim_first(9, 499), "");
	cr_expect_str_eq(claim_first(9, 500), "3:1:eve@3 ");
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs JOIN users AS u ON u.id = user WHERE u.name = 'eve'"), 4);
}

Test(store_jobs_manual, a_copy_has_the_jobs)
{
	char copy[PATH_BYTES];
	join(copy, folder, "copy.db");
	store_some();
	WELL(brb_store_backup(store, copy, false, error));
	begin(store);
	drop(&(brb_store_job_choice){ 0 });
	commit(store);
	brb_store_options options = default_options();
	options.path = copy;
	brb_store *other = open_with(&options);
	begin(other);
	cr_expect_str_eq(claim(other, 9, 100, 10), "2:1:ada@2 7:2:ada@7 ");
	add(other, 1, "new", 1);
	cr_expect_str_eq(claim(other, 9, 100, 10), "9:1:new@1 ", "the ids go on");
	commit(other);
	brb_store_close(other);
}
