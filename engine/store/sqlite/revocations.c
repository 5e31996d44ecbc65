/*
 * store/sqlite/revocations: awards that are taken back, and the counts that this changes.
 */
#include <stdlib.h>

#include "base/list.h"
#include "base/memory.h"
#include "store/sqlite/holders.h"
#include "store/sqlite/internal.h"

typedef struct revocable {
	int64_t sequence, level;
} revocable;

typedef struct revocable_list {
	revocable *awards;
	size_t count, capacity;
} revocable_list;

static brabeion_status read_revocable(void *context, sqlite3_stmt *row, brabeion_error *error)
{
	revocable_list *list = context;
	revocable *award = brb_list_add(&list->awards, &list->count, &list->capacity, sizeof *award);
	if (!award)
		return brb_status_no_memory(error);
	*award = (revocable){ sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1) };
	return BRABEION_OK;
}

static int by_level(const void *a, const void *b)
{
	const revocable *first = a, *second = b;
	return (first->level > second->level) - (first->level < second->level);
}

/* After all of the list were revoked. */
static brabeion_status uncount(brb_store_db *db, int64_t badge, int64_t user, revocable_list *list,
			       brabeion_error *error)
{
	bool last = false;
	qsort(list->awards, list->count, sizeof *list->awards, by_level);
	brb_holders_change holders = { .database = &db->writer, .awards = -(int64_t)list->count };
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < list->count && status == BRABEION_OK; i++)
		if (!i || list->awards[i].level != list->awards[i - 1].level)
			status = brb_holders_lost(&holders, user, badge, list->awards[i].level, &last, error);
	if (status == BRABEION_OK)
		status = brb_holders_lost(&holders, user, badge, 0, &last, error);
	if (status == BRABEION_OK)
		status = brb_holders_write(&holders, error);
	return status == BRABEION_OK ? brb_database_run(&db->writer, BRB_STATEMENT_USER_UNCOUNT,
							WITH(INT(user), INT(list->count), INT(last)), error)
				     : status;
}

/* The awards are gathered before the first changes: the walk must not meet its own changes. */
static brabeion_status revoke_found(brb_store_db *db, const revocable_list *found,
				    const brb_store_revocation *revocation, int64_t *sequence, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < found->count && status == BRABEION_OK; i++) {
		++*sequence;
		status = brb_database_run(&db->writer, BRB_STATEMENT_REVOKE,
					  WITH(INT(found->awards[i].sequence), INT(*sequence), INT(revocation->at_us),
					       TEXT(revocation->note ? revocation->note : ""),
					       INT(revocation->lapsed)),
					  error);
	}
	return status;
}

brabeion_status brb_sqlite_revoke(brb_store_db *db, int64_t badge, int64_t user,
				  const brb_store_revocation *revocation, int64_t *sequence,
				  brabeion_change_list *list, brabeion_error *error)
{
	int64_t before = *sequence;
	revocable_list found = { .awards = NULL };
	brabeion_status status = brb_database_each(
		&db->writer, BRB_STATEMENT_REVOCABLE,
		WITH(INT(badge), INT(user), INT(revocation->level), TEXT(revocation->reason), INT(revocation->above)),
		read_revocable, &found, error);
	if (status == BRABEION_OK && found.count) {
		db->has_news = true;
		status = revoke_found(db, &found, revocation, sequence, error);
		if (status == BRABEION_OK)
			status = uncount(db, badge, user, &found, error);
		if (status == BRABEION_OK)
			status = brb_sqlite_list_changes(&db->writer, before, -1, list, error);
	}
	brb_memory_release(found.awards);
	return status;
}
