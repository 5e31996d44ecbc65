/*
 * status: what of it is in the public header. A file of its own, so that the command, which has a few rooms of its own copy
 * to read scenarios with, has no second copy of a public function.
 */
#include "base/status.h"

void brabeion_error_finish(brabeion_error *error)
{
	if (error)
		brb_status_clear(error);
}

const char *brabeion_status_name(brabeion_status status)
{
	static const char *const names[] = { "ok",     "invalid",       "configuration", "store",
					     "busy",   "out of memory", "reentrant",     "forked",
					     "system", "full",          "absent" };
	size_t index = (size_t)status;
	return index < sizeof names / sizeof names[0] ? names[index] : "unknown";
}
