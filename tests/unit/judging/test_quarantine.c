/*
 * quarantine: a badge that fails or is too slow for too many users in a row is quarantined once, recorded, and released
 * when the record is deleted.
 *
 * The judge of judge_fixture has no counters, so it times every call. The test sets the clock of the records.
 */
#include "store/internal.h"
#include "store/sqlite/internal.h"
#include "support/judge_fixture.h"

TestSuite(quarantine, .init = open_judge_fixture, .fini = close_judge_fixture);

static const brb_config_quarantine three_failures = { .failures = 3 };
static const brb_config_quarantine two_overruns = { .overruns = 2, .budget_us = 1000 };

/* ---- the plugins' functions -------------------------------------------------------------------------------------- */

static void spend_us(int64_t wanted_us)
{
	int64_t began_us = brb_clock_monotonic_us();
	while (brb_clock_monotonic_us() - began_us < wanted_us)
		;
}

/* Records its name. The event sets whether it fails and how long it takes. */
static int32_t do_as_asked(void *self, badge_call *call)
{
	(void)self;
	note_trace(badge_slug(call));
	spend_us(badge_int(call, "us", 0));
	if (badge_bool(call, "refuse", 0))
		return badge_refuse(call, "bad data");
	return badge_bool(call, "fail", 0) ? badge_fail(call, "on purpose") : BADGE_NOT_EARNED;
}

static int32_t do_well(void *self, badge_call *call)
{
	(void)self;
	note_trace(badge_slug(call));
	return BADGE_NOT_EARNED;
}

static int32_t count_and_fail(void *self, badge_call *call)
{
	(void)self;
	thing_add(call, "calls", "", 1);
	return badge_fail(call, "after remembering");
}

/* ---- firing ------------------------------------------------------------------------------------------------------ */

static int64_t now_us = NOW_US;

static int64_t read_test_clock(void *context)
{
	(void)context;
	return now_us;
}

static const brb_clock test_clock = { read_test_clock, NULL };

/* One event of the user, its commit, and the work after it. */
static void fire_for(const char *user, const char *how, int64_t us)
{
	brabeion_field fields[] = { BRABEION_BOOL(how, true), BRABEION_INT("us", us) };
	brb_judge judge = new_judge();
	judge.clock = &test_clock;
	judge_into(&judge, &(brabeion_event){ .name = "work", .user = user, .fields = fields, .field_count = 2 });
	if (judge.in_transaction)
		commit(store);
	if (judge.met_quarantine || judge.filled_quarantine)
		brb_quarantine_tend(&judge);
	brb_judge_finish(&judge);
}

static int users;

/* Each of another user: "u1", "u2", ... */
static void fire_with(bool fail, int64_t us)
{
	char user[16];
	snprintf(user, sizeof user, "u%d", ++users);
	fire_for(user, fail ? "fail" : "do", us);
}

static void fire_bad(int count)
{
	for (int i = 0; i < count; i++)
		fire_with(true, 0);
}

static brb_badge *new_watched(brb_plugin *plugin, const char *slug, const brb_config_quarantine *limits)
{
	brb_badge *badge = new_badge(plugin, slug, 1, "work", do_as_asked);
	badge->quarantine = *limits;
	return badge;
}

static bool is_quarantined(const brb_badge *badge)
{
	return brb_trouble_is_quarantined(&troubles[badge->index]);
}

static const char *reason_of(const brb_badge *badge)
{
	return troubles[badge->index].reason ? troubles[badge->index].reason : "(none)";
}

static int64_t records(void)
{
	return own_number("SELECT COUNT(*) FROM quarantine");
}

static void release_by_another(const char *sql)
{
	sqlite3 *own = open_own();
	own_run(own, sql);
	sqlite3_close(own);
}

static size_t count_in(const char *text, const char *part)
{
	size_t count = 0;
	for (const char *at = text; (at = strstr(at, part)); at++)
		count++;
	return count;
}

/* ---- failing ----------------------------------------------------------------------------------------------------- */

