/*
 * cli/output/explain: an explanation as text, and as JSON.
 */
#ifndef BRB_CLI_OUTPUT_EXPLAIN_H
#define BRB_CLI_OUTPUT_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include <brabeion/engine.h>

#include "cli/output/out.h"
#include "cli/output/terminal.h"

/* Sentences, and a table of what was judged. False: out of memory. */
bool brb_cli_explain_print(brb_cli_out *out, const brabeion_explanation *why, int64_t now_us,
			   const brb_cli_terminal *terminal);

/* One document. */
void brb_cli_explain_json(brb_cli_out *out, const brabeion_explanation *why);

#endif
