/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Compares what the device saw of the two drivers, command by command: the same accesses in the
 * same order with the same values.
 *
 * Two things come at moments that nobody can hold fixed, as the split driver takes longer for some
 * calls:
 *
 * Work that the driver does by itself (a watchdog). What it does is learned: an access that comes
 * while no command runs is of that kind. The accesses after a command are reduced to their period;
 * one of MIN_BURST accesses and more that both drivers have, LEARNED times each, is a *burst*. If a
 * command's accesses differ, the bursts among them and the pause after it are taken out and
 * counted, and the rest must be equal. The counts may differ by one.
 *
 * Interrupts. The driver's folder names the registers that interrupts and the data path use
 * (`traffic`). If a command without packets still differs, each of these registers is compared by
 * itself, and all others in their order: the same accesses with the same values, but an interrupt
 * may come earlier or later.
 *
 * Packets. In commands that send packets the registers of `traffic` are compared all together:
 * which are read and written, and which follows which. What is seen OFTEN times with one driver and
 * never with the other is a difference. All other registers are compared as above.
 */
#include <inttypes.h>
#include <string.h>

#include "compare.h"
#include "diff.h"

#define MIN_BURST 8
#define LEARNED	  3
#define OFTEN	  8
#define SAID_MAX  12 /* accesses of one command that are shown */
#define KEYS_MAX  256

struct burst {
	const struct eq_access *at; /* in a trace */
	size_t len;
	unsigned seen[2];
};

/* Some accesses of one driver. */
typedef DC_VEC(const struct eq_access *) accesses;

struct traces {
	struct eq_pair *pair;
	size_t *starts[2]; /* of each segment, and the end of the last */
	size_t segments;
	DC_VEC(struct burst) bursts; /* longest first */
};

static bool same_register(const struct eq_access *a, const struct eq_access *b)
{
	return a->region == b->region && a->offset == b->offset && a->size == b->size &&
	       a->is_write == b->is_write;
}

static bool is_busy(const struct traces *traces, size_t number)
{
	return number && traces->pair->records[0].at[number - 1].busy;
}

static const struct eq_traffic *traffic_of(const struct eq_rules *rules,
					   const struct eq_access *access)
{
	const struct eq_traffic *row;

	dc_vec_each (row, &rules->traffic)
		if (eq_has_register(&row->registers, access->region, access->offset))
			return row;
	return NULL;
}

/* Bursts */

/* The length of the shortest beginning of which the whole is a repetition. */
static size_t period(const struct eq_access *at, size_t len)
{
	size_t *border = dc_alloc(len + 1, sizeof(*border)), i, k = 0, shortest;

	for (i = 1; i < len; i++) {
		while (k && !same_register(&at[i], &at[k]))
			k = border[k];
		if (same_register(&at[i], &at[k]))
			k++;
		border[i + 1] = k;
	}
	shortest = len - border[len];
	free(border);
	return len % shortest ? len : shortest;
}

static bool same_burst(const struct burst *burst, const struct eq_access *at, size_t len)
{
	size_t i;

	for (i = 0; i < len && i < burst->len && same_register(&burst->at[i], &at[i]); i++)
		;
	return i == len && i == burst->len;
}

static void learn(struct traces *traces, unsigned side, const struct eq_access *at, size_t len)
{
	struct burst *burst;
	size_t one = len ? period(at, len) : 0;

	if (one < MIN_BURST)
		return;
	dc_vec_each (burst, &traces->bursts)
		if (same_burst(burst, at, one)) {
			burst->seen[side]++;
			return;
		}
	dc_vec_push(&traces->bursts,
		    (struct burst){.at = at, .len = one, .seen = {side == 0, side == 1}});
}

static int by_length(const void *a, const void *b)
{
	const struct burst *x = a, *y = b;

	return (x->len < y->len) - (x->len > y->len);
}

