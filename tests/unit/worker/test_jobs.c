/*
 * jobs: a worker's steps, with a test clock: claims, retries, parking, jobs lost to other workers, conflicts, and
 * judging inside the transaction.
 */
#include <unistd.h>

#include "store/codec/packed_state.h"
#include "support/optimistic_fixture.h"
#include "worker/jobs_internal.h"

static brb_group_commit group;
static brb_jobs jobs;
static brb_worker *worker;
static int64_t now_us;
static char told[4096]; /* reports to callbacks */

static int64_t read_clock(void *context)
{
	(void)context;
	return now_us;
}

static const brb_clock clock_of_test = { read_clock, NULL };

static void announce(void *context, const brabeion_result *results, size_t count)
{
	(void)context;
	for (size_t i = 0; i < count; i++)
		for (uint32_t k = 0; k < results[i].award_count; k++) {
			const brabeion_award_info *award = &results[i].awards[k];
			size_t length = strlen(told);
			snprintf(told + length, sizeof told - length, "%s %s %s;", award->badge, award->user,
				 award->reason);
		}
}

enum { LEASE = 30000000, BACKOFF = 1000000 };

static void open_jobs(void)
{
	static const brb_jobs_limits limits = { .attempts_most = 3, .lease_us = LEASE, .backoff_us = BACKOFF };
	open_judge_fixture();
	plug = new_plugin("plug");
	now_us = 1000000000;
	generation.number = 1;
	WELL(brb_registry_init(&registry, error));
	WELL(brb_group_commit_init(&group, error));
	atomic_store(&registry.current, &generation);
	shared = (brb_judge_shared){ .store = store, .log = &captured_log, .clock = &clock_of_test, .group = &group };
	jobs = (brb_jobs){ .shared = &shared, .registry = &registry, .announce = announce };
	WELL(brb_jobs_init(&jobs, &limits, error));
	WELL(brb_worker_open(&jobs, &(brb_worker_options){ .stop_fd = -1 }, &worker, error));
}

static void close_jobs(void)
{
	brb_worker_close(worker);
	brb_jobs_finish(&jobs);
	brb_group_commit_finish(&group);
	atomic_store(&registry.current, NULL); /* owned by the test */
	brb_registry_finish(&registry);
	close_judge_fixture();
}

TestSuite(jobs, .init = open_jobs, .fini = close_jobs);

/* ---- steps ---- */

static void add(const brb_badge *badge, const char *user, const char *event_id)
{
	brb_store_job job = { .badge = badge->number,
			      .user = user,
			      .event = "visit",
			      .event_id = event_id,
			      .at_us = 77,
			      .due_us = now_us };
	begin(store);
	WELL(brb_store_job_add(store, &job, error));
	commit(store);
}

static bool step(void)
{
	bool busy = false;
	WELL(brb_worker_step(worker, &busy, error));
	return busy;
}

/* Steps until there is nothing to do. */
static void work_off(void)
{
	load_badges();
	while (step())
		continue;
}

static int64_t jobs_left(void)
{
	return own_number("SELECT COUNT(*) FROM jobs");
}

/* ---- badges ---- */

static int calls;
static bool fails;
static void (*meanwhile)(void); /* called while a job is judged, as other processes */

static int32_t earn_or_fail(void *self, badge_call *call)
{
	(void)self;
	calls++;
	note_trace(badge_event_id(call));
	if (meanwhile)
		meanwhile();
	return fails ? badge_fail(call, "no luck") : 1;
}

static int32_t count_up(void *self, badge_call *call)
{
	(void)self;
	calls++;
	int64_t seen = thing_tally(call, "n", "");
	if (meanwhile)
		meanwhile();
	thing_set(call, "n", "", seen + 1);
	return BADGE_NOT_EARNED;
}

/* Not inside the transaction, where others_set_tally would wait for itself. */
static void others_count(void)
{
	if (calls <= 3)
		others_set_tally("n", calls * 10);
}

/* ---- done and reported ---- */

