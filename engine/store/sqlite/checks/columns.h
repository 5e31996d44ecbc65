/*
 * store/sqlite/checks/columns: what the columns of a row may hold. A row can hold anything: the file may have been damaged, or
 * changed by another program. So each row is checked before it is read: the kind of each value, the range of a number, the length of a
 * text and that it is UTF-8 without NUL.
 *
 * A column is known by its name in the statement: one that is computed has a rule when the statement names it ("AS period").
 * Any other has the rule of its kind.
 */
#ifndef BRB_STORE_SQLITE_COLUMNS_H
#define BRB_STORE_SQLITE_COLUMNS_H

#include <sqlite3.h>

#include "base/status.h"

enum { BRB_COLUMNS_MOST = 24 };

typedef struct brb_column_rule brb_column_rule;

/* The rules of a statement's columns. */
typedef struct brb_columns {
	int count;
	const brb_column_rule *rules[BRB_COLUMNS_MOST];
} brb_columns;

void brb_columns_of(sqlite3_stmt *statement, brb_columns *columns);

/* The row that was stepped to: BRABEION_STORE, with the path in front, where it breaks a rule. */
brabeion_status brb_columns_check(const brb_columns *columns, sqlite3_stmt *row, brabeion_error *error);

/* A value that is kept under a name: BRABEION_STORE where it breaks its rule. */
brabeion_status brb_columns_check_counter(const char *path, const char *name, int64_t value, brabeion_error *error);

/* How messages about such rows begin, with the path. */
#define BRB_DAMAGED "%s: the database is damaged, or another program has changed it: "

#endif
