/*
 * Whose clock counts. See zone.h.
 */
#include "zone.h"

#include "date.h"

#define SECOND_US INT64_C(1000000)
#define MINUTES_MOST 1080 /* an offset, either way; RFC 3339 goes to 23:59, people to +14:00 and -12:00 */

enum { OFFSET_SIZE = 8 }; /* "+02:00" */

/* ---- offsets as text --------------------------------------------------------------------------------------------- */

static int two_digits(const char *text, int32_t *number)
{
	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return 0;
	*number = (text[0] - '0') * 10 + (text[1] - '0');
	return 1;
}

/* "+02:00", "-03:30", "Z" or "UTC". */
static int read_offset(const char *text, int32_t *seconds)
{
	int32_t hour, minute;
	if (strcmp(text, "Z") == 0 || strcmp(text, "UTC") == 0) {
		*seconds = 0;
		return 1;
	}
	if (strlen(text) != strlen("+hh:mm") || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
	    !two_digits(text + 1, &hour) || !two_digits(text + 4, &minute) || minute > 59 ||
	    hour * 60 + minute > MINUTES_MOST)
		return 0;
	*seconds = (text[0] == '-' ? -60 : 60) * (hour * 60 + minute);
	return 1;
}

static void write_offset(int32_t seconds, char text[OFFSET_SIZE])
{
	int32_t minutes = (seconds < 0 ? -seconds : seconds) / 60 % 6000;
	snprintf(text, OFFSET_SIZE, "%c%02d:%02d", seconds < 0 ? '-' : '+', (int)(minutes / 60), (int)(minutes % 60));
}

/* ---- settings ---------------------------------------------------------------------------------------------------- */

/* Of an offset or a name. */
static tz_status find_clock(tzdb *zones, const char *text, zone_clock *clock)
{
	*clock = (zone_clock){ 0 };
	return read_offset(text, &clock->offset) ? TZ_OK : tzdb_find(zones, text, &clock->zone);
}

static int32_t fail_setting(badge_setup *setup, const clock_zone *zone, const char *text, tz_status status)
{
	const char *folder = tzdb_folder(zone->zones);
	switch (status) {
	case TZ_MALFORMED:
		return badge_setup_fail(setup, "zone", "%s/%s is not the file of a time zone", folder, text);
	case TZ_UNREADABLE:
		return badge_setup_fail(setup, "zone", "%s/%s cannot be read", folder, text);
	case TZ_NO_MEMORY:
		return badge_setup_fail(setup, "zone", "out of memory");
	default:
		break;
	}
	if (!tzdb_is_there(zone->zones))
		return badge_setup_fail(
			setup, "zone",
			"zone \"%.100s\": there is no tz database in %s (install tzdata); an offset from "
			"UTC like \"+02:00\" needs none",
			text, folder);
	return badge_setup_fail(setup, "zone",
				"zone must be an offset from UTC like \"+02:00\", a name of the tz database like "
				"Europe/Berlin, or event, not \"%.100s\"",
				text);
}

int32_t zone_read(badge_setup *setup, clock_zone *zone)
{
	const char *text = badge_setting_text(setup, "zone", "UTC");
	int32_t faults = field_read(setup, "zone_field", zone->field);
	zone->is_of_event = strcmp(text, "event") == 0;
	int is_offset = zone->is_of_event || read_offset(text, &zone->clock.offset);
	if (is_offset && !zone->is_of_event && zone->field[0] == '\0')
		return faults; /* no name can come */
	zone->zones = tzdb_open(NULL);
	if (!zone->zones)
		return badge_setup_fail(setup, "zone", "out of memory");
	tz_status status = is_offset ? TZ_OK : tzdb_find(zone->zones, text, &zone->clock.zone);
	return status == TZ_OK ? faults : faults | fail_setting(setup, zone, text, status);
}

void zone_finish(clock_zone *zone)
{
	tzdb_close(zone->zones);
}

/* ---- the event's own clock --------------------------------------------------------------------------------------- */

