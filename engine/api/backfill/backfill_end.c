/*
 * api/backfill/backfill_end: compares the sandbox's awards with the live database's, and merges them into it.
 *
 * Awards that no later event can take away are merged first, AWARDS_PER_COMMIT to a commit. The last commit keeps
 * others from writing: it judges the rest of the journal, merges the remaining awards, including temporary badges',
 * then memory and jobs.
 *
 * Guarantees: if the process is killed in between, handing over again gives the same result.
 */
#include <string.h>

#include "api/backfill/backfill.h"
#include "base/list.h"
#include "base/memory.h"
#include "judging/backend.h"
#include "store/event_stats.h"

enum { AWARDS_PER_COMMIT = 4096, ROUNDS_MOST = 16, EVENTS_PER_ROUND = 100000, EVENTS_LEFT = 500 };

/* The journal covers everything since its first event; another history only the time between its first and last. */
static brb_comparison comparison_of(const brabeion_backfill *backfill)
{
	const brb_backfill_progress *stored = &backfill->stored;
	return (brb_comparison){ .badges = &backfill->chosen,
				 .first_us = stored->seeded ? stored->first_us : INT64_MAX,
				 .last_us = backfill->from_journal ? INT64_MAX
					    : stored->seeded       ? stored->last_us
								   : INT64_MIN,
				 .held_before = backfill->held_before,
				 .gained = true };
}

/* ---- comparing ---- */

/* Makes the caller's list, which takes over the differences' texts; they are empty afterwards. */
static brabeion_status give_changes(brb_difference_list *differences, brabeion_change_list *changes,
				    brabeion_error *error)
{
	brabeion_change_list list = { .stride = sizeof *list.changes,
				      .changes = brb_memory_take_zeroed(differences->count + 1, sizeof *list.changes),
				      .memory = brb_list_memory() };
	if (!list.changes || !list.memory) {
		brabeion_change_list_finish(&list);
		return brb_status_no_memory(error);
	}
	for (; list.count < differences->count; list.count++) {
		const brb_difference *difference = &differences->items[list.count];
		brabeion_award_info *award = brb_arena_take(&differences->memory, sizeof *award);
		if (!award) {
			brabeion_change_list_finish(&list);
			return brb_status_no_memory(error);
		}
		*award = difference->award;
		award->id = award->sequence;
		list.changes[list.count] = (brabeion_change){
			.sequence = difference->award.sequence,
			.kind = difference->lost ? BRABEION_CHANGE_LAPSED : BRABEION_CHANGE_AWARDED,
			.at_us = difference->award.at_us,
			.comment = "",
			.award = award,
		};
	}
	*(brb_arena *)list.memory = differences->memory;
	differences->memory = (brb_arena){ 0 };
	*changes = list;
	return BRABEION_OK;
}

static brabeion_status compare_stores(brb_store *held, brb_store *judged, const brb_comparison *comparison,
				      brabeion_change_list *changes, brabeion_error *error)
{
	brb_difference_list differences = { 0 };
	brabeion_status status = brb_store_compare(held, judged, false, comparison, &differences, error);
	if (status == BRABEION_OK)
		status = give_changes(&differences, changes, error);
	brb_difference_list_finish(&differences);
	return status;
}

brabeion_status brabeion_backfill_compare(brabeion_backfill *backfill, brabeion_change_list *changes,
					  brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	if (brb_engine_enter_or_say(backfill->live, &fault) == BRABEION_OK &&
	    brb_backfill_store(backfill, &fault) == BRABEION_OK) {
		brb_comparison comparison = comparison_of(backfill);
		comparison.lost = true;
		compare_stores(backfill->live->store, backfill->sandbox->store, &comparison, changes, &fault);
	}
	return brb_status_hand_over(error, &fault);
}

brabeion_status brabeion_compare(brabeion_engine *before, brabeion_engine *after, brabeion_change_list *changes,
				 brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	static const brb_comparison all = {
		.first_us = INT64_MIN, .last_us = INT64_MAX, .gained = true, .lost = true
	};
	if (brb_engine_enter_or_say(after, &fault) == BRABEION_OK &&
	    brb_engine_enter_or_say(before, &fault) == BRABEION_OK)
		compare_stores(before->store, after->store, &all, changes, &fault);
	return brb_status_hand_over(error, &fault);
}

