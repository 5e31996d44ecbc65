/*
 * store/sqlite/awards_sql: the statements for awards, who holds them, and lists of both. Awards of users who were forgotten,
 * and whose rows are still to be removed, are in no list.
 */
#ifndef BRB_STORE_SQLITE_AWARDS_SQL_H
#define BRB_STORE_SQLITE_AWARDS_SQL_H

#include "store/sqlite/owners_sql.h"

/* Of all rows of one award of a user: the held one, else the one revoked last. */
#define BRB_LATEST_FIRST " ORDER BY revoked > 0, revoked DESC LIMIT 1"

#define BRB_BADGE_NAMED(parameter) "(SELECT id FROM badges WHERE slug = " parameter ")"

/* The name of an award's level when it was stored. */
#define BRB_LEVEL_OF(badge, level, sequence)                                                        \
	" l.badge = " badge " AND l.level = " level " AND l.since = (SELECT MAX(since) FROM levels" \
	" WHERE badge = " badge " AND level = " level " AND since <= " sequence ")"

#define BRB_JOIN_NAMES                                                                                    \
	" JOIN users AS u ON u.id = a.user AND u.name IS NOT NULL JOIN badges AS b ON b.id = a.badge"     \
	" JOIN events AS e ON e.id = a.event LEFT JOIN levels AS l ON" BRB_LEVEL_OF("a.badge", "a.level", \
										    "a.sequence")

#define BRB_AWARD_COLUMNS                                                                           \
	"SELECT a.sequence, u.name AS user_name, b.slug, a.level, l.name, l.description, a.reason," \
	" e.name AS event_name, a.event_id, a.at_us,"                                               \
	" a.stored_us"

#define BRB_SELECT_AWARDS BRB_AWARD_COLUMNS " FROM awards AS a" BRB_JOIN_NAMES " WHERE "
#define BRB_SELECT_CHANGES BRB_AWARD_COLUMNS ", c.sequence, c.kind, c.at_us, c.note FROM"
#define BRB_NEWEST_FIRST " AND a.revoked = 0 AND a.sequence < ?2 ORDER BY a.sequence DESC LIMIT ?3"

