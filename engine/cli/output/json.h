/*
 * cli/output/json: writes JSON.
 *
 * Keeps true: what it writes is valid JSON in valid UTF-8 whatever the text held (broken UTF-8 becomes U+FFFD), and no
 * control character reaches a terminal: C0, DEL, C1 and marks that turn the direction of writing become escapes.
 */
#ifndef BRB_CLI_OUTPUT_JSON_H
#define BRB_CLI_OUTPUT_JSON_H

#include <brabeion/engine.h>

#include "cli/output/out.h"

/* The text in quotes. NULL is written as "". */
void brb_cli_json_text(brb_cli_out *out, const char *text);

/* A text that is JSON already: as it is, but for what must not reach a terminal, which can only be inside its strings. */
void brb_cli_json_document(brb_cli_out *out, const char *json);

/* `"key":`, with a comma before it unless it is the first of its object. `key` needs no escapes. */
void brb_cli_json_key(brb_cli_out *out, const char *key, bool first);

/* `"key":"text"` and `"key":number`, with a comma before unless first. */
void brb_cli_json_text_pair(brb_cli_out *out, const char *key, const char *text, bool first);
void brb_cli_json_integer_pair(brb_cli_out *out, const char *key, int64_t number, bool first);

/* A time as RFC 3339 text; one beyond year 9999 as integer microseconds. */
void brb_cli_json_time(brb_cli_out *out, int64_t at_us);

/* An award as `run` writes it: {"user":…,"badge":…,"level":1,"name":…,"reason":…,"at":…,"event":…,"event_id":…} */
void brb_cli_json_award(brb_cli_out *out, const brabeion_award_info *award);

/*
 * A change as `awards` writes it: the award's keys, then "sequence", the change's; of a revocation "revoked":true,
 * "revoked_at":… and "award_sequence", the award's own; of a lapse "lapsed":true besides; and "note":… where there is one.
 */
void brb_cli_json_change(brb_cli_out *out, const brabeion_change *change);

#endif
