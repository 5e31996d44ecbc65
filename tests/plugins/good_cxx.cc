/* Good: written in C++17. Throws std::runtime_error for the event "throw", a number for "throw_number". */
#include <brabeion/badge.h>

#include <stdexcept>

static int32_t award(void *, badge_call *call)
{
	if (badge_event_is(call, "throw"))
		throw std::runtime_error("thrown on purpose");
	if (badge_event_is(call, "throw_number"))
		throw 42;
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("One", "Comes with the first visit") };
static const char *const events[] = { "visit", "throw", "throw_number" };

BADGE("good-cxx", levels, events, award);
