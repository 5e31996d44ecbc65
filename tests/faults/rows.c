/*
 * Damaged rows: in copies of a database that has something in each table, cells are given values that no column may hold, or
 * the schema is changed, as somebody who may write the file could. A host opens each copy, lists, explains, draws, examines and
 * judges. It may be refused; it must not crash, and it must end.
 *
 * The same by each run, unless BRB_SEED gives another number to begin with. With BRB_LONG the time does, which is printed, and
 * cells and schemas are damaged for a minute each.
 */
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include <sqlite3.h>

#include "support/storm.h"

enum { HOST_SECONDS = 60, LONG_SECONDS = 60, TABLES_MOST = 40, CELLS_MOST = 6 };

static const char config[] = "probe: off\njournal: { keep: 30d }\nplugins:\n"
			     "  - file: good_one.so\n"
			     "  - file: good_many.so\n"
			     "  - file: obedient.so\n    badges: [{ badge: one }, { badge: many }]\n";

static uint64_t state = 20260301;

static unsigned any(unsigned below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % below;
}

/* ---- waiting ---- */

#pragma GCC visibility push(default)

/* The library's own: a worker that cannot read its jobs tries again after seconds, and each round here would wait for that. */
int ppoll(struct pollfd *files, nfds_t count, const struct timespec *most, const sigset_t *signals)
{
	struct timespec moment = { .tv_nsec = 1000000 };
	(void)most;
	return (int)syscall(SYS_ppoll, files, count, &moment, signals, sizeof(uint64_t));
}

#pragma GCC visibility pop

/* ---- a database ---- */

static void run(sqlite3 *handle, const char *sql)
{
	char *fault = NULL;
	if (sqlite3_exec(handle, sql, NULL, NULL, &fault) != SQLITE_OK)
		storm_give_up(sql, fault);
}

/* In place of SQL's random(), which is another one in each run. */
static void give_chance(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	(void)values;
	sqlite3_result_int64(context, any(1U << 31));
}

static sqlite3 *open_database(const storm *here)
{
	char path[STORM_PATH_BYTES + 16];
	sqlite3 *handle = NULL;
	snprintf(path, sizeof path, "%s/badges.db", here->folder);
	if (sqlite3_open(path, &handle) != SQLITE_OK ||
	    sqlite3_create_function(handle, "chance", 0, SQLITE_UTF8, NULL, give_chance, NULL, NULL) != SQLITE_OK)
		storm_give_up(path, "cannot be opened");
	return handle;
}

static void fire(brabeion_engine *engine, const char *name, const char *user, int64_t points)
{
	const brabeion_field fields[] = { BRABEION_INT("points", points) };
	brabeion_event event = BRABEION_EVENT(.name = name, .user = user, .fields = fields, .field_count = 1);
	char id[40];
	snprintf(id, sizeof id, "%s-%s-%lld", name, user, (long long)points);
	event.id = id;
	brabeion_possibly_award(engine, &event, NULL);
}

static void fire_all(brabeion_engine *engine, int from)
{
	static const char *const names[] = { "visit", "nobody-listens", "points_awarded" };
	static const char *const users[] = { "ada", "ben", "cy" };
	for (int i = 0; i < 27; i++)
		fire(engine, names[i % 3], users[i / 3 % 3], from + i);
}

