/* Good, but must never be unloaded: a key with a destructor outlives it in every thread. */
#include <brabeion/badge.h>

#include <pthread.h>

static pthread_key_t key;

static void forget(void *value)
{
	(void)value;
}

static int32_t award(void *self, badge_call *call)
{
	(void)self;
	(void)call;
	return pthread_key_create(&key, forget) == 0;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first event") };
static const char *const events[] = { "visit" };

BADGE("thread-key", levels, events, award);
