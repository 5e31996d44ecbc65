/*
 * 8 threads look the same 300 time zones up, in orders of their own, while nobody has read them: each name is one zone to all.
 */
#include "support/storm.h"
#include "tzdb.h"

enum { THREADS = 8, ZONES = 300 };

static tzdb *zones;
static _Atomic(const tzif *) found[ZONES];

static void make_zones(const char *folder)
{
	static const char utc[] = "TZif\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1"
				  "\0\0\0\0\0\0";
	for (int i = 0; i < ZONES; i++) {
		char name[20], path[PATH_BYTES];
		snprintf(name, sizeof name, "Zone%d", i);
		join(path, folder, name);
		write_bytes(path, utc, sizeof utc);
	}
}

/* The first thread that has found a zone sets which one it is. */
static void look_up(storm_thread *thread)
{
	for (int i = 0; i < 2 * ZONES; i++) {
		const tzif *zone = NULL, *first = NULL;
		int number = (i * (thread->number % 2 == 0 ? 7 : 11) + thread->number / 4) % ZONES;
		char name[20];
		snprintf(name, sizeof name, "Zone%d", number);
		if (tzdb_find(zones, name, &zone) != TZ_OK || tzif_offset(zone, 0) != 0)
			thread->errors++;
		else if (!atomic_compare_exchange_strong(&found[number], &first, zone) && first != zone)
			thread->errors++;
		else
			thread->judged++;
	}
}

int main(void)
{
	storm here = { 0 };
	storm_thread sum;
	long errors = 0;
	char folder[PATH_BYTES];
	make_folder(folder);
	make_zones(folder);
	int rounds = storm_rounds(5, 200);
	for (int i = 0; i < rounds; i++) {
		zones = tzdb_open(folder);
		for (int zone = 0; zone < ZONES; zone++)
			atomic_store(&found[zone], NULL);
		storm_run(&here, THREADS, look_up, &sum);
		errors += sum.errors;
		tzdb_close(zones);
	}
	storm_expect_count("zones: each name is one zone to all threads", errors, 0);
	storm_expect_count("zones: all were found", sum.judged, 2L * THREADS * ZONES);
	remove_folder(folder);
	return storm_end();
}
