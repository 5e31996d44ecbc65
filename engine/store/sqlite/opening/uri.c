/*
 * store/sqlite/opening/uri: see uri.h.
 */
#include "store/sqlite/opening/uri.h"

#include <sqlite3.h>
#include <stddef.h>

char *brb_sqlite_uri(const char *path, const char *query)
{
	sqlite3_str *uri = sqlite3_str_new(NULL);
	sqlite3_str_appendall(uri, "file:");
	for (const char *at = path; *at; at++)
		if (*at == '?' || *at == '#' || *at == '%')
			sqlite3_str_appendf(uri, "%%%02X", *at);
		else
			sqlite3_str_appendchar(uri, 1, *at);
	sqlite3_str_appendf(uri, "?%s", query);
	return sqlite3_str_finish(uri);
}
