/*
 * A journal is backfilled repeatedly, and the resulting memory taken over, while 7 threads of the same engine count up:
 * the final counts must be exact, as if nothing had been taken over.
 *
 * The threads run until the last backfill has ended, so that no later one repairs what an earlier one lost. Backfills
 * are few, and so are the events beside each: the next ones judge them again.
 */
#include "support/storm.h"

enum { THREADS = 8, USERS = 5, EVENTS_PER_BACKFILL = 2000 };

static int backfills;
static atomic_int begun; /* backfills */
static atomic_bool done;

static brabeion_status backfill_once(brabeion_engine *engine, brabeion_error *error)
{
	brabeion_backfill *backfill = NULL;
	brabeion_backfill_options options = BRABEION_BACKFILL_OPTIONS(.from_journal = true, .replace_memory = true);
	brabeion_status status = brabeion_backfill_open(engine, &options, &backfill, error);
	if (status != BRABEION_OK)
		return status;
	status = brabeion_backfill_hand_over(backfill, false, NULL, error);
	brabeion_backfill_close(backfill, false);
	return status;
}

static void backfill(storm_thread *thread)
{
	for (int i = 0; i < backfills; i++) {
		brabeion_error error = BRABEION_NO_ERROR;
		atomic_fetch_add(&begun, 1);
		if (backfill_once(thread->here->engine, &error) != BRABEION_OK)
			storm_give_up("a backfill", error.message);
	}
	atomic_store(&done, true);
}

static void count_up(storm_thread *thread)
{
	if (thread->number == 0) {
		backfill(thread);
		return;
	}
	for (int i = 0; !atomic_load(&done);) {
		char user[16];
		if (i >= EVENTS_PER_BACKFILL * atomic_load(&begun)) {
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
			continue;
		}
		snprintf(user, sizeof user, "user%d", i++ % USERS);
		brabeion_field fields[] = { BRABEION_TEXT("owner", "all") };
		storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "memory", .user = user, .fields = fields,
								   .field_count = 1));
	}
}

static long counted(brabeion_engine *engine)
{
	brabeion_memory_list list;
	brabeion_error error = BRABEION_NO_ERROR;
	if (brabeion_memory(engine, NULL, &list, &error) != BRABEION_OK)
		storm_give_up("brabeion_memory", error.message);
	long count = list.count == 1 ? (long)list.items[0].value : -1;
	brabeion_memory_list_finish(&list);
	return count;
}

int main(void)
{
	storm here;
	storm_thread sum;
	backfills = storm_rounds(4, 8);
	storm_init(&here, "journal: keep 1d\n"
			  "plugins:\n"
			  "  - file: memory_user.so\n");
	storm_open(&here);
	brabeion_field fields[] = { BRABEION_TEXT("owner", "all") };
	brabeion_event first = BRABEION_EVENT(.name = "memory", .user = "user0", .fields = fields, .field_count = 1);
	brabeion_possibly_award(here.engine, &first, NULL); /* an empty journal is refused */
	storm_run(&here, THREADS, count_up, &sum);
	storm_expect_count("no call failed", sum.errors, 0);
	storm_expect_count("the tally has counted each event", counted(here.engine), sum.judged + 1);
	storm_finish(&here);
	return storm_end();
}
