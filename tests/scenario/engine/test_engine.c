/*
 * The engine as a host sees it: opening and closing, resources left after close, calls from callbacks, and calls after
 * fork. Not here: events (test_events.c).
 */
#include <stdbool.h>
#include <sys/wait.h>

#include <sqlite3.h>

#include "support/scene.h"

static const char one_badge[] = "plugins:\n  - file: good_one.so\n";

/* ---- opening ---- */

Test(engine, opens_on_a_badges_yaml_and_makes_its_database)
{
	scene *here = scene_with(one_badge);
	cr_assert_eq(access(here->database, F_OK), 0);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	scene_finish(here);
}

Test(engine, takes_the_database_of_the_options_before_that_of_the_file)
{
	scene *here = scene_new();
	char other[SCENE_PATH_BYTES * 2];
	snprintf(other, sizeof other, "%s/other.db", here->folder);
	scene_config(here, one_badge);
	here->options.database = other;
	scene_open(here);
	cr_assert_eq(access(other, F_OK), 0);
	cr_assert_neq(access(here->database, F_OK), 0);
	scene_finish(here);
}

Test(engine, reads_badges_yaml_of_the_working_directory_when_none_is_named)
{
	scene *here = scene_new();
	scene_config(here, one_badge);
	cr_assert_eq(chdir(here->folder), 0);
	here->options.config = NULL;
	scene_open(here);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	cr_assert_eq(chdir("/"), 0);
	scene_finish(here);
}

Test(engine, a_failed_open_leaves_the_out_parameter_alone_and_no_file_behind)
{
	scene *here = scene_new();
	scene_config(here, "plugins:\n  - file: nowhere.so\n");
	brabeion_engine *untouched = (brabeion_engine *)(void *)here;
	cr_assert_eq(brabeion_open(&here->options, &untouched, &here->error), BRABEION_CONFIG);
	cr_assert_eq((void *)untouched, (void *)here);
	cr_assert_eq(here->error.status, BRABEION_CONFIG);
	cr_assert_eq(scene_count_entries(here->folder), 1, "more than badges.yaml is there");
	scene_finish(here);
}

Test(engine, the_error_of_a_failed_open_may_be_null)
{
	scene *here = scene_new();
	brabeion_engine *engine = NULL;
	cr_assert_eq(brabeion_open(&here->options, &engine, NULL), BRABEION_CONFIG);
	cr_assert_null(engine);
	scene_finish(here);
}

Test(engine, a_missing_badges_yaml_is_named)
{
	scene *here = scene_new();
	cr_assert_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here), "badges.yaml: No such file or directory");
	scene_finish(here);
}

Test(engine, a_database_in_a_missing_folder_is_a_store_error_that_names_it)
{
	scene *here = scene_new();
	scene_config(here, one_badge);
	char cache[SCENE_PATH_BYTES * 2], database[SCENE_PATH_BYTES * 2];
	snprintf(cache, sizeof cache, "plugins:\n  - file: good_one.so\ncache_dir: .\n");
	scene_config(here, cache);
	snprintf(database, sizeof database, "%s/missing/badges.db", here->folder);
	here->options.database = database;
	cr_assert_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_STORE);
	cr_assert_str_eq(scene_message(here), "missing/badges.db: No such file or directory");
	scene_finish(here);
}

Test(engine, a_database_of_another_program_is_refused_and_left_as_it_was)
{
	scene *here = scene_new();
	scene_config(here, one_badge);
	sqlite3 *other = NULL;
	cr_assert_eq(sqlite3_open(here->database, &other), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(other, "PRAGMA application_id = 7; CREATE TABLE theirs (x)", NULL, NULL, NULL),
		     SQLITE_OK);
	sqlite3_close(other);
	struct stat before, after;
	cr_assert_eq(stat(here->database, &before), 0);
	cr_assert_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_STORE);
	cr_assert_not_null(strstr(here->error.message, "badges.db"), "%s", here->error.message);
	cr_assert_eq(stat(here->database, &after), 0);
	cr_assert_eq(before.st_size, after.st_size);
	cr_assert_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	scene_finish(here);
}

