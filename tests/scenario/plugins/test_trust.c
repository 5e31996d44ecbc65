/*
 * Which plugin files are trusted: pinned content, and files that only root and the engine's user can change.
 */
#include <sys/wait.h>

#include "support/scene.h"

/* The first line that sha256sum prints of a file, up to the blank. */
static void sum_of(scene *here, const char *name, char sum[65])
{
	char command[SCENE_PATH_BYTES * 2];
	snprintf(command, sizeof command, "sha256sum '%s/%s'", here->folder, name);
	FILE *output = popen(command, "r");
	cr_assert_not_null(output);
	cr_assert_eq(fread(sum, 1, 64, output), 64);
	sum[64] = '\0';
	pclose(output);
}

/* ---- the pin ---- */

static void configure_pin(scene *here, const char *sum)
{
	char text[SCENE_PATH_BYTES];
	snprintf(text, sizeof text, "plugins:\n  - file: pinned.so\n    sha256: %s\n", sum);
	scene_config(here, text);
}

Test(trust, a_pinned_content_is_loaded_and_no_other)
{
	char sum[65], other[65], expected[SCENE_PATH_BYTES];
	scene *here = scene_new();
	scene_copy_plugin(here, "good_one.so", "pinned.so");
	sum_of(here, "pinned.so", sum);
	configure_pin(here, sum);
	scene_open(here);
	scene_copy_plugin(here, "good_many.so", "pinned.so");
	sum_of(here, "pinned.so", other);
	snprintf(expected, sizeof expected,
		 "badges.yaml:4:11: plugin \"pinned.so\" has the sha256 %s, not the pinned %s", other, sum);
	cr_expect_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_CONFIG);
	cr_expect_str_eq(scene_message(here), expected);
	cr_expect_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "good-one 1 ;");
	configure_pin(here, other);
	cr_expect_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_expect_str_eq(scene_fire(here, "visit", "ada", BRABEION_INT("points", 5)), "first-visit 1 ;");
	scene_finish(here);
}

/* The pin is checked first: it also refuses a file that is no plugin. */
Test(trust, a_pin_speaks_first)
{
	scene *here = scene_new();
	scene_write(here, "pinned.so", "abc");
	configure_pin(here, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	cr_expect_eq(brabeion_config_check(&here->options, NULL, NULL, &here->error), BRABEION_CONFIG);
	cr_expect_str_eq(scene_message(here),
			 "badges.yaml:4:11: plugin \"pinned.so\" has the sha256 "
			 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, not the pinned "
			 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	scene_finish(here);
}

/* ---- who can change the file ---- */

static scene *scene_of_mode(mode_t mode)
{
	char path[SCENE_PATH_BYTES * 2];
	scene *here = scene_new();
	scene_copy_plugin(here, "good_one.so", "open.so");
	scene_config(here, "probe: off\nplugins:\n  - file: open.so\n");
	snprintf(path, sizeof path, "%s/open.so", here->folder);
	cr_assert_eq(chmod(path, mode), 0);
	return here;
}

static void expect_open_refused(scene *here, const char *message)
{
	cr_expect_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_CONFIG);
	cr_expect_str_eq(scene_message(here), message);
	scene_finish(here);
}

Test(trust, root_loads_no_file_that_others_can_change)
{
	char path[SCENE_PATH_BYTES * 2];
	if (geteuid() != 0)
		cr_skip_test("needs root");
	expect_open_refused(scene_of_mode(0646),
			    "badges.yaml:5:11: plugin \"open.so\" can be changed by anybody (mode 0646): chmod go-w "
			    "./open.so (the engine runs as root)");
	scene *here = scene_of_mode(0755);
	snprintf(path, sizeof path, "%s/open.so", here->folder);
	cr_assert_eq(chown(path, 4711, 0), 0);
	expect_open_refused(here,
			    "badges.yaml:5:11: plugin \"open.so\" belongs to user 4711, neither to root nor to the "
			    "engine's user 0: chown 0 ./open.so (the engine runs as root)");
}

Test(trust, root_loads_what_its_own_group_can_change)
{
	scene *here = scene_of_mode(0775);
	scene_open(here);
	cr_expect_str_eq(here->log, "");
	scene_finish(here);
}

/* As another user than root. */
static void expect_warned(scene *here)
{
	static const char words[] =
		"badges.yaml:5:11: plugin \"open.so\" can be changed by anybody (mode 0666): chmod go-w ";
	scene_open(here);
	cr_expect_eq(strncmp(here->log, "warning: ", 9), 0);
	cr_expect_not_null(strstr(here->log, words), "%s", here->log);
	here->log[0] = '\0';
	cr_expect_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK);
	cr_expect_null(strstr(here->log, "warning"), "once is enough: %s", here->log);
	scene_close(here);
}

Test(trust, others_are_warned_once)
{
	scene *here = scene_of_mode(0666);
	char path[SCENE_PATH_BYTES * 2];
	if (geteuid() == 0) {
		snprintf(path, sizeof path, "%s/open.so", here->folder);
		cr_assert_eq(chown(path, 4711, 4711), 0);
		cr_assert_eq(chown(here->folder, 4711, 4711), 0);
		cr_assert_eq(seteuid(4711), 0);
	}
	expect_warned(here);
	if (getuid() == 0)
		cr_assert_eq(seteuid(0), 0);
	scene_finish(here);
}
