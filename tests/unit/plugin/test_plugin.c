/*
 * plugin: an entry of badges.yaml and a file -> badges with instances: the plugin's definitions, overridden by
 * badges.yaml; each fault is reported with its line and column.
 */
#include "plugin/plugin.h"
#include "support/loading_fixture.h"

TestSuite(plugin, .init = open_loading_fixture, .fini = close_loading_fixture);

static brabeion_status try_plugin(const char *lines, brb_plugin **plugin, brabeion_error *error)
{
	configure(lines);
	const brb_config_plugin *entry = &config->plugins[0];
	brb_plugin *prepared = NULL;
	brabeion_status status = brb_plugin_prepare(config, entry, copies, &prepared, error);
	if (status == BRABEION_OK)
		status = brb_plugin_link(config, entry, (brb_plugin_before){ NULL, NULL }, &captured_log, prepared,
					 error);
	if (status == BRABEION_OK)
		*plugin = prepared;
	else
		brb_plugin_close(prepared);
	return status == BRABEION_CONFIG ? brb_config_verdict(config, error) : status;
}

static brb_plugin *open_plugin(const char *lines)
{
	brb_plugin *plugin = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(try_plugin(lines, &plugin, &error), BRABEION_OK, "%s", error.message);
	cr_assert_null(error.message);
	return plugin;
}

static void expect_refused(const char *lines, const char *message)
{
	brb_plugin *plugin = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(try_plugin(lines, &plugin, &error), BRABEION_CONFIG);
	cr_expect_null(plugin);
	cr_expect_str_eq(error.message ? error.message : "(none)", message, "%s", error.message);
	brabeion_error_finish(&error);
}

/* ---- plugin definitions ------------------------------------------------------------------------------------------ */

Test(plugin, without_badges_it_brings_all_that_it_defines)
{
	brb_plugin *plugin = open_plugin("  - file: good_many.so\n");
	cr_expect_str_eq(plugin->id, "good-many");
	cr_expect_str_eq(plugin->version, "1.0");
	cr_expect_str_eq(plugin->path, BRB_TEST_PLUGIN_DIR "/good_many.so");
	cr_expect_eq(plugin->at.line, 4);
	cr_expect_eq(plugin->at.column, 11);
	cr_expect_eq(plugin->watch_count, 1);
	cr_expect_not_null(plugin->observe);
	cr_assert_eq(plugin->badge_count, 2);
	const brb_badge *badge = &plugin->badges[1];
	cr_expect_eq(badge->plugin, plugin);
	cr_expect_str_eq(badge->slug, "third-visit");
	cr_expect_str_eq(badge->definition, "third-visit");
	cr_expect_eq(badge->at.line, 4);
	cr_expect_not(badge->multiple);
	cr_assert_eq(badge->level_count, 1);
	cr_expect_str_eq(badge->levels[0].name, "Regular");
	cr_assert_eq(badge->event_count, 1);
	cr_expect_str_eq(badge->events[0], "visit");
	cr_expect_not_null(badge->award);
	cr_expect_str_eq(logged, "");
	brb_plugin_close(plugin);
	brb_plugin_close(NULL);
}

/* ---- overrides by badges.yaml ------------------------------------------------------------------------------------ */

Test(plugin, one_definition_under_several_slugs)
{
	brb_plugin *plugin = open_plugin("  - file: good_one.so\n"
					 "    badges:\n"
					 "      - badge: good-one\n"
					 "        slug: likes\n"
					 "        events: [like, love]\n"
					 "        levels:\n"
					 "          - { name: Liked, description: One like }\n"
					 "          - { name: Loved }\n"
					 "          - { name: Adored, description: Many likes }\n"
					 "      - badge: good-one\n");
	cr_assert_eq(plugin->badge_count, 2);
	const brb_badge *badge = &plugin->badges[0];
	cr_expect_str_eq(badge->slug, "likes");
	cr_expect_str_eq(badge->definition, "good-one");
	cr_expect_eq(badge->at.line, 7);
	cr_expect_eq(badge->at.column, 15);
	cr_assert_eq(badge->event_count, 2);
	cr_expect_str_eq(badge->events[1], "love");
	cr_assert_eq(badge->level_count, 3);
	cr_expect_str_eq(badge->levels[0].name, "Liked");
	cr_expect_str_eq(badge->levels[0].description, "One like");
	cr_expect_str_eq(badge->levels[1].description, "", "a description is optional");
	badge = &plugin->badges[1];
	cr_expect_str_eq(badge->slug, "good-one");
	cr_expect_str_eq(badge->levels[0].name, "Bronze");
	cr_expect_str_eq(badge->events[0], "visit");
	cr_expect_eq(plugin->badges[0].award, plugin->badges[1].award);
	brb_plugin_close(plugin);
}

