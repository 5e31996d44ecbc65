/*
 * 8 threads use the same users: shared tallies, a badge that is earned many times, and ids that every thread sends.
 * Counts must be exact, and each stored award reported once.
 *
 * "exact" is earned when a tally reaches the number of all events, by one event alone; "over" by one more, so never.
 */
#include "support/storm.h"

enum { THREADS = 8, USERS = 5 };

static int events_per_thread;

/* Tallies without ids: each event counts. */
static void count_up(storm_thread *thread)
{
	for (int i = 0; i < events_per_thread; i++) {
		char user[16];
		snprintf(user, sizeof user, "user%d", i % USERS);
		brabeion_field fields[] = { BRABEION_TEXT("owner", "all") };
		storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "memory", .user = user, .fields = fields,
								   .field_count = 1));
	}
}

/* A multiple badge without ids: each event earns. */
static void earn_many(storm_thread *thread)
{
	for (int i = 0; i < events_per_thread; i++) {
		char user[16];
		snprintf(user, sizeof user, "user%d", i % USERS);
		brabeion_field fields[] = { BRABEION_TEXT("badge", "many"), BRABEION_INT("level", 1 + i % 3) };
		storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "say", .user = user, .fields = fields,
								   .field_count = 2));
	}
}

/* The same ids from each thread: each id is judged once. */
static void repeat_ids(storm_thread *thread)
{
	for (int i = 0; i < events_per_thread; i++) {
		char user[16], id[16];
		int number = (i + thread->number * 7) % events_per_thread;
		snprintf(user, sizeof user, "user%d", number % USERS);
		snprintf(id, sizeof id, "id%d", number);
		brabeion_field fields[] = { BRABEION_TEXT("owner", "all") };
		storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "memory", .user = user, .id = id,
								   .fields = fields, .field_count = 1));
	}
}

/* badges.yaml with "exact" and "over" for so many events. */
static void init(storm *here, int events)
{
	char text[1024];
	snprintf(text, sizeof text,
		 "journal: keep 1d\n"
		 "plugins:\n"
		 "  - file: memory_user.so\n"
		 "    badges:\n"
		 "      - { badge: memory-user, slug: exact, settings: { name: a, at: %d } }\n"
		 "      - { badge: memory-user, slug: over, settings: { name: b, at: %d } }\n"
		 "  - file: obedient.so\n",
		 events, events + 1);
	storm_init(here, text);
	storm_open(here);
	brabeion_on_award(here->engine, storm_count_told, here);
}

static void test_counting(void)
{
	storm here;
	storm_thread sum;
	init(&here, THREADS * events_per_thread);
	storm_run(&here, THREADS, count_up, &sum);
	storm_expect_count("counting: no call failed", sum.errors, 0);
	storm_expect_count("counting: the tally has counted each event", storm_count_badge(&here, "exact"), 1);
	storm_expect_count("counting: and none twice", storm_count_badge(&here, "over"), 0);
	storm_expect_count("counting: the award is told once", atomic_load(&here.told), 1);
	storm_finish(&here);
}

/* False if two awards share a sequence, or a reason although each event has its own number. */
static bool are_all_different(const storm *here)
{
	brabeion_award_list list;
	bool fine = brabeion_badge_awards(here->engine, "many", NULL, &list, NULL) == BRABEION_OK;
	for (size_t i = 1; fine && i < list.count; i++)
		fine = list.awards[i].sequence < list.awards[i - 1].sequence &&
		       strcmp(list.awards[i].reason, list.awards[i - 1].reason) != 0;
	brabeion_award_list_finish(&list);
	return fine;
}

static void test_earning_many(void)
{
	storm here;
	storm_thread sum;
	long all = (long)THREADS * events_per_thread;
	init(&here, 1000000);
	storm_run(&here, THREADS, earn_many, &sum);
	storm_expect_count("earning many: no call failed", sum.errors, 0);
	storm_expect_count("earning many: each event has earned", sum.awards, all);
	storm_expect_count("earning many: each award is stored", storm_count(&here, NULL), all);
	storm_expect_count("earning many: each award is told once", atomic_load(&here.told), all);
	storm_expect(are_all_different(&here), "earning many: each award has a sequence and a reason of its own");
	storm_finish(&here);
}

static void test_repeated_ids(void)
{
	storm here;
	storm_thread sum;
	init(&here, events_per_thread);
	storm_run(&here, THREADS, repeat_ids, &sum);
	storm_expect_count("repeated ids: no call failed", sum.errors, 0);
	storm_expect_count("repeated ids: each is judged once", sum.judged, events_per_thread);
	storm_expect_count("repeated ids: the others are duplicates", sum.duplicates,
			   (long)(THREADS - 1) * events_per_thread);
	storm_expect_count("repeated ids: the tally has counted each id", storm_count_badge(&here, "exact"), 1);
	storm_expect_count("repeated ids: and none twice", storm_count_badge(&here, "over"), 0);
	storm_finish(&here);
}

int main(void)
{
	events_per_thread = storm_rounds(200, 5000);
	test_counting();
	test_earning_many();
	test_repeated_ids();
	return storm_end();
}
