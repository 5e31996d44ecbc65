/*
 * cli/output/explain_json: an explanation as one JSON document. See explain.h.
 */
#include "cli/output/explain.h"
#include "cli/output/json.h"

static void write_time(brb_json *json, const char *key, bool known, int64_t at_us)
{
	if (known)
		brb_cli_json_time(json, key, at_us);
	else
		brb_json_null(json, key);
}

/* ---- events ---- */

static void write_field(brb_json *json, const brabeion_field *field)
{
	switch (field->type) {
	case BRABEION_TYPE_NULL:
		brb_json_null(json, field->name);
		break;
	case BRABEION_TYPE_INT:
		brb_json_integer(json, field->name, field->value.integer);
		break;
	case BRABEION_TYPE_REAL:
		brb_json_real(json, field->name, field->value.real);
		break;
	case BRABEION_TYPE_BOOL:
		brb_json_bool(json, field->name, field->value.boolean);
		break;
	case BRABEION_TYPE_TEXT:
		brb_json_text(json, field->name, field->value.text);
		break;
	case BRABEION_TYPE_JSON:
		brb_json_document(json, field->name, field->value.text);
		break;
	}
}

static void write_state(brb_json *json, const brabeion_event *event)
{
	brb_json_object(json, "state");
	for (size_t i = 0; i < event->field_count; i++)
		write_field(json, &event->fields[i]);
	brb_json_end(json);
}

/* ---- verdicts ---- */

static void write_read(brb_json *json, const brabeion_read *read)
{
	static const char *const kinds[] = { "", "tally", "note", "held", "user", "key count", "key" };
	bool is_text = read->kind == BRABEION_READ_NOTE || read->kind == BRABEION_READ_USER ||
		       read->kind == BRABEION_READ_KEY;
	brb_json_object(json, NULL);
	brb_json_text(json, "kind", kinds[read->kind]);
	brb_json_text(json, "name", read->name);
	brb_json_text(json, read->of_thing ? "thing" : "user", read->owner);
	if (read->key[0])
		brb_json_text(json, read->kind == BRABEION_READ_KEY ? "after" : "key", read->key);
	if (!is_text)
		brb_json_integer(json, "value", read->number);
	else if (read->text)
		brb_json_text(json, "value", read->text);
	else
		brb_json_null(json, "value");
	if (is_text && read->cut)
		brb_json_bool(json, "cut", true);
	brb_json_end(json);
}

static void write_verdict(brb_json *json, const brabeion_verdict *verdict)
{
	static const char *const answers[] = { "not earned", "level",        "failed",  "quarantined", "later",
					       "granted",    "not observed", "refused", "unchanged" };
	brb_json_object(json, NULL);
	brb_json_text(json, "answer", answers[verdict->answer]);
	brb_json_integer(json, "level", verdict->level);
	brb_json_integer(json, "held_level", verdict->held_level);
	brb_json_bool(json, "stored", verdict->stored);
	brb_json_bool(json, "held_already", verdict->held_already);
	brb_json_bool(json, "lapsed", verdict->lapsed);
	if (verdict->has_later)
		brb_cli_json_time(json, "later", verdict->later_us);
	if (verdict->to[0])
		brb_json_text(json, "to", verdict->to);
	if (verdict->message[0])
		brb_json_text(json, "message", verdict->message);
	brb_json_array(json, "read");
	for (size_t i = 0; i < verdict->read_count; i++)
		write_read(json, &verdict->reads[i]);
	brb_json_end(json);
	brb_json_integer(json, "reads_left_out", (int64_t)verdict->reads_left_out);
	brb_json_end(json);
}

static void write_entry(brb_json *json, const brabeion_entry *entry)
{
	static const char *const kinds[] = { "", "event", "raised", "job", "given" };
	brb_json_object(json, NULL);
	brb_json_integer(json, "sequence", entry->sequence);
	brb_json_text(json, "kind", kinds[entry->kind]);
	brb_json_integer(json, "cause", entry->cause);
	brb_cli_json_time(json, "arrived", entry->arrived_us);
	brb_json_text(json, "event", entry->event->name);
	brb_json_text(json, "id", entry->event->id);
	brb_cli_json_time(json, "at", entry->event->at_us);
	write_state(json, entry->event);
	brb_json_array(json, "verdicts");
	for (size_t i = 0; i < entry->verdict_count; i++)
		write_verdict(json, &entry->verdicts[i]);
	brb_json_end(json);
	brb_json_end(json);
}

