/* SPDX-License-Identifier: GPL-2.0-only */
/* The user component of the test microdriver: echo_process DEVICE */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ECHO_PROCESS
#define ECHO_DRIVER_EXTRA
#include "runtime/process/channel.h"
#include "echo.h"

static int echo(struct dcrt_call *call)
{
	uint32_t len;
	const void *data = dcrt_in_blob(call, 1, &len);

	dcrt_out_word(call, dcrt_in_word(call, 0));
	if (len)
		dcrt_out_blob(call, 2, data, len);
	return 0;
}

static int call_down(struct dcrt_channel *channel, uint32_t function, const uint64_t *words,
		     int n_words, uint64_t *ret)
{
	struct dcrt_call *down;
	int err = dcrt_call_begin(channel, function, &down);

	if (err)
		return err;
	for (; n_words; n_words--)
		dcrt_out_word(down, *words++);
	err = dcrt_call_run(down);
	if (!err && ret)
		*ret = dcrt_in_word(down, 0);
	dcrt_call_end(down);
	return err;
}

static int nest(struct dcrt_call *call)
{
	uint64_t left = dcrt_in_word(call, 0), sum = 0;
	uint64_t next = left - 1;
	int err = left ? call_down(dcrt_channel_of(call), DOWN_NEST, &next, 1, &sum) : 0;

	dcrt_out_word(call, sum + 1);
	return err;
}

static int loop(struct dcrt_channel *channel, uint32_t function, uint64_t word)
{
	const uint64_t words[] = {word, 0};
	int err = 0;

	while (!err)
		err = call_down(channel, function, words, function == DOWN_ADD ? 2 : 1, NULL);
	return err;
}

static int hang(struct dcrt_call *call)
{
	static const uint64_t words[] = {300, 2000, 3600000};
	struct dcrt_channel *channel = dcrt_channel_of(call);

	switch (dcrt_in_word(call, 0)) {
	case HANG_IN_DOWNCALL:
		return call_down(channel, DOWN_SLOW, words, 1, NULL);
	case HANG_IN_CALLER:
		return call_down(channel, DOWN_SLOW_CALLER, words, 1, NULL);
	case HANG_NESTED:
		return call_down(channel, DOWN_SLOW_CALLER, words + 1, 1, NULL);
	case HANG_STUCK:
		return call_down(channel, DOWN_STICK, NULL, 0, NULL);
	case HANG_LOOP:
		return loop(channel, DOWN_ADD, 0);
	case HANG_LOOP_CALLER:
		return loop(channel, DOWN_PAUSE_CALLER, 0);
	case HANG_PAUSE:
		return call_down(channel, DOWN_PAUSE, words + 2, 1, NULL);
	case HANG_PAUSE_CALLER:
		return call_down(channel, DOWN_PAUSE_CALLER, words + 2, 1, NULL);
	default:
		for (;;)
			pause();
	}
}

static int slow(struct dcrt_call *call)
{
	usleep((useconds_t)dcrt_in_word(call, 0) * 1000);
	return 0;
}

/* Returns only when so many are in here at once. */
static int meet(struct dcrt_call *call)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static pthread_cond_t all = PTHREAD_COND_INITIALIZER;
	static unsigned here;
	unsigned wanted = (unsigned)dcrt_in_word(call, 0);

	pthread_mutex_lock(&lock);
	if (++here == wanted)
		pthread_cond_broadcast(&all);
	while (here < wanted)
		pthread_cond_wait(&all, &lock);
	pthread_mutex_unlock(&lock);
	dcrt_out_word(call, wanted);
	return 0;
}

static int add(struct dcrt_call *call)
{
	uint64_t count = dcrt_in_word(call, 0), sum = 0;
	int err = 0;

	for (; count && !err; count--) {
		uint64_t words[] = {sum, count};

		err = call_down(dcrt_channel_of(call), DOWN_ADD, words, 2, &sum);
	}
	dcrt_out_word(call, sum);
	return err;
}

static int touch(struct dcrt_call *call)
{
	static const struct dcrt_field_set thing_plan = {.type = 0}, inner_plan = {.type = 1};
	struct echo_thing *thing = dcrt_in_pointer(call, 0, 0, sizeof(*thing));
	uint64_t *counter = dcrt_in_pointer(call, 1, 1, 8);
	struct dcrt_call *down;
	uint64_t seen = 0;
	int err;

	if (!thing || !counter || counter != &thing->inner.counter || thing->kernels != 42 ||
	    !thing->next || thing->next->value != 7)
		return -ENXIO;
	thing->value = 5;
	err = dcrt_call_begin(dcrt_channel_of(call), DOWN_LOOK, &down);
	if (err)
		return err;
	dcrt_out_pointer(down, thing);
	dcrt_out_object(down, thing, &thing_plan);
	err = dcrt_call_run(down);
	if (!err)
		seen = dcrt_in_word(down, 0);
	dcrt_call_end(down);
	if (err || seen != 5 || thing->value != 1005) /* refreshed by the downcall's reply */
		return err ? err : -EBADMSG;
	thing->value++;
	thing->next->value = 8;
	(*counter)++;
	dcrt_out_word(call, thing->value);
	dcrt_out_object(call, thing, &thing_plan);
	dcrt_out_object(call, thing->next, &thing_plan);
	thing->next = NULL;
	dcrt_out_object(call, thing, &thing_plan);
	dcrt_out_object(call, counter, &inner_plan);
	return 0;
}

