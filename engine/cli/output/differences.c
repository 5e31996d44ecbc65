/*
 * cli/output/differences: see differences.h.
 */
#include "cli/output/differences.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output/awards.h"
#include "cli/output/json.h"
#include "cli/output/terminal.h"
#include "cli/output/terminal_text.h"

static int by_award(const void *left, const void *right)
{
	const brabeion_change *a = left, *b = right;
	int order = strcmp(a->award->user, b->award->user);
	if (order == 0)
		order = strcmp(a->award->badge, b->award->badge);
	if (order == 0)
		order = (a->award->level > b->award->level) - (a->award->level < b->award->level);
	if (order == 0)
		order = (a->award->at_us > b->award->at_us) - (a->award->at_us < b->award->at_us);
	if (order == 0)
		order = (a->kind < b->kind) - (a->kind > b->kind); /* lost before gained */
	if (order == 0)
		order = strcmp(a->award->reason, b->award->reason);
	return order ? order : (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

static bool is_gained(const brabeion_change *change)
{
	return change->kind == BRABEION_CHANGE_AWARDED;
}

static void write_json(brb_cli_out *out, const brabeion_change *change)
{
	brb_json json = brb_cli_json(out);
	brb_json_object(&json, NULL);
	brb_json_text(&json, "change", is_gained(change) ? "gained" : "lost");
	brb_json_before(&json, "award");
	brabeion_award_write_json(change->award, brb_cli_json_write, out);
	brb_json_end(&json);
	brb_cli_out_text(out, "\n");
}

static void write_line(brb_cli_out *out, const brabeion_change *change, const brb_cli_terminal *terminal)
{
	char when[BRABEION_TIME_BYTES];
	const brabeion_award_info *award = change->award;
	brb_cli_awards_when(award->at_us, when);
	if (terminal->colour)
		brb_cli_out_text(out, is_gained(change) ? "\x1b[32m" : "\x1b[31m");
	brb_cli_out_text(out, is_gained(change) ? "+ " : "- ");
	brb_cli_terminal_text_write(out, award->user);
	brb_cli_out_text(out, "  ");
	brb_cli_terminal_text_write(out, award->badge);
	brb_cli_out_format(out, " %" PRIu32 "  ", award->level);
	brb_cli_terminal_text_write(out, award->name);
	brb_cli_out_format(out, "  %s", when);
	if (*award->reason) {
		brb_cli_out_text(out, "  for ");
		brb_cli_terminal_text_write(out, award->reason);
	}
	brb_cli_out_text(out, terminal->colour ? "\x1b[0m\n" : "\n");
}

void brb_cli_differences_print(brb_cli_out *out, brabeion_change_list *changes, bool json, brb_cli_report *report)
{
	size_t gained = 0;
	brb_cli_terminal terminal = brb_cli_terminal_look(out->fd);
	brb_cli_report_hide(report);
	if (changes->count > 0)
		qsort(changes->changes, changes->count, sizeof *changes->changes, by_award);
	for (size_t i = 0; i < changes->count; i++) {
		gained += is_gained(&changes->changes[i]);
		if (json)
			write_json(out, &changes->changes[i]);
		else
			write_line(out, &changes->changes[i], &terminal);
	}
	brb_cli_out_flush(out); /* before the report */
	brb_cli_report_say(report, "%zu award%s gained, %zu lost", gained, gained == 1 ? "" : "s",
			   changes->count - gained);
	brabeion_change_list_finish(changes);
}
