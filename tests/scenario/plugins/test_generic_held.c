/*
 * The generic badges first, first-each, rank, rank-each and collection.
 */
#include "support/generic_badges.h"

#define GENERIC(name, more) GENERIC_BADGE(name ".so", name, more)
#define COUNTRY(text) BRABEION_TEXT("country", text)

static const char *fire(scene *here, const char *user)
{
	return scene_fire(here, "e", user);
}

/* ---- first ---- */

Test(generic_held, first_is_for_one_user_ever)
{
	scene *here = scene_with(GENERIC("first", "levels: [Pioneer]"));
	cr_assert_str_eq(fire(here, "ada"), "b 1 ;");
	cr_assert_str_eq(fire(here, "ben"), "");
	cr_assert_str_eq(fire(here, "ada"), "");
	scene_close(here);
	scene_open(here);
	cr_assert_str_eq(fire(here, "cleo"), "");
	scene_finish(here);
}

Test(generic_held, first_is_who_is_judged_first_and_stays_so)
{
	scene *here = scene_with(GENERIC("first", "rearn: true"));
	cr_assert_str_eq(generic_fire(here, "ben", "2016-03-02T12:00:00Z", NO_FIELD), "b 1 ;");
	EXPECT_AT("2016-03-01T12:00:00Z", "");
	brabeion_revocation revocation = BRABEION_REVOCATION(.user = "ben", .badge = "b");
	cr_assert_eq(brabeion_revoke(here->engine, &revocation, NULL, NULL), BRABEION_OK);
	cr_assert_str_eq(fire(here, "ben"), "");
	cr_assert_str_eq(fire(here, "ada"), "");
	scene_finish(here);
}

Test(generic_held, first_each_is_for_each_user_and_value)
{
	scene *here = scene_with(GENERIC_BADGE("first.so", "first-each", "settings: { field: country }"));
	cr_assert_str_eq(scene_fire(here, "e", "ada", COUNTRY("fr")), "b 1 fr;");
	cr_assert_str_eq(scene_fire(here, "e", "ada", COUNTRY("fr")), "");
	cr_assert_str_eq(scene_fire(here, "e", "ada", COUNTRY("de")), "b 1 de;");
	cr_assert_str_eq(scene_fire(here, "e", "ben", COUNTRY("fr")), "b 1 fr;");
	cr_assert_str_eq(scene_fire(here, "e", "ada", BRABEION_INT("country", 7)), "b 1 7;");
	cr_assert_str_eq(scene_fire(here, "e", "ada", COUNTRY("7")), "");
	cr_assert_str_eq(fire(here, "ada"), "");
	cr_assert_str_eq(scene_fire(here, "e", "ada", COUNTRY("")), "");
	scene_finish(here);
}

Test(generic_held, first_each_takes_values_of_255_bytes)
{
	char value[257];
	scene *here = scene_with(GENERIC_BADGE("first.so", "first-each", "settings: { field: country }"));
	memset(value, 'x', 256);
	value[256] = '\0';
	cr_assert_str_eq(scene_fire(here, "e", "ada", COUNTRY(value)), "1 refused;");
	value[255] = '\0';
	char earned[300];
	snprintf(earned, sizeof earned, "b 1 %s;", value);
	cr_assert_str_eq(scene_fire(here, "e", "ada", COUNTRY(value)), earned);
	scene_finish(here);
}

Test(generic_held, what_is_no_value_is_refused)
{
	scene *here = scene_with(GENERIC_BADGE("first.so", "first-each", "settings: { field: country }"));
	cr_assert_str_eq(scene_fire(here, "e", "ada", BRABEION_JSON("country", "[\"fr\"]")), "1 refused;");
	cr_assert_str_eq(scene_fire(here, "e", "ada", BRABEION_REAL("country", 60.0)), "b 1 60;");
	cr_assert_str_eq(scene_fire(here, "e", "ada", BRABEION_INT("country", 60)), "");
	scene_finish(here);
	here = scene_with(GENERIC_BADGE("rank.so", "rank-each", "settings: { first: [1], field: country }"));
	cr_assert_str_eq(scene_fire(here, "e", "ada", BRABEION_JSON("country", "{}")), "1 refused;");
	cr_assert_str_eq(scene_fire(here, "e", "ada", COUNTRY("")), "");
	cr_assert_str_eq(fire(here, "ada"), "");
	cr_assert_str_eq(scene_fire(here, "e", "ada", COUNTRY("fr")), "b 1 fr;");
	scene_finish(here);
}

