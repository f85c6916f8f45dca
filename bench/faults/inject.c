/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Faults in a process that runs: from outside (signals, its memory), or in one of its threads,
 * which is stopped for it by ptrace, at a breakpoint or at an instant. The injector ends at once
 * afterwards, so that it holds nothing of a process that dies.
 */
#include "faults.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS	     64
#define INTERRUPT_MS 200

const char *const kind_names[KINDS] = {"kill", "segv",	 "abort",    "stop",  "loop",
				       "exit", "memory", "register", "alloc", "stuck",
				       "two",  "caller", "server"};

/* Memory */

static int open_of(pid_t pid, const char *what, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	return open(path, flags | O_CLOEXEC);
}

static bool read_memory(pid_t pid, uint64_t address, void *to, size_t len)
{
	int fd = open_of(pid, "mem", O_RDONLY);
	ssize_t got = fd < 0 ? -1 : pread(fd, to, len, (off_t)address);

	if (fd >= 0)
		close(fd);
	return got == (ssize_t)len;
}

/* Text, too. */
static bool write_memory(pid_t pid, uint64_t address, const void *from, size_t len)
{
	int fd = open_of(pid, "mem", O_RDWR);
	ssize_t got = fd < 0 ? -1 : pwrite(fd, from, len, (off_t)address);

	if (fd >= 0)
		close(fd);
	return got == (ssize_t)len;
}

/* One that the process may write, and that is no register of the device; 0: none. */
static uint64_t random_place(pid_t pid)
{
	char path[64], line[512], rights[8], name[256];
	uint64_t starts[128], lens[128], total = 0, at;
	unsigned n = 0, i;
	unsigned long start, end;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	while (maps && n < 128 && fgets(line, sizeof(line), maps)) {
		name[0] = 0;
		if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %255s", &start, &end, rights, name) < 3 ||
		    strncmp(rights, "rw", 2) != 0 || !strncmp(name, "/dev/", 5))
			continue;
		starts[n] = start;
		lens[n] = end - start;
		total += lens[n++];
	}
	if (maps)
		fclose(maps);
	if (!total)
		return 0;
	/* Half of them in what is small: data and heap, not the threads' stacks and buffers. */
	at = draw(2, "large") ? draw(total, "byte") : draw(lens[0] + (n > 1 ? lens[1] : 0), "byte");
	for (i = 0; i < n && at >= lens[i]; i++)
		at -= lens[i];
	return starts[i] + at;
}

static void flip_memory(pid_t pid)
{
	uint64_t place = random_place(pid);
	unsigned char byte;

	if (!place || !read_memory(pid, place, &byte, 1))
		return;
	byte ^= (unsigned char)(1u << draw(8, "bit"));
	write_memory(pid, place, &byte, 1);
}

void fail_allocation(pid_t process, pid_t thread, unsigned n)
{
	char path[80], text[16];
	int fd, len = snprintf(text, sizeof(text), "%u", n);

	if (thread)
		snprintf(path, sizeof(path), "/proc/%d/task/%d/fail-nth", process, thread);
	else
		snprintf(path, sizeof(path), "/proc/thread-self/fail-nth");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, (size_t)len) < 0)
		perror(path);
	if (fd >= 0)
		close(fd);
}

/* Threads */

static unsigned threads_of(pid_t pid, pid_t *ret)
{
	struct dirent *entry;
	unsigned n = 0;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && n < THREADS && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ret[n++] = atoi(entry->d_name);
	if (dir)
		closedir(dir);
	return n;
}

static void fail_in_servers(const struct fault *fault)
{
	pid_t threads[THREADS];
	unsigned n = threads_of(fault->process, threads), i;

	for (i = 0; i < n; i++)
		fail_allocation(fault->process, threads[i], 1 + (unsigned)draw(40, "nth"));
}

static void applied(struct fault *fault)
{
	fault->applied_us = now_us();
	fault->applied = true;
}

