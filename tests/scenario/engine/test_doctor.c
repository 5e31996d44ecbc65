/*
 * test_doctor: brabeion_examine and brabeion_config_examine.
 */
#include "support/scene.h"

TestSuite(doctor, .timeout = 120);

#define TWO_COMMENTS                                \
	"plugins:\n"                                \
	"  - file: threshold.so\n"                  \
	"    badges:\n"                             \
	"      - badge: threshold\n"                \
	"        slug: commentator\n"               \
	"        events: [comment]\n"               \
	"        levels: [{ name: Commentator }]\n" \
	"        settings: { count: events, at: [2] }\n"

/* "kind severity subject count;" of each. */
static const char *told(const brabeion_examination *examination)
{
	static char text[4096];
	text[0] = '\0';
	for (size_t i = 0; i < examination->count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s %d %s %lld;",
			 examination->findings[i].kind, (int)examination->findings[i].severity,
			 examination->findings[i].subject, (long long)examination->findings[i].count);
	return text;
}

static void expect_examination(scene *here, const char *expected)
{
	brabeion_examination examination = BRABEION_EXAMINATION();
	memset(&examination, 0xa5, sizeof examination);
	cr_assert_eq(brabeion_examine(here->engine, NULL, &examination, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_expect_str_eq(told(&examination), expected);
	cr_expect_str_eq(examination.database, here->database);
	cr_expect_gt(examination.database_bytes, 0);
	brabeion_examination_finish(&examination);
}

Test(doctor, an_engine_that_is_well)
{
	scene *here = scene_with(TWO_COMMENTS);
	scene_fire(here, "comment", "ada");
	expect_examination(here, "");
	scene_finish(here);
}

Test(doctor, an_engine_tells_its_own_at_once)
{
	scene *here = scene_with(TWO_COMMENTS);
	for (int i = 0; i < 5; i++)
		cr_expect_str_eq(scene_fire(here, "comments", "ada"), "unhandled");
	cr_expect_str_eq(scene_fire(here, "login", "ada"), "unhandled");
	expect_examination(here, "event-unhandled 2 comments 5;event-unhandled 1 login 1;");
	cr_expect_str_eq(scene_fire(here, "comments", "ada"), "unhandled");
	expect_examination(here, "event-unhandled 2 comments 6;event-unhandled 1 login 1;");
	scene_finish(here);
}

Test(doctor, events_of_a_batch_count_each)
{
	scene *here = scene_with(TWO_COMMENTS);
	brabeion_event events[] = { BRABEION_EVENT(.name = "login", .user = "ada"),
				    BRABEION_EVENT(.name = "comment", .user = "ada"),
				    BRABEION_EVENT(.name = "login", .user = "bob") };
	brabeion_result results[3] = { BRABEION_RESULT() };
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, events, 3, results), BRABEION_OK);
	for (int i = 0; i < 3; i++)
		brabeion_result_finish(&results[i]);
	expect_examination(here, "event-unhandled 1 login 2;");
	scene_finish(here);
}

Test(doctor, a_reload_that_listens_forgets)
{
	char listens[2048];
	scene *here = scene_with(TWO_COMMENTS);
	scene_fire(here, "login", "ada");
	scene_fire(here, "login", "ada");
	expect_examination(here, "event-unhandled 1 login 2;");
	snprintf(listens, sizeof listens, "%s", TWO_COMMENTS);
	memcpy(strstr(listens, "[comment]"), "[login]  ", 9);
	scene_config(here, listens);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_expect_str_eq(scene_fire(here, "login", "ada"), "");
	cr_expect_str_eq(scene_fire(here, "comment", "ada"), "unhandled");
	expect_examination(here, "event-unhandled 1 comment 1;");
	scene_finish(here);
}

/* A second engine, which keeps the database open. */
Test(doctor, beside_an_engine)
{
	scene *here = scene_with(TWO_COMMENTS);
	brabeion_examination examination = BRABEION_EXAMINATION();
	scene_fire(here, "login", "ada");
	expect_examination(here, "event-unhandled 1 login 1;");
	cr_assert_eq(brabeion_config_examine(&here->options,
					     &(brabeion_examine_options)BRABEION_EXAMINE_OPTIONS(.thorough = true),
					     &examination, &here->error),
		     BRABEION_OK, "%s", here->error.message);
	cr_expect_str_eq(told(&examination), "event-unhandled 1 login 1;");
	brabeion_examination_finish(&examination);
	cr_expect_str_eq(scene_fire(here, "comment", "ada"), "");
	cr_expect_str_eq(scene_fire(here, "comment", "ada"), "commentator 1 ;");
	scene_finish(here);
}

static int64_t year_2014(void *context)
{
	(void)context;
	return INT64_C(1390335965) * 1000000;
}

static int64_t a_week_later(void *context)
{
	return year_2014(context) + INT64_C(7) * 24 * 3600 * 1000000;
}

