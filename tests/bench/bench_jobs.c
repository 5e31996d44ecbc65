/*
 * bench_jobs: how many jobs of a trivial badge four worker processes on one database drain in a second, of users of their
 * own and of a few; and what freezing an event for an async badge costs its caller, against a durable award.
 *
 * Usage: bench_jobs FOLDER-OF-TEST-PLUGINS [EVENT USERS PROCESSES]. Prints one line per figure.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <brabeion/engine.h>

enum { JOBS = 100000, BATCH = 1000, PROCESSES = 4, CALLS = 20000 };

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(brabeion_status status, const brabeion_error *error)
{
	if (status == BRABEION_OK)
		return;
	fprintf(stderr, "%s\n", error->message ? error->message : brabeion_status_name(status));
	exit(1);
}

static brabeion_engine *open_in(const char *folder)
{
	char config[256];
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	snprintf(config, sizeof config, "%s/badges.yaml", folder);
	brabeion_options options = { .config = config, .no_workers = true };
	must(brabeion_open(&options, &engine, &error), &error);
	return engine;
}

static void make_folder(char folder[64], const char *plugins)
{
	char path[128];
	snprintf(folder, 64, "/tmp/brabeion-bench-XXXXXX");
	if (!mkdtemp(folder))
		exit(1);
	snprintf(path, sizeof path, "%s/badges.yaml", folder);
	FILE *file = fopen(path, "w");
	if (!file)
		exit(1);
	fprintf(file,
		"database: b.db\nbusy_timeout: 60s\nplugin_path: [%s]\nplugins:\n  - file: job_user.so\n"
		"  - file: good_one.so\n    badges: [{ badge: good-one, events: [one] }, { badge: good-one, slug: "
		"later-one, "
		"events: [later], async: true }]\n",
		plugins);
	fclose(file);
}

static void remove_folder(const char *folder)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	if (system(command) != 0)
		fprintf(stderr, "%s stays\n", folder);
}

/* Stores the jobs, of so many users. */
static void store_jobs(const char *folder, const char *event, int users)
{
	static char names[BATCH][32], ids[BATCH][32];
	static brabeion_event events[BATCH];
	static brabeion_result results[BATCH];
	brabeion_field points = BRABEION_INT("points", 5);
	brabeion_engine *engine = open_in(folder);
	for (int from = 0; from < JOBS; from += BATCH) {
		for (int i = 0; i < BATCH; i++) {
			snprintf(names[i], sizeof names[i], "user%d", (from + i) % users);
			snprintf(ids[i], sizeof ids[i], "e%d", from + i);
			events[i] = (brabeion_event){
				.name = event, .user = names[i], .id = ids[i], .fields = &points, .field_count = 1
			};
		}
		brabeion_error none = BRABEION_NO_ERROR;
		must(brabeion_possibly_award_batch(engine, events, BATCH, results), &none);
		for (int i = 0; i < BATCH; i++)
			brabeion_result_finish(&results[i]);
	}
	brabeion_close(engine);
}

static int be_worker(const char *folder, int start)
{
	char go;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_engine *engine = open_in(folder);
	brabeion_work_options options = { .until_idle = true };
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

/* Of all processes that have ended. */
static double used_s(void)
{
	struct rusage used;
	getrusage(RUSAGE_CHILDREN, &used);
	return cpu_s(&used);
}

static void time_drain(const char *plugins, const char *what, const char *event, int users, int processes)
{
	char folder[64];
	int start[2], status;
	make_folder(folder, plugins);
	store_jobs(folder, event, users);
	if (pipe(start) != 0)
		exit(1);
	for (int i = 0; i < processes; i++)
		if (fork() == 0) {
			close(start[1]);
			_exit(be_worker(folder, start[0]));
		}
	sleep(1); /* they have opened: what is measured is the work */
	double began = now_s(), used = used_s();
	close(start[0]);
	close(start[1]);
	while (wait(&status) > 0)
		if (status)
			exit(1);
	double took = now_s() - began;
	used = used_s() - used;
	brabeion_engine *engine = open_in(folder);
	brabeion_stats_report report;
	brabeion_error error = BRABEION_NO_ERROR;
	must(brabeion_stats(engine, &report, &error), &error);
	if (report.jobs_waiting || report.jobs_running || report.jobs_parked || report.jobs_delayed)
		fprintf(stderr, "jobs are left: %" PRId64 " waiting\n", report.jobs_waiting);
	brabeion_stats_finish(&report);
	brabeion_close(engine);
	printf("%-42s %8.0f jobs/s (target: at least 20000), %.1f us of processor each\n", what, JOBS / took,
	       used / JOBS * 1e6);
	remove_folder(folder);
}

/* Seconds of processor time for a call, each with a user of its own: the machine may be busy with other things. */
static double time_calls(const char *folder, const char *event)
{
	static int round;
	struct rusage before, after;
	brabeion_engine *engine = open_in(folder);
	char user[32];
	round++;
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < CALLS; i++) {
		snprintf(user, sizeof user, "u%d-%d", round, i);
		brabeion_field points = BRABEION_INT("points", 5);
		brabeion_event one = { .name = event, .user = user, .fields = &points, .field_count = 1 };
		if (brabeion_possibly_award(engine, &one, NULL) != BRABEION_OK)
			exit(1);
	}
	getrusage(RUSAGE_SELF, &after);
	brabeion_close(engine);
	return (cpu_s(&after) - cpu_s(&before)) / CALLS;
}

int main(int argc, char **argv)
{
	char folder[64];
	if (argc == 5) { /* one figure alone: PLUGINS EVENT USERS PROCESSES */
		time_drain(argv[1], argv[2], argv[2], atoi(argv[3]), atoi(argv[4]));
		return 0;
	}
	if (argc != 2)
		return 2;
	time_drain(argv[1], "4 processes, nothing earned, 100,000 users", "quiet", JOBS, PROCESSES);
	time_drain(argv[1], "4 processes, nothing earned, 100 users", "quiet", 100, PROCESSES);
	time_drain(argv[1], "4 processes, each earns, 100,000 users", "later", JOBS, PROCESSES);
	time_drain(argv[1], "4 processes, each earns two, 1,000 users", "earn", 1000, PROCESSES);
	time_drain(argv[1], "1 process, nothing earned, 100,000 users", "quiet", JOBS, 1);
	make_folder(folder, argv[1]);
	double award = 1, freeze = 1;
	for (int round = 0; round < 5; round++) {
		double one = time_calls(folder, "one"), two = time_calls(folder, "quiet");
		award = one < award ? one : award;
		freeze = two < freeze ? two : freeze;
	}
	printf("an award %.1f us, freezing a job %.1f us: %.2f times (target: at most 1.5)\n", award * 1e6,
	       freeze * 1e6, freeze / award);
	remove_folder(folder);
	return 0;
}
