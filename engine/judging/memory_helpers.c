/*
 * judging/memory_helpers: see memory_helpers.h.
 */
#include "judging/memory_helpers.h"

#include "judging/apply.h"
#include "judging/backend.h"
#include "judging/helper_checks.h"

/* What a helper was called for. */
typedef struct request {
	const char *name;
	const char *owner;  /* NULL: the call's user */
	const char *key;    /* NULL: the plain cell, or all keys */
	brb_cell_kind kind; /* NONE: any */
} request;

/* ---- finding the declared name ---- */

static const char *kind_name(const brb_store_memory *memory)
{
	static const char *const names[] = {
		[BRB_CELL_NONE] = "nothing",
		[BRB_CELL_NUMBER] = "a tally",
		[BRB_CELL_TEXT] = "a note",
		[BRB_CELL_USER] = "a reference to a user",
	};
	return names[memory->kind];
}

/* The declaration that would make the call right, as the author writes it. */
static const char *advice(brb_call *call, const request *of, const brb_store_memory *like)
{
	brb_store_memory wanted = { .name = of->name,
				    .kind = of->kind == BRB_CELL_NONE ? BRB_CELL_NUMBER : of->kind };
	wanted.owner = of->owner ? BRB_OWNER_THING : BRB_OWNER_USER;
	if (like) {
		wanted.owner = like->owner;
		wanted.keys = like->keys;
	}
	wanted.merge = wanted.kind == BRB_CELL_NUMBER ? BRB_MERGE_SUM : BRB_MERGE_KEEP;
	const char *text = brb_declared_text(&wanted, &call->judge->scratch);
	return text ? text : "BADGE_MEMORY";
}

static void refuse_undeclared(brb_call *call, const request *of)
{
	call->judge->undeclared = true;
	brb_call_fail(call, "memory \"%s\" is not declared%s: declare it: %s", of->name,
		      call->badge ? "" : " for the whole plugin (BADGE_REMEMBERS in BADGE_PACK)",
		      advice(call, of, NULL));
}

/* NULL: the judgement has failed. */
static const brb_store_memory *find_declared(brb_call *call, const request *of)
{
	if (!brb_helper_check_text(call, of->name, 1, BRB_NAME_BYTES_MOST, "name of memory"))
		return NULL;
	const brb_store_memory *found = call->badge ? brb_declared_find(&call->badge->memory, of->name) : NULL;
	if (!found)
		found = brb_declared_find(&call->plugin->memory, of->name);
	if (!found) {
		refuse_undeclared(call, of);
		return NULL;
	}
	if (of->kind == BRB_CELL_NONE || of->kind == found->kind)
		return found;
	call->judge->undeclared = true;
	brb_call_fail(call, "memory \"%s\" is declared as %s: declare it: %s", of->name, kind_name(found),
		      advice(call, of, found));
	return NULL;
}

/* ---- checking owner and key ---- */

static bool check_owner(brb_call *call, const brb_store_memory *memory, const char **owner)
{
	if (*owner)
		return brb_helper_check_text(call, *owner, 1, BRB_SUBJECT_BYTES_MOST, "owner of memory");
	if (memory->owner == BRB_OWNER_USER)
		*owner = call->event->user;
	else
		brb_call_fail(call, "memory \"%s\" is of things: name the thing that is its owner", memory->name);
	return !call->failed;
}

/* The empty text is a member of a hashed set like any other: it is kept as this, which no text of UTF-8 is. */
static const char empty_member[] = "\xff";

static bool check_key(brb_call *call, const brb_store_memory *memory, const char **key)
{
	bool is_hashed = memory->keys == BRB_KEY_HASHED;
	size_t most = is_hashed ? BRB_NOTE_BYTES_MOST : BRB_SUBJECT_BYTES_MOST;
	if (*key && !(*key)[0] && is_hashed) {
		*key = empty_member;
		return true;
	}
	if (!*key)
		*key = "";
	return !(*key)[0] || brb_helper_check_text(call, *key, 1, most, "key of memory");
}

