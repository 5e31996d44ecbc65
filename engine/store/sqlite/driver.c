/*
 * store/sqlite/driver: opening and closing, and the table of all that the room does for the store.
 */
#include "store/sqlite/driver.h"

#include "base/memory.h"
#include "store/sqlite/internal.h"

static void close_database(brb_store_db *db)
{
	if (!db)
		return;
	brb_database_close(&db->reader);
	brb_database_close(&db->writer);
	brb_neighbours_close(&db->neighbours);
	pthread_mutex_destroy(&db->reading);
	brb_memory_release(db->wal_path);
	brb_memory_release(db);
}

static brabeion_status open_database(const brb_store_options *options, brb_store_db **out, brabeion_error *error)
{
	brb_store_db *db = brb_memory_take_zeroed(1, sizeof *db);
	if (!db || pthread_mutex_init(&db->reading, NULL) != 0) {
		brb_memory_release(db);
		return brb_status_no_memory(error);
	}
	brb_builder wal_path = { 0 };
	brb_builder_printf(&wal_path, "%s-wal", options->path); /* sqlite.org/tempfiles.html, section 2.2 */
	db->neighbours.folder = -1;
	db->writer.neighbours = &db->neighbours;
	db->options = options;
	db->wal_path = brb_builder_take(&wal_path);
	brabeion_status status =
		db->wal_path ? brb_database_open(&db->writer, options, NULL, error) : brb_status_no_memory(error);
	if (status != BRABEION_OK) {
		close_database(db);
		return status;
	}
	brb_neighbours_set_waits(&db->neighbours, false);
	if (db->neighbours.folder < 0 && !options->read_only) /* the file was not there yet */
		brb_neighbours_open(&db->neighbours, options->path);
	*out = db;
	return BRABEION_OK;
}

const brb_store_driver brb_sqlite_driver = {
	.open = open_database,
	.close = close_database,
	.backup = brb_sqlite_backup,
	.health = brb_sqlite_health,
	.watch = brb_sqlite_watch,
	.drain = brb_sqlite_drain,
	.unwatch = brb_sqlite_unwatch,
	.transaction = &brb_sqlite_transaction,
	.jobs = &brb_sqlite_jobs,
	.journal = &brb_sqlite_journal,
	.stats = &brb_sqlite_stats,
	.upkeep = &brb_sqlite_upkeep,
	.copy = &brb_sqlite_copy,
	.read = &brb_sqlite_read,
	.quarantine = &brb_sqlite_quarantine,
	.reader = &brb_sqlite_reader,
};
