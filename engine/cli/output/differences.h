/*
 * cli/output/differences: how awards would change, as text or JSON.
 *
 * A line for each, by user, badge, level and time: `+ ada  points 1  Bronze  2014-01-21 20:26` is gained, `-` lost; as
 * JSON {"change":"gained","award":{…}}, or "lost", with the award as `run` writes it.
 */
#ifndef BRB_CLI_OUTPUT_DIFFERENCES_H
#define BRB_CLI_OUTPUT_DIFFERENCES_H

#include <stdbool.h>

#include <brabeion/engine.h>

#include "cli/output/out.h"
#include "cli/output/report.h"
#include "cli/output/terminal.h"

/* Sorts the changes and writes them. */
void brb_cli_differences_write(brb_cli_out *out, brabeion_change_list *changes, bool json,
			       const brb_cli_terminal *terminal);

/* Reports how many there are: "2 awards gained, 1 lost". */
void brb_cli_differences_say(brb_cli_report *report, const brabeion_change_list *changes);

#endif
