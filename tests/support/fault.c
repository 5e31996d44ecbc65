#include "support/fault.h"

#include "support/memory_tables.h"

/* ---- the events ---- */

const fault_event fault_events[FAULT_EVENTS] = {
	{ "m1", "ada", 5 },
	{ "m2", "bob", 50 },
	{ "m3", "ada", 500 },
	{ "m4", "ada", 0 },
	/* in one batch */
	{ "b1", "bob", 5 },
	{ "b2", "bob", 0 },
	{ "b3", "cyd", 0 },
};

/* The database after a scenario in which nothing failed, or that was repeated until nothing failed. */
static const char whole_state[] =
	"ada first 1;ada good-one 1;ada good-one 3;ada many 1 m1;ada many 1 m3;ada many 1 m4;ada third 1;"
	"bob first 1;bob good-one 1;bob good-one 2 revoked;bob many 1 b1;bob many 1 b2;bob many 1 m2;bob third 1;"
	"cyd first 1;cyd many 1 b3;dot first 1;dot many 1 n1;dot third 1;eve good-one 1;fay one 1;hal good-one 1;"
	"|a ada 3;a bob 3;a cyd 1;b ada 3;b bob 3;b cyd 1;|text dot 700;|b1 b2 b3 m1 m2 m3 m4 n1";

static const char state_sql[] =
	"SELECT (SELECT ifnull(group_concat(line, ''), '') FROM (SELECT u.name || ' ' || b.slug || ' ' || level ||"
	"   iif(reason = '', '', ' ' || reason) || iif(revoked > 0, ' revoked', '') || ';' AS line FROM awards"
	"   JOIN users AS u ON u.id = user JOIN badges AS b ON b.id = badge ORDER BY line)) || '|' ||"
	" (SELECT ifnull(group_concat(line, ''), '') FROM (SELECT name || ' ' || subject || ' ' || value || ';' AS "
	"line"
	"   FROM tallies JOIN memories AS m ON m.id = memory ORDER BY line)) || '|' ||"
	" (SELECT ifnull(group_concat(name || ' ' || subject || ' ' || length(text) || ';', ''), '')"
	"   FROM notes JOIN memories AS m ON m.id = memory) || '|' ||"
	" (SELECT ifnull(group_concat(id, ' '), '') FROM (SELECT id FROM seen_ids ORDER BY id))";

/*
 * Invariants, each a count of violations: an event is seen without its award, or the other way round; a user's tallies
 * differ from the number of events seen; levels and thresholds are missed or too early; a batch is stored in part; the
 * journal and the seen ids differ; a note is without its event; a sequence is behind the awards'; the file is damaged;
 * something is seen that is no event of the scenario, or seen twice.
 */
