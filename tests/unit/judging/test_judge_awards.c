/*
 * judge, awards: recipients and reasons; multiple badges; grants by a badge; and brabeion.awarded, on which badges
 * build.
 */
#include "support/judge_fixture.h"

TestSuite(judge_awards, .init = open_judge_fixture, .fini = close_judge_fixture);

static int32_t earn(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return 1;
}

/* Level 1, for the reason in the field "for" and to the user in the field "to", if present. */
static int32_t earn_as_asked(void *self, badge_call *call)
{
	(void)self;
	const char *reason = badge_text(call, "for", NULL), *user = badge_text(call, "to", NULL);
	if (reason && badge_for(call, reason) != BADGE_OK)
		note_trace("badge_for failed");
	if (user && badge_to(call, user) != BADGE_OK)
		note_trace("badge_to failed");
	return (int32_t)badge_int(call, "level", 1);
}

static void fire_with(const char *name, const char *id, brabeion_field field)
{
	fire_event(&(brabeion_event){ .name = name, .user = "ada", .id = id, .fields = &field, .field_count = 1 });
}

static const char *failed_because(const char *slug, const char *message)
{
	static char text[1024];
	snprintf(text, sizeof text, "badge \"%s\" failed on event \"visit\" of user \"ada\": %s", slug, message);
	return text;
}

/* ---- reasons ----------------------------------------------------------------------------------------------------- */

Test(judge_awards, a_multiple_badge_is_held_once_for_each_reason)
{
	new_multiple(new_plugin("p"), "many", "visit", earn_as_asked);
	fire_with("visit", NULL, BRABEION_TEXT("for", "post 1"));
	EXPECT_AWARDED("many:1:ada:post 1 ");
	fire_with("visit", NULL, BRABEION_TEXT("for", "post 2"));
	EXPECT_AWARDED("many:1:ada:post 2 ");
	fire_with("visit", "e9", BRABEION_TEXT("for", "post 1"));
	EXPECT_AWARDED("");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE reason IN ('post 1', 'post 2')"), 2);
}

Test(judge_awards, each_level_of_a_multiple_badge_has_its_reasons)
{
	new_multiple(new_plugin("p"), "many", "visit", earn_as_asked);
	brabeion_field fields[] = { BRABEION_TEXT("for", "post 1"), BRABEION_INT("level", 1) };
	brabeion_event event = { .name = "visit", .user = "ada", .fields = fields, .field_count = 2 };
	fire_event(&event);
	EXPECT_AWARDED("many:1:ada:post 1 ");
	fields[1] = BRABEION_INT("level", 2);
	fire_event(&event);
	EXPECT_AWARDED("many:2:ada:post 1 ");
	fire_event(&event);
	EXPECT_AWARDED("");
}

Test(judge_awards, without_a_reason_it_is_the_events_id)
{
	new_multiple(new_plugin("p"), "many", "visit", earn);
	fire_id("visit", "ada", "e1");
	EXPECT_AWARDED("many:1:ada:e1 ");
	fire_id("visit", "ada", "e2");
	EXPECT_AWARDED("many:1:ada:e2 ");
}

Test(judge_awards, an_empty_reason_is_none)
{
	new_multiple(new_plugin("p"), "many", "visit", earn_as_asked);
	fire_with("visit", "e1", BRABEION_TEXT("for", ""));
	EXPECT_AWARDED("many:1:ada:e1 ");
	fire_with("visit", NULL, BRABEION_TEXT("for", ""));
	EXPECT_AWARDED("many:1:ada:#2 ");
}

Test(judge_awards, without_an_id_either_it_is_a_fresh_number)
{
	new_multiple(new_plugin("p"), "many", "visit", earn);
	fire("visit", "ada");
	EXPECT_AWARDED("many:1:ada:#1 ");
	fire("visit", "ada");
	EXPECT_AWARDED("many:1:ada:#2 ");
	fire("visit", "bob");
	EXPECT_AWARDED("many:1:bob:#3 ");
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE reason = '#' || sequence"), 3);
}

