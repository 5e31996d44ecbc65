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

/* ---- check values ------------------------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15); /* 2^64 divided by the golden ratio */
	return hash ^ hash >> 29;
}

static uint64_t check_of_job(uint64_t secret, uint32_t sequence, const brb_cli_current_job *current)
{
	uint64_t hash = mix(mix(secret, sequence), (uint64_t)current->job);
	return mix(mix(hash, (uint64_t)current->claim), (uint64_t)current->since_us);
}

static uint64_t check_of_stage(uint64_t secret, int stage, bool crash_recorded)
{
	return mix(mix(~secret, (uint64_t)(unsigned)stage), crash_recorded);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void write_stage(brb_cli_shared_status *shared, uint64_t secret, int stage, bool crash_recorded)
{
	atomic_store(&shared->stage_check, check_of_stage(secret, stage, crash_recorded));
	atomic_store(&shared->crash_recorded, crash_recorded);
	atomic_store(&shared->stage, stage);
}

void brb_cli_shared_status_clear(brb_cli_shared_status *shared, uint64_t secret)
{
	memset(shared, 0, sizeof *shared);
	write_stage(shared, secret, BRB_CLI_STAGE_OPENING, false);
	atomic_store(&shared->job_check, check_of_job(secret, 0, &(brb_cli_current_job){ .job = 0 }));
}

void brb_cli_shared_status_set_job(brb_cli_shared_status *shared, uint64_t secret, int64_t job, int64_t claim)
{
	brb_cli_current_job current = { .job = job, .claim = claim, .since_us = job ? brb_clock_monotonic_us() : 0 };
	if (!job && atomic_load_explicit(&shared->job, memory_order_relaxed))
		atomic_fetch_add(&shared->jobs_done, 1);
	uint32_t sequence = atomic_fetch_add(&shared->sequence, 1) + 2;
	atomic_store(&shared->job, current.job);
	atomic_store(&shared->claim, current.claim);
	atomic_store(&shared->since_us, current.since_us);
	atomic_store(&shared->job_check, check_of_job(secret, sequence, &current));
	atomic_store(&shared->sequence, sequence);
}

void brb_cli_shared_status_set_stage(brb_cli_shared_status *shared, uint64_t secret, brb_cli_stage stage)
{
	write_stage(shared, secret, stage, atomic_load(&shared->crash_recorded));
}

void brb_cli_shared_status_set_crash_recorded(brb_cli_shared_status *shared, uint64_t secret)
{
	write_stage(shared, secret, atomic_load(&shared->stage), true);
}

void brb_cli_shared_status_fail(brb_cli_shared_status *shared, uint64_t secret, const char *message)
{
	size_t size = strnlen(message, sizeof shared->message - 1);
	memcpy(shared->message, message, size);
	shared->message[size] = '\0';
	brb_cli_shared_status_set_stage(shared, secret, BRB_CLI_STAGE_FAILED);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

brb_cli_stage brb_cli_shared_status_stage(const brb_cli_shared_status *shared, uint64_t secret)
{
	int stage = atomic_load(&shared->stage);
	uint64_t check = check_of_stage(secret, stage, atomic_load(&shared->crash_recorded));
	bool known = stage >= BRB_CLI_STAGE_OPENING && stage <= BRB_CLI_STAGE_FAILED;
	return known && atomic_load(&shared->stage_check) == check ? (brb_cli_stage)stage : BRB_CLI_STAGE_DAMAGED;
}

brb_cli_reading brb_cli_shared_status_read_job(brb_cli_shared_status *shared, uint64_t secret,
					       brb_cli_current_job *current)
{
	uint32_t sequence = atomic_load(&shared->sequence);
	brb_cli_current_job read = { .job = atomic_load(&shared->job),
				     .claim = atomic_load(&shared->claim),
				     .since_us = atomic_load(&shared->since_us) };
	uint64_t check = atomic_load(&shared->job_check);
	if (sequence % 2 || atomic_load(&shared->sequence) != sequence)
		return BRB_CLI_READING_BUSY;
	if (check != check_of_job(secret, sequence, &read))
		return BRB_CLI_READING_DAMAGED;
	*current = read;
	return BRB_CLI_READING_FINE;
}
