/*
 * Automatic reloads: what people, editors, packagers and kubelets do to badges.yaml and plugin files under a running
 * engine. Each step waits for a log record of a reload, or of a check that found no change. Nothing here sleeps.
 */
#include <errno.h>
#include <sqlite3.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "support/scene.h"

#define WATCHING "watch: on\n"
#define ONE "plugins:\n  - file: good_one.so\n"
#define TWO ONE "  - file: good_many.so\n"

enum { DEADLINE_S = 60 };

/* A scene that counts reloads and checks. */
typedef struct watched {
	scene *here;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	int receipts, errors, quiet; /* logged so far; quiet: checks that found no change */
	int seen_quiet;              /* of these, waited for by the test */
	brabeion_receipt receipt;    /* the last */
	char message[SCENE_TEXT_BYTES];
	bool is_held;             /* callbacks wait while true */
	bool is_inside;           /* a callback waits */
	brabeion_status answered; /* status of a reload from a callback */
} watched;

static void hear_reload(void *context, const brabeion_receipt *receipt, const brabeion_error *error)
{
	watched *watch = context;
	pthread_mutex_lock(&watch->lock);
	cr_assert_neq(receipt == NULL, error == NULL);
	if (receipt) {
		watch->receipt = *receipt;
		watch->receipts++;
	} else {
		snprintf(watch->message, sizeof watch->message, "%s", error->message);
		watch->errors++;
	}
	pthread_cond_broadcast(&watch->changed);
	pthread_mutex_unlock(&watch->lock);
}

static void hear_log(void *context, brabeion_log_level level, const char *message)
{
	watched *watch = context;
	if (level != BRABEION_LOG_DEBUG)
		scene_log(watch->here, level, message);
	pthread_mutex_lock(&watch->lock);
	watch->quiet += strstr(message, "nothing has changed") != NULL;
	watch->is_inside |= strstr(message, "\"retention\" has changed") != NULL;
	pthread_cond_broadcast(&watch->changed);
	while (watch->is_held && watch->is_inside)
		pthread_cond_wait(&watch->changed, &watch->lock);
	pthread_mutex_unlock(&watch->lock);
}

/* Waits until *number is at least `wanted`. */
static void wait_until(watched *watch, const int *number, int wanted, const char *what)
{
	struct timespec deadline;
	int problem = 0;
	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += DEADLINE_S;
	pthread_mutex_lock(&watch->lock);
	while (*number < wanted && problem == 0)
		problem = pthread_cond_timedwait(&watch->changed, &watch->lock, &deadline);
	int seen = *number;
	pthread_mutex_unlock(&watch->lock);
	cr_assert_geq(seen, wanted, "%d %s within %d s; the last error: %s\n%s", seen, what, DEADLINE_S,
		      watch->message, watch->here->log);
}

static void wait_for_receipt(watched *watch, int number)
{
	wait_until(watch, &watch->receipts, number, "receipts");
}

static void wait_for_error(watched *watch, int number)
{
	wait_until(watch, &watch->errors, number, "errors");
}

/* Waits for the next check that finds no change. There is one at the start and after each reload. */
static void wait_for_quiet(watched *watch)
{
	wait_until(watch, &watch->quiet, watch->seen_quiet + 1, "looks without news");
	pthread_mutex_lock(&watch->lock);
	watch->seen_quiet = watch->quiet;
	pthread_mutex_unlock(&watch->lock);
}

static void hold(watched *watch, bool held)
{
	pthread_mutex_lock(&watch->lock);
	watch->is_held = held;
	pthread_cond_broadcast(&watch->changed);
	pthread_mutex_unlock(&watch->lock);
}

static watched *watched_new(void)
{
	watched *watch = calloc(1, sizeof *watch);
	cr_assert_not_null(watch);
	watch->here = scene_new();
	watch->here->options.log = hear_log;
	watch->here->options.log_context = watch;
	pthread_mutex_init(&watch->lock, NULL);
	pthread_cond_init(&watch->changed, NULL);
	return watch;
}

