/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that lies: takes one upcall (show) and answers with a reply, or a downcall, in which
 * one thing is wrong.
 *
 *   echo_liar list          the names of the lies
 *   echo_liar NAME          attaches, takes an upcall, answers; prints what the kernel said
 *   echo_liar close         attaches, takes an upcall, closes the device and stays
 *   echo_liar dead          attaches, replies to an upcall that the process has died, and waits
 *   echo_liar fork          attaches; a child of it keeps the device open for 30 s
 *   echo_liar unshare       attaches, takes an upcall with a table of files of its own, and makes a
 *                           downcall; prints what the kernel said
 *   echo_liar other         attaches as a process of another cut; prints what the kernel said
 *   echo_liar share         attaches; another process that shares its memory and its files, but is
 *                           not of its thread group, takes an upcall and hangs
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ECHO_DRIVER_EXTRA
#define ECHO_PROCESS
#include "echo.h"
#include "echo_never.h"
#include "runtime/message/wire.h"

static uint64_t in[DCRT_MESSAGE_MAX / 8];
static uint8_t out[DCRT_MESSAGE_MAX];

/* The kernel's message in the upcall. */
enum said { NOTHING, THING, GLOBALS, WINDOW, EXACT };

struct lie {
	const char *name;
	struct dcrt_header add; /* to the header of a good reply */
	struct dcrt_record record; /* a record more, unless kind is 0 */
	enum said of; /* the object that the record is of; NOTHING: its own handle */
	enum said value; /* what the record holds, and more */
	uint64_t more;
	enum said result; /* the result, and `more`; NOTHING: as it should be */
	uint32_t down; /* a downcall + 1 in the place of the reply, the result is its argument */
	long len; /* of the message handed in, more or less than it has */
};

#define PAIR(at)    {.kind = DCRT_UPDATE, .offset = (at), .len = 8, .version = 1}
#define ADDRESS	    .of = THING, .record = PAIR(32)
#define POINTER	    .of = THING, .record = PAIR(8)
#define NUMBER(...) .of = THING, .record = {.kind = DCRT_UPDATE, .version = 1, __VA_ARGS__}
#define ONE_MORE    (UINT64_C(1) << DCRT_OFFSET_BITS) /* number of an address, or generation */
#define LEN	    8192 /* of the window */

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
	{"other_type", NUMBER(.type = 2, .len = 4)},
	{"no_type", NUMBER(.type = 99, .len = 4)},
	{"read_only", NUMBER(.offset = 4, .len = 4)},
	{"half_a_field", NUMBER(.len = 2)},
	{"between_fields", NUMBER(.offset = 2, .len = 4)},
	{"two_fields", NUMBER(.len = 8)},
	{"no_field", NUMBER(.offset = 16, .len = 8)},
	{"beyond_the_object", NUMBER(.offset = 4096, .len = 4)},
	{"no_version", .of = THING, .record = {.kind = DCRT_UPDATE, .len = 4}},
	{"next_generation", NUMBER(.handle = ONE_MORE, .len = 4)},
	{"pointer_to_other", POINTER, .value = GLOBALS},
	{"pointer_into", POINTER, .value = THING, .more = 4},
	{"pointer_beyond", POINTER, .value = THING, .more = 4096},
	{"pointer_to_none", POINTER, .value = THING, .more = ONE_MORE},
	{"pointer_to_address", POINTER, .value = WINDOW},
	{"pointer_to_kernel", POINTER, .more = UINT64_C(0xffff888000000000)},
	{"address_of_kernel", ADDRESS, .more = UINT64_C(0xffff888000000000)},
	{"address_never_sent", ADDRESS, .value = EXACT, .more = 9 * ONE_MORE},
	{"address_beside", ADDRESS, .value = EXACT, .more = 1},
	{"beyond_the_window", ADDRESS, .value = WINDOW, .more = LEN},
	{"no_such_function", .of = GLOBALS,
	 .record = {.kind = DCRT_UPDATE, .type = 3, .offset = 16, .len = 8, .version = 1},
	 .more = N_CODE + 1},
	{"function_not_here", .of = GLOBALS,
	 .record = {.kind = DCRT_UPDATE, .type = 3, .offset = 16, .len = 8, .version = 1},
	 .more = CODE_PROCESS + 1},
	{"address_as_function", .of = GLOBALS,
	 .record = {.kind = DCRT_UPDATE, .type = 3, .offset = 16, .len = 8, .version = 1},
	 .value = EXACT},
	{"result_never_sent", .result = EXACT, .more = 9 * ONE_MORE},
	{"result_beside", .result = EXACT, .more = 8},
	{"register_beyond", .down = DOWN_PEEK + 1, .result = WINDOW, .more = LEN - 1},
	{"register_nowhere", .down = DOWN_PEEK + 1, .result = EXACT},
	{"register_in_object", .down = DOWN_PEEK + 1, .result = THING},
	{"no_such_call", .down = N_DOWN + 1, .result = WINDOW},
	{"call_of_two", .down = DOWN_ADD + 1, .result = WINDOW},
	{"deep_call", .down = DOWN_PEEK + 1, .result = WINDOW, .add = {.depth = 1}},
	{"call_of_another", .down = DOWN_PEEK + 1, .result = WINDOW, .add = {.call = 1}},
};

static int turn(int fd, struct dcrt_turn *turn, long len)
{
	turn->out = (uintptr_t)out;
	turn->in = (uintptr_t)in;
	turn->in_size = sizeof(in);
	turn->out_len = len < 0 ? 0 : (uint32_t)len;
	return ioctl(fd, DCRT_IOC_TURN, turn) < 0 ? -errno : 0;
}

