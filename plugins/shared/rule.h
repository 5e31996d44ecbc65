/*
 * The clauses that all plugins without C understand, and that mean the same in each:
 *
 *	where: { score: { at_least: 10 } }           which events count, by their fields: where.h
 *	when: { days: [sat, sun] }                   which count, by the day and hour: when.h
 *	zone, zone_field                             on whose clock: calendar.h
 *	to: author                                   the field that names whom it is counted for, and who earns it
 *	for: post                                    counted apart for each value of a field; the value is the award's reason
 *	minus: [unlike]                              events that take one back
 *
 * A plugin says which of the last two it has a meaning for.
 */
#ifndef SHARED_RULE_H
#define SHARED_RULE_H

#include <brabeion/badge.h>

#include "calendar.h"
#include "limits.h"
#include "settings.h"
#include "when.h"
#include "where.h"

enum {
	RULE_FOR = 1,
	RULE_MINUS = 2,
	RULE_ZONE = 4, /* the plugin has a clock even without `when` */
};

enum { RULE_REASON_MOST = 255, RULE_REASON_SIZE = RULE_REASON_MOST + PERIOD_TEXT_SIZE };

typedef struct rule {
	where conditions;
	when times;
	clock_zone zone;
	char value[NAME_SIZE]; /* of `for`; empty: none */
	named_events minus;
} rule;

/* Reads the clauses. BADGE_OK or BADGE_FAILED, with every mistake reported; rule_free in either case. */
int32_t rule_read(badge_setup *setup, unsigned takes, rule *clauses);
void rule_free(rule *clauses);

/* BADGE_OK: the event counts. Else what `award` answers: BADGE_UNCHANGED, which has been explained, or BADGE_REFUSED. */
int32_t rule_fits(badge_call *call, const rule *clauses);

/* 1 when the event takes one back. */
int32_t rule_is_minus(badge_call *call, const rule *clauses);

/*
 * The value of `for`, which is the reason of the award; NULL in *value without the clause. BADGE_OK; or what `award` answers:
 * BADGE_UNCHANGED for an event without the field, BADGE_REFUSED for a value that is no reason.
 */
int32_t rule_value(badge_call *call, const rule *clauses, const char **value);

/* The reason of an award of a period: its name, behind the value of `for`. BADGE_OK, or BADGE_REFUSED when both are too long. */
int32_t rule_name_period(badge_call *call, const rule *clauses, const char *value, period_kind kind, int64_t period,
			 char reason[RULE_REASON_SIZE]);

#endif