/* What the events do not fill is filled by hand, with what the engine could have written. */
static void fill(const storm *here)
{
	sqlite3 *handle = open_database(here);
	run(handle,
	    "INSERT OR IGNORE INTO quarantine VALUES(1, 1000, 'it failed');"
	    "INSERT OR IGNORE INTO failures VALUES(1, 3, 1000, 2000, 'visit', 'why', 0);"
	    "INSERT OR IGNORE INTO unhandled VALUES('login', 3, 1000, 2000);"
	    "INSERT INTO chores(user, into_user) VALUES(99, 0);"
	    "INSERT INTO jobs(user, badge, run, event, event_id, at_us, due_us, ready_us, state) VALUES"
	    " (1, 1, 0, 1, 'x', 1000, 1000, 1000, '{}'), (2, 1, 0, 1, 'y', 1000, 1000, 1000, '{\"points\":1}');"
	    "INSERT INTO jobs(user, badge, run, event, event_id, at_us, due_us, state, parked_us, parked_why)"
	    " VALUES(1, 77, 0, 1, 'z', 1000, 1000, '{}', 5, 'unloaded'), (1, 1, 0, 1, 'u', 1, 1, '{}', 5, 'failed');"
	    "INSERT INTO job_attempts VALUES(1, 1, 1000, 'no');"
	    "INSERT OR IGNORE INTO cells VALUES(1, 2, x'61', 5), (1, 2, x'62', 'text');"
	    "INSERT INTO memory_changes(at_us, user, thing, plugin, badge, name, key, before, after, note, key_user,"
	    " before_user, after_user) VALUES(1, 1, '', 1, '', 'n', '', '1', '2', 'why', 0, 0, 0)");
	sqlite3_close(handle);
}

/* ---- damage ---- */

static const char *const bad_values[] = { "NULL",
					  "-1",
					  "0",
					  "1001",
					  "4294967296",
					  "4611686018427387904",
					  "9223372036854775807",
					  "-9223372036854775808",
					  "1.5",
					  "'x'",
					  "''",
					  "x'00ff'",
					  "x''",
					  "zeroblob(300000)",
					  "hex(zeroblob(75))",
					  "hex(zeroblob(200000))",
					  "CAST(x'61c328' AS TEXT)",
					  "CAST(x'610062' AS TEXT)",
					  "x'53dd4800e11f27e95e73d220a5086458'",
					  "chance()" };

static const char *const bad_schemas[] = {
	"DROP TABLE quarantine; CREATE VIEW quarantine AS SELECT 1 AS badge, 2 AS since_us, NULL AS reason",
	"DROP TABLE unhandled; CREATE TABLE unhandled(name TEXT)",
	"ALTER TABLE awards DROP COLUMN note",
	"CREATE TRIGGER again AFTER INSERT ON awards BEGIN DELETE FROM awards; END",
	"DROP INDEX awards_by_badge",
	"CREATE INDEX one_each ON users(awards)",
	"ALTER TABLE levels ADD COLUMN more TEXT",
	"DROP TABLE counters",
};

/* Makes each table one that takes anything, gives cells other values, and puts the schema back. */
static void damage_cells(const storm *here, int cells)
{
	char sql[1024];
	sqlite3_stmt *found = NULL;
	sqlite3 *handle = open_database(here);
	run(handle, "CREATE TEMP TABLE kept AS SELECT name AS table_name, sql AS table_sql FROM main.sqlite_schema "
		    "WHERE type = 'table'");
	run(handle,
	    "PRAGMA writable_schema = ON; UPDATE main.sqlite_schema SET sql = replace(replace(replace(replace("
	    "replace(sql, ' STRICT, WITHOUT', ' WITHOUT'), ' STRICT', ''), ' NOT NULL', ''), 'CHECK(level > 0)', ''),"
	    " ' ANY', '') WHERE type = 'table'; PRAGMA writable_schema = RESET");
	for (int i = 0; i < cells; i++) {
		snprintf(sql, sizeof sql,
			 "SELECT t.name, c.name FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c WHERE "
			 "t.schema ="
			 " 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite%%' ORDER BY t.name, c.cid"
			 " LIMIT 1 OFFSET %u",
			 any(125));
		if (sqlite3_prepare_v2(handle, sql, -1, &found, NULL) == SQLITE_OK &&
		    sqlite3_step(found) == SQLITE_ROW) {
			snprintf(sql, sizeof sql,
				 "UPDATE OR IGNORE main.\"%s\" SET \"%s\" = %s WHERE chance() %% 2 = 0",
				 (const char *)sqlite3_column_text(found, 0),
				 (const char *)sqlite3_column_text(found, 1),
				 bad_values[any(sizeof bad_values / sizeof *bad_values)]);
			sqlite3_finalize(found);
			sqlite3_exec(handle, sql, NULL, NULL, NULL); /* a number of a row takes numbers alone */
			if (getenv("BRB_VERBOSE"))
				printf("# %s\n", sql);
			continue;
		}
		sqlite3_finalize(found);
	}
	run(handle,
	    "PRAGMA writable_schema = ON; UPDATE main.sqlite_schema SET sql = (SELECT table_sql FROM temp.kept WHERE"
	    " table_name = name) WHERE type = 'table'; PRAGMA writable_schema = RESET");
	sqlite3_close(handle);
}

