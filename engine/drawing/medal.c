/*
 * drawing/medal: see medal.h. Drawn from back to front: ribbon, metal, enamel in the badge's colour, figure, shine, and
 * the level on the rim.
 */
#include "drawing/medal.h"

#include <inttypes.h>
#include <string.h>

#include "base/sha256.h"
#include "drawing/emblem.h"
#include "drawing/svg.h"

enum { METALS = 5, DOTTED_LEVELS_MOST = 6 };

typedef struct metal_tones {
	brb_colour light, middle, dark, edge;
} metal_tones;

/* Bronze, silver, gold, platinum, and one like a gem. */
static const metal_tones metals[METALS] = {
	{ 0xf6d2ae, 0xc9834a, 0x8d5122, 0x5c3212 }, { 0xffffff, 0xc2cad4, 0x86919f, 0x525b67 },
	{ 0xfff3b8, 0xf3c433, 0xb8800a, 0x775000 }, { 0xf2fffd, 0xa5d9d3, 0x55958f, 0x2a605b },
	{ 0xf7f3ff, 0xc3b4fc, 0x8673dc, 0x493a98 },
};

/* Each is dark enough for a white figure. */
static const brb_colour colours[] = {
	0xb91c1c, 0xc2410c, 0xb45309, 0x4d7c0f, 0x15803d, 0x047857, 0x0f766e, 0x0e7490,
	0x0369a1, 0x1d4ed8, 0x4338ca, 0x6d28d9, 0x7e22ce, 0xa21caf, 0xbe185d, 0xbe123c,
	0x334155, 0x57534e, 0x3f6212, 0x1e3a8a, 0x7f1d1d, 0x581c87, 0x064e3b, 0x713f12,
};

/* ---- what a slug decides ---- */

typedef struct looks {
	char id[9]; /* begins the names of what the document defines */
	uint32_t colour, outline, figure;
} looks;

static uint32_t number_at(const char *hex)
{
	uint32_t number = 0;
	for (int i = 0; i < 8; i++)
		number = number << 4 | (uint32_t)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
	return number;
}

/* Of the slug's SHA-256: a hash that is the same in every build. */
static looks looks_of(const brb_medal *medal)
{
	char digest[BRB_SHA256_TEXT_BYTES];
	looks read = { .id = "" };
	brb_sha256_text(medal->slug, strlen(medal->slug), digest);
	memcpy(read.id, digest, sizeof read.id - 1);
	read.colour = number_at(digest + 8);
	read.outline = number_at(digest + 16);
	read.figure = number_at(digest + 24);
	return read;
}

static brb_colour colour_of(const brb_medal *medal, const looks *read)
{
	return medal->has_colour ? medal->colour : colours[read->colour % (sizeof colours / sizeof colours[0])];
}

brb_colour brb_medal_colour(const brb_medal *medal)
{
	looks read = looks_of(medal);
	return colour_of(medal, &read);
}

/*
 * One level is gold, two are silver and gold, three begin with bronze, and so on; more levels than metals are spread
 * over all of them, the first bronze, the last the gem.
 */
static const metal_tones *metal_of(const brb_medal *medal)
{
	uint32_t count = medal->level_count > medal->level ? medal->level_count : medal->level;
	uint32_t level = medal->level ? medal->level : 1;
	if (count <= 1)
		return &metals[2];
	if (count == 2)
		return &metals[level];
	if (count <= METALS)
		return &metals[level - 1];
	return &metals[(uint64_t)(level - 1) * (METALS - 1) / (count - 1)];
}

/* ---- the parts ---- */

