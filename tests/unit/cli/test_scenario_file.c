/*
 * scenario_file: scenario files are read, and all faults of one are reported with their places.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "cli/scenario/file.h"

static const char head[] = "plugins:\n  - file: points.so\nscenarios:\n  - name: a\n    steps:\n";

/* A file of one scenario, whose steps begin in line 6. */
static brb_scenario_set *read_steps(const char *steps)
{
	char text[8192];
	snprintf(text, sizeof text, "%s%s", head, steps);
	brb_scenario_set *set = brb_scenario_file_parse("x.yaml", text, strlen(text));
	cr_assert_not_null(set);
	return set;
}

static void expect_faults_of(brb_scenario_set *set, const char *faults)
{
	cr_assert_not_null(set->faults, "no fault where there should be: %s", faults);
	cr_assert_str_eq(set->faults, faults);
	cr_assert_eq(set->count, 0);
	brb_scenario_file_close(set);
}

static void expect_faults(const char *steps, const char *faults)
{
	expect_faults_of(read_steps(steps), faults);
}

static void expect_file_faults(const char *text, const char *faults)
{
	expect_faults_of(brb_scenario_file_parse("x.yaml", text, strlen(text)), faults);
}

/* The one step of a file. */
static const brb_scenario_step *step_of(const brb_scenario_set *set)
{
	cr_assert_null(set->faults, "%s", set->faults);
	cr_assert_eq(set->count, 1);
	cr_assert_eq(set->scenarios[0].step_count, 1);
	return set->scenarios[0].steps;
}

/* ---- reading ---- */

Test(scenario_file, an_event_has_its_state_beside_it)
{
	brb_scenario_set *set = read_steps("      - { event: e, id: 7, user: ben, n: -3, r: 0.5, t: yes, b: true, z: "
					   "null, l: [1, { a: \"x\\n\\\"\" }] }\n");
	const brb_scenario_step *step = step_of(set);
	cr_assert_eq(step->kind, BRB_SCENARIO_EVENT);
	cr_assert_eq(step->line, 6);
	const brb_scenario_event *event = &step->of.event;
	cr_assert_str_eq(event->name, "e");
	cr_assert_str_eq(event->id, "7");
	cr_assert_str_eq(event->user, "ben");
	cr_assert_eq(event->at.kind, BRB_SCENARIO_AT_ONCE);
	cr_assert_eq(event->field_count, 6);
	cr_assert_str_eq(event->fields[0].name, "n");
	cr_assert_eq(event->fields[0].value.integer, -3);
	cr_assert_eq(event->fields[1].value.real, 0.5);
	cr_assert_eq(event->fields[2].type, BRABEION_TYPE_TEXT);
	cr_assert_str_eq(event->fields[2].value.text, "yes");
	cr_assert_eq(event->fields[3].type, BRABEION_TYPE_BOOL);
	cr_assert_eq(event->fields[4].type, BRABEION_TYPE_NULL);
	cr_assert_eq(event->fields[5].type, BRABEION_TYPE_JSON);
	cr_assert_str_eq(event->fields[5].value.text, "[1,{\"a\":\"x\\n\\\"\"}]");
	brb_scenario_file_close(set);
}

static brb_scenario_time time_of(const char *text)
{
	char step[200];
	snprintf(step, sizeof step, "      - { event: e, at: \"%s\" }\n", text);
	brb_scenario_set *set = read_steps(step);
	brb_scenario_time time = step_of(set)->of.event.at;
	brb_scenario_file_close(set);
	return time;
}

static void expect_time(const char *text, brb_scenario_time_kind kind, int64_t us, bool of_day)
{
	brb_scenario_time time = time_of(text);
	cr_assert_eq(time.kind, kind, "%s", text);
	cr_assert_eq(time.us, us, "%s: %lld", text, (long long)time.us);
	cr_assert_eq(time.of_day, of_day, "%s", text);
}

