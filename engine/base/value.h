/*
 * base/value: the typed values of an event's fields: found by name, converted, checked.
 */
#ifndef BRB_BASE_VALUE_H
#define BRB_BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <brabeion/engine.h>

#include "base/status.h"

#define BRB_FIELDS_MOST 256
#define BRB_NAME_BYTES_MOST 100
#define BRB_SUBJECT_BYTES_MOST 255 /* user, event id, reason, subject */
#define BRB_REMARK_BYTES_MOST 4096 /* a person's comment on a grant or revocation */
#define BRB_TEXT_BYTES_MOST (1024 * 1024)
#define BRB_NOTE_BYTES_MOST (64 * 1024)

/* The last field of that name; NULL when there is none or it is null. */
const brabeion_field *brb_value_find(const brabeion_field *fields, size_t count, const char *name);

/* Converts where nothing is lost; else false. */
bool brb_value_int(const brabeion_field *field, int64_t *value);
bool brb_value_real(const brabeion_field *field, double *value);
bool brb_value_bool(const brabeion_field *field, bool *value);

/* A number with a fraction or an exponent: an integer where it is whole and within 64 bits, so that 60.0 is 60. */
void brb_value_set_real(brabeion_field *field, double real);

/*
 * Bytes enough for a number or true/false as text. A real keeps its value: it reads back as the same number, and one that
 * brb_value_int takes is that integer's text.
 */
#define BRB_VALUE_TEXT_BYTES 32 /* BRB_NUMBER_BYTES */
const char *brb_value_text(const brabeion_field *field, char buffer[BRB_VALUE_TEXT_BYTES]);

/* Names 1 to 100 bytes, texts at most 1 MiB, all UTF-8, numbers finite, at most 256 fields. */
brabeion_status brb_value_check(const brabeion_field *fields, size_t count, brabeion_error *error);

#endif
