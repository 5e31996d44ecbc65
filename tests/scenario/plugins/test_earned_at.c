/*
 * When an award was earned: at the latest time of the events that its condition has counted, whichever of them came last. The
 * same events, counted in 40 orders, each by a user of its own, give the same awards with the same dates.
 */
#include "support/generic_badges.h"
#include "support/histories.h"

enum { ORDERS = 40, EVENTS_MOST = 40, DATES_BYTES = 1024 };

/* An event "e" unless it has a name of its own; "%" in a text is the number of the order. */
typedef struct counted {
	const char *at;
	const char *name;
	const char *field, *text;
	const char *parent;
	const char *number_field;
	int64_t number;
	const char *user; /* NULL: the order's */
} counted;

typedef struct dated {
	const char *config;
	const counted *events;
	size_t count;
	size_t fixed; /* so many come first, in their order */
	const char *awards;
	bool is_async;
} dated;

/* ---- playing ---- */

static void write_text(char out[64], const char *text, int order)
{
	size_t used = 0;
	for (; *text; text++)
		used += (size_t)(*text == '%' ? snprintf(out + used, 64 - used, "%d", order)
					      : snprintf(out + used, 64 - used, "%c", *text));
}

static void fire(scene *here, const counted *what, int order)
{
	char user[64], text[64] = "", parent[64] = "";
	brabeion_field fields[3] = { BRABEION_TEXT(what->field ? what->field : "none", text),
				     BRABEION_TEXT("parent", parent),
				     BRABEION_INT(what->number_field ? what->number_field : "number", what->number) };
	write_text(user, what->user ? what->user : "user %", order);
	if (what->field)
		write_text(text, what->text, order);
	if (what->parent)
		write_text(parent, what->parent, order);
	brabeion_event event = BRABEION_EVENT(.name = what->name ? what->name : "e", .user = user, .has_at = true,
					      .fields = fields, .field_count = 3);
	cr_assert_eq(brabeion_time_parse(what->at, &event.at_us), BRABEION_OK, "%s", what->at);
	const char *earned = scene_earned(here, &event);
	cr_assert(!strstr(earned, "failed") && !strstr(earned, "refused"), "%s", earned);
}

static int compare_awards(const void *left, const void *right)
{
	return strcmp(left, right);
}

/* "badge level time;" each, sorted. */
static void write_dates(scene *here, int order, char text[DATES_BYTES])
{
	char user[64], lines[16][160];
	brabeion_award_list list = { 0 };
	write_text(user, "user %", order);
	cr_assert_eq(brabeion_user_awards(here->engine, user, NULL, &list, &here->error), BRABEION_OK);
	cr_assert_leq(list.count, 16);
	for (size_t i = 0; i < list.count; i++) {
		char at[BRABEION_TIME_BYTES];
		brabeion_time_format(list.awards[i].at_us, at);
		snprintf(lines[i], sizeof lines[i], "%s %u %.16s;", list.awards[i].badge, list.awards[i].level, at);
	}
	qsort(lines, list.count, sizeof lines[0], compare_awards);
	text[0] = '\0';
	for (size_t i = 0; i < list.count; i++)
		strcat(text, lines[i]);
	brabeion_award_list_finish(&list);
}

static void work(scene *here)
{
	brabeion_work_options options = BRABEION_WORK_OPTIONS(.until_idle = true);
	cr_assert_eq(brabeion_work(here->engine, &options, &here->error), BRABEION_OK, "%s", here->error.message);
}

static void play(const dated *what)
{
	scene *here = scene_with(what->config);
	chance luck = { 4 };
	size_t order_of[EVENTS_MOST];
	cr_assert_leq(what->count, EVENTS_MOST);
	for (size_t i = 0; i < what->count; i++)
		order_of[i] = i;
	for (int order = 0; order < ORDERS; order++) {
		char dates[DATES_BYTES];
		for (size_t i = 0; i < what->count; i++)
			fire(here, &what->events[order_of[i]], order);
		if (what->is_async)
			work(here);
		write_dates(here, order, dates);
		cr_expect_str_eq(dates, what->awards, "order %d: %s instead of %s", order, dates, what->awards);
		for (size_t i = what->count; i-- > what->fixed + 1;) {
			size_t other = what->fixed + (size_t)chance_below(&luck, (int64_t)(i - what->fixed + 1));
			size_t swapped = order_of[i];
			order_of[i] = order_of[other];
			order_of[other] = swapped;
		}
	}
	scene_finish(here);
}

#define PLAY(config_, events_, awards_)                             \
	play(&(dated){ .config = config_,                           \
		       .events = events_,                           \
		       .count = sizeof events_ / sizeof events_[0], \
		       .awards = awards_ })

/* ---- threshold ---- */

#define THRESHOLD(settings) GENERIC_BADGE("threshold.so", "threshold", "settings: { " settings " }")
#define EACH(settings) GENERIC_BADGE("threshold.so", "threshold-each", "settings: { " settings " }")

