/*
 * worker/optimistic_items: what the judgements of a pass have read and changed, by key. Private to worker/optimistic.
 *
 * A read is recorded with the value that the judgement saw first, before its own changes. How many awards are held, and how
 * many keys there are, are sums: of what was looked up, of what earlier judgements of the pass planned, and of what this one
 * did; only the last is its own, and not validated.
 */
#ifndef BRB_WORKER_OPTIMISTIC_ITEMS_H
#define BRB_WORKER_OPTIMISTIC_ITEMS_H

#include "base/table.h"
#include "store/snapshot_reader.h"
#include "worker/optimistic.h"

typedef enum brb_item_kind {
	BRB_ITEM_MEMORY,
	BRB_ITEM_KEY_COUNT,
	BRB_ITEM_KEY_NEXT,
	BRB_ITEM_HELD,
	BRB_ITEM_AWARD
} brb_item_kind;

typedef struct brb_item_value {
	bool is_known;      /* looked up, or set */
	brb_cell_kind kind; /* of MEMORY; NONE: there is no cell */
	int64_t value;      /* of MEMORY; of sums without this judgement's; of AWARD whether it is held */
	int32_t highest;    /* of HELD, without this judgement's */
	const char *text;   /* of MEMORY; of KEY_NEXT the key, NULL: the end */
} brb_item_value;

typedef struct brb_item {
	brb_item_kind kind;
	uint32_t number;                /* of the memory; of AWARD the badge's */
	const brb_store_memory *memory; /* of the first three */
	const char *name;               /* the owner, or user */
	const char *subject;            /* of MEMORY and KEY_NEXT the key; of HELD the slug; of AWARD the reason */
	uint32_t level;                 /* of AWARD */
	bool rearn;                     /* of AWARD */
	bool is_committed;              /* of MEMORY: there is a cell without what was planned */
	bool is_added;                  /* of MEMORY: among the added keys */
	brb_item_value now;
	brb_item_value before; /* the first change by `changed_by` */
	uint64_t read_by;      /* the last judgement that read it */
	uint64_t changed_by;   /* the last that changed it */
	int64_t own_count;     /* of sums: added by `changed_by` */
	int32_t own_highest;
} brb_item;

/* What a judgement saw first. */
typedef struct brb_read_entry {
	const brb_item *item;
	brb_item_value seen;
} brb_read_entry;

struct brb_optimistic {
	brb_snapshot_reader *reader;
	brb_arena arena; /* of the pass */
	brb_table items;
	brb_item **added; /* keys that are planned, and not committed, in the order of their first change */
	size_t added_count, added_capacity;
	brb_builder key;
	uint64_t judgement;
	brb_read_entry *reads;
	size_t read_count, read_capacity;
	brb_planned_change *changes;
	size_t change_count, change_capacity;
	size_t read_from, change_from; /* of the current judgement */
};

/* Copies a text into the pass's arena. False: no memory. */
bool brb_optimistic_copy(brb_optimistic *optimistic, const char **text);

/* The item of the same key; NULL when there is none. */
brb_item *brb_item_peek(brb_optimistic *optimistic, const brb_item *like);

/* Added when there is none; NULL when memory is short. */
brb_item *brb_item_find(brb_judge *judge, const brb_item *like);

/* Looks it up if need be, and records the first read of this judgement, unless it returns what the judgement has set. */
brabeion_status brb_item_read(brb_judge *judge, brb_item *read);

/* Before its value is changed. */
void brb_item_mark_changed(brb_optimistic *optimistic, brb_item *changed);
void brb_item_add_to_sum(brb_optimistic *optimistic, brb_item *sum, int64_t delta);

brb_cell brb_item_cell(const brb_item *key); /* of MEMORY */

static inline bool brb_item_is_sum(const brb_item *of)
{
	return of->kind == BRB_ITEM_HELD || of->kind == BRB_ITEM_KEY_COUNT;
}

#endif
