/*
 * cli/input/lines: lines from files and pipes, arriving in any pieces.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/input/lines.h"

enum { LIMIT = 10, PADDING = 8 };

static brb_cli_lines lines;
static brb_cli_line line;
static int wake[2];

static void enter(void)
{
	cr_assert_eq(pipe(wake), 0);
	brb_cli_lines_init(&lines, LIMIT, PADDING, wake[0]);
}

static void leave(void)
{
	brb_cli_lines_finish(&lines);
	close(wake[0]);
	close(wake[1]);
}

TestSuite(lines, .init = enter, .fini = leave);

static void begin_file(const char *bytes, size_t size)
{
	int file = memfd_create("lines", 0);
	cr_assert_geq(file, 0);
	cr_assert_eq(write(file, bytes, size), (ssize_t)size);
	cr_assert_eq(lseek(file, 0, SEEK_SET), 0);
	brb_cli_lines_begin(&lines, file);
}

static void expect_line(const char *text)
{
	brb_cli_lines_outcome outcome = brb_cli_lines_next(&lines, &line);
	cr_assert_eq(outcome, BRB_CLI_LINES_LINE, "%s: outcome %d", text, outcome);
	cr_assert_eq(line.size, strlen(text), "%s: %zu bytes", text, line.size);
	cr_assert_eq(memcmp(line.text, text, line.size), 0, "%s", text);
}

static void expect(brb_cli_lines_outcome wanted)
{
	brb_cli_lines_outcome outcome = brb_cli_lines_next(&lines, &line);
	cr_assert_eq(outcome, wanted, "outcome %d in place of %d", outcome, wanted);
}

#define BEGIN_FILE(literal) begin_file(literal, sizeof literal - 1)

Test(lines, reads_lines_and_numbers_them)
{
	BEGIN_FILE("one\n\nthree\n");
	expect_line("one");
	cr_expect_eq(lines.number, 1);
	expect_line("");
	expect_line("three");
	cr_expect_eq(lines.number, 3);
	expect(BRB_CLI_LINES_END);
	expect(BRB_CLI_LINES_END);
	cr_expect_eq(lines.bytes, 11);
	close(lines.input);
}

Test(lines, takes_a_last_line_without_its_end)
{
	BEGIN_FILE("one\ntwo");
	expect_line("one");
	expect_line("two");
	expect(BRB_CLI_LINES_END);
	close(lines.input);
}

Test(lines, takes_carriage_returns_off)
{
	BEGIN_FILE("one\r\n\r\ntw\ro\r");
	expect_line("one");
	expect_line("");
	expect_line("tw\ro");
	expect(BRB_CLI_LINES_END);
	close(lines.input);
}

Test(lines, passes_over_a_byte_order_mark_at_the_start_alone)
{
	BEGIN_FILE("\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo\n");
	expect_line("one");
	expect_line("\xEF\xBB\xBFtwo");
	expect(BRB_CLI_LINES_END);
	close(lines.input);
	BEGIN_FILE("\xEF\xBB\xBF");
	expect(BRB_CLI_LINES_END);
	close(lines.input);
}

Test(lines, takes_a_byte_order_mark_in_pieces_and_none_later)
{
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	brb_cli_lines_begin(&lines, ends[0]);
	cr_assert_eq(write(ends[1], "\xEF", 1), 1);
	expect(BRB_CLI_LINES_IDLE);
	cr_assert_eq(write(ends[1], "\xBB\xBFone\n", 6), 6);
	expect_line("one");
	cr_assert_eq(write(ends[1], "\xEF\xBB\xBFtwo\n", 7), 7);
	expect_line("\xEF\xBB\xBFtwo");
	expect(BRB_CLI_LINES_IDLE);
	cr_assert_eq(write(ends[1], "\xEF", 1), 1);
	close(ends[1]);
	expect_line("\xEF");
	expect(BRB_CLI_LINES_END);
	close(ends[0]);
}

Test(lines, takes_half_a_byte_order_mark_for_a_line)
{
	BEGIN_FILE("\xEF\xBB");
	expect_line("\xEF\xBB");
	expect(BRB_CLI_LINES_END);
	close(lines.input);
	BEGIN_FILE("\xEF\n");
	expect_line("\xEF");
	expect(BRB_CLI_LINES_END);
	close(lines.input);
}

Test(lines, finds_nothing_in_an_empty_file)
{
	BEGIN_FILE("");
	expect(BRB_CLI_LINES_END);
	close(lines.input);
}

Test(lines, takes_the_longest_line_and_passes_over_a_longer_one)
{
	BEGIN_FILE("0123456789\n0123456789\r\n0123456789a\nnext\n0123456789a");
	expect_line("0123456789");
	expect_line("0123456789");
	expect(BRB_CLI_LINES_LONG);
	cr_expect_eq(lines.number, 3);
	expect_line("next");
	expect(BRB_CLI_LINES_LONG);
	expect(BRB_CLI_LINES_END);
	close(lines.input);
}

static void *write_100_mb(void *context)
{
	static char block[1024 * 1024];
	int to = *(int *)context;
	memset(block, 'x', sizeof block);
	for (int i = 0; i < 100; i++)
		if (write(to, block, sizeof block) != (ssize_t)sizeof block)
			break;
	if (write(to, "\nend\n", 5) != 5)
		abort();
	close(to);
	return NULL;
}

static brb_cli_lines_outcome next_after_idle(void)
{
	brb_cli_lines_outcome outcome;
	do
		outcome = brb_cli_lines_next(&lines, &line);
	while (outcome == BRB_CLI_LINES_IDLE);
	return outcome;
}

Test(lines, passes_over_an_endless_line_in_constant_memory)
{
	int ends[2];
	pthread_t writer;
	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(pthread_create(&writer, NULL, write_100_mb, &ends[1]), 0);
	brb_cli_lines_begin(&lines, ends[0]);
	cr_assert_eq(next_after_idle(), BRB_CLI_LINES_LONG);
	cr_expect_leq(lines.capacity, 300 * 1024);
	cr_assert_eq(next_after_idle(), BRB_CLI_LINES_LINE);
	cr_expect_eq(line.size, 3);
	cr_expect_eq(lines.number, 2);
	cr_expect_eq(lines.bytes, 100 * 1024 * 1024 + 5);
	pthread_join(writer, NULL);
	close(ends[0]);
}

Test(lines, says_when_a_pipe_is_idle_and_keeps_half_a_line)
{
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	brb_cli_lines_begin(&lines, ends[0]);
	expect(BRB_CLI_LINES_IDLE);
	cr_assert_eq(write(ends[1], "one\ntw", 6), 6);
	expect_line("one");
	expect(BRB_CLI_LINES_IDLE);
	cr_assert_eq(write(ends[1], "o\n", 2), 2);
	expect_line("two");
	expect(BRB_CLI_LINES_IDLE);
	close(ends[1]);
	expect(BRB_CLI_LINES_END);
	close(ends[0]);
}

Test(lines, is_woken_while_it_waits)
{
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	brb_cli_lines_begin(&lines, ends[0]);
	expect(BRB_CLI_LINES_IDLE);
	cr_assert_eq(write(wake[1], "", 1), 1);
	expect(BRB_CLI_LINES_WOKEN);
	close(ends[0]);
	close(ends[1]);
}

Test(lines, begins_anew_with_each_input)
{
	BEGIN_FILE("one\nhalf");
	expect_line("one");
	close(lines.input);
	BEGIN_FILE("two\n");
	expect_line("two");
	cr_expect_eq(lines.number, 1);
	expect(BRB_CLI_LINES_END);
	close(lines.input);
}

Test(lines, tells_why_an_input_cannot_be_read)
{
	int folder = open("/", O_RDONLY);
	cr_assert_geq(folder, 0);
	brb_cli_lines_begin(&lines, folder);
	expect(BRB_CLI_LINES_FAILED);
	cr_expect_eq(lines.error, EISDIR);
	close(folder);
}