static const char *const violations_sql[] = {
	"SELECT count(*) FROM seen_ids WHERE NOT EXISTS (SELECT 1 FROM awards JOIN badges AS b ON b.id = badge"
	" WHERE b.slug = 'many' AND reason = seen_ids.id AND awards.user = seen_ids.user)",
	"SELECT count(*) FROM awards JOIN badges AS b ON b.id = badge WHERE b.slug = 'many'"
	" AND NOT EXISTS (SELECT 1 FROM seen_ids WHERE seen_ids.id = reason AND seen_ids.user = awards.user)",
	"SELECT count(*) FROM (SELECT u.name AS name, (SELECT count(*) FROM seen_ids WHERE seen_ids.user = u.id AND"
	"   seen_ids.id <> 'n1') AS events FROM users AS u) AS s, (SELECT 'a' AS tally UNION ALL SELECT 'b') AS t"
	" WHERE events <> ifnull((SELECT value FROM tallies JOIN memories AS m ON m.id = memory"
	"   WHERE m.name = t.tally AND subject = s.name), 0)",
	"SELECT count(*) FROM (SELECT 'm1' AS id, 1 AS level UNION ALL SELECT 'm2', 2 UNION ALL SELECT 'm3', 3"
	"   UNION ALL SELECT 'b1', 1) AS e JOIN seen_ids ON seen_ids.id = e.id WHERE NOT EXISTS (SELECT 1 FROM awards"
	"   JOIN badges AS b ON b.id = badge WHERE b.slug = 'good-one' AND awards.user = seen_ids.user"
	"   AND awards.level = e.level)",
	"SELECT count(*) FROM users AS u WHERE u.name IN ('ada', 'bob', 'cyd') AND ((SELECT count(*) FROM seen_ids "
	"WHERE"
	"   seen_ids.user = u.id) >= 3) <> EXISTS (SELECT 1 FROM awards JOIN badges AS b ON b.id = badge"
	"   WHERE b.slug = 'third' AND awards.user = u.id)",
	"SELECT count(*) NOT IN (0, 3) FROM seen_ids WHERE id IN ('b1', 'b2', 'b3')",
	"SELECT count(*) FROM seen_ids WHERE (SELECT count(*) FROM journal) > 0 AND NOT EXISTS"
	" (SELECT 1 FROM journal AS j WHERE j.event_id = seen_ids.id AND j.user = seen_ids.user AND j.kind = 1)",
	"SELECT count(*) FROM journal AS j WHERE j.kind = 1 AND j.event_id <> '' AND NOT EXISTS"
	" (SELECT 1 FROM seen_ids WHERE j.event_id = seen_ids.id AND j.user = seen_ids.user)",
	"SELECT (SELECT count(*) FROM notes) <> (SELECT count(*) FROM seen_ids WHERE id = 'n1')",
	"SELECT ifnull((SELECT max(max(sequence), max(revoked)) FROM awards), 0) >"
	" ifnull((SELECT value FROM counters WHERE name = 'sequence'), 0)",
	"SELECT count(*) FROM (SELECT 1 FROM pragma_integrity_check WHERE integrity_check <> 'ok')",
	"SELECT (SELECT count(*) FROM seen) <> (SELECT count(*) FROM seen_ids)",
};

/* ---- outcomes of calls ---- */

static bool fault_note(fault_scene *scene, const char *what, brabeion_status status, const char *message)
{
	if (status == BRABEION_OK)
		return true;
	bool allowed = status == BRABEION_NO_MEMORY || status == BRABEION_CONFIG || status == BRABEION_STORE ||
		       status == BRABEION_BUSY || status == BRABEION_SYSTEM;
	if (!allowed || !message || !message[0]) {
		printf("# %s: status %d, message: %s\n", what, status, message ? message : "none");
		scene->wrong++;
	}
	if (!scene->failed++)
		snprintf(scene->first, sizeof scene->first, "%s: %s", what, message ? message : "none");
	return false;
}

bool fault_note_error(fault_scene *scene, const char *what, brabeion_error *error)
{
	bool fine = fault_note(scene, what, error->status, error->message);
	brabeion_error_finish(error);
	return fine;
}

static bool fault_note_result(fault_scene *scene, const char *what, brabeion_result *result)
{
	bool fine = fault_note(scene, what, result->status, result->message);
	if (result->failed) {
		printf("# %s: a badge failed: %s\n", what, result->message ? result->message : "no message");
		scene->wrong++;
	}
	brabeion_result_finish(result);
	return fine;
}

/* ---- the scenario ---- */

brabeion_event fault_make_event(const fault_event *event, const brabeion_field *points)
{
	return (brabeion_event)BRABEION_EVENT(.name = "memory", .user = event->user, .id = event->id,
					      .fields = points, .field_count = 1);
}

void fault_judge_singles(fault_scene *scene)
{
	for (int i = 0; i < FAULT_SINGLE; i++) {
		brabeion_result result = BRABEION_RESULT();
		brabeion_field points = BRABEION_INT("points", fault_events[i].points);
		brabeion_event event = fault_make_event(&fault_events[i], &points);
		brabeion_possibly_award(scene->base.engine, &event, &result);
		if (fault_note_result(scene, fault_events[i].id, &result))
			scene->acknowledged |= 1U << i;
	}
}

