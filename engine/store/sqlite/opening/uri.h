/*
 * store/sqlite/opening/uri: the path of a database as a URI, by which SQLite takes options (sqlite.org/uri.html).
 */
#ifndef BRB_STORE_SQLITE_URI_H
#define BRB_STORE_SQLITE_URI_H

/* "file:PATH?query", to be freed by sqlite3_free(). NULL: out of memory. */
char *brb_sqlite_uri(const char *path, const char *query);

#endif
