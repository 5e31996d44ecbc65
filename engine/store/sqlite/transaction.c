/*
 * store/sqlite/transaction: transactions, the effects that they write, and the single values that they read.
 */
#include <string.h>

#include "store/sqlite/holders.h"
#include "store/sqlite/internal.h"
#include "store/sqlite/owners.h"
#include "store/sqlite/schema/schema.h"

/* ---- begin and end ---- */

/* A newer program may have migrated it while it was open here. */
static brabeion_status check_version(brb_store_db *db, brabeion_error *error)
{
	int64_t version = 0;
	brabeion_status status =
		brb_database_number(&db->writer, BRB_STATEMENT_VERSION, WITH_NOTHING, NULL, &version, error);
	if (status == BRABEION_OK && version != brb_schema_ours.version)
		status = brb_status_set(error, BRABEION_STORE,
					"%s: was migrated by a newer brabeion while it was in use; nothing more is "
					"stored until this program is newer, too",
					db->options->path);
	if (status != BRABEION_OK)
		brb_database_roll_back(&db->writer);
	return status;
}

static brabeion_status begin(brb_store_db *db, bool *foreign, brabeion_error *error)
{
	brabeion_status status = brb_database_run(&db->writer, BRB_STATEMENT_BEGIN, WITH_NOTHING, error);
	brb_neighbours_set_waits(&db->neighbours, false);
	if (status != BRABEION_OK)
		return status;
	db->has_news = false;
	db->jobs_ready = false;
	*foreign = brb_database_data_version(&db->writer) != db->known_version;
	return *foreign ? check_version(db, error) : BRABEION_OK;
}

static brabeion_status commit(brb_store_db *db, bool *jobs_ready, brabeion_error *error)
{
	brabeion_status status = brb_database_check_in_place(&db->writer, error);
	if (status == BRABEION_OK && !db->options->throwaway)
		status = brb_intact_check(&db->intact, &db->writer, error);
	if (status == BRABEION_OK)
		status = brb_database_run(&db->writer, BRB_STATEMENT_COMMIT, WITH_NOTHING, error);
	if (status != BRABEION_OK)
		return status;
	if (db->has_news || db->jobs_ready)
		brb_sqlite_wake_watches(db);
	*jobs_ready = db->jobs_ready;
	db->known_version = brb_database_data_version(&db->writer);
	return BRABEION_OK;
}

static void rollback(brb_store_db *db)
{
	brb_database_roll_back(&db->writer);
}

static void company(brb_store_db *db, bool *there, bool *waiting)
{
	*there = brb_neighbours_are_there(&db->neighbours);
	*waiting = *there && brb_neighbours_wait(&db->neighbours);
}

static void set_fed(brb_store_db *db, bool fed)
{
	brb_neighbours_set_fed(&db->neighbours, fed);
}

static bool others_are_fed(brb_store_db *db)
{
	return brb_neighbours_are_fed(&db->neighbours);
}

/* ---- writing ---- */

static brabeion_status add_award(brb_rows *rows, const brb_effect_award *award, brabeion_error *error)
{
	return brb_rows_add(rows,
			    WITH(INT(award->sequence), INT(award->user), INT(award->badge), INT(award->level),
				 TEXT(award->reason), INT(award->event), TEXT(award->event_id), INT(award->at_us),
				 TEXT(award->note), INT(award->stored_us)),
			    error);
}

static brabeion_status write_awards(brb_store_db *db, const brb_effects *effects, brabeion_error *error)
{
	brb_holders_change holders = { .database = &db->writer };
	brabeion_status status = BRABEION_OK;
	brb_rows rows;
	brb_rows_begin(&rows, &db->writer, BRB_STATEMENT_AWARD_ADD, BRB_STATEMENT_AWARD_ADD_MANY, 0);
	for (size_t i = 0; i < effects->award_count && status == BRABEION_OK; i++) {
		/* of a user's other awards it is asked what is held already */
		if (!effects->awards[i].first)
			status = brb_rows_end(&rows, error);
		if (status == BRABEION_OK)
			status = brb_holders_will_gain(&holders, &effects->awards[i], error);
		if (status == BRABEION_OK)
			status = add_award(&rows, &effects->awards[i], error);
	}
	if (status == BRABEION_OK)
		status = brb_rows_end(&rows, error);
	if (status == BRABEION_OK)
		status = brb_holders_write(&holders, error);
	db->has_news |= effects->award_count > 0;
	return status;
}

