/*
 * SIGKILL over jobs: worker processes on one database die in every state of a job (after the claim, during award,
 * before the commit and after it), each once at exactly that point, then repeatedly at random moments, while another
 * process goes on storing jobs. Deaths are reported as by a supervisor, from a page of shared memory. At the end
 * every job has been judged, and every award is stored once. Jobs of a badge that kills its process each time are
 * parked, and no other job is.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "support/fault.h"

enum { WORKERS = 4, BATCH = 20 };

/* What a worker is doing; in shared memory, which outlives the worker. */
typedef struct slot {
	_Atomic int64_t job, claim;
} slot;

typedef struct killing {
	fault_scene scene;
	slot *slots;
	pid_t processes[WORKERS];
	uint64_t random;
	long kills, errors, stored;
} killing;

static int random_below(killing *here, int bound)
{
	here->random = here->random * 6364136223846793005u + 1442695040888963407u;
	return (int)((here->random >> 33) % (uint64_t)bound);
}

/* ---- a worker ---- */

static brabeion_engine *open_here(const killing *here)
{
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = here->scene.base.config);
	if (brabeion_open(&options, &engine, &error) != BRABEION_OK)
		storm_give_up("brabeion_open", error.message);
	return engine;
}

static bool end_after_claim;

static void note_job(void *context, int64_t job, int64_t claim)
{
	slot *mine = context;
	atomic_store(&mine->job, job);
	atomic_store(&mine->claim, claim);
	if (end_after_claim && job)
		kill(getpid(), SIGKILL);
}

static void end_after_commit(void *context, const brabeion_award_info *award)
{
	if (strcmp(award->badge, "earner") == 0 && strcmp(award->reason, context) == 0)
		kill(getpid(), SIGKILL);
}

/* Records the death of the previous worker in this slot before anything is claimed. */
static void bury(brabeion_engine *engine, slot *mine)
{
	brabeion_error error = BRABEION_NO_ERROR;
	int64_t job = atomic_exchange(&mine->job, 0), claim = atomic_exchange(&mine->claim, 0);
	if (claim && brabeion_job_died(engine, job, claim, "the worker was killed", NULL, &error) != BRABEION_OK)
		storm_give_up("brabeion_job_died", error.message);
}

static int be_worker(const killing *here, slot *mine, bool until_idle, const char *end_after)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_engine *engine = open_here(here);
	bury(engine, mine);
	if (end_after)
		brabeion_on_award(engine, end_after_commit, (void *)(uintptr_t)end_after);
	brabeion_work_options options =
		BRABEION_WORK_OPTIONS(.until_idle = until_idle, .on_job = note_job, .context = mine);
	if (brabeion_work(engine, &options, &error) != BRABEION_OK)
		storm_give_up("brabeion_work", error.message);
	brabeion_close(engine);
	return 0;
}

static void start(killing *here, int which, bool until_idle, const char *end_after)
{
	fflush(stdout);
	here->processes[which] = fork();
	if (here->processes[which] == 0)
		_exit(be_worker(here, &here->slots[which], until_idle, end_after));
	if (here->processes[which] < 0)
		storm_give_up("fork", "failed");
}

/* True if it was killed. */
static bool wait_for_end(killing *here, int which)
{
	int status = -1;
	waitpid(here->processes[which], &status, 0);
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	here->errors += !killed && status != 0;
	return killed;
}

/* ---- jobs ---- */

static void store_events(killing *here, const char *event, int from, int count, bool deadly_tenth)
{
	brabeion_engine *engine = open_here(here);
	for (int i = from; i < from + count; i++) {
		char user[32], id[32];
		snprintf(user, sizeof user, "user%d", i % 7);
		snprintf(id, sizeof id, "e%d", i);
		brabeion_field deadly = BRABEION_BOOL("deadly", deadly_tenth && i % 10 == 0);
		brabeion_event one =
			BRABEION_EVENT(.name = event, .user = user, .id = id, .fields = &deadly, .field_count = 1);
		here->errors += brabeion_possibly_award(engine, &one, NULL) != BRABEION_OK;
	}
	brabeion_close(engine);
}

/* Runs workers until no job is ready or delayed. */
static void drain(killing *here)
{
	for (int i = 0; i < 1000 && fault_ask_number(&here->scene, "SELECT count(*) FROM jobs WHERE parked_us = 0");
	     i++) {
		start(here, 0, true, NULL);
		here->kills += wait_for_end(here, 0);
	}
}

