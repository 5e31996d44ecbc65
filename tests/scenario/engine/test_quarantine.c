/*
 * Quarantined badges, through the public header, with a plugin that fails or is slow on demand. The test sets the
 * engine's clock.
 */
#include <stdatomic.h>

#include <sqlite3.h>

#include "support/scene.h"

#define TROUBLED(quarantine) "plugins:\n  - file: troubled.so\nquarantine: " quarantine "\n"

#define QUARANTINED(slug) "error: badge \"" slug "\" is quarantined until a reload or \"brabeion release " slug "\": "

static _Atomic int64_t now_us = 1700000000000000;

static int64_t read_now(void *context)
{
	(void)context;
	return now_us;
}

static scene *troubled_scene(const char *text)
{
	scene *here = scene_new();
	here->options.clock = read_now;
	scene_config(here, text);
	scene_open(here);
	here->log[0] = '\0';
	return here;
}

static const char *work_of(scene *here, const char *user, bool fail)
{
	return scene_fire(here, "work", user, BRABEION_BOOL("fail", fail));
}

static const char *work(scene *here, bool fail)
{
	return work_of(here, "ada", fail);
}

/* For a user each: "ada", "u1", "u2", ... */
static void fail_often(scene *here, int users)
{
	static int user;
	for (int i = 0; i < users; i++) {
		char name[16] = "ada";
		if (user++)
			snprintf(name, sizeof name, "u%d", user - 1);
		work_of(here, name, true);
	}
}

static void a_second_goes_by(void)
{
	now_us += 1000000;
}

