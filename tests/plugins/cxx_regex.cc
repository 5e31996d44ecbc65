// Nothing wrong: std::regex, whose templates bring UNIQUE symbols along. Level 1 for a text like "ab12", as its reason.
#include <brabeion/badge.h>

#include <regex>
#include <string>

static int32_t award(void *, badge_call *call)
{
	static const std::regex pattern("([a-z]+)([0-9]+)");
	const std::string text = badge_text(call, "text", "");
	std::smatch match;
	if (!std::regex_match(text, match, pattern))
		return BADGE_NOT_EARNED;
	badge_for(call, (match[2].str() + match[1].str()).c_str());
	return 1;
}

static const badge_level levels[] = { BADGE_LEVEL("Match", "The text has letters, then digits") };
static const char *const events[] = { "visit" };

BADGE_PLUGIN("cxx-regex", .slug = "cxx-regex", BADGE_LEVELS(levels), BADGE_EVENTS(events), .flags = BADGE_MULTIPLE,
	     .award = award);
