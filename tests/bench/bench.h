/*
 * bench: code shared by the benchmark programs: the clock, the median, temporary folders, failing when a figure cannot
 * be measured, and comparing a figure with its target.
 *
 * The environment sets the mode (tests/bench/run does): BENCH_QUICK=1 measures each row once, with few calls, to show
 * that it can be measured, and prints no targets; BENCH_COMPARE=1 prints which targets are met. Targets are for an
 * otherwise idle machine.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

enum { BENCH_ROUNDS_MOST = 99, BENCH_FOLDER_BYTES = 256 };

/* Prints "PROGRAM: message" to stderr and exits with 1. */
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

int bench_amount(int full, int quick); /* `quick` with BENCH_QUICK=1 */
double bench_now_s(void);              /* monotonic */
int64_t bench_now_ns(void);            /* monotonic */

/* The upper median; reorders the values. */
double bench_median(double *values, int count);

/* Each ends the row being printed: with the target, and whether it is met. */
void bench_at_most(double value, double limit);
void bench_at_least(double value, double limit);

/* A new folder below TMPDIR; remove deletes it with its contents. */
void bench_make_folder(char folder[BENCH_FOLDER_BYTES]);
void bench_remove_folder(const char *folder);

#endif