/* "slug since reason;" of each quarantined badge. */
static const char *quarantined(scene *here)
{
	static char text[4096];
	size_t used = 0;
	brabeion_badge_list list = { 0 };
	text[0] = '\0';
	cr_assert_eq(brabeion_badges(here->engine, NULL, &list, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	for (size_t i = 0; i < list.count; i++)
		if (list.badges[i].quarantined)
			used += (size_t)snprintf(text + used, sizeof text - used, "%s %lld %s;", list.badges[i].slug,
						 (long long)list.badges[i].quarantined_since_us,
						 list.badges[i].quarantine_reason);
		else
			cr_expect_str_eq(list.badges[i].quarantine_reason, "");
	brabeion_badge_list_finish(&list);
	return text;
}

/* The slugs that this engine's statistics report as quarantined, each followed by a space. */
static const char *counted_quarantined(scene *here)
{
	static char text[256];
	size_t used = 0;
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	text[0] = '\0';
	cr_assert_eq(brabeion_stats(here->engine, &report, &here->error), BRABEION_OK);
	for (size_t i = 0; i < report.badge_count; i++)
		if (report.badges[i].quarantined)
			used += (size_t)snprintf(text + used, sizeof text - used, "%s ", report.badges[i].slug);
	brabeion_stats_finish(&report);
	return text;
}

static size_t release(scene *here, const char *slug)
{
	size_t released = 99;
	cr_assert_eq(brabeion_release(here->engine, slug, &released, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	return released;
}

/* ---- quarantine ---- */

Test(quarantine, a_badge_that_fails_too_often_is_quarantined_and_the_others_never_notice)
{
	scene *here = troubled_scene(TROUBLED("{ failures: 3 }"));
	cr_assert_str_eq(work(here, true), "1 failed;steady 1 ;");
	work_of(here, "u1", true);
	work_of(here, "u2", true);
	cr_assert_str_eq(
		here->log,
		"warning: badge \"troubled\" failed on event \"work\" of user \"ada\": in trouble\n"
		"warning: badge \"troubled\" failed on event \"work\" of user \"u1\": in trouble\n"
		"warning: badge \"troubled\" failed on event \"work\" of user \"u2\": in trouble\n" QUARANTINED(
			"troubled") "it failed for 3 users in a row, at last on event \"work\": in trouble\n");
	here->log[0] = '\0';
	cr_assert_str_eq(scene_fire(here, "work", "bob", BRABEION_BOOL("fail", true)), "steady 1 ;");
	cr_assert_str_eq(here->log, "");
	cr_assert_str_eq(quarantined(here),
			 "troubled 1700000000000000 it failed for 3 users in a row, at last on event "
			 "\"work\": in trouble;");
	cr_assert_str_eq(counted_quarantined(here), "troubled ");
	scene_finish(here);
}

Test(quarantine, a_hundred_failures_are_too_many_by_default)
{
	scene *here = troubled_scene("plugins:\n  - file: troubled.so\n");
	fail_often(here, 99);
	cr_assert_str_eq(counted_quarantined(here), "");
	fail_often(here, 1);
	cr_assert_str_eq(counted_quarantined(here), "troubled ");
	scene_finish(here);
}

Test(quarantine, a_badge_that_outruns_its_budget_too_often_is_quarantined)
{
	scene *here = troubled_scene(TROUBLED("{ overruns: 3, budget: 1ms }"));
	scene_fire(here, "work", "ada", BRABEION_INT("slow_us", 2000));
	for (int i = 0; i < 2; i++)
		scene_fire(here, "work", "bob", BRABEION_INT("slow_us", 2000));
	cr_assert_str_eq(counted_quarantined(here), "");
	scene_fire(here, "work", "eve", BRABEION_INT("slow_us", 2000));
	cr_assert_str_eq(counted_quarantined(here), "slow ");
	static const char begins[] =
		QUARANTINED("slow") "it took longer than its budget of 1 ms for 3 users in a row, at last ";
	cr_assert_eq(strncmp(here->log, begins, strlen(begins)), 0, "%s", here->log);
	scene_finish(here);
}

Test(quarantine, a_badge_has_limits_of_its_own)
{
	scene *here = troubled_scene("quarantine: { failures: 2 }\n"
				     "plugins:\n"
				     "  - file: troubled.so\n"
				     "    badges:\n"
				     "      - { badge: troubled, slug: as-the-file }\n"
				     "      - { badge: troubled, slug: later, quarantine: { failures: 4 } }\n"
				     "      - { badge: troubled, slug: never, quarantine: off }\n");
	fail_often(here, 3);
	cr_assert_str_eq(counted_quarantined(here), "as-the-file ");
	fail_often(here, 10);
	cr_assert_str_eq(counted_quarantined(here), "as-the-file later ");
	cr_assert_str_eq(work(here, true), "1 failed;");
	scene_finish(here);
}

Test(quarantine, off_is_off)
{
	scene *here = troubled_scene(TROUBLED("off"));
	fail_often(here, 150);
	cr_assert_str_eq(counted_quarantined(here), "");
	cr_assert_str_eq(work(here, true), "1 failed;");
	scene_finish(here);
}

Test(quarantine, an_observe_takes_all_badges_of_its_plugin_along)
{
	scene *here = troubled_scene(TROUBLED("{ failures: 3 }"));
	static const char *const users[] = { "ada", "bob", "eve" };
	for (int i = 0; i < 3; i++)
		cr_assert_str_eq(scene_fire(here, "look", users[i], BRABEION_BOOL("fail", true)), "1 failed;");
	cr_assert_str_eq(counted_quarantined(here), "troubled slow steady glad thankful ");
	cr_assert_str_eq(scene_fire(here, "look", "ada", BRABEION_BOOL("fail", true)), "");
	cr_assert_str_eq(scene_fire(here, "thanks", "ada"), "");
	cr_assert_eq(release(here, NULL), 5);
	cr_assert_str_eq(scene_fire(here, "look", "ada"), "glad 1 ;");
	cr_assert_str_eq(scene_fire(here, "thanks", "ada"), "thankful 1 ;");
	scene_finish(here);
}

Test(quarantine, in_a_batch_the_rest_goes_on)
{
	scene *here = troubled_scene(TROUBLED("{ failures: 3 }"));
	brabeion_field fail = BRABEION_BOOL("fail", true);
	brabeion_event events[5];
	brabeion_result results[5] = { BRABEION_RESULT() };
	static const char *const users[] = { "a", "b", "c", "d", "e" };
	for (int i = 0; i < 5; i++)
		events[i] = (brabeion_event)BRABEION_EVENT(.name = "work", .user = users[i], .fields = &fail,
							   .field_count = 1);
	cr_assert_eq(brabeion_possibly_award_batch(here->engine, events, 5, results), BRABEION_OK);
	for (int i = 0; i < 5; i++) {
		cr_assert_eq(results[i].failed, i < 3);
		cr_assert_eq(results[i].award_count, 1);
		brabeion_result_finish(&results[i]);
	}
	cr_assert_str_neq(quarantined(here), "");
	scene_finish(here);
}

Test(quarantine, counts_what_it_is_passed_over)
{
	brabeion_badge_list list;
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	scene *here = troubled_scene(TROUBLED("{ failures: 3 }"));
	fail_often(here, 5);
	cr_assert_eq(release(here, "troubled"), 1);
	cr_assert_eq(brabeion_badges(here->engine, NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.badges[0].passed_over, 2, "a release does not judge it");
	cr_assert_eq(list.badges[0].passed_over_first_us, now_us);
	cr_assert_eq(list.badges[1].passed_over, 0);
	brabeion_badge_list_finish(&list);
	cr_assert_eq(brabeion_stats(here->engine, &report, NULL), BRABEION_OK);
	cr_assert_eq(brabeion_stats_badge(&report, 0)->passed_over, 2);
	brabeion_stats_finish(&report);
	scene_close(here);
	scene_open(here);
	cr_assert_eq(brabeion_badges(here->engine, NULL, &list, NULL), BRABEION_OK);
	cr_assert_eq(list.badges[0].passed_over, 2, "stored");
	brabeion_badge_list_finish(&list);
	scene_finish(here);
}

/* ---- release ---- */

Test(quarantine, a_release_puts_it_to_work_again)
{
	scene *here = troubled_scene(TROUBLED("{ failures: 2 }"));
	fail_often(here, 2);
	cr_assert_eq(release(here, "troubled"), 1);
	cr_assert_str_eq(quarantined(here), "");
	cr_assert_str_eq(counted_quarantined(here), "");
	cr_assert_str_eq(work(here, true), "1 failed;");
	cr_assert_eq(release(here, "troubled"), 0, "it is not quarantined");
	fail_often(here, 1);
	cr_assert_str_eq(counted_quarantined(here), "troubled ",
			 "a count that a release without effect leaves alone");
	scene_finish(here);
}

Test(quarantine, a_release_of_what_is_not_there_is_refused)
{
	scene *here = troubled_scene(TROUBLED("{ failures: 2 }"));
	size_t released = 99;
	cr_assert_eq(brabeion_release(here->engine, "trouble", &released, &here->error), BRABEION_INVALID);
	cr_assert_str_eq(here->error.message, "no badge \"trouble\" is loaded or quarantined");
	cr_assert_eq(brabeion_release(here->engine, "No Slug", &released, &here->error), BRABEION_INVALID);
	cr_assert_eq(released, 99);
	cr_assert_eq(brabeion_release(here->engine, "troubled", NULL, NULL), BRABEION_OK);
	scene_finish(here);
}

Test(quarantine, a_reload_puts_all_to_work_again)
{
	scene *here = troubled_scene(TROUBLED("{ failures: 2 }"));
	fail_often(here, 2);
	cr_assert_str_neq(quarantined(here), "");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK);
	cr_assert_str_eq(quarantined(here), "");
	cr_assert_str_eq(work(here, true), "1 failed;");
	scene_finish(here);
}

Test(quarantine, a_reload_that_is_refused_releases_nothing)
{
	scene *here = troubled_scene(TROUBLED("{ failures: 2 }"));
	fail_often(here, 2);
	scene_config(here, "plugins: 5\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_CONFIG);
	cr_assert_str_neq(quarantined(here), "");
	scene_finish(here);
}

Test(quarantine, other_limits_count_as_a_change)
{
	brabeion_receipt receipt = BRABEION_RECEIPT();
	scene *here = troubled_scene(TROUBLED("{ failures: 2 }"));
	scene_config(here, TROUBLED("{ failures: 3 }"));
	cr_assert_eq(brabeion_reload(here->engine, &receipt, &here->error), BRABEION_OK);
	cr_assert_eq(receipt.changed, 5);
	fail_often(here, 2);
	cr_assert_str_eq(counted_quarantined(here), "");
	scene_finish(here);
}

Test(quarantine, shows_after_the_engine_has_gone_until_another_judges)
{
	scene *here = troubled_scene(TROUBLED("{ failures: 2 }"));
	fail_often(here, 2);
	scene_close(here);
	here->options.no_create = true;
	scene_open(here);
	cr_assert_str_eq(quarantined(here),
			 "troubled 1700000000000000 it failed for 2 users in a row, at last on event "
			 "\"work\": in trouble;");
	cr_assert_str_eq(counted_quarantined(here), "", "not by this engine");
	scene_close(here);
	here->options.no_create = false;
	scene_open(here);
	cr_assert_str_eq(quarantined(here), "");
	scene_finish(here);
}

/* ---- several engines on one database ---- */

static brabeion_engine *open_beside(scene *here, bool existing_only)
{
	brabeion_engine *beside = NULL;
	brabeion_options options = here->options;
	options.no_create = existing_only;
	cr_assert_eq(brabeion_open(&options, &beside, &here->error), BRABEION_OK, "%s", here->error.message);
	return beside;
}

Test(quarantine, another_engine_releases_and_this_one_notices_within_a_second)
{
	size_t released = 0;
	scene *here = troubled_scene(TROUBLED("{ failures: 2 }"));
	fail_often(here, 2);
	brabeion_engine *beside = open_beside(here, true);
	cr_assert_eq(brabeion_release(beside, "troubled", &released, NULL), BRABEION_OK);
	cr_assert_eq(released, 1);
	brabeion_close(beside);
	cr_assert_str_eq(work(here, true), "", "not a second has gone by");
	a_second_goes_by();
	cr_assert_str_eq(work(here, true), "", "this event triggers the check, the next is judged");
	cr_assert_str_eq(work(here, true), "1 failed;");
	cr_assert_not_null(strstr(here->log, "info: badge \"troubled\" was released\n"), "%s", here->log);
	scene_finish(here);
}

Test(quarantine, an_engine_that_opens_to_judge_releases_for_all)
{
	scene *here = troubled_scene(TROUBLED("{ failures: 2 }"));
	fail_often(here, 2);
	brabeion_close(open_beside(here, true));
	a_second_goes_by();
	work(here, true);
	cr_assert_str_eq(counted_quarantined(here), "troubled ", "an engine that only reads releases nothing");
	brabeion_close(open_beside(here, false));
	a_second_goes_by();
	work(here, true);
	cr_assert_str_eq(counted_quarantined(here), "");
	scene_finish(here);
}

Test(quarantine, each_engine_counts_for_itself)
{
	scene *here = troubled_scene(TROUBLED("{ failures: 2 }"));
	brabeion_engine *beside = open_beside(here, false), *first = here->engine;
	fail_often(here, 2);
	here->engine = beside;
	cr_assert_str_eq(counted_quarantined(here), "");
	cr_assert_str_neq(quarantined(here), "", "but it shows badges that other engines quarantined");
	cr_assert_str_eq(work(here, true), "1 failed;");
	here->engine = first;
	brabeion_close(beside);
	scene_finish(here);
}

/* ---- a locked database ---- */

Test(quarantine, holds_and_shows_without_the_database)
{
	scene *here = troubled_scene("plugins: [{ file: troubled.so, badges: [{ badge: troubled }] }]\n"
				     "quarantine: { failures: 2 }\n");
	sqlite3 *own = NULL;
	fail_often(here, 1);
	cr_assert_eq(sqlite3_open(here->database, &own), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(own, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	fail_often(here, 1);
	cr_assert_str_eq(work(here, true), "");
	cr_assert_str_neq(quarantined(here), "");
	cr_assert_eq(sqlite3_exec(own, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(own);
	a_second_goes_by();
	work(here, true);
	scene_close(here);
	here->options.no_create = true;
	scene_open(here);
	cr_assert_str_neq(quarantined(here), "", "recorded after all");
	scene_finish(here);
}

/* ---- refused calls ---- */

static void release_from_log(void *context, brabeion_log_level level, const char *message)
{
	scene *here = context;
	(void)message;
	if (level == BRABEION_LOG_ERROR)
		here->error.status = brabeion_release(here->engine, NULL, NULL, NULL);
}

Test(quarantine, is_not_released_from_inside_the_log)
{
	scene *here = scene_new();
	here->options.log = release_from_log;
	scene_config(here, TROUBLED("{ failures: 2 }"));
	scene_open(here);
	fail_often(here, 2);
	cr_assert_eq(here->error.status, BRABEION_REENTRANT);
	cr_assert_str_eq(counted_quarantined(here), "troubled ");
	here->error.status = BRABEION_OK;
	scene_finish(here);
}