/* Opening writes only what is new: the tables of a new database, and names that it does not know. */
Test(engine, a_database_that_another_process_holds_is_busy_for_what_is_new)
{
	scene *here = scene_new();
	scene_config(here, "plugins:\n  - file: good_one.so\nbusy_timeout: 20ms\n");
	sqlite3 *other = NULL;
	cr_assert_eq(sqlite3_open(here->database, &other), SQLITE_OK);
	for (int round = 0; round < 2; round++) {
		cr_assert_eq(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
		cr_assert_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_BUSY);
		cr_assert_str_eq(scene_message(here),
				 "badges.db: another process has held the database for longer than 20 ms");
		cr_assert_eq(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
		scene_open(here);
		scene_close(here);
		scene_config(here, "plugins:\n  - file: good_many.so\nbusy_timeout: 20ms\n");
	}
	sqlite3_close(other);
	scene_finish(here);
}

Test(engine, a_database_that_another_process_holds_opens_when_nothing_is_new)
{
	scene *here = scene_new();
	scene_config(here, "plugins:\n  - file: good_one.so\nbusy_timeout: 20ms\n");
	scene_open(here);
	scene_close(here);
	sqlite3 *other = NULL;
	cr_assert_eq(sqlite3_open(here->database, &other), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	scene_open(here);
	const char *answer = scene_fire(here, "visit", "ada", BRABEION_INT("points", 5));
	cr_expect_not_null(strstr(answer, "badges.db: another process has held the database for longer than 20 ms"),
			   "%s", answer);
	cr_assert_eq(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	cr_expect_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	sqlite3_close(other);
	scene_finish(here);
}

Test(engine, close_of_null_is_fine)
{
	brabeion_close(NULL);
	brabeion_error_finish(NULL);
	brabeion_result_finish(NULL);
	brabeion_award_list_finish(NULL);
	brabeion_user_list_finish(NULL);
	brabeion_badge_list_finish(NULL);
}

/* ---- resources after close ---- */

Test(engine, what_was_stored_is_there_at_the_next_open)
{
	scene *here = scene_with(one_badge);
	scene_fire(here, "visit", "ada", BRABEION_INT("points", 50));
	scene_close(here);
	scene_open(here);
	cr_assert_str_eq(scene_awards(here, "ada"), "good-one 2 ;");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 50)), "");
	scene_finish(here);
}

Test(engine, a_close_leaves_badges_yaml_and_the_database_and_nothing_else)
{
	scene *here = scene_with(one_badge);
	scene_fire(here, "visit", "ada", BRABEION_INT("points", 5));
	scene_close(here);
	cr_assert_eq(scene_count_entries(here->folder), 2);
	scene_finish(here);
}

Test(engine, opens_and_closes_200_times_without_leaving_descriptors_or_files, .timeout = 480)
{
	scene *here =
		scene_with("plugins:\n  - file: good_one.so\n  - file: good_cxx.so\n  - file: memory_user.so\n");
	scene_fire(here, "visit", "ada", BRABEION_INT("points", 5));
	scene_close(here);
	size_t descriptors = scene_count_entries("/proc/self/fd"), files = scene_count_entries(here->folder);
	for (int i = 0; i < 200; i++) {
		scene_open(here);
		scene_fire(here, "visit", "ada", BRABEION_INT("points", 5));
		scene_close(here);
	}
	cr_assert_eq(scene_count_entries("/proc/self/fd"), descriptors);
	cr_assert_eq(scene_count_entries(here->folder), files);
	scene_finish(here);
}

Test(engine, failed_opens_leave_no_descriptors_or_files_either)
{
	scene *here = scene_new();
	scene_config(here, "plugins:\n  - file: good_one.so\n  - file: wrong_magic.so\n");
	size_t descriptors = scene_count_entries("/proc/self/fd"), files = scene_count_entries(here->folder);
	for (int i = 0; i < 50; i++)
		cr_assert_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_CONFIG);
	cr_assert_eq(scene_count_entries("/proc/self/fd"), descriptors);
	cr_assert_eq(scene_count_entries(here->folder), files);
	scene_finish(here);
}

/* ---- two engines ---- */

Test(engine, two_engines_of_one_process_do_not_know_of_each_other)
{
	scene *here = scene_with(one_badge), *there = scene_with(one_badge);
	scene_listen(here);
	scene_listen(there);
	scene_fire(here, "visit", "ada", BRABEION_INT("points", 5));
	cr_assert_str_eq(here->told, "ada good-one 1 ;");
	cr_assert_str_eq(there->told, "");
	cr_assert_str_eq(scene_awards(there, "ada"), "");
	scene_close(here);
	cr_assert_str_eq(scene_fire(there, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	scene_finish(here);
	scene_finish(there);
}

Test(engine, two_engines_on_one_database_share_what_is_stored)
{
	scene *here = scene_with(one_badge);
	brabeion_engine *first = here->engine;
	scene_open(here);
	brabeion_engine *second = here->engine;
	here->engine = first;
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	here->engine = second;
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 50)), "good-one 2 ;");
	here->engine = first;
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 50)), "");
	cr_assert_str_eq(scene_awards(here, "ada"), "good-one 2 ;good-one 1 ;");
	brabeion_close(second);
	scene_finish(here);
}

