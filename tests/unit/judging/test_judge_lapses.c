/*
 * lapse: levels that a temporary badge no longer returns lapse: only if the judgement succeeded, in the event's
 * transaction, reported once; they can be earned again.
 */
#include "base/list.h"
#include "support/judge_fixture.h"

TestSuite(judge_lapses, .init = open_judge_fixture, .fini = close_judge_fixture);

/* ---- badges that return the event's level ---- */

static int32_t answer(void *self, badge_call *call)
{
	(void)self;
	if (badge_type(call, "to") != BADGE_TYPE_NONE)
		badge_to(call, badge_text(call, "to", ""));
	if (badge_type(call, "fail") != BADGE_TYPE_NONE)
		badge_fail(call, "on purpose");
	thing_add(call, "asked", "", 1);
	return (int32_t)badge_int(call, "level", 0);
}

static brb_badge *new_temporary(void)
{
	brb_badge *badge = new_badge(new_plugin("p"), "now", 3, "look", answer);
	badge->temporary = true;
	return badge;
}

/* Fires an event for which "now" returns the level. Returns what lapsed, each as "sequence~slug:level:user/note ". */
static const char *look_with(const char *user, const char *id, const brabeion_field *fields, size_t field_count)
{
	static char text[512];
	fire_event(&(brabeion_event){ .name = "look",
				      .user = user,
				      .id = id,
				      .has_at = true,
				      .at_us = 55,
				      .fields = fields,
				      .field_count = field_count });
	text[0] = '\0';
	for (uint32_t i = 0; i < result.lapsed_count; i++) {
		const brabeion_change *lapse = &result.lapsed[i];
		cr_expect_eq(lapse->kind, BRABEION_CHANGE_LAPSED);
		cr_expect_eq(lapse->at_us, 55);
		snprintf(text + strlen(text), sizeof text - strlen(text), "%lld~%s:%u:%s/%s ",
			 (long long)lapse->sequence, lapse->award->badge, lapse->award->level, lapse->award->user,
			 lapse->comment);
	}
	return text;
}

static const char *look(const char *user, int64_t level)
{
	brabeion_field field = BRABEION_INT("level", level);
	return look_with(user, NULL, &field, 1);
}

static void take_back(const char *user)
{
	brb_store_revocation revocation = { .user = user, .slug = "now" };
	brabeion_change_list list = { .memory = brb_list_memory() };
	begin(store);
	WELL(brb_store_revoke(store, &revocation, &list, error));
	commit(store);
	cr_expect_gt(list.count, 0);
	brabeion_change_list_finish(&list);
}

/* ---- what lapses ---- */

Test(judge_lapses, an_answer_of_nothing_lets_it_lapse_once_and_it_is_earned_again)
{
	new_temporary();
	for (int64_t sequence = 1; sequence < 7; sequence += 2) {
		char expected[64];
		snprintf(expected, sizeof expected, "%lld~now:1:ada/on event \"look\" ", (long long)sequence + 1);
		cr_expect_str_eq(look("ada", 1), "");
		EXPECT_AWARDED("now:1:ada: ");
		cr_expect_str_eq(look("ada", 1), "");
		EXPECT_AWARDED("");
		cr_expect_str_eq(look("bob", 0), "", "he holds none");
		cr_expect_str_eq(look("ada", 0), expected);
		EXPECT_AWARDED("");
		cr_expect_str_eq(look("ada", 0), "", "once");
	}
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE revoked = 0"), 0);
}

Test(judge_lapses, the_note_names_the_event_and_its_id)
{
	brabeion_field none = BRABEION_INT("level", 0);
	new_temporary();
	look("ada", 1);
	cr_expect_str_eq(look_with("ada", "e7", &none, 1), "2~now:1:ada/on event \"look\", id \"e7\" ");
	look("ada", 1);
	cr_expect_str_eq(look_with("ada", "e7", &none, 1), "");
	cr_expect_eq(result.outcome, BRABEION_DUPLICATE);
}

Test(judge_lapses, a_badge_that_is_not_temporary_lapses_never)
{
	new_badge(new_plugin("p"), "now", 3, "look", answer);
	look("ada", 2);
	cr_expect_str_eq(look("ada", 0), "");
	cr_expect_str_eq(look("ada", 1), "");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE revoked = 0"), 2);
}

Test(judge_lapses, a_lower_level_lets_those_above_it_lapse_and_no_other)
{
	new_temporary();
	look("ada", 1), look("ada", 3);
	cr_expect_str_eq(look("ada", 2), "4~now:3:ada/on event \"look\" ");
	EXPECT_AWARDED("now:2:ada: ");
	cr_expect_str_eq(look("ada", 2), "");
	cr_expect_str_eq(look("ada", 1), "5~now:2:ada/on event \"look\" ");
	EXPECT_AWARDED("");
	cr_expect_str_eq(look("ada", 3), "");
	EXPECT_AWARDED("now:3:ada: ");
	cr_expect_str_eq(look("ada", 0), "7~now:1:ada/on event \"look\" 8~now:3:ada/on event \"look\" ");
}

