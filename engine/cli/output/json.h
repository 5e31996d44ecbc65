/*
 * cli/output/json: JSON on standard output (base/json_write).
 *
 * Guarantees: valid JSON in valid UTF-8 whatever a text holds (broken UTF-8 becomes U+FFFD), safe to display: control
 * characters and marks that change the direction of text are escaped.
 */
#ifndef BRB_CLI_OUTPUT_JSON_H
#define BRB_CLI_OUTPUT_JSON_H

#include <brabeion/engine.h>

#include "base/json_write.h"
#include "cli/output/out.h"

brb_json brb_cli_json(brb_cli_out *out);

/* For what the library writes: a brabeion_write_callback whose context is the brb_cli_out. */
void brb_cli_json_write(void *out, const char *text, size_t length);

/* A time as RFC 3339 text; one beyond year 9999 as integer microseconds. */
void brb_cli_json_time(brb_json *json, const char *key, int64_t at_us);

/* An array of texts. */
void brb_cli_json_texts(brb_json *json, const char *key, const char *const *texts, size_t count);

/* As a line, in the library's form. */
void brb_cli_json_award_line(brb_cli_out *out, const brabeion_award_info *award);
void brb_cli_json_change_line(brb_cli_out *out, const brabeion_change *change);

#endif