static void expect_exact(const killing *here, long events)
{
	const fault_scene *scene = &here->scene;
	storm_expect_count("  no worker failed otherwise", here->errors, 0);
	storm_expect_count("  every job is judged to its end", fault_ask_number(scene, "SELECT count(*) FROM jobs"),
			   0);
	storm_expect_count("  every award is there once",
			   fault_ask_number(scene, "SELECT count(DISTINCT reason) FROM awards AS a JOIN badges AS b"
						   " ON b.id = a.badge WHERE b.slug = 'earner'"),
			   events);
	storm_expect_count("  and what builds on it, and nothing else",
			   fault_ask_number(scene, "SELECT count(*) FROM awards"), 2 * events);
	storm_expect_count(
		"  the database is sound",
		fault_ask_number(scene, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
		0);
}

static void init(killing *here, const char *backoff, uint64_t seed)
{
	char config[512];
	*here = (killing){ .random = seed };
	snprintf(config, sizeof config,
		 "busy_timeout: 60s\n"
		 "workers: 0\n"
		 "jobs: { backoff: %s, max_attempts: 3 }\n"
		 "plugins:\n"
		 "  - file: job_user.so\n",
		 backoff);
	fault_init(&here->scene, config);
	here->slots = mmap(NULL, WORKERS * sizeof(slot), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (here->slots == MAP_FAILED)
		storm_give_up("mmap", "failed");
}

static void finish(killing *here)
{
	munmap(here->slots, WORKERS * sizeof(slot));
	fault_finish(&here->scene);
}

static void retry_all(const killing *here, brabeion_job_choice choice)
{
	brabeion_engine *engine = open_here(here);
	brabeion_error error = BRABEION_NO_ERROR;
	if (brabeion_jobs_retry(engine, &choice, NULL, &error) != BRABEION_OK)
		storm_give_up("brabeion_jobs_retry", error.message);
	brabeion_close(engine);
}

/* ---- once at each point ---- */

static void test_point(const char *point, const char *variable, bool after_claim, const char *after_commit,
		       long attempts, long waiting)
{
	killing here;
	init(&here, "1h", 1);
	store_events(&here, "earn", 0, BATCH, false);
	if (variable)
		setenv(variable, "e13", 1);
	end_after_claim = after_claim;
	start(&here, 0, true, after_commit);
	storm_expect(wait_for_end(&here, 0), "a worker is killed %s", point);
	if (variable)
		unsetenv(variable);
	end_after_claim = false;
	start(&here, 0, true, NULL); /* does not wait for the lease: the dead worker's claim is released */
	storm_expect(!wait_for_end(&here, 0), "  the next one is not");
	storm_expect_count("  the job at hand has an attempt more, and no other",
			   fault_ask_number(&here.scene, "SELECT count(*) FROM job_attempts"), attempts);
	storm_expect_count("  and waits, with those behind it, while the others are done",
			   fault_ask_number(&here.scene, "SELECT count(*) FROM jobs"), waiting);
	retry_all(&here, (brabeion_job_choice)BRABEION_JOB_CHOICE(.id = 0));
	drain(&here);
	expect_exact(&here, BATCH);
	finish(&here);
}

/* ---- at random moments ---- */

static void test_storm(int rounds)
{
	killing here;
	init(&here, "1ms", 20140123);
	for (int i = 0; i < WORKERS; i++)
		start(&here, i, false, NULL);
	for (int round = 0; round < rounds; round++) {
		struct timespec while_more = { 0, random_below(&here, 4000) * 1000 };
		int which = random_below(&here, WORKERS);
		store_events(&here, "earn", round * BATCH, BATCH, false);
		nanosleep(&while_more, NULL);
		kill(here.processes[which], SIGKILL);
		here.kills += wait_for_end(&here, which);
		start(&here, which, false, NULL);
	}
	for (int i = 0; i < WORKERS; i++) {
		kill(here.processes[i], SIGKILL);
		here.kills += wait_for_end(&here, i);
	}
	for (int i = 0; i < WORKERS; i++) { /* records the death in each slot */
		start(&here, i, true, NULL);
		wait_for_end(&here, i);
	}
	retry_all(&here,
		  (brabeion_job_choice)
			  BRABEION_JOB_CHOICE(.parked = true)); /* may have been claimed at three deaths by chance */
	drain(&here);
	printf("# %ld kills\n", here.kills);
	storm_expect_count("workers are killed again and again", here.kills, rounds + WORKERS);
	expect_exact(&here, (long)rounds * BATCH);
	finish(&here);
}

/* ---- a badge that kills its process ---- */

static void test_poison(void)
{
	killing here;
	init(&here, "1ms", 3);
	store_events(&here, "poison", 0, 50, true);
	store_events(&here, "earn", 0, 50, false);
	drain(&here);
	storm_expect_count("a badge that kills its process each tenth time does so until its jobs are parked",
			   here.kills, 5 * 3);
	storm_expect_count("  those, and no others",
			   fault_ask_number(&here.scene, "SELECT count(*) FROM jobs WHERE parked_why = 'failed'"
							 " AND attempts = 3 AND error = 'the worker was killed'"
							 " AND state = '{\"deadly\": true}'"),
			   5);
	storm_expect_count("  are left", fault_ask_number(&here.scene, "SELECT count(*) FROM jobs"), 5);
	storm_expect_count("  the healthy badge earned all",
			   fault_ask_number(&here.scene, "SELECT count(*) FROM awards"), 100);
	finish(&here);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_point("after the claim", NULL, true, NULL, 1, 3); /* the first of three of its user */
	test_point("during award", "BRB_END_DURING_AWARD", false, NULL, 1, 1);
	/* in a badge that listens for that award: the job that earned it */
	test_point("before the commit", "BRB_END_BEFORE_COMMIT", false, NULL, 1, 1);
	test_point("after the commit", NULL, false, "e13", 0, 0);
	test_poison();
	test_storm(storm_rounds(50, 500));
	return storm_end();
}
