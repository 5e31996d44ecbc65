/*
 * cli/output/user_report: what forgetting, merging or renaming a user changes, as text and as JSON.
 */
#ifndef BRB_CLI_OUTPUT_USER_REPORT_H
#define BRB_CLI_OUTPUT_USER_REPORT_H

#include <brabeion/engine.h>

#include "cli/output/out.h"

/* What was done, or with dry_run would be. */
typedef struct brb_cli_user_change {
	const char *done;      /* "forgotten", "merged into", "renamed to" */
	const char *other_key; /* in JSON: "into", "to"; NULL: there is no other */
	const char *user;
	const char *other; /* NULL: none */
	bool moves;        /* all that is the user's is listed, else the name's mentions alone */
	bool dry_run;
} brb_cli_user_change;

void brb_cli_user_report_print(brb_cli_out *out, const brb_cli_user_change *change,
			       const brabeion_user_report *report);
void brb_cli_user_report_json(brb_cli_out *out, const brb_cli_user_change *change,
			      const brabeion_user_report *report);

#endif
