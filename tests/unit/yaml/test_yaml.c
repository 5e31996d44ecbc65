/*
 * test_yaml: the meaning of files, the places of faults, and the safety against any input.
 */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "yaml/yaml.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* A tree without faults, or an error. */
static brabeion_status parse(const char *bytes, size_t length, brb_yaml **yaml, brabeion_error *error)
{
	brb_yaml *made = NULL;
	brabeion_status status = brb_yaml_parse(bytes, length, "f", &made, error);
	if (status == BRABEION_OK)
		status = brb_yaml_verdict(made, error);
	if (status == BRABEION_OK)
		*yaml = made;
	else
		brb_yaml_close(made);
	return status;
}

static brabeion_status open_file(const char *path, const char *name, brb_yaml **yaml, brabeion_error *error)
{
	brb_builder content = { 0 };
	brabeion_status status = brb_yaml_read_file(path, name, &content, error);
	if (status == BRABEION_OK)
		status = parse(content.text, content.length, yaml, error);
	brb_builder_finish(&content);
	return status;
}

static brb_yaml *parsed(const char *text)
{
	brb_yaml *yaml = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = parse(text, strlen(text), &yaml, &error);
	cr_assert_eq(status, BRABEION_OK, "%s", error.message ? error.message : "");
	return yaml;
}

static void expect_fault_of(const char *bytes, size_t length, const char *message)
{
	brb_yaml *yaml = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status = parse(bytes, length, &yaml, &error);
	cr_expect_eq(status, BRABEION_CONFIG, "for %s", bytes);
	cr_expect_null(yaml);
	cr_expect_str_eq(error.message ? error.message : "(none)", message, "for %s: got %s", bytes,
			 error.message ? error.message : "(none)");
	brabeion_error_finish(&error);
	brb_yaml_close(yaml);
}

static void expect_fault(const char *text, const char *message)
{
	expect_fault_of(text, strlen(text), message);
}

static const brb_yaml_node *item(const brb_yaml *yaml, size_t index)
{
	return brb_yaml_root(yaml)->items[index];
}

/* ---- meaning ---------------------------------------------------------------------------------------------------- */

Test(yaml, a_file_is_a_tree_with_places)
{
	brb_yaml *yaml = parsed("plugins:\n  - file: a.so\n    settings: {at: [1, 2]}\n  - b\n");
	const brb_yaml_node *root = brb_yaml_root(yaml);
	cr_expect_eq(root->kind, BRB_YAML_MAPPING);
	cr_expect_eq(root->count, 1);
	cr_expect_str_eq(root->entries[0].key, "plugins");
	const brb_yaml_node *list = brb_yaml_get(root, "plugins");
	cr_expect_eq(list->kind, BRB_YAML_LIST);
	cr_expect_eq(list->line, 2);
	cr_expect_eq(list->column, 3);
	const brb_yaml_node *file = brb_yaml_get(list->items[0], "file");
	cr_expect_str_eq(file->text, "a.so");
	cr_expect_eq(file->line, 2);
	cr_expect_eq(file->column, 11);
	const brb_yaml_node *at = brb_yaml_get(brb_yaml_get(list->items[0], "settings"), "at");
	cr_expect_eq(at->count, 2);
	cr_expect_eq(at->items[1]->value.integer, 2);
	cr_expect_eq(list->items[0]->entries[1].key_line, 3);
	cr_expect_eq(list->items[0]->entries[1].key_column, 5);
	cr_expect_null(brb_yaml_get(root, "nothing"));
	cr_expect_null(brb_yaml_get(list, "file"));
	cr_expect_null(brb_yaml_get(NULL, "file"));
	brb_yaml_close(yaml);
}

Test(yaml, columns_count_characters_not_bytes)
{
	brb_yaml *yaml = parsed("{é: x}");
	cr_expect_eq(brb_yaml_root(yaml)->entries[0].value->column, 5);
	brb_yaml_close(yaml);
}

