/*
 * Reads TZif. See tzif.h; the numbers of sections are those of RFC 9636.
 */
#include "tzif.h"

#include <stdlib.h>
#include <string.h>

#include "tzrule.h"

enum { HEADER_SIZE = 44, TYPE_SIZE = 6, TYPES_MOST = 256 };

/* A type's offset should be within these, 3.2; real ones go from -15:14 to +15:14. */
#define OFFSET_LEAST (-89999)
#define OFFSET_MOST 93599

typedef struct transition {
	int64_t at; /* seconds since 1970 */
	int32_t offset;
} transition;

struct tzif {
	int32_t first; /* the offset before the first transition */
	int has_rule;  /* from the last transition on */
	tzrule rule;
	size_t count;
	transition transitions[];
};

/* The counts of a header, and how long its times are: 4 bytes in the block of version 1, 8 in the other. */
typedef struct header {
	uint32_t ut_count, standard_count, leap_count, time_count, type_count, char_count;
	size_t time_size;
} header;

/* What is left of the file. */
typedef struct reader {
	const unsigned char *at;
	size_t size;
} reader;

/* ---- bytes ------------------------------------------------------------------------------------------------------- */

static uint32_t number_32(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int64_t number_64(const unsigned char *bytes)
{
	return (int64_t)((uint64_t)number_32(bytes) << 32 | number_32(bytes + 4));
}

static int skip(reader *file, uint64_t size)
{
	if (size > file->size)
		return 0;
	file->at += size;
	file->size -= (size_t)size;
	return 1;
}

/* ---- headers ----------------------------------------------------------------------------------------------------- */

/* Of 32-bit counts, so 64 bits hold it. */
static uint64_t size_of_block(const header *of)
{
	return (uint64_t)of->time_count * (of->time_size + 1) + (uint64_t)of->type_count * TYPE_SIZE +
	       of->char_count + (uint64_t)of->leap_count * (of->time_size + 4) + of->standard_count + of->ut_count;
}

/* A header and the version in front of it; versions after 4 are read as 4 is. */
static int read_header(reader *file, size_t time_size, header *of, unsigned char *version)
{
	if (file->size < HEADER_SIZE || memcmp(file->at, "TZif", 4) != 0)
		return 0;
	*version = file->at[4];
	const unsigned char *counts = file->at + 20;
	*of = (header){ .ut_count = number_32(counts),
			.standard_count = number_32(counts + 4),
			.leap_count = number_32(counts + 8),
			.time_count = number_32(counts + 12),
			.type_count = number_32(counts + 16),
			.char_count = number_32(counts + 20),
			.time_size = time_size };
	return skip(file, HEADER_SIZE);
}

static int is_block(const reader *file, const header *of)
{
	return of->leap_count == 0 && of->time_count <= TZIF_TRANSITIONS_MOST && of->type_count <= TYPES_MOST &&
	       of->char_count >= 1 && (of->ut_count == 0 || of->ut_count == of->type_count) &&
	       (of->standard_count == 0 || of->standard_count == of->type_count) && size_of_block(of) <= file->size;
}

/* ---- a block ----------------------------------------------------------------------------------------------------- */

static int read_type(const unsigned char *types, const header *of, unsigned char index, int32_t *offset)
{
	if (index >= of->type_count)
		return 0;
	int64_t number = number_32(types + (size_t)index * TYPE_SIZE);
	if (number > INT32_MAX)
		number -= INT64_C(1) << 32;
	if (number < OFFSET_LEAST || number > OFFSET_MOST)
		return 0;
	*offset = (int32_t)number;
	return 1;
}

static int64_t read_time(const unsigned char *bytes, size_t time_size)
{
	if (time_size == 8)
		return number_64(bytes);
	int64_t number = number_32(bytes);
	return number > INT32_MAX ? number - (INT64_C(1) << 32) : number;
}

/* The block's transitions, which must ascend, 3.2. All of them are within the file: is_block. */
static int read_transitions(const reader *file, const header *of, tzif *zone)
{
	const unsigned char *indices = file->at + of->time_count * of->time_size;
	const unsigned char *types = indices + of->time_count;
	if (!read_type(types, of, 0, &zone->first))
		return 0;
	for (size_t i = 0; i < of->time_count; i++) {
		transition *each = &zone->transitions[i];
		each->at = read_time(file->at + i * of->time_size, of->time_size);
		if (!read_type(types, of, indices[i], &each->offset) || (i > 0 && each->at <= each[-1].at))
			return 0;
	}
	zone->count = of->time_count;
	return 1;
}

/* The rule between two line feeds, 3.3; there may be none between them. */
static int read_footer(const reader *file, tzif *zone)
{
	if (file->size < 2 || file->at[0] != '\n')
		return 0;
	const char *text = (const char *)file->at + 1;
	const char *end = memchr(text, '\n', file->size - 1);
	if (!end)
		return 0;
	zone->has_rule = end > text;
	return !zone->has_rule || tzrule_read(text, (size_t)(end - text), &zone->rule);
}

/* A file of version 1 ends with its block; in one of a later version a second one, with 64-bit times, counts alone. */
static int find_block(reader *file, header *of)
{
	unsigned char version;
	if (!read_header(file, 4, of, &version))
		return 0;
	if (version != '\0' && (!skip(file, size_of_block(of)) || !read_header(file, 8, of, &version)))
		return 0;
	return is_block(file, of);
}

tz_status tzif_read(const unsigned char *bytes, size_t size, tzif **zone)
{
	reader file = { bytes, size };
	header of;
	if (size > TZIF_BYTES_MOST || !find_block(&file, &of))
		return TZ_MALFORMED;
	tzif *made = calloc(1, sizeof *made + of.time_count * sizeof made->transitions[0]);
	if (!made)
		return TZ_NO_MEMORY;
	int is_read = read_transitions(&file, &of, made) && skip(&file, size_of_block(&of)) &&
		      (of.time_size == 4 || read_footer(&file, made));
	if (!is_read) {
		tzif_free(made);
		return TZ_MALFORMED;
	}
	*zone = made;
	return TZ_OK;
}

void tzif_free(tzif *zone)
{
	free(zone);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

/* How many transitions are not after the time. */
static size_t count_until(const tzif *zone, int64_t at)
{
	size_t low = 0, high = zone->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (zone->transitions[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int32_t tzif_offset(const tzif *zone, int64_t at)
{
	size_t passed = count_until(zone, at);
	if (passed == zone->count && zone->has_rule)
		return tzrule_offset(&zone->rule, at);
	return passed > 0 ? zone->transitions[passed - 1].offset : zone->first;
}
