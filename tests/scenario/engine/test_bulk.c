/*
 * Batches that share a commit (<brabeion/bulk.h>): what is stored when, what an error or a closed bulk leaves, and that
 * who waits for the database gets it.
 */
#include <brabeion/bulk.h>

#include <sys/wait.h>

#include "support/scene.h"

static const char config[] = "plugins:\n"
			     "  - file: points.so\n";

static brabeion_bulk *open_bulk(scene *here)
{
	brabeion_bulk *bulk = NULL;
	cr_assert_eq(brabeion_bulk_open(here->engine, &bulk, &here->error), BRABEION_OK, "%s", here->error.message);
	return bulk;
}

/* Judges an event of 6,000 points, which earns Bronze; returns how many awards its result has. */
static uint32_t judge(brabeion_bulk *bulk, const char *user, const char *id)
{
	brabeion_field field = BRABEION_INT("points", 6000);
	brabeion_event event =
		BRABEION_EVENT(.name = "points_awarded", .user = user, .id = id, .fields = &field, .field_count = 1);
	brabeion_result result = BRABEION_RESULT();
	cr_assert_eq(brabeion_bulk_judge(bulk, &event, 1, &result), BRABEION_OK, "%s", result.message);
	uint32_t awards = result.award_count;
	brabeion_result_finish(&result);
	return awards;
}

/* The awards that a reader sees, in the scene's engine or in another process: what is committed. */
static int64_t count_stored(scene *here, const char *user)
{
	int64_t count = -1;
	cr_assert_eq(brabeion_count_awards(here->engine, user, &count, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	return count;
}

Test(bulk, is_stored_at_its_commit)
{
	scene *here = scene_with(config);
	brabeion_bulk *bulk = open_bulk(here);
	cr_expect_eq(judge(bulk, "ada", "1"), 1);
	cr_expect_eq(judge(bulk, "ada", "2"), 0, "what was judged before is held");
	cr_expect_eq(count_stored(here, "ada"), 0);
	cr_assert_eq(brabeion_bulk_commit(bulk, &here->error), BRABEION_OK);
	cr_expect_eq(count_stored(here, "ada"), 1);
	cr_expect_eq(judge(bulk, "ben", "3"), 1);
	brabeion_bulk_close(bulk);
	cr_expect_eq(count_stored(here, "ben"), 0, "a closed bulk drops what is not committed");
	scene_finish(here);
}

Test(bulk, dropped_events_are_judged_again)
{
	scene *here = scene_with(config);
	brabeion_bulk *bulk = open_bulk(here);
	cr_expect_eq(judge(bulk, "ada", "1"), 1);
	brabeion_bulk_close(bulk);
	bulk = open_bulk(here);
	cr_expect_eq(judge(bulk, "ada", "1"), 1);
	cr_assert_eq(brabeion_bulk_commit(bulk, &here->error), BRABEION_OK);
	brabeion_bulk_close(bulk);
	cr_expect_eq(count_stored(here, "ada"), 1);
	scene_finish(here);
}

Test(bulk, an_empty_commit_is_fine)
{
	scene *here = scene_with(config);
	brabeion_bulk *bulk = open_bulk(here);
	cr_expect_not(brabeion_bulk_is_due(bulk));
	cr_expect_eq(brabeion_bulk_commit(bulk, &here->error), BRABEION_OK);
	brabeion_bulk_close(bulk);
	brabeion_bulk_close(NULL);
	scene_finish(here);
}

/* ---- others ---- */

typedef struct other_caller {
	brabeion_engine *engine;
	brabeion_status status;
} other_caller;

static void *grant(void *context)
{
	other_caller *caller = context;
	brabeion_grant grant = BRABEION_GRANT(.user = "eve", .badge = "points", .level = 1);
	caller->status = brabeion_award(caller->engine, &grant, NULL);
	return NULL;
}

Test(bulk, is_due_when_a_thread_waits, .timeout = 30)
{
	scene *here = scene_with(config);
	brabeion_bulk *bulk = open_bulk(here);
	pthread_t thread;
	other_caller caller = { here->engine, BRABEION_STORE };
	judge(bulk, "ada", "1");
	cr_expect_not(brabeion_bulk_is_due(bulk));
	cr_assert_eq(pthread_create(&thread, NULL, grant, &caller), 0);
	while (!brabeion_bulk_is_due(bulk))
		usleep(1000);
	cr_assert_eq(brabeion_bulk_commit(bulk, &here->error), BRABEION_OK);
	pthread_join(thread, NULL);
	cr_expect_eq(caller.status, BRABEION_OK);
	cr_expect_eq(count_stored(here, "eve"), 1);
	brabeion_bulk_close(bulk);
	scene_finish(here);
}

/*
 * A process of its own that grants when it is told to; its exit code is the status. It is begun before the engine is
 * opened: a child of fork inherits what SQLite knows of its parent's locks.
 */
static pid_t begin_other_process(scene *here, int *go)
{
	int ends[2];
	char byte;
	cr_assert_eq(pipe(ends), 0);
	pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child) {
		close(ends[0]);
		*go = ends[1];
		return child;
	}
	other_caller caller = { NULL, BRABEION_STORE };
	if (read(ends[0], &byte, 1) == 1 && brabeion_open(&here->options, &caller.engine, NULL) == BRABEION_OK)
		grant(&caller);
	brabeion_close(caller.engine);
	_exit((int)caller.status);
}

Test(bulk, is_due_when_a_process_waits, .timeout = 30)
{
	int code = -1, go = -1;
	scene *here = scene_new();
	scene_config(here, config);
	pid_t child = begin_other_process(here, &go);
	scene_open(here);
	brabeion_bulk *bulk = open_bulk(here);
	judge(bulk, "ada", "1");
	cr_assert_eq(write(go, "!", 1), 1);
	while (!brabeion_bulk_is_due(bulk))
		usleep(1000);
	cr_assert_eq(brabeion_bulk_commit(bulk, &here->error), BRABEION_OK);
	cr_assert_eq(waitpid(child, &code, 0), child);
	cr_expect_eq(code, 0);
	cr_expect_eq(count_stored(here, "eve"), 1);
	close(go);
	brabeion_bulk_close(bulk);
	scene_finish(here);
}

Test(bulk, is_due_when_the_budget_is_used, .timeout = 60)
{
	enum { EVENTS_MOST = 1000000 };
	scene *here = scene_new();
	scene_config(here, "memory: 8MiB\n"
			   "plugins:\n"
			   "  - file: points.so\n");
	scene_open(here);
	brabeion_bulk *bulk = open_bulk(here);
	int judged = 0;
	for (; judged < EVENTS_MOST && !brabeion_bulk_is_due(bulk); judged++) {
		char user[32];
		snprintf(user, sizeof user, "user-%d", judged);
		judge(bulk, user, NULL);
	}
	cr_expect_gt(judged, 1000);
	cr_expect_lt(judged, 100000, "4 MiB hold no more than 100,000 awards");
	cr_assert_eq(brabeion_bulk_commit(bulk, &here->error), BRABEION_OK);
	cr_expect_not(brabeion_bulk_is_due(bulk));
	brabeion_bulk_close(bulk);
	scene_finish(here);
}