static struct dcrt_attach attached;

static int attach(int fd)
{
	attached = (struct dcrt_attach){.abi = DCRT_ABI,
					.fingerprint = dcrt_fingerprint(&echo_driver)};
	return ioctl(fd, DCRT_IOC_ATTACH, &attached) < 0 ? -errno : 0;
}

static int take_upcall(int fd, struct dcrt_turn *args)
{
	struct dcrt_writer writer;

	args->thread = DCRT_NEW_THREAD;
	dcrt_write_start(&writer, out, sizeof(out),
			 &(struct dcrt_header){.kind = DCRT_WAIT, .session = attached.session});
	return turn(fd, args, dcrt_write_end(&writer, 0));
}

static int wait_for_upcall(int fd, struct dcrt_turn *args)
{
	int err = attach(fd);

	return err ? err : take_upcall(fd, args);
}

static uint64_t said(enum said what)
{
	const uint64_t *words = (void *)((uint8_t *)in + sizeof(struct dcrt_header));

	return what ? words[what - 1] : 0;
}

static void put_lie(struct dcrt_writer *writer, const struct lie *lie)
{
	const uint64_t value = said(lie->value) + lie->more;
	struct dcrt_record record = lie->record;
	uint8_t data[16];

	record.handle += said(lie->of);
	memcpy(data, &value, 8);
	memcpy(data + 8, &value, 8);
	if (record.kind)
		dcrt_write_record(writer, &record, data);
}

static int answer(int fd, struct dcrt_turn *args, const struct lie *lie)
{
	struct dcrt_header *reply = (void *)out, header;
	struct dcrt_writer writer;
	long len;

	memcpy(&header, in, sizeof(header));
	header.kind = lie->down ? DCRT_DOWNCALL : DCRT_REPLY;
	header.depth += lie->down != 0;
	header.flags = 0;
	if (lie->down)
		header.function = lie->down - 1;
	dcrt_write_start(&writer, out, sizeof(out), &header);
	dcrt_write_word(&writer, lie->result ? said(lie->result) + lie->more : said(EXACT));
	put_lie(&writer, lie);
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

/* Replies with what only the runtime may say of a call. */
static int say_dead(int fd, struct dcrt_turn *args)
{
	struct dcrt_header header;
	struct dcrt_writer writer;

	if (wait_for_upcall(fd, args) < 0)
		return 1;
	memcpy(&header, in, sizeof(header));
	header.kind = DCRT_REPLY;
	header.flags = 0;
	dcrt_write_start(&writer, out, sizeof(out), &header);
	return turn(fd, args, dcrt_write_end(&writer, -EPIPE));
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

/* A process that shares memory and files with this one. */
static int sharing(int (*run)(void *), void *argument)
{
	static char stack[65536] __attribute__((aligned(16)));

	return clone(run, stack + sizeof(stack), CLONE_VM | CLONE_FILES | SIGCHLD, argument);
}

static int sleep_on(void *unused)
{
	(void)unused;
	return pause();
}

static int downcall(int fd, struct dcrt_turn *args, uint32_t function, uint64_t word)
{
	struct dcrt_header header;
	struct dcrt_writer writer;

	memcpy(&header, in, sizeof(header));
	header.kind = DCRT_DOWNCALL;
	header.depth++;
	header.flags = 0;
	header.function = function;
	dcrt_write_start(&writer, out, sizeof(out), &header);
	dcrt_write_word(&writer, word);
	return turn(fd, args, dcrt_write_end(&writer, 0));
}

static int unshare_files(int fd, struct dcrt_turn *args)
{
	int err;

	if (sharing(sleep_on, NULL) < 0 || wait_for_upcall(fd, args) < 0 || unshare(CLONE_FILES))
		return 1;
	err = downcall(fd, args, DOWN_PAUSE, 1);
	puts(err ? strerrorname_np(-err) : "taken");
	fflush(stdout);
	return pause();
}

static int device;

static int serve_and_hang(void *args)
{
	take_upcall(device, args);
	return sleep_on(NULL);
}

static int share_all(int fd, struct dcrt_turn *args)
{
	device = fd;
	if (attach(fd) < 0 || sharing(serve_and_hang, args) < 0)
		return 1;
	return pause();
}

static int attach_as_other(int fd)
{
	struct dcrt_attach other = {.abi = DCRT_ABI,
				    .fingerprint = dcrt_fingerprint(&echo_driver) + 1};

	puts(ioctl(fd, DCRT_IOC_ATTACH, &other) < 0 ? strerrorname_np(errno) : "taken");
	return 0;
}

int main(int argc, char **argv)
{
	int fd = open("/dev/dcrt-echo", O_RDWR | O_CLOEXEC), err;
	struct dcrt_turn args = {0};
	size_t i;

	if (argc > 1 && !strcmp(argv[1], "close"))
		return close_it(fd, &args);
	if (argc > 1 && !strcmp(argv[1], "dead"))
		return say_dead(fd, &args);
	if (argc > 1 && !strcmp(argv[1], "fork"))
		return fork_child(fd, &args);
	if (argc > 1 && !strcmp(argv[1], "unshare"))
		return unshare_files(fd, &args);
	if (argc > 1 && !strcmp(argv[1], "other"))
		return attach_as_other(fd);
	if (argc > 1 && !strcmp(argv[1], "share"))
		return share_all(fd, &args);
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
