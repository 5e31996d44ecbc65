/*
 * judge_answers: BADGE_UNCHANGED, refusals, the time an award was earned, the event's offset, fields of the wrong kind,
 * and conditions.
 */
#include "support/judge_fixture.h"

TestSuite(judge_answers, .init = open_judge_fixture, .fini = close_judge_fixture);

static void fire_with(const brabeion_field *fields, size_t count)
{
	fire_event(&(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada", .fields = fields,
						   .field_count = count));
}

static void fire_level(int64_t level)
{
	brabeion_field field = BRABEION_INT("level", level);
	fire_with(&field, 1);
}

static int32_t answer_level(void *self, badge_call *call)
{
	(void)self;
	thing_add(call, "asked", "", 1);
	return (int32_t)badge_int(call, "level", 0);
}

/* ---- unchanged ---- */

Test(judge_answers, an_event_that_changes_nothing_leaves_a_temporary_badge_its_levels)
{
	new_badge(new_plugin("p"), "now", 3, "visit", answer_level)->temporary = true;
	fire_level(2);
	EXPECT_AWARDED("now:2:ada: ");
	fire_level(BADGE_UNCHANGED);
	EXPECT_AWARDED("");
	cr_expect_eq(result.lapsed_count, 0);
	cr_expect_eq(stored_tally("asked", ""), 2, "what it remembers is kept");
	fire_level(BADGE_NOT_EARNED);
	cr_expect_eq(result.lapsed_count, 1);
}

Test(judge_answers, other_negative_answers_are_failures)
{
	new_badge(new_plugin("p"), "b", 3, "visit", answer_level);
	fire_level(-5);
	EXPECT_FAILED(1, "badge \"b\" failed on event \"visit\" of user \"ada\": award answered -5");
	fire_level(BADGE_UNSUPPORTED);
	EXPECT_FAILED(1, "badge \"b\" failed on event \"visit\" of user \"ada\": award answered -2");
}

/* ---- refusals ---- */

static int32_t refuse_it(void *self, badge_call *call)
{
	(void)self;
	thing_add(call, "spoilt", "", 1);
	badge_grant(call, "gift", 1, NULL, NULL);
	badge_refuse(call, "level %d is wrong", (int)badge_int(call, "level", 0));
	return badge_fail(call, "too late");
}

static int32_t earn(void *self, badge_call *call)
{
	(void)self, (void)call;
	return 1;
}

#define REFUSED_LINE "badge \"b\" refused event \"visit\" of user \"ada\": level 7 is wrong"

Test(judge_answers, a_refusal_drops_the_judgement_and_is_no_failure)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "gift", 1, NULL, NULL);
	brb_badge *badge = new_badge(plugin, "b", 3, "visit", refuse_it);
	new_badge(plugin, "other", 1, "visit", earn);
	badge->quarantine.failures = 1;
	fire_level(7);
	cr_expect_eq(result.status, BRABEION_OK);
	cr_expect_eq(result.failed, 0);
	cr_expect_eq(result.refused, 1);
	cr_expect_str_eq(result.message, REFUSED_LINE);
	cr_assert_eq(result.failure_count, 1);
	cr_expect(result.failures[0].refused);
	cr_expect_str_eq(failures_of_result(), "b: level 7 is wrong\n");
	cr_expect_str_eq(awarded(), "other:1:ada: ");
	cr_expect_eq(stored_tally("spoilt", ""), 0);
	cr_expect_eq(brb_trouble_word(&troubles[badge - badges]), 0, "no badge comes nearer to its quarantine");
	cr_expect_not_null(strstr(logged, "3: " REFUSED_LINE));
}

static int32_t refuse_without_words(void *self, badge_call *call)
{
	(void)self, (void)call;
	return BADGE_REFUSED;
}

