/*
 * group_commit: queued requests are done in order by one caller, committed together, and fail together; a caller that
 * becomes the leader in place does the others' requests, too.
 */
#include "judging/backend.h"
#include "judging/group_commit.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/reentrancy.h"
#include "store/snapshot_reader.h"
#include "support/store_fixture.h"
#include "support/write_refusal.h"

static brb_store *store;
static brb_group_commit group;
static const brb_judge_shared shared = { .group = &group };
static char done_in_order[4096];

/* One number for all names: the owner is a thing called as the test says. */
static brb_store_memory numbers = { .name = "n", .plugin = 1, .owner = BRB_OWNER_THING, .kind = BRB_CELL_NUMBER };

static void open_room(void)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store_memory *list[] = { &numbers };
	make_store_folder();
	store = open_store();
	register_badges(store);
	cr_assert_eq(brb_store_register_memories(store, list, 1, &error), BRABEION_OK);
	cr_assert_eq(brb_group_commit_init(&group, &error), BRABEION_OK);
}

static void close_room(void)
{
	brb_group_commit_finish(&group);
	brb_store_close(store);
	remove_store_folder();
}

TestSuite(group_commit, .init = open_room, .fini = close_room);

static brabeion_status add_to(const char *name, brabeion_error *error)
{
	brb_cell cell = { .memory = &numbers, .owner = name, .key = "" };
	brb_cell_value value = { .kind = BRB_CELL_NONE };
	brabeion_status status = brb_store_cell(store, &cell, &value, error);
	value.kind = BRB_CELL_NUMBER;
	value.number++;
	return status == BRABEION_OK ? brb_store_cell_set(store, &cell, &value, error) : status;
}

/* A request of a caller on its own thread: adds one to the number of that name. */
typedef struct caller {
	brb_request request; /* first */
	brb_judge judge;
	const char *name;
	bool refuse; /* its work function fails */
	brabeion_status status;
	int worked, failed;
	brabeion_status failed_with;
	char failed_because[PATH_BYTES + 256];
	pthread_t thread;
} caller;

static brabeion_status add_one(brb_request *request)
{
	caller *mine = (caller *)request;
	mine->worked++;
	strcat(strcat(done_in_order, mine->name), " ");
	if (!brb_judge_enter_store(&mine->judge))
		return mine->judge.fault;
	if (mine->refuse)
		return mine->judge.fault = brb_status_set(&mine->judge.error, BRABEION_STORE, "refused");
	return mine->judge.fault = add_to(mine->name, &mine->judge.error);
}

static void on_failure(brb_request *request, brabeion_status status, const char *message)
{
	caller *mine = (caller *)request;
	mine->failed++;
	mine->failed_with = status;
	snprintf(mine->failed_because, sizeof mine->failed_because, "%s", message);
}

static void init_caller(caller *mine, const char *name)
{
	*mine = (caller){ .name = name,
			  .judge = { .shared = &shared, .store = store, .reentrancy = brb_reentrancy_depth() },
			  .request = { .work = add_one, .fail = on_failure } };
	mine->request.judge = &mine->judge;
}

static void *run_caller(void *context)
{
	caller *mine = context;
	mine->judge.reentrancy = brb_reentrancy_depth();
	mine->status = brb_group_commit_run(&group, &mine->request);
	return NULL;
}

/* Starts a caller's thread while another caller leads. Returns once it is queued. */
static void start_waiting(caller *mine, const char *name)
{
	uint32_t before = atomic_load(&group.waiting_count);
	init_caller(mine, name);
	cr_assert_eq(pthread_create(&mine->thread, NULL, run_caller, mine), 0);
	while (atomic_load(&group.waiting_count) == before)
		sched_yield();
}

static void end_caller(caller *mine)
{
	pthread_join(mine->thread, NULL);
	brb_judge_finish(&mine->judge);
}

static void expect_well(const caller *mine)
{
	cr_expect_eq(mine->status, BRABEION_OK);
	cr_expect_eq(mine->worked, 1);
	cr_expect_eq(mine->failed, 0);
	cr_expect_null(mine->judge.error.message);
}

/* As another connection sees it. */
static int64_t stored(const char *name)
{
	brb_cell cell = { .memory = &numbers, .owner = name, .key = "" };
	brb_cell_value value = { .number = -42 };
	brb_snapshot_reader *reader = NULL;
	brb_arena arena = { 0 };
	WELL(brb_snapshot_reader_open(store, &reader, error));
	WELL(brb_snapshot_reader_cell(reader, &cell, &arena, &value, error));
	brb_snapshot_reader_close(reader);
	brb_arena_finish(&arena);
	return value.number;
}

/* ---- one caller -------------------------------------------------------------------------------------------------- */