Test(yaml, nothing_is_null_at_the_beginning)
{
	static const char *const texts[] = { "", "\n\n", "# only a comment\n", "\xef\xbb\xbf", " " };
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		brb_yaml *yaml = parsed(texts[i]);
		cr_expect_eq(brb_yaml_root(yaml)->kind, BRB_YAML_NULL);
		cr_expect_eq(brb_yaml_root(yaml)->line, 1);
		cr_expect_eq(brb_yaml_root(yaml)->column, 1);
		brb_yaml_close(yaml);
	}
}

Test(yaml, plain_scalars_follow_the_core_schema)
{
	static const struct {
		const char *text;
		brb_yaml_kind kind;
	} cases[] = {
		{ "~", BRB_YAML_NULL },        { "null", BRB_YAML_NULL },  { "NULL", BRB_YAML_NULL },
		{ "nUll", BRB_YAML_TEXT },     { "true", BRB_YAML_BOOL },  { "False", BRB_YAML_BOOL },
		{ "yes", BRB_YAML_TEXT },      { "no", BRB_YAML_TEXT },    { "on", BRB_YAML_TEXT },
		{ "Off", BRB_YAML_TEXT },      { "y", BRB_YAML_TEXT },     { "0", BRB_YAML_INT },
		{ "007", BRB_YAML_INT },       { "+12", BRB_YAML_INT },    { "-0", BRB_YAML_INT },
		{ "0x", BRB_YAML_TEXT },       { "0xg", BRB_YAML_TEXT },   { "0o8", BRB_YAML_TEXT },
		{ "0b1", BRB_YAML_TEXT },      { "1_000", BRB_YAML_TEXT }, { "--", BRB_YAML_TEXT },
		{ "1.", BRB_YAML_REAL },       { ".5", BRB_YAML_REAL },    { "1e5", BRB_YAML_REAL },
		{ "-1.5E-3", BRB_YAML_REAL },  { "1e", BRB_YAML_TEXT },    { ".", BRB_YAML_TEXT },
		{ "1.2.3", BRB_YAML_TEXT },    { "12:30", BRB_YAML_TEXT }, { "2024-01-01", BRB_YAML_TEXT },
		{ "1,5", BRB_YAML_TEXT },      { "30d", BRB_YAML_TEXT },   { "'1'", BRB_YAML_TEXT },
		{ "\"true\"", BRB_YAML_TEXT }, { "''", BRB_YAML_TEXT },    { "inf", BRB_YAML_TEXT },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		brb_yaml *yaml = parsed(cases[i].text);
		cr_expect_eq(brb_yaml_root(yaml)->kind, cases[i].kind, "%s is %s", cases[i].text,
			     brb_yaml_kind_name(brb_yaml_root(yaml)->kind));
		brb_yaml_close(yaml);
	}
}

Test(yaml, integers_reach_both_ends_of_64_bits)
{
	brb_yaml *yaml = parsed("[9223372036854775807, -9223372036854775808, 0x7fffffffffffffff, 0o17, +5, 0x1F]");
	cr_expect_eq(item(yaml, 0)->value.integer, INT64_MAX);
	cr_expect_eq(item(yaml, 1)->value.integer, INT64_MIN);
	cr_expect_eq(item(yaml, 2)->value.integer, INT64_MAX);
	cr_expect_eq(item(yaml, 3)->value.integer, 15);
	cr_expect_eq(item(yaml, 4)->value.integer, 5);
	cr_expect_eq(item(yaml, 5)->value.integer, 31);
	cr_expect_str_eq(item(yaml, 5)->text, "0x1F");
	brb_yaml_close(yaml);
}

Test(yaml, reals_and_booleans_have_values)
{
	brb_yaml *yaml = parsed("[1.5, -.25, 1e3, TRUE, false]");
	cr_expect_eq(item(yaml, 0)->value.real, 1.5);
	cr_expect_eq(item(yaml, 1)->value.real, -0.25);
	cr_expect_eq(item(yaml, 2)->value.real, 1000.0);
	cr_expect(item(yaml, 3)->value.boolean);
	cr_expect_not(item(yaml, 4)->value.boolean);
	brb_yaml_close(yaml);
}

