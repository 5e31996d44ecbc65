/*
 * Times, durations and numbers as text: what is read is written so that it reads as the same; a time is written and
 * read for each number of microseconds.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/duration.h"
#include "base/number.h"

static void write_time(int64_t at_us)
{
	int64_t again = 0;
	char written[BRABEION_TIME_BYTES];
	brabeion_status status = brabeion_time_format(at_us, written);
	FUZZ_EXPECT((status == BRABEION_OK) == (at_us >= BRB_TIME_FIRST_US && at_us <= BRB_TIME_LAST_US));
	if (status == BRABEION_OK)
		FUZZ_EXPECT(brabeion_time_parse(written, &again) == BRABEION_OK && again == at_us);
}

static void read_time(const char *text)
{
	int64_t at_us = 0, wrong = 0;
	int32_t minutes = 0;
	if (brabeion_time_parse(text, &at_us) != BRABEION_OK)
		return;
	FUZZ_EXPECT(at_us >= BRB_TIME_FIRST_US && at_us <= BRB_TIME_LAST_US);
	write_time(at_us);
	if (brb_time_offset(text, &minutes))
		FUZZ_EXPECT(minutes >= -BRB_TIME_OFFSET_MOST && minutes <= BRB_TIME_OFFSET_MOST);
	brb_time_wrong_unit(at_us, &wrong);
}

static void read_duration(const char *text)
{
	const int64_t most_us = 36500 * BRB_DAY_US;
	int64_t duration_us = -1, again_us = -1;
	char written[BRB_DURATION_BYTES];
	const char *at = text;
	if (!brb_duration_read(&at, most_us, &duration_us)) {
		FUZZ_EXPECT(at == text && duration_us == -1);
		return;
	}
	FUZZ_EXPECT(at > text && duration_us >= 0 && duration_us <= most_us + 1);
	if (duration_us > most_us)
		return;
	brb_duration_write(duration_us, written);
	at = written;
	FUZZ_EXPECT(brb_duration_read(&at, most_us, &again_us) && !*at && again_us == duration_us);
}

static void read_number(const char *text)
{
	char written[BRB_NUMBER_BYTES];
	double real = 0, again = 0;
	brb_number number = brb_number_read(text);
	FUZZ_EXPECT((number.kind == BRB_NUMBER_MALFORMED) == !number.end);
	if (number.kind == BRB_NUMBER_REAL) {
		FUZZ_EXPECT(brb_number_real(brb_number_write(number.real, written), &again) && again == number.real);
	} else if (number.kind == BRB_NUMBER_INTEGER) {
		char *end = NULL;
		FUZZ_EXPECT(strtoll(text, &end, 10) == number.integer && end == number.end);
	}
	brb_number_real(text, &real);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = fuzz_copy(bytes, size, 1);
	fuzz_input input = { bytes, bytes + size };
	read_time(text);
	read_duration(text);
	read_number(text);
	write_time((int64_t)fuzz_number(&input));
	write_time((int64_t)(fuzz_number(&input) >> 12)); /* near to times that can be written */
	free(text);
	return 0;
}
