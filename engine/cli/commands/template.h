/*
 * cli/commands/template: fills a folder from the SDK's templates (sdk/templates).
 *
 * In a template @NAME@ stands for the badge's slug, @TITLE@ for a level's name made of it, @SOURCE@ for the name of its
 * source file. Templates are read from the installed folder, or the one that BRABEION_TEMPLATES names.
 *
 * Guarantees: existing files are not touched; if a file cannot be written, the folder is removed.
 */
#ifndef BRB_CLI_COMMANDS_TEMPLATE_H
#define BRB_CLI_COMMANDS_TEMPLATE_H

#include <stdbool.h>

#include "cli/output/report.h"

enum { BRB_CLI_SLUG_BYTES_MOST = 100 };

/* NULL, or what is wrong with the slug, as the end of a sentence. */
const char *brb_cli_template_slug_fault(const char *name);

/* Makes the folder `name`, a slug, which must not exist. False: failed and reported. */
bool brb_cli_template_make(const char *name, bool cxx, brb_cli_report *report);

#endif
