/*
 * drawing/emblem: see emblem.h. Lengths are tenths of a unit, angles tenths of a degree. The parts of a figure are
 * disjoint or nested and never cross, so that the fill rule evenodd only cuts holes.
 */
#include "drawing/emblem.h"

#include <stdbool.h>

#include "drawing/svg.h"

enum { FULL_TURN = 3600, REACH = 460 };

static int share_of_turn(int part, int parts)
{
	return FULL_TURN * part / parts;
}

static void add_point(brb_builder *svg, const char *command, int radius, int angle)
{
	brb_builder_add(svg, command);
	brb_svg_point(svg, radius, angle);
}

/* A polygon; where `inner` is another distance than `outer`, a star. */
static void add_corners(brb_builder *svg, int count, int outer, int inner, int turned)
{
	int corners = inner == outer ? count : 2 * count;
	for (int i = 0; i < corners; i++) {
		int radius = inner != outer && i % 2 ? inner : outer;
		add_point(svg, i ? "L" : "M", radius, share_of_turn(i, corners) + turned);
	}
	brb_builder_add(svg, "Z");
}

static void add_arc(brb_builder *svg, int radius, bool clockwise, int reach, int angle)
{
	brb_builder_add(svg, "A");
	brb_svg_length(svg, radius);
	brb_builder_add(svg, " ");
	brb_svg_length(svg, radius);
	add_point(svg, clockwise ? " 0 0 1 " : " 0 0 0 ", reach, angle);
}

/* Corners joined by arcs that are bent outwards, as waves are, or inwards. */
static void add_arcs(brb_builder *svg, int count, int reach, int radius, bool outwards)
{
	add_point(svg, "M", reach, 0);
	for (int i = 1; i <= count; i++)
		add_arc(svg, radius, outwards, reach, share_of_turn(i, count));
	brb_builder_add(svg, "Z");
}

/* A circle around 0,0. */
static void add_circle(brb_builder *svg, int radius)
{
	add_arcs(svg, 2, radius, radius, true);
}

/* A circle at a distance from 0,0. */
static void add_disc(brb_builder *svg, int radius, int distance, int angle)
{
	add_point(svg, "M", distance, angle);
	brb_builder_add(svg, "m0 ");
	brb_svg_length(svg, -radius);
	for (int way = 1; way >= -1; way -= 2) {
		brb_builder_add(svg, "a");
		brb_svg_length(svg, radius);
		brb_builder_add(svg, " ");
		brb_svg_length(svg, radius);
		brb_builder_add(svg, " 0 1 1 0 ");
		brb_svg_length(svg, 2 * radius * way);
	}
	brb_builder_add(svg, "Z");
}

/* ---- outlines ---- */

void brb_emblem_outline(brb_builder *svg, uint32_t choice)
{
	switch (choice % 6) {
	case 0:
		add_circle(svg, 910);
		break;
	case 1: /* small waves */
		add_arcs(svg, 20, 875, 150, true);
		break;
	case 2: /* large waves */
		add_arcs(svg, 10, 850, 300, true);
		break;
	case 3: /* teeth */
		add_corners(svg, 24, 945, 860, 0);
		break;
	case 4:
		add_corners(svg, 8, 945, 945, 225);
		break;
	default: /* a coin with six corners */
		add_arcs(svg, 6, 945, 1250, true);
	}
}

/* ---- figures ---- */

static void draw_star(brb_builder *svg, int count, int variant)
{
	static const int inner[] = { 180, 215, 250 };
	add_corners(svg, count, REACH, inner[variant % 3] + (count > 6 ? 60 : 0), 0);
	if (variant >= 3)
		add_circle(svg, 90);
}

