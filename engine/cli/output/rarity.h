/*
 * cli/output/rarity: a user's rarest awards: those of levels that the fewest users hold.
 */
#ifndef BRB_CLI_OUTPUT_RARITY_H
#define BRB_CLI_OUTPUT_RARITY_H

#include <stdbool.h>
#include <stddef.h>

#include <brabeion/engine.h>

/* The loaded badges by slug. The list must outlive it. */
typedef struct brb_cli_rarity {
	const brabeion_badge **badges;
	size_t count;
} brb_cli_rarity;

/* False: out of memory. */
bool brb_cli_rarity_init(brb_cli_rarity *rarity, const brabeion_badge_list *list);
void brb_cli_rarity_finish(brb_cli_rarity *rarity);

/*
 * Writes the names of a user's rarest levels, rarest first, each badge once by its rarest level; ends with "+7 more"
 * when there are more. Sorts the awards.
 */
void brb_cli_rarity_names(const brb_cli_rarity *rarity, brabeion_award_list *awards, char *text, size_t capacity);

#endif