/* From the pauses after all commands. */
static void learn_bursts(struct traces *traces)
{
	size_t segment, kept = 0, i;
	unsigned side;

	for (segment = 2; segment < traces->segments; segment += 2)
		for (side = 0; side < 2; side++)
			learn(traces, side,
			      traces->pair->traces[side].at + traces->starts[side][segment],
			      traces->starts[side][segment + 1] - traces->starts[side][segment]);
	for (i = 0; i < traces->bursts.len; i++)
		if (traces->bursts.at[i].seen[0] >= LEARNED &&
		    traces->bursts.at[i].seen[1] >= LEARNED)
			traces->bursts.at[kept++] = traces->bursts.at[i];
	traces->bursts.len = kept;
	if (kept)
		qsort(traces->bursts.at, kept, sizeof(struct burst), by_length);
}

/* The accesses of a burst that are compared in a command. */
static void burst_accesses(const struct traces *traces, const struct burst *burst, bool busy,
			   accesses *ret)
{
	size_t i;

	for (i = 0; i < burst->len; i++)
		if (!busy || !traffic_of(traces->pair->rules, &burst->at[i]))
			dc_vec_push(ret, &burst->at[i]);
}

static bool is_there(const accesses *burst, const accesses *list, size_t from)
{
	size_t i;

	if (list->len - from < burst->len)
		return false;
	for (i = 0; i < burst->len; i++)
		if (!same_register(burst->at[i], list->at[from + i]))
			return false;
	return true;
}

/* Takes a burst out of a list; returns how often it was there. */
static size_t take_burst(const accesses *burst, accesses *list)
{
	size_t from = 0, kept = 0, count = 0;

	while (from < list->len) {
		if (is_there(burst, list, from)) {
			count++;
			from += burst->len;
		} else {
			list->at[kept++] = list->at[from++];
		}
	}
	list->len = kept;
	return count;
}

static void take_bursts(struct traces *traces, size_t number, accesses lists[2])
{
	struct burst *burst;

	dc_vec_each (burst, &traces->bursts) {
		accesses wanted = {0};
		size_t counts[2] = {0, 0};
		unsigned side;

		burst_accesses(traces, burst, is_busy(traces, number), &wanted);
		for (side = 0; side < 2 && wanted.len >= MIN_BURST / 2; side++)
			counts[side] = take_burst(&wanted, &lists[side]);
		if (counts[0] > counts[1] + 1 || counts[1] > counts[0] + 1) {
			eq_say(traces->pair,
			       "%s: %s, a burst of %zu accesses comes %zu times with stock and "
			       "%zu times with split",
			       traces->pair->model, eq_command_name(traces->pair, number),
			       burst->len, counts[0], counts[1]);
			traces->pair->result->accesses_differ += burst->len;
		}
		dc_vec_done(&wanted);
	}
}

/* One command: its accesses and those of the pause after it */

struct comparison {
	struct traces *traces;
	size_t number;
	const accesses *lists;
};

/* Whether it is known that such an access has another value. A row is used if the values differ. */
static bool know_value(const struct comparison *comparison, const struct eq_access *access,
		       uint64_t value)
{
	struct eq_pair *pair = comparison->traces->pair;
	struct eq_known *known;
	bool found = false;

	dc_vec_each (known, &pair->rules->known) {
		if (known->subject != EQ_VALUE ||
		    !eq_known_applies(pair, known, comparison->number))
			continue;
		known->asked = true;
		if (!eq_has_register(&known->registers, access->region, access->offset) ||
		    ((access->value ^ value) & ~known->bits))
			continue;
		known->matched = found = true;
		known->used |= access->value != value;
	}
	return found;
}

static bool same_access(void *ctx, size_t a, size_t b)
{
	const struct comparison *comparison = ctx;
	const struct eq_access *x = comparison->lists[0].at[a], *y = comparison->lists[1].at[b];

	if (!same_register(x, y))
		return false;
	return x->value == y->value || know_value(comparison, x, y->value);
}