static void draw_pointed_petals(brb_builder *svg, int count, int variant)
{
	static const int widest[] = { 250, 310, 370 }; /* where the petal is */
	int half = share_of_turn(1, 2 * count) * 9 / 10;
	for (int i = 0; i < count; i++) {
		int angle = share_of_turn(i, count);
		add_point(svg, "M", 110, angle);
		add_point(svg, "Q", widest[variant % 3], angle - half);
		add_point(svg, " ", REACH, angle);
		add_point(svg, "Q", widest[variant % 3], angle + half);
		add_point(svg, " ", 110, angle);
		brb_builder_add(svg, "Z");
	}
	if (variant >= 3)
		add_circle(svg, 75);
}

static void draw_round_petals(brb_builder *svg, int count, int variant)
{
	static const int radii[] = { 0, 0, 0, 200, 176, 158, 143, 130, 118 };
	int radius = radii[count];
	for (int i = 0; i < count; i++)
		add_disc(svg, radius, REACH - radius, share_of_turn(i, count));
	if (count > 4)
		add_circle(svg, REACH - 2 * radius - 30);
	if (count > 5 && variant >= 3)
		add_circle(svg, (REACH - 2 * radius) / 2);
}

static void draw_frames(brb_builder *svg, int count, int variant)
{
	int turned = count % 2 || variant >= 3 ? 0 : share_of_turn(1, 2 * count);
	add_corners(svg, count, REACH, REACH, turned);
	add_corners(svg, count, count == 3 ? 270 : 325, count == 3 ? 270 : 325, turned);
	if (variant % 3 == 0)
		add_circle(svg, count == 3 ? 95 : 150);
	else
		add_corners(svg, count, count == 3 ? 150 : 195,
			    variant % 3 == 1 ? 80
			    : count == 3     ? 150
					     : 195,
			    turned);
}

static void draw_sun(brb_builder *svg, int count, int variant)
{
	int rays = 2 * count > 8 ? 2 * count : 8;
	int half = share_of_turn(1, 2 * rays) * 7 / 10;
	for (int i = 0; i < rays; i++) {
		int angle = share_of_turn(i, rays);
		int reach = variant % 2 && i % 2 ? 370 : REACH;
		add_point(svg, "M", 275, angle - half);
		add_point(svg, "L", reach, angle);
		add_point(svg, "L", 275, angle + half);
		brb_builder_add(svg, "Z");
	}
	add_circle(svg, 230);
	if (variant >= 3)
		add_corners(svg, 5, 170, 75, 0);
}

/* A star with concave sides. */
static void draw_spark(brb_builder *svg, int count, int variant)
{
	static const int bends[] = { 420, 560, 360 };
	int corners = count < 4 ? 4 : count > 6 ? 6 : count;
	add_arcs(svg, corners, REACH, corners == 4 ? bends[variant % 3] : 330, false);
	if (variant >= 3)
		add_circle(svg, 80);
}

static void draw_blossom(brb_builder *svg, int count, int variant)
{
	static const int bends[] = { 0, 0, 0, 370, 290, 240, 205, 178, 158 };
	add_arcs(svg, count, 345, bends[count], true);
	if (variant % 3 == 0)
		add_circle(svg, 150);
	else
		add_corners(svg, count, 215, variant % 3 == 1 ? 100 : 215, 0);
	if (variant >= 3)
		add_circle(svg, 60);
}

static void draw_ringed_star(brb_builder *svg, int count, int variant)
{
	add_circle(svg, 450);
	add_circle(svg, variant % 2 ? 385 : 360);
	add_corners(svg, count, 310, variant < 3 ? 135 : 190, 0);
}

void brb_emblem_figure(brb_builder *svg, uint32_t choice)
{
	static void (*const figures[])(brb_builder *, int, int) = {
		draw_star, draw_pointed_petals, draw_round_petals, draw_frames,
		draw_sun,  draw_spark,          draw_blossom,      draw_ringed_star,
	};
	int count = 3 + (int)(choice / 8 % 6);
	if (choice % 8 == 0 && count < 5) /* a star of three or four corners is thin */
		count += 4;
	figures[choice % 8](svg, count, (int)(choice / 48 % 6));
}
