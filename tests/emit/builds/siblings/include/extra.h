/* SPDX-License-Identifier: GPL-2.0 */
#include <above.h>
int extra(int n);
