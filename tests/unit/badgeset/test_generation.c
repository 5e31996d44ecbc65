/*
 * generation: a configuration and its plugins -> badges and routes, in the order of the file; duplicate names are
 * refused; all faults are reported at once.
 */
#include "badgeset/generation.h"
#include "support/loading_fixture.h"

TestSuite(generation, .init = open_loading_fixture, .fini = close_loading_fixture);

static brb_generation *open_generation(const char *lines)
{
	brb_generation *generation = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	configure(lines);
	cr_assert_eq(brb_generation_open(config, copies, NULL, &captured_log, &generation, &error), BRABEION_OK, "%s",
		     error.message);
	cr_assert_null(error.message);
	return generation;
}

static void expect_refused(const char *lines, const char *message)
{
	brb_generation *generation = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	configure(lines);
	cr_expect_eq(brb_generation_open(config, copies, NULL, &captured_log, &generation, &error), BRABEION_CONFIG);
	cr_expect_eq(brb_config_verdict(config, &error), BRABEION_CONFIG);
	cr_expect_null(generation);
	cr_expect_str_eq(error.message ? error.message : "(none)", message, "%s", error.message);
	brabeion_error_finish(&error);
}

/* The slugs of a route, "(id)" for an observe, each followed by a space. */
static const char *route_of(const brb_generation *generation, const char *event)
{
	static char text[1024];
	const brb_route *route = brb_generation_route(generation, event);
	text[0] = '\0';
	if (!route)
		return "(none)";
	cr_expect_str_eq(route->event, event);
	for (uint32_t i = 0; i < route->step_count; i++) {
		const brb_route_step *step = &route->steps[i];
		cr_expect(!step->badge || step->badge->plugin == step->plugin);
		snprintf(text + strlen(text), sizeof text - strlen(text), step->badge ? "%s " : "(%s) ",
			 step->badge ? step->badge->slug : step->plugin->id);
	}
	return text;
}

Test(generation, routes_follow_the_file)
{
	brb_generation *generation = open_generation("  - file: good_many.so\n"
						     "  - file: good_one.so\n"
						     "    badges:\n"
						     "      - { badge: good-one, slug: z }\n"
						     "      - { badge: good-one, slug: a, events: [other, visit] }\n"
						     "  - file: counts_loads.so\n");
	cr_expect_str_eq(route_of(generation, "visit"), "(good-many) first-visit third-visit z a counts-loads ");
	cr_expect_str_eq(route_of(generation, "points"), "z ");
	cr_expect_str_eq(route_of(generation, "other"), "a ");
	cr_expect_str_eq(route_of(generation, "nothing"), "(none)");
	cr_expect_str_eq(route_of(generation, ""), "(none)");
	cr_expect_null(generation->on_awarded);
	cr_assert_eq(generation->badge_count, 5);
	cr_expect_str_eq(generation->badges[0]->slug, "first-visit");
	cr_expect_str_eq(generation->badges[4]->slug, "counts-loads");
	cr_expect_eq(brb_table_get(&generation->slugs, "a"), generation->badges[3]);
	cr_expect_null(brb_table_get(&generation->slugs, "good-one"));
	brb_generation_close(generation);
	brb_generation_close(NULL);
}

Test(generation, an_event_named_twice_is_routed_once)
{
	brb_generation *generation = open_generation("  - file: events_twice.so\n  - file: counts_loads.so\n");
	cr_expect_str_eq(route_of(generation, "visit"), "(events-twice) events-twice counts-loads ");
	cr_expect_str_eq(route_of(generation, "other"), "(events-twice) events-twice ");
	brb_generation_close(generation);
}

Test(generation, the_route_of_awards_is_kept)
{
	brb_generation *generation =
		open_generation("  - file: good_one.so\n"
				"    badges: [{ badge: good-one, events: [brabeion.awarded] }]\n");
	cr_assert_not_null(generation->on_awarded);
	cr_expect_eq(generation->on_awarded, brb_generation_route(generation, "brabeion.awarded"));
	cr_expect_str_eq(route_of(generation, "brabeion.awarded"), "good-one ");
	brb_generation_close(generation);
}

Test(generation, many_badges_of_one_plugin_on_one_event)
{
	char lines[20000] = "  - file: good_one.so\n    badges:\n";
	for (int i = 0; i < 200; i++)
		snprintf(lines + strlen(lines), sizeof lines - strlen(lines),
			 "      - { badge: good-one, slug: s%d }\n", i);
	brb_generation *generation = open_generation(lines);
	const brb_route *route = brb_generation_route(generation, "visit");
	cr_assert_eq(route->step_count, 200);
	cr_expect_str_eq(route->steps[0].badge->slug, "s0");
	cr_expect_str_eq(route->steps[199].badge->slug, "s199");
	brb_generation_close(generation);
}

/* ---- stored numbers ---------------------------------------------------------------------------------------------- */

