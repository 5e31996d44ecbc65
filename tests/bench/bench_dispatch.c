/*
 * bench_dispatch: the cost of an event that matches one stateless badge and earns nothing, as a ratio to a bare call
 * through a function pointer in the same run: with one badge loaded, with 10,001, and with the journal on.
 *
 * Usage: bench_dispatch FOLDER-OF-PLUGINS. Prints one line per figure.
 */
#include <stdio.h>
#include <stdlib.h>

#include <brabeion/engine.h>

#include "bench.h"

enum { MANY_BADGES = 10000 };

/* The same decision as the badge "points". */
static int32_t decide(void *self, int64_t points)
{
	(void)self;
	return points > 10000 ? 3 : points > 7500 ? 2 : points > 5000 ? 1 : 0;
}

static double time_bare(int calls)
{
	int32_t (*volatile pointer)(void *, int64_t) = decide;
	int64_t sum = 0;
	int64_t began = bench_now_ns();
	for (int i = 0; i < calls; i++)
		sum += pointer(NULL, i & 4095);
	double took = (double)(bench_now_ns() - began);
	if (sum != 0)
		bench_fail("a bare call decided otherwise");
	return took / calls;
}

static double time_events(brabeion_engine *engine, int calls)
{
	brabeion_field state[] = { BRABEION_INT("points", 0) };
	brabeion_event event =
		BRABEION_EVENT(.name = "points_awarded", .user = "user-4711", .fields = state, .field_count = 1);
	brabeion_result result = BRABEION_RESULT();
	int64_t began = bench_now_ns();
	for (int i = 0; i < calls; i++) {
		state[0].value.integer = i & 4095;
		if (brabeion_possibly_award(engine, &event, &result) != BRABEION_OK || result.award_count)
			bench_fail("an event failed: %s", result.message ? result.message : "it earned an award");
		brabeion_result_finish(&result);
	}
	return (double)(bench_now_ns() - began) / calls;
}

static brabeion_engine *open_with(const char *folder, const char *plugins, int threshold_badges, bool journal)
{
	char config[BENCH_FOLDER_BYTES + 32], database[BENCH_FOLDER_BYTES + 32];
	snprintf(config, sizeof config, "%s/badges-%d%s.yaml", folder, threshold_badges, journal ? "-journal" : "");
	snprintf(database, sizeof database, "%s/%d%s.db", folder, threshold_badges, journal ? "-journal" : "");
	FILE *file = fopen(config, "w");
	if (!file)
		bench_fail("%s cannot be written", config);
	fprintf(file, "database: %s\nplugin_path: [%s]\njournal: %s\nplugins:\n  - file: points.so\n", database,
		plugins, journal ? "keep 1d" : "off");
	if (threshold_badges)
		fprintf(file, "  - file: threshold.so\n    badges:\n");
	for (int i = 0; i < threshold_badges; i++)
		fprintf(file,
			"      - { badge: threshold, slug: t-%d, events: [other-%d], levels: [T], settings: { at: "
			"[10] } }\n",
			i, i);
	fclose(file);
	brabeion_engine *engine = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = config);
	if (brabeion_open(&options, &engine, &error) != BRABEION_OK)
		bench_fail("%s", error.message);
	return engine;
}

int main(int argc, char **argv)
{
	char folder[BENCH_FOLDER_BYTES];
	if (argc != 2)
		bench_fail("usage: bench_dispatch FOLDER-OF-PLUGINS");
	bench_make_folder(folder);
	int rounds = bench_amount(15, 1), calls = bench_amount(2000000, 20000), written_calls = calls / 100;
	brabeion_engine *one = open_with(folder, argv[1], 0, false);
	brabeion_engine *written = open_with(folder, argv[1], 0, true);
	brabeion_engine *many = open_with(folder, argv[1], MANY_BADGES, false);
	double bare[BENCH_ROUNDS_MOST], single[BENCH_ROUNDS_MOST], crowd[BENCH_ROUNDS_MOST],
		journal[BENCH_ROUNDS_MOST];
	for (int i = 0; i < rounds; i++) {
		bare[i] = time_bare(calls);
		single[i] = time_events(one, calls);
		crowd[i] = time_events(many, calls);
		journal[i] = time_events(written, written_calls);
	}
	brabeion_close(one);
	brabeion_close(many);
	brabeion_close(written);
	double bare_ns = bench_median(bare, rounds), single_ns = bench_median(single, rounds);
	double crowd_ns = bench_median(crowd, rounds);
	printf("bare call                     %7.2f ns\n", bare_ns);
	printf("event, 1 badge loaded         %7.2f ns  %5.1f bare calls", single_ns, single_ns / bare_ns);
	bench_at_most(single_ns / bare_ns, 30);
	printf("event, 10,001 badges loaded   %7.2f ns  %5.2f of the above", crowd_ns, crowd_ns / single_ns);
	bench_at_most(crowd_ns / single_ns, 1.2);
	printf("event, with a journal         %7.2f us, a transaction each\n", bench_median(journal, rounds) / 1000);
	bench_remove_folder(folder);
	return 0;
}
