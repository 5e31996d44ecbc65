/*
 * image and copies: a plugin file is read once, checked, copied and linked, so later changes of the file do not matter.
 * Only copies are removed, also those of dead processes.
 */
#include <criterion/criterion.h>

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <brabeion/badge.h>

#include "base/memory.h"
#include "image/copies.h"
#include "image/image.h"
#include "support/open_image.h"

#ifndef BRB_TEST_PLUGIN_DIR
#define BRB_TEST_PLUGIN_DIR BRB_BUILD_DIR "/tests/plugins"
#endif

#define PATH_BYTES 4096

/* A folder for plugin files, and one for folders of copies. */
static char files[PATH_BYTES];
static char parent[PATH_BYTES];
static brb_image_copies *copies;
static const brb_log silent;

static void make_folder(char path[PATH_BYTES], const char *name)
{
	const char *temporary = getenv("TMPDIR");
	snprintf(path, PATH_BYTES, "%s/test-image-%s-XXXXXX", temporary ? temporary : "/tmp", name);
	cr_assert_not_null(mkdtemp(path));
}

static void remove_tree(const char *path)
{
	char command[PATH_BYTES + 32];
	snprintf(command, sizeof command, "rm -rf '%s'", path);
	cr_assert_eq(system(command), 0);
}

static void begin(void)
{
	make_folder(files, "files");
	make_folder(parent, "parent");
	const char *candidates[] = { parent };
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_image_copies_open(candidates, 1, &silent, &copies, &error), BRABEION_OK, "%s",
		     error.message);
}

static size_t count_entries(const char *path)
{
	size_t count = 0;
	DIR *list = opendir(path);
	cr_assert_not_null(list, "%s", path);
	for (const struct dirent *entry = readdir(list); entry; entry = readdir(list))
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(list);
	return count;
}

