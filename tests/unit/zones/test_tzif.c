/*
 * tzif: files of time zones that are made here, whole and damaged. test_tzdb compares those of the system with the C library.
 */
#include <criterion/criterion.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tzif.h"

enum { FILE_MOST = TZIF_BYTES_MOST + 100, TIMES_MOST = TZIF_TRANSITIONS_MOST + 1 };

/* What a block has; a file is made of it, and of a footer. */
typedef struct block {
	unsigned char version;
	size_t time_count, type_count;
	int64_t times[TIMES_MOST];
	unsigned char indices[TIMES_MOST];
	int32_t offsets[257];
	uint32_t leap_count, standard_count, ut_count, char_count;
	const char *footer;
} block;

typedef struct file {
	size_t size;
	unsigned char bytes[FILE_MOST];
} file;

/* ---- making files ---- */

static void put(file *to, uint64_t number, size_t size)
{
	cr_assert(to->size + size <= FILE_MOST);
	while (size > 0)
		to->bytes[to->size++] = (unsigned char)(number >> (8 * --size));
}

static void put_header(file *to, const block *from)
{
	memcpy(to->bytes + to->size, "TZif", 4);
	to->size += 4;
	put(to, from->version, 1);
	for (int i = 0; i < 15; i++)
		put(to, 0, 1);
	put(to, from->ut_count, 4);
	put(to, from->standard_count, 4);
	put(to, from->leap_count, 4);
	put(to, from->time_count, 4);
	put(to, from->type_count, 4);
	put(to, from->char_count, 4);
}

static void put_block(file *to, const block *from, size_t time_size)
{
	put_header(to, from);
	for (size_t i = 0; i < from->time_count; i++)
		put(to, (uint64_t)from->times[i], time_size);
	for (size_t i = 0; i < from->time_count; i++)
		put(to, from->indices[i], 1);
	for (size_t i = 0; i < from->type_count; i++) {
		put(to, (uint32_t)from->offsets[i], 4);
		put(to, 0, 2);
	}
	for (uint32_t i = 0; i < from->char_count + from->standard_count + from->ut_count; i++)
		put(to, 0, 1);
	for (uint32_t i = 0; i < from->leap_count; i++) {
		put(to, 0, time_size);
		put(to, 0, 4);
	}
}

/* Of version 1 the block alone; of later ones an empty one, in which nothing is of any use, and the block. */
static file *make(const block *from)
{
	file *made = calloc(1, sizeof *made);
	cr_assert_not_null(made);
	if (from->version == '\0') {
		put_block(made, from, 4);
		return made;
	}
	block empty = { .version = from->version };
	put_block(made, &empty, 4);
	put_block(made, from, 8);
	size_t length = from->footer ? strlen(from->footer) : 0;
	memcpy(made->bytes + made->size, from->footer ? from->footer : "", length);
	made->size += length;
	return made;
}

/* Two summers of Berlin, and a rule for those that follow. */
static block berlin(unsigned char version)
{
	return (block){ .version = version,
			.time_count = 4,
			.type_count = 3,
			.times = { -2422054408, 828234000, 846378000, 859683600 },
			.indices = { 2, 1, 2, 1 },
			.offsets = { 3208, 7200, 3600 },
			.char_count = 4,
			.footer = "\nCET-1CEST,M3.5.0,M10.5.0/3\n" };
}

/* ---- reading ---- */

/* From a block of exactly the size, so that a sanitizer detects an overrun. */
static tz_status read_bytes(const unsigned char *bytes, size_t size, tzif **zone)
{
	unsigned char *copy = malloc(size + (size == 0));
	cr_assert_not_null(copy);
	memcpy(copy, bytes, size);
	tz_status status = tzif_read(copy, size, zone);
	free(copy);
	return status;
}

static tzif *zone_of(const block *from)
{
	tzif *zone = NULL;
	file *made = make(from);
	cr_assert_eq(read_bytes(made->bytes, made->size, &zone), TZ_OK);
	free(made);
	return zone;
}

static void expect_malformed(const block *from)
{
	tzif *zone = NULL;
	file *made = make(from);
	cr_expect_eq(read_bytes(made->bytes, made->size, &zone), TZ_MALFORMED);
	cr_expect_null(zone);
	free(made);
	tzif_free(zone);
}

static void expect_change(const tzif *zone, int64_t at, int32_t before, int32_t from)
{
	cr_expect_eq(tzif_offset(zone, at - 1), before, "before %lld: %d", (long long)at, tzif_offset(zone, at - 1));
	cr_expect_eq(tzif_offset(zone, at), from, "from %lld: %d", (long long)at, tzif_offset(zone, at));
}

Test(tzif, transitions_then_the_rule)
{
	for (unsigned char version = '2'; version <= '5'; version++) {
		block summers = berlin(version);
		tzif *zone = zone_of(&summers);
		cr_expect_eq(tzif_offset(zone, INT64_MIN), 3208);
		expect_change(zone, -2422054408, 3208, 3600);
		expect_change(zone, 828234000, 3600, 7200);
		expect_change(zone, 846378000, 7200, 3600);
		expect_change(zone, 859683600, 3600, 7200);
		expect_change(zone, 877827600, 7200, 3600);  /* 1997-10-26T01:00:00Z, by the rule */
		expect_change(zone, 2216250000, 3600, 7200); /* 2040-03-25T01:00:00Z */
		tzif_free(zone);
	}
}

Test(tzif, version_1_has_32_bits_and_no_rule)
{
	block summers = berlin('\0');
	summers.times[0] = -2000000000;
	tzif *zone = zone_of(&summers);
	expect_change(zone, -2000000000, 3208, 3600);
	expect_change(zone, 859683600, 3600, 7200);
	cr_expect_eq(tzif_offset(zone, 2216250000), 7200);
	tzif_free(zone);
}

