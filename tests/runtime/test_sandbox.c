/* SPDX-License-Identifier: GPL-3.0-or-later */
/* process/sandbox.c: what a process can still do, and what it can no longer, in a child each. */
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runtime/process/sandbox.h"

#define PAGE 4096

/* Returns what waitpid() says of a child that runs this in the sandbox. */
static int run(int (*what)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child)
		_exit(dcrt_sandbox("test") < 0 ? 99 : what());
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static bool refused(long result)
{
	return result == -1 && errno == ENOSYS;
}

/* The number of the first that is not refused. */
static int try_everything(void)
{
	static char *const none[] = {NULL};
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return 1;
	if (!refused(open("/dev/null", O_RDONLY)))
		return 2;
	if (!refused(socket(AF_UNIX, SOCK_STREAM, 0)))
		return 3;
	if (!refused(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)))
		return 4;
	if (!refused(execve("/bin/true", none, none)))
		return 5;
	if (mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
		    MAP_FAILED ||
	    errno != ENOSYS)
		return 6;
	if (!refused(mprotect(page, PAGE, PROT_READ | PROT_EXEC)))
		return 7;
	if (!refused(kill(getppid(), 0)))
		return 8;
	if (!refused(syscall(SYS_tgkill, getppid(), getppid(), 0)))
		return 9;
	if (!refused(unshare(CLONE_FILES)))
		return 10;
	if (!refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL)))
		return 11;
	if (!refused(dup(0)))
		return 12;
	if (!refused(write(STDOUT_FILENO, "", 0)))
		return 13;
	return 0;
}

static void test_refused(void **state)
{
	(void)state;
	assert_int_equal(run(try_everything), 0);
}

static void *set_it(void *it)
{
	*(int *)it = 1;
	return NULL;
}

/* What the driver's process does. */
static int work(void)
{
	struct timespec moment = {.tv_nsec = 1000};
	pthread_t thread;
	char *memory = malloc(64 << 20), *more;
	int done = 0;

	if (!memory)
		return 1;
	more = realloc(memory, 128 << 20);
	if (!more) {
		free(memory);
		return 2;
	}
	free(more);
	if (pthread_create(&thread, NULL, set_it, &done) || pthread_join(thread, NULL) || !done)
		return 3;
	if (clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL) || sched_yield())
		return 4;
	if (ioctl(-1, 0) != -1 || errno != EBADF)
		return 5;
	if (write(STDERR_FILENO, "", 0) != 0)
		return 6;
	return 0;
}

static void test_permitted(void **state)
{
	(void)state;
	assert_int_equal(run(work), 0);
}

/* More than it may have; root's limits alone are changed. */
static int allocate(void)
{
	return malloc(600 << 20) ? 1 : 0;
}

static void test_memory(void **state)
{
	(void)state;
	if (geteuid() == 0)
		assert_int_equal(run(allocate), 0);
}

static int end_badly(void)
{
	abort();
}

/* A bug is still seen as one. */
static void test_abort(void **state)
{
	int status = run(end_badly);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static unsigned long long number_of(const char *status, const char *word, int base)
{
	const char *at = strstr(status, word);

	assert_non_null(at);
	return strtoull(at + strlen(word), NULL, base);
}

/* As others see it. */
static void test_status(void **state)
{
	char path[64], status[4096] = "", byte;
	pid_t child;
	int ready[2];
	FILE *file;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(ready[1], STDERR_FILENO);
		if (dcrt_sandbox("test") < 0 || write(STDERR_FILENO, "x", 1) != 1)
			_exit(99);
		for (;;)
			sched_yield();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	snprintf(path, sizeof(path), "/proc/%d/status", child);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(status, 1, sizeof(status) - 1, file) > 0);
	fclose(file);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	assert_int_equal(number_of(status, "NoNewPrivs:", 10), 1);
	assert_int_equal(number_of(status, "Seccomp:", 10), 2);
	if (geteuid() != 0)
		return;
	assert_int_equal(number_of(status, "Uid:", 10) >> 16, 0x7000);
	assert_int_equal(number_of(status, "Gid:", 10) >> 16, 0x7000);
	assert_int_equal(number_of(status, "CapEff:", 16), 0);
	assert_int_equal(number_of(status, "CapPrm:", 16), 0);
	assert_int_equal(number_of(status, "CapBnd:", 16), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused), cmocka_unit_test(test_permitted),
		cmocka_unit_test(test_memory),	cmocka_unit_test(test_abort),
		cmocka_unit_test(test_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