/* ---- merging, as a request of the live engine ---- */

typedef struct end_request {
	brb_request head; /* first */
	brabeion_backfill *backfill;
	const brb_difference *gains; /* NULL in the last commit, which compares by itself */
	size_t gain_count;
	int64_t after; /* last commit: the sandbox's sequence up to which all was compared before */
	bool lapse;
	brabeion_change_list changes; /* made, to be announced */
	size_t capacity;
	const char *last_plugin; /* the last of those that `memories` counts */
	uint64_t memories;
} end_request;

static void fail_end(brb_request *head, brabeion_status status, const char *message)
{
	end_request *request = (end_request *)(void *)head;
	brabeion_change_list_finish(&request->changes);
	brb_status_set_text(&request->head.error, status, message);
}

/* Adds the change to the request's list. A ranked award ("#12") gets the number it has in the live database. */
static brabeion_status record_gain(end_request *request, const brb_difference *gain, int64_t sequence,
				   brabeion_error *error)
{
	brabeion_change_list *list = &request->changes;
	brabeion_change *change = brb_list_add(&list->changes, &list->count, &request->capacity, sizeof *change);
	if (!change)
		return brb_status_no_memory(error);
	brabeion_award_info *award = brb_list_copy_award(list->memory, &gain->award);
	if (!award)
		return brb_status_no_memory(error);
	award->id = award->sequence = sequence;
	if (gain->rank && !(award->reason = brb_arena_printf(list->memory, "#%lld", (long long)sequence)))
		return brb_status_no_memory(error);
	*change = (brabeion_change){ .sequence = sequence,
				     .kind = BRABEION_CHANGE_AWARDED,
				     .at_us = award->at_us,
				     .comment = "",
				     .award = award };
	return BRABEION_OK;
}

/* Awards it, unless the user holds it by now. */
static brabeion_status apply_gain(brb_store *store, end_request *request, const brb_difference *gain,
				  brabeion_error *error)
{
	int64_t sequence = 0;
	int64_t last_us = comparison_of(request->backfill).last_us;
	brabeion_status status = brb_store_take_gain(store, gain, last_us, &sequence, error);
	return status == BRABEION_OK && sequence ? record_gain(request, gain, sequence, error) : status;
}

/* As a lapse, not a revocation: it can be earned again by today's rules. */
static brabeion_status apply_loss(brb_store *store, end_request *request, const brb_difference *loss, int64_t now_us,
				  brabeion_error *error)
{
	brb_store_revocation revocation = { .user = loss->award.user,
					    .slug = loss->award.badge,
					    .level = loss->award.level,
					    .reason = loss->award.reason,
					    .note = BRB_BACKFILL_NOTE,
					    .at_us = now_us,
					    .lapsed = true };
	brabeion_change_list lapsed = { .memory = request->changes.memory };
	brabeion_status status = brb_store_revoke(store, &revocation, &lapsed, error);
	for (size_t i = 0; i < lapsed.count && status == BRABEION_OK; i++) {
		brabeion_change *change = brb_list_add(&request->changes.changes, &request->changes.count,
						       &request->capacity, sizeof *change);
		if (change)
			*change = lapsed.changes[i];
		else
			status = brb_status_no_memory(error);
	}
	brb_memory_release(lapsed.changes);
	return status;
}

static brabeion_status apply_differences(brb_judge *judge, end_request *request, const brb_difference *items,
					 size_t count)
{
	int64_t now_us = brb_clock_now_us(judge->clock);
	for (size_t i = 0; i < count && judge->fault == BRABEION_OK; i++)
		judge->fault = items[i].lost ? apply_loss(judge->store, request, &items[i], now_us, &judge->error)
					     : apply_gain(judge->store, request, &items[i], &judge->error);
	return judge->fault;
}

/* ---- the last commit ---- */

