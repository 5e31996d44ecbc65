/* guard: a number per thread, its depth in code that must not call the engine. */
#include <criterion/criterion.h>

#include <pthread.h>

#include "base/reentrancy.h"

Test(guard, a_thread_begins_outside)
{
	cr_assert_eq(*brb_reentrancy_depth(), 0);
}

Test(guard, entering_and_leaving_nest)
{
	brb_reentrancy_enter();
	brb_reentrancy_enter();
	cr_assert_eq(*brb_reentrancy_depth(), 2);
	brb_reentrancy_leave();
	cr_assert_eq(*brb_reentrancy_depth(), 1);
	brb_reentrancy_leave();
	cr_assert_eq(*brb_reentrancy_depth(), 0);
}

static void *read_depth(void *depth)
{
	*(unsigned *)depth = *brb_reentrancy_depth();
	brb_reentrancy_enter();
	return NULL;
}

Test(guard, each_thread_has_its_own)
{
	pthread_t thread;
	unsigned depth = 99;
	brb_reentrancy_enter();
	cr_assert_eq(pthread_create(&thread, NULL, read_depth, &depth), 0);
	pthread_join(thread, NULL);
	cr_assert_eq(depth, 0);
	cr_assert_eq(*brb_reentrancy_depth(), 1);
	brb_reentrancy_leave();
}
