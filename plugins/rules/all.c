/*
 * all: several conditions at once.
 *
 *	- badge: all
 *	  slug: gives-back
 *	  events: [like]
 *	  levels: [Gives Back]
 *	  settings:
 *	    of:
 *	      - { events: like_given, at: 100 }
 *	      - { events: like_received, at: 100 }
 *	      - { badge: regular, level: 2 }
 *
 * Each has: events (those of the badge that no condition names, where it is missing), where, count (events, sum, distinct, days), field, scale, at; or a
 * badge that is held, with its level. Conditions are remembered by their places: put a new one behind the others.
 *
 * Progress is how many are met.
 */
#include "kinds.h"

enum { CONDITIONS_MOST = 12, PATH_SIZE = 40 };

typedef enum condition_kind { ALL_EVENTS, ALL_SUM, ALL_DISTINCT, ALL_DAYS, ALL_BADGE } condition_kind;

typedef struct condition {
	condition_kind kind;
	named_events events;
	where conditions;
	char field[NAME_SIZE]; /* of ALL_BADGE the slug */
	int64_t scale;
	int64_t at; /* of ALL_BADGE the level */
} condition;

typedef struct all {
	rule clauses;
	uint32_t count;
	condition of[CONDITIONS_MOST];
} all;

/* By place, as keys of one name cannot be counted apart. */
static const char *const seen_names[CONDITIONS_MOST] = { "seen1", "seen2", "seen3", "seen4",  "seen5",  "seen6",
							 "seen7", "seen8", "seen9", "seen10", "seen11", "seen12" };
static const char *const places[CONDITIONS_MOST] = { "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12" };

/* ---- judging ----------------------------------------------------------------------------------------------------- */

static int64_t value_of(const all *rules, badge_call *call, uint32_t index)
{
	const condition *each = &rules->of[index];
	if (each->kind == ALL_BADGE)
		return badge_held(call, NULL, each->field);
	if (each->kind == ALL_DISTINCT || each->kind == ALL_DAYS)
		return badge_key_count(call, seen_names[index], NULL);
	return badge_tally_of(call, "count", NULL, places[index]);
}

static uint32_t count_met(const all *rules, badge_call *call)
{
	uint32_t met = 0;
	for (uint32_t i = 0; i < rules->count; i++)
		met += value_of(rules, call, i) >= rules->of[i].at;
	return met;
}

static int32_t see(badge_call *call, uint32_t index, const char *value)
{
	if (badge_tally_of(call, seen_names[index], NULL, value) > 0)
		return BADGE_UNCHANGED;
	badge_tally_set_of(call, seen_names[index], NULL, value, 1);
	return BADGE_OK;
}

static int32_t take_amount(const condition *each, badge_call *call, uint32_t index)
{
	int64_t amount = 1;
	int32_t answer = each->kind == ALL_SUM ? decimal_read(call, each->field, each->scale, &amount) : BADGE_OK;
	if (answer == BADGE_OK && amount != 0)
		badge_tally_add_of(call, "count", NULL, places[index], amount);
	return answer;
}

static int32_t take_value(const all *rules, badge_call *call, uint32_t index)
{
	char day[PERIOD_TEXT_SIZE];
	const char *value = day;
	int64_t period;
	int32_t answer;
	if (rules->of[index].kind == ALL_DISTINCT) {
		answer = field_value(call, rules->of[index].field, 65536, &value);
	} else {
		answer = period_of_event(call, &rules->clauses.zone, PERIOD_DAY, &period);
		if (answer == BADGE_OK)
			period_format(PERIOD_DAY, period, day);
	}
	return answer == BADGE_OK ? see(call, index, value) : answer;
}

/* An event that another condition names is not of those that the badge listens to by itself. */
static int is_named(const all *rules, badge_call *call)
{
	for (uint32_t i = 0; i < rules->count; i++)
		if (rules->of[i].kind == ALL_BADGE ? badge_event_is(call, "brabeion.awarded")
						   : named_events_has(&rules->of[i].events, call))
			return 1;
	return 0;
}

/* BADGE_OK: it counts for this condition. */
static int32_t take(const all *rules, badge_call *call, uint32_t index)
{
	const condition *each = &rules->of[index];
	if (each->kind == ALL_BADGE)
		return badge_event_is(call, "brabeion.awarded") &&
				       strcmp(badge_text(call, "slug", ""), each->field) == 0
			       ? BADGE_OK
			       : BADGE_UNCHANGED;
	int is_of = each->events.count > 0 ? named_events_has(&each->events, call) : !is_named(rules, call);
	if (!is_of || !where_fits(call, &each->conditions))
		return BADGE_UNCHANGED;
	return each->kind == ALL_EVENTS || each->kind == ALL_SUM ? take_amount(each, call, index)
								 : take_value(rules, call, index);
}

