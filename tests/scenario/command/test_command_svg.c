/*
 * test_command_svg: the output of `brabeion svg`, and --lang of all subcommands that have it.
 */
#include "support/command.h"

TestSuite(command_svg, .init = enter, .fini = leave);

#define NAMED                                            \
	"plugin_path: [\"" BRB_BUILD_DIR "/plugins\"]\n" \
	"cache_dir: cache\n"                             \
	"plugins:\n"                                     \
	"  - file: points.so\n"                          \
	"    badges:\n"                                  \
	"      - badge: points\n"                        \
	"        levels: [{ name: { de: \"<Erz> & 'Kupfer'\", fr: Airain } }, Zwei, Drei]\n"

static void earn(void)
{
	command_outcome outcome = run(EVENT("ada", "e1"), "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
}

static bool is_there(const char *program)
{
	char line[128];
	snprintf(line, sizeof line, "command -v %s >/dev/null 2>&1", program);
	return system(line) == 0;
}

/* Checked by a strict parser. */
static void expect_xml(const char *text)
{
	write_file("picture.svg", text);
	if (is_there("xmllint"))
		cr_expect_eq(system("xmllint --noout --nonet picture.svg"), 0, "%s", text);
	else if (is_there("python3"))
		cr_expect_eq(system("python3 -c 'import xml.dom.minidom as d; d.parse(\"picture.svg\")'"), 0, "%s",
			     text);
	else
		cr_skip_test("neither xmllint nor python3 is installed");
}

Test(command_svg, draws_a_badge_without_a_database)
{
	command_outcome outcome = run("", "svg", "points", NULL);
	command_outcome again = run("", "svg", "points", "--level", "3", NULL);
	command_outcome first = run("", "svg", "points", "--level", "1", NULL);
	expect_exit(outcome, 0);
	expect_out(again, outcome.out);
	cr_expect_str_neq(first.out, outcome.out);
	cr_expect_not_null(strstr(outcome.out, "<title>Gold</title>"), "%s", outcome.out);
	cr_expect_not_null(strstr(first.out, "<title>Bronze</title>"), "%s", first.out);
	cr_expect_str_eq(outcome.err, "");
	cr_expect_neq(access("badges.db", F_OK), 0);
	finish(&outcome);
	finish(&again);
	finish(&first);
}

Test(command_svg, writes_what_a_strict_parser_reads)
{
	write_file("badges.yaml", NAMED);
	command_outcome badge = run("", "svg", "points", "--level", "1", "--lang", "de", NULL);
	expect_exit(badge, 0);
	cr_expect_not_null(strstr(badge.out, "<title>&lt;Erz&gt; &amp; &#39;Kupfer&#39;</title>"), "%s", badge.out);
	expect_xml(badge.out);
	finish(&badge);
	const char event[] = "{\"event\":\"points_awarded\",\"user\":\"<a>&\\u0007\\\"\",\"points\":5001}\n";
	command_outcome outcome = run(event, "run", NULL);
	expect_exit(outcome, 0);
	finish(&outcome);
	command_outcome user = run("", "svg", "--user", "<a>&\x07\"", "--lang", "de-AT", NULL);
	expect_exit(user, 0);
	cr_expect_not_null(strstr(user.out, "&lt;a&gt;&amp;\xef\xbf\xbd&quot;\xe2\x80\x99s badges"), "%s", user.out);
	expect_xml(user.out);
	finish(&user);
}

Test(command_svg, draws_a_user_who_holds_nothing)
{
	earn();
	command_outcome outcome = run("", "svg", "--user", "bob", NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, "No badges yet."), "%s", outcome.out);
	expect_xml(outcome.out);
	finish(&outcome);
}

Test(command_svg, needs_a_database_for_a_user)
{
	command_outcome outcome = run("", "svg", "--user", "ada", NULL);
	expect_exit(outcome, 3);
	expect_out(outcome, "");
	cr_expect_neq(access("badges.db", F_OK), 0);
	finish(&outcome);
}

static void expect_usage(const char *message, const char *a, const char *b, const char *c)
{
	command_outcome outcome = run("", "svg", a, b, c, NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, message);
	expect_out(outcome, "");
	finish(&outcome);
}

Test(command_svg, says_what_is_wrong_with_its_words)
{
	expect_usage("brabeion svg: BADGE or --user USER is missing\nTry \"brabeion svg --help\".\n", NULL, NULL,
		     NULL);
	expect_usage("brabeion svg: BADGE does not go with --user\n", "points", "--user=ada", NULL);
	expect_usage("brabeion svg: --level does not go with --user\n", "--user=ada", "--level=1", NULL);
	expect_usage("no badge \"pionts\" is loaded (did you mean \"points\"?)\n", "pionts", NULL, NULL);
	expect_usage("no badge \"elephant\" is loaded\n", "elephant", NULL, NULL);
	expect_usage("badge \"points\" has 3 levels, not 4\n", "points", "--level=4", NULL);
	expect_usage("the language must be a tag such as de or pt-BR, not \"german!\"\n", "points", "--lang",
		     "german!");
}

static void expect_part(const char *part, const char *a, const char *b, const char *c, const char *d)
{
	command_outcome outcome = run("", a, b, c, d, NULL);
	expect_exit(outcome, 0);
	cr_expect_not_null(strstr(outcome.out, part), "no %s in %s", part, outcome.out);
	finish(&outcome);
}

Test(command_svg, names_come_in_a_language)
{
	write_file("badges.yaml", NAMED);
	expect_part("Airain, Zwei, Drei", "badges", "--lang", "fr-CA", NULL); /* without a database */
	earn();
	expect_part("Airain, Zwei, Drei", "badges", "--lang", "fr-CA", NULL);
	expect_part("\"name\":\"Airain\"", "badges", "--json", "--lang=fr", NULL);
	expect_part("Bronze, Zwei, Drei", "badges", "--lang", "es", NULL);
	expect_part("  Airain  ", "show", "ada", "--lang", "fr");
	expect_part("  Bronze  ", "show", "ada", NULL, NULL);
	expect_part("  Airain\n", "show", "--lang", "fr", NULL);
	expect_part("  Airain  ", "show", "--history", "--lang=fr", "ada");
	expect_part("ada  earned  Airain (points 1)", "awards", "--lang", "fr", NULL);
	expect_part("ada  earned  Bronze (points 1)", "awards", NULL, NULL, NULL);
}