Test(jobs, a_job_is_judged_ended_and_its_award_told)
{
	brb_badge *badge = new_multiple(plug, "badge", NULL, earn_or_fail);
	add(badge, "ada", "e1");
	work_off();
	cr_expect_str_eq(told, "badge ada e1;");
	cr_expect_eq(jobs_left(), 0);
	cr_expect_eq(stored_awards(), 1);
	cr_expect_str_eq(logged, "");
}

Test(jobs, of_one_user_they_are_judged_in_their_order)
{
	brb_badge *badge = new_multiple(plug, "badge", NULL, earn_or_fail);
	add(badge, "ada", "1");
	add(badge, "bob", "2");
	add(badge, "ada", "3");
	add(badge, "ada", "4");
	work_off();
	cr_expect_str_eq(trace, "1 2 3 4 ");
	cr_expect_eq(jobs_left(), 0);
}

/* ---- failing ---- */

Test(jobs, one_that_fails_is_tried_again_later_each_time_and_then_parked)
{
	brb_badge *badge = new_multiple(plug, "badge", NULL, earn_or_fail);
	fails = true;
	add(badge, "ada", "e1");
	add(badge, "ada", "e2");
	add(badge, "bob", "e3");
	work_off();
	cr_expect_str_eq(trace, "e1 e3 ", "what fails holds back those behind it, and nobody else");
	int64_t retry_us = own_number("SELECT retry_us FROM jobs WHERE event_id = 'e1'") - now_us;
	cr_expect(retry_us >= BACKOFF / 2 && retry_us <= BACKOFF, "%lld", (long long)retry_us);

	now_us += retry_us - 1;
	trace[0] = '\0';
	step();
	cr_expect_null(strstr(trace, "e1"), "not before its time");
	now_us += BACKOFF;
	work_off();
	retry_us = own_number("SELECT retry_us FROM jobs WHERE event_id = 'e1'") - now_us;
	cr_expect(retry_us >= BACKOFF && retry_us <= 2 * BACKOFF, "%lld", (long long)retry_us);

	now_us += 2 * BACKOFF;
	trace[0] = '\0';
	work_off();
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE parked_why = 'failed' AND error = 'no luck'"
				" AND attempts = 3"),
		     2);
	cr_expect_not_null(strstr(logged,
				  "2: job 1 of badge \"badge\" for user \"ada\" is parked after 3 attempts: no "
				  "luck\n"));
	cr_expect_not_null(strstr(trace, "e2"), "a parked one holds back nobody");
	cr_expect_eq(stored_awards(), 0);
}

Test(jobs, the_wait_doubles_up_to_an_hour)
{
	static const brb_jobs_limits limits = { .backoff_us = 1000 };
	cr_expect_eq(brb_jobs_backoff_us(&limits, 1, 500), 1000);
	cr_expect_eq(brb_jobs_backoff_us(&limits, 1, 0), 500);
	cr_expect_eq(brb_jobs_backoff_us(&limits, 2, 1000), 2000);
	cr_expect_eq(brb_jobs_backoff_us(&limits, 5, 0), 8000);
	cr_expect_eq(brb_jobs_backoff_us(&limits, 60, 0), INT64_C(1800000000));
	cr_expect_eq(brb_jobs_backoff_us(&limits, 1000, 1800000000), INT64_C(3600000000));
}

/* ---- leases ---- */

static void another_takes_it(void)
{
	uint32_t numbers[] = { badges[0].number };
	brb_store_claimed_list list = { 0 };
	brb_store_claim claim = { .number = 5,
				  .now_us = now_us + LEASE,
				  .lease_until_us = now_us + 3 * (int64_t)LEASE,
				  .most = 10,
				  .badges = numbers,
				  .badge_count = 1 };
	meanwhile = NULL;
	begin(store);
	WELL(brb_store_jobs_claim(store, &claim, &list, error));
	commit(store);
	cr_expect_eq(list.count, 1);
	brb_store_claimed_list_finish(&list);
}

