/*
 * config/placeholders: "{n}" and "{level}" in the texts of levels, and the levels of a pattern: one for each number of `at`
 * in the badge's settings.
 *
 * Guarantees: a text that is filled in has no placeholder left; what all of them take has a bound.
 *
 * Not here: what `at` means, and whether its numbers ascend, which the plugin says.
 */
#include "config/reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

#define LEVELS_BY_AT "\"at\" in \"settings\": a list of numbers, or { every: 5, to: 100 }"

enum { NUMBER_BYTES = 41, FAULT_BYTES = 256 }; /* with their NUL */

/* ---- placeholders ---- */

typedef enum placeholder { NONE, BRACE, NUMBER, LEVEL, UNKNOWN } placeholder;

/* What stands at the "{", and how many bytes it takes. */
static placeholder placeholder_at(const char *text, size_t *length)
{
	static const struct {
		const char *text;
		placeholder is;
	} known[] = { { "{{", BRACE }, { "{n}", NUMBER }, { "{level}", LEVEL } };
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		*length = strlen(known[i].text);
		if (strncmp(text, known[i].text, *length) == 0)
			return known[i].is;
	}
	*length = strcspn(text, "}");
	*length += text[*length] == '}';
	return UNKNOWN;
}

/* The next one from there on: where it begins, and its length. */
static placeholder next_placeholder(const char **text, size_t *length)
{
	const char *brace = strchr(*text, '{');
	*text = brace;
	return brace ? placeholder_at(brace, length) : NONE;
}

bool brb_config_check_placeholders(brb_yaml_reading *reading, const char *what, const brb_yaml_node *node,
				   brb_config_words *words)
{
	char buffer[BRB_YAML_SHORT_BYTES];
	const char *at = node->text;
	size_t length = 0;
	placeholder found;
	while ((found = next_placeholder(&at, &length)) != NONE) {
		words->has_braces = true;
		if (found == NUMBER && !words->number_at.line)
			words->number_at = brb_config_position_of(node);
		if (found == UNKNOWN) {
			const char *unknown = brb_arena_copy_length(reading->arena, at, length);
			BRB_YAML_FAULT(
				reading, node,
				"%s has the unknown placeholder \"%s\": there are {n}, a number of \"at\", and "
				"{level}; write a brace as {{",
				what, unknown ? brb_yaml_shortened(unknown, buffer) : "{");
			return false;
		}
		at += length;
	}
	return true;
}

/* In the arena; `number` NULL: the text has no {n}. NULL: memory is short. */
static const char *fill_text(brb_yaml_reading *reading, const char *text, const char *number, size_t level)
{
	brb_config_reading *self = reading->context;
	brb_builder filled = { 0 };
	const char *at = text;
	size_t length = 0;
	placeholder found;
	brb_builder_add(&filled, "");
	while ((found = next_placeholder(&at, &length)) != NONE) {
		brb_builder_add_length(&filled, text, (size_t)(at - text));
		if (found == LEVEL)
			brb_builder_printf(&filled, "%zu", level);
		else
			brb_builder_add(&filled, found == NUMBER && number ? number : "{");
		text = at += length;
	}
	brb_builder_add(&filled, text);
	self->filled_bytes += filled.length;
	const char *kept = filled.failed ? NULL : brb_arena_copy(reading->arena, filled.text);
	reading->memory_short |= !kept;
	brb_builder_finish(&filled);
	return kept;
}

static void fill_words(brb_yaml_reading *reading, brb_config_words *words, const char *number, size_t level)
{
	brb_config_reading *self = reading->context;
	const brb_translations *from = &words->in_other;
	if (!words->has_braces)
		return;
	words->usual = words->usual ? fill_text(reading, words->usual, number, level) : NULL;
	if (!from->count)
		return;
	brb_translation *texts = brb_yaml_take(reading, from->count, sizeof *texts);
	self->filled_bytes += from->count * sizeof *texts;
	for (size_t i = 0; texts && i < from->count; i++) {
		texts[i].language = from->texts[i].language;
		texts[i].text = fill_text(reading, from->texts[i].text, number, level);
	}
	words->in_other.texts = texts;
	words->in_other.count = texts ? from->count : 0;
}

/* ---- the numbers of `at` ---- */

/* A positive decimal: digits / 10^places. */
typedef struct decimal {
	int64_t digits;
	int places;
} decimal;

typedef struct at_numbers {
	size_t count;
	const brb_yaml_node *list; /* NULL: the multiples of `every` */
	decimal every;
} at_numbers;

typedef struct numbers_fault {
	const brb_yaml_node *node; /* NULL: none, or recorded already */
	char why[FAULT_BYTES];
} numbers_fault;

/* Digits, and a fraction at most: no exponent. False: it is none, or has more than 18 digits. */
static bool read_decimal_text(const char *text, decimal *out)
{
	size_t whole = strspn(text, "0123456789");
	size_t fraction = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
	const char *end = text + whole + (fraction ? fraction + 1 : 0);
	if (!whole || *end || whole + fraction > 18)
		return false;
	*out = (decimal){ 0, (int)fraction };
	for (; *text; text++)
		if (*text != '.')
			out->digits = out->digits * 10 + (*text - '0');
	return true;
}

