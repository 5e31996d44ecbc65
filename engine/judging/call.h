/*
 * judging/call: one judgement of a badge, or one call of a plugin's observe, progress or merge, as the plugin's functions see
 * it behind their badge_call.
 */
#ifndef BRB_JUDGING_CALL_H
#define BRB_JUDGING_CALL_H

#include "base/value.h"
#include "judging/judge.h"

enum { BRB_CALL_MESSAGE_BYTES = 512 };

/* What `answer` says when award has not returned a level: not yet; not now, because the badge is judged later. */
enum { BRB_UNANSWERED = INT32_MIN, BRB_FROZEN = INT32_MIN + 1 };

typedef struct brb_frozen brb_frozen; /* judging/deferred: the badge's own copy of the event */

/* The progress that a badge reported. (judging/progress) */
typedef struct brb_reported_progress {
	bool is_reported;
	int64_t done, goal;
} brb_reported_progress;

/* Two users that become one. (judging/merge) */
typedef struct brb_merged {
	const char *from;
} brb_merged;

/* Which of the plugin's functions is running. */
typedef enum brb_call_mode {
	BRB_CALL_JUDGING, /* award, or observe where there is no badge */
	BRB_CALL_FREEZING,
	BRB_CALL_PROGRESS,
	BRB_CALL_MERGING
} brb_call_mode;

/* Written before they are read: clearing them would cost more than a judgement. */
typedef struct brb_call_texts {
	char recipient[BRB_SUBJECT_BYTES_MOST + 1]; /* of badge_to */
	char reason[BRB_SUBJECT_BYTES_MOST + 1];
	char message[BRB_CALL_MESSAGE_BYTES]; /* why it failed, or refused the event */
	int64_t earned_at_us;                 /* of badge_earned_at */
} brb_call_texts;

typedef struct brb_call {
	badge_call head; /* first: the plugin's pointer to it is a pointer to this */
	brb_judge *judge;
	const brabeion_event *event;
	brabeion_result *result;
	brb_call_texts *texts;

	/* What follows is cleared by brb_call_init(). */
	const brb_plugin *plugin;
	const brb_badge *badge;  /* NULL in observe */
	int64_t cause;           /* the journal's row of the event that led to this; 0: none */
	int64_t at_us;           /* when has_at */
	int64_t took_us;         /* of the function that judges; -1: it was not timed */
	const char *comment;     /* of the grant, else NULL */
	const char *explanation; /* while it is recorded: of badge_explain, in the judge's scratch */
	union {
		brb_frozen *frozen;              /* FREEZING: what badge_set_* changes */
		brb_reported_progress *progress; /* PROGRESS */
		const brb_merged *merged;        /* MERGING */
	};
	int32_t answer;       /* award's, or one of the two above */
	uint16_t later_count; /* calls of badge_later by this judgement */
	uint16_t key_steps;   /* calls of badge_key_next by this judgement */
	uint8_t mode;         /* brb_call_mode */
	bool has_at;
	bool is_grant; /* by a person: a revocation is no obstacle */
	bool failed;   /* or refused: what it has changed is dropped */
	bool refused;  /* the event's data is wrong, which is no failure */
	bool has_recipient;
	bool has_reason;
	bool has_earned_at;
} brb_call;

_Static_assert(sizeof(brb_call) - offsetof(brb_call, plugin) <= 80, "as for brb_judge");

extern const badge_host brb_call_host; /* the functions behind badge.h's helpers (helpers.c) */

static inline void brb_call_init(brb_call *call, brb_judge *judge, const brabeion_event *event,
				 brabeion_result *result, brb_call_texts *texts)
{
	call->head.host = &brb_call_host;
	call->judge = judge;
	call->event = event;
	call->result = result;
	call->texts = texts;
	memset(&call->plugin, 0, sizeof *call - offsetof(brb_call, plugin));
}

static inline brb_call *brb_call_of(badge_call *head)
{
	return (brb_call *)(void *)head;
}

/* When the event happened. */
int64_t brb_call_at(brb_call *call);

/* Which of the plugin's functions is running: "award", "observe", "freeze", "progress", "merge". */
const char *brb_call_function(const brb_call *call);

/* Marks the judgement as failed, with the first message that was given. */
void brb_call_fail(brb_call *call, const char *format, ...) BRB_PRINTF(2, 3);

/* The same for a refusal of the event; of several failures and refusals the first counts. */
void brb_call_refuse(brb_call *call, const char *format, ...) BRB_PRINTF(2, 3);

/* Whether it failed other than by refusing the event. */
static inline bool brb_call_has_failed(const brb_call *call)
{
	return call->failed && !call->refused;
}

#endif