static void say_access(struct eq_pair *pair, unsigned side, const struct eq_access *access)
{
	eq_say(pair, "  only %s %s %s %#" PRIx64 "%s%#" PRIx64, side ? "split" : "stock",
	       access->is_write ? "writes" : "reads ", access->region, access->offset,
	       access->is_write ? " <- " : " -> ", access->value);
}

static void say_difference(struct eq_pair *pair, size_t number, const accesses lists[2],
			   bool *only[2], size_t count)
{
	unsigned side, said = 0;
	size_t i;

	pair->result->accesses_differ += count;
	eq_say(pair, "%s: %s, accesses differ: %zu and %zu", pair->model,
	       eq_command_name(pair, number), lists[0].len, lists[1].len);
	for (side = 0; side < 2; side++)
		for (i = 0; i < lists[side].len; i++)
			if (only[side][i] && said++ < SAID_MAX)
				say_access(pair, side, lists[side].at[i]);
	if (said > SAID_MAX)
		eq_say(pair, "  and %u more", said - SAID_MAX);
}

/* Values that are known to differ and do. */
static size_t count_known(const struct comparison *comparison, bool *only[2])
{
	size_t a = 0, b = 0, count = 0;

	while (a < comparison->lists[0].len && b < comparison->lists[1].len) {
		if (only[0][a]) {
			a++;
		} else if (only[1][b]) {
			b++;
		} else {
			const struct eq_access *access = comparison->lists[0].at[a++];
			uint64_t value = comparison->lists[1].at[b++]->value;

			count += access->value != value;
			know_value(comparison, access, value);
		}
	}
	return count;
}

/* Returns how many accesses differ. say: tells them. */
static size_t compare_lists(struct traces *traces, size_t number, const accesses lists[2], bool say)
{
	struct comparison comparison = {traces, number, lists};
	bool *only[2] = {dc_alloc(lists[0].len + 1, sizeof(bool)),
			 dc_alloc(lists[1].len + 1, sizeof(bool))};
	size_t count = eq_diff(&(struct eq_diff){.lens = {lists[0].len, lists[1].len},
						 .same = same_access,
						 .ctx = &comparison},
			       only);

	if (!count || say)
		traces->pair->result->values_known += count_known(&comparison, only);
	if (count && say)
		say_difference(traces->pair, number, lists, only, count);
	free(only[0]);
	free(only[1]);
	return count;
}

static void take_segment(const struct traces *traces, unsigned side, size_t segment, bool busy,
			 accesses *ret)
{
	const struct eq_access *at = traces->pair->traces[side].at;
	size_t i;

	if (segment >= traces->segments)
		return;
	for (i = traces->starts[side][segment]; i < traces->starts[side][segment + 1]; i++)
		if (!busy || !traffic_of(traces->pair->rules, &at[i]))
			dc_vec_push(ret, &at[i]);
}

static int by_place(const void *a, const void *b)
{
	const struct eq_access *x = *(const struct eq_access *const *)a;
	const struct eq_access *y = *(const struct eq_access *const *)b;
	int region = strcmp(x->region, y->region);

	if (region || x->offset != y->offset)
		return region ? region : (x->offset > y->offset) - (x->offset < y->offset);
	return (x > y) - (x < y); /* in a trace: the earlier one first */
}

/* Moves the accesses of the registers of traffic to the end, those of each register together. */
static void gather_traffic(const struct eq_rules *rules, accesses *list)
{
	accesses traffic = {0};
	size_t kept = 0, i;

	for (i = 0; i < list->len; i++)
		if (traffic_of(rules, list->at[i]))
			dc_vec_push(&traffic, list->at[i]);
		else
			list->at[kept++] = list->at[i];
	if (traffic.len)
		qsort(traffic.at, traffic.len, sizeof(*traffic.at), by_place);
	for (i = 0; i < traffic.len; i++)
		list->at[kept++] = traffic.at[i];
	dc_vec_done(&traffic);
}