Test(judge_awards, a_fresh_reason_is_reported_as_it_is_stored)
{
	new_multiple(new_plugin("p"), "many", "visit", earn);
	fire_id("visit", "ada", "#2");
	EXPECT_AWARDED("many:1:ada:#2 ");
	fire("visit", "ada");
	EXPECT_AWARDED("many:1:ada:#3 ");
	cr_expect_eq(result.awards[0].sequence, 3);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards WHERE reason = '#3' AND sequence = 3"), 1);
}

Test(judge_awards, a_badge_that_is_not_multiple_has_no_reason)
{
	new_badge(new_plugin("p"), "once", 1, "visit", earn);
	fire_id("visit", "ada", "e1");
	EXPECT_AWARDED("once:1:ada: ");
	cr_expect_str_eq(result.awards[0].event_id, "e1");
	fire_id("visit", "ada", "e2");
	EXPECT_AWARDED("");
}

Test(judge_awards, badge_for_on_a_badge_that_is_not_multiple_is_its_error)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "once", 1, "visit", earn_as_asked);
	new_badge(plugin, "next", 1, "visit", earn);
	fire_with("visit", NULL, BRABEION_TEXT("for", "post 1"));
	EXPECT_FAILED(1, failed_because("once", "badge_for on a badge that is not BADGE_MULTIPLE"));
	cr_expect_str_eq(awarded(), "next:1:ada: ");
	cr_expect_str_eq(trace, "badge_for failed ");
}

Test(judge_awards, reasons_of_up_to_255_bytes)
{
	char text[257];
	memset(text, 'r', 256);
	text[256] = '\0';
	new_multiple(new_plugin("p"), "many", "visit", earn_as_asked);
	fire_with("visit", NULL, BRABEION_TEXT("for", text));
	EXPECT_FAILED(1, failed_because("many", "the reason is longer than its bound or not UTF-8 (see "
						"brabeion/badge.h)"));
	text[255] = '\0';
	fire_with("visit", NULL, BRABEION_TEXT("for", text));
	cr_expect_eq(result.award_count, 1);
	cr_expect_str_eq(result.awards[0].reason, text);
}

/* ---- recipients -------------------------------------------------------------------------------------------------- */

Test(judge_awards, badge_to_gives_it_to_another)
{
	new_badge(new_plugin("p"), "once", 1, "visit", earn_as_asked);
	fire_with("visit", NULL, BRABEION_TEXT("to", "bob"));
	EXPECT_AWARDED("once:1:bob: ");
	fire_with("visit", NULL, BRABEION_TEXT("to", "bob"));
	EXPECT_AWARDED("");
	fire("visit", "ada");
	EXPECT_AWARDED("once:1:ada: ");
}

Test(judge_awards, badge_to_holds_for_one_judgement)
{
	brb_plugin *plugin = new_plugin("p");
	new_multiple(plugin, "many", "visit", earn_as_asked);
	new_multiple(plugin, "more", "visit", earn);
	brabeion_field fields[] = { BRABEION_TEXT("to", "bob"), BRABEION_TEXT("for", "post 1") };
	fire_event(
		&(brabeion_event){ .name = "visit", .user = "ada", .id = "e1", .fields = fields, .field_count = 2 });
	EXPECT_AWARDED("many:1:bob:post 1 more:1:ada:e1 ");
}

Test(judge_awards, badge_to_needs_a_user_of_1_to_255_bytes)
{
	char text[257];
	memset(text, 'u', 256);
	text[256] = '\0';
	new_badge(new_plugin("p"), "once", 1, "visit", earn_as_asked);
	fire_with("visit", NULL, BRABEION_TEXT("to", ""));
	EXPECT_FAILED(1, failed_because("once", "the user of badge_to is empty"));
	fire_with("visit", NULL, BRABEION_TEXT("to", text));
	EXPECT_FAILED(1, failed_because("once", "the user of badge_to is longer than its bound or not UTF-8 (see "
						"brabeion/badge.h)"));
	text[255] = '\0';
	fire_with("visit", NULL, BRABEION_TEXT("to", text));
	cr_expect_eq(result.award_count, 1);
	cr_expect_str_eq(result.awards[0].user, text);
}

