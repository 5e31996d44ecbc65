/*
 * store/sqlite/owners: what plugins remember of users and things, and users' names: reading and writing single rows, by any
 * connection. As the functions of brb_driver_transaction that have the same names. Private to the room.
 */
#ifndef BRB_STORE_SQLITE_OWNERS_H
#define BRB_STORE_SQLITE_OWNERS_H

#include "store/driver.h"
#include "store/sqlite/database.h"

brabeion_status brb_owners_user(brb_database *database, const char *name, brb_user_row *row, brb_state_taker take,
				void *context, brabeion_error *error);
brabeion_status brb_owners_user_name(brb_database *database, int64_t number, char name[BRB_SUBJECT_BYTES_MOST + 1],
				     brabeion_error *error);
brabeion_status brb_owners_user_state(brb_database *database, int64_t number, brb_state_taker take, void *context,
				      brabeion_error *error);
brabeion_status brb_owners_thing(brb_database *database, uint32_t plugin, const char *name, brb_state_taker take,
				 void *context, brabeion_error *error);
brabeion_status brb_owners_cell(brb_database *database, int64_t owner, uint32_t memory, brb_packed_key key,
				brb_value_taker take, void *context, brabeion_error *error);
brabeion_status brb_owners_next_cell(brb_database *database, int64_t owner, uint32_t memory, brb_packed_key after,
				     brb_cell_key *key, brabeion_error *error);

brabeion_status brb_owners_thing_name(brb_database *database, int64_t number, uint32_t *plugin,
				      char name[BRB_SUBJECT_BYTES_MOST + 1], brabeion_error *error);
brabeion_status brb_owners_memories(brb_database *database, brb_arena *arena, brb_store_memory **memories,
				    size_t *count, brabeion_error *error);

/* A column of the table `cells`; a USER shows as NUMBER. */
brb_packed_value brb_owners_value(sqlite3_stmt *row, int column);

/* Users, things and cells of the effects, in this order. */
brabeion_status brb_owners_write(brb_database *database, const brb_effects *effects, brabeion_error *error);

#endif