static brabeion_status write_seen(brb_store_db *db, const brb_effects *effects, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < effects->renewed_count && status == BRABEION_OK; i++) {
		const brb_effect_renewed *renewed = &effects->renewed[i];
		status = brb_database_run(
			&db->writer, BRB_STATEMENT_SEEN_LEAVE,
			WITH(INT(renewed->period), BLOB((const char *)renewed->seen.hash, sizeof renewed->seen.hash)),
			error);
	}
	brb_rows rows;
	brb_rows_begin(&rows, &db->writer, BRB_STATEMENT_SEEN_ADD, BRB_STATEMENT_SEEN_ADD_MANY, 1);
	for (size_t i = 0; i < effects->seen_count && status == BRABEION_OK; i++)
		status = brb_rows_add(&rows,
				      WITH(INT(effects->seen_period),
					   BLOB((const char *)effects->seen[i].hash, sizeof effects->seen[i].hash)),
				      error);
	return status == BRABEION_OK ? brb_rows_end(&rows, error) : status;
}

static brabeion_status write_effects(brb_store_db *db, const brb_effects *effects, brabeion_error *error)
{
	brabeion_status status = brb_owners_write(&db->writer, effects, error);
	if (status == BRABEION_OK)
		status = write_seen(db, effects, error);
	if (status == BRABEION_OK)
		status = write_awards(db, effects, error);
	if (status == BRABEION_OK)
		status = brb_sqlite_write_jobs(db, effects->jobs, effects->job_count, error);
	for (size_t i = 0; i < effects->counter_count && status == BRABEION_OK; i++)
		status = brb_database_run(&db->writer, BRB_STATEMENT_COUNTER_SET,
					  WITH(TEXT(effects->counters[i].name), INT(effects->counters[i].value)),
					  error);
	return status;
}

/* ---- names ---- */

static brabeion_status create_number(brb_store_db *db, brb_name_kind kind, const char *name, int64_t *number,
				     brabeion_error *error)
{
	static const brb_statement inserts[] = {
		[BRB_NAME_EVENT] = BRB_STATEMENT_EVENT_ADD,
		[BRB_NAME_BADGE] = BRB_STATEMENT_BADGE_ADD,
		[BRB_NAME_PLUGIN] = BRB_STATEMENT_PLUGIN_ADD,
	};
	/* of a badge, since when it is known: `doctor` does not report a new badge as one that never fires */
	const brb_sql_value values[] = { TEXT(name), INT(brb_clock_now_us(&db->options->clock) / 1000000) };
	brabeion_status status =
		brb_database_run(&db->writer, inserts[kind], values, kind == BRB_NAME_BADGE ? 2 : 1, error);
	if (status == BRABEION_OK)
		*number = sqlite3_last_insert_rowid(db->writer.handle);
	return status;
}

static brabeion_status number(brb_store_db *db, brb_name_kind kind, const char *name, int64_t *out,
			      brabeion_error *error)
{
	static const brb_statement selects[] = {
		[BRB_NAME_EVENT] = BRB_STATEMENT_EVENT,
		[BRB_NAME_BADGE] = BRB_STATEMENT_BADGE,
		[BRB_NAME_PLUGIN] = BRB_STATEMENT_PLUGIN,
	};
	return brb_database_number(&db->writer, selects[kind], WITH(TEXT(name)), NULL, out, error);
}

