/*
 * A history through the public header: an engine whose time is that of its events. Due and async jobs are judged on the
 * way and are in the caller's results. A killed history is taken over by the next; one that declares its end leaves its
 * jobs to the live clock.
 */
#include <signal.h>
#include <sys/wait.h>

#include <sqlite3.h>

#include "support/scene.h"

/* freezing.so: see its first lines. A "visit" with the word "again" is due a second later. */
static const char config[] = "plugins:\n"
			     "  - file: freezing.so\n"
			     "  - file: addict.so\n"
			     "    badges: [{ badge: addict, events: [came] }]\n"
			     "  - file: obedient.so\n"
			     "    badges: [{ badge: many, events: [other] }]\n";

static void open_history(scene *here)
{
	here->options.time = BRABEION_TIME_HISTORY;
	scene_open(here);
}

static scene *scene_of_history(void)
{
	scene *here = scene_new();
	scene_config(here, config);
	open_history(here);
	return here;
}

enum { SECOND = 1000000 };

/* "badge level reason at event;" of each. */
static const char *told(const brabeion_result *result)
{
	static char text[SCENE_TEXT_BYTES];
	size_t used = 0;
	text[0] = '\0';
	for (uint32_t i = 0; i < result->award_count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s %u %s @%lld %s;",
					 result->awards[i].badge, result->awards[i].level, result->awards[i].reason,
					 (long long)result->awards[i].at_us, result->awards[i].event);
	return text;
}

static const char *fire_at(scene *here, const char *name, const char *id, int64_t at_us, const char *word)
{
	brabeion_field field = BRABEION_TEXT("word", word);
	brabeion_event event =
		BRABEION_EVENT(.name = name, .user = "ada", .id = id, .has_at = true, .at_is_exact = true,
			       .at_us = at_us, .fields = &field, .field_count = 1);
	brabeion_result result = scene_judge(here, &event);
	cr_assert_eq(result.status, BRABEION_OK, "%s", result.message);
	const char *text = told(&result);
	brabeion_result_finish(&result);
	return text;
}

static const char *advance(scene *here, int64_t at_us)
{
	brabeion_result result = BRABEION_RESULT();
	cr_assert_eq(brabeion_advance(here->engine, at_us, &result, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_assert_eq(result.outcome, BRABEION_JUDGED);
	const char *text = told(&result);
	brabeion_result_finish(&result);
	return text;
}

static int64_t count_jobs(const scene *here, const char *condition)
{
	char sql[256];
	sqlite3 *database = NULL;
	sqlite3_stmt *statement = NULL;
	snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM jobs WHERE %s", condition);
	cr_assert_eq(sqlite3_open(here->database, &database), SQLITE_OK);
	cr_assert_eq(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK, "%s",
		     sqlite3_errmsg(database));
	cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
	int64_t count = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(database);
	return count;
}

/* ---- judging jobs on the way ---- */

Test(history, an_async_badge_is_judged_in_its_events_call_on_what_it_froze)
{
	scene *here = scene_of_history();
	scene_listen(here);
	cr_assert_str_eq(fire_at(here, "visit", "e1", 5, "hello"), "freezing 1 frozen hello at 5 @5 visit;");
	cr_assert_str_eq(here->told, "ada freezing 1 frozen hello at 5;");
	cr_assert_eq(count_jobs(here, "1"), 0);
	scene_finish(here);
}

Test(history, what_falls_due_is_told_with_the_event_that_it_comes_before)
{
	scene *here = scene_of_history();
	scene_listen(here);
	cr_assert_str_eq(fire_at(here, "visit", "e1", 0, "again"), "");
	cr_assert_eq(count_jobs(here, "run > 0 AND due_us = 1000000"), 1);
	cr_assert_str_eq(fire_at(here, "visit", "e2", SECOND - 1, "x"),
			 "freezing 1 frozen x at 999999 @999999 visit;");
	cr_assert_str_eq(fire_at(here, "visit", "e3", SECOND, "y"),
			 "freezing 1 again @1000000 brabeion.due;freezing 1 frozen y at 1000000 @1000000 visit;");
	cr_assert_str_eq(here->told, "ada freezing 1 frozen x at 999999;ada freezing 1 again;"
				     "ada freezing 1 frozen y at 1000000;");
	scene_finish(here);
}

Test(history, an_event_that_was_judged_or_that_nobody_hears_takes_the_time_on)
{
	scene *here = scene_of_history();
	fire_at(here, "visit", "e1", 0, "again");
	cr_assert_str_eq(fire_at(here, "visit", "e1", SECOND, "again"), "freezing 1 again @1000000 brabeion.due;");
	scene_finish(here);
	here = scene_of_history();
	fire_at(here, "visit", "e1", 0, "again");
	cr_assert_str_eq(fire_at(here, "unhandled", NULL, SECOND, ""), "freezing 1 again @1000000 brabeion.due;");
	scene_finish(here);
}

Test(history, a_batch_gives_each_event_what_falls_due_before_it)
{
	scene *here = scene_of_history();
	brabeion_field again = BRABEION_TEXT("word", "again");
	brabeion_event events[] = {
		BRABEION_EVENT(.name = "visit", .user = "ada", .has_at = true, .at_is_exact = true, .at_us = 0,
			       .fields = &again, .field_count = 1),
		BRABEION_EVENT(.name = "visit", .user = "ben", .has_at = true, .at_is_exact = true, .at_us = 10,
			       .fields = &again, .field_count = 1),
		BRABEION_EVENT(.name = "unhandled", .user = "ada", .has_at = true, .at_is_exact = true,
			       .at_us = SECOND),
		BRABEION_EVENT(.name = "other", .user = "ada", .has_at = true, .at_is_exact = true,
			       .at_us = 3 * SECOND),
	};
	brabeion_result results[4] = { BRABEION_RESULT() };
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, events, 4, results), BRABEION_OK);
	cr_assert_str_eq(told(&results[0]), "");
	cr_assert_str_eq(told(&results[1]), "");
	cr_assert_str_eq(told(&results[2]), "freezing 1 again @1000000 brabeion.due;");
	cr_assert_str_eq(results[2].awards[0].user, "ada");
	cr_assert_str_eq(results[3].awards[0].user, "ben");
	cr_assert_eq(results[3].awards[0].at_us, SECOND + 10);
	for (int i = 0; i < 4; i++)
		brabeion_result_finish(&results[i]);
	scene_finish(here);
}

