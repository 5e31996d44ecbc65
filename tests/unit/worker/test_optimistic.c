/*
 * optimistic: a judgement outside the transaction sees the committed state and its own changes; nothing is stored until
 * it is applied, and it is applied only if nothing that it read has changed.
 */
#include "base/list.h"
#include "support/optimistic_fixture.h"
#include "worker/optimistic.h"

TestSuite(optimistic, .init = open_optimistic, .fini = close_optimistic);

/* ---- badges ---- */

static int32_t count_up(void *self, badge_call *call)
{
	(void)self;
	int64_t before = thing_tally(call, "n", "");
	thing_add(call, "n", "", 1);
	cr_expect_eq(thing_tally(call, "n", ""), before + 1, "it reads its own change");
	return thing_add(call, "n", "", 1) == before + 2 ? BADGE_NOT_EARNED : 1;
}

static int32_t set_blindly(void *self, badge_call *call)
{
	(void)self;
	thing_set(call, "n", "", 100);
	thing_note_set(call, "word", "", "mine");
	cr_expect_str_eq(thing_note(call, "word", ""), "mine");
	return BADGE_NOT_EARNED;
}

static int32_t append(void *self, badge_call *call)
{
	char text[64];
	(void)self;
	const char *before = thing_note(call, "word", "");
	snprintf(text, sizeof text, "%s.", before ? before : "");
	thing_note_set(call, "word", "", text);
	return BADGE_NOT_EARNED;
}

static int32_t clear_note(void *self, badge_call *call)
{
	(void)self;
	thing_note_set(call, "word", "", NULL);
	cr_expect_null(thing_note(call, "word", ""));
	return BADGE_NOT_EARNED;
}

static int32_t earn(void *self, badge_call *call)
{
	(void)self, (void)call;
	return 1;
}

static int32_t grant_and_look(void *self, badge_call *call)
{
	(void)self;
	int64_t before = badge_held_count(call, NULL, "other");
	badge_grant(call, "other", 2, NULL, NULL);
	badge_grant(call, "other", 2, NULL, NULL);
	cr_expect_eq(badge_held_count(call, NULL, "other"), before + 1);
	cr_expect_eq(badge_held(call, NULL, "other"), 2);
	return BADGE_NOT_EARNED;
}

static int32_t note_held(void *self, badge_call *call)
{
	(void)self;
	thing_set(call, "n", "", badge_held_count(call, NULL, "other") * 10 + badge_held(call, NULL, "other"));
	return BADGE_NOT_EARNED;
}

static int32_t change_and_fail(void *self, badge_call *call)
{
	(void)self;
	thing_add(call, "n", "", 5);
	thing_note_set(call, "word", "", "spoilt");
	badge_grant(call, "other", 1, NULL, NULL);
	return badge_fail(call, "no luck");
}

static int32_t ask_again(void *self, badge_call *call)
{
	badge_field state[] = { badge_field_text("what", "later"), badge_field_json("list", "[1, 2]") };
	(void)self;
	return badge_later(call, 5000, state, 2) == BADGE_OK ? BADGE_NOT_EARNED : 1;
}

static int32_t ask_with_broken_json(void *self, badge_call *call)
{
	badge_field state[] = { badge_field_json("list", "[1, 2") };
	(void)self;
	thing_set(call, "n", "", 9);
	return badge_later(call, 5000, state, 1) == BADGE_OK ? BADGE_NOT_EARNED : 1;
}

/* ---- reads and stored changes ---- */

Test(optimistic, nothing_is_stored_until_it_is_applied)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, count_up);
	others_set_tally("n", 40);
	brb_optimistic_part part = judge_outside(badge);
	cr_expect_eq(committed_tally("n"), 40);
	cr_expect(apply_alone(badge, &part));
	cr_expect_eq(committed_tally("n"), 42);
}

