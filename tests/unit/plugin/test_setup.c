/*
 * setup: a plugin's open reads settings by path, typed and nested; those of a wrong type and those that it does not read
 * are refused.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "base/reentrancy.h"
#include "plugin/setup.h"

static brb_config config = { .name = "badges.yaml" };
static brb_yaml *yaml;
static brb_setup setup;
static brabeion_error error;
static int opened, closed;
static void *closed_self;

static void close_room(void)
{
	brb_setup_finish(&setup);
	brb_yaml_close(yaml);
	brabeion_error_finish(&error);
	cr_expect_eq(*brb_reentrancy_depth(), 0);
}

TestSuite(setup, .fini = close_room);

static void close_self(void *self)
{
	closed++;
	closed_self = self;
	cr_expect_eq(*brb_reentrancy_depth(), 1);
}

/* Opens with these settings, which begin at line 1; NULL: none. Returns true if it opened. */
static bool open_with(const char *settings, int32_t (*open)(badge_setup *setup, void **self), void **self)
{
	const char *text = settings ? settings : "{}";
	cr_assert_eq(brb_yaml_parse(text, strlen(text), "badges.yaml", &yaml, &error), BRABEION_OK, "%s",
		     error.message);
	config.yaml = yaml;
	setup = (brb_setup){ .config = &config,
			     .settings = settings ? brb_yaml_root(yaml) : NULL,
			     .at = { 12, 5 },
			     .what = "badge \"a\"",
			     .slug = "a",
			     .level_count = 3,
			     .error = &error };
	brb_setup_init(&setup);
	bool answer = brb_setup_open(&setup, open, close_self, self);
	brb_yaml_verdict(yaml, &error);
	return answer;
}

static void expect_open(const char *settings, int32_t (*open)(badge_setup *setup, void **self))
{
	void *self = NULL;
	cr_expect(open_with(settings, open, &self), "%s", error.message);
	cr_expect_null(error.message);
	cr_expect_eq(closed, 0);
}

