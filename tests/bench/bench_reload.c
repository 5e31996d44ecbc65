/*
 * bench_reload: what an event costs while 1,000 badges in 50 plugins are reloaded back to back, as a ratio to the same
 * without reloading, in turns of the same run: p50, p99 and p99.9; and how long publishing takes.
 *
 * Reloads are of two kinds: nothing has changed, and every plugin file is another. Events are of two kinds: stateless
 * ones that earn nothing, and ones with an id, which are stored.
 *
 * A last row is the machine's own: events with an id beside a thread that does nothing but count. It shares processors
 * with the judging thread, the kernel's and other programs, but no lock, no file and no memory: what its ratio is above
 * 1, a busy neighbour costs, whatever it does.
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
#include <time.h>
#include <unistd.h>

#include <brabeion/engine.h>

enum { PLUGINS = 50, BADGES = 1000, TURNS = 8, TURN_MS = 1500, WARM_MS = 300 };
enum { SUB_BUCKETS = 32, BUCKETS = 64 * SUB_BUCKETS };

static char folder[] = "/tmp/brabeion-bench-XXXXXX";
static brabeion_engine *engine;

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void must(bool fine, const char *what)
{
	if (fine)
		return;
	fprintf(stderr, "bench_reload: %s\n", what);
	exit(1);
}

/* ---- the distribution of many times, in buckets 3 % wide ---- */

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
	char path[128], digits[4];
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
	char path[64];
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

/* Puts a set in place as an editor does: aside, then by rename. */
static void put_set(char set)
{
	char from[64], aside[64], to[64];
	snprintf(from, sizeof from, "%s/%c.yaml", folder, set);
	snprintf(aside, sizeof aside, "%s/aside", folder);
	snprintf(to, sizeof to, "%s/badges.yaml", folder);
	must(link(from, aside) == 0 && rename(aside, to) == 0, to);
	unlink(aside); /* rename leaves it when both are one file already */
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
	char config[64];
	brabeion_error error = BRABEION_NO_ERROR;
	snprintf(config, sizeof config, "%s/badges.yaml", folder);
	put_set('a');
	brabeion_options options = { .config = config };
	if (brabeion_open(&options, &engine, &error) != BRABEION_OK)
		must(false, error.message);
}

/* ---- reloading ---- */

typedef struct reloader {
	bool changed; /* each time all plugin files are others */
	atomic_bool stop;
	uint64_t count;
	int64_t load_us, publish_most_us, publish_us; /* the sums are of all */
} reloader;

static void *reload_on(void *context)
{
	reloader *mine = context;
	while (!atomic_load(&mine->stop)) {
		brabeion_receipt receipt;
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
	}
	return NULL;
}

/* The neighbour of the last row. */
static void *count_on(void *context)
{
	reloader *mine = context;
	while (!atomic_load_explicit(&mine->stop, memory_order_relaxed))
		mine->count++;
	return NULL;
}

/* ---- judging ---- */

static long serial;

static void judge(bool with_id, histogram *times)
{
	char name[24], id[24];
	brabeion_field state[] = { BRABEION_INT("points", serial & 4095) };
	brabeion_event event = { .name = name, .user = "user-4711", .fields = state, .field_count = 1 };
	brabeion_result result;
	snprintf(name, sizeof name, "event-%ld", serial % BADGES);
	snprintf(id, sizeof id, "%ld", serial++);
	event.id = with_id ? id : NULL;
	int64_t began = now_ns();
	brabeion_status status = brabeion_possibly_award(engine, &event, &result);
	add_time(times, now_ns() - began);
	must(status == BRABEION_OK && result.outcome == BRABEION_JUDGED && !result.award_count,
	     "an event went wrong");
	brabeion_result_finish(&result);
}

static void judge_for(int64_t milliseconds, bool with_id, histogram *times)
{
	int64_t until = now_ns() + milliseconds * 1000000;
	while (now_ns() < until)
		judge(with_id, times);
}

static void judge_beside(void *(*neighbour)(void *context), reloader *reloads, bool with_id, histogram *times)
{
	static histogram dropped;
	pthread_t thread;
	atomic_store(&reloads->stop, false);
	must(pthread_create(&thread, NULL, neighbour, reloads) == 0, "no thread");
	judge_for(WARM_MS, with_id, &dropped);
	judge_for(TURN_MS, with_id, times);
	atomic_store(&reloads->stop, true);
	pthread_join(thread, NULL);
}

/* Prints a row, up to what only reloads have to say. */
static void compare(const char *what, void *(*neighbour)(void *context), reloader *reloads, bool with_id)
{
	static const double parts[] = { 0.5, 0.99, 0.999 };
	static histogram quiet, busy;
	double under[3], without[3];
	memset(&quiet, 0, sizeof quiet);
	memset(&busy, 0, sizeof busy);
	for (int turn = 0; turn < TURNS; turn++) {
		judge_for(TURN_MS, with_id, &quiet);
		judge_beside(neighbour, reloads, with_id, &busy);
	}
	for (int i = 0; i < 3; i++) {
		under[i] = percentile(&busy, parts[i]);
		without[i] = percentile(&quiet, parts[i]);
	}
	printf("%s  p50 %.0f ns: %.2f times, p99 %.0f ns: %.2f times, p99.9 %.0f ns: %.2f times", what, under[0],
	       under[0] / without[0], under[1], under[1] / without[1], under[2], under[2] / without[2]);
}

static void compare_reloads(const char *what, bool with_id, bool changed)
{
	reloader reloads = { .changed = changed };
	compare(what, reload_on, &reloads, with_id);
	printf(" (target: at most 2); reload %.1f ms, publishing %.1f us, at most %lld us\n",
	       (double)reloads.load_us / (double)reloads.count / 1000,
	       (double)reloads.publish_us / (double)reloads.count, (long long)reloads.publish_most_us);
}

static void compare_counting(const char *what)
{
	reloader counts = { .count = 0 };
	compare(what, count_on, &counts, true);
	printf(" (no reloads: a thread that only counts)\n");
}

int main(int argc, char **argv)
{
	char command[96];
	static histogram warm;
	if (argc != 2 || !mkdtemp(folder))
		return 2;
	write_sets(argv[1]);
	open_engine();
	judge_for(WARM_MS, false, &warm);
	compare_reloads("stateless, unchanged", false, false);
	compare_reloads("stateless, all new  ", false, true);
	compare_reloads("with id, unchanged  ", true, false);
	compare_reloads("with id, all new    ", true, true);
	compare_counting("with id, neighbour  ");
	brabeion_close(engine);
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command) != 0;
}
