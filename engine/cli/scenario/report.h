/*
 * cli/scenario/report: the results of scenarios, as text for people, TAP 13 or JUnit XML.
 *
 * Each scenario is a test, and so is a file that could not be read. Output is flushed after each test; XML is written at
 * the end, since it begins with its totals.
 */
#ifndef BRB_CLI_SCENARIO_REPORT_H
#define BRB_CLI_SCENARIO_REPORT_H

#include "cli/output/out.h"
#include "cli/scenario/child.h"
#include "cli/shell/options.h"

typedef struct brb_cli_scenario_report {
	brb_cli_out *out;
	brb_cli_try_format format;
	size_t count, passed, failed, faults; /* tests; a fault is not a failure */
	struct brb_cli_junit_case *cases;     /* of JUnit XML, written at the end */
	size_t case_count;
	bool out_of_memory;
} brb_cli_scenario_report;

/* `count`: the number of tests that follow. */
void brb_cli_scenario_report_begin(brb_cli_scenario_report *report, brb_cli_out *out, brb_cli_try_format format,
				   size_t count);

/* The scenarios of this file follow. */
void brb_cli_scenario_report_file(brb_cli_scenario_report *report, const brb_scenario_set *set);

/* A file that could not be read: set->faults. */
void brb_cli_scenario_report_faults(brb_cli_scenario_report *report, const brb_scenario_set *set);

void brb_cli_scenario_report_one(brb_cli_scenario_report *report, const brb_scenario_set *set,
				 const brb_scenario *scenario, const brb_cli_outcome *outcome);

void brb_cli_scenario_report_end(brb_cli_scenario_report *report);

/* junit.c */
void brb_cli_junit_add(brb_cli_scenario_report *report, const char *path, const char *name,
		       const brb_cli_outcome *outcome);
void brb_cli_junit_write(brb_cli_scenario_report *report);

#endif
