/*
 * child: a shell command in a process of its own, and what it cost.
 */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct bench_child {
	pid_t pid;
	double began_s;
	const char *command;
} bench_child;

typedef struct bench_costs {
	double wall_s;
	double processor_s; /* of all its threads and processes, user and system */
	double written_mb;  /* millions of bytes that went to a disk, or wait for it in the page cache */
	double peak_mib;    /* resident */
} bench_costs;

/* Each exits on failure, also when the command does not succeed or a cost cannot be measured. */
bench_child bench_child_start(const char *command);
bool bench_child_has_ended(const bench_child *child);
bench_costs bench_child_wait(const bench_child *child);

#endif
