/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions that stubs and handlers use, both sides in one program: all objects at once, the
 * driver's variables, functions' addresses, strings, buffers. */
#include "testing.h"

#include "runtime/call/call.h"
#include "env.h"

struct ring {
	uint32_t count;
	void (*clean)(void);
};

struct adapter {
	struct ring *rings; /* an array of two */
	struct adapter *self;
	void (*reset)(void);
	char name[8];
	uint32_t speed;
	struct ring embedded;
	void *parent;
};

struct variable {
	uint32_t debug;
	uint32_t not_shared;
	struct ring inner;
};

enum { ADAPTER, RING, VARIABLE, TABLE, OPAQUE, N_TYPES };

static struct dcrt_field adapter_fields[] = {
	{.offset = 0, .size = 8, .count = 1, .kind = DCRT_POINTER, .target = RING},
	{.offset = 8, .size = 8, .count = 1, .kind = DCRT_POINTER, .target = ADAPTER},
	{.offset = 16, .size = 8, .count = 1, .kind = DCRT_CODE, .user_writes = true},
	{.offset = 24, .size = 8, .count = 1},
	{.offset = 32, .size = 4, .count = 1, .user_writes = true},
	{.offset = 56, .size = 8, .count = 1, .kind = DCRT_ADDRESS, .target = DCRT_ANY_TYPE},
};
static struct dcrt_field ring_fields[] = {
	{.offset = 0, .size = 4, .count = 1, .user_writes = true},
	{.offset = 8, .size = 8, .count = 1, .kind = DCRT_CODE},
};
static struct dcrt_field variable_fields[] = {
	{.offset = 0, .size = 4, .count = 1, .user_writes = true},
};

static struct dcrt_tracker kernel, user;

static struct adapter adapter;
static struct ring rings[2];
static struct variable kernels_variable, users_variable;
static const char kernels_table[] = "table", users_table[] = "table";

static int adopt_adapter(struct dcrt_channel *channel, void *element)
{
	struct adapter *it = element;
	int err = dcrt_track_once(&kernel, it->rings, RING, 2);

	(void)channel;
	return err ? err : dcrt_track_once(&kernel, &it->embedded, RING, 1);
}

static void kernels_reset(void)
{
}
static void kernels_clean(void)
{
}
static void users_reset(void)
{
}
static void users_clean(void)
{
}
static void users_own(void)
{
}

/* Function pointers in a table of void *, as Linux has them. */
static void *kernels_code[3], *users_code[3];
static struct dcrt_type kernels_types[N_TYPES], users_types[N_TYPES];
static struct dcrt_driver kernels_driver, users_driver;
static const struct dcrt_function function = {.name = "f", .blob_max = 32};

static void make_tables(struct dcrt_driver *driver, struct dcrt_type *types, void *const *code,
			struct variable *variable, const char *table)
{
	types[ADAPTER] = (struct dcrt_type){"adapter", sizeof(adapter), 6, adapter_fields};
	types[RING] = (struct dcrt_type){"ring", sizeof(struct ring), 2, ring_fields};
	types[VARIABLE] = (struct dcrt_type){"variable", sizeof(*variable), 1, variable_fields};
	types[OPAQUE] = (struct dcrt_type){"opaque", 64};
	types[VARIABLE].variable = variable;
	types[TABLE] = (struct dcrt_type){"table", sizeof(kernels_table)};
	types[TABLE].variable = (void *)(uintptr_t)table; /* read-only: nothing writes there */
	*driver = (struct dcrt_driver){.abi = DCRT_ABI,
				       .name = "x",
				       .up = &function,
				       .n_up = 1,
				       .types = types,
				       .n_types = N_TYPES,
				       .objects = 16,
				       .code = code,
				       .n_code = 3};
}

/* One message: words and records by `call`, then read on the other side. */

static struct dcrt_call call;
static uint8_t buf[DCRT_MESSAGE_MAX];
static uint8_t copy[DCRT_MESSAGE_MAX] __attribute__((aligned(8)));