Test(quarantine, a_badge_that_fails_for_enough_users_in_a_row_is_quarantined)
{
	brb_plugin *plugin = new_plugin("p");
	brb_badge *badge = new_watched(plugin, "bad", &three_failures);
	fire_bad(2);
	cr_expect_not(is_quarantined(badge));
	fire_bad(1);
	EXPECT_FAILED(1, "badge \"bad\" failed on event \"work\" of user \"u3\": on purpose");
	cr_expect(is_quarantined(badge));
	cr_expect_str_eq(reason_of(badge), "it failed for 3 users in a row, at last on event \"work\": on purpose");
	cr_expect_eq(troubles[badge->index].since_us, NOW_US);
	cr_expect_str_eq(
		logged, "2: badge \"bad\" failed on event \"work\" of user \"u1\": on purpose\n"
			"2: badge \"bad\" failed on event \"work\" of user \"u2\": on purpose\n"
			"2: badge \"bad\" failed on event \"work\" of user \"u3\": on purpose\n"
			"1: badge \"bad\" is quarantined until a reload or \"brabeion release bad\": it failed for 3 "
			"users in a row, at last on event \"work\": on purpose\n");
}

Test(quarantine, one_user_alone_quarantines_nothing)
{
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &three_failures);
	for (int i = 0; i < 10; i++)
		fire_for(i % 2 ? "eve" : "mallory", "fail", 0);
	cr_expect_not(is_quarantined(badge));
	fire_for("ada", "fail", 0);
	cr_expect(is_quarantined(badge));
	cr_expect_str_eq(reason_of(badge), "it failed for 3 users in a row, at last on event \"work\": on purpose");
}

Test(quarantine, what_is_refused_counts_neither_way)
{
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &three_failures);
	for (int i = 0; i < 2; i++)
		fire_bad(1);
	char user[16];
	for (int i = 0; i < 10; i++) {
		snprintf(user, sizeof user, "other%d", i);
		fire_for(user, "refuse", 0);
	}
	cr_expect_not(is_quarantined(badge));
	fire_bad(1);
	cr_expect(is_quarantined(badge), "no success was between");
}

Test(quarantine, many_users_are_told_apart)
{
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &(brb_config_quarantine){ .failures = 100 });
	for (int round = 0; round < 2; round++) {
		users = 0;
		fire_bad(99);
	}
	cr_expect_not(is_quarantined(badge));
	cr_expect_eq(brb_trouble_word(&troubles[badge->index]), 99);
	fire_bad(1);
	cr_expect(is_quarantined(badge));
}

Test(quarantine, what_is_quarantined_is_skipped_and_counted_no_more)
{
	brb_plugin *plugin = new_plugin("p");
	new_watched(plugin, "bad", &three_failures);
	new_badge(plugin, "beside", 1, "work", do_well);
	fire_bad(3);
	trace[0] = logged[0] = '\0';
	fire_bad(2);
	EXPECT_AWARDED("");
	cr_expect_str_eq(trace, "beside beside ");
	cr_expect_str_eq(logged, "");
}

Test(quarantine, one_call_that_goes_well_begins_the_count_anew)
{
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &three_failures);
	for (int i = 0; i < 4; i++) {
		fire_bad(2);
		fire_with(false, 0);
	}
	cr_expect_not(is_quarantined(badge));
	cr_expect_eq(brb_trouble_word(&troubles[badge->index]), 0);
	fire_bad(3);
	cr_expect(is_quarantined(badge));
}

Test(quarantine, without_a_limit_a_badge_may_fail_for_ever)
{
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &(brb_config_quarantine){ 0 });
	fire_bad(200);
	cr_expect_not(is_quarantined(badge));
	cr_expect_eq(brb_trouble_word(&troubles[badge->index]), 0);
}

Test(quarantine, once_may_be_enough)
{
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &(brb_config_quarantine){ .failures = 1 });
	fire_bad(1);
	cr_expect_str_eq(reason_of(badge), "it failed for 1 user on event \"work\": on purpose");
}

Test(quarantine, badges_of_one_plugin_are_counted_apart)
{
	brb_plugin *plugin = new_plugin("p");
	brb_badge *three = new_watched(plugin, "three", &three_failures);
	brb_badge *five = new_watched(plugin, "five", &(brb_config_quarantine){ .failures = 5 });
	fire_bad(4);
	cr_expect(is_quarantined(three) && !is_quarantined(five));
	fire_bad(1);
	cr_expect(is_quarantined(five));
	cr_expect_eq(records(), 2);
}

