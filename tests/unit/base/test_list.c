/* list: an array that grows, an arena for its texts, and the finish functions that free both. */
#include <criterion/criterion.h>

#include <string.h>

#include "base/list.h"
#include "base/memory.h"

#include <brabeion/engine.h>

typedef struct item {
	int number;
	char padding[20];
} item;

Test(list, items_are_added_at_the_end_and_zeroed)
{
	item *items = NULL;
	size_t count = 0, capacity = 0;
	for (int i = 0; i < 1000; i++) {
		item *added = brb_list_add(&items, &count, &capacity, sizeof *items);
		cr_assert_not_null(added);
		cr_assert_eq(added, &items[i]);
		cr_assert_eq(added->number, 0);
		cr_assert_eq(added->padding[19], 0);
		memset(added, 0xff, sizeof *added);
		added->number = i;
	}
	cr_assert_eq(count, 1000);
	cr_assert_geq(capacity, 1000);
	for (int i = 0; i < 1000; i++)
		cr_assert_eq(items[i].number, i);
	brb_memory_release(items);
}

Test(list, finishing_frees_and_empties)
{
	brabeion_award_list awards = { .memory = brb_list_memory() };
	brabeion_user_list users = { .memory = brb_list_memory() };
	brabeion_badge_list badges = { .generation = 7, .memory = brb_list_memory() };
	brabeion_result result = { .memory = brb_list_memory(), .failed = 3 };
	size_t capacity = 0;
	brb_list_add(&awards.awards, &awards.count, &capacity, sizeof *awards.awards);
	awards.awards[0].user = brb_arena_copy(awards.memory, "ada");
	capacity = 0;
	brb_list_add(&users.users, &users.count, &capacity, sizeof *users.users);
	users.users[0].user = brb_arena_copy(users.memory, "ada");
	capacity = 0;
	brb_list_add(&badges.badges, &badges.count, &capacity, sizeof *badges.badges);
	badges.badges[0].slug = brb_arena_copy(badges.memory, "a");
	result.awards = brb_arena_take(result.memory, sizeof *result.awards);
	for (int twice = 0; twice < 2; twice++) {
		brabeion_award_list_finish(&awards);
		brabeion_user_list_finish(&users);
		brabeion_badge_list_finish(&badges);
		brabeion_result_finish(&result);
		cr_assert(!awards.count && !awards.awards && !awards.memory);
		cr_assert(!users.count && !users.users && !users.memory);
		cr_assert(!badges.count && !badges.badges && !badges.memory && !badges.generation);
		cr_assert(!result.awards && !result.memory && !result.failed);
	}
}

Test(list, finishing_nothing_is_fine)
{
	brabeion_award_list_finish(NULL);
	brabeion_user_list_finish(NULL);
	brabeion_badge_list_finish(NULL);
	brabeion_result_finish(NULL);
}
