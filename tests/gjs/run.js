// run.js: runs a test file:  gjs -m run.js FILE
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import System from 'system';

import {runTests} from './support.js';

await import(Gio.File.new_for_path(System.programArgs[0]).get_uri());
System.exit(await runTests() === 0 ? 0 : 1);