Test(quarantine, the_failing_events_own_fate_does_not_matter)
{
	brb_plugin *plugin = new_plugin("p");
	brb_badge *badge = new_badge(plugin, "bad", 1, "work", count_and_fail);
	badge->quarantine = (brb_config_quarantine){ .failures = 1 };
	brb_judge judge = new_judge();
	judge_into(&judge, &(brabeion_event){ .name = "work", .user = "ada" });
	cr_assert(judge.in_transaction);
	brb_store_rollback(store);
	brb_quarantine_tend(&judge);
	brb_judge_finish(&judge);
	cr_expect(is_quarantined(badge));
	cr_expect_eq(records(), 1);
}

/* ---- being slow -------------------------------------------------------------------------------------------------- */

Test(quarantine, a_badge_that_is_too_slow_often_enough_in_a_row_is_quarantined)
{
	brb_badge *badge = new_watched(new_plugin("p"), "slow", &two_overruns);
	fire_with(false, 2000);
	fire_with(false, 0);
	fire_with(false, 2000);
	cr_expect_not(is_quarantined(badge));
	fire_with(false, 2000);
	cr_expect(is_quarantined(badge));
	static const char begins[] = "it took longer than its budget of 1 ms for 2 users in a row, at last ";
	cr_expect_eq(strncmp(reason_of(badge), begins, strlen(begins)), 0, "%s", reason_of(badge));
	cr_expect_not_null(strstr(reason_of(badge), " ms on event \"work\""), "%s", reason_of(badge));
	EXPECT_AWARDED("");
}

Test(quarantine, slow_calls_for_one_user_quarantine_nothing)
{
	brb_badge *badge = new_watched(new_plugin("p"), "slow", &two_overruns);
	for (int i = 0; i < 3; i++)
		fire_for("mallory", "do", 2000);
	cr_expect_not(is_quarantined(badge));
	fire_for("ada", "refuse", 2000);
	cr_expect_not(is_quarantined(badge), "a refused event does not count");
	fire_for("ada", "do", 2000);
	cr_expect(is_quarantined(badge));
}

Test(quarantine, slow_and_failing_calls_are_counted_apart)
{
	static const brb_config_quarantine limits = { .failures = 3, .overruns = 3, .budget_us = 1000 };
	brb_badge *badge = new_watched(new_plugin("p"), "both", &limits);
	fire_with(true, 0);
	fire_with(false, 2000);
	fire_with(true, 2000);
	fire_with(true, 0);
	cr_expect_not(is_quarantined(badge));
	fire_with(true, 0);
	cr_expect(is_quarantined(badge));
}

Test(quarantine, without_a_budget_a_badge_may_take_its_time)
{
	brb_badge *badge = new_watched(new_plugin("p"), "slow", &(brb_config_quarantine){ .overruns = 1 });
	fire_with(false, 2000);
	cr_expect_not(is_quarantined(badge));
}

static int64_t waited_us, asked_us;

static int32_t ask_memory(void *self, badge_call *call)
{
	(void)self;
	brb_judge *judge = ((brb_call *)(void *)call)->judge;
	int64_t began_us = brb_clock_monotonic_us();
	thing_tally(call, "calls", "");
	asked_us = brb_clock_monotonic_us() - began_us;
	waited_us = *judge->waited_us;
	return BADGE_NOT_EARNED;
}

Test(quarantine, beginning_a_transaction_is_waiting)
{
	new_badge(new_plugin("p"), "remembers", 1, "work", ask_memory);
	fire("work", "ada");
	cr_expect_gt(waited_us, 0, "it takes some system calls");
	cr_expect_leq(waited_us, asked_us + 1);
}

/* Runs for 2 ms, with an hour recorded as waiting. */
static int32_t wait_for_ever(void *self, badge_call *call)
{
	(void)self;
	spend_us(2000);
	((brb_call *)(void *)call)->judge->waited_us[0] += 3600000000;
	return BADGE_NOT_EARNED;
}

Test(quarantine, waiting_is_not_the_badges_time)
{
	brb_badge *badge = new_badge(new_plugin("p"), "patient", 1, "work", wait_for_ever);
	badge->quarantine = (brb_config_quarantine){ .overruns = 1, .budget_us = 1000 };
	fire("work", "ada");
	cr_expect_not(is_quarantined(badge), "%s", reason_of(badge));
}

