/*
 * cli/output/awards: see awards.h.
 */
#include "cli/output/awards.h"

#include <inttypes.h>
#include <string.h>

#include "cli/output/terminal_text.h"

static void write_time(int64_t at_us, size_t time_bytes, char text[BRABEION_TIME_BYTES])
{
	if (brabeion_time_format(at_us, text) != BRABEION_OK)
		strcpy(text, "?");
	char *separator = strchr(text, 'T');
	if (separator) {
		*separator = ' ';
		separator[1 + time_bytes] = '\0';
	}
}

void brb_cli_awards_when(int64_t at_us, char text[BRABEION_TIME_BYTES])
{
	write_time(at_us, strlen("20:26"), text);
}

void brb_cli_awards_second(int64_t at_us, char text[BRABEION_TIME_BYTES])
{
	write_time(at_us, strlen("20:26:05"), text);
}

/* `2014-01-21 20:26  ada  earned  Bronze (points 1, for a reason)`, without a newline. */
static void write_award(brb_cli_out *out, const brabeion_award_info *award, int64_t at_us, const char *what,
			const brb_cli_terminal *terminal)
{
	char when[BRABEION_TIME_BYTES];
	brb_cli_awards_when(at_us, when);
	brb_cli_out_text(out, when);
	brb_cli_out_text(out, "  ");
	brb_cli_terminal_text_write(out, award->user);
	brb_cli_out_format(out, "  %s  ", what);
	brb_cli_out_text(out, terminal->colour ? "\x1b[1m" : "");
	brb_cli_terminal_text_write(out, award->name);
	brb_cli_out_text(out, terminal->colour ? "\x1b[0m (" : " (");
	brb_cli_terminal_text_write(out, award->badge);
	brb_cli_out_format(out, " %" PRIu32, award->level);
	if (award->reason && *award->reason) {
		brb_cli_out_text(out, ", for ");
		brb_cli_terminal_text_write(out, award->reason);
	}
	brb_cli_out_text(out, ")");
}

/* On a terminal: a star before what was earned, blanks before anything else. */
static void write_star(brb_cli_out *out, bool earned, const brb_cli_terminal *terminal)
{
	if (!terminal->blocks)
		return;
	if (!earned)
		brb_cli_out_text(out, "  ");
	else
		brb_cli_out_text(out, terminal->colour ? "\x1b[33m★\x1b[0m " : "★ ");
}

void brb_cli_awards_line(brb_cli_out *out, const brabeion_award_info *award, const brb_cli_terminal *terminal)
{
	write_star(out, true, terminal);
	write_award(out, award, award->at_us, "earned", terminal);
	brb_cli_out_text(out, "\n");
}

void brb_cli_awards_lapsed_line(brb_cli_out *out, const brabeion_change *lapsed, const brb_cli_terminal *terminal)
{
	write_star(out, false, terminal);
	write_award(out, lapsed->award, lapsed->at_us, "lapsed", terminal);
	brb_cli_out_text(out, "\n");
}

const char *brb_cli_awards_word(const brabeion_change *change)
{
	switch (change->kind) {
	case BRABEION_CHANGE_REVOKED:
		return "lost";
	case BRABEION_CHANGE_LAPSED:
		return "lapsed";
	default:
		return strcmp(change->award->event, "brabeion.granted") == 0 ? "granted" : "earned";
	}
}

void brb_cli_awards_change_line(brb_cli_out *out, const brabeion_change *change, const brb_cli_terminal *terminal)
{
	brb_cli_out_format(out, "%6" PRId64 "  ", change->sequence);
	write_star(out, change->kind == BRABEION_CHANGE_AWARDED, terminal);
	write_award(out, change->award, change->at_us, brb_cli_awards_word(change), terminal);
	if (change->comment && *change->comment) {
		brb_cli_out_text(out, ": ");
		brb_cli_terminal_text_write(out, change->comment);
	}
	brb_cli_out_text(out, "\n");
}
