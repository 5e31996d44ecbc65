/*
 * cli/output/terminal_text: see terminal_text.h. Widths are wcwidth(3)'s, in the locale of brb_cli_terminal_prepare().
 */
#include "cli/output/terminal_text.h"

#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

/* Reads a text character by character, and knows the columns of each. */
typedef struct shown_text {
	const char *start; /* NULL: it is a part of a longer text */
	const char *next;
	brb_utf8_shown character;
	size_t columns;
} shown_text;

/* The next character; false at the end. A blank at either end of a whole text is escaped: nobody would see it. */
static bool read_character(shown_text *text)
{
	if (!*text->next)
		return false;
	bool at_end = text->start && (text->next == text->start || !text->next[1]);
	if (*text->next == ' ' && at_end)
		text->character =
			(brb_utf8_shown){ .text = "\\x20", .size = 4, .taken = 1, .code = ' ', .escaped = true };
	else
		text->character = brb_utf8_show(text->next, text->character.code);
	int columns = text->character.escaped ? (int)text->character.size : wcwidth((wchar_t)text->character.code);
	text->columns = columns < 0 ? 1 : (size_t)columns;
	text->next += text->character.taken;
	return true;
}

size_t brb_cli_terminal_text_width(const char *text)
{
	size_t columns = 0;
	for (shown_text shown = { .start = text, .next = text }; read_character(&shown);)
		columns += shown.columns;
	return columns;
}

void brb_cli_terminal_text_write(brb_cli_out *out, const char *text)
{
	for (shown_text shown = { .next = text }; read_character(&shown);)
		brb_cli_out_bytes(out, shown.character.text, shown.character.size);
}

size_t brb_cli_terminal_text_write_cut(brb_cli_out *out, const char *text, size_t columns)
{
	size_t width = brb_cli_terminal_text_width(text);
	if (width <= columns) {
		for (shown_text shown = { .start = text, .next = text }; read_character(&shown);)
			brb_cli_out_bytes(out, shown.character.text, shown.character.size);
		return width;
	}
	if (columns == 0)
		return 0;
	size_t taken = 0;
	for (shown_text shown = { .start = text, .next = text };
	     read_character(&shown) && taken + shown.columns <= columns - 1;) {
		brb_cli_out_bytes(out, shown.character.text, shown.character.size);
		taken += shown.columns;
	}
	brb_cli_out_text(out, "…");
	return taken + 1;
}
