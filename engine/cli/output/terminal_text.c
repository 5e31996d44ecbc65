/*
 * cli/output/terminal_text: see terminal_text.h. Widths are wcwidth(3)'s, in the locale of brb_cli_terminal_prepare().
 */
#include "cli/output/terminal_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

/* One character as it is displayed: at most "\u{10ffff}". */
typedef struct shown_character {
	char text[16];
	size_t size;
	size_t columns;
} shown_character;

/* Returns how many bytes of `text` the character has. */
static size_t next_character(const char *text, shown_character *character)
{
	uint32_t code = 0;
	size_t size = brb_utf8_decode(text, SIZE_MAX, &code);
	if (size == 0 || brb_utf8_misleads(code)) {
		bool narrow = size <= 1;
		uint32_t shown = size == 0 ? (unsigned char)*text : code;
		int length = snprintf(character->text, sizeof character->text,
				      narrow ? "\\x%02" PRIx32 : "\\u{%" PRIx32 "}", shown);
		character->size = character->columns = (size_t)length;
		return size ? size : 1;
	}
	int columns = wcwidth((wchar_t)code);
	memcpy(character->text, text, size);
	character->size = size;
	character->columns = columns < 0 ? 1 : (size_t)columns;
	return size;
}

size_t brb_cli_terminal_text_width(const char *text)
{
	size_t columns = 0;
	shown_character character;
	while (*text) {
		text += next_character(text, &character);
		columns += character.columns;
	}
	return columns;
}

void brb_cli_terminal_text_write(brb_cli_out *out, const char *text)
{
	shown_character character;
	while (*text) {
		text += next_character(text, &character);
		brb_cli_out_bytes(out, character.text, character.size);
	}
}

size_t brb_cli_terminal_text_write_cut(brb_cli_out *out, const char *text, size_t columns)
{
	size_t width = brb_cli_terminal_text_width(text);
	if (width <= columns) {
		brb_cli_terminal_text_write(out, text);
		return width;
	}
	if (columns == 0)
		return 0;
	size_t taken = 0;
	for (;;) {
		shown_character character;
		text += next_character(text, &character);
		if (taken + character.columns > columns - 1)
			break;
		brb_cli_out_bytes(out, character.text, character.size);
		taken += character.columns;
	}
	brb_cli_out_text(out, "…");
	return taken + 1;
}
