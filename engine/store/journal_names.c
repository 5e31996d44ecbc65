/*
 * store/journal_names: a user's name in the verdicts of others' events (whom an award was for, whose memory was read), when
 * the user is forgotten or merged. The user's own rows have the number. Reads the whole journal: rare.
 */
#include <string.h>

#include "store/internal.h"
#include "store/verdict_codec.h"

static const char *renamed(const char *text, const char *from, const char *into)
{
	return strcmp(text, from) == 0 ? into : text;
}

/* Verdicts with another name; damaged ones are dropped. */
static brabeion_status rename_in(const char *bytes, size_t length, const char *from, const char *into,
				 brb_verdict_codec *out, brabeion_error *error)
{
	brb_arena arena = { 0 };
	brabeion_verdict *verdicts = NULL;
	uint32_t *numbers = NULL;
	size_t count = 0;
	bool memory_short = false;
	brb_builder_reset(out);
	if (!brb_verdict_codec_read(bytes, length, &arena, &verdicts, &numbers, &count, &memory_short))
		count = 0;
	for (size_t i = 0; i < count; i++) {
		brb_verdict_codec_verdict verdict = { .badge = numbers[i], .is = verdicts[i] };
		brabeion_read reads[BRB_VERDICT_CODEC_READS_MOST];
		verdict.is.to = renamed(verdict.is.to, from, into);
		for (size_t k = 0; k < verdict.is.read_count; k++) {
			reads[k] = verdict.is.reads[k];
			reads[k].subject = renamed(reads[k].subject, from, into);
		}
		verdict.is.reads = reads;
		brb_verdict_codec_add(out, &verdict);
	}
	brb_arena_finish(&arena);
	return memory_short || out->failed ? brb_status_no_memory(error) : BRABEION_OK;
}

typedef struct renaming {
	brb_store *store;
	const char *from, *into;
	brb_verdict_codec verdicts;
} renaming;

static brabeion_status rename_row(void *context, const brb_journal_row *row, bool *stop, brabeion_error *error)
{
	renaming *self = context;
	(void)stop;
	brabeion_status status =
		rename_in(row->verdicts, row->verdict_bytes, self->from, self->into, &self->verdicts, error);
	if (status != BRABEION_OK)
		return status;
	return self->store->driver->journal->set_verdicts(self->store->db, row->sequence, self->verdicts.text,
							  self->verdicts.length, error);
}

/* Counts the rows' bytes again, as their lengths may change. */
brabeion_status brb_journal_rename(brb_store *store, const char *from, const char *into, brabeion_error *error)
{
	bool is_kept = false;
	int64_t bytes = 0, before = 0;
	renaming self = { .store = store, .from = from, .into = into };
	brabeion_status status = store->driver->journal->each_naming(store->db, from, rename_row, &self, error);
	brb_builder_finish(&self.verdicts);
	if (status == BRABEION_OK)
		status = store->driver->journal->count_bytes(store->db, &bytes, error);
	if (status == BRABEION_OK)
		status = store->driver->transaction->counter(store->db, "journal_bytes", &is_kept, &before, error);
	if (status == BRABEION_OK && is_kept && bytes != before)
		status = brb_store_write_counter(store, "journal_bytes", bytes, error);
	store->journal.is_known = false;
	return status;
}