static void end(void)
{
	brb_image_copies_close(copies, false);
	copies = NULL;
	cr_expect_eq(count_entries(parent), 0, "the folder is gone");
	remove_tree(files);
	remove_tree(parent);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static size_t read_plugin(const char *plugin, char **bytes)
{
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/%s.so", BRB_TEST_PLUGIN_DIR, plugin);
	FILE *file = fopen(path, "rb");
	cr_assert_not_null(file, "%s", path);
	fseek(file, 0, SEEK_END);
	size_t size = (size_t)ftell(file);
	rewind(file);
	*bytes = malloc(size);
	cr_assert_not_null(*bytes);
	cr_assert_eq(fread(*bytes, 1, size, file), size);
	fclose(file);
	return size;
}

/* Overwrites in place, as `cp` does. */
static void write_file(const char *path, const char *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");
	cr_assert_not_null(file, "%s", path);
	cr_assert_eq(fwrite(bytes, 1, size, file), size);
	cr_assert_eq(fclose(file), 0);
}

/* Copies a test plugin into `files`. Returns its path, valid until the fourth call from here. */
static const char *place(const char *plugin, const char *name)
{
	static char paths[4][PATH_BYTES];
	static size_t next;
	char *path = paths[next++ % 4];
	char *bytes;
	size_t size = read_plugin(plugin, &bytes);
	cr_assert_lt(snprintf(path, PATH_BYTES, "%.2000s/%.200s", files, name), PATH_BYTES);
	write_file(path, bytes, size);
	free(bytes);
	return path;
}

static brb_image *open_good(const char *path)
{
	brb_image *image = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(open_image(copies, path, &image, &error), BRABEION_OK, "%s: %s", path, error.message);
	cr_assert_not_null(image);
	return image;
}

static const badge_plugin *descriptor(const brb_image *image)
{
	size_t readable = 0;
	const badge_plugin *plugin = brb_image_symbol(image, &readable);
	cr_assert_geq(readable, sizeof(badge_plugin));
	return plugin;
}

static void expect_refused(const char *path, brabeion_status status, const char *message)
{
	brb_image *image = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(open_image(copies, path, &image, &error), status);
	cr_expect_str_eq(error.message ? error.message : "(nothing)", message);
	cr_expect_null(image);
	brabeion_error_finish(&error);
}

/* The path of the only folder of copies. */
static const char *only_folder(void)
{
	static char path[PATH_BYTES];
	cr_assert_eq(count_entries(parent), 1);
	DIR *list = opendir(parent);
	cr_assert_not_null(list);
	for (const struct dirent *entry = readdir(list); entry; entry = readdir(list)) {
		if (entry->d_name[0] != '.')
			snprintf(path, sizeof path, "%.2000s/%.200s", parent, entry->d_name);
	}
	closedir(list);
	return path;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

Test(image, a_good_plugin_is_opened, .init = begin, .fini = end)
{
	brb_image *image = open_good(place("good_one", "one.so"));
	const badge_plugin *plugin = descriptor(image);
	cr_expect_eq(plugin->magic, BADGE_MAGIC);
	cr_expect_str_eq(plugin->id, "good-one");
	cr_expect_eq(strlen(brb_image_sha256(image)), 64);
	cr_expect_null(brb_image_resident_because(image));
	brb_image_close(image);
}

Test(image, it_knows_which_addresses_are_its_own, .init = begin, .fini = end)
{
	static const char elsewhere[] = "elsewhere";
	brb_image *image = open_good(place("good_one", "one.so"));
	const badge_plugin *plugin = descriptor(image);
	const badge_definition *badge = plugin->badges[0];
	cr_expect(brb_image_contains(image, plugin, sizeof *plugin, false));
	cr_expect(brb_image_contains(image, badge->slug, 9, false));
	cr_expect(brb_image_contains(image, badge->levels, 3 * sizeof(badge_level), false));
	cr_expect(brb_image_contains(image, (const void *)(uintptr_t)badge->award, 1, true));
	cr_expect_not(brb_image_contains(image, plugin, sizeof *plugin, true), "data is no code");
	cr_expect_not(brb_image_contains(image, plugin, 1u << 30, false), "too long");
	cr_expect_not(brb_image_contains(image, plugin, SIZE_MAX, false));
	cr_expect_not(brb_image_contains(image, elsewhere, 1, false));
	cr_expect_not(brb_image_contains(image, NULL, 1, false));
	cr_expect_not(brb_image_contains(image, (const void *)UINTPTR_MAX, 1, false));
	brb_image_close(image);
}

Test(image, the_same_content_under_the_same_path_is_one_image, .init = begin, .fini = end)
{
	const char *path = place("good_one", "one.so");
	brb_image *first = open_good(path);
	brb_image *second = open_good(path);
	cr_expect_eq(first, second);
	brb_image_close(first);
	cr_expect_str_eq(descriptor(second)->id, "good-one", "still loaded");
	brb_image_close(second);
	cr_expect_eq(count_entries(only_folder()), 1, "only the lock is left");
}

Test(image, the_same_content_under_two_paths_is_two_images, .init = begin, .fini = end)
{
	brb_image *first = open_good(place("good_one", "one.so"));
	brb_image *second = open_good(place("good_one", "other.so"));
	cr_expect_neq(first, second);
	cr_expect_neq(descriptor(first), descriptor(second));
	cr_expect_str_eq(brb_image_sha256(first), brb_image_sha256(second));
	brb_image_close(first);
	cr_expect_str_eq(descriptor(second)->id, "good-one");
	brb_image_close(second);
}

Test(image, new_content_under_the_same_path_stands_beside_the_old, .init = begin, .fini = end)
{
	brb_image *first = open_good(place("good_one", "plugin.so"));
	brb_image *second = open_good(place("good_many", "plugin.so"));
	cr_expect_str_eq(descriptor(first)->id, "good-one");
	cr_expect_str_eq(descriptor(second)->id, "good-many");
	brb_image_close(first);
	brb_image_close(second);
}

Test(image, a_loaded_plugin_survives_what_is_done_to_its_file, .init = begin, .fini = end)
{
	const char *path = place("good_one", "one.so");
	brb_image *image = open_good(path);
	write_file(path, "nonsense", 8);
	cr_expect_str_eq(descriptor(image)->badges[0]->slug, "good-one");
	cr_assert_eq(truncate(path, 0), 0);
	cr_expect_str_eq(descriptor(image)->badges[0]->levels[2].name, "Gold");
	cr_assert_eq(unlink(path), 0);
	cr_expect_str_eq(descriptor(image)->badges[0]->events[1], "points");
	brb_image_close(image);
}

Test(image, a_plugin_is_loaded_through_a_link_and_from_an_odd_name, .init = begin, .fini = end)
{
	char link_path[PATH_BYTES + 16];
	snprintf(link_path, sizeof link_path, "%s/link.so", files);
	cr_assert_eq(symlink(place("good_one", "one.so"), link_path), 0);
	brb_image *image = open_good(link_path);
	brb_image_close(image);
	image = open_good(place("good_one", "$ORIGIN ${LIB} %s\n.so"));
	cr_expect_str_eq(descriptor(image)->id, "good-one");
	brb_image_close(image);
}

Test(image, the_floating_point_mode_is_as_before, .init = begin, .fini = end)
{
	cr_assert_eq(fegetround(), FE_TONEAREST);
	brb_image *image = open_good(place("fast_math", "fast.so"));
	cr_expect_eq(fegetround(), FE_TONEAREST);
	brb_image_close(image);
	cr_expect_eq(fegetround(), FE_TONEAREST);
}

Test(image, what_is_prepared_is_a_checked_copy_and_nothing_of_it_has_run, .init = begin, .fini = end)
{
	brb_image *image = NULL, *same = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	const char *path = place("fast_math", "fast.so");
	cr_assert_eq(brb_image_prepare(copies, path, NULL, &image, &error), BRABEION_OK, "%s", error.message);
	cr_expect_not(brb_image_is_linked(image));
	cr_expect_eq(access(brb_image_copy_path(image), R_OK), 0);
	cr_expect_null(dlopen(brb_image_copy_path(image), RTLD_NOW | RTLD_NOLOAD));
	write_file(path, "nonsense", 8);
	cr_assert_eq(brb_image_link(image, &error), BRABEION_OK, "%s", error.message);
	cr_expect(brb_image_is_linked(image));
	cr_expect_str_eq(descriptor(image)->id, "fast-math");
	cr_assert_eq(brb_image_link(image, &error), BRABEION_OK, "%s", error.message);
	cr_assert_eq(brb_image_prepare(copies, place("fast_math", "fast.so"), NULL, &same, &error), BRABEION_OK);
	cr_expect_eq(same, image);
	brb_image_close(image);
	brb_image_close(same);
}

Test(image, one_that_is_prepared_only_leaves_nothing_behind, .init = begin, .fini = end)
{
	brb_image *image = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_image_prepare(copies, place("good_one", "one.so"), NULL, &image, &error), BRABEION_OK);
	brb_image_close(image);
	cr_assert_eq(brb_image_prepare(copies, place("missing_function", "one.so"), NULL, &image, &error),
		     BRABEION_OK);
	cr_expect_eq(brb_image_link(image, &error), BRABEION_CONFIG);
	cr_expect_not(brb_image_is_linked(image));
	brabeion_error_finish(&error);
	brb_image_close(image);
	cr_expect_eq(count_entries(only_folder()), 1, "only the lock is left");
}

/* ---- refusing ---------------------------------------------------------------------------------------------------- */

Test(image, what_cannot_be_read_is_refused, .init = begin, .fini = end)
{
	char path[PATH_BYTES + 16];
	snprintf(path, sizeof path, "%s/absent.so", files);
	expect_refused(path, BRABEION_CONFIG, "cannot be read: No such file or directory");
	expect_refused(files, BRABEION_CONFIG, "is a directory, not a shared object");
	expect_refused("/dev/null", BRABEION_CONFIG, "is not a regular file");
	snprintf(path, sizeof path, "%s/fifo.so", files);
	cr_assert_eq(mkfifo(path, 0600), 0);
	expect_refused(path, BRABEION_CONFIG, "is not a regular file");
	snprintf(path, sizeof path, "%s/empty.so", files);
	write_file(path, "", 0);
	expect_refused(path, BRABEION_CONFIG, "is empty");
	cr_assert_eq(truncate(path, ((off_t)256 << 20) + 1), 0);
	expect_refused(path, BRABEION_CONFIG, "has 268435457 bytes; a plugin may have 256 MiB");
}

Test(image, a_file_without_permission_is_refused, .init = begin, .fini = end)
{
	if (geteuid() == 0)
		cr_skip_test("root may read everything");
	const char *path = place("good_one", "one.so");
	cr_assert_eq(chmod(path, 0), 0);
	expect_refused(path, BRABEION_CONFIG, "cannot be read: Permission denied");
}

Test(image, what_is_no_plugin_is_refused, .init = begin, .fini = end)
{
	char path[PATH_BYTES + 16];
	snprintf(path, sizeof path, "%s/text.so", files);
	write_file(path, "hello", 5);
	expect_refused(path, BRABEION_CONFIG, "is not a shared object: it begins with \"hello\"");
	expect_refused(place("no_symbol", "no.so"), BRABEION_CONFIG,
		       "has no badge_plugin_v1: is it a brabeion plugin?");
	expect_refused(place("exec_stack", "stack.so"), BRABEION_CONFIG,
		       "asks for an executable stack: link it with -Wl,-z,noexecstack");
	cr_expect_eq(count_entries(only_folder()), 1, "nothing is left behind");
}

Test(image, the_dynamic_linkers_words_come_without_the_copys_path, .init = begin, .fini = end)
{
	expect_refused(place("missing_function", "missing.so"), BRABEION_CONFIG,
		       "cannot be loaded: undefined symbol: function_that_nobody_defines");
	cr_expect_eq(count_entries(only_folder()), 1, "nothing is left behind");
}

Test(image, a_missing_library_is_named, .init = begin, .fini = end)
{
	char *bytes;
	size_t size = read_plugin("memory_user", &bytes);
	char *library = memmem(bytes, size, "libc.so.6", 10);
	cr_assert_not_null(library);
	memcpy(library, "libq.so.6", 10);
	/* the needed versions refer to the same string */
	char path[PATH_BYTES + 16];
	snprintf(path, sizeof path, "%s/needs.so", files);
	write_file(path, bytes, size);
	free(bytes);
	expect_refused(path, BRABEION_CONFIG,
		       "needs libq.so.6: cannot open shared object file: No such file or directory");
}

/* ---- residents --------------------------------------------------------------------------------------------------- */

Test(image, what_cannot_be_unloaded_stays_and_is_used_again, .init = begin, .fini = end)
{
	const char *path = place("thread_key", "key.so");
	brb_image *image = open_good(path);
	const badge_plugin *plugin = descriptor(image);
	cr_expect_str_eq(brb_image_resident_because(image), "imports pthread_key_create");
	brb_image_close(image);
	cr_expect_eq(count_entries(only_folder()), 2, "the lock and the copy");
	cr_expect_str_eq(plugin->id, "thread-key", "still mapped");
	brb_image *again = open_good(path);
	cr_expect_eq(descriptor(again), plugin);
	brb_image_close(again);
}

Test(image, what_can_be_unloaded_starts_again, .init = begin, .fini = end)
{
	const char *path = place("counts_loads", "counts.so");
	for (int round = 0; round < 3; round++) {
		brb_image *image = open_good(path);
		int32_t (*award)(void *, badge_call *) = descriptor(image)->badges[0]->award;
		cr_expect_eq(award(NULL, NULL), 1);
		cr_expect_eq(award(NULL, NULL), 2);
		brb_image_close(image);
	}
}

/* ---- folders of copies ------------------------------------------------------------------------------------------- */

Test(image, the_folder_is_private, .init = begin, .fini = end)
{
	struct stat status;
	brb_image *image = open_good(place("good_one", "one.so"));
	cr_assert_eq(stat(only_folder(), &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0700);
	brb_image_close(image);
}

Test(image, a_folder_that_was_removed_is_made_again, .init = begin, .fini = end)
{
	char gone[PATH_BYTES];
	char *folder = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brb_image *first = open_good(place("good_one", "one.so"));
	snprintf(gone, sizeof gone, "%s", only_folder());
	remove_tree(gone);
	brb_image *second = open_good(place("good_one", "other.so"));
	cr_expect_str_neq(only_folder(), gone);
	cr_expect_str_eq(descriptor(first)->id, "good-one");
	cr_expect_str_eq(descriptor(second)->id, "good-one");
	brb_image_close(second);
	brb_image_close(first);
	cr_expect_eq(count_entries(only_folder()), 1, "only the lock is left");
	remove_tree(only_folder());
	cr_assert_eq(brb_image_copies_add_folder(copies, &folder, &error), BRABEION_OK, "%s", error.message);
	cr_expect_eq(count_entries(folder), 0);
	brb_image_copies_remove_folder(copies, folder);
}

Test(image, each_unusable_candidate_is_named_with_why)
{
	const char *candidates[] = { NULL, "/nowhere/at/all", "/dev/null" };
	brb_image_copies *made = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(brb_image_copies_open(candidates, 3, &silent, &made, &error), BRABEION_SYSTEM);
	cr_expect_str_eq(error.message, "there is no folder for private copies of plugins "
					"(/nowhere/at/all: No such file or directory; /dev/null: Not a directory)");
	cr_expect_eq(brb_image_copies_open(candidates, 1, &silent, &made, &error), BRABEION_SYSTEM);
	cr_expect_str_eq(error.message, "there is no folder for private copies of plugins (none was given)");
	cr_expect_null(made);
	brabeion_error_finish(&error);
}

/* A folder that is mounted noexec; NULL: there is none. */
static const char *noexec_folder(void)
{
	static const char *const usual[] = { "/proc", "/sys", "/dev/shm", "/dev/pts", "/run", "/sys/fs/cgroup" };
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
		struct statvfs system;
		if (statvfs(usual[i], &system) == 0 && system.f_flag & ST_NOEXEC)
			return usual[i];
	}
	return NULL;
}

Test(image, a_noexec_folder_is_named_as_such_and_the_next_is_taken)
{
	char expected[256];
	if (!noexec_folder())
		cr_skip_test("nothing is mounted noexec here");
	make_folder(parent, "parent");
	const char *candidates[] = { noexec_folder(), parent };
	brb_image_copies *made = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(brb_image_copies_open(candidates, 1, &silent, &made, &error), BRABEION_SYSTEM);
	snprintf(
		expected, sizeof expected,
		"there is no folder for private copies of plugins (%s: is mounted noexec, so no plugin can be loaded "
		"from there)",
		noexec_folder());
	cr_expect_str_eq(error.message, expected);
	brabeion_error_finish(&error);
	cr_assert_eq(brb_image_copies_open(candidates, 2, &silent, &made, &error), BRABEION_OK);
	cr_expect_eq(count_entries(parent), 1);
	brb_image_copies_close(made, false);
	remove_tree(parent);
}

Test(image, folders_of_running_processes_stay, .init = begin, .fini = end)
{
	const char *candidates[] = { parent };
	brb_image_copies *second = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brb_image *image = open_good(place("good_one", "one.so"));
	cr_assert_eq(brb_image_copies_open(candidates, 1, &silent, &second, &error), BRABEION_OK);
	cr_expect_eq(count_entries(parent), 2);
	brb_image_copies_close(second, false);
	cr_expect_eq(count_entries(only_folder()), 2, "the lock and the copy");
	brb_image_close(image);
}

/* A child that opens an image and is killed leaves its folder. */
static void leave_folder_of_dead_process(const char *plugin)
{
	pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child == 0) {
		const char *candidates[] = { parent };
		brb_image_copies *made = NULL;
		brb_image *image = NULL;
		brabeion_error error = BRABEION_NO_ERROR;
		if (brb_image_copies_open(candidates, 1, &silent, &made, &error) == BRABEION_OK &&
		    open_image(made, plugin, &image, &error) == BRABEION_OK)
			raise(SIGKILL);
		_exit(1);
	}
	int status = 0;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFSIGNALED(status));
}

