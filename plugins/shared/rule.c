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

static int32_t add_minus(badge_setup *setup, const char *path, rule *clauses)
{
	const char *event = badge_setting_text(setup, path, "");
	if (event[0] == '\0' || strlen(event) >= NAME_SIZE)
		return badge_setup_fail(setup, path, "minus must name events, in 1 to 100 bytes");
	if (clauses->minus_count == RULE_MINUS_MOST)
		return badge_setup_fail(setup, "minus", "minus has at most %d events", RULE_MINUS_MOST);
	snprintf(clauses->minus[clauses->minus_count++], NAME_SIZE, "%s", event);
	return badge_setup_listen(setup, event);
}

static int32_t read_minus(badge_setup *setup, unsigned takes, rule *clauses)
{
	int32_t status = BADGE_OK;
	if (!is_given(setup, "minus"))
		return BADGE_OK;
	if (!(takes & RULE_MINUS))
		return badge_setup_fail(setup, "minus",
					"what was reached here depends on the order of events, and cannot be taken "
					"back: this badge takes no \"minus\"");
	if (badge_setting_type(setup, "minus") != BADGE_TYPE_JSON)
		return add_minus(setup, "minus", clauses);
	int64_t count = badge_setting_count(setup, "minus");
	for (int64_t i = 0; i < count; i++) {
		char path[NAME_SIZE];
		snprintf(path, sizeof path, "minus.%" PRId64, i);
		status |= add_minus(setup, path, clauses);
	}
	return count > 0 ? status : badge_setup_fail(setup, "minus", "minus must name at least one event");
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
	for (uint32_t i = 0; i < clauses->minus_count; i++)
		if (badge_event_is(call, clauses->minus[i]))
			return 1;
	return 0;
}

int32_t rule_value(badge_call *call, const rule *clauses, const char **value)
{
	*value = NULL;
	return clauses->value[0] == '\0' ? BADGE_OK : field_value(call, clauses->value, RULE_REASON_MOST, value);
}
