/*
 * store/clock: whether the system's clock can be believed. See store.h.
 *
 * The newest time by a clock that was trusted is kept in the database, to the hour. A clock far ahead of it is suspect: by it
 * ids that are wanted would be swept, and leases would block jobs after it is set right. What the database has not
 * been used for so long looks the same: an hour later it is the newest time.
 *
 * The beginning of a suspicion is kept, too, by the clock and by the monotonic clock of the same boot: so the hour goes on from
 * one process to the next. It begins anew when the clock is set meanwhile, or the machine has been started anew.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/duration.h"
#include "store/internal.h"

#define SUSPECT_US (30 * BRB_DAY_US)
#define NOTED_EVERY_US BRB_HOUR_US
#define CONFIRMED_US BRB_HOUR_US
#define DRIFT_US (60 * BRB_SECOND_US) /* between the two clocks: NTP, and not a clock that was set */

static const char *const names[BRB_CLOCK_COUNTERS] = {
	[BRB_CLOCK_NEWEST] = BRB_COUNTER_NEWEST,
	[BRB_CLOCK_SUSPECT] = BRB_COUNTER_SUSPECT,
	[BRB_CLOCK_SUSPECT_MONOTONIC] = BRB_COUNTER_SUSPECT_MONOTONIC,
	[BRB_CLOCK_SUSPECT_BOOT] = BRB_COUNTER_SUSPECT_BOOT,
};

/* A number of this boot of the machine; where the system does not tell one, of this process. */
static int64_t boot_number(void)
{
	char text[9] = "", *behind = text;
	int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t length = file >= 0 ? read(file, text, sizeof text - 1) : 0;
	if (file >= 0)
		close(file);
	int64_t number = (int64_t)strtoul(text, &behind, 16) + 1;
	return length > 0 && behind > text ? number : -(int64_t)getpid();
}

static brabeion_status know(brb_store *store, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < BRB_CLOCK_COUNTERS && status == BRABEION_OK && !store->clock.is_known; i++) {
		status = store->driver->transaction->counter(store->db, names[i], NULL, &store->clock.now[i], error);
		store->clock.written[i] = store->clock.now[i];
	}
	store->clock.is_known = status == BRABEION_OK;
	return status;
}

static void clear_suspicion(brb_store *store)
{
	store->clock.now[BRB_CLOCK_SUSPECT] = store->clock.now[BRB_CLOCK_SUSPECT_MONOTONIC] =
		store->clock.now[BRB_CLOCK_SUSPECT_BOOT] = 0;
	store->clock.is_told = false;
}

static void trust(brb_store *store, int64_t now_us)
{
	store->clock.now[BRB_CLOCK_NEWEST] = now_us;
	clear_suspicion(store);
}

static void tell(brb_store *store, int64_t now_us)
{
	char now[BRABEION_TIME_BYTES] = "", newest[BRABEION_TIME_BYTES] = "";
	if (store->clock.is_told)
		return;
	store->clock.is_told = true;
	brabeion_time_format(now_us, now);
	brabeion_time_format(store->clock.now[BRB_CLOCK_NEWEST], newest);
	brb_log_write(
		&store->options.log, BRABEION_LOG_WARNING,
		"the clock shows %s, and the newest time in the database is %s: for an hour nothing is swept, and no "
		"job is given to a worker; if the clock is right, \"brabeion clock --confirm\" says so at once",
		now, newest);
}

/* How long the clock is suspect by now, of this boot and without having been set; -1: not yet. */
static int64_t running_for_us(const int64_t counters[BRB_CLOCK_COUNTERS], int64_t now_us, int64_t monotonic_us,
			      int64_t boot)
{
	int64_t by_clock_us = now_us - counters[BRB_CLOCK_SUSPECT];
	int64_t for_us = monotonic_us - counters[BRB_CLOCK_SUSPECT_MONOTONIC];
	int64_t drift_us = by_clock_us - for_us;
	bool goes_on = counters[BRB_CLOCK_SUSPECT] && counters[BRB_CLOCK_SUSPECT_BOOT] == boot && for_us >= 0 &&
		       drift_us < DRIFT_US && drift_us > -DRIFT_US;
	return goes_on ? for_us : -1;
}

static bool is_far_ahead(int64_t now_us, int64_t newest_us)
{
	return newest_us && now_us - newest_us > SUSPECT_US;
}

