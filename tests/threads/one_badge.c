/*
 * 4 threads, 50 users, one event each for one badge: exactly 50 awards. The system that inspired this one stored 105
 * rows here, with duplicates for 30 users.
 */
#include "support/storm.h"

enum { THREADS = 4, USERS = 50 };

static void fire_for_all_users(storm_thread *thread)
{
	brabeion_field field = BRABEION_INT("points", 5);
	for (int i = 0; i < USERS; i++) {
		char user[16];
		snprintf(user, sizeof user, "user%d", i);
		storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "points", .user = user, .fields = &field,
								   .field_count = 1));
	}
}

int main(void)
{
	long awards = 0, told = 0, stored = 0, errors = 0, judged = 0;
	int rounds = storm_rounds(5, 100);
	for (int round = 0; round < rounds; round++) {
		storm here;
		storm_thread sum;
		storm_init(&here, "plugins:\n  - file: good_one.so\n");
		storm_open(&here);
		brabeion_on_award(here.engine, storm_count_told, &here);
		storm_run(&here, THREADS, fire_for_all_users, &sum);
		errors += sum.errors;
		judged += sum.judged;
		awards += sum.awards;
		told += atomic_load(&here.told);
		stored += storm_count(&here, NULL);
		storm_finish(&here);
	}
	storm_expect_count("no call failed", errors, 0);
	storm_expect_count("each event is judged", judged, (long)rounds * THREADS * USERS);
	storm_expect_count("each user has one award", stored, (long)rounds * USERS);
	storm_expect_count("each award is in one result", awards, (long)rounds * USERS);
	storm_expect_count("each award is told once", told, (long)rounds * USERS);
	return storm_end();
}
