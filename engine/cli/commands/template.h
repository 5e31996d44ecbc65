/*
 * cli/commands/template: fills a folder from the SDK's templates (sdk/templates).
 *
 * In a template @NAME@ stands for the badge's slug, @TITLE@ for a level's name made of it, @SOURCE@ for the name of its
 * source file, of a badge without C for that of its scenarios. Templates are read from the installed folder, or the one that BRABEION_TEMPLATES names.
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

typedef enum brb_cli_template_language {
	BRB_CLI_TEMPLATE_C,
	BRB_CLI_TEMPLATE_CXX,
	BRB_CLI_TEMPLATE_YAML, /* no source: a badges.yaml and its scenarios */
} brb_cli_template_language;

/* Whether there is a template of this kind of badges without C. False is reported, with all kinds. */
bool brb_cli_template_has_kind(const char *kind, brb_cli_report *report);

/*
 * Makes the folder `name`, a slug, which must not exist. `kind` is one of the kinds where the language is YAML, and not read
 * elsewhere. False: failed and reported.
 */
bool brb_cli_template_make(const char *name, brb_cli_template_language language, const char *kind,
			   brb_cli_report *report);

#endif