Test(group_commit, one_caller_alone_is_done_and_committed)
{
	caller mine;
	init_caller(&mine, "a");
	for (int i = 1; i <= 3; i++) {
		cr_expect_eq(brb_group_commit_run(&group, &mine.request), BRABEION_OK);
		cr_expect_eq(stored("a"), i);
	}
	cr_expect_eq(mine.worked, 3);
	cr_expect_eq(mine.failed, 0);
	brb_judge_finish(&mine.judge);
}

Test(group_commit, work_that_fails_is_reported_and_rolled_back)
{
	caller mine;
	init_caller(&mine, "a");
	mine.refuse = true;
	cr_expect_eq(brb_group_commit_run(&group, &mine.request), BRABEION_STORE);
	cr_expect_eq(mine.failed, 1);
	cr_expect_eq(mine.failed_with, BRABEION_STORE);
	cr_expect_str_eq(mine.failed_because, "refused");
	cr_expect_eq(stored("a"), 0);
	brb_judge_finish(&mine.judge);
	init_caller(&mine, "a");
	cr_expect_eq(brb_group_commit_run(&group, &mine.request), BRABEION_OK);
	cr_expect_eq(stored("a"), 1);
	brb_judge_finish(&mine.judge);
}

Test(group_commit, a_busy_database_is_the_callers_error)
{
	char words[PATH_BYTES + 128];
	caller mine;
	sqlite3 *own = open_own();
	own_run(own, "BEGIN IMMEDIATE");
	snprintf(words, sizeof words, "%s: another process has held the database for longer than 50 ms", path);
	init_caller(&mine, "a");
	cr_expect_eq(brb_group_commit_run(&group, &mine.request), BRABEION_BUSY);
	cr_expect_eq(mine.failed, 1);
	cr_expect_eq(mine.failed_with, BRABEION_BUSY);
	cr_expect_str_eq(mine.failed_because, words);
	brb_judge_finish(&mine.judge);
	own_run(own, "ROLLBACK");
	sqlite3_close(own);
}

/* ---- a leader in place ------------------------------------------------------------------------------------------- */

static brb_judge lead(const char *name)
{
	brb_judge judge = { .shared = &shared, .store = store, .reentrancy = brb_reentrancy_depth() };
	cr_assert(brb_judge_enter_store(&judge), "%s", judge.error.message);
	cr_expect(judge.leads && judge.in_transaction);
	WELL(add_to(name, error));
	return judge;
}

Test(group_commit, who_leads_takes_along_those_who_wait_in_their_order)
{
	static caller others[3];
	brb_judge judge = lead("mine");
	start_waiting(&others[0], "b");
	start_waiting(&others[1], "a");
	start_waiting(&others[2], "c");
	cr_expect_str_eq(done_in_order, "");
	cr_expect_eq(brb_group_commit_conclude(&group, &judge), BRABEION_OK);
	for (int i = 0; i < 3; i++) {
		end_caller(&others[i]);
		expect_well(&others[i]);
	}
	cr_expect_str_eq(done_in_order, "b a c ");
	cr_expect(stored("mine") == 1 && stored("a") == 1 && stored("b") == 1 && stored("c") == 1);
	brb_judge_finish(&judge);
}

Test(group_commit, one_transaction_one_fate)
{
	static caller others[3];
	brb_judge judge = lead("mine");
	start_waiting(&others[0], "a");
	start_waiting(&others[1], "b");
	start_waiting(&others[2], "c");
	others[1].refuse = true;
	cr_expect_eq(brb_group_commit_conclude(&group, &judge), BRABEION_STORE);
	cr_expect_str_eq(judge.error.message, "refused");
	for (int i = 0; i < 3; i++) {
		end_caller(&others[i]);
		cr_expect_eq(others[i].status, BRABEION_STORE);
		cr_expect_eq(others[i].failed, 1);
		cr_expect_str_eq(others[i].failed_because, "refused");
	}
	cr_expect_str_eq(done_in_order, "a b ");
	cr_expect(stored("mine") == 0 && stored("a") == 0 && stored("b") == 0 && stored("c") == 0);
	brb_judge_finish(&judge);
}

Test(group_commit, a_commit_that_fails_fails_all)
{
	static caller other;
	brb_store_close(store);
	write_refusal_begin("BEFORE INSERT ON things");
	store = open_store();
	brb_judge judge = lead("mine");
	start_waiting(&other, "a");
	cr_expect_eq(brb_group_commit_conclude(&group, &judge), BRABEION_STORE);
	end_caller(&other);
	cr_expect_eq(other.status, BRABEION_STORE);
	cr_expect_eq(other.failed, 1);
	cr_expect_str_eq(other.failed_because, judge.error.message);
	brb_judge_finish(&judge);
}

Test(group_commit, a_leader_with_a_fault_leaves_the_others_to_themselves)
{
	static caller others[2];
	brb_judge judge = lead("mine");
	start_waiting(&others[0], "a");
	start_waiting(&others[1], "b");
	judge.fault = brb_status_set(&judge.error, BRABEION_STORE, "mine alone");
	cr_expect_eq(brb_group_commit_conclude(&group, &judge), BRABEION_STORE);
	cr_expect_str_eq(judge.error.message, "mine alone");
	for (int i = 0; i < 2; i++) {
		end_caller(&others[i]);
		expect_well(&others[i]);
	}
	cr_expect(stored("mine") == 0 && stored("a") == 1 && stored("b") == 1);
	brb_judge_finish(&judge);
}

