/*
 * badgeset/readers: the slots in which threads name the generation that they use, and whether a generation is in use.
 * See registry.h.
 */
#include "badgeset/readers.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "badgeset/counters.h"
#include "base/memory.h"

/* glibc has no wrapper; membarrier(2). */
static long membarrier(int command)
{
	return syscall(SYS_membarrier, command, 0, 0);
}

/* The destructor of the key: the slot of a thread that has ended waits for another. */
static void free_slot(void *value)
{
	brb_reader *reader = value;
	atomic_store_explicit(&reader->taken, false, memory_order_release);
}

brabeion_status brb_readers_init(brb_registry *registry, brabeion_error *error)
{
	if (pthread_mutex_init(&registry->lock, NULL) != 0)
		return brb_status_no_memory(error);
	if (pthread_key_create(&registry->reader_key, free_slot) != 0) {
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

void brb_readers_finish(brb_registry *registry)
{
	brb_reader *reader = atomic_load(&registry->readers);
	while (reader) {
		brb_reader *next = reader->next;
		brb_counters_finish(&reader->counters);
		brb_memory_release(reader);
		reader = next;
	}
	pthread_key_delete(registry->reader_key);
	pthread_mutex_destroy(&registry->lock);
	registry->has_key = false;
}

static brb_reader *take_free_slot(brb_registry *registry)
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
	brb_reader *reader = take_free_slot(registry);
	if (!reader && (reader = brb_memory_take_aligned(_Alignof(brb_reader), sizeof *reader))) {
		atomic_init(&reader->uses, NULL);
		atomic_init(&reader->taken, true);
		reader->next = atomic_load(&registry->readers);
		atomic_store(&registry->readers, reader);
	}
	pthread_mutex_unlock(&registry->lock);
	if (reader && pthread_setspecific(registry->reader_key, reader) != 0) {
		free_slot(reader);
		return NULL;
	}
	return reader;
}

void brb_readers_fence(const brb_registry *registry)
{
	if (registry->has_membarrier)
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
	else
		atomic_thread_fence(memory_order_seq_cst);
}

/* Slots first: a reader becomes a holder before it leaves its slot. */
bool brb_readers_use(brb_registry *registry, const brb_generation *generation)
{
	for (brb_reader *reader = atomic_load(&registry->readers); reader; reader = reader->next)
		if (atomic_load_explicit(&reader->uses, memory_order_acquire) == generation)
			return true;
	return atomic_load_explicit(&generation->holders, memory_order_acquire) > 0;
}