Test(jobs, what_was_judged_after_the_lease_has_gone_to_another_does_not_count)
{
	brb_badge *badge = new_multiple(plug, "badge", NULL, earn_or_fail);
	add(badge, "ada", "e1");
	meanwhile = another_takes_it;
	work_off();
	cr_expect_eq(calls, 1);
	cr_expect_str_eq(told, "");
	cr_expect_eq(stored_awards(), 0);
	cr_expect_eq(own_number("SELECT claim FROM jobs"), 5, "it is the other's");
	now_us += 3 * (int64_t)LEASE; /* the other worker never ends it */
	work_off();
	cr_expect_str_eq(told, "badge ada e1;");
}

static void drop_it(void)
{
	int64_t count;
	meanwhile = NULL;
	begin(store);
	WELL(brb_store_jobs_drop(store, &(brb_store_job_choice){ .id = 1 }, &count, error));
	commit(store);
}

Test(jobs, what_was_dropped_while_it_was_judged_does_not_count)
{
	brb_badge *badge = new_multiple(plug, "badge", NULL, earn_or_fail);
	add(badge, "ada", "e1");
	meanwhile = drop_it;
	work_off();
	cr_expect_eq(calls, 1);
	cr_expect_eq(stored_awards(), 0);
	cr_expect_eq(jobs_left(), 0);
}

/* ---- conflicts ---- */

Test(jobs, what_read_something_that_has_changed_is_judged_again_three_times_and_then_inside_the_transaction)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, count_up);
	add(badge, "ada", "e1");
	meanwhile = others_count;
	worker->options.quick_us = INT64_MAX;
	work_off();
	cr_expect_eq(calls, 4);
	cr_expect_eq(committed_tally("n"), 31);
	cr_expect_eq(jobs_left(), 0);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM job_attempts"), 0, "that is no failure");
}

static void others_count_slowly(void)
{
	usleep(5000); /* longer than quick_us, also when a signal ends it early */
	if (calls <= 6)
		others_set_tally("n", calls * 10);
}

Test(jobs, a_slow_one_is_judged_again_outside_as_often_as_it_takes)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, count_up);
	add(badge, "ada", "e1");
	meanwhile = others_count_slowly;
	worker->options.quick_us = 1;
	work_off();
	cr_expect_eq(calls, 7);
	cr_expect_eq(committed_tally("n"), 61);
}

/* Adds to the only number of the only thing. Does not wait for a transaction to end: it may be this thread's. */
static void add_by_another_program(int64_t more)
{
	unsigned char state[300];
	sqlite3_stmt *statement = NULL;
	sqlite3 *handle = open_own();
	sqlite3_busy_timeout(handle, 0);
	cr_assert_eq(sqlite3_prepare_v2(handle, "SELECT state FROM things", -1, &statement, NULL), SQLITE_OK);
	cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
	size_t length = (size_t)sqlite3_column_bytes(statement, 0);
	memcpy(state, sqlite3_column_blob(statement, 0), length);
	sqlite3_finalize(statement);
	brb_packed_walk walk = brb_packed_begin(state, length);
	cr_assert(brb_packed_step(&walk));
	brb_packed_value value = { .kind = BRB_CELL_NUMBER, .number = walk.value.number + more };
	length = brb_packed_set(state, length, walk.memory, walk.key, &value);
	sqlite3_prepare_v2(handle, "UPDATE things SET state = ?1", -1, &statement, NULL);
	sqlite3_bind_blob(statement, 1, state, (int)length, SQLITE_STATIC);
	sqlite3_step(statement);
	sqlite3_finalize(statement);
	sqlite3_close(handle);
}

static void others_always_count_slowly(void)
{
	usleep(6000); /* longer than a pass */
	add_by_another_program(1000);
	cr_assert_leq(calls, 110, "it does not come to an end");
}

