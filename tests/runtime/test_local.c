/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of the process that becomes objects of both sides: what is shared and when, where it may
 * stand, and that both sides end with the same, whatever the process has built. */
#include "testing.h"

#include "runtime/objects/dirty.h"
#include "runtime/component/downcalls.h"
#include "runtime/objects/types.h"
#include "runtime/objects/local.h"
#include "env.h"

struct node {
	struct node *left, *right;
	uint64_t number;
	void *other; /* nothing says what it leads to */
};

enum { NODE, BYTES, N_TYPES };

static struct dcrt_field node_fields[] = {
	{.offset = 0,
	 .size = 8,
	 .count = 2,
	 .kind = DCRT_ADDRESS,
	 .target = DCRT_ANY_TYPE,
	 .user_writes = true},
	{.offset = 16, .size = 8, .count = 1, .user_writes = true},
	{.offset = 24,
	 .size = 8,
	 .count = 1,
	 .kind = DCRT_ADDRESS,
	 .target = DCRT_ANY_TYPE,
	 .user_writes = true},
};
static const struct dcrt_link node_links[] = {{.offset = 0, .target = NODE},
					      {.offset = 8, .target = NODE}};
static const struct dcrt_type types[N_TYPES] = {
	[NODE] = {.name = "node",
		  .size = sizeof(struct node),
		  .n_fields = 3,
		  .fields = node_fields,
		  .links = node_links,
		  .n_links = 2},
	[BYTES] = {.name = "bytes", .size = 8},
};
static const struct dcrt_function function = {.name = "f"};
static const struct dcrt_driver driver = {.abi = DCRT_ABI,
					  .name = "x",
					  .types = types,
					  .n_types = N_TYPES,
					  .objects = 64,
					  .up = &function,
					  .n_up = 1};

/* An allocator that gives what was freed last, as malloc() does and calloc() need not. */
static void *hot_alloc(size_t len)
{
	void *memory = env_fail_at && --env_fail_at == 0 ? NULL : malloc(len);

	if (!memory)
		return NULL;
	env_blocks++;
	return memset(memory, 0, len);
}

static const struct dcrt_env hot = {.alloc = hot_alloc,
				    .free = env_free,
				    .lock = env_lock,
				    .unlock = env_unlock,
				    .lock_ctx = &env_mutex,
				    .pause = env_pause,
				    .self = env_self};

static struct dcrt_tracker kernel, user;
static struct node root; /* the kernel's */
static const uint64_t session = 1;

static int setup(void **state)
{
	uint64_t handle;

	(void)state;
	root = (struct node){0};
	assert_int_equal(dcrt_types_check(&driver), 0);
	assert_int_equal(dcrt_tracker_init(&kernel, &driver, &env, true), 0);
	assert_int_equal(dcrt_tracker_init(&user, &driver, &hot, false), 0);
	assert_int_equal(dcrt_track(&kernel, &root, NODE, 1, &handle), 0);
	return 0;
}

/* Memory of the kernel's objects but the root's. */
static void free_kernels(void)
{
	uint32_t i;

	for (i = 0; i < kernel.slots; i++)
		if (kernel.objects[i].live && kernel.objects[i].local != (uint8_t *)&root)
			free(kernel.objects[i].local);
}

static int teardown(void **state)
{
	(void)state;
	free_kernels();
	dcrt_tracker_done(&kernel);
	dcrt_tracker_done(&user);
	return env_blocks ? -1 : 0;
}

/* A message with all objects, taken and answered. Returns the error of making or taking it. */
static int cross(bool to_kernel)
{
	static uint8_t buf[DCRT_MESSAGE_MAX];
	struct dcrt_tracker *from = to_kernel ? &user : &kernel, *to = to_kernel ? &kernel : &user;
	const struct dcrt_expect expect = {.kinds = 1u << DCRT_UPCALL,
					   .session = session,
					   .functions = &function,
					   .n_functions = 1,
					   .call = DCRT_ANY_CALL,
					   .n_types = to->n_types,
					   .may_create = !to_kernel};
	struct dcrt_message message;
	struct dcrt_writer writer;
	int len, err;

	dcrt_write_start(&writer, buf, sizeof(buf),
			 &(struct dcrt_header){.kind = DCRT_UPCALL, .session = session, .call = 1});
	if (!to_kernel)
		dcrt_put_freed(&kernel, &writer);
	dcrt_put_all(from, &writer, session);
	len = dcrt_write_end(&writer, 0);
	if (len < 0) {
		dcrt_put_cancel(from, &writer);
		return len;
	}
	err = dcrt_decode(buf, (size_t)len, &expect, &message);
	if (!err)
		err = dcrt_apply(to, &message);
	if (!err && !to_kernel)
		dcrt_confirm(&kernel, buf, session);
	return err;
}

