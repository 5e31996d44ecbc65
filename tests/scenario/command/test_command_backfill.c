/*
 * test_command_backfill: `brabeion backfill`: past events judged by the current badges, and what it stores.
 *
 * The badge is commentator, of threshold.so; the number of comments that it needs changes.
 */
#include "support/command.h"
#include "support/memory_tables.h"
#include "support/sqlite/wal.h"

#include <sqlite3.h>
#include <sys/stat.h>

#define HEAD                                                                                  \
	"database: badges.db\n"                                                               \
	"plugin_path: [\"" BRB_BUILD_DIR "/plugins\", \"" BRB_BUILD_DIR "/tests/plugins\"]\n" \
	"cache_dir: cache\n"                                                                  \
	"workers: 0\n"
#define JOURNAL "journal: keep 30d\n"
#define COMMENTATOR(at)                                                 \
	"  - file: threshold.so\n"                                      \
	"    badges:\n"                                                 \
	"      - badge: threshold\n"                                    \
	"        slug: commentator\n"                                   \
	"        events: [comment]\n"                                   \
	"        levels: [{ name: Commentator, description: Talks }]\n" \
	"        settings: { count: events, at: [" at "] }\n"
#define POINTS "  - file: points.so\n"
#define MANY "  - { file: obedient.so, badges: [{ badge: many }] }\n"

#define COMMENT(user, id, day) \
	"{\"event\":\"comment\",\"user\":\"" user "\",\"id\":\"" id "\",\"at\":\"2024-03-" day "T12:00:00Z\"}\n"
#define POINTS_OF(user, id, day)                                                                      \
	"{\"event\":\"points_awarded\",\"user\":\"" user "\",\"id\":\"" id "\",\"at\":\"2024-03-" day \
	"T12:00:00Z\",\"points\":5001}\n"

/* ada comments three times, bob twice, cy once. */
#define PAST                       \
	COMMENT("ada", "c1", "01") \
	COMMENT("bob", "c2", "02") \
	COMMENT("ada", "c3", "03") COMMENT("cy", "c4", "04") COMMENT("bob", "c5", "05") COMMENT("ada", "c6", "06")

static void enter_past(void)
{
	enter();
	write_file("badges.yaml", HEAD "plugins:\n" COMMENTATOR("2"));
	write_file("past.jsonl", PAST);
}

TestSuite(command_backfill, .init = enter_past, .fini = leave, .timeout = 120);

/* Runs a command that must succeed, and drops its output. */
#define did(input, ...)                                               \
	do {                                                          \
		command_outcome done = run(input, __VA_ARGS__, NULL); \
		expect_exit(done, 0);                                 \
		finish(&done);                                        \
	} while (0)

