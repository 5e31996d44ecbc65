/*
 * Reloading: the receipt, a faulty badges.yaml (the loaded badges stay), plugin files replaced under a running engine,
 * and awards of removed badges.
 */
#include <sqlite3.h>

#include "support/scene.h"

static const char good_badges[] = "plugins:\n  - file: good_one.so\n  - file: good_many.so\n";

static brabeion_receipt reload(scene *here)
{
	brabeion_receipt receipt =
		BRABEION_RECEIPT(.generation = 99, .added = 99, .changed = 99, .removed = 99, .kept = 99);
	cr_assert_eq(brabeion_reload(here->engine, &receipt, &here->error), BRABEION_OK, "%s", here->error.message);
	return receipt;
}

static void expect_counts(const brabeion_receipt *receipt, unsigned added, unsigned changed, unsigned removed,
			  unsigned kept)
{
	cr_assert_eq(receipt->added, added, "%u added", receipt->added);
	cr_assert_eq(receipt->changed, changed, "%u changed", receipt->changed);
	cr_assert_eq(receipt->removed, removed, "%u removed", receipt->removed);
	cr_assert_eq(receipt->kept, kept, "%u kept", receipt->kept);
}

/* The reload fails with this message and leaves the receipt unchanged. */
static void expect_refused(scene *here, const char *message)
{
	brabeion_receipt receipt = BRABEION_RECEIPT(.generation = 99);
	cr_assert_eq(brabeion_reload(here->engine, &receipt, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here), message);
	cr_assert_eq(receipt.generation, 99);
}

/* ---- the receipt ---- */

Test(reload, of_the_same_keeps_all)
{
	scene *here = scene_with(good_badges);
	brabeion_receipt receipt = reload(here);
	cr_assert_eq(receipt.generation, 2);
	expect_counts(&receipt, 0, 0, 0, 3);
	cr_assert_geq(receipt.load_us, 0);
	cr_assert_geq(receipt.publish_us, 0);
	cr_assert_lt(receipt.load_us, 60000000);
	scene_finish(here);
}

#define LEVELLED(levels)                                                                                          \
	"plugins:\n  - file: threshold.so\n    badges:\n      - { badge: threshold, slug: giver, events: [gift]," \
	" levels: [" levels "], settings: { at: [1, 2] } }\n"

Test(reload, tells_of_a_held_level_whose_name_has_another_number)
{
	scene *here = scene_with(LEVELLED("Giver, Patron"));
	cr_assert_str_eq(scene_fire(here, "gift", "ada"), "giver 1 ;");
	scene_config(here, LEVELLED("Donor, Patron"));
	reload(here);
	cr_expect_null(strstr(here->log, "was level"), "it is called otherwise: %s", here->log);
	scene_config(here, LEVELLED("New, Donor"));
	reload(here);
	cr_expect_not_null(strstr(here->log, "\"Donor\" was level 1 of badge \"giver\" and is level 2 now: who holds "
					     "level 1 can earn \"Donor\" anew"),
			   "%s", here->log);
	here->log[0] = '\0';
	scene_config(here, LEVELLED("Other, New"));
	reload(here);
	cr_expect_null(strstr(here->log, "was level"), "nobody holds New: %s", here->log);
	scene_finish(here);
}

Test(reload, counts_what_was_added_and_removed)
{
	scene *here = scene_with("plugins:\n  - file: good_one.so\n");
	scene_config(here, "plugins:\n  - file: good_many.so\n");
	brabeion_receipt receipt = reload(here);
	expect_counts(&receipt, 2, 0, 1, 0);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "first-visit 1 ;");
	scene_finish(here);
}

