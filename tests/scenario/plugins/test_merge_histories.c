/*
 * Two users become one: after random histories of ann and bob, merged at a random moment, and one more event for each badge,
 * the plugins that ship have awarded and remember what they do of one user who had both histories. Places, first times and
 * cycles depend on the order: there no award is lost, and nobody else's changes.
 */
#include "support/decisions.h"
#include "support/histories.h"

enum { HISTORIES = 24 };

#define HOUR_US INT64_C(3600000000)
#define DAY_US (24 * HOUR_US)

static void merge_ann_into_bob(scene *here)
{
	cr_assert_eq(brabeion_merge_users(here->engine, "ann", "bob", NULL, NULL, &here->error), BRABEION_OK, "%s",
		     here->error.message);
}

/* ---- what does not depend on the order --------------------------------------------------------------------------- */

/* The same events, of two users who become one, and of one. */
typedef struct pair {
	const history_kind *kind;
	scene *two, *one;
} pair;

static void judge(const pair *both, const happening *event)
{
	history_judge(both->two, event, event->user);
	history_judge(both->one, event, strcmp(event->user, "ann") == 0 ? "bob" : event->user);
}

static void judge_before(const pair *both)
{
	for (size_t i = 0;; i++) {
		happening event = { .user = "bob" };
		if (!both->kind->before || !both->kind->before(i, &event))
			return;
		judge(both, &event);
	}
}

static void judge_random(const pair *both, chance *here, int64_t count)
{
	for (int64_t i = 0; i < count; i++) {
		happening event = { .at_us = chance_below(here, both->kind->span_days * DAY_US) };
		snprintf(event.user, sizeof event.user, "%s", chance_below(here, 2) ? "ann" : "bob");
		both->kind->next(here, &event);
		judge(both, &event);
	}
	history_work(both->two, both->kind);
	history_work(both->one, both->kind);
}

/* One more event for each badge, within the history's times or an hour behind them. */
static void judge_after(const pair *both, chance *here)
{
	bool is_behind = chance_below(here, 2) == 0;
	int64_t end_us = both->kind->span_days * DAY_US;
	for (size_t i = 0;; i++) {
		happening event = { .user = "bob",
				    .at_us = is_behind ? end_us + HOUR_US : chance_below(here, end_us) };
		if (both->kind->after && !both->kind->after(i, &event))
			break;
		if (!both->kind->after) {
			if (i > 0)
				break;
			both->kind->next(here, &event);
		}
		judge(both, &event);
	}
	history_work(both->two, both->kind);
	history_work(both->one, both->kind);
}

static void remove_lines(char *text, const char *beginning)
{
	for (char *line = text; beginning && *line;) {
		char *next = line + strcspn(line, "\n") + 1;
		if (strncmp(line, beginning, strlen(beginning)) == 0)
			memmove(line, next, strlen(next) + 1);
		else
			line = next;
	}
}

static void expect_same(const pair *both, int number)
{
	char *awards_of_two = history_awards(both->two, "bob"), *awards_of_one = history_awards(both->one, "bob");
	char *memory_of_two = history_memory(both->two), *memory_of_one = history_memory(both->one);
	remove_lines(memory_of_two, both->kind->given);
	remove_lines(memory_of_one, both->kind->given);
	cr_assert_str_eq(awards_of_two, awards_of_one, "%s, history %d: awards\n%sinstead of\n%s", both->kind->name,
			 number, awards_of_two, awards_of_one);
	cr_assert_str_eq(memory_of_two, memory_of_one, "%s, history %d: memory\n%sinstead of\n%s", both->kind->name,
			 number, memory_of_two, memory_of_one);
	free(awards_of_two);
	free(awards_of_one);
	free(memory_of_two);
	free(memory_of_one);
}

static void play(const history_kind *kind, int number)
{
	chance here = { .state = (uint64_t)number * 1000003 };
	pair both = { .kind = kind, .two = scene_with(kind->config) };
	both.one = history_twin(both.two, kind->config);
	int64_t count = chance_below(&here, kind->most);
	int64_t merged_after = chance_below(&here, count + 1);
	judge_before(&both);
	judge_random(&both, &here, merged_after);
	merge_ann_into_bob(both.two);
	judge_random(&both, &here, count - merged_after); /* ann's name stands for bob now */
	judge_after(&both, &here);
	expect_same(&both, number);
	cr_assert_eq(scene_count(both.two, NULL), scene_count(both.one, NULL));
	scene_finish(both.two);
	scene_finish(both.one);
}

