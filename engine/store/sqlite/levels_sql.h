/*
 * store/sqlite/levels_sql: under which names levels are held.
 */
#ifndef BRB_STORE_SQLITE_LEVELS_SQL_H
#define BRB_STORE_SQLITE_LEVELS_SQL_H

/*
 * Slug, level, and a name that the level has or had, under which somebody holds it. Of a name that has changed a hundred
 * thousand awards are looked at.
 */
#define BRB_LEVELS_HELD(of_levels, of_badges)                                                                   \
	"SELECT b.slug, l.level, l.name FROM badges AS b JOIN (SELECT badge, level, since, name,"               \
	" LEAD(since) OVER (PARTITION BY badge, level ORDER BY since) AS until FROM levels" of_levels ") AS l"  \
	" ON l.badge = b.id WHERE CASE WHEN l.since = 0 AND l.until IS NULL THEN EXISTS (SELECT 1 FROM holders" \
	" AS h WHERE h.badge = l.badge AND h.level = l.level AND h.count > 0) ELSE EXISTS (SELECT 1 FROM"       \
	" (SELECT level, revoked FROM awards INDEXED BY awards_by_badge WHERE badge = l.badge AND sequence >="  \
	" l.since AND sequence < ifnull(l.until, 9223372036854775807) LIMIT 100000) WHERE level = l.level AND"  \
	" revoked = 0) END" of_badges " ORDER BY b.id, l.level, l.since"

#endif
