/*
 * badges.yaml as the operator uses it: settings of badges and plugins, overrides, a definition used several times, and
 * messages about misspelt keys. Not here: YAML itself, which has unit tests.
 */
#include "support/scene.h"

static void expect_refused(const char *text, const char *message)
{
	scene *here = scene_new();
	scene_config(here, text);
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
	cr_assert_str_eq(scene_message(here), message);
	scene_finish(here);
}

/* ---- settings ---- */

Test(settings, reach_the_badges_open)
{
	scene *here = scene_with("plugins:\n  - file: memory_user.so\n    badges:\n"
				 "      - { badge: memory-user, settings: { at: 2 } }\n");
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "");
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "memory-user 1 ;");
	scene_finish(here);
}

Test(settings, of_the_wrong_type_are_told_with_their_place)
{
	expect_refused("plugins:\n  - file: memory_user.so\n    badges:\n      - badge: memory-user\n"
		       "        settings:\n          at: three\n",
		       "badges.yaml:8:15: badge \"memory-user\": setting \"at\" must be an integer, not text");
	expect_refused("plugins:\n  - file: memory_user.so\n    badges:\n      - badge: memory-user\n"
		       "        settings: { at: [3] }\n",
		       "badges.yaml:7:25: badge \"memory-user\": setting \"at\" must be an integer, not a list");
	expect_refused("plugins:\n  - file: memory_user.so\n    badges:\n      - badge: memory-user\n"
		       "        settings: { name: { first: x } }\n",
		       "badges.yaml:7:27: badge \"memory-user\": setting \"name\" must be text, not a mapping");
}

Test(settings, that_the_badge_refuses_are_told_with_their_place)
{
	expect_refused("plugins:\n  - file: memory_user.so\n    badges:\n      - badge: memory-user\n"
		       "        settings: { name: x, at: 0 }\n",
		       "badges.yaml:7:34: badge \"memory-user\": must be at least 1");
	expect_refused("plugins:\n  - file: open_fails.so\n    badges:\n      - badge: open-fails\n"
		       "        settings: { count: 12 }\n",
		       "badges.yaml:7:28: badge \"open-fails\": must be a prime, not 12");
}

Test(settings, that_nobody_asked_for_are_refused_with_the_nearest_right_one)
{
	expect_refused(
		"plugins:\n  - file: unread_setting.so\n    badges:\n      - badge: unread-setting\n"
		"        settings: { coutn: 3 }\n",
		"badges.yaml:7:21: badge \"unread-setting\": unknown setting \"coutn\" (did you mean \"count\"?)");
	expect_refused("plugins:\n  - file: unread_setting.so\n    badges:\n      - badge: unread-setting\n"
		       "        settings: { count: 3, elephants: 4 }\n",
		       "badges.yaml:7:31: badge \"unread-setting\": unknown setting \"elephants\"");
}

Test(settings, may_nest_and_are_checked_within)
{
	scene *here = scene_with("plugins:\n  - file: unread_setting.so\n    badges:\n      - badge: unread-setting\n"
				 "        settings: { count: 3, window: { days: 4 } }\n");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "unread-setting 1 ;");
	scene_finish(here);
	expect_refused("plugins:\n  - file: unread_setting.so\n    badges:\n      - badge: unread-setting\n"
		       "        settings:\n          window:\n            day: 4\n",
		       "badges.yaml:9:13: badge \"unread-setting\": unknown setting \"window.day\" (did you mean "
		       "\"days\"?)");
	expect_refused(
		"plugins:\n  - file: unread_setting.so\n    badges:\n      - badge: unread-setting\n"
		"        settings: { window: { days: often } }\n",
		"badges.yaml:7:37: badge \"unread-setting\": setting \"window.days\" must be an integer, not text");
}

Test(settings, of_a_badge_that_takes_none_are_refused)
{
	expect_refused("plugins:\n  - file: good_one.so\n    badges:\n      - badge: good-one\n"
		       "        settings: { at: 3 }\n",
		       "badges.yaml:7:19: badge \"good-one\" takes no settings");
}

Test(settings, of_a_plugin_that_takes_none_are_refused)
{
	expect_refused(
		"plugins:\n  - file: good_one.so\n    settings: { at: 3 }\n",
		"badges.yaml:5:15: plugin \"good_one.so\" takes no settings of its own (those of a badge belong "
		"under `badges:`)");
}

Test(settings, of_a_plugin_reach_its_open)
{
	expect_refused("plugins:\n  - file: plugin_open_fails.so\n    settings: { colour: seven }\n",
		       "badges.yaml:5:25: plugin \"plugin_open_fails.so\": seven is not a colour");
}

/* ---- one definition, several badges ---- */

