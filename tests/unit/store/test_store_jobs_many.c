/*
 * store, jobs, concurrently: two stores on one file, several processes that do all jobs of one database, and faults in
 * the middle of each operation.
 */
#include <sys/wait.h>

#include "support/jobs_fixture.h"
#include "support/write_refusal.h"

static void open_room(void)
{
	make_store_folder();
}

static void close_room(void)
{
	cr_expect_eq(count_violations(), 0);
	remove_store_folder();
}

TestSuite(store_jobs_many, .init = open_room, .fini = close_room);

/* ---- two stores -------------------------------------------------------------------------------------------------- */

Test(store_jobs_many, two_stores_share_the_jobs_of_one_file)
{
	brb_store *one = open_store(), *other = open_store();
	register_badges(one);
	begin(one);
	for (int i = 1; i <= 4; i++)
		add(one, 1, i % 2 ? "ada" : "bob", i);
	commit(one);
	begin(one);
	cr_expect_str_eq(claim(one, 7, 10, 1), "1:1:ada@1 ");
	commit(one);
	begin(other);
	cr_expect_eq(next_due(other, 0), 2);
	cr_expect_str_eq(claim(other, 8, 10, 10), "2:1:bob@2 4:1:bob@4 ");
	cr_expect_not(is_claimed(other, 1, 8));
	commit(other);
	begin(one);
	cr_expect_eq(next_due(one, 0), 10 + LEASE_US, "both are claimed");
	cr_expect(is_claimed(one, 1, 7));
	end_job(one, 1);
	add(one, 1, "bob", 3);
	commit(one);
	begin(other);
	cr_expect_eq(next_due(other, 0), 3);
	end_job(other, 2);
	cr_expect_not(is_claimed(other, 4, 8), "5 came between");
	cr_expect_str_eq(claim(other, 9, 10, 10), "3:1:ada@3 5:1:bob@3 4:1:bob@4 ");
	commit(other);
	brb_store_close(one);
	brb_store_close(other);
}

Test(store_jobs_many, while_one_claims_the_other_is_busy)
{
	brb_store *one = open_store(), *other = open_store();
	brabeion_error error = BRABEION_NO_ERROR;
	char words[PATH_BYTES + 128];
	register_badges(one);
	begin(one);
	add(one, 1, "ada", 1);
	claim(one, 7, 10, 1);
	snprintf(words, sizeof words, "%s: another process has held the database for longer than 50 ms", path);
	expect_error(brb_store_begin(other, &error), BRABEION_BUSY, &error, words);
	commit(one);
	brb_store_close(one);
	brb_store_close(other);
}

/* ---- several processes ------------------------------------------------------------------------------------------- */

enum { PROCESSES = 4, USERS = 50, JOBS = 8000, BATCH = 64 };

static void store_many(void)
{
	brb_store *store = open_store();
	char user[16];
	register_badges(store);
	begin(store);
	for (int i = 0; i < JOBS; i++) {
		snprintf(user, sizeof user, "u%d", i % USERS);
		add(store, 1 + (uint32_t)(i / USERS % 2), user, i);
	}
	commit(store);
	brb_store_close(store);
}

/*
 * A worker: claims a batch, judges it outside a transaction, stores and ends it in another. Each job sets the tally of
 * its queue, which must have been smaller, to its number, and counts itself.
 */
static void judge_batch(brb_store *store, int64_t number, const brb_store_claimed_list *list)
{
	char count[32];
	begin(store);
	for (size_t i = 0; i < list->count; i++) {
		const brb_store_claimed *job = &list->jobs[i];
		if (!is_claimed(store, job->id, number))
			continue;
		if (tally_of(store, job->badge, "last", job->user) >= job->id)
			set_tally(store, "disorder", 1);
		set_tally_of(store, job->badge, "last", job->user, job->id);
		snprintf(count, sizeof count, "%d", (int)job->id);
		set_tally_of(store, 1, "times", count, tally_of(store, 1, "times", count) + 1);
		end_job(store, job->id);
	}
	commit(store);
}