/* The first column of the rows, a line each. The caller frees it. */
static char *select_text(const char *sql)
{
	char *text = NULL;
	size_t size = 0;
	sqlite3 *database = NULL;
	sqlite3_stmt *statement = NULL;
	FILE *stream = open_memstream(&text, &size);
	cr_assert_not_null(stream);
	cr_assert_eq(sqlite3_open("badges.db", &database), SQLITE_OK);
	sqlite3_busy_timeout(database, 60000);
	cr_assert_eq(add_memory_tables(database), SQLITE_OK, "%s", sqlite3_errmsg(database));
	cr_assert_eq(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK, "%s",
		     sqlite3_errmsg(database));
	while (sqlite3_step(statement) == SQLITE_ROW)
		fprintf(stream, "%s\n", (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(database);
	cr_assert_eq(fclose(stream), 0);
	return text;
}

static void expect_rows(const char *sql, const char *rows)
{
	char *text = select_text(sql);
	cr_expect_str_eq(text, rows, "%s gives\n%sinstead of\n%s", sql, text, rows);
	free(text);
}

#define HELD                                                                                              \
	"SELECT u.name || ' ' || b.slug || ' ' || a.level || ' ' || date(a.at_us / 1000000, 'unixepoch')" \
	" || ' ' || a.event_id FROM awards AS a JOIN users AS u ON u.id = a.user"                         \
	" JOIN badges AS b ON b.id = a.badge WHERE a.revoked = 0 ORDER BY 1"
/* Counts, without the times of what was counted. */
#define TALLIES \
	"SELECT subject || ' ' || value FROM tallies WHERE value <> 0 AND subject NOT LIKE '%/events' ORDER BY 1"

static void expect_no_sandbox(void)
{
	cr_expect_neq(access("badges.db-backfill", F_OK), 0);
	cr_expect_neq(access("badges.db-backfill-wal", F_OK), 0);
	cr_expect_neq(access("badges.db-backfill-runs", F_OK), 0);
	cr_expect_neq(access("badges.db-backfill-lock", F_OK), 0);
}

/* ---- the awards of run ---- */

Test(command_backfill, gives_an_empty_database_what_a_run_would_have_given)
{
	did("", "backfill", "past.jsonl");
	expect_rows(HELD, "ada commentator 1 2024-03-03 c3\nbob commentator 1 2024-03-05 c5\n");
	expect_rows(TALLIES, "ada 3\nbob 2\ncy 1\n");
	expect_no_sandbox();
}

Test(command_backfill, tells_the_awards_it_gives_as_run_does)
{
	command_outcome outcome = run(PAST, "backfill", "--json", "-", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome,
		   "{\"user\":\"ada\",\"badge\":\"commentator\",\"level\":1,\"name\":\"Commentator\",\"reason\":\"\","
		   "\"at\":\"2024-03-03T12:00:00.000Z\",\"event\":\"comment\",\"event_id\":\"c3\"}\n"
		   "{\"user\":\"bob\",\"badge\":\"commentator\",\"level\":1,\"name\":\"Commentator\",\"reason\":\"\","
		   "\"at\":\"2024-03-05T12:00:00.000Z\",\"event\":\"comment\",\"event_id\":\"c5\"}\n");
	expect_err(outcome, "6 events judged: 2 awards gained, 0 lost, 0 bad lines\n");
	expect_err(outcome, "1 plugin keeps the memory of the backfill\n");
	finish(&outcome);
}

/* ---- differences ---- */

Test(command_backfill, a_dry_run_tells_exactly_what_a_changed_threshold_changes)
{
	did(PAST, "run");
	write_file("badges.yaml", HEAD "plugins:\n" COMMENTATOR("3"));
	command_outcome outcome = run("", "backfill", "--dry-run", "past.jsonl", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "- bob  commentator 1  Commentator  2024-03-05 12:00\n");
	expect_err(outcome, "0 awards gained, 1 lost\n");
	finish(&outcome);
	write_file("badges.yaml", HEAD "plugins:\n" COMMENTATOR("1"));
	outcome = run("", "backfill", "--dry-run", "past.jsonl", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "+ cy  commentator 1  Commentator  2024-03-04 12:00\n");
	expect_err(outcome, "1 award gained, 0 lost\n");
	finish(&outcome);
	expect_rows(HELD, "ada commentator 1 2024-03-03 c3\nbob commentator 1 2024-03-05 c5\n");
	expect_no_sandbox();
}

Test(command_backfill, a_dry_run_in_json_says_gained_or_lost)
{
	did(PAST, "run");
	write_file("badges.yaml", HEAD "plugins:\n" COMMENTATOR("3"));
	command_outcome outcome = run("", "backfill", "--dry-run", "--json", "past.jsonl", NULL);
	expect_exit(outcome, 0);
	expect_out(outcome, "{\"change\":\"lost\",\"award\":{\"user\":\"bob\",\"badge\":\"commentator\",\"level\":1,"
			    "\"name\":\"Commentator\",\"reason\":\"\",\"at\":\"2024-03-05T12:00:00.000Z\","
			    "\"event\":\"comment\",\"event_id\":\"c5\"}}\n");
	finish(&outcome);
}

Test(command_backfill, what_would_not_be_earned_any_more_stays_unless_it_is_to_be_revoked)
{
	did(PAST, "run");
	write_file("badges.yaml", HEAD "plugins:\n" COMMENTATOR("3"));
	did("", "backfill", "past.jsonl");
	expect_rows(HELD, "ada commentator 1 2024-03-03 c3\nbob commentator 1 2024-03-05 c5\n");
	did("", "backfill", "--revoke", "past.jsonl");
	expect_rows(HELD, "ada commentator 1 2024-03-03 c3\n");
	/* bob's third comment: he earns it again */
	did(COMMENT("bob", "c7", "07"), "run");
	expect_rows(HELD, "ada commentator 1 2024-03-03 c3\nbob commentator 1 2024-03-07 c7\n");
}

Test(command_backfill, what_a_backfill_has_revoked_another_gives_back)
{
	did(PAST, "run");
	write_file("badges.yaml", HEAD "plugins:\n" COMMENTATOR("3"));
	did("", "backfill", "--revoke", "past.jsonl");
	write_file("badges.yaml", HEAD "plugins:\n" COMMENTATOR("2"));
	did("", "backfill", "past.jsonl");
	expect_rows(HELD, "ada commentator 1 2024-03-03 c3\nbob commentator 1 2024-03-05 c5\n");
}

Test(command_backfill, what_a_person_has_decided_stays)
{
	did(PAST, "run");
	did("", "revoke", "--note", "spam", "ada", "commentator");
	did("", "award", "--note", "kind", "--at", "2024-03-04T00:00:00Z", "cy", "commentator");
	write_file("badges.yaml", HEAD "plugins:\n" COMMENTATOR("3"));
	command_outcome outcome = run("", "backfill", "--dry-run", "past.jsonl", NULL);
	expect_out(outcome, "- bob  commentator 1  Commentator  2024-03-05 12:00\n");
	finish(&outcome);
	did("", "backfill", "--revoke", "past.jsonl");
	expect_rows(HELD, "cy commentator 1 2024-03-04 \n");
}

Test(command_backfill, what_lies_outside_of_the_history_is_no_loss)
{
	did(COMMENT("dee", "c0", "01") COMMENT("dee", "d0", "01") PAST COMMENT("cy", "c7", "09"), "run");
	write_file("badges.yaml", HEAD "plugins:\n" COMMENTATOR("3"));
	write_file("past.jsonl", COMMENT("bob", "c2", "02") COMMENT("bob", "c5", "05") COMMENT("ada", "c6", "06"));
	command_outcome outcome = run("", "backfill", "--dry-run", "past.jsonl", NULL);
	/* dee's is older, and cy's newer, than the events of the file */
	expect_out(outcome, "- ada  commentator 1  Commentator  2024-03-03 12:00\n"
			    "- bob  commentator 1  Commentator  2024-03-05 12:00\n");
	finish(&outcome);
}

Test(command_backfill, takes_over_the_chosen_badge_alone)
{
	write_file("badges.yaml", HEAD "plugins:\n" COMMENTATOR("2") POINTS);
	write_file("past.jsonl", PAST POINTS_OF("ada", "p1", "07"));
	did("", "backfill", "--badge", "points", "past.jsonl");
	expect_rows(HELD, "ada points 1 2024-03-07 p1\n");
	expect_rows(TALLIES, "");
	did("", "backfill", "--badge", "points", "--badge", "commentator", "past.jsonl");
	expect_rows(HELD, "ada commentator 1 2024-03-03 c3\nada points 1 2024-03-07 p1\n"
			  "bob commentator 1 2024-03-05 c5\n");
	expect_rows(TALLIES, "ada 3\nbob 2\ncy 1\n");
}

/* ---- memory ---- */

Test(command_backfill, a_plugin_that_remembered_nothing_goes_on_counting)
{
	write_file("past.jsonl", COMMENT("ada", "c1", "01"));
	did("", "backfill", "past.jsonl");
	expect_rows(HELD, "");
	did(COMMENT("ada", "c2", "02"), "run");
	expect_rows(HELD, "ada commentator 1 2024-03-02 c2\n");
}

Test(command_backfill, a_plugin_that_remembers_something_keeps_that)
{
	did(COMMENT("bob", "c0", "01"), "run");
	did("", "backfill", "past.jsonl");
	expect_rows(TALLIES, "bob 1\n");
	expect_rows(HELD, "ada commentator 1 2024-03-03 c3\nbob commentator 1 2024-03-05 c5\n");
}

/* Beside a badge of the same plugin that has counted. */
Test(command_backfill, a_new_badge_gets_its_counts_though_its_plugin_remembers_something)
{
	static const char two[] =
		HEAD "plugins:\n  - file: " BRB_BUILD_DIR "/plugins/threshold.so\n    badges:\n"
		     "      - { badge: threshold, slug: two, events: [comment], settings: { at: [2] } }\n";
	write_file("badges.yaml", two);
	did(PAST, "run");
	char text[1024];
	snprintf(text, sizeof text,
		 "%s      - { badge: threshold, slug: four, events: [comment], settings: { at: [4] } }\n", two);
	write_file("badges.yaml", text);
	did("", "backfill", "--badge", "four", "past.jsonl");
	did(COMMENT("ada", "c7", "07"), "run");
	expect_rows("SELECT slug || ' ' || name FROM awards JOIN badges AS b ON b.id = badge JOIN users AS u ON u.id "
		    "= user"
		    " WHERE slug = 'four'",
		    "four ada\n");
}

Test(command_backfill, says_before_it_starts_whose_memory_is_kept)
{
	did(COMMENT("bob", "c0", "01"), "run");
	command_outcome outcome = run("", "backfill", "past.jsonl", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome, "already and keeps");
	finish(&outcome);
}

/* ---- awards without a reason ---- */

#define SAY(user, day) "{\"event\":\"say\",\"user\":\"" user "\",\"at\":\"2024-03-" day "T12:00:00Z\"}\n"

Test(command_backfill, awards_that_are_told_apart_by_numbers_alone_come_once)
{
	write_file("badges.yaml", HEAD "plugins:\n" MANY);
	write_file("past.jsonl", SAY("ada", "01") SAY("ada", "02") SAY("ada", "02"));
	did(SAY("ada", "02"), "run");
	did("", "backfill", "past.jsonl");
	did("", "backfill", "past.jsonl");
	expect_rows(HELD, "ada many 1 2024-03-01 \nada many 1 2024-03-02 \nada many 1 2024-03-02 \n");
	expect_rows("SELECT COUNT(*) FROM awards WHERE reason = '#' || sequence", "3\n");
}

/* ---- the journal ---- */

Test(command_backfill, what_servers_have_counted_stays_unless_it_is_to_be_replaced)
{
	write_file("badges.yaml", HEAD JOURNAL
		   "plugins:\n" POINTS "  - { file: obedient.so, badges: [{ badge: one, events: [comment] }] }\n");
	did(PAST, "run");
	/* the server has the badge, too, and has counted some */
	write_file("badges.yaml", HEAD JOURNAL "plugins:\n" POINTS COMMENTATOR("4"));
	did(COMMENT("ada", "c7", "07"), "run");
	did("", "backfill", "--badge", "commentator");
	expect_rows(HELD, "ada commentator 1 2024-03-07 c7\nada one 1 2024-03-01 c1\nbob one 1 2024-03-02 c2\n"
			  "cy one 1 2024-03-04 c4\n");
	expect_rows(TALLIES, "ada 1\n");
	did("", "backfill", "--badge", "commentator", "--replace-memory");
	expect_rows(TALLIES, "ada 4\nbob 2\ncy 1\n");
}

Test(command_backfill, a_new_badge_is_judged_over_the_journal_and_goes_on_counting)
{
	write_file("badges.yaml",
		   HEAD JOURNAL "plugins:\n  - { file: obedient.so, badges: [{ badge: one, events: [comment] }] }\n");
	did(PAST, "run");
	write_file("badges.yaml", HEAD JOURNAL "plugins:\n" COMMENTATOR("4"));
	did("", "backfill");
	expect_rows(TALLIES, "ada 3\nbob 2\ncy 1\n");
	did(COMMENT("ada", "c7", "07"), "run");
	expect_rows(HELD, "ada commentator 1 2024-03-07 c7\nada one 1 2024-03-01 c1\nbob one 1 2024-03-02 c2\n"
			  "cy one 1 2024-03-04 c4\n");
	/* the sandbox writes no journal */
	expect_rows("SELECT COUNT(*) FROM journal WHERE kind = 1", "7\n");
}

Test(command_backfill, without_a_file_there_must_be_a_journal)
{
	did(PAST, "run");
	command_outcome outcome = run("", "backfill", NULL);
	expect_exit(outcome, 2);
	expect_err(outcome, "there is no journal to judge");
	finish(&outcome);
	expect_no_sandbox();
}

/* ---- resuming ---- */

/*
 * Starts a backfill on a pipe, with this --batch or none, and kills it once it has committed that line, within 60 s. The pipe
 * stays open until then.
 */
static void kill_after_line(const char *batch, const char *text, int line)
{
	static const char sql[] = "SELECT value FROM counters WHERE name = 'backfill.number'";
	command_process process = start("backfill", "-", batch ? "--batch" : NULL, batch, NULL);
	feed(&process, text);
	bool there = false;
	for (int polls = 0; !there && polls < 60000; polls++) {
		sqlite3 *database = NULL;
		sqlite3_stmt *statement = NULL;
		if (sqlite3_open_v2("badges.db-backfill", &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
		    sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
		    sqlite3_step(statement) == SQLITE_ROW)
			there = sqlite3_column_int(statement, 0) == line;
		sqlite3_finalize(statement);
		sqlite3_close(database);
		usleep(1000);
	}
	kill(process.pid, SIGKILL);
	cr_assert(there, "line %d was not committed", line);
	command_outcome outcome = wait_for(&process);
	cr_expect_eq(outcome.exit_code, -SIGKILL);
	finish(&outcome);
}

/* Of a backfill that was killed: the next one begins anew. */
static void remove_sandbox(void)
{
	static const char *const files[] = { "badges.db-backfill", "badges.db-backfill-wal", "badges.db-backfill-shm",
					     "badges.db-backfill-runs" };
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		unlink(files[i]);
}

Test(command_backfill, goes_on_where_it_was_killed)
{
	kill_after_line("1", COMMENT("ada", "c1", "01") COMMENT("bob", "c2", "02") COMMENT("ada", "c3", "03"), 3);
	command_outcome outcome = run(PAST, "backfill", "-", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome, "resuming after line 3\n");
	expect_err(outcome, "3 events judged: 2 awards gained, 0 lost, 0 bad lines\n");
	finish(&outcome);
	expect_rows(HELD, "ada commentator 1 2024-03-03 c3\nbob commentator 1 2024-03-05 c5\n");
	expect_rows(TALLIES, "ada 3\nbob 2\ncy 1\n");
	expect_no_sandbox();
}

Test(command_backfill, commits_when_the_pipe_is_idle)
{
	kill_after_line(NULL, COMMENT("ada", "c1", "01") COMMENT("bob", "c2", "02") COMMENT("ada", "c3", "03"), 3);
	command_outcome outcome = run(PAST, "backfill", "-", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome, "resuming after line 3\n");
	expect_err(outcome, "3 events judged: 2 awards gained, 0 lost, 0 bad lines\n");
	finish(&outcome);
	expect_rows(TALLIES, "ada 3\nbob 2\ncy 1\n");
	expect_no_sandbox();
}

/* What is committed at the opening is the same in both. */
Test(command_backfill, commits_each_batch_only_if_its_size_is_given)
{
	kill_after_line("1", PAST, 6);
	int each = count_commits("badges.db-backfill");
	remove_sandbox();
	kill_after_line("4", PAST, 6);
	int fours = count_commits("badges.db-backfill");
	remove_sandbox();
	kill_after_line(NULL, PAST, 6);
	int one = count_commits("badges.db-backfill");
	cr_expect_eq(each - one, 5, "%d commits with --batch 1, %d without", each, one);
	cr_expect_eq(fours - one, 1, "%d commits with --batch 4, %d without", fours, one);
}

Test(command_backfill, another_file_is_judged_from_its_first_line_on)
{
	kill_after_line("1", COMMENT("ada", "c1", "01") COMMENT("dee", "c2", "02"), 2);
	command_outcome outcome = run("", "backfill", "past.jsonl", NULL);
	expect_exit(outcome, 0);
	expect_err(outcome, "past.jsonl is not the file that was interrupted: starting at its first line\n");
	expect_err(outcome, "6 events judged: 2 awards gained, 0 lost, 0 bad lines\n");
	finish(&outcome);
	expect_rows(TALLIES, "ada 3\nbob 2\ncy 1\n");
}

Test(command_backfill, other_badges_begin_anew)
{
	kill_after_line("1", COMMENT("ada", "c1", "01") COMMENT("bob", "c2", "02"), 2);
	write_file("badges.yaml", HEAD "plugins:\n" COMMENTATOR("3"));
	command_outcome outcome = run("", "backfill", "past.jsonl", NULL);
	expect_exit(outcome, 0);
	expect_no_err(outcome, "resuming");
	expect_err(outcome, "6 events judged: 1 award gained, 0 lost, 0 bad lines\n");
	finish(&outcome);
}

Test(command_backfill, there_is_one_at_a_time)
{
	char line[256];
	command_process process = start("backfill", "--batch", "1", "--progress", "always", "-", NULL);
	feed(&process, COMMENT("ada", "c1", "01"));
	while (access("badges.db-backfill", F_OK) != 0)
		usleep(1000);
	command_outcome outcome = run("", "backfill", "past.jsonl", NULL);
	expect_exit(outcome, 3);
	snprintf(line, sizeof line, "badges.db: another backfill is under way (it holds ");
	expect_err(outcome, line);
	finish(&outcome);
	outcome = wait_for(&process);
	expect_exit(outcome, 0);
	finish(&outcome);
}

/* ---- beside a server ---- */

Test(command_backfill, what_a_server_judges_meanwhile_is_judged_once)
{
	write_file("badges.yaml", HEAD "plugins:\n" COMMENTATOR("2") MANY);
	command_process process = start("backfill", "--batch", "1", "-", NULL);
	feed(&process, COMMENT("ada", "c1", "01") COMMENT("ada", "c3", "03") SAY("ada", "03"));
	while (access("badges.db-backfill", F_OK) != 0)
		usleep(1000);
	/* the same, live: the awards are there before the backfill's */
	did(COMMENT("ada", "c1", "01") COMMENT("ada", "c3", "03") SAY("ada", "03") SAY("ada", "04"), "run");
	command_outcome outcome = wait_for(&process);
	expect_exit(outcome, 0);
	expect_err(outcome, ": 0 awards gained, 0 lost");
	expect_no_err(outcome, "the memory of");
	finish(&outcome);
	expect_rows(HELD, "ada commentator 1 2024-03-03 c3\nada many 1 2024-03-03 \nada many 1 2024-03-04 \n");
	expect_rows(TALLIES, "ada 2\n");
}

/* ---- errors ---- */

Test(command_backfill, bad_lines_are_told_and_passed_over)
{
	write_file("past.jsonl", COMMENT("ada", "c1", "01") "{\"event\":\"comment\"}\n"
							    "{\"event\":\"comment\",\"user\":\"ada\"}\n"
							    "\n" COMMENT("ada", "c3", "03"));
	command_outcome outcome = run("", "backfill", "past.jsonl", NULL);
	expect_exit(outcome, 1);
	expect_err(outcome, "past.jsonl:2: ");
	expect_err(outcome, "past.jsonl:3: \"at\" is missing: an event of a history needs its time\n");
	expect_err(outcome, "2 events judged: 1 award gained, 0 lost, 2 bad lines\n");
	finish(&outcome);
	expect_rows(HELD, "ada commentator 1 2024-03-03 c3\n");
}

Test(command_backfill, strict_hands_nothing_over)
{
	write_file("past.jsonl", PAST "bad\n");
	command_outcome outcome = run("", "backfill", "--strict", "past.jsonl", NULL);
	expect_exit(outcome, 1);
	expect_err(outcome, "past.jsonl:7: ");
	expect_err(outcome, "stopped by --strict; nothing is stored\n");
	finish(&outcome);
	expect_rows(HELD, "");
}

/* Limits the size of files, so that the sandbox cannot be created. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit;
	cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(command_backfill, a_disk_that_is_full_is_told_and_nothing_is_changed)
{
	struct stat plugin;
	cr_assert_eq(stat(BRB_BUILD_DIR "/plugins/threshold.so", &plugin), 0);
	if (plugin.st_size > 128 * 1024)
		cr_skip_test("a sanitizer's plugin is larger than the database for which there is to be no place");
	write_file("badges.yaml", HEAD "probe: off\nplugins:\n" COMMENTATOR("2"));
	did(COMMENT("ada", "c1", "01"), "run");
	signal(SIGXFSZ, SIG_IGN); /* writing fails instead */
	limit_files(128 * 1024);
	command_outcome outcome = run("", "backfill", "past.jsonl", NULL);
	limit_files(RLIM_INFINITY);
	expect_exit(outcome, 3);
	expect_err(outcome, "badges.db-backfill");
	expect_out(outcome, "");
	finish(&outcome);
	expect_rows(HELD, "");
	did("", "backfill", "past.jsonl");
	expect_rows(HELD, "ada commentator 1 2024-03-03 c3\nbob commentator 1 2024-03-05 c5\n");
}

Test(command_backfill, a_file_that_is_not_there_hands_nothing_over)
{
	command_outcome outcome = run("", "backfill", "absent.jsonl", NULL);
	expect_exit(outcome, 1);
	expect_err(outcome, "absent.jsonl: No such file or directory\n");
	finish(&outcome);
	expect_no_sandbox();
}

Test(command_backfill, refuses_what_makes_no_sense)
{
	static const struct {
		const char *words[4];
		const char *wrong;
	} refused[] = {
		{ { "--badge", "comentator", "past.jsonl", NULL },
		  "no badge \"comentator\" is loaded (did you mean \"commentator\"?)\n" },
		{ { "--until", "2024-03-01T00:00:00Z", NULL, NULL }, "--until needs a FILE" },
		{ { "--dry-run", "--revoke", "past.jsonl", NULL },
		  "--dry-run does not go with --revoke or --replace-memory" },
		{ { "--replace-memory", "past.jsonl", NULL, NULL }, "--replace-memory needs the journal" },
		{ { "past.jsonl", "more.jsonl", NULL, NULL }, "one word too many: more.jsonl" },
	};
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		const char *const *words = refused[i].words;
		command_outcome outcome = run("", "backfill", words[0], words[1], words[2], words[3], NULL);
		expect_exit(outcome, 2);
		expect_err(outcome, refused[i].wrong);
		finish(&outcome);
	}
}
