/*
 * drawing/trophies: see trophies.h. Colours are attributes for the light scheme; a style overrides them in the dark one.
 */
#include "drawing/trophies.h"

#include <inttypes.h>
#include <stdio.h>

#include "drawing/svg.h"

enum {
	COLUMNS = 4,
	CELL_WIDTH = 176,
	CELL_HEIGHT = 188,
	MEDAL_SIZE = 104,
	MARGIN = 16,
	HEAD_HEIGHT = 72,
	FOOT_HEIGHT = 18,
	MORE_HEIGHT = 30,
	EMPTY_HEIGHT = 64,
	NAME_COLUMNS = 18,
	SLUG_COLUMNS = 24,
	TITLE_COLUMNS = 40,
	DOTS_MOST = 6
};

static const char style[] =
	"<style>.brb-card{fill:#fff;stroke:#d0d7de}.brb-name{fill:#1f2328}.brb-note{fill:#59636e}"
	".brb-line{stroke:#d0d7de}.brb-off{fill:#d0d7de}"
	"@media (prefers-color-scheme:dark){.brb-card{fill:#0d1117;stroke:#30363d}.brb-name{fill:#f0f6fc}"
	".brb-note{fill:#9198a1}.brb-line{stroke:#30363d}.brb-off{fill:#3d444d}}</style>";

typedef struct lettering {
	const char *class;
	const char *colour;
	const char *anchor;
	int size;
	bool bold;
} lettering;

static const lettering of_title = { "brb-name", "#1f2328", "start", 20, true };
static const lettering of_name = { "brb-name", "#1f2328", "middle", 14, true };
static const lettering of_note = { "brb-note", "#59636e", "middle", 11, false };
static const lettering of_sum = { "brb-note", "#59636e", "end", 13, false };
static const lettering of_rest = { "brb-note", "#59636e", "middle", 14, false };

static void begin_text(brb_builder *svg, const lettering *as, int x, int y)
{
	brb_builder_printf(svg, "<text class=\"%s\" x=\"%d\" y=\"%d\" fill=\"%s\" font-size=\"%d\"%s", as->class, x,
			   y, as->colour, as->size, as->bold ? " font-weight=\"600\"" : "");
	if (as->anchor[0] != 's')
		brb_builder_printf(svg, " text-anchor=\"%s\"", as->anchor);
	brb_builder_add(svg, ">");
}

static void write_cut(brb_builder *svg, const lettering *as, int x, int y, const char *text, size_t columns)
{
	begin_text(svg, as, x, y);
	brb_svg_text_cut(svg, text, columns);
	brb_builder_add(svg, "</text>");
}

/* ---- one trophy ---- */

/* In the corner of the medal: "×12". */
static void draw_times(brb_builder *svg, const brb_trophy *trophy, int x, int y)
{
	char text[24];
	int64_t times = trophy->times;
	const char *unit = times < 10000 ? "" : times < 10000000 ? "k" : "M";
	int64_t shown = times < 10000 ? times : times < 10000000 ? times / 1000 : times / 1000000;
	int digits = snprintf(text, sizeof text, "%" PRId64 "%s", shown, unit);
	int width = 20 + 8 * digits;
	brb_builder_printf(svg,
			   "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"20\" rx=\"10\" fill=\"" BRB_COLOUR
			   "\" stroke=\"#fff\" stroke-width=\"1.5\"/><text x=\"%d\" y=\"%d\" fill=\"#fff\" "
			   "font-size=\"12\" font-weight=\"600\" text-anchor=\"middle\">\xc3\x97%s</text>",
			   x - width / 2, y, width, brb_colour_mix(brb_medal_colour(&trophy->medal), 0x000000, 30), x,
			   y + 14, text);
}

/* Of few levels a dot each, of many "7 of 12". */
static void draw_levels(brb_builder *svg, const brb_medal *medal, int x, int y)
{
	int count = (int)medal->level_count;
	if (medal->level_count > DOTS_MOST) {
		begin_text(svg, &of_note, x, y + 4);
		brb_builder_printf(svg, "level %" PRIu32 " of %" PRIu32 "</text>", medal->level, medal->level_count);
		return;
	}
	for (int i = 0; i < count; i++) {
		bool reached = (uint32_t)i < medal->level;
		brb_builder_printf(svg, "<circle cx=\"%d\" cy=\"%d\" r=\"3\"%s fill=\"" BRB_COLOUR "\"/>",
				   x + 10 * i - 5 * (count - 1), y, reached ? "" : " class=\"brb-off\"",
				   reached ? brb_medal_colour(medal) : 0xd0d7de);
	}
}