/* Some claims are released, some abandoned as if their worker had died. */
static void work(int worker)
{
	brb_store_options options = default_options();
	options.busy_timeout_ms = 20000;
	brb_store *store = open_with(&options);
	brb_store_claimed_list list = { 0 };
	int64_t now_us = JOBS;
	for (int64_t round = 1;; round++) {
		int64_t number = worker + PROCESSES * round;
		brb_store_claim asked = claim_of(number, now_us, BATCH);
		bool more;
		begin(store);
		WELL(brb_store_jobs_claim(store, &asked, &list, error));
		int64_t next_us = next_due(store, 0);
		more = next_us != BRB_STORE_NEVER_US;
		if (round % 7 == 0)
			WELL(brb_store_jobs_give_back(store, number, error));
		commit(store);
		if (!more)
			break;
		now_us = list.count ? now_us + 1 : next_us;
		if (list.count && round % 11)
			judge_batch(store, number, &list);
	}
	brb_store_claimed_list_finish(&list);
	brb_store_close(store);
}

Test(store_jobs_many, several_processes_judge_each_job_once_and_in_order)
{
	pid_t children[PROCESSES];
	store_many();
	for (int i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			work(i + 1);
			_exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status = -1;
		cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
		cr_expect_eq(status, 0, "worker %d", i);
	}
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 0);
	brb_store *after = open_store();
	begin(after);
	for (int id = 1; id <= JOBS; id++) {
		char count[32];
		snprintf(count, sizeof count, "%d", id);
		cr_assert_eq(tally_of(after, 1, "times", count), 1, "job %d", id);
	}
	cr_expect_eq(tally(after, "disorder"), 0);
	brb_store_rollback(after);
	brb_store_close(after);
}

/* ---- faults ------------------------------------------------------------------------------------------------------ */

/* Allocations of the engine's code and SQLite: the n-th fails; 0: none. */
static long countdown;
static bool ran_out;

static bool fails(void)
{
	if (countdown == 0 || --countdown > 0)
		return false;
	ran_out = true;
	return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_reallocarray(void *block, size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
	return fails() ? NULL : __real_realloc(block, size);
}

void *__wrap_reallocarray(void *block, size_t count, size_t size)
{
	return fails() ? NULL : __real_reallocarray(block, count, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

static sqlite3_mem_methods sqlite_memory;

static void *sqlite_malloc(int size)
{
	return fails() ? NULL : sqlite_memory.xMalloc(size);
}

static void *sqlite_realloc(void *block, int size)
{
	return fails() ? NULL : sqlite_memory.xRealloc(block, size);
}

static void watch_sqlite(void)
{
	cr_assert_eq(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory), SQLITE_OK);
	sqlite3_mem_methods watched = sqlite_memory;
	watched.xMalloc = sqlite_malloc;
	watched.xRealloc = sqlite_realloc;
	cr_assert_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &watched), SQLITE_OK);
}

static brabeion_field scene_fields[2];

static void scene_job(brb_store_job *job, uint32_t badge, const char *user, int64_t due_us)
{
	scene_fields[0] = BRABEION_INT("points", due_us);
	scene_fields[1] = BRABEION_JSON("tags", "[1]");
	*job = (brb_store_job){ .badge = badge,
				.user = user,
				.event = "visit",
				.event_id = "e",
				.due_us = due_us,
				.fields = scene_fields,
				.field_count = 2 };
}

#define TRY(call)                                                            \
	do {                                                                 \
		if (status == BRABEION_OK && (status = call) != BRABEION_OK) \
			return status;                                       \
	} while (0)

static brabeion_status add_some(brb_store *store, brabeion_error *error)
{
	static const char *const users[] = { "ada", "bob", "ada", "new" };
	brabeion_status status = BRABEION_OK;
	brb_store_job job;
	for (int i = 0; i < 4; i++) {
		scene_job(&job, 1 + (uint32_t)i / 3, users[i], 5 + i);
		TRY(brb_store_job_add(store, &job, error));
	}
	return BRABEION_OK;
}

