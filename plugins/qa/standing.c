/*
 * Standing as tallies: see standing.h.
 */
#include "standing.h"

static bool has_standing(badge_call *call, const qa_post *post)
{
	return qa_is_somebody(badge_user(call)) && !(post->marks & QA_COMMUNITY);
}

void qa_standing_add(badge_call *call, const qa_post *post, int64_t worth)
{
	if (worth && has_standing(call, post))
		badge_tally_add(call, "reputation", worth);
}

void qa_standing_reward(badge_call *call, const char *id, const qa_post *post, int64_t worth)
{
	if (!has_standing(call, post))
		return;
	badge_tally_add(call, "reputation", worth);
	badge_user_ref_set(call, "rewarded", id, NULL, badge_user(call));
}

void qa_standing_take_back(badge_call *call, const char *id, int64_t worth)
{
	const char *user = badge_user_ref(call, "rewarded", id, NULL);
	if (!user)
		return;
	badge_tally_add_of(call, "reputation", user, NULL, -worth);
	badge_user_ref_set(call, "rewarded", id, NULL, NULL);
}

void qa_standing_begin(badge_call *call)
{
	if (badge_tally(call, "joined") == 0)
		badge_tally_set(call, "joined", badge_at(call));
}

int64_t qa_standing_reputation(badge_call *call)
{
	int64_t earned = badge_tally(call, "reputation");
	return earned < INT64_MAX ? earned + 1 : earned;
}

int64_t qa_standing_joined(badge_call *call)
{
	return badge_tally(call, "joined");
}
