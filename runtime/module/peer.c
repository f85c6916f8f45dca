// SPDX-License-Identifier: GPL-2.0-only
/*
 * A peer takes the place of the process at the other end of a channel. Calls nest on the caller's
 * stack, so nobody waits and nobody is woken; frames, checks and counters are those of frames.c.
 */
#include <linux/module.h>
#include <linux/mutex.h>

#include "channel.h"

static DEFINE_MUTEX(peers_lock);
static LIST_HEAD(peers);

/* With peers_lock. */
static struct dcrt_peer *dcrt_find_peer(const char *name)
{
	struct dcrt_peer *peer;

	list_for_each_entry(peer, &peers, node)
		if (!strcmp(peer->name, name))
			return peer;
	return NULL;
}

int dcrt_peer_register(struct dcrt_peer *peer)
{
	int err = 0;

	mutex_lock(&peers_lock);
	if (dcrt_find_peer(peer->name))
		err = -EEXIST;
	else
		list_add_tail(&peer->node, &peers);
	mutex_unlock(&peers_lock);
	return err;
}
EXPORT_SYMBOL_GPL(dcrt_peer_register);

void dcrt_peer_unregister(struct dcrt_peer *peer)
{
	mutex_lock(&peers_lock);
	list_del(&peer->node);
	mutex_unlock(&peers_lock);
}
EXPORT_SYMBOL_GPL(dcrt_peer_unregister);

/* A channel's life */

/* With peers_lock. */
static int dcrt_peer_attach(struct dcrt_channel *channel, struct dcrt_peer *peer)
{
	int err;

	if (peer->fingerprint != channel->fingerprint) {
		pr_err("dcrt: the twin of %s is of another cut\n", peer->name);
		return -EPROTO;
	}
	if (peer->channel)
		return -EBUSY;
	if (!try_module_get(peer->owner))
		return -ENODEV;
	err = peer->attach(peer, channel->session.id + 1);
	if (err) {
		module_put(peer->owner);
		return err;
	}
	peer->channel = channel;
	spin_lock(&channel->lock);
	channel->session.id++;
	channel->session.peer = peer;
	channel->notify.attached = true;
	schedule_work(&channel->notify.work);
	spin_unlock(&channel->lock);
	return 0;
}

int dcrt_peer_find(struct dcrt_channel *channel)
{
	struct dcrt_peer *peer;
	int err = 0;

	mutex_lock(&peers_lock);
	peer = dcrt_find_peer(channel->driver->name);
	if (peer)
		err = dcrt_peer_attach(channel, peer);
	mutex_unlock(&peers_lock);
	return err;
}

void dcrt_peer_leave(struct dcrt_channel *channel)
{
	struct dcrt_peer *peer = channel->session.peer;

	if (!peer)
		return;
	peer->detach(peer);
	mutex_lock(&peers_lock);
	peer->channel = NULL;
	mutex_unlock(&peers_lock);
	spin_lock(&channel->lock);
	channel->session.peer = NULL;
	spin_unlock(&channel->lock);
	module_put(peer->owner);
}

/* Calls */

static bool dcrt_peer_is_over(struct dcrt_channel *channel)
{
	return READ_ONCE(channel->session.revoked);
}

/* Copies a message of the peer, once, and accepts it. */
static int dcrt_peer_accept(struct dcrt_chain *chain, const void *message, long len, bool down,
			    struct dcrt_frame **ret)
{
	struct dcrt_channel *channel = chain->channel;
	int err = -EPROTO;

	if (len >= 0 && len <= DCRT_MESSAGE_MAX) {
		memcpy(chain->frames[chain->level - 1].in, message, len);
		err = dcrt_accept(chain, (u32)len, down, ret);
	}
	if (err) {
		pr_err("dcrt: %s from the twin of %s refused\n", down ? "a call" : "a reply",
		       channel->driver->name);
		dcrt_session_revoke(channel, chain->session);
	}
	return err;
}

int dcrt_peer_up(struct dcrt_frame *frame, u32 len)
{
	struct dcrt_chain *chain = frame->chain;
	struct dcrt_peer *peer = chain->channel->session.peer;
	const void *reply;
	long got;
	int err;

	if (dcrt_peer_is_over(chain->channel))
		return -EPIPE;
	chain->unanswered = frame->out;
	got = peer->serve(peer, frame->out, len, &reply);
	if (got < 0) {
		pr_err("dcrt: the twin of %s failed in %s: %ld\n", peer->name,
		       frame->call.function->name, got);
		dcrt_session_revoke(chain->channel, chain->session);
		return -EPIPE;
	}
	err = dcrt_peer_accept(chain, reply, got, false, &frame);
	return err ? err : dcrt_reply_status(frame);
}

long dcrt_peer_down(struct dcrt_peer *peer, const void *message, uint32_t len,
		    const void **ret_reply)
{
	struct dcrt_channel *channel = peer->channel;
	struct dcrt_chain *chain;
	struct dcrt_frame *frame;
	u32 got;

	spin_lock(&channel->lock);
	chain = dcrt_own_chain(channel);
	spin_unlock(&channel->lock);
	if (!chain || dcrt_peer_is_over(channel))
		return -EPIPE;
	if (dcrt_peer_accept(chain, message, len, true, &frame))
		return -EPROTO;
	got = dcrt_serve_downcall(chain, frame);
	chain->unanswered = frame->out;
	*ret_reply = frame->out;
	return got;
}
EXPORT_SYMBOL_GPL(dcrt_peer_down);
