/*
 * base/number: see number.h.
 */
#include "base/number.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_digits(const char *at)
{
	size_t count = strspn(at, "0123456789");
	return count ? at + count : NULL;
}

/* -? ( 0 | [1-9][0-9]* ) ( \. [0-9]+ )? ( [eE] [-+]? [0-9]+ )? */
static const char *skip_number(const char *at)
{
	at += *at == '-';
	at = *at == '0' ? at + 1 : skip_digits(at);
	if (at && *at == '.')
		at = skip_digits(at + 1);
	if (at && (*at == 'e' || *at == 'E')) {
		at += at[1] == '+' || at[1] == '-' ? 2 : 1;
		at = skip_digits(at);
	}
	return at && strchr(" \t\r\n,]}", *at) ? at : NULL; /* NUL is one of them */
}

/* glibc and musl have the C locale without memory, so that newlocale cannot fail. */
bool brb_number_real(const char *text, double *value)
{
	locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
	if (plain == (locale_t)0)
		return false;
	*value = strtod_l(text, NULL, plain);
	freelocale(plain);
	return isfinite(*value);
}

brb_number brb_number_read(const char *text)
{
	brb_number number = { .kind = BRB_NUMBER_MALFORMED, .end = skip_number(text) };
	if (!number.end)
		return number;
	number.kind = BRB_NUMBER_INTEGER;
	if (strspn(text, "-0123456789") < (size_t)(number.end - text)) {
		number.kind = brb_number_real(text, &number.real) ? BRB_NUMBER_REAL : BRB_NUMBER_OUT_OF_RANGE;
		return number;
	}
	errno = 0;
	number.integer = strtoll(text, NULL, 10);
	if (errno == ERANGE) {
		number.kind = BRB_NUMBER_OUT_OF_RANGE;
		brb_number_real(text, &number.real);
	}
	return number;
}

const char *brb_number_write(double real, char text[BRB_NUMBER_BYTES])
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, BRB_NUMBER_BYTES, "%.*g", digits, real);
		if (strtod(text, NULL) == real)
			break;
	}
	char *mark = text + strspn(text, "-0123456789");
	if (*mark && *mark != 'e') { /* the decimal point of the host's locale */
		size_t width = strcspn(mark, "0123456789");
		*mark = '.';
		memmove(mark + 1, mark + width, strlen(mark + width) + 1);
	}
	return text;
}
