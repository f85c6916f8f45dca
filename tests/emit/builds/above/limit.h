/* SPDX-License-Identifier: GPL-2.0 */
#define LIMIT 40
