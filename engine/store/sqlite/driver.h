/*
 * store/sqlite/driver: SQLite as a database of the store.
 */
#ifndef BRB_STORE_SQLITE_DRIVER_H
#define BRB_STORE_SQLITE_DRIVER_H

#include "store/driver.h"

extern const brb_store_driver brb_sqlite_driver;

#endif