static void start(struct dcrt_tracker *from)
{
	call = (struct dcrt_call){.tracker = from, .function = &function, .session = 1};
	dcrt_write_start(&call.writer, buf, sizeof(buf),
			 &(struct dcrt_header){.kind = DCRT_UPCALL, .session = 1, .call = 1});
}

/* Returns the error of writing, or of applying on the other side, where `call` then is. */
static int cross(void)
{
	struct dcrt_function any = function;
	struct dcrt_expect expect = {.kinds = 1u << DCRT_UPCALL,
				     .session = 1,
				     .functions = &any,
				     .n_functions = 1,
				     .call = DCRT_ANY_CALL,
				     .n_types = N_TYPES,
				     .may_create = call.tracker == &kernel};
	int len = dcrt_write_end(&call.writer, 0), err;

	if (len < 0)
		return len;
	any.args = (uint16_t)call.writer.header.args;
	memcpy(copy, buf, (size_t)len);
	assert_int_equal(dcrt_decode(copy, (size_t)len, &expect, &call.message), 0);
	call.tracker = call.tracker == &kernel ? &user : &kernel;
	call.err = 0;
	err = dcrt_apply(call.tracker, &call.message);
	if (call.tracker == &user && !err)
		dcrt_confirm(&kernel, buf, 1);
	return err;
}

static uint32_t all(struct dcrt_tracker *from)
{
	start(from);
	dcrt_out_all(&call);
	assert_int_equal(cross(), 0);
	return call.message.header.records;
}

