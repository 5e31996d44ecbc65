/*
 * judging/verdict_recorder: see verdict_recorder.h.
 */
#include "judging/verdict_recorder.h"

#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "judging/backend.h"
#include "judging/deferred.h"
#include "judging/group_commit.h"
#include "judging/subject.h"

void brb_verdict_recorder_finish(brb_verdict_recorder *recorder)
{
	brb_builder_finish(&recorder->verdicts);
	brb_builder_finish(&recorder->piece);
	brb_arena_finish(&recorder->texts);
	brb_memory_release(recorder->gifts);
	*recorder = (brb_verdict_recorder){ 0 };
}

/* ---- reads and gifts --------------------------------------------------------------------------------------------- */

/* A copy that lives as long as the row; what the codec would cut is left out here already. */
static const char *keep(brb_verdict_recorder *recorder, const char *text)
{
	const char *copy =
		brb_arena_copy_length(&recorder->texts, text, strnlen(text, BRB_VERDICT_CODEC_TEXT_BYTES_MOST + 1));
	recorder->verdicts.failed |= !copy;
	return copy ? copy : "";
}

static bool is_recorded(const brb_verdict_recorder *recorder, const brabeion_read *read)
{
	for (size_t i = 0; i < recorder->verdict.is.read_count; i++)
		if (recorder->reads[i].kind == read->kind && recorder->reads[i].of_thing == read->of_thing &&
		    strcmp(recorder->reads[i].name, read->name) == 0 &&
		    strcmp(recorder->reads[i].owner, read->owner) == 0 &&
		    strcmp(recorder->reads[i].key, read->key) == 0)
			return true;
	return false;
}

/* Only the first read of a key counts: later ones may return what the badge has changed itself. */
static void add_read(brb_verdict_recorder *recorder, brabeion_read read)
{
	brabeion_verdict *verdict = &recorder->verdict.is;
	if (!recorder->asking || is_recorded(recorder, &read))
		return;
	if (verdict->read_count == BRB_VERDICT_CODEC_READS_MOST) {
		verdict->reads_left_out++;
		return;
	}
	read.name = keep(recorder, read.name);
	read.owner = keep(recorder, read.owner);
	read.key = keep(recorder, read.key);
	if (read.text)
		read.text = keep(recorder, read.text);
	recorder->reads[verdict->read_count++] = read;
}

static void add_gift(brb_verdict_recorder *recorder, const char *user, size_t from)
{
	brb_verdict_recorder_gift *gift =
		brb_list_add(&recorder->gifts, &recorder->gift_count, &recorder->gift_capacity, sizeof *gift);
	recorder->verdicts.failed |= !gift;
	if (gift)
		*gift = (brb_verdict_recorder_gift){ .user = keep(recorder, user),
						     .from = from,
						     .to = recorder->verdicts.length };
}

static const char *other_than_user(const brb_verdict_recorder *recorder, const char *user)
{
	return strcmp(user, recorder->user) == 0 ? "" : user;
}

/* The award is what the badge's award() returned, not one that it granted. */
static bool is_own(const brb_verdict_recorder *recorder, uint32_t badge)
{
	return recorder->asking && recorder->call->answer > 0 && badge == recorder->verdict.badge;
}

static void add_granted(brb_verdict_recorder *recorder, const brb_store_award *award)
{
	size_t from = recorder->verdicts.length;
	const char *to = other_than_user(recorder, award->user);
	brb_verdict_codec_verdict verdict = {
		.badge = award->badge,
		.is = { .answer = BRABEION_ANSWER_GRANTED, .level = award->level, .stored = true, .to = to }
	};
	brb_verdict_codec_add(&recorder->verdicts, &verdict);
	if (to[0])
		add_gift(recorder, to, from);
}

/* ---- the backend ------------------------------------------------------------------------------------------------- */

static bool enter(brb_judge *judge)
{
	return judge->recorder->inner->enter(judge);
}

static void mark(brb_judge *judge)
{
	judge->recorder->inner->mark(judge);
}

static void undo(brb_judge *judge)
{
	judge->recorder->inner->undo(judge);
}

static brabeion_read read_of(const brb_store_memory *memory, brabeion_read_kind kind, const char *owner)
{
	return (brabeion_read){ .kind = kind,
				.of_thing = memory->owner == BRB_OWNER_THING,
				.user_keys = memory->keys == BRB_KEY_USER,
				.name = memory->name,
				.owner = owner,
				.key = "" };
}

