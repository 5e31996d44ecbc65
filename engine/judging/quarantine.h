/*
 * judging/quarantine: a badge that fails, or is too slow, too often in a row is set aside. Part of the room
 * judging/judge.
 *
 * Counts in one word for each badge and observe of a generation. One that does well costs a look at its word, which
 * nobody writes then. An observe is set aside with all badges of its plugin, which must not be judged without it.
 *
 * Keeps true: who fills a count sets aside, once, and tells the log once. What is set aside is recorded in the store,
 * and comes back when the record is gone, so that another process can release it. Records are written and looked at
 * between events, by one thread at a time, about once a second: a store that is busy or broken delays the record, and
 * nothing else.
 */
#ifndef BRB_JUDGING_QUARANTINE_H
#define BRB_JUDGING_QUARANTINE_H

#include <pthread.h>
#include <stdatomic.h>

#include "judging/call.h"

struct brb_quarantine {
	const brb_registry *registry; /* only what its current generation sets aside is recorded */
	pthread_mutex_t lock;         /* guards the texts of troubles; held for a moment */
	pthread_mutex_t tending;      /* whoever holds it may release, and change records */
	unsigned refusals;            /* of the store, in a row; guarded by `tending`, like the next */
	uint32_t told[2];             /* who was in the way, as hashes of what the log was told; 0: nobody yet */
	_Atomic int64_t tended_us;    /* by the engine's clock; 0: as soon as possible */
};

brabeion_status brb_quarantine_init(brb_quarantine *quarantine, const brb_registry *registry, brabeion_error *error);
void brb_quarantine_finish(brb_quarantine *quarantine);

/* ---- while judging ---- */

#define BRB_TROUBLE_OVERRUNS_AT 31 /* below: failures in a row */
#define BRB_TROUBLE_COUNT ((UINT64_C(1) << BRB_TROUBLE_OVERRUNS_AT) - 1)
#define BRB_TROUBLE_ASIDE (UINT64_C(1) << 62)
#define BRB_TROUBLE_RECORDED (UINT64_C(1) << 63)

static inline uint64_t brb_trouble_word(const brb_trouble *trouble)
{
	return atomic_load_explicit(&trouble->word, memory_order_relaxed);
}

static inline bool brb_trouble_is_quarantined(const brb_trouble *trouble)
{
	return brb_trouble_word(trouble) & BRB_TROUBLE_ASIDE;
}

/* Its last call that was timed was too slow: the next is timed, too. */
static inline bool brb_trouble_is_slow(uint64_t word)
{
	return word >> BRB_TROUBLE_OVERRUNS_AT & BRB_TROUBLE_COUNT;
}

/* What is set aside is not to be called; the judge remembers that it met some. */
static inline bool brb_quarantine_holds(brb_judge *judge, uint64_t word)
{
	judge->met_quarantine |= (word & BRB_TROUBLE_ASIDE) != 0;
	return word & BRB_TROUBLE_ASIDE;
}

/* Takes down how the call of the step's badge or observe went, and sets aside. */
void brb_quarantine_note(brb_call *call, const brb_route_step *step);

/* ---- between events ---- */

/* For a judge that met or filled the quarantine, with no transaction under way: looks after the records. */
void brb_quarantine_tend(brb_judge *judge);

/*
 * Releases a badge, by slug, or all (NULL), here and in the store; *released counts them.
 * Errors: of the store; then nothing is released here, perhaps some of many in the store.
 */
brabeion_status brb_quarantine_release(brb_quarantine *quarantine, const brb_generation *generation, brb_store *store,
				       const char *slug, size_t *released, brabeion_error *error);

/* The generation begins its work: records of its badges go. A store that refuses is told to the log. */
void brb_quarantine_begin(brb_quarantine *quarantine, const brb_generation *generation, brb_store *store,
			  const brb_log *log);

/* Since when and why a badge is set aside here. *reason is a copy in the arena, NULL when it is not, or memory short. */
void brb_quarantine_describe(brb_quarantine *quarantine, const brb_trouble *trouble, brb_arena *arena,
			     int64_t *since_us, const char **reason);

#endif
