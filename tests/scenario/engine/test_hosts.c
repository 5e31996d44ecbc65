/*
 * hosts: a host that was compiled against the headers of 0.1.0 runs with this library, and so does a host of a later
 * version, whose structs are larger. tests/data/hosts-0.1/host.c is both.
 */
#include "support/scene.h"

TestSuite(hosts, .timeout = 120);

/* What the host prints: see its source. */
static const char expected[] = "callback: ada good-one 1 \"Bronze\" on visit, id 1\n"
			       "one: status 0, outcome 0, failed 0\n"
			       "one: ada good-one 1 \"Bronze\" on visit, id 1\n"
			       "callback: bob good-one 2 \"Silver\" on visit, id 2\n"
			       "batch: status 0, outcome 0, failed 0\n"
			       "batch: bob good-one 2 \"Silver\" on visit, id 2\n"
			       "batch: status 0, outcome 1, failed 0\n"
			       "batch: status 0, outcome 0, failed 0\n"
			       "reload: kept 1, generation 2\n"
			       "stored: bob good-one 2 \"Silver\" on visit, id 2\n"
			       "stored: ada good-one 1 \"Bronze\" on visit, id 1\n";

static void expect_host(const char *program)
{
	char command[SCENE_PATH_BYTES * 4], output[4096];
	scene *here = scene_new();
	scene_config(here, "plugins: [{ file: good_one.so }]\n");
	snprintf(command, sizeof command, "LD_LIBRARY_PATH='%s/engine' '%s' '%s' 2>&1", BRB_BUILD_DIR, program,
		 here->config);
	FILE *host = popen(command, "r");
	cr_assert_not_null(host);
	output[fread(output, 1, sizeof output - 1, host)] = '\0';
	int status = pclose(host);
	cr_expect_str_eq(output, expected);
	cr_expect_eq(status, 0, "%s ended with wait status 0x%x", program, (unsigned)status);
	scene_finish(here);
}

Test(hosts, one_compiled_for_0_1_runs)
{
#if defined(__x86_64__) && !BRB_SANITIZED
	expect_host(BRB_SOURCE_DIR "/tests/data/hosts-0.1/x86_64/host");
#else
	cr_skip_test("the kept host is an x86_64 program without a sanitizer");
#endif
}

Test(hosts, one_compiled_today_runs)
{
	expect_host(BRB_BUILD_DIR "/tests/scenario/host_0_1");
}

Test(hosts, one_with_larger_structs_runs)
{
	expect_host(BRB_BUILD_DIR "/tests/scenario/host_0_1_larger");
}