static void fault_judge_batch(fault_scene *scene)
{
	enum { COUNT = FAULT_EVENTS - FAULT_SINGLE };
	brabeion_field points[COUNT];
	brabeion_event events[COUNT];
	brabeion_result results[COUNT] = { BRABEION_RESULT() };
	for (int i = 0; i < COUNT; i++) {
		points[i] = BRABEION_INT("points", fault_events[FAULT_SINGLE + i].points);
		events[i] = fault_make_event(&fault_events[FAULT_SINGLE + i], &points[i]);
	}
	brabeion_possibly_award_batch(scene->base.engine, events, COUNT, results);
	for (int i = 0; i < COUNT; i++)
		if (fault_note_result(scene, "batch", &results[i]))
			scene->acknowledged |= 1U << (FAULT_SINGLE + i);
}

static void fault_visit(fault_scene *scene, const char *user)
{
	brabeion_result result = BRABEION_RESULT();
	brabeion_field points = BRABEION_INT("points", 5);
	brabeion_event visit = BRABEION_EVENT(.name = "visit", .user = user, .fields = &points, .field_count = 1);
	brabeion_possibly_award(scene->base.engine, &visit, &result);
	fault_note_result(scene, "visit", &result);
}

static void fault_judge_others(fault_scene *scene)
{
	brabeion_result result = BRABEION_RESULT();
	char text[701];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	brabeion_field note[] = { BRABEION_TEXT("op", "note"), BRABEION_TEXT("value", text) };
	brabeion_event noted =
		BRABEION_EVENT(.name = "memory", .user = "dot", .id = "n1", .fields = note, .field_count = 2);
	brabeion_possibly_award(scene->base.engine, &noted, &result);
	if (fault_note_result(scene, "note", &result))
		scene->acknowledged |= 1U << FAULT_NOTED;
	fault_visit(scene, "eve");
	brabeion_grant grant = BRABEION_GRANT(.user = "fay", .badge = "one", .comment = "for tea");
	brabeion_award(scene->base.engine, &grant, &result);
	fault_note_result(scene, "grant", &result);
}

static void fault_revoke(fault_scene *scene)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_revocation revocation =
		BRABEION_REVOCATION(.user = "bob", .badge = "good-one", .level = 2, .comment = "taken back");
	brabeion_revoke(scene->base.engine, &revocation, NULL, &error);
	fault_note_error(scene, "revoke", &error);
}

/* Merges gil into hal, forgets ivy, and makes a copy, which exists only when complete. */
static void fault_look_after(fault_scene *scene)
{
	char copy[STORM_PATH_BYTES + 8];
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	fault_visit(scene, "gil");
	brabeion_merge_users(scene->base.engine, "gil", "hal", NULL, NULL, &error);
	fault_note_error(scene, "merge", &error);
	fault_visit(scene, "ivy");
	brabeion_forget_user(scene->base.engine, "ivy", NULL, NULL, &error);
	fault_note_error(scene, "forget", &error);
	snprintf(copy, sizeof copy, "%s.copy", scene->database);
	remove(copy);
	brabeion_backup(scene->base.engine, copy, NULL, &error);
	bool copied = fault_note_error(scene, "backup", &error);
	if (copied != (access(copy, F_OK) == 0)) {
		printf("# backup: %s\n", copied ? "no file was written" : "a file is left behind");
		scene->wrong++;
	}
	brabeion_stats(scene->base.engine, &report, &error);
	fault_note_error(scene, "stats", &error);
	brabeion_stats_finish(&report);
}

