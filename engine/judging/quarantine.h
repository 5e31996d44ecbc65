/*
 * judging/quarantine: a badge that fails, or is too slow, for too many different users in a row is
 * quarantined.
 *
 * One word counts for each badge and each observe of a generation. A badge that does well costs one read of its word,
 * which nobody writes then. An observe is quarantined with all badges of its plugin, which must not be judged without
 * it.
 *
 * Guarantees: the thread whose increment reaches the limit quarantines the badge and logs it, exactly once. It is
 * recorded in the store, and released when the record is gone, so that another process can release it. Records are
 * written and read between events, by one thread at a time, about once a second: a busy or broken store delays the
 * record, and nothing else.
 */
#ifndef BRB_JUDGING_QUARANTINE_H
#define BRB_JUDGING_QUARANTINE_H

#include <pthread.h>
#include <stdatomic.h>

#include "judging/call.h"

struct brb_quarantine {
	const brb_registry *registry; /* only its current generation is recorded */
	pthread_mutex_t lock;         /* guards the reasons; held for a moment */
	pthread_mutex_t tending;      /* who holds it may release, and change records */
	unsigned refusals;            /* of the store, in a row; guarded by `tending`, like the next */
	uint32_t logged[2];           /* hashes of the messages about a busy database; 0: none yet */
	_Atomic int64_t tended_us;    /* by the engine's clock; 0: as soon as possible */
};

brabeion_status brb_quarantine_init(brb_quarantine *quarantine, const brb_registry *registry, brabeion_error *error);
void brb_quarantine_finish(brb_quarantine *quarantine);

/* ---- while judging ---- */

#define BRB_TROUBLE_OVERRUNS_AT 31 /* below: failures in a row */
#define BRB_TROUBLE_COUNT ((UINT64_C(1) << BRB_TROUBLE_OVERRUNS_AT) - 1)
#define BRB_TROUBLE_QUARANTINED (UINT64_C(1) << 62)
#define BRB_TROUBLE_RECORDED (UINT64_C(1) << 63)

static inline uint64_t brb_trouble_word(const brb_trouble *trouble)
{
	return atomic_load_explicit(&trouble->word, memory_order_relaxed);
}

static inline bool brb_trouble_is_quarantined(const brb_trouble *trouble)
{
	return brb_trouble_word(trouble) & BRB_TROUBLE_QUARANTINED;
}

/* The last call that was timed was too slow: the next is timed, too. */
static inline bool brb_trouble_is_slow(uint64_t word)
{
	return word >> BRB_TROUBLE_OVERRUNS_AT & BRB_TROUBLE_COUNT;
}

/* Whether it must not be called; the judge remembers that it met a quarantined one. */
static inline bool brb_quarantine_holds(brb_judge *judge, uint64_t word)
{
	judge->met_quarantine |= (word & BRB_TROUBLE_QUARANTINED) != 0;
	return word & BRB_TROUBLE_QUARANTINED;
}

/* Counts how the call of the step's badge or observe went, and quarantines it. */
void brb_quarantine_note(brb_call *call, const brb_route_step *step);

/* ---- between events ---- */

/* For a judge that met or filled the quarantine, outside of a transaction: writes and reads the records. */
void brb_quarantine_tend(brb_judge *judge);

/*
 * Releases a badge, by slug, or all (NULL), here and in the store; *released counts them. Errors: of the store; then
 * nothing is released here, perhaps some of many in the store.
 */
brabeion_status brb_quarantine_release(brb_quarantine *quarantine, const brb_generation *generation, brb_store *store,
				       const char *slug, size_t *released, brabeion_error *error);

/* The generation becomes current: removes the records of its badges. A store that refuses is logged. */
void brb_quarantine_begin(brb_quarantine *quarantine, const brb_generation *generation, brb_store *store,
			  const brb_log *log);

/* Since when and why a badge is quarantined here. *reason is in the arena; NULL when it is not, or memory is short. */
void brb_quarantine_describe(brb_quarantine *quarantine, const brb_trouble *trouble, brb_arena *arena,
			     int64_t *since_us, const char **reason);

#endif
