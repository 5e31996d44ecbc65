/*
 * judge: one event and one generation: the order of judgements, what a badge sees of earlier ones, and failures of a
 * badge or the store.
 */
#include "support/judge_fixture.h"

TestSuite(judge, .init = open_judge_fixture, .fini = close_judge_fixture);

/* ---- the plugins' functions -------------------------------------------------------------------------------------- */

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

/* ---- order ------------------------------------------------------------------------------------------------------- */

Test(judge, each_plugin_observes_then_judges_its_badges_in_order)
{
	brb_plugin *first = new_plugin("plugin-1"), *second = new_plugin("plugin-2");
	watch(first, "visit", look);
	new_badge(first, "c", 1, "visit", earn);
	new_badge(first, "a", 1, "visit", earn_nothing);
	watch(second, "visit", look);
	new_badge(second, "b", 1, "visit", earn);
	fire("visit", "ada");
	cr_expect_str_eq(trace, "plugin-1 c a plugin-2 b ");
	EXPECT_AWARDED("c:1:ada: b:1:ada: ");
}

static int32_t count_visits(void *self, badge_call *call)
{
	(void)self;
	thing_add(call, "visits", badge_user(call), 1);
	thing_note_set(call, "last", badge_user(call), badge_event(call));
	return BADGE_OK;
}

/* Level 1 to 3 for as many visits, if the note exists. */
static int32_t earn_visits(void *self, badge_call *call)
{
	(void)self;
	const char *last = thing_note(call, "last", badge_user(call));
	return last && strcmp(last, "visit") == 0 ? (int32_t)thing_tally(call, "visits", badge_user(call)) : 0;
}

Test(judge, badges_read_what_observe_and_earlier_badges_wrote)
{
	brb_plugin *plugin = new_plugin("p");
	watch(plugin, "visit", count_visits);
	new_badge(plugin, "by-observe", 6, "visit", earn_visits);
	fire("visit", "ada");
	EXPECT_AWARDED("by-observe:1:ada: ");
	fire("visit", "ada");
	EXPECT_AWARDED("by-observe:2:ada: ");
}

Test(judge, memory_belongs_to_the_plugin)
{
	brb_plugin *first = new_plugin("plugin-1"), *second = new_plugin("plugin-2");
	watch(first, "visit", count_visits);
	new_badge(first, "mine", 6, "visit", earn_visits);
	new_badge(second, "not-mine", 6, "visit", earn_visits);
	fire("visit", "ada");
	EXPECT_AWARDED("mine:1:ada: ");
}

static int32_t earn_after_first(void *self, badge_call *call)
{
	(void)self;
	char text[64];
	snprintf(text, sizeof text, "held=%d,%d", badge_held(call, NULL, "first"),
		 (int)badge_held_count(call, "ada", "first"));
	note_trace(text);
	return badge_held(call, NULL, "first") > 0;
}

Test(judge, held_awards_include_what_earlier_badges_of_the_event_earned)
{
	brb_plugin *first = new_plugin("plugin-1"), *second = new_plugin("plugin-2");
	new_badge(first, "before", 1, "visit", earn_after_first);
	new_badge(first, "first", 3, "visit", earn_level);
	new_badge(second, "after", 1, "visit", earn_after_first);
	brabeion_field field = BRABEION_INT("level", 2);
	fire_event(&(brabeion_event){ .name = "visit", .user = "ada", .fields = &field, .field_count = 1 });
	EXPECT_AWARDED("first:2:ada: after:1:ada: ");
	cr_expect_str_eq(trace, "held=0,0 held=2,1 ");
}

Test(judge, earlier_events_of_the_transaction_count_too)
{
	brb_plugin *plugin = new_plugin("p");
	watch(plugin, "visit", count_visits);
	new_badge(plugin, "visits", 6, "visit", earn_visits);
	new_badge(plugin, "first", 1, "other", earn);
	new_badge(plugin, "after", 1, "third", earn_after_first);
	brb_judge judge = new_judge();
	for (int i = 1; i <= 3; i++) {
		judge_into(&judge, &(brabeion_event){ .name = "visit", .user = "ada" });
		cr_expect_eq(result.awards[0].level, (uint32_t)i);
	}
	judge_into(&judge, &(brabeion_event){ .name = "other", .user = "ada" });
	judge_into(&judge, &(brabeion_event){ .name = "third", .user = "ada" });
	EXPECT_AWARDED("after:1:ada: ");
	cr_expect_eq(stored_awards(), 0);
	commit(store);
	cr_expect_eq(stored_awards(), 5);
	brb_judge_finish(&judge);
}