Test(history, a_job_that_goes_on_failing_counts_as_a_failure_and_is_quarantined)
{
	scene *here = scene_of_history();
	brabeion_field late = BRABEION_TEXT("word", "late");
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ada", .fields = &late, .field_count = 1);
	brabeion_result result = scene_judge(here, &event);
	cr_assert_eq(result.failed, 1);
	cr_assert_str_eq(result.message,
			 "badge \"freezing\" failed on event \"visit\" of user \"ada\": cannot judge frozen late");
	brabeion_result_finish(&result);
	cr_assert_eq(count_jobs(here, "parked_why = 'failed' AND attempts = 5"), 1);
	cr_assert_str_eq(fire_at(here, "visit", "e2", 0, "well"), "freezing 1 frozen well at 0 @0 visit;");
	scene_finish(here);
}

Test(history, a_freeze_that_fails_fails_its_badge)
{
	scene *here = scene_of_history();
	brabeion_field fail = BRABEION_TEXT("word", "fail");
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ada", .fields = &fail, .field_count = 1);
	brabeion_result result = scene_judge(here, &event);
	cr_assert_eq(result.failed, 1);
	cr_assert_str_eq(result.message,
			 "badge \"freezing\" failed on event \"visit\" of user \"ada\": cannot freeze fail");
	brabeion_result_finish(&result);
	cr_assert_eq(count_jobs(here, "1"), 0);
	scene_finish(here);
}

/* ---- resuming, and the end ---- */

Test(history, advance_goes_on_to_a_time)
{
	scene *here = scene_of_history();
	scene_listen(here);
	fire_at(here, "visit", "e1", 0, "again");
	cr_assert_str_eq(advance(here, SECOND - 1), "");
	cr_assert_str_eq(advance(here, SECOND), "freezing 1 again @1000000 brabeion.due;");
	cr_assert_str_eq(advance(here, 0), "", "time does not go back");
	cr_assert_str_eq(here->told, "ada freezing 1 again;");
	cr_assert_eq(brabeion_advance(here->engine, SECOND, NULL, NULL), BRABEION_OK);
	scene_finish(here);
}

Test(history, an_engine_that_is_none_says_so)
{
	scene *here = scene_with(config);
	brabeion_result result = BRABEION_RESULT();
	cr_assert_eq(brabeion_advance(here->engine, 5, &result, &here->error), BRABEION_INVALID);
	cr_assert_str_eq(here->error.message,
			 "brabeion_advance is for an engine that was opened with BRABEION_TIME_HISTORY");
	cr_assert_eq(result.status, BRABEION_INVALID);
	cr_assert_eq(result.outcome, BRABEION_ABANDONED);
	brabeion_error_finish(&here->error);
	cr_assert_eq(brabeion_end_history(here->engine, &here->error), BRABEION_INVALID);
	cr_assert_str_eq(here->error.message,
			 "brabeion_end_history is for an engine that was opened with BRABEION_TIME_HISTORY");
	scene_finish(here);
}

