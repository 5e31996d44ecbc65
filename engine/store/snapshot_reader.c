/*
 * store/snapshot_reader: see snapshot_reader.h.
 */
#include "store/snapshot_reader.h"

#include "base/memory.h"
#include "store/internal.h"

struct brb_snapshot_reader {
	const brb_driver_reader *driver;
	brb_db_reader *reader;
};

brabeion_status brb_snapshot_reader_open(brb_store *store, brb_snapshot_reader **out, brabeion_error *error)
{
	brb_snapshot_reader *reader = brb_memory_take_zeroed(1, sizeof *reader);
	if (!reader)
		return brb_status_no_memory(error);
	reader->driver = store->driver->reader;
	brabeion_status status = reader->driver->open(store->db, &reader->reader, error);
	if (status == BRABEION_OK)
		*out = reader;
	else
		brb_memory_release(reader);
	return status;
}

void brb_snapshot_reader_close(brb_snapshot_reader *reader)
{
	if (!reader)
		return;
	reader->driver->close(reader->reader);
	brb_memory_release(reader);
}

brabeion_status brb_snapshot_reader_begin(brb_snapshot_reader *reader, brabeion_error *error)
{
	return reader->driver->begin(reader->reader, error);
}

void brb_snapshot_reader_end(brb_snapshot_reader *reader)
{
	reader->driver->end(reader->reader);
}

brabeion_status brb_snapshot_reader_tally(brb_snapshot_reader *reader, uint32_t plugin, const char *name,
					  const char *subject, int64_t *value, brabeion_error *error)
{
	return reader->driver->tally(reader->reader, plugin, name, subject, value, error);
}

brabeion_status brb_snapshot_reader_note(brb_snapshot_reader *reader, uint32_t plugin, const char *name,
					 const char *subject, brb_arena *arena, const char **text,
					 brabeion_error *error)
{
	return reader->driver->note(reader->reader, plugin, name, subject, arena, text, error);
}

brabeion_status brb_snapshot_reader_held(brb_snapshot_reader *reader, const char *user, const char *slug,
					 int64_t *count, int32_t *highest_level, brabeion_error *error)
{
	return reader->driver->held(reader->reader, user, slug, count, highest_level, error);
}

brabeion_status brb_snapshot_reader_is_held(brb_snapshot_reader *reader, const brb_store_award *award, bool *held,
					    brabeion_error *error)
{
	*held = false;
	return award->reason ? reader->driver->is_held(reader->reader, award, held, error) : BRABEION_OK;
}
