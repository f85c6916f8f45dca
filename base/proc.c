/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pipe carries the program's standard output and error; we poll it against the deadlines, hand
 * out whole lines and keep the last few for the message that explains a failure. The deadlines are
 * on the program's own clock, which stands still while the program waits for a CPU.
 */
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"

#define TAIL_LINES 12
#define SAMPLE_MS  500 /* between looks at what the program has used */
#define FRESH_MS   100 /* so old may a look be */

/* The time that the program had used at some moment. */
struct used {
	long long at_ms; /* on the machine's clock */
	double cpu_ms, wait_ms; /* of all threads: on a CPU; waiting for one */
};

struct run {
	const struct dc_proc *proc;
	pid_t pid;
	struct used start, heard, now; /* heard: when it wrote last */
	FILE *log;
	DC_VEC(char) pending; /* an unfinished line */
	char *tail[TAIL_LINES]; /* the last lines, a ring */
	size_t lines;
	bool stopped; /* by line() */
};

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* In the child, between fork and exec. */
static _Noreturn void become(const struct dc_proc *proc, int out_fd, int err_fd, pid_t parent)
{
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	dup2(null_fd, STDIN_FILENO);
	dup2(out_fd, STDOUT_FILENO);
	dup2(out_fd, STDERR_FILENO);
	if (!proc->dir || chdir(proc->dir) == 0)
		execvp(proc->argv[0], (char *const *)(void *)(size_t)proc->argv);
	err = errno;
	if (write(err_fd, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

/* Starts the program. *ret_pid is set on success. Returns 0 or an errno (of exec). */
static int start(const struct dc_proc *proc, pid_t *ret_pid, int *ret_out_fd)
{
	int out[2], failed[2], err = 0;
	pid_t parent = getpid(), pid;

	if (pipe2(out, O_CLOEXEC) < 0)
		return errno;
	if (pipe2(failed, O_CLOEXEC) < 0) {
		err = errno;
		close(out[0]);
		close(out[1]);
		return err;
	}
	pid = fork();
	if (pid == 0)
		become(proc, out[1], failed[1], parent);
	if (pid < 0)
		err = errno;
	close(out[1]);
	close(failed[1]);
	if (pid > 0 && read(failed[0], &err, sizeof(err)) == (ssize_t)sizeof(err))
		waitpid(pid, NULL, 0);
	close(failed[0]);
	if (err) {
		close(out[0]);
		return err;
	}
	*ret_pid = pid;
	*ret_out_fd = out[0];
	return 0;
}

static void take_line(struct run *run)
{
	char **slot = &run->tail[run->lines++ % TAIL_LINES];
	char *line;

	dc_vec_push(&run->pending, '\0');
	line = run->pending.at;
	line[strcspn(line, "\r")] = '\0';
	free(*slot);
	*slot = dc_strdup(line);
	run->pending.len = 0;
	if (run->proc->line && !run->stopped && run->proc->line(run->proc->ctx, line) != 0)
		run->stopped = true;
}

static void take_bytes(struct run *run, const char *data, size_t len)
{
	size_t i;

	if (run->log)
		fwrite(data, 1, len, run->log);
	for (i = 0; i < len; i++) {
		if (data[i] == '\n')
			take_line(run);
		else
			dc_vec_push(&run->pending, data[i]);
	}
}

/* Adds a thread's figures of the scheduler. */
static void add_thread(struct used *used, pid_t pid, const char *thread)
{
	unsigned long long cpu_ns, wait_ns;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat", (int)pid, thread);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fscanf(file, "%llu %llu", &cpu_ns, &wait_ns) == 2) {
		used->cpu_ms += (double)cpu_ns / 1e6;
		used->wait_ms += (double)wait_ns / 1e6;
	}
	fclose(file);
}

/* Brings run->now up to date. */
static void look(struct run *run)
{
	struct used now = {.at_ms = now_ms()};
	struct dirent *thread;
	char path[32];
	DIR *threads;

	if (run->now.at_ms && now.at_ms - run->now.at_ms < FRESH_MS)
		return;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)run->pid);
	threads = opendir(path);
	while (threads && (thread = readdir(threads)))
		add_thread(&now, run->pid, thread->d_name);
	if (threads)
		closedir(threads);
	run->now = now;
}

/* Milliseconds since a moment on the program's own clock. Threads that together ran and waited for
 * longer than the machine's clock says did so side by side, each at the same share of it. A program
 * that sleeps or is stopped ages by the machine's clock, as does one without figures (the kernel
 * keeps none, or threads took theirs along as they ended). */
