/*
 * test_command_check: `brabeion check PLUGIN.so...`: the contents of plugin files and their faults. Not here: faults of
 * badges.yaml (test_command_read).
 */
#include "support/command.h"

TestSuite(command_check, .init = enter, .fini = leave);

#define PLUGIN(name) BRB_TEST_PLUGIN_DIR "/" name

/* `part` is in the output, without the file's size and content. */
static void expect_lines(const char *plugin, int exit_code, const char *first, const char *rest, const char *err)
{
	command_outcome outcome = run("", "check", plugin, NULL);
	expect_exit(outcome, exit_code);
	cr_assert_eq(strncmp(outcome.out, plugin, strlen(plugin)), 0, "%s", outcome.out);
	cr_assert_eq(strncmp(outcome.out + strlen(plugin), first, strlen(first)), 0, "%s", outcome.out);
	const char *unloads = strstr(outcome.out, "  unloads ");
	cr_assert_str_eq(unloads ? unloads : "", rest, "%s", outcome.out);
	cr_assert_str_eq(outcome.err, err);
	finish(&outcome);
}

Test(command_check, says_what_is_in_a_plugin)
{
	expect_lines(PLUGIN("good_many.so"), 0, ": good-many 1.0, 2 badges, fine\n  file      ",
		     "  unloads   yes, when replaced\n"
		     "  needs     nothing beside the C and C++ libraries\n"
		     "  ABI       1.0, needs an engine of 1.0 or newer\n"
		     "  observes  visit\n"
		     "  badge     first-visit: level Welcome; on visit\n"
		     "  badge     third-visit: level Regular; on visit\n"
		     "  memory    visits: number of a user, merge: sum (shared by all badges)\n",
		     "");
	expect_lines(PLUGIN("starts_thread.so"), 0, ": starts-thread, 1 badge, fine\n  file      ",
		     "  unloads   no, it stays in the process when replaced: it imports pthread_create\n"
		     "  needs     nothing beside the C and C++ libraries\n"
		     "  ABI       1.0, needs an engine of 1.0 or newer\n"
		     "  badge     starts-thread: level Alive; on visit; multiple\n",
		     "");
	expect_lines(
		PLUGIN("levels_from_config.so"), 0, ": levels-from-config, 1 badge, fine\n",
		"  unloads   yes, when replaced\n"
		"  needs     nothing beside the C and C++ libraries\n"
		"  ABI       1.0, needs an engine of 1.0 or newer\n"
		"  badge     levels-from-config: no levels of its own; on visit; levels from badges.yaml\n",
		"note: " PLUGIN("levels_from_config.so") ": without settings: badge \"levels-from-config\" has no "
							 "levels: it could never be awarded\n");
}

Test(command_check, says_what_is_wrong_with_a_plugin)
{
	expect_lines(
		PLUGIN("missing_function.so"), 2, ": 1 problem\n  file      ",
		"  unloads   yes, when replaced\n"
		"  needs     symbols function_that_nobody_defines\n",
		PLUGIN("missing_function.so") ": cannot be loaded: undefined symbol: function_that_nobody_defines "
					      "(define it, or link the plugin with the library that has it: "
					      "-l...)\n");
	expect_lines(PLUGIN("award_crashes.so"), 2, ": misbehaves, 1 badge, 1 problem\n  file      ",
		     "  unloads   yes, when replaced\n"
		     "  needs     nothing beside the C and C++ libraries\n"
		     "  ABI       1.0, needs an engine of 1.0 or newer\n"
		     "  observes  visit\n"
		     "  badge     odd: level One; on visit; progress\n",
		     PLUGIN("award_crashes.so") ": crashed (SIGSEGV) while its badge \"odd\" judged a trial event\n");
	expect_lines(PLUGIN("undeclared.so"), 2, ": undeclared, 1 badge, 1 problem\n  file      ",
		     "  unloads   yes, when replaced\n"
		     "  needs     nothing beside the C and C++ libraries\n"
		     "  ABI       1.0, needs an engine of 1.0 or newer\n"
		     "  badge     undeclared: level One; on visit\n",
		     PLUGIN("undeclared.so") ": uses memory that it does not declare: badge \"undeclared\": memory "
					     "\"visits\" is not declared: declare it: BADGE_TALLY(\"visits\")\n");
	expect_lines("badges.yaml", 2, ": 1 problem\n", "",
		     "badges.yaml: is not a shared object: it begins with \"database: badges\"\n"
		     "\"brabeion check --config FILE\" checks a badges.yaml.\n");
	expect_lines("", 2, "", "", "brabeion check: the path of a plugin is empty\n");
}

