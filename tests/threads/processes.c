/*
 * Four processes, forked before any opens an engine, with eight threads each, use one database and the same users:
 * tallies, a badge that is earned many times, ids that every thread of every process sends. Counts must be exact across
 * processes, and each stored award must be in one caller's result and reported to one callback, once.
 *
 * The sequences of awards are recorded in memory that the processes share.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "support/storm.h"

enum { PROCESSES = 4, THREADS = 8, USERS = 20, SEQUENCES_MOST = 400000 };

static int events_per_thread;

/* Counts by sequence, of all processes. */
typedef struct noted {
	atomic_int answered[SEQUENCES_MOST], told[SEQUENCES_MOST];
	atomic_long awards, calls, errors, judged, duplicates;
} noted;

static noted *shared;

static void note(atomic_int *counts, int64_t sequence)
{
	if (sequence > 0 && sequence < SEQUENCES_MOST)
		atomic_fetch_add(&counts[sequence], 1);
	else
		atomic_fetch_add(&shared->errors, 1);
}

static void note_told(void *context, const brabeion_award_info *award)
{
	(void)context;
	note(shared->told, award->sequence);
	atomic_fetch_add(&shared->calls, 1);
}

static void fire(storm_thread *thread, const brabeion_event *event)
{
	brabeion_result result = BRABEION_RESULT();
	if (brabeion_possibly_award(thread->here->engine, event, &result) != BRABEION_OK || result.failed) {
		printf("# status %d: %s\n", (int)result.status, result.message);
		thread->errors++;
	}
	thread->judged += result.outcome == BRABEION_JUDGED;
	thread->duplicates += result.outcome == BRABEION_DUPLICATE;
	thread->awards += result.award_count;
	for (uint32_t i = 0; i < result.award_count; i++)
		note(shared->answered, result.awards[i].sequence);
	brabeion_result_finish(&result);
}

/* A tally without an id; an award each time; an id that all send, which adds to its user's tally and earns. */
static void fire_all(storm_thread *thread)
{
	for (int i = 0; i < events_per_thread; i++) {
		int number = (i + thread->number * 5) % events_per_thread;
		char user[16], id[16];
		snprintf(user, sizeof user, "user%d", number % USERS);
		snprintf(id, sizeof id, "id%d", number);
		brabeion_field all[] = { BRABEION_TEXT("owner", "all") };
		brabeion_field many[] = { BRABEION_TEXT("badge", "many"), BRABEION_INT("level", 1 + i % 3) };
		brabeion_field own[] = { BRABEION_INT("points", 5) };
		fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "memory", .user = user, .fields = all,
							     .field_count = 1));
		fire(thread,
		     &(brabeion_event)BRABEION_EVENT(.name = "say", .user = user, .fields = many, .field_count = 2));
		fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "points", .user = user, .id = id, .fields = own,
							     .field_count = 1));
		fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = user, .id = id));
	}
}

/* One process: opens when all have started, fires, and adds its counts. */
static int be_process(storm *here, int start)
{
	char go;
	storm_thread sum;
	if (read(start, &go, 1) != 0) /* the parent closes its end, so all begin together */
		return 1;
	storm_open(here);
	brabeion_on_award(here->engine, note_told, here);
	storm_run(here, THREADS, fire_all, &sum);
	brabeion_close(here->engine);
	atomic_fetch_add(&shared->awards, sum.awards);
	atomic_fetch_add(&shared->errors, sum.errors);
	atomic_fetch_add(&shared->judged, sum.judged);
	atomic_fetch_add(&shared->duplicates, sum.duplicates);
	return 0;
}

static long run_processes(storm *here)
{
	int start[2];
	long ended_well = 0;
	pid_t children[PROCESSES];
	if (pipe(start) != 0)
		storm_give_up("pipe", "failed");
	for (int i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			close(start[1]);
			_exit(be_process(here, start[0]));
		}
		if (children[i] < 0)
			storm_give_up("fork", "failed");
	}
	close(start[0]);
	close(start[1]);
	for (int i = 0; i < PROCESSES; i++) {
		int status = -1;
		waitpid(children[i], &status, 0);
		ended_well += status == 0;
	}
	return ended_well;
}

/* Stored awards that were not in exactly one result or not reported exactly once. */
static long count_wrong_awards(const storm *here)
{
	long wrong = 0;
	brabeion_change_list list;
	brabeion_error error = BRABEION_NO_ERROR;
	if (brabeion_changes_since(here->engine, 0, NULL, &list, &error) != BRABEION_OK)
		storm_give_up("brabeion_changes_since", error.message);
	for (size_t i = 0; i < list.count; i++) {
		int64_t sequence = list.changes[i].sequence;
		wrong += sequence >= SEQUENCES_MOST || atomic_load(&shared->answered[sequence]) != 1 ||
			 atomic_load(&shared->told[sequence]) != 1;
	}
	brabeion_change_list_finish(&list);
	return wrong;
}

static void check(const storm *here, long all)
{
	long each = events_per_thread, awards = all + 3 * USERS + 1;
	storm_expect_count("no call failed", atomic_load(&shared->errors), 0);
	storm_expect_count("the tally has counted each event of all", storm_count_badge(here, "exact"), 1);
	storm_expect_count("and none twice", storm_count_badge(here, "over"), 0);
	storm_expect_count("each award of many is stored", storm_count_badge(here, "many"), all);
	storm_expect_count("each user has one award of good-one", storm_count_badge(here, "good-one"), USERS);
	storm_expect_count("and one for the first visit", storm_count_badge(here, "first-visit"), USERS);
	storm_expect_count("and one for the third", storm_count_badge(here, "third-visit"), USERS);
	storm_expect_count("nothing else is stored", storm_count(here, NULL), awards);
	storm_expect_count("each award is in one result", atomic_load(&shared->awards), awards);
	storm_expect_count("each is told in one process", atomic_load(&shared->calls), awards);
	storm_expect_count("by its sequence, once and once", count_wrong_awards(here), 0);
	storm_expect_count("each id is judged once for each name", atomic_load(&shared->judged) - 2 * all, 2 * each);
	storm_expect_count("the others are duplicates", atomic_load(&shared->duplicates), 2 * (all - each));
}

int main(void)
{
	storm here;
	char text[1024];
	events_per_thread = storm_rounds(60, 3000);
	long all = (long)PROCESSES * THREADS * events_per_thread;
	snprintf(text, sizeof text,
		 "busy_timeout: 60s\n"
		 "plugins:\n"
		 "  - file: memory_user.so\n"
		 "    badges:\n"
		 "      - { badge: memory-user, slug: exact, settings: { name: a, at: %ld } }\n"
		 "      - { badge: memory-user, slug: over, settings: { name: b, at: %ld } }\n"
		 "  - file: obedient.so\n"
		 "  - file: good_one.so\n"
		 "  - file: good_many.so\n",
		 all, all + 1);
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		storm_give_up("mmap", "failed");
	storm_init(&here, text);
	storm_expect_count("all processes end well", run_processes(&here), PROCESSES);
	storm_open(&here);
	check(&here, all);
	storm_finish(&here);
	munmap(shared, sizeof *shared);
	return storm_end();
}
