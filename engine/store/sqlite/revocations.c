/*
 * store/sqlite/revocations: awards that are taken back. Rare, so it goes by SQL: what the transaction has changed so far is
 * written first, and the cells are forgotten afterwards.
 */

#include "base/list.h"
#include "base/memory.h"
#include "store/internal.h"

static brabeion_status revoke_one(brb_store *store, int64_t sequence, const brb_store_revocation *revocation,
				  brabeion_error *error)
{
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_REVOKE, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, sequence);
	sqlite3_bind_int64(statement, 2, ++store->last_sequence);
	sqlite3_bind_int64(statement, 3, revocation->at_us);
	sqlite3_bind_text(statement, 4, revocation->note ? revocation->note : "", -1, SQLITE_STATIC);
	sqlite3_bind_int(statement, 5, revocation->lapsed);
	return brb_database_run(&store->database, statement, error);
}

/* The sequences of what fits are gathered before the first is changed: a walk does not look at its own trail. */
static brabeion_status find_revocable(brb_store *store, int64_t badge, int64_t user,
				      const brb_store_revocation *revocation, int64_t **sequences, size_t *count,
				      brabeion_error *error)
{
	size_t capacity = 0;
	bool row;
	brabeion_status status;
	sqlite3_stmt *statement = brb_database_statement(&store->database, BRB_STATEMENT_REVOCABLE, error);
	if (!statement)
		return error->status;
	sqlite3_bind_int64(statement, 1, badge);
	sqlite3_bind_int64(statement, 2, user);
	sqlite3_bind_int64(statement, 3, revocation->level);
	if (revocation->reason)
		sqlite3_bind_text(statement, 4, revocation->reason, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(statement, 4);
	sqlite3_bind_int64(statement, 5, revocation->above);
	while ((status = brb_database_step(&store->database, statement, &row, error)) == BRABEION_OK && row) {
		int64_t *sequence = brb_list_add(sequences, count, &capacity, sizeof *sequence);
		if (!sequence) {
			status = brb_status_no_memory(error);
			break;
		}
		*sequence = sqlite3_column_int64(statement, 0);
	}
	sqlite3_reset(statement);
	return status;
}

static brabeion_status revoke_all(brb_store *store, const brb_store_revocation *revocation, const int64_t *sequences,
				  size_t count, brabeion_change_list *list, brabeion_error *error)
{
	int64_t before = store->last_sequence;
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < count && status == BRABEION_OK; i++)
		status = revoke_one(store, sequences[i], revocation, error);
	sqlite3_stmt *changes =
		status == BRABEION_OK ? brb_database_statement(&store->database, BRB_STATEMENT_CHANGES, error) : NULL;
	if (!changes)
		return error->status;
	sqlite3_bind_int64(changes, 1, before);
	sqlite3_bind_int64(changes, 2, -1);
	return brb_store_read_changes(&store->database, changes, list, error);
}

brabeion_status brb_store_revoke(brb_store *store, const brb_store_revocation *revocation, brabeion_change_list *list,
				 brabeion_error *error)
{
	int64_t badge = 0, user = 0, *sequences = NULL;
	size_t count = 0;
	brabeion_status status = brb_store_write_so_far(store, error);
	if (status == BRABEION_OK)
		status = brb_store_slug(store, revocation->slug, false, &badge, error);
	if (status == BRABEION_OK)
		status = brb_store_user(store, revocation->user, false, &user, error);
	if (status == BRABEION_OK && badge && user)
		status = find_revocable(store, badge, user, revocation, &sequences, &count, error);
	if (status == BRABEION_OK && count)
		status = revoke_all(store, revocation, sequences, count, list, error);
	brb_memory_release(sequences);
	return status;
}
