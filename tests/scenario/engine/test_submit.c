/*
 * brabeion_submit, its descriptor and brabeion_dispatch: events complete once and in order, a full queue is reported,
 * and callbacks run on the dispatching thread.
 */
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "support/scene.h"

static const char badges[] = "plugins:\n  - file: obedient.so\n  - file: good_many.so\n  - file: memory_user.so\n";

/* ---- completions ---- */

/* Appends a completion to a scene's `told`: "name: outcome badge level;" */
typedef struct waiting {
	scene *here;
	char name[16];
	pthread_t thread;
	int heard;
} waiting;

static void note(scene *here, const char *text)
{
	pthread_mutex_lock(&here->lock);
	size_t used = strlen(here->told);
	snprintf(here->told + used, sizeof here->told - used, "%s", text);
	pthread_mutex_unlock(&here->lock);
}

static void hear(void *context, const brabeion_result *result)
{
	static const char *const outcomes[] = { "judged", "unhandled", "duplicate", "abandoned" };
	char text[256];
	waiting *mine = context;
	size_t used = (size_t)snprintf(text, sizeof text, "%s: %s", mine->name, outcomes[result->outcome]);
	if (result->status != BRABEION_OK)
		used += (size_t)snprintf(text + used, sizeof text - used, " %s",
					 brabeion_status_name(result->status));
	for (uint32_t i = 0; i < result->award_count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, " %s %u", result->awards[i].badge,
					 result->awards[i].level);
	for (uint32_t i = 0; i < result->failure_count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, " %s failed: %s", result->failures[i].slug,
					 result->failures[i].message);
	snprintf(text + used, sizeof text - used, ";");
	note(mine->here, text);
	mine->thread = pthread_self();
	mine->heard++;
}

static waiting wait_as(scene *here, const char *name)
{
	waiting made = { .here = here };
	snprintf(made.name, sizeof made.name, "%s", name);
	return made;
}

static brabeion_status submit(scene *here, waiting *mine, const char *name, const char *user, const char *id)
{
	brabeion_event event = BRABEION_EVENT(.name = name, .user = user, .id = id);
	return brabeion_submit(here->engine, &event, hear, mine);
}

static bool is_readable(scene *here, int timeout_ms)
{
	struct pollfd one = { .fd = brabeion_completions_fd(here->engine), .events = POLLIN };
	cr_assert_geq(one.fd, 0);
	return poll(&one, 1, timeout_ms) == 1;
}

/* Waits for completions and runs them, until `count` have run. */
static void dispatch(scene *here, size_t count)
{
	for (size_t ran = 0; ran < count;) {
		cr_assert(is_readable(here, -1));
		ran += brabeion_dispatch(here->engine);
		cr_assert_leq(ran, count);
	}
}

/* ---- outcomes ---- */

Test(submit, a_completion_tells_what_became_of_the_event)
{
	scene *here = scene_with(badges);
	waiting earned = wait_as(here, "earned"), again = wait_as(here, "again"), silent = wait_as(here, "silent");
	waiting unhandled = wait_as(here, "unhandled");
	cr_assert_eq(submit(here, &earned, "visit", "ada", "v1"), BRABEION_OK);
	cr_assert_eq(submit(here, &again, "visit", "ada", "v1"), BRABEION_OK);
	cr_assert_eq(submit(here, &silent, "visit", "ada", "v2"), BRABEION_OK);
	cr_assert_eq(submit(here, &unhandled, "whisper", "ada", "v3"), BRABEION_OK);
	dispatch(here, 4);
	cr_assert_str_eq(here->told,
			 "earned: judged first-visit 1;again: duplicate;silent: judged;unhandled: unhandled;");
	cr_assert_str_eq(scene_awards(here, "ada"), "first-visit 1 ;");
	scene_finish(here);
}