/* Every operation on jobs in one transaction, on the jobs of store_scene. */
static brabeion_status do_all(brb_store *store, brb_store_claimed_list *list, brabeion_error *error)
{
	int64_t number = 0;
	bool answer = false;
	brabeion_status status = BRABEION_OK;
	const uint32_t first[] = { 1 };
	brb_store_claim asked = claim_of(7, 100, 20);
	brb_store_failure failure = { .error = "no luck", .at_us = 100, .retry_at_us = 200, .attempts_most = 2 };
	brb_store_job_choice parked = { .parked = true }, one = { .id = 1 };
	TRY(add_some(store, error));
	TRY(brb_store_jobs_next_due(store, 0, &number, error));
	asked.badges = first;
	asked.badge_count = 1;
	TRY(brb_store_jobs_claim(store, &asked, list, error));
	TRY(brb_store_job_is_claimed(store, 1, 7, &answer, error));
	TRY(brb_store_job_end(store, 2, error));
	TRY(brb_store_job_fail(store, 1, &failure, &answer, error));
	TRY(brb_store_jobs_renew(store, 7, 3000, &number, error));
	TRY(brb_store_jobs_give_back(store, 7, error));
	asked = claim_of(8, 110, 20);
	TRY(brb_store_jobs_claim(store, &asked, list, error));
	TRY(brb_store_jobs_retry(store, &parked, &number, error));
	TRY(brb_store_history_new(store, &number, error));
	TRY(brb_store_jobs_adopt(store, 5, 6, &number, error));
	TRY(brb_store_jobs_pass_on(store, 6, &number, error));
	TRY(brb_store_jobs_drop(store, &one, &number, error));
	TRY(brb_store_merge_users(store, "ada", "bob", NULL, error));
	TRY(brb_store_forget_user(store, "new", &number, error));
	return BRABEION_OK;
}

static brabeion_status run_scene(brb_store *store, brb_store_claimed_list *list, brabeion_error *error)
{
	brabeion_status status = brb_store_begin(store, error);
	if (status != BRABEION_OK)
		return status;
	status = do_all(store, list, error);
	if (status == BRABEION_OK)
		return brb_store_commit(store, error);
	brb_store_rollback(store);
	return status;
}

static void store_scene(void)
{
	brb_store *store = open_store();
	brb_store_job job;
	register_badges(store);
	begin(store);
	for (int i = 0; i < 6; i++) {
		scene_job(&job, 1 + (uint32_t)i / 3, i % 2 ? "bob" : "ada", i);
		job.history_id = i == 4 ? 5 : 0;
		add_job(store, &job);
	}
	commit(store);
	begin(store);
	claim(store, 3, 10, 1);
	fail_job(store, 1, 10, 20, 5);
	commit(store);
	brb_store_close(store);
}

/* All jobs and their attempts, as one number. */
static int64_t state_of_all(void)
{
	return own_number(
		"SELECT ifnull((SELECT SUM(id * 1000003 + user * 7919 + due_us * 31 + ifnull(ready_us, -1) * 17"
		" + claim * 13 + attempts * 11 + (parked_us <> 0) * 5 + run * 3 + length(state)) FROM jobs), 0)"
		" * 1000 + (SELECT COUNT(*) FROM job_attempts) * 100 + (SELECT COUNT(*) FROM jobs)");
}

static void copy_file(const char *from, const char *to)
{
	size_t length;
	char *bytes = read_whole(from, &length);
	write_bytes(to, bytes, length);
	free(bytes);
}

/*
 * Runs the scene with a failing n-th allocation; false if there were fewer. The same store must complete the scene
 * afterwards, which is tested only sometimes: it needs a copy and its syncs.
 */