/* The configuration is read during the call only. */
Test(plugin, it_outlives_its_configuration)
{
	brb_plugin *plugin = open_plugin("  - file: good_one.so\n"
					 "    badges: [{ badge: good-one, slug: likes, events: [like],"
					 " levels: [{ name: A }, { name: B }, { name: C }] }]\n");
	brb_config_close(config);
	config = NULL;
	cr_expect_str_eq(plugin->path, BRB_TEST_PLUGIN_DIR "/good_one.so");
	cr_expect_str_eq(plugin->badges[0].slug, "likes");
	cr_expect_str_eq(plugin->badges[0].events[0], "like");
	cr_expect_str_eq(plugin->badges[0].levels[2].name, "C");
	brb_plugin_close(plugin);
}

Test(plugin, settings_reach_the_badges_open_and_its_instance_is_closed)
{
	brb_plugin *plugin =
		open_plugin("  - file: memory_user.so\n"
			    "    badges:\n"
			    "      - { badge: memory-user, slug: five, settings: { at: 5, name: fives } }\n"
			    "      - { badge: memory-user, slug: three }\n");
	cr_assert_eq(plugin->badge_count, 2);
	cr_expect_eq(*(int64_t *)plugin->badges[0].self, 5);
	cr_expect_eq(*(int64_t *)plugin->badges[1].self, 3);
	cr_expect_not_null(plugin->badges[0].instance);
	brb_plugin_close(plugin); /* the leak checker detects an instance left open */
}

Test(plugin, a_badge_may_be_earned_again_after_a_revocation_where_the_file_says_so)
{
	brb_plugin *plugin =
		open_plugin("  - file: good_one.so\n"
			    "    badges: [{ badge: good-one, slug: a, rearn: true },"
			    " { badge: good-one, slug: b }, { badge: good-one, slug: c, rearn: false }]\n");
	cr_expect(plugin->badges[0].rearn);
	cr_expect_not(plugin->badges[1].rearn);
	cr_expect_not(plugin->badges[2].rearn);
	brb_plugin_close(plugin);
}

Test(plugin, levels_from_config_takes_any_number)
{
	brb_plugin *plugin =
		open_plugin("  - file: levels_from_config.so\n"
			    "    badges:\n"
			    "      - { badge: levels-from-config, slug: two, levels: [{ name: A }, { name: B }] }\n"
			    "      - { badge: levels-from-config, slug: one, levels: [{ name: A }] }\n");
	cr_expect_eq(plugin->badges[0].level_count, 2);
	cr_expect_eq(*(const int32_t *)plugin->badges[0].self, 2, "its open sees how many");
	cr_expect_eq(plugin->badges[1].level_count, 1);
	cr_expect_eq(*(const int32_t *)plugin->badges[1].self, 1);
	brb_plugin_close(plugin);
}

Test(plugin, levels_from_config_takes_one_mapping_for_all)
{
	brb_plugin *plugin = open_plugin("  - file: levels_from_config.so\n"
					 "    badges:\n"
					 "      - badge: levels-from-config\n"
					 "        levels: { name: 'Crawler {n}', description: 'Level {level}' }\n"
					 "        settings: { at: { every: 5, to: 10 } }\n");
	const brb_badge *badge = &plugin->badges[0];
	cr_assert_eq(badge->level_count, 2);
	cr_expect_str_eq(badge->levels[1].name, "Crawler 10");
	cr_expect_str_eq(badge->levels[1].description, "Level 2");
	brb_plugin_close(plugin);
}

Test(plugin, levels_of_its_own_are_not_given_by_one_mapping)
{
	expect_refused(
		"  - file: good_one.so\n"
		"    badges: [{ badge: good-one, levels: { name: A }, settings: { at: [1, 2, 3] } }]\n",
		"badges.yaml:5:41: badge \"good-one\" has 3 levels of its plugin's: they cannot be given by one "
		"mapping for all, only in a list");
}

