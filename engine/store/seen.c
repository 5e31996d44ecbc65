/*
 * store/seen: ids of events that were judged, as hashes under the database's key of (id, event, user). The user is the one of
 * the name, also when it was merged into another since: an event that comes again after a merge is known.
 *
 * Hashes are kept by periods, an eighth of the retention, at least an hour, named by the time at which they end. A period goes
 * when its end is older than the retention, some rows with each commit. So an id is remembered for the retention, and at most
 * an eighth more, whatever the retention was when it came. An id that comes again moves to the period that is now once a quarter
 * of the retention has passed since its own began: what comes again within three quarters of the retention is known however
 * often. While a file is being fed, nothing is swept, and what is there is known.
 *
 * Many hashes at once, whose places among those of their period are anywhere, would change all of its pages. So they become a
 * run: a period of their own, which ends a few seconds later. Of a period there are at most RUNS_MOST, since whoever looks for
 * a hash must look in each.
 *
 * In front of the database is a filter, built only when the look-ups cost more than reading all hashes once: what has a
 * few events a second never builds one. It is dropped when another connection has committed.
 */
#include <endian.h>
#include <stdlib.h>

#include "base/hash/siphash.h"
#include "base/list.h"
#include "base/memory.h"
#include "store/internal.h"

#define FEED_US_MOST (24 * INT64_C(3600000000))

enum { HOUR_S = 3600, YEAR_S = 365 * 24 * HOUR_S, RUN_LEAST = 50000, RUNS_MOST = 4 };
enum { ROWS_PER_ID = 2, ROWS_AT_LEAST = 64, ROWS_IN_SLICE = 20000, FIRST_BUILD = 4096, ROWS_PER_LOOK = 16 };
enum { HASHED_BYTES = BRB_SUBJECT_BYTES_MOST + 1 + 2 * 8, SLOTS_KEPT = 16384, HASHES_IN_BUCKET = 16 };

_Static_assert(sizeof(brb_effect_seen) == BRB_SIPHASH_BYTES, "a seen id is a hash");

static int64_t now_s(const brb_store *store)
{
	return brb_clock_now_us(&store->options.clock) / 1000000;
}

static bool forever(const brb_store *store)
{
	return store->options.retention_us == INT64_MAX;
}

static int64_t period_s(const brb_store *store)
{
	int64_t eighth = forever(store) ? YEAR_S : store->options.retention_us / 8000000;
	return eighth > HOUR_S ? eighth : HOUR_S;
}

/* ---- files that are fed ---- */

void brb_store_feed_begin(brb_store *store)
{
	pthread_mutex_lock(&store->seen.feeding);
	if (!store->seen.feeds++ || !store->seen.is_fed) {
		store->driver->transaction->set_fed(store->db, true);
		store->seen.fed_since_us = brb_clock_monotonic_us();
		store->seen.is_fed = true;
	}
	pthread_mutex_unlock(&store->seen.feeding);
}

static void stop_feeding_locked(brb_store *store)
{
	if (store->seen.is_fed)
		store->driver->transaction->set_fed(store->db, false);
	store->seen.is_fed = false;
}

void brb_store_feed_end(brb_store *store)
{
	pthread_mutex_lock(&store->seen.feeding);
	if (!--store->seen.feeds)
		stop_feeding_locked(store);
	pthread_mutex_unlock(&store->seen.feeding);
}

static bool is_fed(brb_store *store)
{
	if (!atomic_load_explicit(&store->seen.is_fed, memory_order_relaxed))
		return false;
	pthread_mutex_lock(&store->seen.feeding);
	if (brb_clock_monotonic_us() - store->seen.fed_since_us > FEED_US_MOST)
		stop_feeding_locked(store);
	bool fed = store->seen.is_fed;
	pthread_mutex_unlock(&store->seen.feeding);
	return fed;
}

/* ---- hashes of this transaction ---- */

static void hash_of(const brb_store *store, const char *id, int64_t event, int64_t user, brb_effect_seen *seen)
{
	unsigned char bytes[HASHED_BYTES];
	size_t length = strlen(id) + 1;
	uint64_t numbers[2] = { (uint64_t)event, (uint64_t)user };
	memcpy(bytes, id, length);
	for (size_t i = 0; i < 2; i++)
		for (unsigned shift = 0; shift < 64; shift += 8)
			bytes[length++] = (unsigned char)(numbers[i] >> shift);
	brb_siphash(store->hash_key, bytes, length, seen->hash);
}