static void expect_refused(const char *settings, int32_t (*open)(badge_setup *setup, void **self),
			   const char *message)
{
	void *self = &closed;
	cr_expect_not(open_with(settings, open, &self));
	cr_expect_eq(self, &closed, "untouched");
	cr_expect_eq(error.status, BRABEION_CONFIG);
	cr_expect_str_eq(error.message ? error.message : "(none)", message, "%s", error.message);
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static int32_t open_plainly(badge_setup *given, void **self)
{
	opened++;
	cr_expect_eq(*brb_reentrancy_depth(), 1);
	cr_expect_str_eq(badge_setup_slug(given), "a");
	cr_expect_eq(badge_setup_level_count(given), 3);
	*self = &opened;
	return BADGE_OK;
}

Test(setup, open_gives_the_instance)
{
	void *self = NULL;
	cr_expect(open_with(NULL, open_plainly, &self));
	cr_expect_eq(self, &opened);
	cr_expect_eq(opened, 1);
	cr_expect_eq(closed, 0);
}

Test(setup, without_an_open_there_is_no_instance)
{
	void *self = &closed;
	cr_expect(open_with(NULL, NULL, &self));
	cr_expect_null(self);
}

static int32_t open_silently_failing(badge_setup *given, void **self)
{
	(void)given;
	*self = &opened;
	return BADGE_FAILED;
}

static int32_t open_answering_1(badge_setup *given, void **self)
{
	(void)given;
	(void)self;
	return 1;
}

Test(setup, failing_without_words)
{
	expect_refused(NULL, open_silently_failing,
		       "badges.yaml:12:5: badge \"a\": its open failed without saying why");
	cr_expect_eq(closed, 0, "what was not opened is not closed");
}

Test(setup, anything_but_ok_is_failing)
{
	expect_refused(NULL, open_answering_1, "badges.yaml:12:5: badge \"a\": its open failed without saying why");
	cr_expect_eq(closed, 0);
}

static int32_t open_failing(badge_setup *given, void **self)
{
	(void)self;
	badge_setup_fail(given, "at.1", "must be above %d", (int)badge_setting_int(given, "at.0", 0));
	badge_setup_fail(given, "nowhere", "is missing");
	return badge_setup_fail(given, "", "and so on");
}

Test(setup, failing_at_a_setting_names_its_line)
{
	expect_refused("at:\n  - 10\n  - 5\n", open_failing,
		       "badges.yaml:1:1: badge \"a\": and so on\n"
		       "badges.yaml:3:5: badge \"a\": must be above 10\n"
		       "badges.yaml:12:5: badge \"a\": is missing");
	cr_expect_eq(closed, 0);
}

static int32_t open_failing_but_ok(badge_setup *given, void **self)
{
	*self = &opened;
	badge_setup_fail(given, "", "no");
	return BADGE_OK;
}

Test(setup, an_instance_that_was_opened_and_refused_is_closed)
{
	expect_refused(NULL, open_failing_but_ok, "badges.yaml:12:5: badge \"a\": no");
	cr_expect_eq(closed, 1);
	cr_expect_eq(closed_self, &opened);
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static const char many[] = "count: 7\n"
			   "ratio: 2.5\n"
			   "on: true\n"
			   "name: ada\n"
			   "nothing: null\n"
			   "at: [10, 20, [30]]\n"
			   "window: { days: 7, deep: { er: yes } }\n"
			   "empty: []\n";

static int32_t read_many(badge_setup *given, void **self)
{
	(void)self;
	cr_expect_eq(badge_setting_int(given, "count", -1), 7);
	cr_expect_eq(badge_setting_real(given, "count", -1), 7.0);
	cr_expect_str_eq(badge_setting_text(given, "count", "?"), "7", "as it was written");
	cr_expect_eq(badge_setting_real(given, "ratio", -1), 2.5);
	cr_expect_str_eq(badge_setting_text(given, "ratio", "?"), "2.5");
	cr_expect_eq(badge_setting_bool(given, "on", -1), 1);
	cr_expect_str_eq(badge_setting_text(given, "on", "?"), "true");
	cr_expect_str_eq(badge_setting_text(given, "name", "?"), "ada");
	cr_expect_eq(badge_setting_int(given, "nothing", -1), -1);
	cr_expect_eq(badge_setting_int(given, "absent", -1), -1);
	cr_expect_eq(badge_setting_real(given, "absent", -1.5), -1.5);
	cr_expect_eq(badge_setting_bool(given, "absent", 1), 1);
	cr_expect_null(badge_setting_text(given, "absent", NULL));
	cr_expect_eq(badge_setting_int(given, "at.0", -1), 10);
	cr_expect_eq(badge_setting_int(given, "at.1", -1), 20);
	cr_expect_eq(badge_setting_int(given, "at.2.0", -1), 30);
	cr_expect_eq(badge_setting_int(given, "at.3", -1), -1);
	cr_expect_eq(badge_setting_int(given, "at.x", -1), -1);
	cr_expect_eq(badge_setting_int(given, "at.-1", -1), -1);
	cr_expect_eq(badge_setting_int(given, "at.99999999999999999999999", -1), -1);
	cr_expect_eq(badge_setting_int(given, "window.days", -1), 7);
	cr_expect_str_eq(badge_setting_text(given, "window.deep.er", "?"), "yes");
	cr_expect_eq(badge_setting_int(given, "window.day", -1), -1, "a beginning is not the whole");
	cr_expect_eq(badge_setting_int(given, "count.days", -1), -1, "a number has nothing inside");
	cr_expect_eq(badge_setting_count(given, "empty"), 0);
	return BADGE_OK;
}

Test(setup, values_by_path_each_with_a_default)
{
	expect_open(many, read_many);
}

static int32_t read_types(badge_setup *given, void **self)
{
	(void)self;
	cr_expect_eq(badge_setting_type(given, "count"), BADGE_TYPE_INT);
	cr_expect_eq(badge_setting_type(given, "ratio"), BADGE_TYPE_REAL);
	cr_expect_eq(badge_setting_type(given, "on"), BADGE_TYPE_BOOL);
	cr_expect_eq(badge_setting_type(given, "name"), BADGE_TYPE_TEXT);
	cr_expect_eq(badge_setting_type(given, "nothing"), BADGE_TYPE_NONE);
	cr_expect_eq(badge_setting_type(given, "absent"), BADGE_TYPE_NONE);
	cr_expect_eq(badge_setting_type(given, "at"), BADGE_TYPE_JSON);
	cr_expect_eq(badge_setting_type(given, "window"), BADGE_TYPE_JSON);
	cr_expect_eq(badge_setting_type(given, ""), BADGE_TYPE_JSON);
	cr_expect_eq(badge_setting_count(given, "at"), 3);
	cr_expect_eq(badge_setting_count(given, "window"), 2);
	cr_expect_eq(badge_setting_count(given, "empty"), 0);
	cr_expect_eq(badge_setting_count(given, "absent"), 0);
	cr_expect_eq(badge_setting_count(given, "count"), -1);
	cr_expect_eq(badge_setting_count(given, ""), 8);
	cr_expect_str_eq(badge_setting_key(given, "window", 0), "days");
	cr_expect_str_eq(badge_setting_key(given, "window", 1), "deep");
	cr_expect_str_eq(badge_setting_key(given, "window.deep", 0), "er");
	cr_expect_null(badge_setting_key(given, "window", 2));
	cr_expect_null(badge_setting_key(given, "at", 0), "a list has no keys");
	cr_expect_null(badge_setting_key(given, "absent", 0));
	cr_expect_str_eq(badge_setting_key(given, "", 7), "empty");
	return BADGE_OK;
}

Test(setup, types_counts_and_keys)
{
	expect_open(many, read_types);
}

static int32_t read_without_settings(badge_setup *given, void **self)
{
	(void)self;
	cr_expect_eq(badge_setting_int(given, "count", 5), 5);
	cr_expect_eq(badge_setting_type(given, ""), BADGE_TYPE_NONE);
	cr_expect_eq(badge_setting_count(given, ""), 0);
	cr_expect_null(badge_setting_key(given, "", 0));
	return BADGE_OK;
}

Test(setup, without_settings_all_are_defaults)
{
	expect_open(NULL, read_without_settings);
}

/* ---- wrong types ------------------------------------------------------------------------------------------------- */

static int32_t read_wrongly(badge_setup *given, void **self)
{
	*self = &opened;
	cr_expect_eq(badge_setting_int(given, "a", 42), 42);
	cr_expect_eq(badge_setting_int(given, "b", 43), 43);
	cr_expect_eq(badge_setting_real(given, "c", 44), 44);
	cr_expect_eq(badge_setting_bool(given, "d", 1), 1);
	cr_expect_str_eq(badge_setting_text(given, "e.f", "default"), "default");
	return BADGE_OK;
}

Test(setup, settings_of_a_wrong_type_are_all_reported)
{
	expect_refused("a: ten\nb: 2.5\nc: [1]\nd: 1\ne:\n  f: { g: 1 }\n", read_wrongly,
		       "badges.yaml:1:4: badge \"a\": setting \"a\" must be an integer, not text\n"
		       "badges.yaml:2:4: badge \"a\": setting \"b\" must be an integer, not a number\n"
		       "badges.yaml:3:4: badge \"a\": setting \"c\" must be a number, not a list\n"
		       "badges.yaml:4:4: badge \"a\": setting \"d\" must be true or false, not an integer\n"
		       "badges.yaml:6:6: badge \"a\": setting \"e.f\" must be text, not a mapping");
	cr_expect_eq(closed, 1);
	cr_expect_eq(closed_self, &opened);
}

/* ---- unread settings --------------------------------------------------------------------------------------------- */

static int32_t read_few(badge_setup *given, void **self)
{
	*self = &opened;
	badge_setting_int(given, "count", 0);
	badge_setting_int(given, "window.days", 0);
	badge_setting_int(given, "window.hours", 0);
	badge_setting_count(given, "rules");
	badge_setting_text(given, "rules.0.name", "");
	return BADGE_OK;
}

Test(setup, an_unread_setting_is_refused_with_the_nearest_name)
{
	expect_refused("coutn: 1\nwindow: { day: 7, minutes: 3 }\nrules:\n  - nam: x\n", read_few,
		       "badges.yaml:1:1: badge \"a\": unknown setting \"coutn\" (did you mean \"count\"?)\n"
		       "badges.yaml:2:11: badge \"a\": unknown setting \"window.day\" (did you mean \"days\"?)\n"
		       "badges.yaml:2:19: badge \"a\": unknown setting \"window.minutes\"\n"
		       "badges.yaml:4:5: badge \"a\": unknown setting \"rules.0.nam\" (did you mean \"name\"?)");
	cr_expect_eq(closed, 1, "it was opened");
}

Test(setup, a_setting_that_is_read_may_be_missing)
{
	expect_open("window: { hours: 3 }\n", read_few);
}

Test(setup, null_is_as_good_as_not_there)
{
	expect_open("count: null\nwindow: null\n", read_few);
}

static int32_t read_a_list_of_mappings(badge_setup *given, void **self)
{
	(void)self;
	int64_t count = badge_setting_count(given, "rules");
	for (int64_t i = 0; i < count; i++) {
		char path[32];
		snprintf(path, sizeof path, "rules.%d.name", (int)i);
		badge_setting_text(given, path, "");
	}
	return BADGE_OK;
}

Test(setup, a_list_of_mappings)
{
	expect_open("rules:\n  - name: x\n  - name: y\n", read_a_list_of_mappings);
}

/* Keys that the plugin iterates over count as read. */
static int32_t read_by_keys(badge_setup *given, void **self)
{
	(void)self;
	for (uint32_t i = 0; badge_setting_key(given, "weights", i); i++)
		continue;
	return BADGE_OK;
}

Test(setup, keys_that_were_iterated_over_are_read)
{
	expect_open("weights: { apples: 1, pears: 2 }\n", read_by_keys);
}

/* An open that fails early has not read all settings: only a name near to one that it read is refused. */
static int32_t fail_early(badge_setup *given, void **self)
{
	(void)self;
	badge_setting_int(given, "threshold", 0);
	return badge_setup_fail(given, "threshold", "is missing");
}

Test(setup, an_open_that_gave_up_early_refuses_misspelt_names_only)
{
	expect_refused("treshold: 5\nother: 7\n", fail_early,
		       "badges.yaml:1:1: badge \"a\": unknown setting \"treshold\" (did you mean \"threshold\"?)\n"
		       "badges.yaml:12:5: badge \"a\": is missing");
	cr_expect_eq(closed, 0);
}

/* ---- as one text ------------------------------------------------------------------------------------------------- */

/* The text of these settings, in the arena. */
static const char *text_of(const char *settings, brb_arena *arena)
{
	brb_yaml *parsed = NULL;
	cr_assert_eq(brb_yaml_parse(settings, strlen(settings), "badges.yaml", &parsed, &error), BRABEION_OK);
	const char *text = brb_setup_text(arena, brb_yaml_root(parsed));
	cr_assert_not_null(text);
	brb_yaml_close(parsed);
	return text;
}

Test(setup, settings_are_one_text_for_each_content)
{
	static const char *const contents[] = {
		"{}",        "{a: 1}",        "{a: '1'}",      "{a: 1.0}",     "{a: [1]}",       "{a: [1, 2]}",
		"{a: [12]}", "{a: [[1], 2]}", "{a: [[1, 2]]}", "{a: {b: c}}",  "{a: [b, c]}",    "{ab: c}",
		"{a: bc}",   "{a: null}",     "{a: ''}",       "{a: 1, b: 2}", "{a: '1, b: 2'}", "{b: 2, a: 1}",
	};
	enum { CONTENTS = sizeof contents / sizeof contents[0] };
	brb_arena arena = { 0 };
	const char *texts[CONTENTS];
	for (size_t i = 0; i < CONTENTS; i++) {
		texts[i] = text_of(contents[i], &arena);
		for (size_t j = 0; j < i; j++)
			cr_expect_str_neq(texts[i], texts[j], "%s and %s", contents[i], contents[j]);
	}
	cr_expect_str_eq(text_of("# elsewhere\n\n   a:\n     - 1\n     - 2\n", &arena), texts[5]);
	cr_expect_str_eq(brb_setup_text(&arena, NULL), "");
	brb_arena_finish(&arena);
}

/* ---- what a badge declares ------------------------------------------------------------------------------------- */

static brb_opened declared;

static int32_t open_declaring(badge_setup *given, void **self)
{
	(void)self;
	setup.opened = &declared;
	cr_expect_eq(badge_setup_subject(given, "author"), BADGE_OK);
	cr_expect_eq(badge_setup_multiple(given), BADGE_OK);
	cr_expect_eq(badge_setup_listen(given, "unlike"), BADGE_OK);
	cr_expect_eq(badge_setup_listen(given, "dislike"), BADGE_OK);
	return badge_setup_listen(given, "unlike");
}

Test(setup, a_user_of_a_field_many_times_and_further_events)
{
	expect_open(NULL, open_declaring);
	cr_expect_str_eq(declared.subject, "author");
	cr_expect(declared.is_multiple);
	cr_expect_eq(declared.event_count, 2);
	cr_expect_str_eq(declared.events[0], "unlike");
	cr_expect_str_eq(declared.events[1], "dislike");
	brb_arena_finish(&declared.conditions.arena);
}

static int32_t open_naming_nothing(badge_setup *given, void **self)
{
	(void)self;
	setup.opened = &declared;
	cr_expect_eq(badge_setup_subject(given, ""), BADGE_FAILED);
	cr_expect_eq(badge_setup_listen(given, NULL), BADGE_FAILED);
	return BADGE_OK;
}

Test(setup, a_name_that_is_none_is_told)
{
	expect_refused(
		NULL, open_naming_nothing,
		"badges.yaml:12:5: badge \"a\": badge_setup_subject is for the open of a badge, with a name of 1 to "
		"100 bytes of UTF-8\n"
		"badges.yaml:12:5: badge \"a\": badge_setup_listen is for the open of a badge, with a name of 1 to "
		"100 bytes of UTF-8");
}

static int32_t open_temporary_and_multiple(badge_setup *given, void **self)
{
	(void)self;
	setup.opened = &declared;
	setup.is_temporary = true;
	return badge_setup_multiple(given);
}

Test(setup, what_is_temporary_is_not_earned_many_times)
{
	expect_refused(
		NULL, open_temporary_and_multiple,
		"badges.yaml:12:5: badge \"a\": each of its awards is for something that has happened, and stays: "
		"it cannot be temporary");
}

/* ---- keys with dots ---------------------------------------------------------------------------------------------- */

static int32_t open_dotted(badge_setup *given, void **self)
{
	(void)self;
	cr_expect_eq(badge_setting_int(given, "where.a.b", 0), 1);
	cr_expect_eq(badge_setting_int(given, "where.a.c", 0), 2);
	cr_expect_eq(badge_setting_int(given, "where.a.b.d", 0), 0);
	return BADGE_OK;
}

Test(setup, a_key_with_dots_is_found_before_a_shorter_one)
{
	expect_open("{ where: { \"a.b\": 1, a: { c: 2 } } }", open_dotted);
}
