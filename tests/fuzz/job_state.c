/* The frozen state of a job: text that can be read is written so that it reads as the same fields. */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/codec/state.h"

static bool is_same(const brabeion_field *a, const brabeion_field *b)
{
	if (strcmp(a->name, b->name) != 0 || a->type != b->type)
		return false;
	switch (a->type) {
	case BRABEION_TYPE_INT:
		return a->value.integer == b->value.integer;
	case BRABEION_TYPE_REAL:
		return a->value.real == b->value.real && signbit(a->value.real) == signbit(b->value.real);
	case BRABEION_TYPE_BOOL:
		return a->value.boolean == b->value.boolean;
	case BRABEION_TYPE_TEXT:
	case BRABEION_TYPE_JSON:
		return strcmp(a->value.text, b->value.text) == 0;
	default:
		return true;
	}
}

/* Of fields of one name the last is written. */
static bool is_last(const brabeion_field *fields, size_t count, size_t i)
{
	for (size_t k = i + 1; k < count; k++)
		if (strcmp(fields[i].name, fields[k].name) == 0)
			return false;
	return true;
}

static void write_again(const brabeion_field *fields, size_t count, brb_arena *arena)
{
	brb_builder text = { 0 };
	size_t again_count = 0, at = 0;
	const brabeion_field *again = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	if (brb_state_write(&text, fields, count, &error) == BRABEION_OK) {
		FUZZ_EXPECT(brb_state_read(text.text, arena, &again, &again_count, &error) == BRABEION_OK);
		for (size_t i = 0; i < count; i++)
			if (is_last(fields, count, i))
				FUZZ_EXPECT(at < again_count && is_same(&fields[i], &again[at++]));
		FUZZ_EXPECT(at == again_count);
	}
	brabeion_error_finish(&error);
	brb_builder_finish(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	brb_arena arena = { 0 };
	size_t count = 0;
	const brabeion_field *fields = NULL;
	brabeion_error error = BRABEION_NO_ERROR;
	char *text = fuzz_copy(bytes, size, 1);
	if (brb_state_read(text, &arena, &fields, &count, &error) == BRABEION_OK)
		write_again(fields, count, &arena);
	else
		FUZZ_EXPECT(error.status == BRABEION_INVALID && fuzz_is_shown(error.message, false));
	brabeion_error_finish(&error);
	brb_arena_finish(&arena);
	free(text);
	return 0;
}
