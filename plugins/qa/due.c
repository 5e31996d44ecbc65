/*
 * The rules of the Q&A pack that fall due at a time: an event requests a later judgement, which decides.
 *
 * Like the rules of rules.c they read what the observer has put into memory and write nothing; what they must know at
 * the later time, which question, which year, goes along as the state of badge_later.
 */
#include "post.h"
#include "rules.h"
#include "standing.h"

enum { EARNED = 1, REPUTATION_PER_YEAR = 200 };

/* ---- tumbleweed -------------------------------------------------------------------------------------------------- */

/* A week from the question's creation; not again from an event that repeats it. */
static void ask_in_a_week(badge_call *call, const char *id)
{
	qa_post question;
	int64_t at = badge_at(call);
	if (!qa_post_read(call, id, &question) || question.kind != QA_QUESTION || question.created_at != at ||
	    !qa_is_own(&question, badge_user(call)) || at > INT64_MAX - 7 * QA_DAY)
		return;
	badge_field state[] = { badge_field_text("post", id) };
	badge_later(call, at + 7 * QA_DAY, state, 1);
}

int32_t qa_tumbleweed(void *self, badge_call *call)
{
	(void)self;
	qa_glance question;
	const char *id = qa_post_id(call, "post");
	if (!id || !qa_is_somebody(badge_user(call)))
		return BADGE_NOT_EARNED;
	if (!badge_is_due(call)) {
		ask_in_a_week(call, id);
		return BADGE_NOT_EARNED;
	}
	bool lonely = qa_post_glance(call, id, &question) && !(question.marks & (QA_ANSWERED | QA_NOTICED));
	return lonely ? EARNED : BADGE_NOT_EARNED;
}

/* ---- yearling ---------------------------------------------------------------------------------------------------- */

/* The end of a member's year, the first is year 1. */
static void ask_after(badge_call *call, int64_t joined, int64_t year)
{
	int64_t span = 0, at = 0;
	if (__builtin_mul_overflow(year, QA_YEAR, &span) || __builtin_add_overflow(joined, span, &at))
		return;
	badge_field state[] = { badge_field_int("year", year), badge_field_int("joined", joined) };
	badge_later(call, at, state, 2);
}

/* More than 200 of reputation for each year that has been awarded, and for this one. */
static bool has_grown(badge_call *call)
{
	int64_t years = badge_held_count(call, NULL, badge_slug(call)) + 1;
	return (qa_standing_reputation(call) - 1) / REPUTATION_PER_YEAR >= years;
}

int32_t qa_yearling(void *self, badge_call *call)
{
	(void)self;
	if (!qa_is_somebody(badge_user(call)))
		return BADGE_NOT_EARNED;
	if (!badge_is_due(call)) {
		if (qa_standing_joined(call) == badge_at(call))
			ask_after(call, badge_at(call), 1);
		return BADGE_NOT_EARNED;
	}
	int64_t year = badge_int(call, "year", 0);
	ask_after(call, badge_int(call, "joined", 0), year + 1);
	if (!has_grown(call))
		return BADGE_NOT_EARNED;
	badge_for(call, badge_text(call, "year", ""));
	return EARNED;
}