Test(judge_answers, a_refusal_without_words_says_so)
{
	new_badge(new_plugin("p"), "b", 1, "visit", refuse_without_words);
	fire_level(7);
	cr_expect_eq(result.refused, 1);
	cr_expect_str_eq(failures_of_result(), "b: award refused the event without saying why\n");
}

static int32_t refuse_in_observe(void *self, badge_call *call)
{
	(void)self;
	thing_add(call, "spoilt", "", 1);
	return badge_refuse(call, "blind");
}

Test(judge_answers, an_observe_that_refuses_spares_its_badges_the_event)
{
	brb_plugin *plugin = new_plugin("p");
	watch(plugin, "visit", refuse_in_observe);
	new_badge(plugin, "a", 1, "visit", earn);
	new_badge(plugin, "b", 1, "visit", earn);
	new_badge(new_plugin("q"), "c", 1, "visit", earn);
	fire_level(1);
	cr_expect_eq(result.failed, 0);
	cr_expect_eq(result.refused, 2);
	cr_expect_str_eq(failures_of_result(), "observe of p: blind\n");
	cr_expect(result.failures[0].refused);
	cr_expect_str_eq(awarded(), "c:1:ada: ");
	cr_expect_eq(stored_tally("spoilt", ""), 0);
}

/* ---- earned at ---- */

static int32_t earn_at(void *self, badge_call *call)
{
	brb_badge *gives = self;
	if (gives)
		badge_grant(call, gives->slug, 1, NULL, NULL);
	badge_earned_at(call, badge_int(call, "earned", 0));
	if (gives)
		badge_grant(call, gives->slug, 2, NULL, NULL);
	return 1;
}

Test(judge_answers, an_award_has_the_time_at_which_it_was_earned)
{
	brb_plugin *plugin = new_plugin("p");
	brb_badge *gift = new_badge(plugin, "gift", 2, NULL, NULL);
	new_badge(plugin, "b", 1, "visit", earn_at)->self = gift;
	brabeion_field field = BRABEION_INT("earned", -1234567);
	fire_with(&field, 1);
	cr_assert_str_eq(awarded(), "gift:1:ada: gift:2:ada: b:1:ada: ");
	cr_expect_eq(result.awards[0].at_us, NOW_US, "a further award has the event's before");
	cr_expect_eq(result.awards[1].at_us, -1234567, "and that time from then on");
	cr_expect_eq(result.awards[2].at_us, -1234567);
}

Test(judge_answers, a_time_that_no_calendar_writes_fails_the_badge)
{
	new_badge(new_plugin("p"), "b", 1, "visit", earn_at);
	static const int64_t wrong[] = { BRB_TIME_FIRST_US - 1, BRB_TIME_LAST_US + 1 };
	for (int i = 0; i < 2; i++) {
		brabeion_field field = BRABEION_INT("earned", wrong[i]);
		fire_with(&field, 1);
		EXPECT_FAILED(1, "badge \"b\" failed on event \"visit\" of user \"ada\": badge_earned_at of a time "
				 "outside the years 0000 to 9999");
	}
	brabeion_field field = BRABEION_INT("earned", BRB_TIME_LAST_US);
	fire_with(&field, 1);
	EXPECT_AWARDED("b:1:ada: ");
}

/* ---- the offset, and kinds of fields ---- */

static int32_t trace_offset(void *self, badge_call *call)
{
	(void)self;
	char text[32];
	int32_t minutes = -9999;
	int32_t known = badge_offset(call, &minutes);
	snprintf(text, sizeof text, "%d:%d", known, minutes);
	note_trace(text);
	return 1;
}

Test(judge_answers, the_offset_of_the_events_clock)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "b", 1, "visit", trace_offset);
	new_badge(plugin, "c", 1, "brabeion.awarded", trace_offset);
	fire_event(&(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada", .has_offset = true,
						   .offset_minutes = -210));
	fire("visit", "ada");
	cr_expect_str_eq(trace, "1:-210 1:-210 1:-210 0:-9999 ", "that of the award is its cause's");
}

