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
 * Judged whenever the user gets one of them, in the same transaction. It has no memory: it counts the badges held now. A
 * revoked badge does not count; a collection once earned stays.
 */
#include <stdlib.h>

#include "limits.h"

enum { PIECES_MOST = 100 };

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

static int is_piece(const collection *wanted, const char *slug)
{
	for (uint32_t i = 0; i < wanted->piece_count; i++) {
		if (strcmp(wanted->pieces[i].slug, slug) == 0)
			return 1;
	}
	return 0;
}

static int64_t count_held(const collection *wanted, badge_call *call)
{
	int64_t held = 0;
	for (uint32_t i = 0; i < wanted->piece_count; i++)
		held += badge_held(call, NULL, wanted->pieces[i].slug) >= wanted->pieces[i].level;
	return held;
}

/* Whether the event can complete the collection: the award of a member, or an event that badges.yaml adds. */
static int32_t award(void *self, badge_call *call)
{
	const collection *wanted = self;
	if (badge_event_is(call, "brabeion.awarded") && !is_piece(wanted, badge_text(call, "slug", "")))
		return BADGE_NOT_EARNED;
	return limits_grant(call, limits_level(wanted->at, wanted->level_count, count_held(wanted, call)), NULL);
}

static int32_t progress(void *self, badge_call *call, int32_t level)
{
	const collection *wanted = self;
	return limits_progress(call, wanted->at, level, count_held(wanted, call));
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
	if (is_piece(wanted, slug))
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
	*self = wanted;
	return BADGE_OK;
}

/* A default that badges.yaml replaces. */
static const badge_level levels[] = { BADGE_LEVEL("Collection", "Holds a collection of badges") };
static const char *const events[] = { "brabeion.awarded" };

BADGE_PLUGIN("collection", .slug = "collection", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     .flags = BADGE_LEVELS_FROM_CONFIG, .award = award, .open = open_badge, .close = close_badge,
	     .progress = progress);
