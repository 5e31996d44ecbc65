/*
 * cli/output/user_report: see user_report.h.
 */
#include "cli/output/user_report.h"

#include "cli/output/json.h"
#include "cli/output/terminal_text.h"

/* ---- text ---- */

static void print_count(brb_cli_out *out, int64_t count, const char *one, const char *many)
{
	if (count == 0)
		return;
	brb_cli_out_text(out, "  ");
	brb_cli_out_count(out, (uint64_t)count, one, many);
	brb_cli_out_text(out, "\n");
}

static void print_awards(brb_cli_out *out, const brb_cli_user_change *change, const brabeion_user_report *report)
{
	if (report->awards_of_both == 0) {
		print_count(out, report->awards, "award", "awards");
		return;
	}
	brb_cli_out_text(out, "  ");
	brb_cli_out_count(out, (uint64_t)report->awards, "award", "awards");
	brb_cli_out_text(out, ", of which ");
	brb_cli_terminal_text_write(out, change->other);
	brb_cli_out_text(out, " has ");
	brb_cli_out_number(out, (uint64_t)report->awards_of_both);
	brb_cli_out_text(out, ", too\n");
}

static void print_memory(brb_cli_out *out, const brb_cli_user_change *change, const brabeion_user_memory *memory)
{
	brb_cli_out_text(out, "  ");
	brb_cli_terminal_text_write(out, memory->plugin);
	brb_cli_out_text(out, ": ");
	brb_cli_out_count(out, (uint64_t)memory->values, "value", "values");
	if (memory->references) {
		brb_cli_out_text(out, ", ");
		brb_cli_out_count(out, (uint64_t)memory->references, "reference", "references");
	}
	if (memory->by_rule_only) {
		brb_cli_out_text(out, "; the plugin merges ");
		brb_cli_out_number(out, (uint64_t)memory->by_rule_only);
		brb_cli_out_text(out, " itself and is not loaded: those of ");
		brb_cli_terminal_text_write(out, change->other);
		brb_cli_out_text(out, " stay");
	}
	brb_cli_out_text(out, "\n");
}

static void print_moved(brb_cli_out *out, const brb_cli_user_change *change, const brabeion_user_report *report)
{
	print_awards(out, change, report);
	print_count(out, report->jobs, "job", "jobs");
	print_count(out, report->journal_rows, "row of the journal", "rows of the journal");
	print_count(out, report->aliases, "name that was merged into it", "names that were merged into it");
	for (size_t i = 0; i < report->memory_count; i++)
		print_memory(out, change, brabeion_user_report_memory(report, i));
}

static void print_mentions(brb_cli_out *out, const brabeion_user_report *report)
{
	const struct {
		int64_t count;
		const char *one, *many;
	} places[] = {
		{ report->in_reasons, "reason of an award", "reasons of awards" },
		{ report->in_comments, "comment", "comments" },
		{ report->in_keys, "key of a plugin's memory", "keys of plugins' memory" },
		{ report->in_texts, "text that a plugin remembers", "texts that plugins remember" },
		{ report->in_states, "event of others", "events of others" },
	};
	const char *before = "The name stays where the server has written it itself: ";
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		if (places[i].count == 0)
			continue;
		brb_cli_out_text(out, before);
		brb_cli_out_count(out, (uint64_t)places[i].count, places[i].one, places[i].many);
		before = ", ";
	}
	if (*before == ',')
		brb_cli_out_text(out, "\n");
}

static void print_headline(brb_cli_out *out, const brb_cli_user_change *change, bool done_before)
{
	brb_cli_terminal_text_write(out, change->user);
	brb_cli_out_text(out, done_before ? " was " : change->dry_run ? " would be " : " is ");
	brb_cli_out_text(out, change->done);
	if (change->other) {
		brb_cli_out_text(out, " ");
		brb_cli_terminal_text_write(out, change->other);
	}
	brb_cli_out_text(out, done_before ? " before: nothing is changed\n" : "\n");
}

void brb_cli_user_report_print(brb_cli_out *out, const brb_cli_user_change *change,
			       const brabeion_user_report *report)
{
	print_headline(out, change, report->done_before);
	if (report->done_before)
		return;
	if (change->moves)
		print_moved(out, change, report);
	print_mentions(out, report);
	if (report->partial)
		brb_cli_out_text(out, "References and mentions were counted for a second: there may be more of them "
				      "(--dry-run counts all, before)\n");
	if (change->dry_run)
		brb_cli_out_text(out, "Nothing is changed.\n");
}

/* ---- for programs ---- */

static void write_memories(brb_json *json, const brabeion_user_report *report)
{
	brb_json_array(json, "memory");
	for (size_t i = 0; i < report->memory_count; i++) {
		const brabeion_user_memory *memory = brabeion_user_report_memory(report, i);
		brb_json_object(json, NULL);
		brb_json_text(json, "plugin", memory->plugin);
		brb_json_integer(json, "values", memory->values);
		brb_json_integer(json, "references", memory->references);
		brb_json_integer(json, "by_rule_only", memory->by_rule_only);
		brb_json_end(json);
	}
	brb_json_end(json);
}

static void write_mentions(brb_json *json, const brabeion_user_report *report)
{
	brb_json_object(json, "mentions");
	brb_json_integer(json, "reasons", report->in_reasons);
	brb_json_integer(json, "comments", report->in_comments);
	brb_json_integer(json, "keys", report->in_keys);
	brb_json_integer(json, "texts", report->in_texts);
	brb_json_integer(json, "states", report->in_states);
	brb_json_end(json);
}

static const char *pending_name(brabeion_pending pending)
{
	return pending == BRABEION_PENDING_SWEEP ? "sweep" : pending == BRABEION_PENDING_WAL ? "wal" : "";
}

void brb_cli_user_report_json(brb_cli_out *out, const brb_cli_user_change *change, const brabeion_user_report *report)
{
	brb_json json = brb_cli_json(out);
	brb_json_object(&json, NULL);
	brb_json_text(&json, "user", change->user);
	if (change->other)
		brb_json_text(&json, change->other_key, change->other);
	brb_json_bool(&json, "found", report->found);
	brb_json_bool(&json, "done_before", report->done_before);
	brb_json_bool(&json, "dry_run", change->dry_run);
	brb_json_text(&json, "pending", pending_name(report->pending));
	brb_json_integer(&json, "awards", report->awards);
	brb_json_integer(&json, "awards_of_both", report->awards_of_both);
	brb_json_integer(&json, "jobs", report->jobs);
	brb_json_integer(&json, "journal_rows", report->journal_rows);
	brb_json_integer(&json, "aliases", report->aliases);
	write_memories(&json, report);
	write_mentions(&json, report);
	brb_json_bool(&json, "partial", report->partial);
	brb_json_end(&json);
	brb_cli_out_text(out, "\n");
}
