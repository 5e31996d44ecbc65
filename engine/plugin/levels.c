/*
 * plugin/levels: see levels.h. Texts that badges.yaml does not give in the usual language are the plugin's. A plugin with
 * BADGE_LEVELS_FROM_CONFIG has only placeholders: the first language that badges.yaml gives is preferred to them.
 */
#include "plugin/levels.h"

static bool copy_translations(brb_arena *arena, const brb_translations *from, brb_translations *to)
{
	if (!from->count)
		return true;
	brb_translation *texts = brb_arena_take(arena, from->count * sizeof *texts);
	for (size_t i = 0; texts && i < from->count; i++) {
		texts[i].language = brb_arena_copy(arena, from->texts[i].language);
		texts[i].text = brb_arena_copy(arena, from->texts[i].text);
		if (!texts[i].language || !texts[i].text)
			return false;
	}
	*to = (brb_translations){ from->count, texts };
	return texts != NULL;
}

/* The text in the usual language; NULL: none. `of_plugin` may be NULL. */
static const char *usual_of(const badge_definition *definition, const brb_config_words *words, const char *of_plugin)
{
	const char *first = words->in_other.count ? words->in_other.texts[0].text : NULL;
	if (words->usual)
		return words->usual;
	if (first && (!of_plugin || definition->flags & BADGE_LEVELS_FROM_CONFIG))
		return first;
	return of_plugin;
}

static bool has_more(const brb_config_badge *use)
{
	for (size_t i = 0; i < use->level_count; i++)
		if (use->levels[i].name.in_other.count || use->levels[i].description.in_other.count ||
		    use->levels[i].image)
			return true;
	return false;
}

static bool copy_more(brb_arena *arena, const brb_config_level *level, brb_level_more *more)
{
	more->picture = level->image;
	return copy_translations(arena, &level->name.in_other, &more->names) &&
	       copy_translations(arena, &level->description.in_other, &more->descriptions);
}

static brabeion_status merge_level(brb_config *config, const badge_definition *definition,
				   const brb_config_level *level, const char *slug, size_t index, brb_arena *arena,
				   badge_level *out)
{
	static const badge_level none;
	const badge_level *of_plugin = index < definition->level_count ? &definition->levels[index] : &none;
	const char *name = usual_of(definition, &level->name, of_plugin->name);
	const char *description = usual_of(definition, &level->description, of_plugin->description);
	if (level->broken)
		return BRABEION_CONFIG;
	if (!name) {
		brb_config_fault(config, level->at, "level %zu of badge \"%s\" needs \"name\": its plugin has none",
				 index + 1, slug);
		return BRABEION_CONFIG;
	}
	out->name = brb_arena_copy(arena, name);
	out->description = brb_arena_copy(arena, description ? description : "");
	return out->name && out->description ? BRABEION_OK : BRABEION_NO_MEMORY;
}

static brabeion_status merge_listed(brb_config *config, const badge_definition *definition,
				    const brb_config_badge *use, const char *slug, brb_arena *arena, brb_levels *out)
{
	badge_level *texts = brb_arena_take(arena, use->level_count * sizeof *texts);
	bool more = has_more(use);
	brb_level_more *others = more ? brb_arena_take(arena, use->level_count * sizeof *others) : NULL;
	if (!texts || (more && !others))
		return BRABEION_NO_MEMORY;
	for (size_t i = 0; i < use->level_count; i++) {
		brabeion_status status = merge_level(config, definition, &use->levels[i], slug, i, arena, &texts[i]);
		if (status == BRABEION_OK && more && !copy_more(arena, &use->levels[i], &others[i]))
			status = BRABEION_NO_MEMORY;
		if (status != BRABEION_OK)
			return status;
	}
	*out = (brb_levels){ .count = (uint32_t)use->level_count, .texts = texts, .more = others };
	return BRABEION_OK;
}

brabeion_status brb_levels_merge(brb_config *config, const badge_definition *definition, const brb_config_badge *use,
				 const char *slug, brb_arena *arena, brb_levels *out)
{
	if (!use || !use->levels) {
		*out = (brb_levels){ .count = definition->level_count, .texts = definition->levels };
		return BRABEION_OK;
	}
	bool from_config = definition->flags & BADGE_LEVELS_FROM_CONFIG;
	if (use->levels_by_pattern && !from_config) {
		brb_config_fault(
			config, use->levels_at,
			"badge \"%s\" has %u level%s of its plugin's: they cannot be given by one mapping for "
			"all, only in a list",
			slug, definition->level_count, definition->level_count == 1 ? "" : "s");
		return BRABEION_CONFIG;
	}
	if (use->level_count != definition->level_count && !from_config) {
		brb_config_fault(config, use->levels_at,
				 "badge \"%s\" has %u level%s, %zu are given here: each needs its name", slug,
				 definition->level_count, definition->level_count == 1 ? "" : "s", use->level_count);
		return BRABEION_CONFIG;
	}
	return merge_listed(config, definition, use, slug, arena, out);
}
