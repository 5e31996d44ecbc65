/*
 * store/sqlite/schema/compare: whether the tables of a database are those that its version has.
 */
#ifndef BRB_STORE_SQLITE_SCHEMA_COMPARE_H
#define BRB_STORE_SQLITE_SCHEMA_COMPARE_H

#include "store/sqlite/schema/schema.h"

/*
 * Of a database that is up to date. BRABEION_STORE, without the path in front, names what is missing, differs from what the
 * schema makes, or would change what is stored: a trigger, or an index on one of its tables. Other tables and views are a
 * person's own.
 */
brabeion_status brb_schema_compare(sqlite3 *handle, const brb_schema *schema, brabeion_error *error);

#endif
