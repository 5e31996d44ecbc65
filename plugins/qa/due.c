/*
 * The rules of the Q&A pack that fall due at a time: an event requests a later judgement, which decides.
 *
 * Like the rules of rules.c they read what the observer has put into memory and write nothing, but yearling, which keeps
 * its years; what they must know at the later time, which question, which year, goes along as the state of badge_later.
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
	    !qa_is_own(call, id, badge_user(call)) || at > INT64_MAX - 7 * QA_DAY)
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

/*
 * More than 200 of reputation for each year that was earned, and for this one. Counted are the years in memory: what is held
 * may have been granted or revoked by a person.
 */
static bool has_grown(badge_call *call)
{
	int64_t years = badge_key_count(call, "earned", NULL) + 1;
	return (qa_standing_reputation(call) - 1) / REPUTATION_PER_YEAR >= years;
}

/* Begins with the account; an event that repeats its creation asks for nothing more. */
static void ask_for_first(badge_call *call)
{
	if (qa_standing_joined(call) != badge_at(call) || badge_tally(call, "asked") > 0)
		return;
	badge_tally_set(call, "asked", 1);
	ask_after(call, badge_at(call), 1);
}

int32_t qa_yearling(void *self, badge_call *call)
{
	(void)self;
	if (!qa_is_somebody(badge_user(call)))
		return BADGE_NOT_EARNED;
	if (!badge_is_due(call)) {
		ask_for_first(call);
		return BADGE_NOT_EARNED;
	}
	const char *year = badge_text(call, "year", "");
	ask_after(call, badge_int(call, "joined", 0), badge_int(call, "year", 0) + 1);
	if (badge_tally_of(call, "earned", NULL, year) == 0 && !has_grown(call))
		return BADGE_NOT_EARNED;
	badge_tally_set_of(call, "earned", NULL, year, 1);
	badge_for(call, year);
	return EARNED;
}