/* ---- failing ----------------------------------------------------------------------------------------------------- */

static int32_t write_much(badge_call *call)
{
	thing_add(call, "mine", "", 5);
	thing_add(call, "shared", "", 5);
	thing_note_set(call, "text", "", "of the one that failed");
	badge_grant(call, "granted", 1, NULL, NULL);
	return BADGE_OK;
}

static int32_t fail_negative(void *self, badge_call *call)
{
	(void)self;
	write_much(call);
	return -7;
}

static int32_t fail_too_high(void *self, badge_call *call)
{
	(void)self;
	write_much(call);
	return 3;
}

static int32_t fail_aloud(void *self, badge_call *call)
{
	(void)self;
	write_much(call);
	return badge_fail(call, "no luck for %s", badge_user(call));
}

static int32_t fail_and_return_1(void *self, badge_call *call)
{
	(void)self;
	badge_fail(call, "the first reason");
	badge_fail(call, "the second reason");
	write_much(call);
	return 1;
}

static int32_t fail_and_return_0(void *self, badge_call *call)
{
	(void)self;
	write_much(call);
	badge_fail(call, "returns 0");
	return 0;
}

static int32_t write_shared(void *self, badge_call *call)
{
	(void)self;
	thing_add(call, "shared", "", 1);
	thing_note_set(call, "text", "", "of the one before");
	return 1;
}

static int32_t read_shared(void *self, badge_call *call)
{
	(void)self;
	char text[128];
	const char *note = thing_note(call, "text", "");
	snprintf(text, sizeof text, "shared=%d mine=%d text=%s granted=%d", (int)thing_tally(call, "shared", ""),
		 (int)thing_tally(call, "mine", ""), note ? note : "(none)", badge_held(call, NULL, "granted"));
	note_trace(text);
	return 1;
}

/* One badge writes, the second writes and fails, the third reads the result. */
static void expect_failure(award_function failing, const char *message)
{
	char line[512];
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "granted", 1, NULL, NULL);
	new_badge(plugin, "before", 1, "visit", write_shared);
	new_badge(plugin, "failing", 2, "visit", failing);
	new_badge(plugin, "after", 1, "visit", read_shared);
	fire_id("visit", "ada", "e1");
	snprintf(line, sizeof line, "badge \"failing\" failed on event \"visit\" of user \"ada\": %s", message);
	EXPECT_FAILED(1, line);
	cr_expect_str_eq(awarded(), "before:1:ada: after:1:ada: ");
	cr_expect_str_eq(trace, "shared=1 mine=0 text=of the one before granted=0 ");
	char record[600];
	snprintf(record, sizeof record, "2: %s\n", line);
	cr_expect_str_eq(logged, record);
	cr_expect_eq(stored_awards(), 2);
	cr_expect_eq(stored_tally("shared", "") + stored_tally("mine", ""), 1);
	cr_expect_str_eq(stored_note("text", ""), "of the one before");
	fire_id("visit", "ada", "e1");
	cr_expect_eq(result.outcome, BRABEION_DUPLICATE, "the id is recorded all the same");
}

Test(judge, a_negative_answer_fails_the_badge_alone)
{
	expect_failure(fail_negative, "award answered -7");
}

Test(judge, a_level_that_the_badge_has_not_fails_it_alone)
{
	expect_failure(fail_too_high, "award answered level 3, the badge has 2");
}

Test(judge, badge_fail_fails_it_alone_with_its_words)
{
	expect_failure(fail_aloud, "no luck for ada");
}

Test(judge, badge_fail_beats_a_level_and_the_first_reason_counts)
{
	expect_failure(fail_and_return_1, "the first reason");
}

Test(judge, badge_fail_beats_not_earned)
{
	expect_failure(fail_and_return_0, "returns 0");
}

