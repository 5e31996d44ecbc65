/*
 * rules: the kinds of badges that a count cannot say, each in a file of its own. What they have in common is here.
 */
#ifndef RULES_KINDS_H
#define RULES_KINDS_H

#include <stdlib.h>

#include "counter.h"
#include "latest.h"
#include "rule.h"
#include "settings.h"

/* How most kinds begin. */
typedef struct kind {
	rule clauses;
	int32_t is_temporary;
	uint32_t level_count;
	int64_t *at; /* one number for each level */
} kind;

/* Reads the clauses, and takes room for the numbers. BADGE_OK or BADGE_FAILED; kind_finish in either case. */
int32_t kind_begin(badge_setup *setup, unsigned takes, kind *head);
void kind_finish(kind *head);

/* What badge_definition has of each. */
int32_t days_award(void *self, badge_call *call);
int32_t days_open(badge_setup *setup, void **self);
void days_close(void *self);
int32_t days_progress(void *self, badge_call *call, int32_t level);
int32_t days_merge(void *self, badge_call *call);

int32_t best_award(void *self, badge_call *call);
int32_t best_open(badge_setup *setup, void **self);
void best_close(void *self);
int32_t best_progress(void *self, badge_call *call, int32_t level);
int32_t best_merge(void *self, badge_call *call);

int32_t ratio_award(void *self, badge_call *call);
int32_t ratio_open(badge_setup *setup, void **self);
void ratio_close(void *self);
int32_t ratio_progress(void *self, badge_call *call, int32_t level);

int32_t run_award(void *self, badge_call *call);
int32_t run_open(badge_setup *setup, void **self);
void run_close(void *self);
int32_t run_progress(void *self, badge_call *call, int32_t level);
int32_t run_merge(void *self, badge_call *call);

int32_t then_award(void *self, badge_call *call);
int32_t then_open(badge_setup *setup, void **self);
void then_close(void *self);
int32_t then_progress(void *self, badge_call *call, int32_t level);

int32_t after_award(void *self, badge_call *call);
int32_t after_open(badge_setup *setup, void **self);
void after_close(void *self);
int32_t after_progress(void *self, badge_call *call, int32_t level);

int32_t every_award(void *self, badge_call *call);
int32_t every_open(badge_setup *setup, void **self);
void every_close(void *self);

int32_t all_award(void *self, badge_call *call);
int32_t all_open(badge_setup *setup, void **self);
void all_close(void *self);
int32_t all_progress(void *self, badge_call *call, int32_t level);

#endif