/* The hash's first bits. */
static size_t slot_of(const brb_store *store, const brb_effect_seen *seen)
{
	uint64_t word;
	memcpy(&word, seen->hash, sizeof word);
	return (size_t)(be64toh(word) >> (64 - __builtin_ctzll(store->seen.slot_count)));
}

static uint32_t tag_of(const brb_effect_seen *seen)
{
	uint32_t tag;
	memcpy(&tag, seen->hash + sizeof seen->hash - sizeof tag, sizeof tag);
	return tag;
}

/* Whether it is pending; *slot is where it is, or belongs. */
static bool find_pending(const brb_store *store, const brb_effect_seen *seen, size_t *slot)
{
	if (!store->seen.slot_count)
		return false;
	uint32_t tag = tag_of(seen);
	for (*slot = slot_of(store, seen);; *slot = (*slot + 1) & (store->seen.slot_count - 1)) {
		brb_seen_slot has = store->seen.slots[*slot];
		if (!has.at)
			return false;
		if (has.tag == tag &&
		    memcmp(store->seen.pending[has.at - 1].hash, seen->hash, sizeof seen->hash) == 0)
			return true;
	}
}

static bool grow_slots(brb_store *store)
{
	size_t count = store->seen.slot_count ? store->seen.slot_count * 2 : 64, slot = 0;
	brb_seen_slot *slots = brb_memory_take_zeroed(count, sizeof *slots);
	if (!slots)
		return false;
	brb_memory_release(store->seen.slots);
	store->seen.slots = slots;
	store->seen.slot_count = count;
	for (size_t i = 0; i < store->seen.count; i++) {
		find_pending(store, &store->seen.pending[i], &slot);
		slots[slot] = (brb_seen_slot){ (uint32_t)i + 1, tag_of(&store->seen.pending[i]) };
	}
	return true;
}

static brabeion_status add_pending(brb_store *store, const brb_effect_seen *seen, brabeion_error *error)
{
	size_t slot = 0;
	if (store->seen.count >= store->seen.slot_count / 4 * 3 && !grow_slots(store))
		return brb_status_no_memory(error);
	brb_effect_seen *place =
		brb_list_add(&store->seen.pending, &store->seen.count, &store->seen.capacity, sizeof *place);
	if (!place)
		return brb_status_no_memory(error);
	find_pending(store, seen, &slot);
	*place = *seen;
	store->seen.slots[slot] = (brb_seen_slot){ (uint32_t)store->seen.count, tag_of(seen) };
	return BRABEION_OK;
}

/* ---- the filter ---- */

static void add_to_filter(void *context, const brb_effect_seen *seen)
{
	brb_hash_filter_add(context, seen->hash);
}

/* Reads at most `most` hashes; with more in the database there is no filter. */
static brabeion_status build_filter(brb_store *store, size_t most, brabeion_error *error)
{
	bool all = false;
	size_t capacity = most + store->seen.count + most / 2;
	brb_hash_filter_finish(&store->seen.filter);
	store->seen.next_build = most / ROWS_PER_LOOK * 2;
	if (brb_hash_filter_bytes(capacity) > (size_t)store->options.memory_bytes / BRB_FILTER_SHARE ||
	    !brb_hash_filter_begin(&store->seen.filter, capacity)) {
		store->seen.next_build = SIZE_MAX; /* until it is tried anew after a reload */
		return BRABEION_OK;
	}
	brabeion_status status = store->driver->transaction->each_seen(store->db, most, add_to_filter,
								       &store->seen.filter, &all, error);
	for (size_t i = 0; i < store->seen.count && all; i++)
		brb_hash_filter_add(&store->seen.filter, store->seen.pending[i].hash);
	if (status != BRABEION_OK || !all)
		brb_hash_filter_finish(&store->seen.filter);
	return status;
}

static brabeion_status look(brb_store *store, const brb_effect_seen *seen, bool *found, int64_t *period,
			    brabeion_error *error);

