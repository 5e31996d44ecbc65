/*
 * store/journal_names: a user's name on the tapes of others, when the user is forgotten or becomes another: whom an award
 * was for, whose memory was read. The user's own rows go by their number (store/upkeep). See journal_tape.h.
 *
 * Reads the whole journal: rare, and done while nothing is judged.
 */
#include "store/internal.h"
#include "store/verdict_codec.h"

static const char *renamed(const char *text, const char *from, const char *into)
{
	return strcmp(text, from) == 0 ? into : text;
}

static brabeion_status rewrite(brb_store *store, int64_t sequence, const brb_verdict_codec *tape,
			       brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_JOURNAL_RENAME, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, sequence);
	if (tape->length)
		sqlite3_bind_blob(statement, 2, tape->text, (int)tape->length, SQLITE_STATIC);
	else
		sqlite3_bind_zeroblob(statement, 2, 0);
	return brb_database_run(&store->database, statement, error);
}

/* The tape with other names; one that is damaged loses all. */
static brabeion_status rename_on(const char *bytes, size_t length, const char *from, const char *into,
				 brb_verdict_codec *tape, brabeion_error *error)
{
	brb_arena arena = { 0 };
	brabeion_verdict *verdicts = NULL;
	uint32_t *numbers = NULL;
	size_t count = 0;
	bool memory_short = false;
	brb_builder_reset(tape);
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
		brb_verdict_codec_add(tape, &verdict);
	}
	brb_arena_finish(&arena);
	return memory_short || tape->failed ? brb_status_no_memory(error) : BRABEION_OK;
}

/* Changing the row that the walk is at leaves the walk where it is. */
static brabeion_status rename_all(brb_store *store, sqlite3_stmt *walk, const char *from, const char *into,
				  brabeion_error *error)
{
	bool row;
	brb_verdict_codec tape = { 0 };
	brabeion_status status;
	while ((status = brb_database_step(&store->database, walk, &row, error)) == BRABEION_OK && row) {
		status = rename_on(sqlite3_column_blob(walk, 1), (size_t)sqlite3_column_bytes(walk, 1), from, into,
				   &tape, error);
		if (status == BRABEION_OK)
			status = rewrite(store, sqlite3_column_int64(walk, 0), &tape, error);
		if (status != BRABEION_OK)
			break;
	}
	brb_builder_finish(&tape);
	return status;
}

brabeion_status brb_journal_rename(brb_store *store, const char *from, const char *into, brabeion_error *error)
{
	sqlite3_stmt *walk = brb_database_statement(&store->database, BRB_STATEMENT_JOURNAL_NAMING, error);
	if (!walk)
		return error->status;
	sqlite3_bind_blob(walk, 1, from, (int)strlen(from), SQLITE_STATIC);
	brabeion_status status = rename_all(store, walk, from, into, error);
	sqlite3_reset(walk);
	sqlite3_clear_bindings(walk);
	return status;
}
