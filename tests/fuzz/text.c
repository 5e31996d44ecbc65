/*
 * Texts: what UTF-8 is, is what another reader says; what is shown has no byte that a terminal obeys, however little room there is;
 * names and tags are compared without leaving them.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/language.h"
#include "base/text.h"
#include "base/utf8.h"
#include "drawing/svg.h"

static void show(const char *text, size_t room)
{
	char *shown = fuzz_copy("", 0, room + 1);
	size_t whole = brb_utf8_show_all(text, false, NULL, 0);
	FUZZ_EXPECT(brb_utf8_show_all(text, false, shown, room) == whole);
	if (room > 0) {
		FUZZ_EXPECT(strlen(shown) < room && fuzz_is_shown(shown, false));
		FUZZ_EXPECT(strlen(shown) == whole || whole >= room);
	}
	FUZZ_EXPECT(shown[room] == '\0');
	free(shown);
}

static void clean(const char *text, size_t length)
{
	char *line = fuzz_copy(text, length, 1);
	brb_text_clean_line(line);
	FUZZ_EXPECT(fuzz_is_shown(line, false) && strlen(line) <= length);
	free(line);
}

static void measure(const char *text, size_t length, size_t most)
{
	size_t checked = brb_text_checked_length(text, most);
	bool is_text = brb_text_is_utf8(text, length);
	size_t cut = brb_text_cut_length(text, most);
	FUZZ_EXPECT(is_text == fuzz_is_utf8(text));
	FUZZ_EXPECT(checked == (is_text && length <= most ? length : SIZE_MAX));
	FUZZ_EXPECT(cut <= length && cut <= most && (!is_text || brb_text_is_utf8(text, cut)));
	FUZZ_EXPECT(brb_svg_columns(text) <= 2 * length);
}

static void compare(const char *one, const char *other)
{
	const char *const names[] = { "comment", other, "points_awarded" };
	const brb_translation texts[] = { { "de", "a" }, { "pt-BR", "b" } };
	const brb_translations all = { 2, texts };
	char tag[BRB_LANGUAGE_BYTES], again[BRB_LANGUAGE_BYTES];
	brb_text_nearest(one, names, 3);
	brb_text_nearest_name(one, names, 3);
	brb_language_choose(&all, other, one);
	if (brb_language_normalise(one, tag))
		FUZZ_EXPECT(brb_language_normalise(tag, again) && strcmp(tag, again) == 0);
	if (brb_text_is_slug(one))
		FUZZ_EXPECT(strspn(one, "abcdefghijklmnopqrstuvwxyz0123456789._-") == strlen(one));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_input input = { bytes, bytes + size };
	size_t room = fuzz_byte(&input);
	char *text = fuzz_text(&input), *other = fuzz_text(&input);
	size_t length = strlen(text);
	show(text, room);
	show(text, SIZE_MAX / 2 < length ? 0 : 16 * length + 1);
	clean(text, length);
	measure(text, length, room);
	compare(text, other);
	free(text);
	free(other);
	return 0;
}