static const counted five[] = {
	{ .at = "2026-03-01T09:00:00Z" }, { .at = "2026-03-02T10:00:00Z" }, { .at = "2026-03-03T11:00:00Z" },
	{ .at = "2026-03-04T12:00:00Z" }, { .at = "2026-03-05T13:00:00Z" },
};

Test(earned_at, counts)
{
	PLAY(THRESHOLD("at: [5]"), five, "b 1 2026-03-05T13:00;");
	PLAY(THRESHOLD("at: [5], within: { days: 7 }"), five, "b 1 2026-03-05T13:00;");
	PLAY(THRESHOLD("at: [5], per: month"), five, "b 1 2026-03-05T13:00;");
	PLAY(EACH("at: [5], per: month"), five, "b 1 2026-03-05T13:00;");
}

Test(earned_at, counts_before_1970)
{
	static const counted events[] = {
		{ .at = "1959-12-30T09:00:00Z" },
		{ .at = "1959-12-31T23:59:00Z" },
		{ .at = "1959-12-29T09:00:00Z" },
	};
	PLAY(THRESHOLD("at: [3]"), events, "b 1 1959-12-31T23:59;");
}

/* What does not matter to the window has no say in the date. */
Test(earned_at, what_lies_outside_of_the_window_does_not_date_it)
{
	static const counted events[] = {
		{ .at = "2026-02-01T09:00:00Z" }, { .at = "2026-03-02T10:00:00Z" }, { .at = "2026-03-03T11:00:00Z" },
		{ .at = "2026-03-04T12:00:00Z" }, { .at = "2026-03-10T10:00:00Z" },
	};
	scene *here = scene_with(THRESHOLD("at: [3], within: { days: 7 }"));
	static const int order[] = { 0, 1, 3, 4, 2 };
	char dates[DATES_BYTES];
	for (size_t i = 0; i < 5; i++)
		fire(here, &events[order[i]], 0);
	write_dates(here, 0, dates);
	cr_expect_str_eq(dates, "b 1 2026-03-04T12:00;");
	scene_finish(here);
}

#define AMOUNT(at_, number_)                                      \
	{                                                         \
		.at = at_, .number_field = "n", .number = number_ \
	}

Test(earned_at, sums)
{
	static const counted events[] = {
		AMOUNT("2026-03-01T09:00:00Z", 20),
		AMOUNT("2026-03-03T11:00:00Z", 20),
		AMOUNT("2026-03-02T10:00:00Z", 20),
		AMOUNT("2026-03-04T12:00:00Z", 40),
	};
	PLAY(THRESHOLD("count: sum, field: n, at: [100]"), events, "b 1 2026-03-04T12:00;");
	PLAY(THRESHOLD("count: sum, field: n, at: [100], within: { days: 4 }"), events, "b 1 2026-03-04T12:00;");
	PLAY(THRESHOLD("count: sum, field: n, at: [100], per: month"), events, "b 1 2026-03-04T12:00;");
}

Test(earned_at, different_values)
{
	static const counted events[] = {
		{ .at = "2026-03-01T09:00:00Z", .field = "n", .text = "a" },
		{ .at = "2026-03-03T11:00:00Z", .field = "n", .text = "b" },
		{ .at = "2026-03-05T12:00:00Z", .field = "n", .text = "c" },
		{ .at = "2026-03-04T10:00:00Z", .field = "n", .text = "d" },
	};
	PLAY(THRESHOLD("count: distinct, field: n, at: [4]"), events, "b 1 2026-03-05T12:00;");
	PLAY(THRESHOLD("count: distinct, field: n, at: [4], within: { days: 7 }"), events, "b 1 2026-03-05T12:00;");
	PLAY(THRESHOLD("count: distinct, field: n, at: [4], per: month"), events, "b 1 2026-03-05T12:00;");
}

/* ---- streak ---- */

#define STREAK(settings) GENERIC_BADGE("streak.so", "streak", "settings: { " settings " }")

Test(earned_at, streaks)
{
	PLAY(STREAK("at: [5]"), five, "b 1 2026-03-05T13:00;");
	PLAY(STREAK("at: [5], zone: \"-08:00\""), five, "b 1 2026-03-05T13:00;");
	PLAY(GENERIC_BADGE("streak.so", "streak-cycle", "settings: { length: 5 }"), five, "b 1 2026-03-05T13:00;");
}

Test(earned_at, streaks_of_weeks_and_months_with_grace)
{
	static const counted weeks[] = {
		{ .at = "2026-03-04T09:00:00Z" },
		{ .at = "2026-03-09T00:00:00Z" },
		{ .at = "2026-03-29T23:59:59.123456Z" },
	};
	static const counted months[] = {
		{ .at = "2025-12-04T09:00:00Z" },
		{ .at = "2026-01-31T23:00:00Z" },
		{ .at = "2026-02-28T22:30:00Z" },
	};
	PLAY(STREAK("at: [3], every: week, grace: 1"), weeks, "b 1 2026-03-29T23:59;");
	PLAY(STREAK("at: [3], every: month"), months, "b 1 2026-02-28T22:30;");
}

