/* Its badge_plugin_v1 is not initialised: in .bss, without bytes in the file. */
extern __attribute__((visibility("default"))) unsigned char badge_plugin_v1[256];

unsigned char badge_plugin_v1[256];
