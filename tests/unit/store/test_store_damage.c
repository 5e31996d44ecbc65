/*
 * store, damage: rows that hold what no row may, and tables that are not those of the schema. Each is refused with a sentence
 * that names it; nothing is believed, and no loop goes on for ever.
 */
#include "store/event_stats.h"
#include "store/health.h"
#include "support/store_fixture.h"

TestSuite(store_damage, .init = make_store_folder, .fini = remove_store_folder, .timeout = 60);

/* Lets the tables take anything, changes rows, and puts the schema back. */
static void damage(const char *sql)
{
	sqlite3 *own = open_own();
	own_run(own,
		"CREATE TEMP TABLE kept AS SELECT name AS table_name, sql AS table_sql FROM main.sqlite_schema"
		" WHERE type = 'table'; PRAGMA writable_schema = ON; UPDATE main.sqlite_schema SET sql = replace("
		"replace(replace(replace(sql, ' STRICT, WITHOUT', ' WITHOUT'), ' STRICT', ''), ' NOT NULL', ''),"
		" 'CHECK(level > 0)', '') WHERE type = 'table'; PRAGMA writable_schema = RESET");
	own_run(own, sql);
	own_run(own,
		"PRAGMA writable_schema = ON; UPDATE main.sqlite_schema SET sql = (SELECT table_sql FROM temp.kept"
		" WHERE table_name = name) WHERE type = 'table'; PRAGMA writable_schema = RESET");
	sqlite3_close(own);
}

static brb_store *store_with_an_award(void)
{
	brb_store *store = open_store();
	register_badges(store);
	begin(store);
	award(store, "ada", 1, 1, "");
	commit(store);
	return store;
}

static void expect_damage(brabeion_status status, brabeion_error *error, const char *words)
{
	char whole[PATH_BYTES + 300];
	snprintf(whole, sizeof whole, "%s: the database is damaged, or another program has changed it: %s", path,
		 words);
	expect_error(status, BRABEION_STORE, error, whole);
}

/* ---- rows ---- */

Test(store_damage, nothing_where_a_reason_belongs)
{
	brb_store *store = store_with_an_award();
	damage("INSERT INTO quarantine VALUES(1, 1000, NULL)");
	brb_arena arena = { 0 };
	brb_store_quarantined *list = NULL;
	size_t count = 0;
	brabeion_error error = BRABEION_NO_ERROR;
	expect_damage(brb_store_list_quarantined(store, &arena, &list, &count, &error), &error,
		      "column \"reason\" of table \"quarantine\" holds NULL");
	free(list);
	brb_arena_finish(&arena);
	brb_store_close(store);
}

Test(store_damage, a_name_that_is_longer_than_names_are)
{
	char next[BRB_NAME_BYTES_MOST + 1] = "";
	brb_store *store = store_with_an_award();
	damage("INSERT INTO unhandled VALUES(hex(zeroblob(75)), 1, 1, 1)");
	brabeion_error error = BRABEION_NO_ERROR;
	begin(store);
	expect_damage(brb_store_next_unhandled(store, "", next, &error), &error,
		      "column \"name\" of table \"unhandled\" holds 150 bytes, which it cannot");
	brb_store_rollback(store);
	brb_store_close(store);
}

Test(store_damage, a_negative_level_shifts_nothing)
{
	brb_store *store = store_with_an_award();
	damage("UPDATE awards SET level = -7");
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store_award next = { .user = "ada", .badge = 1, .level = 2, .reason = "", .event = "e", .event_id = "" };
	bool is_held = false;
	begin(store);
	expect_damage(brb_store_is_held(store, &next, false, &is_held, &error), &error,
		      "column \"level\" of table \"awards\" holds -7, which it cannot");
	brb_store_rollback(store);
	brb_store_close(store);
}

Test(store_damage, a_text_that_is_not_utf8)
{
	brb_store *store = store_with_an_award();
	damage("UPDATE awards SET reason = CAST(x'61c328' AS TEXT)");
	brabeion_award_list list = { .memory = NULL };
	brabeion_error error = BRABEION_NO_ERROR;
	expect_damage(brb_store_list_awards(store, BRB_STORE_OF_USER, "ada", 0, 10, &list, &error), &error,
		      "column \"reason\" of table \"awards\", row 1 holds text that is not UTF-8");
	brabeion_award_list_finish(&list);
	brb_store_close(store);
}

