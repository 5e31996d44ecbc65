/*
 * store/sqlite/holders: see holders.h. Whether a user holds another award of a level is looked up in the key of the awards,
 * on the page that the award itself goes to.
 */
#include "store/sqlite/holders.h"

static brabeion_status write_slot(brb_holders_change *change, size_t slot, brabeion_error *error)
{
	int64_t by = change->slots[slot].change;
	change->slots[slot].change = 0;
	return by ? brb_database_run(change->database, BRB_STATEMENT_HOLDERS_ADD,
				     WITH(INT(change->slots[slot].badge), INT(change->slots[slot].level), INT(by)),
				     error)
		  : BRABEION_OK;
}

static brabeion_status add(brb_holders_change *change, int64_t badge, int64_t level, int64_t by,
			   brabeion_error *error)
{
	size_t slot = ((size_t)badge * 8 + (size_t)level) % BRB_HOLDERS_SLOTS;
	brabeion_status status = BRABEION_OK;
	if (change->slots[slot].badge != badge || change->slots[slot].level != level)
		status = write_slot(change, slot, error);
	change->slots[slot].badge = badge;
	change->slots[slot].level = level;
	change->slots[slot].change += by;
	return status;
}

static brabeion_status holds(brb_holders_change *change, int64_t user, int64_t badge, int64_t level, bool *found,
			     brabeion_error *error)
{
	int64_t one;
	const brb_sql_value values[] = { INT(user), INT(badge), INT(level) };
	return brb_database_number(change->database, level ? BRB_STATEMENT_HOLDS_LEVEL : BRB_STATEMENT_HOLDS_BADGE,
				   values, level ? 3 : 2, found, &one, error);
}

brabeion_status brb_holders_will_gain(brb_holders_change *change, const brb_effect_award *award,
				      brabeion_error *error)
{
	bool holds_level = false;
	brabeion_status status = BRABEION_OK;
	change->awards++;
	if (award->first)
		status = add(change, award->badge, 0, 1, error);
	else
		status = holds(change, award->user, award->badge, award->level, &holds_level, error);
	return status == BRABEION_OK && !holds_level ? add(change, award->badge, award->level, 1, error) : status;
}

brabeion_status brb_holders_lost(brb_holders_change *change, int64_t user, int64_t badge, int64_t level, bool *last,
				 brabeion_error *error)
{
	bool still = false;
	brabeion_status status = holds(change, user, badge, level, &still, error);
	if (status != BRABEION_OK)
		return status;
	*last = !still;
	return still ? BRABEION_OK : add(change, badge, level, -1, error);
}

brabeion_status brb_holders_write(brb_holders_change *change, brabeion_error *error)
{
	brabeion_status status = BRABEION_OK;
	for (size_t slot = 0; slot < BRB_HOLDERS_SLOTS && status == BRABEION_OK; slot++)
		status = write_slot(change, slot, error);
	if (status == BRABEION_OK && change->awards)
		status = brb_database_run(change->database, BRB_STATEMENT_COUNTER_ADD,
					  WITH(TEXT("awards"), INT(change->awards)), error);
	return status;
}
