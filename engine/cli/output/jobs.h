/*
 * cli/output/jobs: jobs as text.
 */
#ifndef BRB_CLI_OUTPUT_JOBS_H
#define BRB_CLI_OUTPUT_JOBS_H

#include <stdbool.h>

#include <brabeion/engine.h>

#include "cli/output/out.h"
#include "cli/output/tables.h"

enum { BRB_CLI_JOBS_COLUMNS = 7 };

extern const brb_cli_column brb_cli_jobs_columns[BRB_CLI_JOBS_COLUMNS];

/* "waiting", "running", "delayed" or "parked". Static text. */
const char *brb_cli_jobs_state(brabeion_job_state state);

/* Whether the job's badge is loaded. */
bool brb_cli_jobs_is_loaded(const brabeion_job_info *job, const brabeion_badge_list *badges);

/* Adds the job to a table of jobs. False: out of memory. */
bool brb_cli_jobs_row(brb_cli_table *table, const brabeion_job_info *job, bool loaded);

/* All details of a job. */
void brb_cli_jobs_page(brb_cli_out *out, const brabeion_job_page *page, bool loaded);

#endif
