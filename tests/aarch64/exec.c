/*
 * Preloaded into programs that qemu-user runs: a program of AArch64 that they execute runs under qemu, too. The kernel cannot
 * do that unless it is told (binfmt_misc), which takes root and concerns the whole machine. Criterion executes itself
 * for each test, and the library its probe.
 *
 * BRB_QEMU names the emulator; where programs look for their libraries is in its own QEMU_LD_PREFIX.
 */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WORDS_MOST = 256 };

typedef int spawn_function(pid_t *process, const char *path, const posix_spawn_file_actions_t *actions,
			   const posix_spawnattr_t *attributes, char *const words[], char *const variables[]);

static bool is_of_aarch64(const char *path)
{
	Elf64_Ehdr header = { 0 };
	int file = open(path, O_RDONLY | O_CLOEXEC);
	bool is = file >= 0 && read(file, &header, sizeof header) == (ssize_t)sizeof header &&
		  memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_machine == EM_AARCH64;
	if (file >= 0)
		close(file);
	return is;
}

/* The command "qemu -0 NAME PATH ARGUMENT...". False: it is not needed, or there are too many words. */
static bool by_qemu(const char *path, char *const words[], const char *command[WORDS_MOST + 4])
{
	size_t count = 0;
	const char *qemu = getenv("BRB_QEMU");
	while (words[count])
		count++;
	if (!qemu || count == 0 || count > WORDS_MOST || !is_of_aarch64(path))
		return false;
	command[0] = qemu;
	command[1] = "-0";
	command[2] = words[0];
	command[3] = path;
	for (size_t i = 1; i <= count; i++)
		command[3 + i] = words[i];
	return true;
}

__attribute__((visibility("default"))) int execve(const char *path, char *const words[], char *const variables[])
{
	const char *command[WORDS_MOST + 4];
	if (by_qemu(path, words, command))
		return (int)syscall(SYS_execve, command[0], command, variables);
	return (int)syscall(SYS_execve, path, words, variables);
}

__attribute__((visibility("default"))) int execv(const char *path, char *const words[])
{
	return execve(path, words, environ);
}

__attribute__((visibility("default"))) int posix_spawn(pid_t *process, const char *path,
						       const posix_spawn_file_actions_t *actions,
						       const posix_spawnattr_t *attributes, char *const words[],
						       char *const variables[])
{
	spawn_function *real = NULL;
	const char *command[WORDS_MOST + 4];
	*(void **)&real = dlsym(RTLD_NEXT, "posix_spawn");
	if (!real)
		return ENOSYS;
	if (by_qemu(path, words, command))
		return real(process, command[0], actions, attributes, (char *const *)command, variables);
	return real(process, path, actions, attributes, words, variables);
}
