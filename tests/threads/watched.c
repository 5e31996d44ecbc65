/*
 * 2 threads judge while a third changes badges.yaml and a plugin file, in place and by renaming, under an engine that
 * watches them. Sometimes it reloads explicitly, sometimes it waits for the watcher; each callback turns watching off
 * and on again. At the end the last set is loaded without a request; no event is lost, no award stored twice.
 */
#include "support/storm.h"

enum { JUDGES = 2, BADGES_OF_THE_LAST = 7 };

static int changes;
static atomic_bool done;
static atomic_long fired;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the following */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long told, by_itself;
static bool has_last;

#define COUNTING                                            \
	"plugins:\n  - file: memory_user.so\n    badges:\n" \
	"      - { badge: memory-user, slug: count, settings: { at: 1000000000 } }\n"
#define LAST COUNTING "  - file: good_many.so\n  - file: listener.so\n  - file: ./changing.so\n"

static const char *const sets[] = {
	COUNTING,
	COUNTING "  - file: good_many.so\n",
	COUNTING "  - file: ./changing.so\n",
	COUNTING "  - file: nowhere.so\n",
};

static void hear(void *context, const brabeion_receipt *receipt, const brabeion_error *error)
{
	storm *here = context;
	(void)error;
	brabeion_watch(here->engine, false, NULL);
	if (brabeion_watch(here->engine, true, NULL) != BRABEION_OK)
		storm_give_up("brabeion_watch", "failed");
	pthread_mutex_lock(&lock);
	told++;
	has_last |= receipt && receipt->added + receipt->changed + receipt->kept == BADGES_OF_THE_LAST;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static long told_so_far(void)
{
	pthread_mutex_lock(&lock);
	long count = told;
	pthread_mutex_unlock(&lock);
	return count;
}

/* Writes in place, and slowly: the watcher may read it half written. */
static void put_plugin(const storm *here, int turn)
{
	char path[STORM_PATH_BYTES * 2], bytes[512];
	snprintf(path, sizeof path, "%s/changing.so", here->folder);
	FILE *source =
		fopen(turn % 2 ? BRB_TEST_PLUGIN_DIR "/good_one.so" : BRB_TEST_PLUGIN_DIR "/fast_math.so", "rb");
	FILE *target = fopen(path, "wb");
	if (!source || !target)
		storm_give_up(path, "cannot be written");
	for (size_t count; (count = fread(bytes, 1, sizeof bytes, source)) > 0;)
		if (fwrite(bytes, 1, count, target) != count || fflush(target) != 0)
			storm_give_up(path, "cannot be written");
	fclose(source);
	fclose(target);
}

static void change_files(const storm *here)
{
	for (int i = 0; i < changes; i++) {
		long before = told_so_far();
		put_plugin(here, i / 4);
		storm_config(here, sets[i % 4]);
		if (i % 3 == 0)
			brabeion_reload(here->engine, NULL, NULL);
		pthread_mutex_lock(&lock);
		for (; i % 3 == 1 && told == before; by_itself++)
			pthread_cond_wait(&changed, &lock);
		pthread_mutex_unlock(&lock);
	}
	put_plugin(here, 1);
	storm_config(here, LAST);
	pthread_mutex_lock(&lock);
	while (!has_last)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	atomic_store(&done, true);
}

static void judge_until_done(storm_thread *thread)
{
	for (int i = 0; i < 50 || !atomic_load(&done); i++) {
		char user[16];
		snprintf(user, sizeof user, "user%d", i % 100);
		brabeion_field fields[] = { BRABEION_TEXT("owner", "all"), BRABEION_INT("points", 5) };
		storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "memory", .user = user, .fields = fields,
								   .field_count = 2));
		storm_fire(thread, &(brabeion_event)BRABEION_EVENT(.name = "visit", .user = user, .fields = fields,
								   .field_count = 2));
		atomic_fetch_add(&fired, 1);
	}
}

static void work(storm_thread *thread)
{
	if (thread->number == JUDGES)
		change_files(thread->here);
	else
		judge_until_done(thread);
}

/* The final tally: a badge is earned at exactly that number. */
static bool is_tally(storm *here, long wanted)
{
	char text[512];
	storm_thread last = { .here = here };
	snprintf(text, sizeof text,
		 "plugins:\n  - file: memory_user.so\n    badges:\n"
		 "      - { badge: memory-user, slug: exact, settings: { at: %ld } }\n"
		 "      - { badge: memory-user, slug: over, settings: { at: %ld } }\n",
		 wanted, wanted + 1);
	storm_config(here, text);
	if (brabeion_reload(here->engine, NULL, NULL) != BRABEION_OK)
		return false;
	brabeion_field fields[] = { BRABEION_TEXT("owner", "all"), BRABEION_INT("value", 0) };
	storm_fire(&last, &(brabeion_event)BRABEION_EVENT(.name = "memory", .user = "last", .fields = fields,
							  .field_count = 2));
	return last.awards == 1 && storm_count_badge(here, "exact") == 1;
}

int main(void)
{
	storm here;
	storm_thread sum;
	changes = storm_rounds(18, 300);
	storm_init(&here, sets[0]);
	put_plugin(&here, 0);
	storm_open(&here);
	brabeion_on_award(here.engine, storm_count_told, &here);
	brabeion_on_reload(here.engine, hear, &here);
	if (brabeion_watch(here.engine, true, NULL) != BRABEION_OK)
		storm_give_up("brabeion_watch", "failed");
	storm_run(&here, JUDGES + 1, work, &sum);
	storm_expect(by_itself > 0, "it has reloaded by itself, too, not only at the end");
	storm_expect_count("no call failed", sum.errors, 0);
	storm_expect(sum.awards > 0, "badges of some sets were earned");
	storm_expect_count("each award is stored", storm_count(&here, NULL), sum.awards);
	storm_expect_count("each award is told once", atomic_load(&here.told), sum.awards);
	storm_expect(is_tally(&here, atomic_load(&fired)), "the tally has counted each of %ld events",
		     atomic_load(&fired));
	storm_finish(&here);
	return storm_end();
}