/* Computes with the address of a window; the other one only goes back. */
static int show(struct dcrt_call *call)
{
	static const struct dcrt_field_set thing_plan = {.type = 0};
	struct echo_thing *thing = dcrt_in_pointer(call, 0, 0, sizeof(*thing));
	uint32_t *registers = dcrt_in_address(call, 2);
	uint64_t at, seen = 0;
	int err;

	if (!thing || !registers || thing->address[0] != registers + 4 ||
	    !DCRT_IS_COOKIE((uintptr_t)registers))
		return -ENXIO;
	thing->address[1] = registers + 1025;
	at = (uintptr_t)thing->address[1];
	err = call_down(dcrt_channel_of(call), DOWN_PEEK, &at, 1, &seen);
	thing->value = (uint32_t)seen;
	dcrt_out_address(call, dcrt_in_address(call, 3));
	dcrt_out_object(call, thing, &thing_plan);
	return err;
}

/* Handlers that go wrong: the reply is an error, the session goes on. */
static int fail(struct dcrt_call *call)
{
	switch (dcrt_in_word(call, 0)) {
	case 0:
		return -EILSEQ;
	case 1: /* a result too many */
		dcrt_out_word(call, 1);
		return 0;
	case 2: /* an argument that is not there */
		dcrt_in_word(call, 7);
		return 0;
	default: /* a pointer that is none of the driver's */
		dcrt_out_pointer(call, call);
		return 0;
	}
}

static struct echo_globals echo_globals = {.n_items = 99, .sides_own = 7, .name = "process"};
static const char echo_table[8] = "a\0bc";

static uint64_t times_two(uint64_t value)
{
	return value * 2;
}

static uint64_t times_three(uint64_t value)
{
	return value * 3;
}

/* All that the kernel has is here, though only words were named. */
static int all(struct dcrt_call *call)
{
	struct echo_item *items = dcrt_in_pointer(call, 0, 2, 2 * sizeof(*items));
	uint64_t (*hook)(uint64_t) = (uint64_t (*)(uint64_t))dcrt_in_code(call, 1), sum = 0;
	uint32_t i;

	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	if (items != echo_globals.items || hook != echo_globals.hook || !hook ||
	    echo_globals.sides_own != 7 || strcmp(echo_globals.name, "kernel") != 0)
		return -EBADMSG;
	for (i = 0; i < echo_globals.n_items; i++) {
		items[i].twice = hook(items[i].value);
		sum += items[i].value;
	}
	echo_globals.hook = times_three;
	strcpy(echo_globals.name, "process");
	dcrt_out_word(call, sum);
	dcrt_out_all(call);
	return 0;
}

/* NULL, a copy, a place in a table, a place in a variable. Returns the length of all. */
static int text(struct dcrt_call *call)
{
	const char *strings[4];
	uint16_t i;

	for (i = 0; i < 4; i++)
		strings[i] = dcrt_in_string(call, i, i);
	if (dcrt_in_error(call))
		return dcrt_in_error(call);
	if (strings[0] || strings[2] != echo_table + 2 || strings[3] != echo_globals.name)
		return -EBADMSG;
	dcrt_out_word(call, strlen(strings[1]) + strlen(strings[2]) + strlen(strings[3]));
	return 0;
}

/* Dies in as many calls as the kernel says are to come. */
static int die(struct dcrt_call *call)
{
	if (dcrt_in_word(call, 0))
		_exit(1);
	dcrt_out_word(call, 1);
	return 0;
}

static void *const echo_code[N_CODE] = {
	[CODE_DOUBLE] = (void *)times_two,
	[CODE_TRIPLE] = (void *)times_three,
	[CODE_PROCESS] = (void *)meet,
};
#define ECHO_ADOPT NULL
ECHO_TABLES;

int main(int argc, char **argv)
{
	struct dcrt_channel *channel;
	int err = dcrt_attach(&echo_driver, argc > 1 ? argv[1] : "/dev/dcrt-echo", &channel);

	if (err) {
		fprintf(stderr, "cannot attach: %s\n", strerror(-err));
		return 1;
	}
	err = dcrt_serve(channel);
	if (err)
		fprintf(stderr, "served until: %s\n", strerror(-err));
	return err ? 1 : 0;
}
