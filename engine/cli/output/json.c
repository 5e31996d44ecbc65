/*
 * cli/output/json: texts are copied in runs, up to the next byte that needs care.
 */
#include "cli/output/json.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"

/* Plain ASCII but for quote, backslash and DEL: nothing to do. */
static bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

static void write_escape(brb_cli_out *out, uint32_t code)
{
	switch (code) {
	case '"':
		brb_cli_out_bytes(out, "\\\"", 2);
		return;
	case '\\':
		brb_cli_out_bytes(out, "\\\\", 2);
		return;
	case '\n':
		brb_cli_out_bytes(out, "\\n", 2);
		return;
	case '\r':
		brb_cli_out_bytes(out, "\\r", 2);
		return;
	case '\t':
		brb_cli_out_bytes(out, "\\t", 2);
		return;
	default:
		brb_cli_out_format(out, "\\u%04" PRIx32, code);
	}
}

/* One character that is_plain() has no word for; answers its length in bytes. */
static size_t write_other(brb_cli_out *out, const char *text)
{
	uint32_t code = 0;
	size_t size = brb_utf8_decode(text, SIZE_MAX, &code);
	if (size == 0) {
		brb_cli_out_bytes(out, "\xEF\xBF\xBD", 3);
		return 1;
	}
	if (code < 0x7f || brb_utf8_misleads(code))
		write_escape(out, code);
	else
		brb_cli_out_bytes(out, text, size);
	return size;
}

void brb_cli_json_text(brb_cli_out *out, const char *text)
{
	brb_cli_out_bytes(out, "\"", 1);
	while (text && *text) {
		size_t plain = 0;
		while (is_plain((unsigned char)text[plain]))
			plain++;
		brb_cli_out_bytes(out, text, plain);
		text += plain;
		if (*text)
			text += write_other(out, text);
	}
	brb_cli_out_bytes(out, "\"", 1);
}

void brb_cli_json_document(brb_cli_out *out, const char *json)
{
	while (*json) {
		size_t plain = 0;
		while (is_plain((unsigned char)json[plain]) || json[plain] == '"' || json[plain] == '\\')
			plain++;
		brb_cli_out_bytes(out, json, plain);
		json += plain;
		if (*json)
			json += write_other(out, json);
	}
}

void brb_cli_json_key(brb_cli_out *out, const char *key, bool first)
{
	brb_cli_out_bytes(out, first ? "\"" : ",\"", first ? 1 : 2);
	brb_cli_out_text(out, key);
	brb_cli_out_bytes(out, "\":", 2);
}

void brb_cli_json_text_pair(brb_cli_out *out, const char *key, const char *text, bool first)
{
	brb_cli_json_key(out, key, first);
	brb_cli_json_text(out, text);
}

void brb_cli_json_integer_pair(brb_cli_out *out, const char *key, int64_t number, bool first)
{
	brb_cli_json_key(out, key, first);
	brb_cli_out_format(out, "%" PRId64, number);
}

void brb_cli_json_time(brb_cli_out *out, int64_t at_us)
{
	char text[BRABEION_TIME_BYTES];
	if (brabeion_time_format(at_us, text) == BRABEION_OK)
		brb_cli_json_text(out, text);
	else
		brb_cli_out_format(out, "%" PRId64, at_us);
}

static void award_pairs(brb_cli_out *out, const brabeion_award_info *award)
{
	brb_cli_json_text_pair(out, "user", award->user, true);
	brb_cli_json_text_pair(out, "badge", award->badge, false);
	brb_cli_json_integer_pair(out, "level", award->level, false);
	brb_cli_json_text_pair(out, "name", award->name, false);
	brb_cli_json_text_pair(out, "reason", award->reason, false);
	brb_cli_json_key(out, "at", false);
	brb_cli_json_time(out, award->at_us);
	brb_cli_json_text_pair(out, "event", award->event, false);
	brb_cli_json_text_pair(out, "event_id", award->event_id, false);
}

void brb_cli_json_award(brb_cli_out *out, const brabeion_award_info *award)
{
	brb_cli_out_bytes(out, "{", 1);
	award_pairs(out, award);
	brb_cli_out_bytes(out, "}", 1);
}

void brb_cli_json_change(brb_cli_out *out, const brabeion_change *change)
{
	brb_cli_out_bytes(out, "{", 1);
	award_pairs(out, &change->award);
	brb_cli_json_integer_pair(out, "sequence", change->sequence, false);
	if (change->kind != BRABEION_CHANGE_AWARDED) {
		brb_cli_json_key(out, "revoked", false);
		brb_cli_out_text(out, "true");
		brb_cli_json_key(out, "revoked_at", false);
		brb_cli_json_time(out, change->at_us);
		brb_cli_json_integer_pair(out, "award_sequence", change->award.sequence, false);
	}
	if (change->kind == BRABEION_CHANGE_LAPSED) {
		brb_cli_json_key(out, "lapsed", false);
		brb_cli_out_text(out, "true");
	}
	if (change->note && *change->note)
		brb_cli_json_text_pair(out, "note", change->note, false);
	brb_cli_out_bytes(out, "}", 1);
}
