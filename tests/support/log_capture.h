/*
 * log_capture: a log that keeps its records as "LEVEL: message" lines in `logged`.
 */
#ifndef BRB_TESTS_LOG_CAPTURE_H
#define BRB_TESTS_LOG_CAPTURE_H

#include "base/log.h"

extern char logged[8192];
extern const brb_log captured_log;

#endif
