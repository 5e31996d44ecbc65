/*
 * drawing/svg: see svg.h.
 */
#include "drawing/svg.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

void brb_svg_length(brb_builder *svg, int tenths)
{
	int size = tenths < 0 ? -tenths : tenths;
	brb_builder_printf(svg, size % 10 ? "%s%d.%d" : "%s%d", tenths < 0 ? "-" : "", size / 10, size % 10);
}

/*
 * Ten thousand times the sine, by Bhaskara's rational approximation (7th century): the error is at most 16, a sixth of a
 * unit at the widest point of a medal.
 */
static int sine(int angle)
{
	int64_t turn = ((angle % 3600) + 3600) % 3600;
	int64_t half = turn % 1800;
	int64_t product = half * (1800 - half);
	int value = (int)(40000 * product / (4050000 - product));
	return turn < 1800 ? value : -value;
}

/* Rounded to the nearest, away from zero. */
static int scaled(int radius, int ten_thousandths)
{
	int64_t product = (int64_t)radius * ten_thousandths;
	return (int)((product + (product < 0 ? -5000 : 5000)) / 10000);
}

void brb_svg_point(brb_builder *svg, int radius, int angle)
{
	brb_svg_length(svg, scaled(radius, sine(angle)));
	brb_builder_add(svg, " ");
	brb_svg_length(svg, -scaled(radius, sine(angle + 900)));
}

/* ---- text ---- */

typedef struct character_range {
	uint32_t first, last;
} character_range;

static bool is_among(uint32_t code, const character_range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

#define IS_AMONG(code, ranges) is_among(code, ranges, sizeof(ranges) / sizeof(ranges)[0])

/* Blanks that do not break a line, or are narrow: in a picture they look as they should. */
static bool is_blank(uint32_t code)
{
	return code == 0xa0 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f || code == 0x205f;
}

static void add_character(brb_builder *svg, const char *text, const brb_utf8_shown *shown)
{
	switch (shown->code) {
	case '<':
		brb_builder_add(svg, "&lt;");
		break;
	case '>':
		brb_builder_add(svg, "&gt;");
		break;
	case '&':
		brb_builder_add(svg, "&amp;");
		break;
	case '"':
		brb_builder_add(svg, "&quot;");
		break;
	case '\'':
		brb_builder_add(svg, "&#39;");
		break;
	case '\t':
	case '\n':
	case '\r':
		brb_builder_add(svg, " ");
		break;
	default:
		/* XML 1.0 (section 2.2) allows neither controls nor U+FFFE and U+FFFF */
		if ((shown->code >= 0xfffd && shown->code <= 0xffff) || (shown->escaped && !is_blank(shown->code)))
			brb_builder_add(svg, "\xef\xbf\xbd");
		else
			brb_builder_add_length(svg, text, shown->taken);
	}
}

void brb_svg_text(brb_builder *svg, const char *text)
{
	for (brb_utf8_shown shown = { .code = 0 }; *text; text += shown.taken) {
		shown = brb_utf8_show(text, shown.code);
		add_character(svg, text, &shown);
	}
}

/* Of Unicode's East Asian Width W and F, and the marks that combine, the blocks that names are likely to use. */
static size_t columns_of(uint32_t code)
{
	static const character_range combining[] = {
		{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd },   { 0x0610, 0x061a },
		{ 0x064b, 0x065f }, { 0x0e31, 0x0e31 }, { 0x0e34, 0x0e3a },   { 0x0e47, 0x0e4e },
		{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200d },   { 0x20d0, 0x20ff },
		{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0x1f3fb, 0x1f3ff }, { 0xfeff, 0xfeff },
	};
	static const character_range wide[] = {
		{ 0x1100, 0x115f }, { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },   { 0xa960, 0xa97c },
		{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff01, 0xff60 },
		{ 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
	};
	if (code < 0x300)
		return 1;
	return IS_AMONG(code, combining) ? 0 : IS_AMONG(code, wide) ? 2 : 1;
}

/* Reads the next character and returns its columns: what is replaced has one, one after a zero-width joiner none. */
static size_t next_columns(const char *text, brb_utf8_shown *shown)
{
	uint32_t before = shown->code;
	*shown = brb_utf8_show(text, before);
	return shown->escaped ? 1 : before == 0x200d ? 0 : columns_of(shown->code);
}

size_t brb_svg_columns(const char *text)
{
	size_t columns = 0;
	for (brb_utf8_shown shown = { .code = 0 }; *text; text += shown.taken)
		columns += next_columns(text, &shown);
	return columns;
}

void brb_svg_text_cut(brb_builder *svg, const char *text, size_t columns)
{
	bool fits = brb_svg_columns(text) <= columns;
	size_t taken = 0;
	for (brb_utf8_shown shown = { .code = 0 }; *text; text += shown.taken) {
		taken += next_columns(text, &shown);
		if (!fits && taken > columns - 1)
			break;
		add_character(svg, text, &shown);
	}
	if (!fits)
		brb_builder_add(svg, "\xe2\x80\xa6");
}

/* ---- bytes ---- */

void brb_svg_base64(brb_builder *svg, const unsigned char *bytes, size_t count)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char piece[4 * 256];
	size_t used = 0;
	for (size_t i = 0; i < count; i += 3) {
		size_t left = count - i;
		uint32_t three = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
				 (left > 2 ? bytes[i + 2] : 0);
		piece[used++] = digits[three >> 18];
		piece[used++] = digits[three >> 12 & 63];
		piece[used++] = left > 1 ? digits[three >> 6 & 63] : '=';
		piece[used++] = left > 2 ? digits[three & 63] : '=';
		if (used == sizeof piece || left <= 3) {
			brb_builder_add_length(svg, piece, used);
			used = 0;
		}
	}
}