/* ---- the whole ---- */

static void write_badge(brb_json *json, const brabeion_explanation *why)
{
	brb_json_text(json, "badge", why->badge);
	brb_json_bool(json, "loaded", why->loaded);
	brb_json_bool(json, "on_record", why->on_record);
	if (why->near_badge[0])
		brb_json_text(json, "near_badge", why->near_badge);
	brb_json_text(json, "plugin", why->plugin);
	brb_json_text(json, "plugin_file", why->plugin_file);
	brb_json_integer(json, "levels", why->level_count);
	brb_json_bool(json, "async", why->async);
	brb_json_bool(json, "multiple", why->multiple);
	brb_json_bool(json, "rearn", why->rearn);
	brb_json_bool(json, "temporary", why->temporary);
	brb_json_bool(json, "granted_only", why->granted_only);
	brb_json_bool(json, "retired", why->retired);
	brb_json_bool(json, "hidden", why->hidden);
	if (why->earnable_from_us)
		brb_cli_json_time(json, "earnable_from", why->earnable_from_us);
	if (why->earnable_until_us)
		brb_cli_json_time(json, "earnable_until", why->earnable_until_us);
	brb_json_bool(json, "quarantined", why->quarantined);
	if (why->quarantined) {
		brb_cli_json_time(json, "quarantined_since", why->quarantined_since_us);
		brb_json_text(json, "quarantine_reason", why->quarantine_reason);
	}
}

static void write_journal(brb_json *json, const brabeion_explanation *why)
{
	const brabeion_journal_info *journal = why->journal;
	brb_json_object(json, "journal");
	brb_json_bool(json, "on", journal->on);
	write_time(json, "since", journal->first, journal->since_us);
	write_time(json, "until", journal->first, journal->until_us);
	brb_json_end(json);
	brb_json_array(json, "events");
	for (size_t i = 0; i < why->heard_count; i++) {
		const brabeion_heard *heard = &why->heard[i];
		brb_json_object(json, NULL);
		brb_json_text(json, "event", heard->event);
		write_time(json, "last_of_user", heard->of_user_us != INT64_MIN, heard->of_user_us);
		write_time(json, "last_of_anyone", heard->of_anyone_us != INT64_MIN, heard->of_anyone_us);
		brb_json_end(json);
	}
	brb_json_end(json);
}

void brb_cli_explain_json(brb_cli_out *out, const brabeion_explanation *why)
{
	brb_json json = brb_cli_json(out);
	brb_json_object(&json, NULL);
	brb_json_text(&json, "user", why->user);
	brb_json_bool(&json, "user_known", why->user_known);
	if (why->near_user[0])
		brb_json_text(&json, "near_user", why->near_user);
	write_badge(&json, why);
	brb_json_integer(&json, "held", (int64_t)why->held_count);
	brb_json_integer(&json, "held_level", why->held_level);
	brb_json_integer(&json, "jobs", (int64_t)why->job_count);
	brb_json_integer(&json, "jobs_parked", (int64_t)why->jobs_parked);
	brb_json_array(&json, "history");
	for (size_t i = 0; i < why->change_count; i++) {
		brb_json_before(&json, NULL);
		brabeion_change_write_json(&why->changes[i], brb_cli_json_write, out);
	}
	brb_json_end(&json);
	write_journal(&json, why);
	brb_json_integer(&json, "judged_left_out", (int64_t)why->entries_left_out);
	brb_json_array(&json, "judged");
	for (size_t i = 0; i < why->entry_count; i++)
		write_entry(&json, &why->entries[i]);
	brb_json_end(&json);
	brb_json_end(&json);
	brb_cli_out_text(out, "\n");
}
