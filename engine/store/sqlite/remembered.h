/*
 * store/sqlite/remembered: walks over what plugins remember, of one owner or of all, spilled or not. Private to the room.
 */
#ifndef BRB_STORE_SQLITE_REMEMBERED_H
#define BRB_STORE_SQLITE_REMEMBERED_H

#include "store/sqlite/internal.h"

/* Reads by the connection, in the transaction that is open on it. */
brabeion_status brb_remembered_each(brb_database *database, const brb_cell_choice *choice, brb_cell_visit visit,
				    void *context, brabeion_error *error);

/* Whether there is a cell of the choice. */
brabeion_status brb_remembered_any(brb_database *database, const brb_cell_choice *choice, bool *any,
				   brabeion_error *error);

/* For brb_driver_read. */
brabeion_status brb_sqlite_list_memory(brb_store_db *db, const brabeion_memory_filter *filter,
				       brabeion_memory_list *list, brabeion_error *error);

#endif
