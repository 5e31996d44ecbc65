/*
 * history and due: time advances with the events; jobs due before an event are judged before it, in the order of their
 * due times; async jobs right after their event; a failed transaction does not advance the time.
 */
#include "judging/history.h"
#include "support/judge_fixture.h"

static brb_history history;
static int64_t begun, dropped; /* history ids, set by the callbacks */

static brabeion_status begin_history(void *context, int64_t run, brabeion_error *error)
{
	(void)context;
	(void)error;
	begun = run;
	return BRABEION_OK;
}

static void drop_history(void *context, int64_t run)
{
	(void)context;
	dropped = run;
}

static void open_history(void)
{
	open_judge_fixture();
	brb_history_init(&history, 3);
	history.begin = begin_history;
	history.drop = drop_history;
	shared.history = &history;
}

static void close_history(void)
{
	brb_history_finish(&history);
	close_judge_fixture();
}

TestSuite(judge_history, .init = open_history, .fini = close_history);

/* ---- events ---- */

static brb_judge history_judge(void)
{
	static brb_badge *loaded[BADGES_MOST];
	brabeion_error error = BRABEION_NO_ERROR;
	brb_judge judge = new_judge();
	for (size_t i = 0; i < badge_count; i++)
		loaded[i] = &badges[i];
	generation.badges = loaded;
	generation.badge_count = badge_count;
	cr_assert_eq(brb_generation_sort_numbers(&generation, &error), BRABEION_OK);
	return judge;
}

static const brabeion_event *event_at(const char *name, int64_t at_us)
{
	static brabeion_event event;
	event = (brabeion_event){ .name = name, .user = "ada", .has_at = true, .at_us = at_us };
	return &event;
}

static void fire_at(const char *name, int64_t at_us)
{
	brb_judge judge = history_judge();
	brb_history_keep(&judge);
	judge_into(&judge, event_at(name, at_us));
	if (judge.in_transaction)
		commit(store);
	brb_judge_finish(&judge);
}

static int64_t job_count(void)
{
	return own_number("SELECT COUNT(*) FROM jobs");
}

#define EXPECT_NO_JOBS() cr_expect_eq(job_count(), 0)

/* ---- plugins ---- */

static void note_call(badge_call *call)
{
	char text[128];
	snprintf(text, sizeof text, "%s:%s@%d", badge_slug(call), badge_event(call), (int)badge_at(call));
	note_trace(text);
}

static int32_t look(void *self, badge_call *call)
{
	(void)self;
	note_call(call);
	return 0;
}

/* On an event: calls badge_later for each digit of its slug, 10 us each. When due: returns level 1. */
static int32_t ask(void *self, badge_call *call)
{
	(void)self;
	note_call(call);
	if (badge_is_due(call))
		return 1;
	for (const char *digit = badge_slug(call); *digit; digit++)
		if (*digit >= '0' && *digit <= '9')
			badge_later(call, (*digit - '0') * 10, NULL, 0);
	return 0;
}

Test(judge_history, what_falls_due_is_judged_before_the_first_event_of_its_time_or_later)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "at3", 1, "visit", ask);
	new_badge(plugin, "looks", 1, "look", look);
	fire_at("visit", 1);
	EXPECT_AWARDED("");
	fire_at("look", 29);
	EXPECT_AWARDED("");
	fire_at("look", 30);
	EXPECT_AWARDED("at3:1:ada: ");
	cr_expect_eq(result.awards[0].at_us, 30);
	cr_expect_str_eq(result.awards[0].event, "brabeion.due");
	cr_expect_str_eq(trace, "at3:visit@1 looks:look@29 at3:brabeion.due@30 looks:look@30 ");
	cr_expect_eq(job_count(), 0);
}

