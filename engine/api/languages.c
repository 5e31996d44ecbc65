/*
 * api/languages: translates the texts of lists into the requested language.
 *
 * Texts without a translation in the current badge set stay as recorded, so that awards of removed badges keep their
 * names.
 */
#include <string.h>

#include "api/internal.h"
#include "base/memory.h"

enum { SHOWN_BYTES = 40 };

static bool is_default(const char *language)
{
	return !language || !*language;
}

brabeion_status brb_engine_check_language(const char *language, brabeion_error *error)
{
	char normal[BRB_LANGUAGE_BYTES];
	if (is_default(language) || brb_language_normalise(language, normal))
		return BRABEION_OK;
	size_t length = strnlen(language, SHOWN_BYTES);
	bool showable = length < SHOWN_BYTES && brb_text_is_utf8(language, length);
	return brb_status_set(error, BRABEION_INVALID, "the language must be a tag such as de or pt-BR%s%s%s",
			      showable ? ", not \"" : "", showable ? language : "", showable ? "\"" : "");
}

static const char *chosen(const brb_generation *generation, const brb_translations *texts, const char *language)
{
	return is_default(language) ? NULL : brb_language_choose(texts, generation->language, language);
}

brb_level_words brb_engine_translate(const brb_generation *generation, const char *slug, uint32_t level,
				     const char *language)
{
	const brb_badge *badge = brb_table_get(&generation->slugs, slug);
	brb_level_words words = { NULL, NULL };
	if (!badge || !badge->more || level < 1 || level > badge->level_count)
		return words;
	words.name = chosen(generation, &badge->more[level - 1].names, language);
	words.description = chosen(generation, &badge->more[level - 1].descriptions, language);
	return words;
}

/* ---- lists ---- */

/* Replaces a list's text by a copy of another (NULL: keeps it). False: out of memory. */
static bool replace(brb_arena *memory, const char **text, const char *other)
{
	const char *copy = other ? brb_arena_copy(memory, other) : *text;
	if (copy)
		*text = copy;
	return copy != NULL;
}

static bool is_called(const brb_badge *badge, uint32_t level, const char *name)
{
	if (level < 1 || level > badge->level_count)
		return false;
	if (strcmp(badge->levels[level - 1].name, name) == 0)
		return true;
	const brb_translations *names = badge->more ? &badge->more[level - 1].names : NULL;
	for (size_t i = 0; names && i < names->count; i++)
		if (strcmp(names->texts[i].text, name) == 0)
			return true;
	return false;
}

/* The level that has the name of the award now, in any language; 0: none has. */
static uint32_t level_of(const brb_generation *generation, const brabeion_award_info *award)
{
	const brb_badge *badge = brb_table_get(&generation->slugs, award->badge);
	if (!badge || is_called(badge, award->level, award->name))
		return badge ? award->level : 0;
	for (uint32_t i = 1; i <= badge->level_count; i++)
		if (is_called(badge, i, award->name))
			return i;
	return 0;
}

static bool translate_award(const brb_generation *generation, const char *language, brb_arena *memory,
			    brabeion_award_info *award)
{
	brb_level_words words = brb_engine_translate(generation, award->badge, level_of(generation, award), language);
	return replace(memory, &award->name, words.name) && replace(memory, &award->description, words.description);
}

static bool translate_levels(const brb_generation *generation, const char *language, brb_arena *memory,
			     brabeion_badge *badge)
{
	brabeion_level *levels = brb_arena_take(memory, (badge->level_count + (size_t)1) * sizeof *levels);
	if (!levels)
		return false;
	for (uint32_t i = 0; i < badge->level_count; i++) {
		brb_level_words words = brb_engine_translate(generation, badge->slug, i + 1, language);
		levels[i] = badge->levels[i];
		if (!replace(memory, &levels[i].name, words.name) ||
		    !replace(memory, &levels[i].description, words.description))
			return false;
	}
	badge->levels = levels;
	return true;
}

