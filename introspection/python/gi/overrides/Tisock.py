# Tisock.py: makes the library's properties Python attributes, and gives connect() its Xojo meaning
#
# SPDX-FileCopyrightText: 2026 The tisock authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""PyGObject's override of the namespace Tisock.

Without it a property is an attribute of `props` only, and `socket.port = 7000` silently makes an
attribute that the library never sees. The classes themselves are changed, not replaced by
subclasses, so that every socket the library makes, and every subclass, has what is added here.
"""

from gi.repository import GObject

from ..module import get_introspection_module

Tisock = get_introspection_module('Tisock')

__all__ = []


def find_classes():
    members = (getattr(Tisock, name) for name in dir(Tisock))
    return [member for member in members
            if isinstance(member, type) and issubclass(member, GObject.Object)]


# The methods are there for almost all properties, and cost half of what get_property() does.
def make_getter(cls, name):
    def getter(self):
        return self.get_property(name)

    return getattr(cls, 'get_' + name, getter)


def make_setter(cls, name):
    def setter(self, value):
        self.set_property(name, value)

    return getattr(cls, 'set_' + name, setter)


def make_attribute(cls, name, flags):
    readable = flags & GObject.ParamFlags.READABLE
    writable = (flags & GObject.ParamFlags.WRITABLE and
                not flags & GObject.ParamFlags.CONSTRUCT_ONLY)

    return property(make_getter(cls, name) if readable else None,
                    make_setter(cls, name) if writable else None,
                    doc=f'The GObject property {name.replace("_", "-")}.')


def add_attributes(cls):
    for info in cls.__info__.get_properties():
        name = info.get_name().replace('-', '_')
        # What has this name already, a method for instance, keeps it.
        if not hasattr(cls, name):
            setattr(cls, name, make_attribute(cls, name, info.get_flags()))


def connect(self, *args, **kwargs):
    """Opens the socket, as open() does; with arguments: connects a handler to a signal."""
    if args or kwargs:
        return GObject.Object.connect(self, *args, **kwargs)

    return self.open()


def disconnect(self, *args, **kwargs):
    """Shuts the socket down, as shutdown() does; with an argument: disconnects a handler.

    A socket that has no shutdown() is closed.
    """
    if args or kwargs:
        return GObject.Object.disconnect(self, *args, **kwargs)

    return getattr(self, 'shutdown', self.close)()


for cls in find_classes():
    add_attributes(cls)

Tisock.SocketCore.connect = connect
Tisock.SocketCore.disconnect = disconnect
