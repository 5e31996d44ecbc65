/*
 * The clauses that all plugins without C understand. See rule.h.
 */
#include "rule.h"

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int is_given(badge_setup *setup, const char *name)
{
	return badge_setting_type(setup, name) != BADGE_TYPE_NONE;
}

static int32_t read_to(badge_setup *setup)
{
	char field[NAME_SIZE];
	if (!is_given(setup, "to"))
		return BADGE_OK;
	if (field_read(setup, "to", field) != BADGE_OK)
		return BADGE_FAILED;
	if (field[0] == '\0')
		return badge_setup_fail(setup, "to", "to must name the field with the user");
	return badge_setup_subject(setup, field);
}

static int32_t read_for(badge_setup *setup, unsigned takes, rule *clauses)
{
	if (!is_given(setup, "for"))
		return BADGE_OK;
	if (!(takes & RULE_FOR))
		return badge_setup_fail(setup, "for", "this badge counts nothing apart: it takes no \"for\"");
	if (field_read(setup, "for", clauses->value) != BADGE_OK)
		return BADGE_FAILED;
	if (clauses->value[0] == '\0')
		return badge_setup_fail(setup, "for", "for must name a field");
	if (badge_setup_is_temporary(setup))
		return badge_setup_fail(
			setup, "for",
			"what is earned for each value stays: a badge with \"for\" cannot be temporary");
	return badge_setup_multiple(setup);
}

static int32_t read_minus(badge_setup *setup, unsigned takes, rule *clauses)
{
	if (is_given(setup, "minus") && !(takes & RULE_MINUS))
		return badge_setup_fail(setup, "minus",
					"what was reached here depends on the order of events, and cannot be taken "
					"back: this badge takes no \"minus\"");
	return named_events_read(setup, "minus", &clauses->minus);
}

static int32_t read_zone(badge_setup *setup, unsigned takes, rule *clauses)
{
	static const char *const names[] = { "zone", "zone_field" };
	int32_t status = BADGE_OK;
	if (takes & RULE_ZONE || clauses->times.is_set)
		return zone_read(setup, &clauses->zone);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (is_given(setup, names[i]))
			status |= badge_setup_fail(setup, names[i], "%s is for what has days: \"per\" or \"when\"",
						   names[i]);
	return status;
}

int32_t rule_read(badge_setup *setup, unsigned takes, rule *clauses)
{
	int32_t status = where_read(setup, "where", &clauses->conditions);
	status |= when_read(setup, &clauses->times);
	status |= read_zone(setup, takes, clauses);
	status |= read_to(setup);
	status |= read_for(setup, takes, clauses);
	status |= read_minus(setup, takes, clauses);
	if (status == BADGE_OK)
		where_expect(setup, NULL, &clauses->conditions);
	return status;
}

void rule_free(rule *clauses)
{
	where_free(&clauses->conditions);
	zone_finish(&clauses->zone);
}

/* ---- judging ----------------------------------------------------------------------------------------------------- */

int32_t rule_fits(badge_call *call, const rule *clauses)
{
	if (!where_fits(call, &clauses->conditions))
		return BADGE_UNCHANGED;
	return when_fits(call, &clauses->times, &clauses->zone);
}

int32_t rule_is_minus(badge_call *call, const rule *clauses)
{
	return named_events_has(&clauses->minus, call);
}

int32_t rule_value(badge_call *call, const rule *clauses, const char **value)
{
	*value = NULL;
	return clauses->value[0] == '\0' ? BADGE_OK : field_value(call, clauses->value, RULE_REASON_MOST, value);
}

int32_t rule_name_period(badge_call *call, const rule *clauses, const char *value, period_kind kind, int64_t period,
			 char reason[RULE_REASON_SIZE])
{
	char name[PERIOD_TEXT_SIZE];
	period_format(kind, period, name);
	snprintf(reason, RULE_REASON_SIZE, "%s%s%s", value ? value : "", value ? " " : "", name);
	if (strlen(reason) > RULE_REASON_MOST)
		return badge_refuse(call, "field \"%s\" is too long to be the reason together with the period",
				    clauses->value);
	return BADGE_OK;
}