static bool read_decimal(const brb_yaml_node *node, decimal *out)
{
	bool read = false;
	if (node->kind == BRB_YAML_INT) {
		*out = (decimal){ node->value.integer, 0 };
		read = true;
	} else if (node->kind == BRB_YAML_REAL || node->kind == BRB_YAML_TEXT) {
		read = read_decimal_text(node->text, out);
	}
	return read && out->digits > 0;
}

/* To more places. False: it gets too large. */
static bool extend(decimal *number, int places)
{
	for (; number->places < places; number->places++)
		if (__builtin_mul_overflow(number->digits, 10, &number->digits))
			return false;
	return true;
}

/* The multiple of `number`, without zeros at the end of its fraction. */
static void write_multiple(decimal number, size_t factor, char text[NUMBER_BYTES])
{
	int64_t digits = number.digits * (int64_t)factor, unit = 1;
	int places = number.places;
	for (; places && digits % 10 == 0; places--)
		digits /= 10;
	for (int i = 0; i < places; i++)
		unit *= 10;
	if (places)
		snprintf(text, NUMBER_BYTES, "%" PRId64 ".%0*" PRId64, digits / unit, places, digits % unit);
	else
		snprintf(text, NUMBER_BYTES, "%" PRId64, digits);
}

#define TELL(fault, at, ...)                                             \
	do {                                                             \
		(fault)->node = (at);                                    \
		snprintf((fault)->why, sizeof(fault)->why, __VA_ARGS__); \
	} while (0)

/* False with the fault. */
static bool read_part(const brb_yaml_node *at, const char *name, decimal *out, const brb_yaml_node **node,
		      numbers_fault *fault)
{
	*node = brb_yaml_get(at, name);
	if (!*node)
		TELL(fault, at, "\"at\" needs \"%s\", as in { every: 5, to: 100 }", name);
	else if (!read_decimal(*node, out) && !(*node)->broken)
		TELL(fault, *node, "\"%s\" must be a number above 0, of at most 18 digits", name);
	return *node && !(*node)->broken && !fault->node;
}

static bool read_multiples(const brb_yaml_node *at, at_numbers *out, numbers_fault *fault)
{
	const brb_yaml_node *every_node, *to_node;
	char every_text[BRB_YAML_SHORT_BYTES], to_text[BRB_YAML_SHORT_BYTES];
	decimal every = { 0 }, to = { 0 };
	if (!read_part(at, "every", &every, &every_node, fault) || !read_part(at, "to", &to, &to_node, fault))
		return false;
	const char *shown_every = brb_yaml_shortened(every_node->text, every_text);
	const char *shown_to = brb_yaml_shortened(to_node->text, to_text);
	int places = every.places > to.places ? every.places : to.places;
	if (!extend(&every, places) || !extend(&to, places)) {
		TELL(fault, to_node, "%s and %s have too many digits together", shown_every, shown_to);
		return false;
	}
	int64_t count = to.digits / every.digits;
	if (count * every.digits != to.digits)
		TELL(fault, to_node, "\"to\" must be a multiple of \"every\": %s is none of %s", shown_to,
		     shown_every);
	else if (count > BRB_CONFIG_LEVELS_MOST)
		TELL(fault, to_node, "a badge has at most 1,000 levels, not %" PRId64, count);
	*out = (at_numbers){ .count = fault->node ? 0 : (size_t)count, .every = every };
	return !fault->node;
}

/* The text of a number in the list, `made` or its own; NULL: it is none. */
static const char *number_in_list(const brb_yaml_node *node, char made[NUMBER_BYTES])
{
	if (node->kind == BRB_YAML_INT) {
		snprintf(made, NUMBER_BYTES, "%" PRId64, node->value.integer);
		return made;
	}
	if (node->kind != BRB_YAML_REAL && node->kind != BRB_YAML_TEXT)
		return NULL;
	brb_number_kind kind = brb_number_read(node->text).kind;
	bool number = (kind == BRB_NUMBER_INTEGER || kind == BRB_NUMBER_REAL) && strlen(node->text) < NUMBER_BYTES;
	return number ? node->text : NULL;
}

/* NULL: there is none for that level, from 0 on. */
static const char *number_of(const at_numbers *numbers, size_t index, char made[NUMBER_BYTES])
{
	if (index >= numbers->count)
		return NULL;
	if (numbers->list)
		return number_in_list(numbers->list->items[index], made);
	write_multiple(numbers->every, index + 1, made);
	return made;
}

/* False with the fault of a pattern, which has a level for each number. */
static bool check_list(const at_numbers *numbers, const brb_yaml_node *at, numbers_fault *fault)
{
	char made[NUMBER_BYTES];
	if (!at->count)
		TELL(fault, at, "\"at\" is empty: list at least one number");
	else if (at->count > BRB_CONFIG_LEVELS_MOST)
		TELL(fault, at, "a badge has at most 1,000 levels, not %zu", at->count);
	for (size_t i = 0; i < at->count && !fault->node; i++)
		if (!number_of(numbers, i, made))
			TELL(fault, at->items[i],
			     "each of \"at\" must be a number, since \"levels\" has one for each");
	return !fault->node;
}