static void fault_explain(fault_scene *scene)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_journal_list rows = { 0 };
	brabeion_explanation why = BRABEION_EXPLANATION();
	brabeion_question question = BRABEION_QUESTION(.user = "ada", .badge = "good-one");
	brabeion_journal_read(scene->base.engine, NULL, &rows, &error);
	fault_note_error(scene, "journal", &error);
	brabeion_journal_list_finish(&rows);
	brabeion_explain(scene->base.engine, &question, &why, &error);
	fault_note_error(scene, "explain", &error);
	brabeion_explanation_finish(&why);
	question = (brabeion_question)BRABEION_QUESTION(.user = "adda", .badge = "goood-one");
	brabeion_explain(scene->base.engine, &question, &why, &error);
	fault_note_error(scene, "explain", &error);
	brabeion_explanation_finish(&why);
}

static void fault_read(fault_scene *scene)
{
	brabeion_engine *engine = scene->base.engine;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_award_list awards = { 0 };
	brabeion_user_list users = { 0 };
	brabeion_change_list changes = { 0 };
	brabeion_badge_list badges = { 0 };
	brabeion_progress_list progress = { 0 };
	int64_t count = 0;
	brabeion_user_awards(engine, "ada", NULL, &awards, &error);
	fault_note_error(scene, "awards of a user", &error);
	brabeion_award_list_finish(&awards);
	brabeion_badge_awards(engine, "many", NULL, &awards, &error);
	fault_note_error(scene, "awards of a badge", &error);
	brabeion_award_list_finish(&awards);
	brabeion_count_awards(engine, NULL, &count, &error);
	fault_note_error(scene, "count", &error);
	brabeion_users(engine, NULL, 0, &users, &error);
	fault_note_error(scene, "users", &error);
	brabeion_user_list_finish(&users);
	brabeion_changes_since(engine, 0, NULL, &changes, &error);
	fault_note_error(scene, "changes", &error);
	brabeion_change_list_finish(&changes);
	brabeion_badges(engine, NULL, &badges, &error);
	fault_note_error(scene, "badges", &error);
	brabeion_badge_list_finish(&badges);
	brabeion_user_progress(engine, "ada", NULL, &progress, &error);
	fault_note_error(scene, "progress", &error);
	brabeion_progress_list_finish(&progress);
	fault_explain(scene);
}

bool fault_open(fault_scene *scene)
{
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_options options = BRABEION_OPTIONS(.config = scene->base.config);
	if (!scene->base.engine)
		brabeion_open(&options, &scene->base.engine, &error);
	return fault_note_error(scene, "open", &error);
}

void fault_close(fault_scene *scene)
{
	brabeion_close(scene->base.engine);
	scene->base.engine = NULL;
}

void fault_run(fault_scene *scene)
{
	scene->failed = 0;
	scene->first[0] = '\0';
	if (!fault_open(scene))
		return;
	brabeion_error error = BRABEION_NO_ERROR;
	fault_judge_singles(scene);
	fault_judge_batch(scene);
	brabeion_reload(scene->base.engine, NULL, &error);
	fault_note_error(scene, "reload", &error);
	fault_judge_others(scene);
	fault_revoke(scene);
	fault_look_after(scene);
	fault_read(scene);
}

/* ---- the database ---- */