Test(scenario_file, times_are_absolute_or_days_or_shifts)
{
	expect_time("2024-01-01T00:00:00Z", BRB_SCENARIO_ABSOLUTE, INT64_C(1704067200000000), false);
	expect_time("2024-01-01T01:00:00+01:00", BRB_SCENARIO_ABSOLUTE, INT64_C(1704067200000000), false);
	expect_time("2024-01-01", BRB_SCENARIO_ABSOLUTE, INT64_C(1704067200000000), false);
	expect_time("day 1", BRB_SCENARIO_DAY, 0, false);
	expect_time("day 3", BRB_SCENARIO_DAY, INT64_C(172800000000), false);
	expect_time("day 3 08:00", BRB_SCENARIO_DAY, INT64_C(201600000000), true);
	expect_time("day 3 23:59:59", BRB_SCENARIO_DAY, INT64_C(259199000000), true);
	expect_time("+2d 3h", BRB_SCENARIO_SHIFT, INT64_C(183600000000), false);
	expect_time("-1w", BRB_SCENARIO_SHIFT, INT64_C(-604800000000), false);
	expect_time("+1d2h3m4s5ms", BRB_SCENARIO_SHIFT, INT64_C(93784005000), false);
}

Test(scenario_file, a_time_has_the_offset_of_its_clock)
{
	brb_scenario_time time = time_of("2024-01-01T01:00:00-03:30");
	cr_assert(time.has_offset);
	cr_assert_eq(time.offset_minutes, -210);
	cr_assert_not(time_of("2024-01-01T01:00:00Z").has_offset);
	cr_assert_not(time_of("2024-01-01").has_offset);
	cr_assert_not(time_of("day 1 08:00").has_offset);
}

Test(scenario_file, what_is_no_time_is_a_fault)
{
	static const char *const bad[] = { "day",
					   "day 0",
					   "day x",
					   "day 1 8:00",
					   "day 1 24:00",
					   "day 1 08:60",
					   "day 1 08:00:00:00",
					   "day 1 08",
					   "+",
					   "+3",
					   "+3x",
					   "+d",
					   "3d",
					   "2024-13-01",
					   "tomorrow",
					   "+99999999999999999999d",
					   "2024-01-01T00:00:00",
					   "day 99999999999999999999" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char step[200], fault[400];
		snprintf(step, sizeof step, "      - { event: e, at: \"%s\" }\n", bad[i]);
		snprintf(fault, sizeof fault,
			 "x.yaml:6:25: \"at\" must be like 2024-01-31T08:00:00Z, \"day 3 08:00\" or \"+2d 3h\", not "
			 "\"%s\" "
			 "(units: ms, s, m, h, d, w)",
			 bad[i]);
		expect_faults(step, fault);
	}
	expect_faults("      - wait: +3d\n",
		      "x.yaml:6:15: \"wait\" must be like \"2d 3h\" or \"until day 3 08:00\", not \"+3d\" "
		      "(units: ms, s, m, h, d, w)");
}

Test(scenario_file, awards_are_slugs_or_mappings)
{
	brb_scenario_set *set = read_steps("      - earns: [regular, regular 12, { badge: x, level: 3, user: ben, "
					   "reason: \"\", at: day 2 }]\n");
	const brb_scenario_expectation *expect = &step_of(set)->of.expect;
	cr_assert(expect->has_earns && !expect->has_lapses && !expect->has_fails && !expect->has_remembers);
	cr_assert_eq(expect->earn_count, 3);
	cr_assert_str_eq(expect->earns[0].badge, "regular");
	cr_assert_eq(expect->earns[0].level, 1);
	cr_assert_str_eq(expect->earns[0].user, "ada");
	cr_assert_null(expect->earns[0].reason);
	cr_assert_eq(expect->earns[1].level, 12);
	cr_assert_eq(expect->earns[2].level, 3);
	cr_assert_str_eq(expect->earns[2].user, "ben");
	cr_assert_str_eq(expect->earns[2].reason, "");
	cr_assert_eq(expect->earns[2].at.kind, BRB_SCENARIO_DAY);
	brb_scenario_file_close(set);
	set = read_steps("      - earns: []\n        lapses: regular\n");
	expect = &step_of(set)->of.expect;
	cr_assert(expect->has_earns);
	cr_assert_eq(expect->earn_count, 0);
	cr_assert_eq(expect->lapse_count, 1, "one that is no list is a list of one");
	brb_scenario_file_close(set);
}

Test(scenario_file, the_badges_are_in_the_file_itself)
{
	static const char text[] = "user: eve\n# why\nplugins:\n  - file: points.so # here\nscenarios:\n"
				   "  - { name: a, given: { now: 2020-01-01 }, steps: [{ wait: 1d }] }\n";
	brb_scenario_set *set = brb_scenario_file_parse("/tmp/x.yaml", text, strlen(text));
	cr_assert_null(set->faults, "%s", set->faults);
	cr_assert_str_eq(set->config, "/tmp/x.yaml");
	cr_assert_str_eq(set->config_text, text);
	cr_assert_eq(set->scenarios[0].start_us, INT64_C(1577836800000000));
	brb_scenario_file_close(set);
}

