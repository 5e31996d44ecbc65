/*
 * Workers and callers: four threads that fire events, the engine's own four workers and two calls of brabeion_work, all
 * on the same users and tallies. Each job must end and count once, each award must be stored and reported once, the
 * jobs of each user must be judged in order; then the same with several processes on one database.
 */
#include <sqlite3.h>
#include <sys/wait.h>

#include "support/memory_tables.h"
#include "support/storm.h"

enum { CALLERS = 4, PROCESSES = 3, USERS = 8, OWN_USERS = 3 };

static int rounds;

static const char text[] = "busy_timeout: 60s\n"
			   "journal: keep 1d\n"
			   "workers: 4\n"
			   "plugins:\n"
			   "  - file: job_user.so\n";

/* The result of a query, which may use temp.tallies, read by another connection. */
static long ask(const storm *here, const char *sql)
{
	char path[STORM_PATH_BYTES * 2];
	sqlite3 *handle = NULL;
	sqlite3_stmt *statement = NULL;
	snprintf(path, sizeof path, "%s/badges.db", here->folder);
	if (sqlite3_open(path, &handle) != SQLITE_OK || sqlite3_busy_timeout(handle, 60000) != SQLITE_OK ||
	    add_memory_tables(handle) != SQLITE_OK ||
	    sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW)
		storm_give_up(sql, sqlite3_errmsg(handle));
	long number = (long)sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	return number;
}

/* Each caller has its own users, whose jobs must be in order, and shares the rest. */
static void fire_round(storm_thread *thread, int who, int round)
{
	char user[32], shared[32], id[32];
	snprintf(user, sizeof user, "own%d-%d", who, round % OWN_USERS);
	snprintf(shared, sizeof shared, "shared%d", round % USERS);
	snprintf(id, sizeof id, "e%d-%d", who, round);
	brabeion_field number = BRABEION_INT("n", round / OWN_USERS + 1);
	storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "count", .user = user, .fields = &number,
							   .field_count = 1));
	storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "earn", .user = shared, .id = id));
	storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "hot", .user = shared, .id = id));
	storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "bump", .user = user));
}

static void work_off(storm *here)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_work_options options = BRABEION_WORK_OPTIONS(.until_idle = true);
	if (brabeion_work(here->engine, &options, &error) != BRABEION_OK)
		storm_give_up("brabeion_work", error.message);
}

static void fire_or_work(storm_thread *thread)
{
	for (int round = 0; round < rounds && thread->number < CALLERS; round++)
		fire_round(thread, thread->number, round);
	work_off(thread->here);
}

static long jobs_left(const storm *here)
{
	return ask(here, "SELECT count(*) FROM jobs");
}

/* Works until no jobs are left, including those of other workers. */
static void finish_jobs(storm *here)
{
	while (jobs_left(here)) {
		work_off(here);
		usleep(1000);
	}
}

static void expect_exact(const storm *here, long callers)
{
	long all = callers * rounds;
	storm_expect_count("no job is left", jobs_left(here), 0);
	storm_expect_count("nothing failed", ask(here, "SELECT count(*) FROM job_attempts"), 0);
	storm_expect_count("each job counted once",
			   ask(here, "SELECT sum(value) FROM tallies AS t JOIN memories AS m ON m.id = t.memory"
				     " WHERE m.name = 'counted'"),
			   all);
	storm_expect_count("in the order of its user",
			   ask(here, "SELECT count(*) FROM tallies AS t JOIN memories AS m ON m.id = t.memory"
				     " WHERE m.name = 'disorder'"),
			   0);
	storm_expect_count("jobs and callers changed one tally, and lost nothing",
			   ask(here, "SELECT value FROM tallies AS t JOIN memories AS m ON m.id = t.memory"
				     " WHERE m.name = 'hot'"),
			   2 * all);
	storm_expect_count("each award is stored once",
			   ask(here, "SELECT count(*) FROM awards AS a JOIN badges AS b ON b.id = a.badge"
				     " WHERE b.slug = 'earner'"),
			   all);
	storm_expect_count("and what builds on it",
			   ask(here, "SELECT count(*) FROM awards AS a JOIN badges AS b ON b.id = a.badge"
				     " WHERE b.slug = 'twice'"),
			   all);
	storm_expect_count("each event is in the journal once",
			   ask(here, "SELECT count(*) FROM journal WHERE kind = 1"), 4 * all);
	storm_expect_count("each job that was judged is, too",
			   ask(here, "SELECT count(*) FROM journal WHERE kind = 3"), 3 * all);
	storm_expect_count("and tells its event",
			   ask(here, "SELECT count(*) FROM journal AS j JOIN journal AS c ON c.sequence = j.cause"
				     " AND c.kind = 1 AND c.user = j.user WHERE j.kind = 3"),
			   3 * all);
	storm_expect_count("all awards", ask(here, "SELECT count(*) FROM awards"), 3 * all);
}

