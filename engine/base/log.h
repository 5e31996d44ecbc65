/*
 * log: levelled records to the host's callback, or to nobody.
 *
 * While the callback runs the thread is marked, so that an engine call from inside it is refused (see guard.h).
 */
#ifndef BRB_BASE_LOG_H
#define BRB_BASE_LOG_H

#include <brabeion/engine.h>

#include "base/status.h"

typedef struct brb_log {
	brabeion_log_callback callback; /* NULL: nobody listens */
	void *context;
} brb_log;

/* Cut at 4,095 bytes; text longer than that belongs in an error. */
void brb_log_write(const brb_log *log, brabeion_log_level level, const char *format, ...) BRB_PRINTF(3, 4);

/* One record per line of a text. */
void brb_log_lines(const brb_log *log, brabeion_log_level level, const char *text);

#endif