/* Says no for certain, or asks the database. */
static brabeion_status is_stored(brb_store *store, const brb_effect_seen *seen, bool *found, int64_t *period,
				 brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	const brb_hash_filter *filter = &store->seen.filter;
	if (filter->words && filter->count >= filter->capacity)
		status = build_filter(store, filter->count * 2, error);
	else if (!filter->words && ++store->seen.looks >= store->seen.next_build)
		status = build_filter(store, store->seen.looks * ROWS_PER_LOOK, error);
	if (status != BRABEION_OK)
		return status;
	*found = false;
	return filter->words && !brb_hash_filter_may_have(filter, seen->hash)
		       ? BRABEION_OK
		       : look(store, seen, found, period, error);
}

/* ---- periods ---- */

static brabeion_status know_periods(brb_store *store, brabeion_error *error)
{
	int64_t period = INT64_MIN;
	if (store->seen.periods_are_known)
		return BRABEION_OK;
	store->seen.period_count = 0;
	for (;;) {
		brabeion_status status = store->driver->transaction->next_period(store->db, period, &period, error);
		if (status != BRABEION_OK || period == INT64_MAX) {
			store->seen.periods_are_known = status == BRABEION_OK;
			return status;
		}
		int64_t *place = brb_list_add(&store->seen.periods, &store->seen.period_count,
					      &store->seen.period_capacity, sizeof *place);
		if (!place)
			return brb_status_no_memory(error);
		*place = period;
	}
}

static size_t first_kept(const brb_store *store)
{
	size_t i = 0;
	int64_t cutoff_s = forever(store) ? INT64_MIN : now_s(store) - store->options.retention_us / 1000000;
	while (i < store->seen.period_count && store->seen.periods[i] <= cutoff_s)
		i++;
	return i;
}

static brabeion_status look(brb_store *store, const brb_effect_seen *seen, bool *found, int64_t *period,
			    brabeion_error *error)
{
	brabeion_status status = know_periods(store, error);
	if (status != BRABEION_OK)
		return status;
	bool suspect = false;
	status = brb_store_is_clock_suspect(store, &suspect, error);
	if (status != BRABEION_OK)
		return status;
	size_t first = suspect || is_fed(store) ? 0 : first_kept(store);
	return store->driver->transaction->is_seen(store->db, seen, store->seen.periods + first,
						   store->seen.period_count - first, found, period, error);
}

/* When the period that is now ends. */
static int64_t period_end_s(const brb_store *store)
{
	return (now_s(store) / period_s(store) + 1) * period_s(store);
}

int64_t brb_store_seen_until_s(const brb_store *store)
{
	return period_end_s(store) + RUNS_MOST - 1;
}

/* The place among the known periods. */
static size_t place_of(const brb_store *store, int64_t period)
{
	size_t i = store->seen.period_count;
	while (i && store->seen.periods[i - 1] >= period)
		i--;
	return i;
}

static bool has_period(const brb_store *store, int64_t period)
{
	size_t i = place_of(store, period);
	return i < store->seen.period_count && store->seen.periods[i] == period;
}

/* A new run for many hashes; where there are as many as may be, one of them. */
static int64_t run_to_write(const brb_store *store)
{
	int64_t first = period_end_s(store);
	for (int64_t run = 0; run < RUNS_MOST; run++)
		if (store->seen.count < RUN_LEAST || !has_period(store, first + run))
			return first + run;
	return first + (int64_t)(brb_store_commit_count(store) % RUNS_MOST);
}

/* False when memory is short. */
static bool choose_period(brb_store *store, int64_t *period)
{
	*period = run_to_write(store);
	if (has_period(store, *period))
		return true;
	size_t i = place_of(store, *period);
	if (!brb_list_add(&store->seen.periods, &store->seen.period_count, &store->seen.period_capacity,
			  sizeof *store->seen.periods))
		return false;
	memmove(store->seen.periods + i + 1, store->seen.periods + i,
		(store->seen.period_count - 1 - i) * sizeof *store->seen.periods);
	store->seen.periods[i] = *period;
	return true;
}

/* ---- one id ---- */

