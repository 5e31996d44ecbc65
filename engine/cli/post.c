/*
 * cli/post: one writer, one reader, and a number that is odd while the writer is at it (Lameter, "Effective
 * synchronization on Linux/NUMA systems", 2005: sequence locks).
 */
#include "cli/post.h"

#include <string.h>
#include <sys/mman.h>

#include "cli/progress.h"

brb_cli_post *brb_cli_post_open(void)
{
	void *memory = mmap(NULL, sizeof(brb_cli_post), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void brb_cli_post_close(brb_cli_post *post)
{
	if (post)
		munmap(post, sizeof *post);
}

void brb_cli_post_clear(brb_cli_post *post)
{
	memset(post, 0, sizeof *post);
}

void brb_cli_post_note(void *context, int64_t job, int64_t claim)
{
	brb_cli_post *post = context;
	if (!job && atomic_load_explicit(&post->job, memory_order_relaxed))
		atomic_fetch_add(&post->ended, 1);
	atomic_fetch_add(&post->turn, 1);
	atomic_store(&post->job, job);
	atomic_store(&post->claim, claim);
	atomic_store(&post->since_us, job ? brb_cli_progress_now_us() : 0);
	atomic_fetch_add(&post->turn, 1);
}

void brb_cli_post_fail(brb_cli_post *post, const char *message)
{
	size_t size = strnlen(message, sizeof post->message - 1);
	memcpy(post->message, message, size);
	post->message[size] = '\0';
	atomic_store(&post->stage, BRB_CLI_STAGE_FAILED);
}

bool brb_cli_post_look(brb_cli_post *post, brb_cli_sight *sight)
{
	uint32_t turn = atomic_load(&post->turn);
	brb_cli_sight seen = { .job = atomic_load(&post->job),
			       .claim = atomic_load(&post->claim),
			       .since_us = atomic_load(&post->since_us) };
	if (turn % 2 || atomic_load(&post->turn) != turn)
		return false;
	*sight = seen;
	return true;
}
