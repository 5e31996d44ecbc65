/*
 * store/sqlite/opening/hardening: a connection that does not trust the file: no triggers, no views, no functions called by the schema, no
 * way to change it but by its own statements. Set before the first statement.
 */
#ifndef BRB_STORE_SQLITE_HARDENING_H
#define BRB_STORE_SQLITE_HARDENING_H

#include <sqlite3.h>

void brb_harden(sqlite3 *handle);

#endif
