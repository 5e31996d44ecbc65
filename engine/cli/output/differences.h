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

/* Sorts the changes, writes them, and reports how many there are: "2 awards gained, 1 lost". Frees the list. */
void brb_cli_differences_print(brb_cli_out *out, brabeion_change_list *changes, bool json, brb_cli_report *report);

#endif
