/*
 * bench_probe: the cost of probing plugins before they are loaded, and what the probe finds:
 *   - brabeion_check of one plugin, with and without the probe;
 *   - damaged copies (four bytes changed) given to a host with a pin, with the probe, and without it: how many are
 *     refused, how many load, how many crash the host.
 *
 * Usage: bench_probe FOLDER-OF-PLUGINS, with BRABEION_PROBE set.
 */
#include "bench.h"
#include "faults/damage.h"

/* A hash that no damaged copy has. */
#define PIN "    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"

static double seconds_of_check(const damage *here)
{
	brabeion_options options = BRABEION_OPTIONS(.config = here->config);
	brabeion_error error = BRABEION_NO_ERROR;
	int checks = bench_amount(20, 2);
	double began = bench_now_s();
	for (int i = 0; i < checks; i++) {
		if (brabeion_config_check(&options, NULL, NULL, &error) != BRABEION_OK)
			bench_fail("%s", error.message);
	}
	return (bench_now_s() - began) / checks;
}

static void measure_cost(const char *plugin)
{
	damage here;
	damage_init(&here, plugin, 1);
	damage_write(here.plugin, here.bytes, here.size_bytes);
	damage_configure(&here, "probe: off\n", "");
	double untried = seconds_of_check(&here);
	damage_configure(&here, "probe: on\n", "");
	double tried = seconds_of_check(&here);
	printf("checking one plugin: untried %.2f ms, tried %.2f ms\n", untried * 1e3, tried * 1e3);
	damage_finish(&here);
}

/* Returns how many hosts crashed. */
static long measure_damage(const char *what, const char *plugin, const char *probe, const char *pin)
{
	damage here;
	damage_init(&here, plugin, 20110521);
	damage_configure(&here, probe, pin);
	int copies = bench_amount(2000, 40);
	damage_try_flipped(&here, copies);
	printf("%d damaged copies, %-8s refused by the pin %4ld, by checks %4ld, by the probe %3ld; loaded %4ld, "
	       "host down %3ld\n",
	       copies, what, here.ends[DAMAGE_PINNED], here.ends[DAMAGE_CHECKED], here.ends[DAMAGE_TRIED],
	       here.ends[DAMAGE_LOADED], here.ends[DAMAGE_DOWN]);
	damage_finish(&here);
	fflush(stdout);
	return here.ends[DAMAGE_DOWN];
}

int main(int argument_count, char **arguments)
{
	char plugin[DAMAGE_PATH_BYTES];
	if (argument_count != 2)
		bench_fail("usage: bench_probe FOLDER-OF-PLUGINS");
	snprintf(plugin, sizeof plugin, "%s/points.so", arguments[1]);
	measure_cost(plugin);
	long crashed = measure_damage("pinned:", plugin, "", PIN);
	crashed += measure_damage("probed:", plugin, "probe: 500ms\n", "");
	measure_damage("unprobed:", plugin, "probe: off\n", "");
	if (crashed)
		bench_fail("%ld hosts crashed in spite of the pin or the probe", crashed);
	return 0;
}
