/*
 * Workers, through the public header: jobs are judged later, once and in order, and callbacks get their awards; a
 * failed job is retried, then parked; a slow job blocks nothing else.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/memory_tables.h"
#include "support/scene.h"

static const char no_threads[] =
	"workers: 0\njobs: { backoff: 1ms, max_attempts: 3 }\nplugins:\n  - file: job_user.so\n";
static const char two_threads[] = "workers: 2\nplugins:\n  - file: job_user.so\n";

static void work_off(scene *here)
{
	brabeion_work_options options = BRABEION_WORK_OPTIONS(.until_idle = true);
	cr_assert_eq(brabeion_work(here->engine, &options, &here->error), BRABEION_OK, "%s", here->error.message);
}

/* ---- the database ---- */

static sqlite3 *connect_to(scene *here)
{
	sqlite3 *handle = NULL;
	cr_assert_eq(sqlite3_open(here->database, &handle), SQLITE_OK);
	sqlite3_busy_timeout(handle, 60000);
	return handle;
}

static int64_t scene_number(scene *here, const char *sql)
{
	sqlite3 *handle = connect_to(here);
	sqlite3_stmt *statement = NULL;
	cr_assert_eq(add_memory_tables(handle), SQLITE_OK, "%s", sqlite3_errmsg(handle));
	cr_assert_eq(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK, "%s", sqlite3_errmsg(handle));
	cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
	int64_t number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	return number;
}

static int scene_change(scene *here, const char *sql)
{
	sqlite3 *handle = connect_to(here);
	cr_assert_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(handle));
	int changed = sqlite3_changes(handle);
	sqlite3_close(handle);
	return changed;
}

/* "waiting running delayed parked" */
static const char *counts(scene *here)
{
	static char text[100];
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	cr_assert_eq(brabeion_stats(here->engine, &report, &here->error), BRABEION_OK, "%s", here->error.message);
	snprintf(text, sizeof text, "%d %d %d %d", (int)report.jobs_waiting, (int)report.jobs_running,
		 (int)report.jobs_delayed, (int)report.jobs_parked);
	brabeion_stats_finish(&report);
	return text;
}

/* ---- order ---- */

Test(workers, a_job_is_judged_later_and_its_award_is_told)
{
	scene *here = scene_with(no_threads);
	scene_listen(here);
	cr_assert_str_eq(scene_fire_id(here, "e1", "earn", "ada"), "");
	cr_assert_str_eq(counts(here), "1 0 0 0");
	work_off(here);
	cr_assert_str_eq(counts(here), "0 0 0 0");
	cr_assert_str_eq(scene_awards(here, "ada"), "twice 1 e1;earner 1 e1;");
	cr_assert_str_eq(here->told, "ada earner 1 e1;ada twice 1 e1;");
	scene_finish(here);
}

Test(workers, jobs_of_a_user_are_judged_in_the_order_of_their_events)
{
	scene *here = scene_with(no_threads);
	for (int i = 1; i <= 500; i++) {
		scene_fire(here, "count", "ada", BRABEION_INT("n", i));
		scene_fire(here, "count", "bob", BRABEION_INT("n", i));
	}
	work_off(here);
	cr_assert_str_eq(counts(here), "0 0 0 0");
	cr_assert_eq(scene_number(here, "SELECT sum(value) FROM tallies AS t JOIN memories AS m ON m.id = t.memory"
					" WHERE m.name = 'counted'"),
		     1000);
	cr_assert_eq(scene_number(here, "SELECT count(*) FROM tallies JOIN memories AS m ON m.id = memory"
					" WHERE m.name = 'disorder'"),
		     0);
	scene_finish(here);
}

Test(workers, with_workers_an_event_is_enough)
{
	scene *here = scene_with(two_threads);
	int gate[2], told[2];
	char byte = '.';
	cr_assert_eq(pipe(gate), 0);
	cr_assert_eq(pipe(told), 0);
	scene_fire_id(here, "g1", "gate", "ada", BRABEION_INT("gate", gate[0]), BRABEION_INT("told", told[1]));
	cr_assert_eq(read(told[0], &byte, 1), 1, "nobody judges");
	cr_assert_str_eq(counts(here), "0 1 0 0");
	cr_assert_eq(write(gate[1], &byte, 1), 1);
	brabeion_close(here->engine); /* waits for the current job */
	scene_open(here);
	cr_assert_str_eq(counts(here), "0 0 0 0");
	cr_assert_str_eq(scene_awards(here, "ada"), "gate 1 g1;");
	scene_finish(here);
}