Test(plugin, levels_from_config_without_any_is_a_badge_without_levels)
{
	expect_refused("  - file: levels_from_config.so\n",
		       "badges.yaml:4:11: badge \"levels-from-config\" has no levels: it could never be awarded");
}

/* ---- faults ------------------------------------------------------------------------------------------------------ */

Test(plugin, a_file_that_is_no_plugin)
{
	expect_refused("  - file: no_symbol.so\n",
		       "badges.yaml:4:11: plugin \"no_symbol.so\" has no badge_plugin_v1: is "
		       "it a brabeion plugin?");
	expect_refused("  - file: wrong_magic.so\n",
		       "badges.yaml:4:11: plugin \"wrong_magic.so\" has the magic number "
		       "0x32444700, not 0x32444742: it was not made with "
		       "brabeion/badge.h");
	expect_refused("  - file: null_award.so\n", "badges.yaml:4:11: plugin \"null_award.so\" is wrong in badge "
						    "\"null-award\": listens to events but has no function `award`");
}

Test(plugin, a_definition_that_is_not_there)
{
	expect_refused("  - file: good_many.so\n    badges: [{ badge: first-vist }]\n",
		       "badges.yaml:5:23: plugin \"good_many.so\" defines no badge \"first-vist\" (did you mean "
		       "\"first-visit\"?)");
	expect_refused("  - file: good_many.so\n    badges: [{ badge: nothing-like-it }]\n",
		       "badges.yaml:5:23: plugin \"good_many.so\" defines no badge \"nothing-like-it\"; it defines "
		       "first-visit and others");
	expect_refused("  - file: good_one.so\n    badges: [{ badge: nothing-like-it }]\n",
		       "badges.yaml:5:23: plugin \"good_one.so\" defines no badge \"nothing-like-it\"; it defines "
		       "good-one");
}

Test(plugin, another_number_of_levels)
{
	expect_refused("  - file: good_one.so\n    badges: [{ badge: good-one, slug: x, levels: [{ name: A }] }]\n",
		       "badges.yaml:5:50: badge \"x\" has 3 levels, 1 are given here: each needs its name");
	expect_refused("  - file: good_many.so\n"
		       "    badges: [{ badge: first-visit, levels: [{ name: A }, { name: B }] }]\n",
		       "badges.yaml:5:44: badge \"first-visit\" has 1 level, 2 are given here: each needs its name");
}

Test(plugin, a_badge_without_levels)
{
	expect_refused("  - file: no_levels.so\n",
		       "badges.yaml:4:11: badge \"no-levels\" has no levels: it could never be awarded");
}

Test(plugin, a_badge_without_events_is_warned_of)
{
	brb_plugin *plugin = open_plugin("  - file: no_events.so\n");
	cr_expect_eq(plugin->badge_count, 1);
	cr_expect_str_eq(logged, "2: badges.yaml:4:11: badge \"no-events\" listens to no event: only badge_grant can "
				 "award it\n");
	brb_plugin_close(plugin);
	logged[0] = '\0';
	plugin = open_plugin("  - file: no_events.so\n    badges: [{ badge: no-events, events: [visit] }]\n");
	cr_expect_eq(plugin->badges[0].event_count, 1);
	cr_expect_str_eq(logged, "");
	brb_plugin_close(plugin);
}

Test(plugin, an_async_badge)
{
	brb_plugin *plugin = open_plugin("  - file: async_badge.so\n"
					 "    badges: [{ badge: async-badge, slug: a },"
					 " { badge: async-badge, slug: b, async: false },"
					 " { badge: async-badge, slug: c, async: true }]\n");
	cr_expect(plugin->badges[0].async);
	cr_expect_not(plugin->badges[1].async, "badges.yaml decides");
	cr_expect(plugin->badges[2].async);
	cr_expect_null(plugin->badges[0].freeze);
	cr_expect_neq(plugin->badges[0].fingerprint, plugin->badges[1].fingerprint);
	brb_plugin_close(plugin);
}

