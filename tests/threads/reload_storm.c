/*
 * The load test of hot reload: 4 threads judge events with ids while another reloads, alternating two versions of a
 * plugin, one reload in five invalid. Each event is judged once, by one version; every event earns its award; and
 * nothing leaks: memory, mappings, descriptors, files, threads.
 */
#include <dirent.h>
#include <ftw.h>
#include <malloc.h>
#include <sched.h>

#include "support/storm.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

enum { JUDGES = 4, USERS = 20, BAD_ONE_IN = 5, EVENTS_LEAST = 200 };

static int reloads;
static atomic_bool done;
static atomic_long sent;

static const char good_config[] = "plugins:\n  - file: ./version.so\n";

/* Invalid reloads, in turn. A member that is NULL or 0 is as in a valid one. */
typedef struct bad_reload {
	const char *what;
	const char *plugin; /* instead of version.so */
	size_t cut_bytes;
	bool garbled; /* everything after the first header */
	const char *config;
	const char *message; /* a part of the expected error */
} bad_reload;

static const bad_reload bad_reloads[] = {
	{ .what = "truncated", .plugin = "version_1.so", .cut_bytes = 3000, .message = "is cut short" },
	{ .what = "garbage", .plugin = "version_1.so", .garbled = true, .message = "is damaged" },
	{ .what = "bad YAML", .config = "plugins:\n  - file: [", .message = "badges.yaml:" },
	{ .what = "wrong ABI", .plugin = "newer_major.so", .message = "is for badge ABI 2" },
	{ .what = "wrong magic", .plugin = "wrong_magic.so", .message = "has the magic number" },
	{ .what = "open fails", .plugin = "open_fails.so", .message = "must be a prime" },
	{ .what = "crashing constructor",
	  .plugin = "constructor_crashes.so",
	  .message = "crashed (SIGSEGV) while it was loaded" },
	{ .what = "hanging constructor",
	  .plugin = "constructor_hangs.so",
	  .config = "probe: 200ms\nplugins:\n  - file: ./version.so\n",
	  .message = "hung for 200 ms while it was loaded" },
};
enum { BAD_RELOADS = sizeof bad_reloads / sizeof bad_reloads[0] };

/* ---- reloading ---- */

static bool reload_well(storm *here, int turn)
{
	brabeion_error error = BRABEION_NO_ERROR;
	storm_place(here, turn % 2 ? "version_2.so" : "version_1.so", "version.so", 0);
	bool fine = brabeion_reload(here->engine, NULL, &error) == BRABEION_OK;
	if (!fine)
		printf("# reload %d: %s\n", turn, error.message);
	brabeion_error_finish(&error);
	return fine;
}

/* Plugins are loaded from private copies, so the file may be overwritten. */
static void garble(const storm *here)
{
	char path[STORM_PATH_BYTES * 2];
	unsigned noise = 4711;
	snprintf(path, sizeof path, "%s/version.so", here->folder);
	FILE *file = fopen(path, "r+");
	if (!file || fseek(file, 64, SEEK_SET) != 0)
		storm_give_up(path, "cannot be written");
	for (int i = 0; i < 12000; i++) {
		noise = noise * 1664525u + 1013904223u;
		fputc((int)(noise >> 24), file);
	}
	fclose(file);
}

static bool reload_badly(storm *here, int turn)
{
	const bad_reload *bad = &bad_reloads[turn / BAD_ONE_IN % BAD_RELOADS];
	brabeion_error error = BRABEION_NO_ERROR;
	if (bad->plugin)
		storm_place(here, bad->plugin, "version.so", bad->cut_bytes);
	if (bad->garbled)
		garble(here);
	if (bad->config)
		storm_config(here, bad->config);
	bool fine = brabeion_reload(here->engine, NULL, &error) == BRABEION_CONFIG &&
		    strstr(error.message, bad->message) != NULL;
	if (!fine)
		printf("# reload %d, %s: %s\n", turn, bad->what, error.message ? error.message : "was not refused");
	brabeion_error_finish(&error);
	storm_config(here, good_config);
	return fine;
}

/* Returns how many did not succeed or fail as expected. */
static long reload_in_turn(storm *here, int count)
{
	long errors = 0;
	for (int turn = 0; turn < count; turn++)
		errors += !(turn % BAD_ONE_IN == BAD_ONE_IN - 1 ? reload_badly(here, turn) : reload_well(here, turn));
	return errors;
}

/* ---- judging ---- */

/* Sends each event twice: the second is a duplicate. */
static void judge_until_done(storm_thread *thread)
{
	for (int i = 0; i < EVENTS_LEAST || !atomic_load(&done); i++) {
		char user[16], id[32];
		snprintf(user, sizeof user, "user%d", i % USERS);
		snprintf(id, sizeof id, "%d-%d", thread->number, i);
		for (int again = 0; again < 2; again++)
			storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = user, .id = id));
		atomic_fetch_add(&sent, 1);
	}
}

static void work(storm_thread *thread)
{
	if (thread->number < JUDGES) {
		judge_until_done(thread);
		return;
	}
	thread->errors += reload_in_turn(thread->here, reloads);
	atomic_store(&done, true);
}

/* ---- stored awards ---- */

