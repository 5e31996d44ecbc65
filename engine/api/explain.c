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

typedef struct explaining {
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
} explaining;

static brabeion_status copy_text(explaining *why, const char **place, const char *text)
{
	*place = brb_arena_copy(why->memory, text);
	return *place ? BRABEION_OK : brb_status_no_memory(why->error);
}

/* ---- the badge and the user -------------------------------------------------------------------------------------- */

static brabeion_status name_near_badge(explaining *why)
{
	const brb_generation *generation = why->generation;
	const char **names = brb_arena_take(why->memory, (generation->badge_count + 1) * sizeof *names);
	if (!names)
		return brb_status_no_memory(why->error);
	for (size_t i = 0; i < generation->badge_count; i++)
		names[i] = generation->badges[i]->slug;
	const char *near = brb_text_nearest(why->question->badge, names, generation->badge_count);
	return copy_text(why, &why->out.near_badge, near ? near : "");
}

/* The same values as brabeion_badges. */
static brabeion_status tell_badge(explaining *why, const brabeion_badge *badge)
{
	brabeion_explanation *out = &why->out;
	out->plugin = badge->plugin;
	out->plugin_file = badge->plugin_file;
	out->levels = badge->levels;
	out->level_count = badge->level_count;
	out->level_stride = (uint32_t)badge->level_stride;
	out->async = badge->async;
	out->multiple = badge->multiple;
	out->rearn = why->badge->rearn;
	out->temporary = why->badge->temporary;
	out->granted_only = !why->badge->award;
	out->quarantined = badge->quarantined;
	out->quarantined_since_us = badge->quarantined_since_us;
	out->quarantine_reason = badge->quarantine_reason;
	brabeion_heard *heard = brb_arena_take(why->memory, (badge->event_count + (size_t)1) * sizeof *heard);
	if (!heard)
		return brb_status_no_memory(why->error);
	for (uint32_t i = 0; i < badge->event_count; i++)
		heard[i].event = badge->events[i];
	out->heard = heard;
	out->heard_count = badge->event_count;
	return BRABEION_OK;
}

/* Takes over the badge list's memory, which has the badge's texts. */
static brabeion_status look_at_badge(explaining *why)
{
	brabeion_badge_list list = { 0 };
	brabeion_status status = brb_engine_list_badges(why->generation, NULL, &list, why->error);
	if (status == BRABEION_OK)
		status = brb_engine_tell_quarantine(why->engine, why->generation, &list, why->error);
	why->memory = list.memory;
	list.memory = NULL;
	if (status == BRABEION_OK && why->badge)
		status = tell_badge(why, &list.badges[why->badge->index]);
	brabeion_badge_list_finish(&list);
	return status;
}

static brabeion_status look_up(explaining *why)
{
	brb_store_found found = { 0 };
	brabeion_explanation *out = &why->out;
	brabeion_status status = copy_text(why, &out->user, why->question->user);
	if (status == BRABEION_OK)
		status = copy_text(why, &out->badge, why->question->badge);
	if (status == BRABEION_OK)
		status =
			brb_store_look_up(why->engine->store, out->user, out->badge, why->memory, &found, why->error);
	if (status != BRABEION_OK)
		return status;
	out->user_known = found.user;
	out->near_user = found.near_user;
	out->loaded = why->badge != NULL;
	out->on_record = found.badge != 0;
	why->number = found.badge;
	return out->loaded ? BRABEION_OK : name_near_badge(why);
}

/* ---- awards ------------------------------------------------------------------------------------------------------ */

