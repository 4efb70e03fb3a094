// common.js: what the parts of Ti share: arguments, ranges, accessors
//
// SPDX-FileCopyrightText: 2026 The tisock authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* exported addAccessors, checkRange, requireParams, toCount */

// A number of bytes or a place among them. Null is as good as nothing, as everywhere in Titanium.
function toCount(value, name, otherwise) {
  const count = Math.trunc(Number(value ?? otherwise));

  if (!(count >= 0 && count <= Number.MAX_SAFE_INTEGER))
    throw new RangeError(`${name} has to be a number from 0, and is ${value}`);

  return count;
}

function checkRange(offset, length, size, what) {
  if (offset + length > size) {
    throw new RangeError(
      `Offset ${offset} and length ${length} go beyond the end of the ${what}, which has ${size}`);
  }
}

// The object of named parameters that a function takes.
function requireParams(params, name, ...required) {
  for (const key of required) {
    if ((params?.[key] ?? null) === null)
      throw new TypeError(`${name}: “${key}” is missing`);
  }

  return params;
}

function isReadOnly(prototype, name) {
  const property = Object.getOwnPropertyDescriptor(prototype, name);

  return property?.get !== undefined && property.set === undefined;
}

// Properties of Titanium's objects can be got and set by methods too.
function addAccessors(prototype, ...names) {
  for (const name of names) {
    const suffix = name[0].toUpperCase() + name.slice(1);

    prototype[`get${suffix}`] = function () {
      return this[name];
    };
    if (isReadOnly(prototype, name))
      continue;
    prototype[`set${suffix}`] = function (value) {
      this[name] = value;
    };
  }
}