/* ---- when calls are timed ---------------------------------------------------------------------------------------- */

static int timed_calls;

static int32_t count_if_timed(void *self, badge_call *call)
{
	(void)self;
	const brb_judge *judge = ((brb_call *)(void *)call)->judge;
	timed_calls += judge->waited_us != NULL;
	spend_us(badge_int(call, "us", 0));
	return BADGE_NOT_EARNED;
}

static brb_badge_counters badge_counters[2];
static brb_counters counters = { .badge_count = 2, .badges = badge_counters };

static void fire_counted(int count, int64_t us)
{
	brabeion_field field = BRABEION_INT("us", us);
	for (int i = 0; i < count; i++) {
		brb_judge judge = new_judge();
		judge.counters = &counters;
		judge_into(&judge,
			   &(brabeion_event){ .name = "work", .user = "ada", .fields = &field, .field_count = 1 });
		brb_judge_finish(&judge);
	}
}

Test(quarantine, the_first_call_and_one_in_64_are_timed)
{
	brb_badge *badge = new_badge(new_plugin("p"), "a", 1, "work", count_if_timed);
	badge->quarantine = two_overruns;
	fire_counted(1, 0);
	cr_expect_eq(timed_calls, 1);
	fire_counted(62, 0);
	cr_expect_eq(timed_calls, 1);
	fire_counted(1, 0);
	cr_expect_eq(timed_calls, 2);
	fire_counted(128, 0);
	cr_expect_eq(timed_calls, 4);
}

Test(quarantine, all_are_timed_after_one_that_was_too_slow_until_one_is_not)
{
	brb_badge *badge = new_badge(new_plugin("p"), "a", 1, "work", count_if_timed);
	badge->quarantine = (brb_config_quarantine){ .overruns = 5, .budget_us = 1000 };
	fire_counted(3, 2000);
	cr_expect_eq(timed_calls, 3);
	fire_counted(1, 0);
	cr_expect_eq(timed_calls, 4);
	fire_counted(10, 2000);
	cr_expect_eq(timed_calls, 4);
	/* the event stats sample one call in 64: the 64th */
	cr_expect_eq(atomic_load(&badge_counters[0].time_us), 0);
}

/* ---- observe ----------------------------------------------------------------------------------------------------- */

Test(quarantine, an_observe_that_fails_is_quarantined_with_all_badges_of_its_plugin)
{
	brb_plugin *plugin = new_plugin("watcher"), *other = new_plugin("other");
	plugin->quarantine = three_failures;
	watch(plugin, "work", do_as_asked);
	brb_badge *first = new_badge(plugin, "first", 1, "work", do_well);
	brb_badge *elsewhere = new_badge(plugin, "elsewhere", 1, "rest", do_well);
	brb_badge *foreign = new_badge(other, "foreign", 1, "work", do_well);
	fire_bad(3);
	EXPECT_FAILED(1, "observe of plugin \"watcher\" failed on event \"work\" of user \"u3\": on purpose");
	cr_expect(is_quarantined(first) && is_quarantined(elsewhere) && !is_quarantined(foreign));
	cr_expect_str_eq(reason_of(elsewhere),
			 "its plugin's observe failed for 3 users in a row, at last on event \"work\": on purpose");
	cr_expect_eq(count_in(logged, "1: "), 1);
	cr_expect_not_null(strstr(logged,
				  "1: plugin \"watcher\" is quarantined with all its badges until a reload or "
				  "\"brabeion release\" of them: its plugin's observe failed for 3 users in a row, "
				  "at last on event \"work\": on purpose\n"),
			   "%s", logged);
	trace[0] = '\0';
	fire_bad(1);
	fire("rest", "ada");
	cr_expect_str_eq(trace, "foreign ");
	EXPECT_AWARDED("");
	cr_expect_eq(records(), 2);
}

Test(quarantine, an_observe_that_is_too_slow_is_quarantined)
{
	brb_plugin *plugin = new_plugin("watcher");
	plugin->quarantine = two_overruns;
	watch(plugin, "work", do_as_asked);
	brb_badge *badge = new_badge(plugin, "first", 1, "work", do_well);
	fire_with(false, 2000);
	fire_with(false, 2000);
	cr_expect(is_quarantined(badge));
	cr_expect_str_eq(trace, "watcher first watcher ");
}

