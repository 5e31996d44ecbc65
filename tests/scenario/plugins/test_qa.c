/*
 * The Q&A pack, through the command: a history gives exactly the awards of its rules (user, slug, reason, time), in
 * stream order, with any commit size, and none when it is run again.
 *
 * tests/data/qa-small and qa-timers (scheduled badges) are made by hand, with each badge's edge cases. The history of a
 * real site is in ../shared beside the checkout, if at all.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "support/scene.h"

extern char **environ;

/* ---- running ---- */

/* qa's badges.yaml, in the scene's folder, so that only the plugin of this build is found. */
static scene *scene_of_qa(void)
{
	scene *here = scene_new();
	copy_whole(BRB_SOURCE_DIR "/plugins/qa/badges.yaml", here->config);
	setenv("BRABEION_PLUGIN_PATH", BRB_BUILD_DIR "/plugins", 1);
	return here;
}

/* The same for a history that ends in 2028, so that its timers come due. */
static scene *scene_with_timers(void)
{
	scene *here = scene_of_qa();
	FILE *config = fopen(here->config, "a");
	cr_assert(config && fputs("future: off\n", config) >= 0 && fclose(config) == 0);
	return here;
}

/* The same without the two scheduled badges. */
static scene *scene_without_timers(void)
{
	char line[1024];
	scene *here = scene_new();
	FILE *from = fopen(BRB_SOURCE_DIR "/plugins/qa/badges.yaml", "r"), *to = fopen(here->config, "w");
	cr_assert(from && to);
	while (fgets(line, sizeof line, from))
		if (!strstr(line, "badge: tumbleweed") && !strstr(line, "badge: yearling"))
			fputs(line, to);
	fclose(from);
	fclose(to);
	setenv("BRABEION_PLUGIN_PATH", BRB_BUILD_DIR "/plugins", 1);
	return here;
}