/* ---- rank ---- */

Test(generic_held, rank_gives_levels_by_place)
{
	scene *here =
		scene_with(GENERIC("rank", "levels: [Early, Founder, The First], settings: { first: [4, 2, 1] }"));
	cr_assert_str_eq(fire(here, "ada"), "b 1 ;b 2 ;b 3 ;");
	cr_assert_str_eq(fire(here, "ada"), "");
	cr_assert_str_eq(fire(here, "ben"), "b 1 ;b 2 ;");
	cr_assert_str_eq(fire(here, "cleo"), "b 1 ;");
	cr_assert_str_eq(fire(here, "ben"), "");
	scene_close(here);
	scene_open(here);
	cr_assert_str_eq(fire(here, "dan"), "b 1 ;");
	cr_assert_str_eq(fire(here, "eve"), "");
	cr_assert_str_eq(fire(here, "ada"), "");
	scene_finish(here);
}

Test(generic_held, a_place_stays_taken)
{
	scene *here = scene_with(GENERIC("rank", "rearn: true, settings: { first: [1] }"));
	brabeion_revocation revocation = BRABEION_REVOCATION(.user = "ada", .badge = "b");
	cr_assert_str_eq(fire(here, "ada"), "b 1 ;");
	cr_assert_eq(brabeion_revoke(here->engine, &revocation, NULL, NULL), BRABEION_OK);
	cr_assert_str_eq(fire(here, "ada"), "");
	cr_assert_str_eq(fire(here, "ben"), "");
	cr_assert_eq(brabeion_forget_user(here->engine, "ada", NULL, NULL, NULL), BRABEION_OK);
	cr_assert_str_eq(fire(here, "ben"), "");
	scene_finish(here);
}

Test(generic_held, rank_each_has_places_for_each_value)
{
	scene *here = scene_with(GENERIC_BADGE("rank.so", "rank-each",
					       "levels: [Silver, Gold], settings: { first: [2, 1], field: race }"));
	cr_assert_str_eq(scene_fire(here, "e", "ada", BRABEION_TEXT("race", "x")), "b 1 x;b 2 x;");
	cr_assert_str_eq(scene_fire(here, "e", "ada", BRABEION_TEXT("race", "x")), "");
	cr_assert_str_eq(scene_fire(here, "e", "ben", BRABEION_TEXT("race", "y")), "b 1 y;b 2 y;");
	cr_assert_str_eq(scene_fire(here, "e", "ben", BRABEION_TEXT("race", "x")), "b 1 x;");
	cr_assert_str_eq(scene_fire(here, "e", "cleo", BRABEION_TEXT("race", "x")), "");
	cr_assert_str_eq(scene_fire(here, "e", "ada", BRABEION_TEXT("race", "y")), "b 1 y;");
	cr_assert_str_eq(fire(here, "dan"), "");
	scene_finish(here);
}

typedef struct racing {
	scene *here;
	pthread_barrier_t *together;
	int number;
	uint32_t awards;
} racing;

static void *race(void *context)
{
	racing *mine = context;
	pthread_barrier_wait(mine->together);
	for (int i = 0; i < 100; i++) {
		char user[32];
		brabeion_result result = BRABEION_RESULT();
		snprintf(user, sizeof user, "user%d-%d", mine->number, i);
		brabeion_event event = BRABEION_EVENT(.name = "e", .user = user);
		brabeion_possibly_award(mine->here->engine, &event, &result);
		mine->awards += result.award_count;
		brabeion_result_finish(&result);
	}
	return NULL;
}

