/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that lies: takes one upcall and answers with a reply in which one thing is wrong.
 *
 *   echo_liar list          the names of the lies
 *   echo_liar NAME          attaches, takes an upcall, answers; prints what the kernel said
 *   echo_liar close         attaches, takes an upcall, closes the device and stays
 *   echo_liar fork          attaches; a child of it keeps the device open for 30 s
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ECHO_DRIVER_EXTRA
#define ECHO_PROCESS
#include "echo.h"
#include "echo_never.h"
#include "wire.h"

static uint64_t in[DCRT_MESSAGE_MAX / 8];
static uint8_t out[DCRT_MESSAGE_MAX];

struct lie {
	const char *name;
	struct dcrt_header add; /* to the header of a good reply */
	struct dcrt_record record; /* a record more, unless kind is 0 */
	long len; /* of the message handed in, more or less than it has */
};

static const struct lie lies[] = {
	{"abi", .add = {.abi = 1}},
	{"kind", .add = {.kind = 7}},
	{"death", .add = {.kind = 1}},
	{"upcall", .add = {.kind = (uint16_t)-2}},
	{"depth", .add = {.depth = 1}},
	{"session", .add = {.session = 1}},
	{"call", .add = {.call = 1}},
	{"function", .add = {.function = 1}},
	{"status", .add = {.status = 1}},
	{"length", .add = {.len = 8}},
	{"args", .add = {.args = 1}},
	{"many_args", .add = {.args = 0x7fffffff}},
	{"records", .add = {.records = 1}},
	{"flags", .add = {.flags = 1}},
	{"short", .len = -8},
	{"header_only", .len = -60},
	{"empty", .len = -1000},
	{"no_object", .record = {.handle = UINT64_C(9) << 44 | 1u << 24,
				 .kind = DCRT_UPDATE,
				 .len = 4,
				 .version = 1}},
	{"untold_object",
	 .record = {.handle = 1u << 24, .kind = DCRT_UPDATE, .len = 4, .version = 1}},
	{"kernel_address", .record = {.handle = UINT64_C(0xffff888000000000),
				      .kind = DCRT_UPDATE,
				      .len = 4,
				      .version = 1}},
	{"new_object",
	 .record = {.handle = UINT64_C(9) << 44 | 1u << 24, .kind = DCRT_NEW, .version = 40}},
	{"free_object", .record = {.handle = 1u << 24, .kind = DCRT_FREE}},
	{"no_blobs_here", .record = {.kind = DCRT_BLOB, .len = 8}},
};

static int turn(int fd, struct dcrt_turn *turn, long len)
{
	turn->out = (uintptr_t)out;
	turn->in = (uintptr_t)in;
	turn->in_size = sizeof(in);
	turn->out_len = len < 0 ? 0 : (uint32_t)len;
	return ioctl(fd, DCRT_IOC_TURN, turn) < 0 ? -errno : 0;
}

static int wait_for_upcall(int fd, struct dcrt_turn *args)
{
	struct dcrt_attach attach = {.abi = DCRT_ABI,
				     .fingerprint = dcrt_fingerprint(&echo_driver)};
	struct dcrt_writer writer;

	if (ioctl(fd, DCRT_IOC_ATTACH, &attach) < 0)
		return -errno;
	args->thread = DCRT_NEW_THREAD;
	dcrt_write_start(&writer, out, sizeof(out),
			 &(struct dcrt_header){.kind = DCRT_WAIT, .session = attach.session});
	return turn(fd, args, dcrt_write_end(&writer, 0));
}

static int answer(int fd, struct dcrt_turn *args, const struct lie *lie)
{
	struct dcrt_header *header = (void *)in, *reply = (void *)out;
	struct dcrt_writer writer;
	long len;

	header->kind = DCRT_REPLY;
	header->flags = 0;
	dcrt_write_start(&writer, out, sizeof(out), header);
	dcrt_write_word(&writer, 1);
	if (lie->record.kind)
		dcrt_write_record(&writer, &lie->record, "lies and lies");
	len = dcrt_write_end(&writer, 0) + lie->len;
	reply->abi += lie->add.abi;
	reply->kind = (uint16_t)(reply->kind + lie->add.kind);
	reply->depth = (uint16_t)(reply->depth + lie->add.depth);
	reply->session += lie->add.session;
	reply->call += lie->add.call;
	reply->function += lie->add.function;
	reply->status += lie->add.status;
	reply->len += lie->add.len;
	reply->args += lie->add.args;
	reply->records += lie->add.records;
	reply->flags += lie->add.flags;
	return turn(fd, args, len);
}

static int close_it(int fd, struct dcrt_turn *args)
{
	if (wait_for_upcall(fd, args) == 0)
		close(fd);
	return pause(); /* killed before it gets here */
}

static int fork_child(int fd, struct dcrt_turn *args)
{
	pid_t child = fork();

	if (child == 0) {
		close(1);
		close(2);
		return (int)sleep(30);
	}
	return child < 0 ? 1 : wait_for_upcall(fd, args);
}

int main(int argc, char **argv)
{
	int fd = open("/dev/dcrt-echo", O_RDWR | O_CLOEXEC), err;
	struct dcrt_turn args = {0};
	size_t i;

	if (argc > 1 && !strcmp(argv[1], "close"))
		return close_it(fd, &args);
	if (argc > 1 && !strcmp(argv[1], "fork"))
		return fork_child(fd, &args);
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		if (argc > 1 && !strcmp(argv[1], "list"))
			puts(lies[i].name);
		if (argc < 2 || strcmp(argv[1], lies[i].name) != 0)
			continue;
		err = wait_for_upcall(fd, &args);
		if (!err)
			err = answer(fd, &args, &lies[i]);
		/* the kernel has killed this process if it was refused */
		printf("%s: %s\n", lies[i].name, err ? strerrorname_np(-err) : "taken");
	}
	return 0;
}