Test(scenario_file, the_badges_are_in_a_badges_yaml_beside_it)
{
	static const char text[] = "config: passwd\nscenarios: [{ name: a, steps: [{ wait: 1d }] }]\n";
	brb_scenario_set *set = brb_scenario_file_parse("/etc/x.yaml", text, strlen(text));
	cr_assert_null(set->faults, "%s", set->faults);
	cr_assert_str_eq(set->config, "/etc/passwd");
	cr_assert_null(set->config_text);
	brb_scenario_file_close(set);
	expect_file_faults("config: nowhere.yaml\nscenarios: [{ name: a, steps: [{ wait: 1d }] }]\n",
			   "x.yaml:1:9: \"config\": nowhere.yaml: No such file or directory");
}

/* ---- faults ---- */

Test(scenario_file, keys_that_are_not_known_are_faults)
{
	expect_faults("      - { wait: 1d, ern: [] }\n", "x.yaml:6:21: unknown key \"ern\" (known here: wait)");
	expect_faults("      - ears: []\n", "x.yaml:6:9: unknown key \"ears\" (did you mean \"earns\"?)");
	expect_faults("      - { xyz: 1 }\n",
		      "x.yaml:6:9: a step must be an \"event\", a \"wait\", a \"repeat\", or say what is expected: "
		      "\"earns\", \"lapses\", \"fails\", \"remembers\", \"remembers_only\" or \"progress\"");
	expect_faults("      - earns: [{ badge: a, leval: 2 }]\n",
		      "x.yaml:6:29: unknown key \"leval\" (did you mean \"level\"?)");
	expect_faults("      - earns: []\n        rememers: []\n",
		      "x.yaml:7:9: unknown key \"rememers\" (did you mean \"remembers\"?)");
	expect_file_faults("plugin: []\nscenarios: [{ name: a, steps: [{ wait: 1d }] }]\n",
			   "x.yaml:1:1: unknown key \"plugin\" (did you mean \"plugins\"?)\n"
			   "x.yaml:1:1: the file needs \"plugins\", or \"config\" with the name of a badges.yaml");
}

Test(scenario_file, all_faults_are_told_at_once_in_their_order)
{
	expect_faults(
		"      - { event: \"\", at: soon }\n      - earns: [Regular, { level: 0 }]\n      - wait: 3\n      - "
		"7\n",
		"x.yaml:6:18: \"event\" must not be empty\n"
		"x.yaml:6:26: \"at\" must be like 2024-01-31T08:00:00Z, \"day 3 08:00\" or \"+2d 3h\", not \"soon\" "
		"(units: ms, s, m, h, d, w)\n"
		"x.yaml:7:17: an award must be a badge's slug, perhaps with a level behind it, not \"Regular\"\n"
		"x.yaml:7:26: an award needs \"badge\"\n"
		"x.yaml:7:35: \"level\" must be 1 to 1000000, not 0\n"
		"x.yaml:8:15: \"wait\" must be like \"2d 3h\" or \"until day 3 08:00\", not \"3\" "
		"(units: ms, s, m, h, d, w)\n"
		"x.yaml:9:9: a step must be a mapping such as \"event: login\", not an integer");
}

Test(scenario_file, memories_say_what_they_are)
{
	expect_faults("      - remembers: { of: ada, is: 1 }\n",
		      "x.yaml:6:20: a memory needs \"tally\", \"note\" or \"reference\"");
	expect_faults("      - remembers: { tally: a, note: b, is: 1 }\n",
		      "x.yaml:6:38: it is either a \"tally\" or a \"note\"");
	expect_faults("      - remembers: { tally: a, is: many }\n",
		      "x.yaml:6:36: \"is\" of a tally must be a whole number, not text");
	expect_faults("      - remembers: { tally: a }\n", "x.yaml:6:20: a memory needs \"is\"");
	expect_faults("      - remembers: { note: a, is: [1] }\n",
		      "x.yaml:6:35: \"is\" of a note must be text, not a list");
}