Test(reload, counts_other_levels_events_and_settings_as_changed)
{
	scene *here = scene_with("plugins:\n"
				 "  - file: memory_user.so\n"
				 "    badges:\n"
				 "      - { badge: memory-user, slug: settings, settings: { at: 3 } }\n"
				 "      - { badge: memory-user, slug: events, events: [memory] }\n"
				 "      - { badge: memory-user, slug: levels, levels: [{ name: Elephant }] }\n"
				 "      - { badge: memory-user, slug: same, settings: { name: other } }\n");
	scene_config(here, "plugins:\n"
			   "  - file: memory_user.so\n"
			   "    badges:\n"
			   "      - { badge: memory-user, slug: settings, settings: { at: 4 } }\n"
			   "      - { badge: memory-user, slug: events, events: [memory, more] }\n"
			   "      - { badge: memory-user, slug: levels, levels: [{ name: Mammoth }] }\n"
			   "      - { badge: memory-user, slug: same, settings: { name: other } }\n");
	brabeion_receipt receipt = reload(here);
	expect_counts(&receipt, 0, 3, 0, 1);
	scene_finish(here);
}

Test(reload, needs_neither_receipt_nor_error)
{
	scene *here = scene_with(good_badges);
	cr_assert_eq(brabeion_reload(here->engine, NULL, NULL), BRABEION_OK);
	scene_finish(here);
}

Test(reload, gives_each_badge_set_a_number)
{
	scene *here = scene_with(good_badges);
	for (uint64_t i = 2; i < 12; i++)
		cr_assert_eq(reload(here).generation, i);
	brabeion_badge_list list;
	cr_assert_eq(brabeion_badges(here->engine, NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.generation, 11);
	brabeion_badge_list_finish(&list);
	scene_finish(here);
}

Test(reload, many_times_leaves_no_descriptors_or_files, .timeout = 120)
{
	scene *here = scene_with(good_badges);
	scene_fire(here, "visit", "ada");
	reload(here);
	size_t descriptors = scene_count_entries("/proc/self/fd"), files = scene_count_entries(here->folder);
	for (int i = 0; i < 100; i++)
		reload(here);
	cr_assert_eq(scene_count_entries("/proc/self/fd"), descriptors);
	cr_assert_eq(scene_count_entries(here->folder), files);
	scene_finish(here);
}

/* ---- refused reloads ---- */

Test(reload, of_a_faulty_badges_yaml_leaves_the_old_badges_at_work_and_says_where)
{
	scene *here = scene_with(good_badges);
	scene_config(here, "plugins:\n  - file: good_one.so\n    bagdes: []\n");
	expect_refused(here, "badges.yaml:5:5: unknown key \"bagdes\" (did you mean \"badges\"?)");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;first-visit 1 ;");
	scene_config(here, good_badges);
	cr_assert_eq(reload(here).generation, 2, "the refused one has taken a number");
	scene_finish(here);
}

Test(reload, of_yaml_that_is_none_says_line_and_column)
{
	scene *here = scene_with(good_badges);
	scene_write(here, "badges.yaml", "plugins:\n  - file: [good_one.so\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_CONFIG);
	cr_assert(scene_message_begins(here, "badges.yaml:3:1: "), "%s", here->error.message);
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "first-visit 1 ;");
	scene_finish(here);
}

Test(reload, without_a_badges_yaml_leaves_the_old_badges_at_work)
{
	scene *here = scene_with(good_badges);
	cr_assert_eq(unlink(here->config), 0);
	expect_refused(here, "badges.yaml: No such file or directory");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "first-visit 1 ;");
	scene_finish(here);
}

Test(reload, with_another_database_is_refused)
{
	scene *here = scene_with(good_badges);
	scene_write(here, "badges.yaml", "database: other.db\nplugin_path: ['%s']\n%s", BRB_TEST_PLUGIN_DIR,
		    good_badges);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here), "badges.yaml: \"database\" is now \"other.db\", the engine is using "
					      "\"badges.db\": changing it needs a new open");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "first-visit 1 ;");
	scene_finish(here);
}