Test(tzif, without_a_rule_the_last_offset_stays)
{
	block summers = berlin('2');
	summers.footer = "\n\n";
	tzif *zone = zone_of(&summers);
	cr_expect_eq(tzif_offset(zone, 2216249999), 7200);
	tzif_free(zone);
}

Test(tzif, without_transitions_the_rule_or_the_first_type_is_all)
{
	block fixed = { .version = '2', .type_count = 1, .offsets = { -3600 }, .char_count = 1, .footer = "\n\n" };
	tzif *zone = zone_of(&fixed);
	cr_expect_eq(tzif_offset(zone, 0), -3600);
	tzif_free(zone);
	fixed.footer = "\nXXX-2\n";
	zone = zone_of(&fixed);
	cr_expect_eq(tzif_offset(zone, 0), 7200);
	tzif_free(zone);
}

/* ---- what is none ---- */

Test(tzif, counts_and_indices_are_bounded)
{
	block wrong = berlin('2');
	wrong.indices[3] = 3;
	expect_malformed(&wrong);
	wrong = berlin('2');
	wrong.type_count = 0;
	expect_malformed(&wrong);
	wrong = berlin('2');
	wrong.type_count = 257;
	expect_malformed(&wrong);
	wrong = berlin('2');
	wrong.char_count = 0;
	expect_malformed(&wrong);
	wrong = berlin('2');
	wrong.standard_count = 2;
	expect_malformed(&wrong);
	wrong = berlin('2');
	wrong.ut_count = 1;
	expect_malformed(&wrong);
	wrong = berlin('2');
	wrong.leap_count = 1;
	expect_malformed(&wrong);
}

Test(tzif, types_are_bounded_and_times_ascend)
{
	block wrong = berlin('2');
	wrong.times[2] = wrong.times[1];
	expect_malformed(&wrong);
	wrong = berlin('2');
	wrong.offsets[1] = 93600;
	expect_malformed(&wrong);
	wrong.offsets[1] = -90000;
	expect_malformed(&wrong);
	wrong.offsets[1] = INT32_MIN;
	expect_malformed(&wrong);
}

Test(tzif, transitions_are_at_most_so_many)
{
	block *many = calloc(1, sizeof *many);
	cr_assert_not_null(many);
	*many = berlin('2');
	for (size_t i = 0; i < TIMES_MOST; i++) {
		many->times[i] = (int64_t)i * 1000;
		many->indices[i] = i % 2 == 0 ? 2 : 1;
	}
	many->time_count = TZIF_TRANSITIONS_MOST;
	tzif *zone = zone_of(many);
	for (size_t i = 1; i + 1 < TZIF_TRANSITIONS_MOST; i++)
		expect_change(zone, (int64_t)i * 1000, i % 2 == 0 ? 7200 : 3600, i % 2 == 0 ? 3600 : 7200);
	tzif_free(zone);
	many->time_count++;
	expect_malformed(many);
	free(many);
}

Test(tzif, footers_are_rules_between_line_feeds)
{
	static const char *const footers[] = { "",          "\n", "CET-1\n", "\nCET-1", "\nCET\n", "\nCET-1CEST\n",
					       "\nCET-1 \n" };
	for (size_t i = 0; i < sizeof footers / sizeof footers[0]; i++) {
		block wrong = berlin('2');
		wrong.footer = footers[i];
		expect_malformed(&wrong);
	}
}

Test(tzif, a_file_is_at_most_so_large)
{
	block summers = berlin('2');
	file *made = make(&summers);
	tzif *zone = NULL;
	cr_expect_eq(read_bytes(made->bytes, TZIF_BYTES_MOST, &zone),
		     TZ_OK); /* what is behind the footer is nothing */
	tzif_free(zone);
	zone = NULL;
	cr_expect_eq(read_bytes(made->bytes, TZIF_BYTES_MOST + 1, &zone), TZ_MALFORMED);
	cr_expect_null(zone);
	free(made);
}

/* ---- damage ---- */

Test(tzif, cut_anywhere_it_is_none)
{
	for (int version = 0; version < 2; version++) {
		block summers = berlin(version ? '3' : '\0');
		file *made = make(&summers);
		for (size_t size = 0; size < made->size; size++) {
			tzif *zone = NULL;
			cr_expect_eq(read_bytes(made->bytes, size, &zone), TZ_MALFORMED, "%zu bytes", size);
			tzif_free(zone);
		}
		free(made);
	}
}

static void ask(const tzif *zone)
{
	for (int64_t at = -4000000000; at < 8000000000; at += 10000019) {
		int32_t offset = tzif_offset(zone, at);
		cr_assert(offset > -93600 && offset < 93600, "%d", offset);
	}
}

/* Each byte is another one: what is read, if anything is, answers within its bounds. */
Test(tzif, changed_anywhere_it_is_none_or_another_zone)
{
	block summers = berlin('2');
	file *made = make(&summers);
	size_t read = 0;
	for (size_t i = 0; i < made->size; i++) {
		unsigned char was = made->bytes[i];
		for (int value = 0; value < 256; value++) {
			tzif *zone = NULL;
			made->bytes[i] = (unsigned char)value;
			tz_status status = read_bytes(made->bytes, made->size, &zone);
			cr_assert_eq(status == TZ_OK, zone != NULL);
			if (zone && value % 16 == 0)
				ask(zone);
			read += zone != NULL;
			tzif_free(zone);
		}
		made->bytes[i] = was;
	}
	cr_expect_gt(read, made->size);
	free(made);
}
