/*
 * api/levels: finds a loaded badge and one of its levels by slug and number.
 */
#include "api/internal.h"
#include "base/memory.h"
#include "base/value.h"

brabeion_status brb_engine_no_badge(const brb_generation *generation, const char *slug, brabeion_error *error)
{
	const char **slugs = brb_memory_take((generation->badge_count + 1) * sizeof *slugs);
	for (size_t i = 0; slugs && i < generation->badge_count; i++)
		slugs[i] = generation->badges[i]->slug;
	const char *near = slugs ? brb_text_nearest(slug, slugs, generation->badge_count) : NULL;
	brabeion_status status = brb_status_set(
		error, BRABEION_INVALID,
		near ? "no badge \"%s\" is loaded (did you mean \"%s\"?)" : "no badge \"%s\" is loaded", slug, near);
	brb_memory_release(slugs);
	return status;
}

brabeion_status brb_engine_find_level(const brb_generation *generation, const char *slug, uint32_t *level,
				      const brb_badge **out, brabeion_error *error)
{
	const brb_badge *badge = slug ? brb_table_get(&generation->slugs, slug) : NULL;
	if (!slug)
		return brb_status_set(error, BRABEION_INVALID, "no badge is given");
	if (brb_text_checked_length(slug, BRB_NAME_BYTES_MOST) == SIZE_MAX)
		return brb_status_set(error, BRABEION_INVALID,
				      "the badge's slug is longer than %d bytes or not UTF-8", BRB_NAME_BYTES_MOST);
	if (!badge)
		return brb_engine_no_badge(generation, slug, error);
	if (*level > badge->level_count)
		return brb_status_set(error, BRABEION_INVALID, "badge \"%s\" has %u level%s, not %u", slug,
				      badge->level_count, badge->level_count == 1 ? "" : "s", *level);
	if (!*level)
		*level = badge->level_count;
	*out = badge;
	return BRABEION_OK;
}
