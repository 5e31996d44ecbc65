/*
 * cli/output/earnable: see earnable.h.
 */
#include "cli/output/earnable.h"

#include <stdio.h>

#include "cli/output/awards.h"

const char *brb_cli_earnable_words(int64_t from_us, int64_t until_us, char text[BRB_CLI_EARNABLE_BYTES])
{
	char from[BRABEION_TIME_BYTES], until[BRABEION_TIME_BYTES];
	bool begins = from_us != 0, ends = until_us != 0;
	brb_cli_awards_when(from_us, from);
	brb_cli_awards_when(until_us, until);
	text[0] = '\0';
	if (begins || ends)
		snprintf(text, BRB_CLI_EARNABLE_BYTES, "earnable%s%s%s%s UTC", begins ? " from " : "",
			 begins ? from : "", ends ? " until " : "", ends ? until : "");
	return text;
}

static void print_badge(brb_cli_out *out, const brabeion_badge *badge)
{
	char words[BRB_CLI_EARNABLE_BYTES];
	const char *parts[] = { badge->retired ? "retired" : "", badge->hidden ? "hidden" : "",
				brb_cli_earnable_words(badge->earnable_from_us, badge->earnable_until_us, words) };
	const char *separator = ": ";
	brb_cli_out_format(out, "  %s", badge->slug);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i][0])
			continue;
		brb_cli_out_format(out, "%s%s", separator, parts[i]);
		separator = ", ";
	}
	brb_cli_out_text(out, "\n");
}

void brb_cli_earnable_list(brb_cli_out *out, const brabeion_badge_list *list, const char *heading)
{
	for (size_t i = 0; i < list->count; i++) {
		const brabeion_badge *badge = &list->badges[i];
		if (!badge->retired && !badge->hidden && !badge->earnable_from_us && !badge->earnable_until_us)
			continue;
		brb_cli_out_text(out, heading);
		print_badge(out, badge);
		heading = "";
	}
}
