/*
 * watch/set: changes of a file, and of the folders and links on the way to it, are of interest; changes beside it are not.
 * The kernel queues an event before the call that causes it returns, so no test waits.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/folder.h"
#include "watch/set.h"

static char folder[PATH_BYTES];
static int inotify;
static brb_watch_set set;

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

static void make(const char *name)
{
	cr_assert_eq(mkdir(at(name), 0755), 0, "%s: %s", name, strerror(errno));
}

static void move(const char *from, const char *to)
{
	cr_assert_eq(rename(at(from), at(to)), 0, "%s: %s", from, strerror(errno));
}

static void drop(const char *name)
{
	cr_assert_eq(remove(at(name)), 0, "%s: %s", name, strerror(errno));
}

static void enter(void)
{
	make_folder(folder);
	inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	cr_assert_geq(inotify, 0);
	set = (brb_watch_set){ .entries = NULL };
}

static void leave(void)
{
	brb_watch_set_finish(&set);
	close(inotify);
	remove_folder(folder);
}

TestSuite(watch_set, .init = enter, .fini = leave);

/* True if an event of interest has arrived since the last call. */
static bool has_happened(void)
{
	_Alignas(struct inotify_event) char piece[16 * 1024];
	bool concerned = false;
	ssize_t got;
	while ((got = read(inotify, piece, sizeof piece)) > 0) {
		for (const char *from = piece; from < piece + got;) {
			const struct inotify_event *event = (const struct inotify_event *)(const void *)from;
			concerned |= brb_watch_set_concerns(&set, event);
			from += sizeof *event + event->len;
		}
	}
	return concerned;
}

static void follow(const char *name)
{
	const char *paths[] = { at(name) };
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_watch_set_change(&set, inotify, paths, 1, &error), BRABEION_OK, "%s", error.message);
	has_happened();
}

