/*
 * cli/output/progress_bar: the figures are right, and the line is never wider than the terminal.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "cli/output/progress_bar.h"
#include "cli/output/terminal_text.h"

static brb_cli_out out;
static brb_cli_progress_bar progress;

static void enter(void)
{
	brb_cli_out_init(&out, -1);
	brb_cli_progress_bar_init(&progress, true, 1000000);
}

TestSuite(progress, .init = enter);

static const brb_cli_counts half = { .lines = 421000, .bytes = 500, .total_bytes = 1000, .awards = 3201 };

static void expect(const char *text)
{
	cr_assert_eq(out.used, strlen(text), "%.*s", (int)out.used, out.data);
	cr_assert_eq(memcmp(out.data, text, out.used), 0, "%.*s", (int)out.used, out.data);
	out.used = 0;
}

static void draw(const brb_cli_counts *counts, size_t columns, int64_t now_us)
{
	brb_cli_terminal terminal = { .is_terminal = true, .columns = columns };
	brb_cli_progress_bar_draw(&progress, &out, &terminal, counts, now_us);
}

Test(progress, tells_share_lines_rate_awards_and_time_left)
{
	draw(&half, 100, 3000000);
	expect("\r\x1b[K[###############...............]   50%  421,000 lines  210,500/s  3,201 awards  0:02 left");
}

Test(progress, tells_the_time_gone_where_the_size_is_not_known)
{
	brb_cli_counts counts = half;
	counts.total_bytes = 0;
	draw(&counts, 100, 3000000);
	expect("\r\x1b[K421,000 lines  210,500/s  3,201 awards  0:02");
}

Test(progress, leaves_out_what_does_not_fit)
{
	draw(&half, 40, 3000000);
	expect("\r\x1b[K 50%  421,000 lines  210,500/s");
	draw(&half, 10, 3000000);
	expect("\r\x1b[K 50%");
}

Test(progress, is_never_wider_than_the_terminal)
{
	brb_cli_counts counts = { UINT64_MAX, 7, 9, UINT64_MAX };
	for (size_t columns = 1; columns < 200; columns++) {
		out.used = 0;
		draw(&counts, columns, INT64_MAX / 2);
		cr_assert_lt(out.used - strlen("\r\x1b[K"), columns, "%zu columns: %zu", columns, out.used);
	}
}

Test(progress, says_hours_left_as_hours)
{
	brb_cli_counts counts = { .lines = 1, .bytes = 1, .total_bytes = 3601, .awards = 1 };
	draw(&counts, 80, 2000000);
	expect("\r\x1b[K[..............................]    0%  1 line  1/s  1 award  1:00:00 left");
}

Test(progress, is_due_ten_times_a_second_if_it_is_wanted)
{
	cr_expect_not(brb_cli_progress_bar_is_due(&progress, 1099999));
	cr_expect(brb_cli_progress_bar_is_due(&progress, 1100000));
	draw(&half, 80, 1100000);
	cr_expect_not(brb_cli_progress_bar_is_due(&progress, 1199999));
	cr_expect(brb_cli_progress_bar_is_due(&progress, 1200000));
	brb_cli_progress_bar_init(&progress, false, 0);
	cr_expect_not(brb_cli_progress_bar_is_due(&progress, 5000000));
}

Test(progress, is_taken_away_once)
{
	brb_cli_progress_bar_clear(&progress, &out);
	expect("");
	draw(&half, 20, 3000000);
	out.used = 0;
	brb_cli_progress_bar_clear(&progress, &out);
	expect("\r\x1b[K");
	brb_cli_progress_bar_clear(&progress, &out);
	expect("");
}
