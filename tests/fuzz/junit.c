/* Reports of scenarios with any names and findings: JUnit XML that an independent parser takes, and text that can be shown. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/scenario/report.h"
#include "xml.h"

static void fill(brb_cli_scenario_report *report, fuzz_input *input)
{
	for (int i = 0; i < 4 && input->at < input->end; i++) {
		char *path = fuzz_text(input), *name = fuzz_text(input), *faults = fuzz_text(input);
		char *texts[2] = { fuzz_text(input), fuzz_text(input) };
		uint8_t kinds = fuzz_byte(input);
		brb_cli_finding findings[2] = {
			{ kinds & 1 ? BRB_CLI_FINDING_FAULT : BRB_CLI_FINDING_FAILED, kinds >> 4, texts[0] },
			{ kinds & 2 ? BRB_CLI_FINDING_FAULT : BRB_CLI_FINDING_FAILED, 0, texts[1] },
		};
		brb_cli_outcome outcome = { .count = kinds % 3, .findings = findings };
		brb_scenario_set set = { .path = path, .faults = faults };
		brb_scenario scenario = { .name = name };
		brb_cli_scenario_report_file(report, &set);
		if (kinds & 8)
			brb_cli_scenario_report_faults(report, &set);
		brb_cli_scenario_report_one(report, &set, &scenario, &outcome);
		free(path);
		free(name);
		free(faults);
		free(texts[0]);
		free(texts[1]);
	}
}

static void report_as(brb_cli_try_format format, fuzz_input input)
{
	static brb_cli_out out;
	brb_cli_scenario_report report;
	int file = memfd_create("report", MFD_CLOEXEC);
	FUZZ_EXPECT(file >= 0);
	brb_cli_out_init(&out, file);
	brb_cli_scenario_report_begin(&report, &out, format, 0);
	fill(&report, &input);
	brb_cli_scenario_report_end(&report);
	FUZZ_EXPECT(brb_cli_out_flush(&out) == 0 && !report.out_of_memory);
	size_t length = (size_t)lseek(file, 0, SEEK_END);
	char *text = fuzz_copy("", 0, length + 1);
	FUZZ_EXPECT(pread(file, text, length, 0) == (ssize_t)length);
	if (format == BRB_CLI_TRY_JUNIT)
		xml_expect_junit(text, length);
	FUZZ_EXPECT(fuzz_is_shown(text, true));
	free(text);
	close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_input input = { bytes, bytes + size };
	report_as(BRB_CLI_TRY_JUNIT, input);
	report_as(BRB_CLI_TRY_TAP, input);
	report_as(BRB_CLI_TRY_TEXT, input);
	return 0;
}