Test(judge_answers, an_offset_of_more_than_a_day_is_refused)
{
	new_badge(new_plugin("p"), "b", 1, "visit", earn);
	fire_event(&(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada", .has_offset = true,
						   .offset_minutes = 1440));
	cr_expect_eq(result.status, BRABEION_INVALID);
	cr_expect_str_eq(result.message, "the event's offset is 1440 minutes, not from -1439 to 1439");
	fire_event(&(brabeion_event)BRABEION_EVENT(.name = "visit", .user = "ada", .has_offset = true,
						   .offset_minutes = 1439));
	EXPECT_AWARDED("b:1:ada: ");
}

static int32_t trace_kinds(void *self, badge_call *call)
{
	(void)self;
	static const char *const names[] = { "int", "real", "bool", "text", "json", "null", "none" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char words[64];
		int64_t integer = -9;
		double real = -9;
		int32_t truth = -9;
		const char *text = "-";
		snprintf(words, sizeof words, "%d%d%d%d", badge_read_int(call, names[i], &integer) + 3,
			 badge_read_real(call, names[i], &real) + 3, badge_read_bool(call, names[i], &truth) + 3,
			 badge_read_text(call, names[i], &text) + 3);
		snprintf(words + 4, sizeof words - 4, ":%d,%.1f,%d,%s", (int)integer, real, truth, text);
		note_trace(words);
	}
	return BADGE_NOT_EARNED;
}

Test(judge_answers, a_field_of_the_wrong_kind_is_told_apart_from_a_missing_one)
{
	new_badge(new_plugin("p"), "b", 1, "visit", trace_kinds);
	brabeion_field fields[] = { BRABEION_INT("int", 5),       BRABEION_REAL("real", 2.5),
				    BRABEION_BOOL("bool", true),  BRABEION_TEXT("text", "x"),
				    BRABEION_JSON("json", "[1]"), { .name = "null", .type = BRABEION_TYPE_NULL } };
	fire_with(fields, 6);
	cr_expect_str_eq(trace,
			 "4404:5,5.0,-9,5 0404:-9,2.5,-9,2.5 0044:-9,-9.0,1,true 0004:-9,-9.0,-9,x 0000:-9,-9.0,-9,- "
			 "3333:-9,-9.0,-9,- 3333:-9,-9.0,-9,- ");
}

/* ---- conditions ---- */

static brb_conditions wanted;

static void want(brb_badge *badge, const char *field, const char *value)
{
	const char *fault = NULL;
	cr_assert(brb_conditions_add(&wanted, NULL, field, value, &fault));
	badge->conditions = &wanted;
	badge->selects = true;
}

Test(judge_answers, an_event_that_a_badge_does_not_want_is_kept_from_it)
{
	brb_plugin *plugin = new_plugin("p");
	brb_badge *badge = new_badge(plugin, "now", 3, "visit", answer_level);
	badge->temporary = true;
	new_badge(plugin, "other", 1, "visit", earn);
	want(badge, "level", "2");
	fire_level(2);
	EXPECT_AWARDED("now:2:ada: other:1:ada: ");
	fire_level(0);
	EXPECT_AWARDED("");
	cr_expect_eq(result.lapsed_count, 0, "nothing has changed");
	cr_expect_eq(stored_tally("asked", ""), 1);
	brb_arena_finish(&wanted.arena);
}

Test(judge_answers, a_badge_that_does_not_want_the_event_is_none_that_observe_keeps_from_it)
{
	brb_plugin *plugin = new_plugin("p");
	watch(plugin, "visit", refuse_in_observe);
	want(new_badge(plugin, "a", 1, "visit", earn), "level", "2");
	new_badge(plugin, "b", 1, "visit", earn);
	fire_level(1);
	cr_expect_eq(result.refused, 1);
	fire_level(2);
	cr_expect_eq(result.refused, 2);
	brb_arena_finish(&wanted.arena);
}
