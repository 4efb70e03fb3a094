// filesystem.js: Ti.Filesystem, as much of it as streams need
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported File, Filesystem, toBytes */

const {Gio, GLib} = imports.gi;
const System = imports.system;

const {Blob, Buffer, bytesOf} = imports.tisock.ti.buffer;
const {makeError} = imports.tisock.ti.callbacks;
const {addAccessors} = imports.tisock.ti.common;
const {encodeText} = imports.tisock.ti.encoding;
const {
  IOStream, MODE_APPEND, MODE_READ, MODE_WRITE, getMode,
} = imports.tisock.ti.stream;

function hasNoContents(error) {
  return error instanceof GLib.Error &&
    (error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND) ||
     error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.IS_DIRECTORY));
}

// Does something with a file, and throws as the other parts of Ti do.
function access(file, action) {
  try {
    return action(file);
  } catch (error) {
    throw makeError(`${file.get_path()}: ${error.message}`);
  }
}

function truncate(file) {
  const stream = file.open_readwrite(null);

  stream.truncate(0, null);
  stream.close(null);
}

// In place, so that others see what is written before the stream is closed.
function openForWriting(file, mode) {
  if (mode === MODE_WRITE && file.query_exists(null))
    truncate(file);

  return file.append_to(Gio.FileCreateFlags.NONE, null);
}

class FileStream extends IOStream {
  #file;
  #input = null;
  #output = null;

  constructor(file, mode) {
    super();
    this.#file = file;
    if (mode === MODE_READ)
      this.#input = access(file, () => file.read(null));
    else
      this.#output = access(file, () => openForWriting(file, mode));
  }

  get apiName() {
    return 'Ti.Filesystem.FileStream';
  }

  isReadable() {
    return this.#input !== null;
  }

  isWritable() {
    return this.#output !== null;
  }

  close() {
    const stream = this.#input ?? this.#output;

    this.#input = this.#output = null;
    if (stream !== null)
      access(this.#file, () => stream.close(null));
  }

  _take(size) {
    return access(this.#file, () => this.#input.read_bytes(size, null)).toArray();
  }

  _put(bytes) {
    access(this.#file, () => this.#output.write_all(bytes, null));
  }
}

// The bytes of text, of a blob, of a buffer, or of what a file holds.
function toBytes(data) {
  if (typeof data === 'string')
    return encodeText(data, 'utf8');

  return bytesOf(data instanceof File ? data.read() : data);
}

var File = class File {
  #file;

  constructor(path) {
    this.#file = Gio.File.new_for_path(path);
  }

  get apiName() {
    return 'Ti.Filesystem.File';
  }

  get name() {
    return this.#file.get_basename();
  }

  get nativePath() {
    return this.#file.get_path();
  }

  get size() {
    if (!this.exists())
      return 0;

    return this.#file.query_info('standard::size', Gio.FileQueryInfoFlags.NONE, null).get_size();
  }

  resolve() {
    return this.nativePath;
  }

  toString() {
    return this.nativePath;
  }

  exists() {
    return this.#file.query_exists(null);
  }

  isFile() {
    return GLib.file_test(this.nativePath, GLib.FileTest.IS_REGULAR);
  }

  isDirectory() {
    return GLib.file_test(this.nativePath, GLib.FileTest.IS_DIR);
  }

  open(mode) {
    return new FileStream(this.#file, getMode(mode));
  }

  // All of it, or null if there is no such file.
  read() {
    try {
      const [, bytes] = this.#file.load_contents(null);

      return new Blob(bytes, this.nativePath);
    } catch (error) {
      if (hasNoContents(error))
        return null;
      throw makeError(`${this.nativePath}: ${error.message}`);
    }
  }

  // Gives whether that was possible.
  write(data, append = false) {
    const bytes = toBytes(data);

    try {
      const stream = this.open(append ? MODE_APPEND : MODE_WRITE);

      stream._putNow(bytes);
      stream.close();
    } catch {
      return false;
    }

    return true;
  }

  append(data) {
    return this.write(data, true);
  }

  deleteFile() {
    try {
      return this.#file.delete(null);
    } catch {
      return false;
    }
  }
};

addAccessors(File.prototype, 'name', 'nativePath', 'size');

function getProgramPath() {
  return System.programPath ?? GLib.build_filenamev([GLib.get_current_dir(), GLib.get_prgname()]);
}

// Folders end with a separator, so that programs can add a name with one or without.
function makeFolder(...parts) {
  const path = GLib.build_filenamev([...parts, '/']);

  GLib.mkdir_with_parents(path, 0o700);

  return path;
}

function toPath(parts) {
  const path = GLib.build_filenamev(parts.map(String));

  if (path.startsWith('file:'))
    return Gio.File.new_for_uri(path).get_path();

  return GLib.path_is_absolute(path)
    ? path : GLib.build_filenamev([Filesystem.resourcesDirectory, path]);
}

var Filesystem = {
  MODE_READ,
  MODE_WRITE,
  MODE_APPEND,

  get apiName() {
    return 'Ti.Filesystem';
  },

  // A folder of its own for each program, which is made when it is asked for.
  get applicationDataDirectory() {
    const name = GLib.path_get_basename(getProgramPath()).replace(/\.js$/, '');

    return makeFolder(GLib.get_user_data_dir(), name);
  },

  // Where the program is.
  get resourcesDirectory() {
    return GLib.build_filenamev([GLib.path_get_dirname(getProgramPath()), '/']);
  },

  get separator() {
    return '/';
  },

  getFile(...parts) {
    return new File(toPath(parts));
  },

  openStream(mode, ...parts) {
    return this.getFile(...parts).open(mode);
  },
};

addAccessors(Filesystem, 'applicationDataDirectory', 'resourcesDirectory', 'separator');