Test(image, folders_of_dead_processes_are_removed)
{
	make_folder(files, "files");
	make_folder(parent, "parent");
	leave_folder_of_dead_process(place("good_one", "one.so"));
	cr_assert_eq(count_entries(only_folder()), 2, "the lock and the copy");
	begin();
	cr_assert_eq(count_entries(parent), 1);
	end();
}

/* A folder as a dead process leaves it. */
static void make_dead_folder(char path[PATH_BYTES])
{
	char lock[PATH_BYTES + 8];
	snprintf(path, PATH_BYTES, "%.2000s/brabeion-999999-abcDEF", parent);
	cr_assert_eq(mkdir(path, 0700), 0);
	snprintf(lock, sizeof lock, "%s/lock", path);
	write_file(lock, "", 0);
}

static void sweep(void)
{
	const char *candidates[] = { parent };
	brb_image_copies *made = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_image_copies_open(candidates, 1, &silent, &made, &error), BRABEION_OK, "%s", error.message);
	brb_image_copies_close(made, false);
}

Test(image, sweeping_follows_no_link)
{
	char dead[PATH_BYTES], victim[PATH_BYTES + 32], link_path[PATH_BYTES + 64];
	make_folder(files, "files");
	make_folder(parent, "parent");
	snprintf(victim, sizeof victim, "%s/precious", files);
	write_file(victim, "gold", 4);

	make_dead_folder(dead);
	snprintf(link_path, sizeof link_path, "%s/0123456789abcdef-1", dead);
	cr_assert_eq(symlink(files, link_path), 0);
	snprintf(link_path, sizeof link_path, "%s/brabeion-1-ABCdef", parent);
	cr_assert_eq(symlink(files, link_path), 0);
	sweep();
	cr_expect_eq(access(victim, F_OK), 0, "the file behind the links is there");
	cr_expect_eq(readlink(link_path, (char[8]){ 0 }, 8), 8, "a link with the name of such a folder stays");
	remove_tree(files);
	remove_tree(parent);
}

