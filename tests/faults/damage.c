/*
 * Damaged plugin files: every prefix of one in steps of 64 bytes, and copies with four changed bytes. A pin refuses
 * all; with the probe, no host crashes. The number that load is printed: only a pin finds damage in texts and in code
 * that did not run.
 */
#include "damage.h"

#include "support/storm.h"

enum { STEP_BYTES = 64, FLIPS_MOST = 3000 };

/* A sha256 that no damaged file has. */
#define OTHER_PIN "    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"

static void test_prefixes(const char *what, const char *plugin)
{
	damage here;
	damage_init(&here, plugin, 0);
	damage_configure(&here, "", OTHER_PIN);
	long count = damage_try_prefixes(&here, STEP_BYTES);
	storm_expect_count("with a pin every prefix is refused by it, but an empty file", here.ends[DAMAGE_PINNED],
			   count - 1);
	damage_configure(&here, "probe: 500ms\n", "");
	memset(here.ends, 0, sizeof here.ends);
	count = damage_try_prefixes(&here, STEP_BYTES);
	printf("# %s: %ld prefixes, %ld refused by the probe\n", what, count, here.ends[DAMAGE_TRIED]);
	storm_expect_count("without a pin every prefix is refused, too",
			   here.ends[DAMAGE_CHECKED] + here.ends[DAMAGE_TRIED], count);
	damage_finish(&here);
}

static void test_flips(const char *what, const char *plugin, int count, uint64_t seed)
{
	damage here;
	damage_init(&here, plugin, seed);
	damage_configure(&here, "", OTHER_PIN);
	damage_try_flipped(&here, count);
	storm_expect_count("with a pin every flipped copy is refused by it", here.ends[DAMAGE_PINNED], count);
	damage_configure(&here, "probe: 500ms\n", "");
	memset(here.ends, 0, sizeof here.ends);
	here.random = seed;
	damage_try_flipped(&here, count);
	/* with much debug information few copies have damaged code: go on to the first that the probe refuses */
	for (; here.ends[DAMAGE_TRIED] == 0 && count < FLIPS_MOST; count++)
		damage_try_flipped(&here, 1);
	printf("# %s: %d flipped, %ld refused by checks, %ld by the probe, %ld loaded\n", what, count,
	       here.ends[DAMAGE_CHECKED], here.ends[DAMAGE_TRIED], here.ends[DAMAGE_LOADED]);
	storm_expect(here.ends[DAMAGE_DOWN] == 0, "with the probe %ld hosts crashed (the last with copy %d)",
		     here.ends[DAMAGE_DOWN], here.last_down);
	storm_expect_count("  none failed for another reason", here.ends[DAMAGE_FAILED], 0);
	storm_expect(here.ends[DAMAGE_TRIED] > 0, "  %ld were refused by it", here.ends[DAMAGE_TRIED]);
	damage_finish(&here);
}

int main(void)
{
	int count = storm_rounds(150, 1000);
	test_prefixes("good_one.so", BRB_TEST_PLUGIN_DIR "/good_one.so");
	test_flips("good_one.so", BRB_TEST_PLUGIN_DIR "/good_one.so", count, 20110521);
	test_flips("good_cxx.so", BRB_TEST_PLUGIN_DIR "/good_cxx.so", count, 20110522);
	return storm_end();
}