Test(earned_at, a_late_day_dates_a_streak_to_its_last)
{
	scene *here = scene_with(STREAK("at: [3]"));
	char dates[DATES_BYTES];
	fire(here, &(counted){ .at = "2026-03-01T09:00:00Z" }, 0);
	fire(here, &(counted){ .at = "2026-03-03T18:00:00.5Z" }, 0);
	fire(here, &(counted){ .at = "2026-03-03T10:00:00.25Z" }, 0);
	fire(here, &(counted){ .at = "2026-03-05T10:00:00Z" }, 0);
	fire(here, &(counted){ .at = "2026-03-02T09:00:00Z" }, 0);
	write_dates(here, 0, dates);
	cr_expect_str_eq(dates, "b 1 2026-03-03T10:00;");
	scene_finish(here);
}

/* ---- collection, addict ---- */

Test(earned_at, collections)
{
	static const counted pieces[] = {
		{ .at = "2026-03-01T09:00:00Z", .name = "x" },
		{ .at = "2026-03-05T10:00:00Z", .name = "y" },
		{ .at = "2026-03-03T11:00:00Z", .name = "z" },
		{ .at = "2026-03-04T11:00:00Z", .name = "z" },
	};
	PLAY("plugins:\n  - file: collection.so\n    badges:\n"
	     "      - { badge: collection, slug: all, settings: { of: [x, y, z] } }\n"
	     "  - file: threshold.so\n    badges:\n"
	     "      - { badge: threshold, slug: x, events: [x] }\n"
	     "      - { badge: threshold, slug: y, events: [y] }\n"
	     "      - { badge: threshold, slug: z, events: [z], settings: { at: [2] } }\n",
	     pieces, "all 1 2026-03-05T10:00;x 1 2026-03-01T09:00;y 1 2026-03-05T10:00;z 1 2026-03-04T11:00;");
}

Test(earned_at, a_month_of_visits)
{
	char times[28][32];
	counted days[29];
	for (int i = 0; i < 28; i++) {
		snprintf(times[i], sizeof times[i], "2026-02-%02dT%02d:00:00Z", i + 1, 23 - i / 2);
		days[i] = (counted){ .at = times[i], .name = "visit" };
	}
	days[28] = (counted){ .at = "2026-02-07T23:30:00Z", .name = "visit" };
	play(&(dated){ .config = "workers: 0\nplugins:\n  - file: addict.so\n",
		       .events = days,
		       .count = 29,
		       .awards = "addict 1 2026-02-28T10:00;",
		       .is_async = true });
}

/* ---- packs ---- */

Test(earned_at, commits)
{
	static const counted commits[] = {
		{ .at = "2026-03-06T09:00:00Z", .name = "commit", .number_field = "offset", .number = 0 },
		{ .at = "2026-03-07T09:00:00Z", .name = "commit", .number_field = "offset", .number = 60 },
		{ .at = "2026-03-08T09:00:00Z", .name = "commit", .number_field = "offset", .number = 120 },
	};
	PLAY("plugins:\n  - file: commits.so\n    badges: [{ badge: streak }, { badge: globetrotter }]\n", commits,
	     "globetrotter 1 2026-03-08T09:00;streak 1 2026-03-08T09:00;");
}

#define VOTE(day)                                                                                        \
	{                                                                                                \
		.at = "2026-03-" day "T09:00:00Z", .name = "upvote", .field = "post", .text = "answer %" \
	}

Test(earned_at, a_site)
{
	static const counted events[] = {
		{ .at = "2026-03-01T09:00:00Z",
		  .name = "question",
		  .field = "post",
		  .text = "question %",
		  .user = "cleo" },
		{ .at = "2026-03-02T09:00:00Z",
		  .name = "answer",
		  .field = "post",
		  .text = "answer %",
		  .parent = "question %" },
		VOTE("03"),
		VOTE("04"),
		VOTE("05"),
		VOTE("06"),
		VOTE("07"),
		VOTE("08"),
		VOTE("09"),
		VOTE("10"),
		VOTE("11"),
		VOTE("12"),
		{ .at = "2026-03-20T09:00:00Z", .name = "accept", .field = "post", .text = "answer %" },
	};
	play(&(dated){
		.config = "plugins:\n  - file: qa.so\n    badges: [{ badge: nice-answer }, { badge: enlightened }]\n",
		.events = events,
		.count = sizeof events / sizeof events[0],
		.fixed = 2,
		.awards = "enlightened 1 2026-03-20T09:00;nice-answer 1 2026-03-12T09:00;" });
}