Test(yaml, the_hosts_locale_changes_no_number)
{
	if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
		cr_skip("no locale with a decimal comma is installed");
	brb_yaml *yaml = parsed("[1.5]");
	cr_expect_eq(item(yaml, 0)->value.real, 1.5);
	brb_yaml_close(yaml);
}

Test(yaml, standard_tags_are_honoured)
{
	brb_yaml *yaml =
		parsed("[!!str 5, !!int \"7\", !!float 2, !!bool 'true', !!null '', !!seq [], !!map {}, ! '3']");
	static const brb_yaml_kind kinds[] = { BRB_YAML_TEXT, BRB_YAML_INT,  BRB_YAML_REAL,    BRB_YAML_BOOL,
					       BRB_YAML_NULL, BRB_YAML_LIST, BRB_YAML_MAPPING, BRB_YAML_TEXT };
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		cr_expect_eq(item(yaml, i)->kind, kinds[i], "item %zu", i);
	cr_expect_eq(item(yaml, 1)->value.integer, 7);
	cr_expect_eq(item(yaml, 2)->value.real, 2.0);
	brb_yaml_close(yaml);
}

Test(yaml, an_alias_shares_the_node)
{
	brb_yaml *yaml = parsed("a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x\n&k key: 1\ne: *k\nf: {*k : 2}\n");
	const brb_yaml_node *root = brb_yaml_root(yaml);
	cr_expect_eq(brb_yaml_get(root, "a"), brb_yaml_get(root, "b"));
	cr_expect_eq(brb_yaml_get(root, "d")->value.integer, 3);
	cr_expect_str_eq(brb_yaml_get(root, "e")->text, "key");
	cr_expect_eq(brb_yaml_get(brb_yaml_get(root, "f"), "key")->value.integer, 2);
	brb_yaml_close(yaml);
}

Test(yaml, line_ends_of_windows_and_a_byte_order_mark_are_fine)
{
	brb_yaml *yaml = parsed("\xef\xbb\xbf"
				"a: 1\r\nb:\r\n  - x\r\n");
	const brb_yaml_node *list = brb_yaml_get(brb_yaml_root(yaml), "b");
	cr_expect_eq(brb_yaml_root(yaml)->entries[0].key_column, 1);
	cr_expect_str_eq(list->items[0]->text, "x");
	cr_expect_eq(list->items[0]->line, 3);
	brb_yaml_close(yaml);
}

/* ---- faults ----------------------------------------------------------------------------------------------------- */

Test(yaml, what_is_no_yaml_is_refused_with_its_place)
{
	expect_fault("a:\n\t- b\n", "f:2:1: a tab cannot stand here: indent with spaces");
	expect_fault("a: [1,\n  b: }\n", "f:2:6: did not find expected node content (while parsing a flow node)");
	expect_fault("a: b: c\n", "f:1:5: mapping values are not allowed in this context");
	expect_fault("a: @x\n",
		     "f:1:4: found character that cannot start any token (while scanning for the next token)");
	expect_fault("a: 'x\n",
		     "f:2:1: found unexpected end of stream (while scanning a quoted scalar that begins at f:1:4)");
	expect_fault("a: 1\nb: 2\n   c: 3\n", "f:3:5: mapping values are not allowed in this context");
	expect_fault("a: [\n", "f:2:1: did not find expected node content (while parsing a flow node)");
	expect_fault("a: \"\\q\"\n", "f:1:5: found unknown escape character (while parsing a quoted scalar)");
	expect_fault("%YAML 3.0\n--- a\n", "f:1:1: found incompatible YAML document");
}

