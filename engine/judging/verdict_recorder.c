/*
 * judging/verdict_recorder: see record.h. What memory is too short for shows as a tape that failed, which the store refuses.
 */
#include "judging/verdict_recorder.h"

#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "judging/backend.h"
#include "judging/deferred.h"
#include "judging/group_commit.h"

void brb_verdict_recorder_finish(brb_verdict_recorder *record)
{
	brb_builder_finish(&record->tape);
	brb_builder_finish(&record->piece);
	brb_arena_finish(&record->texts);
	brb_memory_release(record->gifts);
	*record = (brb_verdict_recorder){ 0 };
}

static void cut_tape(brb_verdict_codec *tape, size_t length)
{
	tape->length = length;
	if (tape->text)
		tape->text[length] = '\0';
}

/* ---- what is seen ------------------------------------------------------------------------------------------------ */

/* A copy that lives as long as the row; what the tape would cut is left out here already. */
static const char *keep(brb_verdict_recorder *record, const char *text)
{
	const char *copy =
		brb_arena_copy_length(&record->texts, text, strnlen(text, BRB_VERDICT_CODEC_TEXT_BYTES_MOST + 1));
	record->tape.failed |= !copy;
	return copy ? copy : "";
}

static bool is_known(const brb_verdict_recorder *record, const brabeion_read *read)
{
	for (size_t i = 0; i < record->verdict.is.read_count; i++)
		if (record->reads[i].kind == read->kind && strcmp(record->reads[i].name, read->name) == 0 &&
		    strcmp(record->reads[i].subject, read->subject) == 0)
			return true;
	return false;
}

/* The first look at each place counts: later ones may see what the badge has changed itself. */
static void note_read(brb_verdict_recorder *record, brabeion_read read)
{
	brabeion_verdict *verdict = &record->verdict.is;
	if (!record->asks || is_known(record, &read))
		return;
	if (verdict->read_count == BRB_VERDICT_CODEC_READS_MOST) {
		verdict->reads_left_out++;
		return;
	}
	read.name = keep(record, read.name);
	read.subject = keep(record, read.subject);
	if (read.text)
		read.text = keep(record, read.text);
	record->reads[verdict->read_count++] = read;
}

static void add_gift(brb_verdict_recorder *record, const char *user, size_t from)
{
	brb_verdict_recorder_gift *gift =
		brb_list_add(&record->gifts, &record->gift_count, &record->gift_capacity, sizeof *gift);
	record->tape.failed |= !gift;
	if (gift)
		*gift = (brb_verdict_recorder_gift){ .user = keep(record, user),
						     .from = from,
						     .to = record->tape.length };
}

static const char *other_than_user(const brb_verdict_recorder *record, const char *user)
{
	return strcmp(user, record->call->event->user) == 0 ? "" : user;
}

/* The award is what the badge's own award answered, not one that it granted. */
static bool is_own(const brb_verdict_recorder *record, uint32_t badge)
{
	return record->asks && record->call->answer > 0 && badge == record->verdict.badge;
}

static void add_granted(brb_verdict_recorder *record, const brb_store_award *award)
{
	size_t from = record->tape.length;
	const char *to = other_than_user(record, award->user);
	brb_verdict_codec_verdict verdict = {
		.badge = award->badge,
		.is = { .answer = BRABEION_ANSWER_GRANTED, .level = award->level, .stored = true, .to = to }
	};
	brb_verdict_codec_add(&record->tape, &verdict);
	if (to[0])
		add_gift(record, to, from);
}

/* ---- the view ---------------------------------------------------------------------------------------------------- */

static bool enter(brb_judge *judge)
{
	return judge->record->under->enter(judge);
}

static void mark(brb_judge *judge)
{
	judge->record->under->mark(judge);
}

static void undo(brb_judge *judge)
{
	judge->record->under->undo(judge);
}

static brabeion_status read_tally(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				  int64_t *value)
{
	brabeion_status status = judge->record->under->tally(judge, plugin, name, subject, value);
	if (status == BRABEION_OK)
		note_read(judge->record,
			  (brabeion_read){
				  .kind = BRABEION_READ_TALLY, .name = name, .subject = subject, .number = *value });
	return status;
}

static brabeion_status set_tally(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				 int64_t value)
{
	return judge->record->under->tally_set(judge, plugin, name, subject, value);
}

static brabeion_status read_note(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				 const char **text)
{
	brabeion_status status = judge->record->under->note(judge, plugin, name, subject, text);
	if (status == BRABEION_OK)
		note_read(judge->record,
			  (brabeion_read){
				  .kind = BRABEION_READ_NOTE, .name = name, .subject = subject, .text = *text });
	return status;
}