Test(submit, the_event_is_copied)
{
	scene *here = scene_with(badges);
	waiting mine = wait_as(here, "e");
	char name[] = "say", user[] = "ada", id[] = "7", badge[] = "many", key[] = "badge";
	brabeion_field fields[] = { BRABEION_TEXT(key, badge), BRABEION_INT("level", 2) };
	brabeion_event event = BRABEION_EVENT(.name = name, .user = user, .id = id, .fields = fields,
					      .field_count = 2, .has_at = true, .at_is_exact = true, .at_us = 42);
	cr_assert_eq(brabeion_submit(here->engine, &event, hear, &mine), BRABEION_OK);
	memset(name, 'x', 3);
	memset(user, 'x', 3);
	memset(id, 'x', 1);
	memset(badge, 'x', 4);
	memset(key, 'x', 5);
	memset(fields, 0, sizeof fields);
	dispatch(here, 1);
	brabeion_award_list list;
	cr_assert_eq(brabeion_user_awards(here->engine, "ada", NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.count, 1);
	cr_assert_str_eq(list.awards[0].badge, "many");
	cr_assert_eq(list.awards[0].level, 2);
	cr_assert_str_eq(list.awards[0].reason, "7");
	cr_assert_eq(list.awards[0].at_us, 42);
	brabeion_award_list_finish(&list);
	scene_finish(here);
}

Test(submit, a_completion_may_be_null)
{
	scene *here = scene_with(badges);
	cr_assert_eq(brabeion_submit(here->engine, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada"),
				     NULL, NULL),
		     BRABEION_OK);
	dispatch(here, 1);
	cr_assert_str_eq(scene_awards(here, "ada"), "first-visit 1 ;");
	scene_finish(here);
}

Test(submit, a_badge_that_fails_fails_alone)
{
	scene *here = scene_with(badges);
	waiting mine = wait_as(here, "e"), next = wait_as(here, "next");
	brabeion_field fields[] = { BRABEION_TEXT("badge", "one"), BRABEION_TEXT("fail", "no") };
	brabeion_event event = BRABEION_EVENT(.name = "say", .user = "ada", .fields = fields, .field_count = 2);
	cr_assert_eq(brabeion_submit(here->engine, &event, hear, &mine), BRABEION_OK);
	cr_assert_eq(submit(here, &next, "visit", "ada", NULL), BRABEION_OK);
	dispatch(here, 2);
	cr_assert_str_eq(here->told, "e: judged one failed: no;next: judged first-visit 1;");
	scene_finish(here);
}

/* ---- order ---- */

enum { USERS = 4, EACH = 300 };

typedef struct order {
	int next[USERS]; /* the number that must complete next */
	int wrong;
} order;

typedef struct numbered {
	order *all;
	int user, number;
} numbered;

static void check_order(void *context, const brabeion_result *result)
{
	numbered *mine = context;
	order *all = mine->all;
	all->wrong += result->status != BRABEION_OK || mine->number != all->next[mine->user];
	all->next[mine->user] = mine->number + 1;
}

typedef struct submitter {
	scene *here;
	numbered *mine;
} submitter;

static void *submit_all(void *context)
{
	submitter *one = context;
	for (int i = 0; i < EACH; i++) {
		char user[16], id[16];
		snprintf(user, sizeof user, "user%d", one->mine[i].user);
		snprintf(id, sizeof id, "%d", i);
		brabeion_field fields[] = { BRABEION_TEXT("badge", "many") };
		brabeion_event event =
			BRABEION_EVENT(.name = "say", .user = user, .id = id, .fields = fields, .field_count = 1);
		if (brabeion_submit(one->here->engine, &event, check_order, &one->mine[i]) != BRABEION_OK)
			one->mine[i].all->wrong++;
	}
	return NULL;
}

/* True when the user's awards have been stored in the order of their ids. */
static bool is_stored_in_order(scene *here, int number)
{
	char user[16];
	brabeion_award_list list;
	snprintf(user, sizeof user, "user%d", number);
	cr_assert_eq(brabeion_user_awards(here->engine, user, NULL, &list, NULL), BRABEION_OK);
	bool fine = list.count == EACH;
	for (size_t i = 0; i < list.count; i++)
		fine = fine && atoi(list.awards[i].event_id) == EACH - 1 - (int)i;
	brabeion_award_list_finish(&list);
	return fine;
}

Test(submit, events_of_one_user_are_judged_and_completed_first_in_first_out)
{
	static numbered numbers[USERS][EACH];
	scene *here = scene_with(badges);
	pthread_t threads[USERS];
	submitter submitters[USERS];
	order all = { .wrong = 0 };
	for (int user = 0; user < USERS; user++) {
		for (int i = 0; i < EACH; i++)
			numbers[user][i] = (numbered){ &all, user, i };
		submitters[user] = (submitter){ here, numbers[user] };
		cr_assert_eq(pthread_create(&threads[user], NULL, submit_all, &submitters[user]), 0);
	}
	dispatch(here, (size_t)USERS * EACH);
	for (int user = 0; user < USERS; user++) {
		pthread_join(threads[user], NULL);
		cr_assert_eq(all.next[user], EACH);
		cr_assert(is_stored_in_order(here, user), "user %d", user);
	}
	cr_assert_eq(all.wrong, 0);
	scene_finish(here);
}

/* ---- a full queue ---- */

/* Locks the database, so that submitted events cannot be judged. */
static sqlite3 *hold_database(scene *here)
{
	sqlite3 *other = NULL;
	cr_assert_eq(sqlite3_open(here->database, &other), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	return other;
}

static void let_go(sqlite3 *other)
{
	cr_assert_eq(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
}

static scene *scene_for(size_t capacity, const char *text)
{
	scene *here = scene_new();
	here->options.submit_capacity = capacity;
	scene_config(here, text);
	scene_open(here);
	return here;
}

Test(submit, a_full_queue_says_so_and_takes_nothing)
{
	scene *here = scene_for(3, "busy_timeout: 60s\nplugins:\n  - file: good_many.so\n");
	waiting a = wait_as(here, "a"), b = wait_as(here, "b"), c = wait_as(here, "c"), d = wait_as(here, "d");
	sqlite3 *other = hold_database(here);
	cr_assert_eq(submit(here, &a, "visit", "ada", NULL), BRABEION_OK);
	cr_assert_eq(submit(here, &b, "visit", "bob", NULL), BRABEION_OK);
	cr_assert_eq(submit(here, &c, "visit", "cyd", NULL), BRABEION_OK);
	cr_assert_eq(submit(here, &d, "visit", "dot", NULL), BRABEION_FULL);
	let_go(other);
	while (scene_count(here, NULL) < 3) /* judged but not dispatched: they still take places in the queue */
		cr_assert(is_readable(here, -1));
	cr_assert_eq(submit(here, &d, "visit", "dot", NULL), BRABEION_FULL);
	dispatch(here, 3);
	cr_assert_str_eq(here->told, "a: judged first-visit 1;b: judged first-visit 1;c: judged first-visit 1;");
	cr_assert_eq(submit(here, &d, "visit", "dot", NULL), BRABEION_OK);
	dispatch(here, 1);
	cr_assert_eq(d.heard, 1);
	scene_finish(here);
}

Test(submit, is_full_also_by_bytes)
{
	scene *here = scene_for(0, "busy_timeout: 60s\nplugins:\n  - file: memory_user.so\n");
	size_t length = 1024 * 1024;
	char *text = malloc(length + 1);
	memset(text, 'x', length);
	text[length] = '\0';
	brabeion_field fields[16];
	for (int i = 0; i < 16; i++)
		fields[i] = BRABEION_TEXT("text", text);
	brabeion_event event = BRABEION_EVENT(.name = "memory", .user = "ada", .fields = fields, .field_count = 16);
	sqlite3 *other = hold_database(here);
	int taken = 0;
	while (brabeion_submit(here->engine, &event, NULL, NULL) == BRABEION_OK)
		taken++;
	cr_assert_eq(taken, 3, "of 16 MiB and a little each: %d", taken);
	let_go(other);
	dispatch(here, 3);
	cr_assert_eq(brabeion_submit(here->engine, &event, NULL, NULL), BRABEION_OK);
	dispatch(here, 1);
	free(text);
	scene_finish(here);
}

Test(submit, an_event_larger_than_the_bound_is_taken_when_nothing_waits)
{
	scene *here = scene_for(0, "plugins:\n  - file: memory_user.so\n");
	size_t length = 1024 * 1024;
	char *text = malloc(length + 1);
	memset(text, 'x', length);
	text[length] = '\0';
	brabeion_field fields[65];
	for (int i = 0; i < 65; i++)
		fields[i] = BRABEION_TEXT("text", text);
	brabeion_event event = BRABEION_EVENT(.name = "memory", .user = "ada", .fields = fields, .field_count = 65);
	cr_assert_eq(brabeion_submit(here->engine, &event, NULL, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_submit(here->engine, &event, NULL, NULL), BRABEION_FULL);
	dispatch(here, 1);
	free(text);
	scene_finish(here);
}

/* ---- calls from callbacks ---- */

typedef struct chain {
	scene *here;
	int left, refused;
	size_t dispatched;
} chain;

/* Each completion submits the next event. */
static void submit_next(void *context, const brabeion_result *result)
{
	chain *mine = context;
	char user[16];
	mine->refused += result->status != BRABEION_OK || result->award_count != 1;
	mine->dispatched += brabeion_dispatch(mine->here->engine);
	if (--mine->left == 0)
		return;
	snprintf(user, sizeof user, "user%d", mine->left);
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = user);
	mine->refused += brabeion_submit(mine->here->engine, &event, submit_next, mine) != BRABEION_OK;
}

Test(submit, a_completion_may_submit_the_next_event_in_its_own_place)
{
	scene *here = scene_for(1, badges);
	chain mine = { .here = here, .left = 20 };
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "user20");
	cr_assert_eq(brabeion_submit(here->engine, &event, submit_next, &mine), BRABEION_OK);
	while (mine.left) {
		cr_assert(is_readable(here, -1));
		brabeion_dispatch(here->engine);
	}
	cr_assert_eq(mine.refused, 0);
	cr_assert_eq(scene_count(here, NULL), 20);
	scene_finish(here);
}

static void count_down(void *context, const brabeion_result *result)
{
	(void)result;
	((chain *)context)->left--;
}

/* Submits another event, waits until it is judged, and dispatches inside the callback. */
static void submit_and_dispatch(void *context, const brabeion_result *result)
{
	chain *mine = context;
	(void)result;
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "bob");
	cr_assert_eq(brabeion_submit(mine->here->engine, &event, count_down, mine), BRABEION_OK);
	cr_assert(is_readable(mine->here, -1));
	mine->dispatched += brabeion_dispatch(mine->here->engine);
}

Test(submit, dispatch_does_nothing_inside_a_completion)
{
	scene *here = scene_with(badges);
	chain mine = { .here = here, .left = 1 };
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ada");
	cr_assert_eq(brabeion_submit(here->engine, &event, submit_and_dispatch, &mine), BRABEION_OK);
	dispatch(here, 1);
	cr_assert_eq(mine.dispatched, 0);
	cr_assert_eq(mine.left, 1);
	dispatch(here, 1);
	cr_assert_eq(mine.left, 0);
	scene_finish(here);
}

static void dispatch_inside(void *context, const brabeion_award_info *award)
{
	chain *mine = context;
	(void)award;
	mine->dispatched += brabeion_dispatch(mine->here->engine);
	mine->left--;
}

Test(submit, dispatch_does_nothing_inside_an_on_award_callback)
{
	scene *here = scene_with(badges);
	chain mine = { .here = here, .left = 1 };
	waiting other = wait_as(here, "other");
	cr_assert_eq(brabeion_on_award(here->engine, dispatch_inside, &mine), BRABEION_OK);
	cr_assert_eq(submit(here, &other, "whisper", "ada", NULL), BRABEION_OK);
	cr_assert(is_readable(here, -1));
	scene_fire(here, "visit", "ada");
	cr_assert_eq(mine.left, 0);
	cr_assert_eq(mine.dispatched, 0);
	dispatch(here, 1);
	cr_assert_eq(other.heard, 1);
	scene_finish(here);
}

static void award_inside(void *context, const brabeion_result *result)
{
	scene *here = context;
	(void)result;
	cr_assert_str_eq(scene_earned(here, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "bob")),
			 "first-visit 1 ;");
	note(here, "completed;");
}