brabeion_status brb_engine_translate_badges(const brb_generation *generation, const char *language,
					    brabeion_badge_list *list, brabeion_error *error)
{
	for (size_t i = 0; i < list->count && !is_default(language); i++)
		if (!translate_levels(generation, language, list->memory, &list->badges[i]))
			return brb_status_no_memory(error);
	return BRABEION_OK;
}

brabeion_status brb_engine_translate_awards(brabeion_engine *engine, const char *language, brabeion_award_list *list,
					    brabeion_error *error)
{
	brb_reader *reader = NULL;
	const brb_generation *generation = is_default(language) ? NULL : brb_engine_acquire(engine, &reader, error);
	for (size_t i = 0; generation && i < list->count && error->status == BRABEION_OK; i++)
		if (!translate_award(generation, language, list->memory, &list->awards[i]))
			brb_status_no_memory(error);
	if (generation)
		brb_registry_release(reader);
	return error->status;
}

brabeion_status brb_engine_translate_changes(brabeion_engine *engine, const char *language,
					     brabeion_change_list *list, brabeion_error *error)
{
	brb_reader *reader = NULL;
	const brb_generation *generation = is_default(language) ? NULL : brb_engine_acquire(engine, &reader, error);
	for (size_t i = 0; generation && i < list->count && error->status == BRABEION_OK; i++)
		if (!translate_award(
			    generation, language, list->memory,
			    (brabeion_award_info *)(uintptr_t)list->changes[i].award)) /* ours until handed out */
			brb_status_no_memory(error);
	if (generation)
		brb_registry_release(reader);
	return error->status;
}

/* ---- one level ---- */

/* Copies both into one block, which is the `memory`. */
static brabeion_status copy_words(const char *name, const char *description, brabeion_level_words *words,
				  brabeion_error *error)
{
	size_t length = strlen(name) + 1;
	char *memory = brb_memory_take(length + strlen(description) + 1);
	if (!memory)
		return brb_status_no_memory(error);
	memcpy(memory, name, length);
	strcpy(memory + length, description);
	*words = (brabeion_level_words){ .name = memory, .description = memory + length, .memory = memory };
	return BRABEION_OK;
}

static brabeion_status read_words(const brb_generation *generation, const char *language, const char *slug,
				  uint32_t level, brabeion_level_words *words, brabeion_error *error)
{
	const brb_badge *badge = NULL;
	brabeion_status status = brb_engine_find_level(generation, slug, &level, &badge, error);
	if (!badge)
		return status;
	brb_level_words other = brb_engine_translate(generation, slug, level, language);
	const badge_level *usual = &badge->levels[level - 1];
	return copy_words(other.name ? other.name : usual->name,
			  other.description ? other.description : usual->description, words, error);
}

brabeion_status brabeion_translate_level(brabeion_engine *engine, const char *slug, uint32_t level,
					 const char *language, brabeion_level_words *words, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_level_words read = { 0 };
	if (brb_engine_enter_or_say(engine, &fault) != BRABEION_OK ||
	    brb_size_check(BRB_SIZE_LEVEL_WORDS, words, &fault) != BRABEION_OK ||
	    brb_engine_check_language(language, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_reader *reader = NULL;
	const brb_generation *generation = brb_engine_acquire(engine, &reader, &fault);
	if (!generation)
		return brb_status_hand_over(error, &fault);
	read_words(generation, language, slug, level, &read, &fault);
	brb_registry_release(reader);
	if (fault.status == BRABEION_OK)
		brb_size_give(BRB_SIZE_LEVEL_WORDS, &read, words);
	return brb_status_hand_over(error, &fault);
}

void brabeion_level_words_finish(brabeion_level_words *words)
{
	if (!words)
		return;
	brb_memory_release(words->memory);
	brb_size_empty(BRB_SIZE_LEVEL_WORDS, words);
}
