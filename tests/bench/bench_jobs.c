/*
 * bench_jobs: the jobs per second of a trivial badge that four worker processes on one database do, for many users and
 * for few; and the cost of freezing an event for an async badge, as a ratio to a durable award.
 *
 * Usage: bench_jobs FOLDER-OF-TEST-PLUGINS [EVENT USERS PROCESSES]. Prints one line per figure.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <brabeion/engine.h>

#include "bench.h"

enum { BATCH = 1000, PROCESSES = 4 };

static int jobs_count; /* of each figure; a multiple of BATCH */

static void must(brabeion_status status, const brabeion_error *error)
{
	if (status != BRABEION_OK)
		bench_fail("%s", error->message ? error->message : brabeion_status_name(status));
}

static brabeion_engine *open_in(const char *folder)
{
	char config[BENCH_FOLDER_BYTES + 32];
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	snprintf(config, sizeof config, "%s/badges.yaml", folder);
	brabeion_options options = BRABEION_OPTIONS(.config = config, .no_workers = true);
	must(brabeion_open(&options, &engine, &error), &error);
	return engine;
}

static void make_folder(char folder[BENCH_FOLDER_BYTES], const char *plugins)
{
	char path[BENCH_FOLDER_BYTES + 32];
	bench_make_folder(folder);
	snprintf(path, sizeof path, "%s/badges.yaml", folder);
	FILE *file = fopen(path, "w");
	if (!file)
		bench_fail("%s cannot be written", path);
	fprintf(file,
		"database: b.db\nbusy_timeout: 60s\nplugin_path: [%s]\nplugins:\n  - file: job_user.so\n"
		"  - file: good_one.so\n    badges: [{ badge: good-one, events: [one] }, { badge: good-one, slug: "
		"later-one, "
		"events: [later], async: true }]\n",
		plugins);
	fclose(file);
}

/* Stores the jobs, spread over `users` users. */
static void store_jobs(const char *folder, const char *event, int users)
{
	static char names[BATCH][32], ids[BATCH][32];
	static brabeion_event events[BATCH];
	static brabeion_result results[BATCH] = { BRABEION_RESULT() };
	brabeion_field points = BRABEION_INT("points", 5);
	brabeion_engine *engine = open_in(folder);
	for (int from = 0; from < jobs_count; from += BATCH) {
		for (int i = 0; i < BATCH; i++) {
			snprintf(names[i], sizeof names[i], "user%d", (from + i) % users);
			snprintf(ids[i], sizeof ids[i], "e%d", from + i);
			events[i] = (brabeion_event)BRABEION_EVENT(.name = event, .user = names[i], .id = ids[i],
								   .fields = &points, .field_count = 1);
		}
		brabeion_error none = BRABEION_NO_ERROR;
		must(brabeion_possibly_award_batch(engine, events, BATCH, results), &none);
		for (int i = 0; i < BATCH; i++)
			brabeion_result_finish(&results[i]);
	}
	brabeion_close(engine);
}

/* Opens an engine, closes `ready`, waits until the other end of `start` is closed, and works on jobs. */
static int be_worker(const char *folder, int ready, int start)
{
	char go;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_engine *engine = open_in(folder);
	brabeion_work_options options = BRABEION_WORK_OPTIONS(.until_idle = true);
	close(ready);
	if (read(start, &go, 1) != 0)
		return 1;
	must(brabeion_work(engine, &options, &error), &error);
	brabeion_close(engine);
	return 0;
}