static int32_t give_to_nobody(void *self, badge_call *call)
{
	(void)self;
	cr_expect_eq(badge_to(call, NULL), BADGE_FAILED);
	return 1;
}

static int32_t observe_with_badge_to(void *self, badge_call *call)
{
	(void)self;
	cr_expect_eq(badge_to(call, "bob"), BADGE_FAILED);
	return BADGE_OK;
}

static int32_t observe_with_badge_for(void *self, badge_call *call)
{
	(void)self;
	cr_expect_eq(badge_for(call, "post"), BADGE_FAILED);
	return BADGE_OK;
}

Test(judge_awards, badge_to_null_fails)
{
	new_badge(new_plugin("p"), "once", 1, "visit", give_to_nobody);
	fire("visit", "ada");
	EXPECT_FAILED(1, failed_because("once", "the user of badge_to is NULL"));
}

Test(judge_awards, observe_has_no_award_to_speak_of)
{
	brb_plugin *first = new_plugin("plugin-1"), *second = new_plugin("plugin-2");
	watch(first, "visit", observe_with_badge_to);
	new_badge(first, "a", 1, "visit", earn);
	watch(second, "other", observe_with_badge_for);
	new_badge(second, "b", 1, "other", earn);
	fire("visit", "ada");
	EXPECT_FAILED(1, "observe of plugin \"plugin-1\" failed on event \"visit\" of user \"ada\": badge_to is for "
			 "award, not for observe");
	fire("other", "ada");
	EXPECT_FAILED(1, "observe of plugin \"plugin-2\" failed on event \"other\" of user \"ada\": badge_for is for "
			 "award, not for observe");
}

/* ---- further awards ---------------------------------------------------------------------------------------------- */

/* badge_grant as the fields say; then level 1 of its own. */
static int32_t grant_as_asked(void *self, badge_call *call)
{
	(void)self;
	int32_t answer = badge_grant(call, badge_text(call, "slug", NULL), (int32_t)badge_int(call, "level", 1),
				     badge_text(call, "user", NULL), badge_text(call, "reason", NULL));
	note_trace(answer == BADGE_OK ? "ok" : answer == BADGE_FAILED ? "failed" : "?");
	return 1;
}

/* A plugin whose badge "giver" grants, with badges to grant, and another plugin with one of its own. */
static void make_givers(void)
{
	brb_plugin *plugin = new_plugin("p"), *other = new_plugin("q");
	new_multiple(plugin, "giver", "visit", grant_as_asked);
	new_badge(plugin, "once", 3, NULL, NULL);
	new_multiple(plugin, "many", NULL, NULL);
	new_badge(other, "foreign", 1, NULL, NULL);
}

static void grant(const char *slug, int64_t level, const char *user, const char *reason)
{
	brabeion_field fields[4];
	size_t count = 0;
	if (slug)
		fields[count++] = BRABEION_TEXT("slug", slug);
	fields[count++] = BRABEION_INT("level", level);
	if (user)
		fields[count++] = BRABEION_TEXT("user", user);
	if (reason)
		fields[count++] = BRABEION_TEXT("reason", reason);
	trace[0] = '\0';
	fire_event(&(brabeion_event){ .name = "visit", .user = "ada", .fields = fields, .field_count = count });
}

Test(judge_awards, a_grant_is_an_award_before_the_badges_own)
{
	make_givers();
	grant("once", 2, NULL, NULL);
	EXPECT_AWARDED("once:2:ada: giver:1:ada:#2 ");
	cr_expect_str_eq(trace, "ok ");
	cr_expect_str_eq(result.awards[0].name, "Two");
	grant("once", 2, "bob", NULL);
	EXPECT_AWARDED("once:2:bob: giver:1:ada:#4 ");
}

