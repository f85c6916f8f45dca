/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Traffic that goes on whatever happens: datagrams, a stream that lasts, short connections, each
 * answered by a peer in another network namespace, and counted in memory that all of them share. It
 * is little, as a guest that is idle costs nothing.
 */
#include "faults.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM_PORT 7001
#define STREAM_PORT   7002
#define DATAGRAM_US   10000
#define BLOCK_US      50000
#define SHORT_US      200000
#define SHORT_MS      20000 /* a short connection may take so long, one that lasts may be silent */
#define LONG_MS	      60000
#define BLOCK	      4096

static struct load *load;
static struct sockaddr_in peer;

static void start_process(void (*run)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		exit(2);
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run();
	exit(0);
}

static int bound(int type, unsigned short port)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0) {
		perror("bind");
		exit(2);
	}
	return fd;
}

/* The peer */

static void return_datagrams(void)
{
	int fd = bound(SOCK_DGRAM, DATAGRAM_PORT);
	struct sockaddr_in from;
	char bytes[2048];

	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t got = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &len);

		if (got > 0 && sendto(fd, bytes, (size_t)got, 0, (struct sockaddr *)&from, len) < 0)
			usleep(1000);
	}
}

static void return_stream(int fd)
{
	char bytes[BLOCK];
	ssize_t got;

	while ((got = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		if (send(fd, bytes, (size_t)got, MSG_NOSIGNAL) < 0)
			break;
	exit(0);
}

static void accept_streams(void)
{
	int fd = bound(SOCK_STREAM, STREAM_PORT);

	signal(SIGCHLD, SIG_IGN);
	listen(fd, 64);
	for (;;) {
		int stream = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

		if (stream >= 0 && fork() == 0)
			return_stream(stream);
		if (stream >= 0)
			close(stream);
	}
}

/* Who sends */

static void send_datagrams(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char bytes[200] = {0};

	peer.sin_port = htons(DATAGRAM_PORT);
	for (;;) {
		sendto(fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)&peer,
		       sizeof(peer));
		load->sent++;
		usleep(DATAGRAM_US);
		while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
			load->returned++;
	}
}

/* Returns -1 if there is no connection in time. */
static int connected(unsigned timeout_ms)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err = 0;
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	socklen_t len = sizeof(err);

	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
	peer.sin_port = htons(STREAM_PORT);
	if (connect(fd, (struct sockaddr *)&peer, sizeof(peer)) < 0 && errno == EINPROGRESS &&
	    poll(&wait, 1, (int)timeout_ms) == 1 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) == 0 && !err) {
		fcntl(fd, F_SETFL, 0);
		return fd;
	}
	close(fd);
	return -1;
}

/* Sends a block and gets it back. */
static bool exchanges_block(int fd, unsigned timeout_ms)
{
	static char bytes[BLOCK];
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	size_t got = 0;

	if (send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL) != sizeof(bytes))
		return false;
	while (got < sizeof(bytes)) {
		ssize_t len;

		if (poll(&wait, 1, (int)timeout_ms) != 1)
			return false;
		len = recv(fd, bytes, sizeof(bytes) - got, 0);
		if (len <= 0)
			return false;
		got += (size_t)len;
	}
	return true;
}

static void send_stream(void)
{
	int fd = -1;

	for (;;) {
		if (fd < 0)
			fd = connected(LONG_MS);
		if (fd >= 0 && exchanges_block(fd, LONG_MS)) {
			load->blocks++;
		} else if (fd >= 0) {
			load->broken++;
			close(fd);
			fd = -1;
		}
		usleep(BLOCK_US);
	}
}

static void connect_often(void)
{
	for (;;) {
		int fd = connected(SHORT_MS);

		if (fd >= 0 && exchanges_block(fd, SHORT_MS))
			load->connected++;
		else
			load->refused++;
		if (fd >= 0)
			close(fd);
		usleep(SHORT_US);
	}
}

struct load *load_begin(const char *address, const char *namespace)
{
	char path[128];
	int near, far;

	load = mmap(NULL, sizeof(*load), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (load == MAP_FAILED)
		exit(2);
	peer.sin_family = AF_INET;
	inet_pton(AF_INET, address, &peer.sin_addr);
	near = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	far = open(path, O_RDONLY | O_CLOEXEC);
	if (setns(far, CLONE_NEWNET) < 0) {
		perror(path);
		exit(2);
	}
	start_process(return_datagrams);
	start_process(accept_streams);
	if (setns(near, CLONE_NEWNET) < 0)
		exit(2);
	close(near);
	close(far);
	start_process(send_datagrams);
	start_process(send_stream);
	start_process(connect_often);
	return load;
}
