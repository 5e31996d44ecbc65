/*
 * instances: a reload keeps the `self` of what does not change and opens the rest again; each is closed once, with the
 * last generation that uses it.
 */
#include "badgeset/generation.h"
#include "support/loading_fixture.h"

static char diary_path[PATH_BYTES];

static void open_room(void)
{
	open_loading_fixture();
	join(diary_path, folder, "diary");
	setenv("BRB_TEST_DIARY", diary_path, 1);
}

TestSuite(instances, .init = open_room, .fini = close_loading_fixture);

/* What was opened and closed since the last call. */
static const char *diary(void)
{
	static char text[1024];
	text[0] = '\0';
	if (access(diary_path, R_OK) == 0) {
		size_t length;
		char *bytes = read_whole(diary_path, &length);
		snprintf(text, sizeof text, "%.*s", (int)length, bytes);
		free(bytes);
		unlink(diary_path);
	}
	return text;
}

static brb_generation *load(const brb_generation *before, const char *lines)
{
	brb_generation *generation = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	configure(lines);
	cr_assert_eq(brb_generation_open(config, copies, before, &captured_log, &generation, &error), BRABEION_OK,
		     "%s", brb_config_verdict(config, &error) != BRABEION_OK ? error.message : "");
	return generation;
}

static void *self_of(const brb_generation *generation, const char *slug)
{
	const brb_badge *badge = brb_table_get(&generation->slugs, slug);
	cr_assert_not_null(badge, "%s", slug);
	return badge->self;
}

#define TWO_USES               \
	"  - file: diary.so\n" \
	"    badges:\n"        \
	"      - { badge: diary, slug: a }\n"

static const char two_uses[] = TWO_USES "      - { badge: diary, slug: b, settings: { mood: calm } }\n";

/* Loads `after` while two_uses is loaded and closes both; expects this log of each step. */
static void expect_steps(const char *after, const char *loading, const char *retiring, const char *closing)
{
	brb_generation *first = load(NULL, two_uses);
	cr_assert_str_eq(diary(), "+* +a +b ");
	brb_generation *second = load(first, after);
	cr_expect_str_eq(diary(), loading, "loading");
	brb_generation_close(first);
	cr_expect_str_eq(diary(), retiring, "retiring");
	brb_generation_close(second);
	cr_expect_str_eq(diary(), closing, "closing");
}

/* ---- kept -------------------------------------------------------------------------------------------------------- */

Test(instances, what_is_the_same_keeps_its_self_and_its_image)
{
	brb_generation *first = load(NULL, two_uses), *second = load(first, two_uses);
	cr_expect_neq(self_of(first, "a"), self_of(first, "b"), "two uses of one definition are two");
	cr_expect_eq(self_of(second, "a"), self_of(first, "a"));
	cr_expect_eq(self_of(second, "b"), self_of(first, "b"));
	cr_expect_eq(second->plugins[0]->self, first->plugins[0]->self);
	cr_expect_eq(second->plugins[0]->image, first->plugins[0]->image);
	brb_generation_close(first);
	cr_expect_str_eq(diary(), "+* +a +b ", "opened once, and not closed");
	brb_generation_close(second);
	cr_expect_str_eq(diary(), "-a -b -* ");
}

Test(instances, the_order_of_closing_is_nothing)
{
	brb_generation *first = load(NULL, two_uses), *second = load(first, two_uses);
	brb_generation_close(second);
	cr_expect_str_eq(diary(), "+* +a +b ");
	brb_generation_close(first);
	cr_expect_str_eq(diary(), "-a -b -* ");
}

Test(instances, through_many_generations_all_is_opened_and_closed_once)
{
	brb_generation *generation = load(NULL, two_uses);
	for (int i = 0; i < 20; i++) {
		brb_generation *next = load(generation, two_uses);
		brb_generation_close(generation);
		generation = next;
	}
	cr_expect_str_eq(diary(), "+* +a +b ");
	brb_generation_close(generation);
	cr_expect_str_eq(diary(), "-a -b -* ");
}