/* Runs inside the write transaction, so the journal can't grow. */
static brabeion_status judge_rest(brb_judge *judge, brabeion_backfill *backfill)
{
	size_t judged = 0;
	do
		judge->fault = brabeion_backfill_journal(backfill, 0, &judged, &judge->error);
	while (judge->fault == BRABEION_OK && judged);
	if (judge->fault == BRABEION_OK)
		judge->fault = brabeion_backfill_advance(backfill, brb_clock_now_us(judge->clock), &judge->error);
	return judge->fault;
}

static brabeion_status apply_rest(brb_judge *judge, end_request *request)
{
	brb_difference_list differences = { 0 };
	brb_comparison comparison = comparison_of(request->backfill);
	comparison.after = request->after;
	comparison.lost = request->lapse;
	judge->fault = brb_store_compare(judge->store, request->backfill->sandbox->store, true, &comparison,
					 &differences, &judge->error);
	if (judge->fault == BRABEION_OK)
		apply_differences(judge, request, differences.items, differences.count);
	brb_difference_list_finish(&differences);
	return judge->fault;
}

/* With the journal, the sandbox's state is complete and replaces the live one; else it only fills in a missing one. */
static brabeion_status take_state(brb_judge *judge, end_request *request, const brb_store_owner *owner)
{
	bool has = false, gets = false;
	brabeion_backfill *backfill = request->backfill;
	if (!backfill->from_journal)
		judge->fault = brb_store_has_state(judge->store, owner, &has, &judge->error);
	if (judge->fault == BRABEION_OK && !has)
		judge->fault = brb_store_has_state(backfill->sandbox->store, owner, &gets, &judge->error);
	if (judge->fault != BRABEION_OK || has)
		return judge->fault;
	judge->fault = brb_store_settle(judge->store, &judge->error);
	if (judge->fault == BRABEION_OK)
		judge->fault =
			brb_store_take_owner_state(judge->store, backfill->sandbox->store, owner, &judge->error);
	if (judge->fault == BRABEION_OK && gets &&
	    (!request->last_plugin || strcmp(request->last_plugin, owner->plugin) != 0)) {
		request->last_plugin = owner->plugin;
		request->memories++;
	}
	return judge->fault;
}

/* What the chosen badges were passed over since the first event has been judged now. */
static brabeion_status remove_passed(brb_judge *judge, const brabeion_backfill *backfill)
{
	const brb_backfill_progress *stored = &backfill->stored;
	size_t at = 0;
	for (const brb_table_entry *entry;
	     stored->seeded && judge->fault == BRABEION_OK && (entry = brb_table_next(&backfill->chosen, &at));)
		judge->fault = brb_store_remove_passed(judge->store, entry->key, stored->first_us, &judge->error);
	return judge->fault;
}

static brabeion_status do_end(brb_request *head)
{
	end_request *request = (end_request *)(void *)head;
	brabeion_backfill *backfill = request->backfill;
	brb_judge *judge = head->judge;
	request->changes = (brabeion_change_list){ .memory = brb_list_memory() };
	if (!request->changes.memory)
		return judge->fault = brb_status_no_memory(&judge->error);
	if (!brb_judge_enter_store(judge))
		return judge->fault;
	judge->fault = brb_store_settle(judge->store, &judge->error);
	if (judge->fault != BRABEION_OK)
		return judge->fault;
	if (request->gains)
		return apply_differences(judge, request, request->gains, request->gain_count);
	if (backfill->from_journal)
		judge_rest(judge, backfill);
	if (judge->fault == BRABEION_OK)
		apply_rest(judge, request);
	for (size_t i = 0; i < backfill->owner_count && judge->fault == BRABEION_OK; i++)
		take_state(judge, request, &backfill->owners[i]);
	return remove_passed(judge, backfill);
}

/* ---- handing over ---- */

