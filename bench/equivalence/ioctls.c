/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In the guest: raw ioctls of a network card, also such as no program would make. Prints a line
 * each: what, the result, errno, and what came back. usage: equivalence_ioctl INTERFACE PART
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/mii.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM   65536
#define GRID_S 3

static int fd;
static const char *interface;
static union {
	unsigned char bytes[ROOM];
	__u32 words[ROOM / 4];
	struct ethtool_eeprom eeprom;
	struct ethtool_regs regs;
	struct ethtool_ringparam rings;
	struct ethtool_coalesce coalesce;
	struct ethtool_pauseparam pause;
	struct ethtool_wolinfo wol;
	struct ethtool_value value;
	struct ethtool_cmd cmd;
	struct ethtool_gstrings strings;
	struct ethtool_stats stats;
} data;

static struct ifreq request(void)
{
	struct ifreq ifr = {0};

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", interface);
	return ifr;
}

/* The last byte that is not zero, and a hash of all. */
static void print(const char *what, unsigned a, unsigned b, int result)
{
	unsigned long hash = 5381;
	size_t i, used = 0;

	for (i = 0; i < ROOM; i++) {
		hash = hash * 33 + data.bytes[i];
		if (data.bytes[i])
			used = i + 1;
	}
	printf("%s %#x %#x: %d %d, %zu bytes, %lx\n", what, a, b, result, result ? errno : 0, used,
	       hash);
	if (used <= 96) {
		for (i = 0; i < used; i++)
			printf("%02x", data.bytes[i]);
		puts("");
	}
}

/* Until the clock is a multiple of GRID_S: what a change has started is over then. */
static void settle(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now.tv_sec = GRID_S - 1 - now.tv_sec % GRID_S;
	now.tv_nsec = 999999999 - now.tv_nsec;
	nanosleep(&now, NULL);
}

/* Asks. */
static void ethtool(const char *what, unsigned a, unsigned b)
{
	struct ifreq ifr = request();

	ifr.ifr_data = (void *)&data;
	print(what, a, b, ioctl(fd, SIOCETHTOOL, &ifr));
}

/* Changes something, or may do. */
static void change(const char *what, unsigned a, unsigned b)
{
	ethtool(what, a, b);
	settle();
}

static void start(unsigned command)
{
	memset(&data, 0, sizeof(data));
	data.words[0] = command;
}

static void mii(void)
{
	unsigned i, address;

	for (i = 0; i < 34; i++)
		for (address = 0; address < 3; address++) {
			struct ifreq ifr = request();
			struct mii_ioctl_data *word = (void *)&ifr.ifr_data;

			word->phy_id = (__u16)address;
			word->reg_num = (__u16)i;
			memset(&data, 0, sizeof(data));
			print("MIIREG", address, i, ioctl(fd, SIOCGMIIREG, &ifr));
			printf("%#x\n", word->val_out);
		}
	for (i = 0; i < 20; i++) {
		struct ifreq ifr = request();
		struct mii_ioctl_data *word = (void *)&ifr.ifr_data;
		static const __u16 values[] = {0x1000, 0x2100, 0x0140, 0x8000, 0x1340, 0x1000};

		print("MIIPHY", 0, 0, ioctl(fd, SIOCGMIIPHY, &ifr));
		word->reg_num = i < 6 ? MII_BMCR : (__u16)(i - 2);
		word->val_in = i < 6 ? values[i] : (__u16)(i * 0x111);
		print("SMIIREG", word->reg_num, word->val_in, ioctl(fd, SIOCSMIIREG, &ifr));
		settle();
	}
	for (i = 0; i < 16; i++) {
		struct ifreq ifr = request();

		print("PRIVATE", i, 0, ioctl(fd, SIOCDEVPRIVATE + i, &ifr));
	}
}

/* Every command, all else zero; blinking for ever is not one of them. */
static void commands(void)
{
	unsigned command;

	for (command = 0; command < 0x60; command++) {
		start(command);
		if (command == ETHTOOL_PHYS_ID)
			data.words[1] = 1;
		change("command", command, 0);
	}
}

static void eeprom(void)
{
	static const unsigned offsets[] = {0, 1, 2, 3, 0x10, 126, 127, 128, 255, 511, 0xffffffff};
	static const unsigned lengths[] = {0, 1, 2, 3, 16, 128, 4096};
	unsigned i, j;

	for (i = 0; i < sizeof(offsets) / sizeof(*offsets); i++)
		for (j = 0; j < sizeof(lengths) / sizeof(*lengths); j++) {
			start(ETHTOOL_GEEPROM);
			data.eeprom.offset = offsets[i];
			data.eeprom.len = lengths[j];
			ethtool("GEEPROM", offsets[i], lengths[j]);
		}
	for (i = 0; i < 6; i++) {
		start(ETHTOOL_GEEPROM);
		data.eeprom.offset = 0x20 + i;
		data.eeprom.len = 1 + i % 3;
		ethtool("GEEPROM", data.eeprom.offset, data.eeprom.len);
		data.words[0] = ETHTOOL_SEEPROM; /* with the magic and bytes that came back */
		change("SEEPROM", data.eeprom.offset, data.eeprom.len);
		data.eeprom.data[0] ^= 0x55;
		change("SEEPROM", data.eeprom.offset, data.eeprom.len);
		data.eeprom.data[0] ^= 0x55;
		change("SEEPROM", data.eeprom.offset, data.eeprom.len);
		data.eeprom.magic ^= 1;
		change("SEEPROM", data.eeprom.offset, data.eeprom.len);
	}
}