static double cpu_s(const struct rusage *used)
{
	return (double)(used->ru_utime.tv_sec + used->ru_stime.tv_sec) +
	       (double)(used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1e6;
}

/* Processor time of all child processes that have ended. */
static double used_s(void)
{
	struct rusage used;
	getrusage(RUSAGE_CHILDREN, &used);
	return cpu_s(&used);
}

/* Starts workers. Returns once all have opened, so that opening is not timed; closing the result starts the work. */
static int start_workers(const char *folder, int processes)
{
	char end;
	int ready[2], start[2];
	if (pipe(ready) != 0 || pipe(start) != 0)
		bench_fail("no pipe");
	for (int i = 0; i < processes; i++) {
		pid_t pid = fork();
		if (pid < 0)
			bench_fail("no process");
		if (pid == 0) {
			close(ready[0]);
			close(start[1]);
			_exit(be_worker(folder, ready[1], start[0]));
		}
	}
	close(ready[1]);
	close(start[0]);
	while (read(ready[0], &end, 1) > 0)
		;
	close(ready[0]);
	return start[1];
}

static void expect_no_jobs(const char *folder)
{
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_engine *engine = open_in(folder);
	must(brabeion_stats(engine, &report, &error), &error);
	int64_t left = report.jobs_waiting + report.jobs_running + report.jobs_parked + report.jobs_delayed;
	if (left)
		bench_fail("%" PRId64 " jobs are left", left);
	brabeion_stats_finish(&report);
	brabeion_close(engine);
}

static void time_drain(const char *plugins, const char *what, const char *event, int users, int processes)
{
	char folder[BENCH_FOLDER_BYTES];
	int status;
	make_folder(folder, plugins);
	store_jobs(folder, event, users);
	fflush(stdout);
	int start = start_workers(folder, processes);
	double began = bench_now_s(), used = used_s();
	close(start);
	while (wait(&status) > 0)
		if (status)
			bench_fail("a worker ended with wait status 0x%x", (unsigned)status);
	double took = bench_now_s() - began;
	used = used_s() - used;
	expect_no_jobs(folder);
	printf("%-42s %8.0f jobs/s, %.1f us of processor each", what, jobs_count / took, used / jobs_count * 1e6);
	bench_at_least(jobs_count / took, 20000);
	bench_remove_folder(folder);
}

/* Processor seconds for a call, each with a new user: less noisy than elapsed time. */
static double time_calls(const char *folder, const char *event)
{
	static int round;
	struct rusage before, after;
	brabeion_engine *engine = open_in(folder);
	char user[32];
	int calls = bench_amount(20000, 400);
	round++;
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < calls; i++) {
		snprintf(user, sizeof user, "u%d-%d", round, i);
		brabeion_field points = BRABEION_INT("points", 5);
		brabeion_event one = BRABEION_EVENT(.name = event, .user = user, .fields = &points, .field_count = 1);
		if (brabeion_possibly_award(engine, &one, NULL) != BRABEION_OK)
			bench_fail("an event failed");
	}
	getrusage(RUSAGE_SELF, &after);
	brabeion_close(engine);
	return (cpu_s(&after) - cpu_s(&before)) / calls;
}

static void compare_freezing(const char *plugins)
{
	char folder[BENCH_FOLDER_BYTES];
	double award = 1, freeze = 1;
	make_folder(folder, plugins);
	for (int round = 0; round < bench_amount(5, 1); round++) {
		double one = time_calls(folder, "one"), two = time_calls(folder, "quiet");
		award = one < award ? one : award;
		freeze = two < freeze ? two : freeze;
	}
	printf("an award %.1f us, freezing a job %.1f us: %.2f times", award * 1e6, freeze * 1e6, freeze / award);
	bench_at_most(freeze / award, 1.5);
	bench_remove_folder(folder);
}

int main(int argc, char **argv)
{
	jobs_count = bench_amount(100000, 2000);
	if (argc == 5) { /* one figure: PLUGINS EVENT USERS PROCESSES */
		time_drain(argv[1], argv[2], argv[2], atoi(argv[3]), atoi(argv[4]));
		return 0;
	}
	if (argc != 2)
		bench_fail("usage: bench_jobs FOLDER-OF-TEST-PLUGINS [EVENT USERS PROCESSES]");
	time_drain(argv[1], "4 processes, nothing earned, 100,000 users", "quiet", 100000, PROCESSES);
	time_drain(argv[1], "4 processes, nothing earned, 100 users", "quiet", 100, PROCESSES);
	time_drain(argv[1], "4 processes, each earns, 100,000 users", "later", 100000, PROCESSES);
	time_drain(argv[1], "4 processes, each earns two, 1,000 users", "earn", 1000, PROCESSES);
	time_drain(argv[1], "1 process, nothing earned, 100,000 users", "quiet", 100000, 1);
	compare_freezing(argv[1]);
	return 0;
}
