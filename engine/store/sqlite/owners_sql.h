/*
 * store/sqlite/owners_sql: the statements for users, things and what plugins remember of them.
 */
#ifndef BRB_STORE_SQLITE_OWNERS_SQL_H
#define BRB_STORE_SQLITE_OWNERS_SQL_H

/* The number of the user with a name, by a parameter. */
#define BRB_USER_NAMED(parameter) "(SELECT iif(merged_into, merged_into, id) FROM users WHERE name = " parameter ")"

/*
 * Statements that insert BRB_ROWS_MANY rows: SQLite stays at the end of the tree, and appends without searching. "OR FAIL":
 * no rows need be kept to be undone, since who fails rolls the transaction back.
 */
enum { BRB_ROWS_MANY = 32 };
#define BRB_MORE_ROWS(row) row BRB_TEN(row) BRB_TEN(row) BRB_TEN(row)
#define BRB_TEN(row) row row row row row row row row row row

#define BRB_OWNER_STATEMENTS(X)                                                                                      \
	X(USER, "SELECT id, merged_into, state FROM users WHERE name = ?1")                                          \
	X(USER_NAME, "SELECT ifnull(o.name, '') AS user_name FROM users AS u"                                        \
		     " JOIN users AS o ON o.id = iif(u.merged_into, u.merged_into, u.id) WHERE u.id = ?1")           \
	X(USER_NAMES, "SELECT name FROM users INDEXED BY users_by_name WHERE name IS NOT NULL")                      \
	X(USER_STATE, "SELECT id, state FROM users WHERE id = ?1")                                                   \
	X(USER_ADD, "INSERT INTO users(id, name, awards, badges, latest_us, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")  \
	X(USER_ADD_MANY, "INSERT OR FAIL INTO users(id, name, awards, badges, latest_us, state)"                     \
			 " VALUES(?, ?, ?, ?, ?, ?)" BRB_MORE_ROWS(", (?, ?, ?, ?, ?, ?)"))                          \
	X(USER_SET_STATE, "UPDATE users SET version = version + 1, state = ?2 WHERE id = ?1")                        \
	X(USER_SET, "UPDATE users SET version = version + 1, state = ?2, awards = awards + ?3,"                      \
		    " badges = badges + ?4, latest_us = max(latest_us, ?5) WHERE id = ?1")                           \
	X(USER_COUNT, "UPDATE users SET awards = awards + ?2, badges = badges + ?3,"                                 \
		      " latest_us = max(latest_us, ?4) WHERE id = ?1")                                               \
	X(USER_RENAME, "UPDATE users SET name = ?2 WHERE name = ?1")                                                 \
	X(USER_REMOVE, "DELETE FROM users WHERE id = ?1")                                                            \
	X(THING, "SELECT id, state FROM things WHERE plugin = ?1 AND name = ?2")                                     \
	X(THING_NAME, "SELECT plugin, name AS thing_name FROM things WHERE id = ?1")                                 \
	X(THING_SET, "INSERT INTO things(id, plugin, name, state) VALUES(?1, ?2, ?3, ?4)"                            \
		     " ON CONFLICT(id) DO UPDATE SET version = version + 1, state = excluded.state")                 \
	X(THING_SET_STATE, "UPDATE things SET version = version + 1, state = ?2 WHERE id = ?1")                      \
	X(THING_REMOVE, "DELETE FROM things WHERE id = ?1")                                                          \
	X(CELL, "SELECT value FROM cells WHERE owner = ?1 AND memory = ?2 AND key = ?3")                             \
	X(CELL_NEXT,                                                                                                 \
	  "SELECT key AS cell_key FROM cells WHERE owner = ?1 AND memory = ?2 AND key > ?3 ORDER BY key LIMIT 1")    \
	X(CELL_SET, "INSERT INTO cells(owner, memory, key, value) VALUES(?1, ?2, ?3, ?4)"                            \
		    " ON CONFLICT DO UPDATE SET value = excluded.value")                                             \
	X(CELL_REMOVE, "DELETE FROM cells WHERE owner = ?1 AND memory = ?2 AND key = ?3")                            \
	X(CELLS_OF, "SELECT key AS cell_key, value FROM cells WHERE owner = ?1 AND memory = ?2 ORDER BY key")        \
	X(MEMORIES, "SELECT m.id AS memory_id, m.plugin, m.badge, m.name AS memory_name, m.owner AS owner_kind,"     \
		    " m.kind AS cell_kind, m.keys, m.merge, p.name AS plugin_name, b.slug AS badge_slug"             \
		    " FROM memories AS m LEFT JOIN plugins AS p ON p.id = m.plugin"                                  \
		    " LEFT JOIN badges AS b ON b.id = m.badge ORDER BY m.id")                                        \
	X(MEMORY, "SELECT id AS memory_id, owner AS owner_kind, kind AS cell_kind, keys, merge FROM memories WHERE " \
		  "plugin = ?1 AND badge = ?2 AND name = ?3")                                                        \
	X(MEMORY_SET,                                                                                                \
	  "INSERT INTO memories(plugin, badge, name, owner, kind, keys, merge)"                                      \
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET owner = excluded.owner,"                    \
	  " kind = excluded.kind, keys = excluded.keys, merge = excluded.merge RETURNING id AS memory_id")           \
	X(USERS_WITH_STATE, "SELECT id, name AS user_name, state FROM users WHERE id > ?1 AND length(state) > 0"     \
			    " ORDER BY id LIMIT ?2")                                                                 \
	X(THINGS_WITH_STATE, "SELECT id, name AS thing_name, state FROM things WHERE id > ?1 ORDER BY id LIMIT ?2")  \
	X(THINGS_NAMED, "SELECT id, name AS thing_name, state FROM things"                                           \
			" WHERE plugin IN (SELECT id FROM plugins) AND name = ?1 ORDER BY id")                       \
	X(CELLS_OF_USER_REMOVE, "DELETE FROM cells WHERE (owner, memory, key) IN"                                    \
				" (SELECT owner, memory, key FROM cells WHERE owner = ?1 LIMIT ?2)")                 \
	X(CHORE_FIRST, "SELECT id, user, into_user FROM chores ORDER BY id LIMIT 1")                                 \
	X(CHORE_REMOVE, "DELETE FROM chores WHERE id = ?1")

#endif
