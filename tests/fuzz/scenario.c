/* Files of scenarios: any bytes become scenarios that have what their kind promises, or faults that can be shown. */
#include "fuzz.h"

#include <string.h>

#include "cli/scenario/file.h"

static void look_at_steps(const brb_scenario_step *steps, size_t count, int depth)
{
	for (size_t i = 0; i < count; i++) {
		const brb_scenario_step *step = &steps[i];
		FUZZ_EXPECT(step->line > 0);
		if (step->kind == BRB_SCENARIO_EVENT) {
			const brb_scenario_event *event = &step->of.event;
			FUZZ_EXPECT(event->name && event->user && *event->name && *event->user);
			for (size_t k = 0; k < event->field_count; k++)
				FUZZ_EXPECT(event->fields[k].name);
		} else if (step->kind == BRB_SCENARIO_REPEAT) {
			FUZZ_EXPECT(depth < 64 && step->of.repeat.times > 0);
			look_at_steps(step->of.repeat.steps, step->of.repeat.count, depth + 1);
		} else if (step->kind == BRB_SCENARIO_EXPECT) {
			const brb_scenario_expectation *expectation = &step->of.expect;
			for (size_t k = 0; k < expectation->earn_count; k++)
				FUZZ_EXPECT(expectation->earns[k].badge && expectation->earns[k].user);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	brb_scenario_set *set = brb_scenario_file_parse("fuzz.try.yaml", (const char *)bytes, size);
	FUZZ_EXPECT(set);
	if (set->faults)
		FUZZ_EXPECT(strncmp(set->faults, "fuzz.try.yaml", 13) == 0 && fuzz_is_shown(set->faults, true));
	for (size_t i = 0; !set->faults && i < set->count; i++) {
		FUZZ_EXPECT(set->scenarios[i].name && set->scenarios[i].line > 0);
		look_at_steps(set->scenarios[i].steps, set->scenarios[i].step_count, 0);
	}
	brb_scenario_file_close(set);
	return 0;
}