Test(history, a_live_engine_keeps_what_is_async_for_its_workers)
{
	scene *here = scene_new();
	scene_config(here, config);
	here->options.no_workers = true;
	scene_open(here);
	cr_assert_str_eq(fire_at(here, "visit", "e1", 5, "hello"), "");
	cr_assert_eq(count_jobs(here, "run = 0 AND at_us = 5"), 1);
	scene_finish(here);
}

Test(history, its_end_leaves_the_jobs_to_the_live_clock)
{
	scene *here = scene_of_history();
	fire_at(here, "visit", "e1", 0, "again");
	cr_assert_eq(brabeion_end_history(here->engine, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_assert_eq(count_jobs(here, "run = 0"), 1);
	cr_assert_str_eq(advance(here, 5 * SECOND), "", "they are no longer its own");
	scene_close(here);
	open_history(here);
	cr_assert_str_eq(advance(here, 5 * SECOND), "", "nor another history's");
	cr_assert_eq(count_jobs(here, "run = 0"), 1);
	scene_finish(here);
}

Test(history, one_that_was_closed_before_its_end_is_taken_over)
{
	scene *here = scene_of_history();
	fire_at(here, "visit", "e1", 0, "again");
	scene_close(here);
	here->log[0] = '\0';
	open_history(here);
	cr_assert_str_eq(here->log, "info: 1 job of a history that did not end is taken over\n");
	cr_assert_str_eq(fire_at(here, "visit", "e1", 0, "again"), "", "sent once more");
	cr_assert_str_eq(advance(here, SECOND), "freezing 1 again @1000000 brabeion.due;");
	scene_finish(here);
}

Test(history, one_that_is_alive_is_left_alone)
{
	scene *here = scene_of_history();
	fire_at(here, "visit", "e1", 0, "again");
	brabeion_engine *second = NULL, *first = here->engine;
	cr_assert_eq(brabeion_open(&here->options, &second, &here->error), BRABEION_OK, "%s", here->error.message);
	here->engine = second;
	cr_assert_str_eq(advance(here, 5 * SECOND), "");
	fire_at(here, "visit", "e2", 5 * SECOND, "again");
	here->engine = first;
	cr_assert_str_eq(advance(here, 5 * SECOND), "freezing 1 again @1000000 brabeion.due;");
	brabeion_close(second);
	cr_assert_str_eq(advance(here, 50 * SECOND), "", "the other's job is not found before the next open");
	cr_assert_eq(count_jobs(here, "1"), 1);
	scene_finish(here);
}

Test(history, one_that_is_killed_is_taken_over, .timeout = 60)
{
	scene *here = scene_new();
	scene_config(here, config);
	pid_t child = fork();
	if (child == 0) {
		alarm(30); /* ends a step that hangs */
		open_history(here);
		fire_at(here, "visit", "e1", 0, "again");
		raise(SIGKILL);
	}
	int status = 0;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	open_history(here);
	cr_assert_str_eq(fire_at(here, "visit", "e1", 0, "again"), "");
	cr_assert_str_eq(advance(here, SECOND), "freezing 1 again @1000000 brabeion.due;");
	scene_finish(here);
}

Test(history, without_jobs_there_is_no_file_beside_the_database)
{
	char path[SCENE_PATH_BYTES * 2];
	scene *here = scene_of_history();
	snprintf(path, sizeof path, "%s-runs", here->database);
	fire_at(here, "other", "e1", 0, "");
	cr_assert_neq(access(path, F_OK), 0);
	fire_at(here, "visit", "e2", 0, "x");
	cr_assert_eq(access(path, F_OK), 0);
	scene_finish(here);
}

Test(history, a_reload_goes_on_with_the_jobs)
{
	scene *here = scene_of_history();
	fire_at(here, "visit", "e1", 0, "again");
	scene_config(here, "plugins:\n  - file: freezing.so\n    badges:\n      - badge: freezing\n"
			   "        levels: [{ name: Kept }]\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_assert_str_eq(advance(here, SECOND), "freezing 1 again @1000000 brabeion.due;");
	scene_finish(here);
}

Test(history, jobs_of_a_badge_that_is_gone_come_back_with_it)
{
	scene *here = scene_of_history();
	fire_at(here, "visit", "e1", 0, "again");
	scene_config(here, "plugins:\n  - file: addict.so\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	here->log[0] = '\0';
	cr_assert_str_eq(advance(here, 5 * SECOND), "");
	cr_assert_str_eq(
		here->log,
		"warning: 1 job of badge \"freezing\" is parked until it is back: the badge is not loaded\n");
	scene_config(here, config);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_assert_str_eq(advance(here, 6 * SECOND), "freezing 1 again @1000000 brabeion.due;");
	scene_finish(here);
}

Test(history, which_badges_are_async_is_told)
{
	scene *here = scene_with(config);
	brabeion_badge_list list;
	cr_assert_eq(brabeion_badges(here->engine, NULL, &list, NULL), BRABEION_OK);
	cr_assert(list.badges[0].async && list.badges[1].async && !list.badges[2].async);
	brabeion_badge_list_finish(&list);
	scene_finish(here);
}

/* ---- addict ---- */

static const int64_t day_us = INT64_C(86400000000);

static int64_t time_of(const char *text)
{
	int64_t at_us = 0;
	cr_assert_eq(brabeion_time_parse(text, &at_us), BRABEION_OK);
	return at_us;
}

/* Fires an event on every day from one time on, except `without` (0: none). Returns the last result. */
static const char *come(scene *here, const char *first, int days, int without)
{
	const char *answer = "";
	for (int day = 1; day <= days; day++)
		if (day != without)
			answer = fire_at(here, "came", NULL, time_of(first) + (day - 1) * day_us, "");
	return answer;
}

Test(history, whoever_comes_on_every_day_of_a_month_is_an_addict)
{
	scene *here = scene_of_history();
	cr_assert_str_eq(come(here, "2024-02-01T00:00:00Z", 28, 0), "", "it is a leap year");
	cr_assert_str_eq(fire_at(here, "came", NULL, time_of("2024-02-29T23:59:59.999999Z"), ""),
			 "addict 1 2024-02 @1709251199999999 came;");
	cr_assert_str_eq(come(here, "2023-02-01T23:59:59.9Z", 27, 0), "");
	cr_assert_str_eq(fire_at(here, "came", NULL, time_of("2023-03-01T00:00:00Z"), ""), "",
			 "that is a day of March");
	cr_assert_str_eq(fire_at(here, "came", NULL, time_of("2023-02-28T23:59:59.9Z"), ""),
			 "addict 1 2023-02 @1677628799900000 came;");
	cr_assert_str_eq(come(here, "2024-03-01T12:00:00Z", 31, 17), "");
	cr_assert_str_eq(come(here, "1969-12-01T06:00:00Z", 31, 0), "addict 1 1969-12 @-64800000000 came;");
	cr_assert_str_eq(come(here, "1969-12-01T06:00:00Z", 31, 0), "", "once for each month");
	scene_finish(here);
}

Test(history, a_month_may_be_filled_in_any_order)
{
	scene *here = scene_of_history();
	for (int day = 30; day > 1; day--)
		cr_assert_str_eq(
			fire_at(here, "came", NULL, time_of("2024-04-01T10:00:00Z") + (day - 1) * day_us, ""), "");
	cr_assert_str_eq(fire_at(here, "came", NULL, time_of("2024-04-01T00:00:00Z"), ""),
			 "addict 1 2024-04 @1714471200000000 came;", "earned on the last of its days");
	scene_finish(here);
}

/* ---- midnight, live ---- */

static int64_t now_us;

static int64_t read_now(void *context)
{
	(void)context;
	return now_us;
}

/* Judges all waiting jobs. */
static void work(scene *here)
{
	brabeion_work_options options = BRABEION_WORK_OPTIONS(.until_idle = true);
	cr_assert_eq(brabeion_work(here->engine, &options, &here->error), BRABEION_OK, "%s", here->error.message);
}

/* A month of days, the last event just before midnight; judged that much later, after a reload or a restart. */
static void expect_addict(int64_t later_us, bool reload, bool restart)
{
	scene *here = scene_new();
	scene_config(here, config);
	here->options.no_workers = true;
	here->options.clock = read_now;
	scene_open(here);
	now_us = time_of("2023-02-28T23:59:59.9Z");
	cr_assert_str_eq(come(here, "2023-02-01T12:00:00Z", 27, 0), "");
	brabeion_event event = BRABEION_EVENT(.name = "came", .user = "ada");
	cr_assert_str_eq(scene_earned(here, &event), "");
	now_us += later_us;
	if (reload)
		cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s",
			     here->error.message);
	if (restart) {
		scene_close(here);
		scene_open(here);
	}
	work(here);
	cr_assert_str_eq(scene_awards(here, "ada"), "addict 1 2023-02;");
	scene_finish(here);
}

Test(history, live_a_moment_before_midnight_counts_for_its_day_however_late_it_is_judged)
{
	expect_addict(0, false, false);
	expect_addict(INT64_C(3600) * SECOND, false, false);
	expect_addict(day_us, true, false);
	expect_addict(40 * day_us, true, true);
}