static void define(brb_builder *svg, const looks *read, uint32_t level, const metal_tones *metal, brb_colour colour)
{
	brb_builder_printf(svg,
			   "<defs><linearGradient id=\"m%s-%" PRIu32 "\" x1=\"0\" y1=\"0\" x2=\"1\" y2=\"1\">"
			   "<stop offset=\"0%%\" stop-color=\"" BRB_COLOUR "\"/>"
			   "<stop offset=\"45%%\" stop-color=\"" BRB_COLOUR "\"/>"
			   "<stop offset=\"100%%\" stop-color=\"" BRB_COLOUR "\"/></linearGradient>",
			   read->id, level, metal->light, metal->middle, metal->dark);
	brb_builder_printf(svg,
			   "<linearGradient id=\"e%s-%" PRIu32 "\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\">"
			   "<stop offset=\"0%%\" stop-color=\"" BRB_COLOUR "\"/>"
			   "<stop offset=\"100%%\" stop-color=\"" BRB_COLOUR "\"/></linearGradient></defs>",
			   read->id, level, brb_colour_mix(colour, 0xffffff, 16),
			   brb_colour_mix(colour, 0x000000, 22));
}

/* Two tails with a stripe each; the stroke separates them from a background of the same colour. */
static void draw_ribbon(brb_builder *svg, brb_colour colour)
{
	static const char *const tails[] = { "M-78 30L-14 74L-34 142L-54 122L-82 128Z",
					     "M78 30L14 74L34 142L54 122L82 128Z" };
	static const char *const stripes[] = { "M-62 42L-42 56L-52 123L-65 125Z", "M62 42L42 56L52 123L65 125Z" };
	for (int i = 0; i < 2; i++)
		brb_builder_printf(
			svg,
			"<path d=\"%s\" fill=\"" BRB_COLOUR "\" stroke=\"" BRB_COLOUR
			"\" stroke-width=\"3\" stroke-linejoin=\"round\"/><path d=\"%s\" fill=\"" BRB_COLOUR "\"/>",
			tails[i], brb_colour_mix(colour, 0x000000, i ? 28 : 16), brb_colour_mix(colour, 0x000000, 52),
			stripes[i], brb_colour_mix(colour, 0xffffff, i ? 55 : 65));
}

static void draw_metal(brb_builder *svg, const looks *read, uint32_t level, const metal_tones *metal)
{
	brb_builder_add(svg, "<path d=\"");
	brb_emblem_outline(svg, read->outline);
	brb_builder_printf(svg,
			   "\" fill=\"url(#m%s-%" PRIu32 ")\" stroke=\"" BRB_COLOUR
			   "\" stroke-width=\"5\" stroke-linejoin=\"round\"/><circle r=\"74\" fill=\"none\" "
			   "stroke=\"" BRB_COLOUR "\" stroke-width=\"2\" stroke-opacity=\".7\"/>",
			   read->id, level, metal->edge, metal->light);
}

static void draw_enamel(brb_builder *svg, const looks *read, uint32_t level, const metal_tones *metal)
{
	brb_builder_printf(
		svg, "<circle r=\"65\" fill=\"url(#e%s-%" PRIu32 ")\" stroke=\"" BRB_COLOUR "\" stroke-width=\"4\"/>",
		read->id, level, metal->edge);
}

/* White on a dark colour, dark on a bright one, with a soft shadow under it. */
static void draw_figure(brb_builder *svg, const looks *read, brb_colour colour)
{
	bool bright = brb_colour_brightness(colour) > 150;
	brb_builder figure = { 0 };
	brb_emblem_figure(&figure, read->figure);
	if (figure.text && !figure.failed)
		brb_builder_printf(svg,
				   "<path d=\"%s\" transform=\"translate(0 2.5) scale(1.1)\" fill-rule=\"evenodd\" "
				   "fill=\"" BRB_COLOUR
				   "\" fill-opacity=\".3\"/><path d=\"%s\" transform=\"scale(1.1)\" "
				   "fill-rule=\"evenodd\" fill=\"" BRB_COLOUR "\"/>",
				   figure.text, bright ? 0xffffff : 0x000000, figure.text,
				   bright ? brb_colour_mix(colour, 0x000000, 75) : 0xffffff);
	else
		svg->failed = true;
	brb_builder_finish(&figure);
}

static void draw_shine(brb_builder *svg)
{
	brb_builder_add(svg, "<path d=\"M-61 -6A61 61 0 0 1 61 -6A80 80 0 0 0 -61 -6Z\" fill=\"#fff\" "
			     "fill-opacity=\".13\"/>");
}

