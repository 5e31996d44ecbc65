/*
 * judging/optimistic: see detached.h.
 *
 * Cells are what was read or changed, by key. A read is remembered with the value that the judgement saw first, before
 * its own changes. How many awards are held is a sum: of what was looked up, of what earlier judgements added, and of
 * what this one did; only the last is its own and not compared.
 */
#include "judging/optimistic.h"

#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "base/table.h"
#include "judging/backend.h"
#include "judging/lapse.h"
#include "store/snapshot_reader.h"

typedef enum cell_kind { TALLY, NOTE, HELD, AWARD } cell_kind;

typedef struct known_cell {
	cell_kind kind;
	uint32_t number;     /* of the plugin; of AWARD the badge's */
	const char *name;    /* of TALLY and NOTE; the user's */
	const char *subject; /* of TALLY and NOTE; of HELD the slug; of AWARD the reason */
	uint32_t level;      /* of AWARD */
	bool rearn;          /* of AWARD */
	bool is_known;       /* looked up, or set */
	int64_t value;       /* of TALLY; of HELD the count, without this judgement's; of AWARD whether it is held */
	int32_t highest;     /* of HELD, likewise */
	const char *text;    /* of NOTE */
	uint64_t read_by;    /* the last judgement that read it */
	uint64_t changed_by; /* the last that changed it */
	int64_t own_count;   /* of HELD: added by `changed_by` */
	int32_t own_highest;
} known_cell;

/* What a judgement saw. */
typedef struct sight {
	const known_cell *cell;
	int64_t value;
	int32_t highest;
	const char *text;
} sight;

typedef enum change_kind { SET_TALLY, SET_NOTE, ADD_AWARD, LAPSE, ADD_JOB } change_kind;

typedef struct planned_change {
	change_kind kind;
	known_cell *cell; /* NULL: a job, a lapse, or an award with a fresh reason */
	int64_t value;
	const char *text;
	bool was_known; /* how the cell was before */
	int64_t value_before;
	const char *text_before;
	brb_store_award award;
	brb_store_revocation lapse;
	brb_store_job job;
} planned_change;

struct brb_optimistic {
	brb_snapshot_reader *peek;
	brb_arena arena; /* of the chain */
	brb_table cells;
	brb_builder key;
	uint64_t judgement;
	sight *reads;
	size_t read_count, read_capacity;
	planned_change *changes;
	size_t change_count, change_capacity;
	size_t read_from, change_from; /* of the judgement under way */
};

brabeion_status brb_optimistic_open(brb_store *store, brb_optimistic **out, brabeion_error *error)
{
	brb_optimistic *detached = brb_memory_take_zeroed(1, sizeof *detached);
	if (!detached)
		return brb_status_no_memory(error);
	brabeion_status status = brb_snapshot_reader_open(store, &detached->peek, error);
	if (status == BRABEION_OK)
		*out = detached;
	else
		brb_memory_release(detached);
	return status;
}

void brb_optimistic_close(brb_optimistic *detached)
{
	if (!detached)
		return;
	brb_snapshot_reader_close(detached->peek);
	brb_table_finish(&detached->cells);
	brb_builder_finish(&detached->key);
	brb_arena_finish(&detached->arena);
	brb_memory_release(detached->reads);
	brb_memory_release(detached->changes);
	brb_memory_release(detached);
}

void brb_optimistic_reset(brb_optimistic *detached)
{
	brb_table_finish(&detached->cells);
	detached->cells = (brb_table){ 0 };
	brb_arena_reset(&detached->arena);
	detached->read_count = 0;
	detached->change_count = 0;
}

/* ---- one judgement ---- */

void brb_optimistic_begin(brb_optimistic *detached)
{
	detached->judgement++;
	detached->read_from = detached->read_count;
	detached->change_from = detached->change_count;
}

static void take_back(brb_optimistic *detached, const planned_change *change)
{
	known_cell *cell = change->cell;
	if (!cell)
		return;
	cell->is_known = change->was_known;
	cell->value = change->value_before;
	cell->text = change->text_before;
	(void)detached;
}

