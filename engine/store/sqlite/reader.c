/*
 * store/sqlite/reader: single values as they are committed, each reader by a connection of its own.
 */
#include <string.h>

#include "base/memory.h"
#include "store/sqlite/internal.h"
#include "store/sqlite/owners.h"

struct brb_db_reader {
	brb_store_db *db;
	brb_database database; /* opened at its first use */
};

static brabeion_status open_reader(brb_store_db *db, brb_db_reader **out, brabeion_error *error)
{
	brb_db_reader *reader = brb_memory_take_zeroed(1, sizeof *reader);
	if (!reader)
		return brb_status_no_memory(error);
	reader->db = db;
	*out = reader;
	return BRABEION_OK;
}

static void close_reader(brb_db_reader *reader)
{
	if (!reader)
		return;
	brb_database_close(&reader->database);
	brb_memory_release(reader);
}

static brabeion_status connect(brb_db_reader *reader, brabeion_error *error)
{
	if (reader->database.handle)
		return BRABEION_OK;
	brabeion_status status =
		brb_database_open(&reader->database, reader->db->options, &reader->db->writer, error);
	if (status != BRABEION_OK)
		reader->database = (brb_database){ .handle = NULL };
	return status;
}

static brabeion_status begin(brb_db_reader *reader, brabeion_error *error)
{
	brabeion_status status =
		brb_database_ready(&reader->database, reader->db->options, &reader->db->writer, error);
	return status == BRABEION_OK
		       ? brb_database_run(&reader->database, BRB_STATEMENT_BEGIN_READING, WITH_NOTHING, error)
		       : status;
}

static void end(brb_db_reader *reader)
{
	brb_database_roll_back(&reader->database);
}

static brabeion_status each(brb_db_reader *reader, brb_statement which, const brb_sql_value *values, size_t count,
			    brb_row_reader read, void *context, brabeion_error *error)
{
	brabeion_status status = connect(reader, error);
	return status == BRABEION_OK
		       ? brb_database_each(&reader->database, which, values, count, read, context, error)
		       : status;
}

/* ---- what is remembered ---- */

static brabeion_status user(brb_db_reader *reader, const char *name, brb_user_row *row, brb_state_taker take,
			    void *context, brabeion_error *error)
{
	brabeion_status status = connect(reader, error);
	return status == BRABEION_OK ? brb_owners_user(&reader->database, name, row, take, context, error) : status;
}

static brabeion_status user_name(brb_db_reader *reader, int64_t number, char name[BRB_SUBJECT_BYTES_MOST + 1],
				 brabeion_error *error)
{
	brabeion_status status = connect(reader, error);
	return status == BRABEION_OK ? brb_owners_user_name(&reader->database, number, name, error) : status;
}

static brabeion_status user_state(brb_db_reader *reader, int64_t number, brb_state_taker take, void *context,
				  brabeion_error *error)
{
	brabeion_status status = connect(reader, error);
	return status == BRABEION_OK ? brb_owners_user_state(&reader->database, number, take, context, error)
				     : status;
}

static brabeion_status thing(brb_db_reader *reader, uint32_t plugin, const char *name, brb_state_taker take,
			     void *context, brabeion_error *error)
{
	brabeion_status status = connect(reader, error);
	return status == BRABEION_OK ? brb_owners_thing(&reader->database, plugin, name, take, context, error)
				     : status;
}

static brabeion_status cell(brb_db_reader *reader, int64_t owner, uint32_t memory, brb_packed_key key,
			    brb_value_taker take, void *context, brabeion_error *error)
{
	brabeion_status status = connect(reader, error);
	return status == BRABEION_OK ? brb_owners_cell(&reader->database, owner, memory, key, take, context, error)
				     : status;
}

static brabeion_status next_cell(brb_db_reader *reader, int64_t owner, uint32_t memory, brb_packed_key after,
				 brb_cell_key *key, brabeion_error *error)
{
	brabeion_status status = connect(reader, error);
	return status == BRABEION_OK ? brb_owners_next_cell(&reader->database, owner, memory, after, key, error)
				     : status;
}

static brabeion_status hash_key(brb_db_reader *reader, uint8_t key[16], brabeion_error *error)
{
	int64_t parts[2] = { 0, 0 };
	brabeion_status status = connect(reader, error);
	for (int i = 0; i < 2 && status == BRABEION_OK; i++)
		status = brb_database_number(&reader->database, BRB_STATEMENT_COUNTER,
					     WITH(TEXT(i ? "hash_key_1" : "hash_key_0")), NULL, &parts[i], error);
	memcpy(key, parts, sizeof parts);
	return status;
}

/* ---- awards ---- */

/* Of `held` the count and the highest level, of `is_held` whether the award is revoked, and whether it lapsed. */
static brabeion_status read_pair(void *pair, sqlite3_stmt *row, brabeion_error *error)
{
	int64_t *numbers = pair;
	(void)error;
	numbers[0] = sqlite3_column_int64(row, 0);
	numbers[1] = sqlite3_column_int64(row, 1);
	return BRABEION_OK;
}

static brabeion_status held(brb_db_reader *reader, const char *user, const char *slug, int64_t *count,
			    int32_t *highest_level, brabeion_error *error)
{
	int64_t found[2] = { 0, 0 };
	brabeion_status status =
		each(reader, BRB_STATEMENT_READER_HELD, WITH(TEXT(slug), TEXT(user)), read_pair, found, error);
	if (status == BRABEION_OK) {
		*count = found[0];
		*highest_level = (int32_t)found[1];
	}
	return status;
}

/* Once revoked it counts as held, unless it lapsed or the badge may be earned again. */
static brabeion_status is_held(brb_db_reader *reader, const brb_store_award *award, bool *out, brabeion_error *error)
{
	enum { NEVER = -1 };
	int64_t found[2] = { NEVER, 0 };
	brabeion_status status =
		each(reader, BRB_STATEMENT_READER_IS_HELD,
		     WITH(INT(award->badge), TEXT(award->user), INT(award->level), TEXT(award->reason)), read_pair,
		     found, error);
	if (status == BRABEION_OK)
		*out = found[0] != NEVER && (!found[0] || (!found[1] && !award->rearn));
	return status;
}

const brb_driver_reader brb_sqlite_reader = {
	.open = open_reader,
	.close = close_reader,
	.begin = begin,
	.end = end,
	.user = user,
	.user_name = user_name,
	.user_state = user_state,
	.thing = thing,
	.cell = cell,
	.next_cell = next_cell,
	.hash_key = hash_key,
	.held = held,
	.is_held = is_held,
};