/* Of few levels a dot each on the rim, those up to this one filled. */
static void draw_dots(brb_builder *svg, const brb_medal *medal, const metal_tones *metal)
{
	int count = (int)medal->level_count;
	for (int i = 0; i < count; i++) {
		brb_builder point = { 0 };
		brb_svg_point(&point, 795, 1800 + 65 * (count - 1) - 130 * i);
		char *space = point.failed ? NULL : strchr(point.text, ' ');
		if (space) {
			*space = '\0';
			brb_builder_printf(svg,
					   "<circle cx=\"%s\" cy=\"%s\" r=\"6\" fill=\"" BRB_COLOUR
					   "\" stroke=\"" BRB_COLOUR "\" stroke-width=\"2\"/>",
					   point.text, space + 1,
					   (uint32_t)i < medal->level ? metal->edge : metal->light, metal->edge);
		}
		svg->failed |= point.failed;
		brb_builder_finish(&point);
	}
}

/* Of many levels the number, on a plate. */
static void draw_number(brb_builder *svg, const brb_medal *medal, const metal_tones *metal)
{
	int half = medal->level < 10 ? 17 : medal->level < 100 ? 22 : medal->level < 1000 ? 28 : 34;
	brb_builder_printf(svg,
			   "<rect x=\"%d\" y=\"63\" width=\"%d\" height=\"32\" rx=\"16\" fill=\"" BRB_COLOUR
			   "\" stroke=\"" BRB_COLOUR "\" stroke-width=\"4\"/><text y=\"87\" text-anchor=\"middle\" "
			   "font-family=\"sans-serif\" font-size=\"23\" font-weight=\"bold\" fill=\"" BRB_COLOUR
			   "\">%" PRIu32 "</text>",
			   -half, 2 * half, metal->light, metal->edge, metal->edge, medal->level);
}

static void draw_parts(brb_builder *svg, const brb_medal *medal)
{
	looks read = looks_of(medal);
	brb_colour colour = colour_of(medal, &read);
	const metal_tones *metal = metal_of(medal);
	define(svg, &read, medal->level, metal, colour);
	brb_builder_add(svg, "<g transform=\"translate(128 106)\">");
	draw_ribbon(svg, colour);
	draw_metal(svg, &read, medal->level, metal);
	draw_enamel(svg, &read, medal->level, metal);
	draw_figure(svg, &read, colour);
	draw_shine(svg);
	if (medal->level_count > DOTTED_LEVELS_MOST)
		draw_number(svg, medal, metal);
	else if (medal->level_count > 1)
		draw_dots(svg, medal, metal);
	brb_builder_add(svg, "</g>");
}

/* ---- the whole ---- */

static void draw_picture(brb_builder *svg, const brb_medal *medal)
{
	brb_builder_printf(svg, "<image width=\"256\" height=\"256\" href=\"data:%s;base64,", medal->media_type);
	brb_svg_base64(svg, medal->picture, medal->picture_bytes);
	brb_builder_add(svg, "\"/>");
}

static void draw_title(brb_builder *svg, const brb_medal *medal)
{
	brb_builder_add(svg, "<title>");
	brb_svg_text(svg, medal->name);
	brb_builder_add(svg, "</title>");
	if (!medal->description || !*medal->description)
		return;
	brb_builder_add(svg, "<desc>");
	brb_svg_text(svg, medal->description);
	brb_builder_add(svg, "</desc>");
}

static void draw_content(brb_builder *svg, const brb_medal *medal)
{
	brb_builder_add(svg, " viewBox=\"0 0 256 256\" role=\"img\">");
	draw_title(svg, medal);
	if (medal->media_type)
		draw_picture(svg, medal);
	else
		draw_parts(svg, medal);
	brb_builder_add(svg, "</svg>");
}

void brb_medal_draw(brb_builder *svg, const brb_medal *medal)
{
	brb_builder_add(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"256\" height=\"256\"");
	draw_content(svg, medal);
	brb_builder_add(svg, "\n");
}

void brb_medal_draw_inside(brb_builder *svg, const brb_medal *medal, int x, int y, int size)
{
	brb_builder_printf(svg, "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"", x, y, size, size);
	draw_content(svg, medal);
}
