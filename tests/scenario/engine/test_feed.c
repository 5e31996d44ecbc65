/*
 * The feed: awards and revocations of all processes, each once, in the order of their sequences; and its descriptor.
 */
#include <poll.h>
#include <sys/wait.h>

#include "support/decisions.h"

static const char obedient[] = "plugins:\n  - file: obedient.so\n";

/* Fires an event that earns a level of "one". */
static void earn(scene *here, const char *user, int64_t level)
{
	scene_fire(here, "say", user, BRABEION_TEXT("badge", "one"), BRABEION_INT("level", level));
}

/* ---- order and paging ---- */

Test(feed, is_empty_at_first)
{
	scene *here = scene_with(obedient);
	brabeion_change_list list;
	cr_assert_eq(brabeion_changes_since(here->engine, 0, NULL, &list, NULL), BRABEION_OK);
	cr_expect_eq(list.count, 0);
	brabeion_change_list_finish(&list);
	cr_expect_eq(list.count, 0);
	brabeion_change_list_finish(&list);
	brabeion_change_list_finish(NULL);
	scene_finish(here);
}

Test(feed, tells_awards_and_revocations_in_the_order_in_which_they_were_stored)
{
	scene *here = scene_with(obedient);
	earn(here, "ada", 2);
	decide_award(here, "ben", "many", .reason = "rescue", .comment = "by hand");
	decide_revoke(here, "ada", "one", .comment = "cheated");
	earn(here, "ada", 1);
	decide_revoke(here, "ben", "many");
	cr_expect_str_eq(decide_feed(here, 0, 0), "1+ada one 2 ;2+ben many 1 rescue/by hand;3-ada one 2 /cheated;"
						  "4+ada one 1 ;5-ben many 1 rescue;");
	scene_finish(here);
}

Test(feed, an_award_that_was_revoked_and_granted_anew_is_told_each_time)
{
	scene *here = scene_with(obedient);
	for (int i = 0; i < 3; i++) {
		decide_award(here, "ada", "one");
		decide_revoke(here, "ada", "one");
	}
	cr_expect_str_eq(decide_feed(here, 0, 0), "1+ada one 1 ;2-ada one 1 ;3+ada one 1 ;4-ada one 1 ;"
						  "5+ada one 1 ;6-ada one 1 ;");
	scene_finish(here);
}

Test(feed, goes_on_after_a_sequence)
{
	scene *here = scene_with(obedient);
	earn(here, "ada", 1), earn(here, "ben", 1);
	decide_revoke(here, "ada", "one");
	cr_expect_str_eq(decide_feed(here, 1, 0), "2+ben one 1 ;3-ada one 1 ;");
	cr_expect_str_eq(decide_feed(here, 2, 0), "3-ada one 1 ;");
	cr_expect_str_eq(decide_feed(here, 3, 0), "");
	cr_expect_str_eq(decide_feed(here, INT64_MAX, 0), "");
	cr_expect_str_eq(decide_feed(here, -1, 1), "1+ada one 1 ;");
	scene_finish(here);
}

Test(feed, read_by_pages_is_the_same)
{
	scene *here = scene_with(obedient);
	char whole[4096], pages[4096];
	for (int i = 0; i < 9; i++) {
		char user[16];
		snprintf(user, sizeof user, "u%d", i);
		earn(here, user, 1);
		if (i % 2)
			decide_revoke(here, user, "one");
	}
	snprintf(whole, sizeof whole, "%s", decide_feed(here, 0, 0));
	for (size_t limit = 1; limit <= 20; limit++) {
		int64_t sequence = 0;
		pages[0] = '\0';
		for (;;) {
			brabeion_change_list list;
			cr_assert_eq(
				brabeion_changes_since(here->engine, sequence,
						       &(brabeion_list_options)BRABEION_LIST_OPTIONS(.limit = limit),
						       &list, NULL),
				BRABEION_OK);
			cr_assert_leq(list.count, limit);
			size_t count = list.count;
			strcat(pages, decisions_of(&list));
			if (count)
				sequence = list.changes[count - 1].sequence;
			brabeion_change_list_finish(&list);
			if (!count)
				break;
		}
		cr_expect_str_eq(pages, whole, "by %zu", limit);
	}
	scene_finish(here);
}

