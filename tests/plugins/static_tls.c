/* Uses initial-exec TLS. */
#include <brabeion/badge.h>

extern __thread int32_t calls_of_thread;
__attribute__((tls_model("initial-exec"))) __thread int32_t calls_of_thread;

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return ++calls_of_thread > 0;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE("static-tls", levels, events, award);