static struct node *users_root(void)
{
	uint64_t ref;
	void *place;

	assert_int_equal(cross(false), 0);
	assert_int_equal(dcrt_to_ref(&kernel, &root, NODE, &ref), 0);
	assert_int_equal(dcrt_from_ref(&user, ref, NODE, 0, &place), 0);
	return place;
}

/* What DCK_ALLOC does, and its reply. */
static void share(const struct dcrt_local_use *use)
{
	uint64_t handle;

	assert_int_equal(dcrt_track(&kernel, calloc(1, use->block->len), use->type,
				    (uint32_t)(use->block->len / user.types[use->type].size),
				    &handle),
			 0);
	assert_int_equal(cross(false), 0);
	assert_int_equal(dcrt_local_bind(&user, use, handle), 0);
}

static int share_all(void)
{
	struct dcrt_local_use use;
	int err;

	while ((err = dcrt_local_next(&user, &use)) == 1)
		share(&use);
	return err;
}

static struct node *node_new(uint64_t number)
{
	struct node *node = dcrt_local_new(&user, sizeof(*node), false);

	assert_non_null(node);
	node->number = number;
	return node;
}

static void test_contents_follow(void **state)
{
	struct node *top = users_root(), *array;

	(void)state;
	top->left = node_new(1);
	top->left->left = node_new(2);
	top->left->left->right = top;
	array = dcrt_local_new(&user, 3 * sizeof(*array), true);
	array[2].number = 3;
	top->right = &array[1];
	assert_int_equal(share_all(), 0);
	assert_int_equal(dcrt_local_count(&user), 0);
	assert_null(root.left); /* nothing but memory has crossed */
	assert_int_equal(cross(true), 0);
	assert_int_equal(root.left->number, 1);
	assert_int_equal(root.left->left->number, 2);
	assert_ptr_equal(root.left->left->right, &root);
	assert_int_equal(root.right[1].number, 3); /* the kernel's second element */
	root.left->left->number = 20;
	assert_int_equal(cross(false), 0);
	assert_int_equal(top->left->left->number, 20);
}

/* Memory that must be shared first counts as changed, though no message carries it yet. */
static void test_is_dirty(void **state)
{
	struct node *top = users_root();
	struct dcrt_dirty dirty;

	(void)state;
	assert_int_equal(dcrt_dirty_init(&dirty, &user), 0);
	assert_int_equal(cross(true), 0);
	assert_false(dcrt_is_dirty(&dirty, &user));
	top->left = node_new(1);
	assert_true(dcrt_is_dirty(&dirty, &user));
	assert_int_equal(share_all(), 0);
	assert_int_equal(cross(true), 0);
	assert_false(dcrt_is_dirty(&dirty, &user));
	dcrt_dirty_done(&dirty, &user);
}

/* The kernel frees what the process has allocated, and the process's memory goes with it. */
static void test_freed_by_kernel(void **state)
{
	struct node *top = users_root(), *gone;

	(void)state;
	top->left = node_new(1);
	assert_int_equal(share_all(), 0);
	assert_int_equal(cross(true), 0);
	gone = root.left;
	assert_int_equal(dcrt_untrack(&kernel, gone), 0);
	free(gone);
	root.left = NULL;
	assert_int_equal(cross(false), 0);
	assert_null(top->left);
	assert_int_equal(env_blocks, 10); /* of two trackers, each with one object; addresses */
}