Test(scenario_file, the_file_has_scenarios_and_badges)
{
	expect_file_faults("",
			   "x.yaml:1:1: the file is empty: it needs \"scenarios\", and \"plugins\" or \"config\"");
	expect_file_faults("plugins: []\n", "x.yaml:1:1: the file needs \"scenarios\"");
	expect_file_faults("plugins: []\nscenarios: []\n",
			   "x.yaml:2:12: \"scenarios\" must be a list of scenarios, at least one");
	expect_file_faults("plugins: []\nscenarios: [{ name: a, steps: [] }]\n",
			   "x.yaml:2:31: \"steps\" must be a list of steps, at least one");
	expect_file_faults("plugins: []\nscenarios:\n  - { name: a, steps: [{ wait: 1d }] }\n"
			   "  - { name: a, steps: [{ wait: 1d }] }\n",
			   "x.yaml:4:5: the scenario of line 3 has the same name: \"a\"");
	expect_file_faults("config: /nonexistent/badges.yaml\nscenarios: [{ name: a, steps: [{ wait: 1d }] }]\n",
			   "x.yaml:1:9: \"config\": /nonexistent/badges.yaml: No such file or directory");
	expect_file_faults("config: a\nplugins: []\nscenarios: [{ name: a, steps: [{ wait: 1d }] }]\n",
			   "x.yaml:1:9: \"config\" names a file that has \"plugins\" and \"plugin_path\" itself");
	brb_scenario_set *set = brb_scenario_file_open("/nonexistent/x.yaml");
	expect_faults_of(set, "/nonexistent/x.yaml: No such file or directory");
}

/* ---- random bytes ---- */

static const char whole[] =
	"user: eve\nplugin_path: [.]\nplugins:\n  - file: ./points.so\n    badges: [{ badge: points, settings: { a: "
	"[1] } }]\n"
	"scenarios:\n  - name: a\n    badges: [points]\n    given:\n      now: 2024-01-01\n      holds: [points 2]\n"
	"      remembers: [{ tally: t, is: 3 }, { note: n, thing: \"\", is: null }]\n    steps:\n"
	"      - { event: e, at: day 1 08:00, id: x, points: 3, deep: [{ a: 1.5 }] }\n"
	"      - repeat: 3\n        steps: [{ event: e, at: +1d, text: \"{n}\" }]\n      - wait: until day 9\n"
	"      - earns: [points, { badge: points, level: 2, reason: r, at: day 2 }]\n        lapses: []\n"
	"        fails: [points, { badge: points, why: w }]\n        remembers_only: { tally: t, is: 0 }\n"
	"        progress: { badge: points, done: 1, goal: 2 }\n";

Test(scenario_file, the_file_that_is_damaged_next_is_sound)
{
	brb_scenario_set *set = brb_scenario_file_parse("/tmp/x.yaml", whole, sizeof whole - 1);
	cr_assert_null(set->faults, "%s", set->faults);
	brb_scenario_file_close(set);
}

/* The file is read, or refused with a place; sanitizers report anything else. */
static void read_damaged(const char *text, size_t length)
{
	brb_scenario_set *set = brb_scenario_file_parse("x.yaml", text, length);
	cr_assert_not_null(set);
	cr_assert(set->faults ? strncmp(set->faults, "x.yaml", 6) == 0 && set->count == 0 : set->count > 0);
	brb_scenario_file_close(set);
}

Test(scenario_file, a_file_that_is_cut_short_is_read_or_refused)
{
	for (size_t length = 0; length < sizeof whole - 1; length++)
		read_damaged(whole, length);
}

Test(scenario_file, a_file_with_wrong_bytes_is_read_or_refused)
{
	static const char bytes[] = "\0\n:-[]{}#&*!|>'\"%@`, 0aZ\t\x7f\xff\xc3~";
	uint64_t state = 88172645463325252;
	for (int round = 0; round < 4000; round++) {
		char text[sizeof whole];
		memcpy(text, whole, sizeof whole);
		for (int change = 0; change < 3; change++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			text[state % (sizeof whole - 1)] = bytes[(state >> 32) % (sizeof bytes - 1)];
		}
		read_damaged(text, sizeof whole - 1);
	}
}

Test(scenario_file, lines_that_are_left_out_or_doubled_are_read_or_refused)
{
	for (size_t from = 0; from < sizeof whole - 1;) {
		char text[2 * sizeof whole];
		size_t to = from + strcspn(whole + from, "\n") + 1;
		memcpy(text, whole, from);
		memcpy(text + from, whole + to, sizeof whole - 1 - to);
		read_damaged(text, sizeof whole - 1 - (to - from));
		memcpy(text, whole, to);
		memcpy(text + to, whole + from, sizeof whole - 1 - from);
		read_damaged(text, sizeof whole - 1 + (to - from));
		from = to;
	}
}
