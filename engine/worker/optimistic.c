/*
 * worker/optimistic: see optimistic.h.
 *
 * A cell is what was read or changed, by key. A read is recorded with the value that the judgement saw first, before
 * its own changes. How many awards are held is a sum: of what was looked up, of what earlier judgements of the pass
 * planned, and of what this one did; only the last is its own, and not validated.
 */
#include "worker/optimistic.h"

#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "base/table.h"
#include "store/snapshot_reader.h"

typedef enum cell_kind { TALLY, NOTE, HELD, AWARD } cell_kind;

typedef struct cell_value {
	bool is_known;    /* looked up, or set */
	int64_t value;    /* of TALLY; of HELD the count, without this judgement's; of AWARD whether it is held */
	int32_t highest;  /* of HELD, likewise */
	const char *text; /* of NOTE */
} cell_value;

typedef struct cell {
	cell_kind kind;
	uint32_t number;     /* of the plugin; of AWARD the badge's */
	const char *name;    /* of TALLY and NOTE; the user's */
	const char *subject; /* of TALLY and NOTE; of HELD the slug; of AWARD the reason */
	uint32_t level;      /* of AWARD */
	bool rearn;          /* of AWARD */
	cell_value now;
	cell_value before;   /* the first change by `changed_by` */
	uint64_t read_by;    /* the last judgement that read it */
	uint64_t changed_by; /* the last that changed it */
	int64_t own_count;   /* of HELD: added by `changed_by` */
	int32_t own_highest;
} cell;

/* What a judgement saw first. */
typedef struct read_entry {
	const cell *cell;
	cell_value seen;
} read_entry;

struct brb_optimistic {
	brb_snapshot_reader *reader;
	brb_arena arena; /* of the pass */
	brb_table cells;
	brb_builder key;
	uint64_t judgement;
	read_entry *reads;
	size_t read_count, read_capacity;
	brb_planned_change *changes;
	size_t change_count, change_capacity;
	size_t read_from, change_from; /* of the current judgement */
};

brabeion_status brb_optimistic_open(brb_store *store, brb_optimistic **out, brabeion_error *error)
{
	brb_optimistic *optimistic = brb_memory_take_zeroed(1, sizeof *optimistic);
	if (!optimistic)
		return brb_status_no_memory(error);
	brabeion_status status = brb_snapshot_reader_open(store, &optimistic->reader, error);
	if (status == BRABEION_OK)
		*out = optimistic;
	else
		brb_memory_release(optimistic);
	return status;
}

void brb_optimistic_close(brb_optimistic *optimistic)
{
	if (!optimistic)
		return;
	brb_snapshot_reader_close(optimistic->reader);
	brb_table_finish(&optimistic->cells);
	brb_builder_finish(&optimistic->key);
	brb_arena_finish(&optimistic->arena);
	brb_memory_release(optimistic->reads);
	brb_memory_release(optimistic->changes);
	brb_memory_release(optimistic);
}

void brb_optimistic_reset(brb_optimistic *optimistic)
{
	brb_table_finish(&optimistic->cells);
	optimistic->cells = (brb_table){ 0 };
	brb_arena_reset(&optimistic->arena);
	optimistic->read_count = 0;
	optimistic->change_count = 0;
}

/* ---- one judgement ---- */

void brb_optimistic_begin(brb_optimistic *optimistic)
{
	optimistic->judgement++;
	optimistic->read_from = optimistic->read_count;
	optimistic->change_from = optimistic->change_count;
}

static void drop_changes(brb_optimistic *optimistic)
{
	size_t position = 0;
	const brb_table_entry *entry;
	optimistic->change_count = optimistic->change_from;
	while ((entry = brb_table_next(&optimistic->cells, &position))) {
		cell *changed = entry->value;
		if (changed->changed_by != optimistic->judgement)
			continue;
		if (changed->kind != HELD)
			changed->now = changed->before;
		changed->own_count = changed->own_highest = 0;
	}
}

brb_optimistic_part brb_optimistic_end(brb_optimistic *optimistic, bool failed)
{
	if (failed && optimistic->change_count > optimistic->change_from)
		drop_changes(optimistic);
	return (brb_optimistic_part){ optimistic->read_from, optimistic->read_count, optimistic->change_from,
				      optimistic->change_count };
}

static brb_optimistic *of(const brb_judge *judge)
{
	return judge->backend_context;
}

static bool enter(brb_judge *judge)
{
	return judge->fault == BRABEION_OK;
}

/* ---- cells ---- */