/* Opens an engine on the scene's badges.yaml; if it watches, waits for its first check. */
static void watched_open(watched *watch, bool watches)
{
	scene_open(watch->here);
	cr_assert_eq(brabeion_on_reload(watch->here->engine, hear_reload, watch), BRABEION_OK);
	if (watches)
		wait_for_quiet(watch);
}

static watched *watched_with(const char *text)
{
	watched *watch = watched_new();
	scene_config(watch->here, text);
	watched_open(watch, strstr(text, WATCHING) != NULL);
	return watch;
}

static void watched_finish(watched *watch)
{
	scene_finish(watch->here);
	pthread_cond_destroy(&watch->changed);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}

static const char *path_of(watched *watch, const char *name)
{
	static char paths[4][SCENE_PATH_BYTES * 2];
	static unsigned turn;
	char *path = paths[++turn % 4];
	snprintf(path, sizeof paths[0], "%s/%s", watch->here->folder, name);
	return path;
}

static void move(watched *watch, const char *from, const char *to)
{
	cr_assert_eq(rename(path_of(watch, from), path_of(watch, to)), 0, "%s: %s", from, strerror(errno));
}

static void make_link(watched *watch, const char *target, const char *name)
{
	cr_assert_eq(symlink(target, path_of(watch, name)), 0, "%s: %s", name, strerror(errno));
}

static void expect_counts(watched *watch, unsigned added, unsigned changed, unsigned removed, unsigned kept)
{
	cr_assert_eq(watch->receipt.added, added, "%u added", watch->receipt.added);
	cr_assert_eq(watch->receipt.changed, changed, "%u changed", watch->receipt.changed);
	cr_assert_eq(watch->receipt.removed, removed, "%u removed", watch->receipt.removed);
	cr_assert_eq(watch->receipt.kept, kept, "%u kept", watch->receipt.kept);
}

static uint64_t generation(watched *watch)
{
	brabeion_badge_list list = { 0 };
	cr_assert_eq(brabeion_badges(watch->here->engine, NULL, &list, NULL), BRABEION_OK);
	uint64_t number = list.generation;
	brabeion_badge_list_finish(&list);
	return number;
}

TestSuite(watch, .timeout = 240);

/* ---- badges.yaml ---- */

Test(watch, badges_yaml_written_in_place)
{
	watched *watch = watched_with(WATCHING ONE);
	cr_assert_str_eq(scene_fire(watch->here, "visit", "ada"), "");
	scene_config(watch->here, WATCHING TWO);
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 0, 1);
	cr_assert_eq(watch->receipt.generation, 2);
	cr_assert_str_eq(scene_fire(watch->here, "visit", "ada"), "first-visit 1 ;");
	char line[SCENE_PATH_BYTES * 2];
	snprintf(line, sizeof line,
		 "info: reloaded %s: generation 2, 2 added, 0 changed, 0 removed, 1 kept, 0 resident\n",
		 watch->here->config);
	cr_assert_str_eq(watch->here->log, line);
	watched_finish(watch);
}

Test(watch, a_picture_of_a_level)
{
	watched *watch = watched_new();
	scene_write(watch->here, "first.gif", "GIF89a");
	scene_config(watch->here, WATCHING "plugins: [{ file: points.so, badges: [{ badge: points, levels: "
					   "[{ image: first.gif }, Silver, Gold] }] }]\n");
	watched_open(watch, true);
	scene_write(watch->here, "first.gif", "no picture");
	wait_for_error(watch, 1);
	cr_expect_not_null(strstr(watch->message, "image \"first.gif\": what is in the file is neither"), "%s",
			   watch->message);
	scene_write(watch->here, "first.gif", "GIF87a");
	wait_for_receipt(watch, 1);
	expect_counts(watch, 0, 1, 0, 0);
	watched_finish(watch);
}

