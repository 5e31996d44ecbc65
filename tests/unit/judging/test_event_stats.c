/*
 * event_stats: counts in memory and in the store, both bounded.
 */
#include "support/store_fixture.h"

#include "base/memory.h"
#include "judging/event_stats.h"

static brb_store *store;
static brb_event_stats notices;
static brb_generation generation;
static int wakes;
static int64_t now_us;

static int64_t read_clock(void *context)
{
	(void)context;
	return now_us;
}

static const brb_clock test_clock = { read_clock, NULL };

static void wake(void *context)
{
	(void)context;
	wakes++;
}

static void enter(void)
{
	make_store_folder();
	store = open_store();
	register_badges(store);
	now_us = 1000;
	wakes = 0;
	WELL(brb_event_stats_init(&notices, &test_clock, error));
	notices.wake = wake;
}

static void leave(void)
{
	brb_event_stats_finish(&notices);
	brb_table_finish(&generation.routes);
	brb_store_close(store);
	remove_store_folder();
}

TestSuite(notices, .init = enter, .fini = leave);

static void count(const char *name, int times)
{
	while (times-- > 0)
		brb_event_stats_count(&notices, brb_event_stats_unhandled(&notices, name));
}

static void bring(void)
{
	brb_event_stats_begin(&notices);
	begin(store);
	WELL(brb_event_stats_store(&notices, &generation, store, error));
	commit(store);
	brb_event_stats_stored(&notices);
}

/* All rows of a query: columns separated by spaces, each row ended by ";". */
static const char *rows(const char *sql)
{
	static char text[4096];
	sqlite3 *own = open_own();
	sqlite3_stmt *statement = NULL;
	cr_assert_eq(sqlite3_prepare_v2(own, sql, -1, &statement, NULL), SQLITE_OK, "%s", sqlite3_errmsg(own));
	text[0] = '\0';
	while (sqlite3_step(statement) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(statement); i++)
			snprintf(text + strlen(text), sizeof text - strlen(text), i ? " %s" : "%s",
				 (const char *)sqlite3_column_text(statement, i));
		strcat(text, ";");
	}
	sqlite3_finalize(statement);
	sqlite3_close(own);
	return text;
}

#define UNHEARD "SELECT name, count, first_us, last_us FROM unheard ORDER BY name"
#define FAILURES "SELECT badge, count, first_us, last_us, event, error FROM failures ORDER BY badge"

static void listen(const char *event)
{
	static brb_route route;
	cr_assert(brb_table_set(&generation.routes, event, &route));
}

/* ---- events ---- */

Test(notices, counts_lie_on_lines_of_their_own)
{
	cr_expect_eq((uintptr_t)&brb_event_stats_unhandled(&notices, "drift")->count % 64, 0);
	cr_expect_eq((uintptr_t)&brb_event_stats_unhandled(&notices, "\xff")->count % 64, 0,
		     "of those that have no place of their own");
	cr_expect_leq(_Alignof(brb_event_stats), _Alignof(max_align_t),
		      "so that whatever holds the notices may lie anywhere");
}

Test(notices, a_name_has_one_place)
{
	brb_unhandled *login = brb_event_stats_unhandled(&notices, "login");
	cr_expect_eq(brb_event_stats_unhandled(&notices, "login"), login);
	cr_expect_neq(brb_event_stats_unhandled(&notices, "logout"), login);
	cr_expect_str_eq(login->name, "login");
}

Test(notices, counts_are_added_up_in_the_store)
{
	count("login", 3);
	now_us = 2000;
	count("logout", 1);
	bring();
	cr_expect_str_eq(rows(UNHEARD), "login 3 1000 2000;logout 1 2000 2000;");
	now_us = 3000;
	count("login", 2);
	bring();
	cr_expect_str_eq(rows(UNHEARD), "login 5 1000 3000;logout 1 2000 2000;");
}

Test(notices, what_was_not_committed_is_brought_again)
{
	count("login", 3);
	brb_event_stats_failed(&notices, 1, "visit", "why");
	begin(store);
	WELL(brb_event_stats_store(&notices, &generation, store, error));
	brb_store_rollback(store);
	cr_expect(brb_event_stats_has_more(&notices));
	count("login", 1);
	bring();
	cr_expect_str_eq(rows(UNHEARD), "login 4 1000 1000;");
	cr_expect_str_eq(rows(FAILURES), "1 1 1000 1000 visit why;");
	cr_expect_not(brb_event_stats_has_more(&notices));
}

Test(notices, who_brings_it_is_woken_once)
{
	count("login", 3);
	cr_expect_eq(wakes, 1);
	bring();
	cr_expect_eq(wakes, 1);
	count("login", 3);
	brb_event_stats_failed(&notices, 1, "visit", "why");
	cr_expect_eq(wakes, 2);
}

