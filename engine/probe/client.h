/*
 * probe/client: tries plugins in a program of its own before their code runs here: brabeion-probe.
 *
 * A plugin that crashes, hangs or ends its process while it is loaded, opened, judges a first event or is closed again
 * does so there. What the program finds out comes back over a pipe, as words for each plugin that did.
 *
 * Keeps true: of this process nothing is copied (posix_spawn, never fork), no descriptor but the pipe's goes along, no
 * signal arrives, no zombie stays; a host that reaps all children, or ignores SIGCHLD, does no harm. No process is killed
 * by a number that may be another's by now.
 *
 * Leaves to others: which plugins are new (loading/generation), running them (the program, probe/). A plugin that is
 * refused in an orderly way passes: loading it here says why.
 *
 * Threads: any. The thread that asks waits.
 */
#ifndef BRB_PROBE_CLIENT_H
#define BRB_PROBE_CLIENT_H

#include "base/status.h"
#include "probe/wire.h"

/* Says nothing for so long: it is no brabeion-probe, or a broken one. */
#define BRB_PROBE_SILENCE_MS 10000

typedef char brb_probe_fault[BRB_PROBE_TEXT_BYTES]; /* "": none */

/* The path of the program: as BRABEION_PROBE of the environment says, else where it is installed. */
const char *brb_probe_program(void);

/* False when there is no such file: plugins are loaded untried then. */
bool brb_probe_is_there(const char *program);

/*
 * Has all that the request wants tried by the program. `faults` has room for as many, all "".
 * Errors: BRABEION_SYSTEM when they could not be tried; BRABEION_MEMORY.
 */
brabeion_status brb_probe_run(const char *program, const brb_probe_request *request, brb_probe_fault *faults,
			      brabeion_error *error);

#endif
