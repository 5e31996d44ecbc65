/*
 * cli/commands/template: makes a folder of files out of the SDK's templates (sdk/templates).
 *
 * In a template @NAME@ stands for the badge's slug, @TITLE@ for a level's name made of it, @SOURCE@ for the name of its
 * source file. They are looked for where they are installed, or in the folder that BRABEION_TEMPLATES names.
 *
 * Keeps true: nothing that was there before is touched, and when a file cannot be made, none is left.
 */
#ifndef BRB_CLI_COMMANDS_TEMPLATE_H
#define BRB_CLI_COMMANDS_TEMPLATE_H

#include <stdbool.h>

#include "cli/output/report.h"

enum { BRB_CLI_SLUG_BYTES_MOST = 100 };

/* NULL, or what is wrong with a name that is to be a slug, a file's and a folder's, as the end of a sentence. */
const char *brb_cli_template_slug_fault(const char *name);

/* Makes the folder `name`, which must not be there; `name` is a slug. False: why not has been said. */
bool brb_cli_template_make(const char *name, bool cxx, brb_cli_report *report);

#endif
