/*
 * after: a time since an event, once or again and again.
 *
 *	- badge: after
 *	  slug: yearling
 *	  events: [signed_up]
 *	  levels: [Yearling]
 *	  settings: { after: { years: 1 }, repeat: yearly, with: { events: [posted], at: 1 }, unless: [left] }
 *
 * after: { years: 1 }    also months, days, hours, minutes, from the user's first event on, by the calendar of UTC
 * repeat: yearly         again after each further year, also monthly, weekly, daily; the reason is the day, 2027-03-01
 * with: { ... }          only where so many of these events came since the time before
 * unless: [left]         events after which it ends, until the first one comes again
 */
#include "kinds.h"

#include "date.h"

#define DAY_US INT64_C(86400000000)

typedef struct span {
	int64_t months, us;
} span;

typedef struct after {
	span first;
	span again; /* all 0: once */
	named_events with;
	int64_t least;
	named_events unless;
	kind head;
} after;

/* ---- time -------------------------------------------------------------------------------------------------------- */

/* The same day of a later month, or its last one where it is shorter. */
static int64_t add_months(int64_t at, int64_t months)
{
	int64_t day = divide_down(at, DAY_US);
	date from = date_of_day(day);
	int64_t month = from.month + months;
	int64_t first = day_of_date(from.year, month, 1), next = day_of_date(from.year, month + 1, 1);
	int64_t moved = first + from.day - 1 < next ? first + from.day - 1 : next - 1;
	return moved * DAY_US + (at - day * DAY_US);
}

/* The time of the n-th, from 0. */
static int64_t time_of(const after *rules, int64_t since, int64_t number)
{
	int64_t months = rules->first.months + number * rules->again.months;
	return add_months(since, months) + rules->first.us + number * rules->again.us;
}

/* ---- judging ----------------------------------------------------------------------------------------------------- */

static void ask(const after *rules, badge_call *call, int64_t since, int64_t number)
{
	const badge_field state[] = { badge_field_int("since", since), badge_field_int("number", number) };
	badge_later(call, time_of(rules, since, number), state, 2);
}

/* The user's first counts; one that comes late and is earlier begins anew. */
static int32_t begin(const after *rules, badge_call *call)
{
	int64_t since = badge_tally(call, "since"), at = time_as_tally(badge_at(call));
	if (since != 0 && since <= at)
		return BADGE_UNCHANGED;
	badge_tally_set(call, "since", at);
	ask(rules, call, at, 0);
	return BADGE_UNCHANGED;
}

/* Which of the times an event comes before: 0 before the first. Bounded, as `repeat` is a day at least. */
static int64_t number_of(const after *rules, int64_t since, int64_t at)
{
	int64_t low = 0, high = 1;
	if (at < time_of(rules, since, 0) || (rules->again.months == 0 && rules->again.us == 0))
		return 0;
	while (high < 1000000 && time_of(rules, since, high) <= at)
		low = high, high *= 2;
	while (low + 1 < high) {
		int64_t middle = low + (high - low) / 2;
		if (time_of(rules, since, middle) <= at)
			low = middle;
		else
			high = middle;
	}
	return low + 1;
}

static int32_t count_with(const after *rules, badge_call *call)
{
	char number[32];
	int64_t since = badge_tally(call, "since");
	if (since == 0 || badge_at(call) < since)
		return BADGE_UNCHANGED;
	snprintf(number, sizeof number, "%" PRId64, number_of(rules, since, badge_at(call)));
	badge_tally_add_of(call, "with", NULL, number, 1);
	return BADGE_UNCHANGED;
}

static int has_with(const after *rules, badge_call *call, int64_t number)
{
	char key[32];
	snprintf(key, sizeof key, "%" PRId64, number);
	return rules->with.count == 0 || badge_tally_of(call, "with", NULL, key) >= rules->least;
}

static int32_t award_due(const after *rules, badge_call *call)
{
	char reason[PERIOD_TEXT_SIZE];
	int64_t since = badge_int(call, "since", 0), number = badge_int(call, "number", 0);
	int repeats = rules->again.months != 0 || rules->again.us != 0;
	if (since == 0 || since != badge_tally(call, "since"))
		return BADGE_UNCHANGED; /* it ended, or began anew */
	if (repeats)
		ask(rules, call, since, number + 1);
	if (!has_with(rules, call, number)) {
		badge_explain(call, "too few of the events of \"with\" came in this time");
		return BADGE_UNCHANGED;
	}
	if (repeats) {
		period_format(PERIOD_DAY, divide_down(badge_at(call), DAY_US), reason);
		badge_for(call, reason);
	}
	return 1;
}

