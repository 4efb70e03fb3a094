// modules.js: require(), by which a program for Titanium loads its other files
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported require */

const {Gio} = imports.gi;

const {makeError} = imports.tisock.ti.callbacks;
const {Filesystem} = imports.tisock.ti.filesystem;

// By their paths; also those that are still running, so that two files can require each other.
const modules = new Map();

function read(file) {
  return new TextDecoder().decode(file.load_contents(null)[1]);
}

function run(file, module) {
  const folder = file.get_parent();
  const parameters = {
    module,
    exports: module.exports,
    require: name => load(find(name, folder)),
    __filename: file.get_path(),
    __dirname: folder.get_path(),
  };
  const code = `${read(file)}\n//# sourceURL=${file.get_uri()}`;

  new Function(...Object.keys(parameters), code).call(
    module.exports, ...Object.values(parameters));
}

function load(file) {
  const path = file.get_path();

  if (modules.has(path))
    return modules.get(path).exports;

  const module = {id: path, exports: {}};

  modules.set(path, module);
  try {
    if (path.endsWith('.json'))
      module.exports = JSON.parse(read(file));
    else
      run(file, module);
  } catch (error) {
    modules.delete(path);
    throw error;
  }

  return module.exports;
}

// What does not begin with a dot is in the folder of the program.
function find(name, folder) {
  const resources = Gio.File.new_for_path(Filesystem.resourcesDirectory);
  const path = name.replace(/^\/+/, '');
  const base = name.startsWith('.') ? folder : resources;
  const file = ['', '.js', '.json', '/index.js']
    .map(suffix => base.resolve_relative_path(path + suffix))
    .find(candidate => candidate.query_file_type(Gio.FileQueryInfoFlags.NONE, null) ===
      Gio.FileType.REGULAR);

  if (file === undefined)
    throw makeError(`There is no module “${name}” in ${base.get_path()}`);

  return file;
}

function require(name) {
  return load(find(name, Gio.File.new_for_path(Filesystem.resourcesDirectory)));
}