/* ---- bounds ---- */

static void expect_quiet_to_fail(scene *here, const char *user, const char *why)
{
	brabeion_event event = BRABEION_EVENT(.name = "quiet", .user = user);
	brabeion_result result = scene_judge(here, &event);
	cr_assert_eq(result.failure_count, 1);
	cr_expect_str_eq(brabeion_result_failure(&result, 0)->message, why);
	brabeion_result_finish(&result);
}

Test(workers, a_badge_fails_for_a_user_of_whom_too_many_jobs_wait)
{
	scene *here =
		scene_with("workers: 0\njobs: { max_per_user: 2, max_total: 3 }\nplugins:\n  - file: job_user.so\n");
	scene_fire(here, "quiet", "ada");
	scene_fire(here, "quiet", "ada");
	expect_quiet_to_fail(here, "ada",
			     "2 jobs of the user wait, and no more may (\"jobs: max_per_user\" in badges.yaml)");
	scene_fire(here, "quiet", "bob");
	expect_quiet_to_fail(here, "bob",
			     "the database has 3 jobs, and may have no more (\"jobs: max_total\" in badges.yaml)");
	cr_expect_str_eq(counts(here), "3 0 0 0");
	work_off(here);
	scene_fire(here, "quiet", "ada");
	cr_expect_str_eq(counts(here), "1 0 0 0");
	scene_finish(here);
}

/* ---- slow jobs ---- */

Test(workers, a_slow_badge_that_reads_memory_holds_up_no_caller_and_is_judged_by_what_is_so_at_the_end)
{
	scene *here = scene_with("workers: 1\nplugins:\n  - file: job_user.so\n");
	int gate[2], told[2];
	char byte = '.';
	cr_assert_eq(pipe(gate), 0);
	cr_assert_eq(pipe(told), 0);
	scene_fire_id(here, "g1", "gate", "ada", BRABEION_INT("gate", gate[0]), BRABEION_INT("told", told[1]));
	cr_assert_eq(read(told[0], &byte, 1), 1);
	for (int i = 0; i < 100; i++) /* each commit changes what the running badge has read */
		scene_fire(here, "bump", "bob");
	cr_assert_eq(scene_number(here, "SELECT value FROM tallies"), 100);
	cr_assert_eq(write(gate[1], &byte, 1), 1);
	cr_assert_eq(read(told[0], &byte, 1), 1, "what it read has changed: it is judged again");
	cr_assert_eq(write(gate[1], &byte, 1), 1);
	brabeion_close(here->engine);
	scene_open(here);
	cr_assert_str_eq(scene_awards(here, "ada"), "gate 1 g1;");
	scene_finish(here);
}

/* ---- failures ---- */

static void wait_until_parked(scene *here)
{
	brabeion_job_filter parked = BRABEION_JOB_FILTER(.state = BRABEION_JOB_PARKED);
	for (;;) {
		brabeion_job_list list;
		work_off(here);
		cr_assert_eq(brabeion_jobs(here->engine, &parked, &list, &here->error), BRABEION_OK);
		size_t count = list.count;
		brabeion_job_list_finish(&list);
		if (count)
			return;
	}
}

