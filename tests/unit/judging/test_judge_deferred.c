/*
 * deferred: frozen fields, jobs of badge_later, and failures, which leave no job. Uses the live clock; jobs are read
 * from the database.
 */
#include "store/jobs.h"
#include "support/judge_fixture.h"

TestSuite(judge_deferred, .init = open_judge_fixture, .fini = close_judge_fixture);

static int32_t earn(void *self, badge_call *call)
{
	(void)self;
	note_trace(badge_slug(call));
	return 1;
}

/* All jobs in the order of their ids: "badge user event id at due run state|" each. */
static const char *jobs(void)
{
	static char text[4096];
	sqlite3 *own = open_own();
	sqlite3_stmt *statement = NULL;
	static const char sql[] =
		"SELECT group_concat(slug || ' ' || users.name || ' ' || events.name || ' ' || event_id || ' ' || "
		"at_us || "
		"' ' || due_us || ' ' || run || ' ' || jobs.state, '|') FROM (SELECT * FROM jobs ORDER BY id) AS "
		"jobs "
		"JOIN badges ON badges.id = badge JOIN users ON users.id = user JOIN events ON events.id = event";
	cr_assert_eq(sqlite3_prepare_v2(own, sql, -1, &statement, NULL), SQLITE_OK, "%s", sqlite3_errmsg(own));
	cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
	const char *row = (const char *)sqlite3_column_text(statement, 0);
	snprintf(text, sizeof text, "%s", row ? row : "");
	sqlite3_finalize(statement);
	sqlite3_close(own);
	return text;
}

/* ---- freeze ------------------------------------------------------------------------------------------------------ */

typedef void (*freeze_function)(void *self, badge_call *call);

static brb_badge *new_async(brb_plugin *plugin, const char *slug, freeze_function freeze)
{
	brb_badge *badge = new_badge(plugin, slug, 1, "visit", earn);
	badge->async = true;
	badge->freeze = freeze;
	return badge;
}

/* One event "visit" of ada at 5 seconds, its id "e1", with these fields. */
static void visit(const brabeion_field *fields, size_t count)
{
	fire_event(&(brabeion_event){ .name = "visit",
				      .user = "ada",
				      .id = "e1",
				      .has_at = true,
				      .at_us = 5000000,
				      .fields = fields,
				      .field_count = count });
}

Test(judge_deferred, an_async_badge_is_not_asked_its_event_is_kept)
{
	brabeion_field fields[] = { BRABEION_INT("points", 7), BRABEION_TEXT("by", "a \"b\"\n"),
				    BRABEION_JSON("list", "[1, 2]") };
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "at-once", 1, "visit", earn);
	new_async(plugin, "later", NULL);
	visit(fields, 3);
	EXPECT_AWARDED("at-once:1:ada: ");
	cr_expect_str_eq(trace, "at-once ");
	cr_expect_str_eq(jobs(), "later ada visit e1 5000000 1700000000 0 "
				 "{\"points\": 7, \"by\": \"a \\\"b\\\"\\n\", \"list\": [1, 2]}");
	cr_expect_eq(stored_awards(), 1);
}

Test(judge_deferred, an_event_without_time_is_kept_with_that_of_its_arrival)
{
	new_async(new_plugin("p"), "later", NULL);
	fire("visit", "ada");
	cr_expect_str_eq(jobs(), "later ada visit  1700000000 1700000000 0 {}");
}

Test(judge_deferred, an_event_that_was_seen_makes_no_second_job)
{
	new_async(new_plugin("p"), "later", NULL);
	visit(NULL, 0);
	visit(NULL, 0);
	cr_expect_eq(result.outcome, BRABEION_DUPLICATE);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 1);
}

static void freeze_much(void *self, badge_call *call)
{
	(void)self;
	char text[64];
	badge_set_int(call, "points", badge_int(call, "points", 0) + 1);
	badge_set_real(call, "half", 0.5);
	badge_set_bool(call, "yes", 7);
	badge_set_text(call, "day", "monday");
	badge_set_text(call, "day", "tuesday");
	snprintf(text, sizeof text, "%s:points=%d,day=%s,seen=%d", badge_slug(call),
		 (int)badge_int(call, "points", 0), badge_text(call, "day", "-"),
		 (int)thing_add(call, "seen", "", 1));
	note_trace(text);
}