Test(judge, answers_at_the_ends_of_the_range)
{
	static const int64_t answers[] = { INT32_MAX, INT32_MIN };
	static const char *const messages[] = {
		"badge \"first\" failed on event \"visit\" of user \"ada\": award answered level 2147483647, the "
		"badge "
		"has 3",
		"badge \"first\" failed on event \"visit\" of user \"ada\": award answered -2147483648",
	};
	new_badge(new_plugin("p"), "first", 3, "visit", earn_level);
	for (int i = 0; i < 2; i++) {
		brabeion_field field = BRABEION_INT("level", answers[i]);
		fire_event(&(brabeion_event){ .name = "visit", .user = "ada", .fields = &field, .field_count = 1 });
		EXPECT_FAILED(1, messages[i]);
		cr_expect_eq(result.award_count, 0);
	}
}

Test(judge, each_failing_badge_is_counted_and_the_first_is_the_message)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "a", 2, "visit", fail_too_high);
	new_badge(plugin, "b", 2, "visit", fail_aloud);
	new_badge(plugin, "c", 2, "visit", earn);
	fire("visit", "ada");
	EXPECT_FAILED(2,
		      "badge \"a\" failed on event \"visit\" of user \"ada\": badge_grant of \"granted\", which is "
		      "no badge of the plugin \"p\" in badges.yaml");
	cr_expect_str_eq(awarded(), "c:1:ada: ");
	cr_expect_str_eq(failures_of_result(),
			 "a: badge_grant of \"granted\", which is no badge of the plugin \"p\" in "
			 "badges.yaml\n"
			 "b: badge_grant of \"granted\", which is no badge of the plugin \"p\" in "
			 "badges.yaml\n");
	cr_expect_not_null(strstr(logged, "\n2: badge \"b\" failed on event"));
}

static int32_t observe_and_fail(void *self, badge_call *call)
{
	(void)self;
	note_trace(badge_slug(call));
	write_much(call);
	return badge_fail(call, "cannot see");
}

Test(judge, a_result_lists_the_first_64_failures)
{
	static char slugs[BADGES_MOST][8];
	brb_plugin *plugins_of_it[] = { new_plugin("p"), new_plugin("q") };
	for (int i = 0; i < BADGES_MOST; i++) {
		snprintf(slugs[i], sizeof slugs[i], "b%d", i);
		new_badge(plugins_of_it[i / 32], slugs[i], 1, "visit", fail_aloud);
	}
	watch(new_plugin("r"), "visit", observe_and_fail);
	fire("visit", "ada");
	cr_expect_eq(result.failed, 64);
	cr_assert_eq(result.failure_count, 64);
	cr_expect_str_eq(result.failures[63].slug, "b63");
	cr_expect_str_eq(result.failures[63].plugin, "q");
}

static int32_t observe_answering(void *self, badge_call *call)
{
	(void)self;
	return (int32_t)badge_int(call, "answer", 0);
}

Test(judge, when_observe_fails_its_plugins_badges_count_as_failed)
{
	brb_plugin *first = new_plugin("plugin-1"), *second = new_plugin("plugin-2");
	new_badge(first, "granted", 1, NULL, NULL);
	watch(first, "visit", observe_and_fail);
	new_badge(first, "a", 1, "visit", earn);
	new_badge(first, "b", 1, "visit", earn);
	watch(second, "visit", look);
	new_badge(second, "c", 1, "visit", read_shared);
	fire_id("visit", "ada", "e1");
	EXPECT_FAILED(2, "observe of plugin \"plugin-1\" failed on event \"visit\" of user \"ada\": cannot see");
	cr_expect_str_eq(failures_of_result(), "observe of plugin-1: cannot see\n");
	cr_expect_str_eq(trace, "plugin-1 plugin-2 shared=0 mine=0 text=(none) granted=0 ");
	cr_expect_str_eq(awarded(), "c:1:ada: ");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 1);
	cr_expect_eq(stored_tally("shared", "") + stored_tally("mine", ""), 0);
	fire_id("visit", "ada", "e1");
	cr_expect_eq(result.outcome, BRABEION_DUPLICATE);
}