Test(judge_awards, what_is_held_already_is_passed_over)
{
	make_givers();
	grant("once", 1, NULL, NULL);
	grant("once", 1, NULL, NULL);
	EXPECT_AWARDED("giver:1:ada:#3 ");
	cr_expect_str_eq(trace, "ok ");
}

Test(judge_awards, a_grant_of_a_multiple_badge_has_a_reason)
{
	make_givers();
	grant("many", 1, NULL, "post 1");
	EXPECT_AWARDED("many:1:ada:post 1 giver:1:ada:#2 ");
	grant("many", 1, NULL, NULL);
	EXPECT_AWARDED("many:1:ada:#3 giver:1:ada:#4 ");
	grant("many", 1, NULL, "");
	EXPECT_AWARDED("many:1:ada:#5 giver:1:ada:#6 ");
}

Test(judge_awards, a_grant_without_a_reason_is_for_the_events_id)
{
	make_givers();
	fire_with("visit", "e1", BRABEION_TEXT("slug", "many"));
	EXPECT_AWARDED("many:1:ada:e1 giver:1:ada:e1 ");
}

Test(judge_awards, grants_that_fail_their_badge)
{
	char text[257];
	memset(text, 'u', 256);
	text[256] = '\0';
	static const char too_long[] = " is longer than its bound or not UTF-8 (see brabeion/badge.h)";
	make_givers();
	grant("foreign", 1, NULL, NULL);
	EXPECT_FAILED(1,
		      failed_because("giver", "badge_grant of \"foreign\", which is no badge of the plugin \"p\" in "
					      "badges.yaml"));
	cr_expect_str_eq(trace, "failed ");
	grant("unknown", 1, NULL, NULL);
	EXPECT_FAILED(1,
		      failed_because("giver", "badge_grant of \"unknown\", which is no badge of the plugin \"p\" in "
					      "badges.yaml"));
	grant(NULL, 1, NULL, NULL);
	EXPECT_FAILED(1,
		      failed_because("giver", "badge_grant of \"(null)\", which is no badge of the plugin \"p\" in "
					      "badges.yaml"));
	grant("once", 0, NULL, NULL);
	EXPECT_FAILED(1, failed_because("giver", "badge_grant of level 0 of \"once\", which has 3"));
	grant("once", 4, NULL, NULL);
	EXPECT_FAILED(1, failed_because("giver", "badge_grant of level 4 of \"once\", which has 3"));
	grant("once", -1, NULL, NULL);
	EXPECT_FAILED(1, failed_because("giver", "badge_grant of level -1 of \"once\", which has 3"));
	grant("once", 1, NULL, "post 1");
	EXPECT_FAILED(1, failed_because("giver", "badge_grant of \"once\" with a reason, but it is not "
						 "BADGE_MULTIPLE"));
	grant("once", 1, "", NULL);
	EXPECT_FAILED(1, failed_because("giver", "the user of badge_grant is empty"));
	grant("once", 1, text, NULL);
	char message[200];
	snprintf(message, sizeof message, "the user of badge_grant%s", too_long);
	EXPECT_FAILED(1, failed_because("giver", message));
	grant("many", 1, NULL, text);
	snprintf(message, sizeof message, "the reason of badge_grant%s", too_long);
	EXPECT_FAILED(1, failed_because("giver", message));
	cr_expect_eq(stored_awards(), 0);
}

static int32_t grant_many_times(void *self, badge_call *call)
{
	(void)self;
	for (int i = 0; i < 100; i++) {
		char reason[16];
		snprintf(reason, sizeof reason, "r%d", i);
		cr_expect_eq(badge_grant(call, "many", 1, NULL, reason), BADGE_OK);
		cr_expect_eq(badge_grant(call, "many", 1, NULL, reason), BADGE_OK);
	}
	return 2;
}