Test(quarantine, an_observe_that_fails_counts_only_active_badges)
{
	brb_plugin *plugin = new_plugin("watcher");
	watch(plugin, "work", do_as_asked);
	new_badge(plugin, "well", 1, "work", do_well);
	brb_badge *badge = new_badge(plugin, "idle", 1, "work", do_well);
	atomic_store(&troubles[badge->index].word, BRB_TROUBLE_QUARANTINED);
	fire("work", "ada");
	EXPECT_AWARDED("");
	brabeion_field fail = BRABEION_BOOL("fail", true);
	fire_event(&(brabeion_event){ .name = "work", .user = "ada", .fields = &fail, .field_count = 1 });
	EXPECT_FAILED(1, "observe of plugin \"watcher\" failed on event \"work\" of user \"ada\": on purpose");
}

Test(quarantine, a_badge_that_comes_back_brings_its_plugins_observe)
{
	size_t released = 99;
	brb_plugin *plugin = new_plugin("watcher");
	plugin->quarantine = three_failures;
	watch(plugin, "work", do_as_asked);
	new_badge(plugin, "first", 1, "work", do_well);
	new_badge(plugin, "second", 1, "work", do_well);
	fire_bad(3);
	WELL(brb_quarantine_release(&quarantine, &generation, store, "second", &released, error));
	cr_expect_eq(released, 1);
	trace[0] = '\0';
	fire_with(false, 0);
	cr_expect_str_eq(trace, "watcher second ");
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

Test(quarantine, is_recorded_once_with_since_and_reason)
{
	new_watched(new_plugin("p"), "bad", &three_failures);
	fire_bad(3);
	cr_expect_eq(records(), 1);
	cr_expect_eq(
		own_number("SELECT COUNT(*) FROM quarantine JOIN badges ON id = badge WHERE slug = 'bad' AND "
			   "since_us = 1700000000 AND reason = 'it failed for 3 users in a row, at last on event "
			   "\"work\": on purpose'"),
		1);
}

Test(quarantine, comes_back_within_a_second_when_its_record_is_gone)
{
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &three_failures);
	fire_bad(3);
	release_by_another("DELETE FROM quarantine");
	trace[0] = logged[0] = '\0';
	now_us += 999999;
	fire_bad(1);
	cr_expect(is_quarantined(badge));
	now_us += 1;
	fire_bad(1);
	cr_expect_not(is_quarantined(badge));
	cr_expect_str_eq(trace, "", "it is at work from the next event on");
	cr_expect_str_eq(logged, "3: badge \"bad\" was released\n");
	fire_bad(2);
	cr_expect_str_eq(trace, "bad bad ", "counted from the beginning");
	cr_expect_not(is_quarantined(badge));
	fire_bad(1);
	cr_expect(is_quarantined(badge));
	cr_expect_eq(records(), 1);
}

Test(quarantine, a_clock_that_goes_back_holds_nobody_back)
{
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &three_failures);
	fire_bad(3);
	release_by_another("DELETE FROM quarantine");
	now_us -= 3600000000;
	fire_bad(1);
	cr_expect_not(is_quarantined(badge));
}

Test(quarantine, a_record_of_another_process_stays_as_it_was)
{
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &three_failures);
	release_by_another("INSERT INTO quarantine SELECT id, 42, 'theirs' FROM badges WHERE slug = 'bad'");
	fire_bad(3);
	cr_expect(is_quarantined(badge));
	cr_expect_eq(records(), 1);
	cr_expect_eq(own_number("SELECT since_us FROM quarantine"), 42);
}

Test(quarantine, a_busy_database_delays_the_record_and_nothing_else)
{
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &three_failures);
	sqlite3 *own = open_own();
	own_run(own, "BEGIN IMMEDIATE");
	fire_bad(3);
	cr_expect(is_quarantined(badge));
	now_us += 1000000;
	fire_bad(1);
	cr_expect_eq(count_in(logged, "which badges are quarantined cannot be recorded or looked up now: "), 1,
		     "told once: %s", logged);
	cr_expect(is_quarantined(badge), "no record is no release");
	own_run(own, "COMMIT");
	sqlite3_close(own);
	cr_expect_eq(records(), 0);
	now_us += 1000000;
	fire_bad(1);
	cr_expect_eq(records(), 1);
	cr_expect(is_quarantined(badge));
}

