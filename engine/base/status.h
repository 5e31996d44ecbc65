/*
 * base/status: errors, a code and a message.
 *
 * A function that can fail takes a `brabeion_error *error`, never NULL inside the library, and returns its status. A
 * caller with context to add puts it in front of the message (brb_status_prefix); one that checks a whole file collects a
 * line per fault (brb_status_add). Messages are shown to people: what misleads, or cannot be seen, is escaped (utf8.h).
 */
#ifndef BRB_BASE_STATUS_H
#define BRB_BASE_STATUS_H

#include <stdarg.h>
#include <stdbool.h>

#include <brabeion/engine.h>

#define BRB_PRINTF(string, first) __attribute__((format(printf, string, first)))

/* Replaces code and message; returns the code. */
brabeion_status brb_status_set(brabeion_error *error, brabeion_status status, const char *format, ...)
	BRB_PRINTF(3, 4);
brabeion_status brb_status_set_va(brabeion_error *error, brabeion_status status, const char *format,
				  va_list arguments) BRB_PRINTF(3, 0);

/* The same with a text that is not a format. */
brabeion_status brb_status_set_text(brabeion_error *error, brabeion_status status, const char *text);

/* Adds a line to the message; the first code stays. */
brabeion_status brb_status_add(brabeion_error *error, brabeion_status status, const char *format, ...)
	BRB_PRINTF(3, 4);
brabeion_status brb_status_add_va(brabeion_error *error, brabeion_status status, const char *format,
				  va_list arguments) BRB_PRINTF(3, 0);

/* Puts a prefix in front of the message; returns the code. */
brabeion_status brb_status_prefix(brabeion_error *error, const char *format, ...) BRB_PRINTF(2, 3);

/* Sets BRABEION_NO_MEMORY with a static message, and returns it. */
brabeion_status brb_status_no_memory(brabeion_error *error);

/* Sets BRABEION_REENTRANT, BRABEION_FORKED, BRABEION_READ_ONLY or BRABEION_NO_MEMORY with a static message, and returns it. */
brabeion_status brb_status_refuse(brabeion_error *error, brabeion_status status);

/* The static message of such a status. */
const char *brb_status_refusal(brabeion_status status);

/* Whether a message is one of these, and needs no copy. */
bool brb_status_is_refusal(const char *message);

/* Frees the message and sets BRABEION_OK: the inside of brabeion_error_finish(). */
void brb_status_clear(brabeion_error *error);

/* Moves `from` into `to` and returns its code. With NULL for `to` the message is freed. */
brabeion_status brb_status_hand_over(brabeion_error *to, brabeion_error *from);

#endif
