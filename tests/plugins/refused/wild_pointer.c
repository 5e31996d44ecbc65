/* Its list of badges points to an address that no process has. */
#include <brabeion/badge.h>

const badge_plugin badge_plugin_v1 = { .magic = BADGE_MAGIC,
				       .struct_size = sizeof(badge_plugin),
				       .id = "wild-pointer",
				       .badges = (const badge_definition *const *)0x10,
				       .badge_count = 1 };