/* Each event has one number, and each number one award, of either version. */
static void check_awards(storm *here, long wanted)
{
	brabeion_award_list list;
	if (brabeion_badge_awards(here->engine, "version", NULL, &list, NULL) != BRABEION_OK)
		storm_give_up("brabeion_badge_awards", NULL);
	unsigned char *seen = calloc((size_t)wanted + 1, 1);
	long once = 0, by_version[3] = { 0, 0, 0 };
	for (size_t i = 0; seen && i < list.count; i++) {
		long number = atol(list.awards[i].reason);
		once += number >= 1 && number <= wanted && !seen[number]++;
		by_version[list.awards[i].level <= 2 ? list.awards[i].level : 0]++;
	}
	storm_expect_count("as many awards are stored as events were sent", (long)list.count, wanted);
	storm_expect_count("each event was counted once, whichever version judged it", once, wanted);
	storm_expect_count("by one version or the other", by_version[1] + by_version[2], wanted);
	storm_expect(by_version[1] > 0 && by_version[2] > 0, "and both were at work");
	free(seen);
	brabeion_award_list_finish(&list);
}

/* ---- leaks ---- */

typedef struct footprint {
	long memory_bytes; /* in use, by malloc's count */
	long copies;       /* mappings of private copies of plugins */
	long mappings;
	long descriptors, files, threads;
} footprint;

static long count_entries(const char *path)
{
	long count = 0;
	DIR *folder = opendir(path);
	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	return count;
}

static long counted_files;

static int count_file(const char *path, const struct stat *about, int type, struct FTW *walk)
{
	(void)path;
	(void)about;
	(void)type;
	(void)walk;
	counted_files++;
	return 0;
}

/* Old badge sets are closed by a thread of the library, a little later. */
static void wait_for_retirement(storm *here)
{
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	uint32_t retiring;
	do {
		sched_yield();
		if (brabeion_stats(here->engine, &report, NULL) != BRABEION_OK)
			storm_give_up("brabeion_stats", NULL);
		retiring = report.retiring;
		brabeion_stats_finish(&report);
	} while (retiring);
}

static footprint measure(storm *here)
{
	footprint now = { 0 };
	char line[4096];
	wait_for_retirement(here);
	FILE *maps = fopen("/proc/self/maps", "r");
	while (maps && fgets(line, sizeof line, maps)) {
		now.mappings++;
		now.copies += strstr(line, here->folder) && strstr(line, ".so");
	}
	if (maps)
		fclose(maps);
	counted_files = 0;
	nftw(here->folder, count_file, 16, FTW_PHYS);
	now.files = counted_files;
	now.descriptors = count_entries("/proc/self/fd");
	now.threads = count_entries("/proc/self/task");
	struct mallinfo2 heap = mallinfo2();
	now.memory_bytes = (long)(heap.uordblks + heap.hblkhd);
	return now;
}

static void compare(const char *when, const footprint *before, const footprint *after)
{
	char what[128];
	snprintf(what, sizeof what, "%s: as many mappings of plugins as before", when);
	storm_expect_count(what, after->copies, before->copies);
	snprintf(what, sizeof what, "%s: as many descriptors as before", when);
	storm_expect_count(what, after->descriptors, before->descriptors);
	snprintf(what, sizeof what, "%s: as many files as before", when);
	storm_expect_count(what, after->files, before->files);
	snprintf(what, sizeof what, "%s: as many threads as before", when);
	storm_expect_count(what, after->threads, before->threads);
}

/* Reloads only: judging fills caches, which are bounded. A leak of 100 bytes per reload would show. */
static void check_quiet(storm *here)
{
	int count = reloads < 100 ? 100 : reloads;
	storm_expect_count("quiet reloads go as they must", reload_in_turn(here, BAD_ONE_IN * BAD_RELOADS), 0);
	reload_well(here, 0);
	footprint before = measure(here);
	storm_expect_count("and go on so", reload_in_turn(here, count), 0);
	reload_well(here, 0);
	footprint after = measure(here);
	compare("after quiet reloads", &before, &after);
	if (SANITIZED) /* malloc's count is not valid there; the leak checker runs at exit */
		return;
	storm_expect(after.memory_bytes - before.memory_bytes < 100L * count,
		     "memory has not grown: %ld to %ld bytes", before.memory_bytes, after.memory_bytes);
	storm_expect(after.mappings - before.mappings <= 4, "nor have mappings of all kinds: %ld to %ld",
		     before.mappings, after.mappings);
}

int main(void)
{
	storm here;
	storm_thread sum, first = { .here = &here };
	reloads = storm_rounds(100, 1000);
	storm_init(&here, good_config);
	storm_place(&here, "version_1.so", "version.so", 0);
	storm_open(&here);
	brabeion_on_award(here.engine, storm_count_told, &here);
	storm_fire(&first, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "first", .id = "first"));
	storm_count(&here, NULL); /* opens what is opened at first use */
	storm_expect_count("the first reloads go as they must", reload_in_turn(&here, 2 * BAD_ONE_IN), 0);
	reload_well(&here, 0);
	footprint before = measure(&here);

	storm_run(&here, JUDGES + 1, work, &sum);
	long wanted = atomic_load(&sent) + 1;
	storm_expect_count("no call failed, and each bad reload was refused for its reason", sum.errors, 0);
	storm_expect_count("each event is judged once", sum.judged + first.judged, wanted);
	storm_expect_count("the second time it is a duplicate", sum.duplicates, wanted - 1);
	storm_expect_count("each event has earned once", sum.awards + first.awards, wanted);
	storm_expect_count("each award is told once", atomic_load(&here.told), wanted);
	check_awards(&here, wanted);
	reload_well(&here, 0);
	footprint after = measure(&here);
	compare("after the storm", &before, &after);
	check_quiet(&here);
	storm_finish(&here);
	return storm_end();
}