Test(submit, what_is_earned_inside_a_completion_is_told_after_it)
{
	scene *here = scene_with(badges);
	scene_listen(here);
	brabeion_event event = BRABEION_EVENT(.name = "visit", .user = "ada");
	cr_assert_eq(brabeion_submit(here->engine, &event, award_inside, here), BRABEION_OK);
	dispatch(here, 1);
	cr_assert_str_eq(here->told, "ada first-visit 1 ;completed;bob first-visit 1 ;");
	scene_finish(here);
}

typedef struct told_on {
	pthread_t thread;
	int told;
} told_on;

static void note_thread(void *context, const brabeion_award_info *award)
{
	told_on *mine = context;
	(void)award;
	mine->thread = pthread_self();
	mine->told++;
}

Test(submit, callbacks_run_on_the_thread_that_dispatches_and_not_before)
{
	scene *here = scene_with(badges);
	told_on award = { .told = 0 };
	waiting mine = wait_as(here, "e");
	cr_assert_eq(brabeion_on_award(here->engine, note_thread, &award), BRABEION_OK);
	cr_assert_eq(submit(here, &mine, "visit", "ada", NULL), BRABEION_OK);
	cr_assert(is_readable(here, -1));
	cr_assert_eq(scene_count(here, "ada"), 1, "stored when the descriptor says so");
	cr_assert_eq(award.told + mine.heard, 0);
	cr_assert_eq(brabeion_dispatch(here->engine), 1);
	cr_assert_eq(award.told, 1);
	cr_assert_eq(mine.heard, 1);
	cr_assert(pthread_equal(award.thread, pthread_self()));
	cr_assert(pthread_equal(mine.thread, pthread_self()));
	scene_finish(here);
}