/* False with the fault, which matters to a pattern alone. `at` may be NULL. */
static bool read_numbers(const brb_yaml_node *at, at_numbers *out, numbers_fault *fault)
{
	if (!at || at->broken)
		return false;
	if (at->kind == BRB_YAML_MAPPING)
		return read_multiples(at, out, fault);
	if (at->kind != BRB_YAML_LIST) {
		TELL(fault, at,
		     "\"at\" must be a list of numbers, or { every: 5, to: 100 }, since \"levels\" has one for each");
		return false;
	}
	*out = (at_numbers){ .count = at->count, .list = at };
	return check_list(out, at, fault);
}

/* ---- levels ---- */

static void tell_no_number(brb_yaml_reading *reading, const brb_config_words *words)
{
	brb_yaml_fault(reading->yaml, words->number_at.line, words->number_at.column,
		       "{n} needs a number for this level: " LEVELS_BY_AT);
}

static void fill_level(brb_yaml_reading *reading, brb_config_level *level, size_t index, const at_numbers *numbers)
{
	char made[NUMBER_BYTES];
	const char *number = number_of(numbers, index, made);
	brb_config_words *both[] = { &level->name, &level->description };
	for (size_t i = 0; i < 2 && !level->broken; i++) {
		level->broken = both[i]->number_at.line && !number;
		if (level->broken)
			tell_no_number(reading, both[i]);
		else
			fill_words(reading, both[i], number, index + 1);
	}
}

/* False: too much has been made, which is told once. */
static bool has_room(brb_yaml_reading *reading, const brb_config_badge *badge)
{
	brb_config_reading *self = reading->context;
	if (self->filled_bytes <= BRB_CONFIG_FILLED_BYTES_MOST)
		return true;
	if (!self->filled_told)
		brb_yaml_fault(reading->yaml, badge->levels_at.line, badge->levels_at.column,
			       "the levels that have placeholders take more than 64 MiB in the whole file");
	self->filled_told = true;
	return false;
}

static bool fill_levels(brb_yaml_reading *reading, const brb_config_badge *badge, brb_config_level *levels,
			size_t count, const at_numbers *numbers)
{
	for (size_t i = 0; i < count && has_room(reading, badge); i++)
		fill_level(reading, &levels[i], i, numbers);
	return has_room(reading, badge);
}

static brb_config_level *repeat(brb_yaml_reading *reading, const brb_config_level *pattern, size_t count)
{
	brb_config_level *levels = brb_yaml_take(reading, count, sizeof *levels);
	((brb_config_reading *)reading->context)->filled_bytes += count * sizeof *levels;
	for (size_t i = 0; levels && i < count; i++)
		levels[i] = *pattern;
	return levels;
}

/* The pattern itself, broken, stays in place of levels that cannot be made. */
static void break_pattern(brb_config_badge *badge)
{
	((brb_config_level *)(uintptr_t)badge->levels)->broken = true;
}

static void tell_no_numbers(brb_yaml_reading *reading, const brb_yaml_node *settings, const brb_config_badge *badge,
			    const numbers_fault *fault)
{
	if (fault->node)
		BRB_YAML_FAULT(reading, fault->node, "%s", fault->why);
	else if (!settings || (settings->kind == BRB_YAML_MAPPING && !brb_yaml_get(settings, "at")))
		brb_yaml_fault(reading->yaml, badge->levels_at.line, badge->levels_at.column,
			       "levels by one mapping for all need " LEVELS_BY_AT);
}

static void fill_pattern(brb_yaml_reading *reading, brb_config_badge *badge, const at_numbers *numbers)
{
	brb_config_level *levels =
		badge->levels[0].broken ? NULL : repeat(reading, &badge->levels[0], numbers->count);
	if (!levels || !fill_levels(reading, badge, levels, numbers->count, numbers)) {
		break_pattern(badge);
		return;
	}
	badge->levels = levels;
	badge->level_count = numbers->count;
}

void brb_config_fill_levels(brb_yaml_reading *reading, const brb_yaml_node *node, brb_config_badge *badge)
{
	const brb_yaml_node *settings = brb_yaml_get(node, "settings");
	at_numbers numbers = { 0 };
	numbers_fault fault = { 0 };
	bool all_have_one = read_numbers(settings ? brb_yaml_get(settings, "at") : NULL, &numbers, &fault);
	if (badge->levels_by_pattern && !all_have_one) {
		tell_no_numbers(reading, settings, badge, &fault);
		break_pattern(badge);
	} else if (badge->levels_by_pattern) {
		fill_pattern(reading, badge, &numbers);
	} else {
		fill_levels(reading, badge, (brb_config_level *)(uintptr_t)badge->levels, badge->level_count,
			    &numbers);
	}
}
