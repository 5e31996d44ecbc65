/*
 * detached_room: what the tests of judgements outside of the transaction share: the judge's room with all its badges
 * loaded, and another side that changes the database meanwhile. Plugin 1 is "plug".
 */
#ifndef BRB_TESTS_DETACHED_ROOM_H
#define BRB_TESTS_DETACHED_ROOM_H

#include "judging/optimistic.h"
#include "support/judge_room.h"

static brb_badge *loaded[BADGES_MOST];
static brb_plugin *plug;

/* All badges made so far are the generation's. */
static inline void load_badges(void)
{
	for (size_t i = 0; i < badge_count; i++)
		loaded[i] = &badges[i];
	generation.badges = loaded;
	generation.badge_count = badge_count;
	WELL(brb_generation_sort_numbers(&generation, error));
}

/* ---- somebody else's changes, committed ---- */

static inline void others_set_tally(const char *name, int64_t value)
{
	begin(store);
	set_tally(store, name, value);
	commit(store);
}

static inline void others_set_note(const char *name, const char *text)
{
	begin(store);
	set_note(store, name, text);
	commit(store);
}

static inline void others_award(const char *user, const brb_badge *badge, uint32_t level, const char *reason)
{
	begin(store);
	award(store, user, badge->number, level, reason);
	commit(store);
}

/* What is committed, by a look of the store's own. */
static inline int64_t committed_tally(const char *name)
{
	begin(store);
	int64_t value = tally(store, name);
	brb_store_rollback(store);
	return value;
}

#endif