int32_t after_award(void *self, badge_call *call)
{
	const after *rules = self;
	if (badge_is_due(call))
		return award_due(rules, call);
	if (named_events_has(&rules->unless, call)) {
		badge_tally_set(call, "since", 0);
		return BADGE_UNCHANGED;
	}
	if (named_events_has(&rules->with, call))
		return count_with(rules, call);
	int32_t answer = rule_fits(call, &rules->head.clauses);
	return answer == BADGE_OK ? begin(rules, call) : answer;
}

/* Days of the time that is under way. */
int32_t after_progress(void *self, badge_call *call, int32_t level)
{
	const after *rules = self;
	int64_t since = badge_tally(call, "since"), at = badge_at(call);
	(void)level;
	if (since == 0 || at < since)
		return BADGE_OK;
	int64_t number = number_of(rules, since, at);
	int64_t begun = number > 0 ? time_of(rules, since, number - 1) : since;
	int64_t ends = time_of(rules, since, number);
	if (at >= ends) /* once, and over */
		return badge_progress(call, 1, 1);
	int64_t days = (ends - begun) / DAY_US;
	return badge_progress(call, (at - begun) / DAY_US, days > 0 ? days : 1);
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

void after_close(void *self)
{
	after *rules = self;
	kind_finish(&rules->head);
	free(rules);
}

static int32_t read_after(badge_setup *setup, after *rules)
{
	static const struct {
		const char *path;
		int64_t months, us, most;
	} units[] = { { "after.years", 12, 0, 100 },
		      { "after.months", 1, 0, 1200 },
		      { "after.days", 0, DAY_US, 36500 },
		      { "after.hours", 0, DAY_US / 24, 876000 },
		      { "after.minutes", 0, DAY_US / 1440, 52560000 } };
	if (!badge_setting_key(setup, "after", 0))
		return badge_setup_fail(setup, "after", "after must be a time like { years: 1 }");
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		int64_t number = badge_setting_int(setup, units[i].path, 0);
		if (number < 0 || number > units[i].most)
			return badge_setup_fail(setup, units[i].path, "%s must be from 0 to %" PRId64, units[i].path,
						units[i].most);
		rules->first.months += number * units[i].months;
		rules->first.us += number * units[i].us;
	}
	return rules->first.months > 0 || rules->first.us > 0
		       ? BADGE_OK
		       : badge_setup_fail(setup, "after", "after must be a time like { years: 1 }");
}

static int32_t read_repeat(badge_setup *setup, after *rules)
{
	static const struct {
		const char *word;
		span again;
	} words[] = { { "yearly", { 12, 0 } },
		      { "monthly", { 1, 0 } },
		      { "weekly", { 0, 7 * DAY_US } },
		      { "daily", { 0, DAY_US } } };
	const char *word = badge_setting_text(setup, "repeat", NULL);
	if (!word)
		return badge_setting_type(setup, "repeat") == BADGE_TYPE_NONE ? BADGE_OK : BADGE_FAILED;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(word, words[i].word) == 0) {
			rules->again = words[i].again;
			return badge_setup_multiple(setup);
		}
	}
	return badge_setup_fail(setup, "repeat", "repeat must be yearly, monthly, weekly or daily, not \"%.100s\"",
				word);
}

static int32_t read_with(badge_setup *setup, after *rules)
{
	if (badge_setting_type(setup, "with") == BADGE_TYPE_NONE)
		return BADGE_OK;
	int32_t status = named_events_read(setup, "with.events", &rules->with);
	rules->least = badge_setting_int(setup, "with.at", 1);
	if (status == BADGE_OK && rules->with.count == 0)
		return badge_setup_fail(setup, "with", "with must be { events: [posted], at: 1 }");
	return rules->least >= 1 ? status : badge_setup_fail(setup, "with.at", "with.at must be from 1 up");
}

int32_t after_open(badge_setup *setup, void **self)
{
	after *rules = calloc(1, sizeof *rules);
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	int32_t status = kind_begin(setup, 0, &rules->head);
	status |= read_after(setup, rules);
	status |= read_repeat(setup, rules);
	status |= read_with(setup, rules);
	status |= named_events_read(setup, "unless", &rules->unless);
	if (status != BADGE_OK) {
		after_close(rules);
		return BADGE_FAILED;
	}
	*self = rules;
	return BADGE_OK;
}