Test(judge_awards, any_number_of_awards_in_one_call)
{
	brb_plugin *plugin = new_plugin("p");
	new_multiple(plugin, "many", NULL, NULL);
	new_badge(plugin, "giver", 2, "visit", grant_many_times);
	fire("visit", "ada");
	cr_assert_eq(result.award_count, 101);
	cr_expect_str_eq(result.awards[0].reason, "r0");
	cr_expect_str_eq(result.awards[99].reason, "r99");
	cr_expect_eq(result.awards[99].sequence, 100);
	cr_expect_str_eq(result.awards[100].badge, "giver");
	cr_expect_eq(stored_awards(), 101);
}

/* ---- brabeion.awarded -------------------------------------------------------------------------------------------- */

/* Traces each event. */
static int32_t hear_awarded(void *self, badge_call *call)
{
	(void)self;
	char text[256];
	snprintf(text, sizeof text, "[%s of %s: %s %d '%s' id='%s' at=%lld held=%d]", badge_event(call),
		 badge_user(call), badge_text(call, "slug", "?"), (int)badge_int(call, "level", -1),
		 badge_text(call, "reason", "?"), badge_event_id(call), (long long)badge_at(call),
		 badge_held(call, NULL, badge_text(call, "slug", "?")));
	note_trace(text);
	return BADGE_NOT_EARNED;
}

Test(judge_awards, an_award_raises_brabeion_awarded_with_what_was_earned)
{
	brb_plugin *plugin = new_plugin("p");
	new_multiple(plugin, "many", "visit", earn_as_asked);
	new_badge(plugin, "listener", 1, "brabeion.awarded", hear_awarded);
	brabeion_field fields[] = { BRABEION_TEXT("to", "bob"), BRABEION_TEXT("for", "post 1"),
				    BRABEION_INT("level", 3) };
	brabeion_event event = { .name = "visit",
				 .user = "ada",
				 .id = "e1",
				 .has_at = true,
				 .at_us = 5,
				 .fields = fields,
				 .field_count = 3 };
	fire_event(&event);
	EXPECT_AWARDED("many:3:bob:post 1 ");
	cr_expect_str_eq(trace, "[brabeion.awarded of bob: many 3 'post 1' id='' at=5 held=3] ");
	trace[0] = '\0';
	event.id = "e2";
	fire_event(&event);
	cr_expect_str_eq(trace, "", "what was held already raises nothing");
}

Test(judge_awards, grants_raise_it_too_and_the_plugins_of_all_awards_hear_it)
{
	brb_plugin *first = new_plugin("p"), *second = new_plugin("q");
	new_badge(first, "once", 3, NULL, NULL);
	new_badge(first, "giver", 1, "visit", grant_as_asked);
	new_badge(second, "listener", 1, "brabeion.awarded", hear_awarded);
	fire_with("visit", NULL, BRABEION_TEXT("slug", "once"));
	EXPECT_AWARDED("once:1:ada: giver:1:ada: ");
	cr_expect_str_eq(trace, "ok [brabeion.awarded of ada: once 1 '' id='' at=1700000000 held=1] "
				"[brabeion.awarded of ada: giver 1 '' id='' at=1700000000 held=1] ");
	cr_expect_eq(clock_reads, 1, "one time for all");
}

static int32_t earn_on_slug(void *self, badge_call *call)
{
	return strcmp(badge_text(call, "slug", ""), self) == 0;
}

Test(judge_awards, badges_build_on_badges_in_the_same_transaction)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "ground", 1, "visit", earn);
	new_badge(plugin, "second", 1, "brabeion.awarded", earn_on_slug)->self = (char[]){ "first" };
	new_badge(plugin, "first", 1, "brabeion.awarded", earn_on_slug)->self = (char[]){ "ground" };
	fire_id("visit", "ada", "e1");
	EXPECT_AWARDED("ground:1:ada: first:1:ada: second:1:ada: ");
	cr_expect_str_eq(result.awards[1].event, "brabeion.awarded");
	cr_expect_str_eq(result.awards[1].event_id, "");
	cr_expect_str_eq(result.awards[0].event, "visit");
	cr_expect_str_eq(result.awards[0].event_id, "e1");
	cr_expect_eq(result.awards[2].at_us, NOW_US);
	cr_expect_eq(stored_awards(), 3);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen"), 1, "of the engine's own events nothing is recorded");
	cr_expect_str_eq(logged, "");
}

