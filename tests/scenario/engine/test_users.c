/*
 * Users as a whole: what is reported of them, forgotten, merged and renamed. What the tables hold is looked at through the
 * public header alone; grep searches the files for a name.
 */
#include <sqlite3.h>
#include <stdatomic.h>

#include "support/decisions.h"

static const char all_badges[] =
	"journal: keep 30d\nplugins:\n  - file: obedient.so\n  - file: good_many.so\n  - file: memory_user.so\n";

static void remember(scene *here, const char *user, const char *op, brabeion_field value)
{
	scene_fire(here, "memory", user, BRABEION_TEXT("op", op), value);
}

/* ---- the report as text ---- */

static const char *report_text(brabeion_user_report *report)
{
	static char text[SCENE_TEXT_BYTES];
	size_t used = (size_t)snprintf(text, sizeof text, "%s%s%s%d awards (%d of both), %d jobs, %d rows;",
				       report->found ? "" : "nobody, near ", report->found ? "" : report->near,
				       report->found ? "" : ": ", (int)report->awards, (int)report->awards_of_both,
				       (int)report->jobs, (int)report->journal_rows);
	for (size_t i = 0; i < report->memory_count; i++) {
		const brabeion_user_memory *one = brabeion_user_report_memory(report, i);
		used += (size_t)snprintf(text + used, sizeof text - used, " %s %d;", one->plugin, (int)one->values);
	}
	snprintf(text + used, sizeof text - used,
		 " named in %d reasons, %d comments, %d texts, %d states; pending %d", (int)report->in_reasons,
		 (int)report->in_comments, (int)report->in_texts, (int)report->in_states, (int)report->pending);
	brabeion_user_report_finish(report);
	return text;
}

static const char *refusal(scene *here, brabeion_status status)
{
	cr_assert_eq(status, BRABEION_INVALID, "%d: %s", (int)status, here->error.message);
	return here->error.message;
}

static const brabeion_user_options dry_run = BRABEION_USER_OPTIONS(.dry_run = true);

