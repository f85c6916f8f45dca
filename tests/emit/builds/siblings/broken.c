// SPDX-License-Identifier: GPL-2.0
/* Another module of the folder; it does not even compile. */
#error "nobody asked for this module"
