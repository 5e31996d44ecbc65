/*
 * collection: badges without C, for holding other badges of any plugin.
 *
 *	- badge: collection
 *	  slug: all-rounder
 *	  levels: [Half Way, All-Rounder]
 *	  settings:
 *	    of: [commentator, explorer, generous, { badge: regular, level: 2 }]
 *	    at: [2, 4]
 *
 * of: [...]               slugs; a mapping where a level above the first is asked for
 * at: [2, 4]              how many of them, one number per level, ascending; where there is one level, all of them
 *
 * Judged whenever the user gets one of them, in the same transaction, and when two users have become one, who may hold all of
 * them together. It counts the badges held now. A revoked badge does not count; a collection once earned stays.
 *
 * Remembered is when each piece was earned: a collection was at the time of the last piece that it needed, whichever was judged
 * last.
 */
#include <stdlib.h>

#include "latest.h"
#include "limits.h"

enum { PIECES_MOST = 100, EXPECTED_MOST = 16 /* what the engine compares for a badge */ };

#define TIMES "earned" /* by the slug of a piece: when it was */

typedef struct piece {
	char slug[NAME_SIZE];
	int32_t level;
} piece;

typedef struct collection {
	uint32_t level_count;
	uint32_t piece_count;
	piece *pieces;
	int64_t at[];
} collection;

/* ---- judging ----------------------------------------------------------------------------------------------------- */

static const piece *find_piece(const collection *wanted, const char *slug)
{
	for (uint32_t i = 0; i < wanted->piece_count; i++) {
		if (strcmp(wanted->pieces[i].slug, slug) == 0)
			return &wanted->pieces[i];
	}
	return NULL;
}

static int64_t count_held(const collection *wanted, badge_call *call)
{
	int64_t held = 0;
	for (uint32_t i = 0; i < wanted->piece_count; i++)
		held += badge_held(call, NULL, wanted->pieces[i].slug) >= wanted->pieces[i].level;
	return held;
}

/* When the award of a piece was earned; of several that are held the first. */
static void keep_time(badge_call *call, const piece *won)
{
	if (badge_int(call, "level", 0) < won->level)
		return;
	if (badge_held_count(call, NULL, won->slug) == 1)
		badge_tally_set_of(call, TIMES, NULL, won->slug, time_as_tally(badge_at(call)));
	else
		earliest_count(call, TIMES, won->slug);
}

static int compare_times(const void *left, const void *right)
{
	int64_t one = *(const int64_t *)left, other = *(const int64_t *)right;
	return (one > other) - (one < other);
}

/* When the pieces that are held were earned, in order. One that was held before the collection was there has no time: 0. */
static int64_t list_times(const collection *wanted, badge_call *call, int64_t times[PIECES_MOST])
{
	int64_t held = 0;
	for (uint32_t i = 0; i < wanted->piece_count; i++)
		if (badge_held(call, NULL, wanted->pieces[i].slug) >= wanted->pieces[i].level)
			times[held++] = badge_tally_of(call, TIMES, NULL, wanted->pieces[i].slug);
	qsort(times, (size_t)held, sizeof times[0], compare_times);
	return held;
}

/* Each level as of the last piece that it needed. Returns the highest. */
static int32_t climb(const collection *wanted, badge_call *call)
{
	int32_t level = 0;
	int64_t times[PIECES_MOST];
	int64_t held = list_times(wanted, call, times);
	while ((uint32_t)level < wanted->level_count && wanted->at[level] <= held) {
		int64_t at = times[wanted->at[level] - 1];
		badge_earned_at(call, at != 0 ? at : badge_at(call));
		badge_grant(call, badge_slug(call), ++level, NULL, NULL);
	}
	return level;
}

/* Whether the event can complete the collection: the award of a member, a merge, or an event that badges.yaml adds. */
static int32_t award(void *self, badge_call *call)
{
	const collection *wanted = self;
	if (badge_event_is(call, "brabeion.awarded")) {
		const piece *won = find_piece(wanted, badge_text(call, "slug", ""));
		if (!won)
			return BADGE_UNCHANGED;
		keep_time(call, won);
	}
	return climb(wanted, call);
}

static int32_t progress(void *self, badge_call *call, int32_t level)
{
	const collection *wanted = self;
	return limits_progress(call, wanted->at, level, count_held(wanted, call));
}

