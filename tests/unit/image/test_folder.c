/*
 * folder, and the attacks that it prevents: somebody who may write where copies of plugins lie, or above, puts other code in
 * their place.
 */
#include <criterion/criterion.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <brabeion/badge.h>

#include "image/folder.h"
#include "image/image.h"

#define PATH_BYTES 4096

static const brb_log silent;

/* A folder of mode 0700, and one in it. */
static char outer[PATH_BYTES], inner[PATH_BYTES];

static void make_folders(mode_t outer_mode, mode_t inner_mode)
{
	char made[PATH_BYTES];
	const char *temporary = getenv("TMPDIR");
	snprintf(made, sizeof made, "%s/test-folder-XXXXXX", temporary ? temporary : "/tmp");
	cr_assert_not_null(mkdtemp(made));
	cr_assert_not_null(realpath(made, outer));
	cr_assert_lt(snprintf(inner, sizeof inner, "%.4000s/inner", outer), PATH_BYTES);
	cr_assert_eq(mkdir(inner, 0700), 0);
	cr_assert_eq(chmod(inner, inner_mode), 0);
	cr_assert_eq(chmod(outer, outer_mode), 0);
}

static void remove_folders(void)
{
	char command[PATH_BYTES + 32];
	snprintf(command, sizeof command, "rm -rf '%s'", outer);
	cr_assert_eq(system(command), 0);
}

/* "" when it is opened; else why not, with OUTER and INNER in place of the folders' paths. */
static const char *open_inner(void)
{
	static char why[BRB_FOLDER_TEXT_BYTES], text[BRB_FOLDER_TEXT_BYTES];
	int folder = brb_folder_open(inner, geteuid(), why);
	if (folder >= 0) {
		close(folder);
		return "";
	}
	text[0] = '\0';
	for (const char *at = why; *at;) {
		const char *word = strncmp(at, inner, strlen(inner)) == 0   ? inner
				   : strncmp(at, outer, strlen(outer)) == 0 ? outer
									    : NULL;
		snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s", word ? 5 : 1,
			 word == inner ? "INNER"
			 : word        ? "OUTER"
				       : at);
		at += word ? strlen(word) : 1;
	}
	return text;
}

static const char *open_with_modes(mode_t outer_mode, mode_t inner_mode)
{
	make_folders(outer_mode, inner_mode);
	const char *why = open_inner();
	remove_folders();
	return why;
}

/* ---- which folders are fit ---- */

Test(folder, only_root_and_the_user_may_write_it)
{
	cr_expect_str_eq(open_with_modes(0700, 0700), "");
	cr_expect_str_eq(open_with_modes(0755, 0755), "");
	cr_expect_str_eq(open_with_modes(0700, 0777), "can be changed by anybody (mode 0777): chmod go-w INNER");
	cr_expect_str_eq(open_with_modes(0755, 0702), "can be changed by anybody (mode 0702): chmod go-w INNER");
}

Test(folder, nor_may_others_write_a_folder_above)
{
	cr_expect_str_eq(open_with_modes(0777, 0700),
			 "lies in OUTER, which can be changed by anybody (mode 0777): chmod go-w OUTER");
}

Test(folder, with_the_sticky_bit_others_may_write_it)
{
	cr_expect_str_eq(open_with_modes(0700, 01777), "");
	cr_expect_str_eq(open_with_modes(01777, 0700), "");
	cr_expect_str_eq(open_with_modes(01777, 0777), "can be changed by anybody (mode 0777): chmod go-w INNER");
}

Test(folder, a_group_may_not_write_it)
{
	if (geteuid() != 0)
		cr_skip_test("needs root");
	make_folders(0700, 0770);
	cr_assert_eq(chown(inner, 0, 4711), 0);
	cr_expect_str_eq(open_inner(), "can be changed by its group (mode 0770): chmod go-w INNER");
	cr_assert_eq(chown(inner, 0, 0), 0);
	cr_expect_str_eq(open_inner(), "", "root's own group");
	remove_folders();
}

Test(folder, it_belongs_to_root_or_the_user)
{
	if (geteuid() != 0)
		cr_skip_test("needs root");
	make_folders(01777, 01777);
	cr_assert_eq(chown(outer, 4711, 4711), 0);
	cr_expect_str_eq(open_inner(), "lies in OUTER, which belongs to user 4711, neither to root nor to the "
				       "engine's user 0: chown 0 OUTER");
	remove_folders();
}