Test(jobs, a_slow_one_comes_to_its_end_also_when_others_never_rest)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, count_up);
	others_set_tally("n", 1);
	add(badge, "ada", "e1");
	meanwhile = others_always_count_slowly;
	worker->options.quick_us = 1;
	work_off();
	cr_expect_eq(calls, 101);
	cr_expect_eq(committed_tally("n"), 100002);
	cr_expect_eq(jobs_left(), 0);
}

static void others_count_once(void)
{
	if (calls == 1)
		others_set_tally("n", 10);
}

Test(jobs, those_behind_one_that_is_judged_again_are_not_applied_before_it)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, count_up);
	for (int i = 0; i < 5; i++)
		add(badge, "ada", "e");
	meanwhile = others_count_once;
	work_off();
	cr_expect_eq(committed_tally("n"), 15);
	cr_expect_eq(jobs_left(), 0);
}

/* ---- failures of the store ---- */

static sqlite3 *writer;

static void others_write(void)
{
	meanwhile = NULL;
	writer = open_own();
	cr_assert_eq(sqlite3_exec(writer, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
}

Test(jobs, what_could_not_be_committed_is_judged_again_and_told_once)
{
	bool busy = true;
	brabeion_error error = BRABEION_NO_ERROR;
	brb_badge *badge = new_multiple(plug, "badge", NULL, earn_or_fail);
	add(badge, "ada", "e1");
	load_badges();
	cr_assert(step());
	meanwhile = others_write;
	cr_expect_eq(brb_worker_step(worker, &busy, &error), BRABEION_BUSY);
	cr_expect_not(busy);
	cr_expect_str_eq(told, "");
	brabeion_error_finish(&error);
	sqlite3_close(writer);
	work_off();
	cr_expect_eq(calls, 2);
	cr_expect_str_eq(told, "badge ada e1;");
	cr_expect_eq(jobs_left(), 0);
}

/* ---- loaded badges ---- */

Test(jobs, one_whose_badge_is_not_loaded_is_parked_until_it_is)
{
	brb_badge *badge = new_multiple(plug, "badge", NULL, earn_or_fail);
	add(badge, "ada", "e1");
	load_badges();
	generation.badge_count = 0;
	while (step())
		continue;
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE parked_why = 'unloaded'"), 1);
	cr_expect_str_eq(logged, "2: 1 job of badge \"badge\" is parked until it is back: the badge is not loaded\n");
	work_off();
	cr_expect_str_eq(told, "badge ada e1;");
}

/* ---- stopping, and dying ---- */

Test(jobs, who_stops_gives_back_what_it_holds)
{
	brb_badge *badge = new_multiple(plug, "badge", NULL, earn_or_fail);
	add(badge, "ada", "e1");
	load_badges();
	cr_expect(step(), "claimed, not judged yet");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE claim <> 0"), 1);
	brb_jobs_stop(&jobs);
	cr_expect(!step());
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE claim = 0"), 1);
	cr_expect_eq(calls, 0);
}

Test(jobs, a_death_is_an_attempt_of_the_job_at_hand_also_behind_others_of_its_user)
{
	brb_badge *badge = new_multiple(plug, "badge", NULL, earn_or_fail);
	bool parked = true;
	add(badge, "ada", "e1");
	add(badge, "ada", "e2");
	load_badges();
	step();
	int64_t claim = own_number("SELECT claim FROM jobs WHERE id = 2");
	cr_assert_neq(claim, 0, "claimed along with the first");
	for (int i = 1; i <= 3; i++) {
		WELL(brb_jobs_record_crash(&jobs, 2, claim, "killed", &parked, error));
		cr_expect_eq(parked, i == 3);
		cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE claim <> 0"), 0);
		sqlite3 *handle = open_own();
		char sql[100];
		snprintf(sql, sizeof sql, "UPDATE jobs SET claim = %lld WHERE parked_us = 0", (long long)claim);
		cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(handle);
	}
	cr_expect_eq(own_number("SELECT attempts FROM jobs WHERE id = 1"), 0);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM job_attempts WHERE job = 2 AND error = 'killed'"), 3);
}