static void play_all(size_t from, size_t to)
{
	for (size_t i = from; i < to && i < history_kind_count; i++) {
		for (int number = 0; number < HISTORIES; number++)
			play(&history_kinds[i], number);
	}
}

Test(merge_histories, packs_and_first_times_are_those_of_one_user)
{
	play_all(0, 5);
}

Test(merge_histories, counts_and_windows_are_those_of_one_user)
{
	play_all(5, 11);
}

Test(merge_histories, periods_and_streaks_are_those_of_one_user)
{
	play_all(11, history_kind_count - 1);
}

Test(merge_histories, a_site_is_that_of_one_user)
{
	play_all(history_kind_count - 1, history_kind_count);
}

/* ---- what does depend on it -------------------------------------------------------------------------------------- */

static const char ordered[] =
	"probe: off\nplugins:\n"
	"  - file: first.so\n    badges: [{ badge: first, slug: pioneer, events: [e] }]\n"
	"  - file: rank.so\n    badges:\n"
	"      - { badge: rank, slug: early, events: [e], levels: [A, B], settings: { first: [3, 1] } }\n"
	"      - { badge: rank-each, slug: podium, events: [e], levels: [A, B, C],\n"
	"          settings: { first: [3, 2, 1], field: word } }\n"
	"  - file: streak.so\n    badges:\n"
	"      - { badge: streak-cycle, slug: cycle, events: [e], settings: { length: 3 } }\n"
	"  - file: threshold.so\n    badges:\n"
	"      - { badge: threshold, slug: lively, events: [e], temporary: true,\n"
	"          settings: { at: [3], within: { days: 2 } } }\n";

/* Every line of `before` is one of `after`. */
static void expect_kept(const char *before, const char *after, int number)
{
	for (const char *line = before; *line;) {
		size_t length = strcspn(line, "\n") + 1;
		char wanted[512];
		snprintf(wanted, sizeof wanted, "%.*s", (int)length, line);
		cr_assert_not_null(strstr(after, wanted), "history %d: lost %s", number, wanted);
		line += length;
	}
}

static void fire_random(scene *here, chance *dice, const char *user)
{
	happening event = { .name = "e", .at_us = chance_below(dice, 30 * DAY_US), .field_count = 1 };
	snprintf(event.texts[0], sizeof event.texts[0], "race %d", (int)chance_below(dice, 3));
	event.fields[0] = BRABEION_TEXT("word", event.texts[0]);
	history_judge(here, &event, user);
}

static void merge_in_order(int number)
{
	static const char *const users[] = { "ann", "bob", "cleo", "dan" };
	chance dice = { .state = (uint64_t)number * 7919 };
	scene *here = scene_with(ordered);
	for (int64_t i = chance_below(&dice, 60); i > 0; i--)
		fire_random(here, &dice, users[chance_below(&dice, 4)]);
	char *of_ann = history_awards(here, "ann"), *of_bob = history_awards(here, "bob");
	char *of_cleo = history_awards(here, "cleo");
	merge_ann_into_bob(here);
	char *after = history_awards(here, "bob"), *of_cleo_after = history_awards(here, "cleo");
	expect_kept(of_ann, after, number);
	expect_kept(of_bob, after, number);
	cr_assert_str_eq(of_cleo, of_cleo_after);
	fire_random(here, &dice, "bob");
	char *last = history_awards(here, "cleo");
	cr_assert_str_eq(of_cleo, last);
	char *const texts[] = { of_ann, of_bob, of_cleo, after, of_cleo_after, last };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		free(texts[i]);
	scene_finish(here);
}

Test(merge_histories, places_first_times_and_cycles_stay_whose_they_are)
{
	for (int number = 0; number < HISTORIES; number++)
		merge_in_order(number);
}

