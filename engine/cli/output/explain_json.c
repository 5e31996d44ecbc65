/*
 * cli/output/explain_json: an explanation as one JSON document. See explain.h.
 */
#include <inttypes.h>

#include "cli/output/explain.h"
#include "cli/output/json.h"

static void write_bool(brb_cli_out *out, const char *key, bool truth)
{
	brb_cli_json_key(out, key, false);
	brb_cli_out_text(out, truth ? "true" : "false");
}

static void write_time(brb_cli_out *out, const char *key, bool known, int64_t at_us)
{
	brb_cli_json_key(out, key, false);
	if (known)
		brb_cli_json_time(out, at_us);
	else
		brb_cli_out_text(out, "null");
}

/* ---- events ---- */

static void write_field(brb_cli_out *out, const brabeion_field *field, bool first)
{
	brb_cli_out_text(out, first ? "" : ",");
	brb_cli_json_text(out, field->name);
	brb_cli_out_text(out, ":");
	switch (field->type) {
	case BRABEION_TYPE_NULL:
		brb_cli_out_text(out, "null");
		break;
	case BRABEION_TYPE_INT:
		brb_cli_out_format(out, "%" PRId64, field->value.integer);
		break;
	case BRABEION_TYPE_REAL:
		brb_cli_out_format(out, "%.17g", field->value.real);
		break;
	case BRABEION_TYPE_BOOL:
		brb_cli_out_text(out, field->value.boolean ? "true" : "false");
		break;
	case BRABEION_TYPE_TEXT:
		brb_cli_json_text(out, field->value.text);
		break;
	case BRABEION_TYPE_JSON:
		brb_cli_json_document(out, field->value.text);
		break;
	}
}

static void write_state(brb_cli_out *out, const brabeion_event *event)
{
	brb_cli_json_key(out, "state", false);
	brb_cli_out_text(out, "{");
	for (size_t i = 0; i < event->field_count; i++)
		write_field(out, &event->fields[i], i == 0);
	brb_cli_out_text(out, "}");
}

/* ---- verdicts ---- */

static void write_read(brb_cli_out *out, const brabeion_read *read)
{
	static const char *const kinds[] = { "", "tally", "note", "held" };
	brb_cli_out_text(out, "{");
	brb_cli_json_text_pair(out, "kind", kinds[read->kind], true);
	brb_cli_json_text_pair(out, "name", read->name, false);
	brb_cli_json_text_pair(out, "subject", read->subject, false);
	if (read->kind != BRABEION_READ_NOTE) {
		brb_cli_json_integer_pair(out, "value", read->number, false);
	} else {
		brb_cli_json_key(out, "value", false);
		if (read->text)
			brb_cli_json_text(out, read->text);
		else
			brb_cli_out_text(out, "null");
		if (read->cut)
			write_bool(out, "cut", true);
	}
	brb_cli_out_text(out, "}");
}

static void write_verdict(brb_cli_out *out, const brabeion_verdict *verdict)
{
	static const char *const answers[] = { "not earned", "level",   "failed",      "set aside",
					       "later",      "granted", "not observed" };
	brb_cli_out_text(out, "{");
	brb_cli_json_text_pair(out, "answer", answers[verdict->answer], true);
	brb_cli_json_integer_pair(out, "level", verdict->level, false);
	brb_cli_json_integer_pair(out, "held_level", verdict->held_level, false);
	write_bool(out, "stored", verdict->stored);
	write_bool(out, "held_already", verdict->held_already);
	write_bool(out, "lapsed", verdict->lapsed);
	if (verdict->has_later)
		write_time(out, "later", true, verdict->later_us);
	if (verdict->to[0])
		brb_cli_json_text_pair(out, "to", verdict->to, false);
	if (verdict->message[0])
		brb_cli_json_text_pair(out, "message", verdict->message, false);
	brb_cli_json_key(out, "read", false);
	brb_cli_out_text(out, "[");
	for (size_t i = 0; i < verdict->read_count; i++) {
		brb_cli_out_text(out, i > 0 ? "," : "");
		write_read(out, &verdict->reads[i]);
	}
	brb_cli_out_text(out, "]");
	brb_cli_json_integer_pair(out, "reads_left_out", (int64_t)verdict->reads_left_out, false);
	brb_cli_out_text(out, "}");
}