Test(workers, a_job_that_fails_is_tried_again_then_parked_with_its_errors_and_retried_by_hand)
{
	scene *here = scene_with(no_threads);
	brabeion_job_page page = BRABEION_JOB_PAGE();
	int64_t jobs = -1;
	scene_fire_id(here, "f1", "fails", "ada", BRABEION_TEXT("while", here->config));
	wait_until_parked(here);
	cr_assert_str_eq(counts(here), "0 0 0 1");
	cr_assert_eq(brabeion_job(here->engine, 1, &page, &here->error), BRABEION_OK);
	cr_assert(page.found);
	cr_assert_eq(page.attempt_count, 3);
	cr_assert_eq(page.job->attempts, 3);
	cr_assert_str_eq(page.attempts[2].error, "the file is there");
	cr_assert_str_eq(page.job->error, "the file is there");
	cr_assert_str_eq(page.job->parked_why, "failed");
	cr_assert_not_null(strstr(page.frozen, "\"while\""));
	brabeion_job_page_finish(&page);
	cr_assert_not_null(strstr(here->log, "warning: job 1 of badge \"fails\" for user \"ada\" is parked after 3 "
					     "attempts: the file is there\n"));
	cr_assert_eq(scene_number(here, "SELECT count(*) FROM tallies"), 0, "a failed judgement leaves nothing");

	cr_assert_eq(rename(here->config, strcat(strcpy(here->told, here->config), ".aside")), 0);
	cr_assert_eq(brabeion_jobs_retry(here->engine, &(brabeion_job_choice)BRABEION_JOB_CHOICE(.id = 1), &jobs,
					 &here->error),
		     BRABEION_OK);
	cr_assert_eq(jobs, 1);
	work_off(here);
	cr_assert_str_eq(scene_awards(here, "ada"), "fails 1 f1;");
	cr_assert_str_eq(counts(here), "0 0 0 0");
	scene_finish(here);
}

Test(workers, a_dropped_job_is_gone)
{
	scene *here = scene_with(no_threads);
	int64_t jobs = -1;
	scene_fire_id(here, "e1", "earn", "ada");
	scene_fire_id(here, "e2", "earn", "bob");
	cr_assert_eq(brabeion_jobs_drop(here->engine, &(brabeion_job_choice)BRABEION_JOB_CHOICE(.id = 1), &jobs,
					&here->error),
		     BRABEION_OK);
	cr_assert_eq(jobs, 1);
	work_off(here);
	cr_assert_str_eq(scene_awards(here, "ada"), "");
	cr_assert_str_eq(scene_awards(here, "bob"), "twice 1 e2;earner 1 e2;");
	scene_finish(here);
}

/* ---- generations ---- */