static int setup(void **state)
{
	uint64_t handle;

	(void)state;
	kernels_code[0] = (void *)(uintptr_t)kernels_reset;
	kernels_code[1] = (void *)(uintptr_t)kernels_clean;
	users_code[0] = (void *)(uintptr_t)users_reset;
	users_code[1] = (void *)(uintptr_t)users_clean;
	users_code[2] = (void *)(uintptr_t)users_own;
	make_tables(&kernels_driver, kernels_types, kernels_code, &kernels_variable, kernels_table);
	make_tables(&users_driver, users_types, users_code, &users_variable, users_table);
	kernels_types[ADAPTER].adopt = adopt_adapter;
	memset(rings, 0, sizeof(rings));
	adapter = (struct adapter){.rings = rings, .self = &adapter, .reset = kernels_reset};
	adapter.embedded.count = 3;
	rings[1] = (struct ring){.count = 256, .clean = kernels_clean};
	kernels_variable = (struct variable){.debug = 7, .not_shared = 1};
	users_variable = (struct variable){.debug = 3, .not_shared = 2, .inner = {.count = 9}};
	assert_int_equal(dcrt_types_check(&kernels_driver), 0);
	assert_int_equal(dcrt_types_check(&users_driver), 0);
	assert_true(dcrt_fingerprint(&kernels_driver) == dcrt_fingerprint(&users_driver));
	assert_int_equal(dcrt_tracker_init(&kernel, &kernels_driver, &env, true), 0);
	assert_int_equal(dcrt_tracker_init(&user, &users_driver, &env, false), 0);
	assert_int_equal(dcrt_track(&kernel, &adapter, ADAPTER, 1, &handle), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dcrt_tracker_done(&kernel);
	dcrt_tracker_done(&user);
	return env_blocks ? -1 : 0;
}

static void *users(const void *kernels, uint16_t type)
{
	uint64_t ref;
	void *place;

	assert_int_equal(dcrt_to_ref(&kernel, kernels, type, &ref), 0);
	assert_int_equal(dcrt_from_ref(&user, ref, type, 0, &place), 0);
	return place;
}

/* All that there is crosses in one message, then only what changes. */
static void test_all(void **state)
{
	struct adapter *theirs;

	(void)state;
	start(&kernel);
	dcrt_out_pointer(&call, &adapter); /* before the process has heard of it */
	dcrt_out_pointer(&call, &kernels_variable);
	dcrt_out_all(&call);
	assert_int_equal(cross(), 0);
	theirs = dcrt_in_pointer(&call, 0, ADAPTER, sizeof(*theirs));
	assert_non_null(theirs);
	assert_ptr_equal(dcrt_in_pointer(&call, 1, VARIABLE, 4), &users_variable);
	assert_int_equal(dcrt_in_error(&call), 0);
	assert_ptr_equal(theirs->self, theirs);
	assert_ptr_equal(theirs->reset, users_reset);
	assert_int_equal(theirs->embedded.count, 3);
	assert_int_equal(theirs->rings[1].count, 256);
	assert_ptr_equal(theirs->rings[1].clean, users_clean);
	assert_int_equal(users_variable.debug, 7);
	assert_int_equal(users_variable.not_shared, 2);
	assert_ptr_equal(users(kernels_table, TABLE), users_table);
	assert_int_equal(all(&kernel), 0);
	assert_int_equal(all(&user), 0);
	theirs->speed = 1000;
	theirs->rings[0].count = 4;
	theirs->rings[0].clean = NULL; /* not the process's to write */
	theirs->reset = users_clean;
	users_variable.debug = 8;
	assert_int_equal(all(&user), 4);
	assert_int_equal(adapter.speed, 1000);
	assert_int_equal(rings[0].count, 4);
	assert_int_equal(rings[1].count, 256);
	assert_ptr_equal(adapter.reset, kernels_clean);
	assert_int_equal(kernels_variable.debug, 8);
	assert_int_equal(all(&kernel), 0);
	theirs->reset = NULL;
	assert_int_equal(all(&user), 1);
	assert_null(adapter.reset);
}

/* An object that the driver frees and allocates again at the same address, embedded objects too,
 * whichever news comes first. */
static void test_made_again(void **state)
{
	struct adapter *theirs;
	const void *before;

	(void)state;
	all(&kernel);
	theirs = users(&adapter, ADAPTER);
	before = theirs->rings;
	dcrt_forget_at(&kernel, rings);
	dcrt_forget_at(&kernel, &adapter.embedded);
	adapter.embedded.count = 5;
	assert_int_equal(dcrt_track_once(&kernel, rings, RING, 2), 0);
	start(&kernel); /* without the news of their end */
	dcrt_out_all(&call);
	assert_int_equal(cross(), 0);
	assert_ptr_not_equal(theirs->rings, before);
	assert_ptr_equal(theirs->rings, users(rings, RING));
	assert_int_equal(theirs->rings[1].count, 256);
	assert_int_equal(theirs->embedded.count, 5);
	start(&kernel);
	dcrt_put_freed(&kernel, &call.writer);
	assert_int_equal(cross(), 0);
	assert_int_equal(call.message.header.records, 2);
	theirs->embedded.count = 6;
	assert_int_equal(all(&user), 1);
	assert_int_equal(adapter.embedded.count, 6);
}

/* A pointer that stays behind what it led to: nothing is adopted, no message fails, and the
 * process's own pointer is the kernel's to change. */
static void test_left_behind(void **state)
{
	struct adapter *theirs;
	uint32_t i;

	(void)state;
	all(&kernel);
	theirs = users(&adapter, ADAPTER);
	dcrt_forget_at(&kernel, rings);
	start(&kernel);
	dcrt_put_freed(&kernel, &call.writer);
	dcrt_out_all(&call);
	assert_int_equal(cross(), 0);
	assert_int_equal(call.message.header.records, 1);
	assert_int_equal(all(&user), 0);
	for (i = 0; i < kernel.slots; i++) /* as another process asks */
		kernel.objects[i].announced = kernel.objects[i].peer = 9;
	assert_int_equal(all(&kernel), 8); /* four objects, four fields that are not 0 */
	adapter.rings = NULL;
	assert_int_equal(all(&kernel), 1);
	assert_null(theirs->rings);
}

/* Set to NULL before what it led to was freed; stored again where it was before that is told. */
static void test_cleared(void **state)
{
	struct adapter *theirs;

	(void)state;
	adapter_fields[0].user_writes = true;
	all(&kernel);
	theirs = users(&adapter, ADAPTER);
	adapter.rings = NULL;
	dcrt_forget_at(&kernel, rings);
	assert_int_equal(all(&kernel), 1);
	assert_null(theirs->rings);
	adapter.rings = rings;
	assert_int_equal(dcrt_track_once(&kernel, rings, RING, 2), 0);
	all(&kernel);
	theirs = users(&adapter, ADAPTER);
	assert_ptr_equal(theirs->rings, users(rings, RING));
	adapter.rings = NULL;
	dcrt_forget_at(&kernel, rings);
	assert_int_equal(dcrt_track_once(&kernel, rings, RING, 2), 0);
	adapter.rings = rings;
	all(&kernel);
	assert_ptr_equal(theirs->rings, users(rings, RING));
	adapter_fields[0].user_writes = false;
}

/* A pointer to no object points later to one, to none, and to another at the same address. */
static void test_addresses(void **state)
{
	void *const place = (void *)(uintptr_t)0xffff888012340000; /* as the kernel's are */
	struct adapter *theirs;
	const void *before;
	uint64_t handle;

	(void)state;
	adapter.parent = (char *)place + 8;
	all(&kernel);
	theirs = users(&adapter, ADAPTER);
	assert_true(DCRT_IS_COOKIE((uintptr_t)theirs->parent));
	assert_int_equal(all(&kernel), 0);
	assert_int_equal(dcrt_track(&kernel, place, OPAQUE, 1, &handle), 0);
	assert_int_equal(all(&kernel), 2);
	before = users(place, OPAQUE);
	assert_ptr_equal(theirs->parent, (const char *)before + 8);
	assert_int_equal(all(&kernel), 0);
	dcrt_forget_at(&kernel, place);
	start(&kernel);
	dcrt_put_freed(&kernel, &call.writer);
	assert_int_equal(cross(), 0);
	assert_int_equal(all(&kernel), 0);
	assert_int_equal(all(&user), 0);
	assert_int_equal(dcrt_track(&kernel, place, OPAQUE, 1, &handle), 0);
	assert_int_equal(all(&kernel), 2);
	assert_ptr_equal(theirs->parent, (char *)users(place, OPAQUE) + 8);
}

/* The process frees, allocates in the same place and stores the same address once more. */
static void test_stored_again(void **state)
{
	struct adapter *theirs;

	(void)state;
	adapter_fields[0].user_writes = true;
	all(&kernel);
	theirs = users(&adapter, ADAPTER);
	dcrt_forget_at(&kernel, rings);
	start(&kernel); /* the reply to kfree() */
	dcrt_put_freed(&kernel, &call.writer);
	assert_int_equal(cross(), 0);
	assert_int_equal(dcrt_track_once(&kernel, rings, RING, 2), 0);
	adapter.rings = NULL;
	start(&kernel); /* the reply to kzalloc() */
	dcrt_out_pointer(&call, rings);
	dcrt_out_object(&call, rings, &(struct dcrt_field_set){.type = RING});
	assert_int_equal(cross(), 0);
	theirs->rings = dcrt_in_pointer(&call, 0, RING, sizeof(rings));
	assert_non_null(theirs->rings);
	assert_int_equal(all(&user), 1);
	assert_ptr_equal(adapter.rings, rings);
	adapter_fields[0].user_writes = false;
}

/* An object in a variable: the process's initial content is no news. */
static void test_embedded_in_variable(void **state)
{
	uint64_t handle;

	(void)state;
	all(&kernel);
	assert_int_equal(users_variable.inner.count, 9);
	assert_int_equal(dcrt_track(&kernel, &kernels_variable.inner, RING, 1, &handle), 0);
	all(&kernel);
	assert_int_equal(users_variable.inner.count, 0);
	assert_int_equal(all(&user), 0);
	users_variable.inner.count = 2;
	assert_int_equal(all(&user), 1);
	assert_int_equal(kernels_variable.inner.count, 2);
}

static void test_untracked(void **state)
{
	(void)state;
	adapter.self = (struct adapter *)&call;
	start(&kernel);
	dcrt_out_all(&call);
	assert_int_equal(cross(), -ENOENT);
	adapter.self = NULL;
	assert_int_equal(kernel.untracked_type, ADAPTER);
	assert_int_equal(kernel.untracked_offset, offsetof(struct adapter, self));
	adapter.reset = users_own; /* none of the kernel's functions */
	start(&kernel);
	dcrt_out_all(&call);
	assert_int_equal(cross(), -ENOENT);
	assert_int_equal(kernel.untracked_offset, offsetof(struct adapter, reset));
	assert_true(kernel.untracked == 2);
	adapter.reset = kernels_clean;
	all(&kernel);
	start(&kernel);
	dcrt_out_code(&call, (void *)(uintptr_t)users_own);
	assert_int_equal(cross(), -ENOENT);
	adapter.rings = (struct ring *)((char *)&adapter.embedded + 8); /* cannot be adopted */
	start(&kernel);
	dcrt_out_all(&call);
	assert_int_equal(cross(), -EINVAL);
}

/* A message of the process that is not sent takes nothing with it. */
static void test_taken_back(void **state)
{
	struct adapter *theirs;

	(void)state;
	all(&kernel);
	theirs = users(&adapter, ADAPTER);
	theirs->speed = 5;
	theirs->rings[1].count = 9;
	users_variable.debug = 4;
	start(&user);
	dcrt_out_all(&call);
	assert_int_equal(call.writer.header.records, 3);
	theirs->speed = 6;
	dcrt_put_cancel(&user, &call.writer);
	assert_int_equal(all(&user), 3);
	assert_int_equal(adapter.speed, 6);
	assert_int_equal(rings[1].count, 9);
	assert_int_equal(kernels_variable.debug, 4);
	assert_int_equal(all(&user), 0);
	adapter.speed = 7;
	assert_int_equal(all(&kernel), 1);
	assert_int_equal(theirs->speed, 7);
}

/* Freed by the kernel while the process was writing to it, and to a pointer to it. */
static void test_freed_meanwhile(void **state)
{
	struct adapter *theirs;

	(void)state;
	adapter_fields[1].user_writes = true;
	all(&kernel);
	theirs = users(&adapter, ADAPTER);
	theirs->speed = 5;
	theirs->rings[1].count = 9;
	theirs->self = (struct adapter *)(void *)&theirs->embedded;
	adapter_fields[1].target = DCRT_ANY_TYPE;
	start(&user);
	dcrt_out_all(&call);
	dcrt_forget_at(&kernel, rings);
	dcrt_forget_at(&kernel, &adapter.embedded);
	assert_int_equal(cross(), 0);
	assert_int_equal(adapter.speed, 5);
	assert_int_equal(rings[1].count, 256);
	assert_ptr_equal(adapter.self, &adapter);
	adapter_fields[1].target = ADAPTER;
	adapter_fields[1].user_writes = false;
}

/* A function that the kernel does not have, or none at all, refuses the whole message. */
static void test_lies(void **state)
{
	static const struct {
		uint32_t offset;
		uint64_t word;
	} rows[] = {{16, 3}, {16, 4}, {16, ~(uint64_t)0}, {16, 1u << 24}};
	struct adapter *theirs;
	uint64_t handle;
	size_t i;

	(void)state;
	all(&kernel);
	assert_int_equal(dcrt_to_ref(&kernel, &adapter, ADAPTER, &handle), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct dcrt_record bad = {.handle = handle,
						.kind = DCRT_UPDATE,
						.type = ADAPTER,
						.offset = rows[i].offset,
						.len = 8,
						.version = 7};

		start(&user);
		dcrt_write_record(&call.writer, &bad, &rows[i].word);
		assert_int_equal(cross(), -EPROTO);
		assert_ptr_equal(adapter.reset, kernels_reset);
	}
	start(&user); /* what is right for another type */
	dcrt_write_record(&call.writer,
			  &(struct dcrt_record){.handle = handle,
						.kind = DCRT_UPDATE,
						.type = VARIABLE,
						.len = 4,
						.version = 7},
			  "liar");
	assert_int_equal(cross(), -EPROTO);
	theirs = users(&adapter, ADAPTER);
	theirs->reset = users_own;
	start(&user);
	dcrt_out_all(&call);
	assert_int_equal(cross(), -EPROTO);
}

static void test_code(void **state)
{
	(void)state;
	start(&kernel);
	dcrt_out_code(&call, (void *)(uintptr_t)kernels_clean);
	dcrt_out_code(&call, NULL);
	dcrt_out_word(&call, 4);
	assert_int_equal(cross(), 0);
	assert_ptr_equal(dcrt_in_code(&call, 0), (void *)(uintptr_t)users_clean);
	assert_null(dcrt_in_code(&call, 1));
	assert_int_equal(dcrt_in_error(&call), 0);
	assert_null(dcrt_in_code(&call, 2));
	assert_int_equal(dcrt_in_error(&call), -EINVAL);
	start(&user);
	dcrt_out_code(&call, (void *)(uintptr_t)users_own);
	assert_int_equal(cross(), 0);
	assert_null(dcrt_in_code(&call, 0));
	assert_int_equal(dcrt_in_error(&call), -EINVAL);
}

static void test_strings(void **state)
{
	static const char *const texts[] = {NULL, "", "a longer text", kernels_table + 2,
					    adapter.name + 1};
	const uint16_t n = sizeof(texts) / sizeof(texts[0]);
	uint16_t i;

	(void)state;
	strcpy(adapter.name, "eth0");
	start(&kernel);
	for (i = 0; i < n; i++)
		dcrt_out_string_word(&call, texts[i]);
	for (i = 0; i < n; i++)
		dcrt_out_string(&call, i, texts[i]);
	dcrt_out_all(&call);
	assert_int_equal(cross(), 0);
	assert_null(dcrt_in_string(&call, 0, 0));
	assert_string_equal(dcrt_in_string(&call, 1, 1), "");
	assert_string_equal(dcrt_in_string(&call, 2, 2), "a longer text");
	assert_ptr_equal(dcrt_in_string(&call, 3, 3), users_table + 2);
	assert_string_equal(dcrt_in_string(&call, 4, 4), "th0");
	assert_int_equal(dcrt_in_error(&call), 0);
	assert_null(dcrt_in_string(&call, 1, 9)); /* its blob is missing */
	assert_int_equal(dcrt_in_error(&call), -EINVAL);
	start(&kernel);
	dcrt_out_word(&call, 1);
	dcrt_out_word(&call, 77);
	dcrt_out_blob(&call, 0, "open", 4);
	assert_int_equal(cross(), 0);
	assert_null(dcrt_in_string(&call, 0, 0));
	assert_int_equal(dcrt_in_error(&call), -EINVAL);
	call.err = 0;
	assert_null(dcrt_in_string(&call, 1, 0));
	assert_int_equal(dcrt_in_error(&call), -ENOENT);
	memset(adapter.name, 'x', sizeof(adapter.name)); /* ends, but not within the field */
	start(&kernel);
	dcrt_out_string_word(&call, "longer than a blob may be, as the table has it");
	dcrt_out_string(&call, 0, "longer than a blob may be, as the table has it");
	assert_int_equal(cross(), -EMSGSIZE);
}

static void test_buffers(void **state)
{
	char to[4] = "old";
	char *place;

	(void)state;
	start(&kernel);
	dcrt_out_blob(&call, 1, "new", 4);
	dcrt_out_blob(&call, 2, "", 0);
	assert_int_equal(cross(), 0);
	dcrt_in_copy(&call, 1, to, 4);
	assert_string_equal(to, "new");
	place = dcrt_in_buffer(&call, 1, 4);
	assert_non_null(place);
	assert_true((uintptr_t)place % 8 == 0);
	place[0] = 'N';
	assert_non_null(dcrt_in_buffer(&call, 2, 0));
	assert_int_equal(dcrt_in_error(&call), 0);
	assert_null(dcrt_in_buffer(&call, 1, 3));
	assert_int_equal(dcrt_in_error(&call), -EINVAL);
	call.err = 0;
	assert_null(dcrt_in_buffer(&call, 3, 0));
	assert_int_equal(dcrt_in_error(&call), -EINVAL);
	call.err = 0;
	dcrt_in_copy(&call, 1, to, 5);
	assert_int_equal(dcrt_in_error(&call), -EINVAL);
	assert_string_equal(to, "new");
}

static void test_nonnull(void **state)
{
	(void)state;
	start(&kernel);
	assert_int_equal(cross(), 0);
	dcrt_in_nonnull(&call, &adapter);
	assert_int_equal(dcrt_in_error(&call), 0);
	dcrt_in_nonnull(&call, NULL);
	assert_int_equal(dcrt_in_error(&call), -EPROTO);
	call.err = 0;
	dcrt_in_nonnull(&call, (void *)-12l);
	assert_int_equal(dcrt_in_error(&call), -EPROTO);
	/* an object that was freed is no lie: the process may not know yet */
	call.err = -ESTALE;
	dcrt_in_nonnull(&call, NULL);
	assert_int_equal(dcrt_in_error(&call), -ESTALE);
	call.err = 0;
}

/* The first message of a driver as large as e1000: 60 variables and 400 fields that are not 0. */
static void test_large(void **state)
{
	enum { VARIABLES = 60, FIELDS = 400 };
	static struct dcrt_field one = {.size = 128, .count = 1}, many[FIELDS];
	static struct dcrt_type kernels_many[VARIABLES + 1], users_many[VARIABLES + 1];
	static uint8_t places[VARIABLES][128], mine[VARIABLES][128];
	static uint64_t block[2 * FIELDS];
	struct dcrt_driver large = {
		.types = kernels_many, .n_types = VARIABLES + 1, .objects = VARIABLES + 1};
	uint64_t handle;
	uint32_t i;

	(void)state;
	for (i = 0; i < VARIABLES; i++) {
		kernels_many[i] = (struct dcrt_type){"v", 128, 1, &one, .variable = places[i]};
		users_many[i] = (struct dcrt_type){"v", 128, 1, &one, .variable = mine[i]};
		memset(places[i], 1, 128);
	}
	for (i = 0; i < FIELDS; i++) {
		many[i] = (struct dcrt_field){.offset = i * 16, .size = 8, .count = 1};
		block[2 * i] = 1;
	}
	kernels_many[i = VARIABLES] = (struct dcrt_type){"block", sizeof(block), FIELDS, many};
	users_many[i] = kernels_many[i];
	dcrt_tracker_done(&kernel);
	dcrt_tracker_done(&user);
	assert_int_equal(dcrt_types_check(&large), 0);
	assert_int_equal(dcrt_tracker_init(&kernel, &large, &env, true), 0);
	large.types = users_many;
	assert_int_equal(dcrt_tracker_init(&user, &large, &env, false), 0);
	assert_int_equal(dcrt_track(&kernel, block, VARIABLES, 1, &handle), 0);
	start(&kernel);
	dcrt_out_all(&call);
	assert_in_range(call.writer.len, 16384, DCRT_MESSAGE_MAX / 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all),		TEST(test_made_again),	 TEST(test_embedded_in_variable),
		TEST(test_untracked),	TEST(test_lies),	 TEST(test_code),
		TEST(test_left_behind), TEST(test_stored_again), TEST(test_strings),
		TEST(test_buffers),	TEST(test_nonnull),	 TEST(test_addresses),
		TEST(test_cleared),	TEST(test_taken_back),	 TEST(test_freed_meanwhile),
		TEST(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
