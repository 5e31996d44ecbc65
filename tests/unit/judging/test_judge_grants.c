/*
 * judge, grants: an award by a person's decision is checked and reported like one earned by an event.
 */
#include "base/list.h"
#include "support/judge_fixture.h"

TestSuite(judge_grants, .init = open_judge_fixture, .fini = close_judge_fixture);

static int32_t earn(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

static void grant_it(const brabeion_grant *grant)
{
	brb_judge judge = new_judge();
	brabeion_result_finish(&result);
	memset(&result, 0xa5, sizeof result);
	cr_assert_eq(brb_judge_grant(&judge, grant, &result), BRABEION_OK, "%s", judge.error.message);
	if (judge.in_transaction)
		commit(store);
	cr_expect_eq(*brb_reentrancy_depth(), 0);
	brb_judge_finish(&judge);
}

static void make_badges(void)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "once", 3, "visit", earn);
	new_multiple(plugin, "many", "visit", earn);
}

static void revoke_all(const char *user, const char *slug)
{
	brb_store_revocation revocation = { .user = user, .slug = slug };
	brabeion_change_list list = { .memory = brb_list_memory() };
	begin(store);
	WELL(brb_store_revoke(store, &revocation, &list, error));
	commit(store);
	cr_expect_gt(list.count, 0);
	brabeion_change_list_finish(&list);
}

Test(judge_grants, a_grant_is_an_award_by_the_event_granted)
{
	make_badges();
	grant_it(&(brabeion_grant){ .user = "ada", .badge = "once", .level = 2, .comment = "well done" });
	EXPECT_AWARDED("once:2:ada: ");
	cr_expect_str_eq(result.awards[0].event, "brabeion.granted");
	cr_expect_str_eq(result.awards[0].event_id, "");
	cr_expect_eq(result.awards[0].at_us, NOW_US);
	cr_expect_eq(own_number("SELECT note = 'well done' FROM awards"), 1);
	grant_it(&(brabeion_grant){ .user = "ada", .badge = "once", .level = 2 });
	EXPECT_AWARDED("");
}

Test(judge_grants, level_0_is_level_1_and_the_time_may_be_given)
{
	make_badges();
	grant_it(&(brabeion_grant){ .user = "ada", .badge = "once", .has_at = true, .at_us = -9 });
	EXPECT_AWARDED("once:1:ada: ");
	cr_expect_eq(result.awards[0].at_us, -9);
}

Test(judge_grants, of_a_multiple_badge_for_a_reason_or_a_fresh_number)
{
	make_badges();
	grant_it(&(brabeion_grant){ .user = "ada", .badge = "many", .reason = "post 1" });
	EXPECT_AWARDED("many:1:ada:post 1 ");
	grant_it(&(brabeion_grant){ .user = "ada", .badge = "many", .reason = "post 1" });
	EXPECT_AWARDED("");
	grant_it(&(brabeion_grant){ .user = "ada", .badge = "many" });
	EXPECT_AWARDED("many:1:ada:#2 ");
	grant_it(&(brabeion_grant){ .user = "ada", .badge = "many", .reason = "" });
	EXPECT_AWARDED("many:1:ada:#3 ");
}

Test(judge_grants, what_was_revoked_is_granted_anew_but_not_earned)
{
	make_badges();
	fire("visit", "ada");
	revoke_all("ada", "once");
	fire("visit", "ada");
	cr_expect_not_null(strstr(awarded(), "many:"));
	cr_expect_null(strstr(awarded(), "once:"));
	grant_it(&(brabeion_grant){ .user = "ada", .badge = "once" });
	EXPECT_AWARDED("once:1:ada: ");
	grant_it(&(brabeion_grant){ .user = "ada", .badge = "once" });
	EXPECT_AWARDED("");
}

Test(judge_grants, a_badge_with_rearn_is_earned_after_a_revocation)
{
	make_badges();
	badges[0].rearn = true;
	fire("visit", "ada");
	revoke_all("ada", "once");
	fire("visit", "ada");
	cr_expect_not_null(strstr(awarded(), "once:1:ada: "));
}

static int32_t earn_on_once(void *self, badge_call *call)
{
	(void)self;
	note_trace(badge_text(call, "slug", "?"));
	return 1;
}

Test(judge_grants, badges_that_listen_to_awards_hear_of_it)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "once", 1, NULL, NULL);
	new_badge(plugin, "listener", 1, "brabeion.awarded", earn_on_once);
	grant_it(&(brabeion_grant){ .user = "ada", .badge = "once", .comment = "n" });
	EXPECT_AWARDED("once:1:ada: listener:1:ada: ");
	cr_expect_str_eq(trace, "once listener ");
	cr_expect_str_eq(result.awards[1].event, "brabeion.awarded");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE note = 'n'"), 1,
		     "the comment is the grant's alone");
	revoke_all("ada", "listener");
	grant_it(&(brabeion_grant){ .user = "bob", .badge = "once" });
	EXPECT_AWARDED("once:1:bob: listener:1:bob: ");
}

/* ---- invalid grants ---------------------------------------------------------------------------------------------- */

static void expect_invalid(const brabeion_grant *grant, const char *message)
{
	grant_it(grant);
	cr_expect_eq(result.status, BRABEION_INVALID);
	cr_expect_eq(result.outcome, BRABEION_ABANDONED);
	cr_expect_eq(result.award_count, 0);
	cr_expect_str_eq(result.message, message);
	cr_expect_eq(stored_awards(), 0);
}

Test(judge_grants, grants_that_are_wrong)
{
	char text[5000];
	memset(text, 'x', sizeof text);
	text[4097] = '\0';
	make_badges();
	expect_invalid(&(brabeion_grant){ .badge = "once" }, "the grant has no user");
	expect_invalid(&(brabeion_grant){ .user = "ada" }, "the grant has no badge");
	expect_invalid(&(brabeion_grant){ .user = "", .badge = "once" }, "the user is empty");
	expect_invalid(&(brabeion_grant){ .user = text, .badge = "once" }, "the user is longer than 255 bytes");
	expect_invalid(&(brabeion_grant){ .user = "ada", .badge = "twice" }, "no badge \"twice\" is loaded");
	expect_invalid(&(brabeion_grant){ .user = "ada", .badge = "once", .level = 4 },
		       "the badge \"once\" has 3 levels, not 4");
	expect_invalid(&(brabeion_grant){ .user = "ada", .badge = "once", .level = UINT32_MAX },
		       "the badge \"once\" has 3 levels, not 4294967295");
	expect_invalid(&(brabeion_grant){ .user = "ada", .badge = "once", .reason = "r" },
		       "the badge \"once\" is not multiple: it is held without a reason");
	expect_invalid(&(brabeion_grant){ .user = "ada", .badge = "many", .reason = text },
		       "the reason is longer than 255 bytes");
	expect_invalid(&(brabeion_grant){ .user = "ada", .badge = "many", .reason = "\xff" },
		       "the reason is not UTF-8");
	expect_invalid(&(brabeion_grant){ .user = "ada", .badge = "once", .comment = text },
		       "the comment is longer than 4096 bytes");
	expect_invalid(&(brabeion_grant){ .user = "ada", .badge = "once", .comment = "\xff" },
		       "the comment is not UTF-8");
	text[4096] = '\0';
	grant_it(&(brabeion_grant){ .user = "ada", .badge = "once", .comment = text });
	EXPECT_AWARDED("once:1:ada: ");
}
