/*
 * api/explain: explains why a user has a badge or not, from the records of both.
 *
 * Reads the database in several transactions: a change between two of them may show in one and not in the other.
 */
#include <string.h>

#include "api/internal.h"
#include "base/list.h"
#include "base/memory.h"
#include "base/value.h"
#include "store/jobs.h"
#include "store/journal.h"

typedef struct explain_work {
	brabeion_engine *engine;
	const brb_generation *generation;
	const brabeion_question *question;
	brabeion_journal_info *journal;
	const brb_badge *badge; /* NULL: not loaded */
	uint32_t number;        /* of the badge in the store; 0: never loaded */
	brabeion_explanation out;
	brb_arena *memory;
	brabeion_error *error;
	size_t entry_capacity;
	brabeion_entry *entries;
	bool memory_short;
} explain_work;

static brabeion_status copy_text(explain_work *work, const char **place, const char *text)
{
	*place = brb_arena_copy(work->memory, text);
	return *place ? BRABEION_OK : brb_status_no_memory(work->error);
}

/* ---- the badge and the user -------------------------------------------------------------------------------------- */

static brabeion_status name_near_badge(explain_work *work)
{
	const brb_generation *generation = work->generation;
	const char **names = brb_arena_take(work->memory, (generation->badge_count + 1) * sizeof *names);
	if (!names)
		return brb_status_no_memory(work->error);
	for (size_t i = 0; i < generation->badge_count; i++)
		names[i] = generation->badges[i]->slug;
	const char *near = brb_text_nearest(work->question->badge, names, generation->badge_count);
	return copy_text(work, &work->out.near_badge, near ? near : "");
}

/* The same values as brabeion_badges. */
static brabeion_status fill_badge(explain_work *work, const brabeion_badge *badge)
{
	brabeion_explanation *out = &work->out;
	out->plugin = badge->plugin;
	out->plugin_file = badge->plugin_file;
	out->levels = badge->levels;
	out->level_count = badge->level_count;
	out->level_stride = (uint32_t)badge->level_stride;
	out->async = badge->async;
	out->multiple = badge->multiple;
	out->rearn = work->badge->rearn;
	out->temporary = work->badge->temporary;
	out->granted_only = !work->badge->award;
	out->quarantined = badge->quarantined;
	out->quarantined_since_us = badge->quarantined_since_us;
	out->quarantine_reason = badge->quarantine_reason;
	out->hidden = badge->hidden;
	out->retired = badge->retired;
	out->earnable_from_us = badge->earnable_from_us;
	out->earnable_until_us = badge->earnable_until_us;
	brabeion_heard *heard = brb_arena_take(work->memory, (badge->event_count + (size_t)1) * sizeof *heard);
	if (!heard)
		return brb_status_no_memory(work->error);
	for (uint32_t i = 0; i < badge->event_count; i++)
		heard[i].event = badge->events[i];
	out->heard = heard;
	out->heard_count =
		work->badge->subject ? 0 : badge->event_count; /* for whom an event comes, its field says */
	return BRABEION_OK;
}

/* Takes over the badge list's memory, which has the badge's texts. */
static brabeion_status read_badge(explain_work *work)
{
	brabeion_badge_list list = { 0 };
	brabeion_status status = brb_engine_list_badges(work->generation, NULL, &list, work->error);
	if (status == BRABEION_OK)
		status = brb_engine_fill_quarantine(work->engine, work->generation, &list, work->error);
	work->memory = list.memory;
	list.memory = NULL;
	if (status == BRABEION_OK && work->badge)
		status = fill_badge(work, &list.badges[work->badge->index]);
	brabeion_badge_list_finish(&list);
	return status;
}

