// test-typelib.js: nothing public is without a test here
//
// Runs all other tests of this folder with the namespace's members replaced by ones that note
// their use. What the typelib has and none of the tests has used fails.
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import GIRepository from 'gi://GIRepository?version=2.0';
import Tisock from 'gi://Tisock?version=1';

import {assertEqual, listInfos, test} from './support.js';

const used = new Set();
const known = new Set();

function listOfType(type) {
  const repository = GIRepository.Repository.get_default();
  const count = repository.get_n_infos('Tisock');

  return Array.from({length: count}, (_, i) => repository.get_info('Tisock', i))
    .filter(info => info.get_type() === type);
}

// Replaces a function by one that notes its use.
function traceFunction(owner, name, key) {
  const original = owner[name];

  known.add(key);
  owner[name] = function (...args) {
    used.add(key);
    return original.apply(this, args);
  };
}

function traceProperty(prototype, name, key) {
  const {get, set} = Object.getOwnPropertyDescriptor(prototype, name);

  known.add(key);
  Object.defineProperty(prototype, name, {
    get() {
      used.add(key);
      return get.call(this);
    },
    set(value) {
      used.add(key);
      set.call(this, value);
    },
  });
}

function traceClass(className) {
  const constructor = Tisock[className];

  for (const info of listInfos(className, 'method')) {
    const isMethod = GIRepository.function_info_get_flags(info) &
                     GIRepository.FunctionInfoFlags.IS_METHOD;

    traceFunction(isMethod ? constructor.prototype : constructor, info.get_name(),
                  `method ${className}.${info.get_name()}`);
  }
  for (const info of listInfos(className, 'property')) {
    traceProperty(constructor.prototype, info.get_name().replaceAll('-', '_'),
                  `property ${className}.${info.get_name()}`);
  }
  for (const info of listInfos(className, 'signal'))
    known.add(`signal ${className}.${info.get_name()}`);
}

// Signals are noted where they are connected.
function traceConnect(prototype, classNames) {
  const original = prototype.connect;

  prototype.connect = function (...args) {
    classNames.filter(className => this instanceof Tisock[className])
      .forEach(className => used.add(`signal ${className}.${args[0]}`));
    return original.apply(this, args);
  };
}

for (const info of listOfType(GIRepository.InfoType.OBJECT))
  traceClass(info.get_name());
for (const info of listOfType(GIRepository.InfoType.FUNCTION))
  traceFunction(Tisock, info.get_name(), `function ${info.get_name()}`);
traceConnect(Tisock.SocketCore.prototype,
             ['SocketCore', 'TCPSocket', 'SSLSocket', 'EasyTCPSocket', 'UDPSocket',
              'EasyUDPSocket', 'AutoDiscovery']);
traceConnect(Tisock.ServerSocket.prototype, ['ServerSocket']);
traceConnect(Tisock.ServiceBrowser.prototype, ['ServiceBrowser']);
traceConnect(Tisock.ServicePublisher.prototype, ['ServicePublisher']);

const self = Gio.File.new_for_uri(import.meta.url);
for (const info of self.get_parent().enumerate_children('standard::name', 0, null)) {
  if (/^test-.*\.js$/.test(info.get_name()) && info.get_name() !== self.get_basename())
    await import(`./${info.get_name()}`);
}

test('all members are tested', () => {
  assertEqual([...known].filter(key => !used.has(key)), []);
});