static void test_what_is_found(void **state)
{
	struct node *top = users_root(), *pair = dcrt_local_new(&user, 2 * sizeof(*pair), false);
	struct dcrt_local_use use, other;
	struct node *one = node_new(1);

	(void)state;
	assert_int_equal(dcrt_local_next(&user, &use), 0);
	top->left = pair + 1;
	top->right = one;
	assert_int_equal(dcrt_local_next(&user, &use), 1); /* the start of one comes first */
	assert_ptr_equal(use.block->memory, one);
	assert_int_equal(use.type, NODE);
	assert_int_equal(dcrt_local_next(&user, &other), -EAGAIN); /* taken */
	assert_int_equal(dcrt_local_free(&user, one), -EAGAIN);
	assert_int_equal(dcrt_local_at(&user, one, NODE, &other), -EAGAIN);
	dcrt_local_cancel(&user, &use);
	top->right = NULL;
	assert_int_equal(dcrt_local_next(&user, &use), 1);
	assert_ptr_equal(use.block->memory, pair);
	dcrt_local_cancel(&user, &use);
	top->left = (struct node *)(void *)((char *)pair + 8); /* no element */
	assert_int_equal(dcrt_local_next(&user, &use), -ENOENT);
	top->left = NULL;
	top->other = one;
	assert_int_equal(dcrt_local_next(&user, &use), -ENOENT);
	top->left = one; /* now something says it */
	assert_int_equal(share_all(), 0);
	assert_int_equal(cross(true), 0);
	assert_ptr_equal(root.other, root.left);
}

static void test_arguments(void **state)
{
	struct dcrt_local_use use;
	struct node *one = node_new(1);

	(void)state;
	users_root();
	assert_int_equal(dcrt_local_at(&user, one, BYTES, &use), 0); /* no link leads to it */
	assert_int_equal(dcrt_local_at(&user, one, N_TYPES, &use), 0);
	assert_int_equal(dcrt_local_at(&user, NULL, NODE, &use), 0);
	assert_int_equal(dcrt_local_at(&user, &root, NODE, &use), 0);
	assert_int_equal(dcrt_local_at(&user, &one->number, NODE, &use), -ENOENT);
	assert_int_equal(dcrt_local_at(&user, one, NODE, &use), 1);
	share(&use);
	assert_int_equal(cross(true), 0);
	assert_int_equal(dcrt_local_at(&user, one, NODE, &use), 0);
}

/* Another thread has stored it since this one has looked: it goes with a later message. */
static void test_stored_meanwhile(void **state)
{
	struct node *top = users_root();

	(void)state;
	assert_int_equal(share_all(), 0);
	top->left = node_new(1);
	top->number = 7;
	assert_int_equal(cross(true), 0);
	assert_int_equal(root.number, 7);
	assert_null(root.left);
	assert_int_equal(share_all(), 0);
	assert_int_equal(cross(true), 0);
	assert_int_equal(root.left->number, 1);
}

/* A pointer that stays behind what it led to is not what an allocation later is stored in. */
static void test_dangling(void **state)
{
	struct node *top = users_root(), *gone = node_new(1), *later;
	struct dcrt_local_use use;
	const uintptr_t left = (uintptr_t)gone;
	int i;

	(void)state;
	top->left = gone;
	assert_int_equal(dcrt_local_free(&user, gone), 0);
	assert_int_equal(dcrt_local_free(&user, top->left), -ENOENT);
	for (i = 0; i < 10; i++) {
		later = node_new(2);
		assert_true((uintptr_t)later != left);
		assert_int_equal(dcrt_local_free(&user, later), 0);
	}
	assert_int_equal(dcrt_local_next(&user, &use), 0);
	assert_int_equal(cross(true), 0);
	assert_null(root.left);
	top->left = node_new(3);
	assert_int_equal(share_all(), 0);
	assert_int_equal(cross(true), 0);
	assert_int_equal(root.left->number, 3);
}