static void add_cell(brb_verdict_recorder *recorder, const brb_cell *cell, const brb_cell_value *value)
{
	static const brabeion_read_kind kinds[] = { [BRB_CELL_NUMBER] = BRABEION_READ_TALLY,
						    [BRB_CELL_TEXT] = BRABEION_READ_NOTE,
						    [BRB_CELL_USER] = BRABEION_READ_USER };
	brabeion_read read = read_of(cell->memory, kinds[cell->memory->kind], cell->owner);
	/* what is kept as a hash may be a name that is to be forgotten one day */
	read.key = cell->key[0] && cell->memory->keys == BRB_KEY_HASHED ? "(hashed)" : cell->key;
	read.number = value->number;
	read.text = value->text;
	add_read(recorder, read);
}

static brabeion_status read_cell(brb_judge *judge, const brb_cell *cell, brb_cell_value *value)
{
	brabeion_status status = judge->recorder->inner->cell(judge, cell, value);
	if (status == BRABEION_OK)
		add_cell(judge->recorder, cell, value);
	return status;
}

static brabeion_status set_cell(brb_judge *judge, const brb_cell *cell, const brb_cell_value *value)
{
	return judge->recorder->inner->cell_set(judge, cell, value);
}

static brabeion_status count_keys(brb_judge *judge, const brb_store_memory *memory, const char *owner, int64_t *count)
{
	brabeion_status status = judge->recorder->inner->key_count(judge, memory, owner, count);
	brabeion_read read = read_of(memory, BRABEION_READ_KEY_COUNT, owner);
	read.number = *count;
	if (status == BRABEION_OK)
		add_read(judge->recorder, read);
	return status;
}

static brabeion_status next_key(brb_judge *judge, const brb_store_memory *memory, const char *owner,
				const char *after, const char **key)
{
	brabeion_status status = judge->recorder->inner->key_next(judge, memory, owner, after, key);
	brabeion_read read = read_of(memory, BRABEION_READ_KEY, owner);
	read.key = after ? after : "";
	read.text = *key;
	if (status == BRABEION_OK)
		add_read(judge->recorder, read);
	return status;
}

static brabeion_status find_present_name(brb_judge *judge, const char *user, const char **name)
{
	return judge->recorder->inner->present_name(judge, user, name);
}

static brabeion_status hash_text(brb_judge *judge, const char *text, uint64_t *hash)
{
	return judge->recorder->inner->hash(judge, text, hash);
}

static brabeion_status read_held(brb_judge *judge, const char *user, const char *slug, int64_t *count, int32_t *level)
{
	brabeion_status status = judge->recorder->inner->held(judge, user, slug, count, level);
	if (status == BRABEION_OK &&
	    judge->recorder->call->answer == BRB_UNANSWERED) /* later the engine itself reads */
		add_read(judge->recorder, (brabeion_read){ .kind = BRABEION_READ_HELD,
							   .name = slug,
							   .owner = user,
							   .key = "",
							   .number = *level });
	return status;
}

static bool knows_held(brb_judge *judge, const brb_store_award *award)
{
	return judge->recorder->inner->knows_held(judge, award);
}

static brabeion_status is_held(brb_judge *judge, const brb_store_award *award, bool *held)
{
	brb_verdict_recorder *recorder = judge->recorder;
	brabeion_status status = recorder->inner->is_held(judge, award, held);
	if (status == BRABEION_OK && *held && is_own(recorder, award->badge))
		recorder->verdict.is.held_already = true;
	return status;
}

static brabeion_status add_award(brb_judge *judge, const brb_store_award *award, int64_t *sequence)
{
	brb_verdict_recorder *recorder = judge->recorder;
	brabeion_status status = recorder->inner->award_add(judge, award, sequence);
	if (status != BRABEION_OK)
		return status;
	if (is_own(recorder, award->badge))
		recorder->verdict.is.stored = true;
	else
		add_granted(recorder, award);
	return BRABEION_OK;
}

static brabeion_status lapse(brb_judge *judge, const brb_store_revocation *which, brabeion_change_list *lapsed)
{
	size_t before = lapsed->count;
	brabeion_status status = judge->recorder->inner->lapse(judge, which, lapsed);
	if (status == BRABEION_OK && (judge->recorder->inner->plans || lapsed->count > before))
		judge->recorder->verdict.is.lapsed = true;
	return status;
}