static void draw_trophy(brb_builder *svg, const brb_trophy *trophy, int x, int y)
{
	int middle = x + CELL_WIDTH / 2;
	bool has_levels = trophy->medal.level_count > 1;
	int below = y + MEDAL_SIZE + 33;
	brb_builder_add(svg, "<g>");
	brb_medal_draw_inside(svg, &trophy->medal, middle - MEDAL_SIZE / 2, y, MEDAL_SIZE);
	if (trophy->times > 1)
		draw_times(svg, trophy, middle + 38, y + 2);
	if (has_levels)
		draw_levels(svg, &trophy->medal, middle, y + MEDAL_SIZE + 12);
	write_cut(svg, &of_name, middle, below, trophy->medal.name, NAME_COLUMNS);
	write_cut(svg, &of_note, middle, below + 16, trophy->medal.slug, SLUG_COLUMNS);
	write_cut(svg, &of_note, middle, below + 31, trophy->since, SLUG_COLUMNS);
	brb_builder_add(svg, "</g>");
}

/* ---- the card ---- */

static int columns_of(const brb_trophy_case *trophies)
{
	return trophies->count < 2 ? 2 : trophies->count < COLUMNS ? (int)trophies->count : COLUMNS;
}

static int rows_height(const brb_trophy_case *trophies)
{
	int columns = columns_of(trophies);
	int rows = ((int)trophies->count + columns - 1) / columns;
	if (rows == 0)
		return EMPTY_HEIGHT;
	return rows * CELL_HEIGHT + (trophies->badge_count > trophies->count ? MORE_HEIGHT : 0);
}

static void write_whose(brb_builder *svg, const brb_trophy_case *trophies, size_t columns)
{
	brb_svg_text_cut(svg, trophies->user, columns);
	brb_builder_add(svg, "\xe2\x80\x99s badges");
}

/* As many columns as there is room for beside the count. */
static size_t title_columns(const brb_trophy_case *trophies)
{
	int columns = columns_of(trophies);
	return columns >= COLUMNS ? TITLE_COLUMNS : columns == 3 ? 26 : 12;
}

static void draw_head(brb_builder *svg, const brb_trophy_case *trophies, int width)
{
	begin_text(svg, &of_title, MARGIN + 8, 38);
	write_whose(svg, trophies, title_columns(trophies));
	brb_builder_add(svg, "</text>");
	begin_text(svg, &of_sum, width - MARGIN - 8, 37);
	brb_builder_printf(svg, "%" PRId64 " award%s</text>", trophies->award_count,
			   trophies->award_count == 1 ? "" : "s");
	brb_builder_printf(svg, "<path class=\"brb-line\" d=\"M%d 54H%d\" fill=\"none\" stroke=\"#d0d7de\"/>",
			   MARGIN + 8, width - MARGIN - 8);
}

static void draw_rest(brb_builder *svg, const brb_trophy_case *trophies, int middle, int height)
{
	if (trophies->count == 0) {
		begin_text(svg, &of_rest, middle, HEAD_HEIGHT + EMPTY_HEIGHT / 2);
		brb_builder_add(svg, "No badges yet.</text>");
	} else if (trophies->badge_count > trophies->count) {
		begin_text(svg, &of_rest, middle, height - 22);
		brb_builder_printf(svg, "+%zu more</text>", trophies->badge_count - trophies->count);
	}
}

void brb_trophies_draw(brb_builder *svg, const brb_trophy_case *trophies)
{
	int columns = columns_of(trophies);
	int width = columns * CELL_WIDTH + 2 * MARGIN;
	int height = HEAD_HEIGHT + rows_height(trophies) + FOOT_HEIGHT;
	brb_builder_printf(
		svg,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
		"role=\"img\" font-family=\"system-ui,-apple-system,&quot;Segoe UI&quot;,&quot;Noto "
		"Sans&quot;,sans-serif\"><title>",
		width, height, width, height);
	write_whose(svg, trophies, SIZE_MAX);
	brb_builder_printf(
		svg,
		"</title>%s<rect class=\"brb-card\" x=\".5\" y=\".5\" width=\"%d\" height=\"%d\" rx=\"12\" "
		"fill=\"#fff\" stroke=\"#d0d7de\"/>",
		style, width - 1, height - 1);
	draw_head(svg, trophies, width);
	for (size_t i = 0; i < trophies->count; i++)
		draw_trophy(svg, &trophies->trophies[i], MARGIN + (int)i % columns * CELL_WIDTH,
			    HEAD_HEIGHT + (int)i / columns * CELL_HEIGHT);
	draw_rest(svg, trophies, width / 2, height);
	brb_builder_add(svg, "</svg>\n");
}
