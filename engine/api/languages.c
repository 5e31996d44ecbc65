/*
 * api/languages: lists as they are handed out, with the texts of who asks for another language than the usual one.
 *
 * What the badge set at work has no translation for stays as it is on record, so that awards of badges that are gone
 * keep their names.
 */
#include <string.h>

#include "api/internal.h"
#include "base/memory.h"

enum { SHOWN_BYTES = 40 };

static bool is_usual(const char *language)
{
	return !language || !*language;
}

brabeion_status brb_engine_check_language(const char *language, brabeion_error *error)
{
	char normal[BRB_LANGUAGE_BYTES];
	if (is_usual(language) || brb_language_normalise(language, normal))
		return BRABEION_OK;
	size_t length = strnlen(language, SHOWN_BYTES);
	bool showable = length < SHOWN_BYTES && brb_text_is_utf8(language, length);
	return brb_status_set(error, BRABEION_INVALID, "the language must be a tag such as de or pt-BR%s%s%s",
			      showable ? ", not \"" : "", showable ? language : "", showable ? "\"" : "");
}

static const char *chosen(const brb_generation *generation, const brb_translations *texts, const char *language)
{
	return is_usual(language) ? NULL : brb_language_choose(texts, generation->language, language);
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

/* Where a list's text stands, copied into the list's memory when there is another. False: no memory. */
static bool replace(brb_arena *memory, const char **text, const char *other)
{
	const char *copy = other ? brb_arena_copy(memory, other) : *text;
	if (copy)
		*text = copy;
	return copy != NULL;
}

static bool translate_award(const brb_generation *generation, const char *language, brb_arena *memory,
			    brabeion_award_info *award)
{
	brb_level_words words = brb_engine_translate(generation, award->badge, award->level, language);
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
	for (size_t i = 0; i < list->count && !is_usual(language); i++)
		if (!translate_levels(generation, language, list->memory, &list->badges[i]))
			return brb_status_no_memory(error);
	return BRABEION_OK;
}

static brabeion_status translate_awards(const brb_generation *generation, const char *language, void *whole,
					brabeion_error *error)
{
	brabeion_award_list *list = whole;
	for (size_t i = 0; i < list->count; i++)
		if (!translate_award(generation, language, list->memory, &list->awards[i]))
			return brb_status_no_memory(error);
	return BRABEION_OK;
}

static brabeion_status translate_changes(const brb_generation *generation, const char *language, void *whole,
					 brabeion_error *error)
{
	brabeion_change_list *list = whole;
	for (size_t i = 0; i < list->count; i++)
		if (!translate_award(generation, language, list->memory, &list->changes[i].award))
			return brb_status_no_memory(error);
	return BRABEION_OK;
}

static brabeion_status translate_badges(const brb_generation *generation, const char *language, void *whole,
					brabeion_error *error)
{
	return brb_engine_translate_badges(generation, language, whole, error);
}

/* Has a list that was read translated by the badge set at work. */
static brabeion_status finish_reading(brabeion_engine *engine, const char *language, void *list,
				      brabeion_status (*translate)(const brb_generation *generation,
								   const char *language, void *list,
								   brabeion_error *error),
				      brabeion_error *error)
{
	if (is_usual(language))
		return BRABEION_OK;
	brb_reader *reader = brb_registry_reader(&engine->registry);
	if (!reader)
		return brb_status_no_memory(error);
	brabeion_status status = translate(brb_registry_acquire(&engine->registry, reader), language, list, error);
	brb_registry_release(reader);
	return status;
}

/* ---- the public functions ---- */

static brabeion_status enter(const brabeion_engine *engine, const char *language, brabeion_error *error)
{
	brabeion_status status = brb_engine_enter(engine);
	return status != BRABEION_OK ? brb_status_refuse(error, status) : brb_engine_check_language(language, error);
}

brabeion_status brabeion_user_awards_in(brabeion_engine *engine, const char *user, int64_t before, size_t limit,
					const char *language, brabeion_award_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_award_list read = { 0 };
	if (enter(engine, language, &fault) == BRABEION_OK &&
	    brabeion_user_awards(engine, user, before, limit, &read, &fault) == BRABEION_OK &&
	    finish_reading(engine, language, &read, translate_awards, &fault) == BRABEION_OK)
		*list = read;
	else
		brabeion_award_list_finish(&read);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_badge_awards_in(brabeion_engine *engine, const char *slug, int64_t before, size_t limit,
					 const char *language, brabeion_award_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_award_list read = { 0 };
	if (enter(engine, language, &fault) == BRABEION_OK &&
	    brabeion_badge_awards(engine, slug, before, limit, &read, &fault) == BRABEION_OK &&
	    finish_reading(engine, language, &read, translate_awards, &fault) == BRABEION_OK)
		*list = read;
	else
		brabeion_award_list_finish(&read);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_user_changes_in(brabeion_engine *engine, const char *user, int64_t before, size_t limit,
					 const char *language, brabeion_change_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_change_list read = { 0 };
	if (enter(engine, language, &fault) == BRABEION_OK &&
	    brabeion_user_changes(engine, user, before, limit, &read, &fault) == BRABEION_OK &&
	    finish_reading(engine, language, &read, translate_changes, &fault) == BRABEION_OK)
		*list = read;
	else
		brabeion_change_list_finish(&read);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_changes_since_in(brabeion_engine *engine, int64_t sequence, size_t limit,
					  const char *language, brabeion_change_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_change_list read = { 0 };
	if (enter(engine, language, &fault) == BRABEION_OK &&
	    brabeion_changes_since(engine, sequence, limit, &read, &fault) == BRABEION_OK &&
	    finish_reading(engine, language, &read, translate_changes, &fault) == BRABEION_OK)
		*list = read;
	else
		brabeion_change_list_finish(&read);
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_badges_in(brabeion_engine *engine, const char *language, brabeion_badge_list *list,
				   brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_badge_list read = { 0 };
	if (enter(engine, language, &fault) == BRABEION_OK && brabeion_badges(engine, &read, &fault) == BRABEION_OK &&
	    finish_reading(engine, language, &read, translate_badges, &fault) == BRABEION_OK)
		*list = read;
	else
		brabeion_badge_list_finish(&read);
	return brb_status_hand_over(error, &fault);
}

/* ---- one level ---- */

/* Both in the block's end, so that one release frees them. */
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

brabeion_status brabeion_level_words_in(brabeion_engine *engine, const char *slug, uint32_t level,
					const char *language, brabeion_level_words *words, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (enter(engine, language, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_reader *reader = brb_registry_reader(&engine->registry);
	if (reader) {
		read_words(brb_registry_acquire(&engine->registry, reader), language, slug, level, words, &fault);
		brb_registry_release(reader);
	} else {
		brb_status_no_memory(&fault);
	}
	return brb_status_hand_over(error, &fault);
}

void brabeion_level_words_finish(brabeion_level_words *words)
{
	if (!words)
		return;
	brb_memory_release(words->memory);
	*words = (brabeion_level_words){ 0 };
}