Test(optimistic, an_award_is_stored_and_reported_when_it_is_applied)
{
	brb_badge *badge = new_multiple(plug, "badge", NULL, earn);
	brb_optimistic_part part = judge_outside(badge);
	cr_expect_eq(stored_awards(), 0);
	cr_expect(apply_alone(badge, &part));
	cr_expect_str_eq(awarded(), "badge:1:ada:e1 ");
	cr_expect_eq(result.awards[0].at_us, 77, "its time is the event's");
	cr_expect_eq(stored_awards(), 1);
}

Test(optimistic, what_was_granted_is_held_for_the_judgement_that_did_so)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, grant_and_look);
	brb_badge *other = new_badge(plug, "other", 3, NULL, NULL);
	others_award("ada", other, 1, "");
	brb_optimistic_part part = judge_outside(badge);
	cr_expect_eq(stored_awards(), 1);
	cr_expect(apply_alone(badge, &part));
	cr_expect_str_eq(awarded(), "other:2:ada: ");
}

Test(optimistic, a_job_that_is_asked_for_is_stored_when_it_is_applied)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, ask_again);
	brb_optimistic_part part = judge_outside(badge);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 0);
	cr_expect(apply_alone(badge, &part));
	cr_expect_eq(
		own_number("SELECT COUNT(*) FROM jobs WHERE due_us = 5000 AND json_extract(state, '$.list[1]') = 2"
			   " AND json_extract(state, '$.what') = 'later'"),
		1);
}

Test(optimistic, a_job_whose_state_is_wrong_is_the_badges_failure_and_takes_its_changes_with_it)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, ask_with_broken_json);
	brb_optimistic_part part = judge_outside(badge);
	cr_expect(apply_alone(badge, &part));
	cr_expect_neq(why_not[0], '\0');
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 0);
	cr_expect_eq(committed_tally("n"), 0);
}

Test(optimistic, a_failed_judgement_leaves_nothing_also_not_to_the_next)
{
	brb_badge *failing = new_badge(plug, "failing", 1, NULL, change_and_fail);
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, note_held);
	brb_badge *reader = new_badge(plug, "reader", 1, NULL, append);
	new_badge(plug, "other", 3, NULL, NULL);
	others_set_note("word", "so");
	judge_outside(failing);
	cr_expect_str_eq(why_not, "no luck");
	brb_optimistic_part held_then = judge_outside(badge), noted = judge_outside(reader);
	begin(store);
	cr_expect(apply(badge, &held_then));
	cr_expect(apply(reader, &noted));
	cr_expect_str_eq(present_note("word", ""), "so.");
	commit(store);
	cr_expect_eq(committed_tally("n"), 0, "no award of the failed one is held");
	cr_expect_eq(stored_awards(), 0);
}

/* ---- temporary badges ---- */

static int32_t answer_by_tally(void *self, badge_call *call)
{
	(void)self;
	return (int32_t)thing_tally(call, "n", "");
}

static brb_badge *new_temporary(void)
{
	brb_badge *badge = new_badge(plug, "badge", 3, NULL, answer_by_tally);
	badge->temporary = true;
	return badge;
}

/* The result's lapses, each as "slug:level:user ". */
static const char *lapsed(void)
{
	static char text[256];
	text[0] = '\0';
	for (uint32_t i = 0; i < result.lapsed_count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s:%u:%s ", result.lapsed[i].award->badge,
			 result.lapsed[i].award->level, result.lapsed[i].award->user);
	return text;
}

Test(optimistic, what_lapses_does_so_when_it_is_applied)
{
	brb_badge *badge = new_temporary();
	others_award("ada", badge, 1, "");
	others_award("ada", badge, 3, "");
	brb_optimistic_part part = judge_outside(badge);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE revoked > 0"), 0);
	cr_expect(apply_alone(badge, &part));
	cr_expect_str_eq(lapsed(), "badge:1:ada badge:3:ada ");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE revoked_at_us = 77 AND lapsed"), 2);
}