static int32_t earn_level_after(void *self, badge_call *call)
{
	(void)self;
	note_trace(badge_event_is(call, "visit") ? "v" : "a");
	return 1;
}

/* A multiple badge that reacts to its own awards would never end. */
Test(judge_awards, at_most_16_deep)
{
	brb_plugin *plugin = new_plugin("p");
	brb_badge *badge = new_multiple(plugin, "echo", "visit", earn_level_after);
	hear("brabeion.awarded", plugin, badge);
	fire("visit", "ada");
	cr_expect_eq(result.award_count, 17, "the event's own and 16: %u", result.award_count);
	cr_expect_str_eq(trace, "v a a a a a a a a a a a a a a a a ");
	cr_expect_eq(result.failed, 0);
	cr_expect_str_eq(logged, "2: brabeion.awarded: badges award each other, or let each other lapse, 16 deep on "
				 "event \"visit\" of user "
				 "\"ada\"; not raised further\n");
	cr_expect_eq(stored_awards(), 17);
}

static int32_t fail_if_awarded(void *self, badge_call *call)
{
	(void)self;
	thing_add(call, "t", "", 1);
	badge_grant(call, "granted", 1, NULL, NULL);
	return badge_event_is(call, "brabeion.awarded") ? BADGE_FAILED : BADGE_NOT_EARNED;
}

Test(judge_awards, a_badge_that_fails_on_it_takes_only_its_own_changes)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "granted", 1, NULL, NULL);
	new_badge(plugin, "ground", 1, "visit", earn);
	new_badge(plugin, "failing", 1, "brabeion.awarded", fail_if_awarded);
	new_badge(plugin, "first", 1, "brabeion.awarded", earn_on_slug)->self = (char[]){ "ground" };
	fire("visit", "ada");
	cr_expect_str_eq(awarded(), "ground:1:ada: first:1:ada: ");
	EXPECT_FAILED(2, "badge \"failing\" failed on event \"brabeion.awarded\" of user \"ada\": award answered -1");
	cr_expect_eq(stored_awards(), 2);
	cr_expect_eq(stored_tally("t", ""), 0);
}

static int32_t observe_awarded(void *self, badge_call *call)
{
	(void)self;
	thing_add(call, "awards", badge_user(call), 1);
	return BADGE_OK;
}

static int32_t earn_by_third(void *self, badge_call *call)
{
	(void)self;
	return thing_tally(call, "awards", badge_user(call)) == 3;
}

Test(judge_awards, a_plugin_may_watch_it)
{
	brb_plugin *plugin = new_plugin("p");
	new_multiple(plugin, "many", "visit", earn);
	watch(plugin, "brabeion.awarded", observe_awarded);
	new_badge(plugin, "collector", 1, "brabeion.awarded", earn_by_third);
	fire("visit", "ada");
	fire("visit", "ada");
	EXPECT_AWARDED("many:1:ada:#2 ");
	fire("visit", "ada");
	EXPECT_AWARDED("many:1:ada:#3 collector:1:ada: ");
	fire("visit", "bob");
	EXPECT_AWARDED("many:1:bob:#5 ");
}

Test(judge_awards, awards_of_a_failed_badge_raise_nothing)
{
	brb_plugin *plugin = new_plugin("p");
	new_badge(plugin, "granted", 1, NULL, NULL);
	brb_badge *badge = new_badge(plugin, "failing", 1, NULL, fail_if_awarded);
	new_badge(plugin, "ground", 1, "visit", earn);
	new_badge(plugin, "listener", 1, "brabeion.awarded", hear_awarded);
	hear("brabeion.awarded", plugin, badge);
	fire("visit", "ada");
	cr_expect_str_eq(trace, "[brabeion.awarded of ada: ground 1 '' id='' at=1700000000 held=1] ");
}