Test(folder, no_link_is_followed)
{
	char link_path[PATH_BYTES];
	make_folders(0700, 0700);
	snprintf(link_path, sizeof link_path, "%.4000s/link", outer);
	cr_assert_eq(symlink(inner, link_path), 0);
	strcpy(inner, link_path);
	cr_expect_str_eq(open_inner(), "Not a directory");
	remove_folders();
}

/* ---- attacks ---- */

static void write_plugin(const char *path, const char *plugin)
{
	char command[PATH_BYTES * 3];
	snprintf(command, sizeof command, "cp '%s/%s' '%s' && chmod 755 '%s'", BRB_TEST_PLUGIN_DIR, plugin, path,
		 path);
	cr_assert_eq(system(command), 0);
}

/* The only entry of a folder whose name begins so. */
static void find_entry(const char *folder, const char *beginning, char path[PATH_BYTES])
{
	DIR *list = opendir(folder);
	const struct dirent *entry;
	path[0] = '\0';
	cr_assert_not_null(list);
	while ((entry = readdir(list)) != NULL)
		if (strncmp(entry->d_name, beginning, strlen(beginning)) == 0)
			snprintf(path, PATH_BYTES, "%.2000s/%.200s", folder, entry->d_name);
	closedir(list);
	cr_assert_neq(path[0], '\0');
}

/* Moves the folder of copies away, and makes one of the same paths with the attacker's plugin. */
static void swap_copies(void)
{
	char copies[PATH_BYTES], copy[PATH_BYTES], aside[PATH_BYTES + 8], command[PATH_BYTES * 2],
		file[PATH_BYTES + 16];
	find_entry(inner, "brabeion-", copies);
	struct dirent **entries;
	int count = scandir(copies, &entries, NULL, NULL);
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.' && strcmp(entries[i]->d_name, "lock") != 0)
			snprintf(copy, sizeof copy, "%.2000s/%.200s", copies, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	snprintf(aside, sizeof aside, "%s-aside", copies);
	cr_assert_eq(rename(copies, aside), 0);
	snprintf(command, sizeof command, "mkdir -p '%s'", copy);
	cr_assert_eq(system(command), 0);
	snprintf(file, sizeof file, "%s/plugin.so", copy);
	write_plugin(file, "good_many.so");
}

Test(folder, a_copy_that_is_swapped_before_it_is_linked_is_not_what_runs)
{
	char path[PATH_BYTES];
	const char *candidates[] = { inner };
	brb_image_copies *copies = NULL;
	brb_image *image = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	size_t readable;
	make_folders(0700, 0700);
	snprintf(path, sizeof path, "%.4000s/plugin.so", outer);
	write_plugin(path, "good_one.so");
	cr_assert_eq(brb_image_copies_open(candidates, 1, &silent, &copies, &error), BRABEION_OK, "%s",
		     error.message);
	cr_assert_eq(brb_image_prepare(copies, path, NULL, &image, &error), BRABEION_OK, "%s", error.message);
	swap_copies();
	cr_assert_eq(brb_image_link(image, &error), BRABEION_OK, "%s", error.message);
	cr_expect_str_eq(((const badge_plugin *)brb_image_symbol(image, &readable))->id, "good-one");
	brb_image_close(image);
	brb_image_copies_close(copies, false);
	remove_folders();
}

Test(folder, copies_are_made_in_no_folder_in_which_they_could_be_swapped)
{
	const char *candidates[] = { inner, outer };
	char expected[PATH_BYTES];
	brb_image_copies *copies = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	make_folders(0755, 0777);
	cr_expect_eq(brb_image_copies_open(candidates, 1, &silent, &copies, &error), BRABEION_SYSTEM);
	snprintf(expected, sizeof expected,
		 "there is no folder for private copies of plugins (%.1000s: can be changed by anybody (mode 0777): "
		 "chmod go-w %.1000s)",
		 inner, inner);
	cr_expect_str_eq(error.message, expected);
	brabeion_error_finish(&error);
	cr_expect_eq(brb_image_copies_check(candidates, 1, &error), BRABEION_SYSTEM);
	cr_expect_str_eq(error.message, expected);
	brabeion_error_finish(&error);
	cr_expect_eq(brb_image_copies_check(candidates, 2, &error), BRABEION_OK);
	cr_assert_eq(brb_image_copies_open(candidates, 2, &silent, &copies, &error), BRABEION_OK,
		     "the next is taken");
	cr_expect_eq(rmdir(inner), 0, "nothing is in it");
	brb_image_copies_close(copies, false);
	remove_folders();
}
