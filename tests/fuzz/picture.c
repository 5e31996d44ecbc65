/*
 * Pictures of levels: a file of any bytes is a picture of a known kind, whose bytes are kept as they are, or is refused with words
 * that can be shown. Drawn into a medal it makes a document that an independent parser takes.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/picture.h"
#include "drawing/medal.h"
#include "xml.h"

static void draw(const brb_picture *picture)
{
	brb_builder svg = { 0 };
	brb_medal medal = { .slug = "fuzz",
			    .level = 1,
			    .name = "Fuzz",
			    .description = "",
			    .media_type = picture->media_type,
			    .picture = picture->bytes,
			    .picture_bytes = picture->size_bytes };
	brb_medal_draw(&svg, &medal);
	FUZZ_EXPECT(!svg.failed);
	xml_expect_svg(svg.text, svg.length);
	brb_builder_finish(&svg);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char path[64];
	brb_picture *picture = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	int file = memfd_create("picture", MFD_CLOEXEC);
	FUZZ_EXPECT(file >= 0 && write(file, bytes, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	unsigned char *text = fuzz_copy(bytes, size, 1);
	const char *media_type = size ? brb_picture_media_type(text, size) : NULL;
	free(text);
	if (brb_picture_open(path, &picture, &error) == BRABEION_OK) {
		FUZZ_EXPECT(fuzz_same_text(picture->media_type, media_type) && media_type);
		FUZZ_EXPECT(picture->size_bytes == size && memcmp(picture->bytes, bytes, size) == 0);
		FUZZ_EXPECT(brb_picture_acquire(picture) == picture);
		draw(picture);
		brb_picture_release(picture);
	} else {
		FUZZ_EXPECT(!media_type && error.status == BRABEION_CONFIG && fuzz_is_shown(error.message, false));
	}
	brb_picture_release(picture);
	brabeion_error_finish(&error);
	close(file);
	return 0;
}