Test(feed, tells_badges_that_are_loaded_no_more)
{
	scene *here = scene_with(obedient);
	earn(here, "ada", 1);
	scene_close(here);
	scene_config(here, "plugins:\n  - file: good_one.so\n");
	scene_open(here);
	brabeion_change_list list;
	cr_assert_eq(brabeion_changes_since(here->engine, 0, NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 1);
	cr_expect_str_eq(list.changes[0].award->badge, "one");
	cr_expect_str_eq(list.changes[0].award->name, "Low");
	brabeion_change_list_finish(&list);
	scene_finish(here);
}

/* ---- across engines and processes ---- */

Test(feed, is_one_for_two_engines)
{
	scene *here = scene_with(obedient);
	scene there = *here; /* the same folder, another engine */
	scene_open(&there);
	earn(here, "ada", 1);
	earn(&there, "ben", 1);
	decide_revoke(&there, "ada", "one");
	earn(here, "cy", 1);
	decide_revoke(here, "ben", "one");
	const char expected[] = "1+ada one 1 ;2+ben one 1 ;3-ada one 1 ;4+cy one 1 ;5-ben one 1 ;";
	cr_expect_str_eq(decide_feed(here, 0, 0), expected);
	cr_expect_str_eq(decide_feed(&there, 0, 0), expected);
	scene_close(&there);
	scene_finish(here);
}

enum { WORKERS = 3, USERS_EACH = 40 };

/* In a child process: grants an award to each of its users and revokes every second one. */
static int work(scene *here, int number)
{
	if (brabeion_open(&here->options, &here->engine, NULL) != BRABEION_OK)
		return 1;
	for (int i = 0; i < USERS_EACH; i++) {
		char user[32];
		snprintf(user, sizeof user, "w%d-%d", number, i);
		if (brabeion_award(here->engine, &(brabeion_grant)BRABEION_GRANT(.user = user, .badge = "one"),
				   NULL) != BRABEION_OK)
			return 2;
		if (i % 2 && brabeion_revoke(here->engine,
					     &(brabeion_revocation)BRABEION_REVOCATION(.user = user, .badge = "one"),
					     NULL, NULL) != BRABEION_OK)
			return 3;
	}
	brabeion_close(here->engine);
	return 0;
}

static void start_workers(scene *here, pid_t workers[WORKERS])
{
	for (int i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		cr_assert_geq(workers[i], 0);
		if (workers[i] == 0)
			_exit(work(here, i));
	}
}

static void end_workers(const pid_t workers[WORKERS])
{
	for (int i = 0; i < WORKERS; i++) {
		int status = 0;
		cr_assert_eq(waitpid(workers[i], &status, 0), workers[i]);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "worker %d: %x", i, (unsigned)status);
	}
}

/* What a reader has read: how often each user was awarded and revoked. */
typedef struct reading {
	int64_t sequence;
	size_t count;
	int awarded[WORKERS][USERS_EACH], revoked[WORKERS][USERS_EACH];
} reading;

/* Reads the next changes; sequences only grow, and a revocation follows its award. */
static void read_on(scene *here, reading *mine)
{
	brabeion_change_list list;
	cr_assert_eq(brabeion_changes_since(here->engine, mine->sequence, NULL, &list, &here->error), BRABEION_OK,
		     "%s", here->error.message);
	for (size_t i = 0; i < list.count; i++) {
		const brabeion_change *change = &list.changes[i];
		int worker = -1, user = -1;
		cr_assert_eq(sscanf(change->award->user, "w%d-%d", &worker, &user), 2);
		cr_assert_gt(change->sequence, mine->sequence);
		mine->sequence = change->sequence;
		if (change->kind == BRABEION_CHANGE_REVOKED)
			cr_assert_eq(mine->awarded[worker][user], 1);
		(change->kind == BRABEION_CHANGE_REVOKED ? mine->revoked : mine->awarded)[worker][user]++;
	}
	mine->count += list.count;
	brabeion_change_list_finish(&list);
}

static void expect_all(const reading *mine)
{
	cr_expect_eq(mine->count, WORKERS * (USERS_EACH + USERS_EACH / 2));
	for (int worker = 0; worker < WORKERS; worker++)
		for (int user = 0; user < USERS_EACH; user++) {
			cr_expect_eq(mine->awarded[worker][user], 1, "w%d-%d", worker, user);
			cr_expect_eq(mine->revoked[worker][user], user % 2, "w%d-%d", worker, user);
		}
}

Test(feed, read_while_other_processes_store_is_complete)
{
	scene *here = scene_new();
	pid_t workers[WORKERS];
	reading mine = { 0 };
	scene_config(here, obedient);
	start_workers(here, workers);
	scene_open(here);
	while (mine.count < WORKERS * (USERS_EACH + USERS_EACH / 2))
		read_on(here, &mine);
	end_workers(workers);
	read_on(here, &mine);
	expect_all(&mine);
	scene_finish(here);
}