/* Not that it names another database than the one in use. */
Test(reload, of_an_emptied_file_says_that_it_is_empty)
{
	scene *here = scene_new();
	scene_write(here, "badges.yaml", "database: other.db\nplugin_path: ['%s']\n%s", BRB_TEST_PLUGIN_DIR,
		    good_badges);
	scene_open(here);
	scene_write(here, "badges.yaml", "%s", "");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here), "badges.yaml:1:1: the file is empty: it needs at least \"plugins\"");
	scene_write(here, "badges.yaml", "plugin_path: ['%s']\nplugins: nonsense\n", BRB_TEST_PLUGIN_DIR);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_CONFIG);
	cr_assert(scene_message_begins(here, "badges.yaml:2:10: "), "%s", here->error.message);
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "first-visit 1 ;");
	scene_finish(here);
}

Test(reload, ignores_the_files_database_when_the_options_name_one)
{
	scene *here = scene_new();
	scene_config(here, good_badges);
	here->options.database = here->database;
	scene_open(here);
	scene_write(here, "badges.yaml", "database: other.db\nplugin_path: ['%s']\n%s", BRB_TEST_PLUGIN_DIR,
		    good_badges);
	reload(here);
	scene_finish(here);
}

Test(reload, whose_names_cannot_be_stored_leaves_the_old_badges_at_work)
{
	scene *here = scene_with("plugins:\n  - file: good_one.so\nbusy_timeout: 20ms\n");
	sqlite3 *other = NULL;
	cr_assert_eq(sqlite3_open(here->database, &other), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	scene_config(here, good_badges);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_BUSY);
	sqlite3_close(other);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	expect_counts(&(brabeion_receipt[]){ reload(here) }[0], 2, 0, 0, 1);
	scene_finish(here);
}

/* ---- changed plugin files ---- */

/* Makes copy.so in the scene's folder, at first good_one; its badge is listed under its own slug. */
static scene *scene_with_copy(void)
{
	scene *here = scene_new();
	scene_copy_plugin(here, "good_one.so", "copy.so");
	scene_config(here, "plugins:\n  - file: copy.so\n");
	scene_open(here);
	return here;
}

Test(reload, a_plugin_file_that_is_overwritten_in_place_does_not_disturb_the_running_one)
{
	scene *here = scene_with_copy();
	scene_copy_plugin(here, "good_many.so", "copy.so");
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	brabeion_receipt receipt = reload(here);
	expect_counts(&receipt, 2, 0, 1, 0);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 50)), "first-visit 1 ;");
	scene_finish(here);
}

Test(reload, a_plugin_file_that_is_replaced_by_rename_is_taken_at_the_next_reload)
{
	scene *here = scene_with_copy();
	char new[SCENE_PATH_BYTES * 2], old[SCENE_PATH_BYTES * 2];
	scene_copy_plugin(here, "good_many.so", "new.so");
	snprintf(new, sizeof new, "%s/new.so", here->folder);
	snprintf(old, sizeof old, "%s/copy.so", here->folder);
	cr_assert_eq(rename(new, old), 0);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	brabeion_receipt receipt = reload(here);
	expect_counts(&receipt, 2, 0, 1, 0);
	scene_finish(here);
}

Test(reload, a_plugin_file_that_is_cut_short_is_refused_and_the_running_one_stays)
{
	scene *here = scene_with_copy();
	char path[SCENE_PATH_BYTES * 2];
	snprintf(path, sizeof path, "%s/copy.so", here->folder);
	cr_assert_eq(truncate(path, 2000), 0);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_CONFIG);
	cr_assert(scene_message_begins(here, "badges.yaml:4:11: plugin \"copy.so\" is cut short: "), "%s",
		  here->error.message);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	scene_finish(here);
}

Test(reload, a_plugin_file_that_is_gone_is_refused_and_the_running_one_stays)
{
	scene *here = scene_with_copy();
	char path[SCENE_PATH_BYTES * 2];
	snprintf(path, sizeof path, "%s/copy.so", here->folder);
	cr_assert_eq(unlink(path), 0);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_CONFIG);
	cr_assert(scene_message_begins(here, "badges.yaml:4:11: plugin \"copy.so\": no such file"), "%s",
		  here->error.message);
	cr_assert_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	scene_finish(here);
}

