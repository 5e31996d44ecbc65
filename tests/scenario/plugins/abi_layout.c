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

HOLDS(BADGE_MAGIC == 0x32444742u);
HOLDS(BADGE_ABI_MAJOR == 1);
HOLDS(BADGE_NOT_EARNED == 0 && BADGE_OK == 0 && BADGE_FAILED == -1 && BADGE_UNSUPPORTED == -2);
HOLDS(BADGE_UNCHANGED == -3 && BADGE_REFUSED == -4);
HOLDS(BADGE_FIELD_FOUND == 1 && BADGE_FIELD_MISSING == 0 && BADGE_FIELD_WRONG_KIND == -3);
HOLDS(BADGE_MULTIPLE == 0x0001u && BADGE_ASYNC == 0x0002u && BADGE_LEVELS_FROM_CONFIG == 0x0004u &&
      BADGE_PERMANENT == 0x0008u);
HOLDS(BADGE_OF_USER == 0 && BADGE_OF_THING == 0x0001u);
HOLDS(BADGE_KIND_NUMBER == 0 && BADGE_KIND_TEXT == 0x0010u && BADGE_KIND_USER == 0x0020u);
HOLDS(BADGE_KEYS_TEXT == 0 && BADGE_KEYS_USERS == 0x0100u && BADGE_KEYS_HASHED == 0x0200u);
HOLDS(BADGE_MERGE_DEFAULT == 0 && BADGE_MERGE_SUM == 0x1000u && BADGE_MERGE_MAX == 0x2000u);
HOLDS(BADGE_MERGE_MIN == 0x3000u && BADGE_MERGE_OR == 0x4000u && BADGE_MERGE_EARLIEST == 0x5000u);
HOLDS(BADGE_MERGE_KEEP == 0x6000u && BADGE_MERGE_OWN == 0x7000u);
HOLDS(BADGE_TYPE_NONE == 0 && BADGE_TYPE_INT == 1 && BADGE_TYPE_REAL == 2 && BADGE_TYPE_BOOL == 3);
HOLDS(BADGE_TYPE_TEXT == 4 && BADGE_TYPE_JSON == 5);
HOLDS(BADGE_LOG_ERROR == 1 && BADGE_LOG_WARNING == 2 && BADGE_LOG_INFO == 3 && BADGE_LOG_DEBUG == 4);

HOLDS(sizeof(badge_level) == 16);
AT(badge_level, name, 0);
AT(badge_level, description, 8);

HOLDS(sizeof(badge_memory) == 16);
AT(badge_memory, name, 0);
AT(badge_memory, flags, 8);
AT(badge_memory, reserved, 12);

HOLDS(sizeof(badge_definition) == 112);
AT(badge_definition, struct_size, 0);
AT(badge_definition, level_size, 4);
AT(badge_definition, slug, 8);
AT(badge_definition, levels, 16);
AT(badge_definition, events, 24);
AT(badge_definition, memory, 32);
AT(badge_definition, level_count, 40);
AT(badge_definition, event_count, 44);
AT(badge_definition, memory_count, 48);
AT(badge_definition, memory_size, 52);
AT(badge_definition, flags, 56);
AT(badge_definition, reserved, 60);
AT(badge_definition, award, 64);
AT(badge_definition, freeze, 72);
AT(badge_definition, open, 80);
AT(badge_definition, close, 88);
AT(badge_definition, progress, 96);
AT(badge_definition, merge, 104);

HOLDS(sizeof(badge_plugin) == 104);
AT(badge_plugin, magic, 0);
AT(badge_plugin, struct_size, 4);
AT(badge_plugin, header_minor, 8);
AT(badge_plugin, needs_minor, 10);
AT(badge_plugin, flags, 12);
AT(badge_plugin, id, 16);
AT(badge_plugin, version, 24);
AT(badge_plugin, badges, 32);
AT(badge_plugin, watches, 40);
AT(badge_plugin, memory, 48);
AT(badge_plugin, badge_count, 56);
AT(badge_plugin, watch_count, 60);
AT(badge_plugin, memory_count, 64);
AT(badge_plugin, memory_size, 68);
AT(badge_plugin, open, 72);
AT(badge_plugin, close, 80);
AT(badge_plugin, observe, 88);
AT(badge_plugin, merge, 96);

HOLDS(sizeof(badge_call) == 8);
AT(badge_call, host, 0);

HOLDS(sizeof(badge_setup) == 8);
AT(badge_setup, host, 0);

HOLDS(sizeof(badge_field) == 24);
AT(badge_field, name, 0);
AT(badge_field, type, 8);
AT(badge_field, reserved, 12);
AT(badge_field, value, 16);

HOLDS(sizeof(badge_host) == 480);
AT(badge_host, struct_size, 0);
AT(badge_host, abi_major, 4);
AT(badge_host, abi_minor, 6);
AT(badge_host, slug, 8);
AT(badge_host, event, 16);
AT(badge_host, user, 24);
AT(badge_host, event_id, 32);
AT(badge_host, at, 40);
AT(badge_host, offset, 48);
AT(badge_host, type, 56);
AT(badge_host, get_int, 64);
AT(badge_host, get_real, 72);
AT(badge_host, get_bool, 80);
AT(badge_host, get_text, 88);
AT(badge_host, cell_number, 96);
AT(badge_host, cell_add, 104);
AT(badge_host, cell_set_number, 112);
AT(badge_host, cell_text, 120);
AT(badge_host, cell_set_text, 128);
AT(badge_host, cell_user, 136);
AT(badge_host, cell_set_user, 144);
AT(badge_host, key_count, 152);
AT(badge_host, key_next, 160);
AT(badge_host, merged_number, 168);
AT(badge_host, merged_text, 176);
AT(badge_host, merged_user, 184);
AT(badge_host, merged_key_count, 192);
AT(badge_host, merged_key_next, 200);
AT(badge_host, held, 208);
AT(badge_host, held_count, 216);
AT(badge_host, to, 224);
AT(badge_host, for_reason, 232);
AT(badge_host, earned_at, 240);
AT(badge_host, grant, 248);
AT(badge_host, set_int, 256);
AT(badge_host, set_real, 264);
AT(badge_host, set_bool, 272);
AT(badge_host, set_text, 280);
AT(badge_host, later, 288);
AT(badge_host, progress, 296);
AT(badge_host, fail, 304);
AT(badge_host, refuse, 312);
AT(badge_host, log, 320);
AT(badge_host, setup_slug, 328);
AT(badge_host, setup_level_count, 336);
AT(badge_host, setting_type, 344);
AT(badge_host, setting_count, 352);
AT(badge_host, setting_key, 360);
AT(badge_host, setting_int, 368);
AT(badge_host, setting_real, 376);
AT(badge_host, setting_bool, 384);
AT(badge_host, setting_text, 392);
AT(badge_host, setup_expect, 400);
AT(badge_host, setup_fail, 408);
AT(badge_host, setup_is_temporary, 416);
AT(badge_host, is_user, 424);
AT(badge_host, hash, 432);
AT(badge_host, setup_expect_in, 440);
AT(badge_host, setup_subject, 448);
AT(badge_host, setup_multiple, 456);
AT(badge_host, setup_listen, 464);
AT(badge_host, explain, 472);
