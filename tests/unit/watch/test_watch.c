/*
 * watch: the thread that calls `look`; the calls are counted under a lock. Tests wait for a call as long as a slow
 * machine may need.
 */
#include <criterion/criterion.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/folder.h"
#include "watch/watch.h"

enum { DEADLINE_S = 60 };

static char folder[PATH_BYTES], path[PATH_BYTES];
static const char *paths[] = { path };
static brb_watch *watch;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int looks;         /* calls that have begun */
static bool is_held;      /* calls block while it is true */
static int open_signals;  /* not blocked in the thread */
static char content[256]; /* of the file at the last call */

static void read_file(void)
{
	FILE *file = fopen(path, "r");
	size_t got = file ? fread(content, 1, sizeof content - 1, file) : 0;
	content[got] = '\0';
	if (file)
		fclose(file);
}

static void look(void *context)
{
	sigset_t blocked;
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	pthread_mutex_lock(&lock);
	cr_assert_eq(context, &looks);
	for (int number = 1; number < NSIG; number++)
		open_signals += sigismember(&blocked, number) == 0 && number != SIGKILL && number != SIGSTOP &&
				(number < 32 || number >= SIGRTMIN);
	read_file();
	looks++;
	pthread_cond_broadcast(&changed);
	while (is_held)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void wait_for_looks(int count)
{
	struct timespec deadline;
	int problem = 0;
	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += DEADLINE_S;
	pthread_mutex_lock(&lock);
	while (looks < count && problem == 0)
		problem = pthread_cond_timedwait(&changed, &lock, &deadline);
	int seen = looks;
	pthread_mutex_unlock(&lock);
	cr_assert_geq(seen, count, "%d looks within %d s", seen, DEADLINE_S);
}

static int looks_so_far(void)
{
	pthread_mutex_lock(&lock);
	int seen = looks;
	pthread_mutex_unlock(&lock);
	return seen;
}

static void hold(bool held)
{
	pthread_mutex_lock(&lock);
	is_held = held;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static void put(const char *text)
{
	write_file(path, text);
}

static void follow(void)
{
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_watch_follow(watch, paths, 1, &error), BRABEION_OK, "%s", error.message);
}

static void enter(void)
{
	brabeion_error error = BRABEION_NO_ERROR;
	make_folder(folder);
	join(path, folder, "badges.yaml");
	put("old");
	cr_assert_eq(brb_watch_open(look, &looks, &watch, &error), BRABEION_OK, "%s", error.message);
}

static void leave(void)
{
	brb_watch_close(watch);
	remove_folder(folder);
}

TestSuite(watch, .init = enter, .fini = leave, .timeout = 120);

Test(watch, looks_when_a_file_has_changed)
{
	follow();
	put("new");
	wait_for_looks(1);
	put("newer");
	wait_for_looks(2);
	cr_assert_str_eq(content, "newer");
}

Test(watch, looks_when_it_is_asked_to)
{
	brb_watch_ask(watch);
	wait_for_looks(1);
}

Test(watch, blocks_all_signals)
{
	if (getenv("BRB_QEMU")) /* tests/aarch64 */
		cr_skip_test("qemu-user has fewer signals than the machine");
	brb_watch_ask(watch);
	wait_for_looks(1);
	cr_assert_eq(open_signals, 0);
}

Test(watch, goes_on_looking_while_writes_never_end)
{
	follow();
	while (looks_so_far() < 2)
		put("again");
}

Test(watch, goes_on_looking_while_a_file_is_kept_open)
{
	follow();
	FILE *file = fopen(path, "w");
	cr_assert_geq(fputs("half", file), 0);
	cr_assert_eq(fflush(file), 0);
	wait_for_looks(1);
	cr_assert_str_eq(content, "half");
	cr_assert_eq(fclose(file), 0);
	wait_for_looks(2);
}

Test(watch, misses_nothing_that_happens_during_a_look)
{
	follow();
	hold(true);
	put("one");
	wait_for_looks(1);
	put("two");
	hold(false);
	wait_for_looks(2);
	cr_assert_str_eq(content, "two");
}

Test(watch, does_not_look_at_what_it_no_longer_follows)
{
	brabeion_error error = BRABEION_NO_ERROR;
	follow();
	cr_assert_eq(brb_watch_follow(watch, NULL, 0, &error), BRABEION_OK);
	put("new");
	brb_watch_ask(watch);
	wait_for_looks(1);
	hold(true); /* the next call would be counted */
	put("newer");
	brb_watch_close(watch);
	watch = NULL;
	cr_assert_eq(looks, 1);
}

static void *let_go(void *context)
{
	(void)context;
	hold(false);
	return NULL;
}

Test(watch, waits_for_a_running_look_when_it_is_closed)
{
	pthread_t other;
	hold(true);
	brb_watch_ask(watch);
	wait_for_looks(1);
	cr_assert_eq(pthread_create(&other, NULL, let_go, NULL), 0);
	brb_watch_close(watch);
	watch = NULL;
	cr_assert_not(is_held);
	pthread_join(other, NULL);
}

Test(watch, ends_at_once_when_nothing_has_happened)
{
	follow();
	brb_watch_close(watch);
	brb_watch_close(NULL);
	watch = NULL;
	cr_assert_eq(looks, 0);
}

Test(watch, looks_again_later_though_nothing_has_changed)
{
	follow();
	brb_watch_ask_later(watch, 1000);
	wait_for_looks(1);
	brb_watch_ask_later(watch, INT64_C(3600) * 1000000);
	put("new");
	wait_for_looks(2);
	cr_expect_str_eq(content, "new");
}