Test(plugin, any_badge_is_async_where_badges_yaml_says_so)
{
	brb_plugin *plugin = open_plugin("  - file: good_one.so\n"
					 "    badges: [{ badge: good-one, slug: a, async: true },"
					 " { badge: good-one, slug: b }]\n");
	cr_expect(plugin->badges[0].async);
	cr_expect_not(plugin->badges[1].async);
	brb_plugin_close(plugin);
}

Test(plugin, a_badge_with_freeze_is_async)
{
	brb_plugin *plugin = open_plugin("  - file: freezing.so\n");
	cr_expect(plugin->badges[0].async);
	cr_expect_not_null(plugin->badges[0].freeze);
	brb_plugin_close(plugin);
	expect_refused(
		"  - file: freezing.so\n    badges: [{ badge: freezing, async: false }]\n",
		"badges.yaml:5:40: badge \"freezing\" adds to an event's state for its later judgement (it has a "
		"function `freeze`): it cannot be judged at once");
}

Test(plugin, a_badge_is_temporary_where_badges_yaml_says_so)
{
	brb_plugin *plugin = open_plugin("  - file: good_one.so\n"
					 "    badges: [{ badge: good-one, slug: a, temporary: true },"
					 " { badge: good-one, slug: b }]\n");
	cr_expect(plugin->badges[0].temporary);
	cr_expect_not(plugin->badges[1].temporary);
	cr_expect_neq(plugin->badges[0].fingerprint, plugin->badges[1].fingerprint, "a reload tells");
	brb_plugin_close(plugin);
}

Test(plugin, what_cannot_lapse_cannot_be_temporary)
{
	expect_refused("  - file: obedient.so\n    badges: [{ badge: many, temporary: true }]\n",
		       "badges.yaml:5:40: badge \"many\" is multiple: each of its awards is for something that has "
		       "happened, and stays. Only badges that a user holds once can be temporary");
	expect_refused("  - file: obedient.so\n    badges:\n      - badge: gift\n        temporary: true\n",
		       "badges.yaml:7:20: badge \"gift\" judges no events (it has no function `award`), so it would "
		       "never lapse: it cannot be temporary");
}

/* ---- an `open` that fails ---------------------------------------------------------------------------------------- */

Test(plugin, a_badges_open_that_refuses)
{
	expect_refused("  - file: open_fails.so\n", "badges.yaml:4:11: badge \"open-fails\": must be a prime, not 4");
	expect_refused("  - file: open_fails.so\n"
		       "    badges:\n"
		       "      - badge: open-fails\n"
		       "        slug: never\n"
		       "        settings:\n"
		       "          count: 9\n",
		       "badges.yaml:9:18: badge \"never\": must be a prime, not 9");
}

Test(plugin, a_plugins_open_that_refuses)
{
	expect_refused("  - file: plugin_open_fails.so\n    settings: { colour: loud }\n",
		       "badges.yaml:5:25: plugin \"plugin_open_fails.so\": loud is not a colour");
	expect_refused("  - file: plugin_open_fails.so\n",
		       "badges.yaml:4:11: plugin \"plugin_open_fails.so\": nothing is not a colour");
}

Test(plugin, settings_for_a_plugin_that_takes_none)
{
	expect_refused("  - file: good_one.so\n    badges: [{ badge: good-one, settings: { at: 5 } }]\n",
		       "badges.yaml:5:43: badge \"good-one\" takes no settings");
	expect_refused(
		"  - file: good_one.so\n    settings: { at: 5 }\n",
		"badges.yaml:5:15: plugin \"good_one.so\" takes no settings of its own (those of a badge belong "
		"under `badges:`)");
	brb_plugin_close(open_plugin("  - file: good_one.so\n    badges: [{ badge: good-one, settings: {} }]\n"));
}

Test(plugin, settings_that_nobody_reads)
{
	expect_refused("  - file: unread_setting.so\n"
		       "    badges:\n"
		       "      - badge: unread-setting\n"
		       "        settings: { count: 3, colour: red, window: { dyas: 3 } }\n",
		       "badges.yaml:7:31: badge \"unread-setting\": unknown setting \"colour\"\n"
		       "badges.yaml:7:54: badge \"unread-setting\": unknown setting \"window.dyas\" (did you mean "
		       "\"days\"?)");
}

