/*
 * cli/scenario/report: what came of scenarios, for a person, as TAP 14, or as JUnit's XML.
 *
 * Each scenario is a test, and so is a file that could not be read. What has been told so far is flushed after each, so
 * that one sees where it stands; XML comes at the end, since it begins with its sums.
 */
#ifndef BRB_CLI_SCENARIO_REPORT_H
#define BRB_CLI_SCENARIO_REPORT_H

#include "cli/output/out.h"
#include "cli/scenario/child.h"
#include "cli/shell/options.h"

typedef struct brb_cli_scenario_tell {
	brb_cli_out *out;
	brb_cli_try_format format;
	size_t count, passed, failed, faults; /* of tests; a fault is not a failure */
	struct brb_cli_told *told;            /* of XML: what is to come */
	size_t told_capacity;
	bool out_of_memory;
} brb_cli_scenario_tell;

/* `count` tests are to come. */
void brb_cli_scenario_tell_begin(brb_cli_scenario_tell *tell, brb_cli_out *out, brb_cli_try_format format,
				 size_t count);

/* A file begins whose scenarios follow. */
void brb_cli_scenario_tell_file(brb_cli_scenario_tell *tell, const brb_scenario_set *set);

/* One that could not be read: set->faults. */
void brb_cli_scenario_tell_faults(brb_cli_scenario_tell *tell, const brb_scenario_set *set);

void brb_cli_scenario_tell_one(brb_cli_scenario_tell *tell, const brb_scenario_set *set, const brb_scenario *scenario,
			       const brb_cli_outcome *outcome);

void brb_cli_scenario_tell_end(brb_cli_scenario_tell *tell);

/* One test as XML (cli/scenario_xml.c): kept until the end. */
void brb_cli_scenario_xml_keep(brb_cli_scenario_tell *tell, const char *path, const char *name,
			       const brb_cli_outcome *outcome);
void brb_cli_scenario_xml_end(brb_cli_scenario_tell *tell);

#endif
