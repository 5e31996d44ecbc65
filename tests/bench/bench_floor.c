/*
 * bench_floor DATABASE EVENTS: the floor of judging a history of `bench_generate mixed` by scale.yaml. It reads the lines
 * with the command's reader, judges them in memory and writes the rows once, sorted. Judging takes JUDGING_NS an event at
 * least, about what the engine needs for one without its store; in memory alone it would take less.
 *
 * Prints how many awards there are of each badge and level, as "SLUG LEVEL COUNT"; to stderr what its steps took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "events.h"
#include "floor.h"

enum { JUDGING_NS = 2000 };

static void print_awards(const bench_floor *self)
{
	long counts[FLOOR_BADGES][FLOOR_LEVELS] = { 0 };
	for (size_t i = 0; i < self->award_count; i++)
		counts[self->awards[i].badge][self->awards[i].level]++;
	for (int badge = 0; badge < FLOOR_BADGES; badge++)
		for (int level = 0; level < FLOOR_LEVELS; level++)
			if (counts[badge][level] != 0)
				printf("%s %d %ld\n", floor_badges[badge], level + 1, counts[badge][level]);
}

/* Judges a batch, and waits until it has taken its time. Returns the nanoseconds that it took without waiting. */
static int64_t judge_batch(bench_floor *self, const brb_cli_batch *batch)
{
	int64_t began = bench_now_ns();
	for (size_t i = 0; i < batch->count; i++)
		floor_judge(self, &batch->events[i]);
	int64_t took = bench_now_ns() - began;
	while (bench_now_ns() - began < (int64_t)batch->count * JUDGING_NS)
		continue;
	return took;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		bench_fail("usage: bench_floor DATABASE EVENTS");
	bench_floor self = { 0 };
	bench_events events;
	double began = bench_now_s();
	int64_t judging_ns = 0;
	bench_events_open(&events, argv[2]);
	while (bench_events_next(&events))
		judging_ns += judge_batch(&self, &events.batch);
	bench_events_close(&events);
	double judged = bench_now_s();
	floor_write(&self, argv[1]);
	fprintf(stderr,
		"%zu events, %zu users, %zu awards; read and judged in %.2f s, of which %.2f s in memory;"
		" written in %.2f s\n",
		self.seen.count, self.user_set.count, self.award_count, judged - began, (double)judging_ns / 1e9,
		bench_now_s() - judged);
	print_awards(&self);
	fflush(stdout);
	_exit(ferror(stdout) != 0); /* without freeing a hundred million bytes one by one */
}
