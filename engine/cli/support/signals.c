/*
 * cli/support/signals: a flag and a self-pipe.
 *
 * The static variables are an exception to the rule of no globals: a handler receives nothing else. SA_RESTART keeps SQLite's
 * reads and writes from failing with EINTR.
 */
#include "cli/support/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static volatile sig_atomic_t hung_up;
static int wake_pipe[2] = { -1, -1 };

static void handle(int number)
{
	int error = errno;
	if (number == SIGHUP)
		hung_up = 1;
	else
		caught = number;
	ssize_t written = write(wake_pipe[1], "", 1);
	(void)written; /* a full pipe is readable as well */
	errno = error;
}

void brb_cli_signals_ignore_pipe(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigaction(SIGPIPE, &ignore, NULL);
}

int brb_cli_signals_open(void)
{
	if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		return -1;
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART | (int)SA_RESETHAND };
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGINT, &action, NULL) != 0 || sigaction(SIGTERM, &action, NULL) != 0)
		return -1;
	return wake_pipe[0];
}

int brb_cli_signals_caught(void)
{
	return caught;
}

bool brb_cli_signals_take_hangup(void)
{
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
	sigemptyset(&action.sa_mask);
	return sigaction(SIGHUP, &action, NULL) == 0;
}

bool brb_cli_signals_hung_up(void)
{
	char bytes[64];
	if (!hung_up)
		return false;
	do {
		hung_up = 0;
		while (read(wake_pipe[0], bytes, sizeof bytes) > 0)
			continue;
	} while (hung_up); /* one that came meanwhile may have had its byte drained */
	return true;
}