static brabeion_status find_names(explain_work *work)
{
	brb_store_found found = { 0 };
	brabeion_explanation *out = &work->out;
	brabeion_status status = copy_text(work, &out->user, work->question->user);
	if (status == BRABEION_OK)
		status = copy_text(work, &out->badge, work->question->badge);
	if (status == BRABEION_OK)
		status = brb_store_look_up(work->engine->store, out->user, out->badge, work->memory, &found,
					   work->error);
	if (status != BRABEION_OK)
		return status;
	out->user_known = found.user;
	out->near_user = found.near_user;
	out->loaded = work->badge != NULL;
	out->on_record = found.badge != 0;
	work->number = found.badge;
	return out->loaded ? BRABEION_OK : name_near_badge(work);
}

/* ---- awards ------------------------------------------------------------------------------------------------------ */

static brabeion_status copy_change(explain_work *work, const brabeion_change *from, brabeion_change *to)
{
	*to = *from;
	to->award = brb_list_copy_award(work->memory, from->award);
	return to->award ? copy_text(work, &to->comment, from->comment) : brb_status_no_memory(work->error);
}

static bool is_gone(const brabeion_change *changes, size_t count, int64_t award)
{
	for (size_t i = 0; i < count; i++)
		if (changes[i].kind != BRABEION_CHANGE_AWARDED && changes[i].award->sequence == award)
			return true;
	return false;
}

static void count_held(brabeion_explanation *out)
{
	for (size_t i = 0; i < out->change_count; i++) {
		const brabeion_change *change = &out->changes[i];
		if (change->kind != BRABEION_CHANGE_AWARDED ||
		    is_gone(out->changes + i, out->change_count - i, change->award->sequence))
			continue;
		out->held_count++;
		if (change->award->level > out->held_level)
			out->held_level = change->award->level;
	}
}

/* The list is newest first, over all badges. */
static brabeion_status take_changes(explain_work *work, const brabeion_change_list *list)
{
	brabeion_status status = BRABEION_OK;
	brabeion_change *changes = brb_arena_take(work->memory, (list->count + 1) * sizeof *changes);
	if (!changes)
		return brb_status_no_memory(work->error);
	for (size_t i = list->count; i > 0 && status == BRABEION_OK; i--)
		if (strcmp(list->changes[i - 1].award->badge, work->out.badge) == 0)
			status = copy_change(work, &list->changes[i - 1], &changes[work->out.change_count++]);
	work->out.changes = changes;
	return status;
}

static brabeion_status read_awards(explain_work *work)
{
	brabeion_change_list list = { 0 };
	brabeion_status status =
		brb_store_list_user_changes(work->engine->store, work->out.user, 0, 0, &list, work->error);
	if (status == BRABEION_OK)
		status = take_changes(work, &list);
	brabeion_change_list_finish(&list);
	if (status == BRABEION_OK)
		count_held(&work->out);
	return status;
}

static brabeion_status count_jobs(explain_work *work)
{
	brb_store_job_list list = { 0 };
	brb_store_job_filter wanted = { .slug = work->out.badge,
					.user = work->out.user,
					.now_us = brb_clock_now_us(&work->engine->clock) };
	brabeion_status status = brb_store_list_jobs(work->engine->store, &wanted, &list, work->error);
	for (size_t i = 0; i < list.count && status == BRABEION_OK; i++)
		work->out.jobs_parked += list.jobs[i].parked_us != 0;
	work->out.job_count = list.count;
	brb_store_job_list_finish(&list);
	return status;
}

/* ---- the journal ------------------------------------------------------------------------------------------------- */

static bool take_entry(void *context, const brabeion_entry *entry)
{
	explain_work *work = context;
	brabeion_entry *place =
		brb_list_add(&work->entries, &work->out.entry_count, &work->entry_capacity, sizeof *place);
	work->memory_short = !place;
	if (place)
		*place = *entry;
	return place != NULL;
}

/* Entries are read newest first. */
static brabeion_status reverse_entries(explain_work *work)
{
	size_t count = work->out.entry_count;
	brabeion_entry *entries = brb_arena_take(work->memory, (count + 1) * sizeof *entries);
	if (!entries || work->memory_short)
		return brb_status_no_memory(work->error);
	for (size_t i = 0; i < count; i++)
		entries[i] = work->entries[count - 1 - i];
	work->out.entries = entries;
	return BRABEION_OK;
}

