// SPDX-License-Identifier: GPL-2.0-only
/*
 * Least privilege. The kernel starts the process as root, with all capabilities. It needs them to
 * attach; from then on it needs its channel, memory, threads, locks and time.
 *
 * No call is left that takes a path, so the process has no root directory of its own; none that
 * makes a socket, so it has no network namespace. To make one takes RTNL, which a caller may hold
 * while it waits for this very process.
 */
#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../message.h"
#include "sandbox.h"

#define USER_FIRST   0x70000000u /* distributions and containers use none from here on */
#define USER_MASK    0xffffu
#define MEMORY_BYTES (512ull << 20)
#define THREADS_MAX  (4 * DCRT_THREADS_MAX) /* of the user: of processes that are dying, too */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOWER_HALF 4
#else
#define LOWER_HALF 0
#endif

/* A system call; with a mask, it is permitted if an argument's lower half has this value in it. */
struct rule {
	unsigned int nr, arg;
	uint32_t mask, value;
};

#define A_THREAD (CLONE_THREAD | CLONE_VM | CLONE_FILES)
#define NAMESPACES                                                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
	 CLONE_NEWPID | CLONE_NEWNET)

/* clone3() is not here, as its flags are in memory: libc starts threads with clone() then. */
static const struct rule rules[] = {
	{.nr = SYS_ioctl},
	{.nr = SYS_futex},
	{.nr = SYS_clock_nanosleep},
	{.nr = SYS_clock_gettime},
	{.nr = SYS_sched_yield},
	{.nr = SYS_mmap, .arg = 2, .mask = PROT_EXEC},
	{.nr = SYS_mprotect, .arg = 2, .mask = PROT_EXEC},
	{.nr = SYS_munmap},
	{.nr = SYS_mremap},
	{.nr = SYS_madvise},
	{.nr = SYS_brk},
	{.nr = SYS_clone, .arg = 0, .mask = A_THREAD | NAMESPACES, .value = A_THREAD},
	{.nr = SYS_set_robust_list},
	{.nr = SYS_rseq},
	{.nr = SYS_sched_getaffinity},
	{.nr = SYS_rt_sigprocmask},
	{.nr = SYS_rt_sigaction},
	{.nr = SYS_rt_sigreturn},
	{.nr = SYS_restart_syscall},
	{.nr = SYS_getpid},
	{.nr = SYS_gettid},
	{.nr = SYS_tgkill, .arg = 0, .mask = ~0u}, /* value: itself */
	{.nr = SYS_write, .arg = 0, .mask = ~0u, .value = STDERR_FILENO},
	{.nr = SYS_writev, .arg = 0, .mask = ~0u, .value = STDERR_FILENO},
	{.nr = SYS_exit},
	{.nr = SYS_exit_group},
};

#define N_RULES	 (sizeof(rules) / sizeof(rules[0]))
#define RULE_LEN 6 /* instructions, at most */
#define HEAD_LEN 4
#define REFUSE	 (SECCOMP_RET_ERRNO | ENOSYS)

static void put(struct sock_fprog *program, struct sock_filter instruction)
{
	program->filter[program->len++] = instruction;
}

#define LOAD(member)                                                                               \
	(struct sock_filter)                                                                       \
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define RETURN(what) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, what)
#define SKIP_UNLESS(value, count)                                                                  \
	(struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)

static void put_rule(struct sock_fprog *program, const struct rule *rule)
{
	struct sock_filter load = LOAD(args);
	uint32_t value = rule->nr == SYS_tgkill ? (uint32_t)getpid() : rule->value;

	put(program, SKIP_UNLESS(rule->nr, rule->mask ? RULE_LEN - 1 : 1));
	if (rule->mask) {
		load.k += rule->arg * (uint32_t)sizeof(uint64_t) + LOWER_HALF;
		put(program, load);
		put(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, rule->mask));
		put(program, SKIP_UNLESS(value, 1));
	}
	put(program, RETURN(SECCOMP_RET_ALLOW));
	if (rule->mask)
		put(program, RETURN(REFUSE));
}

static int limit_calls(void)
{
	struct sock_filter filter[HEAD_LEN + N_RULES * RULE_LEN + 1];
	struct sock_fprog program = {.filter = filter};
	size_t i;

	put(&program, LOAD(arch));
	put(&program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0));
	put(&program, RETURN(SECCOMP_RET_KILL_PROCESS));
	put(&program, LOAD(nr));
	for (i = 0; i < N_RULES; i++)
		put_rule(&program, &rules[i]);
	put(&program, RETURN(REFUSE));
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static int limit(__rlimit_resource_t what, rlim_t most)
{
	return setrlimit(what, &(struct rlimit){.rlim_cur = most, .rlim_max = most});
}

/*
 * Memory stays locked, without the capability to do so: all that the process may have. Root of a
 * container may not permit that; the kernel starts no process there.
 */
static int limit_resources(void)
{
	if (limit(RLIMIT_MEMLOCK, RLIM_INFINITY) < 0 && errno != EPERM)
		return -1;
	if (limit(RLIMIT_DATA, MEMORY_BYTES) < 0 || limit(RLIMIT_NPROC, THREADS_MAX) < 0 ||
	    limit(RLIMIT_FSIZE, 0) < 0)
		return -1;
	return limit(RLIMIT_NOFILE, 0);
}

static int drop_capabilities(void)
{
	int capability;

	for (capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
			return -1;
	return 0;
}

/* Nobody else can signal or trace it, another driver's process neither. */
static uid_t user_of(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return USER_FIRST + ((hash ^ hash >> 16) & USER_MASK);
}

/* All other capabilities end with the change of user. */
static int change_user(uid_t user)
{
	if (setgroups(0, NULL) < 0 || setresgid(user, user, user) < 0)
		return -1;
	return setresuid(user, user, user);
}

static int failed(const char *what)
{
	int err = -errno;

	fprintf(stderr, "cannot give up rights: %s: %s\n", what, strerror(-err));
	return err;
}

int dcrt_sandbox(const char *name)
{
	if (geteuid() == 0) {
		if (limit_resources() < 0)
			return failed("limits");
		if (drop_capabilities() < 0)
			return failed("capabilities");
		if (change_user(user_of(name)) < 0)
			return failed("the user");
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return failed("no_new_privs");
	if (limit_calls() < 0)
		return failed("system calls (does this kernel have seccomp?)");
	return 0;
}