/* The last level of the second badge is this one. */
static brb_generation *open_two(const char *level)
{
	char lines[300];
	snprintf(lines, sizeof lines,
		 "  - file: good_one.so\n"
		 "    badges:\n"
		 "      - { badge: good-one, slug: kept }\n"
		 "      - { badge: good-one, slug: renamed, levels: [B, S, %s] }\n"
		 "  - file: counts_loads.so\n",
		 level);
	return open_generation(lines);
}

Test(generation, current_badges_keep_their_numbers)
{
	brb_generation *before = open_two("{ name: A, description: a }");
	brb_generation *after = open_two("{ name: A, description: other }");
	brb_generation *fewer = open_generation("  - file: counts_loads.so\n");
	const uint32_t numbers[] = { 7, 8, 9 };
	for (size_t i = 0; i < 3; i++)
		before->badges[i]->number = numbers[i];
	before->plugins[0]->number = 4;
	before->plugins[1]->number = 5;
	brb_generation_keep_numbers(after, before);
	cr_expect_eq(after->badges[0]->number, 7);
	cr_expect_eq(after->badges[1]->number, 0, "its level's new description is to be stored");
	cr_expect_eq(after->badges[2]->number, 9);
	cr_expect_eq(after->plugins[0]->number, 4);
	cr_expect_eq(after->plugins[1]->number, 5);
	brb_generation_keep_numbers(fewer, before);
	cr_expect_eq(fewer->badges[0]->number, 9);
	cr_expect_eq(fewer->plugins[0]->number, 5, "at another place");
	brb_generation_close(fewer);
	brb_generation_close(after);
	brb_generation_close(before);
}

Test(generation, what_is_new_has_no_number_yet)
{
	brb_generation *before = open_generation("  - file: counts_loads.so\n");
	brb_generation *after = open_two("{ name: A, description: a }");
	before->badges[0]->number = 9;
	before->plugins[0]->number = 5;
	brb_generation_keep_numbers(after, before);
	cr_expect_eq(after->badges[0]->number, 0);
	cr_expect_eq(after->plugins[0]->number, 0);
	cr_expect_eq(after->plugins[1]->number, 5);
	brb_generation_close(after);
	brb_generation_close(before);
}

/* ---- faults ------------------------------------------------------------------------------------------------------ */

Test(generation, a_slug_twice_over_two_plugins)
{
	expect_refused(
		"  - file: good_one.so\n"
		"  - file: counts_loads.so\n"
		"    badges: [{ badge: counts-loads, slug: good-one }]\n",
		"badges.yaml:6:43: the slug \"good-one\" is in use at line 4 already: give one of them another "
		"`slug:`");
}

/* Two files with one id: their memory would be mixed. */
Test(generation, an_id_twice)
{
	char copy[PATH_BYTES], original[PATH_BYTES], lines[PATH_BYTES + 200], *bytes;
	size_t length;
	join(original, BRB_TEST_PLUGIN_DIR, "good_one.so");
	join(copy, folder, "copy.so");
	bytes = read_whole(original, &length);
	write_bytes(copy, bytes, length);
	free(bytes);
	snprintf(lines, sizeof lines,
		 "  - file: good_one.so\n"
		 "  - file: \"%s\"\n"
		 "    badges: [{ badge: good-one, slug: other }]\n",
		 copy);
	expect_refused(lines,
		       "badges.yaml:5:11: the plugin id \"good-one\" is in use by the plugin of line 4 already: "
		       "their memory would be mixed");
}

Test(generation, the_faults_of_all_plugins_are_reported_in_their_order)
{
	expect_refused(
		"  - file: no_levels.so\n"
		"  - file: good_one.so\n"
		"  - file: wrong_magic.so\n"
		"  - file: open_fails.so\n",
		"badges.yaml:4:11: badge \"no-levels\" has no levels: it could never be awarded\n"
		"badges.yaml:6:11: plugin \"wrong_magic.so\" has the magic number 0x32444700, not 0x32444742: it "
		"was not made with brabeion/badge.h\n"
		"badges.yaml:7:11: badge \"open-fails\": must be a prime, not 4");
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

Test(generation, what_a_reload_did)
{
	brabeion_receipt receipt = { .added = 9, .changed = 9, .removed = 9, .kept = 9 };
	brb_generation *before =
		open_generation("  - file: good_many.so\n"
				"  - file: good_one.so\n"
				"    badges: [{ badge: good-one, slug: a }, { badge: good-one, slug: b }]\n");
	brb_generation *after = open_generation("  - file: counts_loads.so\n"
						"  - file: good_one.so\n"
						"    badges: [{ badge: good-one, slug: b, events: [other] }]\n"
						"  - file: good_many.so\n"
						"    badges: [{ badge: third-visit }]\n");
	brb_generation_compare(before, after, &receipt);
	cr_expect_eq(receipt.added, 1, "counts-loads");
	cr_expect_eq(receipt.changed, 1, "b");
	cr_expect_eq(receipt.removed, 2, "first-visit and a");
	cr_expect_eq(receipt.kept, 1, "third-visit");
	brb_generation_compare(before, before, &receipt);
	cr_expect(!receipt.added && !receipt.changed && !receipt.removed && receipt.kept == 4);
	brb_generation_close(before);
	brb_generation_close(after);
}
