/*
 * store/backfill: what goes to and fro between a database and one beside it, in which the past is judged anew: awards
 * that are held from before that past, and at the end what plugins remember and what is yet to be judged.
 *
 * Leaves to others: which awards change (store/compare), and the order of all that (engine).
 */
#ifndef BRB_STORE_BACKFILL_H
#define BRB_STORE_BACKFILL_H

#include "store/store.h"

/* ---- numbers that a database keeps by name, beside its own; inside a transaction ---- */

/* *there (may be NULL) tells whether it is kept; *number is 0 when it is not. */
brabeion_status brb_store_number(brb_store *store, const char *name, bool *there, int64_t *number,
				 brabeion_error *error);
brabeion_status brb_store_number_set(brb_store *store, const char *name, int64_t number, brabeion_error *error);

/* The greatest sequence of an award so far, as it is committed; 0: there was none yet. Outside of a transaction, too. */
brabeion_status brb_store_held_so_far(brb_store *store, int64_t *sequence, brabeion_error *error);

/* ---- seeds ---- */

/*
 * Inside a transaction of `store`: awards what is held in `from`, as committed, since before that time, and what a person
 * has granted, whenever.
 */
brabeion_status brb_store_seed(brb_store *store, brb_store *from, int64_t before_us, brabeion_error *error);

/* ---- what is a plugin's ---- */

/* Whether it remembers anything, or has jobs. Of what is committed. */
brabeion_status brb_store_has_plugin_state(brb_store *store, const brb_store_owner *plugin, bool *has,
					   brabeion_error *error);

/*
 * Inside a transaction of `store`, which is settled: what the plugin remembers and has to judge in `from`, as
 * committed, takes the place of what it has here. Jobs that are being judged meanwhile come to nothing.
 */
brabeion_status brb_store_take_plugin_state(brb_store *store, brb_store *from, const brb_store_owner *plugin,
					    brabeion_error *error);

#endif
