/*
 * cli/output/terminal_text: UTF-8 by hand, widths by wcwidth(3), for which main() has chosen a UTF-8 locale.
 */
#include "cli/output/terminal_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* One character as it is shown: at most "\u{10ffff}". */
typedef struct shown_glyph {
	char text[16];
	size_t size;
	size_t columns;
} shown_glyph;

static bool follows(const char *text, size_t count)
{
	for (size_t i = 1; i <= count; i++)
		if (((unsigned char)text[i] & 0xC0) != 0x80)
			return false;
	return true;
}

/* The Unicode Standard, table 3-7: well-formed byte sequences. */
size_t brb_cli_terminal_text_decode(const char *text, uint32_t *code)
{
	unsigned char lead = (unsigned char)text[0];
	if (lead == 0)
		return 0;
	if (lead < 0x80) {
		*code = lead;
		return 1;
	}
	size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
	if (lead < 0xC2 || lead > 0xF4 || !follows(text, more))
		return 0;
	uint32_t value = lead & (0x3Fu >> more);
	for (size_t i = 1; i <= more; i++)
		value = value << 6 | ((unsigned char)text[i] & 0x3Fu);
	bool overlong = (more == 2 && value < 0x800) || (more == 3 && value < 0x10000);
	if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
		return 0;
	*code = value;
	return more + 1;
}

bool brb_cli_terminal_text_is_misleading(uint32_t code)
{
	return (code >= 0x200E && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0x061C || code == 0xFEFF;
}

/* Answers how many bytes of `text` the glyph stands for. */
static size_t next_glyph(const char *text, shown_glyph *glyph)
{
	uint32_t code = 0;
	size_t size = brb_cli_terminal_text_decode(text, &code);
	if (size == 0 || code < 0x20 || (code >= 0x7F && code < 0xA0) || brb_cli_terminal_text_is_misleading(code)) {
		bool narrow = size <= 1;
		uint32_t shown = size == 0 ? (unsigned char)*text : code;
		int length = snprintf(glyph->text, sizeof glyph->text, narrow ? "\\x%02" PRIx32 : "\\u{%" PRIx32 "}",
				      shown);
		glyph->size = glyph->columns = (size_t)length;
		return size ? size : 1;
	}
	int columns = wcwidth((wchar_t)code);
	memcpy(glyph->text, text, size);
	glyph->size = size;
	glyph->columns = columns < 0 ? 1 : (size_t)columns;
	return size;
}

size_t brb_cli_terminal_text_width(const char *text)
{
	size_t columns = 0;
	shown_glyph glyph;
	while (*text) {
		text += next_glyph(text, &glyph);
		columns += glyph.columns;
	}
	return columns;
}

void brb_cli_terminal_text_write(brb_cli_out *out, const char *text)
{
	shown_glyph glyph;
	while (*text) {
		text += next_glyph(text, &glyph);
		brb_cli_out_bytes(out, glyph.text, glyph.size);
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
		shown_glyph glyph;
		text += next_glyph(text, &glyph);
		if (taken + glyph.columns > columns - 1)
			break;
		brb_cli_out_bytes(out, glyph.text, glyph.size);
		taken += glyph.columns;
	}
	brb_cli_out_text(out, "…");
	return taken + 1;
}
