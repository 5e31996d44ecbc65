/*
 * bench_threads: one engine, many threads. Each figure is a ratio to a baseline of the same run:
 *   - two threads of stateless events that earn nothing, against two threads of bare calls;
 *   - 16 threads that each wait for a durable award, against one, at synchronous FULL and NORMAL, and the ceiling:
 *     one thread in batches of 16;
 *   - one thread's durable award against BEGIN, INSERT, COMMIT by hand, on the same schema and settings;
 *   - an event whose badge the user holds already, in nanoseconds.
 *
 * Usage: bench_threads FOLDER-OF-PLUGINS.
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <brabeion/engine.h>

#include "bench.h"

enum { THREADS = 16, BATCH = 16 };

typedef enum bench_task { BARE, STATELESS, DURABLE, BATCHES, HELD } bench_task;

typedef struct bench_work {
	brabeion_engine *engine;
	bench_task task;
	int count;
} bench_work;

static atomic_long users; /* each user earns once */
static char folder[BENCH_FOLDER_BYTES];
static const char *plugins;

static int32_t decide(void *self, int64_t points)
{
	(void)self;
	return points > 5000 ? 1 : 0;
}

static void bare(int count)
{
	int32_t (*volatile pointer)(void *, int64_t) = decide;
	for (int i = 0; i < count; i++)
		if (pointer(NULL, i & 4095))
			bench_fail("a bare call decided otherwise");
}

static void fire(brabeion_engine *engine, const char *user, int64_t points)
{
	brabeion_field state[] = { BRABEION_INT("points", points) };
	brabeion_event event =
		BRABEION_EVENT(.name = "points_awarded", .user = user, .fields = state, .field_count = 1);
	brabeion_result result = BRABEION_RESULT();
	if (brabeion_possibly_award(engine, &event, &result) != BRABEION_OK)
		bench_fail("an event failed: %s", result.message);
	brabeion_result_finish(&result);
}

static void fire_batch(brabeion_engine *engine)
{
	char names[BATCH][32];
	brabeion_event events[BATCH];
	brabeion_result results[BATCH] = { BRABEION_RESULT() };
	brabeion_field state[] = { BRABEION_INT("points", 6000) };
	for (int i = 0; i < BATCH; i++) {
		snprintf(names[i], sizeof names[i], "user-%ld", atomic_fetch_add(&users, 1));
		events[i] = (brabeion_event)BRABEION_EVENT(.name = "points_awarded", .user = names[i],
							   .fields = state, .field_count = 1);
	}
	if (brabeion_possibly_award_batch(engine, events, BATCH, results) != BRABEION_OK)
		bench_fail("a batch failed: %s", results[0].message);
	for (int i = 0; i < BATCH; i++)
		brabeion_result_finish(&results[i]);
}

static void *run(void *context)
{
	const bench_work *self = context;
	char name[32];
	if (self->task == BARE)
		bare(self->count);
	for (int i = 0; self->task == STATELESS && i < self->count; i++)
		fire(self->engine, "user-4711", i & 4095);
	for (int i = 0; self->task == HELD && i < self->count; i++)
		fire(self->engine, "ada", 6000);
	for (int i = 0; self->task == BATCHES && i < self->count; i += BATCH)
		fire_batch(self->engine);
	for (int i = 0; self->task == DURABLE && i < self->count; i++) {
		snprintf(name, sizeof name, "user-%ld", atomic_fetch_add(&users, 1));
		fire(self->engine, name, 6000);
	}
	return NULL;
}

/* The seconds that `threads` threads need for `count` calls each. */
static double time_threads(brabeion_engine *engine, bench_task task, int threads, int count)
{
	pthread_t ids[THREADS];
	bench_work work = { engine, task, count };
	double began = bench_now_s();
	for (int i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, run, &work) != 0)
			bench_fail("no thread");
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	return bench_now_s() - began;
}

static brabeion_engine *open_engine(const char *synchronous)
{
	char config[BENCH_FOLDER_BYTES + 32];
	snprintf(config, sizeof config, "%s/%s.yaml", folder, synchronous);
	FILE *file = fopen(config, "w");
	if (!file)
		bench_fail("%s cannot be written", config);
	fprintf(file, "database: %s.db\nsynchronous: %s\nplugin_path: [\"%s\"]\nplugins: [{ file: points.so }]\n",
		synchronous, synchronous, plugins);
	fclose(file);
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = config);
	if (brabeion_open(&options, &engine, &error) != BRABEION_OK)
		bench_fail("%s", error.message);
	return engine;
}

static void must(int code, sqlite3 *database)
{
	if (code != SQLITE_OK)
		bench_fail("%s", sqlite3_errmsg(database));
}