static void test_bad_handles(void **state)
{
	struct dcrt_local_use use;
	struct node *top = users_root();
	uint64_t two, ref;

	(void)state;
	top->left = node_new(1);
	assert_int_equal(dcrt_local_next(&user, &use), 1);
	assert_int_equal(dcrt_local_bind(&user, &use, 0), -EINVAL);
	assert_int_equal(dcrt_local_bind(&user, &use, UINT64_C(9) << 44 | 1u << 24), -EINVAL);
	assert_int_equal(dcrt_track(&kernel, calloc(2, sizeof(struct node)), NODE, 2, &two), 0);
	assert_int_equal(cross(false), 0);
	assert_int_equal(dcrt_local_bind(&user, &use, two), -EINVAL); /* another size */
	assert_int_equal(dcrt_local_bind(&user, &use, two + sizeof(struct node)), -EINVAL);
	assert_int_equal(dcrt_to_ref(&user, top, NODE, &ref), 0);
	env_fail_at = 1;
	assert_int_equal(dcrt_local_bind(&user, &use, ref), -ENOMEM);
	env_fail_at = 0;
	share(&use);
	assert_int_equal(cross(true), 0);
	assert_int_equal(root.left->number, 1);
}

static void test_sizes(void **state)
{
	void *nothing;

	(void)state;
	users_root();
	assert_null(dcrt_local_new(&user, SIZE_MAX, false));
	env_fail_at = 1;
	assert_null(dcrt_local_new(&user, 8, false));
	env_fail_at = 0;
	nothing = dcrt_local_new(&user, 0, false);
	assert_non_null(nothing);
	assert_int_equal(dcrt_local_count(&user), 1);
	assert_int_equal(dcrt_local_free(&user, nothing), 0);
	assert_int_equal(dcrt_local_count(&user), 0);
}

static void test_linked_types(void **state)
{
	struct dcrt_type bad[1] = {types[NODE]};
	const struct dcrt_link outside = {.offset = 25}, nowhere = {.target = 1};
	struct dcrt_driver worse = {.types = bad, .n_types = 1};

	(void)state;
	assert_true(dcrt_is_linked(types, N_TYPES, NODE));
	assert_false(dcrt_is_linked(types, N_TYPES, BYTES));
	assert_false(dcrt_is_linked(types, N_TYPES, N_TYPES));
	assert_false(dcrt_is_linked(types, N_TYPES, UINT64_MAX));
	bad[0].variable = &root; /* a variable is there already */
	assert_false(dcrt_is_linked(bad, 1, NODE));
	bad[0].n_links = 1;
	bad[0].links = &outside;
	assert_int_equal(dcrt_types_check(&worse), -EINVAL);
	bad[0].links = &nowhere;
	assert_int_equal(dcrt_types_check(&worse), -EINVAL);
}

/* The message that asks for memory: one that is cut short is refused, and so is each bad word. */
static void test_asking(void **state)
{
	static const struct {
		const char *name;
		uint64_t type, len;
		bool good;
	} rows[] = {
		{"one", NODE, sizeof(struct node), true},
		{"an array", NODE, 100 * sizeof(struct node), true},
		{"nothing", NODE, 0, false},
		{"a part", NODE, sizeof(struct node) - 1, false},
		{"one and a part", NODE, sizeof(struct node) + 8, false},
		{"more than an object", NODE, 2ull * DCRT_OBJECT_MAX, false},
		{"more than 32 bits", NODE, sizeof(struct node) << 32, false},
		{"no link leads there", BYTES, 8, false},
		{"no type", N_TYPES, sizeof(struct node), false},
		{"far from a type", UINT64_MAX, sizeof(struct node), false},
	};
	const struct dcrt_function table[] = {DCK_DOWN_TABLE};
	const struct dcrt_expect expect = {.kinds = 1u << DCRT_DOWNCALL,
					   .session = session,
					   .depth = 2,
					   .functions = table,
					   .n_functions = DCK_COUNT,
					   .call = 1,
					   .n_types = N_TYPES};
	const struct dcrt_header header = {.kind = DCRT_DOWNCALL,
					   .depth = 2,
					   .session = session,
					   .call = 1,
					   .function = DCK_ALLOC};
	struct dcrt_message message;
	struct dcrt_writer writer;
	uint8_t buf[256];
	size_t i;
	int len, cut;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		dcrt_write_start(&writer, buf, sizeof(buf), &header);
		dcrt_write_word(&writer, rows[i].type);
		dcrt_write_word(&writer, rows[i].len);
		dcrt_write_word(&writer, 0);
		len = dcrt_write_end(&writer, 0);
		assert_int_equal(dcrt_decode(buf, (size_t)len, &expect, &message), 0);
		if (dcrt_may_share(types, N_TYPES, dcrt_message_word(&message, 0),
				   dcrt_message_word(&message, 1)) != rows[i].good)
			fail_msg("%s", rows[i].name);
		for (cut = 0; cut < len; cut++)
			assert_int_equal(dcrt_decode(buf, (size_t)cut, &expect, &message), -EPROTO);
	}
	dcrt_write_start(&writer, buf, sizeof(buf), &header); /* a word too few */
	dcrt_write_word(&writer, NODE);
	dcrt_write_word(&writer, sizeof(struct node));
	len = dcrt_write_end(&writer, 0);
	assert_int_equal(dcrt_decode(buf, (size_t)len, &expect, &message), -EPROTO);
}

