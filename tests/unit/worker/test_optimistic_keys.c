/*
 * optimistic, keys: a judgement outside the transaction counts and lists what is committed with its own changes and those
 * of the judgements before it, and is applied only if it would have seen the same inside.
 */
#include "support/optimistic_fixture.h"

static const badge_memory memory[] = { BADGE_MEMORY("votes", BADGE_OF_THING), BADGE_TALLY("asked") };

static void open_keys(void)
{
	open_optimistic();
	remember(plug, memory, 2);
}

TestSuite(optimistic_keys, .init = open_keys, .fini = close_optimistic);

/* ---- badges: each does what its `self` says: "+k" adds a key, "-k" removes it, "#" counts, "*" lists ---- */

static int32_t obey(void *self, badge_call *call)
{
	char seen[256] = "";
	for (const char *word = self; *word; word += 1 + (*word == '+' || *word == '-')) {
		char key[2] = { word[1], '\0' };
		size_t length = strlen(seen);
		if (*word == '+')
			badge_tally_set_of(call, "votes", "post", key, 1);
		else if (*word == '-')
			badge_tally_set_of(call, "votes", "post", key, 0);
		else if (*word == '#')
			snprintf(seen + length, sizeof seen - length, "%d",
				 (int)badge_key_count(call, "votes", "post"));
		else if (*word == '!')
			return badge_fail(call, "told to");
		else
			for (const char *at = NULL; (at = badge_key_next(call, "votes", "post", at));)
				snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s", at);
	}
	note_trace(seen);
	return BADGE_NOT_EARNED;
}

static brb_badge *obeying(const char *slug, const char *words)
{
	brb_badge *badge = new_badge(plug, slug, 1, NULL, obey);
	badge->self = (void *)(uintptr_t)words;
	return badge;
}

/* As another process: the keys that are committed. */
static void others_set(const char *key, int64_t number)
{
	brb_cell cell = { .memory = memory_of(&plug->memory, "votes"), .owner = "post", .key = key };
	brb_cell_value value = { .kind = number ? BRB_CELL_NUMBER : BRB_CELL_NONE, .number = number };
	begin(store);
	WELL(brb_store_cell_set(store, &cell, &value, error));
	commit(store);
}

static const char *committed_keys(void)
{
	static char text[64];
	const char *key = NULL;
	const brb_store_memory *votes = memory_of(&plug->memory, "votes");
	text[0] = '\0';
	begin(store);
	do {
		WELL(brb_store_key_next(store, votes, "post", key, &key, error));
		if (key)
			snprintf(text + strlen(text), sizeof text - strlen(text), "%s", key);
	} while (key);
	brb_store_rollback(store);
	return text;
}

/* Judges it alone, and says what it saw. */
static const char *sees(const char *words)
{
	static char slug[8] = "a";
	trace[0] = '\0';
	brb_badge *badge = obeying(slug, words);
	slug[0]++;
	judge_outside(badge);
	return trace;
}

Test(optimistic_keys, its_own_changes_are_counted_and_listed)
{
	others_set("b", 1), others_set("d", 1);
	cr_expect_str_eq(sees("#*"), "2bd ");
	brb_optimistic_reset(optimistic);
	cr_expect_str_eq(sees("+a+c#*"), "4bdac ", "what is new comes last");
	brb_optimistic_reset(optimistic);
	cr_expect_str_eq(sees("-b#*"), "1d ");
	brb_optimistic_reset(optimistic);
	cr_expect_str_eq(sees("-b-d#*+b#*"), "01b ", "one that comes again stays where it was");
	brb_optimistic_reset(optimistic);
	cr_expect_str_eq(sees("+a-a#*"), "2bd ");
	cr_expect_str_eq(committed_keys(), "bd", "nothing is stored yet");
}

Test(optimistic_keys, what_it_changed_is_applied)
{
	others_set("b", 1);
	brb_badge *badge = obeying("badge", "+a-b#*");
	brb_optimistic_part part = judge_outside(badge);
	cr_expect(apply_alone(badge, &part));
	cr_expect_str_eq(committed_keys(), "a");
}

Test(optimistic_keys, a_count_that_has_changed_is_a_conflict)
{
	brb_badge *badge = obeying("badge", "#");
	brb_optimistic_part part = judge_outside(badge);
	others_set("b", 1);
	cr_expect_not(apply_alone(badge, &part));
	brb_optimistic_reset(optimistic);
	part = judge_outside(badge);
	cr_expect(apply_alone(badge, &part));
}

Test(optimistic_keys, a_key_that_has_come_or_gone_where_it_listed_is_a_conflict)
{
	others_set("b", 1), others_set("d", 1);
	brb_badge *badge = obeying("badge", "*");
	static const char *const changed[] = { "a", "c", "e", "b" };
	for (int i = 0; i < 4; i++) {
		brb_optimistic_reset(optimistic);
		brb_optimistic_part part = judge_outside(badge);
		others_set(changed[i], changed[i][0] != 'b');
		cr_expect_not(apply_alone(badge, &part), "%s", changed[i]);
	}
	brb_optimistic_reset(optimistic);
	brb_optimistic_part part = judge_outside(badge);
	others_set("d", 2);
	cr_expect(apply_alone(badge, &part), "the value was not read");
}

Test(optimistic_keys, a_key_that_another_set_meanwhile_is_a_conflict_for_the_count)
{
	brb_badge *badge = obeying("badge", "+a#");
	brb_optimistic_part part = judge_outside(badge);
	others_set("a", 1), others_set("b", 1), others_set("b", 0);
	cr_expect_not(apply_alone(badge, &part), "it would have counted one, and had not added it");
}

Test(optimistic_keys, those_of_an_earlier_judgement_are_seen_and_judged_again_in_the_end)
{
	brb_badge *first = obeying("first", "+a"), *counts = obeying("counts", "#"), *lists = obeying("lists", "*");
	brb_optimistic_part added = judge_outside(first), counted = judge_outside(counts),
			    listed = judge_outside(lists);
	cr_expect_str_eq(trace, " 1 a ");
	begin(store);
	cr_expect(apply(first, &added));
	cr_expect(apply(counts, &counted), "the count is what it was going to be");
	cr_expect_not(apply(lists, &listed), "the order may be another");
	commit(store);
	brb_optimistic_reset(optimistic);
	listed = judge_outside(lists);
	cr_expect(apply_alone(lists, &listed));
}

Test(optimistic_keys, those_of_one_that_was_not_applied_are_a_conflict)
{
	brb_badge *first = obeying("first", "+a"), *counts = obeying("counts", "#"), *lists = obeying("lists", "*");
	judge_outside(first);
	brb_optimistic_part counted = judge_outside(counts), listed = judge_outside(lists);
	begin(store);
	cr_expect_not(apply(counts, &counted));
	cr_expect_not(apply(lists, &listed));
	commit(store);
}

Test(optimistic_keys, those_of_a_failed_one_are_dropped)
{
	others_set("b", 1);
	judge_outside(obeying("fails", "+a-b!"));
	brb_badge *badge = obeying("badge", "#*");
	brb_optimistic_part part = judge_outside(badge);
	cr_expect_str_eq(trace, "1b ");
	cr_expect(apply_alone(badge, &part));
}