static void registers(void)
{
	static const unsigned lengths[] = {0, 1, 4, 7, 60, 128, 4096};
	unsigned i;

	for (i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		start(ETHTOOL_GREGS);
		data.regs.len = lengths[i];
		ethtool("GREGS", lengths[i], 0);
		start(ETHTOOL_GSTATS);
		data.stats.n_stats = lengths[i];
		ethtool("GSTATS", lengths[i], 0);
	}
}

static void strings(void)
{
	unsigned i;

	for (i = 0; i < 20; i++) {
		start(ETHTOOL_GSTRINGS);
		data.strings.string_set = i;
		data.strings.len = i % 3 * 10;
		ethtool("GSTRINGS", i, data.strings.len);
		start(ETHTOOL_GSSET_INFO);
		data.words[2] = 1u << i;
		ethtool("GSSET_INFO", i, 0);
	}
}

static void link_settings(void)
{
	static const unsigned speeds[] = {0, 10, 100, 1000, 2500, 0xffff};
	unsigned i, duplex;

	for (i = 0; i < sizeof(speeds) / sizeof(*speeds); i++)
		for (duplex = 0; duplex < 3; duplex++) {
			start(ETHTOOL_GSET);
			ethtool("GSET", 0, 0);
			data.cmd.cmd = ETHTOOL_SSET;
			data.cmd.autoneg = AUTONEG_DISABLE;
			data.cmd.duplex = (__u8)duplex;
			ethtool_cmd_speed_set(&data.cmd, speeds[i]);
			change("SSET", speeds[i], duplex);
		}
	data.cmd.autoneg = AUTONEG_ENABLE;
	data.cmd.advertising = 0x3ff;
	change("SSET", 0, 0);
}

static void fill_rings(unsigned count)
{
	data.rings.rx_pending = data.rings.tx_pending = count;
}

static void fill_coalesce(unsigned usecs)
{
	data.coalesce.rx_coalesce_usecs = usecs;
}

/* Bits: autoneg, receive, transmit. */
static void fill_pause(unsigned bits)
{
	data.pause.autoneg = bits >> 2 & 1;
	data.pause.rx_pause = bits >> 1 & 1;
	data.pause.tx_pause = bits & 1;
}

static void fill_wol(unsigned options)
{
	data.wol.wolopts = options;
}

static void fill_level(unsigned value)
{
	data.value.data = value;
}

/* Settings that one ioctl makes and another reads, and the values to try. */
static const struct setting {
	const char *name;
	unsigned set, get;
	void (*fill)(unsigned value);
	unsigned count, values[17];
} settings[] = {
	/* clang-format off */
	{"rings", ETHTOOL_SRINGPARAM, ETHTOOL_GRINGPARAM, fill_rings, 14,
	 {0, 1, 47, 48, 64, 79, 80, 4088, 4096, 4097, 5000, 65536, 0xffffffff, 256}},
	{"coalesce", ETHTOOL_SCOALESCE, ETHTOOL_GCOALESCE, fill_coalesce, 17,
	 {0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 9999, 10000, 10001, 1000000, 0x7fffffff, 0xffffffff, 3}},
	{"pause", ETHTOOL_SPAUSEPARAM, ETHTOOL_GPAUSEPARAM, fill_pause, 9,
	 {0, 1, 2, 3, 4, 5, 6, 7, 8}},
	{"wol", ETHTOOL_SWOL, ETHTOOL_GWOL, fill_wol, 10,
	 {1, 2, 4, 8, 16, 32, 64, 128, 0xffffffff, 0}},
	{"level", ETHTOOL_SMSGLVL, ETHTOOL_GMSGLVL, fill_level, 6,
	 {0, 1, 7, 0x7fffffff, 0xffffffff, 7}},
	/* clang-format on */
};

static void set_and_get(const struct setting *setting)
{
	unsigned i;

	for (i = 0; i < setting->count; i++) {
		start(setting->set);
		setting->fill(setting->values[i]);
		change(setting->name, i, setting->values[i]);
		start(setting->get);
		ethtool(setting->name, i, 0);
	}
}

static bool run(const char *name)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {
		{"mii", mii},	      {"commands", commands},
		{"eeprom", eeprom},   {"registers", registers},
		{"strings", strings}, {"link", link_settings},
	};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strcmp(parts[i].name, name)) {
			parts[i].run();
			return true;
		}
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!strcmp(settings[i].name, name)) {
			set_and_get(&settings[i]);
			return true;
		}
	return false;
}

int main(int argc, char **argv)
{
	bool known;

	if (argc != 3)
		return 2;
	interface = argv[1];
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	known = fd >= 0 && run(argv[2]);
	if (!known)
		fprintf(stderr, "no such part\n");
	close(fd);
	return known ? 0 : 2;
}
