/*
 * probe/facts: what a plugin says of itself, on its way from brabeion-probe to the library. Part of the room
 * probe/client.
 *
 * The program writes it into the folder that the request lends, once the plugin is loaded and its descriptor believed,
 * before any other code of it runs. What it refused afterwards, in an orderly way, is a second file.
 *
 * Keeps true: bytes of anybody's making, the plugin's own perhaps, are taken apart without reading outside of them.
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

/* Writes what comes from the plugin itself: from `id` to `badges`. False when memory is short. */
bool brb_probe_write_facts(const brabeion_inspection *facts, brb_builder *bytes);

/* Reads it back into copies in the arena. False: it is none, or memory is short; `facts` is untouched. */
bool brb_probe_read_facts(const char *bytes, size_t size_bytes, brb_arena *arena, brabeion_inspection *facts);

#endif
