/*
 * floor: what bench_floor knows after judging a history: users with their state, awards and seen ids. floor_judge.c fills
 * it in, in memory; floor_write.c writes it once, sorted.
 *
 * Users and seen ids are found by 128-bit hashes and taken to be equal when those are: of ten million, two are the same
 * with a probability of 10^-25.
 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include <brabeion/engine.h>

#include "base/arena.h"

/* The badges of scale.yaml, in its order. */
enum { FLOOR_WRITER, FLOOR_GIVER, FLOOR_EXPLORER, FLOOR_REGULAR, FLOOR_BADGES, FLOOR_LEVELS = 3 };

typedef struct floor_hash {
	uint64_t high, low;
} floor_hash;

typedef struct floor_slot {
	uint32_t number; /* of the hash, + 1; 0: free */
	uint32_t tag;    /* a part of the hash, so that others are seldom looked at */
} floor_slot;

/* A set of hashes, numbered in the order in which they came. All zeroes is an empty one. */
typedef struct floor_set {
	floor_hash *hashes;
	floor_slot *slots;
	size_t count, slot_count;
} floor_set;

typedef struct floor_bytes {
	uint8_t *bytes;
	uint32_t size, capacity;
} floor_bytes;

typedef struct floor_user {
	const char *name;
	int64_t id; /* by name; floor_write gives it */
	int64_t posts, given, last_day;
	uint32_t days_in_a_row;
	floor_bytes pages;                         /* a hash of 8 bytes for each */
	floor_bytes days;                          /* from the first to the last: 'x', or '.' without a sign-in */
	uint32_t held[FLOOR_BADGES][FLOOR_LEVELS]; /* the sequence of the award; 0: not held */
} floor_user;

typedef struct floor_award {
	const char *event_id;
	int64_t at_us;
	uint32_t user; /* its number */
	uint8_t badge, level;
} floor_award;

typedef struct bench_floor {
	floor_set user_set, seen;
	floor_user *users; /* by their number in user_set */
	size_t user_capacity;
	floor_award *awards; /* of sequence 1 and on */
	size_t award_count, award_capacity;
	brb_arena arena; /* names and ids */
} bench_floor;

extern const char *const floor_badges[FLOOR_BADGES];

/* Both exit on failure. */
void floor_judge(bench_floor *self, const brabeion_event *event);
void floor_write(bench_floor *self, const char *path);

#endif
