/*
 * judging/call: the badge's view of one judgement: the functions behind badge.h's helpers. Part of the room
 * judging/judge.
 */
#ifndef BRB_JUDGING_CALL_H
#define BRB_JUDGING_CALL_H

#include "base/value.h"
#include "judging/judge.h"

enum { BRB_CALL_MESSAGE_BYTES = 512 };

/* What award has answered of late: nothing yet; nothing, for the badge is judged later. */
enum { BRB_UNANSWERED = INT32_MIN, BRB_FROZEN = INT32_MIN + 1 };

typedef struct brb_frozen brb_frozen; /* judging/deferred: the badge's own copy of the event */

typedef struct brb_call {
	badge_call head; /* first: the plugin's pointer to it is a pointer to this */
	brb_judge *judge;
	const brabeion_event *event;
	brabeion_result *result;
	const brb_plugin *plugin;
	const brb_badge *badge; /* NULL in observe */
	int64_t at_us;
	bool has_at;
	bool failed;
	int32_t answer;   /* of award, or one of the two above */
	int64_t took_us;  /* of the function that judges; -1: it was not timed */
	bool granted;     /* by a person: a revocation is no obstacle */
	const char *note; /* of the grant, else NULL */
	bool has_to;
	bool has_reason;
	brb_frozen *frozen;   /* in freeze: what badge_set_* changes; else NULL */
	uint32_t later_count; /* times that the judgement has asked for another */
	/* texts are written before they are read: not cleared for every call */
	char to[BRB_SUBJECT_BYTES_MOST + 1];
	char reason[BRB_SUBJECT_BYTES_MOST + 1];
	char message[BRB_CALL_MESSAGE_BYTES];
} brb_call;

extern const badge_host brb_call_host;

/* When the event happened. */
int64_t brb_call_at(brb_call *call);

/* Marks the judgement as failed, with the first message that was given. */
void brb_call_fail(brb_call *call, const char *format, ...) BRB_PRINTF(2, 3);

/*
 * Stores an award of the judgement under way, unless it is held, and adds it to the result. `reason` NULL: the
 * default of a multiple badge. False: the judgement failed, or the store did.
 */
bool brb_call_award(brb_call *call, const brb_badge *badge, int32_t level, const char *user, const char *reason);

/* Stores an award that is filled in completely, unless it is held, and adds it to the result. False: a fault. */
bool brb_call_add_award(brb_call *call, const brb_badge *badge, const brb_store_award *award);

#endif
