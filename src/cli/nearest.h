/* SPDX-License-Identifier: BSD-2-Clause */
/* nearest.h - the word that a mistyped word was probably meant to be. */
#ifndef SKIFF_CLI_NEAREST_H
#define SKIFF_CLI_NEAREST_H

#include "base/types.h"

/*
 * The one of the @cnt words in @words that @word is most like: at most a third of its letters
 * wrong, missing, added or swapped, or @word its beginning. NULL: none is near.
 */
const char *nearest(const char *word, const char *const *words, u32 cnt);

#endif
