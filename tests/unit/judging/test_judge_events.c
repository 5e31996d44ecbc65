/*
 * judge, the event itself: whether it has listeners, whether it was judged before, whether it is within its bounds.
 */
#include "support/judge_fixture.h"

TestSuite(judge_events, .init = open_judge_fixture, .fini = close_judge_fixture);

static int32_t earn(void *self, badge_call *call)
{
	(void)self;
	note_trace(badge_slug(call));
	return 1;
}

static int32_t earn_nothing(void *self, badge_call *call)
{
	(void)self;
	note_trace(badge_slug(call));
	return BADGE_NOT_EARNED;
}

static int32_t earn_level(void *self, badge_call *call)
{
	(void)self;
	return (int32_t)badge_int(call, "level", 1);
}

static int32_t look(void *self, badge_call *call)
{
	(void)self;
	note_trace(badge_slug(call));
	return BADGE_OK;
}

/* ---- listeners --------------------------------------------------------------------------------------------------- */

Test(judge_events, an_event_that_nobody_hears_is_silently_fine)
{
	new_badge(new_plugin("p"), "first", 1, "visit", earn);
	cr_expect_not(fire("other", "ada"));
	cr_expect_eq(result.status, BRABEION_OK);
	cr_expect_eq(result.outcome, BRABEION_UNHANDLED);
	cr_expect_eq(result.failed, 0);
	cr_expect_eq(result.award_count, 0);
	cr_expect_null(result.message);
	cr_expect_str_eq(trace, "");
	cr_expect_str_eq(logged, "");
}

Test(judge_events, the_id_of_an_unhandled_event_is_not_recorded)
{
	new_badge(new_plugin("p"), "first", 1, "visit", earn);
	cr_expect_not(fire_id("other", "ada", "e1"));
	cr_expect_not(fire_id("other", "ada", "e1"));
	cr_expect_eq(result.outcome, BRABEION_UNHANDLED, "never a duplicate");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen"), 0);
}

Test(judge_events, an_event_earns)
{
	new_badge(new_plugin("p"), "first", 1, "visit", earn);
	cr_expect(fire("visit", "ada"));
	EXPECT_AWARDED("first:1:ada: ");
	cr_expect_eq(result.awards[0].sequence, 1);
	cr_expect_str_eq(result.awards[0].name, "One");
	cr_expect_str_eq(result.awards[0].description, "Level one");
	cr_expect_str_eq(result.awards[0].event, "visit");
	cr_expect_str_eq(result.awards[0].event_id, "");
	cr_expect_eq(result.awards[0].at_us, NOW_US);
	cr_expect_eq(stored_awards(), 1);
}

Test(judge_events, what_is_held_already_is_not_awarded_again)
{
	new_badge(new_plugin("p"), "first", 1, "visit", earn);
	fire("visit", "ada");
	cr_expect_eq(clock_reads, 1);
	fire("visit", "ada");
	EXPECT_AWARDED("");
	cr_expect_eq(clock_reads, 1, "which needs no look at the clock");
	fire("visit", "bob");
	EXPECT_AWARDED("first:1:bob: ");
	cr_expect_eq(stored_awards(), 2);
}

Test(judge_events, each_level_is_an_award_of_its_own)
{
	new_badge(new_plugin("p"), "first", 3, "visit", earn_level);
	static const int levels[] = { 3, 1, 3, 2, 1 };
	static const char *const expected[] = { "first:3:ada: ", "first:1:ada: ", "", "first:2:ada: ", "" };
	for (int i = 0; i < 5; i++) {
		brabeion_field field = BRABEION_INT("level", levels[i]);
		fire_event(&(brabeion_event){ .name = "visit", .user = "ada", .fields = &field, .field_count = 1 });
		EXPECT_AWARDED(expected[i]);
	}
}

