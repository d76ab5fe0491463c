/* Reading a forest: what a model file holds is taken for hostile until each tree is copied. */
#include "forest.h"

#include <math.h>
#include <stdlib.h>

#define LEAF -1 /* what a model file has for the children of one */

static const char NO_MEMORY[] = "there is not enough memory";

/* How far the copying of one tree is. `origin[i]` is where the i-th copied node stood. */
typedef struct {
    const Forest *forest;
    const Arrays *arrays;
    int32_t *origin;
    size_t reached;
} Copying;

int forest_reserve(Forest *forest, size_t features, size_t outputs, size_t trees)
{
    forest->features = features;
    forest->outputs = outputs;
    forest->trees = trees;
    forest->tree = calloc(trees + 1, sizeof *forest->tree);
    forest->base = calloc(outputs, sizeof *forest->base);
    forest->sum = calloc(outputs, sizeof *forest->sum);
    forest->row = calloc(features + 1, sizeof *forest->row);
    if (forest->tree == NULL || forest->base == NULL || forest->sum == NULL || forest->row == NULL)
        return 0;
    forest->row[features] = -INFINITY;
    return 1;
}

void forest_free(Forest *forest)
{
    free(forest->node);
    free(forest->tree);
    free(forest->base);
    free(forest->sum);
    free(forest->row);
}

static const char *grow(Forest *forest, size_t more)
{
    if (more > MOST_NODES - forest->nodes)
        return "there are more nodes than can be numbered";
    size_t needed = forest->nodes + more;
    if (needed <= forest->capacity)
        return NULL;
    size_t capacity = needed + needed / 2;
    Node *node = realloc(forest->node, capacity * sizeof *node);
    if (node == NULL)
        return NO_MEMORY;
    forest->node = node;
    forest->capacity = capacity;
    return NULL;
}

static const char *copy_leaf(const Copying *copying, size_t place, float number)
{
    if (!isfinite(number))
        return "a leaf is not a finite number";
    const Forest *forest = copying->forest;
    size_t at = forest->nodes + place;
    forest->node[at] = (Node){
        .number = number,
        .next = (uint32_t)at,
        .feature = (uint32_t)forest->features & FEATURE_BITS,
    };
    return NULL;
}

static const char *copy_split(Copying *copying, size_t place, size_t from)
{
    const Forest *forest = copying->forest;
    const Arrays *arrays = copying->arrays;
    int32_t left = arrays->left[from], right = arrays->right[from];
    int32_t feature = arrays->feature[from];
    if (left < 1 || (size_t)left >= arrays->length || right < 1 || (size_t)right >= arrays->length)
        return "a child is outside the tree";
    if (feature < 0 || (size_t)feature >= forest->features)
        return "it splits by a feature that is not there";
    if (copying->reached + 2 > arrays->length)
        return "a node has two parents";
    forest->node[forest->nodes + place] = (Node){
        .number = arrays->number[from],
        .next = (uint32_t)(forest->nodes + copying->reached),
        .feature = (uint32_t)feature & FEATURE_BITS,
        .missing = arrays->default_left[from] == 0,
    };
    copying->origin[copying->reached++] = left;
    copying->origin[copying->reached++] = right;
    return NULL;
}

/* Copies level by level, so that the two children of a node are neighbours. A tree in which a
 * node is reached twice would need more copies than it has nodes. */
static const char *copy_levels(Copying *copying, Tree *tree)
{
    size_t level_end = 1;
    for (size_t place = 0; place < copying->reached; place++) {
        if (place == level_end) {
            level_end = copying->reached;
            tree->depth++;
        }
        size_t from = (size_t)copying->origin[place];
        const char *fault = copying->arrays->left[from] == LEAF
                                ? copy_leaf(copying, place, copying->arrays->number[from])
                                : copy_split(copying, place, from);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

const char *forest_add(Forest *forest, Tree *tree, const Arrays *arrays)
{
    if (arrays->length == 0)
        return "it has no root";
    const char *fault = grow(forest, arrays->length);
    if (fault != NULL)
        return fault;
    int32_t *origin = calloc(arrays->length, sizeof *origin);
    if (origin == NULL)
        return NO_MEMORY;
    Copying copying = {forest, arrays, origin, 1};
    tree->root = (uint32_t)forest->nodes;
    fault = copy_levels(&copying, tree);
    forest->nodes += copying.reached;
    free(origin);
    return fault;
}
