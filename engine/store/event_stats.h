/*
 * store/event_stats: what the operator may want to know of what has come and gone: events that no badge listened to, badges
 * that failed. Few rows, whatever comes: names beyond the bound are counted together, under "".
 *
 * All is done inside a transaction. Leaves to others: when (judging/notices keeps the counts meanwhile), and what to make
 * of it (store/health reads it).
 */
#ifndef BRB_STORE_EVENT_STATS_H
#define BRB_STORE_EVENT_STATS_H

#include "base/value.h"
#include "store/store.h"

/* Adds to what is on record. */
brabeion_status brb_store_add_unhandled(brb_store *store, const brb_store_unhandled *more, brabeion_error *error);
brabeion_status brb_store_add_failing(brb_store *store, const brb_store_failing *more, brabeion_error *error);

/* The name on record that comes after this one ("" at first), in the buffer; "" when there is none. */
brabeion_status brb_store_next_unhandled(brb_store *store, const char *after, char next[BRB_NAME_BYTES_MOST + 1],
					 brabeion_error *error);

/* Somebody listens now. */
brabeion_status brb_store_remove_unhandled(brb_store *store, const char *name, brabeion_error *error);

/* What happened last before this time. */
brabeion_status brb_store_forget_event_stats(brb_store *store, int64_t before_us, brabeion_error *error);

#endif
