/*
 * cli/output/rarity: see rarity.h.
 */
#include "cli/output/rarity.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED = 6 };

static int compare_slugs(const void *a, const void *b)
{
	return strcmp((*(const brabeion_badge *const *)a)->slug, (*(const brabeion_badge *const *)b)->slug);
}

bool brb_cli_rarity_init(brb_cli_rarity *rarity, const brabeion_badge_list *list)
{
	*rarity = (brb_cli_rarity){ 0 };
	if (list->count == 0)
		return true;
	rarity->badges = reallocarray(NULL, list->count, sizeof *rarity->badges);
	if (!rarity->badges)
		return false;
	for (size_t i = 0; i < list->count; i++)
		rarity->badges[i] = &list->badges[i];
	rarity->count = list->count;
	qsort(rarity->badges, rarity->count, sizeof *rarity->badges, compare_slugs);
	return true;
}

void brb_cli_rarity_finish(brb_cli_rarity *rarity)
{
	free(rarity->badges);
	*rarity = (brb_cli_rarity){ 0 };
}

/* A level that is no longer loaded counts as the most common. */
static int64_t holders_of(const brb_cli_rarity *rarity, const brabeion_award_info *award)
{
	brabeion_badge wanted = { .slug = award->badge };
	const brabeion_badge *key = &wanted;
	if (rarity->count == 0)
		return INT64_MAX;
	const brabeion_badge **found =
		bsearch(&key, rarity->badges, rarity->count, sizeof *rarity->badges, compare_slugs);
	if (!found || award->level == 0 || award->level > (*found)->level_count)
		return INT64_MAX;
	return (*found)->levels[award->level - 1].holders;
}

/* Rarest first, then the higher level, then the newer. */
static int compare_awards(const void *a, const void *b, void *context)
{
	const brabeion_award_info *one = a;
	const brabeion_award_info *other = b;
	int64_t one_holders = holders_of(context, one);
	int64_t other_holders = holders_of(context, other);
	if (one_holders != other_holders)
		return one_holders < other_holders ? -1 : 1;
	if (one->level != other->level)
		return one->level > other->level ? -1 : 1;
	return (one->sequence < other->sequence) - (one->sequence > other->sequence);
}

static bool is_named_before(const brabeion_award_list *awards, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(awards->awards[i].badge, awards->awards[index].badge) == 0)
			return true;
	return false;
}

void brb_cli_rarity_names(const brb_cli_rarity *rarity, brabeion_award_list *awards, char *text, size_t capacity)
{
	size_t used = 0;
	size_t named = 0;
	size_t left_out = 0;
	text[0] = '\0';
	if (awards->count == 0)
		return;
	qsort_r(awards->awards, awards->count, sizeof *awards->awards, compare_awards, (void *)rarity);
	for (size_t i = 0; i < awards->count; i++) {
		const char *name = awards->awards[i].name;
		if (is_named_before(awards, i))
			continue;
		/* Leave space for ", " and "+1000 more". */
		if (named == NAMED || used + strlen(name) + 20 > capacity) {
			left_out++;
			continue;
		}
		used += (size_t)snprintf(text + used, capacity - used, "%s%s", named > 0 ? ", " : "", name);
		named++;
	}
	if (left_out > 0)
		snprintf(text + used, capacity - used, "%s+%zu more", named > 0 ? ", " : "", left_out);
}
