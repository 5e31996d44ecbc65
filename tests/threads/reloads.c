/*
 * 4 threads judge while another reloads repeatedly: different badges, a changed plugin file, an invalid badges.yaml,
 * and back. No event is lost or judged by parts of two badge sets, no award stored twice.
 *
 * The tally of the plugin memory_user is in each of the sets, so it must count every event.
 */
#include "support/storm.h"

enum { JUDGES = 4 };

static int reloads;
static atomic_bool done;
static atomic_long fired;

#define COUNTING                                            \
	"plugins:\n  - file: memory_user.so\n    badges:\n" \
	"      - { badge: memory-user, slug: count, settings: { at: 1000000000 } }\n"

static const char *const sets[] = {
	COUNTING,
	COUNTING "  - file: good_many.so\n",
	COUNTING "  - file: changing.so\n",
	COUNTING "  - file: obedient.so\n  - file: good_cxx.so\n  - file: listener.so\n",
	COUNTING "  - file: nowhere.so\n",
	COUNTING "      - { badge: memory-user, slug: other, events: [elsewhere] }\n",
};
enum { SETS = sizeof sets / sizeof sets[0], WRONG_SET = 4 };

/* changing.so is alternately good_one and fast_math. */
static void put_plugin(const storm *here, int turn)
{
	storm_place(here, turn % 2 ? "good_one.so" : "fast_math.so", "changing.so", 0);
}

static void put_set(const storm *here, int number)
{
	char text[2048];
	snprintf(text, sizeof text, "%s", sets[number]);
	/* the folder itself is searched by a path with a slash */
	char *at = strstr(text, "changing.so");
	if (at) {
		memmove(at + 2, at, strlen(at) + 1);
		memcpy(at, "./", 2);
	}
	storm_config(here, text);
}

static void reload_in_turn(storm_thread *thread)
{
	for (int i = 0; i < reloads; i++) {
		int set = i % SETS;
		brabeion_error error = BRABEION_NO_ERROR;
		brabeion_receipt receipt = BRABEION_RECEIPT();
		put_plugin(thread->here, i / SETS);
		put_set(thread->here, set);
		brabeion_status status = brabeion_reload(thread->here->engine, &receipt, &error);
		if (status != (set == WRONG_SET ? BRABEION_CONFIG : BRABEION_OK)) {
			printf("# reload %d: %s\n", i, error.message ? error.message : "was not refused");
			thread->errors++;
		}
		brabeion_error_finish(&error);
	}
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
		reload_in_turn(thread);
	else
		judge_until_done(thread);
}

/* The final tally: a badge is earned at exactly that number, and none at one more. */
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

/* The number of awards that share user, badge, level and reason with another: must be 0. */
static long count_doubles(const storm *here, const char *slug)
{
	long doubles = 0;
	brabeion_award_list list;
	if (brabeion_badge_awards(here->engine, slug, NULL, &list, NULL) != BRABEION_OK)
		return -1;
	for (size_t i = 0; i < list.count; i++)
		for (size_t j = 0; j < i; j++)
			doubles += strcmp(list.awards[i].user, list.awards[j].user) == 0 &&
				   list.awards[i].level == list.awards[j].level;
	brabeion_award_list_finish(&list);
	return doubles;
}

int main(void)
{
	storm here;
	storm_thread sum;
	reloads = storm_rounds(60, 1500);
	storm_init(&here, COUNTING);
	put_plugin(&here, 0);
	storm_open(&here);
	brabeion_on_award(here.engine, storm_count_told, &here);
	storm_run(&here, JUDGES + 1, work, &sum);
	storm_expect_count("no call failed", sum.errors, 0);
	storm_expect(sum.awards > 0, "badges of some sets were earned");
	storm_expect_count("each award is stored", storm_count(&here, NULL), sum.awards);
	storm_expect_count("each award is told once", atomic_load(&here.told), sum.awards);
	storm_expect_count("no award of good-one is stored twice", count_doubles(&here, "good-one"), 0);
	storm_expect_count("no award of first-visit is stored twice", count_doubles(&here, "first-visit"), 0);
	storm_expect(is_tally(&here, atomic_load(&fired)), "the tally has counted each of %ld events",
		     atomic_load(&fired));
	storm_finish(&here);
	return storm_end();
}
