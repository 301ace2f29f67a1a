/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scalar_private.h - what the files of the value domain share among themselves.
 */
#ifndef SKIFF_VERIFY_SCALAR_PRIVATE_H
#define SKIFF_VERIFY_SCALAR_PRIVATE_H

#include "verify/scalar.h"

/* As scalar_zext32, without the sync at the end. */
struct scalar scalar_clear_high(struct scalar s);

#endif