static brabeion_status read_journal(explain_work *work)
{
	const brabeion_question *question = work->question;
	brb_store *store = work->engine->store;
	brb_store_journal_range range = { .user = work->out.user,
					  .badge = work->number,
					  .since_us = question->has_since ? question->since_us : INT64_MIN,
					  .limit = question->limit,
					  .left_out = &work->out.entries_left_out };
	brabeion_heard *heard = (brabeion_heard *)work->out.heard; /* ours until returned */
	work->journal = brb_arena_take(work->memory, sizeof *work->journal);
	work->out.journal = work->journal;
	if (!work->journal)
		return brb_status_no_memory(work->error);
	brabeion_status status = brb_engine_journal(work->engine, work->generation, work->journal, work->error);
	for (size_t i = 0; i < work->out.heard_count && status == BRABEION_OK; i++)
		status = brb_store_journal_heard(store, work->out.user, &heard[i], work->error);
	if (status == BRABEION_OK && work->number)
		status = brb_store_journal_read(store, &range, work->memory, take_entry, work, work->error);
	if (status == BRABEION_OK)
		status = reverse_entries(work);
	brb_memory_release(work->entries);
	return status;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static brabeion_status check_question(const brabeion_question *question, brabeion_error *error)
{
	if (!question->user || !question->badge)
		return brb_status_set(error, BRABEION_INVALID, "no %s is given", question->user ? "badge" : "user");
	if (brb_text_checked_length(question->user, BRB_SUBJECT_BYTES_MOST) == SIZE_MAX)
		return brb_status_set(error, BRABEION_INVALID, "the user is longer than %d bytes or not UTF-8",
				      BRB_SUBJECT_BYTES_MOST);
	if (brb_text_checked_length(question->badge, BRB_NAME_BYTES_MOST) == SIZE_MAX)
		return brb_status_set(error, BRABEION_INVALID, "the badge is longer than %d bytes or not UTF-8",
				      BRB_NAME_BYTES_MOST);
	return BRABEION_OK;
}

static brabeion_status explain(explain_work *work, const char *empty)
{
	brabeion_explanation *out = &work->out;
	out->near_badge = out->plugin = out->plugin_file = out->quarantine_reason = empty;
	brabeion_status status = read_badge(work);
	if (status == BRABEION_OK)
		status = find_names(work);
	if (status == BRABEION_OK)
		status = read_awards(work);
	if (status == BRABEION_OK)
		status = count_jobs(work);
	if (status == BRABEION_OK)
		status = read_journal(work);
	out->memory = work->memory;
	out->change_stride = sizeof *out->changes;
	out->heard_stride = sizeof *out->heard;
	out->entry_stride = sizeof *out->entries;
	return status;
}

brabeion_status brabeion_explain(brabeion_engine *engine, const brabeion_question *theirs,
				 brabeion_explanation *explanation, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_question question;
	if (brb_engine_enter_or_say(engine, &fault) != BRABEION_OK ||
	    brb_size_take(BRB_SIZE_QUESTION, theirs, &question, &fault) != BRABEION_OK ||
	    brb_size_check(BRB_SIZE_EXPLANATION, explanation, &fault) != BRABEION_OK ||
	    check_question(&question, &fault) != BRABEION_OK)
		return brb_status_hand_over(error, &fault);
	brb_reader *reader;
	const brb_generation *generation = brb_engine_acquire(engine, &reader, &fault);
	if (!generation)
		return brb_status_hand_over(error, &fault);
	explain_work work = { .engine = engine, .generation = generation, .question = &question, .error = &fault };
	work.badge = brb_table_get(&generation->slugs, question.badge);
	explain(&work, "");
	brb_registry_release(reader);
	if (fault.status == BRABEION_OK)
		brb_size_give(BRB_SIZE_EXPLANATION, &work.out, explanation);
	else
		brabeion_explanation_finish(&work.out);
	return brb_status_hand_over(error, &fault);
}
