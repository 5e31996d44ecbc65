/*
 * storm: the fixture of thread and fault tests, which are plain programs, since Criterion does not start under TSan: an
 * engine in a temporary folder, threads that start together, counts of outcomes, and TAP. A test has few rounds unless
 * BRB_LONG is set.
 */
#ifndef BRB_TESTS_STORM_H
#define BRB_TESTS_STORM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <brabeion/engine.h>

#include "support/folder.h"

enum { STORM_PATH_BYTES = 512, STORM_THREADS_MOST = 16 };

typedef struct storm {
	char folder[STORM_PATH_BYTES];
	char config[STORM_PATH_BYTES];
	brabeion_engine *engine;
	atomic_long told; /* calls of storm_count_told */
} storm;

/* ---- TAP ---- */

/* Reports one test. */
__attribute__((format(printf, 2, 3))) void storm_expect(bool fine, const char *format, ...);

/* Reports a test as skipped. */
void storm_skip(const char *what, const char *why);

/* Reports a test that two counts are equal. */
void storm_expect_count(const char *what, long got, long wanted);

/* Prints the plan. Returns the exit status. */
int storm_end(void);

void storm_give_up(const char *what, const char *message);

int storm_rounds(int usual, int in_full);

/*
 * Of trials that could be made at each of many places, at every how many-th one they are: `usual`; with BRB_LONG at each.
 * With BRB_SHORT, for runs under sanitizers, at four times fewer: says so.
 */
int storm_step(int usual);

/* ---- the engine ---- */

/* Writes badges.yaml, with the test plugins on its path, then `text`; replaces it by rename. */
void storm_config(const storm *here, const char *text);

/* Copies a built test plugin into the folder, by rename; only its first `cut_bytes` bytes, unless 0. */
void storm_place(const storm *here, const char *plugin, const char *as, size_t cut_bytes);

void storm_init(storm *here, const char *text);

void storm_open(storm *here);

void storm_finish(storm *here);

void storm_count_told(void *context, const brabeion_award_info *award);

/* The stored awards of a user, or (NULL) of all. */
long storm_count(const storm *here, const char *user);

/* The stored awards of a badge. */
long storm_count_badge(const storm *here, const char *slug);

/* ---- threads ---- */

typedef struct storm_thread {
	storm *here;
	int number; /* from 0 */
	pthread_barrier_t *together;
	void (*work)(struct storm_thread *thread);
	pthread_t id;
	/* outcomes of the thread's calls */
	long judged, duplicates, awards, errors;
} storm_thread;

/* Runs the work on `count` threads that start together. *sum becomes the sums of their counts. */
void storm_run(storm *here, int count, void (*work)(storm_thread *thread), storm_thread *sum);

/* Fires the event and counts its outcome. */
void storm_fire(storm_thread *thread, const brabeion_event *event);

#endif
