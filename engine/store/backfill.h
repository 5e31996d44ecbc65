/*
 * store/backfill: copies between a database and another in which a history is judged again: first the awards that are
 * held from before that history, at the end what plugins remember and jobs.
 *
 * Not here: which awards change (store/compare.h), and the order of the steps (api/backfill/backfill.h).
 */
#ifndef BRB_STORE_BACKFILL_H
#define BRB_STORE_BACKFILL_H

#include "store/store.h"

/* ---- counters of other rooms, by name; inside a transaction ---- */

/* *there (may be NULL): whether it is stored; if not, *number is 0. */
brabeion_status brb_store_number(brb_store *store, const char *name, bool *there, int64_t *number,
				 brabeion_error *error);
brabeion_status brb_store_number_set(brb_store *store, const char *name, int64_t number, brabeion_error *error);

/* The greatest sequence so far, as committed; 0: none. Outside of a transaction, too. */
brabeion_status brb_store_held_so_far(brb_store *store, int64_t *sequence, brabeion_error *error);

/* ---- seeds ---- */

/*
 * Inside a transaction of `store`: copies awards that are held in `from`, as committed, since before that time, and those
 * that a person granted at any time.
 */
brabeion_status brb_store_seed(brb_store *store, brb_store *from, int64_t before_us, brabeion_error *error);

/* ---- the state of plugins and badges ---- */

/* Whether the plugin or badge remembers anything or has jobs, as committed. */
brabeion_status brb_store_has_state(brb_store *store, const brb_store_owner *owner, bool *has, brabeion_error *error);

/*
 * Inside a transaction of `store`, which is settled: replaces what the plugin or badge remembers, and its jobs, by what it has
 * in `from`, as committed. Judgements of jobs that are running meanwhile do not count.
 */
brabeion_status brb_store_take_owner_state(brb_store *store, brb_store *from, const brb_store_owner *owner,
					   brabeion_error *error);

#endif