static void skip_while_a_list_is_read(void)
{
	WELL(brb_sqlite_begin_reading(store->db, error));
	for (int i = 0; i < 2; i++) {
		now_us += 1000000;
		fire_bad(1);
	}
	brb_sqlite_end_reading(store->db);
	now_us += 1000000;
	fire_bad(1);
}

Test(quarantine, a_busy_database_is_logged_once_for_each_message)
{
	new_watched(new_plugin("p"), "bad", &three_failures);
	fire_bad(3);
	for (int i = 0; i < 5; i++)
		skip_while_a_list_is_read();
	cr_expect_eq(count_in(logged, "which badges are quarantined cannot be recorded or looked up now: "), 1, "%s",
		     logged);
	cr_expect_eq(count_in(logged, ": a list is being read\n"), 1);
}

Test(quarantine, what_an_old_generation_quarantines_is_not_recorded)
{
	brb_generation newer = { .number = 2 };
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &three_failures);
	atomic_store(&registry.current, &newer);
	fire_bad(3);
	cr_expect(is_quarantined(badge));
	cr_expect_eq(records(), 0);
}

/* ---- releasing --------------------------------------------------------------------------------------------------- */

Test(quarantine, a_release_counts_what_was_quarantined)
{
	size_t released = 99;
	brb_plugin *plugin = new_plugin("p");
	brb_badge *bad = new_watched(plugin, "bad", &three_failures);
	brb_badge *worse = new_watched(plugin, "worse", &three_failures);
	new_badge(plugin, "well", 1, "work", do_well);
	WELL(brb_quarantine_release(&quarantine, &generation, store, "bad", &released, error));
	cr_expect_eq(released, 0);
	fire_bad(3);
	WELL(brb_quarantine_release(&quarantine, &generation, store, "bad", &released, error));
	cr_expect_eq(released, 1);
	cr_expect(!is_quarantined(bad) && is_quarantined(worse));
	cr_expect_eq(records(), 1);
	fire_bad(3);
	WELL(brb_quarantine_release(&quarantine, &generation, store, NULL, &released, error));
	cr_expect_eq(released, 2);
	cr_expect(!is_quarantined(bad) && !is_quarantined(worse));
	cr_expect_eq(records(), 0);
}

Test(quarantine, a_release_counts_what_is_not_recorded_yet)
{
	size_t released = 99;
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &three_failures);
	sqlite3 *own = open_own();
	own_run(own, "BEGIN IMMEDIATE");
	fire_bad(3);
	own_run(own, "COMMIT");
	sqlite3_close(own);
	WELL(brb_quarantine_release(&quarantine, &generation, store, NULL, &released, error));
	cr_expect_eq(released, 1);
	cr_expect_not(is_quarantined(badge));
}

Test(quarantine, a_release_that_the_database_refuses_releases_nothing)
{
	size_t released = 99;
	brabeion_error error = BRABEION_NO_ERROR;
	brb_badge *badge = new_watched(new_plugin("p"), "bad", &three_failures);
	fire_bad(3);
	sqlite3 *own = open_own();
	own_run(own, "BEGIN IMMEDIATE");
	cr_expect_eq(brb_quarantine_release(&quarantine, &generation, store, "bad", &released, &error),
		     BRABEION_BUSY);
	cr_expect_eq(released, 99);
	cr_expect(is_quarantined(badge));
	own_run(own, "COMMIT");
	sqlite3_close(own);
	brabeion_error_finish(&error);
	cr_expect_eq(records(), 1);
}

Test(quarantine, a_generation_that_begins_takes_the_records_of_its_badges_away)
{
	new_watched(new_plugin("p"), "bad", &three_failures);
	release_by_another("INSERT INTO badges(id, slug, known_s) VALUES(77, 'of-others', 1)");
	release_by_another("INSERT INTO quarantine SELECT id, 42, 'theirs' FROM badges");
	cr_expect_eq(records(), 2);
	brb_quarantine_begin(&quarantine, &generation, store, &captured_log);
	cr_expect_eq(own_number("SELECT badge FROM quarantine"), 77);
	cr_expect_eq(records(), 1);
	cr_expect_str_eq(logged, "");
}
