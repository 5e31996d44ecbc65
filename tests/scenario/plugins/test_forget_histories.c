/*
 * A user is forgotten after a random history: others earn what they would have earned, places that were taken stay taken,
 * whoever comes under that name starts from nothing, and the name is in no file.
 */
#include "support/histories.h"

#include <dirent.h>

enum { HISTORIES = 8 };

#define DAY_US INT64_C(86400000000)

/* 32 bytes that no other text has. */
static void make_name(chance *here, char name[64])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	for (int i = 0; i < 32; i++)
		name[i] = letters[chance_below(here, 32)];
	name[32] = '\0';
}

static void forget(scene *here, const char *user)
{
	cr_assert_eq(brabeion_forget_user(here->engine, user, NULL, NULL, &here->error), BRABEION_OK, "%s",
		     here->error.message);
}

/* Neither the database nor anything beside it has the name. */
static void expect_no_trace(scene *here, const char *name)
{
	struct dirent *entry;
	DIR *folder = opendir(here->folder);
	cr_assert_not_null(folder);
	while ((entry = readdir(folder))) {
		char path[SCENE_PATH_BYTES * 2];
		struct stat about;
		size_t length = 0;
		snprintf(path, sizeof path, "%s/%s", here->folder, entry->d_name);
		if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
			continue;
		char *bytes = read_whole(path, &length);
		cr_assert_null(memmem(bytes, length, name, strlen(name)), "%s is in %s", name, entry->d_name);
		free(bytes);
	}
	closedir(folder);
}

/* ---- random histories -------------------------------------------------------------------------------------------- */

/* In `gone` ann, under another name, is forgotten on the way; in `there` she is not. */
typedef struct pair {
	const history_kind *kind;
	scene *gone, *there;
	char name[64];
} pair;

static void judge_in(const pair *both, scene *here, const happening *event)
{
	history_judge(here, event, strcmp(event->user, "ann") == 0 ? both->name : event->user);
}

static void judge_before(const pair *both)
{
	for (size_t i = 0;; i++) {
		happening event = { .user = "bob" };
		if (!both->kind->before || !both->kind->before(i, &event))
			return;
		judge_in(both, both->gone, &event);
		judge_in(both, both->there, &event);
	}
}

static void judge_random(const pair *both, chance *here, int64_t count, bool with_ann)
{
	for (int64_t i = 0; i < count; i++) {
		happening event = { .at_us = chance_below(here, both->kind->span_days * DAY_US) };
		snprintf(event.user, sizeof event.user, "%s", with_ann && chance_below(here, 2) ? "ann" : "bob");
		both->kind->next(here, &event);
		judge_in(both, both->gone, &event);
		judge_in(both, both->there, &event);
	}
	history_work(both->gone, both->kind);
	history_work(both->there, both->kind);
}

static void expect_same_awards(scene *left, scene *right, const char *user, const char *kind, int number)
{
	char *of_left = history_awards(left, user), *of_right = history_awards(right, user);
	cr_assert_str_eq(of_left, of_right, "%s, history %d: %s has\n%sinstead of\n%s", kind, number, user, of_left,
			 of_right);
	free(of_left);
	free(of_right);
}

static void play(const history_kind *kind, int number)
{
	chance here = { .state = (uint64_t)number * 1000003 + 1 };
	pair both = { .kind = kind, .gone = scene_with(kind->config), .there = scene_with(kind->config) };
	int64_t count = chance_below(&here, kind->most);
	make_name(&here, both.name);
	judge_before(&both);
	judge_random(&both, &here, count / 2 + 1, true);
	forget(both.gone, both.name);
	cr_assert_eq(scene_count(both.gone, both.name), 0);
	judge_random(&both, &here, count / 2 + 1, false);
	expect_same_awards(both.gone, both.there, "bob", kind->name, number);
	scene_close(both.gone);
	expect_no_trace(both.gone, both.name);
	scene_finish(both.gone);
	scene_finish(both.there);
}

Test(forget_histories, others_earn_as_before_and_no_file_has_the_name)
{
	for (size_t i = 0; i < history_kind_count; i++) {
		for (int number = 0; number < HISTORIES; number++)
			play(&history_kinds[i], number);
	}
}

/* The whole history again, after ann was forgotten, earns what it earned: nothing of her was left. Not for qa: posts stay. */
static void play_again(const history_kind *kind, int number)
{
	scene *here = scene_with(kind->config), *fresh = history_twin(here, kind->config);
	for (int round = 0; round < 2; round++) {
		chance dice = { .state = (uint64_t)number * 1000003 + 2 };
		for (int64_t i = chance_below(&dice, kind->most); i >= 0; i--) {
			happening event = { .user = "ann", .at_us = chance_below(&dice, kind->span_days * DAY_US) };
			kind->next(&dice, &event);
			history_judge(here, &event, "ann");
			if (round == 1)
				history_judge(fresh, &event, "ann");
		}
		history_work(here, kind);
		history_work(fresh, kind);
		if (round == 0)
			forget(here, "ann");
	}
	expect_same_awards(here, fresh, "ann", kind->name, number);
	char *memory = history_memory(here), *of_fresh = history_memory(fresh);
	cr_assert_str_eq(memory, of_fresh, "%s, history %d", kind->name, number);
	free(memory);
	free(of_fresh);
	scene_finish(here);
	scene_finish(fresh);
}

Test(forget_histories, whoever_comes_later_starts_from_nothing)
{
	for (size_t i = 0; i < history_kind_count; i++) {
		for (int number = 0; number < HISTORIES && strcmp(history_kinds[i].name, "qa") != 0; number++)
			play_again(&history_kinds[i], number);
	}
}

/* ---- posts and places -------------------------------------------------------------------------------------------- */

#define POST(id) BRABEION_TEXT("post", id)
#define PARENT(id) BRABEION_TEXT("parent", id)

/* Ann's question is nobody's: its answer is still one to somebody else's question, and accepting it rewards nobody. */
Test(forget_histories, a_post_outlives_its_author)
{
	scene *here = scene_with("plugins:\n  - file: qa.so\n");
	scene_fire(here, "question", "ann", POST("q"));
	scene_fire(here, "answer", "bob", POST("a"), PARENT("q"));
	forget(here, "ann");
	cr_assert_str_eq(scene_fire(here, "upvote", "bob", POST("a")), "teacher 1 ;");
	cr_assert_str_eq(scene_fire(here, "accept", "bob", POST("a")), "");
	scene_fire(here, "user_created", "ann");
	cr_assert_str_eq(scene_fire(here, "edit_tags", "ann", POST("q")), "editor 1 ;organizer 1 ;");
	scene_finish(here);
}

Test(forget_histories, places_stay_taken_and_the_name_may_take_another)
{
	scene *here = scene_with(
		"plugins:\n  - file: first.so\n    badges: [{ badge: first, slug: pioneer, events: [e] }]\n"
		"  - file: rank.so\n    badges:\n"
		"      - { badge: rank, slug: early, events: [e], settings: { first: [3] } }\n");
	cr_assert_str_eq(scene_fire(here, "e", "ann"), "pioneer 1 ;early 1 ;");
	cr_assert_str_eq(scene_fire(here, "e", "bob"), "early 1 ;");
	forget(here, "ann");
	cr_assert_str_eq(scene_fire(here, "e", "ann"), "early 1 ;");
	cr_assert_str_eq(scene_fire(here, "e", "cleo"), "");
	scene_finish(here);
}
