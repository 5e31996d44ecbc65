/*
 * Engines that only look (options.read_only): they wait for no writer, write nothing, refuse what would, and need no more
 * than the permission to read the database.
 */
#include <brabeion/bulk.h>

#include "support/scene.h"

enum { NOBODY = 65534 };

static const char words[] = "the engine was opened to look only (options.read_only): nothing is stored by it";

static const char one_badge[] = "busy_timeout: 50ms\nprobe: off\nplugins:\n  - file: good_one.so\n";
static const char two_badges[] = "busy_timeout: 50ms\nprobe: off\nplugins:\n  - file: good_one.so\n  - file: "
				 "obedient.so\n    badges: [{ badge: one }]\n";

/* A database in which ada has earned good-one, closed. The plugin lies beside it: others may not reach the build folder. */
static scene *scene_to_look_at(void)
{
	scene *here = scene_new();
	scene_copy_plugin(here, "good_one.so", "good_one.so");
	scene_config(here, one_badge);
	scene_open(here);
	here->log[0] = '\0';
	scene_fire(here, "visit", "ada", BRABEION_INT("points", 5));
	scene_close(here);
	here->options.read_only = true;
	return here;
}

static int64_t count(scene *here, const char *user)
{
	int64_t awards = -1;
	cr_expect_eq(brabeion_count_awards(here->engine, user, &awards, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	return awards;
}

static brabeion_status try_to_open(scene *here)
{
	return brabeion_open(&here->options, &here->engine, &here->error);
}

/* ---- beside a writer ---- */

Test(looking, an_engine_that_looks_opens_and_reads_while_another_holds_the_lock)
{
	scene *here = scene_with(one_badge);
	scene_fire(here, "visit", "ada", BRABEION_INT("points", 5));
	brabeion_bulk *bulk = NULL;
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ben");
	brabeion_result result = BRABEION_RESULT();
	cr_assert_eq(brabeion_bulk_open(here->engine, &bulk, NULL), BRABEION_OK);
	event.id = "1"; /* an id is recorded: the bulk holds the lock from here on */
	cr_assert_eq(brabeion_bulk_judge(bulk, &event, 1, &result), BRABEION_OK);

	scene there = *here;
	scene_config(&there, two_badges); /* of which the database knows one */
	there.options.read_only = true;
	there.engine = NULL;
	cr_assert_eq(try_to_open(&there), BRABEION_OK, "%s", there.error.message);
	cr_expect_eq(count(&there, "ada"), 1);
	brabeion_badge_list badges = { 0 };
	cr_expect_eq(brabeion_badges(there.engine, NULL, &badges, NULL), BRABEION_OK);
	cr_expect_eq(badges.count, 2);
	brabeion_badge_list_finish(&badges);
	brabeion_progress_list progress = { 0 };
	cr_expect_eq(brabeion_user_progress(there.engine, "ada", NULL, &progress, &there.error), BRABEION_OK, "%s",
		     there.error.message);
	brabeion_progress_list_finish(&progress);
	brabeion_close(there.engine);
	brabeion_result_finish(&result);
	brabeion_bulk_close(bulk);
	scene_finish(here);
}

/* ---- what is refused ---- */

#define EXPECT_REFUSED(call)                                                                \
	do {                                                                                \
		brabeion_error fault = BRABEION_NO_ERROR, *error = &fault;                  \
		cr_expect_eq(call, BRABEION_READ_ONLY, "%s: %d", #call, (int)fault.status); \
		cr_expect_str_eq(fault.message ? fault.message : "", words, "%s", #call);   \
		brabeion_error_finish(&fault);                                              \
	} while (0)

Test(looking, every_call_that_would_store_something_is_refused)
{
	scene *here = scene_to_look_at();
	scene_open(here);
	size_t released;
	int64_t jobs;
	brabeion_bulk *bulk = NULL;
	brabeion_backfill *backfill = NULL;
	brabeion_grant grant = BRABEION_GRANT(.user = "ada", .badge = "good-one");
	brabeion_revocation revocation = BRABEION_REVOCATION(.user = "ada", .badge = "good-one");
	brabeion_job_choice choice = BRABEION_JOB_CHOICE(.parked = true);
	brabeion_memory_change change = BRABEION_MEMORY_CHANGE(.plugin = "good-one", .name = "n", .owner = "ada");
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ada");
	brabeion_result result = BRABEION_RESULT();

	cr_expect_eq(brabeion_possibly_award(here->engine, &event, &result), BRABEION_READ_ONLY);
	cr_expect_str_eq(result.message, words);
	brabeion_result_finish(&result);
	cr_expect_eq(brabeion_award(here->engine, &grant, &result), BRABEION_READ_ONLY);
	cr_expect_str_eq(result.message, words);
	brabeion_result_finish(&result);
	cr_expect_eq(brabeion_submit(here->engine, &event, NULL, NULL), BRABEION_READ_ONLY);
	EXPECT_REFUSED(brabeion_bulk_open(here->engine, &bulk, error));
	EXPECT_REFUSED(brabeion_revoke(here->engine, &revocation, NULL, error));
	EXPECT_REFUSED(brabeion_forget_user(here->engine, "ada", NULL, NULL, error));
	EXPECT_REFUSED(brabeion_merge_users(here->engine, "ada", "ben", NULL, NULL, error));
	EXPECT_REFUSED(brabeion_rename_user(here->engine, "ada", "ben", NULL, NULL, error));
	EXPECT_REFUSED(brabeion_memory_set(here->engine, &change, error));
	EXPECT_REFUSED(brabeion_memory_remove(here->engine, &change, NULL, error));
	EXPECT_REFUSED(brabeion_jobs_retry(here->engine, &choice, &jobs, error));
	EXPECT_REFUSED(brabeion_jobs_drop(here->engine, &choice, &jobs, error));
	EXPECT_REFUSED(brabeion_release(here->engine, NULL, &released, error));
	EXPECT_REFUSED(brabeion_work(here->engine, NULL, error));
	EXPECT_REFUSED(brabeion_backfill_open(here->engine, NULL, &backfill, error));
	cr_expect_eq(count(here, "ada"), 1);
	scene_finish(here);
}

Test(looking, a_history_cannot_look_only)
{
	scene *here = scene_to_look_at();
	here->options.time = BRABEION_TIME_HISTORY;
	cr_expect_eq(try_to_open(here), BRABEION_INVALID);
	cr_expect_str_eq(here->error.message, "a history stores what it judges: it cannot be read_only");
	scene_finish(here);
}

/* ---- what is not refused ---- */

Test(looking, a_reload_with_new_badges_a_forgetting_that_is_tried_and_a_backup_write_nothing)
{
	struct stat before, after;
	brabeion_user_report report = BRABEION_USER_REPORT();
	brabeion_user_options dry = BRABEION_USER_OPTIONS(.dry_run = true);
	scene *here = scene_to_look_at();
	cr_assert_eq(stat(here->database, &before), 0);
	scene_open(here);
	scene_config(here, two_badges);
	cr_expect_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_expect_eq(brabeion_forget_user(here->engine, "ada", &dry, &report, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_expect_eq(report.awards, 1);
	brabeion_user_report_finish(&report);
	char copy[SCENE_PATH_BYTES + 8];
	snprintf(copy, sizeof copy, "%s/copy.db", here->folder);
	cr_expect_eq(brabeion_backup(here->engine, copy, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	scene_close(here);
	cr_assert_eq(stat(here->database, &after), 0);
	cr_expect(after.st_mtim.tv_sec == before.st_mtim.tv_sec && after.st_mtim.tv_nsec == before.st_mtim.tv_nsec);
	here->options.database = copy;
	scene_open(here);
	cr_expect_eq(count(here, "ada"), 1);
	scene_finish(here);
}

Test(looking, without_a_database_none_is_made)
{
	scene *here = scene_new();
	scene_config(here, one_badge);
	here->options.read_only = true;
	cr_expect_eq(try_to_open(here), BRABEION_ABSENT);
	cr_expect_str_eq(scene_message(here), "badges.db: No such file or directory");
	cr_expect_eq(access(here->database, F_OK), -1);
	scene_write(here, "badges.db", "%s", "");
	cr_expect_eq(try_to_open(here), BRABEION_ABSENT);
	cr_expect_str_eq(scene_message(here), "badges.db: is empty: nothing has been stored yet");
	scene_finish(here);
}

/* ---- a user who may only read ---- */

/* Of this test's process, until `become_owner`. */
static void become_reader(scene *here)
{
	cr_assert_eq(chmod(here->folder, 0555), 0);
	cr_assert_eq(chmod(here->database, 0444), 0);
	if (geteuid() == 0)
		cr_assert_eq(seteuid(NOBODY), 0);
}

static void become_owner(scene *here)
{
	if (getuid() == 0)
		cr_assert_eq(seteuid(0), 0);
	cr_assert_eq(chmod(here->folder, 0755), 0);
	cr_assert_eq(chmod(here->database, 0644), 0);
}

Test(looking, a_user_who_may_only_read_reads_the_file_as_it_stands_and_goes_on_when_it_is_written)
{
	scene *here = scene_to_look_at();
	size_t entries = scene_count_entries(here->folder);
	become_reader(here);
	scene_open(here);
	cr_expect_eq(count(here, "ada"), 1);
	cr_expect_str_eq(scene_message(here), "");
	cr_expect_not_null(
		strstr(here->log, "may only be read here, and has no WAL beside it: it is read as it stands"), "%s",
		here->log);
	become_owner(here);
	cr_expect_eq(scene_count_entries(here->folder), entries);

	scene there = *here;
	there.options.read_only = false;
	there.engine = NULL;
	scene_open(&there);
	scene_fire(&there, "visit", "ben", BRABEION_INT("points", 5));
	cr_expect_eq(count(here, "ben"), 1);
	brabeion_close(there.engine);
	cr_expect_eq(count(here, "ben"), 1);
	scene_finish(here);
}

Test(looking, a_wal_without_its_index_is_refused_to_a_user_who_cannot_make_one)
{
	scene *here = scene_to_look_at();
	scene_write(here, "badges.db-wal", "%s", "something");
	become_reader(here);
	brabeion_status status = try_to_open(here);
	become_owner(here);
	cr_expect_eq(status, BRABEION_STORE);
	cr_expect_not_null(strstr(here->error.message,
				  "badges.db-wal holds changes that are not in the database yet, and cannot be read "
				  "without"),
			   "%s", here->error.message);
	scene_finish(here);
}
