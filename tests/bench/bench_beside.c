/*
 * bench_beside CONFIG DATABASE RUN SHOW: how long others wait while a `brabeion run` works on the same database. RUN and
 * SHOW are shell commands. Two others there are: a host that embeds the engine (this program) and stores one award at a
 * time, durably, and `brabeion show`, again and again. The host opens its engine when the run has been alone for a while:
 * that, with its first award, is what a newcomer waits.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <brabeion/engine.h>

#include "bench.h"
#include "child.h"

enum { SAMPLES_MOST = 100000, AWARD_PAUSE_MS = 10, SHOW_PAUSE_MS = 50, LATENCY_MS_MOST = 300 };
enum { NEWCOMER_MS_MOST = 2000 };

typedef struct samples {
	double milliseconds[SAMPLES_MOST];
	int count;
} samples;

static const char *config, *database, *show;
static samples awards, shows;
static atomic_bool run_has_ended;

static void pause_ms(long milliseconds)
{
	struct timespec time = { .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000 };
	nanosleep(&time, NULL);
}

static void add_sample(samples *to, double began_s)
{
	if (to->count < SAMPLES_MOST)
		to->milliseconds[to->count++] = (bench_now_s() - began_s) * 1e3;
}

static brabeion_engine *open_engine(void)
{
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = config, .database = database);
	if (brabeion_open(&options, &engine, &error) != BRABEION_OK)
		bench_fail("%s", error.message);
	return engine;
}

/* One award to a user who is new: the first post is one (scale.yaml). */
static void store_award(brabeion_engine *engine, int number)
{
	char user[32];
	snprintf(user, sizeof user, "guest-%d", number);
	brabeion_event event = BRABEION_EVENT(.name = "posted", .user = user);
	brabeion_result result = BRABEION_RESULT();
	if (brabeion_possibly_award(engine, &event, &result) != BRABEION_OK || result.award_count != 1)
		bench_fail("an event earned %u awards: %s", result.award_count, result.message ? result.message : "");
	brabeion_result_finish(&result);
}

static void *show_users(void *context)
{
	while (!atomic_load(&run_has_ended)) {
		double began = bench_now_s();
		if (system(show) != 0)
			bench_fail("failed: %s", show);
		add_sample(&shows, began);
		pause_ms(SHOW_PAUSE_MS);
	}
	return context;
}

static void report(const char *name, samples *of)
{
	if (of->count < bench_amount(20, 1))
		bench_fail("%s: the run ended after %d of them, too few to measure", name, of->count);
	double p50 = bench_median(of->milliseconds, of->count); /* sorts them */
	double most = of->milliseconds[of->count - 1];
	printf("  %-24s %5d of them, p50 %.1f ms, p99 %.1f ms, at most %.1f ms", name, of->count, p50,
	       of->milliseconds[of->count * 99 / 100], most);
	bench_at_most(most, LATENCY_MS_MOST);
}

int main(int argc, char **argv)
{
	if (argc != 5)
		bench_fail("usage: bench_beside CONFIG DATABASE RUN SHOW");
	config = argv[1], database = argv[2], show = argv[4];
	brabeion_close(open_engine()); /* so that there is a database to show */
	bench_child run = bench_child_start(argv[3]);
	pause_ms(bench_amount(2000, 20));

	double began = bench_now_s();
	brabeion_engine *engine = open_engine();
	store_award(engine, 0);
	double newcomer_ms = (bench_now_s() - began) * 1e3;
	pthread_t shower;
	if (pthread_create(&shower, NULL, show_users, NULL) != 0)
		bench_fail("no thread");
	for (int i = 1; !bench_child_has_ended(&run); i++) {
		began = bench_now_s();
		store_award(engine, i);
		add_sample(&awards, began);
		pause_ms(AWARD_PAUSE_MS);
	}
	atomic_store(&run_has_ended, true);
	bench_costs costs = bench_child_wait(&run);
	pthread_join(shower, NULL);
	brabeion_close(engine);

	printf("  the run beside them      %5.2f s, %.0f MB written, peak %.0f MiB\n", costs.wall_s, costs.written_mb,
	       costs.peak_mib);
	report("a host's durable awards", &awards);
	report("brabeion show", &shows);
	printf("  a newcomer's first award %5.0f ms", newcomer_ms);
	bench_at_most(newcomer_ms, NEWCOMER_MS_MOST);
	return 0;
}
