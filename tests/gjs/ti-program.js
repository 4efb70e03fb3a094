// ti-program.js: runs a program that was written for Titanium
//
// The arguments are a program of the folder ti-examples and, in JSON, the texts to be put in the
// place of some of its own. Prints “running” when the program has been started.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import System from 'system';

import {readExample} from './ti-support.js';

const [name, changes] = System.programArgs;

new Function(readExample(name, JSON.parse(changes)))();
print('running');
new GLib.MainLoop(null, false).run();
