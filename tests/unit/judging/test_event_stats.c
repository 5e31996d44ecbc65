/*
 * event_stats: counts in memory and in the store, both bounded.
 */
#include "support/store_fixture.h"

#include "base/memory.h"
#include "judging/event_stats.h"

static brb_store *store;
static brb_event_stats stats;
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
	WELL(brb_event_stats_init(&stats, &test_clock, error));
	stats.wake = wake;
}

static void leave(void)
{
	brb_event_stats_finish(&stats);
	brb_table_finish(&generation.routes);
	brb_store_close(store);
	remove_store_folder();
}

TestSuite(event_stats, .init = enter, .fini = leave);

static void count(const char *name, int times)
{
	while (times-- > 0)
		brb_event_stats_count(&stats, brb_event_stats_unhandled(&stats, name));
}

static void store_counts(void)
{
	brb_event_stats_begin(&stats);
	begin(store);
	WELL(brb_event_stats_store(&stats, &generation, store, error));
	commit(store);
	brb_event_stats_stored(&stats);
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

#define UNHANDLED "SELECT name, count, first_us, last_us FROM unhandled ORDER BY name"
#define FAILURES "SELECT badge, count, first_us, last_us, event, error FROM failures ORDER BY badge"

static void listen(const char *event)
{
	static brb_route route;
	cr_assert(brb_table_set(&generation.routes, event, &route));
}

/* ---- events ---- */

Test(event_stats, each_count_has_its_own_cache_line)
{
	cr_expect_eq((uintptr_t)&brb_event_stats_unhandled(&stats, "drift")->count % 64, 0);
	cr_expect_eq((uintptr_t)&brb_event_stats_unhandled(&stats, "\xff")->count % 64, 0,
		     "of those that have no place of their own");
	cr_expect_leq(_Alignof(brb_event_stats), _Alignof(max_align_t), "wherever the stats are allocated");
}

Test(event_stats, a_name_has_one_counter)
{
	brb_unhandled *login = brb_event_stats_unhandled(&stats, "login");
	cr_expect_eq(brb_event_stats_unhandled(&stats, "login"), login);
	cr_expect_neq(brb_event_stats_unhandled(&stats, "logout"), login);
	cr_expect_str_eq(login->name, "login");
}

Test(event_stats, counts_are_added_up_in_the_store)
{
	count("login", 3);
	now_us = 2000;
	count("logout", 1);
	store_counts();
	cr_expect_str_eq(rows(UNHANDLED), "login 3 1000 2000;logout 1 2000 2000;");
	now_us = 3000;
	count("login", 2);
	store_counts();
	cr_expect_str_eq(rows(UNHANDLED), "login 5 1000 3000;logout 1 2000 2000;");
}

Test(event_stats, counts_that_were_not_committed_are_stored_again)
{
	count("login", 3);
	brb_event_stats_trouble(&stats, 1, BRB_TROUBLE_FAILED, "visit", "why");
	begin(store);
	WELL(brb_event_stats_store(&stats, &generation, store, error));
	brb_store_rollback(store);
	cr_expect(brb_event_stats_has_more(&stats));
	count("login", 1);
	store_counts();
	cr_expect_str_eq(rows(UNHANDLED), "login 4 1000 1000;");
	cr_expect_str_eq(rows(FAILURES), "1 1 1000 1000 visit why;");
	cr_expect_not(brb_event_stats_has_more(&stats));
}

Test(event_stats, the_storing_thread_is_woken_once)
{
	count("login", 3);
	cr_expect_eq(wakes, 1);
	store_counts();
	cr_expect_eq(wakes, 1);
	count("login", 3);
	brb_event_stats_trouble(&stats, 1, BRB_TROUBLE_FAILED, "visit", "why");
	cr_expect_eq(wakes, 2);
}

Test(event_stats, invalid_names_are_counted_together)
{
	char longest[BRB_NAME_BYTES_MOST + 2];
	memset(longest, 'a', sizeof longest);
	longest[BRB_NAME_BYTES_MOST + 1] = '\0';
	count(longest, 2);
	count("br\xff", 1);
	longest[BRB_NAME_BYTES_MOST] = '\0';
	count(longest, 1);
	store_counts();
	cr_expect_eq(own_number("SELECT count FROM unhandled WHERE name = ''"), 3);
	cr_expect_eq(own_number("SELECT length(name) FROM unhandled WHERE name <> ''"), 100);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM unhandled"), 2);
}

static void count_many(int from, int to)
{
	char name[24];
	for (int i = from; i < to; i++) {
		snprintf(name, sizeof name, "event-%d", i);
		count(name, 1);
	}
}

Test(event_stats, at_most_256_names_are_kept_in_memory)
{
	count_many(0, 300);
	count_many(0, 300);
	store_counts();
	cr_expect_eq(own_number("SELECT COUNT(*) FROM unhandled WHERE name <> ''"), 256);
	cr_expect_eq(own_number("SELECT count FROM unhandled WHERE name = ''"), 88);
	cr_expect_eq(own_number("SELECT count FROM unhandled WHERE name = 'event-255'"), 2);
	cr_expect_eq(own_number("SELECT SUM(count) FROM unhandled"), 600);
}

Test(event_stats, at_most_256_names_are_kept_in_the_store_for_all_processes)
{
	count_many(0, 200);
	store_counts();
	brb_event_stats_finish(&stats);
	WELL(brb_event_stats_init(&stats, &test_clock, error));
	count_many(100, 300);
	store_counts();
	cr_expect_eq(own_number("SELECT COUNT(*) FROM unhandled WHERE name <> ''"), 256);
	cr_expect_eq(own_number("SELECT count FROM unhandled WHERE name = ''"), 44);
	cr_expect_eq(own_number("SELECT SUM(count) FROM unhandled"), 400);
}

Test(event_stats, a_name_that_a_badge_now_handles_is_removed)
{
	count("login", 1);
	count("logout", 1);
	store_counts();
	listen("login");
	count("login", 5); /* before the badge listened */
	store_counts();
	cr_expect_str_eq(rows(UNHANDLED), "logout 1 1000 1000;");
	cr_expect_not(brb_event_stats_has_more(&stats));
}

Test(event_stats, entries_are_removed_after_a_week_without_a_count)
{
	count("login", 1);
	brb_event_stats_trouble(&stats, 1, BRB_TROUBLE_FAILED, "visit", "why");
	store_counts();
	now_us += BRB_EVENT_STATS_KEPT_US;
	count("logout", 1);
	store_counts();
	cr_expect_eq(own_number("SELECT COUNT(*) FROM unhandled"), 2);
	now_us += 1;
	count("logout", 1);
	store_counts();
	cr_expect_eq(own_number("SELECT COUNT(*) FROM unhandled"), 1);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM failures"), 0);
}

/* ---- badges ---- */

Test(event_stats, failures_are_added_up_and_the_last_is_kept)
{
	brb_event_stats_trouble(&stats, 1, BRB_TROUBLE_FAILED, "visit", "first");
	now_us = 2000;
	brb_event_stats_trouble(&stats, 2, BRB_TROUBLE_FAILED, "comment", "other");
	brb_event_stats_trouble(&stats, 1, BRB_TROUBLE_FAILED, "vote", "second\nline");
	store_counts();
	cr_expect_str_eq(rows(FAILURES), "1 2 1000 2000 vote second?line;2 1 2000 2000 comment other;");
	now_us = 3000;
	brb_event_stats_trouble(&stats, 2, BRB_TROUBLE_FAILED, "visit", "third");
	store_counts();
	cr_expect_str_eq(rows(FAILURES), "1 2 1000 2000 vote second?line;2 2 2000 3000 visit third;");
}

Test(event_stats, a_long_reason_is_cut_between_characters)
{
	char reason[402] = "";
	while (strlen(reason) < 400)
		strcat(reason, "\xc3\xa9");
	memmove(reason + 1, reason, 401);
	reason[0] = 'a';
	brb_event_stats_trouble(&stats, 1, BRB_TROUBLE_FAILED, "visit", reason);
	store_counts();
	cr_expect_eq(own_number("SELECT length(error) FROM failures"), 100);
	cr_expect_eq(own_number("SELECT unicode(substr(error, -1)) FROM failures"), 0xe9);
}

Test(event_stats, at_most_256_badges_are_kept)
{
	for (uint32_t i = 1; i <= 300; i++)
		brb_event_stats_trouble(&stats, i, BRB_TROUBLE_FAILED, "visit", "why");
	store_counts();
	cr_expect_eq(own_number("SELECT COUNT(*) FROM failures"), 256);
}

Test(event_stats, what_a_badge_was_passed_over_is_kept_apart_and_longer)
{
	brb_store_passed passed = { .badge = 1 };
	brb_event_stats_trouble(&stats, 1, BRB_TROUBLE_FAILED, "visit", "why");
	brb_event_stats_trouble(&stats, 1, BRB_TROUBLE_SLOW, "visit", "it took long");
	for (uint32_t i = 1; i <= 300; i++)
		brb_event_stats_trouble(&stats, i, BRB_TROUBLE_PASSED, "visit", "");
	brb_event_stats_trouble(&stats, 1, BRB_TROUBLE_PASSED, "visit", "");
	brb_event_stats_add_passed(&stats, &passed);
	cr_expect_eq(passed.count, 2);
	store_counts();
	brb_event_stats_add_passed(&stats, &passed);
	cr_expect_eq(passed.count, 2, "what is stored is counted there");
	cr_expect_str_eq(rows("SELECT kind, COUNT(*), SUM(count) FROM failures GROUP BY kind"),
			 "0 1 1;1 1 1;2 300 301;");
	now_us += BRB_EVENT_STATS_KEPT_US + 1;
	store_counts();
	cr_expect_str_eq(rows("SELECT kind, COUNT(*) FROM failures GROUP BY kind"), "2 300;");
}
