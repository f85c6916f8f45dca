/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many cards of one driver, which share one process: what happens to one leaves the others alone.
 * Seven on the wire, with the peer, then as many behind bridges as the second word says.
 * usage: test_cards DRIVERCUT DRIVER [MORE]
 */
#include "guest_testing.h"

#include <limits.h>
#include <stdlib.h>

#define BRIDGE_SLOTS 25

static const char *drivercut, *driver;
static unsigned more;

/* Arguments for QEMU: bridges, and the cards behind them, which have no wire. */
static const char *const *more_cards(void)
{
	const char **argv =
		dc_arena_alloc(arena, (more * 2 + more / BRIDGE_SLOTS * 2 + 4) * sizeof(*argv));
	size_t at = 0;
	unsigned i;

	for (i = 0; i < more; i++) {
		unsigned bridge = i / BRIDGE_SLOTS + 1, slot = i % BRIDGE_SLOTS + 1;

		if (slot == 1) {
			argv[at++] = "-device";
			argv[at++] = dc_arena_printf(arena, "pci-bridge,id=bridge%u,chassis_nr=%u",
						     bridge, bridge);
		}
		argv[at++] = "-device";
		argv[at++] =
			dc_arena_printf(arena, "%s,bus=bridge%u,addr=%u", driver, bridge, slot);
	}
	argv[at] = NULL;
	return argv;
}

static void test_cards(void **state)
{
	const char *solve[] = {drivercut, "solve", driver, "--rules", "-o", "cut.json", NULL};
	const char *emit[] = {drivercut, "emit", driver, "--cut", "cut.json", "-o", "emit", NULL};
	const char *modules[] = {"virtio_net", NULL};
	const char *programs[] = {"netserver", "ethtool", NULL};
	const char *nics[] = {driver, "virtio-net-pci", driver, driver, driver,
			      driver, driver,		driver, NULL};
	struct dc_guest_file split[DC_SPLIT_FILES], files[DC_SPLIT_FILES + 2];
	struct dc_guest guest = {
		.what = "many cards of one driver",
		.kernel = &kernel,
		.folder = at("guest"),
		.job = test_job("cards.sh"),
		.modules = modules,
		.programs = programs,
		.nics = nics,
		.qemu_args = more_cards(),
		.files = files,
		.icount_shift = 2,
		.memory_mib = 1024,
		.timeout_s = 1200,
	};
	struct caught caught;
	size_t i;

	(void)state;
	run(solve);
	run(emit);
	build_split(driver, "emit", folder, split);
	files[0] = (struct dc_guest_file){put("driver", dc_arena_printf(arena, "%s\n", driver)),
					  "/driver"};
	files[1] = (struct dc_guest_file){
		put("cards.env", dc_arena_printf(arena, "CARDS=%u\n", 7 + more)), "/cards.env"};
	for (i = 0; i < DC_SPLIT_FILES; i++)
		files[2 + i] = split[i];
	catch_start(&caught);
	if (dc_guest_run(&caught.diag, &guest) < 0)
		fail_msg("%s", caught.text);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cards)};
	char template[] = "/tmp/drivercut-cards-XXXXXX", path[PATH_MAX];
	int status;

	if (argc < 3 || !(drivercut = realpath(argv[1], path)))
		return 99;
	driver = argv[2];
	more = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
	status = guest_tests_begin(template, false);
	return status ? status : guest_tests_end(cmocka_run_group_tests(tests, NULL, NULL));
}