/* An event that earns nothing takes no lock and does not read the clock. */
Test(judge_events, an_event_without_id_that_earns_nothing_needs_no_transaction)
{
	new_badge(new_plugin("p"), "first", 1, "visit", earn_nothing);
	sqlite3 *own = open_own();
	own_run(own, "BEGIN IMMEDIATE");
	cr_expect_not(fire("visit", "ada"));
	EXPECT_AWARDED("");
	cr_expect_eq(clock_reads, 0);
	cr_expect_null(result.memory);
	own_run(own, "ROLLBACK");
	sqlite3_close(own);
}

Test(judge_events, the_result_outlives_the_event)
{
	new_multiple(new_plugin("p"), "first", "visit", earn);
	char name[] = "visit", user[] = "ada", id[] = "e1";
	fire_id(name, user, id);
	memset(name, 'x', 5);
	memset(user, 'x', 3);
	memset(id, 'x', 2);
	EXPECT_AWARDED("first:1:ada:e1 ");
	cr_expect_str_eq(result.awards[0].event, "visit");
	cr_expect_str_eq(result.awards[0].event_id, "e1");
}

/* ---- duplicates -------------------------------------------------------------------------------------------------- */

Test(judge_events, an_event_with_an_id_is_judged_once)
{
	new_multiple(new_plugin("p"), "first", "visit", earn);
	fire_id("visit", "ada", "e1");
	EXPECT_AWARDED("first:1:ada:e1 ");
	cr_expect_str_eq(trace, "first ");
	fire_id("visit", "ada", "e1");
	cr_expect_eq(result.status, BRABEION_OK);
	cr_expect_eq(result.outcome, BRABEION_DUPLICATE);
	cr_expect_eq(result.award_count, 0);
	cr_expect_str_eq(trace, "first ", "no badge is asked");
}

Test(judge_events, the_key_is_id_event_and_user)
{
	brb_plugin *plugin = new_plugin("p");
	brb_badge *badge = new_multiple(plugin, "first", "visit", earn);
	hear("vote", plugin, badge);
	fire_id("visit", "ada", "e1");
	fire_id("visit", "bob", "e1");
	EXPECT_AWARDED("first:1:bob:e1 ");
	fire_id("vote", "ada", "e1");
	cr_expect_eq(result.outcome, BRABEION_JUDGED);
	fire_id("vote", "ada", "e1");
	cr_expect_eq(result.outcome, BRABEION_DUPLICATE);
}

Test(judge_events, an_event_is_recorded_whether_it_earned_or_not)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "first", 1, "visit", earn_nothing);
	watch(plugin, "watched", look);
	cr_expect(fire_id("visit", "ada", "e1"));
	cr_expect(fire_id("watched", "ada", "e1"), "also when only an observe hears it");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen"), 2);
	fire_id("visit", "ada", "e1");
	cr_expect_eq(result.outcome, BRABEION_DUPLICATE);
	fire_id("watched", "ada", "e1");
	cr_expect_eq(result.outcome, BRABEION_DUPLICATE);
}

Test(judge_events, an_empty_id_is_none)
{
	new_badge(new_plugin("p"), "first", 1, "visit", earn_nothing);
	cr_expect_not(fire_id("visit", "ada", ""));
	cr_expect_not(fire_id("visit", "ada", ""));
	cr_expect_eq(result.outcome, BRABEION_JUDGED);
}

Test(judge_events, a_duplicate_within_one_transaction)
{
	new_multiple(new_plugin("p"), "first", "visit", earn);
	brb_judge judge = new_judge();
	judge_into(&judge, &(brabeion_event){ .name = "visit", .user = "ada", .id = "e1" });
	EXPECT_AWARDED("first:1:ada:e1 ");
	judge_into(&judge, &(brabeion_event){ .name = "visit", .user = "ada", .id = "e1" });
	cr_expect_eq(result.outcome, BRABEION_DUPLICATE);
	commit(store);
	brb_judge_finish(&judge);
}

/* ---- left to the group ------------------------------------------------------------------------------------------- */

