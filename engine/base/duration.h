/*
 * base/duration: durations as people write them: "30d", "500ms".
 */
#ifndef BRB_BASE_DURATION_H
#define BRB_BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#define BRB_SECOND_US INT64_C(1000000)
#define BRB_HOUR_US (3600 * BRB_SECOND_US)
#define BRB_DAY_US (24 * BRB_HOUR_US)

/*
 * Reads digits and a unit (ms, s, m, h, d, w) at *text and moves *text behind them. A duration longer than `most_us` is
 * read as most_us + 1. False, with nothing changed, when no duration is here.
 */
bool brb_duration_read(const char **text, int64_t most_us, int64_t *duration_us);

enum { BRB_DURATION_BYTES = 32 };

/* "1d", "90s": in the largest unit that has no remainder; not negative. */
void brb_duration_write(int64_t duration_us, char text[BRB_DURATION_BYTES]);

#endif