/* The kernel's number of watches, proc(5). */
static size_t count_watches(void)
{
	char path[64], line[512];
	size_t count = 0;
	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", inotify);
	FILE *file = fopen(path, "r");
	cr_assert_not_null(file);
	while (fgets(line, sizeof line, file))
		count += strncmp(line, "inotify ", 8) == 0;
	fclose(file);
	return count;
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

Test(watch_set, a_write_in_place_is_noticed)
{
	put("badges.yaml", "old");
	follow("badges.yaml");
	put("badges.yaml", "new");
	cr_assert(has_happened());
	cr_assert_not(has_happened());
}

Test(watch_set, a_file_put_in_its_place_is_noticed)
{
	put("badges.yaml", "old");
	follow("badges.yaml");
	put("new", "new");
	cr_assert_not(has_happened());
	move("new", "badges.yaml");
	cr_assert(has_happened());
	follow("badges.yaml");
	put("badges.yaml", "newer");
	cr_assert(has_happened());
}

Test(watch_set, a_file_that_goes_and_comes_is_noticed_both_times)
{
	put("badges.yaml", "old");
	follow("badges.yaml");
	drop("badges.yaml");
	cr_assert(has_happened());
	follow("badges.yaml");
	put("badges.yaml", "new");
	cr_assert(has_happened());
}

Test(watch_set, what_is_written_and_not_closed_is_open)
{
	put("badges.yaml", "old");
	follow("badges.yaml");
	int file = open(at("badges.yaml"), O_WRONLY | O_TRUNC);
	cr_assert_geq(file, 0);
	cr_assert(has_happened());
	cr_assert(brb_watch_set_is_open(&set));
	cr_assert_eq(write(file, "new", 3), 3);
	cr_assert(has_happened());
	cr_assert(brb_watch_set_is_open(&set));
	close(file);
	cr_assert(has_happened());
	cr_assert_not(brb_watch_set_is_open(&set));
}

Test(watch_set, a_changed_mode_is_noticed)
{
	put("badges.yaml", "old");
	follow("badges.yaml");
	cr_assert_eq(chmod(at("badges.yaml"), 0600), 0);
	cr_assert(has_happened());
}

Test(watch_set, a_file_that_may_not_be_read_is_noticed_when_it_may)
{
	cr_assert_eq(chmod(folder, 0777), 0);
	if (geteuid() == 0) /* root may read everything */
		cr_assert_eq(seteuid(65534), 0);
	put("badges.yaml", "old");
	cr_assert_eq(chmod(at("badges.yaml"), 0), 0);
	follow("badges.yaml");
	cr_assert_eq(chmod(at("badges.yaml"), 0600), 0);
	cr_assert(has_happened());
	cr_assert_eq(seteuid(getuid()), 0);
}

Test(watch_set, a_write_through_another_name_is_noticed)
{
	make("elsewhere");
	put("badges.yaml", "old");
	cr_assert_eq(link(at("badges.yaml"), at("elsewhere/other")), 0);
	follow("badges.yaml");
	put("elsewhere/other", "new");
	cr_assert(has_happened());
}

Test(watch_set, what_happens_beside_it_is_not_of_interest)
{
	put("badges.yaml", "old");
	follow("badges.yaml");
	put("badges.db-wal", "pages");
	put("badges.yaml~", "backup");
	make("brabeion-1-abc");
	move("brabeion-1-abc", "brabeion-2-abc");
	drop("badges.db-wal");
	drop("brabeion-2-abc");
	cr_assert_not(has_happened());
}

Test(watch_set, reading_it_is_not_of_interest)
{
	char text[8];
	put("badges.yaml", "old");
	follow("badges.yaml");
	int file = open(at("badges.yaml"), O_RDONLY);
	cr_assert_eq(read(file, text, sizeof text), 3);
	close(file);
	cr_assert_not(has_happened());
}

/* ---- folders --------------------------------------------------------------------------------------------------- */

Test(watch_set, a_folder_that_is_not_there_yet_is_noticed_step_by_step)
{
	follow("one/two/points.so");
	make("one");
	cr_assert(has_happened());
	follow("one/two/points.so");
	make("one/two");
	cr_assert(has_happened());
	follow("one/two/points.so");
	put("one/two/points.so", "\177ELF");
	cr_assert(has_happened());
}

Test(watch_set, a_folder_that_is_deleted_and_made_again_is_noticed)
{
	make("one");
	put("one/points.so", "\177ELF");
	follow("one/points.so");
	drop("one/points.so");
	drop("one");
	cr_assert(has_happened());
	follow("one/points.so");
	make("one");
	cr_assert(has_happened());
	follow("one/points.so");
	put("one/points.so", "\177ELF");
	cr_assert(has_happened());
}

Test(watch_set, folders_that_are_swapped_are_noticed_however_far_up)
{
	make("app");
	make("app/plugins");
	put("app/plugins/points.so", "old");
	make("next");
	make("next/plugins");
	put("next/plugins/points.so", "new");
	follow("app/plugins/points.so");
	move("app", "before");
	cr_assert(has_happened());
	move("next", "app");
	cr_assert(has_happened());
	follow("app/plugins/points.so");
	put("before/plugins/points.so", "older");
	cr_assert_not(has_happened());
	put("app/plugins/points.so", "newer");
	cr_assert(has_happened());
}

Test(watch_set, dots_and_slashes_in_a_path_lead_where_they_lead)
{
	make("one");
	make("two");
	put("two/points.so", "old");
	follow("one/.././/two/./points.so");
	put("two/points.so", "new");
	cr_assert(has_happened());
}

/* ---- links ----------------------------------------------------------------------------------------------------- */

Test(watch_set, a_link_and_what_it_leads_to_are_noticed)
{
	make("real");
	put("real/one.yaml", "one");
	put("real/two.yaml", "two");
	cr_assert_eq(symlink("real/one.yaml", at("badges.yaml")), 0);
	follow("badges.yaml");
	put("real/one.yaml", "three");
	cr_assert(has_happened());
	put("real/two.yaml", "four");
	cr_assert_not(has_happened());
	cr_assert_eq(symlink("real/two.yaml", at("aside")), 0);
	move("aside", "badges.yaml");
	cr_assert(has_happened());
	follow("badges.yaml");
	put("real/two.yaml", "five");
	cr_assert(has_happened());
}

Test(watch_set, a_link_with_an_absolute_target_is_followed)
{
	make("real");
	put("real/badges.yaml", "old");
	cr_assert_eq(symlink(at("real"), at("link")), 0);
	follow("link/badges.yaml");
	put("real/badges.yaml", "new");
	cr_assert(has_happened());
}

/* How a kubelet replaces a ConfigMap: one rename of `..data`. */
Test(watch_set, a_config_map_that_is_replaced_is_noticed)
{
	make("..2026_01");
	make("..2026_02");
	put("..2026_01/badges.yaml", "old");
	put("..2026_02/badges.yaml", "new");
	cr_assert_eq(symlink("..2026_01", at("..data")), 0);
	cr_assert_eq(symlink("..data/badges.yaml", at("badges.yaml")), 0);
	follow("badges.yaml");
	cr_assert_eq(symlink("..2026_02", at("..data_tmp")), 0);
	cr_assert_not(has_happened());
	move("..data_tmp", "..data");
	cr_assert(has_happened());
	follow("badges.yaml");
	put("..2026_02/badges.yaml", "newer");
	cr_assert(has_happened());
}

Test(watch_set, a_link_that_leads_nowhere_is_noticed_when_it_leads_somewhere)
{
	cr_assert_eq(symlink("nowhere/badges.yaml", at("badges.yaml")), 0);
	follow("badges.yaml");
	make("nowhere");
	cr_assert(has_happened());
}

Test(watch_set, a_link_to_itself_is_given_up_and_noticed_when_it_is_replaced)
{
	cr_assert_eq(symlink("badges.yaml", at("badges.yaml")), 0);
	follow("badges.yaml");
	drop("badges.yaml");
	cr_assert(has_happened());
}

/* ---- the kernel's side ----------------------------------------------------------------------------------------- */

Test(watch_set, watches_that_are_no_longer_needed_are_removed)
{
	make("one");
	put("one/badges.yaml", "old");
	follow("badges.yaml");
	size_t before = count_watches();
	follow("one/badges.yaml");
	cr_assert_eq(count_watches(), before + 2);
	follow("badges.yaml");
	cr_assert_eq(count_watches(), before);
	put("one/badges.yaml", "new");
	cr_assert_not(has_happened());
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_watch_set_change(&set, inotify, NULL, 0, &error), BRABEION_OK);
	cr_assert_eq(count_watches(), 0);
}

