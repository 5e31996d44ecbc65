/*
 * bench_compare NAME TARGET ROUNDS PREPARE-A COMMAND-A PREPARE-B COMMAND-B: times two commands in turn, A B A B, each
 * after its preparation, and prints the median of the ratios A/B and the peak memory of A, with their targets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { PEAK_MIB_MOST = 64 };

typedef struct outcome {
	double seconds;
	long peak_kib;
} outcome;

static outcome run(const char *command)
{
	double began = bench_now_s();
	pid_t child = fork();
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	int status = 0;
	struct rusage usage;
	if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0)
		bench_fail("failed with wait status 0x%x: %s", (unsigned)status, command);
	return (outcome){ bench_now_s() - began, usage.ru_maxrss };
}

int main(int argc, char **argv)
{
	int rounds = argc == 8 ? atoi(argv[3]) : 0;
	if (rounds < 1 || rounds > BENCH_ROUNDS_MOST)
		bench_fail("usage: bench_compare NAME TARGET ROUNDS PREPARE-A COMMAND-A PREPARE-B COMMAND-B");
	double a[BENCH_ROUNDS_MOST], b[BENCH_ROUNDS_MOST], ratios[BENCH_ROUNDS_MOST];
	long peak_kib = 0;
	for (int i = 0; i < rounds; i++) {
		run(argv[4]);
		outcome first = run(argv[5]);
		run(argv[6]);
		outcome second = run(argv[7]);
		a[i] = first.seconds;
		b[i] = second.seconds;
		ratios[i] = first.seconds / second.seconds;
		peak_kib = first.peak_kib > peak_kib ? first.peak_kib : peak_kib;
	}
	double ratio = bench_median(ratios, rounds);
	printf("%-28s %6.2f s, the loop %6.2f s: %5.2f times", argv[1], bench_median(a, rounds),
	       bench_median(b, rounds), ratio);
	bench_at_most(ratio, atof(argv[2]));
	printf("%-28s %6.0f MiB", "  its peak memory", (double)peak_kib / 1024);
	bench_at_most((double)peak_kib / 1024, PEAK_MIB_MOST);
	return 0;
}