/* What this judgement added to what is held is in no change. */
static void drop_own(brb_optimistic *detached)
{
	size_t position = 0;
	const brb_table_entry *entry;
	while ((entry = brb_table_next(&detached->cells, &position))) {
		known_cell *cell = entry->value;
		if (cell->kind == HELD && cell->changed_by == detached->judgement)
			cell->own_count = cell->own_highest = 0;
	}
}

static void undo(brb_judge *judge)
{
	brb_optimistic *detached = judge->detached;
	if (detached->change_count == detached->change_from)
		return;
	while (detached->change_count > detached->change_from)
		take_back(detached, &detached->changes[--detached->change_count]);
	drop_own(detached);
}

brb_optimistic_part brb_optimistic_end(brb_optimistic *detached, bool drop)
{
	brb_judge judge = { .detached = detached };
	if (drop)
		undo(&judge);
	return (brb_optimistic_part){ detached->read_from, detached->read_count, detached->change_from,
				      detached->change_count };
}

static void mark(brb_judge *judge)
{
	(void)judge; /* each judgement has its begin */
}

static bool enter(brb_judge *judge)
{
	return judge->fault == BRABEION_OK;
}

/* ---- cells ---- */

static bool copy_into(brb_optimistic *detached, const char **text)
{
	*text = brb_arena_copy(&detached->arena, *text);
	return *text != NULL;
}

static known_cell *add_cell(brb_optimistic *detached, const known_cell *like)
{
	known_cell *cell = brb_arena_take(&detached->arena, sizeof *cell);
	const char *key = brb_arena_copy_length(&detached->arena, detached->key.text, detached->key.length);
	if (!cell || !key)
		return NULL;
	*cell = *like;
	if (!copy_into(detached, &cell->name) || !copy_into(detached, &cell->subject) ||
	    !brb_table_set_length(&detached->cells, key, detached->key.length, cell))
		return NULL;
	return cell;
}

/* The cell like that one, new when there is none. Names are shorter than what a number could run into. */
static known_cell *cell_like(brb_judge *judge, const known_cell *like)
{
	brb_optimistic *detached = judge->detached;
	brb_builder *key = &detached->key;
	brb_builder_reset(key);
	brb_builder_printf(key, "%d %u %u %d %zu ", (int)like->kind, like->number, like->level, like->rearn,
			   strlen(like->name));
	brb_builder_add(key, like->name);
	brb_builder_add(key, like->subject);
	known_cell *found = key->failed ? NULL : brb_table_get_length(&detached->cells, key->text, key->length);
	if (!found && !key->failed)
		found = add_cell(detached, like);
	if (!found)
		brb_status_no_memory(&judge->error);
	return found;
}

static brabeion_status look_up(brb_judge *judge, known_cell *cell)
{
	brb_optimistic *detached = judge->detached;
	brabeion_error *error = &judge->error;
	int64_t count = 0;
	int32_t highest = 0;
	bool held = false;
	brabeion_status status = BRABEION_OK;
	brb_store_award award = { .user = cell->name,
				  .badge = cell->number,
				  .level = cell->level,
				  .reason = cell->subject,
				  .rearn = cell->rearn };
	switch (cell->kind) {
	case TALLY:
		status = brb_snapshot_reader_tally(detached->peek, cell->number, cell->name, cell->subject,
						   &cell->value, error);
		break;
	case NOTE:
		status = brb_snapshot_reader_note(detached->peek, cell->number, cell->name, cell->subject,
						  &detached->arena, &cell->text, error);
		break;
	case HELD:
		status = brb_snapshot_reader_held(detached->peek, cell->name, cell->subject, &count, &highest, error);
		cell->value += count;
		cell->highest = highest > cell->highest ? highest : cell->highest;
		break;
	case AWARD:
		status = brb_snapshot_reader_is_held(detached->peek, &award, &held, error);
		cell->value = held;
		break;
	}
	cell->is_known = status == BRABEION_OK;
	return status;
}