/* Of one event, with ?1 its number from 0, for users who are new. */
static const char *const rows_by_hand[] = {
	"INSERT INTO users(id, name, awards, badges) VALUES(1000001 + ?1, 'hand-' || ?1, 1, 1)",
	"INSERT INTO awards(sequence, user, badge, level, reason, event, event_id, at_us, note, stored_us)"
	" VALUES(1000001 + ?1, 1000001 + ?1, 1, 1, '', 1, '', 0, '', 0)",
	"INSERT INTO holders(badge, level, count) VALUES(1, 0, ?1 + 1), (1, 1, ?1 + 1)"
	" ON CONFLICT DO UPDATE SET count = count + 1",
	"INSERT INTO counters(name, value) VALUES('sequence', 1000001 + ?1), ('last_user', 1000001 + ?1)"
	" ON CONFLICT DO UPDATE SET value = excluded.value",
	"INSERT INTO counters(name, value) VALUES('awards', ?1 + 1) ON CONFLICT DO UPDATE SET value = value + 1",
};

enum { ROWS_BY_HAND = sizeof rows_by_hand / sizeof *rows_by_hand };

/* Events per second of hand-written SQL for the same rows: a user, an award, who holds it, the numbers used. */
static double by_hand(const char *path, int count)
{
	sqlite3 *database = NULL;
	sqlite3_stmt *statements[ROWS_BY_HAND];
	must(sqlite3_open(path, &database), database);
	must(sqlite3_exec(database, "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384", NULL, NULL, NULL),
	     database);
	for (int i = 0; i < ROWS_BY_HAND; i++)
		must(sqlite3_prepare_v2(database, rows_by_hand[i], -1, &statements[i], NULL), database);
	double began = bench_now_s();
	for (int i = 0; i < count; i++) {
		must(sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL), database);
		for (int k = 0; k < ROWS_BY_HAND; k++) {
			sqlite3_bind_int(statements[k], 1, i);
			if (sqlite3_step(statements[k]) != SQLITE_DONE)
				must(SQLITE_ERROR, database);
			sqlite3_reset(statements[k]);
		}
		must(sqlite3_exec(database, "COMMIT", NULL, NULL, NULL), database);
	}
	double took = bench_now_s() - began;
	for (int i = 0; i < ROWS_BY_HAND; i++)
		sqlite3_finalize(statements[i]);
	sqlite3_close(database);
	return count / took;
}

static void compare_durable(const char *synchronous, int count, double target)
{
	brabeion_engine *engine = open_engine(synchronous);
	time_threads(engine, DURABLE, 1, count / 8); /* warm-up */
	double one = count / time_threads(engine, DURABLE, 1, count);
	double many = count / time_threads(engine, DURABLE, THREADS, count / THREADS);
	double batches = count / time_threads(engine, BATCHES, 1, count);
	brabeion_close(engine);
	printf("durable awards, %-6s  1 thread %6.0f/s, 16 threads %6.0f/s: %5.2f times, in batches of 16 %.2f times",
	       synchronous, one, many, many / one, batches / one);
	bench_at_least(many / one, target);
}

static void compare_by_hand(int count)
{
	char path[BENCH_FOLDER_BYTES + 32];
	snprintf(path, sizeof path, "%s/normal.db", folder);
	double hand_s = 1 / by_hand(path, count);
	brabeion_engine *engine = open_engine("normal");
	double engine_s = time_threads(engine, DURABLE, 1, count) / count;
	printf("one durable award       %5.1f us, by hand %5.1f us: %5.2f times", engine_s * 1e6, hand_s * 1e6,
	       engine_s / hand_s);
	bench_at_most(engine_s / hand_s, 1.3);
	fire(engine, "ada", 6000);
	int calls = bench_amount(2000000, 20000);
	double held_ns = time_threads(engine, HELD, 1, calls) / calls * 1e9;
	printf("badge held already      %5.0f ns", held_ns);
	bench_at_most(held_ns, 200);
	brabeion_close(engine);
}

static void compare_stateless(void)
{
	int calls = bench_amount(4000000, 40000);
	brabeion_engine *engine = open_engine("normal");
	time_threads(engine, STATELESS, 2, calls / 8); /* warm-up */
	double bare_gain = 2 * time_threads(engine, BARE, 1, calls * 8) / time_threads(engine, BARE, 2, calls * 8);
	double gain = 2 * time_threads(engine, STATELESS, 1, calls) / time_threads(engine, STATELESS, 2, calls);
	brabeion_close(engine);
	printf("two threads, stateless  %5.2f times one, bare calls %5.2f times: %5.2f", gain, bare_gain,
	       gain / bare_gain);
	bench_at_least(gain / bare_gain, 0.9);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		bench_fail("usage: bench_threads FOLDER-OF-PLUGINS");
	plugins = argv[1];
	bench_make_folder(folder);
	compare_stateless();
	compare_durable("full", bench_amount(6000, 160), 6);
	compare_durable("normal", bench_amount(48000, 1600), 1);
	compare_by_hand(bench_amount(12000, 400));
	bench_remove_folder(folder);
	return 0;
}