Test(watch, badges_yaml_put_in_place_by_an_editor)
{
	watched *watch = watched_with(WATCHING ONE);
	move(watch, "badges.yaml", "badges.yaml~"); /* as vim does */
	scene_config(watch->here, WATCHING TWO);
	cr_assert_eq(unlink(path_of(watch, "badges.yaml~")), 0);
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 0, 1);
	scene_write(watch->here, "aside", "database: badges.db\nplugin_path: ['%s']\n" WATCHING ONE,
		    BRB_TEST_PLUGIN_DIR);
	move(watch, "aside", "badges.yaml"); /* as sed -i does */
	wait_for_receipt(watch, 2);
	expect_counts(watch, 0, 0, 2, 1);
	watched_finish(watch);
}

Test(watch, badges_yaml_half_written_is_tried_again)
{
	watched *watch = watched_with(WATCHING ONE);
	scene_config(watch->here, WATCHING "plugins:\n  - file: [good_one.so\n");
	wait_for_error(watch, 1);
	scene_config(watch->here, WATCHING TWO);
	wait_for_receipt(watch, 1);
	cr_assert_eq(watch->errors, 1);
	expect_counts(watch, 2, 0, 0, 1);
	watched_finish(watch);
}

Test(watch, badges_yaml_written_in_two_parts_comes_in_whole)
{
	watched *watch = watched_with(WATCHING ONE);
	FILE *file = fopen(watch->here->config, "w");
	cr_assert_not_null(file);
	fprintf(file, "database: badges.db\nplugin_path: ['%s']\n" WATCHING "plugins:\n  - fi", BRB_TEST_PLUGIN_DIR);
	cr_assert_eq(fflush(file), 0);
	fprintf(file, "le: good_one.so\n  - file: good_many.so\n");
	cr_assert_eq(fclose(file), 0);
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 0, 1);
	watched_finish(watch);
}

Test(watch, badges_yaml_deleted_and_made_again)
{
	watched *watch = watched_with(WATCHING ONE);
	cr_assert_eq(unlink(watch->here->config), 0);
	wait_for_error(watch, 1);
	cr_assert_not_null(strstr(watch->message, "badges.yaml: No such file or directory"), "%s", watch->message);
	cr_assert_str_eq(scene_fire(watch->here, "points", "ada", BRABEION_INT("points", 50)), "good-one 2 ;");
	wait_for_quiet(watch); /* the same fault is not logged again */
	scene_config(watch->here, WATCHING ONE);
	wait_for_quiet(watch); /* as it was */
	cr_assert_eq(generation(watch), 1);
	scene_config(watch->here, WATCHING TWO);
	wait_for_receipt(watch, 1);
	watched_finish(watch);
}

Test(watch, a_broken_badges_yaml_is_told_with_line_and_column_and_the_old_set_works_on)
{
	watched *watch = watched_with(WATCHING ONE);
	scene_config(watch->here, WATCHING "plugins:\n  - flie: good_one.so\n");
	wait_for_error(watch, 1);
	char text[SCENE_PATH_BYTES * 4];
	snprintf(text, sizeof text, "%s:5:5: unknown key \"flie\" (did you mean \"file\"?)", watch->here->config);
	cr_assert_str_eq(watch->message, text);
	snprintf(text, sizeof text,
		 "error: %s:5:5: unknown key \"flie\" (did you mean \"file\"?)\n"
		 "error: %s is not reloaded: generation 1 stays in use\n",
		 watch->here->config, watch->here->config);
	cr_assert_str_eq(watch->here->log, text);
	cr_assert_str_eq(scene_fire(watch->here, "points", "ada", BRABEION_INT("points", 50)), "good-one 2 ;");
	watched_finish(watch);
}

