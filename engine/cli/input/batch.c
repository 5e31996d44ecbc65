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

static bool extend(brb_cli_ranges *ranges, const brb_cli_origin *origin)
{
	brb_cli_range *last = ranges->count ? &ranges->ranges[ranges->count - 1] : NULL;
	if (last && last->file == origin->file) {
		last->last = origin->line;
		return true;
	}
	if (!ranges->ranges || ranges->count == ranges->capacity) {
		size_t capacity = ranges->capacity ? ranges->capacity * 2 : 8;
		brb_cli_range *grown = realloc(ranges->ranges, capacity * sizeof *grown);
		if (!grown)
			return false;
		ranges->ranges = grown;
		ranges->capacity = capacity;
	}
	ranges->ranges[ranges->count++] = (brb_cli_range){ origin->file, origin->line, origin->line };
	return true;
}

bool brb_cli_ranges_add(brb_cli_ranges *ranges, const brb_cli_batch *batch)
{
	bool whole = true;
	for (size_t i = 0; i < batch->count; i++)
		whole = extend(ranges, &batch->origins[i]) && whole;
	return whole;
}

void brb_cli_ranges_clear(brb_cli_ranges *ranges)
{
	free(ranges->ranges);
	*ranges = (brb_cli_ranges){ 0 };
}

char *brb_cli_ranges_text(const brb_cli_ranges *ranges)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	if (!stream)
		return NULL;
	for (size_t i = 0; i < ranges->count; i++) {
		const brb_cli_range *range = &ranges->ranges[i];
		fprintf(stream, "%s%s:%" PRIu64, i > 0 ? ", " : "", range->file, range->first);
		if (range->last > range->first)
			fprintf(stream, "..%" PRIu64, range->last);
	}
	if (fclose(stream) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
