/*
 * What is counted for ever. See counter.h.
 */
#include "counter.h"

#include "latest.h"

enum { VALUE_MOST = 65536 /* bytes of a value that is distinct */ };

static const char *const words[] = { "events", "sum", "distinct" };

/* ---- settings ---------------------------------------------------------------------------------------------------- */

const char *counter_word(const counter *counts)
{
	return words[counts->count];
}

static int32_t read_kind(badge_setup *setup, counter *counts)
{
	const char *word = badge_setting_text(setup, "count", words[COUNT_EVENTS]);
	for (count_kind kind = COUNT_EVENTS; kind <= COUNT_DISTINCT; kind++) {
		if (strcmp(word, words[kind]) == 0) {
			counts->count = kind;
			return BADGE_OK;
		}
	}
	return badge_setup_fail(setup, "count", "count must be events, sum or distinct, not \"%.100s\"", word);
}

static int32_t read_field(badge_setup *setup, counter *counts)
{
	int wanted = counts->count != COUNT_EVENTS;
	if (field_read(setup, "field", counts->field) != BADGE_OK)
		return BADGE_FAILED;
	if (wanted && counts->field[0] == '\0')
		return badge_setup_fail(setup, "field", "field must name what is counted");
	if (!wanted && badge_setting_type(setup, "field") != BADGE_TYPE_NONE)
		return badge_setup_fail(setup, "field", "field is for count: sum and count: distinct");
	return BADGE_OK;
}

int32_t counter_read(badge_setup *setup, counter *counts)
{
	int32_t status = read_kind(setup, counts);
	status |= scale_read(setup, "scale", &counts->scale);
	if (counts->scale > 1 && counts->count != COUNT_SUM)
		status |= badge_setup_fail(setup, "scale", "scale is for count: sum");
	return status == BADGE_OK ? read_field(setup, counts) : status;
}

/* ---- what an event counts ---------------------------------------------------------------------------------------- */

static int32_t read_value(const counter *counts, badge_call *call, const char **value)
{
	switch (badge_read_text(call, counts->field, value)) {
	case BADGE_FIELD_MISSING:
		return BADGE_UNCHANGED;
	case BADGE_FIELD_WRONG_KIND:
		return badge_refuse_field(call, counts->field, "a text, a number, or true or false");
	}
	if (strlen(*value) > VALUE_MOST)
		return badge_refuse(call, "field \"%s\" has more than %d bytes", counts->field, VALUE_MOST);
	return BADGE_OK;
}

int32_t counter_amount(const counter *counts, badge_call *call, int64_t *amount)
{
	const char *value;
	int32_t answer = BADGE_OK;
	*amount = 1;
	if (counts->count == COUNT_SUM)
		return decimal_read(call, counts->field, counts->scale, amount);
	if (counts->count == COUNT_DISTINCT) {
		answer = read_value(counts, call, &value);
		if (answer == BADGE_OK)
			*amount = badge_hash(call, value); /* it may be anybody's name */
	}
	return answer;
}

/* ---- different values -------------------------------------------------------------------------------------------- */

static const char *values_name(const counter *counts)
{
	return counts->has_minus ? "values" : "seen";
}

/* One that is taken back before it came is owed: events may come late. */
static void take_back(badge_call *call, const char *value)
{
	if (badge_tally_of(call, "values", NULL, value) > 0)
		badge_tally_add_of(call, "values", NULL, value, -1);
	else
		badge_tally_add_of(call, "owed", NULL, value, 1);
}

static void count_value(const counter *counts, badge_call *call, const char *value)
{
	if (!counts->has_minus) {
		if (badge_tally_of(call, "seen", NULL, value) == 0)
			badge_tally_set_of(call, "seen", NULL, value, 1);
	} else if (badge_tally_of(call, "owed", NULL, value) > 0) {
		badge_tally_add_of(call, "owed", NULL, value, -1);
	} else {
		badge_tally_add_of(call, "values", NULL, value, 1);
	}
}

/* The time of a value that comes again counts, too: so the date depends on the events, and not on which of them came first. */
static int32_t take_value(const counter *counts, badge_call *call, int is_minus, int64_t *count, int64_t *latest)
{
	const char *value;
	int32_t answer = read_value(counts, call, &value);
	if (answer != BADGE_OK)
		return answer;
	if (is_minus)
		take_back(call, value);
	else
		count_value(counts, call, value);
	*count = badge_key_count(call, values_name(counts), NULL);
	*latest = is_minus ? badge_at(call) : latest_count(call, COUNTER_LATEST, "distinct");
	return BADGE_OK;
}

/* ---- counting ---------------------------------------------------------------------------------------------------- */

static int32_t take_amount(const counter *counts, badge_call *call, const char *of, int is_minus, int64_t *count,
			   int64_t *latest)
{
	static const char *const names[] = { "events", "sum" }, *const names_of[] = { "events_of", "sum_of" };
	const char *name = of ? names_of[counts->count] : names[counts->count];
	int64_t amount = 1;
	int32_t answer = counter_amount(counts, call, &amount);
	if (answer != BADGE_OK)
		return answer;
	if (is_minus && amount == INT64_MIN)
		return badge_refuse(call, "field \"%s\" is too large to be taken back", counts->field);
	*count = amount != 0 ? badge_tally_add_of(call, name, NULL, of, is_minus ? -amount : amount)
			     : badge_tally_of(call, name, NULL, of);
	if (is_minus)
		*latest = badge_at(call);
	else if (of)
		*latest = latest_count(call, "latest_of", of);
	else
		*latest = latest_count(call, COUNTER_LATEST, words[counts->count]);
	return BADGE_OK;
}

int32_t counter_take(const counter *counts, badge_call *call, const char *of, int is_minus, int64_t *count,
		     int64_t *latest)
{
	return counts->count == COUNT_DISTINCT ? take_value(counts, call, is_minus, count, latest)
					       : take_amount(counts, call, of, is_minus, count, latest);
}

int64_t counter_now(const counter *counts, badge_call *call)
{
	return counts->count == COUNT_DISTINCT ? badge_key_count(call, values_name(counts), NULL)
	       : counts->count == COUNT_SUM    ? badge_tally(call, "sum")
					       : badge_tally(call, "events");
}