Test(instances, another_place_in_the_file_is_nothing)
{
	expect_steps("  - file: good_one.so\n"
		     "  - file: diary.so\n"
		     "    badges:\n"
		     "      - { badge: plain }\n"
		     "      - { badge: diary, slug: b, settings: { mood: calm } }\n"
		     "      - { badge: diary, slug: a }\n",
		     "", "", "-b -a -* ");
}

Test(instances, other_events_names_and_rearn_are_nothing)
{
	brb_generation *first = load(NULL, two_uses);
	brb_generation *second =
		load(first, "  - file: diary.so\n"
			    "    badges:\n"
			    "      - { badge: diary, slug: a, events: [other], rearn: true, levels: [{ name: X }] }\n"
			    "      - { badge: diary, slug: b, settings: { mood: calm } }\n");
	brabeion_receipt receipt = { 0 };
	brb_generation_compare(first, second, &receipt);
	cr_expect_eq(receipt.changed, 1, "it is told as changed all the same");
	cr_expect_eq(receipt.kept, 1);
	cr_expect_eq(self_of(second, "a"), self_of(first, "a"));
	const brb_badge *badge = brb_table_get(&second->slugs, "a");
	cr_expect_str_eq(badge->events[0], "other");
	cr_expect_str_eq(badge->levels[0].name, "X");
	brb_generation_close(first);
	cr_expect_str_eq(brb_generation_route(second, "other")->event, "other", "of its own");
	brb_generation_close(second);
	cr_expect_str_eq(diary(), "+* +a +b -a -b -* ");
}

/* ---- opened again ------------------------------------------------------------------------------------------------ */

Test(instances, other_settings)
{
	expect_steps(TWO_USES "      - { badge: diary, slug: b, settings: { mood: merry } }\n", "+b ", "-b ",
		     "-a -b -* ");
	expect_steps(TWO_USES "      - { badge: diary, slug: b }\n", "+b ", "-b ", "-a -b -* ");
}

Test(instances, another_slug)
{
	expect_steps(TWO_USES "      - { badge: diary, slug: c, settings: { mood: calm } }\n", "+c ", "-b ",
		     "-a -c -* ");
}

Test(instances, slugs_that_change_places)
{
	expect_steps("  - file: diary.so\n    badges:\n"
		     "      - { badge: diary, slug: b }\n"
		     "      - { badge: diary, slug: a, settings: { mood: calm } }\n",
		     "+b +a ", "-a -b ", "-b -a -* ");
}

Test(instances, another_number_of_levels)
{
	expect_steps("  - file: diary.so\n    badges:\n"
		     "      - { badge: diary, slug: a, levels: [{ name: X }, { name: Y }] }\n"
		     "      - { badge: diary, slug: b, settings: { mood: calm } }\n",
		     "+a ", "-a ", "-a -b -* ");
}

Test(instances, another_definition_under_the_slug)
{
	expect_steps(TWO_USES "      - { badge: plain, slug: b }\n", "", "-b ", "-a -* ");
}

Test(instances, a_badge_that_is_gone)
{
	expect_steps(TWO_USES, "", "-b ", "-a -* ");
}

Test(instances, a_plugin_that_is_gone)
{
	expect_steps("  - file: good_one.so\n", "", "-a -b -* ", "");
}

Test(instances, all_of_a_plugin_whose_own_settings_are_others)
{
	expect_steps("  - file: diary.so\n"
		     "    settings: { mood: grave }\n"
		     "    badges:\n"
		     "      - { badge: diary, slug: a }\n"
		     "      - { badge: diary, slug: b, settings: { mood: calm } }\n",
		     "+* +a +b ", "-a -b -* ", "-a -b -* ");
}