static bool copy_into(brb_optimistic *optimistic, const char **text)
{
	*text = brb_arena_copy(&optimistic->arena, *text);
	return *text != NULL;
}

static cell *add_cell(brb_optimistic *optimistic, const cell *like)
{
	cell *added = brb_arena_take(&optimistic->arena, sizeof *added);
	const char *key = brb_arena_copy_length(&optimistic->arena, optimistic->key.text, optimistic->key.length);
	if (!added || !key)
		return NULL;
	*added = *like;
	if (!copy_into(optimistic, &added->name) || !copy_into(optimistic, &added->subject) ||
	    !brb_table_set_length(&optimistic->cells, key, optimistic->key.length, added))
		return NULL;
	return added;
}

/* The cell of the same key, added when there is none; NULL when memory is short. */
static cell *find_cell(brb_judge *judge, const cell *like)
{
	brb_optimistic *optimistic = of(judge);
	brb_builder *key = &optimistic->key;
	brb_builder_reset(key);
	brb_builder_printf(key, "%d %u %u %d %zu ", (int)like->kind, like->number, like->level, like->rearn,
			   strlen(like->name));
	brb_builder_add(key, like->name);
	brb_builder_add(key, like->subject);
	cell *found = key->failed ? NULL : brb_table_get_length(&optimistic->cells, key->text, key->length);
	if (!found && !key->failed)
		found = add_cell(optimistic, like);
	if (!found)
		brb_status_no_memory(&judge->error);
	return found;
}

static brb_store_award award_of(const cell *key)
{
	return (brb_store_award){ .user = key->name,
				  .badge = key->number,
				  .level = key->level,
				  .reason = key->subject,
				  .rearn = key->rearn };
}

static brabeion_status look_up(brb_judge *judge, cell *key)
{
	brb_optimistic *optimistic = of(judge);
	brb_snapshot_reader *reader = optimistic->reader;
	brabeion_error *error = &judge->error;
	cell_value *now = &key->now;
	int64_t count = 0;
	int32_t highest = 0;
	bool held = false;
	brabeion_status status = BRABEION_OK;
	brb_store_award award = award_of(key);
	switch (key->kind) {
	case TALLY:
		status = brb_snapshot_reader_tally(reader, key->number, key->name, key->subject, &now->value, error);
		break;
	case NOTE:
		status = brb_snapshot_reader_note(reader, key->number, key->name, key->subject, &optimistic->arena,
						  &now->text, error);
		break;
	case HELD:
		status = brb_snapshot_reader_held(reader, key->name, key->subject, &count, &highest, error);
		now->value += count;
		now->highest = highest > now->highest ? highest : now->highest;
		break;
	case AWARD:
		status = brb_snapshot_reader_is_held(reader, &award, &held, error);
		now->value = held;
		break;
	}
	now->is_known = status == BRABEION_OK;
	return status;
}

/* What an earlier judgement added to what is held becomes part of the value. */
static void settle(const brb_optimistic *optimistic, cell *held)
{
	if (held->kind != HELD || held->changed_by == optimistic->judgement)
		return;
	held->now.value += held->own_count;
	held->now.highest = held->own_highest > held->now.highest ? held->own_highest : held->now.highest;
	held->own_count = held->own_highest = 0;
}

/*
 * Looks it up if need be, and records the first read of this judgement, unless it returns what the judgement has set.
 */
static brabeion_status read_cell(brb_judge *judge, cell *read)
{
	brb_optimistic *optimistic = of(judge);
	settle(optimistic, read);
	brabeion_status status = read->now.is_known ? BRABEION_OK : look_up(judge, read);
	if (status != BRABEION_OK || read->read_by == optimistic->judgement ||
	    (read->kind != HELD && read->changed_by == optimistic->judgement))
		return status;
	read_entry *entry =
		brb_list_add(&optimistic->reads, &optimistic->read_count, &optimistic->read_capacity, sizeof *entry);
	if (!entry)
		return brb_status_no_memory(&judge->error);
	*entry = (read_entry){ .cell = read, .seen = read->now };
	read->read_by = optimistic->judgement;
	return BRABEION_OK;
}

static void mark_changed(brb_optimistic *optimistic, cell *changed)
{
	if (changed->changed_by != optimistic->judgement)
		changed->before = changed->now;
	changed->changed_by = optimistic->judgement;
	changed->now.is_known = true;
}

