/* The module `model._trees`, as its parts know each other. */
#ifndef MODULE_H
#define MODULE_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030b0000
#include <Python.h>

#include "forest.h"

typedef struct {
    PyObject_HEAD
    Forest forest;
} Walk;

extern PyType_Spec walk_spec, form_spec;

int is_walk(PyObject *object);

/* Walks a row, a list or tuple of floats, through the forest of `walk`. -1 with an exception. */
int walk_row(PyObject *walk, PyObject *row);

#endif