/* The same; begins it where it does not go on. */
static int64_t suspect_for_us(brb_store *store, int64_t now_us)
{
	int64_t *counters = store->clock.now, monotonic_us = brb_clock_monotonic_us();
	int64_t boot = store->clock.boot = store->clock.boot ? store->clock.boot : boot_number();
	int64_t for_us = running_for_us(counters, now_us, monotonic_us, boot);
	if (for_us >= 0)
		return for_us;
	counters[BRB_CLOCK_SUSPECT] = now_us;
	counters[BRB_CLOCK_SUSPECT_MONOTONIC] = monotonic_us;
	counters[BRB_CLOCK_SUSPECT_BOOT] = boot;
	return 0;
}

static bool is_suspect(brb_store *store, int64_t now_us)
{
	if (!is_far_ahead(now_us, store->clock.now[BRB_CLOCK_NEWEST])) {
		clear_suspicion(store);
		return false;
	}
	if (suspect_for_us(store, now_us) < CONFIRMED_US) {
		tell(store, now_us);
		return true;
	}
	trust(store, now_us);
	return false;
}

brabeion_status brb_store_look_at_clock(brb_store *store, brb_store_clock *clock, brabeion_error *error)
{
	brb_store_clock read = { .now_us = brb_clock_now_us(&store->options.clock) };
	brabeion_status status = know(store, error);
	if (status != BRABEION_OK)
		return status;
	if (!store->options.clock.now)
		read.is_suspect = is_suspect(store, read.now_us);
	read.newest_us = store->clock.now[BRB_CLOCK_NEWEST];
	atomic_store_explicit(&store->clock.is_suspect, read.is_suspect, memory_order_relaxed);
	*clock = read;
	return BRABEION_OK;
}

brabeion_status brb_store_read_clock(brb_store *store, brb_store_clock *clock, brabeion_error *error)
{
	int64_t counters[BRB_CLOCK_COUNTERS] = { 0 };
	brb_store_clock read = { .now_us = brb_clock_now_us(&store->options.clock) };
	brabeion_status status = BRABEION_OK;
	for (size_t i = 0; i < BRB_CLOCK_COUNTERS && status == BRABEION_OK; i++)
		status = store->driver->upkeep->committed_counter(store->db, names[i], &counters[i], error);
	if (status != BRABEION_OK)
		return status;
	read.newest_us = counters[BRB_CLOCK_NEWEST];
	read.is_suspect =
		!store->options.clock.now && is_far_ahead(read.now_us, read.newest_us) &&
		running_for_us(counters, read.now_us, brb_clock_monotonic_us(), boot_number()) < CONFIRMED_US;
	*clock = read;
	return BRABEION_OK;
}

brabeion_status brb_store_is_clock_suspect(brb_store *store, bool *suspect, brabeion_error *error)
{
	brb_store_clock clock;
	if (store->options.clock.now)
		return BRABEION_OK;
	brabeion_status status = brb_store_look_at_clock(store, &clock, error);
	if (status == BRABEION_OK)
		*suspect = clock.is_suspect;
	return status;
}

bool brb_store_clock_was_suspect(const brb_store *store)
{
	return atomic_load_explicit(&store->clock.is_suspect, memory_order_relaxed);
}

brabeion_status brb_store_confirm_clock(brb_store *store, brabeion_error *error)
{
	brabeion_status status = know(store, error);
	if (status == BRABEION_OK)
		trust(store, brb_clock_now_us(&store->options.clock));
	return status;
}

/* ---- the transaction ---- */

static brabeion_status reload(brb_store *store, brabeion_error *error)
{
	(void)error;
	store->clock.is_known = false;
	return BRABEION_OK;
}

static brabeion_status write_counters(brb_store *store, brb_effects *effects, brabeion_error *error)
{
	brb_store_clock clock;
	if (store->options.clock.now && !store->clock.is_known)
		return BRABEION_OK;
	brabeion_status status = brb_store_look_at_clock(store, &clock, error);
	if (status != BRABEION_OK)
		return status;
	if (!store->options.clock.now && !clock.is_suspect && clock.now_us - clock.newest_us >= NOTED_EVERY_US)
		store->clock.now[BRB_CLOCK_NEWEST] = clock.now_us;
	for (size_t i = 0; i < BRB_CLOCK_COUNTERS; i++) {
		if (store->clock.now[i] == store->clock.written[i])
			continue;
		effects->counters[effects->counter_count++] = (brb_effect_counter){ names[i], store->clock.now[i] };
		store->clock.written[i] = store->clock.now[i];
	}
	return BRABEION_OK;
}

const brb_participant brb_clock_participant = { .reload = reload, .write = write_counters };
