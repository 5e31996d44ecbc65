/* A shared library without badge_plugin_v1. */
__attribute__((visibility("default"))) int not_a_plugin(void);

int not_a_plugin(void)
{
	return 1;
}
