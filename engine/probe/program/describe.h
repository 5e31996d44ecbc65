/*
 * probe/program/describe: writes what a plugin says of itself, and what was refused, into the request's folder, for those who
 * want to look at a plugin and not only to try it. In words: probe/facts.h.
 */
#ifndef BRB_PROBE_PROGRAM_DESCRIBE_H
#define BRB_PROBE_PROGRAM_DESCRIBE_H

#include "plugin/descriptor.h"

/* Errors: BRABEION_SYSTEM when the file cannot be written; BRABEION_MEMORY. */
brabeion_status brb_describe_plugin(const brb_descriptor *descriptor, const char *folder, brabeion_error *error);

/* Likewise of the faults that were found with it, one a line. */
brabeion_status brb_describe_refusal(const char *faults, const char *folder, brabeion_error *error);

#endif
