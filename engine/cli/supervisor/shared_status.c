/*
 * cli/supervisor/shared_status: a sequence lock with one writer and one reader (Lameter, "Effective synchronization on
 * Linux/NUMA systems", 2005).
 */
#include "cli/supervisor/shared_status.h"

#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "cli/output/progress_bar.h"

brb_cli_shared_status *brb_cli_shared_status_open(void)
{
	void *memory =
		mmap(NULL, sizeof(brb_cli_shared_status), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void brb_cli_shared_status_close(brb_cli_shared_status *shared)
{
	if (shared)
		munmap(shared, sizeof *shared);
}

void brb_cli_shared_status_clear(brb_cli_shared_status *shared)
{
	memset(shared, 0, sizeof *shared);
}

void brb_cli_shared_status_set_job(void *context, int64_t job, int64_t claim)
{
	brb_cli_shared_status *shared = context;
	if (!job && atomic_load_explicit(&shared->job, memory_order_relaxed))
		atomic_fetch_add(&shared->jobs_done, 1);
	atomic_fetch_add(&shared->sequence, 1);
	atomic_store(&shared->job, job);
	atomic_store(&shared->claim, claim);
	atomic_store(&shared->since_us, job ? brb_clock_monotonic_us() : 0);
	atomic_fetch_add(&shared->sequence, 1);
}

void brb_cli_shared_status_fail(brb_cli_shared_status *shared, const char *message)
{
	size_t size = strnlen(message, sizeof shared->message - 1);
	memcpy(shared->message, message, size);
	shared->message[size] = '\0';
	atomic_store(&shared->stage, BRB_CLI_STAGE_FAILED);
}

bool brb_cli_shared_status_read_job(brb_cli_shared_status *shared, brb_cli_current_job *current)
{
	uint32_t sequence = atomic_load(&shared->sequence);
	brb_cli_current_job read = { .job = atomic_load(&shared->job),
				     .claim = atomic_load(&shared->claim),
				     .since_us = atomic_load(&shared->since_us) };
	if (sequence % 2 || atomic_load(&shared->sequence) != sequence)
		return false;
	*current = read;
	return true;
}