/* NULL when memory is short. */
static brb_planned_change *add_change(brb_judge *judge, brb_planned_kind kind)
{
	brb_optimistic *optimistic = of(judge);
	brb_planned_change *change = brb_list_add(&optimistic->changes, &optimistic->change_count,
						  &optimistic->change_capacity, sizeof *change);
	if (change)
		change->kind = kind;
	else
		brb_status_no_memory(&judge->error);
	return change;
}

/* ---- memory ---- */

static cell *find_memory(brb_judge *judge, cell_kind kind, uint32_t plugin, const char *name, const char *subject)
{
	return find_cell(judge, &(cell){ .kind = kind, .number = plugin, .name = name, .subject = subject });
}

static brb_planned_change *change_memory(brb_judge *judge, brb_planned_kind kind, cell *changed)
{
	brb_planned_change *change = changed ? add_change(judge, kind) : NULL;
	if (!change)
		return NULL;
	change->plugin = changed->number;
	change->name = changed->name;
	change->subject = changed->subject;
	mark_changed(of(judge), changed);
	return change;
}

static brabeion_status read_tally(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				  int64_t *value)
{
	cell *tally = find_memory(judge, TALLY, plugin, name, subject);
	brabeion_status status = tally ? read_cell(judge, tally) : judge->error.status;
	if (status == BRABEION_OK)
		*value = tally->now.value;
	return status;
}

static brabeion_status set_tally(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				 int64_t value)
{
	cell *tally = find_memory(judge, TALLY, plugin, name, subject);
	brb_planned_change *change = change_memory(judge, BRB_PLANNED_TALLY, tally);
	if (!change)
		return judge->error.status;
	tally->now.value = change->value = value;
	return BRABEION_OK;
}

static brabeion_status read_note(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				 const char **text)
{
	cell *note = find_memory(judge, NOTE, plugin, name, subject);
	brabeion_status status = note ? read_cell(judge, note) : judge->error.status;
	if (status == BRABEION_OK)
		*text = note->now.text;
	return status;
}

static brabeion_status set_note(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				const char *text)
{
	if (text && !copy_into(of(judge), &text))
		return brb_status_no_memory(&judge->error);
	cell *note = find_memory(judge, NOTE, plugin, name, subject);
	brb_planned_change *change = change_memory(judge, BRB_PLANNED_NOTE, note);
	if (!change)
		return judge->error.status;
	note->now.text = change->text = text;
	return BRABEION_OK;
}

/* ---- awards ---- */

static brabeion_status read_held(brb_judge *judge, const char *user, const char *slug, int64_t *count, int32_t *level)
{
	cell *held = find_cell(judge, &(cell){ .kind = HELD, .name = user, .subject = slug });
	brabeion_status status = held ? read_cell(judge, held) : judge->error.status;
	if (status != BRABEION_OK)
		return status;
	*count = held->now.value + held->own_count;
	*level = held->own_highest > held->now.highest ? held->own_highest : held->now.highest;
	return BRABEION_OK;
}

/* The cache may be a second old, and is not validated. */
static bool knows_held(brb_judge *judge, const brb_store_award *award)
{
	(void)judge, (void)award;
	return false;
}

