/*
 * tzdb: the system's time zones against the C library, and folders that are made here.
 */
#include <criterion/criterion.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/folder.h"
#include "tzdb.h"

static const char system_folder[] = "/usr/share/zoneinfo";

#define DAY_S 86400
#define UNTIL_S INT64_C(2840140800) /* 2060-01-01 */

/* ---- against the C library ---- */

static void skip_without_tzdata(void)
{
	if (access("/usr/share/zoneinfo/Etc/UTC", R_OK) != 0)
		cr_skip_test("there is no tz database in %s (install tzdata)\n", system_folder);
}

static long offset_of_libc(time_t at)
{
	struct tm local;
	cr_assert_not_null(localtime_r(&at, &local));
	return local.tm_gmtoff;
}

/* The first time in (from, to] with another offset than `from` has. */
static time_t find_change(time_t from, time_t to)
{
	long offset = offset_of_libc(from);
	while (to - from > 1) {
		time_t middle = from + (to - from) / 2;
		if (offset_of_libc(middle) == offset)
			from = middle;
		else
			to = middle;
	}
	return to;
}

static void expect_same(const tzif *zone, const char *name, time_t at)
{
	cr_expect_eq(tzif_offset(zone, at), offset_of_libc(at), "%s at %lld: %d, the C library: %ld", name,
		     (long long)at, tzif_offset(zone, at), offset_of_libc(at));
}

/* At each step, and the seconds around each change. Returns how many there were. */
static int compare(const tzif *zone, const char *name, int step_s)
{
	int changes = 0;
	setenv("TZ", name, 1);
	tzset();
	for (time_t at = 0; at < UNTIL_S; at += step_s) {
		expect_same(zone, name, at);
		if (offset_of_libc(at) == offset_of_libc(at + step_s))
			continue;
		time_t change = find_change(at, at + step_s);
		expect_same(zone, name, change - 1);
		expect_same(zone, name, change);
		changes++;
	}
	return changes;
}

Test(tzdb, some_zones_are_those_of_the_c_library)
{
	static const struct {
		const char *name;
		int least; /* changes from 1970 to 2024: what was to come has been abolished, as Morocco's were for 2026 */
	} cases[] = { { "Europe/Berlin", 90 },     { "America/New_York", 110 }, { "Australia/Lord_Howe", 85 },
		      { "Africa/Casablanca", 55 }, { "Asia/Gaza", 85 },         { "America/Nuuk", 85 },
		      { "Europe/Dublin", 100 },    { "Pacific/Apia", 10 },      { "Asia/Kathmandu", 1 },
		      { "America/St_Johns", 110 }, { "Antarctica/Troll", 40 },  { "Etc/GMT+12", 0 } };
	skip_without_tzdata();
	tzdb *zones = tzdb_open(system_folder);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const tzif *zone;
		cr_assert_eq(tzdb_find(zones, cases[i].name, &zone), TZ_OK, "%s", cases[i].name);
		int changes = compare(zone, cases[i].name, DAY_S);
		cr_expect(changes >= cases[i].least, "%s: %d", cases[i].name, changes);
	}
	tzdb_close(zones);
}

static tzdb *all_zones;
static int zone_count;

static int compare_file(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
	(void)facts;
	(void)where;
	const char *name = path + sizeof system_folder;
	if (kind == FTW_F && *name >= 'A' && *name <= 'Z') {
		const tzif *zone;
		cr_assert_eq(tzdb_find(all_zones, name, &zone), TZ_OK, "%s", name);
		compare(zone, name, 7 * DAY_S);
		zone_count++;
	}
	return 0;
}

Test(tzdb, all_zones_are_those_of_the_c_library)
{
	skip_without_tzdata();
	all_zones = tzdb_open(system_folder);
	cr_assert_eq(nftw(system_folder, compare_file, 10, 0), 0);
	cr_expect_gt(zone_count, 300, "%d", zone_count);
	tzdb_close(all_zones);
}

/* ---- folders ---- */