/* ---- the descriptor ---- */

Test(submit, the_descriptor_is_quiet_before_and_after)
{
	scene *here = scene_with(badges);
	waiting mine = wait_as(here, "e");
	cr_assert(!is_readable(here, 0));
	cr_assert_eq(brabeion_dispatch(here->engine), 0);
	cr_assert_eq(submit(here, &mine, "visit", "ada", NULL), BRABEION_OK);
	cr_assert(is_readable(here, -1));
	cr_assert(is_readable(here, 0), "until it is dispatched");
	cr_assert_eq(brabeion_dispatch(here->engine), 1);
	cr_assert(!is_readable(here, 0));
	scene_finish(here);
}

/* ---- refused events, and storage failures ---- */

Test(submit, an_event_that_is_wrong_is_not_taken)
{
	scene *here = scene_with(badges);
	waiting mine = wait_as(here, "e");
	char longest[257];
	memset(longest, 'u', 256);
	longest[256] = '\0';
	cr_assert_eq(submit(here, &mine, "visit", "", NULL), BRABEION_INVALID);
	cr_assert_eq(submit(here, &mine, NULL, "ada", NULL), BRABEION_INVALID);
	cr_assert_eq(submit(here, &mine, "visit", "\xff", NULL), BRABEION_INVALID);
	cr_assert_eq(submit(here, &mine, "visit", longest, NULL), BRABEION_INVALID);
	cr_assert_eq(submit(here, &mine, "brabeion.awarded", "ada", NULL), BRABEION_INVALID);
	cr_assert(!is_readable(here, 0));
	cr_assert_eq(brabeion_dispatch(here->engine), 0);
	cr_assert_eq(mine.heard, 0);
	scene_finish(here);
}