static bool is_to_be_renewed(const brb_store *store, int64_t period)
{
	int64_t quarter_s = store->options.retention_us / 4000000;
	return !forever(store) && period < period_end_s(store) &&
	       now_s(store) - (period - period_s(store)) >= quarter_s;
}

static brabeion_status renew(brb_store *store, const brb_effect_seen *seen, int64_t period, brabeion_error *error)
{
	brb_effect_renewed *renewed = brb_list_add(&store->seen.renewed, &store->seen.renewed_count,
						   &store->seen.renewed_capacity, sizeof *renewed);
	if (!renewed)
		return brb_status_no_memory(error);
	*renewed = (brb_effect_renewed){ .period = period, .seen = *seen };
	return add_pending(store, seen, error);
}

brabeion_status brb_store_see(brb_store *store, const char *id, const char *event, const char *user, bool *first,
			      brabeion_error *error)
{
	size_t slot = 0;
	int64_t event_number, period = 0;
	bool found = false, pending = false;
	brb_effect_seen seen;
	brabeion_status status = brb_store_event(store, event, &event_number, error);
	const brb_cache_entry *entry = status == BRABEION_OK ? brb_store_user_entry(store, user, true, error) : NULL;
	if (!entry)
		return error->status;
	hash_of(store, id, event_number, entry->number, &seen);
	found = pending = find_pending(store, &seen, &slot);
	/* what a new user did was not seen */
	if (!found && !brb_store_is_new_user(store, entry->number))
		status = is_stored(store, &seen, &found, &period, error);
	if (status == BRABEION_OK && !found)
		status = add_pending(store, &seen, error);
	else if (status == BRABEION_OK && !pending && is_to_be_renewed(store, period))
		status = renew(store, &seen, period, error);
	if (status != BRABEION_OK)
		return status;
	if (!found && store->seen.filter.words)
		brb_hash_filter_add(&store->seen.filter, seen.hash);
	*first = !found;
	return BRABEION_OK;
}

/* ---- the transaction ---- */

static brabeion_status reload(brb_store *store, brabeion_error *error)
{
	(void)error;
	store->seen.periods_are_known = false;
	brb_hash_filter_finish(&store->seen.filter);
	store->seen.looks = 0;
	store->seen.next_build = FIRST_BUILD;
	return BRABEION_OK;
}

static int by_hash(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(brb_effect_seen));
}

/* The hash's first bits, of which there are enough for a few hashes in each bucket. */
static size_t bucket_of(const brb_effect_seen *seen, int bits)
{
	uint64_t word;
	memcpy(&word, seen->hash, sizeof word);
	return (size_t)(be64toh(word) >> (64 - bits));
}

/* Moves each hash into its bucket: `ends` has where those end, and gets where they begin. */
static void fill_buckets(brb_effect_seen *all, int bits, uint32_t *ends, const uint32_t *begins)
{
	for (size_t bucket = 0; bucket < (size_t)1 << bits; bucket++)
		while (ends[bucket] > begins[bucket]) {
			size_t other = bucket_of(&all[ends[bucket] - 1], bits);
			brb_effect_seen moved = all[ends[bucket] - 1];
			all[ends[bucket] - 1] = all[ends[other] - 1];
			all[--ends[other]] = moved;
		}
}

/* Into buckets in place: a copy would be a tenth of the budget, and comes when all of that is in use. */
static bool sort_into_buckets(brb_store *store)
{
	int bits = 64 - __builtin_clzll(store->seen.count / HASHES_IN_BUCKET);
	size_t buckets = (size_t)1 << bits;
	uint32_t *ends = brb_memory_take_zeroed(2 * buckets, sizeof *ends), before = 0;
	if (!ends)
		return false;
	uint32_t *begins = ends + buckets;
	for (size_t i = 0; i < store->seen.count; i++)
		ends[bucket_of(&store->seen.pending[i], bits)]++;
	for (size_t i = 0; i < buckets; i++) {
		begins[i] = before;
		ends[i] = before += ends[i];
	}
	fill_buckets(store->seen.pending, bits, ends, begins);
	brb_memory_release(ends);
	return true;
}

static void release_slots(brb_store *store)
{
	brb_memory_release(store->seen.slots);
	store->seen.slots = NULL;
	store->seen.slot_count = 0;
}

