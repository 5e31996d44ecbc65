/*
 * Files of time zones: whatever the bytes are, a zone that is read answers with an offset that a file may hold, and the same
 * each time. The rest of an input is a rule by itself.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "tzif.h"
#include "tzrule.h"

#define YEARS_200000_S INT64_C(6311390400000)

/* A day and two hours either way is more than any offset. */
static void expect_offset(int32_t offset)
{
	FUZZ_EXPECT(offset > -93600 && offset < 93600);
}

static void ask(const tzif *zone, int64_t at)
{
	int32_t offset = tzif_offset(zone, at);
	expect_offset(offset);
	FUZZ_EXPECT(tzif_offset(zone, at) == offset);
}

static void read_file(const uint8_t *bytes, size_t size)
{
	tzif *zone = NULL;
	unsigned char *copy = fuzz_copy(bytes, size, 0);
	tz_status status = tzif_read(copy, size, &zone);
	free(copy); /* nothing of it is kept */
	FUZZ_EXPECT((status == TZ_OK) == (zone != NULL));
	if (zone) {
		for (int64_t at = -YEARS_200000_S; at <= YEARS_200000_S; at += YEARS_200000_S / 8)
			ask(zone, at);
		for (int64_t at = -6000000000; at < 6000000000; at += 86400 * 1000)
			ask(zone, at);
	}
	tzif_free(zone);
}

static void read_rule(const uint8_t *bytes, size_t size)
{
	tzrule rule;
	char *copy = fuzz_copy(bytes, size, 0);
	if (tzrule_read(copy, size, &rule)) {
		for (int64_t at = -6000000000; at < 6000000000; at += 86400 * 1000)
			expect_offset(tzrule_offset(&rule, at));
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	read_file(bytes, size);
	read_rule(bytes, size);
	return 0;
}