/* Another connection holds the write lock, so that the new badges cannot be registered. */
Test(watch, a_database_that_was_busy_is_tried_again_though_no_file_changes)
{
	sqlite3 *other = NULL;
	watched *watch = watched_with("busy_timeout: 10ms\n" WATCHING ONE);
	cr_assert_eq(sqlite3_open(watch->here->database, &other), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	scene_config(watch->here, "busy_timeout: 10ms\n" WATCHING TWO);
	wait_for_error(watch, 1);
	cr_expect_not_null(strstr(watch->message, "another process has held the database for longer than 10 ms"),
			   "%s", watch->message);
	cr_assert_eq(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	wait_for_receipt(watch, 1);
	cr_expect_eq(watch->receipt.kept, 1);
	watched_finish(watch);
}

Test(watch, a_touch_or_another_mode_changes_nothing)
{
	watched *watch = watched_with(WATCHING ONE);
	cr_assert_eq(utimes(watch->here->config, NULL), 0);
	wait_for_quiet(watch);
	cr_assert_eq(chmod(watch->here->config, 0600), 0);
	wait_for_quiet(watch);
	scene_config(watch->here, WATCHING ONE); /* rewritten with the same content */
	wait_for_quiet(watch);
	cr_assert_eq(generation(watch), 1);
	cr_assert_eq(watch->receipts + watch->errors, 0);
	watched_finish(watch);
}

Test(watch, badges_yaml_of_a_config_map)
{
	watched *watch = watched_new();
	cr_assert_eq(mkdir(path_of(watch, "..1"), 0755) | mkdir(path_of(watch, "..2"), 0755), 0);
	scene_write(watch->here, "..1/badges.yaml", "database: badges.db\nplugin_path: ['%s']\n" WATCHING ONE,
		    BRB_TEST_PLUGIN_DIR);
	scene_write(watch->here, "..2/badges.yaml", "database: badges.db\nplugin_path: ['%s']\n" WATCHING TWO,
		    BRB_TEST_PLUGIN_DIR);
	make_link(watch, "..1", "..data");
	make_link(watch, "..data/badges.yaml", "badges.yaml");
	watched_open(watch, true);
	make_link(watch, "..2", "..tmp");
	move(watch, "..tmp", "..data");
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 0, 1);
	make_link(watch, "..1", "..tmp");
	move(watch, "..tmp", "..data");
	wait_for_receipt(watch, 2);
	expect_counts(watch, 0, 0, 2, 1);
	watched_finish(watch);
}

Test(watch, the_folder_of_badges_yaml_swapped_for_another)
{
	watched *watch = watched_new();
	cr_assert_eq(mkdir(path_of(watch, "now"), 0755) | mkdir(path_of(watch, "next"), 0755), 0);
	scene_write(watch->here, "now/badges.yaml", "database: ../badges.db\nplugin_path: ['%s']\n" WATCHING ONE,
		    BRB_TEST_PLUGIN_DIR);
	scene_write(watch->here, "next/badges.yaml", "database: ../badges.db\nplugin_path: ['%s']\n" WATCHING TWO,
		    BRB_TEST_PLUGIN_DIR);
	watch->here->options.config = path_of(watch, "now/badges.yaml");
	watched_open(watch, true);
	move(watch, "now", "before");
	move(watch, "next", "now");
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 0, 1);
	watched_finish(watch);
}

Test(watch, badges_yaml_by_a_relative_path_whatever_the_working_directory_is_later)
{
	watched *watch = watched_new();
	scene_config(watch->here, WATCHING ONE);
	cr_assert_eq(chdir(watch->here->folder), 0);
	watch->here->options.config = "badges.yaml";
	watched_open(watch, true);
	cr_assert_eq(chdir("/"), 0);
	scene_config(watch->here, WATCHING TWO);
	wait_for_receipt(watch, 1);
	scene_config(watch->here, WATCHING ONE);
	wait_for_receipt(watch, 2);
	cr_assert_eq(watch->errors, 0);
	watched_finish(watch);
}

/* ---- plugins ---- */

#define CHANGING WATCHING "plugins:\n  - file: ./changing.so\n"

