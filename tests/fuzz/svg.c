/* Medals and cards of trophies with any names: documents that an independent parser takes, with no elements but ours. */
#include "fuzz.h"

#include <stdlib.h>

#include "drawing/medal.h"
#include "drawing/trophies.h"
#include "xml.h"

enum { TROPHIES = 3 };

typedef struct texts {
	char *slug, *name, *description, *since;
} texts;

static texts take_medal(fuzz_input *input, brb_medal *medal)
{
	*medal = (brb_medal){ .level = fuzz_byte(input), .level_count = fuzz_byte(input) };
	medal->has_colour = medal->level & 1;
	medal->colour = (brb_colour)fuzz_number(input) & 0xffffff;
	texts all = { fuzz_text(input), fuzz_text(input), fuzz_text(input), fuzz_text(input) };
	medal->level += !medal->level;
	medal->slug = all.slug;
	medal->name = all.name;
	medal->description = all.description;
	return all;
}

static void expect_svg(brb_builder *svg)
{
	FUZZ_EXPECT(!svg->failed);
	xml_expect_svg(svg->text, svg->length);
	FUZZ_EXPECT(fuzz_is_shown(svg->text, true));
	brb_builder_finish(svg);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_input input = { bytes, bytes + size };
	brb_builder svg = { 0 };
	brb_trophy trophies[TROPHIES];
	texts all[TROPHIES];
	char *user = fuzz_text(&input);
	size_t count = fuzz_byte(&input) % (TROPHIES + 1);
	for (size_t i = 0; i < TROPHIES; i++) {
		all[i] = take_medal(&input, &trophies[i].medal);
		trophies[i].since = all[i].since;
		trophies[i].times = fuzz_byte(&input);
	}
	brb_trophy_case whole = { .user = user,
				  .award_count = (int64_t)fuzz_number(&input),
				  .badge_count = count,
				  .count = count,
				  .trophies = trophies };
	brb_medal_draw(&svg, &trophies[0].medal);
	expect_svg(&svg);
	brb_trophies_draw(&svg, &whole);
	expect_svg(&svg);
	for (size_t i = 0; i < TROPHIES; i++) {
		free(all[i].slug);
		free(all[i].name);
		free(all[i].description);
		free(all[i].since);
	}
	free(user);
	return 0;
}
