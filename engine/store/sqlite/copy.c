/*
 * store/sqlite/copy: rows that the store takes from one database to another, or compares.
 */
#include <string.h>

#include "store/sqlite/remembered.h"

static brb_database *database_of(brb_store_db *db, brb_view view)
{
	return view == BRB_OWN ? &db->writer : &db->reader;
}

/* ---- comparing ---- */

typedef struct award_visit {
	brb_award_visit visit;
	void *context;
} award_visit;

static brabeion_status read_award(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	enum { SEQUENCE, USER, BADGE, LEVEL, NAME, DESCRIPTION, REASON, EVENT, EVENT_ID, AT, RANK };
	const award_visit *visit = context;
	brabeion_award_info award = { .id = sqlite3_column_int64(row, SEQUENCE),
				      .sequence = sqlite3_column_int64(row, SEQUENCE),
				      .user = brb_column_text(row, USER),
				      .badge = brb_column_text(row, BADGE),
				      .level = (uint32_t)sqlite3_column_int64(row, LEVEL),
				      .name = brb_column_text(row, NAME),
				      .description = brb_column_text(row, DESCRIPTION),
				      .reason = brb_column_text(row, REASON),
				      .event = brb_column_text(row, EVENT),
				      .event_id = brb_column_text(row, EVENT_ID),
				      .at_us = sqlite3_column_int64(row, AT) };
	return visit->visit(visit->context, &award, sqlite3_column_int64(row, RANK), error);
}

static brabeion_status each_award(brb_store_db *db, brb_view view, int64_t after, brb_award_visit visit,
				  void *context, brabeion_error *error)
{
	return brb_database_each(database_of(db, view), BRB_STATEMENT_COMPARE_ROWS, WITH(INT(after)), read_award,
				 &(award_visit){ visit, context }, error);
}

static brabeion_status read_state(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	brb_award_state *state = context;
	(void)error;
	*state = (brb_award_state){ .known = true,
				    .revoked = sqlite3_column_int(row, 0),
				    .lapsed = sqlite3_column_int(row, 1),
				    .revoked_at_us = sqlite3_column_int64(row, 2),
				    .by_backfill = strcmp(brb_column_text(row, 3), BRB_BACKFILL_NOTE) == 0 };
	return BRABEION_OK;
}

static brabeion_status award_state(brb_store_db *db, brb_view view, const brabeion_award_info *award,
				   brb_award_state *state, brabeion_error *error)
{
	*state = (brb_award_state){ .known = false };
	return brb_database_each(database_of(db, view), BRB_STATEMENT_COMPARE_STATE,
				 WITH(TEXT(award->badge), TEXT(award->user), INT(award->level), TEXT(award->reason)),
				 read_state, state, error);
}

static brabeion_status count_numbered(brb_store_db *db, brb_view view, const brabeion_award_info *award, bool revoked,
				      int64_t *count, brabeion_error *error)
{
	return brb_database_number(database_of(db, view), BRB_STATEMENT_COMPARE_COUNT,
				   WITH(TEXT(award->badge), TEXT(award->user), INT(award->level), TEXT(award->event),
					INT(award->at_us), INT(revoked)),
				   NULL, count, error);
}

/* ---- taking over ---- */

typedef struct seed_visit {
	brb_seed_visit visit;
	void *context;
} seed_visit;

static brabeion_status read_seed(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	const seed_visit *visit = context;
	brb_store_award seed = { .user = brb_column_text(row, 0),
				 .level = (uint32_t)sqlite3_column_int64(row, 2),
				 .reason = brb_column_text(row, 3),
				 .event = brb_column_text(row, 4),
				 .event_id = brb_column_text(row, 5),
				 .at_us = sqlite3_column_int64(row, 6),
				 .note = brb_column_text(row, 7) };
	return visit->visit(visit->context, brb_column_text(row, 1), &seed, error);
}

static brabeion_status each_seed(brb_store_db *db, int64_t before_us, brb_seed_visit visit, void *context,
				 brabeion_error *error)
{
	return brb_database_each(&db->reader, BRB_STATEMENT_SEEDS, WITH(INT(before_us)), read_seed,
				 &(seed_visit){ visit, context }, error);
}

static brabeion_status each_cell(brb_store_db *db, const brb_cell_choice *choice, brb_cell_visit visit, void *context,
				 brabeion_error *error)
{
	return brb_remembered_each(&db->reader, choice, visit, context, error);
}

typedef struct job_visit {
	brb_job_visit visit;
	void *context;
} job_visit;

static brabeion_status read_job(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	const job_visit *visit = context;
	brb_store_job job = { .user = brb_column_text(row, 0),
			      .event = brb_column_text(row, 1),
			      .event_id = brb_column_text(row, 2),
			      .at_us = sqlite3_column_int64(row, 3),
			      .due_us = sqlite3_column_int64(row, 4),
			      .has_offset = sqlite3_column_type(row, 6) != SQLITE_NULL,
			      .offset_minutes = sqlite3_column_int(row, 6) };
	return visit->visit(visit->context, &job, brb_column_text(row, 5), error);
}

static brabeion_status each_job(brb_store_db *db, const char *slug, brb_job_visit visit, void *context,
				brabeion_error *error)
{
	return brb_database_each(&db->reader, BRB_STATEMENT_JOBS_OF_HISTORY, WITH(TEXT(slug)), read_job,
				 &(job_visit){ visit, context }, error);
}

static brabeion_status has_state(brb_store_db *db, const brb_store_owner *owner, bool *has, brabeion_error *error)
{
	int64_t jobs = 0;
	bool any = false;
	brabeion_status status = brb_sqlite_begin_reading(db, error);
	if (status != BRABEION_OK)
		return status;
	status = brb_remembered_any(&db->reader, &(brb_cell_choice){ .plugin = owner->plugin, .badge = owner->badge },
				    &any, error);
	if (status == BRABEION_OK && !any && owner->badge[0])
		status = brb_database_number(&db->reader, BRB_STATEMENT_BADGE_HAS_JOBS, WITH(TEXT(owner->badge)),
					     NULL, &jobs, error);
	brb_sqlite_end_reading(db);
	if (status == BRABEION_OK)
		*has = any || jobs;
	return status;
}

static brabeion_status number(brb_store_db *db, const char *name, int64_t *value, brabeion_error *error)
{
	return brb_database_number(&db->reader, BRB_STATEMENT_COUNTER, WITH(TEXT(name)), NULL, value, error);
}

const brb_driver_copy brb_sqlite_copy = {
	.begin_snapshot = brb_sqlite_begin_reading,
	.end_snapshot = brb_sqlite_end_reading,
	.number = number,
	.each_award = each_award,
	.award_state = award_state,
	.count_numbered = count_numbered,
	.each_seed = each_seed,
	.each_cell = each_cell,
	.each_job = each_job,
	.has_state = has_state,
};