static brabeion_status copy_change(explaining *why, const brabeion_change *from, brabeion_change *to)
{
	*to = *from;
	to->award = brb_list_copy_award(why->memory, from->award);
	return to->award ? copy_text(why, &to->comment, from->comment) : brb_status_no_memory(why->error);
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
static brabeion_status take_changes(explaining *why, const brabeion_change_list *list)
{
	brabeion_status status = BRABEION_OK;
	brabeion_change *changes = brb_arena_take(why->memory, (list->count + 1) * sizeof *changes);
	if (!changes)
		return brb_status_no_memory(why->error);
	for (size_t i = list->count; i > 0 && status == BRABEION_OK; i--)
		if (strcmp(list->changes[i - 1].award->badge, why->out.badge) == 0)
			status = copy_change(why, &list->changes[i - 1], &changes[why->out.change_count++]);
	why->out.changes = changes;
	return status;
}

static brabeion_status look_at_awards(explaining *why)
{
	brabeion_change_list list = { 0 };
	brabeion_status status =
		brb_store_list_user_changes(why->engine->store, why->out.user, 0, 0, &list, why->error);
	if (status == BRABEION_OK)
		status = take_changes(why, &list);
	brabeion_change_list_finish(&list);
	if (status == BRABEION_OK)
		count_held(&why->out);
	return status;
}

static brabeion_status look_at_jobs(explaining *why)
{
	brb_store_job_list list = { 0 };
	brb_store_job_filter wanted = { .slug = why->out.badge,
					.user = why->out.user,
					.now_us = brb_clock_now_us(&why->engine->clock) };
	brabeion_status status = brb_store_list_jobs(why->engine->store, &wanted, &list, why->error);
	for (size_t i = 0; i < list.count && status == BRABEION_OK; i++)
		why->out.jobs_parked += list.jobs[i].parked_us != 0;
	why->out.job_count = list.count;
	brb_store_job_list_finish(&list);
	return status;
}

/* ---- the journal ------------------------------------------------------------------------------------------------- */

static bool take_entry(void *context, const brabeion_entry *entry)
{
	explaining *why = context;
	brabeion_entry *place =
		brb_list_add(&why->entries, &why->out.entry_count, &why->entry_capacity, sizeof *place);
	why->memory_short = !place;
	if (place)
		*place = *entry;
	return place != NULL;
}

/* Entries are read newest first. */
static brabeion_status turn_round(explaining *why)
{
	size_t count = why->out.entry_count;
	brabeion_entry *entries = brb_arena_take(why->memory, (count + 1) * sizeof *entries);
	if (!entries || why->memory_short)
		return brb_status_no_memory(why->error);
	for (size_t i = 0; i < count; i++)
		entries[i] = why->entries[count - 1 - i];
	why->out.entries = entries;
	return BRABEION_OK;
}

static brabeion_status look_at_journal(explaining *why)
{
	const brabeion_question *question = why->question;
	brb_store *store = why->engine->store;
	brb_store_journal_range range = { .user = why->out.user,
					  .badge = why->number,
					  .since_us = question->has_since ? question->since_us : INT64_MIN,
					  .limit = question->limit,
					  .left_out = &why->out.entries_left_out };
	brabeion_heard *heard = (brabeion_heard *)why->out.heard; /* ours until returned */
	why->journal = brb_arena_take(why->memory, sizeof *why->journal);
	why->out.journal = why->journal;
	if (!why->journal)
		return brb_status_no_memory(why->error);
	brabeion_status status = brb_engine_journal(why->engine, why->generation, why->journal, why->error);
	for (size_t i = 0; i < why->out.heard_count && status == BRABEION_OK; i++)
		status = brb_store_journal_heard(store, why->out.user, &heard[i], why->error);
	if (status == BRABEION_OK && why->number)
		status = brb_store_journal_read(store, &range, why->memory, take_entry, why, why->error);
	if (status == BRABEION_OK)
		status = turn_round(why);
	brb_memory_release(why->entries);
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

static brabeion_status explain(explaining *why, const char *empty)
{
	brabeion_explanation *out = &why->out;
	out->near_badge = out->plugin = out->plugin_file = out->quarantine_reason = empty;
	brabeion_status status = look_at_badge(why);
	if (status == BRABEION_OK)
		status = look_up(why);
	if (status == BRABEION_OK)
		status = look_at_awards(why);
	if (status == BRABEION_OK)
		status = look_at_jobs(why);
	if (status == BRABEION_OK)
		status = look_at_journal(why);
	out->memory = why->memory;
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
	brb_reader *reader = brb_registry_reader(&engine->registry);
	if (!reader) {
		brb_status_no_memory(&fault);
		return brb_status_hand_over(error, &fault);
	}
	explaining why = { .engine = engine,
			   .generation = brb_registry_acquire(&engine->registry, reader),
			   .question = &question,
			   .error = &fault };
	why.badge = brb_table_get(&why.generation->slugs, question.badge);
	explain(&why, "");
	brb_registry_release(reader);
	if (fault.status == BRABEION_OK)
		brb_size_give(BRB_SIZE_EXPLANATION, &why.out, explanation);
	else
		brabeion_explanation_finish(&why.out);
	return brb_status_hand_over(error, &fault);
}
