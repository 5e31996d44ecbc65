/*
 * api/journal: reads the journal.
 */
#include "store/journal.h"
#include "api/internal.h"
#include "base/list.h"
#include "base/memory.h"

/* ---- rows ---- */

typedef struct journal_reading {
	brabeion_journal_list list;
	size_t capacity;
	bool memory_short;
} journal_reading;

static bool take_entry(void *context, const brabeion_entry *entry)
{
	journal_reading *reading = context;
	brabeion_entry *place =
		brb_list_add(&reading->list.entries, &reading->list.count, &reading->capacity, sizeof *place);
	if (place)
		*place = *entry;
	reading->memory_short = !place;
	return place != NULL;
}

brabeion_status brabeion_journal_read(brabeion_engine *engine, const brabeion_journal_filter *theirs,
				      brabeion_journal_list *list, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_journal_filter filter;
	if (brb_engine_enter_or_say(engine, &fault) != BRABEION_OK ||
	    brb_size_take(BRB_SIZE_JOURNAL_FILTER, theirs, &filter, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_store_journal_range range = {
		.after = filter.after, .until = filter.until, .events_only = filter.events_only, .limit = filter.limit
	};
	journal_reading reading = { .list = { .stride = sizeof(brabeion_entry), .memory = brb_list_memory() } };
	if (!reading.list.memory)
		brb_status_no_memory(&fault);
	else if (brb_store_journal_read(engine->store, &range, reading.list.memory, take_entry, &reading, &fault) ==
			 BRABEION_OK &&
		 reading.memory_short)
		brb_status_no_memory(&fault);
	if (fault.status == BRABEION_OK)
		*list = reading.list;
	else
		brabeion_journal_list_finish(&reading.list);
	return brb_status_hand_over(error, &fault);
}

/* ---- summary ---- */

brabeion_status brb_engine_journal(brabeion_engine *engine, const brb_generation *generation,
				   brabeion_journal_info *info, brabeion_error *error)
{
	*info = (brabeion_journal_info){ .struct_size = sizeof *info,
					 .on = generation->journal.keep_us != 0,
					 .keep_us = generation->journal.keep_us,
					 .max_bytes = generation->journal.max_bytes };
	return brb_store_journal_info(engine->store, info, error);
}

brabeion_status brabeion_journal(brabeion_engine *engine, brabeion_journal_info *info, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_journal_info read = { 0 };
	if (brb_engine_enter_or_say(engine, &fault) != BRABEION_OK ||
	    brb_size_check(BRB_SIZE_JOURNAL_INFO, info, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_reader *reader;
	const brb_generation *generation = brb_engine_acquire(engine, &reader, &fault);
	if (!generation)
		return brb_status_hand_over(error, &fault);
	brb_engine_journal(engine, generation, &read, &fault);
	brb_registry_release(reader);
	if (fault.status == BRABEION_OK)
		brb_size_give(BRB_SIZE_JOURNAL_INFO, &read, info);
	return brb_status_hand_over(error, &fault);
}