/* ---- calls from callbacks ---- */

typedef struct caller {
	brabeion_engine **engine;
	brabeion_options *options;
	brabeion_status award, batch, reload, reading, open, check, on, off;
	int calls;
} caller;

/* A log callback that makes every call it must not make. */
static void call_from_log(void *context, brabeion_log_level level, const char *message)
{
	(void)level;
	(void)message;
	caller *mine = context;
	int64_t count = 0;
	if (!*mine->engine) /* still opening */
		return;
	brabeion_engine *another = NULL;
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ada");
	brabeion_result result = BRABEION_RESULT();
	mine->calls++;
	mine->award = brabeion_possibly_award(*mine->engine, &event, NULL);
	mine->batch = brabeion_possibly_award_batch(*mine->engine, &event, 1, &result);
	if (result.status != mine->batch)
		mine->batch = BRABEION_OK;
	brabeion_result_finish(&result);
	mine->reload = brabeion_reload(*mine->engine, NULL, NULL);
	mine->reading = brabeion_count_awards(*mine->engine, NULL, &count, NULL);
	mine->on = brabeion_on_award(*mine->engine, scene_hear, NULL);
	mine->off = brabeion_off_award(*mine->engine, scene_hear, NULL);
	mine->open = brabeion_open(mine->options, &another, NULL);
	mine->check = brabeion_config_check(mine->options, NULL, NULL, NULL);
	brabeion_close(*mine->engine); /* refused, silently */
}

Test(engine, the_log_callback_that_calls_the_engine_is_answered_reentrant)
{
	scene *here = scene_new();
	caller mine = { .engine = &here->engine, .options = &here->options };
	scene_config(here, "plugins:\n  - file: answers.so\n");
	here->options.log = call_from_log;
	here->options.log_context = &mine;
	scene_open(here);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "3 failed;well 1 ;");
	cr_assert_eq(mine.calls, 3);
	cr_assert_eq(mine.award, BRABEION_REENTRANT);
	cr_assert_eq(mine.batch, BRABEION_REENTRANT);
	cr_assert_eq(mine.reload, BRABEION_REENTRANT);
	cr_assert_eq(mine.reading, BRABEION_REENTRANT);
	cr_assert_eq(mine.on, BRABEION_REENTRANT);
	cr_assert_eq(mine.off, BRABEION_REENTRANT);
	cr_assert_eq(mine.open, BRABEION_REENTRANT);
	cr_assert_eq(mine.check, BRABEION_REENTRANT);
	cr_assert_str_eq(scene_fire(here, "visit", "ben"), "3 failed;well 1 ;");
	scene_finish(here);
}

typedef struct calling_clock {
	brabeion_engine **engine;
	brabeion_status status;
	bool called;
} calling_clock;