Test(yaml, bytes_that_are_no_text_are_refused_with_their_place)
{
	expect_fault("a: 1\nb: \xff\n", "f:2:4: invalid leading UTF-8 octet (0xff)");
	expect_fault("a: \xc3(\n", "f:1:5: invalid trailing UTF-8 octet (0x28)");
	expect_fault("é: \xed\xa0\x80\n", "f:1:4: invalid Unicode character (0xd800)");
	expect_fault("a: \xe2\x82", "f:1:4: incomplete UTF-8 octet sequence");
	expect_fault("a: \x01\n", "f:1:4: control characters are not allowed (0x01)");
	expect_fault_of("a: b\0c\n", 7, "f:1:5: control characters are not allowed (0x00)");
	expect_fault("a: \"b\\0c\"\n", "f:1:4: a text cannot hold the character NUL");
	expect_fault("\xff\xfe"
		     "a\0:\0",
		     "f:1:1: invalid leading UTF-8 octet (0xff)");
}

Test(yaml, a_key_twice_is_refused_with_both_places)
{
	expect_fault("plugins: 1\nretention: 2\nplugins: 3\n",
		     "f:3:1: key \"plugins\" is here a second time; the first is at f:1:1");
	expect_fault("a: {b: 1, \"b\": 2}\n", "f:1:11: key \"b\" is here a second time; the first is at f:1:5");
}

Test(yaml, keys_are_text)
{
	expect_fault("? [a]\n: 1\n", "f:1:3: a key must be text, not a list");
	expect_fault("{{a: 1}: 2}\n", "f:1:2: a key must be text, not a mapping");
	expect_fault("a: &m {b: 1}\nc:\n  <<: *m\n  d: 2\n",
		     "f:3:3: merge keys are not supported: write the keys out");
	brb_yaml *yaml = parsed("{12: a, '<<': b, true: c}");
	cr_expect_str_eq(brb_yaml_get(brb_yaml_root(yaml), "12")->text, "a");
	cr_expect_str_eq(brb_yaml_get(brb_yaml_root(yaml), "<<")->text, "b");
	cr_expect_str_eq(brb_yaml_get(brb_yaml_root(yaml), "true")->text, "c");
	brb_yaml_close(yaml);
}

Test(yaml, numbers_that_are_none_are_refused)
{
	expect_fault("a: 9223372036854775808\n", "f:1:4: the integer 9223372036854775808 does not fit in 64 bits");
	expect_fault("a: -9223372036854775809\n", "f:1:4: the integer -9223372036854775809 does not fit in 64 bits");
	expect_fault("a: 0x8000000000000000\n", "f:1:4: the integer 0x8000000000000000 does not fit in 64 bits");
	expect_fault("a: 1e999\n", "f:1:4: the number 1e999 is too large");
	expect_fault("a: -.inf\n", "f:1:4: -.inf is not a finite number; quote it if it is text");
	expect_fault("a: .NaN\n", "f:1:4: .NaN is not a finite number; quote it if it is text");
	char long_one[512] = "a: ";
	memset(long_one + 3, '7', 400);
	char message[256];
	snprintf(message, sizeof message, "f:1:4: the integer %.104s... does not fit in 64 bits", long_one + 3);
	expect_fault(long_one, message);
}

Test(yaml, tags_that_do_not_fit_are_refused)
{
	expect_fault("a: !!int x\n", "f:1:4: tag \"!!int\" does not fit \"x\"");
	expect_fault("a: !!int 1.5\n", "f:1:4: tag \"!!int\" does not fit \"1.5\"");
	expect_fault("a: !!str [1]\n", "f:1:4: tag \"!!str\" does not fit a list");
	expect_fault("a: !!seq {}\n", "f:1:4: tag \"!!seq\" does not fit a mapping");
	expect_fault("a: !!map x\n", "f:1:4: tag \"!!map\" does not fit \"x\"");
	expect_fault("a: !!binary x\n", "f:1:4: unknown tag \"!!binary\"");
	expect_fault("a: !mine [1]\n", "f:1:4: unknown tag \"!mine\"");
}

Test(yaml, there_is_one_document)
{
	expect_fault("a: 1\n---\nb: 2\n", "f:2:1: a second document begins here; one is read");
	brb_yaml_close(parsed("---\na: 1\n...\n"));
}

