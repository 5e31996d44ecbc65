/* ELF: any file is refused with words that can be shown, or has segments that lie in it. */
#include "fuzz.h"

#include <string.h>

#include "image/elf.h"

static void look_at(void *context, const char *library, const char *symbol)
{
	size_t *count = context;
	FUZZ_EXPECT(library || symbol);
	FUZZ_EXPECT(!library || fuzz_is_shown(library, false));
	FUZZ_EXPECT(!symbol || fuzz_is_shown(symbol, false));
	(*count)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	size_t imports = 0;
	brb_elf_facts facts;
	brabeion_error error = BRABEION_NO_ERROR, again = BRABEION_NO_ERROR;
	brabeion_status status = brb_elf_check(bytes, size, &facts, &error);
	FUZZ_EXPECT(brb_elf_imports(bytes, size, look_at, &imports, &again) == status);
	FUZZ_EXPECT(fuzz_same_text(error.message, again.message));
	if (status == BRABEION_OK) {
		FUZZ_EXPECT(facts.segment_count > 0 && facts.segment_count <= BRB_ELF_SEGMENTS_MOST);
		FUZZ_EXPECT(fuzz_is_shown(facts.resident_because, false));
		for (size_t i = 0; i < facts.segment_count; i++) {
			const brb_elf_segment *segment = &facts.segments[i];
			FUZZ_EXPECT(segment->file_offset <= size &&
				    segment->file_bytes <= size - segment->file_offset);
			FUZZ_EXPECT(segment->file_bytes <= segment->size_bytes);
			FUZZ_EXPECT(i == 0 || segment[-1].address < segment->address);
		}
	} else {
		FUZZ_EXPECT(status == BRABEION_CONFIG && imports == 0 && fuzz_is_shown(error.message, false));
	}
	brabeion_error_finish(&error);
	brabeion_error_finish(&again);
	return 0;
}
