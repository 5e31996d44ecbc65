/*
 * watch/files: two states are equal if and only if the files to load are, byte for byte.
 */
#include <sys/time.h>

#include "support/loading_fixture.h"
#include "watch/files.h"

static brb_watch_files files;

static void enter(void)
{
	open_loading_fixture();
	char path[PATH_BYTES];
	join(path, folder, "first");
	cr_assert_eq(mkdir(path, 0755), 0);
	join(path, folder, "second");
	cr_assert_eq(mkdir(path, 0755), 0);
}

static void leave(void)
{
	brb_watch_files_finish(&files);
	close_loading_fixture();
}

TestSuite(watch_files, .init = enter, .fini = leave);

static const char *at(const char *name)
{
	static char paths[4][PATH_BYTES];
	static unsigned turn;
	join(paths[++turn % 4], folder, name);
	return paths[turn % 4];
}

static void put(const char *name, const char *text)
{
	write_file(at(name), text);
}

/* The files of a badges.yaml with one plugin, a.so, in first/ or second/. */
static void follow(void)
{
	brabeion_error error = BRABEION_NO_ERROR;
	put("badges.yaml", "plugin_path: [first, second]\nplugins: [{file: a.so}]\n");
	brb_config_close(config);
	config = NULL;
	cr_assert_eq(brb_config_read(&(brb_config_source){ .name = at("badges.yaml") }, &config, &error), BRABEION_OK,
		     "%s", error.message);
	cr_assert(brb_watch_files_init(&files, config->name, config));
}

static const char *state(void)
{
	static brb_watch_digest states[4];
	static unsigned turn;
	cr_assert(brb_watch_files_state(&files, NULL, states[++turn % 4]));
	return states[turn % 4];
}

static void expect_same(const char *before)
{
	cr_assert_str_eq(state(), before);
}

static void expect_other(const char *before)
{
	cr_assert_str_neq(state(), before);
}

Test(watch_files, are_badges_yaml_and_all_places_of_its_plugins)
{
	follow();
	cr_assert_eq(files.count, 3);
	cr_assert_str_eq(files.paths[0], at("badges.yaml"));
	cr_assert_str_eq(files.paths[1], at("first/a.so"));
	cr_assert_str_eq(files.paths[2], at("second/a.so"));
	cr_assert_eq(files.plugin_count, 1);
	cr_assert_eq(files.ends[0], 3);
}

Test(watch_files, are_badges_yaml_alone_when_it_has_not_been_read)
{
	cr_assert_eq(chdir(folder), 0);
	cr_assert(brb_watch_files_init(&files, "badges.yaml", NULL));
	cr_assert_eq(files.count, 1);
	cr_assert_str_eq(files.paths[0], at("badges.yaml"));
	cr_assert_eq(chdir("/"), 0);
}

Test(watch_files, have_another_state_when_badges_yaml_has_another_content)
{
	follow();
	const char *before = state();
	put("badges.yaml", "plugins: []\n");
	expect_other(before);
	put("badges.yaml", "plugin_path: [first, second]\nplugins: [{file: a.so}]\n");
	expect_same(before);
	cr_assert_eq(remove(at("badges.yaml")), 0);
	expect_other(before);
}

Test(watch_files, have_the_same_state_when_they_are_touched_or_replaced_by_a_copy)
{
	follow();
	put("first/a.so", "one");
	const char *before = state();
	struct timeval times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	cr_assert_eq(utimes(at("first/a.so"), times) | chmod(at("first/a.so"), 0700), 0);
	expect_same(before);
	put("aside", "one");
	cr_assert_eq(rename(at("aside"), at("first/a.so")), 0);
	expect_same(before);
}

Test(watch_files, have_another_state_when_a_plugin_comes_changes_or_goes)
{
	follow();
	const char *without = state();
	put("second/a.so", "one");
	const char *with = state();
	cr_assert_str_neq(with, without);
	put("second/a.so", "two");
	expect_other(with);
	cr_assert_eq(remove(at("second/a.so")), 0);
	expect_same(without);
}

Test(watch_files, have_another_state_when_a_plugin_is_found_further_up)
{
	follow();
	put("second/a.so", "one");
	const char *before = state();
	put("first/a.so", "one");
	expect_other(before);
	put("second/a.so", "two"); /* hidden by first/a.so */
	cr_assert_eq(remove(at("first/a.so")), 0);
	expect_other(before);
	put("second/a.so", "one");
	expect_same(before);
}

Test(watch_files, never_change_when_badges_yaml_is_a_pipe)
{
	brb_watch_digest kept = "kept";
	cr_assert_eq(mkfifo(at("pipe"), 0600), 0);
	cr_assert(brb_watch_files_init(&files, at("pipe"), NULL));
	cr_assert_not(brb_watch_files_state(&files, NULL, kept));
	cr_assert_str_eq(kept, "kept");
}

Test(watch_files, have_the_state_from_which_a_generation_was_loaded)
{
	brb_generation *generation = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brb_watch_digest loaded = "";
	cr_assert_eq(chdir(folder), 0);
	configure("  - file: good_one.so\n  - file: good_many.so\n");
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(brb_generation_open(config, copies, NULL, &captured_log, &generation, &error), BRABEION_OK, "%s",
		     error.message);
	cr_assert(brb_watch_files_init(&files, config->name, config));
	brb_watch_files_loaded(generation, brb_yaml_sha256(config->yaml), loaded);
	expect_same(loaded);
	put("badges.yaml", "plugins: []\n");
	expect_other(loaded);
	brb_generation_close(generation);
	cr_assert_eq(chdir("/"), 0);
}
