/*
 * judging/judgement: judges one route or one job, raises brabeion.awarded for what is earned, brabeion.lapsed for what lapses
 * and brabeion.revoked for what a person has revoked, and drops what a failed judgement changed.
 */
#ifndef BRB_JUDGING_JUDGEMENT_H
#define BRB_JUDGING_JUDGEMENT_H

#include "judging/apply.h"

/* The badges that listen to an event, in the order of the route; the result has been initialised. */
void brb_judge_route(brb_judge *judge, const brb_route *route, const brabeion_event *event, brabeion_result *result);

/* Stores an award that a person decided on, and judges what it raises. */
void brb_judge_granted(brb_judge *judge, const brb_badge *badge, const brabeion_grant *grant,
		       brabeion_result *result);

/* Judges what the revocation of these awards raises, and adds to the result what comes of it. Inside a transaction. */
void brb_judge_revoked(brb_judge *judge, const brabeion_change *revoked, size_t count, brabeion_result *result);

typedef struct brb_judged_job {
	const brb_badge *badge;
	const brabeion_event *event;
	int64_t cause;                  /* the journal's row of the event that stored it; 0: not known */
	brb_verdict_recorder *recorder; /* outside of a transaction, when there is a journal; else NULL */
} brb_judged_job;

static inline brabeion_event brb_judge_event_of_job(const brb_store_claimed *job)
{
	return (brabeion_event){ .name = job->event,
				 .user = job->user,
				 .id = job->event_id,
				 .has_at = true,
				 .at_us = job->at_us,
				 .fields = job->fields,
				 .field_count = job->field_count,
				 .has_offset = job->has_offset,
				 .offset_minutes = job->offset_minutes };
}

/* The badge of a job failed, or refused the event. Then its changes are dropped, and the log has it. */
typedef struct brb_job_failure {
	const char *why; /* in the judge's scratch; NULL: it did not */
	bool refused;    /* no failure: the job has ended */
} brb_job_failure;

/*
 * Judges a job's badge, adding to the result what it earns; whether a failure is in the result is the caller's decision. A
 * backend that plans changes stores nothing yet, and drops nothing. Returns the store's status.
 */
brabeion_status brb_judge_job(brb_judge *judge, const brb_judged_job *job, brabeion_result *result,
			      brb_job_failure *failure);

/* Inside a transaction: makes the changes that a judgement of the job planned; otherwise as brb_judge_job. */
brabeion_status brb_judge_apply_job(brb_judge *judge, const brb_judged_job *job, const brb_planned_change *changes,
				    size_t change_count, brabeion_result *result, brb_job_failure *failure);

#endif
