// test-ti-files.js: Ti.Filesystem, Ti.Utils, Ti.Platform and Ti.API
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';

import {assertEqual, assertFalse, assertSame, assertTrue, cleanUp, test} from './support.js';
import {Ti, assertRefused, makeBuffer, toArray} from './ti-support.js';

const {Filesystem, Platform, Stream, Utils} = Ti;

// Nothing is written where the user has files.
const FOLDER = GLib.dir_make_tmp('tisock-ti-XXXXXX');
GLib.setenv('XDG_DATA_HOME', FOLDER, true);

function removeFolder(path) {
  const folder = Gio.File.new_for_path(path);
  const entries = folder.enumerate_children('standard::name', Gio.FileQueryInfoFlags.NONE, null);

  for (let info = entries.next_file(null); info !== null; info = entries.next_file(null)) {
    const child = entries.get_child(info);

    if (GLib.file_test(child.get_path(), GLib.FileTest.IS_DIR))
      removeFolder(child.get_path());
    else
      child.delete(null);
  }
  folder.delete(null);
}

// A folder for one test.
function makeFolder() {
  GLib.mkdir_with_parents(FOLDER, 0o700);
  cleanUp(() => removeFolder(FOLDER));

  return FOLDER;
}

test('Ti.Filesystem.applicationDataDirectory', () => {
  const folder = makeFolder();
  const {applicationDataDirectory} = Filesystem;

  assertSame(applicationDataDirectory, `${folder}/run/`);
  assertTrue(Filesystem.getFile(applicationDataDirectory).isDirectory());
  assertSame(Filesystem.getApplicationDataDirectory(), applicationDataDirectory);
  assertTrue(Filesystem.getFile(applicationDataDirectory, 'one').write('1'));
  assertSame(`${Filesystem.getFile(`${applicationDataDirectory}one`).read()}`, '1');
  assertSame(`${Filesystem.getFile(`${applicationDataDirectory}/one`).read()}`, '1');
});

test('Ti.Filesystem.resourcesDirectory', () => {
  const {resourcesDirectory} = Filesystem;

  assertSame(resourcesDirectory, `${GLib.path_get_dirname(System.programPath)}/`);
  assertTrue(Filesystem.getFile(resourcesDirectory, 'run.js').exists());
  assertTrue(Filesystem.getFile('run.js').exists());
});

test('Ti.Filesystem.getFile', () => {
  const folder = makeFolder();

  for (const parts of [['a/b'], ['a', 'b'], ['/a', '/b'], ['a/', '/b']])
    assertSame(Filesystem.getFile(folder, ...parts).nativePath, `${folder}/a/b`);
  assertSame(Filesystem.getFile(`file://${folder}`, 'a b').nativePath, `${folder}/a b`);
  assertSame(Filesystem.getFile(`file://${folder}/a%20b`).nativePath, `${folder}/a b`);
  assertSame(Filesystem.getFile('/a/b').name, 'b');
  assertSame(`${Filesystem.getFile('/a/b')}`, '/a/b');
  assertSame(Filesystem.getFile('/a/b').resolve(), '/a/b');
  assertSame(['/a', 'b'].join(Filesystem.separator), '/a/b');
});

test('Ti.Filesystem.File.exists and Ti.Filesystem.File.deleteFile', () => {
  const file = Filesystem.getFile(makeFolder(), 'file');

  assertFalse(file.exists());
  assertFalse(file.deleteFile());
  assertTrue(file.write('text'));
  assertTrue(file.exists());
  assertEqual([file.isFile(), file.isDirectory(), file.size], [true, false, 4]);
  assertTrue(file.deleteFile());
  assertFalse(file.exists());
  assertEqual([file.isFile(), file.isDirectory(), file.size], [false, false, 0]);
});

test('Ti.Filesystem.File.read', () => {
  const folder = makeFolder();
  const file = Filesystem.getFile(folder, 'file');

  assertSame(file.read(), null);
  assertSame(Filesystem.getFile(folder).read(), null);
  file.write('Grüße');
  const blob = file.read();

  file.write('other');
  assertEqual([blob.text, blob.length, blob.nativePath], ['Grüße', 7, `${folder}/file`]);
});

test('Ti.Filesystem.File.write', () => {
  const folder = makeFolder();
  const file = Filesystem.getFile(folder, 'file');
  const other = Filesystem.getFile(folder, 'other');

  other.write('file');
  for (const [data, text] of [['text', 'text'], [Ti.createBuffer({value: 'buffer'}), 'buffer'],
                              [Ti.createBuffer({value: 'blob'}).toBlob(), 'blob'],
                              [other, 'file'], ['', '']]) {
    assertTrue(file.write(data));
    assertSame(file.read().text, text);
  }
  assertTrue(file.write('one', true));
  assertTrue(file.append('two'));
  assertSame(file.read().text, 'onetwo');
  assertFalse(Filesystem.getFile(folder, 'nothing', 'file').write('text'));
  assertRefused(/Ti\.Buffer/, () => file.write(5));
  assertSame(file.read().text, 'onetwo');
});

test('Ti.Filesystem.openStream and Ti.Filesystem.File.open', () => {
  const folder = makeFolder();
  const output = Filesystem.openStream(Filesystem.MODE_WRITE, folder, 'file');
  const buffer = Ti.createBuffer({length: 3});

  assertEqual([output.isReadable(), output.isWritable()], [false, true]);
  assertSame(output.write(makeBuffer(1, 2, 3, 4, 5), 1, 4), 4);
  const input = Filesystem.getFile(folder, 'file').open(Filesystem.MODE_READ);

  assertEqual([input.isReadable(), input.isWritable()], [true, false]);
  assertSame(input.read(buffer), 3);
  assertEqual(toArray(buffer), [2, 3, 4]);
  assertSame(input.read(buffer), 1);
  assertSame(input.read(buffer), -1);
  assertRefused(/cannot be read/, () => output.read(buffer));
  assertRefused(/cannot be written/, () => input.write(buffer));
  for (const stream of [input, output]) {
    stream.close();
    stream.close();
    assertEqual([stream.isReadable(), stream.isWritable()], [false, false]);
  }
  assertRefused(/cannot be read/, () => input.read(buffer));
});