Test(yaml, aliases_stand_for_what_stands_before_them)
{
	expect_fault("a: *x\n", "f:1:4: alias \"*x\" has no anchor before it");
	expect_fault("a: &x [1, *x]\n", "f:1:11: alias \"*x\" stands inside what it stands for");
	expect_fault("&x a: {b: *y}\n", "f:1:11: alias \"*y\" has no anchor before it");
}

Test(yaml, faults_that_leave_the_rest_readable_are_told_together)
{
	expect_fault("a: *q\na: 2\n? [x]\n: 1\nn: 99999999999999999999\nt: !foo 1\nb: [\n",
		     "f:1:4: alias \"*q\" has no anchor before it\n"
		     "f:2:1: key \"a\" is here a second time; the first is at f:1:1\n"
		     "f:3:3: a key must be text, not a list\n"
		     "f:5:4: the integer 99999999999999999999 does not fit in 64 bits\n"
		     "f:6:4: unknown tag \"!foo\"\n"
		     "f:8:1: did not find expected node content (while parsing a flow node)");
}

Test(yaml, a_fault_is_one_line_of_bounded_length)
{
	expect_fault("{\"a\\nb\\u007f\": 1, \"a\\nb\\u007f\": 2}",
		     "f:1:19: key \"a\\x0ab\\x7f\" is here a second time; the first is at f:1:2");
	char buffer[BRB_YAML_SHORT_BYTES], long_text[301] = "a";
	for (size_t i = 1; i < 299; i += 2)
		memcpy(long_text + i, "é", 2);
	const char *shown = brb_yaml_shortened(long_text, buffer);
	cr_expect_eq(strlen(shown), 103 + 3);
	cr_expect_str_eq(shown + 101, "é...");
	cr_expect_str_eq(brb_yaml_shortened("short", buffer), "short");
}

Test(yaml, only_so_many_faults_are_told)
{
	brb_builder text = { 0 };
	for (int i = 0; i < 12000; i++)
		brb_builder_add(&text, "- *x\n");
	brb_yaml *yaml = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(parse(text.text, text.length, &yaml, &error), BRABEION_CONFIG);
	const char *end = "\nf:100:3: alias \"*x\" has no anchor before it\n... and 11900 more";
	cr_assert_gt(strlen(error.message), strlen(end));
	cr_expect_str_eq(error.message + strlen(error.message) - strlen(end), end);
	brabeion_error_finish(&error);
	brb_builder_finish(&text);
}

/* ---- bounds ----------------------------------------------------------------------------------------------------- */

static void add_times(brb_builder *text, const char *part, int times)
{
	for (int i = 0; i < times; i++)
		brb_builder_add(text, part);
}

