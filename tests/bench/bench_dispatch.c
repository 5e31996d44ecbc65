/*
 * bench_dispatch: what an event costs that matches one stateless badge and earns nothing, as a ratio to a bare call
 * through a function pointer, measured in the same run; with one badge loaded, and with 10,000; and what it costs where a
 * journal is kept.
 *
 * Usage: bench_dispatch FOLDER-OF-TEST-PLUGINS. Prints one line per figure.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <brabeion/engine.h>

enum { ROUNDS = 15, CALLS = 2000000, WRITTEN_CALLS = 20000, MANY_BADGES = 10000 };

static double now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* What the badge does, called bare. */
static int32_t decide(void *self, int64_t points)
{
	(void)self;
	return points > 10000 ? 3 : points > 7500 ? 2 : points > 5000 ? 1 : 0;
}

static double time_bare(void)
{
	int32_t (*volatile pointer)(void *, int64_t) = decide;
	int64_t sum = 0;
	double began = now_ns();
	for (int i = 0; i < CALLS; i++)
		sum += pointer(NULL, i & 4095);
	double took = now_ns() - began;
	if (sum != 0)
		abort();
	return took / CALLS;
}

static double time_events(brabeion_engine *engine, int calls)
{
	brabeion_field state[] = { BRABEION_INT("points", 0) };
	brabeion_event event = { .name = "points_awarded", .user = "user-4711", .fields = state, .field_count = 1 };
	brabeion_result result;
	double began = now_ns();
	for (int i = 0; i < calls; i++) {
		state[0].value.integer = i & 4095;
		if (brabeion_possibly_award(engine, &event, &result) != BRABEION_OK || result.award_count)
			abort();
		brabeion_result_finish(&result);
	}
	return (now_ns() - began) / calls;
}

static brabeion_engine *open_with(const char *folder, const char *plugins, int threshold_badges, bool journal)
{
	char config[64], database[64];
	snprintf(config, sizeof config, "%s/badges-%d%s.yaml", folder, threshold_badges, journal ? "-journal" : "");
	snprintf(database, sizeof database, "%s/%d%s.db", folder, threshold_badges, journal ? "-journal" : "");
	FILE *file = fopen(config, "w");
	if (!file)
		abort();
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
	brabeion_options options = { .config = config };
	if (brabeion_open(&options, &engine, &error) != BRABEION_OK) {
		fprintf(stderr, "%s\n", error.message);
		exit(1);
	}
	return engine;
}

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, by_value);
	return values[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/brabeion-bench-XXXXXX";
	if (argc != 2 || !mkdtemp(folder))
		return 2;
	brabeion_engine *one = open_with(folder, argv[1], 0, false);
	brabeion_engine *written = open_with(folder, argv[1], 0, true);
	brabeion_engine *many = open_with(folder, argv[1], MANY_BADGES, false);
	double bare[ROUNDS], single[ROUNDS], crowd[ROUNDS], journal[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		bare[i] = time_bare();
		single[i] = time_events(one, CALLS);
		crowd[i] = time_events(many, CALLS);
		journal[i] = time_events(written, WRITTEN_CALLS);
	}
	brabeion_close(one);
	brabeion_close(many);
	brabeion_close(written);
	double bare_ns = median(bare), single_ns = median(single), crowd_ns = median(crowd);
	printf("bare call                     %7.2f ns\n", bare_ns);
	printf("event, 1 badge loaded         %7.2f ns  %5.1f bare calls (target: at most 30)\n", single_ns,
	       single_ns / bare_ns);
	printf("event, 10,001 badges loaded   %7.2f ns  %5.2f of the above (target: at most 1.20)\n", crowd_ns,
	       crowd_ns / single_ns);
	printf("event, with a journal         %7.2f us, a transaction each\n", median(journal) / 1000);
	char command[96];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command) != 0;
}
