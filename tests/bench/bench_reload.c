/*
 * bench_reload: the cost of an event while 1,000 badges in 50 plugins are reloaded back to back, as a ratio to the cost
 * without reloading, alternating in the same run: p50, p99 and p99.9; and the time that publishing takes. Each figure
 * is the median of several runs, since one slow disk write decides the p99.9 of a single run.
 *
 * Two kinds of reload: nothing has changed, and every plugin file has. Two kinds of event: stateless ones that earn
 * nothing, and ones with an id, which are stored.
 *
 * The last row is a baseline: events with an id beside a thread that only counts. That thread shares processors with
 * the judging thread, but no lock, no file and no memory: a ratio above 1 is the cost of any busy thread.
 *
 * Usage: bench_reload PLUGIN, the built bench_plugin.so. Prints one line per kind.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <brabeion/engine.h>

#include "bench.h"

enum { PLUGINS = 50, BADGES = 1000, RUNS = 5, TURNS = 2, PARTS = 3 };
enum { SUB_BUCKETS = 32, BUCKETS = 64 * SUB_BUCKETS };

static char folder[BENCH_FOLDER_BYTES];
static brabeion_engine *engine;

static void must(bool fine, const char *what)
{
	if (!fine)
		bench_fail("%s", what);
}

/* ---- a histogram of times, in buckets 3 % wide ---- */

typedef struct histogram {
	uint64_t counts[BUCKETS];
	uint64_t total;
} histogram;

static void add_time(histogram *times, int64_t ns)
{
	uint64_t value = ns > 0 ? (uint64_t)ns : 0;
	int shift = value < SUB_BUCKETS ? 0 : 63 - __builtin_clzll(value) - 4; /* leaves 5 bits */
	times->counts[(size_t)shift * SUB_BUCKETS + (value >> shift)]++;
	times->total++;
}

static double percentile(const histogram *times, double part)
{
	uint64_t wanted = (uint64_t)((double)times->total * part), seen = 0;
	size_t at = 0;
	while (at < BUCKETS - 1 && (seen += times->counts[at]) <= wanted)
		at++;
	return (double)((at % SUB_BUCKETS) << (at / SUB_BUCKETS));
}

/* ---- the badge set ---- */

/* The plugin under another id, as FOLDER/SET/plugin-NN.so. */
static void write_plugin(const char *bytes, size_t length, char set, int number)
{
	char path[BENCH_FOLDER_BYTES + 32], digits[4];
	char *copy = malloc(length);
	must(copy != NULL, "out of memory");
	memcpy(copy, bytes, length);
	char *id = memmem(copy, length, "bench-plugin-00", 16);
	must(id != NULL, "the plugin has no id to write a number into");
	snprintf(digits, sizeof digits, "%02d", number % 100);
	memcpy(id + strlen("bench-plugin-"), digits, 2);
	snprintf(path, sizeof path, "%s/%c/plugin-%02d.so", folder, set, number);
	FILE *file = fopen(path, "wb");
	must(file && fwrite(copy, 1, length, file) == length && fclose(file) == 0, path);
	free(copy);
}

/* FOLDER/SET.yaml, with all badges in the plugins of its own folder. */
static void write_set(const char *bytes, size_t length, char set)
{
	char path[BENCH_FOLDER_BYTES + 32];
	snprintf(path, sizeof path, "%s/%c", folder, set);
	must(mkdir(path, 0700) == 0, path);
	snprintf(path, sizeof path, "%s/%c.yaml", folder, set);
	FILE *file = fopen(path, "w");
	must(file != NULL, path);
	fprintf(file, "database: badges.db\nplugins:\n");
	for (int i = 0; i < PLUGINS; i++) {
		write_plugin(bytes, length, set, i);
		fprintf(file, "  - file: ./%c/plugin-%02d.so\n    badges:\n", set, i);
		for (int badge = i; badge < BADGES; badge += PLUGINS)
			fprintf(file,
				"      - { badge: bench, slug: badge-%d, events: [event-%d], settings: { at: 10000 } "
				"}\n",
				badge, badge);
	}
	must(fclose(file) == 0, path);
}

/* Replaces badges.yaml as editors do: by rename. */
static void put_set(char set)
{
	char from[BENCH_FOLDER_BYTES + 32], aside[sizeof from], to[sizeof from];
	snprintf(from, sizeof from, "%s/%c.yaml", folder, set);
	snprintf(aside, sizeof aside, "%s/aside", folder);
	snprintf(to, sizeof to, "%s/badges.yaml", folder);
	must(link(from, aside) == 0 && rename(aside, to) == 0, to);
	unlink(aside); /* rename leaves it if both are links to one file */
}

static void write_sets(const char *plugin)
{
	static char bytes[1 << 20];
	FILE *file = fopen(plugin, "rb");
	must(file != NULL, plugin);
	size_t length = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	write_set(bytes, length, 'a');
	write_set(bytes, length, 'b');
}

static void open_engine(void)
{
	char config[BENCH_FOLDER_BYTES + 32];
	brabeion_error error = BRABEION_NO_ERROR;
	snprintf(config, sizeof config, "%s/badges.yaml", folder);
	put_set('a');
	brabeion_options options = BRABEION_OPTIONS(.config = config);
	if (brabeion_open(&options, &engine, &error) != BRABEION_OK)
		must(false, error.message);
}

/* ---- reloading ---- */

typedef struct reloader {
	bool changed; /* each reload finds every plugin file changed */
	atomic_bool stop;
	uint64_t count;
	int64_t load_us, publish_most_us, publish_us; /* load_us and publish_us are sums */
} reloader;