/* True if the event of a single caller is left to the group commit. */
static bool is_left_to_group(brb_judge *judge, const brabeion_event *event)
{
	brabeion_result_finish(&result);
	judge->single = true;
	judge->left_to_group = false;
	cr_assert_eq(brb_judge_event(judge, event, &result), BRABEION_OK);
	return judge->left_to_group;
}

Test(judge_events, a_single_event_that_is_sure_to_need_the_store_is_left_to_the_group)
{
	new_badge(new_plugin("p"), "first", 1, "visit", earn_nothing);
	brb_judge judge = new_judge();
	judge.leads = false;
	cr_expect(is_left_to_group(&judge, &(brabeion_event){ .name = "visit", .user = "ada", .id = "e1" }));
	cr_expect_str_eq(trace, "", "nothing was judged");
	cr_expect_not(is_left_to_group(&judge, &(brabeion_event){ .name = "visit", .user = "ada" }));
	cr_expect_not(is_left_to_group(&judge, &(brabeion_event){ .name = "other", .user = "ada", .id = "e1" }));
	cr_expect_eq(result.outcome, BRABEION_UNHANDLED);
	cr_expect_not(is_left_to_group(&judge, &(brabeion_event){ .name = "visit", .user = "", .id = "e1" }));
	cr_expect_eq(result.status, BRABEION_INVALID);
	cr_expect_not(judge.in_transaction);
	judge.leads = true;
	cr_expect_not(is_left_to_group(&judge, &(brabeion_event){ .name = "visit", .user = "ada", .id = "e1" }));
	cr_expect(judge.in_transaction);
	commit(store);
	brb_judge_finish(&judge);
}

/* An event name that needed the store recently is likely to need it again; others are not. */
Test(judge_events, a_single_event_that_is_likely_to_need_it_is_left_too)
{
	new_multiple(new_plugin("p"), "many", "visit", earn);
	brabeion_event event = { .name = "visit", .user = "ada" };
	brb_judge judge = new_judge();
	judge.leads = false;
	for (int i = 0; i < 2; i++)
		fire("visit", "ada");
	cr_expect(is_left_to_group(&judge, &event));
	for (int i = 0; i < 100; i++)
		fire("visit", "ada");
	badges[0].award = earn_nothing;
	for (int i = 0; i < 64; i++)
		fire("visit", "ada");
	cr_expect_not(is_left_to_group(&judge, &event));
	brb_judge_finish(&judge);
}

/* An award known to be held costs a single event no transaction. */
Test(judge_events, a_single_event_that_earns_what_is_held_needs_no_transaction)
{
	new_badge(new_plugin("p"), "first", 1, "visit", earn);
	fire("visit", "ada");
	brabeion_event event = { .name = "visit", .user = "ada" };
	brb_judge judge = new_judge();
	cr_expect_not(is_left_to_group(&judge, &event));
	cr_expect(judge.in_transaction, "the first time it is looked up");
	commit(store);
	brb_judge_finish(&judge);
	sqlite3 *own = open_own();
	own_run(own, "BEGIN IMMEDIATE");
	judge = new_judge();
	cr_expect_not(is_left_to_group(&judge, &event));
	cr_expect_not(judge.in_transaction);
	EXPECT_AWARDED("");
	brb_judge_finish(&judge);
	own_run(own, "ROLLBACK");
	sqlite3_close(own);
}

/* ---- invalid events ---------------------------------------------------------------------------------------------- */

static void expect_invalid(const brabeion_event *event, const char *message)
{
	cr_expect_not(fire_event(event));
	cr_expect_eq(result.status, BRABEION_INVALID, "%s", message);
	cr_expect_eq(result.outcome, BRABEION_ABANDONED);
	cr_expect_eq(result.award_count, 0);
	cr_expect_eq(result.failed, 0);
	cr_expect_str_eq(result.message, message);
	cr_expect_str_eq(trace, "");
}

static const char *long_text(char text[300], size_t length)
{
	memset(text, 'x', length);
	text[length] = '\0';
	return text;
}