static int32_t tell_points(void *self, badge_call *call)
{
	(void)self;
	char text[64];
	snprintf(text, sizeof text, "%s:points=%d,day=%s", badge_slug(call), (int)badge_int(call, "points", 0),
		 badge_text(call, "day", "-"));
	note_trace(text);
	return 0;
}

Test(judge_deferred, freeze_changes_its_badges_own_copy_of_the_state)
{
	brabeion_field fields[] = { BRABEION_INT("points", 1), BRABEION_INT("points", 7),
				    BRABEION_BOOL("no", false) };
	brb_plugin *plugin = new_plugin("p");
	new_async(plugin, "a", freeze_much);
	new_badge(plugin, "between", 1, "visit", tell_points);
	new_async(plugin, "b", freeze_much);
	visit(fields, 3);
	cr_expect_str_eq(trace,
			 "a:points=8,day=tuesday,seen=1 between:points=7,day=- b:points=8,day=tuesday,seen=2 ");
	cr_expect_str_eq(jobs(),
			 "a ada visit e1 5000000 1700000000 0 "
			 "{\"points\": 8, \"no\": false, \"half\": 0.5, \"yes\": true, \"day\": \"tuesday\"}|"
			 "b ada visit e1 5000000 1700000000 0 "
			 "{\"points\": 8, \"no\": false, \"half\": 0.5, \"yes\": true, \"day\": \"tuesday\"}");
	cr_expect_eq(stored_tally("seen", ""), 2);
}

static void freeze_to(void *self, badge_call *call)
{
	(void)self;
	thing_add(call, "lost", "", 1);
	cr_expect_eq(badge_to(call, "ben"), BADGE_FAILED);
}

static void freeze_for(void *self, badge_call *call)
{
	(void)self;
	cr_expect_eq(badge_for(call, "x"), BADGE_FAILED);
}

static void freeze_grant(void *self, badge_call *call)
{
	(void)self;
	cr_expect_eq(badge_grant(call, "after", 1, NULL, NULL), BADGE_FAILED);
}

static void freeze_later(void *self, badge_call *call)
{
	(void)self;
	cr_expect_eq(badge_later(call, 1, NULL, 0), BADGE_FAILED);
}

static void freeze_fail(void *self, badge_call *call)
{
	(void)self;
	badge_set_int(call, "kept", 1);
	badge_fail(call, "not today");
}

static void freeze_no_name(void *self, badge_call *call)
{
	(void)self;
	cr_expect_eq(badge_set_int(call, "", 1), BADGE_FAILED);
}

static void freeze_no_text(void *self, badge_call *call)
{
	(void)self;
	cr_expect_eq(badge_set_text(call, "a", NULL), BADGE_FAILED);
}

static void freeze_not_finite(void *self, badge_call *call)
{
	(void)self;
	cr_expect_eq(badge_set_real(call, "a", 1e308 * 10), BADGE_FAILED);
}

static void freeze_too_much(void *self, badge_call *call)
{
	(void)self;
	char name[16];
	for (int i = 0; i < 256; i++) {
		snprintf(name, sizeof name, "f%d", i);
		cr_expect_eq(badge_set_int(call, name, i), BADGE_OK);
	}
	cr_expect_eq(badge_set_int(call, "f0", 1), BADGE_OK, "it is there already");
	cr_expect_eq(badge_set_int(call, "one-more", 1), BADGE_FAILED);
}

Test(judge_deferred, a_freeze_that_fails_fails_its_badge_alone)
{
	static const struct {
		freeze_function freeze;
		const char *message;
	} cases[] = {
		{ freeze_fail, "not today" },
		{ freeze_to, "badge_to is for award, not for freeze" },
		{ freeze_for, "badge_for is for award, not for freeze" },
		{ freeze_grant, "badge_grant is for award and observe, not for freeze" },
		{ freeze_later, "badge_later is for award and a badge's merge, not for freeze" },
		{ freeze_no_name, "badge_set: a field has no name" },
		{ freeze_no_text, "badge_set: the text of field \"a\" is NULL" },
		{ freeze_not_finite, "badge_set: the field \"a\" is not a finite number" },
		{ freeze_too_much, "badge_set of \"one-more\": the state has 256 fields, no more fit" },
	};
	char line[256];
	brb_plugin *plugin = new_plugin("p");
	brb_badge *failing = new_async(plugin, "failing", NULL);
	failing->multiple = true;
	new_async(plugin, "fine", NULL);
	new_badge(plugin, "after", 1, "visit", earn)->rearn = true;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		failing->freeze = cases[i].freeze;
		fire("visit", "ada");
		snprintf(line, sizeof line, "badge \"failing\" failed on event \"visit\" of user \"ada\": %s",
			 cases[i].message);
		EXPECT_FAILED(1, line);
		cr_expect_str_eq(awarded(), i ? "" : "after:1:ada: ");
		cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE badge = (SELECT id FROM badges WHERE slug = "
					"'fine')"),
			     (int64_t)i + 1);
		cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), (int64_t)i + 1);
	}
	cr_expect_eq(stored_tally("lost", ""), 0);
}

