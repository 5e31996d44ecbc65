/*
 * test_options: the options and arguments of subcommands, and the table that defines them.
 *
 * Messages are tested through the command: tests/scenario/command/test_command_read.c.
 */
#include <criterion/criterion.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cli/shell/commands.h"

static brb_cli_options options;

/* The words begin with the subcommand and end with NULL. */
static bool read_words(const char *const *words, size_t most_arguments)
{
	static char copies[32][64];
	static char *pointers[33];
	int count = 0;
	for (; words[count]; count++) {
		strcpy(copies[count], words[count]);
		pointers[count] = copies[count];
	}
	pointers[count] = NULL;
	return brb_cli_options_read(count, pointers, most_arguments, &options);
}

#define READ(most, ...) read_words((const char *const[]){ __VA_ARGS__, NULL }, most)

Test(options, has_defaults)
{
	cr_assert(READ(SIZE_MAX, "run"));
	cr_expect_str_eq(options.config, "badges.yaml");
	cr_expect_null(options.database);
	cr_expect_not(options.strict);
	cr_expect_eq(options.format, BRB_CLI_FORMAT_JSON);
	cr_expect_eq(options.clock, BRB_CLI_CLOCK_EVENTS);
	cr_expect_eq(options.limit, 0);
	cr_expect_eq(options.batch, 0);
	cr_expect_eq(options.progress, BRB_CLI_AUTO);
	cr_expect_eq(options.watch, BRB_CLI_AUTO);
	cr_expect_eq(options.argument_count, 0);
	cr_assert(READ(SIZE_MAX, "show"));
	cr_expect_eq(options.progress, BRB_CLI_NEVER);
	cr_expect_eq(options.watch, BRB_CLI_NEVER);
}

Test(options, reads_all_types)
{
	cr_assert(READ(SIZE_MAX, "run", "--config", "c.yaml", "--database=d.db", "--strict", "--format", "text",
		       "--batch", "7", "--progress", "never", "--watch=off", "--clock", "wall", "--until",
		       "1970-01-01T00:00:01Z", "a", "-"));
	cr_expect_str_eq(options.config, "c.yaml");
	cr_expect_str_eq(options.database, "d.db");
	cr_expect(options.strict);
	cr_expect_eq(options.format, BRB_CLI_FORMAT_TEXT);
	cr_expect_eq(options.batch, 7);
	cr_expect_eq(options.progress, BRB_CLI_NEVER);
	cr_expect_eq(options.watch, BRB_CLI_NEVER);
	cr_expect_eq(options.clock, BRB_CLI_CLOCK_WALL);
	cr_expect(options.until.is_given);
	cr_expect_eq(options.until.us, 1000000);
	cr_assert_eq(options.argument_count, 2);
	cr_expect_str_eq(options.arguments[0], "a");
	cr_expect_str_eq(options.arguments[1], "-");
	cr_assert(READ(SIZE_MAX, "run", "--watch"));
	cr_expect_eq(options.watch, BRB_CLI_ALWAYS);
	cr_assert(READ(SIZE_MAX, "backfill", "--badge", "a", "--badge=b"));
	cr_assert_eq(options.badges.count, 2);
	cr_expect_str_eq(options.badges.names[1], "b");
}

Test(options, takes_options_behind_arguments_but_not_behind_two_dashes)
{
	cr_assert(READ(SIZE_MAX, "run", "a", "--strict", "--", "--json"));
	cr_expect(options.strict);
	cr_expect_not(options.json);
	cr_assert_eq(options.argument_count, 2);
	cr_expect_str_eq(options.arguments[1], "--json");
}

Test(options, tells_options_of_one_name_apart_by_the_subcommand)
{
	cr_assert(READ(1, "show", "--progress", "ada"));
	cr_expect(options.show_progress);
	cr_assert(READ(0, "awards", "--since", "7"));
	cr_expect_eq(options.since, 7);
	cr_expect_not(options.since_time.is_given);
	cr_assert(READ(0, "explain", "--since", "1970-01-01T00:00:01Z"));
	cr_expect_eq(options.since_time.us, 1000000);
	cr_assert(READ(0, "try", "--format", "junit"));
	cr_expect_eq(options.try_format, BRB_CLI_TRY_JUNIT);
}