/* Runs a shell line with $brabeion, $config, $database and $input; its output goes to the file `out`. */
static int run_line(scene *here, const char *line, const char *input)
{
	char out[SCENE_PATH_BYTES * 2];
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status = -1;
	setenv("brabeion", BRB_BUILD_DIR "/engine/cli/brabeion", 1);
	setenv("config", here->config, 1);
	setenv("database", here->database, 1);
	setenv("input", input, 1);
	snprintf(out, sizeof out, "%s/out", here->folder);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	char *words[] = { "sh", "-c", (char *)(uintptr_t)line, NULL };
	int problem = posix_spawnp(&child, "sh", &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	cr_assert_eq(problem, 0);
	cr_assert_eq(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- comparing ---- */

/* The text of a key in a line of the command's JSON, "" without the key. No escapes are expected. */
static void get_text(const char *line, const char *key, char *text, size_t size)
{
	char quoted[64];
	snprintf(quoted, sizeof quoted, "\"%s\":\"", key);
	const char *from = strstr(line, quoted);
	from = from ? from + strlen(quoted) : "\"";
	snprintf(text, size, "%.*s", (int)strcspn(from, "\""), from);
}

enum { ROWS_MOST = 20000 };

/* One award as a line of expected.tsv: user, slug, reason, time; and the id of the event that earned it. */
typedef struct award_row {
	char text[768];
	char event_id[256];
} award_row;

static void read_row(const char *line, award_row *row)
{
	char user[256], slug[128], reason[256], at[64];
	get_text(line, "user", user, sizeof user);
	get_text(line, "badge", slug, sizeof slug);
	get_text(line, "reason", reason, sizeof reason);
	get_text(line, "at", at, sizeof at);
	get_text(line, "event_id", row->event_id, sizeof row->event_id);
	snprintf(row->text, sizeof row->text, "%s\t%s\t%s\t%s\n", user, slug, reason, at);
}

/* All lines of a file as rows: of the command's output, or of expected.tsv. */
static size_t read_rows(const char *path, bool expected, award_row *rows)
{
	char line[4096];
	size_t count = 0;
	FILE *file = fopen(path, "r");
	cr_assert_not_null(file, "cannot read %s", path);
	while (fgets(line, sizeof line, file)) {
		cr_assert_lt(count, ROWS_MOST);
		if (expected)
			snprintf(rows[count++].text, sizeof rows->text, "%.*s", (int)sizeof rows->text - 1, line);
		else
			read_row(line, &rows[count++]);
	}
	fclose(file);
	return count;
}

static int by_text(const void *left, const void *right)
{
	return strcmp(((const award_row *)left)->text, ((const award_row *)right)->text);
}

/* The file `out` holds exactly the awards of `expected`, in its order; within one event the order is free. */
static size_t expect_awards(scene *here, const char *expected)
{
	char out[SCENE_PATH_BYTES * 2];
	award_row *got = calloc(ROWS_MOST, sizeof *got), *wanted = calloc(ROWS_MOST, sizeof *wanted);
	cr_assert(got && wanted);
	snprintf(out, sizeof out, "%s/out", here->folder);
	size_t count = read_rows(out, false, got), due = read_rows(expected, true, wanted);
	for (size_t from = 0, to = 1; from < count && from < due; from = to++) {
		while (to < count && to < due && strcmp(got[to].event_id, got[from].event_id) == 0)
			to++;
		qsort(&got[from], to - from, sizeof *got, by_text);
		qsort(&wanted[from], to - from, sizeof *wanted, by_text);
		for (size_t i = from; i < to; i++)
			cr_assert_str_eq(got[i].text, wanted[i].text, "award %zu is %s instead of %s", i + 1,
					 got[i].text, wanted[i].text);
	}
	cr_assert_eq(count, due, "%zu awards instead of %zu", count, due);
	free(got);
	free(wanted);
	return count;
}

static void expect_no_output(scene *here)
{
	char out[SCENE_PATH_BYTES * 2];
	struct stat about;
	snprintf(out, sizeof out, "%s/out", here->folder);
	cr_assert_eq(stat(out, &about), 0);
	cr_assert_eq(about.st_size, 0, "the second run has awarded something");
}

/* ---- the small history ---- */

#define SMALL BRB_SOURCE_DIR "/tests/data/qa-small"
#define RUN "\"$brabeion\" run --config \"$config\" --database \"$database\" "

/* A history, run by a shell line, gives its 90 awards, and a plain run after it none. */
static void expect_small(const char *line)
{
	scene *here = scene_of_qa();
	cr_assert_eq(run_line(here, line, SMALL ".jsonl"), 0);
	cr_assert_eq(expect_awards(here, SMALL ".expected.tsv"), 90);
	cr_assert_eq(run_line(here, RUN "\"$input\"", SMALL ".jsonl"), 0);
	expect_no_output(here);
	scene_finish(here);
}

Test(qa, a_history_gives_exactly_its_awards_and_nothing_when_it_is_run_again)
{
	expect_small(RUN "\"$input\"");
}

Test(qa, a_pipe_gives_the_same_awards)
{
	expect_small("cat \"$input\" | " RUN);
}

Test(qa, a_slow_pipe_gives_the_same_awards)
{
	expect_small("while read -r line; do printf '%s\\n' \"$line\"; done <\"$input\" | " RUN "-");
}

Test(qa, a_commit_for_each_event_gives_the_same_awards)
{
	expect_small(RUN "--batch 1 \"$input\"");
}

Test(qa, commits_of_seven_give_the_same_awards)
{
	expect_small(RUN "--batch 7 \"$input\"");
}

Test(qa, a_run_that_is_taken_up_again_gives_the_same_awards)
{
	/* a bad line stops it before the history's end */
	expect_small("for lines in 100 200 420 500; do { head -n $lines \"$input\"; echo bad; } | " RUN
		     "--strict; [ $? = 1 ] || exit 9; done; " RUN "\"$input\"");
}

/* Feeds a run the first lines of the history, and kills it once it has printed their awards. */
static void kill_after(scene *here, const char *input, int lines, int awards, FILE *told)
{
	int to_child[2], from_child[2];
	char line[4096];
	cr_assert(pipe2(to_child, O_CLOEXEC) == 0 && pipe2(from_child, O_CLOEXEC) == 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(to_child[0], 0);
		dup2(from_child[1], 1);
		execl(BRB_BUILD_DIR "/engine/cli/brabeion", "brabeion", "run", "--config", here->config, "--database",
		      here->database, "--batch", "7", NULL);
		_exit(127);
	}
	cr_assert_gt(child, 0);
	close(to_child[0]);
	close(from_child[1]);
	FILE *history = fopen(input, "r"), *events = fdopen(to_child[1], "w"), *output = fdopen(from_child[0], "r");
	cr_assert(history && events && output);
	for (int i = 0; i < lines && fgets(line, sizeof line, history); i++)
		fputs(line, events);
	fflush(events);
	for (int i = 0; i < awards; i++) {
		cr_assert_not_null(fgets(line, sizeof line, output), "award %d of %d is missing", i + 1, awards);
		fputs(line, told);
	}
	kill(child, SIGKILL);
	cr_assert_eq(waitpid(child, NULL, 0), child);
	fclose(history);
	fclose(events);
	fclose(output);
}

Test(qa, a_run_that_is_killed_again_and_again_gives_the_same_awards, .timeout = 120)
{
	static const struct {
		int lines, awards;
	} kills[] = { { 90, 3 }, { 210, 11 }, { 340, 35 }, { 430, 57 }, { 480, 73 } };
	char out[SCENE_PATH_BYTES * 2], line[4096];
	int told_before = 0;
	scene *here = scene_of_qa();
	FILE *told = tmpfile();
	cr_assert_not_null(told);
	for (size_t i = 0; i < sizeof kills / sizeof kills[0]; i++) {
		kill_after(here, SMALL ".jsonl", kills[i].lines, kills[i].awards - told_before, told);
		told_before = kills[i].awards;
	}
	cr_assert_eq(run_line(here, RUN "\"$input\"", SMALL ".jsonl"), 0);
	snprintf(out, sizeof out, "%s/out", here->folder);
	FILE *last = fopen(out, "r+");
	cr_assert_not_null(last);
	while (fgets(line, sizeof line, last))
		fputs(line, told);
	rewind(last);
	rewind(told);
	while (fgets(line, sizeof line, told))
		fputs(line, last);
	fclose(told);
	fclose(last);
	cr_assert_eq(expect_awards(here, SMALL ".expected.tsv"), 90);
	scene_finish(here);
}

/* ---- a backfill ---- */

#define BACKFILL "\"$brabeion\" backfill --json --config \"$config\" --database \"$database\" "

/* A backfill stores the plugin's memory, too: a run over the rest earns the same as after a run. */
Test(qa, after_a_backfill_a_run_goes_on_as_after_a_run)
{
	scene *here = scene_of_qa();
	const char *line = "cd \"${database%/*}\" && for way in run \"backfill --json\"; do"
			   " head -n 300 \"$input\" >first; tail -n +301 \"$input\" >rest;"
			   " \"$brabeion\" $way --config \"$config\" --database \"${way%% *}.db\" first;"
			   " \"$brabeion\" run --config \"$config\" --database \"${way%% *}.db\" rest; done >told;"
			   " lines=$(wc -l <told); head -n $((lines / 2)) told >half; tail -n $((lines / 2)) told |"
			   " cmp - half && echo $lines";
	char out[SCENE_PATH_BYTES * 2], told[32] = "";
	cr_assert_eq(run_line(here, line, SMALL ".jsonl"), 0);
	snprintf(out, sizeof out, "%s/out", here->folder);
	FILE *file = fopen(out, "r");
	cr_assert(file && fgets(told, sizeof told, file));
	fclose(file);
	cr_assert_str_eq(told, "176\n"); /* two of the 90 fall due in between and are left to the clock */
	scene_finish(here);
}

Test(qa, a_backfill_gives_the_same_awards)
{
	scene *here = scene_of_qa();
	cr_assert_eq(run_line(here, BACKFILL "\"$input\"", SMALL ".jsonl"), 0);
	cr_assert_eq(expect_awards(here, SMALL ".expected.tsv"), 90);
	cr_assert_eq(run_line(here, BACKFILL "\"$input\"", SMALL ".jsonl"), 0);
	expect_no_output(here);
	scene_finish(here);
}

Test(qa, a_backfill_over_what_a_run_has_given_gives_nothing)
{
	scene *here = scene_of_qa();
	cr_assert_eq(run_line(here, RUN "\"$input\" >/dev/null; " BACKFILL "--revoke \"$input\"", SMALL ".jsonl"), 0);
	expect_no_output(here);
	cr_assert_eq(run_line(here, BACKFILL "--dry-run \"$input\"", SMALL ".jsonl"), 0);
	expect_no_output(here);
	scene_finish(here);
}

/* ---- scheduled badges ---- */

#define TIMERS BRB_SOURCE_DIR "/tests/data/qa-timers"

Test(qa, what_falls_due_is_judged_when_it_is_due)
{
	scene *here = scene_with_timers();
	cr_assert_eq(run_line(here, RUN "\"$input\"", TIMERS ".jsonl"), 0);
	cr_assert_eq(expect_awards(here, TIMERS ".expected.tsv"), 24);
	scene_finish(here);
}

Test(qa, a_backfill_judges_what_is_due_when_it_is_due)
{
	scene *here = scene_with_timers();
	cr_assert_eq(run_line(here, BACKFILL "\"$input\"", TIMERS ".jsonl"), 0);
	cr_assert_eq(expect_awards(here, TIMERS ".expected.tsv"), 24);
	scene_finish(here);
}

/* ---- the history of a real site ---- */

#define SITE BRB_SOURCE_DIR "/../shared/data/qa-site"

Test(qa, the_history_of_a_real_site_gives_exactly_its_awards, .timeout = 240)
{
	if (access(SITE "/events.jsonl", R_OK) != 0)
		cr_skip_test("%s: %s", SITE "/events.jsonl", strerror(errno));
	scene *here = scene_of_qa();
	cr_assert_eq(run_line(here, RUN "\"$input\"", SITE "/events.jsonl"), 0);
	cr_assert_eq(expect_awards(here, SITE "/expected-timers.tsv"), 4571);
	cr_assert_eq(run_line(here, RUN "\"$input\"", SITE "/events.jsonl"), 0);
	expect_no_output(here);
	scene_finish(here);
}

Test(qa, the_history_of_a_real_site_gives_the_same_without_what_falls_due, .timeout = 240)
{
	if (access(SITE "/events.jsonl", R_OK) != 0)
		cr_skip_test("%s: %s", SITE "/events.jsonl", strerror(errno));
	scene *here = scene_without_timers();
	cr_assert_eq(run_line(here, RUN "\"$input\"", SITE "/events.jsonl"), 0);
	cr_assert_eq(expect_awards(here, SITE "/expected.tsv"), 4445);
	scene_finish(here);
}

Test(qa, a_backfill_of_a_real_site_gives_exactly_what_a_run_gives, .timeout = 240)
{
	if (access(SITE "/events.jsonl", R_OK) != 0)
		cr_skip_test("%s: %s", SITE "/events.jsonl", strerror(errno));
	scene *here = scene_of_qa();
	cr_assert_eq(run_line(here, BACKFILL "\"$input\"", SITE "/events.jsonl"), 0);
	cr_assert_eq(expect_awards(here, SITE "/expected-timers.tsv"), 4571);
	cr_assert_eq(run_line(here, BACKFILL "--dry-run \"$input\"", SITE "/events.jsonl"), 0);
	expect_no_output(here);
	scene_finish(here);
}

Test(qa, a_backfill_of_a_real_site_without_what_falls_due_gives_the_same, .timeout = 240)
{
	if (access(SITE "/events.jsonl", R_OK) != 0)
		cr_skip_test("%s: %s", SITE "/events.jsonl", strerror(errno));
	scene *here = scene_without_timers();
	cr_assert_eq(run_line(here, BACKFILL "\"$input\"", SITE "/events.jsonl"), 0);
	cr_assert_eq(expect_awards(here, SITE "/expected.tsv"), 4445);
	scene_finish(here);
}

/* ---- other names ---- */

/* ada was merged: "old" is another name of hers. */
Test(qa, a_payer_under_a_merged_name_is_the_author)
{
	scene *here = scene_of_qa();
	scene_open(here);
	scene_fire(here, "question", "ada", BRABEION_TEXT("post", "q1"));
	scene_fire(here, "comment", "old", BRABEION_TEXT("post", "q1"));
	cr_assert_eq(brabeion_merge_users(here->engine, "old", "ada", NULL, NULL, &here->error), BRABEION_OK);
	cr_expect_str_eq(scene_fire(here, "bounty_start", "ada", BRABEION_TEXT("post", "q1"),
				    BRABEION_TEXT("by", "old"), BRABEION_INT("amount", 50)),
			 "promoter 1 ;");
	scene_fire(here, "question", "bob", BRABEION_TEXT("post", "q2"));
	cr_expect_str_eq(scene_fire(here, "bounty_start", "bob", BRABEION_TEXT("post", "q2"),
				    BRABEION_TEXT("by", "old"), BRABEION_INT("amount", 50)),
			 "investor 1 ;");
	cr_expect_str_eq(scene_awards(here, "ada"), "investor 1 ;promoter 1 ;");
	scene_finish(here);
}
