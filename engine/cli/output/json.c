/*
 * cli/output/json: see json.h.
 */
#include "cli/output/json.h"

void brb_cli_json_write(void *out, const char *text, size_t length)
{
	brb_cli_out_bytes(out, text, length);
}

brb_json brb_cli_json(brb_cli_out *out)
{
	return (brb_json){ .write = brb_cli_json_write, .context = out, .style = BRB_JSON_SHOWN };
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

void brb_cli_json_award_line(brb_cli_out *out, const brabeion_award_info *award)
{
	brabeion_award_write_json(award, brb_cli_json_write, out);
	brb_cli_out_bytes(out, "\n", 1);
}

void brb_cli_json_change_line(brb_cli_out *out, const brabeion_change *change)
{
	brabeion_change_write_json(change, brb_cli_json_write, out);
	brb_cli_out_bytes(out, "\n", 1);
}
