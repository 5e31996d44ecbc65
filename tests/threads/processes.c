/*
 * Two processes, forked before either opens, on one database, with three threads each, all on the same users: what
 * is counted must be exact across them, and each award be stored, answered and told in one of them alone.
 */
#include <sys/wait.h>

#include "storm.h"

enum { PROCESSES = 2, THREADS = 3, USERS = 20 };

static int events_per_thread;

typedef struct tallied {
	long awards, told, errors, judged, duplicates;
} tallied;

static void fire_all(storm_thread *thread)
{
	for (int i = 0; i < events_per_thread; i++) {
		char user[16], id[16];
		snprintf(user, sizeof user, "user%d", i % USERS);
		snprintf(id, sizeof id, "id%d", i);
		brabeion_field fields[] = { BRABEION_TEXT("subject", "all"), BRABEION_INT("points", 5) };
		storm_fire(thread,
			   &(brabeion_event){ .name = "memory", .user = user, .fields = fields, .field_count = 1 });
		storm_fire(thread,
			   &(brabeion_event){
				   .name = "points", .user = user, .id = id, .fields = fields, .field_count = 2 });
	}
}

/* One process: opens, fires, and sends what it counted through the pipe. */
static int be_process(storm *here, int start, int report)
{
	char go;
	storm_thread sum;
	storm_open(here);
	brabeion_on_award(here->engine, storm_count_told, here);
	if (read(start, &go, 1) != 0) /* the parent closes its end: both begin together */
		return 1;
	storm_run(here, THREADS, fire_all, &sum);
	tallied mine = { sum.awards, atomic_load(&here->told), sum.errors, sum.judged, sum.duplicates };
	brabeion_close(here->engine);
	return write(report, &mine, sizeof mine) == (ssize_t)sizeof mine ? 0 : 1;
}

static void run_processes(storm *here, tallied *sum, long *ended_well)
{
	int start[2], report[2];
	pid_t children[PROCESSES];
	if (pipe(start) != 0 || pipe(report) != 0)
		storm_give_up("pipe", "failed");
	for (int i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			close(start[1]);
			_exit(be_process(here, start[0], report[1]));
		}
	}
	close(start[0]);
	close(start[1]);
	close(report[1]);
	tallied one;
	while (read(report[0], &one, sizeof one) == (ssize_t)sizeof one) {
		sum->awards += one.awards;
		sum->told += one.told;
		sum->errors += one.errors;
		sum->judged += one.judged;
		sum->duplicates += one.duplicates;
	}
	close(report[0]);
	for (int i = 0; i < PROCESSES; i++) {
		int status = -1;
		waitpid(children[i], &status, 0);
		*ended_well += status == 0;
	}
}

int main(void)
{
	storm here;
	tallied sum = { 0 };
	char text[1024];
	long ended_well = 0;
	events_per_thread = storm_rounds(150, 3000);
	long all = (long)PROCESSES * THREADS * events_per_thread;
	snprintf(text, sizeof text,
		 "busy_timeout: 60s\n"
		 "plugins:\n"
		 "  - file: memory_user.so\n"
		 "    badges:\n"
		 "      - { badge: memory-user, slug: exact, settings: { name: a, at: %ld } }\n"
		 "      - { badge: memory-user, slug: over, settings: { name: b, at: %ld } }\n"
		 "  - file: good_one.so\n",
		 all, all + 1);
	storm_init(&here, text);
	run_processes(&here, &sum, &ended_well);
	storm_open(&here);
	storm_expect_count("both processes end well", ended_well, PROCESSES);
	storm_expect_count("no call failed", sum.errors, 0);
	storm_expect_count("the tally has counted each event of both", storm_count_badge(&here, "exact"), 1);
	storm_expect_count("and none twice", storm_count_badge(&here, "over"), 0);
	storm_expect_count("each user has one award of good-one", storm_count_badge(&here, "good-one"), USERS);
	storm_expect_count("each award is in one result", sum.awards, USERS + 1);
	storm_expect_count("each award is told in one process", sum.told, USERS + 1);
	storm_expect_count("each id is judged once", sum.judged - all, events_per_thread);
	storm_expect_count("the others are duplicates", sum.duplicates, all - events_per_thread);
	storm_finish(&here);
	return storm_end();
}