static double own_ms(const struct run *run, const struct used *since)
{
	double wall_ms = (double)(run->now.at_ms - since->at_ms);
	double cpu_ms = run->now.cpu_ms - since->cpu_ms;
	double wait_ms = run->now.wait_ms - since->wait_ms;

	if (cpu_ms < 0 || wait_ms <= 0)
		return wall_ms;
	if (cpu_ms + wait_ms > wall_ms)
		return wall_ms * cpu_ms / (cpu_ms + wait_ms);
	return wall_ms - wait_ms;
}

/* Which deadline the program has missed: 0, ETIMEDOUT, or ETIME (it was quiet too long). */
static int missed(const struct run *run)
{
	const struct dc_proc *proc = run->proc;

	if (proc->timeout_s && own_ms(run, &run->start) >= proc->timeout_s * 1e3)
		return ETIMEDOUT;
	if (proc->quiet_s && own_ms(run, &run->heard) >= proc->quiet_s * 1e3)
		return ETIME;
	return 0;
}

/* Reads until the end of output, a deadline, or line() says stop. Returns 0, ETIMEDOUT, or ETIME
 * (it was quiet too long). */
static int watch(struct run *run, int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	bool limited = run->proc->timeout_s || run->proc->quiet_s;
	char data[65536];
	ssize_t got;
	int err = 0;

	look(run);
	run->start = run->heard = run->now;
	while (!run->stopped && !(err = missed(run))) {
		int ready = poll(&wait, 1, limited ? SAMPLE_MS : -1);

		if (limited)
			look(run);
		if (ready <= 0)
			continue;
		run->heard = run->now;
		got = read(fd, data, sizeof(data));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		take_bytes(run, data, (size_t)got);
	}
	if (err)
		return err;
	if (run->pending.len)
		take_line(run);
	return 0;
}

static void report_tail(struct dc_diag *diag, const struct run *run)
{
	size_t first = run->lines > TAIL_LINES ? run->lines - TAIL_LINES : 0;
	size_t i;

	if (run->lines)
		dc_note(diag, NULL, "its last lines were:");
	for (i = first; i < run->lines; i++)
		dc_note(diag, NULL, "  %s", run->tail[i % TAIL_LINES]);
	if (run->proc->log)
		dc_note(diag, NULL, "all of its output is in %s", run->proc->log);
}

static int judge(struct dc_diag *diag, const char *what, const struct run *run, int watched,
		 int status)
{
	const char *name = run->proc->argv[0];
	int err;

	if (watched == ETIMEDOUT)
		err = dc_error(diag, -ETIMEDOUT, NULL, "%s: %s gave no end in %u s and was ended",
			       what, name, run->proc->timeout_s);
	else if (watched == ETIME)
		err = dc_error(diag, -ETIMEDOUT, NULL, "%s: %s said nothing for %u s and was ended",
			       what, name, run->proc->quiet_s);
	else if (run->stopped || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return 0;
	else if (WIFSIGNALED(status))
		err = dc_error(diag, -EIO, NULL, "%s: %s was killed by signal %d", what, name,
			       WTERMSIG(status));
	else
		err = dc_error(diag, -EIO, NULL, "%s: %s failed with status %d", what, name,
			       WEXITSTATUS(status));
	report_tail(diag, run);
	return err;
}

int dc_proc_run(struct dc_diag *diag, const char *what, const struct dc_proc *proc)
{
	struct run run = {.proc = proc};
	int fd = -1, err, watched, status = 0;
	size_t i;
	pid_t pid = -1;

	if (proc->log) {
		run.log = fopen(proc->log, "we");
		if (!run.log)
			return dc_error(diag, -errno, DC_FILE(proc->log), "cannot write: %s",
					strerror(errno));
	}
	err = start(proc, &pid, &fd);
	if (err) {
		if (run.log)
			fclose(run.log);
		return dc_error(diag, -err, NULL, "%s: cannot run %s: %s; ci/deps.sh installs it",
				what, proc->argv[0], strerror(err));
	}
	run.pid = pid;
	watched = watch(&run, fd);
	if (watched || run.stopped)
		kill(pid, SIGKILL);
	close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (run.log)
		fclose(run.log);
	err = judge(diag, what, &run, watched, status);
	for (i = 0; i < TAIL_LINES; i++)
		free(run.tail[i]);
	dc_vec_done(&run.pending);
	return err;
}
