/*
 * Maintenance: statistics, forgetting a user, merging two users, copying the database.
 */
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "support/decisions.h"
#include "support/memory_tables.h"

static const char good_badges[] = "plugins:\n  - file: good_many.so\n";
static const char all_badges[] =
	"plugins:\n  - file: obedient.so\n  - file: good_many.so\n  - file: memory_user.so\n";

/* ---- the database, by another connection ---- */

static const char *ask(const char *database, const char *sql)
{
	static _Thread_local char text[4096];
	sqlite3 *handle = NULL;
	sqlite3_stmt *statement = NULL;
	cr_assert_eq(sqlite3_open_v2(database, &handle, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	sqlite3_busy_timeout(handle, 10000);
	cr_assert_eq(add_memory_tables(handle), SQLITE_OK, "%s", sqlite3_errmsg(handle));
	cr_assert_eq(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK, "%s", sqlite3_errmsg(handle));
	cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
	const unsigned char *answer = sqlite3_column_text(statement, 0);
	snprintf(text, sizeof text, "%s", answer ? (const char *)answer : "");
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	return text;
}

/* What is remembered, as "plugin.name owner value;" or "plugin.name owner text;" each. */
static const char *memory_of(brabeion_engine *engine)
{
	static char text[4096];
	size_t used = 0;
	brabeion_memory_list list;
	text[0] = '\0';
	cr_assert_eq(brabeion_memory(engine, NULL, &list, NULL), BRABEION_OK);
	for (size_t i = 0; i < list.count; i++) {
		const brabeion_remembered *one = brabeion_memory_list_at(&list, i);
		used += (size_t)snprintf(text + used, sizeof text - used, "%s.%s %s ", one->plugin, one->name,
					 one->owner);
		used += one->kind == BRABEION_MEMORY_NUMBER
				? (size_t)snprintf(text + used, sizeof text - used, "%lld;", (long long)one->value)
				: (size_t)snprintf(text + used, sizeof text - used, "%s;", one->text);
	}
	brabeion_memory_list_finish(&list);
	return text;
}

static void remember(scene *here, const char *user, const char *op, brabeion_field value)
{
	scene_fire(here, "memory", user, BRABEION_TEXT("op", op), value);
}

/* ---- statistics ---- */

static brabeion_stats_report stats_of(scene *here)
{
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	cr_assert_eq(brabeion_stats(here->engine, &report, &here->error), BRABEION_OK, "%s", here->error.message);
	return report;
}

/* "events awards duplicates errors | slug judged earned failed;..." */
static const char *stats_text(scene *here)
{
	static char text[SCENE_TEXT_BYTES];
	brabeion_stats_report report = stats_of(here);
	size_t used = (size_t)snprintf(text, sizeof text, "%d %d %d %d |", (int)report.events, (int)report.awards,
				       (int)report.duplicates, (int)report.errors);
	for (size_t i = 0; i < report.badge_count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, " %s %d %d %d;", report.badges[i].slug,
					 (int)report.badges[i].judged, (int)report.badges[i].earned,
					 (int)report.badges[i].failed);
	brabeion_stats_finish(&report);
	return text;
}

Test(upkeep, statistics_begin_at_nothing)
{
	scene *here = scene_with(good_badges);
	brabeion_stats_report report = stats_of(here);
	cr_assert_eq(report.generation, 1);
	cr_assert_eq(report.commits, 1, "opening has written the names of the badges and of their memory");
	brabeion_stats_finish(&report);
	cr_assert_null(report.badges);
	brabeion_stats_finish(&report);
	cr_assert_str_eq(stats_text(here), "0 0 0 0 | first-visit 0 0 0; third-visit 0 0 0;");
	scene_finish(here);
}

Test(upkeep, statistics_count_events_awards_duplicates_and_errors)
{
	scene *here = scene_with(good_badges);
	brabeion_stats_report report = stats_of(here);
	uint64_t at_open = report.commits;
	brabeion_stats_finish(&report);
	scene_fire_id(here, "v1", "visit", "ada");
	scene_fire_id(here, "v1", "visit", "ada");
	scene_fire(here, "visit", "ada");
	scene_fire(here, "visit", "");
	scene_fire(here, "whisper", "ada");
	scene_fire(here, "visit", "ada");
	cr_assert_str_eq(stats_text(here), "4 2 1 1 | first-visit 3 1 0; third-visit 3 1 0;");
	report = stats_of(here);
	cr_assert_eq(report.commits - at_open, 4, "%d: one for each event that reached the database",
		     (int)(report.commits - at_open));
	brabeion_stats_finish(&report);
	scene_finish(here);
}

Test(upkeep, statistics_count_what_failed_and_what_was_granted)
{
	scene *here = scene_with("plugins:\n  - file: obedient.so\n");
	scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "one"), BRABEION_TEXT("fail", "no"),
		   BRABEION_INT("level", 0));
	scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "one"), BRABEION_INT("level", 2));
	cr_assert_str_eq(decide_award(here, "ada", "gift"), "gift 1 ;");
	cr_assert_str_eq(decide_award(here, "ada", "gift"), "");
	cr_assert_str_eq(stats_text(here), "2 2 0 0 | one 2 1 1; many 2 0 0; gift 0 0 0; last 2 0 0;");
	scene_finish(here);
}

