/*
 * registry: readers acquire the current generation; publishing waits for no reader; an old generation is closed on the
 * registry's thread, once it is unused.
 */
#include <criterion/criterion.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "badgeset/registry.h"
#include "base/memory.h"
#include "base/reentrancy.h"

static brb_registry registry;
static char logged[256];

static void keep_log(void *context, brabeion_log_level level, const char *message)
{
	(void)context;
	(void)level;
	snprintf(logged, sizeof logged, "%s", message);
}

static const brb_log kept_log = { keep_log, NULL };

static void open_room(void)
{
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_registry_init(&registry, &error), BRABEION_OK, "%s", error.message);
}

static void close_room(void)
{
	brb_registry_finish(&registry);
	cr_expect_eq(*brb_reentrancy_depth(), 0);
}

TestSuite(registry, .init = open_room, .fini = close_room);

/* A generation of one plugin whose close counts, so that a test sees when the generation is closed. */
static void count_close(void *self)
{
	atomic_fetch_add((atomic_int *)self, 1);
}

static brb_generation *new_generation(atomic_int *closed)
{
	brb_generation *generation = brb_memory_take_zeroed(1, sizeof *generation);
	cr_assert_not_null(generation);
	generation->plugins = brb_arena_take(&generation->arena, sizeof(brb_plugin *));
	generation->plugins[0] = brb_memory_take_zeroed(1, sizeof(brb_plugin));
	cr_assert_not_null(generation->plugins[0]);
	brb_instance *instance = brb_memory_take_zeroed(1, sizeof *instance);
	cr_assert_not_null(instance);
	*instance = (brb_instance){ .uses = 1, .self = closed, .close = count_close };
	generation->plugins[0]->instance = instance;
	generation->plugin_count = 1;
	return generation;
}

static void publish(brb_generation *generation)
{
	brb_registry_publish(&registry, generation);
	brb_registry_retire(&registry, &kept_log);
}

/* Waits until this many old generations are left. */
static void expect_retiring(size_t count)
{
	for (int i = 0; i < 100000 && brb_registry_retiring(&registry) != count; i++)
		nanosleep(&(struct timespec){ 0, 100000 }, NULL);
	cr_expect_eq(brb_registry_retiring(&registry), count);
}

static int slots(void)
{
	int count = 0;
	for (brb_reader *reader = atomic_load(&registry.readers); reader; reader = reader->next)
		count++;
	return count;
}

Test(registry, before_the_first_there_is_none)
{
	brb_reader *reader = brb_registry_reader(&registry);
	cr_assert_not_null(reader);
	cr_expect_null(brb_registry_acquire(&registry, reader));
	brb_registry_release(reader);
}

Test(registry, generations_are_numbered_from_1)
{
	static atomic_int closed = 0;
	for (uint64_t i = 1; i <= 3; i++) {
		brb_generation *generation = new_generation(&closed);
		publish(generation);
		cr_expect_eq(generation->number, i);
		brb_reader *reader = brb_registry_reader(&registry);
		cr_expect_eq(brb_registry_acquire(&registry, reader), generation);
		brb_registry_release(reader);
	}
	expect_retiring(0);
	cr_expect_eq(closed, 2);
}

Test(registry, finishing_closes_what_is_left)
{
	static atomic_int closed = 0;
	brb_registry other;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_registry_init(&other, &error), BRABEION_OK);
	brb_registry_publish(&other, new_generation(&closed));
	brb_reader *reader = brb_registry_reader(&other);
	brb_registry_acquire(&other, reader);
	brb_registry_publish(&other, new_generation(&closed));
	brb_registry_release(reader);
	cr_expect_eq(closed, 0);
	brb_registry_finish(&other);
	cr_expect_eq(closed, 2);
}

Test(registry, a_thread_has_one_slot_for_each_registry)
{
	brb_registry other;
	brabeion_error error = BRABEION_NO_ERROR;
	cr_assert_eq(brb_registry_init(&other, &error), BRABEION_OK);
	brb_reader *mine = brb_registry_reader(&registry);
	cr_expect_eq(brb_registry_reader(&registry), mine);
	cr_expect_neq(brb_registry_reader(&other), mine);
	cr_expect_eq(slots(), 1);
	brb_registry_finish(&other);
}

/* ---- readers and publishers -------------------------------------------------------------------------------------- */

Test(registry, a_generation_in_use_is_closed_after_its_release)
{
	static atomic_int closed[3] = { 0 };
	brb_generation *first = new_generation(&closed[0]);
	publish(first);
	brb_reader *reader = brb_registry_reader(&registry);
	cr_expect_eq(brb_registry_acquire(&registry, reader), first);
	publish(new_generation(&closed[1]));
	publish(new_generation(&closed[2]));
	expect_retiring(1);
	cr_expect_eq(closed[0], 0, "in use");
	cr_expect_eq(closed[1], 1, "never used");
	cr_expect_eq(first->number, 1, "and still readable");
	brb_registry_release(reader);
	expect_retiring(0);
	cr_expect_eq(closed[0], 1);
	cr_expect_eq(closed[2], 0);
}

