/*
 * cli/output/terminal_text: UTF-8 by hand, widths by wcwidth(3), for which main() has chosen a UTF-8 locale.
 */
#include "cli/output/terminal_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

/* One character as it is shown: at most "\u{10ffff}". */
typedef struct shown_glyph {
	char text[16];
	size_t size;
	size_t columns;
} shown_glyph;

/* Answers how many bytes of `text` the glyph stands for. */
static size_t next_glyph(const char *text, shown_glyph *glyph)
{
	uint32_t code = 0;
	size_t size = brb_utf8_decode(text, SIZE_MAX, &code);
	if (size == 0 || brb_utf8_misleads(code)) {
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