Test(judge_events, an_event_needs_a_name)
{
	new_badge(new_plugin("p"), "first", 1, "visit", earn);
	expect_invalid(&(brabeion_event){ .user = "ada" }, "the event has no name");
	expect_invalid(&(brabeion_event){ .name = "", .user = "ada" }, "the event has no name");
}

Test(judge_events, the_engines_own_names_are_refused)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "first", 1, "brabeion.awarded", earn);
	new_badge(plugin, "second", 1, "brabeion", earn_nothing);
	expect_invalid(
		&(brabeion_event){ .name = "brabeion.awarded", .user = "ada" },
		"the event is called \"brabeion.awarded\": names beginning with \"brabeion.\" are the engine's "
		"own");
	expect_invalid(&(brabeion_event){ .name = "brabeion.", .user = "ada" },
		       "the event is called \"brabeion.\": names beginning with \"brabeion.\" are the engine's own");
	fire("brabeion", "ada");
	EXPECT_AWARDED("");
	fire("brabeionic", "ada");
	cr_expect_eq(result.outcome, BRABEION_UNHANDLED);
}

Test(judge_events, users_of_1_to_255_bytes)
{
	char text[300];
	new_badge(new_plugin("p"), "first", 1, "visit", earn);
	expect_invalid(&(brabeion_event){ .name = "visit" }, "the event has no user");
	expect_invalid(&(brabeion_event){ .name = "visit", .user = "" }, "the user is empty");
	expect_invalid(&(brabeion_event){ .name = "visit", .user = long_text(text, 256) },
		       "the user is longer than 255 bytes");
	expect_invalid(&(brabeion_event){ .name = "visit", .user = "ad\xff" }, "the user is not UTF-8");
	fire("visit", long_text(text, 255));
	cr_expect_eq(result.award_count, 1);
	cr_expect_str_eq(result.awards[0].user, text);
	cr_expect_eq(own_number("SELECT LENGTH(name) FROM users"), 255);
}

Test(judge_events, ids_of_up_to_255_bytes)
{
	char text[300];
	new_multiple(new_plugin("p"), "first", "visit", earn);
	expect_invalid(&(brabeion_event){ .name = "visit", .user = "ada", .id = long_text(text, 256) },
		       "the event's id is longer than 255 bytes");
	expect_invalid(&(brabeion_event){ .name = "visit", .user = "ada", .id = "\xc3" },
		       "the event's id is not UTF-8");
	fire_id("visit", "ada", long_text(text, 255));
	cr_expect_str_eq(result.awards[0].reason, text, "which is the reason, too");
	fire_id("visit", "ada", long_text(text, 255));
	cr_expect_eq(result.outcome, BRABEION_DUPLICATE);
}

Test(judge_events, state_is_checked)
{
	brabeion_field field = BRABEION_TEXT("a", NULL);
	new_badge(new_plugin("p"), "first", 1, "visit", earn);
	expect_invalid(&(brabeion_event){ .name = "visit", .user = "ada", .fields = &field, .field_count = 1 },
		       "the text of field \"a\" is NULL");
	expect_invalid(&(brabeion_event){ .name = "visit", .user = "ada", .field_count = 1 },
		       "the event has fields at NULL");
}

Test(judge_events, an_invalid_event_stops_no_other_of_its_transaction)
{
	new_badge(new_plugin("p"), "first", 1, "visit", earn);
	brb_judge judge = new_judge();
	judge_into(&judge, &(brabeion_event){ .name = "visit", .user = "ada" });
	judge_into(&judge, &(brabeion_event){ .name = "visit", .user = "" });
	cr_expect_eq(result.status, BRABEION_INVALID);
	judge_into(&judge, &(brabeion_event){ .name = "visit", .user = "bob" });
	EXPECT_AWARDED("first:1:bob: ");
	commit(store);
	brb_judge_finish(&judge);
	cr_expect_eq(stored_awards(), 2);
}