static int by_register(const void *a, const void *b)
{
	const struct eq_access *x = *(const struct eq_access *const *)a;
	const struct eq_access *y = *(const struct eq_access *const *)b;
	int order = strcmp(x->region, y->region);

	if (!order)
		order = (x->offset > y->offset) - (x->offset < y->offset);
	if (!order)
		order = (int)x->is_write - (int)y->is_write;
	return order ? order : (x->size > y->size) - (x->size < y->size);
}

/* Accesses of one driver alone, in the order of by_register. */
static void take_only(const accesses *list, const bool *only, accesses *ret)
{
	size_t i;

	for (i = 0; i < list->len; i++)
		if (only[i])
			dc_vec_push(ret, list->at[i]);
	if (ret->len)
		qsort(ret->at, ret->len, sizeof(*ret->at), by_register);
}

static bool same_registers(const accesses *a, const accesses *b)
{
	size_t i;

	for (i = 0; i < a->len && i < b->len && same_register(a->at[i], b->at[i]); i++)
		;
	return i == a->len && i == b->len;
}

/* Whether what is left over, of one driver only, is a burst: one more, and other accesses came
 * between its own, as the process has several threads. */
static bool is_burst(const struct traces *traces, size_t number, const accesses *left)
{
	struct burst *burst;
	bool found = false;

	dc_vec_each (burst, &traces->bursts) {
		accesses wanted = {0};

		burst_accesses(traces, burst, is_busy(traces, number), &wanted);
		if (wanted.len >= MIN_BURST / 2)
			qsort(wanted.at, wanted.len, sizeof(*wanted.at), by_register);
		found |= wanted.len >= MIN_BURST / 2 && same_registers(&wanted, left);
		dc_vec_done(&wanted);
	}
	return found;
}

static bool is_spread_burst(struct traces *traces, size_t number, const accesses lists[2])
{
	struct comparison comparison = {traces, number, lists};
	accesses left[2] = {{0}, {0}};
	bool *only[2], found;
	unsigned side;

	for (side = 0; side < 2; side++)
		only[side] = dc_alloc(lists[side].len + 1, sizeof(bool));
	eq_diff(&(struct eq_diff){.lens = {lists[0].len, lists[1].len},
				  .same = same_access,
				  .ctx = &comparison},
		only);
	for (side = 0; side < 2; side++) {
		take_only(&lists[side], only[side], &left[side]);
		free(only[side]);
	}
	found = (!left[0].len && is_burst(traces, number, &left[1])) ||
		(!left[1].len && is_burst(traces, number, &left[0]));
	dc_vec_done(&left[0]);
	dc_vec_done(&left[1]);
	return found;
}

static void compare_loosely(struct traces *traces, size_t number, accesses lists[2])
{
	traces->pair->result->moved++;
	take_bursts(traces, number, lists);
	if (!compare_lists(traces, number, lists, false))
		return;
	gather_traffic(traces->pair->rules, &lists[0]);
	gather_traffic(traces->pair->rules, &lists[1]);
	if (!is_spread_burst(traces, number, lists))
		compare_lists(traces, number, lists, true);
}

static void compare_command(struct traces *traces, size_t number)
{
	bool busy = is_busy(traces, number);
	accesses lists[2] = {{0}, {0}};
	size_t parts[2];
	unsigned side;

	for (side = 0; side < 2; side++) {
		if (number)
			take_segment(traces, side, 2 * number - 1, busy, &lists[side]);
		parts[side] = lists[side].len;
		take_segment(traces, side, 2 * number, busy, &lists[side]);
	}
	if (parts[0] != parts[1] || compare_lists(traces, number, lists, false))
		compare_loosely(traces, number, lists);
	dc_vec_done(&lists[0]);
	dc_vec_done(&lists[1]);
}

/* Traffic: all busy commands together */

