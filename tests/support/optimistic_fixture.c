#include "support/optimistic_fixture.h"
brb_badge *loaded[BADGES_MOST];
brb_plugin *plug;

brb_optimistic *optimistic;

void open_optimistic(void)
{
	open_judge_fixture();
	plug = new_plugin("plug");
	WELL(brb_optimistic_open(store, &optimistic, error));
}

void close_optimistic(void)
{
	brb_optimistic_close(optimistic);
	close_judge_fixture();
}

void load_badges(void)
{
	for (size_t i = 0; i < badge_count; i++)
		loaded[i] = &badges[i];
	generation.badges = loaded;
	generation.badge_count = badge_count;
	WELL(brb_generation_sort_numbers(&generation, error));
}

/* ---- committed changes of another process ---- */

void others_set_tally(const char *name, int64_t value)
{
	begin(store);
	set_present_tally(name, "", value);
	commit(store);
}

void others_set_note(const char *name, const char *text)
{
	begin(store);
	set_present_note(name, "", text);
	commit(store);
}

void others_award(const char *user, const brb_badge *badge, uint32_t level, const char *reason)
{
	begin(store);
	award(store, user, badge->number, level, reason);
	commit(store);
}

int64_t committed_tally(const char *name)
{
	return stored_tally(name, "");
}

/* ---- judging and applying ---- */

const brabeion_event visit = { .name = "visit", .user = "ada", .id = "e1", .has_at = true, .at_us = 77 };
char why_not[256];

brb_optimistic_part judge_outside(const brb_badge *badge)
{
	brb_job_failure failure = { .why = NULL };
	brb_judge judge = new_judge();
	brabeion_result unused = { 0 };
	judge.leads = false;
	judge.backend = &brb_backend_optimistic;
	judge.backend_context = optimistic;
	load_badges();
	brb_optimistic_begin(optimistic);
	cr_assert_eq(brb_judge_job(&judge, &(brb_judged_job){ .badge = badge, .event = &visit }, &unused, &failure),
		     BRABEION_OK, "%s", judge.error.message);
	snprintf(why_not, sizeof why_not, "%s", failure.why ? failure.why : "");
	cr_assert(!judge.in_transaction);
	cr_assert_eq(unused.award_count, 0, "nothing is earned yet");
	brabeion_result_finish(&unused);
	brb_judge_finish(&judge);
	return brb_optimistic_end(optimistic, failure.why != NULL);
}

/* Applies in the open transaction; true if applied, into `result`. */
bool apply(const brb_badge *badge, const brb_optimistic_part *part)
{
	bool valid = false;
	size_t count = 0;
	brb_job_failure failure = { .why = NULL };
	const brb_judged_job job = { .badge = badge, .event = &visit };
	brb_judge judge = new_judge();
	judge.in_transaction = true;
	cr_assert_eq(brb_optimistic_validate(&judge, optimistic, part, &valid), BRABEION_OK, "%s",
		     judge.error.message);
	const brb_planned_change *changes = brb_optimistic_changes(optimistic, part, &count);
	if (valid)
		cr_assert_eq(brb_judge_apply_job(&judge, &job, changes, count, &result, &failure), BRABEION_OK, "%s",
			     judge.error.message);
	snprintf(why_not, sizeof why_not, "%s", failure.why ? failure.why : "");
	brb_judge_finish(&judge);
	return valid;
}

bool apply_alone(const brb_badge *badge, const brb_optimistic_part *part)
{
	begin(store);
	bool applied = apply(badge, part);
	commit(store);
	return applied;
}
