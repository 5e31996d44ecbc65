/*
 * What comes from another process: a request, a record, and what a plugin declares. The first byte says which of them the rest
 * is. What is read is written as it was, and what is told can be shown.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "probe/facts.h"
#include "probe/protocol.h"

/* What is no 0 stands for true, and may be written in more than one way; so the second writing is compared. */
static void expect_same(const brb_builder *once, const brb_builder *twice)
{
	FUZZ_EXPECT(!once->failed && !twice->failed);
	FUZZ_EXPECT(once->length == twice->length && memcmp(once->text, twice->text, once->length) == 0);
}

static void read_request(const char *bytes, size_t size)
{
	brb_arena arena = { 0 };
	brb_builder once = { 0 }, twice = { 0 };
	brb_probe_request request = { 0 }, again = { 0 };
	if (brb_probe_read_request(bytes, size, &arena, &request)) {
		FUZZ_EXPECT(brb_probe_write_request(&request, &once) && once.length <= size);
		FUZZ_EXPECT(brb_probe_read_request(once.text, once.length, &arena, &again));
		FUZZ_EXPECT(brb_probe_write_request(&again, &twice));
		expect_same(&once, &twice);
	}
	brb_builder_finish(&once);
	brb_builder_finish(&twice);
	brb_arena_finish(&arena);
}

static void read_record(const char *bytes, size_t size)
{
	char told[1024];
	brb_probe_record record = { .magic = BRB_PROBE_MAGIC };
	size_t left = sizeof record - offsetof(brb_probe_record, kind);
	memcpy(&record.kind, bytes, size < left ? size : left);
	if (!brb_probe_check_record(&record, 2))
		return;
	FUZZ_EXPECT(memchr(record.text, 0, sizeof record.text) && fuzz_is_shown(record.text, false));
	if (record.kind < BRB_PROBE_CRASHED || record.kind > BRB_PROBE_UNDECLARED)
		return; /* it is of no plugin */
	FUZZ_EXPECT(record.subject < 2 && record.step < BRB_PROBE_STEPS);
	brb_probe_describe(&record, 5000, told, sizeof told);
	FUZZ_EXPECT(memchr(told, 0, sizeof told));
}

static void read_facts(const char *bytes, size_t size)
{
	brb_arena arena = { 0 };
	brb_builder once = { 0 }, twice = { 0 };
	brabeion_inspection facts = BRABEION_INSPECTION(), again = BRABEION_INSPECTION();
	if (brb_probe_read_facts(bytes, size, &arena, &facts)) {
		FUZZ_EXPECT(brb_probe_write_facts(&facts, &once));
		FUZZ_EXPECT(brb_probe_read_facts(once.text, once.length, &arena, &again));
		FUZZ_EXPECT(brb_probe_write_facts(&again, &twice));
		expect_same(&once, &twice);
	}
	brb_builder_finish(&once);
	brb_builder_finish(&twice);
	brb_arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	if (size == 0)
		return 0;
	char *rest = fuzz_copy(bytes + 1, size - 1, 0);
	if (bytes[0] == 'q')
		read_request(rest, size - 1);
	else if (bytes[0] == 'r')
		read_record(rest, size - 1);
	else
		read_facts(rest, size - 1);
	free(rest);
	return 0;
}
