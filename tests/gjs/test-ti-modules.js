// test-ti-modules.js: require(), in programs of several files
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {assertEqual, cleanUp, test} from './support.js';
import {Ti} from './ti-support.js';

// All that is not Titanium's.
const MAIN = `
  import Tisock from 'gi://Tisock?version=1';

  Tisock.Ti;
  require('app');
`;

function writeFile(folder, name, text) {
  const file = Ti.Filesystem.getFile(folder, name);
  const parent = GLib.path_get_dirname(file.nativePath);

  GLib.mkdir_with_parents(parent, 0o700);
  file.write(text);
  cleanUp(() => GLib.rmdir(parent));
  cleanUp(() => file.deleteFile());
}

// Gives what a program prints, whose files are given by their names.
function run(files) {
  const folder = GLib.dir_make_tmp('tisock-ti-XXXXXX');

  for (const [name, text] of Object.entries({...files, 'main.js': MAIN}))
    writeFile(folder, name, text);

  const program = Gio.Subprocess.new(['gjs', '-m', GLib.build_filenamev([folder, 'main.js'])],
    Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_MERGE);

  return program.communicate_utf8(null, null)[1];
}

test('a module of the program', () => {
  const output = run({
    'app.js': `
      var Greeter = require('lib/greeter');

      undeclared = 'as in Titanium';
      Ti.API.info(new Greeter('world').greet() + ', ' + undeclared);
    `,
    'lib/greeter.js': `
      function Greeter(name) {
        this.name = name;
      }

      Greeter.prototype.greet = function () {
        return require('./words').hello + ' ' + this.name;
      };
      module.exports = Greeter;
    `,
    'lib/words.json': '{"hello": "Hello"}',
  });

  assertEqual(output, '[INFO] Hello world, as in Titanium\n');
});

test('a module runs once', () => {
  const output = run({
    'app.js': `
      require('counter').count();
      require('/counter').count();
      require('./counter.js').count();
    `,
    'counter.js': `
      var number = 0;

      Ti.API.info('begins');
      exports.count = function () {
        Ti.API.info(++number);
      };
    `,
  });

  assertEqual(output, '[INFO] begins\n[INFO] 1\n[INFO] 2\n[INFO] 3\n');
});

test('modules that require each other', () => {
  const output = run({
    'app.js': `
      var one = require('one');

      Ti.API.info(one.name() + ' and ' + require('two').name());
    `,
    'one.js': `
      exports.name = function () {
        return 'one of ' + two.number;
      };
      var two = require('two');
    `,
    'two.js': `
      var one = require('one');

      exports.number = 2;
      exports.name = function () {
        return 'two with ' + one.name();
      };
    `,
  });

  assertEqual(output, '[INFO] one of 2 and two with one of 2\n');
});

test('what a module knows of itself', () => {
  const output = run({
    'app.js': `
      require('lib');
      Ti.API.info(__dirname + '/' === Ti.Filesystem.resourcesDirectory);
    `,
    'lib/index.js': `
      Ti.API.info(__filename.replace(__dirname, '') + ' ' + (this === exports));
      Ti.API.info(module.id === __filename);
    `,
  });

  assertEqual(output, '[INFO] /index.js true\n[INFO] true\n[INFO] true\n');
});

test('modules that are not there or do not run', () => {
  const output = run({
    'app.js': `
      ['nowhere', './nowhere', 'broken', 'broken', 'data'].forEach(function (name) {
        try {
          require(name);
        } catch (e) {
          Ti.API.info(e.name + (e.message.indexOf('nowhere') < 0 ? '' : ' names it'));
        }
      });
    `,
    'broken.js': "Ti.API.info('runs'); throw new RangeError('mine');",
    'data.json': '{',
  });

  assertEqual(output, '[INFO] Error names it\n[INFO] Error names it\n' +
                      '[INFO] runs\n[INFO] RangeError\n[INFO] runs\n[INFO] RangeError\n' +
                      '[INFO] SyntaxError\n');
});