Test(reload, a_plugin_of_unchanged_content_keeps_its_image_and_its_globals)
{
	scene *here = scene_new();
	scene_copy_plugin(here, "counts_loads.so", "copy.so");
	scene_config(here, "plugins:\n  - file: copy.so\n");
	scene_open(here);
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "counts-loads 1 ;");
	scene_copy_plugin(here, "counts_loads.so", "copy.so"); /* the same bytes with another mtime */
	brabeion_receipt receipt = reload(here);
	expect_counts(&receipt, 0, 0, 0, 1);
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "counts-loads 2 ;");
	scene_finish(here);
}

/* ---- awards of removed badges ---- */

Test(reload, a_removed_badges_awards_still_show_under_their_stored_names)
{
	scene *here = scene_with(good_badges);
	scene_fire(here, "points", "ada", BRABEION_INT("points", 50));
	scene_config(here, "plugins:\n  - file: good_many.so\n");
	reload(here);
	brabeion_award_list list;
	for (int reopened = 0; reopened < 2; reopened++) {
		cr_assert_eq(brabeion_user_awards(here->engine, "ada", NULL, &list, NULL), BRABEION_OK);
		cr_assert_eq(list.count, 1);
		cr_assert_str_eq(list.awards[0].badge, "good-one");
		cr_assert_str_eq(list.awards[0].name, "Silver");
		cr_assert_str_eq(list.awards[0].description, "More than 10 points");
		brabeion_award_list_finish(&list);
		cr_assert_eq(brabeion_badge_awards(here->engine, "good-one", NULL, &list, NULL), BRABEION_OK);
		cr_assert_eq(list.count, 1);
		brabeion_award_list_finish(&list);
		cr_assert_eq(scene_count(here, "ada"), 1);
		scene_close(here);
		scene_open(here);
	}
	scene_finish(here);
}

Test(reload, a_badge_that_comes_back_is_not_earned_again)
{
	scene *here = scene_with(good_badges);
	scene_fire(here, "points", "ada", BRABEION_INT("points", 50));
	scene_config(here, "plugins:\n  - file: good_many.so\n");
	reload(here);
	scene_config(here, good_badges);
	reload(here);
	cr_assert_str_eq(scene_fire(here, "points", "ada", BRABEION_INT("points", 50)), "");
	cr_assert_eq(scene_count(here, "ada"), 1);
	scene_finish(here);
}

Test(reload, new_names_of_levels_show_on_old_awards)
{
	scene *here = scene_with("plugins:\n  - file: memory_user.so\n");
	cr_assert_str_eq(scene_fire(here, "memory", "ada", BRABEION_INT("value", 3)), "memory-user 1 ;");
	scene_config(here,
		     "plugins:\n  - file: memory_user.so\n    badges:\n"
		     "      - { badge: memory-user, levels: [{ name: Mammoth, description: Never forgets }] }\n");
	reload(here);
	brabeion_award_list list;
	cr_assert_eq(brabeion_user_awards(here->engine, "ada", NULL, &list, NULL), BRABEION_OK);
	cr_assert_str_eq(list.awards[0].name, "Mammoth");
	cr_assert_str_eq(list.awards[0].description, "Never forgets");
	brabeion_award_list_finish(&list);
	scene_finish(here);
}

Test(reload, what_plugins_remember_stays)
{
	scene *here = scene_with("plugins:\n  - file: good_many.so\n");
	scene_fire(here, "visit", "ada");
	scene_fire(here, "visit", "ada");
	reload(here);
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "third-visit 1 ;");
	scene_finish(here);
}

Test(reload, works_after_the_host_has_changed_its_working_directory)
{
	scene *here = scene_new();
	scene_config(here, good_badges);
	cr_assert_eq(chdir(here->folder), 0);
	here->options.config = "badges.yaml";
	scene_open(here);
	scene_fire(here, "visit", "ada");
	cr_assert_eq(chdir("/"), 0);
	cr_assert_eq(scene_count(here, "ada"), 1);
	brabeion_receipt receipt = reload(here);
	expect_counts(&receipt, 0, 0, 0, 3);
	cr_assert_str_eq(scene_fire(here, "visit", "ben"), "first-visit 1 ;");
	scene_close(here);
	cr_assert_eq(scene_count_entries(here->folder), 2);
	scene_finish(here);
}

