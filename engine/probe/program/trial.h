/*
 * probe/program/trial: the process in which plugins run for the first time, and die where they must.
 *
 * It does with each what an engine would: links it, opens its badges with their settings, lets each judge one event
 * against a database that nobody keeps, closes it, unloads it. Before each step it leaves a note in memory that the
 * supervisor shares. What is refused in an orderly way is nobody's fault here: the engine will find it again, and say
 * where.
 *
 * Leaves to others: watching the time, and telling what happened (probe/main).
 */
#ifndef BRB_PROBE_PROGRAM_TRIAL_H
#define BRB_PROBE_PROGRAM_TRIAL_H

#include <stdatomic.h>

#include "probe/wire.h"

/* Written by the trial, read by the supervisor. */
typedef struct brb_trial_notes {
	_Atomic int64_t began_us; /* the step under way, by the monotonic clock */
	_Atomic uint32_t subject; /* in the request's `wanted` */
	_Atomic uint32_t step;
	_Atomic uint32_t over;              /* all were tried */
	char slug[BRB_PROBE_TEXT_BYTES];    /* of the step under way; "": none */
	char trouble[BRB_PROBE_TEXT_BYTES]; /* why the trial cannot be held; "": it can */
} brb_trial_notes;

/* Tries the request's plugins from the one of that place on. False: notes->trouble says why it could not. */
bool brb_trial_run(const brb_probe_request *request, size_t from, brb_trial_notes *notes);

#endif