static brabeion_status find_moved(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	brb_store_badge *badge = context;
	uint32_t level = (uint32_t)sqlite3_column_int64(row, 1);
	const char *name = (const char *)sqlite3_column_text(row, 2);
	if (!name)
		return brb_status_no_memory(error);
	uint32_t now = brb_level_moved_to(badge->levels, badge->level_count, level, name);
	if (now && !badge->moved_from) {
		badge->moved_from = level;
		badge->moved_to = now;
	}
	return BRABEION_OK;
}

/* Whether a level has a name on record, and another level has that one now. */
typedef struct level_before {
	const brb_store_badge *badge;
	uint32_t level;
	bool known, moved;
} level_before;

static brabeion_status read_before(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	level_before *before = context;
	const char *name = (const char *)sqlite3_column_text(row, 0);
	if (!name)
		return brb_status_no_memory(error);
	before->known = true;
	before->moved =
		brb_level_moved_to(before->badge->levels, before->badge->level_count, before->level, name) != 0;
	return BRABEION_OK;
}

/* A name that no other level has, or had, is another name of the same level: what is held has it, too. */
static brabeion_status set_level(brb_store_db *db, const brb_store_badge *badge, uint32_t number,
				 brabeion_error *error)
{
	int64_t same = 0, elsewhere = 0;
	level_before before = { .badge = badge, .level = number };
	const brb_sql_value level[] = { INT(badge->number), INT(number), TEXT(badge->levels[number - 1].name),
					TEXT(badge->levels[number - 1].description) };
	brabeion_status status = brb_database_number(&db->writer, BRB_STATEMENT_LEVEL, level, 4, NULL, &same, error);
	if (status != BRABEION_OK || same)
		return status;
	status = brb_database_each(&db->writer, BRB_STATEMENT_LEVEL_NAME, level, 2, read_before, &before, error);
	if (status == BRABEION_OK)
		status = brb_database_number(&db->writer, BRB_STATEMENT_LEVEL_ELSEWHERE, level, 3, NULL, &elsewhere,
					     error);
	if (status != BRABEION_OK)
		return status;
	bool is_renamed = before.known && !before.moved && !elsewhere;
	return brb_database_run(&db->writer, is_renamed ? BRB_STATEMENT_LEVEL_RENAME : BRB_STATEMENT_LEVEL_SET, level,
				4, error);
}

static brabeion_status set_levels(brb_store_db *db, brb_store_badge *badge, brabeion_error *error)
{
	badge->moved_from = badge->moved_to = 0;
	brabeion_status status = brb_database_each(&db->writer, BRB_STATEMENT_LEVELS_HELD, WITH(INT(badge->number)),
						   find_moved, badge, error);
	for (uint32_t i = 1; i <= badge->level_count && status == BRABEION_OK; i++)
		status = set_level(db, badge, i, error);
	return status;
}

/* ---- single values ---- */

static brabeion_status counter(brb_store_db *db, const char *name, bool *found, int64_t *value, brabeion_error *error)
{
	brabeion_status status =
		brb_database_number(&db->writer, BRB_STATEMENT_COUNTER, WITH(TEXT(name)), found, value, error);
	return status == BRABEION_OK ? brb_columns_check_counter(db->options->path, name, *value, error) : status;
}

static brabeion_status set_memory(brb_store_db *db, brb_store_memory *memory, brabeion_error *error)
{
	int64_t number = 0;
	brabeion_status status = brb_database_number(&db->writer, BRB_STATEMENT_MEMORY_SET,
						     WITH(INT(memory->plugin), INT(memory->badge), TEXT(memory->name),
							  INT(memory->owner), INT(memory->kind), INT(memory->keys),
							  INT(memory->merge)),
						     NULL, &number, error);
	if (status == BRABEION_OK)
		memory->number = (uint32_t)number;
	return status;
}

static brabeion_status user(brb_store_db *db, const char *name, brb_user_row *row, brb_state_taker take,
			    void *context, brabeion_error *error)
{
	return brb_owners_user(&db->writer, name, row, take, context, error);
}

static brabeion_status user_name(brb_store_db *db, int64_t number, char name[BRB_SUBJECT_BYTES_MOST + 1],
				 brabeion_error *error)
{
	return brb_owners_user_name(&db->writer, number, name, error);
}