Test(doctor, a_badge_is_known_since_the_hosts_clock_said_so)
{
	scene *here = scene_new();
	here->options.clock = year_2014;
	scene_config(here, TWO_COMMENTS);
	scene_open(here);
	expect_examination(here, "");
	scene_close(here);
	here->options.clock = a_week_later;
	scene_open(here);
	expect_examination(here, "badge-never-earned 1 commentator 0;");
	scene_fire(here, "comment", "ada");
	scene_fire(here, "comment", "ada");
	expect_examination(here, "");
	scene_finish(here);
}

static void ask_inside(void *context, const brabeion_award_info *award)
{
	scene *here = context;
	brabeion_examination examination = BRABEION_EXAMINATION();
	(void)award;
	cr_expect_eq(brabeion_examine(here->engine, NULL, &examination, NULL), BRABEION_OK);
	brabeion_examination_finish(&examination);
}

Test(doctor, a_callback_may_ask)
{
	scene *here = scene_with(TWO_COMMENTS);
	cr_assert_eq(brabeion_on_award(here->engine, ask_inside, here), BRABEION_OK);
	scene_fire(here, "comment", "ada");
	cr_expect_str_eq(scene_fire(here, "comment", "ada"), "commentator 1 ;");
	scene_finish(here);
}

Test(doctor, what_is_finished_twice_or_never_begun)
{
	brabeion_examination examination = BRABEION_EXAMINATION(.count = 0);
	brabeion_examination_finish(NULL);
	brabeion_examination_finish(&examination);
	brabeion_examination_finish(&examination);
}

Test(doctor, no_database_and_untouched_out_parameters)
{
	scene *here = scene_new();
	brabeion_examination examination = BRABEION_EXAMINATION(.count = 42);
	scene_config(here, TWO_COMMENTS);
	cr_expect_eq(brabeion_config_examine(&here->options, NULL, &examination, &here->error), BRABEION_ABSENT);
	cr_expect_eq(examination.count, 42);
	cr_expect_str_eq(scene_message(here), "badges.db: No such file or directory");
	cr_expect_eq(scene_count_entries(here->folder), 1);
	scene_finish(here);
}

/* ---- settings that a reload does not change ---- */

Test(doctor, a_changed_cache_dir_is_told)
{
	scene *here = scene_with(TWO_COMMENTS);
	char warned[SCENE_PATH_BYTES + 128];
	scene_config(here, "cache_dir: elsewhere\n" TWO_COMMENTS);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	snprintf(warned, sizeof warned,
		 "warning: %s: \"cache_dir\" has changed; that takes effect when the engine is opened anew\n",
		 here->config);
	cr_expect_not_null(strstr(here->log, warned), "%s", here->log);
	here->log[0] = '\0';
	scene_config(here, TWO_COMMENTS);
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_expect_null(strstr(here->log, "cache_dir"), "%s", here->log);
	scene_finish(here);
}

/* ---- where plugins run ---- */

static brabeion_examination examine_beside(scene *here)
{
	brabeion_examination examination = BRABEION_EXAMINATION();
	cr_assert_eq(brabeion_config_examine(&here->options, NULL, &examination, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	return examination;
}

Test(doctor, a_folder_in_which_others_could_replace_copies)
{
	char expected[SCENE_PATH_BYTES * 4];
	unsetenv("XDG_RUNTIME_DIR");
	scene *here = scene_with(TWO_COMMENTS);
	scene_close(here);
	cr_assert_eq(chmod(here->folder, 0777), 0);
	brabeion_examination examination = examine_beside(here);
	bool found = false;
	snprintf(expected, sizeof expected,
		 "there is no folder for private copies of plugins (%s: can be changed by anybody (mode 0777): chmod "
		 "go-w %s)",
		 here->folder, here->folder);
	for (size_t i = 0; i < examination.count; i++) {
		if (strcmp(examination.findings[i].kind, "copies") != 0)
			continue;
		found = true;
		cr_expect_eq(examination.findings[i].severity, BRABEION_ALARM);
		cr_expect_str_eq(examination.findings[i].text, expected);
	}
	cr_expect(found, "%s", told(&examination));
	brabeion_examination_finish(&examination);
	cr_expect_eq(brabeion_open(&here->options, &here->engine, &here->error), BRABEION_SYSTEM);
	cr_expect_eq(strncmp(here->error.message, expected, strlen(expected)), 0, "%s", here->error.message);
	cr_assert_eq(chmod(here->folder, 0700), 0);
	scene_finish(here);
}

Test(doctor, a_probe_that_is_not_installed)
{
	char expected[SCENE_PATH_BYTES * 2];
	scene *here = scene_with(TWO_COMMENTS);
	scene_close(here);
	setenv("BRABEION_PROBE", "/nowhere/brabeion-probe", 1);
	brabeion_examination examination = examine_beside(here);
	snprintf(expected, sizeof expected, "probe 3 %s 0;", here->config);
	cr_expect_str_eq(told(&examination), expected);
	brabeion_examination_finish(&examination);
	scene_finish(here);
}
