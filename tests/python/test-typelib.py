# test-typelib.py: nothing public is without a test here, and nothing is hidden from bindings
#
# Runs all other tests of this folder with the namespace's members replaced by ones that note
# their use. What the typelib has and none of the tests has used fails.
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import importlib
import keyword
import os
import pathlib
import unittest
from xml.etree import ElementTree

import gi
from support import main
from gi.repository import Tisock

# For C programs only: what they do without a copy, Python cannot, and references are its own.
C_ONLY = {'CHECK_VERSION', 'peek', 'read_into', 'ref', 'skip', 'unref'}

# Of Lua, JavaScript, Vala and Ruby; Python has a list of its own.
KEYWORDS = {
    'abstract', 'and', 'arguments', 'async', 'begin', 'bool', 'break', 'case', 'catch', 'char',
    'class', 'const', 'continue', 'debugger', 'def', 'default', 'defined', 'delegate', 'delete',
    'do', 'double', 'dynamic', 'else', 'elseif', 'elsif', 'end', 'ensure', 'enum', 'errordomain',
    'eval', 'export', 'extends', 'extern', 'false', 'finally', 'float', 'for', 'foreach',
    'function', 'goto', 'if', 'implements', 'import', 'in', 'inline', 'int', 'interface',
    'internal', 'is', 'let', 'local', 'lock', 'long', 'module', 'namespace', 'new', 'next', 'nil',
    'not', 'null', 'or', 'out', 'override', 'owned', 'package', 'params', 'private', 'protected',
    'public', 'redo', 'ref', 'repeat', 'rescue', 'retry', 'return', 'self', 'short',
    'signal', 'sizeof', 'static', 'struct', 'super', 'switch', 'then', 'this', 'throw', 'throws',
    'true', 'try', 'typeof', 'undef', 'unless', 'unowned', 'unsigned', 'until', 'using', 'var',
    'virtual', 'void', 'volatile', 'weak', 'when', 'while', 'with', 'yield', *keyword.kwlist,
}

CORE = '{http://www.gtk.org/introspection/core/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'


class Traced:
    """Stands for a method or property of a class and notes its use."""

    def __init__(self, cls, name, key, used):
        self.key, self.used = key, used
        self.place = '_traced_' + name
        setattr(cls, self.place, vars(cls)[name])
        setattr(cls, name, self)

    def __get__(self, instance, owner):
        self.used.add(self.key)
        return getattr(owner if instance is None else instance, self.place)


class TracedProperty(Traced):
    def __set__(self, instance, value):
        self.used.add(self.key)
        setattr(instance, self.place, value)


class Typelib:
    """What the namespace has, as tuples of kind, class and name, and what of it was used."""

    def __init__(self):
        self.used = set()
        self.classes = {}
        self.functions = set()
        for info in gi.Repository.get_default().get_infos('Tisock'):
            if isinstance(info, gi._gi.ObjectInfo):
                self.classes[info.get_name()] = info
            elif isinstance(info, gi._gi.FunctionInfo):
                self.functions.add(('function', 'Tisock', info.get_name()))

    def members(self):
        members = set(self.functions)
        for name, info in self.classes.items():
            for kind, infos in (('method', info.get_methods()),
                                ('property', info.get_properties()),
                                ('signal', info.get_signals())):
                members |= {(kind, name, member.get_name()) for member in infos}
        return members

    def trace(self):
        for kind, owner, name in self.members():
            if kind != 'signal':
                self.trace_member((kind, owner, name))
        self.trace_connect(Tisock.SocketCore)
        self.trace_connect(Tisock.ServerSocket)
        self.trace_connect(Tisock.ServiceBrowser)
        self.trace_connect(Tisock.ServicePublisher)

    def trace_member(self, key):
        kind, owner, name = key
        if kind == 'function':
            self.trace_function(key)
        else:
            trace = TracedProperty if kind == 'property' else Traced
            trace(getattr(Tisock, owner), name.replace('-', '_'), key, self.used)

    def trace_function(self, key):
        function = getattr(Tisock, key[2])

        def traced(*args):
            self.used.add(key)
            return function(*args)

        setattr(Tisock, key[2], traced)

    def trace_connect(self, cls):
        connect = cls.connect

        def traced(instance, *args, **kwargs):
            if args:
                self.used |= {('signal', base.__name__, args[0]) for base in type(instance).__mro__
                              if base.__module__ == 'gi.repository.Tisock'}
            return connect(instance, *args, **kwargs)

        cls.connect = traced


class CoverageTest(unittest.TestCase):
    def run_others(self):
        suite = unittest.TestSuite()
        for path in sorted(pathlib.Path(__file__).parent.glob('test-*.py')):
            if path != pathlib.Path(__file__):
                module = importlib.import_module(path.stem)
                suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
        result = unittest.TestResult()
        suite.run(result)
        return result

    def test_all_members_are_tested(self):
        typelib = Typelib()
        typelib.trace()
        result = self.run_others()
        self.assertGreater(result.testsRun, 50)
        self.assertEqual([test.id() for test, trace in result.failures + result.errors], [])
        self.assertEqual(sorted(typelib.members() - typelib.used), [])


class GirTest(unittest.TestCase):
    def setUp(self):
        self.tree = ElementTree.parse(os.environ['TISOCK_GIR'])

    def test_nothing_else_is_hidden(self):
        hidden = [element.get('name') for element in self.tree.iter()
                  if element.get('introspectable') == '0']
        self.assertEqual(sorted(hidden), sorted(C_ONLY))

    def test_no_name_is_a_keyword(self):
        """A method of that name could not be called without a trick in that language."""
        kinds = [CORE + kind for kind in ('method', 'function', 'property', 'virtual-method')]
        kinds.append(GLIB + 'signal')
        names = {element.get('name') for kind in kinds for element in self.tree.iter(kind)
                 if element.get('introspectable') != '0'}
        self.assertIn('write', names)
        self.assertEqual(names & KEYWORDS, set())

    def test_every_slot_can_be_overridden(self):
        """A class structure's slot becomes a virtual method only if all its types are known."""
        for cls in self.tree.iter(CORE + 'class'):
            if cls.get(GLIB + 'final') == '1' or cls.get('final') == '1':
                continue
            signals = {element.get('name').replace('-', '_')
                       for element in cls.iter(GLIB + 'signal')}
            slots = {element.get('name') for element in cls.iter(CORE + 'virtual-method')}
            self.assertEqual(slots, signals, cls.get('name'))


if __name__ == '__main__':
    main()
