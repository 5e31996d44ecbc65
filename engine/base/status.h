/*
 * status: what goes wrong, as a code plus words.
 *
 * Every room that can fail takes a `brabeion_error *error` (never NULL inside the library) and answers its status.
 * A room that has context to add puts it in front (brb_status_prefix). A room that checks a whole file collects one
 * line per fault (brb_status_add) and answers at the end.
 *
 * Leaves to others: who gets to read the words.
 */
#ifndef BRB_BASE_STATUS_H
#define BRB_BASE_STATUS_H

#include <stdarg.h>
#include <stdbool.h>

#include <brabeion/engine.h>

#define BRB_PRINTF(string, first) __attribute__((format(printf, string, first)))

/* Sets code and message in place of what was there, and answers the code. */
brabeion_status brb_status_set(brabeion_error *error, brabeion_status status, const char *format, ...)
	BRB_PRINTF(3, 4);
brabeion_status brb_status_set_va(brabeion_error *error, brabeion_status status, const char *format,
				  va_list arguments) BRB_PRINTF(3, 0);

/* Likewise with a text as it is. */
brabeion_status brb_status_set_text(brabeion_error *error, brabeion_status status, const char *text);

/* Adds a line to what was there; the first code stays. */
brabeion_status brb_status_add(brabeion_error *error, brabeion_status status, const char *format, ...)
	BRB_PRINTF(3, 4);
brabeion_status brb_status_add_va(brabeion_error *error, brabeion_status status, const char *format,
				  va_list arguments) BRB_PRINTF(3, 0);

/* Puts "prefix" in front of the message; answers the code that is there. */
brabeion_status brb_status_prefix(brabeion_error *error, const char *format, ...) BRB_PRINTF(2, 3);

/* Out of memory: answers BRABEION_MEMORY, with a message that needs no memory itself. */
brabeion_status brb_status_no_memory(brabeion_error *error);

/* Likewise for a call that may not touch anything: BRABEION_REENTRANT, BRABEION_FORKED or BRABEION_MEMORY. */
brabeion_status brb_status_refuse(brabeion_error *error, brabeion_status status);

/* The words of a refusal: static text. */
const char *brb_status_refusal(brabeion_status status);

/* Whether a message is such a static text, and need not be copied. */
bool brb_status_is_refusal(const char *message);

/* Frees the message, and all is well again: brabeion_error_finish(), of which this is the inside. */
void brb_status_clear(brabeion_error *error);

/* Moves `from` into `to` (may be NULL: then it is freed) and answers its code. */
brabeion_status brb_status_hand_over(brabeion_error *to, brabeion_error *from);

#endif