/* What earlier judgements added to what is held is no longer the latest one's own. */
static void settle(const brb_optimistic *detached, known_cell *cell)
{
	if (cell->kind != HELD || cell->changed_by == detached->judgement)
		return;
	cell->value += cell->own_count;
	cell->highest = cell->own_highest > cell->highest ? cell->own_highest : cell->highest;
	cell->own_count = cell->own_highest = 0;
}

/* Looks it up if need be, and remembers what the judgement saw, once; what it has set itself it did not see. */
static brabeion_status read_cell(brb_judge *judge, known_cell *cell)
{
	brb_optimistic *detached = judge->detached;
	settle(detached, cell);
	brabeion_status status = cell->is_known ? BRABEION_OK : look_up(judge, cell);
	if (status != BRABEION_OK || cell->read_by == detached->judgement ||
	    (cell->kind != HELD && cell->changed_by == detached->judgement))
		return status;
	sight *seen = brb_list_add(&detached->reads, &detached->read_count, &detached->read_capacity, sizeof *seen);
	if (!seen)
		return brb_status_no_memory(&judge->error);
	seen->cell = cell;
	seen->value = cell->value;
	seen->highest = cell->highest;
	seen->text = cell->text;
	cell->read_by = detached->judgement;
	return BRABEION_OK;
}

/* A change of the cell, which may be NULL, as it was before. NULL when memory is short. */
static planned_change *add_change(brb_judge *judge, change_kind kind, known_cell *cell)
{
	brb_optimistic *detached = judge->detached;
	planned_change *change =
		brb_list_add(&detached->changes, &detached->change_count, &detached->change_capacity, sizeof *change);
	if (!change) {
		brb_status_no_memory(&judge->error);
		return NULL;
	}
	change->kind = kind;
	change->cell = cell;
	if (cell) {
		change->was_known = cell->is_known;
		change->value_before = cell->value;
		change->text_before = cell->text;
		cell->is_known = true;
		cell->changed_by = detached->judgement;
	}
	return change;
}

/* ---- memory ---- */

static brabeion_status read_tally(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				  int64_t *value)
{
	known_cell *cell =
		cell_like(judge, &(known_cell){ .kind = TALLY, .number = plugin, .name = name, .subject = subject });
	brabeion_status status = cell ? read_cell(judge, cell) : judge->error.status;
	if (status == BRABEION_OK)
		*value = cell->value;
	return status;
}

static brabeion_status set_tally(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				 int64_t value)
{
	known_cell *cell =
		cell_like(judge, &(known_cell){ .kind = TALLY, .number = plugin, .name = name, .subject = subject });
	planned_change *change = cell ? add_change(judge, SET_TALLY, cell) : NULL;
	if (!change)
		return judge->error.status;
	cell->value = change->value = value;
	return BRABEION_OK;
}

static brabeion_status read_note(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				 const char **text)
{
	known_cell *cell =
		cell_like(judge, &(known_cell){ .kind = NOTE, .number = plugin, .name = name, .subject = subject });
	brabeion_status status = cell ? read_cell(judge, cell) : judge->error.status;
	if (status == BRABEION_OK)
		*text = cell->text;
	return status;
}

static brabeion_status set_note(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				const char *text)
{
	if (text && !copy_into(judge->detached, &text))
		return brb_status_no_memory(&judge->error);
	known_cell *cell =
		cell_like(judge, &(known_cell){ .kind = NOTE, .number = plugin, .name = name, .subject = subject });
	planned_change *change = cell ? add_change(judge, SET_NOTE, cell) : NULL;
	if (!change)
		return judge->error.status;
	cell->text = change->text = text;
	return BRABEION_OK;
}

/* ---- awards ---- */

static brabeion_status read_held(brb_judge *judge, const char *user, const char *slug, int64_t *count, int32_t *level)
{
	known_cell *cell = cell_like(judge, &(known_cell){ .kind = HELD, .name = user, .subject = slug });
	brabeion_status status = cell ? read_cell(judge, cell) : judge->error.status;
	if (status != BRABEION_OK)
		return status;
	*count = cell->value + cell->own_count;
	*level = cell->own_highest > cell->highest ? cell->own_highest : cell->highest;
	return BRABEION_OK;
}

