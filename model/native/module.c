/* The module `model._trees`: the classes `Walk` and `Form`. */
#include "module.h"

#define INTERFACE 2 /* as `model/walk.py` expects it: to be raised with each change of a signature */

static int add_type(PyObject *module, PyType_Spec *spec, const char *name)
{
    PyObject *type = PyType_FromModuleAndSpec(module, spec, NULL);
    PyObject *text = PyUnicode_FromString(name);
    int outcome = -1;
    if (type != NULL && text != NULL && PyObject_SetAttrString(type, "name", text) == 0)
        outcome = PyModule_AddType(module, (PyTypeObject *)type);
    Py_XDECREF(type);
    Py_XDECREF(text);
    return outcome;
}

static int fill_module(PyObject *module)
{
    if (PyModule_AddIntConstant(module, "INTERFACE", INTERFACE) < 0)
        return -1;
    return add_type(module, &walk_spec, "walk") < 0 ? -1 : add_type(module, &form_spec, "form");
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, fill_module},
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "model._trees",
    .m_doc = "The walk of one row through the trees of a booster.",
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__trees(void)
{
    return PyModuleDef_Init(&module_definition);
}