/* Made for a table T and another one, O; statements that SQLite refuses change nothing. */
static const char *const schema_changes[] = {
	"DROP TABLE T; CREATE VIEW T AS SELECT * FROM O",
	"DROP TABLE T; CREATE VIEW T AS WITH n(x) AS (VALUES(1) UNION ALL SELECT x FROM n) SELECT x FROM n",
	"CREATE TRIGGER more AFTER INSERT ON T BEGIN INSERT INTO O SELECT * FROM O; END",
	"CREATE TRIGGER none BEFORE UPDATE ON T BEGIN DELETE FROM O; END",
	"CREATE INDEX many ON T(hex(zeroblob(3)))",
	"DROP TABLE T; ALTER TABLE O RENAME TO T",
	"ALTER TABLE T ADD COLUMN more ANY DEFAULT (zeroblob(100000))",
	"DELETE FROM T",
	"INSERT OR REPLACE INTO T SELECT * FROM O",
	"UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'O') WHERE name = 'T'",
	"UPDATE sqlite_schema SET rootpage = 1 + chance() % 1000 WHERE name = 'T'",
	"UPDATE sqlite_schema SET sql = replace(sql, 'INTEGER', 'TEXT') WHERE name = 'T'",
	"UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'T'",
	"UPDATE sqlite_schema SET sql = 'CREATE TABLE T(a, b, c)' WHERE name = 'T'",
	"UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE T USING fts5(a)' WHERE name = 'T'",
	"UPDATE sqlite_schema SET sql = NULL WHERE name = 'T'",
	"UPDATE sqlite_schema SET type = 'view' WHERE name = 'T'",
	"DELETE FROM sqlite_schema WHERE tbl_name = 'T'",
	"PRAGMA user_version = -1",
	"PRAGMA application_id = 7",
};