Test(watch, a_plugin_replaced)
{
	watched *watch = watched_new();
	scene_copy_plugin(watch->here, "good_one.so", "changing.so");
	scene_config(watch->here, CHANGING);
	watched_open(watch, true);
	scene_copy_plugin(watch->here, "good_many.so", "aside");
	move(watch, "aside", "changing.so");
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 1, 0);
	cr_assert_str_eq(scene_fire(watch->here, "visit", "ada"), "first-visit 1 ;");
	scene_copy_plugin(watch->here, "good_one.so", "changing.so"); /* never opened in place */
	wait_for_receipt(watch, watch->receipts + 1);
	cr_assert_str_eq(scene_fire(watch->here, "points", "ada", BRABEION_INT("points", 50)), "good-one 2 ;");
	watched_finish(watch);
}

Test(watch, a_plugin_of_a_badges_yaml_that_came_as_text)
{
	watched *watch = watched_new();
	scene_copy_plugin(watch->here, "good_one.so", "changing.so");
	watch->here->options.config_text = WATCHING "plugins:\n  - file: ./changing.so\n";
	watched_open(watch, true);
	scene_write(watch->here, "badges.yaml", "no badges: [\n"); /* the engine has its own text */
	scene_copy_plugin(watch->here, "good_many.so", "aside");
	move(watch, "aside", "changing.so");
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 1, 0);
	wait_for_quiet(watch);
	cr_assert_eq(watch->receipts, 1);
	cr_assert_eq(watch->errors, 0, "%s", watch->message);
	watched_finish(watch);
}

Test(watch, a_plugin_that_is_cut_short_and_then_whole)
{
	watched *watch = watched_new();
	scene_copy_plugin(watch->here, "good_one.so", "changing.so");
	scene_config(watch->here, CHANGING);
	watched_open(watch, true);
	cr_assert_eq(truncate(path_of(watch, "changing.so"), 1000), 0);
	wait_for_error(watch, 1);
	cr_assert_str_eq(scene_fire(watch->here, "points", "ada", BRABEION_INT("points", 50)), "good-one 2 ;");
	scene_copy_plugin(watch->here, "good_many.so", "aside");
	move(watch, "aside", "changing.so");
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 1, 0);
	watched_finish(watch);
}

Test(watch, a_plugin_that_was_missing)
{
	watched *watch = watched_with(WATCHING ONE);
	scene_config(watch->here, WATCHING ONE "  - file: late.so\n");
	wait_for_error(watch, 1);
	cr_assert_not_null(strstr(watch->message, "plugin \"late.so\": no such file in "), "%s", watch->message);
	scene_copy_plugin(watch->here, "good_many.so", "late.so");
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 0, 1);
	watched_finish(watch);
}

Test(watch, a_plugin_in_a_folder_that_was_missing)
{
	watched *watch = watched_with(WATCHING ONE);
	scene_config(watch->here, WATCHING ONE "  - file: ./new/folder/late.so\n");
	wait_for_error(watch, 1);
	cr_assert_eq(mkdir(path_of(watch, "new"), 0755), 0);
	wait_for_quiet(watch);
	cr_assert_eq(mkdir(path_of(watch, "new/folder"), 0755), 0);
	wait_for_quiet(watch);
	scene_copy_plugin(watch->here, "good_many.so", "new/folder/late.so");
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 0, 1);
	watched_finish(watch);
}

Test(watch, a_plugin_that_appears_further_up_in_the_search_path)
{
	watched *watch = watched_with(WATCHING ONE); /* found in the second folder; the scene's is the first */
	scene_copy_plugin(watch->here, "good_many.so", "good_one.so");
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 1, 0);
	watched_finish(watch);
}

Test(watch, a_link_to_a_plugin_that_is_turned)
{
	watched *watch = watched_new();
	scene_copy_plugin(watch->here, "good_one.so", "v1.so");
	scene_copy_plugin(watch->here, "good_many.so", "v2.so");
	make_link(watch, "v1.so", "changing.so");
	scene_config(watch->here, CHANGING);
	watched_open(watch, true);
	make_link(watch, "v2.so", "aside");
	move(watch, "aside", "changing.so");
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 1, 0);
	watched_finish(watch);
}

