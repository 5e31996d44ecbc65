/*
 * probe/program/describe: writes what a plugin declares, and the faults found with it, into the request's folder when the
 * request asks for it. Formats: probe/facts.h.
 */
#ifndef BRB_PROBE_PROGRAM_DESCRIBE_H
#define BRB_PROBE_PROGRAM_DESCRIBE_H

#include "plugin/descriptor.h"

/* Errors: BRABEION_SYSTEM when the file cannot be written; BRABEION_NO_MEMORY. */
brabeion_status brb_describe_plugin(const brb_descriptor *descriptor, const char *folder, brabeion_error *error);

/* The same for its faults, one a line. */
brabeion_status brb_describe_refusal(const char *faults, const char *folder, brabeion_error *error);

#endif
