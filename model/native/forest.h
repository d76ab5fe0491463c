/* A forest: the trees of one booster, laid out for walking one row through all of them. */
#ifndef FOREST_H
#define FOREST_H

#include <stddef.h>
#include <stdint.h>

/* An inner node: a value less than `number` goes left, to `next`, any other to `next + 1`; a
 * missing one to `next + missing`. A leaf adds `number`; its feature is the one after the last,
 * which every row has as -INFINITY, and its `next` the leaf itself: a walk that goes on stays. */
typedef struct {
    float number;
    uint32_t next;
    uint32_t feature : 31;
    uint32_t missing : 1;
} Node;

#define FEATURE_BITS 0x7fffffffu
#define MOST_NODES 0x7fffffffu
#define MOST_FEATURES 0x7ffffffe

typedef struct {
    uint32_t root, output, depth;
} Tree;

typedef struct {
    size_t features, outputs, trees, nodes, capacity;
    Node *node;
    Tree *tree;
    float *base; /* what each output is before any tree has added to it */
    float *row;  /* scratch: the row that is walked, and -INFINITY after it */
    float *sum;  /* what each output is after them all */
    int exponential; /* whether an output is e to the power of its sum */
} Forest;

/* One tree as a model file has it: arrays of one value for each of `length` nodes. */
typedef struct {
    size_t length;
    const int32_t *left, *right, *feature;
    const float *number;
    const uint8_t *default_left;
} Arrays;

/* Makes room for so many features, outputs and trees, all zero. False without memory. */
int forest_reserve(Forest *forest, size_t features, size_t outputs, size_t trees);

/* Copies the next tree of `forest`, proving that no walk can leave it. NULL, or what is wrong. */
const char *forest_add(Forest *forest, Tree *tree, const Arrays *arrays);

/* Walks `row` through all trees. */
void forest_walk(Forest *forest);

/* One output for the row that was walked last. */
double forest_output(const Forest *forest, size_t output);

void forest_free(Forest *forest);

#endif
