/*
 * base/clock: see clock.h.
 */
#include "base/clock.h"

#include <time.h>

#include "base/reentrancy.h"

static int64_t read_clock_us(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t brb_clock_now_us(const brb_clock *clock)
{
	if (!clock || !clock->now)
		return read_clock_us(CLOCK_REALTIME);
	brb_reentrancy_enter();
	int64_t now_us = clock->now(clock->context);
	brb_reentrancy_leave();
	return now_us;
}

int64_t brb_clock_monotonic_us(void)
{
	return read_clock_us(CLOCK_MONOTONIC);
}