static bool run_out_at(const char *fresh, long n, int64_t before, int64_t after)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store_claimed_list list = { 0 };
	brb_store *store = open_store();
	countdown = n;
	ran_out = false;
	brabeion_status status = run_scene(store, &list, &error);
	countdown = 0;
	bool answered = status == BRABEION_OK ? !error.message : status == BRABEION_NO_MEMORY && error.message;
	cr_expect(answered, "%ld: %d, %s", n, (int)status, error.message);
	cr_expect_eq(state_of_all(), status == BRABEION_OK ? after : before, "%ld: whole or not at all", n);
	brabeion_error_finish(&error);
	bool again = status != BRABEION_OK && n % 16 == 0;
	if (again) {
		cr_expect_eq(run_scene(store, &list, &error), BRABEION_OK, "%ld, again: %s", n, error.message);
		cr_expect_eq(state_of_all(), after, "%ld, again", n);
	}
	brb_store_claimed_list_finish(&list);
	brb_store_close(store);
	if (again || status == BRABEION_OK)
		copy_file(fresh, path);
	return ran_out;
}

static void measure_scene(const char *fresh, int64_t *before, int64_t *after)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store_claimed_list list = { 0 };
	store_scene();
	copy_file(path, fresh);
	*before = state_of_all();
	brb_store *store = open_store();
	cr_assert_eq(run_scene(store, &list, &error), BRABEION_OK, "%s", error.message);
	brb_store_close(store);
	brb_store_claimed_list_finish(&list);
	*after = state_of_all();
	cr_assert_neq(*before, *after);
}

Test(store_jobs_many, out_of_memory_nothing_is_left_half_done)
{
	char fresh[PATH_BYTES];
	int64_t before, after;
	long n = 1;
	watch_sqlite();
	join(fresh, folder, "fresh.db");
	measure_scene(fresh, &before, &after);
	copy_file(fresh, path);
	while (run_out_at(fresh, n, before, after))
		n += n < 500 ? 1 : 3; /* later allocations repeat the same few places */
	cr_expect_gt(n, 200, "only %ld requests", n);
}

/* A trigger that refuses a row stands for any write failure. */
Test(store_jobs_many, when_a_row_cannot_be_written_nothing_is_left_half_done)
{
	static const char *const triggers[] = {
		"BEFORE INSERT ON jobs WHEN new.due_us = 7",
		"BEFORE UPDATE OF claim ON jobs WHEN new.claim = 7 AND new.id = 3",
		"BEFORE UPDATE OF parked_us ON jobs WHEN new.parked_us <> 0",
		"BEFORE UPDATE OF parked_us ON jobs WHEN new.parked_us = 0",
		"BEFORE INSERT ON job_attempts",
		"BEFORE DELETE ON jobs WHEN old.id = 2",
		"BEFORE DELETE ON job_attempts",
		"BEFORE UPDATE OF attempts ON jobs",
		"BEFORE UPDATE OF run ON jobs",
		"BEFORE UPDATE OF run ON jobs WHEN new.run = 0",
		"BEFORE UPDATE OF user ON jobs",
		"BEFORE UPDATE OF ready_us ON jobs WHEN new.ready_us = 3000",
		"BEFORE INSERT ON chores WHEN new.into_user = 0",
		"BEFORE UPDATE OF merged_into ON users",
	};
	char fresh[PATH_BYTES];
	int64_t before, after;
	join(fresh, folder, "fresh.db");
	measure_scene(fresh, &before, &after);
	for (size_t i = 0; i < sizeof triggers / sizeof triggers[0]; i++) {
		brabeion_error error = BRABEION_NO_ERROR;
		brb_store_claimed_list list = { 0 };
		copy_file(fresh, path);
		write_refusal_begin(triggers[i]);
		brb_store *store = open_store();
		cr_expect_eq(run_scene(store, &list, &error), BRABEION_STORE, "%s", triggers[i]);
		cr_expect(error.message && strstr(error.message, ": refused (SQLite code "), "%s: %s", triggers[i],
			  error.message);
		brabeion_error_finish(&error);
		cr_expect_eq(state_of_all(), before, "%s", triggers[i]);
		write_refusal_end();
		cr_expect_eq(run_scene(store, &list, &error), BRABEION_OK, "%s, again: %s", triggers[i],
			     error.message);
		cr_expect_eq(state_of_all(), after, "%s, again", triggers[i]);
		brb_store_claimed_list_finish(&list);
		brb_store_close(store);
	}
}