void inject_now(struct fault *fault)
{
	applied(fault);
	switch (fault->kind) {
	case SEGV:
		kill(fault->process, SIGSEGV);
		break;
	case ABORT:
		kill(fault->process, SIGABRT);
		break;
	case STOP:
		kill(fault->process, SIGSTOP);
		break;
	case MEMORY:
		flip_memory(fault->process);
		break;
	case SERVER:
		fail_in_servers(fault);
		break;
	default:
		kill(fault->process, SIGKILL);
	}
}

static void put_code(const struct fault *fault, uint64_t at, const char *code)
{
	write_memory(fault->process, at, code, 2);
}

static void flip_register(struct user_regs_struct *registers)
{
	/* in the order of struct user_regs_struct: r15 to rdi, then rip and rsp */
	static const unsigned char numbers[] = {0, 1,  2,  3,  4,  5,  6,  7, 8,
						9, 10, 11, 12, 13, 14, 16, 19};
	unsigned long long *words = (void *)registers;

	words[numbers[draw(sizeof(numbers), "register")]] ^= 1ull << draw(64, "bit");
}

/* To a thread that is stopped, and goes on. */
static void apply_to_thread(struct fault *fault, pid_t thread)
{
	struct user_regs_struct registers;
	int signal = 0;

	if (ptrace(PTRACE_GETREGS, thread, NULL, &registers) < 0) {
		inject_now(fault);
		return;
	}
	if (fault->address)
		registers.rip = fault->address;
	switch (fault->kind) {
	case SEGV:
		registers.rip = 8;
		break;
	case STOP:
		signal = SIGSTOP;
		break;
	case LOOP:
		put_code(fault, registers.rip, "\xeb\xfe");
		break;
	case EXIT:
		put_code(fault, registers.rip, "\x0f\x05");
		registers.rax = SYS_exit_group;
		registers.rdi = draw(2, "status");
		break;
	case REGISTER:
		flip_register(&registers);
		break;
	case ALLOC:
		read_memory(fault->process, registers.rsp, &registers.rip, 8);
		registers.rsp += 8;
		registers.rax = 0;
		break;
	case STUCK:
		registers.rdi = registers.rsi = 0x7fffffff;
		break;
	default:
		inject_now(fault);
	}
	if (!fault->applied)
		applied(fault);
	if (!fault->address)
		registers.orig_rax = (unsigned long long)-1; /* no call is begun again */
	ptrace(PTRACE_SETREGS, thread, NULL, &registers);
	ptrace(PTRACE_DETACH, thread, NULL, signal);
}

/* At a place */

/* False: the thread goes on. */
static bool came_by(struct fault *fault, pid_t thread, int status, unsigned char byte)
{
	struct user_regs_struct registers;
	const unsigned char trap = 0xcc;

	if (WSTOPSIG(status) != SIGTRAP || status >> 16 ||
	    ptrace(PTRACE_GETREGS, thread, NULL, &registers) < 0 ||
	    registers.rip != fault->address + 1)
		return false;
	write_memory(fault->process, fault->address, &byte, 1);
	if (!fault->passes)
		return true;
	fault->passes--;
	registers.rip = fault->address;
	ptrace(PTRACE_SETREGS, thread, NULL, &registers);
	/* other threads may pass in the meantime */
	if (ptrace(PTRACE_SINGLESTEP, thread, NULL, 0) == 0)
		waitpid(thread, &status, __WALL);
	write_memory(fault->process, fault->address, &trap, 1);
	return false;
}

static int signal_to_pass(int status)
{
	return status >> 16 || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
}

