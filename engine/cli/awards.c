/*
 * cli/awards: one line for an award that has just fallen.
 */
#include "cli/awards.h"

#include <inttypes.h>
#include <string.h>

#include "cli/glyphs.h"

void brb_cli_awards_when(int64_t at_us, char text[BRABEION_TIME_BYTES])
{
	if (brabeion_time_format(at_us, text) != BRABEION_OK) {
		strcpy(text, "?");
		return;
	}
	char *separator = strchr(text, 'T');
	if (separator) {
		*separator = ' ';
		separator[6] = '\0';
	}
}

void brb_cli_awards_line(brb_cli_out *out, const brabeion_award_info *award, const brb_cli_terminal *terminal)
{
	char when[BRABEION_TIME_BYTES];
	brb_cli_awards_when(award->at_us, when);
	if (terminal->blocks)
		brb_cli_out_text(out, terminal->colour ? "\x1b[33m★\x1b[0m " : "★ ");
	brb_cli_out_text(out, when);
	brb_cli_out_text(out, "  ");
	brb_cli_glyphs_write(out, award->user);
	brb_cli_out_text(out, terminal->colour ? "  earned  \x1b[1m" : "  earned  ");
	brb_cli_glyphs_write(out, award->name);
	brb_cli_out_text(out, terminal->colour ? "\x1b[0m (" : " (");
	brb_cli_glyphs_write(out, award->badge);
	brb_cli_out_format(out, " %" PRIu32, award->level);
	if (award->reason && *award->reason) {
		brb_cli_out_text(out, ", for ");
		brb_cli_glyphs_write(out, award->reason);
	}
	brb_cli_out_text(out, ")\n");
}