Test(yaml, a_small_file_cannot_unfold_into_a_large_one)
{
	brb_builder text = { 0 };
	brb_builder_add(&text, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 10; i++) {
		brb_builder_printf(&text, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			brb_builder_printf(&text, "%s*a%d", k ? "," : "", i - 1);
		brb_builder_add(&text, "]\n");
	}
	expect_fault(text.text, "f:7:10: with its aliases written out the file would hold more than 2,000,000 nodes");
	brb_builder_finish(&text);
}

Test(yaml, nodes_are_bounded_without_aliases_too)
{
	brb_builder text = { 0 };
	brb_builder_add(&text, "[");
	add_times(&text, "\n1,", BRB_YAML_NODES_MOST - 1);
	brb_builder_add(&text, "]");
	brb_yaml_close(parsed(text.text));
	text.text[text.length - 1] = '1';
	brb_builder_add(&text, "]");
	expect_fault(text.text, "f:2000000:3: the file holds more than 2,000,000 nodes");
	brb_builder_finish(&text);
}

Test(yaml, depth_is_bounded_through_aliases_too)
{
	brb_builder text = { 0 };
	add_times(&text, "[", 64);
	add_times(&text, "]", 64);
	brb_yaml_close(parsed(text.text));
	brb_builder_reset(&text);
	add_times(&text, "[", 65);
	expect_fault(text.text, "f:1:65: lists and mappings are nested more than 64 deep");
	brb_builder_reset(&text);
	brb_builder_add(&text, "- &x ");
	add_times(&text, "[", 33);
	add_times(&text, "]", 33);
	brb_builder_add(&text, "\n- ");
	add_times(&text, "[", 31);
	brb_builder_add(&text, "*x");
	expect_fault(text.text, "f:2:34: lists and mappings are nested more than 64 deep");
	brb_builder_finish(&text);
}

Test(yaml, directives_are_bounded)
{
	brb_builder text = { 0 };
	for (int i = 0; i < 100; i++)
		brb_builder_printf(&text, "%%TAG !%d! tag:yaml.org,2002:\n", i);
	size_t length = text.length;
	brb_builder_add(&text, "--- !99!str 5\n");
	brb_yaml *yaml = parsed(text.text);
	cr_expect_eq(brb_yaml_root(yaml)->kind, BRB_YAML_TEXT);
	brb_yaml_close(yaml);
	text.text[text.length = length] = '\0';
	brb_builder_add(&text, "%TAG !x! y\n---\n");
	expect_fault(text.text, "f:101:1: more than 100 %TAG directives");
	brb_builder_finish(&text);
}

Test(yaml, a_file_is_at_most_16_mebibytes)
{
	char *bytes = malloc(BRB_YAML_BYTES_MOST + 1);
	cr_assert_not_null(bytes);
	memset(bytes, '\n', BRB_YAML_BYTES_MOST + 1);
	brb_yaml *yaml = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(parse(bytes, BRB_YAML_BYTES_MOST, &yaml, &error), BRABEION_OK);
	brb_yaml_close(yaml);
	expect_fault_of(bytes, BRB_YAML_BYTES_MOST + 1, "f: larger than 16 MiB");
	char path[] = "/tmp/test-yaml-XXXXXX";
	int file = mkstemp(path);
	cr_assert_eq(ftruncate(file, BRB_YAML_BYTES_MOST + 1), 0);
	close(file);
	cr_expect_eq(open_file(path, "zeroes", &yaml, &error), BRABEION_CONFIG);
	cr_expect_str_eq(error.message, "zeroes: larger than 16 MiB");
	unlink(path);
	brabeion_error_finish(&error);
	free(bytes);
}

/* ---- files ------------------------------------------------------------------------------------------------------ */

Test(yaml, a_process_without_descriptors_is_no_fault_of_the_file)
{
	brb_yaml *yaml = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	struct rlimit before, none;
	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = before.rlim_max };
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	brabeion_status status = open_file("/etc/passwd", "x.yaml", &yaml, &error);
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	cr_expect_eq(status, BRABEION_SYSTEM);
	cr_expect_str_eq(error.message, "x.yaml: Too many open files");
	brabeion_error_finish(&error);
}

Test(yaml, what_cannot_be_opened_says_why)
{
	brb_yaml *yaml = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(open_file("/nowhere/x.yaml", "x.yaml", &yaml, &error), BRABEION_CONFIG);
	cr_expect_str_eq(error.message, "x.yaml: No such file or directory");
	cr_expect_eq(open_file("/", "root", &yaml, &error), BRABEION_CONFIG);
	cr_expect_str_eq(error.message, "root: Is a directory");
	cr_expect_null(yaml);
	brabeion_error_finish(&error);
}

/* Without waiting for a writer, with one, and where reading would never end. */
Test(yaml, what_is_no_file_is_refused_at_once, .timeout = 20)
{
	char folder[] = "/tmp/test-yaml-XXXXXX", path[64];
	brb_yaml *yaml = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/fifo", folder);
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_expect_eq(open_file(path, "x.yaml", &yaml, &error), BRABEION_CONFIG);
	cr_expect_str_eq(error.message, "x.yaml: is a pipe, not a regular file");
	int writer = open(path, O_RDWR | O_CLOEXEC);
	cr_assert_geq(writer, 0);
	cr_expect_eq(open_file(path, "x.yaml", &yaml, &error), BRABEION_CONFIG);
	cr_expect_str_eq(error.message, "x.yaml: is a pipe, not a regular file");
	close(writer);
	unlink(path);
	cr_expect_eq(open_file("/dev/zero", "x.yaml", &yaml, &error), BRABEION_CONFIG);
	cr_expect_str_eq(error.message, "x.yaml: is a device, not a regular file");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	cr_expect_eq(open_file(path, "x.yaml", &yaml, &error), BRABEION_CONFIG);
	cr_expect_str_eq(error.message, "x.yaml: is a socket or device, not a regular file");
	close(listener);
	unlink(path);
	rmdir(folder);
	cr_expect_null(yaml);
	brabeion_error_finish(&error);
}

