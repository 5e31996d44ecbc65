/*
 * drawing/svg: the small things that pictures are made of: numbers, points, text that is safe in XML, bytes as base64.
 *
 * Keeps true: what comes out is the same bytes everywhere: lengths are whole tenths of a unit, angles whole tenths of a
 * degree, and no locale and no floating point is asked. Text from outside comes out as characters that XML 1.0 allows,
 * escaped, so that a strict parser reads it.
 *
 * Leaves to others: what is drawn.
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

/* Text, safe as content and inside of quotes; what is not allowed in XML or turns the direction of writing is U+FFFD. */
void brb_svg_text(brb_builder *svg, const char *text);

/* The columns that a text takes: 2 for wide (East Asian) characters and emoji, 0 for those that combine. */
size_t brb_svg_columns(const char *text);

/* The text in at most so many columns, the last of them "…" where something was left out. */
void brb_svg_text_cut(brb_builder *svg, const char *text, size_t columns);

void brb_svg_base64(brb_builder *svg, const unsigned char *bytes, size_t count);

#endif
