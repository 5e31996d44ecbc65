/*
 * base/clock: the time, from the system or from the host.
 */
#ifndef BRB_BASE_CLOCK_H
#define BRB_BASE_CLOCK_H

#include <stdint.h>

#include <brabeion/engine.h>

typedef struct brb_clock {
	brabeion_clock_callback now; /* NULL: the system's clock */
	void *context;
} brb_clock;

int64_t brb_clock_now_us(const brb_clock *clock); /* NULL: the system's */
int64_t brb_clock_monotonic_us(void);             /* for durations, never stored */

#endif