Test(image, sweeping_leaves_what_it_does_not_know)
{
	char path[PATH_BYTES], inside[PATH_BYTES + 32];
	static const char *const others[] = { "brabeion",       "brabeion-1",        "brabeion-x-abcdef",
					      "brabeion-1-abc", "brabeion-1-abc.ef", "other" };
	make_folder(parent, "parent");
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		snprintf(path, sizeof path, "%.2000s/%s", parent, others[i]);
		cr_assert_eq(mkdir(path, 0700), 0);
	}
	make_dead_folder(path);
	snprintf(inside, sizeof inside, "%s/deeper", path);
	cr_assert_eq(mkdir(inside, 0700), 0);
	strcat(inside, "/still");
	cr_assert_eq(mkdir(inside, 0700), 0);
	sweep();
	cr_expect_eq(access(inside, F_OK), 0, "a copy's folder has files only");
	cr_expect_eq(count_entries(parent), 7);
	remove_tree(parent);
}

Test(image, an_empty_folder_is_removed_and_one_with_a_folder_as_lock_is_not)
{
	char path[PATH_BYTES], lock[PATH_BYTES + 8];
	make_folder(parent, "parent");
	snprintf(path, sizeof path, "%.2000s/brabeion-5-aaaaaa", parent);
	cr_assert_eq(mkdir(path, 0700), 0);
	sweep();
	cr_expect_eq(count_entries(parent), 0);
	cr_assert_eq(mkdir(path, 0700), 0);
	snprintf(lock, sizeof lock, "%s/lock", path);
	cr_assert_eq(mkdir(lock, 0700), 0);
	sweep();
	cr_expect_eq(count_entries(parent), 1);
	remove_tree(parent);
}

