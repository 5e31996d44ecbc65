/*
 * probe/program/trial: runs plugins for the first time, in a child process that may crash.
 *
 * It does with each what an engine would: links it, opens its badges with their settings, lets each judge one event
 * against a temporary database, closes it, unloads it. Before each step it writes the step into memory that the parent
 * shares. Errors of a plugin are ignored: the engine gets them again, and reports them with their line.
 *
 * Not here: time limits and reports (probe/program/main).
 */
#ifndef BRB_PROBE_PROGRAM_TRIAL_H
#define BRB_PROBE_PROGRAM_TRIAL_H

#include <stdatomic.h>

#include "probe/protocol.h"

/* Written by the trial, read by the parent. */
typedef struct brb_trial_notes {
	_Atomic int64_t began_us; /* the current step, by the monotonic clock */
	_Atomic uint32_t subject; /* index in the request's `wanted` */
	_Atomic uint32_t step;
	_Atomic uint32_t over;              /* all were tried */
	char slug[BRB_PROBE_TEXT_BYTES];    /* of the current step; "": none */
	char trouble[BRB_PROBE_TEXT_BYTES]; /* why the trial cannot go on; "": it can */
} brb_trial_notes;

/* Tries the request's plugins from index `from` on. False: it could not, see notes->trouble. */
bool brb_trial_run(const brb_probe_request *request, size_t from, brb_trial_notes *notes);

#endif
