/*
 * 8 threads fire events without listeners, under common names, their own names and more names than are kept, while
 * another reads the counts and reloads: no count is lost or invented.
 */
#include "support/storm.h"

enum { THREADS = 8, COMMON = 20, OWN = 40 };

static int events_per_thread;
static atomic_bool over;

static void fire(storm_thread *thread, const char *name)
{
	brabeion_result result = BRABEION_RESULT();
	brabeion_event event = BRABEION_EVENT(.name = name, .user = "ada");
	if (brabeion_possibly_award(thread->here->engine, &event, &result) != BRABEION_OK ||
	    result.outcome != BRABEION_UNHANDLED)
		thread->errors++;
	brabeion_result_finish(&result);
}

/* THREADS * OWN + COMMON names: more than are kept. */
static void fire_all(storm_thread *thread)
{
	for (int i = 0; i < events_per_thread; i++) {
		char name[32];
		snprintf(name, sizeof name, "common-%d", i % COMMON);
		fire(thread, name);
		fire(thread, "the-same");
		snprintf(name, sizeof name, "own-%d-%d", thread->number, i % OWN);
		fire(thread, name);
	}
}

static void *ask_and_reload(void *context)
{
	storm *here = context;
	for (int i = 0; !atomic_load(&over); i++) {
		brabeion_examination examination = BRABEION_EXAMINATION();
		brabeion_error error = BRABEION_NO_ERROR;
		if (i % 2 && brabeion_reload(here->engine, NULL, &error) != BRABEION_OK)
			storm_give_up("brabeion_reload", error.message);
		if (brabeion_examine(here->engine, NULL, &examination, &error) != BRABEION_OK)
			storm_give_up("brabeion_examine", error.message);
		brabeion_examination_finish(&examination);
	}
	return NULL;
}

/* The sum of the findings' counts; *same: the count of "the-same". */
static long count_all(const storm *here, long *same)
{
	brabeion_examination examination = BRABEION_EXAMINATION();
	brabeion_error error = BRABEION_NO_ERROR;
	long sum = 0;
	if (brabeion_examine(here->engine, NULL, &examination, &error) != BRABEION_OK)
		storm_give_up("brabeion_examine", error.message);
	for (size_t i = 0; i < examination.count; i++) {
		const brabeion_finding *finding = &examination.findings[i];
		sum += strncmp(finding->kind, "event", 5) == 0 ? (long)finding->count : 0;
		*same = strcmp(finding->subject, "the-same") == 0 ? (long)finding->count : *same;
	}
	brabeion_examination_finish(&examination);
	return sum;
}

int main(void)
{
	storm here;
	storm_thread sum;
	pthread_t other;
	long same = 0;
	events_per_thread = storm_rounds(2000, 100000);
	storm_init(&here, "plugins: [{ file: good_one.so }]\n");
	storm_open(&here);
	if (pthread_create(&other, NULL, ask_and_reload, &here) != 0)
		storm_give_up("pthread_create", "failed");
	storm_run(&here, THREADS, fire_all, &sum);
	atomic_store(&over, true);
	pthread_join(other, NULL);
	storm_expect_count("unhandled: no call failed", sum.errors, 0);
	storm_expect_count("unhandled: each event is counted once", count_all(&here, &same),
			   3L * THREADS * events_per_thread);
	storm_expect_count("unhandled: a name that all fire has all its events", same,
			   (long)THREADS * events_per_thread);
	storm_finish(&here);
	return storm_end();
}