/* ---- a start while badges.yaml is broken ---- */

static void open_and_close(scene *here)
{
	scene_open(here);
	scene_close(here);
	here->log[0] = '\0';
}

static bool is_last_good(scene *here)
{
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	cr_assert_eq(brabeion_stats(here->engine, &report, &here->error), BRABEION_OK);
	bool is = report.last_good;
	brabeion_stats_finish(&report);
	return is;
}

/* A plugin of the scene's folder, and `last_good`. */
static scene *scene_with_last_good(void)
{
	scene *here = scene_new();
	scene_copy_plugin(here, "good_one.so", "own.so");
	scene_config(here, "last_good: on\nplugins:\n  - file: own.so\n");
	open_and_close(here);
	return here;
}

static void expect_start_with_last_good(scene *here, const char *fault)
{
	scene_open(here);
	cr_expect_not_null(strstr(here->log, "error: started with the last badge set that worked (last_good)"), "%s",
			   here->log);
	cr_expect_not_null(strstr(here->log, fault), "%s", here->log);
	cr_expect(is_last_good(here));
	cr_expect_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	cr_expect_neq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK);
	cr_expect(is_last_good(here));
}

Test(last_good, starts_a_server_while_the_file_is_broken)
{
	scene *here = scene_with_last_good();
	scene_write(here, "badges.yaml", "plugins:\n  - file: [own.so\n");
	expect_start_with_last_good(here, "badges.yaml:3:1: ");
	scene_config(here, "last_good: on\nplugins:\n  - file: good_many.so\n");
	cr_expect_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_expect_not(is_last_good(here));
	cr_expect_str_eq(scene_fire(here, "visit", "bob", BRABEION_INT("points", 5)), "first-visit 1 ;");
	scene_close(here);
	cr_assert_eq(unlink(here->config), 0);
	scene_open(here);
	cr_expect_str_eq(scene_fire(here, "visit", "eve", BRABEION_INT("points", 5)), "first-visit 1 ;",
			 "what was kept last");
	scene_finish(here);
}

Test(last_good, starts_a_server_while_a_plugin_is_broken)
{
	scene *here = scene_with_last_good();
	scene_write(here, "own.so", "half of it");
	expect_start_with_last_good(here, "plugin \"own.so\"");
	scene_finish(here);
}

Test(last_good, is_for_that_file_and_for_servers)
{
	char other[SCENE_PATH_BYTES * 2];
	scene *here = scene_with_last_good();
	scene_write(here, "badges.yaml", "%s", "");
	cr_expect_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
	here->options.time = BRABEION_TIME_HISTORY;
	cr_expect_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_CONFIG);
	here->options.time = BRABEION_TIME_LIVE;
	snprintf(other, sizeof other, "%s/other.yaml", here->folder);
	here->options.config = other;
	scene_write(here, "other.yaml", "%s", "");
	cr_expect_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_CONFIG);
	scene_finish(here);
}

Test(last_good, is_used_only_where_nobody_else_can_change_it)
{
	char kept[SCENE_PATH_BYTES * 2];
	scene *here = scene_with_last_good();
	snprintf(kept, sizeof kept, "%s/badges.db-last-good", here->folder);
	scene_write(here, "badges.yaml", "%s", "");
	cr_assert_eq(chmod(kept, 0777), 0);
	cr_expect_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_CONFIG);
	cr_assert_eq(chmod(kept, 0700), 0);
	scene_open(here);
	scene_finish(here);
}

Test(last_good, is_removed_when_the_file_no_longer_says_so)
{
	scene *here = scene_with_last_good();
	scene_config(here, good_badges);
	open_and_close(here);
	scene_write(here, "badges.yaml", "%s", "");
	cr_expect_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_CONFIG);
	cr_expect_str_eq(scene_message(here), "badges.yaml:1:1: the file is empty: it needs at least \"plugins\"");
	scene_finish(here);
}