static brabeion_status set_note(brb_judge *judge, uint32_t plugin, const char *name, const char *subject,
				const char *text)
{
	return judge->record->under->note_set(judge, plugin, name, subject, text);
}

static brabeion_status read_held(brb_judge *judge, const char *user, const char *slug, int64_t *count, int32_t *level)
{
	brabeion_status status = judge->record->under->held(judge, user, slug, count, level);
	if (status == BRABEION_OK && judge->record->call->answer == BRB_UNANSWERED) /* later the engine asks */
		note_read(judge->record,
			  (brabeion_read){
				  .kind = BRABEION_READ_HELD, .name = slug, .subject = user, .number = *level });
	return status;
}

static bool knows_held(brb_judge *judge, const brb_store_award *award)
{
	return judge->record->under->knows_held(judge, award);
}

static brabeion_status is_held(brb_judge *judge, const brb_store_award *award, bool *held)
{
	brb_verdict_recorder *record = judge->record;
	brabeion_status status = record->under->is_held(judge, award, held);
	if (status == BRABEION_OK && *held && is_own(record, award->badge))
		record->verdict.is.held_already = true;
	return status;
}

static brabeion_status add_award(brb_judge *judge, const brb_store_award *award, int64_t *sequence)
{
	brb_verdict_recorder *record = judge->record;
	brabeion_status status = record->under->award_add(judge, award, sequence);
	if (status != BRABEION_OK)
		return status;
	if (is_own(record, award->badge))
		record->verdict.is.stored = true;
	else
		add_granted(record, award);
	return BRABEION_OK;
}

static brabeion_status lapse(brb_judge *judge, const brb_store_revocation *which, brabeion_change_list *lapsed)
{
	size_t before = lapsed->count;
	brabeion_status status = judge->record->under->lapse(judge, which, lapsed);
	if (status == BRABEION_OK && (judge->detached || lapsed->count > before))
		judge->record->verdict.is.lapsed = true;
	return status;
}

static brabeion_status add_job(brb_judge *judge, const brb_store_job *job)
{
	brb_verdict_recorder *record = judge->record;
	brabeion_verdict *verdict = &record->verdict.is;
	brb_store_job caused = *job;
	caused.journal = record->root;
	if (strcmp(job->event, BRB_DUE_EVENT) == 0 && !(verdict->has_later && verdict->later_us <= job->due_us)) {
		verdict->has_later = true;
		verdict->later_us = job->due_us;
	}
	return record->under->job_add(judge, &caused);
}

