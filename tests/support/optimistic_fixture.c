#include "support/optimistic_fixture.h"
brb_badge *loaded[BADGES_MOST];
brb_plugin *plug;

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
	set_tally(store, name, value);
	commit(store);
}

void others_set_note(const char *name, const char *text)
{
	begin(store);
	set_note(store, name, text);
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
	begin(store);
	int64_t value = tally(store, name);
	brb_store_rollback(store);
	return value;
}
