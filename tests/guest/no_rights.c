// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What the process of a split driver tries in a guest, besides its work: tests/guest/bad_process.sh
 * compiles it with the runtime. Says "rights: WHAT" for each that works, then "rights: tried".
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

void no_rights(void);

static void tried(const char *what, int works)
{
	if (works)
		fprintf(stderr, "rights: %s\n", what);
}

static int starts_a_process(void)
{
	int child = (int)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (!child)
		syscall(SYS_exit, 0);
	return child > 0;
}

void no_rights(void)
{
	static char *const none[] = {NULL};
	const struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};

	tried("is root", syscall(SYS_geteuid) == 0);
	tried("opens a file", open("/etc/passwd", O_RDONLY) >= 0);
	tried("opens the device", open("/dev/dcrt-e1000", O_RDWR) >= 0 || errno == EBUSY);
	tried("makes a socket", socket(AF_INET, SOCK_DGRAM, 0) >= 0);
	tried("loads a module", syscall(SYS_init_module, NULL, 0, "") == 0 || errno != ENOSYS);
	tried("starts a process", starts_a_process());
	tried("starts a program", execve("/nowhere", none, none) == 0 || errno == ENOENT);
	tried("leaves its files", unshare(CLONE_FILES) == 0);
	tried("signals init", kill(1, 0) == 0);
	tried("traces", ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
	tried("raises a limit", setrlimit(RLIMIT_NOFILE, &more) == 0);
	tried("makes code", mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
	fputs("rights: tried\n", stderr);
}
