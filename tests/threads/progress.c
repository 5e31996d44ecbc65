/*
 * 3 threads read users' progress while 3 others judge and another reloads. Each event adds a point, and each tenth
 * point earns a level in the same commit, so a consistent snapshot has done/10 levels held and no complete goal without
 * its level.
 */
#include "support/storm.h"

enum { JUDGES = 3, ASKERS = 3, USERS = 40, POINTS = 30 };

#define TELLS                                                                         \
	"plugins:\n  - file: tells.so\n    badges:\n      - { badge: tells-steps }\n" \
	"      - { badge: tells-again }\n"

static int rounds;
static atomic_int judging, asked_enough;
static atomic_long asked;

/* Every user has POINTS points after all judges are done. */
static void judge(storm_thread *thread)
{
	for (int i = 0; i < USERS * POINTS; i++) {
		char user[16];
		if (i % JUDGES != thread->number)
			continue;
		snprintf(user, sizeof user, "user%d", i % USERS);
		brabeion_field fields[] = { BRABEION_INT("points", 1) };
		storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "deed", .user = user, .fields = fields,
								   .field_count = 1));
	}
	atomic_fetch_sub(&judging, 1);
}

/* For a badge with levels at 10, 20 and 30. */
static bool is_right(const brabeion_progress *steps)
{
	if (*steps->error || strcmp(steps->badge, "tells-steps") != 0)
		return false;
	if (steps->held_level == 3)
		return steps->level == 0 && !steps->has_progress;
	return steps->has_progress && steps->level == steps->held_level + 1 && steps->held == steps->held_level &&
	       steps->goal == 10 * (int64_t)steps->level && steps->done / 10 == steps->held_level;
}

static void ask(storm_thread *thread)
{
	for (int i = 0; i < 20 || atomic_load(&judging) > 0; i++) {
		char user[16];
		brabeion_progress_list list;
		brabeion_error error = BRABEION_NO_ERROR;
		snprintf(user, sizeof user, "user%d", (i + thread->number) % USERS);
		brabeion_status status = brabeion_user_progress(thread->here->engine, user,
								i % 2 ? "tells-steps" : NULL, &list, &error);
		if (status != BRABEION_OK || !is_right(&list.badges[0])) {
			printf("# %s: %s\n", user, status == BRABEION_OK ? "torn" : error.message);
			thread->errors++;
		}
		if (status == BRABEION_OK)
			brabeion_progress_list_finish(&list);
		brabeion_error_finish(&error);
		atomic_fetch_add(&asked, 1);
	}
	atomic_fetch_add(&asked_enough, 1);
}

static void reload(storm_thread *thread)
{
	for (int i = 0; i < rounds || atomic_load(&asked_enough) < ASKERS; i++) {
		storm_config(thread->here, i % 2 ? TELLS : TELLS "  - file: good_many.so\n");
		if (brabeion_reload(thread->here->engine, NULL, NULL) != BRABEION_OK)
			thread->errors++;
	}
}

static void work(storm_thread *thread)
{
	if (thread->number < JUDGES)
		judge(thread);
	else if (thread->number < JUDGES + ASKERS)
		ask(thread);
	else
		reload(thread);
}

int main(void)
{
	storm here;
	storm_thread sum;
	rounds = storm_rounds(5, 100);
	atomic_store(&judging, JUDGES);
	storm_init(&here, TELLS);
	storm_open(&here);
	storm_run(&here, JUDGES + ASKERS + 1, work, &sum);
	storm_expect_count("no call failed, no answer was torn", sum.errors, 0);
	storm_expect(atomic_load(&asked) >= 20 * ASKERS, "%ld answers were looked at", atomic_load(&asked));
	storm_expect_count("every level was earned", storm_count_badge(&here, "tells-steps"), 3L * USERS);
	storm_finish(&here);
	return storm_end();
}
