# gir.py: what the makers of type definitions read in a GIR file
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

from xml.etree import ElementTree

CORE = '{http://www.gtk.org/introspection/core/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

INTEGERS = {'gint', 'guint', 'gint64', 'guint64', 'gsize', 'gssize', 'guint8', 'gint8', 'guint16',
            'gint16', 'guint32', 'gint32', 'goffset'}


def read_namespace(path):
    return ElementTree.parse(path).find(CORE + 'namespace')


def find_all(element, *kinds):
    """What an element has of these kinds, but for what is there for C only."""
    return [child for kind in kinds for child in element.findall(kind)
            if child.get('introspectable') != '0']


def find_boxed(namespace):
    """Types that are no objects: records that have a type, but for those of classes."""
    return [record for record in find_all(namespace, CORE + 'record')
            if record.get(GLIB + 'get-type')]


def find_methods(element):
    return {method.get('name'): method for method in find_all(element, CORE + 'method')}


def find_finish(methods, name):
    """The function that gives what an asynchronous one gives, or None if it is not one."""
    return methods[name[:-len('async')] + 'finish'] if name.endswith('_async') else None


def find_properties(element, methods):
    """Names, elements and getters; what has a property's name already, a method, keeps it."""
    for prop in find_all(element, CORE + 'property'):
        name = prop.get('name').replace('-', '_')
        if name not in methods:
            yield name, prop, methods.get('get_' + name)


def get_type_name(element):
    """The name of a value's type, or of what an array is of, and whether it is an array."""
    array = element.find(CORE + 'array')
    kind = (element if array is None else array).find(CORE + 'type')
    return kind.get('name'), array is not None


def is_nullable(element):
    return element.get('nullable') == '1'


def get_parameters(function):
    """All but the lengths of arrays."""
    parameters = function.find(CORE + 'parameters')
    if parameters is None:
        return []
    found = parameters.findall(CORE + 'parameter')
    lengths = {int(array.get('length')) for array in function.iter(CORE + 'array')
               if array.get('length')}
    return [parameter for i, parameter in enumerate(found) if i not in lengths]


def is_out(parameter):
    return parameter.get('direction') == 'out'


def get_inputs(function):
    """What a function is given, but for a callback and its data."""
    return [parameter for parameter in get_parameters(function)
            if not is_out(parameter) and parameter.get('name') not in ('callback', 'user_data')]


def get_outputs(function):
    """What a function gives: its value, unless there is none, and its out parameters."""
    value = function.find(CORE + 'return-value')
    outputs = [parameter for parameter in get_parameters(function) if is_out(parameter)]
    return outputs if outputs and get_type_name(value)[0] == 'none' else [value, *outputs]
