/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The changes of settings during which the process gets its fault: plain ioctls, without programs.
 */
#include "faults.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define CARD	"0000:00:10.0"
#define ADDRESS "10.9.0.1"
#define ROOM	65536

static const char *interface, *driver;
static union {
	unsigned char bytes[ROOM];
	__u32 words[ROOM / 4];
	struct ethtool_eeprom eeprom;
	struct ethtool_regs registers;
	struct ethtool_ringparam rings;
	struct ethtool_pauseparam pause;
	struct ethtool_coalesce coalesce;
	struct ethtool_value value;
	struct ethtool_wolinfo wol;
	struct ethtool_test test;
	struct ethtool_drvinfo info;
} data;

void changes_begin(const char *of_interface, const char *of_driver)
{
	interface = of_interface;
	driver = of_driver;
}

static int call(unsigned long request, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), result;

	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", interface);
	result = ioctl(fd, request, ifr);
	close(fd);
	return result;
}

static int ethtool(unsigned command)
{
	struct ifreq ifr = {0};

	data.words[0] = command;
	ifr.ifr_data = (void *)&data;
	return call(SIOCETHTOOL, &ifr);
}

static void start(void)
{
	memset(&data, 0, sizeof(data));
}

/* Flags that are as they should be are not set again: the kernel would set the receive mode, and
 * QEMU's e1000 receives nothing for a second when RCTL is written. */
static void set_flags(bool up)
{
	struct ifreq ifr = {0};

	if (call(SIOCGIFFLAGS, &ifr) < 0 || !(ifr.ifr_flags & IFF_UP) == !up)
		return;
	ifr.ifr_flags = (short)((ifr.ifr_flags & ~IFF_UP) | (up ? IFF_UP : 0));
	call(SIOCSIFFLAGS, &ifr);
}

static void to_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written = fd < 0 ? 0 : write(fd, text, strlen(text));

	(void)written; /* it may fail, as any change may */
	if (fd >= 0)
		close(fd);
}

static void to_driver(const char *file)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/%s", driver, file);
	to_file(path, CARD);
}

void device_bind(void)
{
	to_driver("bind");
}

void device_unbind(void)
{
	to_driver("unbind");
}

bool device_exists(void)
{
	return if_nametoindex(interface) != 0;
}

bool device_answers(void)
{
	start();
	data.registers.len = ROOM - sizeof(data.registers);
	return ethtool(ETHTOOL_GREGS) == 0;
}

void device_up(void)
{
	struct sockaddr_in *address;
	struct ifreq ifr = {0};

	set_flags(true);
	if (call(SIOCGIFADDR, &ifr) == 0)
		return;
	address = (struct sockaddr_in *)&ifr.ifr_addr;
	address->sin_family = AF_INET;
	inet_pton(AF_INET, ADDRESS, &address->sin_addr);
	call(SIOCSIFADDR, &ifr);
	inet_pton(AF_INET, "255.255.255.0", &address->sin_addr);
	call(SIOCSIFNETMASK, &ifr);
}

/* The changes */

static void nothing(unsigned number)
{
	(void)number;
}

static void down_up(unsigned number)
{
	(void)number;
	set_flags(false);
	set_flags(true);
}

static void mtu(unsigned number)
{
	struct ifreq ifr = {.ifr_mtu = (int)(1400 + number % 100)};

	call(SIOCSIFMTU, &ifr);
}

static void ring(unsigned number)
{
	start();
	if (ethtool(ETHTOOL_GRINGPARAM) < 0)
		return;
	data.rings.rx_pending = 128 + number % 16 * 8;
	data.rings.tx_pending = 128 + number / 16 % 16 * 8;
	ethtool(ETHTOOL_SRINGPARAM);
}

static void reset(unsigned number)
{
	(void)number;
	start();
	ethtool(ETHTOOL_NWAY_RST);
}

static void address(unsigned number)
{
	struct ifreq ifr = {.ifr_hwaddr.sa_family = 1};

	ifr.ifr_hwaddr.sa_data[0] = 2;
	ifr.ifr_hwaddr.sa_data[5] = (char)(number % 8);
	call(SIOCSIFHWADDR, &ifr);
}

static void checksums(unsigned number)
{
	start();
	data.value.data = number % 2;
	ethtool(ETHTOOL_SRXCSUM);
	start();
	data.value.data = 1;
	ethtool(ETHTOOL_SRXCSUM);
}

static void pauses(unsigned number)
{
	start();
	if (ethtool(ETHTOOL_GPAUSEPARAM) < 0)
		return;
	data.pause.rx_pause = number % 2;
	data.pause.tx_pause = number / 2 % 2;
	ethtool(ETHTOOL_SPAUSEPARAM);
}

static void coalesce(unsigned number)
{
	start();
	if (ethtool(ETHTOOL_GCOALESCE) < 0)
		return;
	data.coalesce.rx_coalesce_usecs = number % 2 ? 3 : 100;
	ethtool(ETHTOOL_SCOALESCE);
}

static void wake(unsigned number)
{
	start();
	data.wol.wolopts = number % 2 ? WAKE_MAGIC : 0;
	ethtool(ETHTOOL_SWOL);
}

static void promiscuous(unsigned number)
{
	struct ifreq ifr = {0};

	(void)number;
	if (call(SIOCGIFFLAGS, &ifr) < 0)
		return;
	ifr.ifr_flags |= IFF_PROMISC;
	call(SIOCSIFFLAGS, &ifr);
	ifr.ifr_flags &= ~IFF_PROMISC;
	call(SIOCSIFFLAGS, &ifr);
}

static void eeprom(unsigned number)
{
	start();
	data.eeprom.offset = number % 4 * 16;
	data.eeprom.len = 32;
	ethtool(ETHTOOL_GEEPROM);
}

static void questions(unsigned number)
{
	(void)number;
	start();
	ethtool(ETHTOOL_GDRVINFO);
	device_answers();
	start();
	ethtool(ETHTOOL_GLINK);
	start();
	data.words[1] = data.words[2] = 0;
	ethtool(ETHTOOL_GSET);
	start();
	ethtool(ETHTOOL_GSTATS);
}

static void rebind(unsigned number)
{
	(void)number;
	device_unbind();
	device_bind();
}

const struct change changes[] = {
	{"none", nothing, false},
	{"open", down_up, true},
	{"mtu", mtu, true},
	{"ring", ring, true},
	{"reset", reset, true},
	{"address", address, false},
	{"checksums", checksums, true},
	{"pause", pauses, true},
	{"coalesce", coalesce, false},
	{"wake", wake, false},
	{"promiscuous", promiscuous, false},
	{"eeprom", eeprom, false},
	{"questions", questions, false},
	{"bind", rebind, true},
};
const unsigned n_changes = sizeof(changes) / sizeof(changes[0]);
