/*
 * probe/facts: what a plugin declares, as a file that brabeion-probe writes for the library.
 *
 * The program writes it into the request's folder once the plugin is loaded and its descriptor checked, before other code
 * of the plugin runs. Faults that are found afterwards go into a second file.
 *
 * Guarantees: reading such a file, whatever it contains (the plugin may have written it), reads nothing outside of it.
 */
#ifndef BRB_PROBE_FACTS_H
#define BRB_PROBE_FACTS_H

#include <brabeion/engine.h>

#include "base/text.h"

#define BRB_PROBE_FACTS "facts"     /* the files' names */
#define BRB_PROBE_REFUSAL "refusal" /* the faults, one a line */

/* What stands for badges.yaml and the plugin in a refusal: "check:2:11: plugin \"inspected\" ...". */
#define BRB_PROBE_FACTS_CONFIG "check"
#define BRB_PROBE_FACTS_FILE "inspected"

/* Writes the members that come from the plugin: from `id` to `badges`. False: no memory. */
bool brb_probe_write_facts(const brabeion_inspection *facts, brb_builder *bytes);

/* Reads them back, as copies in the arena. False: malformed, or no memory; `facts` is untouched. */
bool brb_probe_read_facts(const char *bytes, size_t size_bytes, brb_arena *arena, brabeion_inspection *facts);

#endif
