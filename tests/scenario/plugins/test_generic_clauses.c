/*
 * The clauses that badges without C share: what is wrong with them, and what the scenarios of the plugins cannot say. Not here:
 * what they mean (plugins/threshold/threshold.try.yaml, plugins/rules/rules.try.yaml).
 */
#include "support/generic_badges.h"

#define THRESHOLD(settings) GENERIC_BADGE("threshold.so", "threshold", "settings: { " settings " }")
#define TEMPORARY(settings) GENERIC_BADGE("threshold.so", "threshold", "temporary: true, settings: { " settings " }")
#define RULE(badge, settings) GENERIC_BADGE("rules.so", badge, "settings: { " settings " }")
#define SCORE(number) BRABEION_INT("score", number)

#define REFUSED(settings, column, message) \
	generic_refused(THRESHOLD(settings), "badges.yaml:6:" column ": badge \"b\": " message)
#define RULE_REFUSED(badge, settings, column, message) \
	generic_refused(RULE(badge, settings), "badges.yaml:6:" column ": badge \"b\": " message)

/* ---- where ---- */

#define WHERE(condition) THRESHOLD("where: { score: " condition " }")

static const char *earned_with(const char *config, brabeion_field field)
{
	static char earned[200];
	scene *here = scene_with(config);
	snprintf(earned, sizeof earned, "%s", generic_fire(here, "ada", "2016-03-01T12:00:00Z", field));
	scene_finish(here);
	return earned;
}

#define FITS(condition, field) cr_assert_str_eq(earned_with(WHERE(condition), field), "b 1 ;", "%s", condition)
#define FITS_NOT(condition, field) cr_assert_str_eq(earned_with(WHERE(condition), field), "", "%s", condition)

Test(generic_clauses, numbers_compare_by_their_value)
{
	FITS("{ at_least: 10 }", SCORE(10));
	FITS_NOT("{ at_least: 10 }", SCORE(9));
	FITS_NOT("{ above: 10 }", SCORE(10));
	FITS("{ above: 10 }", BRABEION_REAL("score", 10.5));
	FITS("{ at_most: 10 }", SCORE(10));
	FITS_NOT("{ below: 10 }", SCORE(10));
	FITS("{ below: 10.5 }", SCORE(10));
	FITS("60", BRABEION_REAL("score", 60.0));
	FITS("0.1", BRABEION_REAL("score", 0.1));
	FITS_NOT("9007199254740993", BRABEION_REAL("score", 9007199254740992.0));
	FITS_NOT("{ at_least: 9007199254740993 }", BRABEION_REAL("score", 9007199254740992.0));
	FITS("{ below: 9223372036854775807 }", SCORE(INT64_MIN));
	FITS_NOT("{ at_least: 9223372036854775807 }", BRABEION_REAL("score", 9223372036854774784.0));
	FITS("{ above: 9223372036854775807 }", BRABEION_REAL("score", 9223372036854775808.0));
}

Test(generic_clauses, a_text_fits_no_number_and_a_number_no_text)
{
	FITS_NOT("{ at_least: 10 }", BRABEION_TEXT("score", "12"));
	FITS_NOT("5", BRABEION_TEXT("score", "5"));
	FITS_NOT("\"5\"", SCORE(5));
	FITS("\"5\"", BRABEION_TEXT("score", "5"));
	FITS("true", BRABEION_BOOL("score", true));
	FITS_NOT("true", BRABEION_TEXT("score", "true"));
	FITS_NOT("1", BRABEION_BOOL("score", true));
}

Test(generic_clauses, one_of_a_list_and_none_of_it)
{
	FITS("[gym, 5]", SCORE(5));
	FITS("[gym, 5]", BRABEION_TEXT("score", "gym"));
	FITS_NOT("[gym, 5]", BRABEION_TEXT("score", "gy"));
	FITS("{ not: [gym, 5] }", SCORE(6));
	FITS_NOT("{ not: [gym, 5] }", SCORE(5));
	FITS_NOT("{ not: \"\" }", BRABEION_TEXT("score", ""));
	FITS("{ begins: [\"https:\", \"http:\"] }", BRABEION_TEXT("score", "http://a"));
	FITS_NOT("{ begins: \"https:\" }", BRABEION_TEXT("score", "see https:"));
	FITS("{ contains: ttp }", BRABEION_TEXT("score", "http://a"));
	FITS("{ at_least: 1, at_most: 3 }", SCORE(2));
	FITS_NOT("{ at_least: 1, at_most: 3 }", SCORE(4));
}

Test(generic_clauses, what_is_missing_fits_present_false_alone)
{
	const brabeion_field missing = BRABEION_INT("other", 1), null = { .name = "score" };
	FITS("{ present: false }", missing);
	FITS("{ present: false }", null);
	FITS_NOT("{ present: true }", missing);
	FITS_NOT("{ not: 5 }", missing);
	FITS_NOT("{ below: 5 }", missing);
	FITS("{ present: true }", SCORE(0));
}

Test(generic_clauses, a_name_with_dots_is_a_name)
{
	cr_expect_str_eq(earned_with(THRESHOLD("where: { \"a.b\": { at_least: 2 } }"), BRABEION_INT("a.b", 2)),
			 "b 1 ;");
	cr_expect_str_eq(earned_with(THRESHOLD("where: { \"a.b\": { at_least: 2 } }"), BRABEION_INT("a.b", 1)), "");
}