Test(settings, one_definition_makes_several_badges_each_with_settings_of_its_own)
{
	scene *here =
		scene_with("plugins:\n"
			   "  - file: memory_user.so\n"
			   "    badges:\n"
			   "      - { badge: memory-user, slug: at-one, settings: { at: 1, name: a } }\n"
			   "      - { badge: memory-user, slug: at-two, settings: { at: 2, name: b } }\n"
			   "      - { badge: memory-user, slug: other, events: [elsewhere], settings: { at: 1 } }\n");
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "at-one 1 ;");
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "at-two 1 ;");
	cr_assert_str_eq(scene_fire(here, "elsewhere", "ada"), "other 1 ;");
	scene_finish(here);
}

Test(settings, badges_of_one_plugin_share_their_memory)
{
	scene *here = scene_with("plugins:\n"
				 "  - file: memory_user.so\n"
				 "    badges:\n"
				 "      - { badge: memory-user, slug: first, settings: { at: 2 } }\n"
				 "      - { badge: memory-user, slug: second, settings: { at: 2 } }\n");
	cr_assert_str_eq(scene_fire(here, "memory", "ada"), "second 1 ;", "both count in the tally \"count\"");
	scene_finish(here);
}

Test(settings, one_definition_twice_under_one_slug_is_refused)
{
	expect_refused(
		"plugins:\n  - file: memory_user.so\n    badges:\n      - badge: memory-user\n"
		"      - badge: memory-user\n",
		"badges.yaml:7:16: slug \"memory-user\" is in use already, at badges.yaml:6:16: give this badge a "
		"\"slug\" of its own");
}

/* ---- overrides ---- */

Test(settings, levels_are_renamed)
{
	scene *here = scene_with("plugins:\n  - file: good_one.so\n    badges:\n      - badge: good-one\n"
				 "        levels:\n"
				 "          - { name: Tin, description: A little }\n"
				 "          - { name: Iron }\n"
				 "          - Steel\n");
	static const char *const names[] = { "Tin", "Iron", "Steel" };
	for (int i = 0; i < 3; i++) {
		brabeion_event event =
			BRABEION_EVENT(.name = "points", .user = "ada",
				       .fields = (brabeion_field[]){ BRABEION_INT("points", i == 0   ? 5
											    : i == 1 ? 50
												     : 500) },
				       .field_count = 1);
		brabeion_result result = scene_judge(here, &event);
		cr_assert_str_eq(result.awards[0].name, names[i]);
		cr_assert_str_eq(result.awards[0].description, i == 0 ? "A little" : "");
		brabeion_result_finish(&result);
	}
	scene_finish(here);
}

Test(settings, another_number_of_levels_is_refused)
{
	expect_refused("plugins:\n  - file: good_one.so\n    badges:\n      - badge: good-one\n"
		       "        levels: [Tin, Iron]\n",
		       "badges.yaml:7:17: badge \"good-one\" has 3 levels, 2 are given here: each needs its name");
}

Test(settings, a_badge_with_levels_from_config_takes_any_number)
{
	scene *here = scene_with("plugins:\n  - file: threshold.so\n    badges:\n      - badge: threshold\n"
				 "        slug: commentator\n"
				 "        events: [comment]\n"
				 "        levels: [Chatty, Commentator]\n"
				 "        settings: { count: events, at: [1, 2] }\n");
	cr_assert_str_eq(scene_fire(here, "comment", "ada"), "commentator 1 ;");
	cr_assert_str_eq(scene_fire(here, "comment", "ada"), "commentator 2 ;");
	cr_assert_str_eq(scene_fire(here, "comment", "ada"), "");
	scene_finish(here);
}

Test(settings, a_jump_awards_every_level_reached_lowest_first)
{
	scene *here = scene_with("plugins:\n  - file: threshold.so\n    badges:\n      - badge: threshold\n"
				 "        slug: generous\n"
				 "        events: [donation]\n"
				 "        levels: [Giver, Patron, Benefactor]\n"
				 "        settings: { count: sum, field: amount, at: [10, 100, 1000] }\n");
	cr_assert_str_eq(scene_fire(here, "donation", "ada", BRABEION_INT("amount", 150)),
			 "generous 1 ;generous 2 ;");
	cr_assert_str_eq(scene_fire(here, "donation", "ada", BRABEION_INT("amount", 850)), "generous 3 ;");
	cr_assert_str_eq(scene_fire(here, "donation", "ben", BRABEION_INT("amount", 5000)),
			 "generous 1 ;generous 2 ;generous 3 ;");
	scene_finish(here);
}

