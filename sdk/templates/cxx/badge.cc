/*
 * @NAME@: for users who come often. Each event `visit` is counted for its user.
 *
 * Settings: first and second, how many visits the two levels take (3 and 5).
 */
#include <brabeion/badge.h>

namespace
{

struct settings {
	int64_t first;
	int64_t second;
};

/* Reads the settings, once for each use of the badge in badges.yaml; award sees what it makes of them as `self`. */
int32_t open_badge(badge_setup *setup, void **self)
{
	const settings read = { badge_setting_int(setup, "first", 3), badge_setting_int(setup, "second", 5) };
	if (read.first < 1)
		return badge_setup_fail(setup, "first", "first must be at least 1");
	if (read.second <= read.first)
		return badge_setup_fail(setup, "second", "second must be more than first, which is %lld",
					static_cast<long long>(read.first));
	*self = new settings(read);
	return BADGE_OK;
}

void close_badge(void *self)
{
	delete static_cast<settings *>(self);
}

/* What is remembered of each user: one line per name. When two users become one, their visits are added up. */
const badge_memory memory[] = { BADGE_TALLY("visits") };

/*
 * Returns the level that is earned. The count is stored in the same transaction as the award. An exception that
 * leaves it fails the badge for this event, with its what() in the operator's log.
 */
int32_t award(void *self, badge_call *call)
{
	const settings &wanted = *static_cast<const settings *>(self);
	const int64_t visits = badge_tally_add(call, "visits", 1);
	return visits >= wanted.second ? 2 : visits >= wanted.first ? 1 : BADGE_NOT_EARNED;
}

const badge_level levels[] = {
	BADGE_LEVEL("@TITLE@", "Came again"),
	BADGE_LEVEL("@TITLE@ for Life", "Came again and again"),
};
const char *const events[] = { "visit" };

} // namespace

/*
 * In C++17 the fields have no names, so this is their order: slug, levels, events, memory, flags, award, freeze, open,
 * close, progress, merge. Those at the end may be left out.
 */
BADGE_PLUGIN("@NAME@", "@NAME@", levels, events, memory, 0, award, nullptr, open_badge, close_badge);