static int64_t call_from_clock(void *context)
{
	calling_clock *mine = context;
	if (*mine->engine) {
		mine->status = brabeion_possibly_award(
			*mine->engine, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada"), NULL);
		mine->called = true;
	}
	return 1000000;
}

Test(engine, the_clock_that_calls_the_engine_is_answered_reentrant)
{
	scene *here = scene_new();
	calling_clock mine = { .engine = &here->engine };
	scene_config(here, one_badge);
	here->options.clock = call_from_clock;
	here->options.clock_context = &mine;
	scene_open(here);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	cr_assert(mine.called);
	cr_assert_eq(mine.status, BRABEION_REENTRANT);
	scene_finish(here);
}

/* ---- fork ---- */

/* In the child: 0 when every call is refused, else the number of the first accepted one. */
static int try_all_in_child(scene *here)
{
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ada");
	brabeion_result result = BRABEION_RESULT();
	brabeion_award_list awards;
	brabeion_user_list users;
	brabeion_badge_list badges;
	int64_t count = 0;
	if (brabeion_possibly_award(here->engine, &event, &result) != BRABEION_FORKED ||
	    result.status != BRABEION_FORKED || result.outcome != BRABEION_ABANDONED || !result.message)
		return 1;
	brabeion_result_finish(&result);
	if (brabeion_possibly_award(here->engine, &event, NULL) != BRABEION_FORKED)
		return 2;
	if (brabeion_reload(here->engine, NULL, &here->error) != BRABEION_FORKED ||
	    strcmp(here->error.message, "the engine was opened by another process: open after fork") != 0)
		return 3;
	if (brabeion_user_awards(here->engine, "ada", NULL, &awards, NULL) != BRABEION_FORKED ||
	    brabeion_user_awards(here->engine, NULL, NULL, &awards, NULL) != BRABEION_FORKED ||
	    brabeion_badge_awards(here->engine, "good-one", NULL, &awards, NULL) != BRABEION_FORKED ||
	    brabeion_users(here->engine, NULL, 0, &users, NULL) != BRABEION_FORKED ||
	    brabeion_badges(here->engine, NULL, &badges, NULL) != BRABEION_FORKED ||
	    brabeion_count_awards(here->engine, NULL, &count, NULL) != BRABEION_FORKED)
		return 4;
	if (brabeion_on_award(here->engine, scene_hear, NULL) != BRABEION_FORKED ||
	    brabeion_off_award(here->engine, scene_hear, here) != BRABEION_FORKED)
		return 5;
	brabeion_close(here->engine);
	return 0;
}

Test(engine, every_call_in_a_child_of_fork_is_refused_and_the_parent_goes_on)
{
	scene *here = scene_with(one_badge);
	scene_listen(here);
	size_t files = scene_count_entries(here->folder);
	pid_t child = fork();
	if (child == 0)
		_exit(try_all_in_child(here));
	int status = -1;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFEXITED(status));
	cr_assert_eq(WEXITSTATUS(status), 0, "call group %d was not refused", WEXITSTATUS(status));
	cr_assert_eq(scene_count_entries(here->folder), files, "the child has touched the parent's files");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	cr_assert_str_eq(here->told, "ada good-one 1 ;");
	scene_finish(here);
}

Test(engine, a_child_of_fork_may_open_an_engine_of_its_own)
{
	scene *here = scene_with(one_badge);
	pid_t child = fork();
	if (child == 0) {
		brabeion_engine *mine = NULL;
		brabeion_event event =
			BRABEION_EVENT(.name = "visit", .user = "ada",
				       .fields = (brabeion_field[]){ BRABEION_INT("points", 5) }, .field_count = 1);
		brabeion_status status = brabeion_open(&here->options, &mine, NULL);
		if (status == BRABEION_OK)
			status = brabeion_possibly_award(mine, &event, NULL);
		brabeion_close(mine);
		_exit((int)status);
	}
	int status = -1;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
	cr_assert_str_eq(scene_awards(here, "ada"), "good-one 1 ;");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "");
	scene_finish(here);
}

/* ---- checking ---- */

Test(engine, check_touches_no_database)
{
	scene *here = scene_new();
	scene_config(here, one_badge);
	brabeion_badge_list list = { 0 };
	cr_assert_eq(brabeion_config_check(&here->options, NULL, &list, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_assert_eq(list.count, 1);
	cr_assert_str_eq(list.badges[0].slug, "good-one");
	cr_assert_eq(list.badges[0].level_count, 3);
	cr_assert_eq(list.badges[0].holders, 0);
	cr_assert_eq(scene_count_entries(here->folder), 1, "more than badges.yaml is there");
	brabeion_badge_list_finish(&list);
	scene_finish(here);
}

Test(engine, check_needs_no_list)
{
	scene *here = scene_new();
	scene_config(here, one_badge);
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, NULL), BRABEION_OK);
	scene_finish(here);
}

Test(engine, check_works_beside_a_database_that_is_damaged)
{
	scene *here = scene_new();
	scene_config(here, one_badge);
	scene_write(here, "badges.db",
		    "this is no database, and it is longer than a header of SQLite has to be: %0*d", 200, 0);
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_assert_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_STORE);
	cr_assert_not_null(strstr(here->error.message, "badges.db: "), "%s", here->error.message);
	scene_finish(here);
}

Test(engine, tells_its_version_and_the_names_of_statuses)
{
	cr_assert_str_eq(brabeion_version(), "0.1.0");
	cr_assert_str_eq(brabeion_status_name(BRABEION_OK), "ok");
	cr_assert_str_eq(brabeion_status_name(BRABEION_BUSY), "busy");
	cr_assert_str_eq(brabeion_status_name((brabeion_status)99), "unknown");
}