static brabeion_status add_job(brb_judge *judge, const brb_store_job *job)
{
	brb_verdict_recorder *recorder = judge->recorder;
	brabeion_verdict *verdict = &recorder->verdict.is;
	brb_store_job caused = *job;
	caused.journal = recorder->root;
	if (strcmp(job->event, BRB_DUE_EVENT) == 0 && !(verdict->has_later && verdict->later_us <= job->due_us)) {
		verdict->has_later = true;
		verdict->later_us = job->due_us;
	}
	return recorder->inner->job_add(judge, &caused);
}

static const brb_backend recording_backend = {
	.enter = enter,
	.mark = mark,
	.undo = undo,
	.cell = read_cell,
	.cell_set = set_cell,
	.key_count = count_keys,
	.key_next = next_key,
	.present_name = find_present_name,
	.hash = hash_text,
	.held = read_held,
	.knows_held = knows_held,
	.is_held = is_held,
	.award_add = add_award,
	.lapse = lapse,
	.job_add = add_job,
};

/* ---- a row ------------------------------------------------------------------------------------------------------- */

bool brb_verdict_recorder_begin(brb_verdict_recorder *recorder, brb_call *call)
{
	brb_judge *judge = call->judge;
	brb_builder_reset(&recorder->verdicts);
	brb_arena_reset(&recorder->texts);
	recorder->gift_count = 0;
	recorder->call = call;
	recorder->user = call->event->user;
	recorder->asking = false;
	recorder->sequence = 0;
	if (!judge->backend->plans)
		judge->fault = brb_store_journal_next(judge->store, &recorder->sequence, &judge->error);
	if (judge->fault != BRABEION_OK)
		return false;
	recorder->root = call->cause || judge->backend->plans ? call->cause : recorder->sequence;
	recorder->inner = judge->backend;
	judge->recorder = recorder;
	judge->backend = &recording_backend;
	return true;
}

void brb_verdict_recorder_end(brb_verdict_recorder *recorder)
{
	brb_judge *judge = recorder->call->judge;
	judge->backend = recorder->inner;
	judge->recorder = NULL;
	judge->needed_store = true;
	recorder->call = NULL;
}

static void write_entry(brb_judge *judge, const brb_store_entry *entry)
{
	const brb_config_journal *journal = &judge->generation->journal;
	brb_store_journal_bounds bounds = { .keep_us = journal->keep_us, .max_bytes = journal->max_bytes };
	judge->fault = brb_store_journal_add(judge->store, entry, &bounds, &judge->error);
}

static void write_gift(brb_verdict_recorder *recorder, brb_judge *judge, const brb_verdict_recorder_gift *gift,
		       brb_store_entry entry)
{
	brb_builder_reset(&recorder->piece);
	brb_builder_add_length(&recorder->piece, recorder->verdicts.text + gift->from, gift->to - gift->from);
	judge->fault = brb_store_journal_next(judge->store, &entry.sequence, &judge->error);
	entry.user = gift->user;
	entry.kind = BRABEION_ENTRY_GIVEN;
	entry.verdicts = &recorder->piece;
	if (judge->fault == BRABEION_OK)
		write_entry(judge, &entry);
}

void brb_verdict_recorder_write(brb_verdict_recorder *recorder, brb_judge *judge, const brabeion_event *event,
				int64_t at_us, brabeion_entry_kind kind)
{
	brb_store_entry entry = { .sequence = recorder->sequence,
				  .cause = kind == BRABEION_ENTRY_EVENT ? 0 : recorder->root,
				  .kind = kind,
				  .arrived_us = brb_clock_now_us(judge->clock),
				  .at_us = at_us,
				  .user = event->user,
				  .event = event->name,
				  .event_id = event->id ? event->id : "",
				  .fields = event->fields,
				  .field_count = event->field_count,
				  .has_offset = event->has_offset,
				  .offset_minutes = event->offset_minutes,
				  .verdicts = &recorder->verdicts };
	if (judge->fault == BRABEION_OK && !entry.sequence)
		judge->fault = brb_store_journal_next(judge->store, &entry.sequence, &judge->error);
	if (judge->fault == BRABEION_OK)
		write_entry(judge, &entry);
	entry.cause = entry.sequence;
	for (size_t i = 0; i < recorder->gift_count && judge->fault == BRABEION_OK; i++)
		write_gift(recorder, judge, &recorder->gifts[i], entry);
}

/* ---- verdicts ---------------------------------------------------------------------------------------------------- */

