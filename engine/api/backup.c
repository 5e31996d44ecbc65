/*
 * api/backup: copies the database to a file.
 */
#include "api/internal.h"

brabeion_status brabeion_backup(brabeion_engine *engine, const char *path, const brabeion_backup_options *theirs,
				brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_backup_options options;
	if (brb_engine_enter_or_say(engine, &fault) != BRABEION_OK ||
	    brb_size_take(BRB_SIZE_BACKUP_OPTIONS, theirs, &options, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	if (!path || !path[0])
		brb_status_set(&fault, BRABEION_INVALID, "no path is given");
	else
		brb_store_backup(engine->store, path, options.replace, &fault);
	return brb_status_hand_over(error, &fault);
}
