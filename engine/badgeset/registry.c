/*
 * badgeset/registry: see registry.h.
 */
#include "badgeset/registry.h"

#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory.h"

/* glibc has no wrapper; membarrier(2). */
static long membarrier(int command)
{
	return syscall(SYS_membarrier, command, 0, 0);
}

/* A thread ends: its slot waits for another. */
static void give_back(void *value)
{
	brb_reader *reader = value;
	atomic_store_explicit(&reader->taken, false, memory_order_release);
}

brabeion_status brb_registry_init(brb_registry *registry, brabeion_error *error)
{
	*registry = (brb_registry){ .has_key = false };
	if (pthread_mutex_init(&registry->lock, NULL) != 0)
		return brb_status_no_memory(error);
	if (brb_retirement_init(registry, error) != BRABEION_OK) {
		pthread_mutex_destroy(&registry->lock);
		return error->status;
	}
	if (pthread_key_create(&registry->reader_key, give_back) != 0) {
		brb_retirement_finish(registry);
		pthread_mutex_destroy(&registry->lock);
		return brb_status_set(
			error, BRABEION_SYSTEM,
			"the process has no thread-specific key left (PTHREAD_KEYS_MAX): too many engines "
			"are open");
	}
	registry->has_key = true;
	registry->has_membarrier = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
	return BRABEION_OK;
}

static void free_readers(brb_registry *registry)
{
	brb_reader *reader = atomic_load(&registry->readers);
	while (reader) {
		brb_reader *next = reader->next;
		brb_counters_finish(&reader->counters);
		brb_memory_release(reader);
		reader = next;
	}
	brb_table_finish(&registry->counter_of);
	brb_arena_finish(&registry->counters_arena);
	if (registry->has_key) {
		pthread_key_delete(registry->reader_key);
		pthread_mutex_destroy(&registry->lock);
	}
	registry->has_key = false;
}

void brb_registry_finish(brb_registry *registry)
{
	if (registry->has_key)
		brb_retirement_finish(registry);
	brb_generation_close(atomic_exchange(&registry->current, NULL));
	free_readers(registry);
}

static brb_reader *take_free_reader(brb_registry *registry)
{
	for (brb_reader *reader = atomic_load(&registry->readers); reader; reader = reader->next) {
		bool taken = false;
		if (atomic_compare_exchange_strong(&reader->taken, &taken, true))
			return reader;
	}
	return NULL;
}

brb_reader *brb_registry_reader_slow(brb_registry *registry)
{
	pthread_mutex_lock(&registry->lock);
	brb_reader *reader = take_free_reader(registry);
	if (!reader && (reader = brb_memory_take_aligned(_Alignof(brb_reader), sizeof *reader))) {
		atomic_init(&reader->uses, NULL);
		atomic_init(&reader->taken, true);
		reader->next = atomic_load(&registry->readers);
		atomic_store(&registry->readers, reader);
	}
	pthread_mutex_unlock(&registry->lock);
	if (reader && pthread_setspecific(registry->reader_key, reader) != 0) {
		give_back(reader);
		return NULL;
	}
	return reader;
}

void brb_registry_fence(const brb_registry *registry)
{
	if (registry->has_membarrier)
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
	else
		atomic_thread_fence(memory_order_seq_cst);
}

/* Slots first: a reader becomes a holder before it leaves its slot. */
bool brb_registry_is_used(brb_registry *registry, const brb_generation *generation)
{
	for (brb_reader *reader = atomic_load(&registry->readers); reader; reader = reader->next)
		if (atomic_load_explicit(&reader->uses, memory_order_acquire) == generation)
			return true;
	return atomic_load_explicit(&generation->holders, memory_order_acquire) > 0;
}

void brb_registry_publish(brb_registry *registry, brb_generation *generation)
{
	generation->number = ++registry->published;
	brb_generation *old = atomic_exchange(&registry->current, generation);
	if (old)
		brb_retirement_add(registry, old);
}
