/*
 * base/log: records with a level for the host's log callback. While it runs, engine calls of this thread are refused
 * (reentrancy.h).
 */
#ifndef BRB_BASE_LOG_H
#define BRB_BASE_LOG_H

#include <brabeion/engine.h>

#include "base/status.h"

typedef struct brb_log {
	brabeion_log_callback callback; /* NULL: records are dropped */
	void *context;
} brb_log;

/* One record, cut at 4,095 bytes, one line, shown by base/utf8's filter. */
void brb_log_write(const brb_log *log, brabeion_log_level level, const char *format, ...) BRB_PRINTF(3, 4);

/* One record per line of a text, which may be NULL. */
void brb_log_lines(const brb_log *log, brabeion_log_level level, const char *text);

#endif