static const brb_backend view_recorded = {
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

/* ---- a row ------------------------------------------------------------------------------------------------------- */

bool brb_verdict_recorder_begin(brb_verdict_recorder *record, brb_call *call, int64_t cause)
{
	brb_judge *judge = call->judge;
	brb_builder_reset(&record->tape);
	brb_arena_reset(&record->texts);
	record->gift_count = 0;
	record->call = call;
	record->asks = false;
	record->sequence = 0;
	if (!judge->detached)
		judge->fault = brb_store_journal_next(judge->store, &record->sequence, &judge->error);
	if (judge->fault != BRABEION_OK)
		return false;
	record->root = cause || judge->detached ? cause : record->sequence;
	record->under = judge->view;
	judge->record = record;
	judge->view = &view_recorded;
	return true;
}

void brb_verdict_recorder_end(brb_verdict_recorder *record)
{
	brb_judge *judge = record->call->judge;
	judge->view = record->under;
	judge->needed_store = true;
	record->call = NULL;
}

static void write_entry(brb_judge *judge, const brb_store_entry *entry)
{
	const brb_config_journal *journal = &judge->generation->journal;
	brb_store_journal_bounds bounds = { .keep_us = journal->keep_us, .max_bytes = journal->max_bytes };
	judge->fault = brb_store_journal_add(judge->store, entry, &bounds, &judge->error);
}

static void write_gift(brb_verdict_recorder *record, brb_judge *judge, const brb_verdict_recorder_gift *gift,
		       brb_store_entry entry)
{
	brb_builder_reset(&record->piece);
	brb_builder_add_length(&record->piece, record->tape.text + gift->from, gift->to - gift->from);
	judge->fault = brb_store_journal_next(judge->store, &entry.sequence, &judge->error);
	entry.user = gift->user;
	entry.kind = BRABEION_ENTRY_GIVEN;
	entry.verdicts = &record->piece;
	if (judge->fault == BRABEION_OK)
		write_entry(judge, &entry);
}

void brb_verdict_recorder_write(brb_verdict_recorder *record, brb_judge *judge, const brabeion_event *event,
				int64_t at_us, brabeion_entry_kind kind)
{
	brb_store_entry entry = { .sequence = record->sequence,
				  .cause = kind == BRABEION_ENTRY_EVENT ? 0 : record->root,
				  .kind = kind,
				  .arrived_us = brb_clock_now_us(judge->clock),
				  .at_us = at_us,
				  .user = event->user,
				  .event = event->name,
				  .event_id = event->id ? event->id : "",
				  .fields = event->fields,
				  .field_count = event->field_count,
				  .verdicts = &record->tape };
	if (judge->fault == BRABEION_OK && !entry.sequence)
		judge->fault = brb_store_journal_next(judge->store, &entry.sequence, &judge->error);
	if (judge->fault == BRABEION_OK)
		write_entry(judge, &entry);
	entry.cause = entry.sequence;
	for (size_t i = 0; i < record->gift_count && judge->fault == BRABEION_OK; i++)
		write_gift(record, judge, &record->gifts[i], entry);
}

/* ---- verdicts ---------------------------------------------------------------------------------------------------- */

void brb_verdict_recorder_observe(brb_verdict_recorder *record)
{
	record->asks = false;
	record->verdict = (brb_verdict_codec_verdict){ .badge = 0 };
	record->tape_before = record->tape.length;
	record->gifts_before = record->gift_count;
	record->call->plugin = NULL; /* set once it is called */
	record->call->answer = BRB_UNANSWERED;
}

void brb_verdict_recorder_ask(brb_verdict_recorder *record, const brb_badge *badge)
{
	brb_call *call = record->call;
	brb_judge *judge = call->judge;
	int64_t count = 0;
	int32_t highest = 0;
	brb_verdict_recorder_observe(record);
	call->badge = NULL; /* set once it is asked */
	record->verdict.badge = badge->number;
	record->verdict.is.reads = record->reads;
	if (judge->fault == BRABEION_OK)
		judge->fault = record->under->held(judge, call->event->user, badge->slug, &count, &highest);
	record->verdict.is.held_level = (uint32_t)highest;
	record->asks = true;
}

/* What it did before it failed is dropped. */
static void drop_judgement(brb_verdict_recorder *record)
{
	cut_tape(&record->tape, record->tape_before);
	record->gift_count = record->gifts_before;
}

static void set_failed(brb_verdict_recorder *record, const char *message)
{
	brabeion_verdict *verdict = &record->verdict.is;
	verdict->answer = BRABEION_ANSWER_FAILED;
	verdict->message = message;
	verdict->level = 0;
	verdict->stored = verdict->lapsed = verdict->held_already = verdict->has_later = false;
	drop_judgement(record);
}

static brabeion_answer answer_of(const brb_call *call, const brb_badge *badge)
{
	if (badge->async && call->answer == BRB_FROZEN)
		return BRABEION_ANSWER_LATER;
	return call->answer > 0 ? BRABEION_ANSWER_LEVEL : BRABEION_ANSWER_NOT_EARNED;
}

void brb_verdict_recorder_answer(brb_verdict_recorder *record, const brb_badge *badge)
{
	brb_call *call = record->call;
	brabeion_verdict *verdict = &record->verdict.is;
	record->asks = false;
	if (call->badge != badge) {
		verdict->answer = BRABEION_ANSWER_SET_ASIDE;
	} else if (call->failed) {
		set_failed(record, call->message);
	} else {
		verdict->answer = answer_of(call, badge);
		verdict->level = call->answer > 0 ? (uint32_t)call->answer : 0;
		verdict->to = call->has_to ? other_than_user(record, call->to) : "";
	}
	size_t from = record->tape.length;
	brb_verdict_codec_add(&record->tape, &record->verdict);
	if ((verdict->stored || verdict->lapsed) && verdict->to[0])
		add_gift(record, verdict->to, from);
}

void brb_verdict_recorder_fail(brb_verdict_recorder *record, const brb_badge *badge, const char *why)
{
	record->tape_before = record->gifts_before = 0;
	record->verdict =
		(brb_verdict_codec_verdict){ .badge = badge->number, .is.held_level = record->verdict.is.held_level };
	set_failed(record, why);
	brb_verdict_codec_add(&record->tape, &record->verdict);
}

void brb_verdict_recorder_unobserved(brb_verdict_recorder *record, const brb_route_step *steps, uint32_t count)
{
	const brb_call *call = record->call;
	bool called = call->plugin != NULL;
	drop_judgement(record);
	for (uint32_t i = 0; i < count; i++) {
		brb_verdict_codec_verdict verdict = { .badge = steps[i].badge->number };
		verdict.is.answer = called ? BRABEION_ANSWER_NOT_OBSERVED : BRABEION_ANSWER_SET_ASIDE;
		verdict.is.message = called ? call->message : "";
		brb_verdict_codec_add(&record->tape, &verdict);
	}
}
