/* SPDX-License-Identifier: BSD-2-Clause */
/* nearest.c - edit distance with swaps (Damerau and Levenshtein, the restricted form). */
#include "cli/nearest.h"

#include <string.h>

#define WORD_MAX 40 /* a longer word is nobody's slip of the fingers */

static u32 distance(const char *a, const char *b)
{
	u32 rows[3][WORD_MAX + 1];
	u32 a_len = (u32)strlen(a), b_len = (u32)strlen(b);

	for (u32 j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (u32 i = 1; i <= a_len; i++) {
		u32 *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (u32 j = 1; j <= b_len; j++) {
			row[j] = min(above[j], row[j - 1]) + 1;
			row[j] = min(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

const char *nearest(const char *word, const char *const *words, u32 cnt)
{
	size_t len = strlen(word);
	const char *best = NULL;
	u32 best_distance = (u32)len / 3 + 1;

	if (!len || len > WORD_MAX)
		return NULL;
	for (u32 i = 0; i < cnt; i++) {
		u32 d;

		if (strlen(words[i]) > WORD_MAX)
			continue;
		d = len > 1 && !strncmp(words[i], word, len) ? 0 : distance(word, words[i]);
		if (d < best_distance) {
			best_distance = d;
			best = words[i];
		}
	}
	return best;
}