static void wait_at_place(struct fault *fault, unsigned char byte)
{
	int status;
	pid_t thread;

	while ((thread = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (thread < 0 || !WIFSTOPPED(status))
			continue;
		if (came_by(fault, thread, status, byte)) {
			apply_to_thread(fault, thread);
			return;
		}
		ptrace(PTRACE_CONT, thread, NULL, signal_to_pass(status));
	}
}

static void seize_all(pid_t process)
{
	pid_t threads[THREADS];
	unsigned n = threads_of(process, threads), i;

	for (i = 0; i < n; i++)
		ptrace(PTRACE_SEIZE, threads[i], NULL, PTRACE_O_TRACECLONE);
}

static void inject_at_place(struct fault *fault)
{
	const unsigned char trap = 0xcc;
	unsigned char byte;

	seize_all(fault->process);
	if (!read_memory(fault->process, fault->address, &byte, 1) ||
	    !write_memory(fault->process, fault->address, &trap, 1))
		return;
	fault->armed = true;
	wait_at_place(fault, byte);
}

/* Which places are passed */

static void set_traps(const struct symbols *symbols, pid_t process, unsigned char *bytes)
{
	uint64_t moved = symbols_moved(symbols, process);
	const unsigned char trap = 0xcc;
	unsigned i;

	for (i = 0; i < symbols->count; i++)
		if (symbols->at[i].inner &&
		    read_memory(process, symbols->at[i].address + moved, &bytes[i], 1))
			write_memory(process, symbols->at[i].address + moved, &trap, 1);
}

/* Notes the function that a thread is at, and takes its trap away. */
static void note_place(const struct symbols *symbols, pid_t process, pid_t thread,
		       const unsigned char *bytes, bool *passed)
{
	uint64_t moved = symbols_moved(symbols, process);
	struct user_regs_struct registers;
	unsigned i;

	if (ptrace(PTRACE_GETREGS, thread, NULL, &registers) < 0)
		return;
	for (i = 0; i < symbols->count; i++)
		if (symbols->at[i].inner && symbols->at[i].address + moved + 1 == registers.rip) {
			passed[i] = true;
			write_memory(process, registers.rip - 1, &bytes[i], 1);
			registers.rip--;
			ptrace(PTRACE_SETREGS, thread, NULL, &registers);
			return;
		}
}

static void take_traps_away(const struct symbols *symbols, pid_t process,
			    const unsigned char *bytes, const bool *passed)
{
	uint64_t moved = symbols_moved(symbols, process);
	unsigned i;

	for (i = 0; i < symbols->count; i++)
		if (symbols->at[i].inner && !passed[i])
			write_memory(process, symbols->at[i].address + moved, &bytes[i], 1);
}

void inject_notes(const struct symbols *symbols, pid_t process, bool *passed, volatile bool *begun,
		  const volatile bool *over)
{
	unsigned char *bytes = calloc(symbols->count, 1);
	bool last = false;

	if (!bytes)
		exit(2);
	seize_all(process);
	set_traps(symbols, process, bytes);
	*begun = true;
	while (!last) {
		int status;
		pid_t thread;

		last = *over;
		if (last) {
			take_traps_away(symbols, process, bytes, passed);
			usleep(5000); /* who is at one of them is stopped by then */
		}
		while ((thread = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
			if (!WIFSTOPPED(status))
				continue;
			if (WSTOPSIG(status) == SIGTRAP && !(status >> 16))
				note_place(symbols, process, thread, bytes, passed);
			ptrace(PTRACE_CONT, thread, NULL, signal_to_pass(status));
		}
		usleep(200);
	}
}

/* At an instant */

/* True if it is stopped. */
static bool interrupt(pid_t thread)
{
	int status, left = INTERRUPT_MS;

	if (ptrace(PTRACE_SEIZE, thread, NULL, 0) < 0 ||
	    ptrace(PTRACE_INTERRUPT, thread, NULL, 0) < 0)
		return false;
	for (; left; left--) {
		if (waitpid(thread, &status, __WALL | WNOHANG) == thread)
			return WIFSTOPPED(status);
		usleep(1000);
	}
	return false;
}

static bool needs_thread(enum kind kind)
{
	return kind == LOOP || kind == EXIT || kind == REGISTER;
}

void inject(struct fault *fault)
{
	pid_t threads[THREADS], thread;
	unsigned n;

	if (fault->address) {
		inject_at_place(fault);
		return;
	}
	fault->armed = true;
	usleep(fault->delay_us);
	n = needs_thread(fault->kind) ? threads_of(fault->process, threads) : 0;
	thread = n ? threads[draw(n, "thread")] : 0;
	if (thread && interrupt(thread))
		apply_to_thread(fault, thread);
	else
		inject_now(fault);
}