Test(options, refuses_what_the_subcommand_does_not_know)
{
	cr_expect_not(READ(0, "check", "--strict"));
	cr_expect_not(READ(0, "check", "--database", "d.db"));
	cr_expect_not(READ(0, "check", "word"));
	cr_expect(READ(0, "check", "--help"));
	cr_expect(options.help);
}

Test(options, refuses_wrong_values)
{
	cr_expect_not(READ(9, "run", "--batch", "0"));
	cr_expect_not(READ(9, "run", "--batch", "100001"));
	cr_expect_not(READ(9, "run", "--batch", "-1"));
	cr_expect_not(READ(9, "run", "--batch", "7x"));
	cr_expect_not(READ(9, "run", "--format", "xml"));
	cr_expect_not(READ(9, "run", "--format", "jso"));
	cr_expect_not(READ(9, "run", "--format", ""));
	cr_expect_not(READ(9, "run", "--progress", "perhaps"));
	cr_expect_not(READ(9, "run", "--config", ""));
	cr_expect_not(READ(9, "run", "--config"));
	cr_expect_not(READ(9, "run", "--strict=yes"));
	cr_expect_not(READ(9, "show", "--limit", ""));
	cr_expect_not(READ(9, "show", "--limit", "99999999999999999999999"));
}

Test(options, reads_which_jobs)
{
	cr_assert(READ(SIZE_MAX, "jobs", "retry", "--parked", "--badge", "addict", "--user", "ada", "--all"));
	cr_expect_eq(options.job_state, BRABEION_JOB_PARKED);
	cr_expect_str_eq(options.badge, "addict");
	cr_expect_str_eq(options.user, "ada");
	cr_expect(options.all);
	cr_assert(READ(SIZE_MAX, "jobs", "--waiting", "--waiting"));
	cr_expect_eq(options.job_state, BRABEION_JOB_WAITING);
	cr_expect_not(READ(SIZE_MAX, "jobs", "--running", "--delayed"));
	cr_expect_not(READ(SIZE_MAX, "jobs", "--badge", ""));
	cr_expect_not(READ(SIZE_MAX, "jobs", "--user="));
}

Test(options, reads_how_many_processes)
{
	cr_assert(READ(0, "worker", "--until-idle"));
	cr_expect(options.until_idle);
	cr_expect_eq(options.processes, 1);
	cr_assert(READ(0, "worker", "--processes", "256"));
	cr_expect_eq(options.processes, 256);
	cr_expect_not(options.until_idle);
	cr_expect_not(READ(0, "worker", "--processes", "257"));
}

Test(options, rows_name_subcommands_that_exist)
{
	char words[256];
	size_t count = 0;
	const brb_cli_subcommand *subcommands = brb_cli_subcommands(&count);
	cr_assert_gt(count, 0);
	for (size_t i = 0; i < count; i++)
		for (const brb_cli_option *option = NULL;
		     (option = brb_cli_options_next(subcommands[i].name, option));) {
			strcpy(words, option->subcommands);
			for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
				cr_expect_not_null(brb_cli_subcommand_find(word), "--%s: %s", option->name, word);
		}
}

Test(options, a_subcommand_has_each_name_once)
{
	size_t count = 0;
	const brb_cli_subcommand *subcommands = brb_cli_subcommands(&count);
	for (size_t i = 0; i < count; i++)
		for (const brb_cli_option *one = NULL; (one = brb_cli_options_next(subcommands[i].name, one));)
			for (const brb_cli_option *other = one;
			     (other = brb_cli_options_next(subcommands[i].name, other));)
				cr_expect_str_neq(one->name, other->name, "%s", subcommands[i].name);
}

Test(options, readme_lists_each_subcommand)
{
	static char readme[64 * 1024];
	char mention[64];
	size_t count = 0;
	const brb_cli_subcommand *subcommands = brb_cli_subcommands(&count);
	FILE *file = fopen(BRB_SOURCE_DIR "/README.md", "r");
	cr_assert_not_null(file);
	cr_assert_gt(fread(readme, 1, sizeof readme - 1, file), 0);
	fclose(file);
	for (size_t i = 0; i < count; i++) {
		snprintf(mention, sizeof mention, "\n| `brabeion %s", subcommands[i].name);
		cr_expect_not_null(strstr(readme, mention), "%s", subcommands[i].name);
	}
}