static cell *find_award(brb_judge *judge, const brb_store_award *award)
{
	return find_cell(judge, &(cell){ .kind = AWARD,
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
	cell *found = find_award(judge, award);
	brabeion_status status = found ? read_cell(judge, found) : judge->error.status;
	if (status == BRABEION_OK)
		*held = found->now.value != 0;
	return status;
}

/* The judgement sees one more held. */
static brabeion_status count_held(brb_judge *judge, const brb_store_award *award)
{
	const brb_badge *badge = brb_generation_badge(judge->generation, award->badge);
	if (!badge)
		return BRABEION_OK;
	cell *held = find_cell(judge, &(cell){ .kind = HELD, .name = award->user, .subject = badge->slug });
	if (!held)
		return judge->error.status;
	settle(of(judge), held);
	held->changed_by = of(judge)->judgement;
	held->own_count++;
	if ((int32_t)award->level > held->own_highest)
		held->own_highest = (int32_t)award->level;
	return BRABEION_OK;
}

/* Called after is_held was false. */
static brabeion_status add_award(brb_judge *judge, const brb_store_award *award, int64_t *sequence)
{
	brb_optimistic *optimistic = of(judge);
	cell *found = award->reason ? find_award(judge, award) : NULL;
	brb_planned_change *change = found || !award->reason ? add_change(judge, BRB_PLANNED_AWARD) : NULL;
	if (!change)
		return judge->error.status;
	if (found) {
		mark_changed(optimistic, found);
		found->now.value = 1;
	}
	brb_store_award *kept = &change->award;
	*kept = *award;
	if (!copy_into(optimistic, &kept->user) || (kept->reason && !copy_into(optimistic, &kept->reason)) ||
	    !copy_into(optimistic, &kept->event) || !copy_into(optimistic, &kept->event_id) ||
	    (kept->note && !copy_into(optimistic, &kept->note)))
		return brb_status_no_memory(&judge->error);
	*sequence = 0;
	return count_held(judge, award);
}

/* Later judgements of the pass do not see the lapse. If they read what lapses, they fail validation: rare, and safe. */
static brabeion_status lapse(brb_judge *judge, const brb_store_revocation *which, brabeion_change_list *lapsed)
{
	brb_optimistic *optimistic = of(judge);
	brb_planned_change *change = add_change(judge, BRB_PLANNED_LAPSE);
	(void)lapsed;
	if (!change)
		return judge->error.status;
	change->lapse = *which;
	if (copy_into(optimistic, &change->lapse.user) && copy_into(optimistic, &change->lapse.slug) &&
	    copy_into(optimistic, &change->lapse.note))
		return BRABEION_OK;
	return brb_status_no_memory(&judge->error);
}

/* ---- jobs ---- */

static bool copy_fields(brb_optimistic *optimistic, brb_store_job *job)
{
	brabeion_field *fields = brb_arena_take(&optimistic->arena, (job->field_count + 1) * sizeof *fields);
	if (!fields)
		return false;
	for (size_t i = 0; i < job->field_count; i++) {
		fields[i] = job->fields[i];
		bool has_text = fields[i].type == BRABEION_TYPE_TEXT || fields[i].type == BRABEION_TYPE_JSON;
		if (!copy_into(optimistic, &fields[i].name) ||
		    (has_text && !copy_into(optimistic, &fields[i].value.text)))
			return false;
	}
	job->fields = fields;
	return true;
}

static brabeion_status add_job(brb_judge *judge, const brb_store_job *job)
{
	brb_optimistic *optimistic = of(judge);
	brb_planned_change *change = add_change(judge, BRB_PLANNED_JOB);
	if (!change)
		return judge->error.status;
	brb_store_job *kept = &change->job;
	*kept = *job;
	if (copy_into(optimistic, &kept->user) && copy_into(optimistic, &kept->event) &&
	    copy_into(optimistic, &kept->event_id) && copy_fields(optimistic, kept))
		return BRABEION_OK;
	return brb_status_no_memory(&judge->error);
}

const brb_backend brb_backend_optimistic = {
	.enter = enter,
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
	.plans = true,
};

/* ---- inside the transaction ---- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static brabeion_status validate_read(brb_judge *judge, const read_entry *read, bool *valid)
{
	const cell *key = read->cell;
	const cell_value *seen = &read->seen;
	brb_store *store = judge->store;
	brabeion_error *error = &judge->error;
	int64_t value = 0;
	int32_t highest = 0;
	bool held = false;
	const char *text = NULL;
	brabeion_status status = BRABEION_OK;
	brb_store_award award = award_of(key);
	switch (key->kind) {
	case TALLY:
		status = brb_store_tally(store, key->number, key->name, key->subject, &value, error);
		*valid = value == seen->value;
		break;
	case NOTE:
		status = brb_store_note(store, key->number, key->name, key->subject, &text, error);
		*valid = status == BRABEION_OK && same_text(text, seen->text);
		break;
	case HELD:
		status = brb_store_held(store, key->name, key->subject, &value, &highest, error);
		*valid = value == seen->value && highest == seen->highest;
		break;
	case AWARD:
		status = brb_store_is_held(store, &award, false, &held, error);
		*valid = held == (seen->value != 0);
		break;
	}
	return status;
}

brabeion_status brb_optimistic_validate(brb_judge *judge, const brb_optimistic *optimistic,
					const brb_optimistic_part *part, bool *valid)
{
	bool all = true;
	brabeion_status status = BRABEION_OK;
	for (size_t i = part->read_from; i < part->read_to && all && status == BRABEION_OK; i++)
		status = validate_read(judge, &optimistic->reads[i], &all);
	if (status == BRABEION_OK)
		*valid = all;
	return status;
}

const brb_planned_change *brb_optimistic_changes(const brb_optimistic *optimistic, const brb_optimistic_part *part,
						 size_t *count)
{
	*count = part->change_to - part->change_from;
	return optimistic->changes + part->change_from;
}
