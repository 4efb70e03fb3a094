// settings.js: what the sockets of Ti.Network are told: hosts, ports, and objects of parameters
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported assignParams, isEverywhere, lookUp, toHost, toPort */

const {Gio} = imports.gi;

const {makeError} = imports.tisock.ti.callbacks;

const LARGEST_PORT = 0xffff;
const ALL_INTERFACES = ['0.0.0.0', '::', '::ffff:0.0.0.0'];

// What is given when an object is made becomes its properties, but for names of what it has already
// and is none of its settings.
function assignParams(object, params, settings) {
  for (const [name, value] of Object.entries(params ?? {})) {
    if (settings.includes(name) || !(name in object))
      object[name] = value;
  }
}

function toPort(value, lowest) {
  const port = Number(value ?? NaN);

  if (!Number.isInteger(port) || port < lowest || port > LARGEST_PORT)
    throw makeError(`The port has to be a number from ${lowest} to ${LARGEST_PORT}, not ${value}`);

  return port;
}

function toHost(value) {
  if (typeof value !== 'string' || value === '')
    throw makeError(`The host has to be a name or an address, not “${value}”`);

  return value;
}

function parse(address) {
  return Gio.InetSocketAddress.new_from_string(address, 0);
}

// The IP addresses of a host; what they are for is told if there are none.
function lookUp(host, operation) {
  if (parse(host) !== null)
    return [host];

  try {
    return Gio.Resolver.get_default().lookup_by_name(host, null).map(one => one.to_string());
  } catch (error) {
    throw makeError(`Could not ${operation} “${host}”: ${error.message}`);
  }
}

function isEverywhere(address) {
  return ALL_INTERFACES.includes(parse(address).get_address().to_string());
}