Test(generic_clauses, tells_what_is_wrong_with_where)
{
	REFUSED("where: 5", "70", "where has conditions on fields, as in { score: { at_least: 10 } }");
	REFUSED("where: { a: { at_lest: 5 } }", "86",
		"a condition is at_least, at_most, above, below, not, present, begins or contains, not \"at_lest\"");
	REFUSED("where: { a: { at_least: b } }", "87", "at_least needs a number");
	REFUSED("where: { a: { at_least: [1, 2] } }", "87", "at_least needs a number");
	REFUSED("where: { a: { begins: 5 } }", "85", "begins needs a text");
	REFUSED("where: { a: { present: 5 } }", "86", "present needs true or false");
	REFUSED("where: { a: [] }", "75", "an empty list fits nothing");
	REFUSED("where: { a: null }", "75",
		"nothing to compare field \"a\" with; { present: false } fits one that is missing");
	REFUSED("where: { a: [[1]] }", "76",
		"a field is compared with a text, a number, true or false, or a list of them");
}

/* ---- when ---- */

Test(generic_clauses, hours_over_midnight_are_of_the_day_before)
{
	scene *here = scene_with(THRESHOLD("at: [4], when: { days: [fri], between: [\"22:00\", \"02:00\"] }"));
	EXPECT_AT("2016-03-04T21:59:59Z", ""); /* a Friday, too early */
	EXPECT_AT("2016-03-04T22:00:00Z", "");
	EXPECT_AT("2016-03-05T01:59:59Z", "");
	EXPECT_AT("2016-03-05T02:00:00Z", ""); /* too late */
	EXPECT_AT("2016-03-05T23:00:00Z", ""); /* Saturday's */
	EXPECT_AT("2016-03-04T01:00:00Z", ""); /* Thursday's */
	EXPECT_AT("2016-03-11T23:00:00Z", "");
	EXPECT_AT("2016-03-12T00:00:00Z", "b 1 ;");
	scene_finish(here);
}

Test(generic_clauses, days_of_the_year_on_the_clock_of_a_zone)
{
	scene *here = scene_with(THRESHOLD("at: [2], when: { dates: [\"12-24\", \"02-29\"] }, zone: \"+01:00\""));
	EXPECT_AT("2015-12-24T23:00:00Z", ""); /* Christmas Day there */
	EXPECT_AT("2015-12-23T23:00:00Z", "");
	EXPECT_AT("2016-02-29T12:00:00Z", "b 1 ;");
	scene_finish(here);
}

Test(generic_clauses, tells_what_is_wrong_with_when)
{
	REFUSED("when: sat", "69", "when has days and hours, as in { days: [sat, sun] }");
	REFUSED("when: { days: [saturday] }", "78", "a day is mon, tue, wed, thu, fri, sat or sun, not \"saturday\"");
	REFUSED("when: { between: [\"18:00\"] }", "80",
		"between has two times of the day, as in [\"18:00\", \"23:00\"]");
	REFUSED("when: { between: [\"18:00\", \"24:01\"] }", "90",
		"a time of the day is from \"00:00\" to \"24:00\", not \"24:01\"");
	REFUSED("when: { dates: [\"02-30\"] }", "79", "a date is a month and a day, as in \"12-24\", not \"02-30\"");
	REFUSED("when: { months: [13] }", "80", "a month is a number from 1 to 12");
}

/* ---- the others ---- */

Test(generic_clauses, tells_what_is_wrong_with_the_rest)
{
	REFUSED("to: \"\"", "67", "to must name the field with the user");
	REFUSED("scale: 7, count: sum, field: a", "70", "scale must be 10, 100, 1000 and so on, up to 1000000000");
	REFUSED("scale: 10", "70", "scale is for count: sum");
	REFUSED("count: sum, field: a, scale: 10, at: [1.25]", "101", "a number with more places than \"scale\" has");
	REFUSED("at: { every: 5, to: 12 }", "83", "to must be a multiple of every");
	REFUSED("at: { every: 5, to: 10 }", "67", "at has 2 steps, and the badge 1 level");
	REFUSED("minus: []", "70", "minus must be an event's name, or a list of them");
	generic_refused(
		TEMPORARY("for: post"),
		"badges.yaml:6:85: badge \"b\": what is earned for each value stays: a badge with \"for\" cannot be "
		"temporary");
	RULE_REFUSED(
		"run", "minus: back, at: [2]", "64",
		"what was reached here depends on the order of events, and cannot be taken back: this badge takes no "
		"\"minus\"");
	RULE_REFUSED("days", "for: post", "63", "this badge counts nothing apart: it takes no \"for\"");
}

Test(generic_clauses, decimals_add_up_exactly_as_numbers_and_as_texts)
{
	scene *here = scene_with(THRESHOLD("count: sum, field: score, scale: 100, at: [0.3]"));
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_REAL("score", 0.1), "");
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_TEXT("score", "0.20"), "b 1 ;");
	scene_finish(here);
}

/* ---- many badges on one event ---- */

Test(generic_clauses, of_many_badges_those_of_the_value_are_judged_in_the_order_of_the_file)
{
	char config[8000] = "plugins:\n  - file: threshold.so\n    badges:\n";
	for (int i = 0; i < 40; i++)
		snprintf(config + strlen(config), sizeof config - strlen(config),
			 "      - { badge: threshold, slug: b%d, events: [e], settings: { where: { score: %d }, at: "
			 "[1] } }\n",
			 i, i % 20);
	snprintf(config + strlen(config), sizeof config - strlen(config),
		 "      - { badge: threshold, slug: any, events: [e], settings: { at: [1] } }\n"
		 "      - { badge: threshold, slug: more, events: [e], settings: { where: { score: { above: 6 } } } "
		 "}\n");
	scene *here = scene_with(config);
	EXPECT_WITH("2016-03-01T12:00:00Z", SCORE(7), "b7 1 ;b27 1 ;any 1 ;more 1 ;");
	EXPECT_WITH("2016-03-01T12:00:00Z", BRABEION_REAL("score", 3.0), "b3 1 ;b23 1 ;");
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	scene_finish(here);
}