static void test_threads(void)
{
	storm here;
	storm_thread sum;
	storm_init(&here, text);
	storm_open(&here);
	brabeion_on_award(here.engine, storm_count_told, &here);
	storm_run(&here, CALLERS + 2, fire_or_work, &sum);
	finish_jobs(&here);
	long stored = ask(&here, "SELECT count(*) FROM awards");
	brabeion_close(here.engine); /* its workers have reported all awards */
	here.engine = NULL;
	storm_expect_count("no call failed", sum.errors, 0);
	storm_expect_count("each award is told once", atomic_load(&here.told), stored);
	expect_exact(&here, CALLERS);
	storm_finish(&here);
}

/* A job that takes longer than its lease, and those that were claimed with it. */
static void test_long_job(void)
{
	storm here;
	storm_thread thread = { .here = &here };
	int gate[2], told[2];
	char byte = '.';
	if (pipe(gate) != 0 || pipe(told) != 0)
		storm_give_up("pipe", "failed");
	storm_init(&here, "workers: 2\njobs: { lease: 200ms }\nplugins:\n  - file: job_user.so\n");
	storm_open(&here);
	brabeion_field fields[] = { BRABEION_INT("gate", gate[0]), BRABEION_INT("told", told[1]) };
	storm_fire(&thread, &(brabeion_event)BRABEION_EVENT(.name = "gate", .user = "ada", .id = "g1",
							    .fields = fields, .field_count = 2));
	for (int round = 0; round < rounds; round++)
		fire_round(&thread, 0, round);
	if (read(told[0], &byte, 1) != 1)
		storm_give_up("read", "failed");
	while (jobs_left(&here) > 1)
		usleep(1000);
	long lease = ask(&here, "SELECT ready_us FROM jobs");
	while (ask(&here, "SELECT ready_us FROM jobs") < lease + 400000) /* twice its length, so it was renewed */
		usleep(1000);
	if (write(gate[1], "....", 4) != 4) /* a byte per judgement: a conflict repeats it */
		storm_give_up("write", "failed");
	storm_finish(&here); /* waits for the current job */
	storm_expect_count("no call failed", thread.errors, 0);
	storm_expect(true, "a job may outlast its lease, and holds up no other");
	for (int i = 0; i < 2; i++) {
		close(gate[i]);
		close(told[i]);
	}
}

static int be_process(storm *here, int which)
{
	storm_thread thread = { .here = here, .number = which };
	storm_open(here);
	brabeion_on_award(here->engine, storm_count_told, here);
	for (int round = 0; round < rounds; round++)
		fire_round(&thread, which, round);
	finish_jobs(here);
	brabeion_close(here->engine);
	return thread.errors ? 1 : 0;
}

static void test_processes(void)
{
	storm here;
	long ended_well = 0;
	storm_init(&here, text);
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0)
			_exit(be_process(&here, i));
	for (int i = 0, status; i < PROCESSES; i++)
		ended_well += wait(&status) > 0 && status == 0;
	storm_expect_count("all processes end well", ended_well, PROCESSES);
	expect_exact(&here, PROCESSES);
	storm_finish(&here);
}

int main(void)
{
	rounds = storm_rounds(100, 2000);
	test_threads();
	test_long_job();
	test_processes();
	return storm_end();
}
