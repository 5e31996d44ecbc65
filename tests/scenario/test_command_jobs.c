#include "command_jobs.h"
TestSuite(command_jobs, .init = enter_jobs, .fini = leave, .timeout = 60);
Test(command_jobs, x) { command_outcome o = run("", "jobs", NULL); expect_exit(o, 3); finish(&o); }
