// Nothing wrong: a thread_local with a destructor, which runs when a thread that came by ends. Level 1 for the second
// event of a thread.
#include <brabeion/badge.h>

#include <string>

struct visitor {
	std::string seen;
	~visitor()
	{
		seen.clear();
	}
};

static thread_local visitor mine;

static int32_t award(void *, badge_call *call)
{
	mine.seen += "x";
	badge_for(call, badge_text(call, "text", ""));
	return mine.seen.size() == 2 ? 1 : BADGE_NOT_EARNED;
}

static const badge_level levels[] = { BADGE_LEVEL("Again", "The thread's second event") };
static const char *const events[] = { "visit" };

BADGE_PLUGIN("cxx-thread-local", .slug = "cxx-thread-local", BADGE_LEVELS(levels), BADGE_EVENTS(events),
	     .flags = BADGE_MULTIPLE, .award = award);
