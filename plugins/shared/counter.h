/*
 * What is counted for ever, of a user: events, a sum, or different values; in all, or apart for each value of `for`. And what
 * one event counts.
 */
#ifndef SHARED_COUNTER_H
#define SHARED_COUNTER_H

#include <brabeion/badge.h>

#include "decimal.h"
#include "limits.h"

typedef enum count_kind { COUNT_EVENTS, COUNT_SUM, COUNT_DISTINCT } count_kind;

typedef struct counter {
	count_kind count;
	char field[NAME_SIZE]; /* of sums and values */
	int64_t scale;         /* of sums */
	int32_t has_minus;     /* values are counted each, so that they can be taken back */
} counter;

/* Settings `count`, `field` and `scale`. BADGE_OK or BADGE_FAILED, with every mistake reported. */
int32_t counter_read(badge_setup *setup, counter *counts);

/* "events", "sum" or "distinct" */
const char *counter_word(const counter *counts);

/*
 * What the event counts: 1, its amount, or a hash of its value. BADGE_OK, or what `award` answers: BADGE_UNCHANGED without the
 * field, BADGE_REFUSED with one that is nothing to count.
 */
int32_t counter_amount(const counter *counts, badge_call *call, int64_t *amount);

/*
 * Counts the event, or takes one back, under `of`: NULL, or a value of `for`, not for different values. BADGE_OK with the count
 * and the latest time of what was counted; or what `award` answers, as above.
 */
int32_t counter_take(const counter *counts, badge_call *call, const char *of, int is_minus, int64_t *count,
		     int64_t *latest);

/* The count without `for`. */
int64_t counter_now(const counter *counts, badge_call *call);

/* To be among the badge's memory. */
#define COUNTER_LATEST "latest" /* the latest time of what was counted, keyed by what is counted */
#define COUNTER_REMEMBERED                                                                                          \
	BADGE_TALLY("events"), BADGE_TALLY("sum"), BADGE_MEMORY(COUNTER_LATEST, BADGE_MERGE_MAX),                   \
		BADGE_MEMORY("seen", BADGE_KEYS_HASHED | BADGE_MERGE_OR), /* by value: 1 */                         \
		BADGE_MEMORY("values", BADGE_KEYS_HASHED),                /* with `minus`, by value: how often */   \
		BADGE_MEMORY("owed", BADGE_KEYS_HASHED),                  /* by value: taken back before it came */ \
		BADGE_MEMORY("events_of", BADGE_KEYS_HASHED), BADGE_MEMORY("sum_of", BADGE_KEYS_HASHED),            \
		BADGE_MEMORY("latest_of", BADGE_KEYS_HASHED | BADGE_MERGE_MAX)

#endif
