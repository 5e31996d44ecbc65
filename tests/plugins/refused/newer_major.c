/* Exports only badge_plugin_v2, for a future ABI. */
#include <stdint.h>

extern __attribute__((visibility("default"))) const uint32_t badge_plugin_v2[4];

const uint32_t badge_plugin_v2[4] = { 0x32444742u, 16, 0, 0 };