Test(workers, jobs_of_a_badge_that_is_not_loaded_are_parked_until_it_is_back)
{
	scene *here = scene_with(no_threads);
	scene_fire_id(here, "e1", "earn", "ada");
	scene_fire_id(here, "e2", "earn", "bob");
	scene_config(here, "workers: 0\nplugins:\n  - file: good_one.so\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	work_off(here);
	cr_assert_str_eq(counts(here), "0 0 0 2");
	const char *warning = strchr(here->log, '\n'); /* after the reload's own line */
	cr_assert_not_null(warning, "%s", here->log);
	cr_assert_str_eq(
		warning + 1,
		"warning: 2 jobs of badge \"earner\" are parked until it is back: the badge is not loaded\n");
	scene_config(here, no_threads);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	work_off(here);
	cr_assert_str_eq(counts(here), "0 0 0 0");
	cr_assert_str_eq(scene_awards(here, "ada"), "twice 1 e1;earner 1 e1;");
	scene_finish(here);
}

Test(workers, jobs_that_were_parked_as_unloaded_are_enough_to_start_workers, .timeout = 60)
{
	scene *here = scene_with("workers: 0\nplugins:\n  - { file: good_one.so, badges: [{ badge: good-one, "
				 "async: true }] }\n");
	scene_fire(here, "visit", "ada", BRABEION_INT("points", 5));
	scene_config(here, "workers: 0\nplugins:\n  - file: listener.so\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	work_off(here);
	cr_assert_str_eq(counts(here), "0 0 0 1");
	scene_close(here);
	/* from now on judged at once, as scheduled badges are */
	scene_config(here, "workers: 1\nplugins:\n  - file: good_one.so\n");
	scene_open(here);
	for (int i = 0; i < 2000 && scene_count(here, "ada") == 0; i++)
		usleep(1000);
	cr_assert_str_eq(scene_awards(here, "ada"), "good-one 1 ;");
	scene_finish(here);
}

/* ---- badges that listen to awards ---- */

Test(workers, a_listener_of_what_a_job_earns_is_quarantined_as_any_other)
{
	scene *here = scene_with("workers: 0\nquarantine: { failures: 2 }\nplugins:\n  - file: listener.so\n"
				 "  - file: obedient.so\n    badges: [{ badge: last, async: true }]\n");
	scene_fire(here, "say", "ada");
	scene_fire(here, "say", "bob");
	work_off(here);
	cr_assert_str_eq(scene_awards(here, "bob"), "last 1 ;");
	cr_assert_not_null(strstr(here->log,
				  "error: badge \"spoilt\" is quarantined until a reload or "
				  "\"brabeion release spoilt\": it failed for 2 users in a row, at last on "
				  "event \"brabeion.awarded\": spoilt on purpose\n"),
			   "%s", here->log);
	cr_assert_eq(scene_number(here, "SELECT count(*) FROM quarantine"), 1, "not stored");
	scene_finish(here);
}

/* ---- dead workers ---- */

typedef struct at_hand {
	int64_t job, claim;
	brabeion_engine *engine;
} at_hand;

static void note_and_stop(void *context, int64_t job, int64_t claim)
{
	at_hand *noted = context;
	if (job)
		*noted = (at_hand){ job, claim, noted->engine };
}

Test(workers, a_death_counts_as_an_attempt_of_the_job_at_hand_and_frees_the_others)
{
	scene *here = scene_with(no_threads);
	brabeion_job_page page = BRABEION_JOB_PAGE();
	bool parked = true;
	scene_fire_id(here, "e1", "earn", "ada");
	/* a claim that is never ended */
	cr_assert_eq(scene_change(here, "UPDATE jobs SET claim = 77, ready_us = 9000000000000000"), 1);
	cr_assert_eq(brabeion_job_died(here->engine, 1, 78, "killed", &parked, &here->error), BRABEION_OK);
	cr_assert_str_eq(counts(here), "0 1 0 0", "another claim is not its own");
	cr_assert_eq(brabeion_job_died(here->engine, 1, 77, "killed by signal 9", &parked, &here->error),
		     BRABEION_OK);
	cr_assert(!parked);
	cr_assert_eq(brabeion_job(here->engine, 1, &page, &here->error), BRABEION_OK);
	cr_assert_eq(page.attempt_count, 1);
	cr_assert_str_eq(page.attempts[0].error, "killed by signal 9");
	brabeion_job_page_finish(&page);
	cr_assert_eq(brabeion_job_died(here->engine, 1, 77, NULL, NULL, &here->error), BRABEION_INVALID);
	scene_finish(here);
}

Test(workers, the_job_at_hand_is_told)
{
	scene *here = scene_with(no_threads);
	at_hand noted = { .engine = here->engine };
	brabeion_work_options options =
		BRABEION_WORK_OPTIONS(.until_idle = true, .on_job = note_and_stop, .context = &noted);
	scene_fire_id(here, "e1", "earn", "ada");
	cr_assert_eq(brabeion_work(here->engine, &options, &here->error), BRABEION_OK);
	cr_assert_eq(noted.job, 1);
	cr_assert_gt(noted.claim, 0);
	scene_finish(here);
}

static void *wait_and_open(void *path)
{
	usleep(50000); /* lets a work that does not wait return first */
	close(open(path, O_WRONLY | O_CLOEXEC));
	return NULL;
}

/* The engine's own thread is at a job when a host works until idle. */
Test(workers, until_idle_waits_for_the_engines_own_threads)
{
	char told[SCENE_PATH_BYTES * 2], gate[SCENE_PATH_BYTES * 2];
	pthread_t opener;
	scene *here = scene_with("workers: 1\nplugins:\n  - file: deadly.so\n");
	snprintf(told, sizeof told, "%s/told", here->folder);
	snprintf(gate, sizeof gate, "%s/gate", here->folder);
	cr_assert_eq(mkfifo(told, 0600) | mkfifo(gate, 0600), 0);
	const brabeion_field state[] = { BRABEION_TEXT("told", told), BRABEION_TEXT("gate", gate) };
	const brabeion_event event =
		BRABEION_EVENT(.name = "waits", .user = "ada", .id = "w1", .fields = state, .field_count = 2);
	cr_assert_eq(brabeion_possibly_award(here->engine, &event, NULL), BRABEION_OK);
	close(open(told, O_RDONLY | O_CLOEXEC)); /* returns when the thread is at the job */
	cr_assert_eq(pthread_create(&opener, NULL, wait_and_open, gate), 0);
	work_off(here);
	cr_expect_eq(scene_count(here, "ada"), 1, "its award is stored");
	pthread_join(opener, NULL);
	scene_finish(here);
}

Test(workers, who_was_told_to_stop_stops_and_holds_nothing)
{
	scene *here = scene_with(no_threads);
	scene_fire_id(here, "e1", "earn", "ada");
	brabeion_work_stop(here->engine);
	cr_assert_eq(brabeion_work(here->engine, NULL, &here->error), BRABEION_OK);
	cr_assert_str_eq(counts(here), "1 0 0 0");
	scene_finish(here);
}

Test(workers, settings_can_be_read_without_loading_anything)
{
	scene *here = scene_new();
	brabeion_work_settings settings = BRABEION_WORK_SETTINGS();
	scene_config(here,
		     "workers: 3\njobs: { max_attempts: 7, lease: 20s, time_limit: 2m, backoff: 3s, grace: 4s }\n"
		     "plugins: [{ file: job_user.so }]\n");
	cr_assert_eq(brabeion_config_work_settings(&here->options, &settings, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_assert_eq(settings.workers, 3);
	cr_assert_eq(settings.max_attempts, 7);
	cr_assert_eq(settings.lease_us, 20000000);
	cr_assert_eq(settings.time_limit_us, 120000000);
	cr_assert_eq(settings.backoff_us, 3000000);
	cr_assert_eq(settings.grace_us, 4000000);
	scene_finish(here);
}

/* ---- leases ---- */

static const char short_lease[] = "workers: 0\njobs: { lease: 300ms }\nplugins:\n  - file: job_user.so\n";

/* A running job that waits for its gate. */
typedef struct long_job {
	scene *here;
	int gate[2], told[2];
	pthread_t thread;
	brabeion_work_options options;
} long_job;

static void *work_until_stopped(void *context)
{
	long_job *job = context;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_work(job->here->engine, &job->options, &error);
	brabeion_error_finish(&error);
	return NULL;
}

static void fire_gate(long_job *job, const char *id)
{
	scene_fire_id(job->here, id, "gate", "ada", BRABEION_INT("gate", job->gate[0]),
		      BRABEION_INT("told", job->told[1]));
}

/* Starts a worker. */
static void start_worker(long_job *job, scene *here)
{
	*job = (long_job){ .here = here, .options = BRABEION_WORK_OPTIONS() };
	cr_assert_eq(pipe(job->gate), 0);
	cr_assert_eq(pipe(job->told), 0);
}

static void wait_for_arrival(long_job *job)
{
	char byte;
	cr_assert_eq(read(job->told[0], &byte, 1), 1);
}

static void open_gate(long_job *job)
{
	cr_assert_eq(write(job->gate[1], ".", 1), 1);
}

static void end_worker(long_job *job)
{
	brabeion_work_stop(job->here->engine);
	pthread_join(job->thread, NULL);
	for (int i = 0; i < 2; i++) {
		close(job->gate[i]);
		close(job->told[i]);
	}
}

Test(workers, while_one_takes_long_others_take_the_rest_of_its_claim_and_its_lease_is_renewed, .timeout = 60)
{
	long_job job;
	scene *here = scene_with(short_lease);
	start_worker(&job, here);
	fire_gate(&job, "g1");
	for (int i = 0; i < 10; i++)
		scene_fire_id(here, "e1", "earn", (char[]){ (char)('b' + i), '\0' });
	cr_assert_eq(pthread_create(&job.thread, NULL, work_until_stopped, &job), 0);
	wait_for_arrival(&job);
	while (scene_number(here, "SELECT count(*) FROM jobs") > 1)
		work_off(here);
	int64_t lease_us = scene_number(here, "SELECT ready_us FROM jobs");
	/* each after a third of the lease, which would have ended without them */
	for (int renewals = 0; renewals < 3;) {
		int64_t now_us = scene_number(here, "SELECT ready_us FROM jobs");
		work_off(here);
		renewals += now_us > lease_us;
		lease_us = now_us;
	}
	open_gate(&job);
	end_worker(&job);
	cr_assert_str_eq(scene_awards(here, "ada"), "gate 1 g1;");
	cr_assert_eq(scene_number(here, "SELECT count(*) FROM awards"), 21);
	scene_finish(here);
}

Test(workers, a_reload_does_not_wait_for_a_job_that_takes_long, .timeout = 60)
{
	long_job job;
	scene *here = scene_with(short_lease);
	start_worker(&job, here);
	fire_gate(&job, "g1");
	cr_assert_eq(pthread_create(&job.thread, NULL, work_until_stopped, &job), 0);
	wait_for_arrival(&job);
	scene_config(here, "workers: 0\nplugins:\n  - file: good_one.so\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_assert_str_eq(scene_fire(here, "visit", "bob", BRABEION_INT("points", 5)), "good-one 1 ;");
	open_gate(&job);
	end_worker(&job);
	cr_assert_str_eq(scene_awards(here, "ada"), "gate 1 g1;", "judged by the set that it began with");
	scene_finish(here);
}

/* ---- waking ---- */

Test(workers, a_worker_that_waits_is_woken_by_what_another_engine_stores, .timeout = 60)
{
	long_job job;
	scene *here = scene_with(short_lease), other = *here;
	start_worker(&job, here);
	cr_assert_eq(pthread_create(&job.thread, NULL, work_until_stopped, &job), 0);
	scene_open(&other);
	for (int i = 0; i < 3; i++) { /* from the second on, it waits */
		scene_fire_id(&other, (char[]){ (char)('1' + i), '\0' }, "gate", "ada",
			      BRABEION_INT("gate", job.gate[0]), BRABEION_INT("told", job.told[1]));
		wait_for_arrival(&job);
		open_gate(&job);
	}
	scene_close(&other);
	end_worker(&job);
	cr_assert_eq(scene_count(here, "ada"), 3);
	scene_finish(here);
}

Test(workers, a_job_that_waits_for_its_next_attempt_is_tried_in_time_by_who_waits_for_work, .timeout = 60)
{
	scene *here = scene_with("workers: 1\njobs: { backoff: 20ms, max_attempts: 1000 }\nplugins:\n"
				 "  - file: job_user.so\n");
	scene_write(here, "obstacle", "%s", "");
	char path[SCENE_PATH_BYTES * 2];
	snprintf(path, sizeof path, "%s/obstacle", here->folder);
	scene_fire_id(here, "f1", "fails", "ada", BRABEION_TEXT("while", path));
	while (scene_number(here, "SELECT count(*) FROM job_attempts") < 2)
		continue;
	cr_assert_eq(remove(path), 0);
	while (scene_count(here, "ada") < 1)
		continue;
	cr_assert_str_eq(scene_awards(here, "ada"), "fails 1 f1;");
	scene_finish(here);
}

Test(workers, a_worker_can_be_stopped_by_a_descriptor, .timeout = 60)
{
	scene *here = scene_with(no_threads);
	int stop[2];
	cr_assert_eq(pipe(stop), 0);
	brabeion_work_options options = BRABEION_WORK_OPTIONS(.has_stop_fd = true, .stop_fd = stop[0]);
	cr_assert_eq(write(stop[1], ".", 1), 1);
	cr_assert_eq(brabeion_work(here->engine, &options, &here->error), BRABEION_OK);
	scene_finish(here);
}

Test(workers, a_history_has_no_workers)
{
	scene *here = scene_new();
	scene_config(here, no_threads);
	here->options.time = BRABEION_TIME_HISTORY;
	scene_open(here);
	cr_assert_eq(brabeion_work(here->engine, NULL, &here->error), BRABEION_INVALID);
	scene_finish(here);
}
