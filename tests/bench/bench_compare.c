/*
 * bench_compare NAME TARGET ROUNDS PREPARE-A COMMAND-A PREPARE-B COMMAND-B: times two commands in turn, A B A B, each
 * after its preparation, and prints the median of the ratios A/B beside the target, and the peak memory of A.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MOST = 99 };

typedef struct outcome {
	double seconds;
	long peak_kib;
} outcome;

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static outcome run(const char *command)
{
	double began = now();
	pid_t child = fork();
	if (child == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	int status = 0;
	struct rusage usage;
	if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0) {
		fprintf(stderr, "failed: %s\n", command);
		exit(1);
	}
	return (outcome){ now() - began, usage.ru_maxrss };
}

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof *values, by_value);
	return values[count / 2];
}

int main(int argc, char **argv)
{
	int rounds = argc == 8 ? atoi(argv[3]) : 0;
	if (rounds < 1 || rounds > ROUNDS_MOST)
		return 2;
	double a[ROUNDS_MOST], b[ROUNDS_MOST], ratios[ROUNDS_MOST];
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
	printf("%-28s %6.2f s, the loop %6.2f s: %5.2f times (target: at most %s), peak %ld MiB (target: under 64)\n",
	       argv[1], median(a, rounds), median(b, rounds), median(ratios, rounds), argv[2], peak_kib / 1024);
	return 0;
}
