/*
 * The clause `scale` of the plugins that need no C: amounts with decimal places, exact. `scale: 100` counts in hundredths: 9.99 is
 * 999 of them.
 *
 * A number of an event is its shortest decimal that reads back as the same number, which has up to 15 digits for every decimal
 * that was written with so many (IEEE 754 binary64). More digits come as a text, "0.1234567890123456", and are exact, too.
 */
#ifndef SHARED_DECIMAL_H
#define SHARED_DECIMAL_H

#include <brabeion/badge.h>

#define DECIMAL_SCALE_MOST INT64_C(1000000000)

/* The setting at `path`, `scale`: 10, 100 and so on to 1,000,000,000; 1 when it is missing. BADGE_OK or BADGE_FAILED. */
int32_t scale_read(badge_setup *setup, const char *path, int64_t *scale);

/*
 * The value of a field in units of 1/scale. BADGE_OK; or what `award` answers: BADGE_UNCHANGED without the field, BADGE_REFUSED for
 * what is no number, has more places than the scale, more than 15 digits as a number, or is beyond 64 bits. With a scale of 1
 * it is a whole number, and no text.
 */
int32_t decimal_read(badge_call *call, const char *field, int64_t scale, int64_t *value);

/* A setting at `path`, which is there, in units of 1/scale. BADGE_OK or BADGE_FAILED, which has been reported. */
int32_t decimal_setting(badge_setup *setup, const char *path, int64_t scale, int64_t *value);

#endif