/* What is known elsewhere may be a second old, and is not compared. */
static bool knows_held(brb_judge *judge, const brb_store_award *award)
{
	(void)judge, (void)award;
	return false;
}

static known_cell *award_cell(brb_judge *judge, const brb_store_award *award)
{
	return cell_like(judge, &(known_cell){ .kind = AWARD,
					       .number = award->badge,
					       .level = award->level,
					       .rearn = award->rearn,
					       .name = award->user,
					       .subject = award->reason });
}

static brabeion_status is_held(brb_judge *judge, const brb_store_award *award, bool *held)
{
	*held = false;
	if (!award->reason)
		return BRABEION_OK;
	known_cell *cell = award_cell(judge, award);
	brabeion_status status = cell ? read_cell(judge, cell) : judge->error.status;
	if (status == BRABEION_OK)
		*held = cell->value != 0;
	return status;
}

/* One more is held, by what the judgement sees. */
static brabeion_status count_in(brb_judge *judge, const brb_store_award *award)
{
	const brb_badge *badge = brb_generation_badge(judge->generation, award->badge);
	known_cell *cell =
		badge ? cell_like(judge, &(known_cell){ .kind = HELD, .name = award->user, .subject = badge->slug })
		      : NULL;
	if (!cell)
		return badge ? judge->error.status : BRABEION_OK;
	settle(judge->detached, cell);
	cell->changed_by = judge->detached->judgement;
	cell->own_count++;
	if ((int32_t)award->level > cell->own_highest)
		cell->own_highest = (int32_t)award->level;
	return BRABEION_OK;
}

/* Asked for after is_held has said no. */
static brabeion_status add_award(brb_judge *judge, const brb_store_award *award, int64_t *sequence)
{
	brb_optimistic *detached = judge->detached;
	known_cell *cell = award->reason ? award_cell(judge, award) : NULL;
	planned_change *change = cell || !award->reason ? add_change(judge, ADD_AWARD, cell) : NULL;
	if (!change)
		return judge->error.status;
	brb_store_award *kept = &change->award;
	*kept = *award;
	if (cell)
		cell->value = 1;
	if (!copy_into(detached, &kept->user) || (kept->reason && !copy_into(detached, &kept->reason)) ||
	    !copy_into(detached, &kept->event) || !copy_into(detached, &kept->event_id) ||
	    (kept->note && !copy_into(detached, &kept->note)))
		return brb_status_no_memory(&judge->error);
	*sequence = 0;
	return count_in(judge, award);
}

/*
 * Of what lapses here later judgements of the chain know nothing. If they look at it, the comparison finds out, and
 * they are judged again: rare, and never wrong.
 */
static brabeion_status lapse(brb_judge *judge, const brb_store_revocation *which, brabeion_change_list *lapsed)
{
	brb_optimistic *detached = judge->detached;
	planned_change *change = add_change(judge, LAPSE, NULL);
	(void)lapsed;
	if (!change)
		return judge->error.status;
	change->lapse = *which;
	if (copy_into(detached, &change->lapse.user) && copy_into(detached, &change->lapse.slug) &&
	    copy_into(detached, &change->lapse.note))
		return BRABEION_OK;
	return brb_status_no_memory(&judge->error);
}

/* ---- jobs ---- */

static bool copy_fields(brb_optimistic *detached, brb_store_job *job)
{
	brabeion_field *fields = brb_arena_take(&detached->arena, (job->field_count + 1) * sizeof *fields);
	if (!fields)
		return false;
	for (size_t i = 0; i < job->field_count; i++) {
		fields[i] = job->fields[i];
		bool has_text = fields[i].type == BRABEION_TYPE_TEXT || fields[i].type == BRABEION_TYPE_JSON;
		if (!copy_into(detached, &fields[i].name) ||
		    (has_text && !copy_into(detached, &fields[i].value.text)))
			return false;
	}
	job->fields = fields;
	return true;
}