static void write_entry(brb_cli_out *out, const brabeion_entry *entry)
{
	static const char *const kinds[] = { "", "event", "raised", "job", "given" };
	brb_cli_out_text(out, "{");
	brb_cli_json_integer_pair(out, "sequence", entry->sequence, true);
	brb_cli_json_text_pair(out, "kind", kinds[entry->kind], false);
	brb_cli_json_integer_pair(out, "cause", entry->cause, false);
	write_time(out, "arrived", true, entry->arrived_us);
	brb_cli_json_text_pair(out, "event", entry->event.name, false);
	brb_cli_json_text_pair(out, "id", entry->event.id, false);
	write_time(out, "at", true, entry->event.at_us);
	write_state(out, &entry->event);
	brb_cli_json_key(out, "verdicts", false);
	brb_cli_out_text(out, "[");
	for (size_t i = 0; i < entry->verdict_count; i++) {
		brb_cli_out_text(out, i > 0 ? "," : "");
		write_verdict(out, &entry->verdicts[i]);
	}
	brb_cli_out_text(out, "]}");
}

/* ---- the whole ---- */

static void write_badge(brb_cli_out *out, const brabeion_explanation *why)
{
	brb_cli_json_text_pair(out, "badge", why->badge, false);
	write_bool(out, "loaded", why->loaded);
	write_bool(out, "on_record", why->on_record);
	if (why->near_badge[0])
		brb_cli_json_text_pair(out, "near_badge", why->near_badge, false);
	brb_cli_json_text_pair(out, "plugin", why->plugin, false);
	brb_cli_json_text_pair(out, "plugin_file", why->plugin_file, false);
	brb_cli_json_integer_pair(out, "levels", why->level_count, false);
	write_bool(out, "async", why->async);
	write_bool(out, "multiple", why->multiple);
	write_bool(out, "rearn", why->rearn);
	write_bool(out, "temporary", why->temporary);
	write_bool(out, "granted_only", why->granted_only);
	write_bool(out, "quarantined", why->quarantined);
	if (why->quarantined) {
		write_time(out, "quarantined_since", true, why->quarantined_since_us);
		brb_cli_json_text_pair(out, "quarantine_reason", why->quarantine_reason, false);
	}
}

static void write_journal(brb_cli_out *out, const brabeion_explanation *why)
{
	const brabeion_journal_info *journal = &why->journal;
	brb_cli_json_key(out, "journal", false);
	brb_cli_out_text(out, "{");
	brb_cli_json_key(out, "on", true);
	brb_cli_out_text(out, journal->on ? "true" : "false");
	write_time(out, "since", journal->first, journal->since_us);
	write_time(out, "until", journal->first, journal->until_us);
	brb_cli_out_text(out, "}");
	brb_cli_json_key(out, "events", false);
	brb_cli_out_text(out, "[");
	for (size_t i = 0; i < why->heard_count; i++) {
		const brabeion_heard *heard = &why->heard[i];
		brb_cli_out_text(out, i > 0 ? ",{" : "{");
		brb_cli_json_text_pair(out, "event", heard->event, true);
		write_time(out, "last_of_user", heard->of_user_us != INT64_MIN, heard->of_user_us);
		write_time(out, "last_of_anyone", heard->of_anyone_us != INT64_MIN, heard->of_anyone_us);
		brb_cli_out_text(out, "}");
	}
	brb_cli_out_text(out, "]");
}

void brb_cli_explain_json(brb_cli_out *out, const brabeion_explanation *why)
{
	brb_cli_out_text(out, "{");
	brb_cli_json_text_pair(out, "user", why->user, true);
	write_bool(out, "user_known", why->user_known);
	if (why->near_user[0])
		brb_cli_json_text_pair(out, "near_user", why->near_user, false);
	write_badge(out, why);
	brb_cli_json_integer_pair(out, "held", (int64_t)why->held_count, false);
	brb_cli_json_integer_pair(out, "held_level", why->held_level, false);
	brb_cli_json_integer_pair(out, "jobs", (int64_t)why->job_count, false);
	brb_cli_json_integer_pair(out, "jobs_parked", (int64_t)why->jobs_parked, false);
	brb_cli_json_key(out, "history", false);
	brb_cli_out_text(out, "[");
	for (size_t i = 0; i < why->change_count; i++) {
		brb_cli_out_text(out, i > 0 ? "," : "");
		brb_cli_json_change(out, &why->changes[i]);
	}
	brb_cli_out_text(out, "]");
	write_journal(out, why);
	brb_cli_json_integer_pair(out, "judged_left_out", (int64_t)why->entries_left_out, false);
	brb_cli_json_key(out, "judged", false);
	brb_cli_out_text(out, "[");
	for (size_t i = 0; i < why->entry_count; i++) {
		brb_cli_out_text(out, i > 0 ? "," : "");
		write_entry(out, &why->entries[i]);
	}
	brb_cli_out_text(out, "]}\n");
}
