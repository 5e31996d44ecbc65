/*
 * cli/support/numbers: see numbers.h.
 */
#include "cli/support/numbers.h"

#include <stdbool.h>
#include <string.h>

static size_t skip_string(const char *line, size_t size, size_t at)
{
	for (at++; at < size && line[at] != '"'; at++)
		if (line[at] == '\\')
			at++;
	return at + 1;
}

static bool is_digit(const char *line, size_t size, size_t at)
{
	return at < size && line[at] >= '0' && line[at] <= '9';
}

static size_t skip_digits(const char *line, size_t size, size_t at)
{
	while (is_digit(line, size, at))
		at++;
	return at;
}

static bool ends_number(char character)
{
	return character != '\0' && strchr(" \t\r\n,]}", character);
}

/* The end of the number that begins at `at`; 0: it is malformed. */
static size_t skip_number(const char *line, size_t size, size_t at)
{
	if (line[at] == '-')
		at++;
	if (!is_digit(line, size, at))
		return 0;
	at = line[at] == '0' ? at + 1 : skip_digits(line, size, at);
	if (at < size && line[at] == '.') {
		if (!is_digit(line, size, ++at))
			return 0;
		at = skip_digits(line, size, at);
	}
	if (at < size && (line[at] == 'e' || line[at] == 'E')) {
		at++;
		if (at < size && (line[at] == '+' || line[at] == '-'))
			at++;
		if (!is_digit(line, size, at))
			return 0;
		at = skip_digits(line, size, at);
	}
	return at >= size || ends_number(line[at]) ? at : 0;
}

const char *brb_cli_numbers_fault(const char *line, size_t size)
{
	size_t at = 0;
	while (at < size) {
		if (line[at] == '"') {
			at = skip_string(line, size, at);
		} else if (line[at] == '-' || is_digit(line, size, at)) {
			at = skip_number(line, size, at);
			if (at == 0)
				return "a malformed number";
		} else {
			at++;
		}
	}
	return "number out of range";
}