static void *reload_on(void *context)
{
	reloader *mine = context;
	do {
		brabeion_receipt receipt = BRABEION_RECEIPT();
		brabeion_error error = BRABEION_NO_ERROR;
		if (mine->changed)
			put_set(mine->count % 2 ? 'a' : 'b');
		if (brabeion_reload(engine, &receipt, &error) != BRABEION_OK)
			must(false, error.message);
		mine->count++;
		mine->load_us += receipt.load_us;
		mine->publish_us += receipt.publish_us;
		if (receipt.publish_us > mine->publish_most_us)
			mine->publish_most_us = receipt.publish_us;
	} while (!atomic_load(&mine->stop));
	return NULL;
}

/* The busy thread of the last row. */
static void *count_on(void *context)
{
	reloader *mine = context;
	while (!atomic_load_explicit(&mine->stop, memory_order_relaxed))
		mine->count++;
	return NULL;
}

/* ---- judging ---- */

static long serial;
static int turn_ms, warm_ms;

static void judge(bool with_id, histogram *times)
{
	char name[24], id[24];
	brabeion_field state[] = { BRABEION_INT("points", serial & 4095) };
	brabeion_event event = BRABEION_EVENT(.name = name, .user = "user-4711", .fields = state, .field_count = 1);
	brabeion_result result = BRABEION_RESULT();
	snprintf(name, sizeof name, "event-%ld", serial % BADGES);
	snprintf(id, sizeof id, "%ld", serial++);
	event.id = with_id ? id : NULL;
	int64_t began = bench_now_ns();
	brabeion_status status = brabeion_possibly_award(engine, &event, &result);
	add_time(times, bench_now_ns() - began);
	must(status == BRABEION_OK && result.outcome == BRABEION_JUDGED && !result.award_count,
	     "an event went wrong");
	brabeion_result_finish(&result);
}

static void judge_for(int64_t milliseconds, bool with_id, histogram *times)
{
	int64_t until = bench_now_ns() + milliseconds * 1000000;
	while (bench_now_ns() < until)
		judge(with_id, times);
}

static void judge_beside(void *(*neighbour)(void *context), reloader *reloads, bool with_id, histogram *times)
{
	static histogram dropped;
	pthread_t thread;
	atomic_store(&reloads->stop, false);
	must(pthread_create(&thread, NULL, neighbour, reloads) == 0, "no thread");
	judge_for(warm_ms, with_id, &dropped);
	judge_for(turn_ms, with_id, times);
	atomic_store(&reloads->stop, true);
	pthread_join(thread, NULL);
}

static const double parts[PARTS] = { 0.5, 0.99, 0.999 };

/* One run: the times under load in nanoseconds, and their ratios to the times without load. */
static void measure(void *(*neighbour)(void *context), reloader *reloads, bool with_id, double under[PARTS],
		    double ratios[PARTS])
{
	static histogram quiet, busy;
	memset(&quiet, 0, sizeof quiet);
	memset(&busy, 0, sizeof busy);
	for (int turn = 0; turn < TURNS; turn++) {
		judge_for(turn_ms, with_id, &quiet);
		judge_beside(neighbour, reloads, with_id, &busy);
	}
	for (int i = 0; i < PARTS; i++) {
		under[i] = percentile(&busy, parts[i]);
		ratios[i] = under[i] / percentile(&quiet, parts[i]);
	}
}

/* Prints a row without its end; returns the greatest of its ratios. */
static double compare(const char *what, void *(*neighbour)(void *context), reloader *reloads, bool with_id)
{
	double under[PARTS][RUNS], ratios[PARTS][RUNS], times[PARTS], worst = 0;
	int runs = bench_amount(RUNS, 1);
	for (int run = 0; run < runs; run++) {
		double run_ratios[PARTS];
		measure(neighbour, reloads, with_id, times, run_ratios);
		for (int i = 0; i < PARTS; i++) {
			under[i][run] = times[i];
			ratios[i][run] = run_ratios[i];
		}
	}
	printf("%s", what);
	for (int i = 0; i < PARTS; i++) {
		double ratio = bench_median(ratios[i], runs);
		worst = ratio > worst ? ratio : worst;
		printf("%s p%g %.0f ns: %.2f times", i ? "," : "", parts[i] * 100, bench_median(under[i], runs),
		       ratio);
	}
	return worst;
}

static void compare_reloads(const char *what, bool with_id, bool changed)
{
	reloader reloads = { .changed = changed };
	double ratio = compare(what, reload_on, &reloads, with_id);
	printf("; reload %.1f ms, publishing %.1f us, at most %lld us",
	       (double)reloads.load_us / (double)reloads.count / 1000,
	       (double)reloads.publish_us / (double)reloads.count, (long long)reloads.publish_most_us);
	bench_at_most(ratio, 2);
}

static void compare_counting(const char *what)
{
	reloader counts = { .count = 0 };
	compare(what, count_on, &counts, true);
	printf(" (no reloads: a thread that only counts)\n");
}

int main(int argc, char **argv)
{
	static histogram warm;
	if (argc != 2)
		bench_fail("usage: bench_reload PLUGIN");
	turn_ms = bench_amount(1500, 100);
	warm_ms = bench_amount(300, 20);
	bench_make_folder(folder);
	write_sets(argv[1]);
	open_engine();
	judge_for(warm_ms, false, &warm);
	compare_reloads("stateless, unchanged", false, false);
	compare_reloads("stateless, all new  ", false, true);
	compare_reloads("with id, unchanged  ", true, false);
	compare_reloads("with id, all new    ", true, true);
	compare_counting("with id, neighbour  ");
	brabeion_close(engine);
	bench_remove_folder(folder);
	return 0;
}