Test(judge_history, jobs_come_in_the_order_of_their_times_then_as_they_were_asked_for)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "a-53", 1, "visit", ask);
	new_badge(plugin, "b-35", 1, "visit", ask);
	new_badge(plugin, "c-4", 1, "visit", ask);
	fire_at("visit", 1);
	trace[0] = '\0';
	fire_at("nobody-hears-this", 100);
	cr_expect_eq(result.outcome, BRABEION_UNHANDLED);
	cr_expect_str_eq(trace, "a-53:brabeion.due@30 b-35:brabeion.due@30 c-4:brabeion.due@40 a-53:brabeion.due@50 "
				"b-35:brabeion.due@50 ");
	cr_expect_str_eq(awarded(), "a-53:1:ada: b-35:1:ada: c-4:1:ada: ");
}

Test(judge_history, time_does_not_go_back)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "at3", 1, "visit", ask);
	fire_at("nobody-hears-this", 50);
	fire_at("visit", 1);
	EXPECT_AWARDED("at3:1:ada: ");
	cr_expect_str_eq(trace, "at3:visit@1 at3:brabeion.due@30 ");
	cr_expect_eq(history.now_us, 50);
}

Test(judge_history, a_duplicate_takes_the_time_on)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "at3", 1, "visit", ask);
	brabeion_event first = { .name = "visit", .user = "ada", .id = "e1", .has_at = true, .at_us = 1 };
	brabeion_event again = { .name = "visit", .user = "ada", .id = "e1", .has_at = true, .at_us = 90 };
	brb_judge judge = history_judge();
	judge_into(&judge, &first);
	judge_into(&judge, &again);
	cr_expect_eq(result.outcome, BRABEION_DUPLICATE);
	cr_expect_str_eq(awarded(), "at3:1:ada: ");
	commit(store);
	brb_judge_finish(&judge);
}

Test(judge_history, an_event_that_is_wrong_leaves_the_time)
{
	new_badge(new_plugin("p"), "at3", 1, "visit", ask);
	fire_at("visit", 1);
	brb_judge judge = history_judge();
	judge_into(&judge, &(brabeion_event){ .name = "visit", .user = "", .has_at = true, .at_us = 90 });
	cr_expect_eq(result.status, BRABEION_INVALID);
	cr_expect_eq(history.now_us, 1);
	brb_judge_finish(&judge);
}

/* ---- async ---- */

static int32_t earn_word(void *self, badge_call *call)
{
	(void)self;
	note_call(call);
	note_trace(badge_text(call, "word", "-"));
	return 1;
}

static void freeze_word(void *self, badge_call *call)
{
	(void)self;
	badge_set_text(call, "word", "frozen");
}

Test(judge_history, an_async_badge_is_judged_after_all_others_with_what_it_froze)
{
	brb_plugin *plugin = new_plugin("p");
	brb_badge *async = new_badge(plugin, "async", 1, "visit", earn_word);
	async->async = true;
	async->freeze = freeze_word;
	new_badge(plugin, "sync", 1, "visit", earn_word);
	fire_at("visit", 5);
	EXPECT_AWARDED("sync:1:ada: async:1:ada: ");
	cr_expect_str_eq(trace, "sync:visit@5 - async:visit@5 frozen ");
	cr_expect_str_eq(result.awards[1].event, "visit");
	cr_expect_eq(result.awards[1].at_us, 5);
	cr_expect_eq(job_count(), 0);
	cr_expect_eq(stored_awards(), 2);
}

Test(judge_history, what_jobs_earn_is_raised_for_badges_that_listen)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "at3", 1, "visit", ask);
	new_badge(plugin, "builds", 1, "brabeion.awarded", earn_word);
	new_badge(plugin, "later", 1, "brabeion.awarded", earn_word)->async = true;
	fire_at("visit", 1);
	trace[0] = '\0';
	fire_at("look", 99);
	cr_expect_str_eq(awarded(), "at3:1:ada: builds:1:ada: later:1:ada: ");
	cr_expect_str_eq(trace,
			 "at3:brabeion.due@30 builds:brabeion.awarded@30 - builds:brabeion.awarded@30 - "
			 "later:brabeion.awarded@30 - builds:brabeion.awarded@30 - later:brabeion.awarded@30 - "
			 "later:brabeion.awarded@30 - ");
}

/* ---- badge_later in a due judgement ---- */

