/*
 * judge_memory: a badge's cells: whose they are, under which key, of which declared name; and what is refused.
 */
#include "support/judge_fixture.h"

TestSuite(judge_memory, .init = open_judge_fixture, .fini = close_judge_fixture);

static const badge_memory of_badge[] = {
	BADGE_TALLY("mine"),
	BADGE_NOTE("word"),
	BADGE_MEMORY("seen", BADGE_KEYS_HASHED),
	BADGE_MEMORY("posts", BADGE_KIND_TEXT),
};
static const badge_memory of_plugin[] = {
	BADGE_TALLY("shared"),
	BADGE_MEMORY("author", BADGE_OF_THING | BADGE_KIND_USER),
	BADGE_MEMORY("votes", BADGE_OF_THING | BADGE_KEYS_USERS),
};

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

static brb_badge *remembering(const char *slug, award_function judge)
{
	if (!plugin_count)
		remember(new_plugin("p"), of_plugin, COUNT(of_plugin));
	brb_badge *badge = new_badge(&plugins[0], slug, 3, "visit", judge);
	badge_remembers(badge, of_badge, COUNT(of_badge));
	return badge;
}

/* ---- owners and scopes ---- */

static int32_t count_mine(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "shared", 1);
	char text[64];
	snprintf(text, sizeof text, "%s:%d/%d", badge_slug(call), (int)badge_tally_add(call, "mine", 1),
		 (int)badge_tally(call, "shared"));
	note_trace(text);
	return BADGE_NOT_EARNED;
}

Test(judge_memory, each_slug_has_its_own_and_the_plugins_is_shared)
{
	remembering("a", count_mine);
	remembering("b", count_mine);
	fire("visit", "ada");
	fire("visit", "ada");
	fire("visit", "bob");
	EXPECT_AWARDED("");
	cr_expect_str_eq(trace, "a:1/1 b:1/2 a:2/3 b:2/4 a:1/1 b:1/2 ");
}

static int32_t use_owners(void *self, badge_call *call)
{
	(void)self;
	badge_tally_set_of(call, "mine", "bob", NULL, 7);
	badge_tally_set_of(call, "mine", NULL, "k", 3);
	badge_user_ref_set(call, "author", "post 1", NULL, "bob");
	char text[128];
	snprintf(text, sizeof text, "%d %d %d %d %s %s", (int)badge_tally(call, "mine"),
		 (int)badge_tally_of(call, "mine", "bob", ""), (int)badge_tally_of(call, "mine", "ada", "k"),
		 (int)badge_tally_of(call, "mine", "bob", "k"), badge_user_ref(call, "author", "post 1", NULL),
		 badge_user_ref(call, "author", "post 2", NULL) ? "?" : "nobody");
	note_trace(text);
	badge_user_ref_set(call, "author", "post 1", NULL, NULL);
	return badge_user_ref(call, "author", "post 1", NULL) ? 1 : BADGE_NOT_EARNED;
}

Test(judge_memory, a_cell_is_found_by_owner_and_key)
{
	remembering("a", use_owners);
	fire("visit", "ada");
	EXPECT_AWARDED("");
	cr_expect_str_eq(trace, "0 7 3 0 bob nobody ");
}

/* ---- keys ---- */

static int32_t use_keys(void *self, badge_call *call)
{
	(void)self;
	static const char *const voters[] = { "cleo", "ada", "bob" };
	char text[128] = "";
	for (int i = 0; i < 3; i++)
		badge_tally_set_of(call, "votes", "post 1", voters[i], i + 1);
	badge_tally_set_of(call, "votes", "post 1", NULL, 9);
	badge_tally_set_of(call, "votes", "post 1", "cleo", 0);
	for (const char *key = NULL; (key = badge_key_next(call, "votes", "post 1", key));)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s=%d,", key,
			 (int)badge_tally_of(call, "votes", "post 1", key));
	snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%d",
		 (int)badge_key_count(call, "votes", "post 1"), (int)badge_key_count(call, "votes", "post 2"));
	note_trace(text);
	return BADGE_NOT_EARNED;
}

Test(judge_memory, keys_are_counted_and_listed_without_the_plain_cell)
{
	remembering("a", use_keys);
	fire("visit", "ada");
	EXPECT_AWARDED("");
	cr_expect(strcmp(trace, "ada=2,bob=3,2,0 ") == 0 || strcmp(trace, "bob=3,ada=2,2,0 ") == 0, "%s", trace);
}

static int32_t use_hashed(void *self, badge_call *call)
{
	(void)self;
	static char longest[65537];
	memset(longest, 'x', 65536);
	badge_tally_set_of(call, "seen", NULL, longest, 1);
	badge_tally_set_of(call, "seen", NULL, "short", 1);
	return badge_key_count(call, "seen", NULL) == 2 && badge_tally_of(call, "seen", NULL, longest) == 1;
}

Test(judge_memory, hashed_keys_may_be_long_and_are_counted)
{
	remembering("a", use_hashed);
	fire("visit", "ada");
	EXPECT_AWARDED("a:1:ada: ");
}

static int32_t use_empty_member(void *self, badge_call *call)
{
	(void)self;
	badge_tally_set_of(call, "seen", NULL, "", 4);
	badge_tally_set_of(call, "seen", NULL, NULL, 9);
	badge_tally_set_of(call, "mine", NULL, "", 5);
	char text[64];
	snprintf(text, sizeof text, "%d:%d,%d %d:%d", (int)badge_key_count(call, "seen", NULL),
		 (int)badge_tally_of(call, "seen", NULL, ""), (int)badge_tally(call, "seen"),
		 (int)badge_key_count(call, "mine", NULL), (int)badge_tally(call, "mine"));
	note_trace(text);
	return BADGE_NOT_EARNED;
}

