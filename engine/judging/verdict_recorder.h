/*
 * judging/verdict_recorder: records what is written to the journal of an event: what each badge answered, which level
 * it held, and what its award read.
 *
 * It is a backend (judging/backend.h) in front of the one that does the work: a judgement that is not recorded has no
 * part in it. A badge that fails loses its changes, and keeps its verdict.
 *
 * Not here: what a row is (store/journal); which events are recorded, and when (judging/judgement, worker).
 *
 * Threads: one judge at a time. The group's recorder belongs to the leader.
 */
#ifndef BRB_JUDGING_VERDICT_RECORDER_H
#define BRB_JUDGING_VERDICT_RECORDER_H

#include "judging/call.h"
#include "store/journal.h"

/* An award that another than the event's user got or lost, and its verdict among the row's. */
typedef struct brb_verdict_recorder_gift {
	const char *user;
	size_t from, to;
} brb_verdict_recorder_gift;

/* One of all zeroes is ready. */
struct brb_verdict_recorder {
	const brb_backend *inner;          /* does the work */
	brb_call *call;                    /* that is recorded */
	const char *user;                  /* of the event that is recorded; a badge may judge it for another */
	int64_t sequence;                  /* of its row; 0: not known yet, outside of a transaction */
	int64_t root;                      /* the row of the host's event; 0: not known */
	brb_verdict_codec verdicts;        /* of the row; `failed` when memory is short, which the store refuses */
	brb_verdict_codec_verdict verdict; /* of the current badge */
	bool asking;                       /* a badge is being judged: what is read counts */
	brabeion_read reads[BRB_VERDICT_CODEC_READS_MOST];
	size_t verdicts_before, gifts_before; /* the current badge */
	brb_arena texts;
	brb_verdict_recorder_gift *gifts;
	size_t gift_count, gift_capacity;
	brb_verdict_codec piece; /* the verdict of a gift */
};

void brb_verdict_recorder_finish(brb_verdict_recorder *recorder);

/*
 * Records what the call does, until the end. In the store's transaction the row has its sequence from here on, and a
 * call without a cause is an event of the host. False: judge->fault says why not.
 */
bool brb_verdict_recorder_begin(brb_verdict_recorder *recorder, brb_call *call);
void brb_verdict_recorder_end(brb_verdict_recorder *recorder);

/* Before and after a badge: between them its judgement begins, or it is skipped. */
void brb_verdict_recorder_ask(brb_verdict_recorder *recorder, const brb_badge *badge);
void brb_verdict_recorder_answer(brb_verdict_recorder *recorder, const brb_badge *badge);

/* Before a plugin's observe; after one that failed or is quarantined, so that the badges of the steps are skipped. */
void brb_verdict_recorder_observe(brb_verdict_recorder *recorder);
void brb_verdict_recorder_unobserved(brb_verdict_recorder *recorder, const brb_route_step *steps, uint32_t count);

/* Replaces all verdicts: the badge failed. */
void brb_verdict_recorder_fail(brb_verdict_recorder *recorder, const brb_badge *badge, const char *why);

/* Inside the transaction: writes the event's row, and those of its gifts. A failure is the judge's fault. */
void brb_verdict_recorder_write(brb_verdict_recorder *recorder, brb_judge *judge, const brabeion_event *event,
				int64_t at_us, brabeion_entry_kind kind);

#endif
