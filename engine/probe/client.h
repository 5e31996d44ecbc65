/*
 * probe/client: has brabeion-probe try plugins in a process of its own before their code runs in this one.
 *
 * A plugin that crashes, hangs or calls exit() while it is loaded, opened, judges a first event or is closed does so
 * there. The program reports each such plugin over a pipe.
 *
 * Guarantees: this process is not copied (posix_spawn, never fork), passes on no other descriptors and leaves no zombie.
 * The host may reap all children, or ignore SIGCHLD. No process is killed by a number that may be reused.
 *
 * Not here: which plugins are new (badgeset/generation); running them (probe/program). A plugin that fails with an error
 * passes: the engine gets the same error when it loads it.
 *
 * Threads: any. The calling thread waits.
 */
#ifndef BRB_PROBE_CLIENT_H
#define BRB_PROBE_CLIENT_H

#include "base/status.h"
#include "probe/protocol.h"

/* A program that is silent for so long is no brabeion-probe, or a broken one. */
#define BRB_PROBE_SILENCE_MS 10000

typedef char brb_probe_fault[BRB_PROBE_TEXT_BYTES]; /* "": none */

/* The path of the program: BRABEION_PROBE of the environment, else where it is installed. */
const char *brb_probe_program(void);

/* False when there is no such file. */
bool brb_probe_is_there(const char *program);

/*
 * Has the program try the plugins of the request. `faults` has one entry for each, all "".
 * Errors: BRABEION_SYSTEM when they could not be tried, for the program is missing, say; BRABEION_NO_MEMORY.
 */
brabeion_status brb_probe_run(const char *program, const brb_probe_request *request, brb_probe_fault *faults,
			      brabeion_error *error);

#endif
