/*
 * progress: a badge reads one committed snapshot, or with the transaction's backend the changes of the open
 * transaction.
 */
#include "judging/progress.h"
#include "support/judge_fixture.h"

TestSuite(judge_progress, .init = open_judge_fixture, .fini = close_judge_fixture);

static brb_plugin *plugin;
static int64_t seen[3];
static int reads;

static void set_points(int64_t value)
{
	begin(store);
	set_present_tally("points", "ada", value);
	commit(store);
}

/* Reads twice; another commit may come in between. */
static void (*meanwhile)(void);

static int32_t tell_twice(void *self, badge_call *call, int32_t level)
{
	(void)self;
	seen[0] = thing_tally(call, "points", badge_user(call));
	if (meanwhile)
		meanwhile();
	seen[1] = thing_tally(call, "points", badge_user(call));
	const char *note = thing_note(call, "note", "");
	seen[2] = note ? note[0] : 0;
	reads++;
	return badge_progress(call, seen[1], 10 * (int64_t)level);
}

static brb_badge *telling_badge(void)
{
	plugin = new_plugin("p");
	brb_badge *badge = new_badge(plugin, "b", 3, NULL, NULL);
	badge->progress = tell_twice;
	return badge;
}

static brb_judge looking_judge(void)
{
	brb_judge judge = new_judge();
	brb_snapshot_reader *reader = NULL;
	WELL(brb_snapshot_reader_open(store, &reader, error));
	judge.backend = &brb_backend_snapshot;
	judge.backend_context = reader;
	judge.leads = false;
	return judge;
}

static void end_looking(brb_judge *judge)
{
	brb_snapshot_reader_close(judge->backend_context);
	brb_judge_finish(judge);
}

static void more_points(void)
{
	set_points(15);
}

Test(judge_progress, sees_one_moment_whatever_is_committed_meanwhile)
{
	brb_badge *badge = telling_badge();
	brb_progress found;
	set_points(7);
	brb_judge judge = looking_judge();
	meanwhile = more_points;
	WELL(brb_snapshot_reader_begin(judge.backend_context, error));
	cr_assert_eq(brb_progress_find(&judge, badge, "ada", true, &found), BRABEION_OK);
	brb_snapshot_reader_end(judge.backend_context);
	cr_expect_eq(seen[0], 7);
	cr_expect_eq(seen[1], 7);
	cr_expect(found.reported.is_reported);
	cr_expect_eq(found.reported.done, 7);
	cr_expect_eq(found.reported.goal, 10);
	meanwhile = NULL;
	WELL(brb_snapshot_reader_begin(judge.backend_context, error));
	cr_assert_eq(brb_progress_find(&judge, badge, "ada", true, &found), BRABEION_OK);
	brb_snapshot_reader_end(judge.backend_context);
	cr_expect_eq(found.reported.done, 10, "15 of 10");
	cr_expect_eq(found.level, 1);
	end_looking(&judge);
}

Test(judge_progress, waits_for_no_transaction)
{
	brb_badge *badge = telling_badge();
	brb_progress found;
	set_points(7);
	begin(store);
	set_present_tally("points", "ada", 8);
	brb_judge judge = looking_judge();
	WELL(brb_snapshot_reader_begin(judge.backend_context, error));
	cr_assert_eq(brb_progress_find(&judge, badge, "ada", true, &found), BRABEION_OK);
	brb_snapshot_reader_end(judge.backend_context);
	cr_expect_eq(found.reported.done, 7);
	end_looking(&judge);
	commit(store);
}

Test(judge_progress, asks_nobody_who_is_not_to_be_asked_or_cannot_tell)
{
	brb_badge *badge = telling_badge();
	brb_progress found;
	brb_judge judge = looking_judge();
	cr_assert_eq(brb_progress_find(&judge, badge, "ada", false, &found), BRABEION_OK);
	cr_expect_eq(found.level, 1);
	cr_expect(!found.reported.is_reported && !found.why);
	badge->progress = NULL;
	cr_assert_eq(brb_progress_find(&judge, badge, "ada", true, &found), BRABEION_OK);
	cr_expect_eq(found.level, 1);
	cr_expect(!found.reported.is_reported && !found.why);
	cr_expect_eq(reads, 0);
	end_looking(&judge);
}

Test(judge_progress, may_be_asked_inside_of_a_transaction)
{
	brb_badge *badge = telling_badge();
	brb_reported_progress progress;
	const char *why;
	brb_judge judge = new_judge();
	begin(store);
	judge.in_transaction = true;
	set_present_tally("points", "ada", 4);
	cr_assert_eq(brb_progress_ask(&judge, badge, "ada", 2, &progress, &why), BRABEION_OK);
	cr_expect_null(why);
	cr_expect_eq(progress.done, 4);
	cr_expect_eq(progress.goal, 20);
	cr_expect_eq(*brb_reentrancy_depth(), 0);
	commit(store);
	brb_judge_finish(&judge);
}
