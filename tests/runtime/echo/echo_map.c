/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maps what the device offers and watches the mapping: attaches, then prints a line a step,
 * "STEP RESULT". The microdriver's window has two pages of memory instead of registers; its
 * commands "window HOW", "unwindow" and "register" make it, remove it and read its second page.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ECHO_DRIVER_EXTRA
#define ECHO_PROCESS
#include "echo.h"
#include "echo_never.h"
#include "runtime/message/wire.h"

#define PAGE 4096

static sigjmp_buf back;
static int device;

static void caught(int number)
{
	siglongjmp(back, number);
}

static void say(const char *step, const char *result)
{
	printf("%s %s\n", step, result);
}

/* A command to the microdriver. */
static unsigned long run(const char *text)
{
	int fd = open("/sys/kernel/debug/echo/run", O_RDWR | O_CLOEXEC);
	char answer[32] = "";

	if (fd < 0 || write(fd, text, strlen(text)) < 0 ||
	    pread(fd, answer, sizeof(answer) - 1, 0) < 0)
		say(text, strerrorname_np(errno));
	close(fd);
	return strtoul(answer, NULL, 10);
}

static volatile uint32_t *map(const char *step, unsigned long offset, int pages, int protection,
			      int flags)
{
	void *place = mmap(NULL, (size_t)pages * PAGE, protection, flags, device, (off_t)offset);

	say(step, place == MAP_FAILED ? strerrorname_np(errno) : "mapped");
	return place == MAP_FAILED ? NULL : place;
}

/* Reads a word there, or says which signal that gave. */
static void look(const char *step, const volatile uint32_t *place)
{
	char text[16];
	int number = sigsetjmp(back, 1);

	if (!number)
		snprintf(text, sizeof(text), "%u", *place);
	say(step, number == SIGBUS ? "SIGBUS" : number ? "SIGSEGV" : text);
}

#define READ  PROT_READ, MAP_SHARED
#define WRITE PROT_READ | PROT_WRITE, MAP_SHARED

static void refusals(unsigned long window)
{
	map("page-0-to-write", 0, 1, WRITE);
	map("page-0-and-more", 0, 2, READ);
	map("nothing-there", window + 100 * PAGE, 1, WRITE);
	map("too-long", window, 3, WRITE);
	map("behind-its-end", window + PAGE, 2, WRITE);
	map("private", window, 2, PROT_READ, MAP_PRIVATE);
	map("to-execute", window, 2, PROT_READ | PROT_EXEC, MAP_SHARED);
}

static void child(unsigned long window, const volatile uint32_t *place)
{
	if (fork() == 0) {
		look("child-reads", place);
		map("child-maps", window, 2, WRITE);
		_exit(0);
	}
	wait(NULL);
}

int main(void)
{
	struct dcrt_attach attach = {.abi = DCRT_ABI,
				     .fingerprint = dcrt_fingerprint(&echo_driver)};
	const volatile uint64_t *shared;
	volatile uint32_t *place;
	unsigned long window;

	setvbuf(stdout, NULL, _IONBF, 0); /* there will be a child */
	device = open("/dev/dcrt-echo", O_RDWR | O_CLOEXEC);
	signal(SIGBUS, caught);
	signal(SIGSEGV, caught);
	window = run("window 0");
	map("not-attached", window, 2, WRITE);
	map("not-attached-0", 0, 1, READ);
	if (ioctl(device, DCRT_IOC_ATTACH, &attach) < 0)
		return 1;
	refusals(window);
	place = map("window", window, 2, WRITE);
	map("second-page", window + PAGE, 1, WRITE);
	shared = (const volatile uint64_t *)map("page-0", 0, 1, READ);
	if (!place || !shared)
		return 1;
	look("reads", place);
	place[PAGE / 4] = 4321;
	printf("written %lu\n", run("register"));
	child(window, place);
	printf("removed %d\n", (int)*shared);
	run("unwindow");
	printf("removed %d\n", (int)*shared);
	look("gone", place);
	look("gone-untouched", place + PAGE / 4);
	map("no-more", window, 2, WRITE);
	printf("new-place %d\n", run("window 0") > window + PAGE);
	look("not-the-next", place);
	/* what shares a page, and what the driver does not want mapped */
	printf("short %lu\n", run("window 1"));
	printf("askew %lu\n", run("window 2"));
	printf("by-downcall %lu\n", run("window 3"));
	return 0;
}
