/*
 * store/sqlite/revocations: awards that are taken back.
 */
#include "base/memory.h"
#include "store/sqlite/internal.h"

/* The sequences are gathered before the first award changes: the walk must not meet its own changes. */
static brabeion_status revoke_found(brb_store_db *db, const int64_t *found, size_t count,
				    const brb_store_revocation *revocation, int64_t *sequence,
				    brabeion_change_list *list, brabeion_error *error)
{
	int64_t before = *sequence;
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < count && status == BRABEION_OK; i++) {
		++*sequence;
		status = brb_database_run(&db->writer, BRB_STATEMENT_REVOKE,
					  WITH(INT(found[i]), INT(*sequence), INT(revocation->at_us),
					       TEXT(revocation->note ? revocation->note : ""),
					       INT(revocation->lapsed)),
					  error);
	}
	db->has_news |= count > 0;
	if (status != BRABEION_OK || !count)
		return status;
	return brb_sqlite_list_changes(&db->writer, before, -1, list, error);
}

brabeion_status brb_sqlite_revoke(brb_store_db *db, int64_t badge, int64_t user,
				  const brb_store_revocation *revocation, int64_t *sequence,
				  brabeion_change_list *list, brabeion_error *error)
{
	size_t count = 0;
	int64_t *found = NULL;
	brabeion_status status = brb_database_numbers(
		&db->writer, BRB_STATEMENT_REVOCABLE,
		WITH(INT(badge), INT(user), INT(revocation->level), TEXT(revocation->reason), INT(revocation->above)),
		&found, &count, error);
	if (status == BRABEION_OK)
		status = revoke_found(db, found, count, revocation, sequence, list, error);
	brb_memory_release(found);
	return status;
}