sqlite3 *fault_connect(const fault_scene *scene)
{
	sqlite3 *handle = NULL;
	if (sqlite3_open_v2(scene->database, &handle, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
		sqlite3_busy_timeout(handle, 10000);
	return handle;
}

/* Ids of the scenario that were judged, as (id, event, user); `seen` has hashes alone. */
static const char seen_ids_sql[] =
	"CREATE TEMP TABLE seen_ids AS SELECT i.id AS id, e.id AS event, u.id AS user FROM"
	" (SELECT 'm1' AS id UNION ALL VALUES('m2'), ('m3'), ('m4'), ('b1'), ('b2'), ('b3'), ('n1')) AS i,"
	" events AS e, users AS u WHERE seen_hash(i.id, e.id, u.id) IN (SELECT hash FROM seen)";

/* With what is stored as bytes as tables, of this moment. Without them when the database has no tables yet. */
static sqlite3 *connect_to_look(const fault_scene *scene)
{
	sqlite3 *handle = fault_connect(scene);
	int code = sqlite3_errcode(handle) == SQLITE_OK ? add_memory_tables(handle) : SQLITE_CANTOPEN;
	if (code == SQLITE_OK && (code = add_seen_hash(handle)) == SQLITE_OK)
		code = sqlite3_exec(handle, seen_ids_sql, NULL, NULL, NULL);
	if (code != SQLITE_OK && code != SQLITE_ERROR && code != SQLITE_CANTOPEN)
		printf("# the test's own tables: %s\n",
		       sqlite3_errmsg(handle)); /* no such table or no file is fine */
	return handle;
}

static void fault_ask_on(sqlite3 *handle, const char *sql, char answer[FAULT_STATE_BYTES])
{
	sqlite3_stmt *statement = NULL;
	answer[0] = '\0';
	if (sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0))
		snprintf(answer, FAULT_STATE_BYTES, "%s", (const char *)sqlite3_column_text(statement, 0));
	else if (sqlite3_errcode(handle) != SQLITE_ERROR && sqlite3_errcode(handle) != SQLITE_CANTOPEN &&
		 sqlite3_errcode(handle) != SQLITE_DONE)
		printf("# the test's own query: %s\n", sqlite3_errmsg(handle)); /* no such table or no file is fine */
	sqlite3_finalize(statement);
}

static long fault_ask_number_on(sqlite3 *handle, const char *sql)
{
	char answer[FAULT_STATE_BYTES];
	fault_ask_on(handle, sql, answer);
	return atol(answer);
}

long fault_ask_number(const fault_scene *scene, const char *sql)
{
	sqlite3 *handle = connect_to_look(scene);
	long number = fault_ask_number_on(handle, sql);
	sqlite3_close(handle);
	return number;
}

long fault_count_violations(const fault_scene *scene)
{
	char sql[128];
	long all = 0;
	sqlite3 *handle = connect_to_look(scene);
	for (size_t i = 0; i < sizeof violations_sql / sizeof violations_sql[0]; i++) {
		long found = fault_ask_number_on(handle, violations_sql[i]);
		if (found)
			printf("# %ld violations: %.100s\n", found, violations_sql[i]);
		all += found;
	}
	for (int i = 0; i <= FAULT_NOTED; i++) {
		snprintf(sql, sizeof sql, "SELECT count(*) FROM seen_ids WHERE id = '%s'",
			 i == FAULT_NOTED ? "n1" : fault_events[i].id);
		if (scene->acknowledged & 1U << i && fault_ask_number_on(handle, sql) != 1) {
			printf("# acknowledged, and lost: %s\n", sql);
			all++;
		}
	}
	sqlite3_close(handle);
	return all;
}

bool fault_is_whole(const fault_scene *scene)
{
	char state[FAULT_STATE_BYTES];
	sqlite3 *handle = connect_to_look(scene);
	fault_ask_on(handle, state_sql, state);
	sqlite3_close(handle);
	if (strcmp(state, whole_state) == 0)
		return true;
	printf("# the database holds: %s\n", state);
	return false;
}

/* ---- the scene ---- */

void fault_init(fault_scene *scene, const char *config)
{
	memset(scene, 0, sizeof *scene);
	storm_init(&scene->base, config);
	snprintf(scene->database, sizeof scene->database, "%.400s/badges.db", scene->base.folder);
}

void fault_start_over(fault_scene *scene)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
	char path[STORM_PATH_BYTES + 16];
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		snprintf(path, sizeof path, "%s%s", scene->database, endings[i]);
		remove(path);
	}
	scene->acknowledged = 0;
}

void fault_finish(fault_scene *scene)
{
	storm_finish(&scene->base);
}
