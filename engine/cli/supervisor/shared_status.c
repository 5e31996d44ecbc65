/*
 * cli/supervisor/shared_status: one writer, one reader, and a number that is odd while the writer is at it (Lameter, "Effective
 * synchronization on Linux/NUMA systems", 2005: sequence locks).
 */
#include "cli/supervisor/shared_status.h"

#include <string.h>
#include <sys/mman.h>

#include "cli/output/progress_bar.h"

brb_cli_shared_status *brb_cli_shared_status_open(void)
{
	void *memory =
		mmap(NULL, sizeof(brb_cli_shared_status), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void brb_cli_shared_status_close(brb_cli_shared_status *post)
{
	if (post)
		munmap(post, sizeof *post);
}

void brb_cli_shared_status_clear(brb_cli_shared_status *post)
{
	memset(post, 0, sizeof *post);
}

void brb_cli_shared_status_note(void *context, int64_t job, int64_t claim)
{
	brb_cli_shared_status *post = context;
	if (!job && atomic_load_explicit(&post->job, memory_order_relaxed))
		atomic_fetch_add(&post->ended, 1);
	atomic_fetch_add(&post->turn, 1);
	atomic_store(&post->job, job);
	atomic_store(&post->claim, claim);
	atomic_store(&post->since_us, job ? brb_cli_progress_bar_now_us() : 0);
	atomic_fetch_add(&post->turn, 1);
}

void brb_cli_shared_status_fail(brb_cli_shared_status *post, const char *message)
{
	size_t size = strnlen(message, sizeof post->message - 1);
	memcpy(post->message, message, size);
	post->message[size] = '\0';
	atomic_store(&post->stage, BRB_CLI_STAGE_FAILED);
}

bool brb_cli_shared_status_look(brb_cli_shared_status *post, brb_cli_read_entry *sight)
{
	uint32_t turn = atomic_load(&post->turn);
	brb_cli_read_entry seen = { .job = atomic_load(&post->job),
				    .claim = atomic_load(&post->claim),
				    .since_us = atomic_load(&post->since_us) };
	if (turn % 2 || atomic_load(&post->turn) != turn)
		return false;
	*sight = seen;
	return true;
}
