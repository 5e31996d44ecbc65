/*
 * A backfill of the journal through the public header, while the engine keeps judging.
 */
#include "support/scene.h"

#define EACH "plugins: [{file: obedient.so}]\n"

static brabeion_backfill *open_backfill(scene *here)
{
	brabeion_backfill *backfill = NULL;
	brabeion_backfill_options options = BRABEION_BACKFILL_OPTIONS(.from_journal = true);
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

static void expect_no_change(scene *here, brabeion_backfill *backfill)
{
	brabeion_change_list changes;
	cr_assert_eq(brabeion_backfill_compare(backfill, &changes, &here->error), BRABEION_OK, "%s",
		     here->error.message);
	cr_expect_eq(changes.count, 0);
	brabeion_change_list_finish(&changes);
}

Test(backfill, what_is_earned_behind_the_end_of_the_journal_is_not_told_as_lost)
{
	scene *here = scene_with("journal: keep 30d\n" EACH);
	const brabeion_field badge = BRABEION_TEXT("badge", "one"), level = BRABEION_INT("level", 1);
	scene_fire(here, "say", "ada", badge, level);
	cr_expect_eq(scene_count(here, "ada"), 1);
	brabeion_backfill *backfill = open_backfill(here);
	judge_journal(here, backfill);
	scene_fire(here, "say", "bob", badge, level);
	cr_expect_eq(scene_count(here, "bob"), 1);
	expect_no_change(here, backfill);
	brabeion_backfill_close(backfill, false);
	scene_finish(here);
}
