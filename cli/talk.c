/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * QEMU inherits one end of each socket. The thread stops at the end of the stream, which it reads
 * when QEMU has ended and our own copy of that end is closed.
 */
#include "cli/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cli.h"

#define END_OF_FILE "\4" /* for the guest's terminal */
#define GIVE_UP	    '\035' /* Ctrl-] ends the guest */

enum { STREAMS = 2 };

struct dc_talk {
	bool shell;
	int ours[STREAMS], qemus[STREAMS]; /* -1: none */
	int to[STREAMS];
	bool begun; /* the shell has said something; until then the terminal is as it was */
	bool input; /* standard input is read */
	pthread_t thread;
};

/* The terminal */

static struct termios terminal_was;
static bool terminal_is_raw;

static void terminal_restore(void)
{
	if (terminal_is_raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal_was);
	terminal_is_raw = false;
}

static void terminal_make_raw(void)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &terminal_was) < 0)
		return;
	raw = terminal_was;
	cfmakeraw(&raw);
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) < 0)
		return;
	terminal_is_raw = true;
	atexit(terminal_restore);
}

/* The thread */

static void put(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t done = write(fd, data, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return; /* nobody wants it */
		data += done;
		len -= (size_t)done;
	}
}

static void take_input(struct dc_talk *talk)
{
	char data[4096];
	ssize_t got = read(STDIN_FILENO, data, sizeof(data));

	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0) {
		talk->input = false;
		put(talk->ours[0], END_OF_FILE, 1);
		return;
	}
	if (terminal_is_raw && memchr(data, GIVE_UP, (size_t)got)) {
		terminal_restore();
		_exit(DC_EXIT_HERE); /* the guest goes with us */
	}
	put(talk->ours[0], data, (size_t)got);
}

static void take_output(struct dc_talk *talk, int stream)
{
	char data[65536];
	ssize_t got = read(talk->ours[stream], data, sizeof(data));

	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0) {
		close(talk->ours[stream]);
		talk->ours[stream] = -1;
		return;
	}
	dc_cli_clear_progress();
	if (talk->shell && !talk->begun) {
		terminal_make_raw();
		talk->begun = talk->input = true;
	}
	put(talk->to[stream], data, (size_t)got);
}

static void *carry(void *arg)
{
	struct dc_talk *talk = arg;
	int i;

	while (talk->ours[0] >= 0 || talk->ours[1] >= 0) {
		struct pollfd wait[STREAMS + 1] = {
			{.fd = talk->ours[0], .events = POLLIN},
			{.fd = talk->ours[1], .events = POLLIN},
			{.fd = talk->input ? STDIN_FILENO : -1, .events = POLLIN},
		};

		if (poll(wait, STREAMS + 1, -1) < 0)
			continue;
		for (i = 0; i < STREAMS; i++)
			if (wait[i].revents)
				take_output(talk, i);
		if (wait[STREAMS].revents && talk->ours[0] >= 0)
			take_input(talk);
	}
	return NULL;
}

/* Opening and closing */

static void free_talk(struct dc_talk *talk)
{
	int i;

	for (i = 0; i < STREAMS; i++) {
		if (talk->ours[i] >= 0)
			close(talk->ours[i]);
		if (talk->qemus[i] >= 0)
			close(talk->qemus[i]);
	}
	free(talk);
}

static int open_stream(struct dc_talk *talk, int stream, int to)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return -errno;
	fcntl(pair[0], F_SETFD, FD_CLOEXEC);
	talk->ours[stream] = pair[0];
	talk->qemus[stream] = pair[1];
	talk->to[stream] = to;
	return 0;
}

static void add_args(const struct dc_talk *talk, struct dc_arena *arena, dc_talk_words *ret)
{
	int i;

	dc_vec_push(ret, "-device");
	dc_vec_push(ret, "virtio-serial-pci,addr=0x1e");
	for (i = 0; i < STREAMS; i++) {
		if (talk->qemus[i] < 0)
			continue;
		dc_vec_push(ret, "-chardev");
		dc_vec_push(ret,
			    dc_arena_printf(arena, "socket,id=talk%d,fd=%d", i, talk->qemus[i]));
		dc_vec_push(ret, "-device");
		dc_vec_push(ret, dc_arena_printf(arena, "%s,chardev=talk%d,nr=%d",
						 talk->shell ? "virtconsole" : "virtserialport", i,
						 talk->shell ? 0 : i + 1));
	}
}

int dc_talk_open(struct dc_diag *diag, struct dc_arena *arena, bool shell, int output_fd,
		 dc_talk_words *ret_args, struct dc_talk **ret)
{
	struct dc_talk *talk = dc_alloc(1, sizeof(*talk));
	int err;

	*talk = (struct dc_talk){.shell = shell, .ours = {-1, -1}, .qemus = {-1, -1}};
	err = open_stream(talk, 0, output_fd);
	if (!err && !shell)
		err = open_stream(talk, 1, STDERR_FILENO);
	if (!err)
		err = -pthread_create(&talk->thread, NULL, carry, talk);
	if (err < 0) {
		free_talk(talk);
		return dc_error(diag, err, NULL, "cannot make sockets for the guest: %s",
				strerror(-err));
	}
	add_args(talk, arena, ret_args);
	*ret = talk;
	return 0;
}

void dc_talk_close(struct dc_talk *talk)
{
	int i;

	if (!talk)
		return;
	for (i = 0; i < STREAMS; i++) {
		if (talk->qemus[i] >= 0)
			close(talk->qemus[i]);
		talk->qemus[i] = -1;
	}
	pthread_join(talk->thread, NULL);
	terminal_restore();
	free_talk(talk);
}