/* What both hold is held by one user once they are one: a judgement right after. */
static int32_t merge(void *self, badge_call *call)
{
	(void)self;
	return badge_later(call, badge_at(call), NULL, 0);
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

/* "of.INDEX" is a slug, or a mapping of a slug and a level. */
static int32_t read_piece(badge_setup *setup, collection *wanted, uint32_t index)
{
	char path[32], slug_path[64], level_path[64];
	piece *read = &wanted->pieces[index];
	snprintf(path, sizeof path, "of.%" PRIu32, index);
	snprintf(slug_path, sizeof slug_path, "%s.badge", path);
	snprintf(level_path, sizeof level_path, "%s.level", path);

	int is_mapping = badge_setting_type(setup, path) == BADGE_TYPE_JSON;
	const char *at_fault =
		is_mapping && badge_setting_type(setup, slug_path) != BADGE_TYPE_NONE ? slug_path : path;
	const char *slug = badge_setting_text(setup, is_mapping ? slug_path : path, "");
	int64_t level = is_mapping ? badge_setting_int(setup, level_path, 1) : 1;
	size_t length = strlen(slug);
	if (length == 0 || length >= sizeof read->slug)
		return badge_setup_fail(setup, at_fault,
					"each piece is a badge's slug, or { badge: SLUG, level: N }");
	if (strcmp(slug, badge_setup_slug(setup)) == 0)
		return badge_setup_fail(setup, at_fault, "a collection cannot be a piece of itself");
	if (find_piece(wanted, slug))
		return badge_setup_fail(setup, at_fault, "\"%s\" is a piece already", slug);
	if (level < 1 || level > INT32_MAX)
		return badge_setup_fail(setup, level_path, "level must be from 1 up");
	memcpy(read->slug, slug, length + 1);
	read->level = (int32_t)level;
	return BADGE_OK;
}

static int32_t read_pieces(badge_setup *setup, collection *wanted)
{
	int32_t faults = BADGE_OK;
	int64_t count = badge_setting_count(setup, "of");
	if (count < 1 || count > PIECES_MOST)
		return badge_setup_fail(setup, "of", "of must be a list of 1 to %d badges", PIECES_MOST);
	wanted->pieces = calloc((size_t)count, sizeof *wanted->pieces);
	if (!wanted->pieces)
		return badge_setup_fail(setup, "", "out of memory");
	wanted->piece_count = (uint32_t)count;
	for (uint32_t i = 0; i < wanted->piece_count; i++)
		faults |= read_piece(setup, wanted, i);
	return faults;
}

/* Of other awards the engine need not ask; a larger collection finds out by itself. */
static void expect_pieces(badge_setup *setup, const collection *wanted)
{
	for (uint32_t i = 0; i < wanted->piece_count && wanted->piece_count <= EXPECTED_MOST; i++)
		badge_setup_expect_in(setup, "brabeion.awarded", "slug", wanted->pieces[i].slug);
}

static void close_badge(void *self)
{
	collection *wanted = self;
	if (wanted)
		free(wanted->pieces);
	free(wanted);
}

static int32_t open_badge(badge_setup *setup, void **self)
{
	uint32_t level_count = badge_setup_level_count(setup);
	collection *wanted = calloc(1, sizeof *wanted + level_count * sizeof wanted->at[0]);
	if (!wanted)
		return badge_setup_fail(setup, "", "out of memory");
	wanted->level_count = level_count;

	/* Goes on after a fault, so that all faults are reported at once. */
	int32_t faults = read_pieces(setup, wanted);
	int64_t most = wanted->piece_count ? wanted->piece_count : PIECES_MOST;
	faults |= limits_read(setup, "at", most, most, level_count, wanted->at);
	if (faults != BADGE_OK) {
		close_badge(wanted);
		return BADGE_FAILED;
	}
	expect_pieces(setup, wanted);
	*self = wanted;
	return BADGE_OK;
}

/* A default that badges.yaml replaces. */
static const badge_level levels[] = { BADGE_LEVEL("Collection", "Holds a collection of badges") };
static const char *const events[] = { "brabeion.awarded" };
static const badge_memory memory[] = { BADGE_MEMORY(TIMES, BADGE_MERGE_EARLIEST) };

BADGE_PLUGIN("collection", .slug = "collection", BADGE_LEVELS(levels), BADGE_EVENTS(events), BADGE_REMEMBERS(memory),
	     .flags = BADGE_LEVELS_FROM_CONFIG, .award = award, .open = open_badge, .close = close_badge,
	     .progress = progress, .merge = merge);
