/*
 * cli/output/json: see json.h.
 */
#include "cli/output/json.h"

static void write_out(void *context, const char *text, size_t length)
{
	brb_cli_out_bytes(context, text, length);
}

brb_json brb_cli_json(brb_cli_out *out)
{
	return (brb_json){ .write = write_out, .context = out, .style = BRB_JSON_SHOWN };
}

void brb_cli_json_time(brb_json *json, const char *key, int64_t at_us)
{
	char text[BRABEION_TIME_BYTES];
	if (brabeion_time_format(at_us, text) == BRABEION_OK)
		brb_json_text(json, key, text);
	else
		brb_json_integer(json, key, at_us);
}

void brb_cli_json_texts(brb_json *json, const char *key, const char *const *texts, size_t count)
{
	brb_json_array(json, key);
	for (size_t i = 0; i < count; i++)
		brb_json_text(json, NULL, texts[i]);
	brb_json_end(json);
}

static void award_pairs(brb_json *json, const brabeion_award_info *award)
{
	brb_json_text(json, "user", award->user);
	brb_json_text(json, "badge", award->badge);
	brb_json_integer(json, "level", award->level);
	brb_json_text(json, "name", award->name);
	brb_json_text(json, "reason", award->reason);
	brb_cli_json_time(json, "at", award->at_us);
	brb_json_text(json, "event", award->event);
	brb_json_text(json, "event_id", award->event_id);
}

void brb_cli_json_award(brb_json *json, const char *key, const brabeion_award_info *award)
{
	brb_json_object(json, key);
	award_pairs(json, award);
	brb_json_end(json);
}

void brb_cli_json_change(brb_json *json, const char *key, const brabeion_change *change)
{
	brb_json_object(json, key);
	award_pairs(json, &change->award);
	brb_json_integer(json, "sequence", change->sequence);
	if (change->kind != BRABEION_CHANGE_AWARDED) {
		brb_json_bool(json, "revoked", true);
		brb_cli_json_time(json, "revoked_at", change->at_us);
		brb_json_integer(json, "award_sequence", change->award.sequence);
	}
	if (change->kind == BRABEION_CHANGE_LAPSED)
		brb_json_bool(json, "lapsed", true);
	if (change->note && *change->note)
		brb_json_text(json, "note", change->note);
	brb_json_end(json);
}

void brb_cli_json_award_line(brb_cli_out *out, const brabeion_award_info *award)
{
	brb_json json = brb_cli_json(out);
	brb_cli_json_award(&json, NULL, award);
	brb_cli_out_bytes(out, "\n", 1);
}

void brb_cli_json_change_line(brb_cli_out *out, const brabeion_change *change)
{
	brb_json json = brb_cli_json(out);
	brb_cli_json_change(&json, NULL, change);
	brb_cli_out_bytes(out, "\n", 1);
}