static brabeion_status add_job(brb_judge *judge, const brb_store_job *job)
{
	brb_optimistic *detached = judge->detached;
	planned_change *change = add_change(judge, ADD_JOB, NULL);
	if (!change)
		return judge->error.status;
	brb_store_job *kept = &change->job;
	*kept = *job;
	if (copy_into(detached, &kept->user) && copy_into(detached, &kept->event) &&
	    copy_into(detached, &kept->event_id) && copy_fields(detached, kept))
		return BRABEION_OK;
	return brb_status_no_memory(&judge->error);
}

const brb_backend brb_backend_optimistic = {
	.enter = enter,
	.mark = mark,
	.undo = undo,
	.tally = read_tally,
	.tally_set = set_tally,
	.note = read_note,
	.note_set = set_note,
	.held = read_held,
	.knows_held = knows_held,
	.is_held = is_held,
	.award_add = add_award,
	.lapse = lapse,
	.job_add = add_job,
};

/* ---- inside the transaction ---- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static brabeion_status compare_one(brb_judge *judge, const sight *seen, bool *same)
{
	const known_cell *cell = seen->cell;
	brb_store *store = judge->store;
	brabeion_error *error = &judge->error;
	int64_t value = 0;
	int32_t highest = 0;
	bool held = false;
	const char *text = NULL;
	brabeion_status status = BRABEION_OK;
	brb_store_award award = { .user = cell->name,
				  .badge = cell->number,
				  .level = cell->level,
				  .reason = cell->subject,
				  .rearn = cell->rearn };
	switch (cell->kind) {
	case TALLY:
		status = brb_store_tally(store, cell->number, cell->name, cell->subject, &value, error);
		*same = value == seen->value;
		break;
	case NOTE:
		status = brb_store_note(store, cell->number, cell->name, cell->subject, &text, error);
		*same = status == BRABEION_OK && same_text(text, seen->text);
		break;
	case HELD:
		status = brb_store_held(store, cell->name, cell->subject, &value, &highest, error);
		*same = value == seen->value && highest == seen->highest;
		break;
	case AWARD:
		status = brb_store_is_held(store, &award, false, &held, error);
		*same = held == (seen->value != 0);
		break;
	}
	return status;
}

brabeion_status brb_optimistic_compare(brb_judge *judge, const brb_optimistic *detached,
				       const brb_optimistic_part *part, bool *same)
{
	bool all = true;
	brabeion_status status = BRABEION_OK;
	for (size_t i = part->read_from; i < part->read_to && all && status == BRABEION_OK; i++)
		status = compare_one(judge, &detached->reads[i], &all);
	if (status == BRABEION_OK)
		*same = all;
	return status;
}

/* What the store finds wrong with a job is the badge's fault. */
static brabeion_status apply_job(brb_call *call, const brb_store_job *job)
{
	brb_judge *judge = call->judge;
	brabeion_status status = brb_store_job_add(judge->store, job, &judge->error);
	if (status != BRABEION_INVALID)
		return status;
	brb_call_fail(call, "%s", judge->error.message);
	brabeion_error_finish(&judge->error);
	return BRABEION_OK;
}

static brabeion_status apply_one(brb_call *call, const planned_change *change)
{
	brb_judge *judge = call->judge;
	const known_cell *cell = change->cell;
	switch (change->kind) {
	case SET_TALLY:
		return brb_store_tally_set(judge->store, cell->number, cell->name, cell->subject, change->value,
					   &judge->error);
	case SET_NOTE:
		return brb_store_note_set(judge->store, cell->number, cell->name, cell->subject, change->text,
					  &judge->error);
	case ADD_AWARD:
		brb_call_add_award(call, brb_generation_badge(judge->generation, change->award.badge),
				   &change->award);
		return judge->fault;
	case LAPSE:
		brb_lapse(call, &change->lapse);
		return judge->fault;
	case ADD_JOB:
		return apply_job(call, &change->job);
	}
	return BRABEION_OK;
}

void brb_optimistic_apply(brb_call *call, const brb_optimistic *detached, const brb_optimistic_part *part)
{
	brb_judge *judge = call->judge;
	for (size_t i = part->change_from; i < part->change_to && !call->failed && judge->fault == BRABEION_OK; i++)
		judge->fault = apply_one(call, &detached->changes[i]);
}
