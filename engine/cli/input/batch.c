/*
 * cli/input/batch: three arrays side by side and an arena.
 */
#include "cli/input/batch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FULL_BYTES = 4 * 1024 * 1024 };

bool brb_cli_batch_init(brb_cli_batch *batch, size_t capacity)
{
	*batch = (brb_cli_batch){ .capacity = capacity };
	batch->events = reallocarray(NULL, capacity, sizeof *batch->events);
	batch->results = reallocarray(NULL, capacity, sizeof *batch->results);
	batch->origins = reallocarray(NULL, capacity, sizeof *batch->origins);
	if (batch->results)
		batch->results[0] = (brabeion_result)BRABEION_RESULT(); /* the size of each */
	return batch->events && batch->results && batch->origins;
}

void brb_cli_batch_finish(brb_cli_batch *batch)
{
	brb_arena_finish(&batch->arena);
	free(batch->events);
	free(batch->results);
	free(batch->origins);
	*batch = (brb_cli_batch){ 0 };
}

void brb_cli_batch_add(brb_cli_batch *batch, const brabeion_event *event, const char *file, uint64_t line)
{
	batch->events[batch->count] = *event;
	batch->origins[batch->count] = (brb_cli_origin){ .line = line, .file = file };
	batch->count++;
}

bool brb_cli_batch_is_full(const brb_cli_batch *batch)
{
	return batch->count == batch->capacity || batch->arena.used_bytes >= FULL_BYTES;
}

void brb_cli_batch_reset(brb_cli_batch *batch)
{
	brb_arena_reset(&batch->arena);
	batch->count = 0;
}

char *brb_cli_batch_lines(const brb_cli_batch *batch)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	if (!stream)
		return NULL;
	size_t from = 0;
	while (from < batch->count) {
		size_t to = from;
		while (to + 1 < batch->count && batch->origins[to + 1].file == batch->origins[from].file)
			to++;
		const brb_cli_origin *first = &batch->origins[from];
		fprintf(stream, "%s%s:%" PRIu64, from > 0 ? ", " : "", first->file, first->line);
		if (to > from)
			fprintf(stream, "..%" PRIu64, batch->origins[to].line);
		from = to + 1;
	}
	if (fclose(stream) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
