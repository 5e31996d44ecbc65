/*
 * merge: the functions `merge` read both users' memory and change that of the one who stays.
 */
#include "judging/merge.h"
#include "support/judge_fixture.h"

TestSuite(merge, .init = open_judge_fixture, .fini = close_judge_fixture);

static const badge_memory of_badge[] = {
	BADGE_MEMORY("word", BADGE_KIND_TEXT | BADGE_MERGE_OWN),
	BADGE_MEMORY("count", BADGE_MERGE_OWN),
	BADGE_MEMORY("friend", BADGE_KIND_USER | BADGE_MERGE_OWN),
};
static const badge_memory of_plugin[] = { BADGE_MEMORY("total", BADGE_MERGE_OWN) };

static int32_t fill(void *self, badge_call *call)
{
	(void)self;
	badge_note_set(call, "word", badge_user(call));
	badge_tally_set_of(call, "count", NULL, badge_text(call, "key", "k"), badge_int(call, "n", 1));
	badge_user_ref_set(call, "friend", NULL, NULL, "cleo");
	badge_tally_add(call, "total", badge_int(call, "n", 1));
	return BADGE_NOT_EARNED;
}

static int32_t merge_badge(void *self, badge_call *call)
{
	char text[512];
	const char *friend = badge_merged_user_ref(call, "friend", NULL), *mine = badge_note(call, "word");
	snprintf(text, sizeof text, "%s %s %s/%s id=\"%s\" of %s: %s+%s %d keys %d+%d %s", (const char *)self,
		 badge_slug(call), badge_event(call), badge_user(call), badge_event_id(call), friend ? friend : "-",
		 mine ? mine : "-", badge_merged_note(call, "word", NULL), (int)badge_merged_key_count(call, "count"),
		 (int)badge_merged_tally(call, "count", badge_merged_key_next(call, "count", NULL)),
		 (int)badge_tally_of(call, "count", NULL, "k"),
		 badge_merged_key_next(call, "count", "l") ? "more" : "end");
	note_trace(text);
	return badge_note_set(call, "word", "both");
}

static int32_t merge_plugin(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "total", badge_merged_tally(call, "total", NULL));
	note_trace(badge_slug(call));
	return BADGE_OK;
}

static brb_badge *new_merging(void)
{
	brb_plugin *plugin = new_plugin("p");
	remember(plugin, of_plugin, 1);
	plugin->merge = merge_plugin;
	brb_badge *badge = new_badge(plugin, "b", 1, "visit", fill);
	badge_remembers(badge, of_badge, 3);
	badge->merge = merge_badge;
	static char self[] = "self";
	badge->self = self;
	plugin->badges = badge;
	plugin->badge_count = 1;
	return badge;
}

static void fire_for(const char *user, const char *key, int64_t n)
{
	brabeion_field fields[] = { BRABEION_TEXT("key", key), BRABEION_INT("n", n) };
	fire_event(
		&(brabeion_event)BRABEION_EVENT(.name = "visit", .user = user, .fields = fields, .field_count = 2));
	cr_assert_eq(result.failed, 0, "%s", result.message);
}

/* In the open transaction. */
static brabeion_status merge_into(const char *from, const char *into, char message[256])
{
	brb_judge judge = new_judge();
	judge.in_transaction = true;
	brabeion_status status = brb_merge_own(&judge, from, into);
	snprintf(message, 256, "%s", judge.error.message ? judge.error.message : "");
	cr_expect_eq(*brb_reentrancy_depth(), 0);
	brb_judge_finish(&judge);
	return status;
}

static int64_t total_of(const char *user)
{
	brb_cell cell = { .memory = memory_of(&plugins[0].memory, "total"), .owner = user, .key = "" };
	brb_cell_value value = { .number = -42 };
	WELL(brb_store_cell(store, &cell, &value, error));
	return value.number;
}

Test(merge, plugins_and_badges_merge_what_is_theirs)
{
	char message[256];
	new_merging();
	fire_for("ada", "l", 3);
	fire_for("bob", "k", 5);
	begin(store);
	cr_expect_eq(merge_into("ada", "bob", message), BRABEION_OK, "%s", message);
	cr_expect_str_eq(trace, "p self b brabeion.merge/bob id=\"\" of cleo: bob+ada 1 keys 3+5 end ");
	cr_expect_eq(total_of("bob"), 8);
	cr_expect_eq(total_of("ada"), 3, "removing it is the store's");
	commit(store);
}

static int32_t ask_later(void *self, badge_call *call)
{
	(void)self;
	for (int i = 0; i < 10001; i++) /* no bound in merge */
		badge_merged_key_next(call, "count", NULL);
	return badge_later(call, badge_at(call), NULL, 0);
}

Test(merge, a_badge_may_ask_to_be_judged_and_lists_as_much_as_there_is)
{
	char message[256];
	new_merging()->merge = ask_later;
	begin(store);
	cr_expect_eq(merge_into("ada", "bob", message), BRABEION_OK, "%s", message);
	commit(store);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM jobs"), 1);
}

static int32_t fail_to_merge(void *self, badge_call *call)
{
	(void)self;
	return badge_fail(call, "these two cannot be one");
}

static int32_t award_in_merge(void *self, badge_call *call)
{
	(void)self;
	badge_to(call, "ada");
	return BADGE_OK;
}

static int32_t refuse_to_merge(void *self, badge_call *call)
{
	(void)self;
	return badge_refuse(call, "no event here");
}

static int32_t answer_level(void *self, badge_call *call)
{
	(void)self, (void)call;
	return 1;
}

Test(merge, a_plugin_that_fails_fails_the_merge_and_says_why)
{
	static const struct {
		award_function merge;
		const char *message;
	} cases[] = {
		{ fail_to_merge, "badge \"b\" cannot merge the users: these two cannot be one" },
		{ award_in_merge, "badge \"b\" cannot merge the users: badge_to is for award, not for merge" },
		{ refuse_to_merge, "badge \"b\" cannot merge the users: no event here" },
		{ answer_level, "badge \"b\" cannot merge the users: merge answered 1" },
	};
	char message[256];
	brb_badge *badge = new_merging();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		badge->merge = cases[i].merge;
		begin(store);
		cr_expect_eq(merge_into("ada", "bob", message), BRABEION_INVALID);
		cr_expect_str_eq(message, cases[i].message);
		brb_store_rollback(store);
	}
}