Test(plugin, all_faults_of_a_plugin_are_reported)
{
	expect_refused("  - file: memory_user.so\n"
		       "    badges:\n"
		       "      - { badge: memory-usr, slug: a }\n"
		       "      - { badge: memory-user, slug: well }\n"
		       "      - { badge: memory-user, slug: b, levels: [{ name: A }, { name: B }] }\n"
		       "      - { badge: memory-user, slug: c, settings: { at: 0 } }\n"
		       "      - { badge: memory-user, slug: d, settings: { at: many } }\n",
		       "badges.yaml:6:18: plugin \"memory_user.so\" defines no badge \"memory-usr\" (did you mean "
		       "\"memory-user\"?)\n"
		       "badges.yaml:8:48: badge \"b\" has 1 level, 2 are given here: each needs its name\n"
		       "badges.yaml:9:56: badge \"c\": must be at least 1\n"
		       "badges.yaml:10:56: badge \"d\": setting \"at\" must be an integer, not text");
}

/* ---- what a reload may change ------------------------------------------------------------------------------------ */

static uint64_t fingerprint(const char *lines)
{
	brb_plugin *plugin = open_plugin(lines);
	uint64_t taken = plugin->badges[0].fingerprint;
	brb_plugin_close(plugin);
	return taken;
}

/* FNV-1a, 64 bit, of texts, each with its NUL. */
static uint64_t fnv_1a(const char *const *texts, size_t count)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < count; i++)
		for (size_t at = 0; at <= strlen(texts[i]); at++)
			hash = (hash ^ (unsigned char)texts[i][at]) * UINT64_C(1099511628211);
	return hash;
}

/* The value is stored by backfills, which another build may continue, so it must not change. */
Test(plugin, the_fingerprint_is_the_same_in_every_build)
{
	brb_plugin *plugin = open_plugin("  - file: good_one.so\n");
	const char *const texts[] = {
		brb_image_sha256(plugin->image),
		"good-one",
		"", /* not rearn */
		"", /* not temporary */
		"100 10 1000000",
		"", /* not async */
		"Bronze",
		"More than 0 points",
		"Silver",
		"More than 10 points",
		"Gold",
		"More than 100 points",
		"", /* no color */
		"visit",
		"points",
		"", /* no settings of the plugin */
		"", /* no settings of the badge */
	};
	cr_expect_eq(plugin->badges[0].fingerprint, fnv_1a(texts, sizeof texts / sizeof texts[0]));
	brb_plugin_close(plugin);
}

Test(plugin, the_fingerprint_is_of_all_that_a_reload_may_change)
{
	static const char *const others[] = {
		"  - file: memory_user.so\n    badges: [{ badge: memory-user, events: [other] }]\n",
		"  - file: memory_user.so\n    badges: [{ badge: memory-user, events: [memory, other] }]\n",
		"  - file: memory_user.so\n    badges: [{ badge: memory-user, levels: [{ name: E }] }]\n",
		"  - file: memory_user.so\n    badges: [{ badge: memory-user, levels: [{ name: Elephant, "
		"description: x }] "
		"}]\n",
		"  - file: memory_user.so\n    badges: [{ badge: memory-user, settings: { at: 4 } }]\n",
		"  - file: memory_user.so\n    badges: [{ badge: memory-user, settings: { at: 5 } }]\n",
		"  - file: memory_user.so\n    badges: [{ badge: memory-user, settings: { name: at } }]\n",
		"  - file: memory_user.so\n    badges: [{ badge: memory-user, rearn: true }]\n",
		"  - file: levels_from_config.so\n    badges: [{ badge: levels-from-config, slug: memory-user, "
		"events: "
		"[memory], levels: [{ name: Elephant, description: Remembered enough }] }]\n",
	};
	uint64_t seen[12];
	seen[0] = fingerprint("  - file: memory_user.so\n");
	cr_expect_eq(fingerprint("  - file: memory_user.so\n"), seen[0]);
	cr_expect_eq(fingerprint("\n\n  - file: memory_user.so\n    badges: [{ badge: memory-user }]\n"), seen[0],
		     "where it stands in the file is nothing");
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		seen[i + 1] = fingerprint(others[i]);
		for (size_t j = 0; j <= i; j++)
			cr_expect_neq(seen[i + 1], seen[j], "%s", others[i]);
	}
}
