/*
 * judging/progress: how far a user is on the way to a badge's next level, as the badge's function `progress` tells it.
 * Part of the room judging/judge.
 *
 * There is no event, and nothing is changed. A judge of brb_backend_snapshot looks at what is committed, all of it as
 * of one moment, and holds no lock that judging waits for. One of another view may ask, too: then that is what is seen.
 *
 * A badge that fails here fails for who asked, and for nobody else: it is not counted, and the log is not told.
 *
 * Threads: as a judge.
 */
#ifndef BRB_JUDGING_PROGRESS_H
#define BRB_JUDGING_PROGRESS_H

#include "judging/backend.h"
#include "judging/call.h"
#include "store/snapshot_reader.h"

/*
 * Reads through judge->backend_context, a brb_snapshot_reader, between its begin and its end. What would change
 * something is not there.
 */
extern const brb_backend brb_backend_snapshot;

/*
 * Asks a badge that has the function about one level. *why is the badge's failure, in the judge's scratch, else NULL.
 * Answers the store's status; `progress` and *why are filled in when it is OK.
 */
brabeion_status brb_progress_ask(brb_judge *judge, const brb_badge *badge, const char *user, uint32_t level,
				 brb_reported_progress *progress, const char **why);

/* Where a user stands with a badge. */
typedef struct brb_progress {
	int64_t held;                   /* awards */
	uint32_t held_level;            /* the highest, 0: none */
	uint32_t level;                 /* that comes next, 0: none is left */
	brb_reported_progress reported; /* of that level; nothing, where the badge is not asked */
	const char *why;                /* the badge's failure, in the judge's scratch, else NULL */
} brb_progress;

/*
 * Finds the level that comes next, and asks about it if `ask` and if the badge has the function. Next is the lowest
 * above the highest that is held, but for levels that were revoked for good. Of a multiple badge it is the first that
 * is not complete by what the badge tells, or else its last. With a judge of brb_backend_snapshot.
 */
brabeion_status brb_progress_find(brb_judge *judge, const brb_badge *badge, const char *user, bool ask,
				  brb_progress *progress);

#endif