Test(watch, plugins_that_a_reload_by_hand_has_brought_in)
{
	watched *watch = watched_new();
	scene_copy_plugin(watch->here, "good_one.so", "changing.so");
	scene_config(watch->here, WATCHING "plugins:\n  - file: memory_user.so\n");
	watched_open(watch, true);
	scene_config(watch->here, CHANGING);
	cr_assert_eq(brabeion_reload(watch->here->engine, NULL, NULL), BRABEION_OK);
	wait_for_receipt(watch, 1);
	wait_for_quiet(watch); /* a manual reload is not repeated */
	cr_assert_eq(generation(watch), 2);
	scene_copy_plugin(watch->here, "good_many.so", "aside");
	move(watch, "aside", "changing.so");
	wait_for_receipt(watch, 2);
	watched_finish(watch);
}

/* ---- on and off ---- */

/* True when `still` ignores a change: another engine that watches the same file has logged it twice. */
static void expect_still(watched *still)
{
	watched *other = watched_new();
	uint64_t before = generation(still);
	other->here->options.config = still->here->config;
	other->here->options.database = other->here->database;
	scene_open(other->here);
	cr_assert_eq(brabeion_on_reload(other->here->engine, hear_reload, other), BRABEION_OK);
	cr_assert_eq(brabeion_watch(other->here->engine, true, NULL), BRABEION_OK);
	wait_for_quiet(other);
	scene_config(still->here, "watch: off\n" TWO);
	wait_for_receipt(other, 1);
	scene_config(still->here, "watch: off\n" ONE);
	wait_for_receipt(other, 2);
	cr_assert_eq(generation(still), before);
	watched_finish(other);
}

Test(watch, is_off_unless_it_is_on)
{
	watched *watch = watched_with(ONE);
	expect_still(watch);
	watched_finish(watch);
}

Test(watch, a_reload_turns_it_on)
{
	watched *watch = watched_with(ONE);
	scene_config(watch->here, WATCHING ONE);
	cr_assert_eq(brabeion_reload(watch->here->engine, NULL, NULL), BRABEION_OK);
	wait_for_quiet(watch);
	scene_config(watch->here, WATCHING TWO);
	wait_for_receipt(watch, 2);
	watched_finish(watch);
}

Test(watch, a_badges_yaml_turns_it_off)
{
	watched *watch = watched_with(WATCHING ONE);
	scene_config(watch->here, "watch: off\n" ONE);
	wait_for_receipt(watch, 1);
	expect_still(watch);
	scene_config(watch->here, WATCHING ONE);
	cr_assert_eq(brabeion_reload(watch->here->engine, NULL, NULL), BRABEION_OK);
	scene_config(watch->here, WATCHING TWO);
	wait_for_receipt(watch, 3);
	watched_finish(watch);
}

Test(watch, the_hosts_word_counts_and_not_the_files)
{
	watched *watch = watched_with(WATCHING ONE);
	cr_assert_eq(brabeion_watch(watch->here->engine, false, NULL), BRABEION_OK);
	expect_still(watch);
	scene_config(watch->here, WATCHING ONE);
	cr_assert_eq(brabeion_reload(watch->here->engine, NULL, NULL), BRABEION_OK);
	expect_still(watch);
	cr_assert_eq(brabeion_watch(watch->here->engine, true, NULL), BRABEION_OK);
	scene_config(watch->here, "watch: off\n" TWO);
	wait_for_receipt(watch, 2);
	scene_config(watch->here, "watch: off\n" ONE);
	wait_for_receipt(watch, 3);
	watched_finish(watch);
}