static void keep_policy(void *self)
{
	atomic_store((atomic_int *)self, sched_getscheduler(0));
}

/* It must not preempt the threads of a server. */
Test(registry, what_is_retired_is_closed_by_a_thread_that_takes_turns)
{
	static atomic_int policy = -1;
	static atomic_int ignored = 0;
	brb_generation *generation = new_generation(&policy);
	generation->plugins[0]->instance->close = keep_policy;
	publish(generation);
	publish(new_generation(&ignored));
	expect_retiring(0);
	cr_expect_eq(policy, SCHED_BATCH);
	cr_expect_eq(sched_getscheduler(0), SCHED_OTHER, "that of who publishes is its own");
}

/* A job acquires it while the reader has it, and keeps it longer. */
Test(registry, a_generation_with_holders_is_closed_after_the_last_release)
{
	static atomic_int closed[2] = { 0 };
	publish(new_generation(&closed[0]));
	brb_reader *reader = brb_registry_reader(&registry);
	brb_generation *held = brb_registry_acquire(&registry, reader);
	brb_generation_acquire(held);
	brb_generation_acquire(held);
	brb_registry_release(reader);
	publish(new_generation(&closed[1]));
	brb_generation_release(held);
	brb_readers_fence(&registry);
	cr_expect(brb_readers_use(&registry, held));
	expect_retiring(1);
	cr_expect_eq(closed[0], 0);
	brb_generation_release(held);
	expect_retiring(0);
	cr_expect_eq(closed[0], 1);
}

/* A reader that the test can stop. */
typedef struct stuck_reader {
	pthread_t thread;
	pthread_barrier_t acquired, go_on;
	brb_generation *generation;
} stuck_reader;

static void *get_stuck(void *context)
{
	stuck_reader *stuck = context;
	brb_reader *reader = brb_registry_reader(&registry);
	stuck->generation = brb_registry_acquire(&registry, reader);
	pthread_barrier_wait(&stuck->acquired);
	pthread_barrier_wait(&stuck->go_on);
	brb_registry_release(reader);
	return NULL;
}

static void start_stuck(stuck_reader *stuck)
{
	pthread_barrier_init(&stuck->acquired, NULL, 2);
	pthread_barrier_init(&stuck->go_on, NULL, 2);
	cr_assert_eq(pthread_create(&stuck->thread, NULL, get_stuck, stuck), 0);
	pthread_barrier_wait(&stuck->acquired);
}

static void end_stuck(stuck_reader *stuck)
{
	pthread_barrier_wait(&stuck->go_on);
	pthread_join(stuck->thread, NULL);
	pthread_barrier_destroy(&stuck->acquired);
	pthread_barrier_destroy(&stuck->go_on);
}

Test(registry, a_blocked_reader_delays_only_what_it_holds)
{
	static atomic_int closed[5] = { 0 };
	stuck_reader stuck, later;
	brb_generation *first = new_generation(&closed[0]);
	publish(first);
	start_stuck(&stuck);
	cr_expect_eq(stuck.generation, first);
	for (int i = 1; i < 4; i++)
		publish(new_generation(&closed[i]));
	start_stuck(&later);
	cr_expect_eq(later.generation->number, 4, "others go on with the newest");
	publish(new_generation(&closed[4]));
	expect_retiring(2);
	cr_expect(closed[0] == 0 && closed[1] == 1 && closed[2] == 1 && closed[3] == 0 && closed[4] == 0);
	end_stuck(&stuck);
	expect_retiring(1);
	cr_expect(closed[0] == 1 && closed[3] == 0);
	end_stuck(&later);
	expect_retiring(0);
	cr_expect(closed[3] == 1 && closed[4] == 0);
}

Test(registry, two_readers_of_one_generation_must_both_release_it)
{
	static atomic_int closed[2] = { 0 };
	stuck_reader one, two;
	publish(new_generation(&closed[0]));
	start_stuck(&one);
	start_stuck(&two);
	publish(new_generation(&closed[1]));
	end_stuck(&one);
	brb_readers_fence(&registry);
	cr_expect(brb_readers_use(&registry, two.generation));
	cr_expect_eq(closed[0], 0);
	end_stuck(&two);
	expect_retiring(0);
	cr_expect_eq(closed[0], 1);
}

/* ---- the thread -------------------------------------------------------------------------------------------------- */

/* What a `close` records of its thread. */
typedef struct close_scene {
	pthread_t thread;
	unsigned guard_depth;
	bool blocks_signals;
	pthread_barrier_t *stop; /* NULL: it does not block */
} close_scene;

static void look_around(void *self)
{
	close_scene *scene = self;
	sigset_t blocked;
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	scene->thread = pthread_self();
	scene->guard_depth = *brb_reentrancy_depth();
	scene->blocks_signals = sigismember(&blocked, SIGTERM) == 1 && sigismember(&blocked, SIGCHLD) == 1;
	if (scene->stop) {
		pthread_barrier_wait(scene->stop);
		pthread_barrier_wait(scene->stop);
	}
}

static brb_generation *new_scene(close_scene *scene)
{
	brb_generation *generation = new_generation(NULL);
	generation->plugins[0]->instance->close = look_around;
	generation->plugins[0]->instance->self = scene;
	return generation;
}

