/* SPDX-License-Identifier: GPL-2.0 */
#define ABOVE 50
