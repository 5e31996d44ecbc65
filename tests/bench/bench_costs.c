/*
 * bench_costs TITLE EVENTS ROUNDS NAME-A PREPARE-A COMMAND-A NAME-B PREPARE-B COMMAND-B RATIO [MB MIB]: runs two commands
 * in turn, A B A B, each after its preparation and after the disk is idle, and prints the medians of what they cost: wall
 * time, processor time, bytes written and peak memory.
 *
 * RATIO, MB and MIB are the targets of A: its wall time against B's, megabytes written, and peak memory. "-" is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "child.h"

enum { COSTS = 4 };

typedef struct side {
	const char *name, *prepare, *command;
	double costs[COSTS][BENCH_ROUNDS_MOST]; /* in the order of bench_costs */
	double medians[COSTS];
} side;

static void measure(side *self, int round)
{
	if (system(self->prepare) != 0)
		bench_fail("failed: %s", self->prepare);
	sync();
	bench_child child = bench_child_start(self->command);
	bench_costs costs = bench_child_wait(&child);
	self->costs[0][round] = costs.wall_s;
	self->costs[1][round] = costs.processor_s;
	self->costs[2][round] = costs.written_mb;
	self->costs[3][round] = costs.peak_mib;
}

static void report(side *self, int rounds, double events)
{
	for (int i = 0; i < COSTS; i++)
		self->medians[i] = bench_median(self->costs[i], rounds);
	printf("  %-14s %7.2f s, processor %7.2f s, %6.0f MB written, peak %5.0f MiB; %5.2f us an event\n",
	       self->name, self->medians[0], self->medians[1], self->medians[2], self->medians[3],
	       self->medians[0] / events * 1e6);
}

static void compare(const char *name, double value, const char *unit, const char *limit)
{
	printf("    %-12s %7.2f %s", name, value, unit);
	if (strcmp(limit, "-") == 0)
		putchar('\n');
	else
		bench_at_most(value, atof(limit));
}

int main(int argc, char **argv)
{
	static side a, b;
	static double ratios[BENCH_ROUNDS_MOST];
	int rounds = argc == 11 || argc == 13 ? atoi(argv[3]) : 0;
	if (rounds < 1 || rounds > BENCH_ROUNDS_MOST)
		bench_fail(
			"usage: bench_costs TITLE EVENTS ROUNDS NAME-A PREPARE-A COMMAND-A NAME-B PREPARE-B COMMAND-B"
			" RATIO [MB MIB]");
	a = (side){ .name = argv[4], .prepare = argv[5], .command = argv[6] };
	b = (side){ .name = argv[7], .prepare = argv[8], .command = argv[9] };
	for (int i = 0; i < rounds; i++) {
		measure(&a, i);
		measure(&b, i);
		ratios[i] = a.costs[0][i] / b.costs[0][i];
	}
	printf("%s\n", argv[1]);
	report(&a, rounds, atof(argv[2]));
	report(&b, rounds, atof(argv[2]));
	compare("time", bench_median(ratios, rounds), "times", argv[10]);
	if (argc == 13) {
		compare("written", a.medians[2], "MB", argv[11]);
		compare("peak memory", a.medians[3], "MiB", argv[12]);
	}
	return 0;
}