Test(group_commit, a_leader_alone_commits_its_own)
{
	brb_judge judge = lead("mine");
	cr_expect_eq(brb_group_commit_conclude(&group, &judge), BRABEION_OK);
	cr_expect_eq(stored("mine"), 1);
	brb_judge_finish(&judge);
	judge = lead("mine");
	cr_expect_eq(brb_group_commit_conclude(&group, &judge), BRABEION_OK, "the lead was given up");
	cr_expect_eq(stored("mine"), 2);
	brb_judge_finish(&judge);
}

/* ---- alone ------------------------------------------------------------------------------------------------------- */

/* The tally "a" as another connection saw it when the work was done. */
static int64_t seen_by_others;

static brabeion_status look_at_a(brb_request *request)
{
	if (!brb_judge_enter_store(request->judge))
		return request->judge->fault;
	seen_by_others = stored("a");
	return BRABEION_OK;
}

static void *run_alone(void *context)
{
	caller *mine = context;
	mine->judge.reentrancy = brb_reentrancy_depth();
	mine->status = brb_group_commit_run_alone(&group, &mine->request);
	return NULL;
}

Test(group_commit, who_runs_alone_sees_as_committed_what_was_done_before)
{
	static caller other, alone;
	brb_judge judge = lead("a");
	start_waiting(&other, "a");
	init_caller(&alone, "alone");
	alone.request.work = look_at_a;
	cr_assert_eq(pthread_create(&alone.thread, NULL, run_alone, &alone), 0);
	cr_expect_eq(brb_group_commit_conclude(&group, &judge), BRABEION_OK);
	end_caller(&alone);
	end_caller(&other);
	cr_expect_eq(alone.status, BRABEION_OK);
	expect_well(&other);
	cr_expect_eq(seen_by_others, 2);
	brb_judge_finish(&judge);
}

Test(group_commit, who_runs_alone_takes_nobody_along_and_leaves_nobody_waiting)
{
	static caller other;
	caller alone;
	brb_judge judge = lead("mine");
	start_waiting(&other, "a");
	judge.fault = brb_status_set(&judge.error, BRABEION_STORE, "mine alone");
	cr_expect_eq(brb_group_commit_conclude(&group, &judge), BRABEION_STORE);
	init_caller(&alone, "b");
	alone.refuse = true;
	cr_expect_eq(brb_group_commit_run_alone(&group, &alone.request), BRABEION_STORE);
	cr_expect_eq(alone.failed, 1);
	cr_expect_str_eq(alone.failed_because, "refused");
	end_caller(&other);
	expect_well(&other);
	cr_expect(stored("mine") == 0 && stored("a") == 1 && stored("b") == 0);
	brb_judge_finish(&alone.judge);
	brb_judge_finish(&judge);
}

/* ---- many callers ------------------------------------------------------------------------------------------------ */

enum { ROUNDS = 300, CALLERS = 6 };

static void *run_many(void *context)
{
	caller *mine = context;
	for (int i = 0; i < ROUNDS; i++) {
		brabeion_status status;
		if (i % 7 == 0) {
			brb_judge judge = { .shared = &shared, .store = store, .reentrancy = brb_reentrancy_depth() };
			if (brb_judge_enter_store(&judge))
				add_to("a", &judge.error);
			status = brb_group_commit_conclude(&group, &judge);
			brb_judge_finish(&judge);
		} else {
			mine->judge.reentrancy = brb_reentrancy_depth();
			status = brb_group_commit_run(&group, &mine->request);
		}
		if (status != BRABEION_OK)
			mine->status = status;
	}
	return NULL;
}

static brabeion_status add_one_quietly(brb_request *request)
{
	brabeion_status status = add_one(request);
	done_in_order[0] = '\0';
	return status;
}

Test(group_commit, nobody_is_forgotten_and_nothing_is_counted_twice)
{
	static caller callers[CALLERS];
	for (int i = 0; i < CALLERS; i++) {
		init_caller(&callers[i], "a");
		callers[i].request.work = add_one_quietly;
		cr_assert_eq(pthread_create(&callers[i].thread, NULL, run_many, &callers[i]), 0);
	}
	for (int i = 0; i < CALLERS; i++) {
		end_caller(&callers[i]);
		cr_expect_eq(callers[i].status, BRABEION_OK);
		cr_expect_eq(callers[i].failed, 0);
	}
	cr_expect_eq(stored("a"), CALLERS * ROUNDS);
	cr_expect_eq(atomic_load(&group.waiting_count), 0);
	cr_expect_eq(atomic_load(&group.sleepers), 0);
}