int32_t all_award(void *self, badge_call *call)
{
	const all *rules = self;
	int counts = 0;
	int32_t answer = rule_fits(call, &rules->clauses);
	for (uint32_t i = 0; i < rules->count && answer == BADGE_OK; i++) {
		int32_t taken = take(rules, call, i);
		counts |= taken == BADGE_OK;
		answer = taken == BADGE_UNCHANGED ? BADGE_OK : taken;
	}
	if (answer != BADGE_OK || !counts)
		return answer == BADGE_OK ? BADGE_UNCHANGED : answer;
	uint32_t met = count_met(rules, call);
	badge_explain(call, "%" PRIu32 " of %" PRIu32 " conditions are met", met, rules->count);
	return met == rules->count ? 1 : BADGE_NOT_EARNED;
}

int32_t all_progress(void *self, badge_call *call, int32_t level)
{
	const all *rules = self;
	(void)level;
	return badge_progress(call, count_met(rules, call), rules->count);
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

void all_close(void *self)
{
	all *rules = self;
	for (uint32_t i = 0; i < rules->count; i++)
		where_free(&rules->of[i].conditions);
	rule_free(&rules->clauses);
	free(rules);
}

/* The path of a key of a condition. */
static const char *at_path(char path[PATH_SIZE], uint32_t index, const char *key)
{
	snprintf(path, PATH_SIZE, "of.%" PRIu32 ".%s", index, key);
	return path;
}

static int32_t read_badge(badge_setup *setup, uint32_t index, condition *each)
{
	char path[PATH_SIZE];
	each->kind = ALL_BADGE;
	each->at = badge_setting_int(setup, at_path(path, index, "level"), 1);
	if (each->at < 1)
		return badge_setup_fail(setup, path, "level must be from 1 up");
	if (field_read(setup, at_path(path, index, "badge"), each->field) != BADGE_OK)
		return BADGE_FAILED;
	if (strcmp(each->field, badge_setup_slug(setup)) == 0)
		return badge_setup_fail(setup, path, "a badge cannot be a condition of itself");
	return badge_setup_listen(setup, "brabeion.awarded");
}

static int32_t read_count(badge_setup *setup, uint32_t index, condition *each)
{
	static const char *const words[] = { "events", "sum", "distinct", "days" };
	char path[PATH_SIZE];
	const char *word = badge_setting_text(setup, at_path(path, index, "count"), "events");
	while (each->kind <= ALL_DAYS && strcmp(word, words[each->kind]) != 0)
		each->kind++;
	if (each->kind > ALL_DAYS)
		return badge_setup_fail(setup, path, "count must be events, sum, distinct or days, not \"%.100s\"",
					word);
	if (field_read(setup, at_path(path, index, "field"), each->field) != BADGE_OK)
		return BADGE_FAILED;
	if ((each->kind == ALL_SUM || each->kind == ALL_DISTINCT) != (each->field[0] != '\0'))
		return badge_setup_fail(setup, path, "field is for count: sum and count: distinct, which need it");
	return BADGE_OK;
}

static int32_t read_condition(badge_setup *setup, uint32_t index, condition *each)
{
	char path[PATH_SIZE];
	if (badge_setting_type(setup, at_path(path, index, "badge")) != BADGE_TYPE_NONE)
		return read_badge(setup, index, each);
	int32_t status = named_events_read(setup, at_path(path, index, "events"), &each->events);
	status |= where_read(setup, at_path(path, index, "where"), &each->conditions);
	status |= read_count(setup, index, each);
	status |= scale_read(setup, at_path(path, index, "scale"), &each->scale);
	each->at = each->scale;
	if (badge_setting_type(setup, at_path(path, index, "at")) != BADGE_TYPE_NONE)
		status |= decimal_setting(setup, path, each->scale, &each->at);
	if (status == BADGE_OK && each->at < 1)
		return badge_setup_fail(setup, path, "at must be above 0");
	return status;
}

static int32_t read_conditions(badge_setup *setup, all *rules)
{
	int32_t status = BADGE_OK;
	int64_t count = badge_setting_count(setup, "of");
	if (count < 2 || count > CONDITIONS_MOST || badge_setting_key(setup, "of", 0))
		return badge_setup_fail(setup, "of", "of must be a list of 2 to %d conditions", CONDITIONS_MOST);
	rules->count = (uint32_t)count;
	for (uint32_t i = 0; i < rules->count; i++)
		status |= read_condition(setup, i, &rules->of[i]);
	return status;
}

int32_t all_open(badge_setup *setup, void **self)
{
	all *rules = calloc(1, sizeof *rules);
	if (!rules)
		return badge_setup_fail(setup, "", "out of memory");
	int32_t status = rule_read(setup, RULE_ZONE, &rules->clauses);
	status |= read_conditions(setup, rules);
	if (status != BADGE_OK) {
		all_close(rules);
		return BADGE_FAILED;
	}
	*self = rules;
	return BADGE_OK;
}
