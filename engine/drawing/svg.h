/*
 * drawing/svg: numbers, points, text that is safe in XML, bytes as base64.
 *
 * Guarantees: the same bytes everywhere: lengths are whole tenths of a unit, angles whole tenths of a degree, without
 * locale or floating point. Text is escaped and holds only characters that XML 1.0 allows.
 */
#ifndef BRB_DRAWING_SVG_H
#define BRB_DRAWING_SVG_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* A length in tenths: 125 is "12.5", -40 is "-4". */
void brb_svg_length(brb_builder *svg, int tenths);

/* A point at a distance from 0,0, by an angle in tenths of a degree, clockwise from straight up: "12.5 -4". */
void brb_svg_point(brb_builder *svg, int radius, int angle);

/* Text, safe as content and in quotes. Characters that XML refuses or that mislead (base/utf8.h) become U+FFFD. */
void brb_svg_text(brb_builder *svg, const char *text);

/* The columns that a text takes: 2 for wide (East Asian) characters and emoji, 0 for those that combine. */
size_t brb_svg_columns(const char *text);

/* The text in at most so many columns, the last of them "…" where it is cut. */
void brb_svg_text_cut(brb_builder *svg, const char *text, size_t columns);

void brb_svg_base64(brb_builder *svg, const unsigned char *bytes, size_t count);

#endif