Test(judge_deferred, an_event_whose_json_is_none_fails_the_async_badge_alone)
{
	brabeion_field field = BRABEION_JSON("list", "[1, ");
	brb_plugin *plugin = new_plugin("p");
	new_async(plugin, "later", NULL);
	new_badge(plugin, "after", 1, "visit", earn);
	visit(&field, 1);
	cr_expect_eq(result.failed, 1);
	cr_expect_str_eq(awarded(), "after:1:ada: ");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 0);
}

/* ---- later ------------------------------------------------------------------------------------------------------- */

static int64_t later_at;
static const badge_field *later_state;
static uint32_t later_count;
static int32_t later_answer;

static int32_t ask(void *self, badge_call *call)
{
	(void)self;
	thing_add(call, "asked", "", 1);
	later_answer = badge_later(call, later_at, later_state, later_count);
	return 1;
}

static int32_t ask_and_fail(void *self, badge_call *call)
{
	ask(self, call);
	return badge_fail(call, "changed my mind");
}

Test(judge_deferred, a_badge_asks_to_be_judged_later)
{
	badge_field state[] = { badge_field_int("year", 3), badge_field_real("share", 1), badge_field_bool("late", 5),
				badge_field_text("post", "p1"), badge_field_json("list", "{\"a\":[]}") };
	later_at = 9000000;
	later_state = state;
	later_count = 5;
	new_badge(new_plugin("p"), "asks", 1, "visit", ask);
	visit(NULL, 0);
	EXPECT_AWARDED("asks:1:ada: ");
	cr_expect_eq(later_answer, BADGE_OK);
	cr_expect_str_eq(jobs(),
			 "asks ada brabeion.due  9000000 9000000 0 "
			 "{\"year\": 3, \"share\": 1.0, \"late\": true, \"post\": \"p1\", \"list\": {\"a\":[]}}");
}

Test(judge_deferred, what_a_badge_asked_for_goes_with_it_when_it_fails)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "fails", 1, "visit", ask_and_fail);
	later_at = 7;
	new_badge(plugin, "asks", 1, "visit", ask);
	visit(NULL, 0);
	cr_expect_eq(result.failed, 1);
	cr_expect_str_eq(jobs(), "asks ada brabeion.due  7 7 0 {}");
	cr_expect_eq(stored_tally("asked", ""), 1);
}

static int32_t ask_often(void *self, badge_call *call)
{
	(void)self;
	for (int i = 0; i < 100; i++)
		cr_expect_eq(badge_later(call, i, NULL, 0), BADGE_OK);
	if (badge_int(call, "more", 0))
		cr_expect_eq(badge_later(call, 100, NULL, 0), BADGE_FAILED);
	return 0;
}

Test(judge_deferred, a_badge_asks_a_hundred_times_at_most)
{
	brabeion_field more = BRABEION_INT("more", 1);
	new_badge(new_plugin("p"), "asks", 1, "visit", ask_often);
	visit(&more, 1);
	EXPECT_FAILED(
		1, "badge \"asks\" failed on event \"visit\" of user \"ada\": badge_later more than 100 times in one "
		   "judgement");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 0);
	fire("visit", "ben");
	EXPECT_AWARDED("");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 100);
}

