/* Its badge_plugin_v1 is a function. */
__attribute__((visibility("default"))) int badge_plugin_v1(void);

int badge_plugin_v1(void)
{
	return 1;
}
