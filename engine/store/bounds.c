/*
 * store/bounds: how much the database takes of what grows with each event and is not given back by itself: jobs, of a user and
 * in all, and notes of a user. What is beyond is refused with BRABEION_INVALID, which is a failure of that badge's judgement.
 * The messages are stored, and must not have a user's name, who may be forgotten.
 *
 * Counting jobs costs, so they are counted again only when half of what was left may be used up, and when a bound has been
 * reached after some commits, a thousandth of it. Other processes may go beyond by as much.
 */
#include <string.h>

#include "base/log.h"
#include "store/internal.h"

enum { UNCOUNTED_OF_USER_MOST = 100, UNCOUNTED_MOST = 10000, COUNTED_PER_COMMIT = 1000 };

void brb_store_set_bounds(brb_store *store, const brb_store_bounds *bounds)
{
	atomic_store_explicit(&store->bounds.jobs, bounds->jobs, memory_order_relaxed);
	atomic_store_explicit(&store->bounds.jobs_of_user, bounds->jobs_of_user, memory_order_relaxed);
	atomic_store_explicit(&store->bounds.notes_of_user, bounds->notes_of_user, memory_order_relaxed);
}

static int64_t bound(const _Atomic(int64_t) *bound)
{
	return atomic_load_explicit(bound, memory_order_relaxed);
}

brb_store_bounds brb_store_bounds_of(const brb_store *store)
{
	return (brb_store_bounds){ .jobs = bound(&store->bounds.jobs),
				   .jobs_of_user = bound(&store->bounds.jobs_of_user),
				   .notes_of_user = bound(&store->bounds.notes_of_user) };
}

/* ---- jobs ---- */

static size_t place_of(int64_t user)
{
	return (uint64_t)user % BRB_BOUNDS_USERS;
}

void brb_bounds_job_pends(brb_store *store, int64_t user)
{
	store->bounds.pending[place_of(user)]++;
}

void brb_bounds_job_dropped(brb_store *store, int64_t user)
{
	store->bounds.pending[place_of(user)]--;
}

void brb_bounds_none_pends(brb_store *store)
{
	memset(store->bounds.pending, 0, sizeof store->bounds.pending);
}

/*
 * Jobs that were added in this transaction and are not written yet: of the user, or as many and more where that is below `enough`.
 * Looking through thousands at each job would cost more than all else.
 */
static int64_t pending_of(const brb_store *store, int64_t user, int64_t enough)
{
	int64_t count = store->bounds.pending[place_of(user)];
	if (count < enough)
		return count;
	count = 0;
	for (size_t i = 0; i < store->jobs.count; i++)
		count += store->jobs.pending[i].user == user;
	return count;
}

/* Counted as `count`, of `most`: how many may be added before they are counted again, beside the one that is added now. */
static void counted(brb_store *store, brb_bounds_count *of, int64_t count, int64_t most, int64_t uncounted_most)
{
	int64_t half = (most - count) / 2;
	of->full = count >= most ? most : 0;
	of->full_at = brb_store_commit_count(store);
	of->left = half < uncounted_most ? half : uncounted_most;
}

/* Whether the last count still tells. What is full stays so for some commits: counting ten million takes a second. */
static bool is_known(const brb_store *store, brb_bounds_count *of, int64_t most)
{
	if (of->full == most && brb_store_commit_count(store) - of->full_at <= (uint64_t)most / COUNTED_PER_COMMIT)
		return true;
	return !of->full && of->left-- > 0;
}

static brabeion_status check_user(brb_store *store, int64_t user, brabeion_error *error)
{
	int64_t count = 0, most = bound(&store->bounds.jobs_of_user);
	brb_bounds_count *of = &store->bounds.of_users[place_of(user)];
	if (!most)
		return BRABEION_OK;
	if (of->user != user)
		*of = (brb_bounds_count){ .user = user };
	if (!is_known(store, of, most)) {
		brabeion_status status = store->driver->jobs->count_of_user(store->db, user, most, &count, error);
		if (status != BRABEION_OK)
			return status;
		counted(store, of, count + pending_of(store, user, most - count), most, UNCOUNTED_OF_USER_MOST);
	}
	if (!of->full)
		return BRABEION_OK;
	return brb_status_set(error, BRABEION_INVALID,
			      "%lld jobs of the user wait, and no more may (\"jobs: max_per_user\" in badges.yaml)",
			      (long long)most);
}

static brabeion_status check_all(brb_store *store, brabeion_error *error)
{
	int64_t count = 0, most = bound(&store->bounds.jobs);
	brb_bounds_count *of = &store->bounds.of_all;
	if (!most)
		return BRABEION_OK;
	if (!is_known(store, of, most)) {
		brabeion_status status = store->driver->jobs->count_all(store->db, most, &count, error);
		if (status != BRABEION_OK)
			return status;
		counted(store, of, count + (int64_t)store->jobs.count, most, UNCOUNTED_MOST);
	}
	if (!of->full)
		return BRABEION_OK;
	return brb_status_set(error, BRABEION_INVALID,
			      "the database has %lld jobs, and may have no more (\"jobs: max_total\" in badges.yaml)",
			      (long long)most);
}

brabeion_status brb_bounds_job(brb_store *store, int64_t user, brabeion_error *error)
{
	brabeion_status status = check_user(store, user, error);
	return status == BRABEION_OK ? check_all(store, error) : status;
}

/* ---- notes ---- */

brabeion_status brb_bounds_note(brb_store *store, const brb_store_memory *memory, const brb_cache_entry *state,
				brabeion_error *error)
{
	int64_t most = bound(&store->bounds.notes_of_user);
	if (!most || memory->owner != BRB_OWNER_USER)
		return BRABEION_OK;
	int64_t count = (int64_t)brb_packed_keys(brb_cache_at(state), brb_cache_length(state), memory->number);
	if (count > most)
		return brb_status_set(error, BRABEION_INVALID,
				      "the user has %lld notes under \"%s\", and may have no more (\"max_notes\" in "
				      "badges.yaml)",
				      (long long)most, memory->name);
	if (count >= most - most / 5 && !store->bounds.notes_were_told) {
		store->bounds.notes_were_told = true;
		brb_log_write(&store->options.log, BRABEION_LOG_WARNING,
			      "a user has %lld notes under \"%s\"; a badge that keeps more than %lld fails "
			      "(\"max_notes\" in badges.yaml)",
			      (long long)count, memory->name, (long long)most);
	}
	return BRABEION_OK;
}