Test(registry, closes_run_on_one_thread_of_its_own_that_blocks_signals_and_may_not_call_the_engine)
{
	close_scene scenes[2] = { { .stop = NULL } };
	static atomic_int closed = 0;
	cr_expect_not(registry.retirement.has_thread);
	publish(new_scene(&scenes[0]));
	cr_expect_not(registry.retirement.has_thread, "there was nothing to retire");
	publish(new_scene(&scenes[1]));
	expect_retiring(0);
	publish(new_generation(&closed));
	expect_retiring(0);
	for (int i = 0; i < 2; i++) {
		cr_expect_not(pthread_equal(scenes[i].thread, pthread_self()));
		cr_expect_eq(scenes[i].guard_depth, 1);
		cr_expect(scenes[i].blocks_signals);
	}
	cr_expect(pthread_equal(scenes[0].thread, scenes[1].thread));
}

Test(registry, a_close_that_hangs_blocks_no_publisher_and_no_reader)
{
	pthread_barrier_t stop;
	close_scene scene = { .stop = &stop };
	static atomic_int closed = 0;
	pthread_barrier_init(&stop, NULL, 2);
	publish(new_scene(&scene));
	publish(new_generation(&closed));
	pthread_barrier_wait(&stop); /* `close` is running */
	for (int i = 0; i < 5; i++)
		publish(new_generation(&closed));
	brb_reader *reader = brb_registry_reader(&registry);
	cr_expect_eq(brb_registry_acquire(&registry, reader)->number, 7);
	brb_registry_release(reader);
	cr_expect_eq(brb_registry_retiring(&registry), 6);
	cr_expect_eq(closed, 0);
	pthread_barrier_wait(&stop);
	expect_retiring(0);
	cr_expect_eq(closed, 5);
	pthread_barrier_destroy(&stop);
}

/* Without mappable memory there is no stack for a thread. */
Test(registry, without_a_thread_the_publisher_closes_what_is_not_in_use_and_says_so)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	cr_skip_test("a sanitizer needs memory of its own");
#endif
	if (getenv("BRB_QEMU")) /* tests/aarch64 */
		cr_skip_test("qemu-user sets no limit on memory");
	static atomic_int closed[3] = { 0 };
	struct rlimit before, none;
	publish(new_generation(&closed[0]));
	brb_generation *second = new_generation(&closed[1]), *third = new_generation(&closed[2]);
	brb_reader *reader = brb_registry_reader(&registry);
	brb_registry_acquire(&registry, reader);
	getrlimit(RLIMIT_AS, &before);
	none = (struct rlimit){ 1024 * 1024, before.rlim_max };
	setrlimit(RLIMIT_AS, &none);
	publish(second);
	cr_expect_eq(closed[0], 0, "in use");
	brb_registry_release(reader);
	publish(third);
	setrlimit(RLIMIT_AS, &before);
	cr_expect_not(registry.retirement.has_thread);
	cr_expect(closed[0] == 1 && closed[1] == 1 && closed[2] == 0);
	cr_expect_eq(brb_registry_retiring(&registry), 0);
	cr_expect_str_eq(logged,
			 "no thread could be made to close old badge sets (Resource temporarily unavailable): "
			 "the reload closes them itself");
}

/* ---- slots ------------------------------------------------------------------------------------------------------- */

Test(registry, the_slot_of_a_thread_that_ended_serves_another)
{
	for (int i = 0; i < 20; i++) {
		stuck_reader stuck;
		start_stuck(&stuck);
		end_stuck(&stuck);
	}
	cr_expect_eq(slots(), 1);
	stuck_reader both[2];
	start_stuck(&both[0]);
	start_stuck(&both[1]);
	cr_expect_eq(slots(), 2, "two at once need two");
	end_stuck(&both[0]);
	end_stuck(&both[1]);
}

/* ---- under load -------------------------------------------------------------------------------------------------- */

static atomic_bool enough;

/* Reads the acquired generation, so that a sanitizer detects one that is closed. */
static void *read_on(void *context)
{
	uint64_t last = 0;
	bool *well = context;
	brb_reader *reader = brb_registry_reader(&registry);
	*well = true;
	while (!atomic_load(&enough)) {
		brb_generation *generation = brb_registry_acquire(&registry, reader);
		*well = *well && generation->number >= last && generation->plugins[0]->instance->close == count_close;
		last = generation->number;
		brb_registry_release(reader);
	}
	return NULL;
}

Test(registry, readers_never_see_a_closed_generation)
{
	enum { ROUNDS = 2000, READERS = 3 };
	pthread_t threads[READERS];
	bool well[READERS];
	static atomic_int closed = 0;
	publish(new_generation(&closed));
	for (int i = 0; i < READERS; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, read_on, &well[i]), 0);
	for (int i = 0; i < ROUNDS; i++)
		publish(new_generation(&closed));
	atomic_store(&enough, true);
	for (int i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		cr_expect(well[i]);
	}
	expect_retiring(0);
	cr_expect_eq(closed, ROUNDS, "all but the one at work");
}
