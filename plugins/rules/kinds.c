/*
 * What the kinds have in common. See kinds.h.
 */
#include "kinds.h"

int32_t kind_begin(badge_setup *setup, unsigned takes, kind *head)
{
	head->level_count = badge_setup_level_count(setup);
	head->is_temporary = badge_setup_is_temporary(setup);
	head->at = calloc(head->level_count, sizeof *head->at);
	if (!head->at)
		return badge_setup_fail(setup, "", "out of memory");
	return rule_read(setup, takes, &head->clauses);
}

void kind_finish(kind *head)
{
	rule_free(&head->clauses);
	free(head->at);
}
