// Nothing wrong, but g++ makes an inline static of default visibility UNIQUE, and it stays loaded. Level 1 for each third event
// since then, by a counter of its own.
#include <brabeion/badge.h>

#include <atomic>
#include <string>

struct counter {
	static inline std::atomic<int> events{ 0 };
};

struct __attribute__((visibility("default"))) unique {
	static inline std::atomic<int> calls{ 0 };
};

static int32_t award(void *, badge_call *call)
{
	++unique::calls;
	int number = ++counter::events;
	badge_for(call, std::to_string(number).c_str());
	return number % 3 == 0 ? 1 : BADGE_NOT_EARNED;
}

static const badge_level levels[] = { BADGE_LEVEL("Third", "Comes with each third event") };
static const char *const events[] = { "visit" };

BADGE_PLUGIN("cxx-inline", .slug = "cxx-inline", BADGE_LEVELS(levels), BADGE_EVENTS(events), .flags = BADGE_MULTIPLE,
	     .award = award);