void brb_verdict_recorder_observe(brb_verdict_recorder *recorder)
{
	recorder->asking = false;
	recorder->verdict = (brb_verdict_codec_verdict){ .badge = 0 };
	recorder->verdicts_before = recorder->verdicts.length;
	recorder->gifts_before = recorder->gift_count;
	recorder->call->plugin = NULL; /* set by its judgement */
	recorder->call->answer = BRB_UNANSWERED;
}

void brb_verdict_recorder_ask(brb_verdict_recorder *recorder, const brb_badge *badge)
{
	brb_call *call = recorder->call;
	brb_judge *judge = call->judge;
	int64_t count = 0;
	int32_t highest = 0;
	char buffer[BRB_VALUE_TEXT_BYTES];
	brb_verdict_recorder_observe(recorder);
	call->badge = NULL; /* set by its judgement */
	call->explanation = "";
	recorder->verdict.badge = badge->number;
	recorder->verdict.is.reads = recorder->reads;
	if (judge->fault == BRABEION_OK)
		judge->fault = recorder->inner->held(judge, brb_subject_of(badge, call->event, buffer), badge->slug,
						     &count, &highest);
	recorder->verdict.is.held_level = (uint32_t)highest;
	recorder->asking = true;
}

static void drop_judgement(brb_verdict_recorder *recorder)
{
	recorder->verdicts.length = recorder->verdicts_before;
	if (recorder->verdicts.text)
		recorder->verdicts.text[recorder->verdicts.length] = '\0';
	recorder->gift_count = recorder->gifts_before;
}

static void set_failed(brb_verdict_recorder *recorder, const char *message, bool refused)
{
	brabeion_verdict *verdict = &recorder->verdict.is;
	verdict->answer = refused ? BRABEION_ANSWER_REFUSED : BRABEION_ANSWER_FAILED;
	verdict->message = message;
	verdict->level = 0;
	verdict->stored = verdict->lapsed = verdict->held_already = verdict->has_later = false;
	drop_judgement(recorder);
}

static brabeion_answer answer_of(const brb_call *call, const brb_badge *badge)
{
	if (badge->async && call->answer == BRB_FROZEN)
		return BRABEION_ANSWER_LATER;
	if (call->answer == BADGE_UNCHANGED)
		return BRABEION_ANSWER_UNCHANGED;
	return call->answer > 0 ? BRABEION_ANSWER_LEVEL : BRABEION_ANSWER_NOT_EARNED;
}

void brb_verdict_recorder_answer(brb_verdict_recorder *recorder, const brb_badge *badge)
{
	brb_call *call = recorder->call;
	brabeion_verdict *verdict = &recorder->verdict.is;
	recorder->asking = false;
	if (call->badge != badge) {
		verdict->answer = BRABEION_ANSWER_QUARANTINED;
	} else if (call->failed) {
		set_failed(recorder, call->texts->message, call->refused);
	} else {
		verdict->answer = answer_of(call, badge);
		verdict->message = call->explanation;
		verdict->level = call->answer > 0 ? (uint32_t)call->answer : 0;
		verdict->to = call->has_recipient ? other_than_user(recorder, call->texts->recipient) : "";
	}
	size_t from = recorder->verdicts.length;
	brb_verdict_codec_add(&recorder->verdicts, &recorder->verdict);
	if ((verdict->stored || verdict->lapsed || badge->subject) && verdict->to[0])
		add_gift(recorder, verdict->to, from);
}

void brb_verdict_recorder_fail(brb_verdict_recorder *recorder, const brb_badge *badge, const char *why)
{
	recorder->verdicts_before = recorder->gifts_before = 0;
	recorder->verdict = (brb_verdict_codec_verdict){ .badge = badge->number,
							 .is.held_level = recorder->verdict.is.held_level };
	set_failed(recorder, why, false);
	brb_verdict_codec_add(&recorder->verdicts, &recorder->verdict);
}

void brb_verdict_recorder_unobserved(brb_verdict_recorder *recorder, const brb_route_step *steps, uint32_t count)
{
	const brb_call *call = recorder->call;
	bool called = call->plugin != NULL;
	drop_judgement(recorder);
	for (uint32_t i = 0; i < count; i++) {
		brb_verdict_codec_verdict verdict = { .badge = steps[i].badge->number };
		verdict.is.answer = called ? BRABEION_ANSWER_NOT_OBSERVED : BRABEION_ANSWER_QUARANTINED;
		verdict.is.message = called ? call->texts->message : "";
		brb_verdict_codec_add(&recorder->verdicts, &verdict);
	}
}
