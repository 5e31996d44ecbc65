/*
 * config/levels: a badge's `levels:`, their texts in one language or several, and their pictures.
 *
 * Guarantees: a picture file is read once, however many levels show it, and all pictures together have at most 64 MiB.
 */
#include "config/reading.h"

#include <string.h>

#include "base/list.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define NOT_A_LANGUAGE "must be a language such as de or pt-BR, not \"%s\""

void brb_config_read_language(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			      void *target)
{
	(void)key;
	brb_config *config = target;
	char normal[BRB_LANGUAGE_BYTES], buffer[BRB_YAML_SHORT_BYTES];
	const char *tag = brb_config_text(reading, "\"language\"", value, "text such as de or pt-BR");
	const char *kept = NULL;
	if (!tag)
		return;
	if (brb_language_normalise(tag, normal))
		kept = brb_yaml_keep(reading, normal);
	else
		BRB_YAML_FAULT(reading, value, "\"language\" " NOT_A_LANGUAGE, brb_yaml_shortened(tag, buffer));
	if (kept)
		config->language = kept;
}

void brb_config_read_color(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			   void *target)
{
	(void)key;
	brb_config_badge *badge = target;
	uint32_t colour;
	char buffer[BRB_YAML_SHORT_BYTES];
	if (value->kind == BRB_YAML_NULL) {
		BRB_YAML_FAULT(reading, value,
			       "\"color\" has no value: write it in quotes, \"#1d4ed8\", since # begins a comment");
		return;
	}
	const char *text = brb_config_text(reading, "\"color\"", value, "text such as \"#1d4ed8\"");
	if (text && !brb_text_read_colour(text, &colour))
		BRB_YAML_FAULT(reading, value, "\"color\" must be \"#\" and six hexadecimal digits, not \"%s\"",
			       brb_yaml_shortened(text, buffer));
	else
		badge->color = text;
}

/* ---- texts ----------------------------------------------------------------------------------------------------- */

/* The name of a level's text in messages, and whether it may be empty. */
typedef struct words_kind {
	const char *what;
	bool may_be_empty;
} words_kind;

static const words_kind of_level = { "a level", false };
static const words_kind of_name = { "a level's \"name\"", false };
static const words_kind of_description = { "a level's \"description\"", true };

/* NULL after recording a fault. */
static const char *read_words_text(brb_yaml_reading *reading, const words_kind *kind, const brb_yaml_node *value,
				   const char *wanted, brb_config_words *words)
{
	bool may_be_read = kind->may_be_empty && value->kind == BRB_YAML_TEXT && !value->broken;
	const char *text = may_be_read ? value->text : brb_config_text(reading, kind->what, value, wanted);
	return text && brb_config_check_placeholders(reading, kind->what, value, words) ? text : NULL;
}

/* The language of a key, normalised; NULL after recording a fault. */
static const char *read_words_language(brb_yaml_reading *reading, const words_kind *kind, const brb_yaml_entry *entry,
				       const brb_translations *earlier)
{
	char normal[BRB_LANGUAGE_BYTES], buffer[BRB_YAML_SHORT_BYTES];
	if (!brb_language_normalise(entry->key, normal)) {
		brb_yaml_fault(reading->yaml, entry->key_line, entry->key_column, "a key of %s " NOT_A_LANGUAGE,
			       kind->what, brb_yaml_shortened(entry->key, buffer));
		return NULL;
	}
	for (size_t i = 0; i < earlier->count; i++) {
		if (strcmp(earlier->texts[i].language, normal) != 0)
			continue;
		brb_yaml_fault(reading->yaml, entry->key_line, entry->key_column, "%s has two texts for \"%s\"",
			       kind->what, normal);
		return NULL;
	}
	return brb_yaml_keep(reading, normal);
}

/* False after recording a fault. */
static bool read_mapping(brb_yaml_reading *reading, const words_kind *kind, const brb_yaml_node *value,
			 brb_config_words *words)
{
	bool fine = value->count > 0 && value->count <= BRB_CONFIG_LANGUAGES_MOST;
	brb_translation *texts = fine ? brb_yaml_take(reading, value->count, sizeof *texts) : NULL;
	if (!value->count)
		BRB_YAML_FAULT(reading, value, "%s is empty: give at least one language", kind->what);
	else if (!fine)
		BRB_YAML_FAULT(reading, value, "%s has at most %d languages, not %zu", kind->what,
			       BRB_CONFIG_LANGUAGES_MOST, value->count);
	if (!texts)
		return false;
	words->in_other.texts = texts;
	for (size_t i = 0; i < value->count; i++) {
		const brb_yaml_entry *entry = &value->entries[i];
		const char *language = read_words_language(reading, kind, entry, &words->in_other);
		const char *text = read_words_text(reading, kind, entry->value, "text", words);
		fine = fine && language && text;
		if (language && text)
			texts[words->in_other.count++] = (brb_translation){ language, text };
	}
	words->usual = brb_language_choose(&words->in_other, NULL,
					   ((brb_config_reading *)reading->context)->config->language);
	return fine;
}

static bool read_words(brb_yaml_reading *reading, const words_kind *kind, const brb_yaml_node *value,
		       brb_config_words *words)
{
	if (value->kind == BRB_YAML_MAPPING)
		return read_mapping(reading, kind, value, words);
	words->usual = read_words_text(reading, kind, value, "text", words);
	return words->usual != NULL;
}

/* ---- pictures -------------------------------------------------------------------------------------------------- */