static const char *forget(scene *here, const char *user, const brabeion_user_options *options)
{
	brabeion_user_report report = BRABEION_USER_REPORT();
	cr_assert_eq(brabeion_forget_user(here->engine, user, options, &report, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	return report_text(&report);
}

static const char *merge(scene *here, const char *from, const char *into, const brabeion_user_options *options)
{
	brabeion_user_report report = BRABEION_USER_REPORT();
	cr_assert_eq(brabeion_merge_users(here->engine, from, into, options, &report, &here->error), BRABEION_OK,
		     "%s", here->error.message);
	return report_text(&report);
}

static const char *rename_user(scene *here, const char *from, const char *to, const brabeion_user_options *options)
{
	brabeion_user_report report = BRABEION_USER_REPORT();
	cr_assert_eq(brabeion_rename_user(here->engine, from, to, options, &report, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	return report_text(&report);
}

/* ---- what is reported ---- */

/* ada: two awards, memory of two plugins. bob: one award. */
static scene *scene_of_two(void)
{
	scene *here = scene_with(all_badges);
	scene_fire_id(here, "v1", "visit", "ada");
	scene_fire_id(here, "v1", "visit", "bob");
	decide_award(here, "ada", "gift", .comment = "for tea");
	remember(here, "ada", "note", BRABEION_TEXT("value", "hi"));
	return here;
}

static const char of_ada[] =
	"2 awards (0 of both), 0 jobs, 2 rows; good-many 1; memory-user 1; named in 0 reasons, 0 "
	"comments, 0 texts, 0 states; pending 0";

Test(users, a_dry_run_counts_and_changes_nothing)
{
	scene *here = scene_of_two();
	cr_assert_str_eq(forget(here, "ada", &dry_run), of_ada);
	cr_assert_str_eq(scene_awards(here, "ada"), "gift 1 ;first-visit 1 ;");
	cr_assert_str_eq(merge(here, "ada", "bob", &dry_run),
			 "2 awards (1 of both), 0 jobs, 2 rows; good-many 1; memory-user 1; named in 0 reasons, 0 "
			 "comments, 0 texts, 0 states; pending 0");
	rename_user(here, "ada", "eve", &dry_run);
	cr_assert_str_eq(scene_awards(here, "ada"), "gift 1 ;first-visit 1 ;");
	cr_assert_str_eq(scene_awards(here, "bob"), "first-visit 1 ;");
	scene_finish(here);
}

Test(users, forgetting_reports_what_it_has_counted)
{
	scene *here = scene_of_two();
	cr_assert_str_eq(forget(here, "ada", NULL), of_ada);
	cr_assert_str_eq(scene_awards(here, "ada"), "");
	cr_assert_str_eq(scene_awards(here, "bob"), "first-visit 1 ;");
	cr_assert_str_eq(forget(here, "ada", NULL),
			 "nobody, near : 0 awards (0 of both), 0 jobs, 0 rows; named in 0 reasons, 0 comments, 0 "
			 "texts, 0 states; pending 0");
	scene_finish(here);
}

Test(users, somebody_of_a_similar_name_is_named)
{
	scene *here = scene_with(all_badges);
	scene_fire(here, "visit", "adelheid");
	cr_assert_str_eq(forget(here, "adelhied", NULL),
			 "nobody, near adelheid: 0 awards (0 of both), 0 jobs, 0 rows; named in 0 reasons, 0 "
			 "comments, 0 texts, 0 states; pending 0");
	scene_finish(here);
}

Test(users, mentions_by_the_server_are_counted_as_words)
{
	scene *here = scene_with(all_badges);
	scene_fire(here, "visit", "7");
	decide_award(here, "bob", "gift", .comment = "with 7 and 17");
	decide_award(here, "cyd", "gift", .comment = "with 17");
	decide_award(here, "bob", "many", .reason = "post of 7");
	decide_award(here, "bob", "many", .reason = "post 71");
	remember(here, "bob", "note", BRABEION_TEXT("value", "7, 8"));
	scene_fire(here, "visit", "bob", BRABEION_TEXT("friend", "7"));
	const char *text = forget(here, "7", NULL);
	cr_assert_not_null(strstr(text, "named in 1 reasons, 1 comments, 1 texts, 2 states;"), "%s", text);
	cr_assert_str_eq(scene_awards(here, "bob"),
			 "first-visit 1 ;memory-user 1 ;many 1 post 71;many 1 post of 7;gift 1 ;");
	scene_finish(here);
}

Test(users, nobody_need_take_the_report)
{
	scene *here = scene_of_two();
	cr_assert_eq(brabeion_rename_user(here->engine, "ada", "eve", NULL, NULL, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_merge_users(here->engine, "eve", "bob", NULL, NULL, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_forget_user(here->engine, "bob", NULL, NULL, NULL), BRABEION_OK);
	cr_assert_str_eq(scene_awards(here, "bob"), "");
	scene_finish(here);
}

Test(users, structs_without_their_size_are_refused)
{
	scene *here = scene_of_two();
	brabeion_user_options options = BRABEION_USER_OPTIONS();
	brabeion_user_report report = BRABEION_USER_REPORT();
	options.struct_size = 0;
	const char *text = refusal(here, brabeion_forget_user(here->engine, "ada", &options, &report, &here->error));
	cr_expect_not_null(strstr(text, "initialise the struct by BRABEION_USER_OPTIONS(...)"), "%s", text);
	report.struct_size = 4;
	text = refusal(here, brabeion_forget_user(here->engine, "ada", NULL, &report, &here->error));
	cr_expect_not_null(strstr(text, "initialise the struct by BRABEION_USER_REPORT(...)"), "%s", text);
	cr_assert_str_eq(scene_awards(here, "ada"), "gift 1 ;first-visit 1 ;");
	scene_finish(here);
}

/* ---- forgotten ---- */

Test(users, history_that_is_sent_again_earns_a_forgotten_user_s_name_all_anew)
{
	static const char *const ids[] = { "v1", "v2", "v3" };
	scene *here = scene_with(all_badges);
	for (size_t i = 0; i < 3; i++)
		scene_fire_id(here, ids[i], "visit", "ada");
	forget(here, "ada", NULL);
	cr_assert_str_eq(scene_fire_id(here, ids[0], "visit", "ada"), "first-visit 1 ;");
	cr_assert_str_eq(scene_fire_id(here, ids[1], "visit", "ada"), "");
	cr_assert_str_eq(scene_fire_id(here, ids[2], "visit", "ada"), "third-visit 1 ;");
	cr_assert_str_eq(scene_fire_id(here, ids[2], "visit", "ada"), "duplicate");
	scene_finish(here);
}

/*
 * A file of the database's folder that holds the word; "": none does. Another process looks: one that closes a file of a
 * database loses its locks on it.
 */
static const char *holder_of(const scene *here, const char *word)
{
	static char found[SCENE_PATH_BYTES];
	char command[SCENE_PATH_BYTES * 2];
	snprintf(command, sizeof command, "grep -rlF -e '%s' '%s' 2>/dev/null", word, here->folder);
	FILE *lines = popen(command, "re");
	cr_assert_not_null(lines);
	found[0] = '\0';
	if (fgets(found, sizeof found, lines))
		found[strcspn(found, "\n")] = '\0';
	pclose(lines);
	return found;
}

#define LONG_NAME "kf83hx7q-0ad5vw2n-p6mz4jtb-y1ucr9"

/* The user and two hundred neighbours, so that pages were split. */
static void fill(scene *here)
{
	char user[64];
	for (int i = 0; i < 200; i++) {
		snprintf(user, sizeof user, "%.*s%d", i % 20 + 8, "kf83hx7q-neighbour-of-the-name-", i);
		scene_fire(here, "visit", user);
		if (i % 40 == 0)
			scene_fire_id(here, user, "visit", LONG_NAME);
	}
	remember(here, LONG_NAME, "note", BRABEION_TEXT("value", "hi"));
	remember(here, LONG_NAME, "add", BRABEION_INT("value", 5));
	decide_award(here, LONG_NAME, "gift", .comment = "for tea");
	scene_fire(here, "say", "bob", BRABEION_TEXT("badge", "many"), BRABEION_TEXT("for", "x"));
}

Test(users, a_forgotten_name_is_in_no_file)
{
	scene *here = scene_with(all_badges);
	fill(here);
	cr_assert_str_neq(holder_of(here, LONG_NAME), "");
	const char *text = forget(here, LONG_NAME, NULL);
	cr_assert_not_null(strstr(text, "pending 0"), "%s", text);
	cr_assert_str_eq(holder_of(here, LONG_NAME), "");
	scene_finish(here);
}

/* ---- all places ---- */

#define OTHER_NAME "m2vx90dn-trg7c4ke-8wqaz1s5-h6bj3f"

static const char with_jobs[] =
	"journal: keep 30d\nworkers: 0\njobs: { backoff: 1ms, max_attempts: 2 }\nplugins:\n  - file: obedient.so\n"
	"  - file: good_many.so\n  - file: memory_user.so\n  - file: job_user.so\n";

static void park_job(scene *here, const char *user)
{
	brabeion_work_options options = BRABEION_WORK_OPTIONS(.until_idle = true);
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	scene_fire_id(here, "f1", "fails", user, BRABEION_TEXT("while", here->config));
	for (int64_t parked = 0; !parked; parked = report.jobs_parked) {
		cr_assert_eq(brabeion_work(here->engine, &options, &here->error), BRABEION_OK);
		brabeion_stats_finish(&report);
		report = (brabeion_stats_report)BRABEION_STATS_REPORT();
		cr_assert_eq(brabeion_stats(here->engine, &report, &here->error), BRABEION_OK);
	}
	brabeion_stats_finish(&report);
}

static void change_by_hand(scene *here, brabeion_owner_kind kind, const char *name, const char *owner,
			   const char *key)
{
	const brabeion_memory_change change =
		BRABEION_MEMORY_CHANGE(.owner_kind = kind, .plugin = "memory-user", .name = name, .owner = owner,
				       .key = key, .kind = BRABEION_MEMORY_NUMBER, .value = 3, .comment = "mended");
	cr_assert_eq(brabeion_memory_set(here->engine, &change, &here->error), BRABEION_OK, "%s",
		     here->error.message);
}

/* Judges the journal, and is interrupted. */
static void leave_backfill(scene *here)
{
	size_t judged = 0;
	brabeion_backfill *backfill = NULL;
	const brabeion_backfill_options options = BRABEION_BACKFILL_OPTIONS(.from_journal = true);
	cr_assert_eq(brabeion_backfill_open(here->engine, &options, &backfill, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_assert_eq(brabeion_backfill_journal(backfill, 0, &judged, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_assert_gt(judged, 0);
	brabeion_backfill_close(backfill, true);
}

static bool is_quarantined(const scene *here)
{
	return strstr(here->log, "quarantined") != NULL;
}

Test(users, a_forgotten_name_is_in_no_file_wherever_it_went)
{
	char backfill[SCENE_PATH_BYTES * 2];
	scene *here = scene_with(with_jobs);
	fill(here);
	scene_fire_id(here, "o1", "visit", OTHER_NAME);
	cr_assert_eq(brabeion_merge_users(here->engine, OTHER_NAME, LONG_NAME, NULL, NULL, &here->error),
		     BRABEION_OK);
	scene_fire_id(here, "o2", "visit", OTHER_NAME);
	scene_fire(here, "nobody-listens", LONG_NAME);
	park_job(here, LONG_NAME);
	change_by_hand(here, BRABEION_OWNER_USER, "other", LONG_NAME, NULL);
	change_by_hand(here, BRABEION_OWNER_THING, "votes", "post 1", LONG_NAME);
	for (int i = 0; i < 1000 && !is_quarantined(here); i++) { /* by so many users, of whom one is forgotten */
		char other[32];
		snprintf(other, sizeof other, "fails-%d", i);
		remember(here, i % 2 ? LONG_NAME : other, "long-owner", BRABEION_INT("value", 256));
	}
	cr_assert(is_quarantined(here), "%s", here->log);
	leave_backfill(here);
	snprintf(backfill, sizeof backfill, "%s-backfill", here->database);
	cr_assert_eq(access(backfill, F_OK), 0);
	scene_close(here); /* stores what was counted of events */
	scene_open(here);
	cr_assert_str_neq(holder_of(here, LONG_NAME), "");
	cr_assert_str_neq(holder_of(here, OTHER_NAME), "");
	const char *text = forget(here, LONG_NAME, NULL);
	cr_assert_not_null(strstr(text, "pending 0"), "%s", text);
	cr_expect_str_eq(holder_of(here, LONG_NAME), "");
	cr_expect_str_eq(holder_of(here, OTHER_NAME), "");
	cr_expect_neq(access(backfill, F_OK), 0);
	scene_finish(here);
}

Test(users, while_a_backfill_is_under_way_nobody_is_forgotten)
{
	brabeion_backfill *backfill = NULL;
	const brabeion_backfill_options options = BRABEION_BACKFILL_OPTIONS(.from_journal = true);
	scene *here = scene_of_two();
	cr_assert_eq(brabeion_backfill_open(here->engine, &options, &backfill, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_assert_eq(brabeion_forget_user(here->engine, "ada", NULL, NULL, &here->error), BRABEION_BUSY);
	cr_assert_not_null(strstr(here->error.message,
				  ": a backfill is under way, whose database has names of users, too: forget \"ada\" "
				  "when it has ended; nothing is forgotten"),
			   "%s", here->error.message);
	brabeion_error_finish(&here->error);
	cr_assert_str_neq(scene_awards(here, "ada"), "");
	brabeion_backfill_close(backfill, true);
	forget(here, "ada", &dry_run);
	forget(here, "ada", NULL);
	cr_assert_str_eq(scene_awards(here, "ada"), "");
	scene_finish(here);
}

Test(users, a_reader_keeps_a_forgotten_name_in_the_wal_until_a_checkpoint)
{
	sqlite3 *reader = NULL;
	scene *here = scene_with(all_badges);
	fill(here);
	cr_assert_eq(sqlite3_open(here->database, &reader), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL), SQLITE_OK);
	const char *text = forget(here, LONG_NAME, NULL);
	cr_assert_not_null(strstr(text, "pending 2"), "%s", text);
	cr_assert_str_eq(scene_awards(here, LONG_NAME), "", "the name is cut");
	cr_assert_str_neq(holder_of(here, LONG_NAME), "");
	cr_assert_str_eq(scene_fire(here, "visit", "cyd"), "first-visit 1 ;", "nobody is held up");
	sqlite3_close(reader);
	forget(here, "bob", NULL);
	cr_assert_str_eq(holder_of(here, LONG_NAME), "", "the next one has emptied it");
	scene_finish(here);
}

/* Waits for the engine's own thread. */
static void expect_emptied(const scene *here)
{
	for (int i = 0; i < 2000 && *holder_of(here, LONG_NAME); i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	cr_assert_str_eq(holder_of(here, LONG_NAME), "");
}

Test(users, the_next_engine_empties_the_wal_of_what_was_forgotten)
{
	sqlite3 *reader = NULL;
	scene *here = scene_with(all_badges);
	fill(here);
	cr_assert_eq(sqlite3_open(here->database, &reader), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL), SQLITE_OK);
	forget(here, LONG_NAME, NULL);
	scene_close(here);
	cr_assert_str_neq(holder_of(here, LONG_NAME), "");
	cr_assert_eq(sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	scene_open(here);
	expect_emptied(here);
	sqlite3_close(reader);
	scene_finish(here);
}

Test(users, an_engine_that_is_open_empties_the_wal_after_its_next_event)
{
	sqlite3 *reader = NULL;
	scene *here = scene_with(all_badges);
	scene there = *here;
	fill(here);
	scene_open(&there);
	cr_assert_eq(sqlite3_open(here->database, &reader), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL), SQLITE_OK);
	forget(&there, LONG_NAME, NULL);
	scene_close(&there);
	cr_assert_str_neq(holder_of(here, LONG_NAME), "");
	cr_assert_eq(sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	cr_assert_str_eq(scene_fire(here, "visit", "cyd"), "first-visit 1 ;");
	expect_emptied(here);
	sqlite3_close(reader);
	scene_finish(here);
}

typedef struct judging {
	scene *here;
	atomic_bool done;
	atomic_long failed, fired;
} judging;

static void *judge_until_done(void *context)
{
	judging *mine = context;
	for (long i = 0; !atomic_load(&mine->done); i++) {
		char user[32];
		snprintf(user, sizeof user, "user%ld", i % 50);
		brabeion_event visit = BRABEION_EVENT(.name = "visit", .user = user);
		if (brabeion_possibly_award(mine->here->engine, &visit, NULL) != BRABEION_OK)
			atomic_fetch_add(&mine->failed, 1);
		atomic_fetch_add(&mine->fired, 1);
	}
	return NULL;
}

Test(users, events_are_judged_while_users_are_forgotten_merged_and_renamed)
{
	pthread_t thread;
	judging mine = { .here = scene_with(all_badges) };
	cr_assert_eq(pthread_create(&thread, NULL, judge_until_done, &mine), 0);
	while (atomic_load(&mine.fired) < 200)
		sched_yield();
	for (int i = 0; i < 10; i++) {
		char user[32], other[32];
		snprintf(user, sizeof user, "user%d", i);
		snprintf(other, sizeof other, "user%d", i + 10);
		cr_assert_eq(brabeion_forget_user(mine.here->engine, user, NULL, NULL, NULL), BRABEION_OK);
		cr_assert_eq(brabeion_merge_users(mine.here->engine, other, "somebody", NULL, NULL, NULL),
			     BRABEION_OK);
	}
	cr_assert_eq(brabeion_rename_user(mine.here->engine, "somebody", "else", NULL, NULL, NULL), BRABEION_OK);
	long fired = atomic_load(&mine.fired);
	while (atomic_load(&mine.fired) < fired + 200)
		sched_yield();
	atomic_store(&mine.done, true);
	pthread_join(thread, NULL);
	cr_assert_eq(atomic_load(&mine.failed), 0);
	cr_assert_str_eq(scene_awards(mine.here, "user0"), "third-visit 1 ;first-visit 1 ;", "earned anew");
	scene_finish(mine.here);
}

/* ---- merged ---- */

Test(users, merging_into_somebody_new_may_be_refused)
{
	scene *here = scene_of_two();
	brabeion_user_options careful = BRABEION_USER_OPTIONS(.existing = true);
	cr_assert_str_eq(
		refusal(here, brabeion_merge_users(here->engine, "ada", "bbob", &careful, NULL, &here->error)),
		"there is no user \"bbob\" to merge into (did you mean \"bob\"?)");
	cr_assert_str_eq(
		refusal(here, brabeion_merge_users(here->engine, "ada", "zoe", &careful, NULL, &here->error)),
		"there is no user \"zoe\" to merge into");
	cr_assert_str_eq(scene_awards(here, "ada"), "gift 1 ;first-visit 1 ;");
	merge(here, "ada", "zoe", NULL);
	cr_assert_str_eq(scene_awards(here, "zoe"), "gift 1 ;first-visit 1 ;");
	scene_finish(here);
}

Test(users, somebody_unknown_is_merged_all_the_same_and_comes_as_the_other)
{
	static const char nobody[] = "nobody, near : 0 awards (0 of both), 0 jobs, 0 rows; named in 0 reasons, 0 "
				     "comments, 0 texts, 0 states; pending 0";
	brabeion_user_options careful = BRABEION_USER_OPTIONS(.existing = true);
	scene *here = scene_of_two();
	cr_assert_str_eq(merge(here, "zoe", "bob", &careful), nobody);
	cr_assert_str_eq(scene_fire(here, "visit", "ivy"), "first-visit 1 ;");
	cr_assert_str_eq(merge(here, "zoe", "bob", NULL), nobody);
	cr_assert_str_eq(scene_fire(here, "visit", "zoe"), "");
	cr_assert_str_eq(scene_fire(here, "visit", "zoe"), "third-visit 1 ;");
	cr_assert_str_eq(scene_awards(here, "bob"), "third-visit 1 ;first-visit 1 ;");
	scene_finish(here);
}

Test(users, the_name_of_a_merged_user_stands_for_the_other)
{
	scene *here = scene_of_two();
	cr_assert_str_eq(merge(here, "ada", "bob", NULL),
			 "2 awards (1 of both), 0 jobs, 2 rows; good-many 1; memory-user 1; named in 0 reasons, 0 "
			 "comments, 0 texts, 0 states; pending 0");
	cr_assert_str_eq(scene_awards(here, "bob"), "gift 1 ;first-visit 1 ;");
	cr_assert_str_eq(scene_awards(here, "ada"), "gift 1 ;first-visit 1 ;");
	cr_assert_str_eq(scene_fire_id(here, "v1", "visit", "ada"), "duplicate", "sent again");
	cr_assert_str_eq(scene_fire_id(here, "v9", "visit", "ada"), "third-visit 1 ;", "an own one, of one user");
	brabeion_user_report report = BRABEION_USER_REPORT();
	cr_assert_eq(brabeion_merge_users(here->engine, "ada", "bob", NULL, &report, NULL), BRABEION_OK);
	cr_assert(report.done_before);
	brabeion_user_report_finish(&report);
	scene_finish(here);
}

Test(users, an_alias_is_not_forgotten_merged_or_renamed_itself)
{
	scene *here = scene_of_two();
	merge(here, "ada", "bob", NULL);
	cr_assert_str_eq(refusal(here, brabeion_forget_user(here->engine, "ada", NULL, NULL, &here->error)),
			 "\"ada\" was merged into \"bob\", and stands for it: forget \"bob\"");
	cr_assert_str_eq(refusal(here, brabeion_merge_users(here->engine, "ada", "cyd", NULL, NULL, &here->error)),
			 "\"ada\" was merged into \"bob\", and stands for it: merge \"bob\"");
	cr_assert_str_eq(refusal(here, brabeion_merge_users(here->engine, "bob", "ada", NULL, NULL, &here->error)),
			 "the two users are one: \"ada\" was merged into \"bob\"");
	cr_assert_str_eq(refusal(here, brabeion_rename_user(here->engine, "ada", "cyd", NULL, NULL, &here->error)),
			 "\"ada\" was merged into \"bob\", and stands for it: rename \"bob\"");
	cr_assert_str_eq(refusal(here, brabeion_rename_user(here->engine, "bob", "ada", NULL, NULL, &here->error)),
			 "\"ada\" stands for the user \"bob\" already");
	brabeion_user_report report = BRABEION_USER_REPORT();
	cr_assert_eq(brabeion_forget_user(here->engine, "bob", NULL, &report, NULL), BRABEION_OK);
	cr_assert_eq(report.aliases, 1);
	brabeion_user_report_finish(&report);
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "first-visit 1 ;", "nobody's name any more");
	scene_finish(here);
}

/* ---- renamed ---- */

Test(users, a_renamed_user_goes_on_under_the_new_name)
{
	scene *here = scene_of_two();
	rename_user(here, "ada", "eve", NULL);
	cr_assert_str_eq(scene_awards(here, "eve"), "gift 1 ;first-visit 1 ;");
	cr_assert_str_eq(scene_awards(here, "ada"), "");
	cr_assert_str_eq(scene_fire_id(here, "v1", "visit", "eve"), "duplicate");
	scene_fire(here, "visit", "eve");
	cr_assert_str_eq(scene_fire(here, "visit", "eve"), "third-visit 1 ;", "what plugins remember has come along");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "first-visit 1 ;", "somebody new");
	scene_finish(here);
}

Test(users, a_name_that_somebody_has_is_refused)
{
	scene *here = scene_of_two();
	cr_assert_str_eq(refusal(here, brabeion_rename_user(here->engine, "ada", "bob", NULL, NULL, &here->error)),
			 "there is a user \"bob\" already: merge the two if they are one");
	cr_assert_str_eq(refusal(here, brabeion_rename_user(here->engine, "ada", "ada", NULL, NULL, &here->error)),
			 "the two users are the same: \"ada\"");
	cr_assert_str_eq(refusal(here, brabeion_rename_user(here->engine, "ada", "", NULL, NULL, &here->error)),
			 "the user is empty");
	cr_assert_str_eq(scene_awards(here, "ada"), "gift 1 ;first-visit 1 ;");
	scene_finish(here);
}
