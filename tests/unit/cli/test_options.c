/*
 * test_options: the words behind a subcommand.
 *
 * What a wrong word is answered is tested through the command: tests/scenario/test_command_read.c.
 */
#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

#include "cli/shell/options.h"
#include "cli/support/nearest.h"

enum { ALL = 0xFFF };

static brb_cli_options options;

/* The words end with NULL. */
static bool read_words(const char *const *words, unsigned known, size_t most_arguments)
{
	static char copies[16][64];
	static char *pointers[17];
	int count = 0;
	for (; words[count]; count++) {
		strcpy(copies[count], words[count]);
		pointers[count] = copies[count];
	}
	pointers[count] = NULL;
	return brb_cli_options_read(count, pointers, known, most_arguments, &options);
}

#define READ(known, most, ...) read_words((const char *const[]){ "run", __VA_ARGS__, NULL }, known, most)

Test(options, has_good_values_where_nothing_is_said)
{
	const char *const words[] = { "run", NULL };
	cr_assert(read_words(words, ALL, SIZE_MAX));
	cr_expect_str_eq(options.config, "badges.yaml");
	cr_expect_null(options.database);
	cr_expect_not(options.strict);
	cr_expect_not(options.text);
	cr_expect_not(options.json);
	cr_expect_not(options.has_limit);
	cr_expect_eq(options.batch, 10000);
	cr_expect_eq(options.progress, BRB_CLI_AUTO);
	cr_expect_eq(options.argument_count, 0);
}

Test(options, reads_all_of_them)
{
	cr_assert(READ(ALL, SIZE_MAX, "--config", "c.yaml", "--database=d.db", "--strict", "--format", "text",
		       "--batch", "7", "--progress", "never", "--json", "--limit", "3", "a", "-"));
	cr_expect_str_eq(options.config, "c.yaml");
	cr_expect_str_eq(options.database, "d.db");
	cr_expect(options.strict);
	cr_expect(options.text);
	cr_expect_eq(options.batch, 7);
	cr_expect_eq(options.progress, BRB_CLI_NEVER);
	cr_expect(options.json);
	cr_expect(options.has_limit);
	cr_expect_eq(options.limit, 3);
	cr_assert_eq(options.argument_count, 2);
	cr_expect_str_eq(options.arguments[0], "a");
	cr_expect_str_eq(options.arguments[1], "-");
}

Test(options, takes_options_behind_arguments_but_not_behind_two_dashes)
{
	cr_assert(READ(ALL, SIZE_MAX, "a", "--strict", "--", "--json"));
	cr_expect(options.strict);
	cr_expect_not(options.json);
	cr_assert_eq(options.argument_count, 2);
	cr_expect_str_eq(options.arguments[1], "--json");
}

Test(options, refuses_what_the_subcommand_does_not_know)
{
	cr_expect_not(READ(BRB_CLI_OPTION_CONFIG, 0, "--strict"));
	cr_expect_not(READ(BRB_CLI_OPTION_CONFIG, 0, "word"));
	cr_expect(READ(BRB_CLI_OPTION_CONFIG, 0, "--help"));
	cr_expect(options.help);
}

Test(options, refuses_wrong_values)
{
	cr_expect_not(READ(ALL, 9, "--batch", "0"));
	cr_expect_not(READ(ALL, 9, "--batch", "100001"));
	cr_expect_not(READ(ALL, 9, "--batch", "-1"));
	cr_expect_not(READ(ALL, 9, "--batch", "7x"));
	cr_expect_not(READ(ALL, 9, "--limit", ""));
	cr_expect_not(READ(ALL, 9, "--limit", "99999999999999999999999"));
	cr_expect_not(READ(ALL, 9, "--format", "xml"));
	cr_expect_not(READ(ALL, 9, "--progress", "perhaps"));
	cr_expect_not(READ(ALL, 9, "--config", ""));
	cr_expect_not(READ(ALL, 9, "--config"));
	cr_expect_not(READ(ALL, 9, "--strict=yes"));
}

Test(options, finds_the_nearest_word)
{
	const char *const names[] = { "run", "badges", "show", "check", NULL };
	cr_expect_str_eq(brb_cli_nearest("rnu", names), "run");
	cr_expect_str_eq(brb_cli_nearest("badge", names), "badges");
	cr_expect_str_eq(brb_cli_nearest("chekc", names), "check");
	cr_expect_str_eq(brb_cli_nearest("shwo", names), "show");
	cr_expect_null(brb_cli_nearest("elephant", names));
	cr_expect_null(brb_cli_nearest("an-absurdly-long-word-that-no-one-would-ever-type-here", names));
}

Test(options, reads_which_jobs)
{
	enum { JOBS = BRB_CLI_OPTION_JOBS | BRB_CLI_OPTION_ALL };
	cr_assert(READ(JOBS, SIZE_MAX, "retry", "--parked", "--badge", "addict", "--user", "ada", "--all"));
	cr_expect_eq(options.job_state, BRABEION_JOB_PARKED);
	cr_expect_str_eq(options.badge, "addict");
	cr_expect_str_eq(options.user, "ada");
	cr_expect(options.all);
	cr_assert(READ(JOBS, SIZE_MAX, "--waiting", "--waiting"));
	cr_expect_eq(options.job_state, BRABEION_JOB_WAITING);
	cr_expect_not(READ(JOBS, SIZE_MAX, "--running", "--delayed"));
	cr_expect_not(READ(JOBS, SIZE_MAX, "--badge", ""));
	cr_expect_not(READ(JOBS, SIZE_MAX, "--user="));
}

Test(options, reads_how_many_processes)
{
	enum { WORKER = BRB_CLI_OPTION_PROCESSES | BRB_CLI_OPTION_UNTIL_IDLE };
	cr_assert(READ(WORKER, 0, "--until-idle"));
	cr_expect(options.until_idle);
	cr_expect_eq(options.processes, 1);
	cr_assert(READ(WORKER, 0, "--processes", "256"));
	cr_expect_eq(options.processes, 256);
	cr_expect_not(options.until_idle);
	cr_expect_not(READ(WORKER, 0, "--processes", "257"));
}