/* Writes `change` with the names of two tables in it. */
static void fill_in(const char *change, const char *table, const char *other, char sql[1024])
{
	size_t length = 0;
	for (const char *at = change; *at && length < 900; at++) {
		bool alone = (at == change || !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", at[-1])) &&
			     !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", at[1] ? at[1] : ' ');
		if (alone && (*at == 'T' || *at == 'O'))
			length += (size_t)snprintf(sql + length, 60, "%s", *at == 'T' ? table : other);
		else
			sql[length++] = *at;
	}
	sql[length] = '\0';
}

static void name_table(sqlite3 *handle, char name[64])
{
	sqlite3_stmt *found = NULL;
	char sql[256];
	snprintf(sql, sizeof sql,
		 "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%%' ORDER BY name"
		 " LIMIT 1 OFFSET %u %% (SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE"
		 " 'sqlite%%')",
		 any(1000));
	if (sqlite3_prepare_v2(handle, sql, -1, &found, NULL) != SQLITE_OK || sqlite3_step(found) != SQLITE_ROW)
		storm_give_up(sql, sqlite3_errmsg(handle));
	snprintf(name, 64, "%s", (const char *)sqlite3_column_text(found, 0));
	sqlite3_finalize(found);
}

static void damage_schema(const storm *here, char sql[1024])
{
	char table[64], other[64];
	sqlite3 *handle = open_database(here);
	name_table(handle, table);
	name_table(handle, other);
	fill_in(schema_changes[any(sizeof schema_changes / sizeof *schema_changes)], table, other, sql);
	run(handle, "PRAGMA writable_schema = ON");
	sqlite3_exec(handle, sql, NULL, NULL, NULL);
	sqlite3_close(handle);
	if (getenv("BRB_VERBOSE"))
		printf("# %s\n", sql);
}

/* ---- a host ---- */

static void look(brabeion_engine *engine)
{
	brabeion_award_list awards = { 0 };
	brabeion_change_list changes = { 0 };
	brabeion_user_list users = { 0 };
	brabeion_job_list jobs = { 0 };
	brabeion_memory_list memory = { 0 };
	brabeion_badge_list badges = { 0 };
	brabeion_journal_list journal = { 0 };
	brabeion_progress_list progress = { 0 };
	brabeion_memory_record record = { 0 };
	brabeion_picture picture = BRABEION_PICTURE();
	brabeion_examination examination = BRABEION_EXAMINATION();
	brabeion_stats_report stats = BRABEION_STATS_REPORT();
	brabeion_job_page page = BRABEION_JOB_PAGE();
	brabeion_user_awards(engine, "ada", NULL, &awards, NULL);
	brabeion_award_list_finish(&awards);
	brabeion_changes_since(engine, 0, NULL, &changes, NULL);
	brabeion_change_list_finish(&changes);
	brabeion_users(engine, NULL, 0, &users, NULL);
	brabeion_user_list_finish(&users);
	brabeion_jobs(engine, NULL, &jobs, NULL);
	brabeion_job_list_finish(&jobs);
	brabeion_job(engine, 1, &page, NULL);
	brabeion_job_page_finish(&page);
	brabeion_memory(engine, NULL, &memory, NULL);
	brabeion_memory_list_finish(&memory);
	brabeion_memory_changes(engine, NULL, &record, NULL);
	brabeion_memory_record_finish(&record);
	brabeion_badges(engine, NULL, &badges, NULL);
	brabeion_badge_list_finish(&badges);
	brabeion_journal_read(engine, NULL, &journal, NULL);
	brabeion_journal_list_finish(&journal);
	brabeion_user_progress(engine, "ada", NULL, &progress, NULL);
	brabeion_progress_list_finish(&progress);
	brabeion_draw_user(engine, "ada", NULL, &picture, NULL);
	brabeion_picture_finish(&picture);
	brabeion_stats(engine, &stats, NULL);
	brabeion_stats_finish(&stats);
	brabeion_examine(engine, NULL, &examination, NULL);
	brabeion_examination_finish(&examination);
}

static void judge(brabeion_engine *engine)
{
	int64_t jobs = 0;
	size_t released = 0;
	brabeion_work_options once = BRABEION_WORK_OPTIONS(.until_idle = true);
	brabeion_job_choice parked = BRABEION_JOB_CHOICE(.parked = true);
	brabeion_revocation revocation = BRABEION_REVOCATION(.user = "ada", .badge = "good-one");
	fire_all(engine, 100);
	brabeion_jobs_retry(engine, &parked, &jobs, NULL);
	brabeion_work(engine, &once, NULL);
	brabeion_revoke(engine, &revocation, NULL, NULL);
	brabeion_merge_users(engine, "ben", "ada", NULL, NULL, NULL);
	brabeion_forget_user(engine, "cy", NULL, NULL, NULL);
	brabeion_release(engine, NULL, &released, NULL);
}

/* The status of the open; 100: not refused. */
static int be_host(const storm *here)
{
	alarm(HOST_SECONDS);
	brabeion_options options = BRABEION_OPTIONS(.config = here->config, .no_watch = true, .no_workers = true);
	brabeion_engine *engine = NULL;
	options.read_only = true;
	brabeion_open(&options, &engine, NULL);
	if (engine)
		look(engine);
	brabeion_close(engine);
	options.read_only = false;
	engine = NULL;
	brabeion_status status = brabeion_open(&options, &engine, NULL);
	if (!engine)
		return (int)status;
	look(engine);
	judge(engine);
	brabeion_close(engine);
	return 100;
}

typedef struct host_ends {
	long fine, refused, crashed, hung;
} host_ends;

static void play_host(const storm *here, host_ends *ends, const char *what)
{
	int status = 0;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(be_host(here));
	if (child < 0 || waitpid(child, &status, 0) != child)
		storm_give_up("fork", "failed");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 100)
		ends->fine++;
	else if (WIFEXITED(status))
		ends->refused++;
	else if (WTERMSIG(status) == SIGALRM)
		ends->hung++;
	else
		ends->crashed++;
	if (!WIFEXITED(status))
		printf("# %s: signal %d\n", what, WTERMSIG(status));
}

