/*
 * The clause `scale`. See decimal.h.
 */
#include "decimal.h"

#include <inttypes.h>

enum { DIGITS_OF_NUMBER = 15, EXPONENT_MOST = 400, TEXT_MOST = 100 };

typedef enum decimal_fault { DECIMAL_FINE, DECIMAL_NO_NUMBER, DECIMAL_PLACES, DECIMAL_RANGE } decimal_fault;

/* A decimal as text: digits without leading and trailing zeroes, times ten to the exponent. */
typedef struct digits {
	int is_negative;
	int32_t exponent;
	size_t count;
	char text[TEXT_MOST];
} digits;

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *take_exponent(const char *text, int32_t *exponent)
{
	int32_t given = 0;
	int is_negative = *text == '-';
	text += *text == '-' || *text == '+';
	if (!is_digit(*text))
		return NULL;
	for (; is_digit(*text); text++)
		given = given < EXPONENT_MOST ? given * 10 + (*text - '0') : given;
	*exponent += is_negative ? -given : given;
	return text;
}

static const char *take_digits(const char *text, digits *number, int is_fraction)
{
	for (; is_digit(*text); text++) {
		if (number->count > 0 || *text != '0')
			number->text[number->count++] = *text;
		number->exponent -= is_fraction;
	}
	return text;
}

/* -12.50e3; 0 when it is no such decimal. */
static int parse(const char *text, digits *number)
{
	*number = (digits){ .is_negative = *text == '-' };
	text += *text == '-';
	if (strlen(text) >= TEXT_MOST || !is_digit(*text))
		return 0;
	text = take_digits(text, number, 0);
	if (*text == '.') {
		if (!is_digit(text[1]))
			return 0;
		text = take_digits(text + 1, number, 1);
	}
	if (*text == 'e' || *text == 'E')
		text = take_exponent(text + 1, &number->exponent);
	while (number->count > 0 && number->text[number->count - 1] == '0') {
		number->count--;
		number->exponent++;
	}
	return text && *text == '\0';
}

static decimal_fault scaled(const digits *number, int64_t scale, int64_t *value)
{
	int64_t sum = 0;
	int32_t exponent = number->exponent;
	for (int64_t left = scale; left > 1; left /= 10)
		exponent++;
	*value = 0;
	if (number->count == 0)
		return DECIMAL_FINE;
	if (exponent < 0)
		return DECIMAL_PLACES;
	for (size_t i = 0; i < number->count + (size_t)exponent; i++) {
		int digit = i < number->count ? number->text[i] - '0' : 0;
		if (sum > (INT64_MAX - digit) / 10)
			return DECIMAL_RANGE;
		sum = sum * 10 + digit;
	}
	*value = number->is_negative ? -sum : sum;
	return DECIMAL_FINE;
}

static decimal_fault read_text(const char *text, size_t digits_most, int64_t scale, int64_t *value)
{
	digits number;
	if (!parse(text, &number) || number.count > digits_most)
		return DECIMAL_NO_NUMBER;
	return scaled(&number, scale, value);
}

static int32_t places_of(int64_t scale)
{
	int32_t places = 0;
	for (; scale > 1; scale /= 10)
		places++;
	return places;
}

static int32_t refuse(badge_call *call, const char *field, int64_t scale, decimal_fault fault)
{
	const char *text = badge_text(call, field, "");
	switch (fault) {
	case DECIMAL_PLACES:
		return badge_refuse(call, "field \"%s\" is %.100s, with more than %d decimal places", field, text,
				    places_of(scale));
	case DECIMAL_RANGE:
		return badge_refuse(call, "field \"%s\" is %.100s, which is too large", field, text);
	default:
		return badge_refuse_field(call, field,
					  "a number of at most 15 digits, or a text with a decimal number");
	}
}

int32_t scale_read(badge_setup *setup, const char *path, int64_t *scale)
{
	*scale = 1;
	if (badge_setting_type(setup, path) == BADGE_TYPE_NONE)
		return BADGE_OK;
	int64_t given = badge_setting_int(setup, path, 0);
	while (*scale < given && *scale < DECIMAL_SCALE_MOST)
		*scale *= 10;
	if (*scale == given)
		return BADGE_OK;
	return badge_setup_fail(setup, path, "scale must be 10, 100, 1000 and so on, up to %" PRId64,
				DECIMAL_SCALE_MOST);
}

int32_t decimal_read(badge_call *call, const char *field, int64_t scale, int64_t *value)
{
	uint32_t type = badge_type(call, field);
	if (type == BADGE_TYPE_NONE)
		return BADGE_UNCHANGED;
	if (scale == 1)
		return badge_read_int(call, field, value) == BADGE_FIELD_FOUND
			       ? BADGE_OK
			       : badge_refuse_field(call, field, "a whole number");
	if (type == BADGE_TYPE_BOOL || type == BADGE_TYPE_JSON)
		return refuse(call, field, scale, DECIMAL_NO_NUMBER);
	size_t digits_most = type == BADGE_TYPE_REAL ? DIGITS_OF_NUMBER : TEXT_MOST;
	decimal_fault fault = read_text(badge_text(call, field, ""), digits_most, scale, value);
	return fault == DECIMAL_FINE ? BADGE_OK : refuse(call, field, scale, fault);
}

int32_t decimal_setting(badge_setup *setup, const char *path, int64_t scale, int64_t *value)
{
	uint32_t type = badge_setting_type(setup, path);
	decimal_fault fault = DECIMAL_NO_NUMBER;
	*value = 0;
	if (type == BADGE_TYPE_INT || (scale > 1 && (type == BADGE_TYPE_REAL || type == BADGE_TYPE_TEXT)))
		fault = read_text(badge_setting_text(setup, path, ""), TEXT_MOST, scale, value);
	switch (fault) {
	case DECIMAL_FINE:
		return BADGE_OK;
	case DECIMAL_PLACES:
		return badge_setup_fail(setup, path, "a number with more places than \"scale\" has");
	case DECIMAL_RANGE:
		return badge_setup_fail(setup, path, "a number that is too large");
	case DECIMAL_NO_NUMBER:
		break;
	}
	return badge_setup_fail(setup, path, scale > 1 ? "this must be a number" : "this must be a whole number");
}