/* Opens and closes folders as fast as it can. Returns 0 on success. */
static int storm(void)
{
	const char *candidates[] = { parent };
	for (int i = 0; i < 200; i++) {
		brb_copies *made = NULL;
		char *copy = NULL;
		brabeion_error error = BRABEION_NO_ERROR;
		if (brb_copies_open(candidates, 1, &silent, &made, &error) != BRABEION_OK)
			return 1;
		if (brb_copies_add(made, "0123", "file", "text", 4, &copy, &error) != BRABEION_OK ||
		    access(copy, F_OK) != 0)
			return 2;
		brb_memory_release(copy);
		brb_copies_close(made, false);
	}
	return 0;
}

Test(image, processes_that_make_and_sweep_folders_at_once_do_not_harm_each_other)
{
	make_folder(parent, "parent");
	pid_t children[4];
	for (size_t i = 0; i < 4; i++) {
		children[i] = fork();
		cr_assert_geq(children[i], 0);
		if (children[i] == 0)
			_exit(storm());
	}
	for (size_t i = 0; i < 4; i++) {
		int status = 0;
		cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
		cr_expect_eq(status, 0, "child %zu", i);
	}
	sweep();
	cr_expect_eq(count_entries(parent), 0);
	remove_tree(parent);
}

Test(image, a_forked_child_leaves_the_parents_folder, .init = begin, .fini = end)
{
	brb_image *image = open_good(place("good_one", "one.so"));
	pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child == 0) {
		brb_image_copies_close(copies, true);
		_exit(0);
	}
	int status = 0;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
	sweep();
	cr_expect_eq(count_entries(only_folder()), 2, "the lock, still held, and the copy");
	cr_expect_str_eq(descriptor(image)->id, "good-one");
	brb_image_close(image);
}

/* ---- damaged files ----------------------------------------------------------------------------------------------- */

Test(image, truncated_files_never_crash, .init = begin, .fini = end)
{
	char *bytes;
	size_t size = read_plugin("good_one", &bytes);
	char path[PATH_BYTES + 16];
	snprintf(path, sizeof path, "%s/short.so", files);
	for (size_t length = 1; length < size; length += 64) {
		brb_image *image = NULL;
		brabeion_error error = BRABEION_NO_ERROR;
		write_file(path, bytes, length);
		cr_expect_eq(open_image(copies, path, &image, &error), BRABEION_CONFIG, "at %zu", length);
		brabeion_error_finish(&error);
	}
	free(bytes);
	cr_expect_eq(count_entries(only_folder()), 1, "nothing is left behind");
}
