/* The class `Walk`: a forest as Python sees it. */
#include "module.h"

#include <math.h>
#include <string.h>

#define ARRAYS 5

/* ---- arrays ---- */

static int take_array(PyObject *array, const char *format, Py_ssize_t size, Py_buffer *view)
{
    if (array == NULL || PyObject_GetBuffer(array, view, PyBUF_FORMAT | PyBUF_ND) < 0)
        return -1;
    if (view->ndim == 1 && view->itemsize == size && strcmp(view->format, format) == 0)
        return 0;
    PyErr_Format(PyExc_ValueError, "an array holds '%s' where '%s' is expected", view->format,
                 format);
    PyBuffer_Release(view);
    return -1;
}

static void release(Py_buffer *views, int taken)
{
    while (taken-- > 0)
        PyBuffer_Release(&views[taken]);
}

/* The five arrays of a tree, all of one length. On failure nothing is left to release. */
static int take_arrays(PyObject *tree, Py_buffer *views)
{
    static const char *const formats[ARRAYS] = {"i", "i", "i", "f", "B"};
    static const Py_ssize_t sizes[ARRAYS] = {4, 4, 4, 4, 1};
    if (!PyTuple_Check(tree) || PyTuple_Size(tree) != ARRAYS) {
        PyErr_SetString(PyExc_TypeError, "a tree is a tuple of five arrays");
        return -1;
    }
    for (int i = 0; i < ARRAYS; i++) {
        if (take_array(PyTuple_GetItem(tree, i), formats[i], sizes[i], &views[i]) < 0) {
            release(views, i);
            return -1;
        }
        if (views[i].shape[0] != views[0].shape[0]) {
            PyErr_SetString(PyExc_ValueError, "the arrays are not all of one length");
            release(views, i + 1);
            return -1;
        }
    }
    return 0;
}

static int add_tree(Forest *forest, size_t number, PyObject *tree)
{
    Py_buffer views[ARRAYS];
    if (take_arrays(tree, views) < 0)
        return -1;
    Arrays arrays = {(size_t)views[0].shape[0], views[0].buf, views[1].buf,
                     views[2].buf,              views[3].buf, views[4].buf};
    const char *fault = forest_add(forest, &forest->tree[number], &arrays);
    release(views, ARRAYS);
    if (fault != NULL)
        PyErr_Format(PyExc_ValueError, "tree %zu: %s", number, fault);
    return fault == NULL ? 0 : -1;
}

static int add_trees(Forest *forest, PyObject *trees, PyObject *outputs)
{
    for (size_t i = 0; i < forest->trees; i++) {
        long output = PyLong_AsLong(PyTuple_GetItem(outputs, (Py_ssize_t)i));
        if (output == -1 && PyErr_Occurred())
            return -1;
        if (output < 0 || (size_t)output >= forest->outputs) {
            PyErr_Format(PyExc_ValueError, "tree %zu adds to an output that is not there", i);
            return -1;
        }
        forest->tree[i].output = (uint32_t)output;
        if (add_tree(forest, i, PyTuple_GetItem(trees, (Py_ssize_t)i)) < 0)
            return -1;
    }
    return 0;
}

/* ---- Walk ---- */

/* `take` is PyTuple_GetItem or PyList_GetItem: a number's own code could shorten a list. */
static int read_floats(PyObject *from, PyObject *(*take)(PyObject *, Py_ssize_t), float *into,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        PyObject *item = take(from, (Py_ssize_t)i);
        double value = item == NULL ? -1.0 : PyFloat_AsDouble(item);
        if (value == -1.0 && PyErr_Occurred())
            return -1;
        into[i] = (float)value;
    }
    return 0;
}

static int read_base(Walk *walk, PyObject *base)
{
    Forest *forest = &walk->forest;
    if (read_floats(base, PyTuple_GetItem, forest->base, forest->outputs) < 0)
        return -1;
    for (size_t i = 0; forest->exponential && i < forest->outputs; i++)
        forest->base[i] = logf(forest->base[i]);
    return 0;
}

static int fill(Walk *walk, Py_ssize_t features, PyObject *base, PyObject *trees, PyObject *outputs)
{
    Py_ssize_t count = PyTuple_Size(trees), width = PyTuple_Size(base);
    if (features < 1 || features > MOST_FEATURES || width < 1 || count != PyTuple_Size(outputs)) {
        PyErr_SetString(PyExc_ValueError, "there are no features, no outputs, or one a tree is missing");
        return -1;
    }
    if (!forest_reserve(&walk->forest, (size_t)features, (size_t)width, (size_t)count)) {
        PyErr_NoMemory();
        return -1;
    }
    return read_base(walk, base) < 0 ? -1 : add_trees(&walk->forest, trees, outputs);
}

static PyObject *walk_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"features", "base", "trees", "outputs", "exponential", NULL};
    Py_ssize_t features;
    int exponential;
    PyObject *base, *trees, *outputs;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "nO!O!O!p", names, &features, &PyTuple_Type,
                                     &base, &PyTuple_Type, &trees, &PyTuple_Type, &outputs,
                                     &exponential))
        return NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Walk *walk = (Walk *)allocate(type, 0);
    if (walk == NULL)
        return NULL;
    walk->forest.exponential = exponential;
    if (fill(walk, features, base, trees, outputs) < 0) {
        Py_DECREF(walk);
        return NULL;
    }
    return (PyObject *)walk;
}

static void walk_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    forest_free(&((Walk *)self)->forest);
    freefunc release_self = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release_self(self);
    Py_DECREF(type);
}

int walk_row(PyObject *self, PyObject *row)
{
    Forest *forest = &((Walk *)self)->forest;
    int tuple = PyTuple_Check(row);
    if (!tuple && !PyList_Check(row)) {
        PyErr_SetString(PyExc_TypeError, "a row is a list or a tuple");
        return -1;
    }
    if ((size_t)PyObject_Size(row) != forest->features) {
        PyErr_Format(PyExc_ValueError, "a row has %zu numbers", forest->features);
        return -1;
    }
    if (read_floats(row, tuple ? PyTuple_GetItem : PyList_GetItem, forest->row, forest->features) < 0)
        return -1;
    forest_walk(forest);
    return 0;
}

static PyObject *walk_outputs(PyObject *self, PyObject *row)
{
    if (walk_row(self, row) < 0)
        return NULL;
    const Forest *forest = &((Walk *)self)->forest;
    PyObject *outputs = PyList_New((Py_ssize_t)forest->outputs);
    for (size_t i = 0; outputs != NULL && i < forest->outputs; i++) {
        PyObject *output = PyFloat_FromDouble(forest_output(forest, i));
        if (output == NULL || PyList_SetItem(outputs, (Py_ssize_t)i, output) < 0)
            Py_CLEAR(outputs);
    }
    return outputs;
}

int is_walk(PyObject *object)
{
    return PyType_GetSlot(Py_TYPE(object), Py_tp_dealloc) == (void *)walk_dealloc;
}

static PyMethodDef walk_methods[] = {
    {"outputs", walk_outputs, METH_O,
     "The outputs for one row, a list or tuple of one float for each feature; NaN is missing."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot walk_slots[] = {
    {Py_tp_doc, "The trees of one booster. Raises ValueError for trees that cannot be walked."},
    {Py_tp_new, walk_new},
    {Py_tp_dealloc, walk_dealloc},
    {Py_tp_methods, walk_methods},
    {0, NULL},
};

PyType_Spec walk_spec = {
    .name = "model._trees.Walk",
    .basicsize = sizeof(Walk),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = walk_slots,
};