static int32_t refuse_field(badge_call *call, const clock_zone *zone)
{
	return badge_refuse(
		call,
		"field \"%s\" must be an offset from UTC, \"+02:00\" or minutes, or a name of the tz database "
		"like Europe/Berlin, not \"%.100s\"%s",
		zone->field, badge_text(call, zone->field, ""),
		tzdb_is_there(zone->zones) ? "" : " (there is no tz database: install tzdata)");
}

static int32_t find_named(badge_call *call, const clock_zone *zone, zone_clock *clock)
{
	const char *text = badge_text(call, zone->field, "");
	switch (find_clock(zone->zones, text, clock)) {
	case TZ_OK:
		return BADGE_OK;
	case TZ_UNKNOWN:
		return refuse_field(call, zone);
	case TZ_TOO_MANY:
		return badge_fail(call, "more than %d time zones", TZDB_ZONES_MOST);
	case TZ_NO_MEMORY:
		return badge_fail(call, "out of memory");
	default:
		return badge_fail(call, "%s/%s cannot be read, or is not the file of a time zone",
				  tzdb_folder(zone->zones), text);
	}
}

/* The clock that the event brings. BADGE_UNCHANGED, and `clock` is left alone, when it brings none. */
static int32_t own_clock(badge_call *call, const clock_zone *zone, zone_clock *clock)
{
	int64_t field_minutes = 0;
	int32_t minutes;
	switch (zone->field[0] != '\0' ? badge_type(call, zone->field) : BADGE_TYPE_NONE) {
	case BADGE_TYPE_NONE:
		if (!zone->is_of_event || !badge_offset(call, &minutes))
			return BADGE_UNCHANGED;
		*clock = (zone_clock){ .offset = minutes * 60 };
		return BADGE_OK;
	case BADGE_TYPE_INT:
		badge_read_int(call, zone->field, &field_minutes);
		if (field_minutes < -MINUTES_MOST || field_minutes > MINUTES_MOST)
			return refuse_field(call, zone);
		*clock = (zone_clock){ .offset = (int32_t)field_minutes * 60 };
		return BADGE_OK;
	case BADGE_TYPE_TEXT:
		return find_named(call, zone, clock);
	default:
		return refuse_field(call, zone);
	}
}

static int64_t local(badge_call *call, const zone_clock *clock)
{
	int64_t at = divide_down(badge_at(call), SECOND_US);
	return at + (clock->zone ? tzif_offset(clock->zone, at) : clock->offset);
}

int32_t zone_local(badge_call *call, const clock_zone *zone, int64_t *seconds)
{
	zone_clock clock = zone->clock;
	int32_t answer = own_clock(call, zone, &clock);
	if (answer != BADGE_OK && answer != BADGE_UNCHANGED)
		return answer;
	*seconds = local(call, &clock);
	return BADGE_OK;
}

/* ---- the clock of progress --------------------------------------------------------------------------------------- */

/* A name as the event has it, so that progress follows summer time. */
void zone_remember(badge_call *call, const clock_zone *zone)
{
	zone_clock clock;
	char offset[OFFSET_SIZE];
	if (own_clock(call, zone, &clock) != BADGE_OK)
		return;
	write_offset(clock.offset, offset);
	const char *own = clock.zone ? badge_text(call, zone->field, "") : offset;
	const char *kept = badge_note(call, ZONE_MEMORY);
	if (!kept || strcmp(kept, own) != 0)
		badge_note_set(call, ZONE_MEMORY, own);
}

/* A name that is kept may have gone from the database since. */
int64_t zone_local_now(badge_call *call, const clock_zone *zone)
{
	zone_clock clock;
	int has_own = zone->field[0] != '\0' || zone->is_of_event;
	const char *kept = has_own ? badge_note(call, ZONE_MEMORY) : NULL;
	if (kept && find_clock(zone->zones, kept, &clock) == TZ_OK)
		return local(call, &clock);
	return local(call, &zone->clock);
}