Test(notices, names_that_are_none_are_counted_together)
{
	char longest[BRB_NAME_BYTES_MOST + 2];
	memset(longest, 'a', sizeof longest);
	longest[BRB_NAME_BYTES_MOST + 1] = '\0';
	count(longest, 2);
	count("br\xff", 1);
	longest[BRB_NAME_BYTES_MOST] = '\0';
	count(longest, 1);
	bring();
	cr_expect_eq(own_number("SELECT count FROM unheard WHERE name = ''"), 3);
	cr_expect_eq(own_number("SELECT length(name) FROM unheard WHERE name <> ''"), 100);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM unheard"), 2);
}

static void count_many(int from, int to)
{
	char name[16];
	for (int i = from; i < to; i++) {
		snprintf(name, sizeof name, "event-%d", i);
		count(name, 1);
	}
}

Test(notices, of_256_names_no_more_are_kept_here)
{
	count_many(0, 300);
	count_many(0, 300);
	bring();
	cr_expect_eq(own_number("SELECT COUNT(*) FROM unheard WHERE name <> ''"), 256);
	cr_expect_eq(own_number("SELECT count FROM unheard WHERE name = ''"), 88);
	cr_expect_eq(own_number("SELECT count FROM unheard WHERE name = 'event-255'"), 2);
	cr_expect_eq(own_number("SELECT SUM(count) FROM unheard"), 600);
}

Test(notices, of_256_names_no_more_are_kept_in_the_store_by_any_number_of_processes)
{
	count_many(0, 200);
	bring();
	brb_event_stats_finish(&notices);
	WELL(brb_event_stats_init(&notices, &test_clock, error));
	count_many(100, 300);
	bring();
	cr_expect_eq(own_number("SELECT COUNT(*) FROM unheard WHERE name <> ''"), 256);
	cr_expect_eq(own_number("SELECT count FROM unheard WHERE name = ''"), 44);
	cr_expect_eq(own_number("SELECT SUM(count) FROM unheard"), 400);
}

Test(notices, a_name_that_a_badge_has_begun_to_listen_to_is_forgotten)
{
	count("login", 1);
	count("logout", 1);
	bring();
	listen("login");
	count("login", 5); /* before the badge listened */
	bring();
	cr_expect_str_eq(rows(UNHEARD), "logout 1 1000 1000;");
	cr_expect_not(brb_event_stats_has_more(&notices));
}

Test(notices, what_does_not_come_again_is_forgotten_after_a_week)
{
	count("login", 1);
	brb_event_stats_failed(&notices, 1, "visit", "why");
	bring();
	now_us += BRB_EVENT_STATS_KEPT_US;
	count("logout", 1);
	bring();
	cr_expect_eq(own_number("SELECT COUNT(*) FROM unheard"), 2);
	now_us += 1;
	count("logout", 1);
	bring();
	cr_expect_eq(own_number("SELECT COUNT(*) FROM unheard"), 1);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM failures"), 0);
}

/* ---- badges ---- */

Test(notices, failures_are_added_up_and_the_last_is_kept)
{
	brb_event_stats_failed(&notices, 1, "visit", "first");
	now_us = 2000;
	brb_event_stats_failed(&notices, 2, "comment", "other");
	brb_event_stats_failed(&notices, 1, "vote", "second\nline");
	bring();
	cr_expect_str_eq(rows(FAILURES), "1 2 1000 2000 vote second?line;2 1 2000 2000 comment other;");
	now_us = 3000;
	brb_event_stats_failed(&notices, 2, "visit", "third");
	bring();
	cr_expect_str_eq(rows(FAILURES), "1 2 1000 2000 vote second?line;2 2 2000 3000 visit third;");
}

Test(notices, a_long_reason_is_cut_between_characters)
{
	char reason[402] = "";
	while (strlen(reason) < 400)
		strcat(reason, "\xc3\xa9");
	memmove(reason + 1, reason, 401);
	reason[0] = 'a';
	brb_event_stats_failed(&notices, 1, "visit", reason);
	bring();
	cr_expect_eq(own_number("SELECT length(error) FROM failures"), 100);
	cr_expect_eq(own_number("SELECT unicode(substr(error, -1)) FROM failures"), 0xe9);
}

Test(notices, of_256_badges_no_more_are_kept)
{
	for (uint32_t i = 1; i <= 300; i++)
		brb_event_stats_failed(&notices, i, "visit", "why");
	bring();
	cr_expect_eq(own_number("SELECT COUNT(*) FROM failures"), 256);
}
