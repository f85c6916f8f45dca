/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* The lines between the common beginning and the common end. */
struct middle {
	const struct eq_diff *diff;
	size_t start; /* of both */
	long lens[2];
};

static bool same(const struct middle *middle, long a, long b)
{
	return middle->diff->same(middle->diff->ctx, middle->start + (size_t)a,
				  middle->start + (size_t)b);
}

/* The farthest point on diagonal k after d edits; reach: of d - 1 edits, its middle at diagonal 0.
 */
static long extend(const struct middle *middle, const long *reach, long d, long k)
{
	long a = k == -d || (k != d && reach[k - 1] < reach[k + 1]) ? reach[k + 1]
								    : reach[k - 1] + 1;

	while (a < middle->lens[0] && a - k < middle->lens[1] && same(middle, a, a - k))
		a++;
	return a;
}

/* Walks back from the end through what each number of edits had reached. */
static void mark_edits(const struct middle *middle, long *const *reached, long d, bool *only[2])
{
	long a = middle->lens[0], b = middle->lens[1];

	for (; d > 0; d--) {
		const long *reach = reached[d - 1];
		long k = a - b;
		bool insert = k == -d || (k != d && reach[k - 1] < reach[k + 1]);

		a = insert ? reach[k + 1] : reach[k - 1];
		b = insert ? a - (k + 1) : a - (k - 1);
		if (insert)
			only[1][middle->start + (size_t)b] = true;
		else
			only[0][middle->start + (size_t)a] = true;
	}
}

/* Returns whether there is an edit of d steps; if not, *reach is what they reach. */
static bool step(const struct middle *middle, long d, const long *before, long *reach)
{
	long k;

	for (k = -d; k <= d; k += 2) {
		if (k > middle->lens[0] || -k > middle->lens[1]) {
			reach[k] = -1;
			continue;
		}
		reach[k] = extend(middle, before, d, k);
		if (reach[k] >= middle->lens[0] && reach[k] - k >= middle->lens[1])
			return true;
	}
	return false;
}

static void mark_all(const struct middle *middle, bool *only[2])
{
	unsigned side;

	for (side = 0; side < 2; side++)
		memset(only[side] + middle->start, true, (size_t)middle->lens[side]);
}

static void diff_middle(const struct middle *middle, bool *only[2])
{
	long *rooms[EQ_DIFF_MAX + 1], *reached[EQ_DIFF_MAX + 1], first[3] = {0, 0, 0}, d, i;
	bool found = false;

	for (d = 0; d <= EQ_DIFF_MAX && !found; d++) {
		rooms[d] = dc_alloc((size_t)(2 * d + 3), sizeof(long));
		reached[d] = rooms[d] + d + 1;
		for (i = -d - 1; i <= d + 1; i++)
			reached[d][i] = -1;
		found = step(middle, d, d ? reached[d - 1] : first + 1, reached[d]);
	}
	if (found)
		mark_edits(middle, reached, d - 1, only);
	else
		mark_all(middle, only);
	while (d-- > 0)
		free(rooms[d]);
}

size_t eq_diff(const struct eq_diff *diff, bool *only[2])
{
	struct middle middle = {.diff = diff};
	size_t ends[2] = {diff->lens[0], diff->lens[1]}, count = 0, i;
	unsigned side;

	while (middle.start < ends[0] && middle.start < ends[1] &&
	       diff->same(diff->ctx, middle.start, middle.start))
		middle.start++;
	while (ends[0] > middle.start && ends[1] > middle.start &&
	       diff->same(diff->ctx, ends[0] - 1, ends[1] - 1))
		ends[0]--, ends[1]--;
	for (side = 0; side < 2; side++)
		middle.lens[side] = (long)(ends[side] - middle.start);
	if (middle.lens[0] || middle.lens[1])
		diff_middle(&middle, only);
	for (side = 0; side < 2; side++)
		for (i = 0; i < diff->lens[side]; i++)
			count += only[side][i];
	return count;
}
