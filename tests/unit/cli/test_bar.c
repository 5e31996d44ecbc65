/*
 * cli/output/bar: bars have the requested width and are full only when all is done; likewise percentages.
 */
#include <criterion/criterion.h>

#include "cli/output/bar.h"

static void expect_bar(uint64_t done, uint64_t goal, size_t width, bool blocks, const char *wanted)
{
	char text[BRB_CLI_BAR_BYTES];
	brb_cli_bar_write(done, goal, width, blocks, text);
	cr_expect_str_eq(text, wanted);
}

static void expect_percent(uint64_t done, uint64_t goal, const char *wanted)
{
	char text[8];
	brb_cli_bar_percent(done, goal, text);
	cr_expect_str_eq(text, wanted);
}

Test(bar, shows_how_much_is_done)
{
	expect_bar(0, 10, 10, false, "..........");
	expect_bar(3, 10, 10, false, "###.......");
	expect_bar(5, 10, 4, true, "██░░");
	expect_bar(10, 10, 10, true, "██████████");
	expect_bar(7, 9, 0, true, "");
}

Test(bar, is_full_only_when_all_is_done)
{
	expect_bar(999, 1000, 10, false, "#########.");
	expect_bar(INT64_MAX - 1, INT64_MAX, 10, false, "#########.");
	expect_bar(INT64_MAX, INT64_MAX, 10, false, "##########");
	expect_percent(999, 1000, "99%");
	expect_percent(INT64_MAX - 1, INT64_MAX, "99%");
	expect_percent(1000, 1000, "100%");
	expect_percent(0, 1000, "0%");
}

Test(bar, takes_what_makes_no_sense)
{
	expect_bar(5, 0, 3, false, "...");
	expect_bar(12, 10, 3, false, "###");
	expect_bar(1, 1, 1000, false, "############################################################");
}