Test(yaml, a_file_is_read_whole)
{
	char path[] = "/tmp/brabeion-yaml-XXXXXX";
	int file = mkstemp(path);
	cr_assert_geq(file, 0);
	for (int i = 0; i < 20000; i++)
		dprintf(file, "- %d\n", i);
	close(file);
	brb_yaml *yaml = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_expect_eq(open_file(path, "f", &yaml, &error), BRABEION_OK);
	cr_expect_eq(brb_yaml_root(yaml)->count, 20000);
	cr_expect_eq(item(yaml, 19999)->value.integer, 19999);
	brb_yaml_close(yaml);
	if (geteuid() != 0) {
		cr_expect_eq(chmod(path, 0), 0);
		cr_expect_eq(open_file(path, "f", &yaml, &error), BRABEION_CONFIG);
		cr_expect_str_eq(error.message, "f: Permission denied");
		brabeion_error_finish(&error);
	}
	unlink(path);
}

/* ---- random bytes ----------------------------------------------------------------------------------------------- */

static const char good_file[] = "# a file with a bit of everything\n"
				"database: \"b\\u00e9.db\"\n"
				"list: &l [1, 0x1f, -2.5e3, true, ~, 'it''s']\n"
				"again: *l\n"
				"deep:\n"
				"  - - a\n"
				"    - {b: !!str 1, ? c : |\n"
				"        }\n"
				"text: >-\n"
				"  folded\n"
				"  lines\r\n"
				"last: é\n";

/* Any bytes: it must return, with a tree or a message. */
static void read_nonsense(const char *bytes, size_t length)
{
	brb_yaml *yaml = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	char *copy = malloc(length ? length : 1); /* exact size, so that a sanitizer detects an overrun */
	cr_assert_not_null(copy);
	memcpy(copy, bytes, length);
	brabeion_status status = parse(copy, length, &yaml, &error);
	free(copy);
	if (status == BRABEION_OK)
		cr_assert_not_null(brb_yaml_root(yaml));
	else
		cr_assert_eq(strncmp(error.message, "f:", 2), 0, "%s", error.message);
	brb_yaml_close(yaml);
	brabeion_error_finish(&error);
}

Test(yaml, a_file_cut_short_anywhere_does_no_harm)
{
	for (size_t length = 0; length < sizeof good_file; length++)
		read_nonsense(good_file, length);
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

Test(yaml, a_file_with_bytes_changed_does_no_harm)
{
	static const char likely[] = "[]{}:,-?&*!|>'\"%@`#\n\t \\~<x0\xff\xc3";
	uint32_t state = 20240501;
	for (int round = 0; round < 1500; round++) {
		char bytes[sizeof good_file];
		memcpy(bytes, good_file, sizeof good_file);
		for (uint32_t i = next_random(&state) % 6; i < 6; i++)
			bytes[next_random(&state) % (sizeof bytes - 1)] =
				likely[next_random(&state) % (sizeof likely - 1)];
		read_nonsense(bytes, sizeof bytes - 1);
	}
}

Test(yaml, random_bytes_do_no_harm)
{
	uint32_t state = 7;
	for (int round = 0; round < 1500; round++) {
		char bytes[64];
		size_t length = next_random(&state) % sizeof bytes;
		for (size_t i = 0; i < length; i++)
			bytes[i] = (char)next_random(&state);
		read_nonsense(bytes, length);
	}
}
