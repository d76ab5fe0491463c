/* The walk: one row through all trees, as XGBoost itself walks it.
 *
 * Comparisons and sums are in float32 and in the order of the trees, so that the outputs are those
 * of `Booster.predict` to the last bit. Nothing is allocated.
 */
#include "forest.h"

#include <math.h>
#include <string.h>

#define ABREAST 8 /* trees walked at once: while one waits for memory, the others go on */

/* One step down, or none from a leaf, without a branch that could be guessed wrong. */
static inline uint32_t step(const Node *node, const float *row)
{
    float value = row[node->feature];
    uint32_t missing = isnan(value) ? 1u : 0u;
    uint32_t right = value < node->number ? 0u : 1u;
    return node->next + ((missing & node->missing) | (right & (missing ^ 1)));
}

/* Walks up to ABREAST trees in step with each other, then adds their leaves in order. */
static void walk_abreast(Forest *forest, const Tree *tree, size_t count)
{
    uint32_t at[ABREAST] = {0}, depth = 0;
    for (size_t i = 0; i < count; i++) {
        at[i] = tree[i].root;
        depth = tree[i].depth > depth ? tree[i].depth : depth;
    }
    for (; depth > 0; depth--)
        for (size_t i = 0; i < ABREAST; i++)
            at[i] = step(forest->node + at[i], forest->row);
    for (size_t i = 0; i < count; i++)
        forest->sum[tree[i].output] += forest->node[at[i]].number;
}

void forest_walk(Forest *forest)
{
    memcpy(forest->sum, forest->base, forest->outputs * sizeof *forest->sum);
    for (size_t i = 0; i < forest->trees; i += ABREAST) {
        size_t left = forest->trees - i;
        walk_abreast(forest, forest->tree + i, left < ABREAST ? left : ABREAST);
    }
}