/* True: the cell is complete, and the store may be used. */
static bool enter_cell(brb_call *call, const request *of, brb_cell *cell)
{
	if (call->failed)
		return false;
	*cell = (brb_cell){ .memory = find_declared(call, of), .owner = of->owner, .key = of->key };
	return cell->memory && check_owner(call, cell->memory, &cell->owner) &&
	       check_key(call, cell->memory, &cell->key) && brb_helper_enter_store(call);
}

/* `progress` may not change anything. */
static bool check_may_change(brb_call *call, const char *helper)
{
	if (call->mode == BRB_CALL_PROGRESS)
		brb_call_fail(call, "%s is for judging, not for progress: nothing can be changed there", helper);
	return !call->failed;
}

/* ---- cells ---- */

static brb_cell_value read_cell(brb_call *call, const request *of)
{
	brb_cell cell;
	brb_cell_value value = { .kind = BRB_CELL_NONE };
	if (enter_cell(call, of, &cell))
		brb_helper_kept(call, call->judge->backend->cell(call->judge, &cell, &value));
	return value;
}

static int32_t set_cell(brb_call *call, const char *helper, const request *of, const brb_cell_value *value)
{
	brb_cell cell;
	bool set =
		check_may_change(call, helper) && enter_cell(call, of, &cell) && brb_apply_cell(call, &cell, value);
	return set ? BADGE_OK : BADGE_FAILED;
}

int64_t brb_helper_cell_number(badge_call *call, const char *name, const char *owner, const char *key)
{
	const request of = { name, owner, key, BRB_CELL_NUMBER };
	return read_cell(brb_call_of(call), &of).number;
}

static int32_t set_number(brb_call *call, const char *helper, const request *of, int64_t number)
{
	const brb_cell_value value = { .kind = number ? BRB_CELL_NUMBER : BRB_CELL_NONE, .number = number };
	return set_cell(call, helper, of, &value);
}

int32_t brb_helper_cell_set_number(badge_call *call, const char *name, const char *owner, const char *key,
				   int64_t value)
{
	const request of = { name, owner, key, BRB_CELL_NUMBER };
	return set_number(brb_call_of(call), "badge_tally_set", &of, value);
}

/* The message is stored, and must not have a user's name, who may be forgotten. */
static void refuse_overflow(brb_call *call, const request *of)
{
	const brb_store_memory *memory = find_declared(call, of);
	if (memory && memory->owner == BRB_OWNER_THING)
		brb_call_refuse(call, "the tally \"%s\" of \"%s\" would grow beyond 64 bits", of->name, of->owner);
	else
		brb_call_refuse(call, "the tally \"%s\" would grow beyond 64 bits", of->name);
}

int64_t brb_helper_cell_add(badge_call *head, const char *name, const char *owner, const char *key, int64_t delta)
{
	brb_call *call = brb_call_of(head);
	const request of = { name, owner, key, BRB_CELL_NUMBER };
	int64_t value = read_cell(call, &of).number, sum = 0;
	if (!check_may_change(call, "badge_tally_add"))
		return value;
	if (__builtin_add_overflow(value, delta, &sum)) {
		refuse_overflow(call, &of);
		return value;
	}
	return set_number(call, "badge_tally_add", &of, sum) == BADGE_OK ? sum : value;
}

const char *brb_helper_cell_text(badge_call *call, const char *name, const char *owner, const char *key)
{
	const request of = { name, owner, key, BRB_CELL_TEXT };
	return read_cell(brb_call_of(call), &of).text;
}

int32_t brb_helper_cell_set_text(badge_call *head, const char *name, const char *owner, const char *key,
				 const char *text)
{
	brb_call *call = brb_call_of(head);
	const request of = { name, owner, key, BRB_CELL_TEXT };
	const brb_cell_value value = { .kind = text ? BRB_CELL_TEXT : BRB_CELL_NONE, .text = text };
	if (text && !brb_helper_check_text(call, text, 0, BRB_NOTE_BYTES_MOST, "text of a note"))
		return BADGE_FAILED;
	return set_cell(call, "badge_note_set", &of, &value);
}

const char *brb_helper_cell_user(badge_call *call, const char *name, const char *owner, const char *key)
{
	const request of = { name, owner, key, BRB_CELL_USER };
	return read_cell(brb_call_of(call), &of).text;
}

