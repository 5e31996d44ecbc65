/*
 * write_refusal: see write_refusal.h.
 */
#include "support/write_refusal.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>

static char trigger[512];
static atomic_bool refuses;

static void tell(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	(void)values;
	sqlite3_result_int(context, atomic_load(&refuses));
}

/* Other databases have no such table, which is no fault. */
static int give_trigger(sqlite3 *handle, char **fault, const void *functions)
{
	(void)fault;
	(void)functions;
	sqlite3_create_function(handle, "test_refuses", 0, SQLITE_UTF8, NULL, tell, NULL, NULL);
	sqlite3_exec(handle, trigger, NULL, NULL, NULL);
	sqlite3_exec(handle, "SELECT 1", NULL, NULL, NULL); /* else a failure is that of the open */
	return SQLITE_OK;
}

void write_refusal_begin(const char *when)
{
	snprintf(trigger, sizeof trigger,
		 "CREATE TEMP TRIGGER refuse %s BEGIN SELECT RAISE(ABORT, 'refused') WHERE test_refuses(); END",
		 when);
	atomic_store(&refuses, true);
	sqlite3_auto_extension((void (*)(void))give_trigger);
}

void write_refusal_end(void)
{
	atomic_store(&refuses, false);
}