Test(watch_set, a_queue_that_overflows_is_of_interest)
{
	follow("badges.yaml");
	cr_assert(brb_watch_set_concerns(&set, &(struct inotify_event){ .wd = -1, .mask = IN_Q_OVERFLOW }));
	cr_assert_not(brb_watch_set_concerns(&set, &(struct inotify_event){ .wd = 9999, .mask = IN_IGNORED }));
}

static bool set_limit(const char *number)
{
	int limit = open("/proc/sys/user/max_inotify_watches", O_WRONLY);
	bool written = limit >= 0 && write(limit, number, strlen(number)) == (ssize_t)strlen(number);
	close(limit);
	return written;
}

/* A user namespace has limits of its own, user_namespaces(7). Returns an exit status. */
static int meet_the_limit(void)
{
	brabeion_error error = BRABEION_NO_ERROR;
	const char *paths[] = { at("badges.yaml"), at("folder/points.so") };
	if (unshare(CLONE_NEWUSER) != 0 || !set_limit("100"))
		return 77;
	inotify = inotify_init1(IN_NONBLOCK);
	if (brb_watch_set_change(&set, inotify, paths, 1, &error) != BRABEION_OK || !set_limit("1"))
		return 1;
	brabeion_status status = brb_watch_set_change(&set, inotify, paths, 2, &error);
	if (status != BRABEION_SYSTEM || !strstr(error.message, "sysctl fs.inotify.max_user_watches"))
		return 2;
	has_happened();
	put("badges.yaml", "new"); /* still watched */
	return has_happened() ? 0 : 3;
}

Test(watch_set, the_limit_of_watches_is_named_and_what_was_watched_still_is)
{
	int status = 0;
	make("folder");
	put("badges.yaml", "old");
	pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child == 0)
		_exit(meet_the_limit());
	cr_assert_eq(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		leave();
		cr_skip_test("this system gives no user namespace");
	}
	cr_assert_eq(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
}

Test(watch_set, a_folder_that_may_not_be_read_is_named)
{
	make("closed");
	put("closed/badges.yaml", "old");
	cr_assert_eq(chmod(folder, 0755) | chmod(at("closed"), 0711), 0);
	if (geteuid() == 0)
		cr_assert_eq(seteuid(65534), 0);
	else
		cr_assert_eq(chmod(at("closed"), 0111), 0);
	const char *paths[] = { at("closed/badges.yaml") };
	char message[PATH_BYTES * 2];
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(brb_watch_set_change(&set, inotify, paths, 1, &error), BRABEION_SYSTEM);
	snprintf(message, sizeof message,
		 "cannot watch %s for \"badges.yaml\": Permission denied: what happens there is not noticed",
		 at("closed"));
	cr_expect_str_eq(error.message, message);
	brabeion_error_finish(&error);
	cr_assert_eq(seteuid(getuid()), 0);
	cr_assert_eq(chmod(at("closed"), 0755), 0);
}
