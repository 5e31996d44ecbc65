/*
 * judging/verdict_recorder: what is written to the journal of an event: which badge answered what, what it held, what its award
 * read. Part of the room judging/judge.
 *
 * A view of its own (judging/backend.h) stands before the one that does the work, and takes down what goes through it. So a
 * judgement that is not recorded knows nothing of this. A badge that fails loses what it did, and keeps its verdict.
 *
 * Leaves to others: what a row is (store/journal); which events are recorded, and when (judge, jobs).
 *
 * Threads: a record is used by one judge at a time. The group's belongs to who leads.
 */
#ifndef BRB_JUDGING_VERDICT_RECORDER_H
#define BRB_JUDGING_VERDICT_RECORDER_H

#include "judging/call.h"
#include "store/journal.h"

/* An award that somebody else than the event's user got, or lost, and its verdict on the tape. */
typedef struct brb_verdict_recorder_gift {
	const char *user;
	size_t from, to;
} brb_verdict_recorder_gift;

/* One of all zeroes is ready. */
struct brb_verdict_recorder {
	const brb_backend *under; /* the one that does the work */
	brb_call *call;           /* the judgement under way */
	int64_t sequence;         /* of its row; 0: not known yet, as in a detached judgement */
	int64_t root;             /* the row of the event from outside; 0: not known */
	brb_verdict_codec tape;
	brb_verdict_codec_verdict verdict; /* under way */
	bool asks;                         /* a badge is being asked: what is read counts */
	brabeion_read reads[BRB_VERDICT_CODEC_READS_MOST];
	size_t tape_before, gifts_before; /* before the judgement under way */
	brb_arena texts;
	brb_verdict_recorder_gift *gifts;
	size_t gift_count, gift_capacity;
	brb_verdict_codec piece; /* of a gift */
};

void brb_verdict_recorder_finish(brb_verdict_recorder *record);

/*
 * From here on what the call does is recorded, until the end. In the store's transaction the row has its sequence then,
 * and a cause of 0 means that it is an event from outside. False: judge->fault says why not.
 */
bool brb_verdict_recorder_begin(brb_verdict_recorder *record, brb_call *call, int64_t cause);
void brb_verdict_recorder_end(brb_verdict_recorder *record);

/* A badge is going to be asked; it was. Between them its judgement begins, or it is passed over. */
void brb_verdict_recorder_ask(brb_verdict_recorder *record, const brb_badge *badge);
void brb_verdict_recorder_answer(brb_verdict_recorder *record, const brb_badge *badge);

/* A plugin's observe is going to be called; it failed, or is set aside, so that the badges of the steps are passed over. */
void brb_verdict_recorder_observe(brb_verdict_recorder *record);
void brb_verdict_recorder_unobserved(brb_verdict_recorder *record, const brb_route_step *steps, uint32_t count);

/* All that the record has is void: its badge failed, with why. */
void brb_verdict_recorder_fail(brb_verdict_recorder *record, const brb_badge *badge, const char *why);

/* Inside the transaction: writes the row of an event, and those of its gifts. A failure is the judge's fault. */
void brb_verdict_recorder_write(brb_verdict_recorder *record, brb_judge *judge, const brabeion_event *event,
				int64_t at_us, brabeion_entry_kind kind);

#endif
