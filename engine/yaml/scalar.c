/*
 * yaml/scalar: see scalar.h. The patterns are those of YAML 1.2.2, section 10.3.2 (core schema).
 *
 * Stricter than the schema: integers must fit in 64 bits, reals must be finite.
 */
#include "yaml/scalar.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"

#define STANDARD_PREFIX "tag:yaml.org,2002:"

typedef enum shape { NO_NUMBER, INTEGER, REAL, INFINITE, NOT_A_NUMBER } shape;

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(text, words[i]) == 0)
			return true;
	}
	return false;
}

#define IS_ONE_OF(text, ...)                                  \
	is_one_of(text, (const char *const[]){ __VA_ARGS__ }, \
		  sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static const char *skip_digits(const char *at)
{
	return at + strspn(at, "0123456789");
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static shape decimal_shape(const char *text)
{
	const char *whole = text + (*text == '-' || *text == '+');
	const char *at = skip_digits(whole);
	bool digits = at > whole;
	if (digits && !*at)
		return INTEGER;
	if (*at == '.') {
		const char *fraction = at + 1;
		at = skip_digits(fraction);
		digits = digits || at > fraction;
	}
	if (!digits)
		return NO_NUMBER;
	if (*at == 'e' || *at == 'E') {
		at++;
		at += *at == '-' || *at == '+';
		const char *exponent = at;
		at = skip_digits(exponent);
		if (at == exponent)
			return NO_NUMBER;
	}
	return *at ? NO_NUMBER : REAL;
}

static shape number_shape(const char *text)
{
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'o')) {
		const char *digits = text + 2;
		const char *allowed = text[1] == 'x' ? "0123456789abcdefABCDEF" : "01234567";
		size_t count = strspn(digits, allowed);
		return count && !digits[count] ? INTEGER : NO_NUMBER;
	}
	if (IS_ONE_OF(text, ".nan", ".NaN", ".NAN"))
		return NOT_A_NUMBER;
	if (IS_ONE_OF(text + (*text == '-' || *text == '+'), ".inf", ".Inf", ".INF"))
		return INFINITE;
	return decimal_shape(text);
}

static unsigned digit_value(char digit)
{
	if (digit <= '9')
		return (unsigned)(digit - '0');
	return (unsigned)((digit | 0x20) - 'a') + 10;
}

/* The text has the shape of an integer. False when it does not fit. */
static bool read_integer(const char *text, int64_t *value)
{
	bool negative = *text == '-';
	text += *text == '-' || *text == '+';
	unsigned base = 10;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'o')) {
		base = text[1] == 'x' ? 16 : 8;
		text += 2;
	}
	int64_t sum = 0; /* kept negative: that side reaches one further */
	for (; *text; text++) {
		if (__builtin_mul_overflow(sum, (int64_t)base, &sum) ||
		    __builtin_sub_overflow(sum, (int64_t)digit_value(*text), &sum))
			return false;
	}
	if (!negative && sum == INT64_MIN)
		return false;
	*value = negative ? sum : -sum;
	return true;
}

static bool resolve_number(brb_yaml_node *node, shape found, char why[BRB_YAML_WHY_BYTES])
{
	char buffer[BRB_YAML_SHORT_BYTES];
	const char *text = brb_yaml_shortened(node->text, buffer);
	if (found == INTEGER) {
		node->kind = BRB_YAML_INT;
		if (read_integer(node->text, &node->value.integer))
			return true;
		snprintf(why, BRB_YAML_WHY_BYTES, "the integer %s does not fit in 64 bits", text);
	} else if (found == REAL) {
		node->kind = BRB_YAML_REAL;
		if (brb_number_real(node->text, &node->value.real))
			return true;
		snprintf(why, BRB_YAML_WHY_BYTES, "the number %s is too large", text);
	} else {
		snprintf(why, BRB_YAML_WHY_BYTES, "%s is not a finite number; quote it if it is text", text);
	}
	return false;
}

