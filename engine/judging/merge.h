/*
 * judging/merge: two users become one, as far as plugins decide it: calls the `merge` of badges and plugins that declare
 * names with BADGE_MERGE_OWN.
 *
 * Not here: the rules of all other names, and making the one user an alias of the other (store).
 */
#ifndef BRB_JUDGING_MERGE_H
#define BRB_JUDGING_MERGE_H

#include "judging/judge.h"

/*
 * Calls them for each plugin, then each of its badges, in the order of badges.yaml. Each reads the memory of both users,
 * and changes that of `into`; the memory of `from` under these names is the store's to remove afterwards.
 *
 * Inside the store's transaction, with a judge of brb_backend_transaction, before `from` is made an alias and the rules are
 * applied. BRABEION_INVALID when a plugin failed, with which one and why: the merge is then to be rolled back; else the store's
 * status. Either is in judge->fault and judge->error, too.
 */
brabeion_status brb_merge_own(brb_judge *judge, const char *from, const char *into);

/* Whether that merges a memory of BADGE_MERGE_OWN: its plugin or badge may not be loaded. */
bool brb_merges_own(const brb_generation *generation, const brb_store_memory *memory);

#endif
