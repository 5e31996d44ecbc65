/*
 * bench_probe: what trying plugins before they are loaded costs, and what it finds:
 *   - brabeion_check of one plugin, tried and untried;
 *   - damaged copies (four bytes are others) that reach a host with a pin, tried, and untried: how many are refused, how
 *     many load, how many take their host down.
 *
 * Usage: bench_probe FOLDER-OF-PLUGINS, with BRABEION_PROBE set.
 */
#include <time.h>

#include "faults/damage.h"

enum { COPIES = 2000, CHECKS = 20 };

/* Of another content: what is damaged never has it. */
#define PIN "    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds_of_check(const damage *here)
{
	brabeion_options options = { .config = here->config };
	brabeion_error error = BRABEION_NO_ERROR;
	double began = now();
	for (int i = 0; i < CHECKS; i++) {
		if (brabeion_check(&options, NULL, &error) != BRABEION_OK)
			damage_give_up(error.message);
	}
	return (now() - began) / CHECKS;
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

static void measure_damage(const char *what, const char *plugin, const char *probe, const char *pin)
{
	damage here;
	damage_init(&here, plugin, 20110521);
	damage_configure(&here, probe, pin);
	damage_try_flipped(&here, COPIES);
	printf("%d damaged copies, %-8s refused by the pin %4ld, by checks %4ld, when tried %3ld; loaded %4ld, host "
	       "down "
	       "%3ld\n",
	       COPIES, what, here.ends[DAMAGE_PINNED], here.ends[DAMAGE_CHECKED], here.ends[DAMAGE_TRIED],
	       here.ends[DAMAGE_LOADED], here.ends[DAMAGE_DOWN]);
	damage_finish(&here);
}

int main(int argument_count, char **arguments)
{
	char plugin[DAMAGE_PATH_BYTES];
	if (argument_count != 2)
		damage_give_up("usage: bench_probe FOLDER-OF-PLUGINS");
	snprintf(plugin, sizeof plugin, "%s/points.so", arguments[1]);
	measure_cost(plugin);
	measure_damage("pinned:", plugin, "", PIN);
	measure_damage("tried:", plugin, "probe: 500ms\n", "");
	measure_damage("untried:", plugin, "probe: off\n", "");
	return 0;
}