/* ---- waking ---- */

/* The first read opens a connection, which may signal the descriptor. */
static void become_quiet(scene *here)
{
	decide_feed(here, 0, 0);
	decide_feed(here, 0, 0);
}

static bool is_readable(int fd, int timeout_ms)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	return poll(&wait, 1, timeout_ms) == 1;
}

Test(feed, its_descriptor_is_readable_after_each_change_and_quiet_after_reading)
{
	scene *here = scene_with(obedient);
	int fd = brabeion_changes_fd(here->engine);
	cr_assert_geq(fd, 0);
	cr_expect_eq(brabeion_changes_fd(here->engine), fd, "there is one");
	become_quiet(here);
	cr_expect_not(is_readable(fd, 0));
	earn(here, "ada", 1);
	cr_expect(is_readable(fd, 0));
	cr_expect_str_eq(decide_feed(here, 0, 0), "1+ada one 1 ;");
	cr_expect_not(is_readable(fd, 0));
	decide_revoke(here, "ada", "one");
	cr_expect(is_readable(fd, 0));
	cr_expect_str_eq(decide_feed(here, 1, 0), "2-ada one 1 ;");
	cr_expect_not(is_readable(fd, 0));
	scene_finish(here);
}

Test(feed, its_descriptor_is_readable_after_a_change_by_another_engine)
{
	scene *here = scene_with(obedient);
	scene there = *here;
	int fd = brabeion_changes_fd(here->engine);
	scene_open(&there);
	become_quiet(here);
	cr_expect_not(is_readable(fd, 0));
	earn(&there, "ada", 1);
	cr_expect(is_readable(fd, 0));
	cr_expect_str_eq(decide_feed(here, 0, 0), "1+ada one 1 ;");
	decide_revoke(&there, "ada", "one");
	cr_expect(is_readable(fd, 0));
	cr_expect_str_eq(decide_feed(here, 1, 0), "2-ada one 1 ;");
	scene_close(&there);
	scene_finish(here);
}

/* Reads only when the descriptor is signalled, so a change without a signal makes the test time out. */
static void follow_workers(const char *settings)
{
	scene *here = scene_new();
	pid_t workers[WORKERS];
	reading mine = { 0 };
	char text[256];
	snprintf(text, sizeof text, "%s%s", settings, obedient);
	scene_config(here, text);
	scene_open(here);
	int fd = brabeion_changes_fd(here->engine);
	cr_assert_geq(fd, 0);
	start_workers(here, workers);
	do {
		cr_assert(is_readable(fd, 20000), "not woken after %zu changes", mine.count);
		read_on(here, &mine);
	} while (mine.count < WORKERS * (USERS_EACH + USERS_EACH / 2));
	end_workers(workers);
	expect_all(&mine);
	scene_finish(here);
}

Test(feed, followed_by_the_descriptor_alone_is_complete)
{
	follow_workers("");
}

Test(feed, followed_by_the_descriptor_alone_is_complete_at_synchronous_full)
{
	follow_workers("synchronous: full\n");
}

Test(feed, its_descriptor_goes_with_the_engine)
{
	scene *here = scene_with(obedient);
	int fd = brabeion_changes_fd(here->engine);
	cr_assert_geq(fd, 0);
	cr_expect_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	scene_close(here);
	cr_expect_eq(fcntl(fd, F_GETFD), -1);
	scene_finish(here);
}

/* ---- refused calls ---- */

Test(feed, is_refused_in_a_child_of_fork)
{
	scene *here = scene_with(obedient);
	brabeion_change_list list = { .count = 42 };
	earn(here, "ada", 1);
	pid_t child = fork();
	if (child == 0) {
		bool refused =
			brabeion_changes_since(here->engine, 0, NULL, &list, NULL) == BRABEION_FORKED &&
			list.count == 42 && brabeion_changes_fd(here->engine) == -1 &&
			brabeion_award(here->engine, &(brabeion_grant)BRABEION_GRANT(.user = "a", .badge = "one"),
				       NULL) == BRABEION_FORKED &&
			brabeion_revoke(here->engine,
					&(brabeion_revocation)BRABEION_REVOCATION(.user = "a", .badge = "one"), NULL,
					NULL) == BRABEION_FORKED;
		_exit(refused ? 0 : 1);
	}
	int status = 0;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	scene_finish(here);
}
