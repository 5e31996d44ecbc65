/*
 * Standing as tallies: see standing.h.
 */
#include "standing.h"

void qa_standing_add(badge_call *call, const qa_post *post, int64_t worth)
{
	if (worth && qa_is_somebody(badge_user(call)) && !(post->marks & QA_COMMUNITY))
		badge_tally_add(call, "reputation", badge_user(call), worth);
}

void qa_standing_begin(badge_call *call)
{
	if (badge_tally(call, "joined", badge_user(call)) == 0)
		badge_tally_set(call, "joined", badge_user(call), badge_at(call));
}

int64_t qa_standing_reputation(badge_call *call)
{
	int64_t earned = badge_tally(call, "reputation", badge_user(call));
	return earned < INT64_MAX ? earned + 1 : earned;
}

int64_t qa_standing_joined(badge_call *call)
{
	return badge_tally(call, "joined", badge_user(call));
}
