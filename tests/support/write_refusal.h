/*
 * write_refusal: writes to chosen rows that fail, in every connection that is opened from then on: a stand-in for a full disk or a
 * corrupt page. The engine's connections fire no triggers but temporary ones, which each connection is given as it is opened.
 */
#ifndef BRB_TESTS_WRITE_REFUSAL_H
#define BRB_TESTS_WRITE_REFUSAL_H

#include <stdbool.h>

/*
 * `when` is as in a trigger: "BEFORE INSERT ON things". The tables must be there when a connection is opened; the error of a
 * refused write is "refused".
 */
void write_refusal_begin(const char *when);

/* For connections that have it. */
void write_refusal_end(void);

#endif