Test(optimistic, a_lower_level_is_stored_and_what_is_above_lapses)
{
	brb_badge *badge = new_temporary();
	others_award("ada", badge, 3, "");
	others_set_tally("n", 2);
	brb_optimistic_part part = judge_outside(badge);
	cr_expect(apply_alone(badge, &part));
	cr_expect_str_eq(awarded(), "badge:2:ada: ");
	cr_expect_str_eq(lapsed(), "badge:3:ada ");
}

Test(optimistic, an_award_that_has_come_or_gone_since_is_a_conflict_for_what_lapses)
{
	brb_badge *badge = new_temporary();
	brb_optimistic_part none = judge_outside(badge);
	others_award("ada", badge, 1, "");
	cr_expect(!apply_alone(badge, &none), "it has come, and is to lapse");
	brb_optimistic_reset(optimistic);
	brb_optimistic_part one = judge_outside(badge);
	cr_expect(apply_alone(badge, &one));
	cr_expect_str_eq(lapsed(), "badge:1:ada ");
	brabeion_result_finish(&result);
	cr_expect(!apply_alone(badge, &one), "it has gone: once is enough");
	cr_expect_str_eq(lapsed(), "");
}

Test(optimistic, what_lapsed_earlier_in_the_pass_is_a_conflict_for_a_judgement_that_read_it)
{
	brb_badge *again = new_badge(plug, "again", 1, NULL, note_held);
	brb_badge *other = new_badge(plug, "other", 3, NULL, answer_by_tally);
	other->temporary = true;
	others_award("ada", other, 1, "");
	brb_optimistic_part lapse = judge_outside(other), seen = judge_outside(again);
	begin(store);
	cr_expect(apply(other, &lapse));
	cr_expect(!apply(again, &seen), "it saw what was held no longer");
	commit(store);
	brb_optimistic_reset(optimistic);
	seen = judge_outside(again);
	cr_expect(apply_alone(again, &seen));
	cr_expect_eq(committed_tally("n"), 0);
}

/* ---- conflicts ---- */

Test(optimistic, a_tally_that_has_changed_since_it_was_read_is_a_conflict)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, count_up);
	brb_optimistic_part part = judge_outside(badge);
	others_set_tally("n", 1);
	cr_expect(!apply_alone(badge, &part));
	cr_expect_eq(committed_tally("n"), 1);
	brb_optimistic_reset(optimistic);
	part = judge_outside(badge);
	cr_expect(apply_alone(badge, &part), "judged again, it is well");
	cr_expect_eq(committed_tally("n"), 3);
}

Test(optimistic, a_note_that_has_changed_or_come_or_gone_is_a_conflict)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, append);
	static const char *const texts[][2] = { { "a", "b" }, { NULL, "b" }, { "a", NULL }, { NULL, "" } };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		others_set_note("word", texts[i][0]);
		brb_optimistic_reset(optimistic);
		brb_optimistic_part part = judge_outside(badge);
		others_set_note("word", texts[i][1]);
		cr_expect(!apply_alone(badge, &part), "case %zu", i);
		others_set_note("word", texts[i][0]);
		cr_expect(apply_alone(badge, &part), "case %zu: it is so again", i);
	}
}

Test(optimistic, what_is_held_otherwise_than_it_was_is_a_conflict)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, note_held);
	brb_badge *other = new_badge(plug, "other", 3, NULL, NULL);
	brb_optimistic_part part = judge_outside(badge);
	others_award("ada", other, 1, "");
	cr_expect(!apply_alone(badge, &part));
	brb_optimistic_reset(optimistic);
	part = judge_outside(badge);
	others_award("bob", other, 1, "");
	cr_expect(apply_alone(badge, &part), "of another user is nothing to it");
	cr_expect_eq(committed_tally("n"), 11);
}

