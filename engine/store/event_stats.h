/*
 * store/event_stats: counts for the operator: events that no badge listened to, badges that failed. The number of rows is
 * bounded: further names are counted together, under "". All inside a transaction.
 *
 * Not here: counting until then (judging/event_stats.h), and reading the counts (store/health.h).
 */
#ifndef BRB_STORE_EVENT_STATS_H
#define BRB_STORE_EVENT_STATS_H

#include "base/value.h"
#include "store/store.h"

/* Adds to the stored counts. */
brabeion_status brb_store_add_unhandled(brb_store *store, const brb_store_unhandled *more, brabeion_error *error);
brabeion_status brb_store_add_failing(brb_store *store, const brb_store_failing *more, brabeion_error *error);

/* The stored name after this one ("" at first), in the buffer; "" when there is none. */
brabeion_status brb_store_next_unhandled(brb_store *store, const char *after, char next[BRB_NAME_BYTES_MOST + 1],
					 brabeion_error *error);

/* For a name that a badge listens to by now. */
brabeion_status brb_store_remove_unhandled(brb_store *store, const char *name, brabeion_error *error);

/* The badge has been judged since on what it was passed over from that time on. */
brabeion_status brb_store_remove_passed(brb_store *store, const char *slug, int64_t since_us, brabeion_error *error);

/* Removes what has not happened since this time, but not what badges were passed over. */
brabeion_status brb_store_forget_event_stats(brb_store *store, int64_t before_us, brabeion_error *error);

#endif
