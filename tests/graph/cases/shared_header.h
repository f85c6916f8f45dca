/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of another module, lib. */
struct lib_dev;

struct lib_ops {
	void (*reset)(struct lib_dev *dev);
};

struct lib_dev {
	const struct lib_ops *ops;
};

int lib_register(struct lib_dev *dev);