Test(optimistic, a_higher_level_that_replaced_the_one_that_was_held_is_a_conflict)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, note_held);
	brb_badge *other = new_badge(plug, "other", 3, NULL, NULL);
	others_award("ada", other, 1, "");
	brb_optimistic_part part = judge_outside(badge);
	brabeion_change_list revoked = { .memory = brb_list_memory() };
	begin(store);
	WELL(brb_store_revoke(store, &(brb_store_revocation){ .user = "ada", .slug = "other" }, &revoked, error));
	commit(store);
	brabeion_change_list_finish(&revoked);
	others_award("ada", other, 2, "");
	cr_expect(!apply_alone(badge, &part), "one is held as before, of another level");
}

Test(optimistic, an_award_that_another_has_stored_meanwhile_is_not_stored_again)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, earn);
	brb_optimistic_part part = judge_outside(badge);
	others_award("ada", badge, 1, "");
	cr_expect(!apply_alone(badge, &part));
	brb_optimistic_reset(optimistic);
	part = judge_outside(badge);
	cr_expect(apply_alone(badge, &part));
	cr_expect_str_eq(awarded(), "");
	cr_expect_eq(stored_awards(), 1);
}

Test(optimistic, what_was_set_without_a_look_is_no_conflict)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, set_blindly);
	brb_optimistic_part part = judge_outside(badge);
	others_set_tally("n", 1);
	others_set_note("word", "theirs");
	cr_expect(apply_alone(badge, &part));
	cr_expect_eq(committed_tally("n"), 100);
}

Test(optimistic, a_note_can_be_removed)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, clear_note);
	others_set_note("word", "theirs");
	brb_optimistic_part part = judge_outside(badge);
	cr_expect(apply_alone(badge, &part));
	begin(store);
	cr_expect_str_eq(present_note("word", ""), "(none)");
	commit(store);
}

/* ---- several in a row ---- */

Test(optimistic, each_of_a_pass_sees_what_those_before_it_did_and_all_are_applied_in_one_transaction)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, count_up);
	brb_optimistic_part parts[3];
	for (int i = 0; i < 3; i++)
		parts[i] = judge_outside(badge);
	begin(store);
	for (int i = 0; i < 3; i++)
		cr_expect(apply(badge, &parts[i]), "%d", i);
	commit(store);
	cr_expect_eq(committed_tally("n"), 6);
}

Test(optimistic, what_built_on_a_judgement_that_was_not_applied_is_not_applied_either)
{
	brb_badge *badge = new_badge(plug, "badge", 1, NULL, count_up);
	brb_badge *granting = new_badge(plug, "granting", 1, NULL, grant_and_look);
	brb_badge *noting = new_badge(plug, "noting", 1, NULL, note_held);
	new_badge(plug, "other", 3, NULL, NULL);
	brb_optimistic_part first = judge_outside(badge), second = judge_outside(badge);
	brb_optimistic_part granted = judge_outside(granting), noted = judge_outside(noting);
	(void)first, (void)granted;
	begin(store);
	cr_expect(!apply(badge, &second));
	cr_expect(!apply(noting, &noted));
	commit(store);
	cr_expect_eq(committed_tally("n"), 0);
}

Test(optimistic, what_an_earlier_one_of_the_pass_granted_is_held_for_a_later_one)
{
	brb_badge *granting = new_badge(plug, "granting", 1, NULL, grant_and_look);
	brb_badge *noting = new_badge(plug, "noting", 1, NULL, note_held);
	brb_badge *other = new_badge(plug, "other", 3, NULL, NULL);
	others_award("ada", other, 1, "");
	brb_optimistic_part granted = judge_outside(granting), noted = judge_outside(noting);
	begin(store);
	cr_expect(apply(granting, &granted));
	cr_expect(apply(noting, &noted));
	commit(store);
	cr_expect_eq(committed_tally("n"), 22, "two are held, the highest is level 2");
}
