/*
 * The verdicts of the journal: any bytes are verdicts or damaged, users by name or by number; what was read can be written with
 * other numbers and read again.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "store/verdict_codec.h"

enum { READ_OF_BADGE_MOST = BRB_VERDICT_CODEC_READS_MOST };

static brabeion_status number_of(void *context, const char *user, int64_t *number, brabeion_error *error)
{
	(void)context, (void)error;
	*number = 1 + (int64_t)(strlen(user) % 7);
	return BRABEION_OK;
}

static brabeion_status name_of(void *context, int64_t number, brb_arena *arena, const char **user,
			       brabeion_error *error)
{
	(void)context;
	*user = brb_arena_printf(arena, "user%lld", (long long)number);
	return *user ? BRABEION_OK : brb_status_no_memory(error);
}

static size_t read_verdicts(const char *bytes, size_t size, brb_verdict_codec_names names, bool *damaged)
{
	brb_arena arena = { 0 };
	brabeion_verdict *verdicts = NULL;
	uint32_t *badges = NULL;
	size_t count = 0;
	brabeion_error error = BRABEION_NO_ERROR;
	brabeion_status status =
		brb_verdict_codec_read(bytes, size, &arena, names, NULL, &verdicts, &badges, &count, damaged, &error);
	FUZZ_EXPECT(status == BRABEION_OK); /* damage is no failure: it is told beside */
	FUZZ_EXPECT(!*damaged || count == 0);
	for (size_t i = 0; i < count; i++) {
		const brabeion_verdict *verdict = &verdicts[i];
		FUZZ_EXPECT(verdict->answer <= BRABEION_ANSWER_UNCHANGED && verdict->to && verdict->message);
		FUZZ_EXPECT(strlen(verdict->message) <= BRB_VERDICT_CODEC_TEXT_BYTES_MOST);
		FUZZ_EXPECT(verdict->read_count <= READ_OF_BADGE_MOST);
		for (size_t k = 0; k < verdict->read_count; k++)
			FUZZ_EXPECT(verdict->reads[k].name && verdict->reads[k].owner && verdict->reads[k].key);
	}
	brabeion_error_finish(&error);
	brb_arena_finish(&arena);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	bool damaged = false, damaged_again = false;
	brb_verdict_codec numbered = { 0 };
	brabeion_error error = BRABEION_NO_ERROR;
	char *copy = fuzz_copy(bytes, size, 0);
	read_verdicts(copy, size, name_of, &damaged);
	size_t count = read_verdicts(copy, size, NULL, &damaged);
	if (!damaged) { /* only verdicts that the engine has just written are numbered */
		FUZZ_EXPECT(brb_verdict_codec_number(copy, size, number_of, NULL, &numbered, &error) == BRABEION_OK);
		FUZZ_EXPECT(!numbered.failed);
		FUZZ_EXPECT(read_verdicts(numbered.text, numbered.length, name_of, &damaged_again) == count);
		FUZZ_EXPECT(!damaged_again);
	}
	brabeion_error_finish(&error);
	brb_builder_finish(&numbered);
	free(copy);
	return 0;
}