static void *fire_some(void *context)
{
	scene *here = context;
	for (int i = 0; i < 100; i++)
		brabeion_possibly_award(here->engine, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada"),
					NULL);
	return NULL;
}

Test(upkeep, statistics_are_of_all_threads_also_those_that_ended)
{
	scene *here = scene_with(good_badges);
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, fire_some, here), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	cr_assert_str_eq(stats_text(here), "400 2 0 0 | first-visit 400 1 0; third-visit 400 1 0;");
	scene_finish(here);
}

Test(upkeep, statistics_of_a_badge_go_on_after_a_reload_and_go_with_it)
{
	scene *here = scene_with(all_badges);
	scene_fire(here, "visit", "ada");
	scene_config(here, good_badges);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK);
	scene_fire(here, "visit", "bob");
	cr_assert_str_eq(stats_text(here), "2 2 0 0 | first-visit 2 2 0; third-visit 2 0 0;");
	brabeion_stats_report report = stats_of(here);
	cr_assert_eq(report.generation, 2);
	brabeion_stats_finish(&report);
	scene_finish(here);
}

Test(upkeep, statistics_are_of_this_engine_alone)
{
	scene *here = scene_with(good_badges);
	brabeion_engine *other = NULL;
	cr_assert_eq(brabeion_open(&here->options, &other, &here->error), BRABEION_OK);
	brabeion_possibly_award(other, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada"), NULL);
	cr_assert_str_eq(stats_text(here), "0 0 0 0 | first-visit 0 0 0; third-visit 0 0 0;");
	brabeion_close(other);
	scene_finish(here);
}

/* ---- forgetting ---- */

/* Returns the status; *awards is how many were forgotten. */
static brabeion_status forget(brabeion_engine *engine, const char *user, int64_t *awards, brabeion_error *error)
{
	brabeion_user_report report = BRABEION_USER_REPORT();
	brabeion_status status = brabeion_forget_user(engine, user, NULL, &report, error);
	if (status == BRABEION_OK)
		*awards = report.awards;
	brabeion_user_report_finish(&report);
	return status;
}

Test(upkeep, a_forgotten_user_leaves_nothing_and_others_stay)
{
	scene *here = scene_with(all_badges);
	scene_fire_id(here, "v1", "visit", "ada");
	scene_fire_id(here, "v1", "visit", "bob");
	decide_award(here, "ada", "gift", .comment = "for tea");
	remember(here, "ada", "note", BRABEION_TEXT("value", "hi"));
	int64_t awards = -1;
	cr_assert_eq(forget(here->engine, "ada", &awards, &here->error), BRABEION_OK);
	cr_assert_eq(awards, 2);
	cr_assert_str_eq(scene_awards(here, "ada"), "");
	cr_assert_str_eq(scene_awards(here, "bob"), "first-visit 1 ;");
	cr_assert_str_eq(memory_of(here->engine), "good-many.visits bob 1;");
	cr_assert_str_eq(ask(here->database, "SELECT count(*) FROM users WHERE name = 'ada'"), "0");
	cr_assert_str_eq(scene_fire_id(here, "v1", "visit", "ada"), "first-visit 1 ;", "as if it had never been");
	scene_finish(here);
}

Test(upkeep, forgetting_nobody_is_fine_and_counts_nothing)
{
	scene *here = scene_with(good_badges);
	int64_t awards = -1;
	cr_assert_eq(forget(here->engine, "nobody", &awards, NULL), BRABEION_OK);
	cr_assert_eq(awards, 0);
	cr_assert_eq(brabeion_forget_user(here->engine, "nobody", NULL, NULL, NULL), BRABEION_OK);
	scene_finish(here);
}

Test(upkeep, a_user_to_forget_has_a_name)
{
	scene *here = scene_with(good_badges);
	int64_t awards = -1;
	cr_assert_eq(forget(here->engine, "", &awards, &here->error), BRABEION_INVALID);
	cr_assert_str_eq(here->error.message, "the user is empty");
	cr_assert_eq(forget(here->engine, NULL, &awards, &here->error), BRABEION_INVALID);
	cr_assert_eq(forget(here->engine, "\xff", &awards, &here->error), BRABEION_INVALID);
	cr_assert_str_eq(here->error.message, "the user is longer than 255 bytes or not UTF-8");
	cr_assert_eq(awards, -1);
	scene_finish(here);
}

Test(upkeep, forgetting_waits_for_the_database_and_says_when_it_is_busy)
{
	scene *here = scene_with("busy_timeout: 20ms\nplugins:\n  - file: good_many.so\n");
	scene_fire(here, "visit", "ada");
	sqlite3 *other = NULL;
	int64_t awards = -1;
	cr_assert_eq(sqlite3_open(here->database, &other), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	cr_assert_eq(forget(here->engine, "ada", &awards, &here->error), BRABEION_BUSY);
	cr_assert_eq(brabeion_merge_users(here->engine, "ada", "bob", NULL, NULL, &here->error), BRABEION_BUSY);
	cr_assert_eq(awards, -1);
	sqlite3_close(other);
	cr_assert_str_eq(scene_awards(here, "ada"), "first-visit 1 ;");
	scene_finish(here);
}

/* ---- merging ---- */

Test(upkeep, merged_users_hold_what_either_held_once)
{
	scene *here = scene_with(all_badges);
	scene_fire_id(here, "v1", "visit", "ada");
	scene_fire_id(here, "v2", "visit", "bob");
	decide_award(here, "ada", "gift");
	cr_assert_eq(brabeion_merge_users(here->engine, "ada", "bob", NULL, NULL, &here->error), BRABEION_OK);
	cr_assert_str_eq(scene_awards(here, "bob"), "gift 1 ;first-visit 1 ;");
	cr_assert_str_eq(memory_of(here->engine), "good-many.visits bob 2;");
	cr_assert_str_eq(ask(here->database, "SELECT min(sequence) FROM awards"), "1", "the older one");
	cr_assert_str_eq(scene_fire_id(here, "v1", "visit", "ada"), "duplicate");
	cr_assert_str_eq(scene_fire_id(here, "v3", "visit", "bob"), "third-visit 1 ;");
	scene_finish(here);
}

Test(upkeep, numbers_that_add_up_to_more_than_64_bits_are_cut)
{
	scene *here = scene_with("plugins:\n  - file: memory_user.so\n");
	remember(here, "ada", "set", BRABEION_INT("value", INT64_MAX));
	remember(here, "bob", "set", BRABEION_INT("value", 5));
	cr_assert_eq(brabeion_merge_users(here->engine, "ada", "bob", NULL, NULL, &here->error), BRABEION_OK);
	cr_assert_str_eq(memory_of(here->engine), "memory-user.count bob 9223372036854775807;");
	scene_finish(here);
}

Test(upkeep, users_to_merge_have_names_and_are_two)
{
	scene *here = scene_with(good_badges);
	cr_assert_eq(brabeion_merge_users(here->engine, "ada", "ada", NULL, NULL, &here->error), BRABEION_INVALID);
	cr_assert_str_eq(here->error.message, "the two users are the same: \"ada\"");
	cr_assert_eq(brabeion_merge_users(here->engine, "", "ada", NULL, NULL, &here->error), BRABEION_INVALID);
	cr_assert_eq(brabeion_merge_users(here->engine, "ada", NULL, NULL, NULL, &here->error), BRABEION_INVALID);
	cr_assert_str_eq(here->error.message, "the user is empty");
	scene_finish(here);
}

/* ---- copies ---- */

static const char *path_in(const scene *here, const char *name)
{
	static char path[SCENE_PATH_BYTES * 2];
	snprintf(path, sizeof path, "%s/%s", here->folder, name);
	return path;
}

/* An engine on the copy, with the same badges.yaml. */
static brabeion_engine *open_copy(scene *here, const char *path)
{
	brabeion_engine *engine = NULL;
	brabeion_options options = here->options;
	options.database = path;
	options.no_create = true;
	cr_assert_eq(brabeion_open(&options, &engine, &here->error), BRABEION_OK, "%s", here->error.message);
	return engine;
}

static const char *feed_of(brabeion_engine *engine)
{
	brabeion_change_list list;
	cr_assert_eq(brabeion_changes_since(engine, 0, NULL, &list, NULL), BRABEION_OK);
	const char *text = decisions_of(&list);
	brabeion_change_list_finish(&list);
	return text;
}

Test(upkeep, a_restored_copy_opens_and_is_the_same)
{
	scene *here = scene_with(all_badges);
	scene_fire_id(here, "v1", "visit", "ada");
	decide_award(here, "bob", "gift", .comment = "for tea");
	decide_revocation(
		here, &(brabeion_revocation)BRABEION_REVOCATION(.user = "bob", .badge = "gift", .comment = "no tea"));
	remember(here, "ada", "note", BRABEION_TEXT("value", "hi"));
	const char *path = path_in(here, "copy.db");
	cr_assert_eq(brabeion_backup(here->engine, path, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	char feed[4096], memory[4096];
	snprintf(feed, sizeof feed, "%s", feed_of(here->engine));
	cr_assert_str_eq(feed, "1+ada first-visit 1 ;2+bob gift 1 /for tea;3-bob gift 1 /no tea;");
	snprintf(memory, sizeof memory, "%s", memory_of(here->engine));
	scene_fire(here, "visit", "cyd"); /* after the copy */
	brabeion_engine *copy = open_copy(here, path);
	cr_assert_str_eq(feed_of(copy), feed);
	cr_assert_str_eq(memory_of(copy), memory);
	brabeion_result result = BRABEION_RESULT();
	brabeion_event again = BRABEION_EVENT(.name = "visit", .user = "ada", .id = "v1");
	cr_assert_eq(brabeion_possibly_award(copy, &again, &result), BRABEION_OK);
	cr_assert_eq(result.outcome, BRABEION_DUPLICATE);
	brabeion_result_finish(&result);
	brabeion_event next = BRABEION_EVENT(.name = "visit", .user = "cyd");
	cr_assert_eq(brabeion_possibly_award(copy, &next, &result), BRABEION_OK);
	cr_assert_eq(result.award_count, 1);
	cr_assert_eq(result.awards[0].sequence, 4);
	brabeion_result_finish(&result);
	brabeion_close(copy);
	scene_finish(here);
}

Test(upkeep, a_copy_goes_to_the_file_of_that_name_whatever_sqlite_makes_of_it)
{
	static const char *const names[] = { "file:copy.db?mode=memory", ":memory:" };
	scene *here = scene_with(good_badges);
	scene_fire(here, "visit", "ada");
	cr_assert_eq(chdir(here->folder), 0);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		cr_assert_eq(brabeion_backup(here->engine, names[i], NULL, &here->error), BRABEION_OK, "%s",
			     here->error.message);
		cr_assert_str_eq(ask(path_in(here, names[i]), "SELECT count(*) FROM awards"), "1", "%s", names[i]);
	}
	scene_finish(here);
}

Test(upkeep, a_copy_is_its_owner_s_alone)
{
	struct stat about;
	scene *here = scene_with(good_badges);
	cr_assert_eq(brabeion_backup(here->engine, path_in(here, "copy.db"), NULL, NULL), BRABEION_OK);
	cr_assert_eq(stat(path_in(here, "copy.db"), &about), 0);
	cr_assert_eq(about.st_mode & 07777, 0600);
	scene_finish(here);
}

Test(upkeep, a_copy_is_not_written_over_what_is_there)
{
	char message[SCENE_PATH_BYTES * 3];
	scene *here = scene_with(good_badges);
	scene_write(here, "precious", "keep me");
	cr_assert_eq(brabeion_backup(here->engine, path_in(here, "precious"), NULL, &here->error), BRABEION_STORE);
	snprintf(message, sizeof message, "%s: File exists", path_in(here, "precious"));
	cr_assert_str_eq(here->error.message, message);
	char kept[16] = "";
	FILE *file = fopen(path_in(here, "precious"), "r");
	cr_assert(file && fgets(kept, sizeof kept, file));
	fclose(file);
	cr_assert_str_eq(kept, "keep me");
	cr_assert_eq(brabeion_backup(here->engine, here->database, NULL, &here->error), BRABEION_STORE);
	cr_assert_eq(brabeion_backup(here->engine, here->folder, NULL, &here->error), BRABEION_STORE);
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "first-visit 1 ;");
	scene_finish(here);
}

Test(upkeep, a_copy_needs_a_path_and_its_folder)
{
	char message[SCENE_PATH_BYTES * 3];
	scene *here = scene_with(good_badges);
	cr_assert_eq(brabeion_backup(here->engine, NULL, NULL, &here->error), BRABEION_INVALID);
	cr_assert_eq(brabeion_backup(here->engine, "", NULL, &here->error), BRABEION_INVALID);
	cr_assert_str_eq(here->error.message, "no path is given");
	cr_assert_eq(brabeion_backup(here->engine, path_in(here, "none/copy.db"), NULL, &here->error),
		     BRABEION_STORE);
	snprintf(message, sizeof message, "%s: No such file or directory", path_in(here, "none/copy.db"));
	cr_assert_str_eq(here->error.message, message);
	scene_finish(here);
}

typedef struct judging {
	scene *here;
	int number;
	atomic_bool *done;
	atomic_long *failed, *fired;
} judging;

static void *judge_until_done(void *context)
{
	judging *mine = context;
	for (long i = 0; !atomic_load(mine->done); i++) {
		char user[32], id[32];
		snprintf(user, sizeof user, "user%d-%ld", mine->number, i % 50);
		snprintf(id, sizeof id, "%d-%ld", mine->number, i);
		brabeion_event visit = BRABEION_EVENT(.name = "visit", .user = user, .id = id);
		if (brabeion_possibly_award(mine->here->engine, &visit, NULL) != BRABEION_OK)
			atomic_fetch_add(mine->failed, 1);
		atomic_fetch_add(mine->fired, 1);
	}
	return NULL;
}

/* In a copy: awards that are counted otherwise than they are, and damage. */
static const char copy_sql[] =
	"SELECT ((SELECT count(*) FROM awards) - (SELECT sum(awards) FROM users)) || ' ' ||"
	" ((SELECT count(*) FROM awards) - (SELECT sum(count) FROM holders WHERE level > 0)) || ' ' ||"
	" (SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok')";

Test(upkeep, copies_made_while_events_are_judged_are_each_of_one_moment)
{
	scene *here = scene_with(good_badges);
	atomic_bool done = false;
	atomic_long failed = 0, fired = 0;
	pthread_t threads[3];
	judging all[3];
	for (int i = 0; i < 3; i++) {
		all[i] = (judging){ here, i, &done, &failed, &fired };
		cr_assert_eq(pthread_create(&threads[i], NULL, judge_until_done, &all[i]), 0);
	}
	for (int i = 0; i < 10; i++) {
		char name[32];
		long before = atomic_load(&fired);
		while (atomic_load(&fired) < before + 20)
			sched_yield();
		snprintf(name, sizeof name, "copy%d.db", i);
		cr_assert_eq(brabeion_backup(here->engine, path_in(here, name), NULL, &here->error), BRABEION_OK,
			     "%s", here->error.message);
		cr_assert_str_eq(ask(path_in(here, name), copy_sql), "0 0 0");
		cr_assert_str_neq(ask(path_in(here, name), "SELECT count(*) FROM seen"), "0");
	}
	atomic_store(&done, true);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	cr_assert_eq(atomic_load(&failed), 0);
	brabeion_engine *copy = open_copy(here, path_in(here, "copy9.db"));
	brabeion_close(copy);
	scene_finish(here);
}

Test(upkeep, a_child_of_fork_is_refused)
{
	scene *here = scene_with(good_badges);
	scene_fire(here, "visit", "ada");
	pid_t child = fork();
	if (child == 0) {
		brabeion_stats_report report = BRABEION_STATS_REPORT();
		brabeion_engine *engine = here->engine;
		bool refused = brabeion_stats(engine, &report, NULL) == BRABEION_FORKED &&
			       brabeion_forget_user(engine, "ada", NULL, NULL, NULL) == BRABEION_FORKED &&
			       brabeion_merge_users(engine, "ada", "bob", NULL, NULL, NULL) == BRABEION_FORKED &&
			       brabeion_backup(engine, path_in(here, "copy.db"), NULL, NULL) == BRABEION_FORKED;
		_exit(refused && access(path_in(here, "copy.db"), F_OK) != 0 ? 0 : 1);
	}
	int status = -1;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
	cr_assert_str_eq(scene_awards(here, "ada"), "first-visit 1 ;");
	scene_finish(here);
}