/* UTC, in 44 + 44 + 7 + 6 bytes. */
static size_t make_utc(unsigned char bytes[200])
{
	static const unsigned char utc[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
					   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
					   "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
					   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1"
					   "\0\0\0\0\0\0\0\nUTC0\n";
	memcpy(bytes, utc, sizeof utc - 1);
	return sizeof utc - 1;
}

static void make_zone(const char *folder, const char *name)
{
	unsigned char bytes[200];
	char path[PATH_BYTES];
	join(path, folder, name);
	write_bytes(path, bytes, make_utc(bytes));
}

static void make_subfolder(const char *folder, const char *name)
{
	char path[PATH_BYTES];
	join(path, folder, name);
	cr_assert_eq(mkdir(path, 0755), 0);
}

static void expect_status(tzdb *zones, const char *name, tz_status wanted)
{
	const tzif *zone = NULL;
	cr_expect_eq(tzdb_find(zones, name, &zone), wanted, "%.200s", name);
	cr_expect_eq(zone != NULL, wanted == TZ_OK, "%.200s", name);
}

Test(tzdb, a_name_stays_in_the_folder)
{
	char folder[PATH_BYTES], below[PATH_BYTES], longest[102];
	make_folder(folder);
	make_subfolder(folder, "zones");
	join(below, folder, "zones");
	make_subfolder(below, "A");
	make_zone(folder, "Outside");
	make_zone(below, "A/B_c-d+9");
	make_zone(below, "localtime");
	make_zone(below, "A.B");
	tzdb *zones = tzdb_open(below);
	expect_status(zones, "A/B_c-d+9", TZ_OK);
	static const char *const names[] = { "",
					     "A",
					     "A/",
					     "A//B_c-d+9",
					     "../Outside",
					     "A/../../Outside",
					     "/A/B_c-d+9",
					     "localtime",
					     "A.B",
					     "A/B_c-d+9 ",
					     "A/B_c-d+9/",
					     "A/./B_c-d+9",
					     "A/B_c-d+9/..",
					     "A\n",
					     "A/B_c-d%9",
					     "A/B_c-d+9/C",
					     "\xc3\x84",
					     "None" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		expect_status(zones, names[i], TZ_UNKNOWN);
	memset(longest, 'A', sizeof longest);
	longest[100] = '\0';
	make_zone(below, longest);
	expect_status(zones, longest, TZ_OK);
	longest[100] = 'A';
	longest[101] = '\0';
	make_zone(below, longest);
	expect_status(zones, longest, TZ_UNKNOWN);
	tzdb_close(zones);
	remove_folder(folder);
}

Test(tzdb, what_is_no_file_of_a_zone_is_malformed)
{
	static unsigned char large[TZIF_BYTES_MOST + 1];
	char folder[PATH_BYTES], path[PATH_BYTES];
	make_folder(folder);
	join(path, folder, "Text");
	write_file(path, "Europe/Berlin\n");
	join(path, folder, "Empty");
	write_file(path, "");
	join(path, folder, "Large");
	make_utc(large);
	write_bytes(path, large, sizeof large);
	join(path, folder, "Right");
	write_bytes(path, large, sizeof large - 1);
	join(path, folder, "Pipe");
	cr_assert_eq(mkfifo(path, 0644), 0);
	join(path, folder, "Loop");
	cr_assert_eq(symlink("Loop", path), 0);
	tzdb *zones = tzdb_open(folder);
	expect_status(zones, "Text", TZ_MALFORMED);
	expect_status(zones, "Empty", TZ_MALFORMED);
	expect_status(zones, "Large", TZ_MALFORMED);
	expect_status(zones, "Right", TZ_OK);
	expect_status(zones, "Pipe", TZ_MALFORMED);
	expect_status(zones, "Loop", TZ_UNKNOWN);
	tzdb_close(zones);
	remove_folder(folder);
}

Test(tzdb, a_zone_is_read_once_and_kept)
{
	char folder[PATH_BYTES], path[PATH_BYTES];
	const tzif *first, *again;
	make_folder(folder);
	make_zone(folder, "Here");
	tzdb *zones = tzdb_open(folder);
	cr_assert_eq(tzdb_find(zones, "Here", &first), TZ_OK);
	join(path, folder, "Here");
	cr_assert_eq(unlink(path), 0);
	cr_assert_eq(tzdb_find(zones, "Here", &again), TZ_OK);
	cr_expect_eq(first, again);
	expect_status(zones, "There", TZ_UNKNOWN); /* which is not kept */
	make_zone(folder, "There");
	expect_status(zones, "There", TZ_OK);
	tzdb_close(zones);
	remove_folder(folder);
}

Test(tzdb, zones_that_are_kept_are_at_most_so_many)
{
	char folder[PATH_BYTES], name[20];
	make_folder(folder);
	tzdb *zones = tzdb_open(folder);
	for (int i = 0; i <= TZDB_ZONES_MOST; i++) {
		snprintf(name, sizeof name, "Zone%d", i);
		make_zone(folder, name);
		expect_status(zones, name, i < TZDB_ZONES_MOST ? TZ_OK : TZ_TOO_MANY);
	}
	expect_status(zones, "Zone0", TZ_OK);
	expect_status(zones, name, TZ_TOO_MANY);
	tzdb_close(zones);
	remove_folder(folder);
}

Test(tzdb, the_folder_is_that_of_the_environment_or_the_systems)
{
	char folder[PATH_BYTES];
	make_folder(folder);
	setenv("TZDIR", folder, 1);
	tzdb *zones = tzdb_open(NULL);
	cr_expect_str_eq(tzdb_folder(zones), folder);
	cr_expect_not(tzdb_is_there(zones));
	make_subfolder(folder, "Etc");
	make_zone(folder, "Etc/UTC");
	cr_expect(tzdb_is_there(zones));
	tzdb_close(zones);
	setenv("TZDIR", "relative", 1);
	zones = tzdb_open(NULL);
	cr_expect_str_eq(tzdb_folder(zones), "/usr/share/zoneinfo");
	tzdb_close(zones);
	unsetenv("TZDIR");
	zones = tzdb_open(NULL);
	cr_expect_str_eq(tzdb_folder(zones), "/usr/share/zoneinfo");
	tzdb_close(zones);
	tzdb_close(NULL);
	remove_folder(folder);
}