/* Random structures: nodes allocated, linked, freed on either side, in any order with messages. At
 * the end both sides have the same. */

static struct node *at_random(struct node *from, unsigned *seed)
{
	int steps = rand_r(seed) % 4;

	while (steps--) {
		struct node *next = rand_r(seed) % 2 ? from->left : from->right;

		if (!next)
			break;
		from = next;
	}
	return from;
}

static void same(const struct node *kernels, const struct node *users, int depth)
{
	assert_int_equal(!kernels, !users);
	if (!kernels || !depth)
		return;
	assert_true(kernels->number == users->number);
	same(kernels->left, users->left, depth - 1);
	same(kernels->right, users->right, depth - 1);
}

/* A leaf is a node that nothing hangs from; a tree has one pointer to each. */
static void free_leaf(struct node *parent, bool in_kernel)
{
	struct node *leaf = parent->left;

	if (!leaf || leaf->left || leaf->right)
		return;
	if (!in_kernel && dcrt_local_free(&user, leaf) == 0) {
		parent->left = NULL;
		return;
	}
	if (!in_kernel) { /* DCK_FREE */
		uint64_t ref;
		void *place;

		assert_int_equal(dcrt_to_ref(&user, leaf, NODE, &ref), 0);
		parent->left = NULL;
		assert_int_equal(share_all(), 0);
		assert_int_equal(cross(true), 0);
		assert_int_equal(dcrt_from_ref(&kernel, ref, NODE, 0, &place), 0);
		leaf = place;
	} else {
		parent->left = NULL;
	}
	assert_int_equal(dcrt_untrack(&kernel, leaf), 0);
	free(leaf);
	assert_int_equal(cross(false), 0);
}

static void step(struct node *top, unsigned *seed)
{
	struct node *node = at_random(top, seed);

	switch (rand_r(seed) % 6) {
	case 0:
		if (!node->left && kernel.live < 60)
			node->left = node_new((uint64_t)rand_r(seed));
		break;
	case 1:
		if (!node->right && kernel.live < 60)
			node->right = node_new((uint64_t)rand_r(seed));
		break;
	case 2:
		free_leaf(node, false);
		break;
	case 3: /* the kernel's turn, as when the process is in a call */
		assert_int_equal(share_all(), 0);
		assert_int_equal(cross(true), 0);
		free_leaf(at_random(&root, seed), true);
		break;
	case 4:
		assert_int_equal(share_all(), 0);
		assert_int_equal(cross(true), 0);
		at_random(&root, seed)->number++;
		assert_int_equal(cross(false), 0);
		break;
	default:
		node->number++;
	}
}

static void test_random(void **state)
{
	unsigned first, seed;
	int i;

	for (first = 1; first <= 300; first++) {
		struct node *top = users_root();

		seed = first;
		for (i = 0; i < 200; i++)
			step(top, &seed);
		assert_int_equal(share_all(), 0);
		assert_int_equal(cross(true), 0);
		assert_int_equal(cross(false), 0);
		same(&root, top, 100);
		assert_true(kernel.conflicts == 0 && user.conflicts == 0);
		assert_int_equal(teardown(state), 0);
		setup(state);
	}
}

/* Lists: a table with the head of one, of items that hang together by a node inside of them. Each
 * side changes it in its turn, as under one lock. */

struct list {
	struct list *next, *prev;
};

