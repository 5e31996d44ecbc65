/*
 * probe/program/trial: runs plugins for the first time, in a child process that may crash.
 *
 * It does with each what an engine would: links it, opens its badges with their settings, lets each judge one event
 * against a temporary database, closes it, unloads it. Before each step it writes the step into memory that the parent
 * shares. Errors of a plugin are ignored: the engine gets them again, and reports them with their line. But memory that is
 * used and not declared can only be found here, and refuses the plugin.
 *
 * Not here: time limits and reports (probe/program/main).
 */
#ifndef BRB_PROBE_PROGRAM_TRIAL_H
#define BRB_PROBE_PROGRAM_TRIAL_H

#include <stdatomic.h>

#include "probe/protocol.h"

/*
 * Written by the trial, read by the parent. A plugin's wild write must not hide what it did: in the trial the page can be
 * written between brb_trial_notes_open and brb_trial_notes_close alone, and no code of a plugin runs there.
 */
typedef struct brb_trial_notes {
	_Atomic int64_t began_us; /* the current step, by the monotonic clock */
	_Atomic uint32_t subject; /* index in the request's `wanted` */
	_Atomic uint32_t step;
	_Atomic uint32_t over;                 /* all were tried */
	_Atomic uint32_t closed;               /* the plugin closed descriptors of others in this step */
	char slug[BRB_PROBE_TEXT_BYTES];       /* of the current step; "": none */
	char undeclared[BRB_PROBE_TEXT_BYTES]; /* memory that the plugin uses and does not declare; "": none */
	char trouble[BRB_PROBE_TEXT_BYTES];    /* why the trial cannot go on; "": it can */
} brb_trial_notes;

void brb_trial_notes_open(brb_trial_notes *notes);
void brb_trial_notes_close(brb_trial_notes *notes);

/*
 * Tries the request's plugins from index `from` on. False: it could not, see notes->trouble; or a plugin uses undeclared
 * memory or closed descriptors that it had not opened, which ends the trial at that plugin. The notes are closed.
 */
bool brb_trial_run(const brb_probe_request *request, size_t from, brb_trial_notes *notes);

#endif