Test(command_check, says_how_another_badges_yaml_is_named)
{
	static const char *const commands[] = { "check", "badges", "run" };
	cr_assert_eq(unlink("badges.yaml"), 0);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		command_outcome outcome = run("", commands[i], NULL);
		expect_exit(outcome, 2);
		cr_expect_str_eq(outcome.err,
				 "badges.yaml: No such file or directory (--config FILE names another)\n");
		finish(&outcome);
	}
	command_outcome outcome = run("", "check", "--config", "other.yaml", NULL);
	expect_exit(outcome, 2);
	cr_expect_str_eq(outcome.err, "other.yaml: No such file or directory\n");
	finish(&outcome);
}

Test(command_check, looks_at_each_and_needs_no_badges_yaml)
{
	cr_assert_eq(unlink("badges.yaml"), 0);
	command_outcome outcome = run("", "check", "nowhere.so", PLUGIN("good_one.so"), NULL);
	expect_exit(outcome, 2);
	cr_expect_eq(strncmp(outcome.out, "nowhere.so: 1 problem\n" PLUGIN("good_one.so") ": ",
			     sizeof("nowhere.so: 1 problem\n" PLUGIN("good_one.so") ": ") - 1),
		     0, "%s", outcome.out);
	cr_expect_str_eq(outcome.err, "nowhere.so: cannot be read: No such file or directory\n");
	cr_expect_neq(access("badges.db", F_OK), 0);
	finish(&outcome);
}

Test(command_check, tells_machines)
{
	command_outcome outcome = run("", "check", "--json", "nowhere.so", PLUGIN("good_many.so"), NULL);
	expect_exit(outcome, 2);
	cr_expect_str_eq(outcome.err, "");
	const char first[] = "{\"plugins\":[{\"path\":\"nowhere.so\",\"fine\":false,"
			     "\"problems\":[\"cannot be read: No such file or directory\"],\"notes\":[]},"
			     "{\"path\":\"" PLUGIN("good_many.so") "\",\"fine\":true,\"size_bytes\":";
	cr_expect_eq(strncmp(outcome.out, first, sizeof first - 1), 0, "%s", outcome.out);
	const char *rest = strstr(outcome.out, "\"unloads\"");
	cr_assert_not_null(rest);
	cr_expect_str_eq(
		rest,
		"\"unloads\":true,\"resident_because\":\"\",\"libraries\":[],\"symbols\":[],\"id\":\"good-many\","
		"\"version\":\"1.0\",\"abi_major\":1,\"abi_minor\":0,\"needs_minor\":0,\"observes\":true,"
		"\"watches\":[\"visit\"],\"badges\":[{\"slug\":\"first-visit\",\"multiple\":false,\"async\":false,"
		"\"levels_from_config\":false,\"progress\":false,\"events\":[\"visit\"],\"levels\":[{\"level\":1,"
		"\"name\":\"Welcome\","
		"\"description\":\"First "
		"visit\"}],\"remembered\":[]},{\"slug\":\"third-visit\",\"multiple\":false,\"async\":false,"
		"\"levels_from_config\":false,\"progress\":false,\"events\":[\"visit\"],\"levels\":[{\"level\":1,"
		"\"name\":\"Regular\","
		"\"description\":\"Third visit\"}],\"remembered\":[]}],\"remembered\":[{\"name\":\"visits\","
		"\"owner\":\"user\",\"kind\":\"number\",\"keys\":\"text\",\"merge\":\"sum\"}],\"problems\":[],"
		"\"notes\":[]}]}\n");
	finish(&outcome);
}

Test(command_check, says_so_when_nothing_can_be_tried)
{
	setenv("BRABEION_PROBE", "/nowhere/brabeion-probe", 1);
	command_outcome outcome = run("", "check", PLUGIN("good_one.so"), NULL);
	expect_exit(outcome, 2);
	expect_out(outcome, "");
	expect_err(outcome, "good_one.so: cannot be tried: there is no /nowhere/brabeion-probe");
	finish(&outcome);
}
