/*
 * worker/backoff: how long a failed job waits for its next attempt.
 */
#include "worker/jobs_internal.h"

#define BACKOFF_MOST_US (INT64_C(3600) * 1000000)

int64_t brb_jobs_backoff_us(const brb_jobs_limits *limits, uint32_t attempts, uint64_t random)
{
	int64_t wait_us = limits->backoff_us;
	for (uint32_t i = 1; i < attempts && wait_us < BACKOFF_MOST_US; i++)
		wait_us *= 2;
	if (wait_us > BACKOFF_MOST_US)
		wait_us = BACKOFF_MOST_US;
	return wait_us / 2 + (int64_t)(random % (uint64_t)(wait_us / 2 + 1));
}

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled". */
uint64_t brb_worker_random(brb_worker *worker)
{
	worker->random ^= worker->random >> 12;
	worker->random ^= worker->random << 25;
	worker->random ^= worker->random >> 27;
	return worker->random * UINT64_C(2685821657736338717);
}