typedef struct name_visit {
	void (*visit)(void *context, const char *name);
	void *context;
} name_visit;

static brabeion_status read_name(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	const name_visit *visit = context;
	const char *name = (const char *)sqlite3_column_text(row, 0);
	if (!name)
		return brb_status_no_memory(error);
	visit->visit(visit->context, name);
	return BRABEION_OK;
}

static brabeion_status each_user_name(brb_store_db *db, void (*visit)(void *context, const char *name), void *context,
				      brabeion_error *error)
{
	return brb_database_each(&db->writer, BRB_STATEMENT_USER_NAMES, WITH_NOTHING, read_name,
				 &(name_visit){ visit, context }, error);
}

static brabeion_status user_state(brb_store_db *db, int64_t number, brb_state_taker take, void *context,
				  brabeion_error *error)
{
	return brb_owners_user_state(&db->writer, number, take, context, error);
}

static brabeion_status thing(brb_store_db *db, uint32_t plugin, const char *name, brb_state_taker take, void *context,
			     brabeion_error *error)
{
	return brb_owners_thing(&db->writer, plugin, name, take, context, error);
}

static brabeion_status thing_name(brb_store_db *db, int64_t number, uint32_t *plugin,
				  char name[BRB_SUBJECT_BYTES_MOST + 1], brabeion_error *error)
{
	return brb_owners_thing_name(&db->writer, number, plugin, name, error);
}

static brabeion_status memories(brb_store_db *db, brb_arena *arena, brb_store_memory **list, size_t *count,
				brabeion_error *error)
{
	return brb_owners_memories(&db->writer, arena, list, count, error);
}

static brabeion_status cell(brb_store_db *db, int64_t owner, uint32_t memory, brb_packed_key key,
			    brb_value_taker take, void *context, brabeion_error *error)
{
	return brb_owners_cell(&db->writer, owner, memory, key, take, context, error);
}

static brabeion_status next_cell(brb_store_db *db, int64_t owner, uint32_t memory, brb_packed_key after,
				 brb_cell_key *key, brabeion_error *error)
{
	return brb_owners_next_cell(&db->writer, owner, memory, after, key, error);
}

typedef struct held_visit {
	void (*visit)(void *context, const brb_held_row *row);
	void *context;
} held_visit;

static brabeion_status read_held(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	const held_visit *visit = context;
	brb_held_row held = { .level = sqlite3_column_int64(row, 0),
			      .has_reason = !sqlite3_column_int(row, 1),
			      .revoked = sqlite3_column_int(row, 2),
			      .lapsed = sqlite3_column_int(row, 3) };
	(void)error;
	visit->visit(visit->context, &held);
	return BRABEION_OK;
}

static brabeion_status held(brb_store_db *db, uint32_t badge, int64_t user,
			    void (*visit)(void *context, const brb_held_row *row), void *context,
			    brabeion_error *error)
{
	return brb_database_each(&db->writer, BRB_STATEMENT_HELD, WITH(INT(badge), INT(user)), read_held,
				 &(held_visit){ visit, context }, error);
}

static brabeion_status award_state(brb_store_db *db, uint32_t badge, int64_t user, uint32_t level, const char *reason,
				   brb_award_state *state, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *statement = brb_database_bind(&db->writer, BRB_STATEMENT_HELD_FOR,
						    WITH(INT(badge), INT(user), INT(level), TEXT(reason)), error);
	if (!statement)
		return error->status;
	brabeion_status status = brb_database_step(&db->writer, statement, &row, error);
	if (status != BRABEION_OK)
		return status;
	*state = (brb_award_state){ .known = row };
	state->revoked = row && sqlite3_column_int(statement, 0);
	state->lapsed = row && sqlite3_column_int(statement, 1);
	sqlite3_reset(statement);
	return BRABEION_OK;
}

/* ---- seen ids ---- */