static bool resolve_plain(brb_yaml_node *node, char why[BRB_YAML_WHY_BYTES])
{
	if (IS_ONE_OF(node->text, "", "~", "null", "Null", "NULL")) {
		node->kind = BRB_YAML_NULL;
		return true;
	}
	if (IS_ONE_OF(node->text, "true", "True", "TRUE", "false", "False", "FALSE")) {
		node->kind = BRB_YAML_BOOL;
		node->value.boolean = (node->text[0] | 0x20) == 't';
		return true;
	}
	shape found = number_shape(node->text);
	return found == NO_NUMBER || resolve_number(node, found, why);
}

/* "!!int" for a standard tag, else the tag, shortened. */
static void display_tag(const char *tag, char shown[BRB_YAML_SHORT_BYTES + 4])
{
	char buffer[BRB_YAML_SHORT_BYTES];
	size_t prefix = strlen(STANDARD_PREFIX);
	bool standard = strncmp(tag, STANDARD_PREFIX, prefix) == 0;
	snprintf(shown, BRB_YAML_SHORT_BYTES + 4, "%s%s", standard ? "!!" : "",
		 brb_yaml_shortened(standard ? tag + prefix : tag, buffer));
}

/* The kind of a tag. False when the core schema has no such tag. */
static bool kind_of_tag(const char *tag, brb_yaml_kind *kind)
{
	static const struct {
		const char *tag;
		brb_yaml_kind kind;
	} known[] = {
		{ STANDARD_PREFIX "null", BRB_YAML_NULL },   { STANDARD_PREFIX "bool", BRB_YAML_BOOL },
		{ STANDARD_PREFIX "int", BRB_YAML_INT },     { STANDARD_PREFIX "float", BRB_YAML_REAL },
		{ STANDARD_PREFIX "str", BRB_YAML_TEXT },    { STANDARD_PREFIX "seq", BRB_YAML_LIST },
		{ STANDARD_PREFIX "map", BRB_YAML_MAPPING },
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(tag, known[i].tag) == 0) {
			*kind = known[i].kind;
			return true;
		}
	}
	return false;
}

static bool refuse_unknown(const char *tag, char why[BRB_YAML_WHY_BYTES])
{
	char shown[BRB_YAML_SHORT_BYTES + 4];
	display_tag(tag, shown);
	snprintf(why, BRB_YAML_WHY_BYTES, "unknown tag \"%s\"", shown);
	return false;
}

bool brb_yaml_scalar_resolve(brb_yaml_node *node, bool plain, const char *tag, char why[BRB_YAML_WHY_BYTES])
{
	node->kind = BRB_YAML_TEXT;
	if (!tag)
		return !plain || resolve_plain(node, why);
	if (strcmp(tag, "!") == 0) /* YAML 1.2.2, section 6.9.1: not to be resolved */
		return true;
	brb_yaml_kind wanted;
	if (!kind_of_tag(tag, &wanted))
		return refuse_unknown(tag, why);
	if (wanted == BRB_YAML_TEXT)
		return true;
	if (!resolve_plain(node, why))
		return false;
	if (wanted == BRB_YAML_REAL && node->kind == BRB_YAML_INT) {
		node->kind = BRB_YAML_REAL;
		node->value.real = (double)node->value.integer;
	}
	if (node->kind == wanted)
		return true;
	char shown[BRB_YAML_SHORT_BYTES + 4], buffer[BRB_YAML_SHORT_BYTES];
	display_tag(tag, shown);
	snprintf(why, BRB_YAML_WHY_BYTES, "tag \"%s\" does not fit \"%s\"", shown,
		 brb_yaml_shortened(node->text, buffer));
	return false;
}

bool brb_yaml_scalar_tag_fits(brb_yaml_kind kind, const char *tag, char why[BRB_YAML_WHY_BYTES])
{
	if (!tag || strcmp(tag, "!") == 0)
		return true;
	brb_yaml_kind wanted;
	if (!kind_of_tag(tag, &wanted))
		return refuse_unknown(tag, why);
	if (wanted == kind)
		return true;
	char shown[BRB_YAML_SHORT_BYTES + 4];
	display_tag(tag, shown);
	snprintf(why, BRB_YAML_WHY_BYTES, "tag \"%s\" does not fit %s", shown, brb_yaml_kind_name(kind));
	return false;
}
