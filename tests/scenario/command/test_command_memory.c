/*
 * test_command_memory: `brabeion memory`, its set and remove, and the record of what they did.
 */
#include "support/command.h"

TestSuite(command_memory, .init = enter, .fini = leave);

#define COMMENT(user, id) \
	"{\"event\":\"comment\",\"user\":\"" user "\",\"id\":\"" id "\",\"at\":\"2014-01-21T20:26:05Z\"}\n"

/* Two users with a comment each. */
static void comment(void)
{
	command_outcome outcome = run(COMMENT("ada", "c1") COMMENT("bob", "c2"), "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}

static void expect_run(int exit_code, const char *out, const char *err, const char *const *words)
{
	command_outcome outcome = run("", "memory", words[0], words[1], words[2], words[3], words[4], words[5],
				      words[6], words[7], words[8], NULL);
	expect_exit(outcome, exit_code);
	cr_expect_str_eq(outcome.out, out, "standard output:\n%s", outcome.out);
	cr_expect_str_eq(outcome.err, err, "standard error:\n%s", outcome.err);
	finish(&outcome);
}

#define EXPECT(code, out, err, ...) expect_run(code, out, err, (const char *const[10]){ __VA_ARGS__ })
#define USAGE "\nTry \"brabeion memory --help\".\n"

/* The name under which the shipped badge counts; found in what is listed. */
static const char *name_of(void)
{
	static char name[64];
	command_outcome outcome = run("", "memory", "--json", "--user", "ada", NULL);
	expect_exit(outcome, 0);
	const char *at = strstr(outcome.out, "\"name\":\"");
	cr_assert_not_null(at, "%s", outcome.out);
	snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 8, "\""), at + 8);
	finish(&outcome);
	return name;
}

Test(command_memory, it_lists_what_is_remembered_of_whom)
{
	comment();
	command_outcome outcome = run("", "memory", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, "PLUGIN"), "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out, "ada"), "%s", outcome.out);
	cr_expect_not_null(strstr(outcome.out, "bob"), "%s", outcome.out);
	finish(&outcome);
	outcome = run("", "memory", "--user", "ada", "--plugin", "threshold", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, "ada"), "%s", outcome.out);
	cr_expect_null(strstr(outcome.out, "bob"), "%s", outcome.out);
	finish(&outcome);
	EXPECT(0, "Nothing is remembered.\n", "", "--user", "zoe");
	EXPECT(0, "{\"memory\":[]}\n", "", "--json", "--plugin", "points");
}

Test(command_memory, a_value_that_is_set_is_what_the_next_event_sees)
{
	char out[128];
	comment();
	const char *name = name_of();
	snprintf(out, sizeof out, "%s is set\n", name);
	EXPECT(0, out, "", "set", "--plugin=threshold", "--badge=commentator", "--user=ada",
	       "--note=lost in the outage", name, "0");
	command_outcome outcome = run(COMMENT("ada", "c3"), "run", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "");
	finish(&outcome);
	snprintf(out, sizeof out, "%s is removed\n", name);
	EXPECT(0, out, "", "remove", "--plugin=threshold", "--badge=commentator", "--user=ada", "--note=again", name);
	snprintf(out, sizeof out, "nothing to remove: there is no \"%s\"\n", name);
	EXPECT(1, "", out, "remove", "--plugin=threshold", "--badge=commentator", "--user=ada", "--note=again", name);
	EXPECT(1, "{\"changed\":false}\n", out, "remove", "--json", "--plugin=threshold", "--badge=commentator",
	       "--user=ada", "--note=a", name);
}

Test(command_memory, changes_are_on_record_with_their_notes)
{
	comment();
	const char *name = name_of();
	EXPECT(0, "Nothing was changed by hand.\n", "", "--history");
	EXPECT(0, "{\"changed\":true}\n", "", "set", "--json", "--plugin=threshold", "--badge=commentator",
	       "--user=ada", "--note=lost in the outage", name, "5");
	command_outcome outcome = run("", "memory", "--history", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, " of user ada: 1 -> 5: lost in the outage\n"), "%s", outcome.out);
	finish(&outcome);
	outcome = run("", "memory", "--history", "--json", "--user", "ada", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(
		strstr(outcome.out, "\"before\":\"1\",\"after\":\"5\",\"note\":\"lost in the outage\"}]}\n"), "%s",
		outcome.out);
	finish(&outcome);
}

Test(command_memory, it_says_what_is_wrong)
{
	comment();
	EXPECT(2, "", "there is no user \"adda\" (did you mean \"ada\"?)\n", "set", "--plugin=threshold",
	       "--user=adda", "--note=x", "n", "1");
	EXPECT(2, "", "no plugin of the id \"treshold\" has ever been loaded with this database\n", "set",
	       "--plugin=treshold", "--user=ada", "--note=x", "n", "1");
	EXPECT(2, "", "brabeion memory: --note TEXT is missing: why, for the record" USAGE, "set",
	       "--plugin=threshold", "--user=ada", "n", "1");
	EXPECT(2, "", "brabeion memory: --plugin PLUGIN is missing: whose memory it is" USAGE, "set", "--user=ada",
	       "--note=x", "n", "1");
	EXPECT(2, "", "brabeion memory: --user USER or --thing THING is missing" USAGE, "remove",
	       "--plugin=threshold", "--note=x", "n");
	EXPECT(2, "", "brabeion memory: VALUE is missing" USAGE, "set", "--plugin=threshold", "--user=ada", "n");
	EXPECT(2, "", "brabeion memory: remove takes one NAME" USAGE, "remove", "n", "1");
	EXPECT(2, "", "brabeion memory: either --user or --thing" USAGE, "--user=ada", "--thing=x");
	EXPECT(2, "", "brabeion memory: expected set or remove" USAGE, "drop");
	EXPECT(2, "", "brabeion memory: --note needs set or remove" USAGE, "--note=x");
}
