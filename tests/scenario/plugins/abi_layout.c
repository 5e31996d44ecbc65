/*
 * Sizes and offsets of the ABI's structs in version 1.0 on 64-bit machines. test_abi compiles it as C and as C++ with
 * each compiler. Moving a field breaks every compiled plugin.
 *
 * Later versions add fields at the ends: then the sizes here become minimums, and the offsets stay.
 */
#include <brabeion/badge.h>

#ifdef __cplusplus
#define HOLDS(condition) static_assert(condition, #condition)
#else
#define HOLDS(condition) _Static_assert(condition, #condition)
#endif
#define AT(type, field, offset) HOLDS(offsetof(type, field) == offset)

HOLDS(sizeof(void *) == 8);

HOLDS(BADGE_MAGIC == 0x31444742u);
HOLDS(BADGE_ABI_MAJOR == 1);
HOLDS(BADGE_NOT_EARNED == 0 && BADGE_OK == 0 && BADGE_FAILED == -1 && BADGE_UNSUPPORTED == -2);
HOLDS(BADGE_MULTIPLE == 0x0001u && BADGE_ASYNC == 0x0002u && BADGE_LEVELS_FROM_CONFIG == 0x0004u);
HOLDS(BADGE_TYPE_NONE == 0 && BADGE_TYPE_INT == 1 && BADGE_TYPE_REAL == 2 && BADGE_TYPE_BOOL == 3);
HOLDS(BADGE_TYPE_TEXT == 4 && BADGE_TYPE_JSON == 5);
HOLDS(BADGE_LOG_ERROR == 1 && BADGE_LOG_WARNING == 2 && BADGE_LOG_INFO == 3 && BADGE_LOG_DEBUG == 4);

HOLDS(sizeof(badge_level) == 16);
AT(badge_level, name, 0);
AT(badge_level, description, 8);

HOLDS(sizeof(badge_definition) == 88);
AT(badge_definition, struct_size, 0);
AT(badge_definition, level_size, 4);
AT(badge_definition, slug, 8);
AT(badge_definition, levels, 16);
AT(badge_definition, events, 24);
AT(badge_definition, level_count, 32);
AT(badge_definition, event_count, 36);
AT(badge_definition, flags, 40);
AT(badge_definition, reserved, 44);
AT(badge_definition, award, 48);
AT(badge_definition, freeze, 56);
AT(badge_definition, open, 64);
AT(badge_definition, close, 72);

/* Since 1.2. */
AT(badge_definition, progress, 80);

HOLDS(sizeof(badge_plugin) == 80);
AT(badge_plugin, magic, 0);
AT(badge_plugin, struct_size, 4);
AT(badge_plugin, header_minor, 8);
AT(badge_plugin, needs_minor, 10);
AT(badge_plugin, flags, 12);
AT(badge_plugin, id, 16);
AT(badge_plugin, version, 24);
AT(badge_plugin, badges, 32);
AT(badge_plugin, watches, 40);
AT(badge_plugin, badge_count, 48);
AT(badge_plugin, watch_count, 52);
AT(badge_plugin, open, 56);
AT(badge_plugin, close, 64);
AT(badge_plugin, observe, 72);

HOLDS(sizeof(badge_call) == 8);
AT(badge_call, host, 0);
HOLDS(sizeof(badge_setup) == 8);
AT(badge_setup, host, 0);

/* Since 1.1. */
HOLDS(sizeof(badge_field) == 24);
AT(badge_field, name, 0);
AT(badge_field, type, 8);
AT(badge_field, reserved, 12);
AT(badge_field, value, 16);

HOLDS(sizeof(badge_host) == 312);
AT(badge_host, struct_size, 0);
AT(badge_host, abi_major, 4);
AT(badge_host, abi_minor, 6);
AT(badge_host, slug, 8);
AT(badge_host, event, 16);
AT(badge_host, user, 24);
AT(badge_host, event_id, 32);
AT(badge_host, at, 40);
AT(badge_host, type, 48);
AT(badge_host, get_int, 56);
AT(badge_host, get_real, 64);
AT(badge_host, get_bool, 72);
AT(badge_host, get_text, 80);
AT(badge_host, tally, 88);
AT(badge_host, tally_add, 96);
AT(badge_host, tally_set, 104);
AT(badge_host, note, 112);
AT(badge_host, note_set, 120);
AT(badge_host, held, 128);
AT(badge_host, held_count, 136);
AT(badge_host, to, 144);
AT(badge_host, for_reason, 152);
AT(badge_host, grant, 160);
AT(badge_host, set_int, 168);
AT(badge_host, set_real, 176);
AT(badge_host, set_bool, 184);
AT(badge_host, set_text, 192);
AT(badge_host, fail, 200);
AT(badge_host, log, 208);
AT(badge_host, setup_slug, 216);
AT(badge_host, setup_level_count, 224);
AT(badge_host, setting_type, 232);
AT(badge_host, setting_count, 240);
AT(badge_host, setting_key, 248);
AT(badge_host, setting_int, 256);
AT(badge_host, setting_real, 264);
AT(badge_host, setting_bool, 272);
AT(badge_host, setting_text, 280);
AT(badge_host, setup_fail, 288);

/* Since 1.1. */
AT(badge_host, later, 296);

/* Since 1.2. */
AT(badge_host, progress, 304);
