/* Exports a symbol, but no badge_plugin_v1: any shared library. */
__attribute__((visibility("default"))) int not_a_plugin(void);

int not_a_plugin(void)
{
	return 1;
}
