/*
 * badgeset/counters: what each thread counts, by badge. The numbers of a badge outlive reloads.
 */
#ifndef BRB_BADGESET_COUNTERS_H
#define BRB_BADGESET_COUNTERS_H

#include "badgeset/registry_types.h"

void brb_counters_finish(brb_counters *counters);

/* Gives each badge of an unpublished generation the counter index of its slug. */
void brb_registry_number_counters(brb_registry *registry, brb_generation *generation);

/* Prepares the reader's counters for a generation that it has acquired. */
void brb_registry_count_slow(brb_registry *registry, brb_reader *reader, const brb_generation *generation);

/* Adds up the counters of all threads into `report`, whose `badges` are the generation's, in its order. */
void brb_registry_sum(brb_registry *registry, const brb_generation *generation, brabeion_stats_report *report);

#endif