struct item {
	uint64_t number;
	struct list node;
};

struct table {
	uint64_t count;
	struct list items;
};

enum { TABLE, ITEM, N_LIST_TYPES };

#define INSIDE	      8 /* of both */
#define ITEM_OF(node) ((struct item *)(uintptr_t)((uintptr_t)(node) - INSIDE))

static struct dcrt_field list_fields[] = {
	{.offset = 0, .size = 8, .count = 1, .user_writes = true},
	{.offset = INSIDE,
	 .size = 8,
	 .count = 2,
	 .kind = DCRT_ADDRESS,
	 .target = DCRT_ANY_TYPE,
	 .user_writes = true},
};
static const struct dcrt_link list_links[] = {
	{.offset = INSIDE, .target = ITEM, .inside = INSIDE},
	{.offset = INSIDE + 8, .target = ITEM, .inside = INSIDE},
};
static const struct dcrt_type list_types[N_LIST_TYPES] = {
	[TABLE] = {.name = "table",
		   .size = sizeof(struct table),
		   .n_fields = 2,
		   .fields = list_fields,
		   .links = list_links,
		   .n_links = 2},
	[ITEM] = {.name = "item",
		  .size = sizeof(struct item),
		  .n_fields = 2,
		  .fields = list_fields,
		  .links = list_links,
		  .n_links = 2},
};
static struct table table; /* the kernel's */

static int setup_lists(void **state)
{
	struct dcrt_driver lists = driver;
	uint64_t handle;

	(void)state;
	lists.types = list_types;
	lists.n_types = N_LIST_TYPES;
	table.count = 0;
	table.items.next = table.items.prev = &table.items;
	assert_int_equal(dcrt_types_check(&lists), 0);
	assert_int_equal(dcrt_tracker_init(&kernel, &lists, &env, true), 0);
	assert_int_equal(dcrt_tracker_init(&user, &lists, &hot, false), 0);
	assert_int_equal(dcrt_track(&kernel, &table, TABLE, 1, &handle), 0);
	return 0;
}

static int teardown_lists(void **state)
{
	struct list *node = table.items.next;

	(void)state;
	while (node != &table.items) {
		struct item *item = ITEM_OF(node);

		node = node->next;
		free(item);
	}
	dcrt_tracker_done(&kernel);
	dcrt_tracker_done(&user);
	return env_blocks ? -1 : 0;
}

static struct table *users_table(void)
{
	uint64_t ref;
	void *place;

	assert_int_equal(cross(false), 0);
	assert_int_equal(dcrt_to_ref(&kernel, &table, TABLE, &ref), 0);
	assert_int_equal(dcrt_from_ref(&user, ref, TABLE, 0, &place), 0);
	return place;
}

/* Does what dck_adopt_list() does. */
static void adopt_items(void)
{
	struct list *node;

	for (node = table.items.next; node != &table.items; node = node->next)
		assert_int_equal(dcrt_track_once(&kernel, ITEM_OF(node), ITEM, 1), 0);
}

static void put_between(struct list *node, struct list *prev, struct list *next)
{
	next->prev = node;
	node->next = next;
	node->prev = prev;
	prev->next = node;
}

static void take_from_list(struct list *node)
{
	node->next->prev = node->prev;
	node->prev->next = node->next;
	node->next = (struct list *)(uintptr_t)0xdead000000000100ull;
	node->prev = (struct list *)(uintptr_t)0xdead000000000122ull;
}

static struct list *some_node(struct table *of, unsigned *seed)
{
	struct list *node = &of->items;
	int steps = rand_r(seed) % 5;

	while (steps--)
		node = rand_r(seed) % 2 ? node->next : node->prev;
	return node;
}

static void end_item(struct item *item, bool in_kernel)
{
	uint64_t ref;
	void *place = item;

	if (!in_kernel && dcrt_local_free(&user, item) == 0)
		return;
	if (!in_kernel) { /* DCK_FREE */
		assert_int_equal(dcrt_to_ref(&user, item, ITEM, &ref), 0);
		assert_int_equal(share_all(), 0);
		assert_int_equal(cross(true), 0);
		assert_int_equal(dcrt_from_ref(&kernel, ref, ITEM, 0, &place), 0);
	}
	dcrt_forget_at(&kernel, place); /* one that the process never heard of is not tracked */
	free(place);
	if (!in_kernel)
		assert_int_equal(cross(false), 0);
}