Test(settings, events_are_replaced)
{
	scene *here = scene_with("plugins:\n  - file: good_one.so\n    badges:\n"
				 "      - { badge: good-one, events: [elsewhere] }\n");
	cr_assert_str_eq(scene_fire(here, "points", "ada", BRABEION_INT("points", 5)), "unhandled");
	cr_assert_str_eq(scene_fire(here, "elsewhere", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	scene_finish(here);
}

Test(settings, badges_that_are_not_listed_are_not_loaded)
{
	scene *here = scene_with("plugins:\n  - file: good_many.so\n    badges: [{ badge: third-visit }]\n");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "");
	scene_fire(here, "visit", "ada");
	cr_assert_str_eq(scene_fire(here, "visit", "ada"), "third-visit 1 ;");
	scene_finish(here);
}

/* ---- misspelt keys ---- */

Test(settings, an_unknown_badge_is_told_with_the_nearest)
{
	expect_refused("plugins:\n  - file: good_many.so\n    badges:\n      - badge: fist-visit\n",
		       "badges.yaml:6:16: plugin \"good_many.so\" defines no badge \"fist-visit\" (did you mean "
		       "\"first-visit\"?)");
	expect_refused(
		"plugins:\n  - file: good_many.so\n    badges:\n      - badge: elephant\n",
		"badges.yaml:6:16: plugin \"good_many.so\" defines no badge \"elephant\"; it defines first-visit "
		"and others");
}

Test(settings, an_unknown_file_is_told_with_the_folders_and_the_nearest)
{
	scene *here = scene_new();
	scene_config(here, "plugins:\n  - file: god_one.so\n");
	cr_assert_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
	const char *message = scene_message(here);
	cr_assert(scene_message_begins(here, "badges.yaml:4:11: plugin \"god_one.so\": no such file in "), "%s",
		  message);
	cr_assert_not_null(strstr(message, BRB_TEST_PLUGIN_DIR), "%s", message);
	cr_assert_not_null(strstr(message, " (did you mean \"good_one.so\"?)"), "%s", message);
	scene_finish(here);
}

Test(settings, an_unknown_key_is_told_with_the_nearest)
{
	expect_refused("plugin: []\nplugins:\n  - file: good_one.so\n",
		       "badges.yaml:3:1: unknown key \"plugin\" (did you mean \"plugins\"?)");
}

Test(settings, several_faults_of_the_file_are_told_at_once_in_order)
{
	expect_refused(
		"plugins:\n"
		"  - file: good_one.so\n"
		"    badges:\n"
		"      - badge: good-one\n"
		"        level: [Tin]\n"
		"        events: []\n"
		"      - slug: Other\n"
		"busy_timeout: soon\n"
		"synchronous: maybe\n",
		"badges.yaml:7:9: unknown key \"level\" (did you mean \"levels\"?)\n"
		"badges.yaml:8:17: \"events\" is empty: leave it out, or list at least one event\n"
		"badges.yaml:9:9: a badge needs \"badge\"\n"
		"badges.yaml:9:15: \"slug\" must be 1 to 100 of a-z, 0-9, \".\", \"_\" and \"-\", not \"Other\"\n"
		"badges.yaml:10:15: \"busy_timeout\" must be a duration such as 5s, not \"soon\" (units: ms, s, m, "
		"h, d, w)\n"
		"badges.yaml:11:14: \"synchronous\" must be normal or full, not \"maybe\"");
}

/* ---- badges.yaml as text ---- */

static brabeion_status open_text(scene *here, const char *text)
{
	static const char *const own_keys[] = { "server", NULL };
	here->options.config_text = text;
	here->options.config_other_keys = own_keys;
	here->options.plugin_path = BRB_BUILD_DIR "/tests/plugins";
	return brabeion_open(&here->options, &here->engine, &here->error);
}

Test(settings, come_as_text_in_place_of_the_file)
{
	scene *here = scene_new();
	brabeion_receipt receipt = BRABEION_RECEIPT();
	cr_assert_eq(open_text(here, "server: { port: 80 }\nplugins: [{ file: memory_user.so }]\n"), BRABEION_OK,
		     "%s", here->error.message);
	cr_assert_neq(access(here->config, F_OK), 0, "no file is read or made");
	cr_assert_eq(access(here->database, F_OK), 0, "badges.db is beside where the file would be");
	cr_assert_eq(brabeion_reload(here->engine, &receipt, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_assert_eq(receipt.kept, 1);
	scene_finish(here);
}

Test(settings, as_text_are_reported_under_the_name_of_the_file)
{
	scene *here = scene_new();
	cr_assert_eq(open_text(here, "server: 1\nplugins: [{ file: memory_user.so }]\nserved: 2\n"), BRABEION_CONFIG);
	cr_assert_not_null(strstr(scene_message(here), "badges.yaml:3:1: unknown key \"served\""), "%s",
			   scene_message(here));
	scene_finish(here);
}