struct flow {
	const struct eq_access *keys[KEYS_MAX];
	size_t count;
	unsigned follows[2][KEYS_MAX][KEYS_MAX], seen[2][KEYS_MAX];
};

static size_t key_of(struct flow *flow, const struct eq_access *access)
{
	size_t i;

	for (i = 0; i < flow->count; i++)
		if (same_register(flow->keys[i], access))
			return i;
	if (flow->count == KEYS_MAX)
		return KEYS_MAX - 1;
	flow->keys[flow->count] = access;
	return flow->count++;
}

static void count_flow(const struct traces *traces, unsigned side, struct flow *flow)
{
	const eq_trace *trace = &traces->pair->traces[side];
	size_t last = KEYS_MAX, i;

	for (i = 0; i < trace->len; i++) {
		const struct eq_access *access = &trace->at[i];
		const struct eq_traffic *row = traffic_of(traces->pair->rules, access);
		size_t key;

		if (!row || !is_busy(traces, (access->segment + 1) / 2)) {
			last = KEYS_MAX;
			continue;
		}
		key = key_of(flow, access);
		flow->seen[side][key]++;
		if (row->anywhere)
			continue;
		if (last != KEYS_MAX)
			flow->follows[side][last][key]++;
		last = key;
	}
}

static const char *key_text(const struct eq_pair *pair, const struct eq_access *access)
{
	return dc_arena_printf(pair->arena, "%s of %s %#" PRIx64 " (%s)",
			       access->is_write ? "a write" : "a read", access->region,
			       access->offset, traffic_of(pair->rules, access)->registers.name);
}

static void say_flow(struct eq_pair *pair, const unsigned counts[2], const char *what)
{
	pair->result->accesses_differ++;
	eq_say(pair, "%s: under traffic %s is seen %u times with stock and %u times with split",
	       pair->model, what, counts[0], counts[1]);
}

static bool is_difference(const unsigned counts[2])
{
	return (!counts[0] && counts[1] >= OFTEN) || (!counts[1] && counts[0] >= OFTEN);
}

static void compare_flow(struct traces *traces)
{
	struct flow *flow = dc_alloc(1, sizeof(*flow));
	struct eq_pair *pair = traces->pair;
	size_t a, b;

	count_flow(traces, 0, flow);
	count_flow(traces, 1, flow);
	for (a = 0; a < flow->count; a++) {
		const unsigned seen[2] = {flow->seen[0][a], flow->seen[1][a]};

		if (is_difference(seen))
			say_flow(pair, seen, key_text(pair, flow->keys[a]));
		for (b = 0; b < flow->count; b++) {
			const unsigned follows[2] = {flow->follows[0][a][b],
						     flow->follows[1][a][b]};

			if (is_difference(follows))
				say_flow(pair, follows,
					 dc_arena_printf(pair->arena, "%s right after %s",
							 key_text(pair, flow->keys[b]),
							 key_text(pair, flow->keys[a])));
		}
	}
	free(flow);
}

static void find_segments(struct traces *traces)
{
	size_t segment, i;
	unsigned side;

	traces->segments = 2 * traces->pair->records[0].len + 1;
	for (side = 0; side < 2; side++) {
		const eq_trace *trace = &traces->pair->traces[side];

		traces->starts[side] = dc_alloc(traces->segments + 1, sizeof(size_t));
		for (segment = 0, i = 0; segment <= traces->segments; segment++) {
			while (i < trace->len && trace->at[i].segment < segment)
				i++;
			traces->starts[side][segment] = i;
		}
		traces->pair->result->accesses[side] = trace->len;
	}
}

void eq_compare_traces(struct eq_pair *pair)
{
	struct traces traces = {.pair = pair};
	size_t number;

	find_segments(&traces);
	learn_bursts(&traces);
	for (number = 0; number <= pair->records[0].len; number++)
		compare_command(&traces, number);
	compare_flow(&traces);
	free(traces.starts[0]);
	free(traces.starts[1]);
	dc_vec_done(&traces.bursts);
}