static brabeion_status run(end_request *request, brabeion_backfill_outcome *outcome, brabeion_error *error)
{
	brb_judge judge;
	brabeion_engine *live = request->backfill->live;
	request->head = (brb_request){ .work = do_end, .fail = fail_end };
	/* alone: the journal can't be read for uncommitted events of another request in the same transaction */
	brabeion_status status = brb_engine_run_alone(live, &judge, &request->head);
	if (status != BRABEION_OK)
		return brb_status_hand_over(error, &request->head.error);
	for (size_t i = 0; i < request->changes.count; i++)
		if (request->changes.changes[i].kind == BRABEION_CHANGE_AWARDED)
			outcome->awarded++;
		else
			outcome->lapsed++;
	outcome->memories += request->memories;
	brb_engine_announce_revoked(live, &request->changes);
	brabeion_change_list_finish(&request->changes);
	return BRABEION_OK;
}

/* Temporary badges' awards may lapse by the rest of the journal: leaves them to the last commit. */
static size_t remove_temporary(const brabeion_backfill *backfill, brb_difference_list *gains)
{
	size_t count = 0;
	for (size_t i = 0; i < gains->count; i++) {
		const brb_compared_badge *badge = brb_table_get(&backfill->chosen, gains->items[i].award.badge);
		if (!badge->temporary)
			gains->items[count++] = gains->items[i];
	}
	return count;
}

/* Merges what need not wait for the last commit; *after becomes the sandbox's last compared sequence. */
static brabeion_status apply_permanent(brabeion_backfill *backfill, int64_t *after,
				       brabeion_backfill_outcome *outcome, brabeion_error *error)
{
	brb_difference_list gains = { 0 };
	brabeion_status status = brb_backfill_store(backfill, error);
	brb_comparison comparison = comparison_of(backfill);
	comparison.after = *after;
	if (status == BRABEION_OK)
		status = brb_store_compare(backfill->live->store, backfill->sandbox->store, false, &comparison,
					   &gains, error);
	size_t count = status == BRABEION_OK ? remove_temporary(backfill, &gains) : 0;
	for (size_t at = 0; at < count && status == BRABEION_OK; at += AWARDS_PER_COMMIT) {
		end_request request = { .backfill = backfill, .gains = &gains.items[at] };
		request.gain_count = count - at < AWARDS_PER_COMMIT ? count - at : AWARDS_PER_COMMIT;
		status = run(&request, outcome, error);
	}
	if (status == BRABEION_OK)
		*after = gains.judged_sequence;
	brb_difference_list_finish(&gains);
	return status;
}

/* Events keep arriving: repeats until few are left in the journal, so that the last commit is short. */
static brabeion_status catch_up(brabeion_backfill *backfill, int64_t *after, brabeion_backfill_outcome *outcome,
				brabeion_error *error)
{
	brabeion_status status = apply_permanent(backfill, after, outcome, error);
	for (int round = 0; backfill->from_journal && round < ROUNDS_MOST && status == BRABEION_OK; round++) {
		size_t judged = 0, round_judged = 0;
		do {
			status = brabeion_backfill_journal(backfill, 0, &judged, error);
			round_judged += status == BRABEION_OK ? judged : 0;
		} while (status == BRABEION_OK && judged && round_judged < EVENTS_PER_ROUND);
		if (status == BRABEION_OK && round_judged)
			status = apply_permanent(backfill, after, outcome, error);
		if (round_judged < EVENTS_LEFT)
			break;
	}
	return status;
}

brabeion_status brabeion_backfill_hand_over(brabeion_backfill *backfill, bool lapse,
					    brabeion_backfill_outcome *outcome, brabeion_error *error)
{
	BRB_CALL_WITH(fault);
	brabeion_backfill_outcome reached = { 0 };
	end_request last = { .backfill = backfill, .lapse = lapse };
	if (brb_engine_enter_or_say(backfill->live, &fault) == BRABEION_OK &&
	    brb_size_check(BRB_SIZE_BACKFILL_OUTCOME, outcome, &fault) == BRABEION_OK &&
	    catch_up(backfill, &last.after, &reached, &fault) == BRABEION_OK)
		run(&last, &reached, &fault);
	if (fault.status == BRABEION_OK)
		brb_size_give(BRB_SIZE_BACKFILL_OUTCOME, &reached, outcome);
	return brb_status_hand_over(error, &fault);
}
