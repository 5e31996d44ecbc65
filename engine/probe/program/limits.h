/*
 * probe/program/limits: what a plugin may do in its trial: no core files, no new privileges, bounded memory and processes.
 */
#ifndef BRB_PROBE_PROGRAM_LIMITS_H
#define BRB_PROBE_PROGRAM_LIMITS_H

/* For the program as a whole, and so for its children. */
void brb_limits_set_for_all(void);

/* For the process in which plugins run. */
void brb_limits_set_for_trial(void);

#endif