static int32_t ask_again(void *self, badge_call *call)
{
	(void)self;
	note_call(call);
	int64_t step = badge_int(call, "step", 10);
	badge_field state[] = { badge_field_int("step", step) };
	if (badge_at(call) < 50)
		badge_later(call, badge_at(call) + step, state, 1);
	return 0;
}

Test(judge_history, a_due_judgement_asks_for_the_next)
{
	new_badge(new_plugin("p"), "again", 1, "visit", ask_again);
	fire_at("visit", 5);
	fire_at("look", 1000);
	EXPECT_NO_JOBS();
	cr_expect_str_eq(trace, "again:visit@5 again:brabeion.due@15 again:brabeion.due@25 again:brabeion.due@35 "
				"again:brabeion.due@45 again:brabeion.due@55 ");
}

static int32_t ask_for_the_same(void *self, badge_call *call)
{
	(void)self;
	badge_later(call, badge_is_due(call) ? badge_at(call) : 20, NULL, 0);
	return 0;
}

Test(judge_history, a_due_judgement_cannot_ask_for_its_own_time)
{
	new_badge(new_plugin("p"), "same", 1, "visit", ask_for_the_same);
	fire_at("visit", 5);
	fire_at("look", 1000);
	cr_expect_eq(result.failed, 1);
	cr_expect_str_eq(result.message,
			 "badge \"same\" failed on event \"brabeion.due\" of user \"ada\": badge_later for "
			 "a time that is not later than the one that is due");
	cr_expect_str_eq(failures_of_result(),
			 "same: badge_later for a time that is not later than the one that is due\n");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE parked_why = 'failed'"), 1);
}

/* ---- failing ---- */

static int failures;

static int32_t fail_at_first(void *self, badge_call *call)
{
	(void)self;
	if (!badge_is_due(call)) {
		badge_later(call, 20, NULL, 0);
		return 0;
	}
	thing_add(call, "tried", "", 1);
	return failures-- > 0 ? badge_fail(call, "failure %d", failures) : 1;
}

Test(judge_history, a_job_that_fails_is_judged_again_at_once)
{
	new_badge(new_plugin("p"), "fails", 1, "visit", fail_at_first);
	failures = 2;
	fire_at("visit", 5);
	fire_at("look", 1000);
	cr_expect_eq(result.failed, 0, "in the end it went well");
	cr_expect_str_eq(failures_of_result(), "");
	cr_expect_null(result.message);
	cr_expect_str_eq(awarded(), "fails:1:ada: ");
	cr_expect_eq(stored_tally("tried", ""), 1);
	EXPECT_NO_JOBS();
}

Test(judge_history, a_job_that_goes_on_failing_is_parked_and_holds_back_nobody)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "fails", 1, "visit", fail_at_first);
	new_badge(plugin, "at35", 1, "visit", ask);
	failures = 3;
	fire_at("visit", 5);
	logged[0] = '\0';
	fire_at("look", 1000);
	cr_expect_eq(result.failed, 1);
	cr_expect_str_eq(awarded(), "at35:1:ada: ");
	cr_expect_str_eq(logged, "2: badge \"fails\" failed on event \"brabeion.due\" of user \"ada\": failure 2\n"
				 "2: badge \"fails\" failed on event \"brabeion.due\" of user \"ada\": failure 1\n"
				 "2: badge \"fails\" failed on event \"brabeion.due\" of user \"ada\": failure 0\n"
				 "1: job 1 is parked after 3 attempts: failure 0\n");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE parked_why = 'failed' AND attempts = 3"), 1);
	cr_expect_eq(job_count(), 1);
	fire_at("look", 2000);
	cr_expect_eq(result.failed, 0, "it is the operator's now");
}

Test(judge_history, the_jobs_of_a_badge_that_is_not_loaded_are_parked)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "at3", 1, "visit", ask);
	new_badge(plugin, "at4", 1, "visit", ask);
	fire_at("visit", 5);
	logged[0] = '\0';
	badges[0] = badges[1]; /* without at3 */
	badge_count = 1;
	fire_at("look", 1000);
	cr_expect_str_eq(awarded(), "at4:1:ada: ");
	cr_expect_str_eq(logged, "2: 1 job of badge \"at3\" is parked until it is back: the badge is not loaded\n");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs WHERE parked_why = 'unloaded'"), 1);
}