int32_t brb_helper_cell_set_user(badge_call *head, const char *name, const char *owner, const char *key,
				 const char *user)
{
	brb_call *call = brb_call_of(head);
	const request of = { name, owner, key, BRB_CELL_USER };
	const brb_cell_value value = { .kind = user ? BRB_CELL_USER : BRB_CELL_NONE, .text = user };
	if (user && !brb_helper_check_text(call, user, 1, BRB_SUBJECT_BYTES_MOST, "user of badge_user_ref_set"))
		return BADGE_FAILED;
	return set_cell(call, "badge_user_ref_set", &of, &value);
}

/* ---- keys ---- */

static int64_t count_keys(brb_call *call, const char *name, const char *owner)
{
	const request of = { name, owner, NULL, BRB_CELL_NONE };
	brb_judge *judge = call->judge;
	brb_cell cell;
	int64_t count = 0;
	if (enter_cell(call, &of, &cell))
		brb_helper_kept(call, judge->backend->key_count(judge, cell.memory, cell.owner, &count));
	return count;
}

static bool may_step(brb_call *call, const brb_store_memory *memory)
{
	if (memory->keys == BRB_KEY_HASHED)
		brb_call_fail(call, "memory \"%s\" has hashed keys, which cannot be listed", memory->name);
	else if (call->mode == BRB_CALL_MERGING) /* all that a user has may have to be merged */
		return true;
	else if (call->key_steps == BRB_KEY_STEPS_MOST)
		brb_call_fail(call, "badge_key_next more than %d times in one judgement", BRB_KEY_STEPS_MOST);
	else
		call->key_steps++;
	return !call->failed;
}

static const char *next_key(brb_call *call, const char *name, const char *owner, const char *after)
{
	const request of = { name, owner, after, BRB_CELL_NONE };
	brb_judge *judge = call->judge;
	brb_cell cell;
	const char *key = NULL;
	if (enter_cell(call, &of, &cell) && may_step(call, cell.memory))
		brb_helper_kept(call, judge->backend->key_next(judge, cell.memory, cell.owner,
							       after && after[0] ? after : NULL, &key));
	return key;
}

int64_t brb_helper_key_count(badge_call *call, const char *name, const char *owner)
{
	return count_keys(brb_call_of(call), name, owner);
}

const char *brb_helper_key_next(badge_call *call, const char *name, const char *owner, const char *after)
{
	return next_key(brb_call_of(call), name, owner, after);
}

/* ---- the user who is merged ---- */

/* NULL: the call has failed. */
static const char *merged_user(brb_call *call, const char *helper)
{
	if (call->mode == BRB_CALL_MERGING)
		return call->merged->from;
	brb_call_fail(call, "%s is for merge, not for %s", helper, brb_call_function(call));
	return NULL;
}

static brb_cell_value read_merged(brb_call *call, const char *helper, const char *name, const char *key,
				  brb_cell_kind kind)
{
	const request of = { name, merged_user(call, helper), key, kind };
	return read_cell(call, &of);
}

int64_t brb_helper_merged_number(badge_call *call, const char *name, const char *key)
{
	return read_merged(brb_call_of(call), "badge_merged_tally", name, key, BRB_CELL_NUMBER).number;
}

const char *brb_helper_merged_text(badge_call *call, const char *name, const char *key)
{
	return read_merged(brb_call_of(call), "badge_merged_note", name, key, BRB_CELL_TEXT).text;
}

const char *brb_helper_merged_user(badge_call *call, const char *name, const char *key)
{
	return read_merged(brb_call_of(call), "badge_merged_user_ref", name, key, BRB_CELL_USER).text;
}

int64_t brb_helper_merged_key_count(badge_call *head, const char *name)
{
	brb_call *call = brb_call_of(head);
	return count_keys(call, name, merged_user(call, "badge_merged_key_count"));
}

const char *brb_helper_merged_key_next(badge_call *head, const char *name, const char *after)
{
	brb_call *call = brb_call_of(head);
	return next_key(call, name, merged_user(call, "badge_merged_key_next"), after);
}