Test(judge, observe_answers_ok_or_has_failed)
{
	brb_plugin *plugin = new_plugin("p");
	watch(plugin, "visit", observe_answering);
	new_badge(plugin, "a", 1, "visit", earn);
	brabeion_field field = BRABEION_INT("answer", 1);
	brabeion_event event = { .name = "visit", .user = "ada", .fields = &field, .field_count = 1 };
	fire_event(&event);
	EXPECT_FAILED(1, "observe of plugin \"p\" failed on event \"visit\" of user \"ada\": observe answered 1");
	field = BRABEION_INT("answer", -1);
	fire_event(&event);
	EXPECT_FAILED(1, "observe of plugin \"p\" failed on event \"visit\" of user \"ada\": observe answered -1");
	field = BRABEION_INT("answer", 0);
	fire_event(&event);
	EXPECT_AWARDED("a:1:ada: ");
}

static int32_t observe_and_grant(void *self, badge_call *call)
{
	(void)self;
	return badge_grant(call, "granted", 2, NULL, NULL);
}

Test(judge, observe_may_grant)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "granted", 3, NULL, NULL);
	watch(plugin, "visit", observe_and_grant);
	fire("visit", "ada");
	EXPECT_AWARDED("granted:2:ada: ");
	fire("visit", "ada");
	EXPECT_AWARDED("");
}

Test(judge, a_failing_event_takes_nothing_from_the_others_of_its_transaction)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "granted", 1, NULL, NULL);
	new_badge(plugin, "good", 1, "good", write_shared);
	new_badge(plugin, "bad", 1, "bad", fail_negative);
	brb_judge judge = new_judge();
	judge_into(&judge, &(brabeion_event){ .name = "good", .user = "ada" });
	judge_into(&judge, &(brabeion_event){ .name = "bad", .user = "ada" });
	cr_expect_eq(result.failed, 1);
	judge_into(&judge, &(brabeion_event){ .name = "good", .user = "bob" });
	commit(store);
	brb_judge_finish(&judge);
	cr_expect_eq(stored_awards(), 2);
	cr_expect_eq(stored_tally("shared", "") + stored_tally("mine", ""), 2);
}

/* ---- failures of the store --------------------------------------------------------------------------------------- */

static int32_t use_the_store(void *self, badge_call *call)
{
	(void)self;
	char text[128];
	const char *note = thing_note(call, "word", "");
	snprintf(text, sizeof text, "%d %d %s %d %d %d", (int)thing_add(call, "t", "", 1),
		 thing_set(call, "t", "", 7), note ? note : "(none)", thing_note_set(call, "word", "", "x"),
		 badge_held(call, NULL, "first"), badge_grant(call, "first", 1, NULL, NULL));
	note_trace(text);
	return 1;
}

Test(judge, a_store_that_fails_fails_the_whole_event_whatever_award_answers)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "first", 1, "visit", use_the_store);
	new_badge(plugin, "second", 1, "visit", earn);
	sqlite3 *own = open_own();
	own_run(own, "BEGIN IMMEDIATE");
	brb_judge judge = new_judge();
	brabeion_event event = { .name = "visit", .user = "ada" };
	char message[PATH_BYTES + 100];
	snprintf(message, sizeof message, "%s: another process has held the database for longer than 50 ms", path);
	for (int with_id = 0; with_id < 2; with_id++) {
		event.id = with_id ? "e1" : NULL;
		cr_expect_eq(brb_judge_event(&judge, &event, &result), BRABEION_BUSY);
		cr_expect_not(judge.in_transaction);
		cr_expect_eq(judge.error.status, BRABEION_BUSY);
		cr_expect_str_eq(judge.error.message, message);
		cr_expect_eq(*brb_reentrancy_depth(), 0);
		brabeion_result_finish(&result);
		brb_judge_finish(&judge);
		judge = new_judge();
	}
	cr_expect_str_eq(trace, "0 -1 (none) -1 0 -1 ", "helpers answer defaults; no further badge is asked");
	own_run(own, "ROLLBACK");
	sqlite3_close(own);
	fire_event(&event);
	EXPECT_AWARDED("first:1:ada: second:1:ada: ");
}