/* The slots are of no use then, since they have the old places. */
static bool sort_pending(brb_store *store)
{
	brb_effect_seen *all = store->seen.pending;
	if (store->seen.slot_count > SLOTS_KEPT)
		release_slots(store);
	if (store->seen.count > HASHES_IN_BUCKET && !sort_into_buckets(store))
		return false;
	for (size_t i = 1; i < store->seen.count; i++) {
		size_t at = i;
		brb_effect_seen seen = all[i];
		for (; at && by_hash(&all[at - 1], &seen) > 0; at--)
			all[at] = all[at - 1];
		all[at] = seen;
	}
	return true;
}

static int by_period(const void *a, const void *b)
{
	const brb_effect_renewed *one = a, *other = b;
	return one->period != other->period ? (one->period < other->period ? -1 : 1)
					    : by_hash(&one->seen, &other->seen);
}

static brabeion_status write_seen(brb_store *store, brb_effects *effects, brabeion_error *error)
{
	if (!store->seen.count)
		return BRABEION_OK;
	brabeion_status status = know_periods(store, error);
	if (status == BRABEION_OK && !choose_period(store, &effects->seen_period))
		status = brb_status_no_memory(error);
	if (store->seen.count > 1 && !sort_pending(store))
		status = brb_status_no_memory(error);
	if (store->seen.renewed_count > 1)
		qsort(store->seen.renewed, store->seen.renewed_count, sizeof *store->seen.renewed, by_period);
	effects->renewed = store->seen.renewed;
	effects->renewed_count = store->seen.renewed_count;
	effects->seen = store->seen.pending;
	effects->seen_count = store->seen.count;
	return status;
}

static void forget(brb_store *store)
{
	if (store->seen.slot_count > SLOTS_KEPT)
		release_slots(store);
	else if (store->seen.count && store->seen.slots)
		memset(store->seen.slots, 0, store->seen.slot_count * sizeof *store->seen.slots);
	store->seen.count = store->seen.renewed_count = 0;
}

/* What is not swept while a file is being fed is swept after it, so that a database which is only ever fed does not grow. */
static brabeion_status sweep(brb_store *store, brabeion_error *error)
{
	bool done = false;
	int64_t rows = store->seen.count ? (int64_t)store->seen.count * ROWS_PER_ID + ROWS_AT_LEAST : 0;
	if (!rows && !store->seen.owed)
		return BRABEION_OK;
	if (is_fed(store) || !first_kept(store)) {
		store->seen.owed = is_fed(store) ? store->seen.owed + rows : 0;
		return BRABEION_OK;
	}
	bool suspect = false;
	brabeion_status status = brb_store_is_clock_suspect(store, &suspect, error);
	if (status != BRABEION_OK || suspect || store->driver->transaction->others_are_fed(store->db))
		return status;
	int64_t more = store->seen.owed < ROWS_IN_SLICE ? store->seen.owed : ROWS_IN_SLICE;
	status = store->driver->transaction->sweep_seen(store->db, store->seen.periods[0], rows + more, &done, error);
	store->seen.owed -= more;
	if (status != BRABEION_OK || !done)
		return status;
	store->seen.period_count--;
	memmove(store->seen.periods, store->seen.periods + 1, store->seen.period_count * sizeof *store->seen.periods);
	return BRABEION_OK;
}

static int64_t owed_rows(brb_store *store)
{
	pthread_mutex_lock(&store->writing);
	int64_t owed = store->seen.owed;
	pthread_mutex_unlock(&store->writing);
	return owed;
}

brabeion_status brb_store_sweep_seen(brb_store *store, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (int64_t before = 0, owed; status == BRABEION_OK && (owed = owed_rows(store)) && owed != before;
	     before = owed) {
		status = brb_store_begin(store, error);
		if (status != BRABEION_OK)
			return status;
		status = know_periods(store, error);
		if (status == BRABEION_OK)
			status = brb_store_commit(store, error);
		else
			brb_store_rollback(store);
	}
	return status;
}

const brb_participant brb_seen_participant = {
	.reload = reload, .write = write_seen, .forget = forget, .sweep = sweep
};