Test(generic_held, four_threads_with_400_users_take_150_places)
{
	scene *here = scene_with(GENERIC("rank", "levels: [Early, Founder], settings: { first: [150, 50] }"));
	pthread_barrier_t together;
	pthread_t threads[4];
	racing racings[4];
	uint32_t awards = 0;
	pthread_barrier_init(&together, NULL, 4);
	for (int i = 0; i < 4; i++) {
		racings[i] = (racing){ here, &together, i, 0 };
		cr_assert_eq(pthread_create(&threads[i], NULL, race, &racings[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		awards += racings[i].awards;
	}
	pthread_barrier_destroy(&together);
	cr_assert_eq(awards, 200);
	cr_assert_eq(scene_count(here, NULL), 200);
	scene_finish(here);
}

/* ---- collection ---- */

/* Pieces x and y of one plugin, z of another with two levels; then the collection "all". */
#define COLLECTION(more)                                                                             \
	"plugins:\n  - file: collection.so\n    badges:\n"                                           \
	"      - { badge: collection, slug: all, " more " }\n"                                       \
	"  - file: first.so\n    badges:\n"                                                          \
	"      - { badge: first-each, slug: x, events: [x], rearn: true, settings: { field: n } }\n" \
	"      - { badge: first-each, slug: y, events: [y], settings: { field: n } }\n"              \
	"  - file: threshold.so\n    badges:\n"                                                      \
	"      - { badge: threshold, slug: z, events: [z], levels: [A, B], settings: { at: [1, 2] } }\n"
#define N(number) BRABEION_INT("n", number)

Test(generic_held, a_collection_comes_with_its_last_piece)
{
	scene *here = scene_with(COLLECTION("settings: { of: [x, y, z] }"));
	cr_assert_str_eq(scene_fire(here, "z", "ada"), "z 1 ;");
	cr_assert_str_eq(scene_fire(here, "x", "ada", N(1)), "x 1 1;");
	cr_assert_str_eq(scene_fire(here, "x", "ada", N(2)), "x 1 2;", "held twice is one piece");
	cr_assert_str_eq(scene_fire(here, "y", "ben", N(1)), "y 1 1;");
	cr_assert_str_eq(scene_fire(here, "y", "ada", N(1)), "y 1 1;all 1 ;");
	cr_assert_str_eq(scene_fire(here, "y", "ada", N(2)), "y 1 2;");
	scene_finish(here);
}

Test(generic_held, a_collection_has_levels_and_asks_for_levels)
{
	scene *here = scene_with(COLLECTION(
		"levels: [Half, Whole], settings: { of: [x, { badge: y }, { badge: z, level: 2 }], at: [2, 3] }"));
	cr_assert_str_eq(scene_fire(here, "x", "ada", N(1)), "x 1 1;");
	cr_assert_str_eq(scene_fire(here, "z", "ada"), "z 1 ;");
	cr_assert_str_eq(scene_fire(here, "z", "ada"), "z 2 ;all 1 ;");
	cr_assert_str_eq(scene_fire(here, "y", "ada", N(1)), "y 1 1;all 2 ;");
	scene_finish(here);
}

Test(generic_held, what_was_revoked_is_no_piece_and_a_collection_stays)
{
	scene *here = scene_with(COLLECTION("settings: { of: [x, y] }"));
	brabeion_revocation revocation = BRABEION_REVOCATION(.user = "ada", .badge = "x");
	scene_fire(here, "x", "ada", N(1));
	cr_assert_eq(brabeion_revoke(here->engine, &revocation, NULL, NULL), BRABEION_OK);
	cr_assert_str_eq(scene_fire(here, "y", "ada", N(1)), "y 1 1;");
	cr_assert_str_eq(scene_fire(here, "x", "ada", N(1)), "x 1 1;all 1 ;");
	cr_assert_eq(brabeion_revoke(here->engine, &revocation, NULL, NULL), BRABEION_OK);
	cr_assert_str_eq(scene_awards(here, "ada"), "all 1 ;y 1 1;");
	scene_finish(here);
}

Test(generic_held, grants_are_pieces_and_other_events_may_ask)
{
	scene *here = scene_with(COLLECTION("events: [login], settings: { of: [x, y] }"));
	cr_assert_str_eq(scene_fire(here, "x", "ada", N(1)), "x 1 1;");
	cr_assert_str_eq(scene_fire(here, "y", "ada", N(1)), "y 1 1;");
	cr_assert_str_eq(scene_fire(here, "login", "ada"), "all 1 ;");
	scene_finish(here);
	here = scene_with(COLLECTION("settings: { of: [x, y] }"));
	scene_fire(here, "x", "ada", N(1));
	brabeion_grant grant = BRABEION_GRANT(.user = "ada", .badge = "y", .reason = "a gift");
	brabeion_result result = BRABEION_RESULT();
	cr_assert_eq(brabeion_award(here->engine, &grant, &result), BRABEION_OK);
	brabeion_result_finish(&result);
	cr_assert_str_eq(scene_awards(here, "ada"), "all 1 ;y 1 a gift;x 1 1;");
	scene_finish(here);
}

Test(generic_held, a_temporary_collection_is_kept_by_awards_of_other_badges)
{
	scene *here = scene_with(COLLECTION("temporary: true, settings: { of: [x, y] }"));
	scene_fire(here, "x", "ada", N(1));
	cr_assert_str_eq(scene_fire(here, "y", "ada", N(1)), "y 1 1;all 1 ;");
	cr_assert_str_eq(scene_fire(here, "z", "ada"), "z 1 ;");
	cr_assert_str_eq(scene_awards(here, "ada"), "z 1 ;all 1 ;y 1 1;x 1 1;");
	scene_finish(here);
}

Test(generic_held, a_collection_may_be_a_piece)
{
	scene *here = scene_with("plugins:\n  - file: collection.so\n    badges:\n"
				 "      - { badge: collection, slug: outer, settings: { of: [inner] } }\n"
				 "      - { badge: collection, slug: inner, settings: { of: [z] } }\n"
				 "  - file: threshold.so\n    badges:\n"
				 "      - { badge: threshold, slug: z, events: [z] }\n");
	cr_assert_str_eq(scene_fire(here, "z", "ada"), "z 1 ;inner 1 ;outer 1 ;");
	scene_finish(here);
}

/* ---- settings ---- */

#define REFUSED(file, badge, more, column, message) \
	generic_refused(GENERIC_BADGE(file, badge, more), "badges.yaml:6:" column ": badge \"b\": " message)

Test(generic_held, first_and_rank_tell_what_is_wrong_with_settings)
{
	REFUSED("first.so", "first-each", "settings: { x: 1 }", "36", "field must name a field");
	REFUSED("first.so", "first-each", "settings: { field: [1] }", "71",
		"setting \"field\" must be text, not a list");
	REFUSED("rank.so", "rank", "settings: { first: 3 }", "65",
		"first must be a list of 1 number, one for each level");
	REFUSED("rank.so", "rank", "levels: [A, B], settings: { first: [1, 2] }", "85",
		"first must descend: this is not less than 1");
	REFUSED("rank.so", "rank", "settings: { first: [0] }", "66", "first must have numbers from 1 to 1000000000");
	REFUSED("rank.so", "rank", "settings: { first: [x] }", "66", "first must have whole numbers");
	REFUSED("rank.so", "rank-each", "settings: { first: [3] }", "35", "field must name a field");
}

Test(generic_held, a_collection_tells_what_is_wrong_with_settings)
{
	REFUSED("collection.so", "collection", "settings: { at: [1] }", "36", "of must be a list of 1 to 100 badges");
	REFUSED("collection.so", "collection", "settings: { of: [] }", "68", "of must be a list of 1 to 100 badges");
	REFUSED("collection.so", "collection", "settings: { of: [x, x] }", "72", "\"x\" is a piece already");
	REFUSED("collection.so", "collection", "settings: { of: [x, b] }", "72",
		"a collection cannot be a piece of itself");
	REFUSED("collection.so", "collection", "settings: { of: [{ level: 2 }] }", "69",
		"each piece is a badge's slug, or { badge: SLUG, level: N }");
	REFUSED("collection.so", "collection", "settings: { of: [{ badge: x, level: 0 }] }", "88",
		"level must be from 1 up");
	REFUSED("collection.so", "collection", "settings: { of: [x, y], at: [3] }", "81",
		"at must have numbers up to 2");
}