static brabeion_status is_seen(brb_store_db *db, const brb_effect_seen *seen, const int64_t *periods,
			       size_t period_count, bool *found, int64_t *period, brabeion_error *error)
{
	int64_t one = 0;
	bool there = false;
	brabeion_status status = BRABEION_OK;
	while (period_count && status == BRABEION_OK && !there) {
		*period = periods[--period_count];
		status = brb_database_number(&db->writer, BRB_STATEMENT_SEEN,
					     WITH(INT(*period), BLOB((const char *)seen->hash, sizeof seen->hash)),
					     &there, &one, error);
	}
	*found = there;
	return status;
}

static brabeion_status read_period(void *period, sqlite3_stmt *row, brabeion_error *error)
{
	(void)error;
	if (sqlite3_column_type(row, 0) != SQLITE_NULL)
		*(int64_t *)period = sqlite3_column_int64(row, 0);
	return BRABEION_OK;
}

static brabeion_status next_period(brb_store_db *db, int64_t after, int64_t *period, brabeion_error *error)
{
	*period = INT64_MAX;
	return brb_database_each(&db->writer, BRB_STATEMENT_SEEN_PERIOD, WITH(INT(after)), read_period, period,
				 error);
}

typedef struct seen_visit {
	void (*visit)(void *context, const brb_effect_seen *seen);
	void *context;
	size_t count;
} seen_visit;

static brabeion_status read_seen(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	seen_visit *visit = context;
	brb_effect_seen seen = { .hash = { 0 } };
	(void)error;
	if (sqlite3_column_bytes(row, 0) == (int)sizeof seen.hash)
		memcpy(seen.hash, sqlite3_column_blob(row, 0), sizeof seen.hash);
	visit->visit(visit->context, &seen);
	visit->count++;
	return BRABEION_OK;
}

static brabeion_status each_seen(brb_store_db *db, size_t most,
				 void (*visit)(void *context, const brb_effect_seen *seen), void *context, bool *all,
				 brabeion_error *error)
{
	seen_visit visits = { visit, context, 0 };
	brabeion_status status =
		brb_database_each(&db->writer, BRB_STATEMENT_SEEN_ALL, WITH(INT(most)), read_seen, &visits, error);
	*all = visits.count < most;
	return status;
}

/* A range from the first hash on, so that no walk along the rows is needed to remove them. */
static brabeion_status sweep_seen(brb_store_db *db, int64_t period, int64_t rows, bool *done, brabeion_error *error)
{
	bool row = false;
	sqlite3_stmt *until =
		brb_database_bind(&db->writer, BRB_STATEMENT_SEEN_AT, WITH(INT(period), INT(rows)), error);
	brabeion_status status = until ? brb_database_step(&db->writer, until, &row, error) : error->status;
	if (status != BRABEION_OK)
		return status;
	*done = !row;
	if (!row)
		return brb_database_run(&db->writer, BRB_STATEMENT_SEEN_REMOVE_PERIOD, WITH(INT(period)), error);
	status = brb_database_run(
		&db->writer, BRB_STATEMENT_SEEN_REMOVE,
		WITH(INT(period), BLOB(sqlite3_column_blob(until, 0), sqlite3_column_bytes(until, 0))), error);
	sqlite3_reset(until);
	return status;
}

const brb_driver_transaction brb_sqlite_transaction = {
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.company = company,
	.set_fed = set_fed,
	.others_are_fed = others_are_fed,
	.write = write_effects,
	.counter = counter,
	.number = number,
	.create_number = create_number,
	.set_levels = set_levels,
	.set_memory = set_memory,
	.user = user,
	.user_name = user_name,
	.each_user_name = each_user_name,
	.user_state = user_state,
	.thing = thing,
	.thing_name = thing_name,
	.memories = memories,
	.cell = cell,
	.next_cell = next_cell,
	.held = held,
	.award_state = award_state,
	.is_seen = is_seen,
	.next_period = next_period,
	.each_seen = each_seen,
	.sweep_seen = sweep_seen,
	.revoke = brb_sqlite_revoke,
};
