/* The class `Form`: a text with blanks for an estimate and an identifier, filled in in one go. */
#include "module.h"

#include <math.h>
#include <string.h>

#include "estimate.h"

#define BLANKS 4 /* price, low, high, identifier; without an interval there are two */
#define NUMBER 32 /* bytes that a number has at the most */
#define MOST_DECIMALS 4
#define LARGEST 1e10 /* up to here, with so many decimals, a number has 15 digits: no two of those
                      * are the same double, so that the one that was rounded is the shortest */

typedef struct {
    PyObject_HEAD
    PyObject *walk;
    PyObject *pieces; /* a tuple of bytes: the text before, between and after its blanks */
    Terms terms;
    int decimals; /* -1: all of them */
} Form;

typedef struct {
    const char *start;
    Py_ssize_t size;
} Span;

/* ---- making one ---- */

static int read_terms(Terms *terms, const Forest *forest, PyObject *interval)
{
    terms->calibrated = interval != Py_None;
    if (terms->calibrated &&
        (!PyTuple_Check(interval) ||
         !PyArg_ParseTuple(interval, "pddd", &terms->relative, &terms->low_offset,
                           &terms->high_offset, &terms->least_width))) {
        PyErr_SetString(PyExc_TypeError, "an interval is None or a tuple of a bool and 3 floats");
        return -1;
    }
    if (terms->price < forest->outputs && terms->low < forest->outputs &&
        terms->high < forest->outputs)
        return 0;
    PyErr_SetString(PyExc_ValueError, "an output is not there");
    return -1;
}

static int check_pieces(PyObject *pieces, int calibrated)
{
    Py_ssize_t count = calibrated ? BLANKS + 1 : BLANKS - 1;
    int sound = PyTuple_Size(pieces) == count;
    for (Py_ssize_t i = 0; sound && i < count; i++)
        sound = PyBytes_Check(PyTuple_GetItem(pieces, i));
    if (!sound)
        PyErr_Format(PyExc_ValueError, "a text has %zd pieces of bytes", count);
    return sound ? 0 : -1;
}

static PyObject *form_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"walk", "outputs", "minimum", "interval", "decimals", "pieces", NULL};
    PyObject *walk, *interval, *pieces;
    Py_ssize_t price, low, high;
    Terms terms = {0};
    int decimals;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O(nnn)dOiO!", names, &walk, &price, &low, &high,
                                     &terms.minimum, &interval, &decimals, &PyTuple_Type, &pieces))
        return NULL;
    if (!is_walk(walk) || decimals < -1 || decimals > MOST_DECIMALS) {
        PyErr_Format(PyExc_ValueError, "a form needs a walk, and %d decimals or less", MOST_DECIMALS);
        return NULL;
    }
    terms.price = (size_t)price;
    terms.low = (size_t)low;
    terms.high = (size_t)high;
    if (read_terms(&terms, &((Walk *)walk)->forest, interval) < 0 ||
        check_pieces(pieces, terms.calibrated) < 0)
        return NULL;
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Form *form = (Form *)allocate(type, 0);
    if (form == NULL)
        return NULL;
    form->walk = Py_NewRef(walk);
    form->pieces = Py_NewRef(pieces);
    form->terms = terms;
    form->decimals = decimals;
    return (PyObject *)form;
}

static void form_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(((Form *)self)->walk);
    Py_XDECREF(((Form *)self)->pieces);
    freefunc release_self = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release_self(self);
    Py_DECREF(type);
}

/* ---- filling it in ---- */

/* The `repr` of a double, or of it rounded: its length, or -1 with an exception. */
static Py_ssize_t write_number(double value, int decimals, char *into)
{
    char *text = decimals < 0 ? PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, NULL)
                              : PyOS_double_to_string(value, 'f', decimals, Py_DTSF_ADD_DOT_0, NULL);
    if (text == NULL)
        return -1;
    size_t size = strlen(text);
    while (decimals > 0 && text[size - 1] == '0' && text[size - 2] != '.')
        size--;
    memcpy(into, text, size);
    PyMem_Free(text);
    return (Py_ssize_t)size;
}

static PyObject *joined(PyObject *pieces, const Span *blank, Py_ssize_t blanks)
{
    Py_ssize_t size = 0;
    for (Py_ssize_t i = 0; i <= blanks; i++)
        size += PyBytes_Size(PyTuple_GetItem(pieces, i)) + (i < blanks ? blank[i].size : 0);
    PyObject *text = PyBytes_FromStringAndSize(NULL, size);
    char *end = text == NULL ? NULL : PyBytes_AsString(text);
    for (Py_ssize_t i = 0; end != NULL && i <= blanks; i++) {
        PyObject *piece = PyTuple_GetItem(pieces, i);
        size_t length = (size_t)PyBytes_Size(piece);
        memcpy(end, PyBytes_AsString(piece), length);
        end += length;
        if (i < blanks) {
            memcpy(end, blank[i].start, (size_t)blank[i].size);
            end += blank[i].size;
        }
    }
    return text;
}

/* Whether all three numbers are finite and, where they are rounded, not too large for it. */
static int writable(const Form *form, const Estimate *found)
{
    double largest = fmax(fabs(found->low), fabs(found->high));
    return isfinite(found->high - found->low) && (form->decimals < 0 || largest < LARGEST);
}

static PyObject *form_fill(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    const Form *form = (Form *)self;
    char numbers[BLANKS - 1][NUMBER];
    Span blank[BLANKS];
    if (count != 2)
        return PyErr_Format(PyExc_TypeError, "a form is filled in with a row and an identifier");
    if (walk_row(form->walk, args[0]) < 0)
        return NULL;
    Estimate found = estimate(&((Walk *)form->walk)->forest, &form->terms);
    if (!writable(form, &found))
        return Py_NewRef(Py_None);
    const double values[] = {found.price, found.low, found.high};
    Py_ssize_t blanks = form->terms.calibrated ? BLANKS : BLANKS - 2;
    for (Py_ssize_t i = 0; i < blanks - 1; i++) {
        blank[i] = (Span){numbers[i], write_number(values[i], form->decimals, numbers[i])};
        if (blank[i].size < 0)
            return NULL;
    }
    Span *identifier = &blank[blanks - 1];
    identifier->start = PyUnicode_AsUTF8AndSize(args[1], &identifier->size);
    return identifier->start == NULL ? NULL : joined(form->pieces, blank, blanks);
}

static PyMethodDef form_methods[] = {
    {"fill", (PyCFunction)(void (*)(void))form_fill, METH_FASTCALL,
     "The text as bytes for a row and an identifier; None where a number is not to be written so."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot form_slots[] = {
    {Py_tp_doc, "A text with blanks for the estimate of a row, and for an identifier."},
    {Py_tp_new, form_new},
    {Py_tp_dealloc, form_dealloc},
    {Py_tp_methods, form_methods},
    {0, NULL},
};

PyType_Spec form_spec = {
    .name = "model._trees.Form",
    .basicsize = sizeof(Form),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = form_slots,
};