/* ---- the whole ---- */

static void copy(const storm *here, const char *from, const char *to)
{
	char command[STORM_PATH_BYTES * 3];
	snprintf(command, sizeof command, "cd '%s' && rm -f %s-wal %s-shm && cp %s %s", here->folder, to, to, from,
		 to);
	if (system(command) != 0)
		storm_give_up(command, "failed");
}

static void begin_chance(void)
{
	const char *seed = getenv("BRB_SEED"), *whole = getenv("BRB_LONG");
	if (seed && seed[0])
		state = strtoull(seed, NULL, 10);
	else if (whole && whole[0])
		state = (uint64_t)time(NULL);
	printf("# BRB_SEED=%llu\n", (unsigned long long)state);
}

/* Some rounds of a seed that somebody chose may all end alike. */
static bool has_own_seed(void)
{
	const char *seed = getenv("BRB_SEED");
	return seed && seed[0];
}

static bool goes_on(int round, int usual, time_t begun)
{
	const char *whole = getenv("BRB_LONG");
	return whole && whole[0] ? time(NULL) < begun + LONG_SECONDS : round < usual;
}

static void try_cells(const storm *here)
{
	host_ends ends = { 0 };
	time_t begun = time(NULL);
	for (int i = 0; goes_on(i, 50, begun); i++) {
		char what[40];
		snprintf(what, sizeof what, "round %d", i);
		copy(here, "whole.db", "badges.db");
		damage_cells(here, 1 + (int)any(CELLS_MOST));
		play_host(here, &ends, what);
	}
	printf("# damaged cells: %ld judged all the same, %ld refused at the open\n", ends.fine, ends.refused);
	storm_expect_count("with damaged cells no host crashes", ends.crashed, 0);
	storm_expect_count("  and none hangs", ends.hung, 0);
	storm_expect(has_own_seed() || (ends.fine > 0 && ends.refused > 0),
		     "  some are refused at the open, and some are not");
}

static void try_known_schemas(const storm *here)
{
	host_ends ends = { 0 };
	long count = (long)(sizeof bad_schemas / sizeof *bad_schemas);
	for (long i = 0; i < count; i++) {
		copy(here, "whole.db", "badges.db");
		sqlite3 *handle = open_database(here);
		run(handle, bad_schemas[i]);
		sqlite3_close(handle);
		play_host(here, &ends, bad_schemas[i]);
	}
	storm_expect_count("each database with another schema is refused", ends.refused, count);
}

static void try_schemas(const storm *here)
{
	host_ends ends = { 0 };
	time_t begun = time(NULL);
	for (int i = 0; goes_on(i, 40, begun); i++) {
		char sql[1024];
		copy(here, "whole.db", "badges.db");
		damage_schema(here, sql);
		play_host(here, &ends, sql);
	}
	printf("# damaged schemas: %ld judged all the same, %ld refused at the open\n", ends.fine, ends.refused);
	storm_expect_count("with a damaged schema no host crashes", ends.crashed, 0);
	storm_expect_count("  and none hangs", ends.hung, 0);
	storm_expect(has_own_seed() || ends.refused > 0, "  some are refused at the open");
}

int main(void)
{
	storm here;
	begin_chance();
	storm_init(&here, config);
	storm_open(&here);
	fire_all(here.engine, 0);
	brabeion_close(here.engine);
	fill(&here);
	copy(&here, "badges.db", "whole.db");
	try_cells(&here);
	try_known_schemas(&here);
	try_schemas(&here);
	here.engine = NULL;
	storm_finish(&here);
	return storm_end();
}
