#include "bench.h"

#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

void bench_fail(const char *format, ...)
{
	va_list arguments;
	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);
	return value && strcmp(value, "1") == 0;
}

int bench_amount(int full, int quick)
{
	return is_set("BENCH_QUICK") ? quick : full;
}

int64_t bench_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

double bench_now_s(void)
{
	return (double)bench_now_ns() / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

double bench_median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof *values, by_value);
	return values[count / 2];
}

static void print_target(const char *bound, double limit, bool met)
{
	const char *verdict = !is_set("BENCH_COMPARE") ? "" : met ? ", met" : ", MISSED";
	if (is_set("BENCH_QUICK"))
		putchar('\n');
	else
		printf(" (target: %s %g%s)\n", bound, limit, verdict);
	fflush(stdout);
}

void bench_at_most(double value, double limit)
{
	print_target("at most", limit, value <= limit);
}

void bench_at_least(double value, double limit)
{
	print_target("at least", limit, value >= limit);
}

void bench_make_folder(char folder[BENCH_FOLDER_BYTES])
{
	const char *temporary = getenv("TMPDIR");
	snprintf(folder, BENCH_FOLDER_BYTES, "%.200s/brabeion-bench-XXXXXX", temporary ? temporary : "/tmp");
	if (!mkdtemp(folder))
		bench_fail("%s: %s", folder, strerror(errno));
}

static int remove_entry(const char *path, const struct stat *about, int type, struct FTW *walk)
{
	(void)about, (void)type, (void)walk;
	return remove(path);
}

void bench_remove_folder(const char *folder)
{
	if (nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
		bench_fail("%s cannot be removed: %s", folder, strerror(errno));
}
