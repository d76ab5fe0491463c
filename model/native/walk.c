/* The walk: one row through all trees, as XGBoost itself walks it.
 *
 * Comparisons and sums are in float32 and in the order of the trees, so that the outputs are those
 * of `Booster.predict` to the last bit. Nothing is allocated.
 */
#include "forest.h"

#include <math.h>
#include <string.h>

#define ABREAST 16 /* trees walked at once: while one waits for memory, the others go on */

/* One step down, or none from a leaf, without a branch that could be guessed wrong. */
static inline uint32_t step(const Node *node, const float *row)
{
    return node->next + (row[node->feature] < node->number ? 0u : 1u);
}

/* The same where a value may be missing. */
static inline uint32_t step_or_miss(const Node *node, const float *row)
{
    float value = row[node->feature];
    uint32_t missing = isnan(value) ? 1u : 0u;
    uint32_t right = value < node->number ? 0u : 1u;
    return node->next + ((missing & node->missing) | (right & (missing ^ 1)));
}

/* Where the walks of ABREAST trees end that go down in step with each other. */
static void walk_abreast(const Node *node, const float *row, int missing, uint32_t depth,
                         uint32_t *at)
{
    for (; depth > 0 && missing; depth--)
        for (size_t i = 0; i < ABREAST; i++)
            at[i] = step_or_miss(node + at[i], row);
    for (; depth > 0; depth--)
        for (size_t i = 0; i < ABREAST; i++)
            at[i] = step(node + at[i], row);
}

/* Walks up to ABREAST trees, then adds their leaves in order. */
static void add_leaves(Forest *forest, const Tree *tree, size_t count, int missing)
{
    uint32_t at[ABREAST] = {0}, depth = 0;
    for (size_t i = 0; i < count; i++) {
        at[i] = tree[i].root;
        depth = tree[i].depth > depth ? tree[i].depth : depth;
    }
    walk_abreast(forest->node, forest->row, missing, depth, at);
    for (size_t i = 0; i < count; i++)
        forest->sum[tree[i].output] += forest->node[at[i]].number;
}

void forest_walk(Forest *forest)
{
    int missing = 0;
    for (size_t i = 0; i < forest->features; i++)
        missing |= isnan(forest->row[i]) ? 1 : 0;
    memcpy(forest->sum, forest->base, forest->outputs * sizeof *forest->sum);
    for (size_t i = 0; i < forest->trees; i += ABREAST) {
        size_t left = forest->trees - i;
        add_leaves(forest, forest->tree + i, left < ABREAST ? left : ABREAST, missing);
    }
}

double forest_output(const Forest *forest, size_t output)
{
    float sum = forest->sum[output];
    return forest->exponential ? expf(sum) : sum;
}