Test(watch, an_engine_may_be_opened_unwatched)
{
	watched *watch = watched_new();
	scene_config(watch->here, WATCHING ONE);
	watch->here->options.no_watch = true;
	watched_open(watch, false);
	expect_still(watch);
	cr_assert_eq(brabeion_watch(watch->here->engine, true, NULL), BRABEION_OK);
	scene_config(watch->here, TWO);
	wait_for_receipt(watch, 1);
	watched_finish(watch);
}

Test(watch, what_has_changed_before_it_is_turned_on_counts)
{
	watched *watch = watched_with(ONE);
	scene_config(watch->here, TWO);
	cr_assert_eq(brabeion_watch(watch->here->engine, true, NULL), BRABEION_OK);
	wait_for_receipt(watch, 1);
	expect_counts(watch, 2, 0, 0, 1);
	cr_assert_eq(brabeion_watch(watch->here->engine, true, NULL), BRABEION_OK);
	wait_for_quiet(watch);
	cr_assert_eq(generation(watch), 2);
	watched_finish(watch);
}

/* ---- callbacks ---- */

Test(watch, a_reload_by_hand_is_told_as_well)
{
	watched *watch = watched_with(ONE);
	scene_config(watch->here, TWO);
	cr_assert_eq(brabeion_reload(watch->here->engine, NULL, NULL), BRABEION_OK);
	cr_assert_eq(watch->receipts, 1);
	expect_counts(watch, 2, 0, 0, 1);
	scene_config(watch->here, "plugins: 5\n");
	cr_assert_eq(brabeion_reload(watch->here->engine, NULL, &watch->here->error), BRABEION_CONFIG);
	cr_assert_eq(watch->errors, 1);
	cr_assert_str_eq(watch->message, watch->here->error.message);
	cr_assert_eq(brabeion_off_reload(watch->here->engine, hear_reload, watch), BRABEION_OK);
	cr_assert_eq(brabeion_off_reload(watch->here->engine, hear_reload, watch), BRABEION_INVALID);
	cr_assert_eq(brabeion_reload(watch->here->engine, NULL, NULL), BRABEION_CONFIG);
	cr_assert_eq(watch->errors, 1);
	watched_finish(watch);
}

