/*
 * A badge fails from time to time, on 4 threads, while another thread releases it repeatedly, and one more lists badges
 * and statistics; then the same with a thread that reloads. Each quarantine is logged once, and only after a release or
 * a reload; the other badge judges every event.
 */
#include "support/storm.h"

enum { JUDGES = 4, RELEASER = JUDGES, LOOKER, THREADS };

#define TROUBLED                                         \
	"quarantine: { failures: 5 }\n"                  \
	"plugins:\n  - file: troubled.so\n    badges:\n" \
	"      - { badge: troubled }\n      - { badge: steady }\n"

static int rounds;
static bool reloads;
static atomic_int judging; /* threads that still judge */
static atomic_long quarantines_logged, released;

static void hear(void *context, brabeion_log_level level, const char *message)
{
	(void)context;
	if (level == BRABEION_LOG_ERROR && strncmp(message, "badge \"troubled\" is quarantined", 31) == 0)
		atomic_fetch_add(&quarantines_logged, 1);
	else if (level == BRABEION_LOG_ERROR)
		storm_give_up("an error", message);
}

/* Alternates failures, enough in a row for a quarantine, with successes. */
static void judge(storm_thread *thread)
{
	for (int i = 0; i < rounds; i++) {
		char user[32];
		snprintf(user, sizeof user, "user%d-%d", thread->number, i);
		brabeion_field fail = BRABEION_BOOL("fail", i / 8 % 4 != 3);
		brabeion_event event =
			BRABEION_EVENT(.name = "work", .user = user, .fields = &fail, .field_count = 1);
		brabeion_result result = BRABEION_RESULT();
		thread->errors += brabeion_possibly_award(thread->here->engine, &event, &result) != BRABEION_OK;
		thread->awards += result.award_count;
		brabeion_result_finish(&result);
	}
	atomic_fetch_sub(&judging, 1);
}

static void let_back(storm_thread *thread)
{
	brabeion_error error = BRABEION_NO_ERROR;
	size_t count = 0;
	brabeion_status status = reloads ? brabeion_reload(thread->here->engine, NULL, &error)
					 : brabeion_release(thread->here->engine, "troubled", &count, &error);
	if (status != BRABEION_OK && status != BRABEION_BUSY)
		storm_give_up("letting back", error.message);
	atomic_fetch_add(&released, (long)count);
	brabeion_error_finish(&error);
}

static void look(storm_thread *thread)
{
	brabeion_badge_list list = { 0 };
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	thread->errors += brabeion_badges(thread->here->engine, NULL, &list, NULL) != BRABEION_OK;
	thread->errors += brabeion_stats(thread->here->engine, &report, NULL) != BRABEION_OK;
	if (list.count != 2 || report.badge_count != 2 || list.badges[1].quarantined || report.badges[1].quarantined)
		storm_give_up("the badge beside", "is quarantined");
	if (list.badges[0].quarantined && strncmp(list.badges[0].quarantine_reason, "it failed for 5 u", 17) != 0)
		storm_give_up("the reason", list.badges[0].quarantine_reason);
	brabeion_badge_list_finish(&list);
	brabeion_stats_finish(&report);
}

static void work(storm_thread *thread)
{
	if (thread->number < JUDGES)
		judge(thread);
	else
		while (atomic_load(&judging))
			thread->number == RELEASER ? let_back(thread) : look(thread);
}

static long quarantined_now(storm *here)
{
	brabeion_stats_report report = BRABEION_STATS_REPORT();
	if (brabeion_stats(here->engine, &report, NULL) != BRABEION_OK)
		storm_give_up("brabeion_stats", NULL);
	long quarantined = report.badges[0].quarantined;
	brabeion_stats_finish(&report);
	return quarantined;
}

/* True if it is listed as quarantined, recorded or not. */
static long shown_now(storm *here)
{
	brabeion_badge_list list;
	if (brabeion_badges(here->engine, NULL, &list, NULL) != BRABEION_OK)
		storm_give_up("brabeion_badges", NULL);
	long shown = list.badges[0].quarantined;
	brabeion_badge_list_finish(&list);
	return shown;
}

static void storm_once(bool with_reloads)
{
	storm here;
	storm_thread sum;
	brabeion_error error = BRABEION_NO_ERROR;
	reloads = with_reloads;
	atomic_store(&judging, JUDGES);
	atomic_store(&quarantines_logged, 0);
	atomic_store(&released, 0);
	storm_init(&here, TROUBLED);
	brabeion_options options = BRABEION_OPTIONS(.config = here.config, .log = hear);
	if (brabeion_open(&options, &here.engine, &error) != BRABEION_OK)
		storm_give_up("brabeion_open", error.message);
	storm_run(&here, THREADS, work, &sum);
	storm_expect_count("no call failed", sum.errors, 0);
	storm_expect_count("the badge beside has judged every event", sum.awards, (long)JUDGES * rounds);
	storm_expect(atomic_load(&quarantines_logged) > 0, "the badge was quarantined");
	if (!with_reloads)
		storm_expect_count("logged once for each release, and once more if it is quarantined now",
				   atomic_load(&quarantines_logged), atomic_load(&released) + quarantined_now(&here));
	storm_expect_count("it shows as quarantined when it is", shown_now(&here), quarantined_now(&here));
	storm_finish(&here);
}

int main(void)
{
	rounds = storm_rounds(2000, 20000);
	storm_once(false);
	storm_once(true);
	return storm_end();
}