Test(store_damage, a_sequence_near_its_end_does_not_run_over)
{
	brb_store_close(store_with_an_award());
	damage("UPDATE counters SET value = 9223372036854775807 WHERE name = 'sequence'");
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store *store = open_store();
	expect_damage(brb_store_begin(store, &error), &error, "the counter \"sequence\" is 9223372036854775807");
	brb_store_close(store);
}

Test(store_damage, what_an_examination_meets_is_its_finding)
{
	brb_health health;
	brb_health_options options = { .path = path, .now_us = 1000, .crowd = 3 };
	brb_store_close(store_with_an_award());
	damage("INSERT INTO failures VALUES(1, -1, 1, 1, 'visit', 'why', 0)");
	WELL(brb_health_read(&options, &health, error));
	cr_assert_not_null(health.fault);
	cr_expect_str_eq(health.fault,
			 "the database is damaged, or another program has changed it: column \"count\" of"
			 " table \"failures\" holds -1, which it cannot");
	brb_health_finish(&health);
}

/* ---- the schema ---- */

static void expect_refused(const char *sql, const char *words)
{
	brb_store_options look = default_options();
	brb_store *store = NULL;
	char whole[PATH_BYTES + 300];
	brabeion_error error = BRABEION_NO_ERROR;
	brb_store_close(store_with_an_award());
	sqlite3 *own = open_own();
	own_run(own, sql);
	sqlite3_close(own);
	expect_no_opening(BRABEION_STORE, words);
	look.read_only = true;
	snprintf(whole, sizeof whole, "%s%s", path, words);
	expect_error(brb_store_open(&look, &store, &error), BRABEION_STORE, &error, whole);
}

Test(store_damage, a_view_in_a_tables_place)
{
	expect_refused(
		"DROP TABLE quarantine; CREATE VIEW quarantine AS SELECT 1 AS badge, 2 AS since_us, '' AS reason",
		": has a view \"quarantine\" where its table should be; left untouched");
}

Test(store_damage, a_trigger)
{
	expect_refused("CREATE TRIGGER again AFTER INSERT ON awards BEGIN DELETE FROM awards; END",
		       ": has the trigger \"again\" on \"awards\", which brabeion did not make; left untouched");
}

Test(store_damage, a_column_that_is_missing)
{
	expect_refused("ALTER TABLE awards DROP COLUMN note",
		       ": its table \"awards\" lacks the column \"note\"; left untouched");
}

Test(store_damage, a_column_too_many)
{
	expect_refused("ALTER TABLE levels ADD COLUMN colour TEXT",
		       ": its table \"levels\" has a column \"colour\" that brabeion did not make; left untouched");
}

Test(store_damage, a_table_that_is_missing)
{
	expect_refused("DROP TABLE chores", ": its table \"chores\" is missing; left untouched");
}

Test(store_damage, an_index_too_many)
{
	expect_refused("CREATE UNIQUE INDEX one_each ON users(awards)",
		       ": has the index \"one_each\" on \"users\", which brabeion did not make; left untouched");
}

Test(store_damage, tables_views_and_statistics_of_a_persons_own_do_not_matter)
{
	brb_store_close(store_with_an_award());
	sqlite3 *own = open_own();
	own_run(own,
		"CREATE TABLE mine(a); CREATE INDEX mine_by_a ON mine(a); CREATE VIEW top AS SELECT name FROM users;"
		" ANALYZE");
	sqlite3_close(own);
	brb_store *store = open_store();
	begin(store);
	award(store, "ben", 1, 1, "");
	commit(store);
	brb_store_close(store);
}

/* ---- while it is open ---- */

Test(store_damage, a_trigger_that_comes_later_does_not_fire)
{
	brb_store *store = store_with_an_award();
	sqlite3 *own = open_own();
	own_run(own, "CREATE TRIGGER again AFTER INSERT ON awards BEGIN DELETE FROM awards; END");
	begin(store);
	award(store, "ben", 1, 1, "");
	commit(store);
	sqlite3_close(own);
	cr_expect_eq(own_number("SELECT COUNT(*) FROM awards"), 2);
	brb_store_close(store);
}
