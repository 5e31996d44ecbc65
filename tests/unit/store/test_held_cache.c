/*
 * store/held_cache: awards known to be held, for callers without a transaction. It may forget any at any time, and must
 * never contain an award that is not held. test_store_revocations tests how transactions fill it.
 */
#include <criterion/criterion.h>

#include <pthread.h>
#include <time.h>

#include "store/held_cache.h"

static struct brb_held_cache *cache;

static void open_room(void)
{
	cache = brb_held_cache_open();
	cr_assert_not_null(cache);
	brb_held_cache_confirm(cache);
}

static void close_room(void)
{
	brb_held_cache_close(cache);
}

TestSuite(held_cache, .init = open_room, .fini = close_room);

static brb_store_award award_of(const char *user, uint32_t badge, uint32_t level)
{
	return (brb_store_award){ .user = user, .badge = badge, .level = level, .reason = "" };
}

static void add(const char *user, uint32_t badge, uint32_t level)
{
	brb_store_award award = award_of(user, badge, level);
	brb_held_cache_add(cache, &award);
}

static bool knows(const char *user, uint32_t badge, uint32_t level)
{
	brb_store_award award = award_of(user, badge, level);
	return brb_held_cache_has(cache, &award);
}

Test(held_cache, knows_what_was_added_and_nothing_else)
{
	cr_expect_not(knows("ada", 1, 1));
	add("ada", 1, 1);
	cr_expect(knows("ada", 1, 1));
	cr_expect_not(knows("ada", 1, 2));
	cr_expect_not(knows("ada", 2, 1));
	cr_expect_not(knows("bob", 1, 1));
	cr_expect_not(knows("ad", 1, 1));
	cr_expect_not(knows("", 1, 1));
	cr_expect_not(knows("", 0, 0), "an empty place is no award");
}

Test(held_cache, what_is_held_for_a_reason_is_not_known)
{
	brb_store_award award = award_of("ada", 1, 1);
	add("ada", 1, 1);
	award.reason = "rescue";
	cr_expect_not(brb_held_cache_has(cache, &award));
	brb_held_cache_add(cache, &award);
	cr_expect_not(brb_held_cache_has(cache, &award));
	award.reason = NULL;
	brb_held_cache_add(cache, &award);
	cr_expect_not(brb_held_cache_has(cache, &award));
}

Test(held_cache, forgets_all_at_once)
{
	add("ada", 1, 1), add("bob", 1, 1);
	brb_held_cache_forget(cache);
	cr_expect_not(knows("ada", 1, 1));
	cr_expect_not(knows("bob", 1, 1));
	add("ada", 1, 1);
	cr_expect(knows("ada", 1, 1));
	cr_expect_not(knows("bob", 1, 1));
}

Test(held_cache, a_name_too_long_to_remember_is_not_cut)
{
	char user[64];
	memset(user, 'u', sizeof user);
	user[51] = '\0';
	add(user, 1, 1);
	cr_expect(knows(user, 1, 1), "51 bytes fit");
	user[51] = 'u', user[52] = '\0';
	cr_expect_not(knows(user, 1, 1));
	add(user, 1, 1);
	cr_expect_not(knows(user, 1, 1), "52 do not");
	user[50] = '\0';
	cr_expect_not(knows(user, 1, 1));
}

/* The cache's clock: the coarse one, which advances every few milliseconds. */
static int64_t coarse_now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The clock cannot be set, so this takes a second. Both bounds hold however late the test is scheduled. */
Test(held_cache, without_a_transaction_holds_for_a_second_and_not_longer)
{
	add("ada", 1, 1);
	int64_t before_us = coarse_now_us();
	brb_held_cache_confirm(cache);
	int64_t after_us = coarse_now_us(), asked_us = after_us;
	while (knows("ada", 1, 1)) {
		cr_assert_leq(asked_us, after_us + 1000000);
		asked_us = coarse_now_us();
	}
	cr_expect_gt(coarse_now_us(), before_us + 1000000);
	brb_held_cache_confirm(cache);
	cr_expect(knows("ada", 1, 1), "seen to be true again");
}

Test(held_cache, is_nothing_before_it_is_first_confirmed)
{
	brb_held_cache_close(cache);
	cache = brb_held_cache_open();
	cr_assert_not_null(cache);
	add("ada", 1, 1);
	cr_assert_gt(coarse_now_us(), 1000000, "the system started a second ago");
	cr_expect_not(knows("ada", 1, 1));
}

/* More awards than fit: some are evicted, no other is found, the newest is present. */
Test(held_cache, when_full_gives_up_old_ones)
{
	enum { USERS = 100000 };
	char user[32];
	for (int i = 0; i < USERS; i += 2) {
		snprintf(user, sizeof user, "user%d", i);
		add(user, 1, 1);
		if (i % 10000 == 0) {
			brb_held_cache_confirm(cache); /* holds for a second, in which a slow machine does less */
			cr_assert(knows(user, 1, 1));
		}
	}
	int known = 0;
	for (int i = 0; i < USERS; i++) {
		if (i % 1000 == 0)
			brb_held_cache_confirm(cache);
		snprintf(user, sizeof user, "user%d", i);
		bool held = knows(user, 1, 1);
		cr_assert(i % 2 == 0 || !held, "%s was never added", user);
		known += held;
	}
	cr_expect_gt(known, 10000, "%d", known);
	cr_expect_leq(known, 16384, "%d", known);
}

/* ---- threads: one adds and forgets, as in transactions, the others look up ---- */

enum { ASKERS = 3, ROUNDS = 20000 };

static void *ask(void *context)
{
	size_t *hits = context;
	for (int i = 0; i < ROUNDS; i++) {
		*hits += knows("ada", 1, 1);
		cr_assert_not(knows("ada", 1, 2));
	}
	return NULL;
}

Test(held_cache, is_asked_by_many_threads_while_one_changes_it)
{
	pthread_t threads[ASKERS];
	size_t hits[ASKERS] = { 0 };
	for (int i = 0; i < ASKERS; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, ask, &hits[i]), 0);
	for (int i = 0; i < ROUNDS; i++) {
		add("ada", 1, 1);
		add("bob", 1, 1);
		if (i % 100 == 0)
			brb_held_cache_forget(cache);
		brb_held_cache_confirm(cache);
	}
	for (int i = 0; i < ASKERS; i++)
		pthread_join(threads[i], NULL);
	cr_expect(knows("ada", 1, 1));
	brb_held_cache_forget(cache);
	cr_expect_not(knows("ada", 1, 1));
}