static void change_list(struct table *of, bool in_kernel, unsigned *seed)
{
	struct list *node = some_node(of, seed);
	struct item *item;

	switch (rand_r(seed) % 5) {
	case 0:
	case 1:
		if (of->count >= 40)
			break;
		item = in_kernel ? calloc(1, sizeof(*item))
				 : dcrt_local_new(&user, sizeof(*item), false);
		assert_non_null(item);
		item->number = (uint64_t)rand_r(seed);
		put_between(&item->node, node, node->next);
		of->count++;
		break;
	case 2:
		if (node == &of->items)
			break;
		take_from_list(node);
		of->count--;
		end_item(ITEM_OF(node), in_kernel);
		break;
	case 3: /* to the end */
		if (node == &of->items)
			break;
		take_from_list(node);
		put_between(node, of->items.prev, &of->items);
		break;
	default:
		if (node != &of->items)
			ITEM_OF(node)->number++;
	}
}

static void same_lists(const struct table *users)
{
	const struct list *here = users->items.next, *there = table.items.next;
	uint64_t n;

	assert_true(users->count == table.count);
	for (n = 0; n < table.count; n++, here = here->next, there = there->next) {
		assert_true(ITEM_OF(here)->number == ITEM_OF(there)->number);
		assert_ptr_equal(here->next->prev, here);
		assert_ptr_equal(there->next->prev, there);
	}
	assert_ptr_equal(here, &users->items);
	assert_ptr_equal(there, &table.items);
}

static void run_lists(unsigned *seed)
{
	struct table *users = users_table();
	int turn, i;

	for (turn = 0; turn < 40; turn++) {
		for (i = rand_r(seed) % 4; i > 0; i--)
			change_list(users, false, seed);
		assert_int_equal(share_all(), 0); /* unlocks */
		assert_int_equal(cross(true), 0);
		same_lists(users);
		for (i = rand_r(seed) % 4; i > 0; i--)
			change_list(&table, true, seed);
		adopt_items();
		assert_int_equal(cross(false), 0); /* locks */
		same_lists(users);
	}
	assert_true(kernel.conflicts == 0 && user.conflicts == 0);
}

static void test_lists(void **state)
{
	unsigned first, seed;

	for (first = 1; first <= 500; first++) {
		seed = first;
		run_lists(&seed);
		assert_int_equal(teardown_lists(state), 0);
		setup_lists(state);
	}
}

/* One that was taken out and is not freed. */
static void test_taken_out(void **state)
{
	struct table *users = users_table();
	struct item *item = dcrt_local_new(&user, sizeof(*item), false), *kernels;

	(void)state;
	put_between(&item->node, &users->items, &users->items);
	assert_int_equal(share_all(), 0);
	assert_int_equal(cross(true), 0);
	kernels = ITEM_OF(table.items.next);
	take_from_list(&item->node);
	assert_int_equal(cross(true), 0);
	assert_ptr_equal(table.items.next, &table.items);
	assert_true((uintptr_t)kernels->node.next == 0xdead000000000100ull);
	put_between(&kernels->node, &table.items, &table.items);
	assert_int_equal(cross(false), 0);
	assert_ptr_equal(users->items.next, &item->node);
	take_from_list(&kernels->node);
	assert_int_equal(cross(false), 0);
	assert_true((uintptr_t)item->node.prev == 0xdead000000000122ull);
	free(kernels);
}

#define TEST(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)
#define LISTS(name) cmocka_unit_test_setup_teardown(name, setup_lists, teardown_lists)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_contents_follow), TEST(test_is_dirty),    TEST(test_freed_by_kernel),
		TEST(test_what_is_found),   TEST(test_arguments),   TEST(test_stored_meanwhile),
		TEST(test_dangling),	    TEST(test_bad_handles), TEST(test_sizes),
		TEST(test_linked_types),    TEST(test_random),	    TEST(test_asking),
		LISTS(test_lists),	    LISTS(test_taken_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