Test(judge_lapses, it_is_the_recipients)
{
	brabeion_field to_ada[] = { BRABEION_INT("level", 0), BRABEION_TEXT("to", "ada") };
	new_temporary();
	look("ada", 1), look("bob", 1);
	cr_expect_str_eq(look_with("bob", NULL, to_ada, 2), "3~now:1:ada/on event \"look\" ");
	cr_expect_str_eq(look("bob", 0), "4~now:1:bob/on event \"look\" ");
}

Test(judge_lapses, in_one_transaction_what_comes_later_sees_it)
{
	brabeion_field one = BRABEION_INT("level", 1), none = BRABEION_INT("level", 0);
	brabeion_event is_so = { .name = "look", .user = "ada", .fields = &one, .field_count = 1 };
	brabeion_event is_not = { .name = "look", .user = "ada", .fields = &none, .field_count = 1 };
	new_temporary();
	brb_judge judge = new_judge();
	judge_into(&judge, &is_so);
	cr_expect_eq(result.award_count, 1);
	judge_into(&judge, &is_not);
	cr_expect_eq(result.lapsed_count, 1);
	judge_into(&judge, &is_not);
	cr_expect_eq(result.lapsed_count, 0);
	judge_into(&judge, &is_so);
	cr_expect_eq(result.award_count, 1);
	commit(store);
	brb_judge_finish(&judge);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE revoked = 0"), 1);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 2);
	cr_expect_eq(stored_tally("asked", ""), 4, "and nothing else is lost");
}

/* ---- what does not lapse ---- */

Test(judge_lapses, a_badge_that_fails_lapses_nothing)
{
	brabeion_field fails[] = { BRABEION_INT("level", 0), BRABEION_BOOL("fail", true) };
	new_temporary();
	look("ada", 3);
	cr_expect_str_eq(look_with("ada", NULL, fails, 2), "");
	EXPECT_FAILED(1, "badge \"now\" failed on event \"look\" of user \"ada\": on purpose");
	fails[0].value.integer = 1;
	cr_expect_str_eq(look_with("ada", NULL, fails, 2), "");
	cr_expect_str_eq(look("ada", -1), "");
	cr_expect_str_eq(look("ada", 4), "");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE revoked = 0"), 1);
}

Test(judge_lapses, what_a_person_revoked_stays_revoked)
{
	brb_badge *badge = new_temporary();
	look("ada", 1);
	take_back("ada");
	cr_expect_str_eq(look("ada", 0), "", "it is not held");
	look("ada", 1);
	EXPECT_AWARDED("");
	badge->rearn = true;
	look("ada", 1);
	EXPECT_AWARDED("now:1:ada: ");
}

Test(judge_lapses, rolled_back_it_is_held)
{
	brabeion_field none = BRABEION_INT("level", 0);
	brabeion_event is_not = { .name = "look", .user = "ada", .fields = &none, .field_count = 1 };
	new_temporary();
	look("ada", 1);
	brb_judge judge = new_judge();
	judge_into(&judge, &is_not);
	cr_expect_eq(result.lapsed_count, 1);
	brb_store_rollback(store);
	brb_judge_finish(&judge);
	cr_expect_str_eq(look("ada", 0), "2~now:1:ada/on event \"look\" ");
}

/* ---- other badges in the same event ---- */

static int32_t fail_always(void *self, badge_call *call)
{
	(void)self;
	thing_add(call, "spoilt", "", 1);
	return badge_fail(call, "always");
}

static int32_t note_held(void *self, badge_call *call)
{
	(void)self;
	thing_set(call, "seen", "", badge_held(call, NULL, "now"));
	return BADGE_NOT_EARNED;
}

Test(judge_lapses, a_badge_that_fails_after_it_undoes_only_itself)
{
	new_temporary();
	new_badge(&plugins[0], "failing", 1, "look", fail_always);
	new_badge(&plugins[0], "witness", 1, "look", note_held);
	look("ada", 2);
	cr_expect_eq(stored_tally("seen", ""), 2);
	cr_expect_str_eq(look("ada", 0), "2~now:2:ada/on event \"look\" ");
	cr_expect_eq(result.failed, 1);
	cr_expect_eq(stored_tally("seen", ""), 0, "later badges see it");
	cr_expect_eq(stored_tally("spoilt", ""), 0);
}