/* ---- transactions ---- */

Test(judge_history, the_same_events_give_the_same_in_one_transaction_as_in_many)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "at359", 1, "visit", ask);
	new_multiple(plugin, "again", "visit", ask_again);
	static const int64_t times[] = { 1, 12, 31, 31, 44, 50, 70, 200 };
	char many[sizeof trace];
	for (size_t i = 0; i < 8; i++)
		fire_at(i % 2 ? "look" : "visit", times[i]);
	snprintf(many, sizeof many, "%s", trace);
	trace[0] = '\0';
	brb_history_finish(&history);
	brb_history_init(&history, 3);
	history.begin = begin_history;
	brb_judge judge = history_judge();
	for (size_t i = 0; i < 8; i++)
		judge_into(&judge, event_at(i % 2 ? "look" : "visit", times[i]));
	commit(store);
	brb_judge_finish(&judge);
	cr_expect_str_eq(trace, many);
	cr_expect_gt(strlen(many), 200);
}

Test(judge_history, a_failed_transaction_takes_nothing_of_the_time_with_it)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "at35", 1, "visit", ask);
	new_badge(plugin, "looks", 1, "look", look);
	fire_at("visit", 1);
	cr_expect_eq(begun, history.id);
	brb_judge judge = history_judge();
	brb_history_keep(&judge);
	judge_into(&judge, event_at("look", 40));
	judge_into(&judge, event_at("look", 60));
	brb_store_rollback(store);
	brb_judge_finish(&judge);
	brb_history_restore(&history);
	cr_expect_eq(history.now_us, 1);
	cr_expect_eq(dropped, 0, "the run has jobs");
	trace[0] = '\0';
	fire_at("look", 40);
	fire_at("look", 60);
	cr_expect_str_eq(trace, "at35:brabeion.due@30 looks:look@40 at35:brabeion.due@50 looks:look@60 ");
}

Test(judge_history, a_run_that_was_not_committed_is_no_run)
{
	new_badge(new_plugin("p"), "at3", 1, "visit", ask);
	brb_judge judge = history_judge();
	brb_history_keep(&judge);
	judge_into(&judge, event_at("visit", 1));
	cr_expect_eq(history.id, begun);
	brb_store_rollback(store);
	brb_judge_finish(&judge);
	brb_history_restore(&history);
	cr_expect_eq(dropped, begun);
	cr_expect_eq(history.id, 0);
	cr_expect_eq(history.now_us, INT64_MIN);
	fire_at("visit", 1);
	fire_at("look", 30);
	cr_expect_str_eq(awarded(), "at3:1:ada: ");
}

Test(judge_history, a_history_without_jobs_has_no_run_and_needs_no_transaction)
{
	new_badge(new_plugin("p"), "looks", 1, "look", look);
	brb_judge judge = history_judge();
	judge_into(&judge, event_at("look", 10));
	judge_into(&judge, event_at("look", 20));
	cr_expect_not(judge.in_transaction);
	cr_expect_eq(history.id, 0);
	cr_expect_eq(history.now_us, 20);
	brb_judge_finish(&judge);
}

/* ---- grants ---- */

Test(judge_history, a_grant_is_an_event_like_another)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "at3", 1, "visit", ask);
	new_badge(plugin, "later", 1, "brabeion.awarded", earn_word)->async = true;
	new_badge(plugin, "granted", 1, NULL, NULL);
	fire_at("visit", 1);
	brb_judge judge = history_judge();
	brabeion_grant grant = { .user = "ada", .badge = "granted", .has_at = true, .at_us = 30 };
	brabeion_result_finish(&result);
	cr_expect_eq(brb_judge_grant(&judge, &grant, &result), BRABEION_OK);
	cr_expect_str_eq(awarded(), "at3:1:ada: later:1:ada: granted:1:ada: ");
	commit(store);
	brb_judge_finish(&judge);
	EXPECT_NO_JOBS();
}
