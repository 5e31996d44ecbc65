/* The form without names of fields, all of them, as C++17. test_abi compiles it. */
#include <brabeion/badge.h>

namespace
{

int32_t award(void *, badge_call *call)
{
	return badge_tally_add(call, "points", badge_int(call, "points", 0)) >= 100 ? 1 : BADGE_NOT_EARNED;
}

int32_t progress(void *, badge_call *call, int32_t)
{
	return badge_progress(call, badge_tally(call, "points"), 100);
}

int32_t merge(void *, badge_call *call)
{
	return badge_tally_add(call, "best", badge_merged_tally(call, "best", nullptr)) >= 0 ? BADGE_OK
											     : BADGE_FAILED;
}

const badge_level levels[] = { BADGE_LEVEL("Hundred", "A hundred points") };
const char *const events[] = { "points_awarded" };
const badge_memory memory[] = { BADGE_TALLY("points"), BADGE_MEMORY("best", BADGE_MERGE_OWN) };

} // namespace

BADGE_PLUGIN("points", "hundred", levels, events, memory, 0, award, nullptr, nullptr, nullptr, progress, merge);
