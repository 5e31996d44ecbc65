/*
 * judge_names: who is meant by a name. One that was merged into another user is that user's, wherever it comes up.
 */
#include "support/judge_fixture.h"

TestSuite(judge_names, .init = open_judge_fixture, .fini = close_judge_fixture);

static int32_t ask(void *self, badge_call *call)
{
	(void)self;
	char text[512];
	const char *by = badge_text(call, "by", NULL);
	snprintf(text, sizeof text, "%s,%s=%d", badge_user(call), by ? by : "(null)", (int)badge_is_user(call, by));
	note_trace(text);
	if (by && badge_event_is(call, "give"))
		badge_to(call, by);
	return 1;
}

static void fire_by(const char *event, const char *user, const char *by)
{
	brabeion_field field = BRABEION_TEXT("by", by);
	fire_event(&(brabeion_event)BRABEION_EVENT(.name = event, .user = user, .fields = &field, .field_count = 1));
}

/* "old" and "older" are names of "ada". */
static void merge_names(void)
{
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_store_begin(store, &error), BRABEION_OK);
	cr_assert_eq(brb_store_merge_users(store, "older", "old", NULL, &error), BRABEION_OK, "%s", error.message);
	cr_assert_eq(brb_store_merge_users(store, "old", "ada", NULL, &error), BRABEION_OK, "%s", error.message);
	cr_assert_eq(brb_store_commit(store, &error), BRABEION_OK);
}

Test(judge_names, the_user_is_who_the_event_names)
{
	new_badge(new_plugin("p"), "a", 1, "visit", ask);
	fire_by("visit", "ada", "ada");
	fire_by("visit", "ada", "bob");
	fire_by("visit", "ada", "");
	fire("visit", "ada");
	cr_expect_str_eq(trace, "ada,ada=1 ada,bob=0 ada,=0 ada,(null)=0 ");
}

static int32_t ask_alone(void *self, badge_call *call)
{
	ask(self, call);
	return BADGE_NOT_EARNED;
}

Test(judge_names, only_a_database_with_aliases_is_asked)
{
	new_badge(new_plugin("p"), "a", 1, "visit", ask_alone);
	brabeion_field field = BRABEION_TEXT("by", "bob");
	const brabeion_event visit =
		BRABEION_EVENT(.name = "visit", .user = "ada", .fields = &field, .field_count = 1);
	cr_expect_not(fire_event(&visit));
	merge_names();
	cr_expect(fire_event(&visit));
}

Test(judge_names, an_event_under_an_alias_is_the_present_user_s)
{
	new_badge(new_plugin("p"), "a", 1, "visit", ask);
	merge_names();
	fire_by("visit", "old", "ada");
	EXPECT_AWARDED("a:1:ada: ");
	fire_by("visit", "older", "old");
	EXPECT_AWARDED("");
	fire_by("visit", "ada", "older");
	fire_by("visit", "ada", "bob");
	fire_by("visit", "bob", "old");
	EXPECT_AWARDED("a:1:bob: ");
	cr_expect_str_eq(trace, "ada,ada=1 ada,old=1 ada,older=1 ada,bob=0 bob,old=0 ");
}

Test(judge_names, an_award_to_an_alias_is_the_present_user_s)
{
	new_badge(new_plugin("p"), "a", 1, "give", ask);
	merge_names();
	fire_by("give", "bob", "older");
	EXPECT_AWARDED("a:1:ada: ");
	fire_by("give", "bob", "ada");
	EXPECT_AWARDED("");
}

static int32_t count_awarded(void *self, badge_call *call)
{
	(void)self;
	note_trace(badge_user(call));
	return BADGE_NOT_EARNED;
}

Test(judge_names, awards_raise_events_of_the_present_user)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "a", 1, "visit", ask);
	new_badge(plugin, "b", 1, "brabeion.awarded", count_awarded);
	merge_names();
	fire_by("visit", "old", "");
	cr_expect_str_eq(trace, "ada,=0 ada ");
}

static int32_t hash(void *self, badge_call *call)
{
	(void)self;
	char text[64];
	snprintf(text, sizeof text, "%llx", (unsigned long long)badge_hash(call, badge_text(call, "by", "")));
	note_trace(text);
	return BADGE_NOT_EARNED;
}

Test(judge_names, a_text_has_the_same_hash_each_time_and_others_have_others)
{
	char first[64], second[64], third[64];
	new_badge(new_plugin("p"), "a", 1, "visit", hash);
	fire_by("visit", "ada", "x");
	fire_by("visit", "bob", "x");
	fire_by("visit", "bob", "");
	cr_assert_eq(sscanf(trace, "%63s %63s %63s", first, second, third), 3);
	cr_expect_str_eq(first, second);
	cr_expect_str_neq(first, third);
	cr_expect_str_neq(first, "0");
}
