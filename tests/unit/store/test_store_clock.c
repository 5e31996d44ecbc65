/*
 * store, the clock: one far ahead of the newest time in the database is suspect, and nothing is swept and no job claimed by it; what it
 * has left is brought back. The system's clock stays as it is here: what the database has stored is moved instead.
 */
#include <stdarg.h>

#include "base/clock.h"
#include "base/duration.h"
#include "support/jobs_fixture.h"

TestSuite(store_clock, .init = make_store_folder, .fini = remove_store_folder);

#define DAYS(n) ((n)*BRB_DAY_US)

static int64_t now(void)
{
	return brb_clock_now_us(NULL);
}

__attribute__((format(printf, 1, 2))) static void own_execute(const char *format, ...)
{
	char sql[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(sql, sizeof sql, format, arguments);
	va_end(arguments);
	sqlite3 *own = open_own();
	own_run(own, sql);
	sqlite3_close(own);
}

static int64_t hosts_clock(void *context)
{
	(void)context;
	return now();
}

/* As if the database had been written so long ago; another connection does it. */
static void set_newest(int64_t us)
{
	own_execute("INSERT INTO counters(name, value) VALUES('clock_newest_us', %lld) ON CONFLICT DO UPDATE SET"
		    " value = excluded.value",
		    (long long)us);
}

static bool is_suspect(brb_store *store)
{
	brb_store_clock clock;
	begin(store);
	WELL(brb_store_look_at_clock(store, &clock, error));
	commit(store);
	cr_assert_eq(clock.is_suspect, brb_store_clock_was_suspect(store));
	return clock.is_suspect;
}

/* Without a transaction, as who only looks does. */
static bool is_read_as_suspect(brb_store *store)
{
	brb_store_clock clock;
	WELL(brb_store_read_clock(store, &clock, error));
	cr_assert_eq(clock.newest_us, own_number("SELECT value FROM counters WHERE name = 'clock_newest_us'"));
	return clock.is_suspect;
}

static bool see(brb_store *store, const char *id)
{
	bool first = false;
	begin(store);
	WELL(brb_store_see(store, id, "visit", "ada", &first, error));
	commit(store);
	return first;
}

static int64_t newest(void)
{
	return own_number("SELECT ifnull(max(value), 0) FROM counters WHERE name = 'clock_newest_us'");
}

Test(store_clock, a_new_database_has_no_newest_time_and_gets_it_with_the_first_commit)
{
	brb_store *store = open_store();
	cr_expect_not(is_suspect(store));
	cr_expect_leq(newest(), now());
	cr_expect_gt(newest(), now() - DAYS(1));
	brb_store_close(store);
}

Test(store_clock, more_than_30_days_ahead_it_is_suspect)
{
	brb_store *store = open_store();
	set_newest(now() - DAYS(30) + BRB_HOUR_US);
	cr_expect_not(is_suspect(store));
	set_newest(now() - DAYS(30) - BRB_HOUR_US);
	cr_expect(is_suspect(store));
	cr_expect_lt(newest(), now() - DAYS(30), "it is not the newest time");
	brb_store_close(store);
	store = open_store();
	cr_expect(is_suspect(store), "opened again");
	brb_store_close(store);
}

Test(store_clock, who_only_looks_sees_it_and_waits_for_nobody)
{
	brb_store *store = open_store();
	cr_expect_not(is_suspect(store));
	cr_expect_not(is_read_as_suspect(store));
	set_newest(now() - DAYS(400));
	sqlite3 *writer = open_own();
	own_run(writer, "BEGIN IMMEDIATE");
	cr_expect(is_read_as_suspect(store));
	cr_expect_eq(own_number("SELECT ifnull(max(value), 0) FROM counters WHERE name = 'clock_suspect_us'"), 0,
		     "no suspicion begins by looking");
	own_run(writer, "ROLLBACK");
	sqlite3_close(writer);
	cr_expect(is_suspect(store));
	own_execute("UPDATE counters SET value = value - 3601000000 WHERE name IN ('clock_suspect_us',"
		    " 'clock_suspect_monotonic_us')");
	cr_expect_not(is_read_as_suspect(store), "an hour has confirmed it");
	brb_store_close(store);
}

Test(store_clock, set_right_it_is_trusted_again)
{
	brb_store *store = open_store();
	set_newest(now() - DAYS(400));
	cr_expect(is_suspect(store));
	set_newest(now() - DAYS(1));
	cr_expect_not(is_suspect(store));
	cr_expect_eq(own_number("SELECT value FROM counters WHERE name = 'clock_suspect_us'"), 0);
	brb_store_close(store);
}

Test(store_clock, an_hour_of_one_boot_confirms_it_also_in_another_process)
{
	brb_store *store = open_store();
	set_newest(now() - DAYS(400));
	cr_expect(is_suspect(store));
	own_execute("UPDATE counters SET value = value - 3599000000 WHERE name IN ('clock_suspect_us',"
		    " 'clock_suspect_monotonic_us')");
	cr_expect(is_suspect(store));
	brb_store_close(store);
	own_execute("UPDATE counters SET value = value - 3000000 WHERE name IN ('clock_suspect_us',"
		    " 'clock_suspect_monotonic_us')");
	store = open_store();
	cr_expect_not(is_suspect(store));
	cr_expect_gt(newest(), now() - DAYS(1));
	brb_store_close(store);
}

Test(store_clock, the_hour_begins_anew_when_it_is_set_or_the_machine_started)
{
	brb_store *store = open_store();
	static const char *const changes[] = {
		"UPDATE counters SET value = value - 7200000000 WHERE name = 'clock_suspect_us'",
		"UPDATE counters SET value = value - 7200000000 WHERE name = 'clock_suspect_monotonic_us'",
		("UPDATE counters SET value = value - 7200000000 * (name <> 'clock_suspect_boot') +"
		 " (name = 'clock_suspect_boot') WHERE name LIKE 'clock_suspect%'"),
	};
	set_newest(now() - DAYS(400));
	cr_expect(is_suspect(store));
	for (int i = 0; i < 3; i++) {
		own_execute("%s", changes[i]);
		cr_expect(is_suspect(store), "%s", changes[i]);
		cr_expect(is_suspect(store));
	}
	brb_store_close(store);
}

Test(store_clock, a_confirmation_by_another_process_counts)
{
	brb_store *store = open_store(), *other = open_store();
	set_newest(now() - DAYS(400));
	cr_expect(is_suspect(store));
	begin(other);
	WELL(brb_store_confirm_clock(other, error));
	commit(other);
	cr_expect_not(is_suspect(store));
	brb_store_close(store);
	brb_store_close(other);
}

Test(store_clock, a_clock_of_the_hosts_own_is_never_suspect_and_is_not_noted)
{
	brb_store *store = open_store();
	cr_expect_not(is_suspect(store));
	set_newest(now() - DAYS(400));
	int64_t told = newest();
	brb_store_close(store);
	brb_store_options options = default_options();
	options.clock.now = hosts_clock;
	store = open_with(&options);
	cr_expect_not(is_suspect(store));
	cr_expect_eq(newest(), told);
	brb_store_close(store);
}

Test(store_clock, while_it_is_suspect_no_id_is_swept_and_all_are_known)
{
	brb_store_options options = default_options();
	options.retention_us = DAYS(30);
	brb_store *store = open_with(&options);
	for (char id[] = "a"; id[0] <= 'e'; id[0]++)
		cr_expect(see(store, id));
	own_execute("UPDATE seen SET period = period - 365 * 86400"); /* a year has passed, by the clock */
	set_newest(now() - DAYS(365));
	cr_expect(see(store, "new"));
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen"), 6);
	cr_expect_not(see(store, "c"));
	begin(store);
	WELL(brb_store_confirm_clock(store, error));
	commit(store);
	cr_expect(see(store, "newer"));
	cr_expect_eq(own_number("SELECT COUNT(*) FROM seen"), 3, "c came again, and new and newer");
	brb_store_close(store);
}

Test(store_clock, while_it_is_suspect_no_live_job_is_claimed)
{
	brb_store *store = open_store();
	register_badges(store);
	begin(store);
	add(store, 1, "ada", 100);
	commit(store);
	set_newest(now() - DAYS(365));
	begin(store);
	cr_expect_str_eq(claim(store, 7, 1000, 10), "");
	brb_store_rollback(store);
	begin(store);
	WELL(brb_store_confirm_clock(store, error));
	commit(store);
	begin(store);
	cr_expect_str_eq(claim(store, 7, 1000, 10), "1:1:ada@100 ");
	commit(store);
	brb_store_close(store);
}

/* ---- mending ---- */

static int64_t mend(brb_store *store)
{
	int64_t mended = -1;
	begin(store);
	WELL(brb_store_mend_times(store, &mended, error));
	commit(store);
	return mended;
}

Test(store_clock, mending_a_database_without_such_times_does_nothing)
{
	brb_store *store = open_store();
	register_badges(store);
	cr_expect(see(store, "a"));
	begin(store);
	add(store, 1, "ada", now() + DAYS(60));
	commit(store);
	cr_expect_eq(mend(store), 0);
	cr_expect_gt(own_number("SELECT due_us FROM jobs"), now() + DAYS(59), "due later by a clock that was right");
	brb_store_close(store);
}

Test(store_clock, mending_brings_back_ids_and_the_newest_time)
{
	brb_store *store = open_store();
	cr_expect(see(store, "a"));
	own_execute("UPDATE seen SET period = period + 365 * 86400");
	set_newest(now() + DAYS(365));
	cr_expect_eq(mend(store), 2);
	cr_expect_leq(newest(), now());
	cr_expect_lt(own_number("SELECT period FROM seen"), now() / 1000000 + 366 * 86400);
	cr_expect_not(see(store, "a"));
	brb_store_close(store);
}

/* Stored a year ahead: one was due at once, one three days later, one of an event with its own time; and a lease. */
static brb_store *store_with_jobs_ahead(void)
{
	brb_store *store = open_store();
	register_badges(store);
	begin(store);
	add(store, 1, "ada", 1);
	add(store, 1, "ben", 2);
	add(store, 1, "cleo", 3);
	add(store, 1, "dan", 4);
	commit(store);
	own_execute("UPDATE jobs SET made_us = made_us + %lld WHERE id <= 3", (long long)DAYS(365));
	/* judged some seconds before the commit that stored it */
	own_execute("UPDATE jobs SET at_us = made_us - 5000000, due_us = made_us - 5000000, ready_us = due_us WHERE "
		    "id = 1");
	own_execute("UPDATE jobs SET ready_us = due_us WHERE id = 1");
	own_execute("UPDATE jobs SET at_us = made_us + %lld, due_us = made_us + %lld, ready_us = made_us + %lld "
		    "WHERE id = 2",
		    (long long)DAYS(3), (long long)DAYS(3), (long long)DAYS(3));
	own_execute("UPDATE jobs SET claim = 9, ready_us = %lld WHERE id = 4", (long long)(now() + DAYS(365)));
	return store;
}

static void expect_mended(brb_store *store)
{
	cr_expect_leq(own_number("SELECT max(at_us, due_us, ready_us) FROM jobs WHERE id = 1"), now());
	cr_expect_gt(own_number("SELECT min(at_us, due_us, ready_us) FROM jobs WHERE id = 2"), now() + DAYS(2));
	cr_expect_lt(own_number("SELECT max(at_us, due_us, ready_us) FROM jobs WHERE id = 2"), now() + DAYS(4));
	cr_expect_eq(own_number("SELECT due_us FROM jobs WHERE id = 3"), 3);
	cr_expect_eq(own_number("SELECT claim FROM jobs WHERE id = 4"), 0);
	cr_expect_eq(own_number("SELECT ready_us FROM jobs WHERE id = 4"), 4);
	cr_expect_eq(count_violations(), 0);
	brb_store_close(store);
}

Test(store_clock, mending_brings_back_leases_and_due_times_of_jobs)
{
	brb_store *store = store_with_jobs_ahead();
	cr_expect_eq(mend(store), 4);
	expect_mended(store);
}

Test(store_clock, retrying_all_jobs_reaches_them)
{
	brb_store *store = store_with_jobs_ahead();
	int64_t jobs = 0;
	begin(store);
	WELL(brb_store_jobs_retry(store, &(brb_store_job_choice){ .id = 0 }, &jobs, error));
	commit(store);
	cr_expect_eq(jobs, 4);
	expect_mended(store);
}

Test(store_clock, a_job_that_is_brought_back_keeps_its_place_in_the_queue)
{
	brb_store *store = open_store();
	register_badges(store);
	begin(store);
	add(store, 1, "ada", 5);
	add(store, 1, "ada", 6);
	commit(store);
	own_execute("UPDATE jobs SET made_us = made_us + %lld", (long long)DAYS(365));
	own_execute(
		"UPDATE jobs SET due_us = made_us + id, at_us = made_us, ready_us = iif(id = 1, made_us + 1, NULL)");
	cr_expect_eq(mend(store), 2);
	cr_expect_eq(count_violations(), 0);
	begin(store);
	int64_t until = now() + DAYS(1);
	brb_store_claim wanted = claim_of(7, until, 10);
	const char *claimed = claim_with(store, &wanted);
	cr_expect_eq(strncmp(claimed, "1:1:ada@", 8), 0, "%s", claimed);
	cr_expect_not_null(strstr(claimed, " 2:1:ada@"), "%s", claimed);
	commit(store);
	brb_store_close(store);
}
