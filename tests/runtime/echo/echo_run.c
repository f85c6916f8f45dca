/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands for the test microdriver:
 *
 *   echo_run COMMAND [WORD...]        prints its result, or the name of the error
 *   echo_run together N COMMAND...    N at once; prints how many gave no error
 *   echo_run kills N PROGRAM          N times: starts the process, has it called, kills it during
 *                                     the call; prints the longest time to the caller's error in ms
 *   echo_run pipe N                   prints ns for a round trip of a byte between two processes
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUN   "/sys/kernel/debug/echo/run"
#define STATS "/sys/kernel/debug/dcrt/echo/stats"

static int run(const char *text, unsigned long *ret)
{
	int fd = open(RUN, O_RDWR | O_CLOEXEC), err = 0;
	char answer[32] = "";

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err = errno;
	else if (pread(fd, answer, sizeof(answer) - 1, 0) < 0)
		err = errno;
	*ret = strtoul(answer, NULL, 10);
	if (fd >= 0)
		close(fd);
	return err;
}

static long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000L + now.tv_nsec;
}

static void join(char *text, size_t size, char **words)
{
	text[0] = 0;
	for (; *words; words++)
		snprintf(text + strlen(text), size - strlen(text), "%s ", *words);
}

static int together(int n, const char *text)
{
	int i, good = 0, status;

	for (i = 0; i < n; i++) {
		pid_t pid = fork();
		unsigned long result;

		if (pid == 0)
			_exit(run(text, &result) != 0);
	}
	for (i = 0; i < n; i++)
		if (wait(&status) > 0)
			good += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return good;
}

/* Whether the first line of the counters has the word with this value. */
static int stat_is(const char *word, int value)
{
	char text[256] = "", want[32];
	int fd = open(STATS, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (len <= 0)
		return 0;
	snprintf(want, sizeof(want), " %s %d ", word, value);
	return strstr(text, want) != NULL;
}

static int wait_stat(const char *word, int value)
{
	long end = now_ns() + 5000000000L;

	while (!stat_is(word, value)) {
		if (now_ns() > end) {
			printf("no '%s %d' in 5 s\n", word, value);
			return -1;
		}
		usleep(200);
	}
	return 0;
}

static pid_t start(const char *program)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(program, program, "/dev/dcrt-echo", (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* One death during a call of one of four kinds. Returns how long the caller had to wait, or -1. */
static long kill_once(int kind, const char *program, unsigned delay_us)
{
	pid_t process = start(program), caller;
	unsigned long result;
	char text[32];
	long since;
	int status;

	if (wait_stat("attached", 1) < 0)
		return -1;
	snprintf(text, sizeof(text), "hang %d", kind);
	caller = fork();
	if (caller == 0)
		_exit(run(text, &result) & 0xff);
	usleep(delay_us);
	since = now_ns();
	kill(process, SIGKILL);
	if (waitpid(caller, &status, 0) < 0 || !WIFEXITED(status))
		return -1;
	since = now_ns() - since;
	waitpid(process, NULL, 0);
	/* ENODEV: killed before it was called */
	if (WEXITSTATUS(status) != EPIPE && WEXITSTATUS(status) != ENODEV) {
		printf("kind %d: the caller got %s\n", kind, strerror(WEXITSTATUS(status)));
		return -1;
	}
	return since;
}

static int kills(int n, const char *program)
{
	long longest = 0;
	int i;

	for (i = 0; i < n; i++) {
		long took = kill_once(i % 4, program, (unsigned)(i * 137 % 7000));

		if (took < 0 || wait_stat("attached", 0) < 0) {
			printf("round %d failed\n", i);
			return 1;
		}
		if (took > longest)
			longest = took;
	}
	printf("%ld\n", longest / 1000000);
	return 0;
}

static int pipe_round_trips(int n)
{
	int there[2], back[2], i;
	char byte = 0;
	long start_ns;

	if (pipe(there) < 0 || pipe(back) < 0)
		return 1;
	if (fork() == 0) {
		close(there[1]);
		while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1)
			;
		_exit(0);
	}
	start_ns = now_ns();
	for (i = 0; i < n; i++)
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			return 1;
	printf("%ld\n", (now_ns() - start_ns) / n);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long result;
	char text[64];
	int err;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (argc == 4 && !strcmp(argv[1], "kills"))
		return kills(atoi(argv[2]), argv[3]);
	if (argc == 3 && !strcmp(argv[1], "pipe"))
		return pipe_round_trips(atoi(argv[2]));
	if (argc > 3 && !strcmp(argv[1], "together")) {
		join(text, sizeof(text), argv + 3);
		printf("%d\n", together(atoi(argv[2]), text));
		return 0;
	}
	if (argc < 2)
		return 2;
	join(text, sizeof(text), argv + 1);
	err = run(text, &result);
	if (err)
		printf("%s\n", strerrorname_np(err));
	else
		printf("%lu\n", result);
	return 0;
}