Test(submit, a_busy_database_is_told_by_the_completion)
{
	scene *here = scene_for(0, "busy_timeout: 20ms\nplugins:\n  - file: good_many.so\n");
	scene_listen(here);
	waiting mine = wait_as(here, "first"), again = wait_as(here, "again");
	sqlite3 *other = hold_database(here);
	cr_assert_eq(submit(here, &mine, "visit", "ada", "v1"), BRABEION_OK);
	dispatch(here, 1);
	let_go(other);
	cr_assert_eq(submit(here, &again, "visit", "ada", "v1"), BRABEION_OK);
	dispatch(here, 1);
	cr_assert_str_eq(here->told, "first: abandoned busy;ada first-visit 1 ;again: judged first-visit 1;");
	scene_finish(here);
}

/* ---- closing ---- */

Test(submit, a_close_has_what_waits_judged_and_tells_no_completion)
{
	scene *here = scene_for(0, "busy_timeout: 60s\nplugins:\n  - file: good_many.so\n");
	waiting mine = wait_as(here, "e");
	scene_listen(here);
	for (int i = 0; i < 100; i++) {
		char user[16];
		snprintf(user, sizeof user, "user%d", i);
		cr_assert_eq(submit(here, &mine, "visit", user, NULL), BRABEION_OK);
	}
	scene_close(here);
	cr_assert_eq(mine.heard, 0);
	cr_assert_str_eq(here->told, "");
	scene_open(here);
	cr_assert_eq(scene_count(here, NULL), 100);
	scene_finish(here);
}