/* Makes calls that a reload callback may make, and calls that it may not. */
static void act_inside(void *context, const brabeion_receipt *receipt, const brabeion_error *error)
{
	watched *watch = context;
	(void)error;
	if (!receipt)
		return;
	brabeion_receipt untouched = BRABEION_RECEIPT(.generation = 77);
	brabeion_error refusal = BRABEION_NO_ERROR;
	brabeion_status answered = brabeion_reload(watch->here->engine, &untouched, &refusal);
	cr_assert_eq(untouched.generation, 77);
	cr_assert_str_eq(refusal.message, "called from inside an on-reload callback");
	brabeion_error_finish(&refusal);
	brabeion_close(watch->here->engine); /* does nothing */
	cr_assert_str_eq(scene_fire(watch->here, "visit", "inside"), "first-visit 1 ;");
	cr_assert_eq(brabeion_watch(watch->here->engine, false, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_watch(watch->here->engine, true, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_off_reload(watch->here->engine, act_inside, watch), BRABEION_OK);
	pthread_mutex_lock(&watch->lock);
	watch->answered = answered;
	pthread_mutex_unlock(&watch->lock);
}

Test(watch, a_callback_may_do_all_but_reload_and_close)
{
	watched *watch = watched_with(WATCHING ONE);
	cr_assert_eq(brabeion_off_reload(watch->here->engine, hear_reload, watch), BRABEION_OK);
	cr_assert_eq(brabeion_on_reload(watch->here->engine, act_inside, watch), BRABEION_OK);
	cr_assert_eq(brabeion_on_reload(watch->here->engine, hear_reload, watch), BRABEION_OK);
	scene_config(watch->here, WATCHING TWO);
	wait_for_receipt(watch, 1);
	cr_assert_eq(watch->answered, BRABEION_REENTRANT);
	cr_assert_eq(scene_count(watch->here, "inside"), 1);
	scene_config(watch->here, WATCHING ONE);
	wait_for_receipt(watch, 2);
	watched_finish(watch);
}

static void reload_other(void *context, const brabeion_receipt *receipt, const brabeion_error *error)
{
	(void)receipt, (void)error;
	watched *other = context;
	other->answered = brabeion_reload(other->here->engine, NULL, NULL);
}

Test(watch, a_callback_may_reload_another_engine)
{
	watched *one = watched_with(ONE), *other = watched_with(ONE);
	cr_assert_eq(brabeion_on_reload(one->here->engine, reload_other, other), BRABEION_OK);
	cr_assert_eq(brabeion_on_reload(other->here->engine, reload_other, one), BRABEION_OK);
	cr_assert_eq(brabeion_reload(one->here->engine, NULL, NULL), BRABEION_OK);
	cr_assert_eq(other->answered, BRABEION_OK);
	cr_assert_eq(one->answered, BRABEION_REENTRANT);
	watched_finish(one);
	watched_finish(other);
}

/* ---- life cycle ---- */

Test(watch, two_engines_do_not_know_of_each_other)
{
	watched *one = watched_with(WATCHING ONE), *other = watched_with(WATCHING ONE);
	scene_config(one->here, WATCHING TWO);
	wait_for_receipt(one, 1);
	cr_assert_eq(generation(other), 1);
	watched_finish(one);
	scene_config(other->here, WATCHING TWO);
	wait_for_receipt(other, 1);
	watched_finish(other);
}

static void *let_go(void *context)
{
	hold(context, false);
	return NULL;
}

/* A log record holds the watching thread in the middle of its reload, inside the engine's lock. */
Test(watch, an_engine_may_be_closed_while_it_reloads)
{
	pthread_t releasing;
	watched *watch = watched_with(WATCHING ONE);
	hold(watch, true);
	scene_config(watch->here, WATCHING "retention: 1d\n" TWO);
	struct timespec deadline;
	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += DEADLINE_S;
	pthread_mutex_lock(&watch->lock);
	while (!watch->is_inside)
		cr_assert_eq(pthread_cond_timedwait(&watch->changed, &watch->lock, &deadline), 0);
	pthread_mutex_unlock(&watch->lock);
	cr_assert_eq(pthread_create(&releasing, NULL, let_go, watch), 0);
	scene_close(watch->here);
	cr_assert_eq(watch->receipts, 1, "the reload under way was not finished");
	pthread_join(releasing, NULL);
	watched_finish(watch);
}

Test(watch, nothing_is_left_of_it_when_the_engine_is_closed)
{
	watched *watch = watched_new();
	scene_config(watch->here, WATCHING TWO);
	scene_open(watch->here);
	scene_close(watch->here);
	size_t descriptors = scene_count_entries("/proc/self/fd"), threads = scene_count_entries("/proc/self/task");
	for (int i = 0; i < 50; i++) {
		scene_open(watch->here);
		cr_assert_eq(scene_count_entries("/proc/self/task"), threads + 1);
		if (i % 2)
			scene_config(watch->here, i % 4 == 1 ? WATCHING ONE : WATCHING TWO);
		scene_close(watch->here);
	}
	cr_assert_eq(scene_count_entries("/proc/self/fd"), descriptors);
	cr_assert_eq(scene_count_entries("/proc/self/task"), threads);
	watched_finish(watch);
}

Test(watch, a_child_of_fork_is_none_of_its_business)
{
	watched *watch = watched_with(WATCHING ONE);
	int status = 0;
	pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child == 0) {
		bool refused = brabeion_watch(watch->here->engine, false, NULL) == BRABEION_FORKED &&
			       brabeion_on_reload(watch->here->engine, act_inside, watch) == BRABEION_FORKED;
		brabeion_close(watch->here->engine);
		_exit(refused ? 0 : 1);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
	scene_config(watch->here, WATCHING TWO);
	wait_for_receipt(watch, 1);
	watched_finish(watch);
}
