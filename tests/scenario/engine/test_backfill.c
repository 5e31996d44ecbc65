/*
 * Backfills through the public header: of the journal, while the engine keeps judging, and of a history that the host
 * gives; what is committed when.
 */
#include "support/scene.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "support/sqlite/wal.h"

#define EACH "plugins: [{file: obedient.so}]\n"
#define DAY_US INT64_C(86400000000)
#define BEGIN_US INT64_C(1709251200000000) /* 2024-03-01 */

static brabeion_backfill *open_backfill(scene *here, bool from_journal)
{
	brabeion_backfill *backfill = NULL;
	brabeion_backfill_options options = BRABEION_BACKFILL_OPTIONS(.from_journal = from_journal);
	cr_assert_eq(brabeion_backfill_open(here->engine, &options, &backfill, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	return backfill;
}

static void judge_journal(scene *here, brabeion_backfill *backfill)
{
	size_t judged = 1;
	while (judged)
		cr_assert_eq(brabeion_backfill_journal(backfill, 0, &judged, &here->error), BRABEION_OK, "%s",
			     here->error.message);
}

/* The number of changes: each one is an award that is gained. */
static size_t count_gains(scene *here, brabeion_backfill *backfill)
{
	brabeion_change_list changes;
	cr_assert_eq(brabeion_backfill_compare(backfill, &changes, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	size_t count = changes.count;
	for (size_t i = 0; i < count; i++)
		cr_expect_eq(changes.changes[i].kind, BRABEION_CHANGE_AWARDED);
	brabeion_change_list_finish(&changes);
	return count;
}

/* Judges the event of that number, of which each earns its user, "user-NUMBER", the badge one. */
static brabeion_status judge(brabeion_backfill *backfill, int64_t number)
{
	char user[32];
	brabeion_field fields[] = { BRABEION_TEXT("badge", "one"), BRABEION_INT("level", 1) };
	brabeion_checkpoint checkpoint = BRABEION_CHECKPOINT(.number = number, .mark = 7);
	brabeion_result result = BRABEION_RESULT();
	snprintf(user, sizeof user, "user-%lld", (long long)number);
	brabeion_event event = BRABEION_EVENT(.name = "say", .user = user, .fields = fields, .field_count = 2,
					      .has_at = true, .at_us = BEGIN_US + number);
	brabeion_status status = brabeion_backfill_judge(backfill, &event, 1, &checkpoint, &result);
	cr_expect_eq(result.status, status);
	cr_expect_eq(result.award_count, status == BRABEION_OK ? 1 : 0);
	brabeion_result_finish(&result);
	return status;
}

static void commit(scene *here, brabeion_backfill *backfill)
{
	cr_assert_eq(brabeion_backfill_commit(backfill, &here->error), BRABEION_OK, "%s", here->error.message);
}

static int64_t reached(const brabeion_backfill *backfill)
{
	brabeion_checkpoint checkpoint = BRABEION_CHECKPOINT();
	cr_assert_eq(brabeion_backfill_checkpoint(backfill, &checkpoint), BRABEION_OK);
	return checkpoint.number;
}

static int commits_of(const scene *here)
{
	char path[SCENE_PATH_BYTES + 16];
	snprintf(path, sizeof path, "%s-backfill", here->database);
	return count_commits(path);
}

static uint64_t hand_over(scene *here, brabeion_backfill *backfill)
{
	brabeion_backfill_outcome outcome = BRABEION_BACKFILL_OUTCOME();
	cr_assert_eq(brabeion_backfill_hand_over(backfill, false, &outcome, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	return outcome.awarded;
}

/* ---- the journal ---- */

Test(backfill, what_is_earned_behind_the_end_of_the_journal_is_not_told_as_lost)
{
	scene *here = scene_with("journal: keep 30d\n" EACH);
	const brabeion_field badge = BRABEION_TEXT("badge", "one"), level = BRABEION_INT("level", 1);
	scene_fire(here, "say", "ada", badge, level);
	cr_expect_eq(scene_count(here, "ada"), 1);
	brabeion_backfill *backfill = open_backfill(here, true);
	judge_journal(here, backfill);
	scene_fire(here, "say", "bob", badge, level);
	cr_expect_eq(scene_count(here, "bob"), 1);
	cr_expect_eq(count_gains(here, backfill), 0);
	brabeion_backfill_close(backfill, false);
	scene_finish(here);
}

Test(backfill, the_end_of_the_journal_is_a_commit)
{
	scene *here = scene_with("journal: keep 30d\n" EACH);
	const brabeion_field badge = BRABEION_TEXT("badge", "one"), level = BRABEION_INT("level", 1);
	scene_fire(here, "say", "ada", badge, level);
	scene_fire(here, "say", "bob", badge, level);
	brabeion_backfill *backfill = open_backfill(here, true);
	int before = commits_of(here);
	size_t judged = 0;
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(brabeion_backfill_journal(backfill, 1, &judged, &here->error), BRABEION_OK);
		cr_expect_eq(judged, 1);
		cr_expect_eq(commits_of(here) - before, 0);
	}
	cr_assert_eq(brabeion_backfill_journal(backfill, 1, &judged, &here->error), BRABEION_OK);
	cr_expect_eq(judged, 0);
	cr_expect_eq(commits_of(here) - before, 1);
	brabeion_backfill_close(backfill, false);
	scene_finish(here);
}

/* ---- commits ---- */

Test(backfill, batches_share_a_commit)
{
	scene *here = scene_with(EACH);
	brabeion_backfill *backfill = open_backfill(here, false);
	int before = commits_of(here);
	for (int64_t number = 1; number <= 3; number++)
		cr_assert_eq(judge(backfill, number), BRABEION_OK);
	cr_expect_eq(reached(backfill), 3);
	cr_expect_eq(commits_of(here) - before, 0);
	commit(here, backfill);
	cr_expect_eq(commits_of(here) - before, 1);
	commit(here, backfill);
	cr_expect_eq(commits_of(here) - before, 1, "there was nothing to commit");
	brabeion_backfill_close(backfill, false);
	scene_finish(here);
}

Test(backfill, commits_when_the_budget_of_the_engine_is_used, .timeout = 60)
{
	enum { EVENTS_MOST = 1000000 };
	scene *here = scene_new();
	scene_config(here, EACH);
	here->options.memory_bytes = 8 << 20;
	scene_open(here);
	brabeion_backfill *backfill = open_backfill(here, false);
	int before = commits_of(here);
	int64_t number = 0;
	while (number < EVENTS_MOST && (number % 256 != 0 || commits_of(here) == before))
		cr_assert_eq(judge(backfill, ++number), BRABEION_OK);
	cr_expect_gt(number, 1000);
	cr_expect_lt(number, 100000, "4 MiB hold no more than 100,000 awards");
	brabeion_backfill_close(backfill, false);
	scene_finish(here);
}

/* In a process of its own, which ends without closing anything. It is begun before the engine is opened. */
static void judge_and_die(scene *here)
{
	int code = -1;
	pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child) {
		cr_assert_eq(waitpid(child, &code, 0), child);
		cr_assert_eq(code, 0);
		return;
	}
	brabeion_engine *engine = NULL;
	brabeion_backfill *backfill = NULL;
	bool fine = brabeion_open(&here->options, &engine, NULL) == BRABEION_OK &&
		    brabeion_backfill_open(engine, NULL, &backfill, NULL) == BRABEION_OK &&
		    judge(backfill, 1) == BRABEION_OK && brabeion_backfill_commit(backfill, NULL) == BRABEION_OK &&
		    judge(backfill, 2) == BRABEION_OK && judge(backfill, 3) == BRABEION_OK && reached(backfill) == 3;
	_exit(fine ? 0 : 1);
}

Test(backfill, after_a_kill_goes_on_behind_the_last_commit, .timeout = 60)
{
	scene *here = scene_new();
	scene_config(here, EACH);
	judge_and_die(here);
	scene_open(here);
	brabeion_backfill *backfill = open_backfill(here, false);
	cr_expect_eq(reached(backfill), 1);
	cr_expect_eq(count_gains(here, backfill), 1);
	cr_assert_eq(judge(backfill, 2), BRABEION_OK, "it earns what it has earned before the kill");
	cr_expect_eq(hand_over(here, backfill), 2);
	brabeion_backfill_close(backfill, false);
	cr_expect_eq(scene_count(here, "user-1"), 1);
	cr_expect_eq(scene_count(here, "user-2"), 1);
	cr_expect_eq(scene_count(here, "user-3"), 0);
	scene_finish(here);
}

Test(backfill, is_committed_by_a_close_that_keeps_it)
{
	scene *here = scene_with(EACH);
	brabeion_backfill *backfill = open_backfill(here, false);
	cr_assert_eq(judge(backfill, 1), BRABEION_OK);
	brabeion_backfill_close(backfill, true);
	backfill = open_backfill(here, false);
	cr_expect_eq(reached(backfill), 1);
	cr_assert_eq(judge(backfill, 2), BRABEION_OK);
	brabeion_backfill_close(backfill, false);
	backfill = open_backfill(here, false);
	cr_expect_eq(reached(backfill), 0);
	brabeion_backfill_close(backfill, false);
	scene_finish(here);
}

Test(backfill, is_committed_before_it_is_compared_advanced_or_handed_over, .timeout = 60)
{
	scene *here = scene_with(EACH);
	brabeion_backfill *backfill = open_backfill(here, false);
	int before = commits_of(here);
	cr_assert_eq(judge(backfill, 1), BRABEION_OK);
	cr_expect_eq(count_gains(here, backfill), 1);
	cr_expect_eq(commits_of(here) - before, 1);
	cr_assert_eq(judge(backfill, 2), BRABEION_OK);
	cr_assert_eq(brabeion_backfill_advance(backfill, BEGIN_US + DAY_US, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_expect_eq(commits_of(here) - before, 2);
	cr_assert_eq(judge(backfill, 3), BRABEION_OK);
	cr_expect_eq(hand_over(here, backfill), 3);
	brabeion_backfill_close(backfill, false);
	cr_expect_eq(scene_count(here, "user-3"), 1);
	scene_finish(here);
}

/* No file may grow beyond this, and writing fails then. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit;
	cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(backfill, a_commit_that_fails_undoes_what_it_would_have_stored)
{
	scene *here = scene_with(EACH);
	brabeion_backfill *backfill = open_backfill(here, false);
	cr_assert_eq(judge(backfill, 1), BRABEION_OK);
	commit(here, backfill);
	cr_assert_eq(judge(backfill, 2), BRABEION_OK);
	signal(SIGXFSZ, SIG_IGN);
	limit_files(4096);
	cr_expect_eq(brabeion_backfill_commit(backfill, &here->error), BRABEION_STORE);
	limit_files(RLIM_INFINITY);
	cr_expect_eq(reached(backfill), 1);
	cr_assert_eq(judge(backfill, 2), BRABEION_OK, "it earns what was undone");
	cr_expect_eq(reached(backfill), 2);
	cr_expect_eq(hand_over(here, backfill), 2);
	brabeion_backfill_close(backfill, false);
	scene_finish(here);
}

Test(backfill, what_is_held_of_a_retired_badge_is_not_told_as_lost)
{
	scene *here = scene_with("journal: keep 30d\n" EACH);
	brabeion_backfill *backfill = NULL;
	const char *const named[] = { "one" };
	brabeion_backfill_options options =
		BRABEION_BACKFILL_OPTIONS(.from_journal = true, .badges = named, .badge_count = 1);
	scene_fire(here, "say", "ada", BRABEION_TEXT("badge", "one"), BRABEION_INT("level", 1));
	scene_config(here, "journal: keep 30d\nplugins:\n  - file: obedient.so\n"
			   "    badges: [{ badge: one, retired: true }, { badge: many }, { badge: last }]\n");
	cr_assert_eq(brabeion_reload(here->engine, NULL, &here->error), BRABEION_OK, "%s", here->error.message);
	cr_expect_eq(brabeion_backfill_open(here->engine, &options, &backfill, &here->error), BRABEION_INVALID);
	cr_expect_str_eq(scene_message(here),
			 "badge \"one\" is retired (retired: true in badges.yaml): no event is for it");
	brabeion_error_finish(&here->error);
	backfill = open_backfill(here, true);
	judge_journal(here, backfill);
	cr_expect_eq(count_gains(here, backfill), 0);
	brabeion_backfill_close(backfill, false);
	scene_finish(here);
}