Test(judge_deferred, what_badge_later_does_not_take)
{
	badge_field no_type = badge_field_int("a", 1), no_json = badge_field_json("a", "[1"), *no_field = NULL;
	badge_field no_name = badge_field_int("", 1), no_text = badge_field_text("a", NULL);
	static badge_field many[257];
	no_type.type = 6;
	const struct {
		const badge_field *state;
		uint32_t count;
		const char *message;
	} cases[] = {
		{ &no_type, 1, "badge_later: a field is of type 6, which is none" },
		{ no_field, 1, "badge_later: 1 fields at NULL" },
		{ &no_name, 1, "badge_later: a field has no name" },
		{ &no_text, 1, "badge_later: the text of field \"a\" is NULL" },
		{ many, 257, "badge_later: 257 fields, more than 256" },
		{ &no_json, 1, "the field \"a\" is not a JSON array or object, though that is its type" },
	};
	char line[256];
	new_badge(new_plugin("p"), "asks", 1, "visit", ask);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		later_state = cases[i].state;
		later_count = cases[i].count;
		fire("visit", "ada");
		snprintf(line, sizeof line, "badge \"asks\" failed on event \"visit\" of user \"ada\": %s",
			 cases[i].message);
		EXPECT_FAILED(1, line);
		cr_expect_eq(later_answer, BADGE_FAILED);
		cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 0);
	}
}

Test(judge_deferred, observe_cannot_ask)
{
	brb_plugin *plugin = new_plugin("p");
	watch(plugin, "visit", ask);
	new_badge(plugin, "a", 1, "visit", earn);
	visit(NULL, 0);
	EXPECT_FAILED(1, "observe of plugin \"p\" failed on event \"visit\" of user \"ada\": badge_later is for "
			 "award and a badge's merge, not for "
			 "observe");
}

/* ---- midnight ---------------------------------------------------------------------------------------------------- */

static void freeze_day(void *self, badge_call *call)
{
	(void)self;
	badge_set_int(call, "day", badge_at(call) / INT64_C(86400000000));
}

static int32_t earn_for_day(void *self, badge_call *call)
{
	(void)self;
	char text[64];
	snprintf(text, sizeof text, "day %d at %lld of %s", (int)badge_int(call, "day", 0), (long long)badge_at(call),
		 badge_event_id(call));
	badge_for(call, text);
	return 1;
}

/* Claims the one waiting job and judges it as a worker does, `later_us` after midnight. */
static void judge_the_job(int64_t later_us)
{
	static const uint32_t loaded[] = { 1 };
	brb_job_failure failure = { .why = "untouched" };
	brb_store_claimed_list list = { 0 };
	brb_store_claim claim = { .number = 7,
				  .now_us = 86400000000 + later_us,
				  .lease_until_us = INT64_MAX,
				  .most = 10,
				  .badges = loaded,
				  .badge_count = 1 };
	brb_judge judge = new_judge();
	cr_assert(brb_judge_enter_store(&judge));
	WELL(brb_store_jobs_claim(store, &claim, &list, error));
	cr_assert_eq(list.count, 1);
	const brb_store_claimed *job = &list.jobs[0];
	const brabeion_event event = brb_judge_event_of_job(job);
	const brb_judged_job judged = { .badge = brb_table_get(&generation.slugs, "daily"), .event = &event };
	brabeion_result_finish(&result);
	cr_assert_eq(brb_judge_job(&judge, &judged, &result, &failure), BRABEION_OK);
	cr_assert_null(failure.why);
	WELL(brb_store_job_end(store, job->id, error));
	commit(store);
	brb_store_claimed_list_finish(&list);
	brb_judge_finish(&judge);
}

Test(judge_deferred, a_moment_before_midnight_counts_for_its_day_however_late_it_is_judged)
{
	static const int64_t late_us[] = { 0, INT64_C(3600000000), INT64_C(86400000000), INT64_C(31557600000000) };
	static const char *const users[] = { "ada", "ben", "cleo", "dan" };
	brb_plugin *plugin = new_plugin("p");
	brb_badge *badge = new_multiple(plugin, "daily", "visit", earn_for_day);
	badge->async = true;
	badge->freeze = freeze_day;
	for (int i = 0; i < 4; i++) {
		char expected[128];
		fire_event(&(brabeion_event){ .name = "visit",
					      .user = users[i],
					      .id = "e1",
					      .has_at = true,
					      .at_us = INT64_C(86399900000) });
		EXPECT_AWARDED("");
		brb_store_close(store); /* a restart */
		store = open_store();
		badge->freeze = NULL; /* as if another badge had its slug */
		judge_the_job(late_us[i]);
		badge->freeze = freeze_day;
		snprintf(expected, sizeof expected, "daily:1:%s:day 0 at 86399900000 of e1 ", users[i]);
		cr_expect_str_eq(awarded(), expected);
		cr_expect_eq(result.awards[0].at_us, INT64_C(86399900000));
		cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 0);
	}
}