/* NULL when memory is short. */
static brb_config_picture *add_picture(brb_config_reading *self, const char *path)
{
	brb_config *config = self->config;
	brb_config_picture *added =
		brb_list_add(&config->pictures, &config->picture_count, &self->picture_capacity, sizeof *added);
	if (!added)
		return NULL;
	added->path = path;
	return brb_table_set(&self->pictures, path, (void *)(uintptr_t)config->picture_count) ? added : NULL;
}

static void open_picture(brb_yaml_reading *reading, const brb_yaml_node *value, brb_config_picture *entry)
{
	brb_config_reading *self = reading->context;
	char buffer[BRB_YAML_SHORT_BYTES];
	const char *shown = brb_yaml_shortened(value->text, buffer);
	brabeion_error why = BRABEION_NO_ERROR;
	brabeion_status status = brb_picture_open(entry->path, &entry->picture, &why);
	if (status == BRABEION_CONFIG)
		BRB_YAML_FAULT(reading, value, "image \"%s\": %s", shown, why.message ? why.message : "no memory");
	else if (status != BRABEION_OK)
		reading->memory_short = true;
	brabeion_error_finish(&why);
	if (!entry->picture)
		return;
	size_t before = self->picture_bytes;
	self->picture_bytes += entry->picture->size_bytes;
	if (before <= BRB_CONFIG_PICTURES_BYTES_MOST && self->picture_bytes > BRB_CONFIG_PICTURES_BYTES_MOST)
		BRB_YAML_FAULT(reading, value, "image \"%s\": all images together have more than 64 MiB", shown);
}

static void read_image(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_config_reading *self = reading->context;
	brb_config_level *level = target;
	const char *file = brb_config_text(reading, "a level's \"image\"", value, "text");
	const char *path = file && !self->without_files ? brb_config_resolve(reading, file) : NULL;
	if (!path)
		return;
	size_t index = (size_t)(uintptr_t)brb_table_get(&self->pictures, path);
	brb_config_picture *entry = index ? &self->config->pictures[index - 1] : add_picture(self, path);
	if (!entry)
		reading->memory_short = true;
	else if (!index)
		open_picture(reading, value, entry);
	level->image = entry ? entry->picture : NULL;
}

/* ---- levels ---------------------------------------------------------------------------------------------------- */

static void read_name(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value, void *target)
{
	(void)key;
	brb_config_level *level = target;
	level->broken |= !read_words(reading, &of_name, value, &level->name);
}

static void read_description(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			     void *target)
{
	(void)key;
	brb_config_level *level = target;
	level->broken |= !read_words(reading, &of_description, value, &level->description);
}

/* A level with an image or translated descriptions may leave its name to the plugin. */
static bool needs_name(const brb_yaml_node *node)
{
	const brb_yaml_node *description = brb_yaml_get(node, "description");
	return !brb_yaml_get(node, "image") && (!description || description->kind != BRB_YAML_MAPPING);
}

static void read_level_mapping(brb_yaml_reading *reading, const brb_yaml_node *node, brb_config_level *level)
{
	brb_yaml_key keys[] = {
		{ .name = "name", .read = read_name, .required = needs_name(node) },
		{ .name = "description", .read = read_description },
		{ .name = "image", .read = read_image },
	};
	level->broken = !brb_yaml_read_mapping(reading, "a level", node, keys, COUNT_OF(keys), NULL, level) ||
			level->broken || (keys[0].required && !level->name.usual && !level->name.in_other.count);
	if (level->name.usual && !level->description.usual && !level->description.in_other.count)
		level->description.usual = "";
}

static void read_level(brb_yaml_reading *reading, const brb_yaml_node *node, brb_config_level *level)
{
	level->at = brb_config_position_of(node);
	if (node->broken || node->kind == BRB_YAML_MAPPING) {
		level->broken = node->broken;
		if (!node->broken)
			read_level_mapping(reading, node, level);
		return;
	}
	level->name.usual =
		read_words_text(reading, &of_level, node, "text or a mapping with \"name\"", &level->name);
	level->description.usual = "";
	level->broken = !level->name.usual;
}

/* One level for all: brb_config_fill_levels makes the others of it. */
static void read_pattern(brb_yaml_reading *reading, const brb_yaml_node *value, brb_config_badge *badge)
{
	brb_config_level *pattern = brb_yaml_take(reading, 1, sizeof *pattern);
	if (!pattern)
		return;
	read_level(reading, value, pattern);
	badge->levels = pattern;
	badge->level_count = 1;
	badge->levels_by_pattern = true;
}

void brb_config_read_levels(brb_yaml_reading *reading, const brb_yaml_key *key, const brb_yaml_node *value,
			    void *target)
{
	(void)key;
	brb_config_badge *badge = target;
	badge->levels_at = brb_config_position_of(value);
	if (value->kind == BRB_YAML_MAPPING) {
		read_pattern(reading, value, badge);
		return;
	}
	if (!brb_config_is_filled_list(reading, "\"levels\"", value, "a list of levels, or one mapping for all",
				       "leave it out, or list at least one level"))
		return;
	if (value->count > BRB_CONFIG_LEVELS_MOST) {
		BRB_YAML_FAULT(reading, value, "a badge has at most 1,000 levels, not %zu", value->count);
		return;
	}
	brb_config_level *levels = brb_yaml_take(reading, value->count, sizeof *levels);
	if (!levels)
		return;
	for (size_t i = 0; i < value->count; i++)
		read_level(reading, value->items[i], &levels[i]);
	badge->levels = levels;
	badge->level_count = value->count;
}