#define BRB_AWARD_STATEMENTS(X)                                                                                      \
	X(HELD, "SELECT level, reason = '', revoked > 0, lapsed FROM awards WHERE badge = ?1 AND user = ?2")         \
	X(HELD_FOR, "SELECT revoked > 0, lapsed FROM awards WHERE badge = ?1 AND user = ?2 AND level = ?3"           \
		    " AND reason = ?4" BRB_LATEST_FIRST)                                                             \
	X(HOLDS_LEVEL, "SELECT 1 FROM awards WHERE user = ?1 AND badge = ?2 AND level = ?3 AND revoked = 0 LIMIT 1") \
	X(HOLDS_BADGE, "SELECT 1 FROM awards WHERE user = ?1 AND badge = ?2 AND revoked = 0 LIMIT 1")                \
	X(AWARD_ADD, "INSERT INTO awards(sequence, user, badge, level, reason, event, event_id, at_us, note,"        \
		     " stored_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")                                  \
	X(AWARD_ADD_MANY, "INSERT OR FAIL INTO awards(sequence, user, badge, level, reason, event, event_id,"        \
			  " at_us, note, stored_us) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" BRB_MORE_ROWS(             \
				  ", (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"))                                               \
	X(HOLDERS_ADD, "INSERT INTO holders(badge, level, count) VALUES(?1, ?2, ?3)"                                 \
		       " ON CONFLICT DO UPDATE SET count = count + ?3")                                              \
	X(REVOCABLE, "SELECT sequence, level FROM awards WHERE badge = ?1 AND user = ?2 AND revoked = 0"             \
		     " AND (?3 = 0 OR level = ?3) AND (?4 IS NULL OR reason = ?4) AND level > ?5"                    \
		     " ORDER BY sequence")                                                                           \
	X(REVOKE, "UPDATE awards SET revoked = ?2, revoked_at_us = ?3, revoked_note = ?4, lapsed = ?5"               \
		  " WHERE sequence = ?1")                                                                            \
	X(USER_UNCOUNT, "UPDATE users SET awards = awards - ?2, badges = badges - ?3,"                               \
			" latest_us = (SELECT ifnull(MAX(at_us), 0) FROM awards WHERE user = ?1 AND revoked = 0)"    \
			" WHERE id = ?1")                                                                            \
	X(AWARDS_OF_USER, BRB_SELECT_AWARDS "a.user = " BRB_USER_NAMED("?1") BRB_NEWEST_FIRST)                       \
	X(AWARDS_OF_BADGE, BRB_SELECT_AWARDS "a.badge = " BRB_BADGE_NAMED("?1") BRB_NEWEST_FIRST)                    \
	X(CHANGES, BRB_SELECT_CHANGES                                                                                \
	  " (SELECT sequence, 1 AS kind, at_us, note, sequence AS award FROM awards WHERE sequence > ?1"             \
	  "  UNION ALL SELECT revoked, 2 + lapsed, revoked_at_us, revoked_note, sequence FROM awards"                \
	  "  WHERE revoked > 0 AND revoked > ?1) AS c JOIN awards AS a ON a.sequence = c.award" BRB_JOIN_NAMES       \
	  " ORDER BY c.sequence LIMIT ?2")                                                                           \
	X(CHANGES_OF_USER, BRB_SELECT_CHANGES                                                                        \
	  " (SELECT sequence, 1 AS kind, at_us, note, sequence AS award FROM awards"                                 \
	  "  WHERE user = " BRB_USER_NAMED(                                                                          \
		  "?1") " AND sequence < ?2"                                                                         \
			"  UNION ALL SELECT revoked, 2 + lapsed, revoked_at_us, revoked_note, sequence FROM awards"  \
			"  WHERE user = " BRB_USER_NAMED("?1") " AND revoked > 0 AND revoked < ?2"                   \
							       "  ORDER BY 1 DESC LIMIT ?3) AS c JOIN awards AS a "  \
							       "ON a.sequence = c.award" BRB_JOIN_NAMES              \
							       " ORDER BY c.sequence DESC")                          \
	X(AWARDS_ALL_OF, "SELECT COUNT(*) FROM awards WHERE user = ?1")                                              \
	X(AWARDS_OF_USER_REMOVE, "DELETE FROM awards WHERE sequence IN"                                              \
				 " (SELECT sequence FROM awards WHERE user = ?1 LIMIT ?2)")                          \
	X(COUNT_OF_USER, "SELECT awards FROM users WHERE id = " BRB_USER_NAMED("?1"))                                \
	X(TROPHIES_OF_USER,                                                                                          \
	  "SELECT b.slug, t.level, l.name, l.description, t.times, t.at_us, t.badges, t.awards FROM"                 \
	  " (SELECT badge, MAX(level) AS level, SUM(reason <> '') AS times, MAX(at_us) AS at_us,"                    \
	  "  MAX(sequence) AS latest, COUNT(*) OVER () AS badges, SUM(COUNT(*)) OVER () AS awards"                   \
	  "  FROM awards WHERE user = " BRB_USER_NAMED(                                                              \
		  "?1") " AND revoked = 0"                                                                           \
			"  GROUP BY badge ORDER BY latest DESC LIMIT ?2) AS t JOIN badges AS b ON b.id = t.badge"    \
			" LEFT JOIN levels AS l ON" BRB_LEVEL_OF(                                                    \
				"t.badge", "t.level",                                                                \
				"(SELECT MAX(sequence) FROM awards WHERE user = " BRB_USER_NAMED(                    \
					"?1") " AND badge = t.badge"                                                 \
					      " AND level = t.level AND revoked = 0)") " ORDER BY t.latest DESC")    \
	/* those with as many awards as the one before, then those with fewer */                                     \
	X(USERS,                                                                                                     \
	  "SELECT * FROM (SELECT name AS user_name, awards, badges, latest_us FROM users INDEXED BY users_by_awards" \
	  " WHERE awards > 0 AND awards = ?1 AND id > ?2 ORDER BY id LIMIT ?3) UNION ALL"                            \
	  " SELECT * FROM (SELECT name AS user_name, awards, badges, latest_us FROM users INDEXED BY "               \
	  "users_by_awards"                                                                                          \
	  " WHERE awards > 0 AND awards < ?1 ORDER BY awards DESC, id LIMIT ?3) LIMIT ?3")                           \
	X(USER_PLACE, "SELECT id, awards FROM users WHERE id = " BRB_USER_NAMED("?1"))                               \
	X(HOLDERS, "SELECT level AS holders_level, count FROM holders WHERE badge = " BRB_BADGE_NAMED("?1"))         \
	X(READER_HELD,                                                                                               \
	  "SELECT COUNT(*), ifnull(MAX(level), 0) AS highest FROM awards WHERE badge = " BRB_BADGE_NAMED(            \
		  "?1") " AND user = " BRB_USER_NAMED("?2") " AND revoked = 0")                                      \
	X(READER_IS_HELD, "SELECT revoked > 0, lapsed FROM awards WHERE badge = ?1"                                  \
			  " AND user = " BRB_USER_NAMED("?2") " AND level = ?3 AND reason = ?4" BRB_LATEST_FIRST)

#endif