test('Ti.Filesystem.MODE_READ and its sisters', () => {
  const file = Filesystem.getFile(makeFolder(), 'file');
  const write = (mode, text) => {
    const stream = file.open(mode);

    stream.write(Ti.createBuffer({value: text}));
    stream.close();

    return file.read().text;
  };

  assertRefused(/No such file/, () => file.open(Filesystem.MODE_READ));
  assertSame(write(Filesystem.MODE_APPEND, 'one'), 'one');
  assertSame(write(Filesystem.MODE_APPEND, 'two'), 'onetwo');
  assertSame(write(Filesystem.MODE_WRITE, '3'), '3');
  assertRefused(/modes/, () => file.open('r'));
  assertRefused(/Is a directory|directory/, () => Filesystem.openStream(
    Filesystem.MODE_WRITE, FOLDER));
});

test('files in Ti.Stream', () => {
  const folder = makeFolder();
  const file = Filesystem.getFile(folder, 'file');
  const copy = Filesystem.getFile(folder, 'copy');
  const text = 'Remember, remember the 5th of November.\n'.repeat(5000);

  file.write(text);
  const input = file.open(Filesystem.MODE_READ);
  const output = copy.open(Filesystem.MODE_WRITE);

  assertSame(Stream.writeStream(input, output, 1000), text.length);
  output.close();
  assertTrue(Stream.readAll(copy.open(Filesystem.MODE_READ)).toString() === text);
});

test('Ti.Utils.base64encode and Ti.Utils.base64decode', () => {
  const file = Filesystem.getFile(makeFolder(), 'file');
  const bytes = Ti.createBuffer({length: 100});
  const texts = [['', ''], ['f', 'Zg=='], ['fo', 'Zm8='], ['Grüße', 'R3LDvMOfZQ==']];

  bytes.fill(0xfe);
  for (const [text, encoded] of texts) {
    file.write(text);
    for (const data of [text, Ti.createBuffer({value: text}).toBlob(), file])
      assertSame(Utils.base64encode(data).text, encoded);
    assertSame(Utils.base64decode(encoded).text, text);
    assertSame(Utils.base64decode(encoded.replace(/=/g, '')).text, text);
    assertSame(Utils.base64decode(Utils.base64encode(text)).text, text);
  }
  assertSame(Utils.base64encode(bytes.toBlob()).text, `${'/v7+'.repeat(33)}/g==`);
  assertSame(Utils.base64decode(` ${'/v7+'.repeat(33)}\n/g==\n`).length, 100);
});

test('Ti.Utils.md5HexDigest, Ti.Utils.sha1 and Ti.Utils.sha256', () => {
  const digests = {
    md5HexDigest: '098f6bcd4621d373cade4e832627b4f6',
    sha1: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3',
    sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  };

  for (const [name, digest] of Object.entries(digests)) {
    assertSame(Utils[name]('test'), digest);
    assertSame(Utils[name](Ti.createBuffer({value: 'test'}).toBlob()), digest);
    assertRefused(/Ti\.Buffer/, () => Utils[name](null));
  }
  assertSame(Utils.sha1(''), 'da39a3ee5e6b4b0d3255bfef95601890afd80709');
});

test('Ti.Platform.address', () => {
  assertTrue(Gio.InetAddress.new_from_string(Platform.address).get_family() ===
             Gio.SocketFamily.IPV4);
  assertSame(Platform.getAddress(), Platform.address);
  assertEqual([Platform.name, Platform.osname], ['Linux', 'linux']);
});

// What a program prints, on standard output and on standard error.
function runProgram(code) {
  const process = Gio.Subprocess.new(
    ['gjs', '-c', `imports.gi.versions.Tisock = '1'; const {Ti} = imports.gi.Tisock; ${code}`],
    Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE);
  const [, output, errors] = process.communicate_utf8(null, null);

  assertTrue(process.get_successful(), errors);

  return [output, errors];
}

test('Ti.API.debug, Ti.API.info, Ti.API.warn and Ti.API.error', () => {
  assertEqual(runProgram('Ti.API.debug("one"); Ti.API.info("two", 2);'),
              ['[DEBUG] one\n[INFO] two 2\n', '']);
  assertEqual(runProgram('Ti.API.warn(null); Ti.API.error(undefined);'),
              ['', '[WARN] null\n[ERROR] undefined\n']);
});

test('what Ti.API.info prints of objects', () => {
  const [output] = runProgram(`
    const circle = {}; circle.itself = circle;
    const {info} = Ti.API;
    info({a: 1}, [1, 'b'], Ti.createBuffer({value: 'text'}), Symbol('s'));
    info(circle);
  `);

  assertSame(output, '[INFO] {"a":1} [1,"b"] text Symbol(s)\n[INFO] [object Object]\n');
});

test('Ti.API.log and Ti.API.trace', () => {
  assertEqual(runProgram(`
    Ti.API.log('INFO', 'one'); Ti.API.log('two'); Ti.API.log('mine', 3); Ti.API.trace(4);
    Ti.API.log('error', 'five');
  `), ['[INFO] one\n[INFO] two\n[MINE] 3\n[TRACE] 4\n', '[ERROR] five\n']);
});
