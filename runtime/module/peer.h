/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A channel whose other end is in the kernel: a peer takes the place of the process (twin/). Calls
 * run on the caller's thread. Messages are built, copied, decoded and checked as they are with a
 * process, and each crossing has the channel's delay.
 */
#ifndef DCRT_PEER_H
#define DCRT_PEER_H

#include <linux/list.h>

#include "../dcrt.h"

struct module;

struct dcrt_peer {
	const char *name; /* of the driver */
	uint64_t fingerprint; /* of the peer's tables */
	struct module *owner; /* is pinned while there is a channel */
	/* A channel attaches. Returns 0 or an error that refuses it. */
	int (*attach)(struct dcrt_peer *peer, uint64_t session);
	/* The channel detaches; no call is open, and none will follow. */
	void (*detach)(struct dcrt_peer *peer);
	/*
	 * Serves an UPCALL, which is borrowed until it returns. Process context; may sleep. Several
	 * threads may call it at once, and a thread again from within dcrt_peer_down(). Returns the
	 * length of the REPLY, which stays valid until this thread's next call, or a negative
	 * errno: the session is over.
	 */
	long (*serve)(struct dcrt_peer *peer, const void *message, uint32_t len,
		      const void **ret_reply);
	/* For dcrt.ko */
	struct list_head node;
	void *channel; /* or NULL */
};

/*
 * dcrt_peer_register - the next driver of that name gets this peer instead of a process. Returns 0
 * or -EEXIST. Process context, like all functions here.
 */
int dcrt_peer_register(struct dcrt_peer *peer);
void dcrt_peer_unregister(struct dcrt_peer *peer);

/*
 * dcrt_peer_down - called within serve, by its thread: runs a DOWNCALL. Its REPLY stays valid until
 * this thread's next call. Returns the length of the reply; -EPROTO the message was refused,
 * nothing of it was applied, and the session is over; -EPIPE the session was over.
 */
long dcrt_peer_down(struct dcrt_peer *peer, const void *message, uint32_t len,
		    const void **ret_reply);

/* Inside dcrt.ko */

struct dcrt_channel;
struct dcrt_frame;

/* Attaches the peer of the driver's name, if there is one. Returns 0 or why it cannot be. */
int dcrt_peer_find(struct dcrt_channel *channel);
/* Detaches the peer. No call is open. */
void dcrt_peer_leave(struct dcrt_channel *channel);
/* Makes an upcall of len bytes, in the frame's `out`. Returns as dcrt_call_run(). */
int dcrt_peer_up(struct dcrt_frame *frame, uint32_t len);

#endif