Test(judge_memory, the_empty_text_is_a_member_of_a_hashed_set)
{
	remembering("a", use_empty_member);
	fire("visit", "ada");
	EXPECT_AWARDED("");
	cr_expect_str_eq(trace, "1:4,9 0:5 ");
}

static int32_t step_often(void *self, badge_call *call)
{
	int steps = *(int *)self;
	for (int i = 0; i < steps; i++)
		badge_key_next(call, "votes", "post 1", NULL);
	return BADGE_NOT_EARNED;
}

Test(judge_memory, keys_are_listed_ten_thousand_times_in_one_judgement_and_no_more)
{
	int steps = 10000;
	remembering("a", step_often)->self = &steps;
	fire("visit", "ada");
	EXPECT_AWARDED("");
	fire("visit", "ada");
	EXPECT_AWARDED("");
	steps++;
	fire("visit", "ada");
	EXPECT_FAILED(1,
		      "badge \"a\" failed on event \"visit\" of user \"ada\": badge_key_next more than 10000 times "
		      "in one judgement");
}

/* ---- what is refused ---- */

static int32_t (*use)(badge_call *call);

static int32_t award_use(void *self, badge_call *call)
{
	(void)self;
	use(call);
	return 1;
}

static void expect_failure(int32_t (*what)(badge_call *call), const char *message)
{
	char line[512];
	use = what;
	fire("visit", "ada");
	snprintf(line, sizeof line, "badge \"a\" failed on event \"visit\" of user \"ada\": %s", message);
	EXPECT_FAILED(1, line);
	cr_expect_str_eq(awarded(), "");
}

#define USE(name, call_)                      \
	static int32_t name(badge_call *call) \
	{                                     \
		(void)(call_);                \
		return 0;                     \
	}

USE(undeclared_tally, badge_tally_add(call, "x", 1))
USE(undeclared_note, badge_note(call, "x"))
USE(undeclared_user, badge_user_ref(call, "x", NULL, NULL))
USE(undeclared_of_thing, badge_tally_of(call, "x", "post 1", NULL))
USE(undeclared_keys, badge_key_count(call, "x", NULL))
USE(note_as_tally, badge_tally(call, "word"))
USE(votes_as_users, badge_user_ref_set(call, "votes", "post 1", "ada", "bob"))
USE(thing_without_name, badge_tally_of(call, "votes", NULL, "ada"))
USE(thing_with_empty_name, badge_tally_of(call, "votes", "", "ada"))
USE(hashed_listed, badge_key_next(call, "seen", NULL, NULL))
USE(key_too_long, badge_note_of(call, "posts", NULL, memset(memset((char[257]){ 0 }, 0, 257), 'x', 256)))
USE(user_not_utf8, badge_user_ref_set(call, "author", "post 1", NULL, "\xff"))
USE(merged_in_award, badge_merged_tally(call, "mine", NULL))

Test(judge_memory, what_is_not_declared_fails_with_the_line_to_add)
{
	remembering("a", award_use);
	expect_failure(undeclared_tally, "memory \"x\" is not declared: declare it: BADGE_TALLY(\"x\")");
	expect_failure(undeclared_note, "memory \"x\" is not declared: declare it: BADGE_NOTE(\"x\")");
	expect_failure(undeclared_user,
		       "memory \"x\" is not declared: declare it: BADGE_MEMORY(\"x\", BADGE_KIND_USER)");
	expect_failure(undeclared_of_thing,
		       "memory \"x\" is not declared: declare it: BADGE_MEMORY(\"x\", BADGE_OF_THING)");
	expect_failure(undeclared_keys, "memory \"x\" is not declared: declare it: BADGE_TALLY(\"x\")");
	expect_failure(note_as_tally, "memory \"word\" is declared as a note: declare it: BADGE_TALLY(\"word\")");
	expect_failure(votes_as_users, "memory \"votes\" is declared as a tally: declare it: BADGE_MEMORY(\"votes\", "
				       "BADGE_OF_THING | BADGE_KIND_USER | BADGE_KEYS_USERS)");
}

Test(judge_memory, owners_and_keys_out_of_bounds_fail)
{
	remembering("a", award_use);
	expect_failure(thing_without_name, "memory \"votes\" is of things: name the thing that is its owner");
	expect_failure(thing_with_empty_name, "the owner of memory is empty");
	expect_failure(hashed_listed, "memory \"seen\" has hashed keys, which cannot be listed");
	expect_failure(key_too_long,
		       "the key of memory is longer than its bound or not UTF-8 (see brabeion/badge.h)");
	expect_failure(user_not_utf8, "the user of badge_user_ref_set is longer than its bound or not UTF-8 (see "
				      "brabeion/badge.h)");
	expect_failure(merged_in_award, "badge_merged_tally is for merge, not for award");
}

static int32_t observe_mine(void *self, badge_call *call)
{
	(void)self;
	badge_tally_add(call, "mine", 1);
	return BADGE_OK;
}

Test(judge_memory, observe_sees_the_plugins_names_alone)
{
	remember(new_plugin("p"), of_plugin, COUNT(of_plugin));
	watch(&plugins[0], "visit", observe_mine);
	remembering("a", count_mine);
	fire("visit", "ada");
	EXPECT_FAILED(1, "observe of plugin \"p\" failed on event \"visit\" of user \"ada\": memory \"mine\" is not "
			 "declared for the whole plugin (BADGE_REMEMBERS in BADGE_PACK): declare it: "
			 "BADGE_TALLY(\"mine\")");
}