Test(submit, a_child_of_fork_is_refused_and_the_parent_goes_on)
{
	scene *here = scene_with(badges);
	waiting mine = wait_as(here, "e");
	cr_assert_eq(submit(here, &mine, "visit", "ada", NULL), BRABEION_OK);
	cr_assert(is_readable(here, -1));
	pid_t child = fork();
	if (child == 0) {
		bool refused = submit(here, &mine, "visit", "bob", NULL) == BRABEION_FORKED &&
			       brabeion_completions_fd(here->engine) == -1 && brabeion_dispatch(here->engine) == 0;
		brabeion_close(here->engine);
		_exit(refused && mine.heard == 0 ? 0 : 1);
	}
	int status = -1;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
	dispatch(here, 1);
	cr_assert_str_eq(here->told, "e: judged first-visit 1;");
	scene_finish(here);
}

Test(submit, the_library_s_thread_takes_no_signal_of_the_host)
{
	scene *here = scene_with(badges);
	waiting mine = wait_as(here, "e");
	sigset_t one, pending;
	sigemptyset(&one);
	sigaddset(&one, SIGUSR1);
	cr_assert_eq(submit(here, &mine, "visit", "ada", NULL), BRABEION_OK); /* starts the thread */
	dispatch(here, 1);
	cr_assert_eq(pthread_sigmask(SIG_BLOCK, &one, NULL), 0);
	cr_assert_eq(kill(getpid(), SIGUSR1), 0); /* ends the process if any thread does not block it */
	cr_assert_eq(submit(here, &mine, "visit", "bob", NULL), BRABEION_OK);
	dispatch(here, 1);
	cr_assert_eq(sigpending(&pending), 0);
	cr_assert_eq(sigismember(&pending, SIGUSR1), 1, "still waits for the host's own thread");
	scene_finish(here);
}