/* The same bytes in another file are another image, with its own globals and `self`. */
Test(instances, another_file_of_the_same_content)
{
	char copy[PATH_BYTES], original[PATH_BYTES], lines[PATH_BYTES + 200], *bytes;
	size_t length;
	join(original, BRB_TEST_PLUGIN_DIR, "diary.so");
	join(copy, folder, "diary.so");
	bytes = read_whole(original, &length);
	write_bytes(copy, bytes, length);
	free(bytes);
	snprintf(lines, sizeof lines,
		 "  - file: \"%s\"\n    badges:\n"
		 "      - { badge: diary, slug: a }\n"
		 "      - { badge: diary, slug: b, settings: { mood: calm } }\n",
		 copy);
	expect_steps(lines, "+* +a +b ", "-a -b -* ", "-a -b -* ");
}

/* ---- reloads that fail ------------------------------------------------------------------------------------------- */

/* A later plugin is refused: new instances are closed, current ones stay. */
Test(instances, of_a_generation_that_is_refused_only_the_new_ones_are_closed)
{
	brb_generation *first = load(NULL, two_uses), *refused = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	diary();
	configure(TWO_USES "      - { badge: diary, slug: b, settings: { mood: merry } }\n"
			   "      - { badge: diary, slug: c, settings: { mood: bad } }\n"
			   "  - file: wrong_magic.so\n");
	cr_expect_eq(brb_generation_open(config, copies, first, &captured_log, &refused, &error), BRABEION_CONFIG);
	cr_expect_null(refused);
	cr_expect_str_eq(diary(), "+b -b ");
	brb_generation *second = load(first, two_uses);
	cr_expect_eq(self_of(second, "a"), self_of(first, "a"));
	brb_generation_close(first);
	brb_generation_close(second);
	cr_expect_str_eq(diary(), "-a -b -* ");
}

/* ---- new or kept ------------------------------------------------------------------------------------------------- */

static bool is_new(const brb_generation *before, const char *lines)
{
	brb_plugin *plugin = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	configure(lines);
	cr_assert_eq(brb_plugin_prepare(config, &config->plugins[0], copies, &plugin, &error), BRABEION_OK);
	brb_plugin_before at_work = { before->plugins[0], &before->slugs };
	bool answer = brb_plugin_is_new(plugin, &config->plugins[0], at_work);
	brb_plugin_close(plugin);
	return answer;
}

Test(instances, a_plugin_is_new_when_anything_of_it_would_be_opened)
{
	brb_generation *first = load(NULL, two_uses);
	diary();
	cr_expect_not(is_new(first, two_uses));
	cr_expect_not(is_new(first, TWO_USES));
	cr_expect_not(
		is_new(first, "  - file: diary.so\n    badges: [{ badge: diary, slug: a, events: [other] }]\n"));
	cr_expect(is_new(first, TWO_USES "      - { badge: diary, slug: b }\n"));
	cr_expect(is_new(first, TWO_USES "      - { badge: diary, slug: c }\n"));
	cr_expect(is_new(first, TWO_USES "      - { badge: plain, slug: b }\n"));
	cr_expect(is_new(first, TWO_USES "      - { badge: nothing, slug: b }\n"));
	cr_expect(is_new(first, "  - file: diary.so\n    settings: { mood: grave }\n"
				"    badges: [{ badge: diary, slug: a }]\n"));
	cr_expect(is_new(first, "  - file: diary.so\n    badges: [{ badge: diary, slug: a, levels: [X, Y] }]\n"));
	cr_expect(is_new(first, "  - file: diary.so\n"), "its badges under their own slugs are others");
	cr_expect(is_new(first, "  - file: good_one.so\n"));
	cr_expect_str_eq(diary(), "", "nothing ran");
	brb_generation_close(first);
	first = load(NULL, "  - file: diary.so\n");
	cr_expect_not(is_new(first, "  - file: diary.so\n"));
	cr_expect_not(is_new(first, "  - file: diary.so\n    badges: [{ badge: plain }, { badge: diary }]\n"));
	brb_generation_close(first);
}