/* The first three are ann, bob and cleo: when ann and bob are one, dan is still the fourth. */
Test(merge_histories, a_merge_frees_no_place)
{
	scene *here = scene_with(ordered);
	scene_fire(here, "e", "ann");
	scene_fire(here, "e", "bob");
	scene_fire(here, "e", "cleo");
	merge_ann_into_bob(here);
	cr_assert_str_eq(scene_fire(here, "e", "dan"), "");
	cr_assert_str_eq(scene_fire(here, "e", "ann"), "lively 1 ;");
	cr_assert_str_eq(scene_awards(here, "cleo"), "early 1 ;");
	scene_finish(here);
}

/* ---- decisions by hand ------------------------------------------------------------------------------------------- */

enum { DECIDED_BADGES = 3 };
static const char *const decided[DECIDED_BADGES] = { "pioneer", "early", "lively" };

/* What people have decided of a user and badge. */
typedef struct decision {
	bool is_held, is_revoked;
	int64_t at_us; /* when held */
} decision;

static void decide(scene *here, chance *dice, const char *user, const char *badge, decision *last)
{
	if (chance_below(dice, 3) == 0) {
		decide_revoke(here, user, badge, .reason = "");
		last->is_revoked |= last->is_held;
		last->is_held = false;
		return;
	}
	int64_t at_us = INT64_C(1456790400000000) + chance_below(dice, 30 * DAY_US);
	const char *given = decide_award(here, user, badge, .level = 1, .has_at = true, .at_us = at_us);
	cr_assert_null(strchr(given, ':'), "%s", given);
	if (!last->is_held)
		*last = (decision){ .is_held = true, .at_us = at_us };
}

/* "badge time;" of each, in the order of `decided`. */
static void describe(char *text, size_t size, const decision *of)
{
	text[0] = '\0';
	for (int i = 0; i < DECIDED_BADGES; i++)
		if (of[i].is_held)
			snprintf(text + strlen(text), size - strlen(text), "%s %lld;", decided[i],
				 (long long)of[i].at_us);
}

static void read_decisions(scene *here, const char *user, decision *of)
{
	brabeion_award_list list = { 0 };
	cr_assert_eq(brabeion_user_awards(here->engine, user, NULL, &list, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	for (size_t i = 0; i < list.count; i++) {
		const brabeion_award_info *award = brabeion_award_list_at(&list, i);
		for (int k = 0; k < DECIDED_BADGES; k++)
			if (strcmp(award->badge, decided[k]) == 0)
				of[k] = (decision){ .is_held = true, .at_us = award->at_us };
	}
	brabeion_award_list_finish(&list);
}

/* Held by one, or by both, the earlier time; revoked, and not given anew, of either: not held. */
static decision merged(const decision *a, const decision *b)
{
	if ((!a->is_held && a->is_revoked) || (!b->is_held && b->is_revoked))
		return (decision){ .is_held = false };
	if (a->is_held && b->is_held)
		return a->at_us < b->at_us ? *a : *b;
	return a->is_held ? *a : *b;
}

static void merge_decisions(int number)
{
	chance dice = { .state = (uint64_t)number * 104729 };
	decision of[2][DECIDED_BADGES] = { 0 }, found[DECIDED_BADGES] = { 0 }, wanted[DECIDED_BADGES];
	static const char *const users[] = { "ann", "bob" };
	char expected[512], text[512];
	scene *here = scene_with(ordered);
	for (int64_t i = chance_below(&dice, 16); i >= 0; i--) {
		int64_t user = chance_below(&dice, 2), badge = chance_below(&dice, DECIDED_BADGES);
		decide(here, &dice, users[user], decided[badge], &of[user][badge]);
	}
	merge_ann_into_bob(here);
	for (int i = 0; i < DECIDED_BADGES; i++)
		wanted[i] = merged(&of[0][i], &of[1][i]);
	read_decisions(here, "bob", found);
	describe(expected, sizeof expected, wanted);
	describe(text, sizeof text, found);
	cr_assert_str_eq(text, expected, "history %d: %s instead of %s", number, text, expected);
	scene_finish(here);
}

Test(merge_histories, the_earlier_award_stays_and_a_revocation_by_hand_wins)
{
	for (int number = 0; number < HISTORIES; number++)
		merge_decisions(number);
}
